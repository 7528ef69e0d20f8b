//! Running programs: what a page is given, written through a tree.

use std::cmp::Ordering;
use std::io::{self, Write as _};
use std::rc::Rc;

use tera::Tera;

use crate::language::{self, Language};
use crate::markup::Markup;
use crate::theme::value::{Record, Value};
use crate::theme::{Sheet, turns};

use super::{
    Argument, Comparison, Component, Expression, Field, Filter, Kind, Loop, Names, Node, Snippet,
    Turn,
};

/// How many components Tera lets call each other.
const DEEPEST: usize = 20;

/// What a program cannot tell: something is missing, of another type, or too much. Tera knows.
#[derive(Debug)]
pub struct Unsure;

impl Unsure {
    /// A sheet is full.
    fn of(_: io::Error) -> Unsure {
        Unsure
    }
}

/// What programs are run with.
#[derive(Clone, Copy)]
pub struct Tools<'t> {
    pub language: &'t Language,
    pub names: &'t Names,
    /// Expressions that are left to Tera.
    pub snippets: &'t Tera,
}

/// Writes a page of values by the numbers of their names, and reads it as markup of a kind.
pub fn run(
    nodes: &[Node],
    roots: &[Option<&Value>],
    tools: Tools<'_>,
    markup: Option<Markup>,
) -> Result<Sheet, Unsure> {
    let mut run = Run {
        tools,
        sheet: Sheet::blank().read_as(markup),
        depth: 0,
    };
    turns::start();
    let mut scope = Scope::new(Around::Page(roots));
    run.nodes(nodes, &mut scope)?;
    Ok(run.sheet)
}

/// Tells whether a value counts as true.
pub fn is_true(
    expression: &Expression,
    roots: &[Option<&Value>],
    tools: Tools<'_>,
) -> Result<bool, Unsure> {
    let run = Run {
        tools,
        sheet: Sheet::default(),
        depth: 0,
    };
    let scope = Scope::new(Around::Page(roots));
    run.value(expression, &scope)?.is_true()
}

struct Run<'v> {
    tools: Tools<'v>,
    sheet: Sheet,
    /// How many components are around.
    depth: usize,
}

/// A value that a page was given, or one that was made of such.
#[derive(Debug, Clone)]
enum Val<'v> {
    /// There is none of the name.
    Absent,
    Given(&'v Value),
    Made(Rc<Value>),
}

/// What names mean at a place.
struct Scope<'s, 'v> {
    loops: Vec<Round<'v>>,
    /// What was set outside of loops.
    set: Vec<(usize, Val<'v>)>,
    around: Around<'s, 'v>,
}

/// The turn of a loop.
struct Round<'v> {
    name: usize,
    value: Val<'v>,
    index: usize,
    length: usize,
    /// What was set in this turn.
    set: Vec<(usize, Val<'v>)>,
}

/// What names mean that were not given another meaning.
enum Around<'s, 'v> {
    Page(&'s [Option<&'v Value>]),
    Include(&'s Scope<'s, 'v>),
    /// The parameters of a component, and where it is called.
    Component(Vec<(usize, Val<'v>)>, &'s Scope<'s, 'v>),
}

impl<'s, 'v> Scope<'s, 'v> {
    fn new(around: Around<'s, 'v>) -> Scope<'s, 'v> {
        Scope {
            loops: Vec::new(),
            set: Vec::new(),
            around,
        }
    }

    /// Returns what a name means.
    fn find(&self, name: usize) -> Val<'v> {
        for round in self.loops.iter().rev() {
            if let Some(value) = find(&round.set, name) {
                return value.clone();
            }
            if round.name == name {
                return round.value.clone();
            }
        }
        if let Some(value) = find(&self.set, name) {
            return value.clone();
        }
        match &self.around {
            Around::Page(_) => self.root(name),
            Around::Include(scope) => match scope.find(name) {
                Val::Absent => self.root(name),
                found => found,
            },
            Around::Component(given, _) => find(given, name).cloned().unwrap_or(Val::Absent),
        }
    }

    /// Returns what the page was given under a name.
    fn root(&self, name: usize) -> Val<'v> {
        match &self.around {
            Around::Page(roots) => roots[name].map_or(Val::Absent, Val::of),
            Around::Include(scope) => scope.root(name),
            Around::Component(..) => Val::Absent,
        }
    }

