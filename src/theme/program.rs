//! Programs: what templates come to, read once and run for each page.
//!
//! Tera reads a theme, tells what is wrong with it, and can render all of it. For most templates of most
//! themes that can be done faster: their values are records whose fields have known places, what is the same
//! on every page is written once, and a component takes its arguments as they are. So templates are read a
//! second time, into a tree. An expression that is not known here is left to Tera; so is a template with other
//! tags, and each page of which a program cannot tell what comes out, as where a field is missing. What a program
//! writes is what Tera would write, byte by byte; messages are Tera's alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::FxHashMap;
use tera::Tera;

use crate::language::Language;
use crate::markup::{Markup, Part};

use super::value::{Record, Value};
use super::{Context, Sheet};

mod cut;
mod expression;
mod fold;
mod read;
mod run;

pub(super) use read::Written;

/// The value that differs among the parts of a site alone, as its menu does.
const SITE: &str = "site";
/// The words of the interface, which are the same everywhere.
const WORDS: &str = "words";

/// These are a theme's templates as programs, for pages of one site.
#[derive(Debug)]
pub struct Programs {
    names: Names,
    templates: FxHashMap<&'static str, Vec<Node>>,
    /// Expressions that are left to Tera, as templates.
    snippets: Tera,
    language: Arc<Language>,
}

impl Programs {
    /// Reads the templates of these names, for pages that are given one of these as `site`.
    pub(super) fn new<'t>(
        written: impl Iterator<Item = Written<'t>>,
        names: impl Iterator<Item = &'static str>,
        language: &'t Arc<Language>,
        sites: Vec<Value>,
    ) -> Programs {
        let mut reader = read::Reader::new(written, language, sites);
        let read = |name| Some((name, reader.page(name)?));
        let templates = names.filter_map(read).collect();
        let (names, snippets) = reader.finish();
        Programs {
            names,
            snippets,
            templates,
            language: language.clone(),
        }
    }

    /// Renders what a template is given; `None` where Tera has to.
    pub fn render(&self, context: &Context<'_>) -> Option<Sheet> {
        let nodes = self.templates.get(context.template)?;
        let mut roots: Vec<Option<&Value>> = vec![None; self.names.len()];
        for (name, value) in context.values.as_ref()? {
            if let Some(name) = self.names.find(name) {
                roots[name] = Some(value);
            }
        }
        let tools = run::Tools {
            language: &self.language,
            names: &self.names,
            snippets: &self.snippets,
        };
        let (_, ending) = context.template.rsplit_once('.')?;
        run::run(nodes, &roots, tools, Markup::of(ending)).ok()
    }
}

/// The names of values, by their numbers.
#[derive(Debug, Default)]
struct Names {
    names: Vec<Arc<str>>,
    numbers: FxHashMap<Arc<str>, usize>,
}

impl Names {
    fn len(&self) -> usize {
        self.names.len()
    }