    /// Returns what a name means to whoever called, or called that.
    fn find_around(&self, name: usize) -> Val<'v> {
        match (self.find(name), &self.around) {
            (Val::Absent, Around::Include(scope) | Around::Component(_, scope)) => {
                scope.find_around(name)
            }
            (found, _) => found,
        }
    }

    fn round(&self) -> Result<&Round<'v>, Unsure> {
        self.loops.last().ok_or(Unsure)
    }

    fn set(&mut self, name: usize, value: Val<'v>) {
        let set = self
            .loops
            .last_mut()
            .map_or(&mut self.set, |round| &mut round.set);
        match set.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => set.push((name, value)),
        }
    }
}

fn find<'l, 'v>(list: &'l [(usize, Val<'v>)], name: usize) -> Option<&'l Val<'v>> {
    let mut list = list.iter();
    let (_, value) = list.find(|(known, _)| *known == name)?;
    Some(value)
}

impl<'v> Val<'v> {
    fn of(value: &'v Value) -> Val<'v> {
        match value {
            Value::Absent => Val::Absent,
            value => Val::Given(value),
        }
    }

    fn made(value: Value) -> Val<'v> {
        Val::Made(Rc::new(value))
    }

    fn text(text: impl Into<String>) -> Val<'v> {
        Val::made(Value::Text(text.into()))
    }

    fn number(number: usize) -> Result<Val<'v>, Unsure> {
        let number = i64::try_from(number).map_err(|_| Unsure)?;
        Ok(Val::made(Value::Integer(number)))
    }

    /// Returns the value that there is.
    fn there(&self) -> Result<&Value, Unsure> {
        match self {
            Val::Absent => Err(Unsure),
            Val::Given(value) => Ok(value),
            Val::Made(value) => Ok(value),
        }
    }

    fn str(&self) -> Result<&str, Unsure> {
        self.there()?.as_str().ok_or(Unsure)
    }

    fn record(&self) -> Option<&Record> {
        match self.there() {
            Ok(Value::Record(record)) => Some(record),
            _ => None,
        }
    }

    /// Returns a field; of what has none, there is none either.
    fn field(&self, field: &Field) -> Result<Val<'v>, Unsure> {
        match self {
            Val::Absent => Err(Unsure),
            Val::Given(Value::Record(record)) => {
                Ok(field.of(record).map_or(Val::Absent, Val::Given))
            }
            Val::Given(Value::Foreign(_)) => Err(Unsure),
            Val::Given(_) => Ok(Val::Absent),
            Val::Made(_) => {
                let found = self.record().and_then(|record| field.of(record));
                Ok(found.map_or(Val::Absent, |value| Val::made(value.clone())))
            }
        }
    }

    fn list(&self) -> Result<&[Value], Unsure> {
        match self.there()? {
            Value::List(values) => Ok(values),
            _ => Err(Unsure),
        }
    }

    fn item(&self, index: usize) -> Result<Val<'v>, Unsure> {
        match self {
            Val::Given(Value::List(values)) => {
                Ok(values.get(index).map_or(Val::Absent, Val::Given))
            }
            _ => {
                let value = self.list()?.get(index).cloned();
                Ok(value.map_or(Val::Absent, Val::made))
            }
        }
    }

    fn is_true(&self) -> Result<bool, Unsure> {
        Ok(match self.there() {
            Err(Unsure) | Ok(Value::Absent | Value::None) => false,
            Ok(Value::Bool(flag)) => *flag,
            Ok(Value::Integer(number)) => *number != 0,
            Ok(Value::Text(text)) => !text.is_empty(),
            Ok(Value::Html(text)) => !text.is_empty(),
            Ok(Value::Piece(piece)) => !piece.text.is_empty(),
            Ok(Value::List(values)) => !values.is_empty(),
            Ok(Value::Record(record)) => record.has_fields(),
            Ok(Value::Foreign(_)) => return Err(Unsure),
        })
    }

    fn is_of(&self, kind: Kind) -> bool {
        match self.there() {
            Ok(Value::Text(_) | Value::Html(_) | Value::Piece(_)) => kind == Kind::Text,
            Ok(Value::Bool(_)) => kind == Kind::Bool,
            Ok(Value::Integer(_)) => kind == Kind::Integer,
            Ok(Value::List(_)) => kind == Kind::List,
            Ok(Value::Record(_)) => kind == Kind::Record,
            _ => false,
        }
    }
}

impl<'v> Run<'v> {
    fn nodes(&mut self, nodes: &'v [Node], scope: &mut Scope<'_, 'v>) -> Result<(), Unsure> {
        nodes.iter().try_for_each(|node| self.node(node, scope))
    }

    fn node(&mut self, node: &'v Node, scope: &mut Scope<'_, 'v>) -> Result<(), Unsure> {
        match node {
            Node::Text(text, part) => self.sheet.push_part(text, part).map_err(Unsure::of),
            Node::Print(expression) => self.print(expression, scope),
            Node::If(branches, otherwise) => {
                for (condition, nodes) in branches {
                    if self.value(condition, scope)?.is_true()? {
                        return self.nodes(nodes, scope);
                    }
                }
                self.nodes(otherwise, scope)
            }
            Node::For(inside) => self.turn_over(inside, scope),
            Node::Set(name, expression) => {
                let value = self.value(expression, scope)?;
                scope.set(*name, value);
                Ok(())
            }
            Node::Include(nodes) => self.nodes(nodes, &mut Scope::new(Around::Include(scope))),
            Node::Call(component, arguments) => self.call(component, arguments, scope),
        }
    }

    fn turn_over(&mut self, inside: &'v Loop, scope: &mut Scope<'_, 'v>) -> Result<(), Unsure> {
        let over = self.value(&inside.over, scope)?;
        let length = over.list()?.len();
        if length == 0 {
            return self.nodes(&inside.otherwise, scope);
        }
        scope.loops.push(Round {
            name: inside.name,
            value: Val::Absent,
            index: 0,
            length,
            set: Vec::new(),
        });
        for index in 0..length {
            if inside.is_counted {
                turns::take(1).map_err(|_| Unsure)?;
            }
            let value = over.item(index)?;
            let round = scope.loops.last_mut().ok_or(Unsure)?;
            (round.value, round.index) = (value, index);
            round.set.clear();
            self.nodes(&inside.body, scope)?;
        }
        scope.loops.pop();
        Ok(())
    }

    fn call(
        &mut self,
        component: &'v Component,
        arguments: &'v [Argument],
        scope: &Scope<'_, 'v>,
    ) -> Result<(), Unsure> {
        let mut given = Vec::with_capacity(arguments.len());
        for (parameter, argument) in component.parameters.iter().zip(arguments) {
            let value = match argument {
                Argument::Given(expression) => self.value(expression, scope)?,
                Argument::Default(value) => Val::Given(value),
                Argument::Implicit => match scope.find_around(parameter.name) {
                    Val::Absent => return Err(Unsure),
                    value => value,
                },
            };
            let is_default = matches!(argument, Argument::Default(_));
            if !is_default && parameter.kind.is_some_and(|kind| !value.is_of(kind)) {
                return Err(Unsure);
            }
            given.push((parameter.name, value));
        }
        if self.depth == DEEPEST {
            return Err(Unsure);
        }
        self.depth += 1;
        let around = Around::Component(given, scope);
        self.nodes(&component.body, &mut Scope::new(around))?;
        self.depth -= 1;
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), Unsure> {
        self.sheet.write_all(text.as_bytes()).map_err(Unsure::of)
    }

    fn escape(&mut self, text: &str) -> Result<(), Unsure> {
        self.sheet.push_escaped(text).map_err(Unsure::of)
    }

    /// Writes a value, escaped unless it is HTML.
    fn print(&mut self, expression: &'v Expression, scope: &Scope<'_, 'v>) -> Result<(), Unsure> {
        // What these make is written without being made.
        match expression {
            Expression::Filter(inner, Filter::Safe) => {
                let value = self.value(inner, scope)?;
                match value.there()? {
                    Value::Text(text) => self.write(text),
                    _ => self.print_value(&value),
                }
            }
            Expression::Filter(inner, Filter::Text) => {
                let value = self.value(inner, scope)?;
                if let Some(text) = value.there()?.as_str() {
                    return self.escape(text);
                }
                self.print_value(&value)
            }
            Expression::Filter(inner, Filter::Join(sign)) => {
                let (values, sign) = (self.value(inner, scope)?, self.value(sign, scope)?);
                let sign = plain(sign.there()?)?;
                for (index, value) in values.list()?.iter().enumerate() {
                    if index > 0 {
                        self.escape(sign)?;
                    }
                    self.escape(plain(value)?)?;
                }
                Ok(())
            }
            Expression::Tera(snippet) => {
                let values = self.values_for(snippet, scope);
                let snippets = self.tools.snippets;
                let written = snippets.render_to(&snippet.name, &values, &mut self.sheet);
                written.map_err(|_| Unsure)
            }
            expression => {
                let value = self.value(expression, scope)?;
                self.print_value(&value)
            }
        }
    }