    fn name(&self, number: usize) -> &str {
        &self.names[number]
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    fn number(&mut self, name: &str) -> usize {
        self.find(name).unwrap_or_else(|| {
            let (name, number): (Arc<str>, usize) = (name.into(), self.names.len());
            self.names.push(name.clone());
            self.numbers.insert(name, number);
            number
        })
    }
}

/// This is a part of a template.
#[derive(Debug, Clone)]
enum Node {
    Text(Box<str>, Part),
    Print(Expression),
    /// Conditions with what stands behind each, and what stands behind `else`.
    If(Vec<(Expression, Vec<Node>)>, Vec<Node>),
    For(Box<Loop>),
    Set(usize, Expression),
    Include(Arc<[Node]>),
    Call(Arc<Component>, Vec<Argument>),
}

#[derive(Debug, Clone)]
struct Loop {
    name: usize,
    over: Expression,
    body: Vec<Node>,
    otherwise: Vec<Node>,
    /// Whether its turns are counted.
    is_counted: bool,
}

#[derive(Debug)]
struct Component {
    parameters: Vec<Parameter>,
    body: Vec<Node>,
}

#[derive(Debug)]
struct Parameter {
    name: usize,
    kind: Option<Kind>,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Bool,
    Integer,
    List,
    Record,
}

/// What a call gives for a parameter.
#[derive(Debug, Clone)]
enum Argument {
    Given(Expression),
    /// The parameter's own value, which may be of any type.
    Default(Value),
    /// What the caller has under this name.
    Implicit,
}

#[derive(Debug, Clone)]
enum Expression {
    Literal(Value),
    Path(usize, Vec<Field>),
    /// A field of an item.
    Of(Box<Expression>, Field),
    Turn(Turn),
    Item(Box<Expression>, i64),
    Slice(Box<Expression>, Option<i64>, Option<i64>),
    Filter(Box<Expression>, Filter),
    Not(Box<Expression>),
    And(Box<[Expression; 2]>),
    Or(Box<[Expression; 2]>),
    Compare(Comparison, Box<[Expression; 2]>),
    Plus(Box<[Expression; 2]>),
    Minus(Box<[Expression; 2]>),
    StartsWith(Box<[Expression; 2]>),
    EndsWith(Box<[Expression; 2]>),
    /// What Tera writes for it: a print, or a condition that writes something where it holds.
    Tera(Arc<Snippet>),
}

/// An expression that is left to Tera.
#[derive(Debug)]
struct Snippet {
    /// The template that has it.
    name: String,
    /// The values that it may name.
    names: Vec<usize>,
}

/// What a loop tells of its turn.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Turn {
    Index,
    Index0,
    First,
    Last,
    Length,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
enum Filter {
    Safe,
    Text,
    Trim,
    Length,
    Join(Box<Expression>),
    Number,
    Count(Box<Expression>),
    Fill(Vec<(Box<str>, Expression)>),
}

/// The name of a field, and where records have it.
#[derive(Debug)]
struct Field {
    name: Box<str>,
    /// Where the kind of record has it that was met last, which is nearly always the one that is met next: the
    /// address of the kind's names, and the place in the lowest byte.
    last: AtomicU64,
}

impl Node {
    fn text(text: &str) -> Node {
        Node::Text(text.into(), Part::default())
    }
}

impl Field {
    fn new(name: &str) -> Field {
        Field {
            name: name.into(),
            last: AtomicU64::new(0),
        }
    }

    /// Finds the field in a record; `None` where it has none of this name, or it was not asked for.
    fn of<'r>(&self, record: &'r Record) -> Option<&'r Value> {
        let kind = (std::ptr::from_ref(record.shape()).addr() as u64) << 8;
        let last = self.last.load(Ordering::Relaxed);
        let place = if last & !0xff == kind {
            (last & 0xff) as usize
        } else {
            let place = record.place(&self.name)?;
            if let Ok(byte) = u8::try_from(place) {
                self.last.store(kind | u64::from(byte), Ordering::Relaxed);
            }
            place
        };
        let value = record.at(place);
        (!matches!(value, Value::Absent)).then_some(value)
    }
}

impl Clone for Field {
    fn clone(&self) -> Field {
        Field::new(&self.name)
    }
}

impl Expression {
    /// Calls back for an expression and all that it is made of.
    fn each(&self, call: &mut impl FnMut(&Expression)) {
        call(self);
        match self {
            Expression::Literal(_)
            | Expression::Path(..)
            | Expression::Turn(_)
            | Expression::Tera(_) => {}
            Expression::Of(inner, _)
            | Expression::Item(inner, _)
            | Expression::Slice(inner, ..)
            | Expression::Not(inner) => inner.each(call),
            Expression::Filter(inner, filter) => {
                inner.each(call);
                match filter {
                    Filter::Join(argument) | Filter::Count(argument) => argument.each(call),
                    Filter::Fill(arguments) => {
                        arguments.iter().for_each(|(_, value)| value.each(call));
                    }
                    Filter::Safe
                    | Filter::Text
                    | Filter::Trim
                    | Filter::Length
                    | Filter::Number => {}
                }
            }
            Expression::And(both)
            | Expression::Or(both)
            | Expression::Compare(_, both)
            | Expression::Plus(both)
            | Expression::Minus(both)
            | Expression::StartsWith(both)
            | Expression::EndsWith(both) => both.iter().for_each(|one| one.each(call)),
        }
    }
}

#[cfg(test)]
mod tests;