    /// Collects what an expression may name that is left to Tera.
    fn values_for(&self, snippet: &Snippet, scope: &Scope<'_, 'v>) -> tera::Context {
        let mut values = tera::Context::new();
        for &name in &snippet.names {
            if let Ok(value) = scope.find(name).there() {
                values.insert_value(self.tools.names.name(name).to_owned(), value.tera());
            }
        }
        values
    }

    fn print_value(&mut self, value: &Val<'v>) -> Result<(), Unsure> {
        match value.there()? {
            Value::Text(text) => self.escape(text),
            Value::Html(text) => self.write(text),
            Value::Piece(piece) => self.sheet.push_piece(piece).map_err(Unsure::of),
            Value::None => Ok(()),
            Value::Bool(flag) => self.write(if *flag { "true" } else { "false" }),
            Value::Integer(number) => write!(self.sheet, "{number}").map_err(Unsure::of),
            Value::Absent | Value::List(_) | Value::Record(_) | Value::Foreign(_) => Err(Unsure),
        }
    }

    fn value(&self, expression: &'v Expression, scope: &Scope<'_, 'v>) -> Result<Val<'v>, Unsure> {
        let both = |both: &'v [Expression; 2]| {
            let [left, right] = both;
            Ok((self.value(left, scope)?, self.value(right, scope)?))
        };
        Ok(match expression {
            Expression::Literal(value) => Val::Given(value),
            Expression::Path(root, fields) => {
                let root = scope.find(*root);
                fields
                    .iter()
                    .try_fold(root, |value, field| value.field(field))?
            }
            Expression::Of(inner, field) => self.value(inner, scope)?.field(field)?,
            Expression::Turn(turn) => {
                let round = scope.round()?;
                match turn {
                    Turn::Index => Val::number(round.index + 1)?,
                    Turn::Index0 => Val::number(round.index)?,
                    Turn::First => Val::made(Value::Bool(round.index == 0)),
                    Turn::Last => Val::made(Value::Bool(round.index + 1 == round.length)),
                    Turn::Length => Val::number(round.length)?,
                }
            }
            Expression::Item(list, index) => {
                let index = usize::try_from(*index).map_err(|_| Unsure)?;
                self.value(list, scope)?.item(index)?
            }
            Expression::Slice(list, start, end) => {
                let list = self.value(list, scope)?;
                let values = list.list()?;
                let clamp = |at: i64| usize::try_from(at).map_or(0, |at| at.min(values.len()));
                let (start, end) = (start.map_or(0, clamp), end.map_or(values.len(), clamp));
                let part = values.get(start..end).unwrap_or_default();
                Val::made(Value::List(part.into()))
            }
            Expression::Filter(inner, filter) => {
                let value = self.value(inner, scope)?;
                self.filter(value, filter, scope)?
            }
            Expression::Not(inner) => {
                let is_true = self.value(inner, scope)?.is_true()?;
                Val::made(Value::Bool(!is_true))
            }
            Expression::And(both) => {
                let left = self.value(&both[0], scope)?;
                match left.is_true()? {
                    true => self.value(&both[1], scope)?,
                    false => left,
                }
            }
            Expression::Or(both) => {
                let left = self.value(&both[0], scope)?;
                match left.is_true()? {
                    true => left,
                    false => self.value(&both[1], scope)?,
                }
            }
            Expression::Compare(comparison, sides) => {
                let (left, right) = both(sides)?;
                Val::made(Value::Bool(compare(*comparison, &left, &right)?))
            }
            Expression::Plus(sides) | Expression::Minus(sides) => {
                let (left, right) = both(sides)?;
                let (Value::Integer(left), Value::Integer(right)) = (left.there()?, right.there()?)
                else {
                    return Err(Unsure);
                };
                let number = match expression {
                    Expression::Plus(_) => left.checked_add(*right),
                    _ => left.checked_sub(*right),
                };
                Val::made(Value::Integer(number.ok_or(Unsure)?))
            }
            Expression::Tera(snippet) => {
                let values = self.values_for(snippet, scope);
                let mut sheet = Sheet::default();
                let snippets = self.tools.snippets;
                let asked = snippets.render_to(&snippet.name, &values, &mut sheet);
                asked.map_err(|_| Unsure)?;
                Val::made(Value::Bool(!sheet.is_empty()))
            }
            Expression::StartsWith(sides) => {
                let (text, start) = both(sides)?;
                Val::made(Value::Bool(text.str()?.starts_with(start.str()?)))
            }
            Expression::EndsWith(sides) => {
                let (text, end) = both(sides)?;
                Val::made(Value::Bool(text.str()?.ends_with(end.str()?)))
            }
        })
    }

    fn filter(
        &self,
        value: Val<'v>,
        filter: &'v Filter,
        scope: &Scope<'_, 'v>,
    ) -> Result<Val<'v>, Unsure> {
        let number = |value: &Val<'_>| match value.there() {
            Ok(Value::Integer(number)) => usize::try_from(*number).map_err(|_| Unsure),
            _ => Err(Unsure),
        };
        Ok(match filter {
            Filter::Safe => match &value {
                Val::Given(Value::Html(_) | Value::Piece(_)) => value,
                _ => Val::made(Value::html(value.str()?)),
            },
            Filter::Text => Val::text(value.str()?),
            Filter::Trim => {
                let text = value.str()?;
                let trimmed = text.trim();
                match value.there()? {
                    _ if trimmed.len() == text.len() => value,
                    Value::Text(_) => Val::text(trimmed),
                    _ => Val::made(Value::html(trimmed)),
                }
            }
            Filter::Length => match value.there()?.as_str() {
                // Of other letters it depends on which of them are one.
                Some(text) if text.is_ascii() && !text.contains('\r') => Val::number(text.len())?,
                _ => Val::number(value.list()?.len())?,
            },
            Filter::Join(sign) => {
                let sign = self.value(sign, scope)?;
                let values = value.list()?.iter().map(plain);
                let values: Vec<&str> = values.collect::<Result<_, _>>()?;
                Val::text(values.join(plain(sign.there()?)?))
            }
            Filter::Number => Val::text(self.tools.language.number(number(&value)?)),
            Filter::Count(of) => {
                let of = self.value(of, scope)?;
                let counted = self.tools.language.count(of.str()?, number(&value)?);
                Val::text(counted.ok_or(Unsure)?)
            }
            Filter::Fill(arguments) => {
                let mut values = Vec::with_capacity(arguments.len());
                for (name, argument) in arguments {
                    let argument = self.value(argument, scope)?;
                    let text = match argument.there()? {
                        Value::Integer(_) => self.tools.language.number(number(&argument)?),
                        value => value.as_str().ok_or(Unsure)?.to_owned(),
                    };
                    values.push((&**name, text));
                }
                let values = values.iter().map(|(name, text)| (*name, text.as_str()));
                let values: Vec<(&str, &str)> = values.collect();
                Val::text(language::fill(value.str()?, &values))
            }
        })
    }
}

/// Returns a text that is not HTML, which would make the others HTML too.
fn plain(value: &Value) -> Result<&str, Unsure> {
    match value {
        Value::Text(text) => Ok(text),
        _ => Err(Unsure),
    }
}

fn compare(comparison: Comparison, left: &Val<'_>, right: &Val<'_>) -> Result<bool, Unsure> {
    let is_equal = || match (left.there(), right.there()) {
        (Err(Unsure), Err(Unsure)) => Ok(true),
        (Err(Unsure), _) | (_, Err(Unsure)) => Ok(false),
        (Ok(left), Ok(right)) => match (left, right) {
            (Value::None, Value::None) => Ok(true),
            (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
            (Value::Integer(left), Value::Integer(right)) => Ok(left == right),
            (Value::Foreign(_), _) | (_, Value::Foreign(_)) => Err(Unsure),
            (Value::List(_), Value::List(_)) | (Value::Record(_), Value::Record(_)) => Err(Unsure),
            (left, right) => {
                let texts = left.as_str().zip(right.as_str());
                Ok(texts.is_some_and(|(left, right)| left == right))
            }
        },
    };
    let order = || match (left.there()?, right.there()?) {
        (Value::Integer(left), Value::Integer(right)) => Ok(left.cmp(right)),
        (left, right) => {
            let texts = left.as_str().zip(right.as_str());
            let (left, right) = texts.ok_or(Unsure)?;
            Ok(left.cmp(right))
        }
    };
    Ok(match comparison {
        Comparison::Equal => is_equal()?,
        Comparison::NotEqual => !is_equal()?,
        Comparison::Less => order()? == Ordering::Less,
        Comparison::LessOrEqual => order()? != Ordering::Greater,
        Comparison::Greater => order()? == Ordering::Greater,
        Comparison::GreaterOrEqual => order()? != Ordering::Less,
    })
}
