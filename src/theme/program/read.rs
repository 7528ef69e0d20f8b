//! Reading templates: with those that they extend and include, and the components that they call.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use tera::Tera;
use tera::value::Key;

use crate::language::Language;
use crate::theme::value::Value;
use crate::theme::{BUILT_IN_PREFIX, engine, words};

use super::cut::{Piece, first_word, pieces};
use super::expression::{Token, Tokens, words_of};
use super::fold::fold;
use super::run::Tools;
use super::{
    Argument, Component, Expression, Field, Kind, Loop, Names, Node, Parameter, SITE, Snippet,
    WORDS,
};

/// How deep blocks, components and what is included may stand in each other.
const DEEPEST: usize = 16;

/// This is a template of a theme, as it was written.
#[derive(Debug, Clone, Copy)]
pub struct Written<'t> {
    pub name: &'t str,
    pub text: &'t str,
    /// Whether its loops count their turns.
    pub is_counted: bool,
}

/// This is a template in pieces.
#[derive(Debug)]
struct Cut<'t> {
    pieces: Vec<Piece<'t>>,
    is_counted: bool,
    extends: Option<&'t str>,
    /// The pieces of each block.
    blocks: BTreeMap<&'t str, Range<usize>>,
}

/// Where a component is defined.
#[derive(Debug, Clone)]
struct Definition<'t> {
    cut: Rc<Cut<'t>>,
    head: &'t str,
    body: Range<usize>,
    is_built_in: bool,
}

/// This reads templates.
pub struct Reader<'t> {
    /// `None` are those that cannot be cut.
    cuts: BTreeMap<&'t str, Option<Rc<Cut<'t>>>>,
    /// `None` where one may be hidden in what cannot be cut.
    definitions: Option<BTreeMap<&'t str, Definition<'t>>>,
    components: BTreeMap<&'t str, Option<Arc<Component>>>,
    included: BTreeMap<&'t str, Option<Arc<[Node]>>>,
    names: Names,
    language: &'t Arc<Language>,
    words: tera::Value,
    /// Expressions that are left to Tera, as templates.
    snippets: Tera,
    sites: Vec<Value>,
    depth: usize,
}

/// Where the pieces stand that are read.
#[derive(Debug, Clone)]
struct Place<'t> {
    cut: Rc<Cut<'t>>,
    /// What is extended, beginning with the template itself.
    lineage: Rc<Vec<Rc<Cut<'t>>>>,
    /// The block around, and how many of its name are above it.
    block: Option<(&'t str, usize)>,
    has_site: bool,
    has_words: bool,
    is_in_loop: bool,
    is_in_component: bool,
}

impl<'t> Reader<'t> {
    /// Begins to read; `sites` are what pages are given as `site`.
    pub fn new(
        written: impl Iterator<Item = Written<'t>>,
        language: &'t Arc<Language>,
        sites: Vec<Value>,
    ) -> Reader<'t> {
        let cuts: BTreeMap<&str, Option<Rc<Cut<'_>>>> = written
            .map(|template| (template.name, Cut::of(&template).map(Rc::new)))
            .collect();
        Reader {
            definitions: definitions(&cuts),
            cuts,
            components: BTreeMap::new(),
            included: BTreeMap::new(),
            names: Names::default(),
            language,
            words: words::words(language),
            snippets: engine(language),
            sites,
            depth: 0,
        }
    }

    /// Returns the names that programs have numbers for, and the expressions that are left to Tera.
    pub fn finish(self) -> (Names, Tera) {
        (self.names, self.snippets)
    }

    /// Reads a template that pages are rendered with; `None` where it is left to Tera.
    pub fn page(&mut self, name: &str) -> Option<Vec<Node>> {
        // Others do not escape what they print.
        [".html", ".xml"]
            .iter()
            .any(|end| name.ends_with(end))
            .then_some(())?;
        let mut lineage = vec![self.cut(name)?];
        while let Some(parent) = lineage.last().and_then(|last| last.extends) {
            (lineage.len() < DEEPEST).then_some(())?;
            lineage.push(self.cut(parent)?);
        }
        let root = lineage.last()?.clone();
        let whole = 0..root.pieces.len();
        let place = Place {
            cut: root,
            lineage: Rc::new(lineage),
            block: None,
            has_site: true,
            has_words: true,
            is_in_loop: false,
            is_in_component: false,
        };
        let nodes = self.range(&place, whole)?;
        Some(self.fold(nodes))
    }

    /// Writes what comes out the same on every page.
    fn fold(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let site = self.names.number(SITE);
        let tools = Tools {
            language: self.language,
            names: &self.names,
            snippets: &self.snippets,
        };
        fold(nodes, site, &self.sites, tools)
    }

    /// Finds a template by the name that others call it.
    fn cut(&self, name: &str) -> Option<Rc<Cut<'t>>> {
        let built_in = || self.cuts.get(&*format!("{BUILT_IN_PREFIX}{name}"));
        self.cuts.get(name).or_else(built_in)?.clone()
    }

    fn range(&mut self, place: &Place<'t>, range: Range<usize>) -> Option<Vec<Node>> {
        let mut at = range.start;
        let nodes = self.nodes(place, &mut at, range.end, &[])?;
        (at == range.end).then_some(nodes)
    }

    /// Reads up to a tag of one of these names, or to the end where there are none.
    fn nodes(
        &mut self,
        place: &Place<'t>,
        at: &mut usize,
        end: usize,
        ends: &[&str],
    ) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        while *at < end {
            let piece = place.cut.pieces[*at];
            if piece.tag().is_some_and(|tag| ends.contains(&tag)) {
                return Some(nodes);
            }
            *at += 1;
            match piece {
                Piece::Text("") => {}
                Piece::Text(text) => nodes.push(Node::text(text)),
                Piece::Print(code) => self.print(place, code, &mut nodes)?,
                Piece::Tag(code) => self.tag(place, code, at, end, &mut nodes)?,
            }
        }
        ends.is_empty().then_some(nodes)
    }

    fn print(&mut self, place: &Place<'t>, code: &'t str, nodes: &mut Vec<Node>) -> Option<()> {
        let code = code.trim();
        if code.starts_with('<') {
            nodes.push(self.call(place, code)?);
        } else if code == "super()" {
            let (name, level) = place.block?;
            nodes.extend(self.block(place, name, level + 1)?);
        } else {
            let read = Tokens::of(code).and_then(|tokens| self.rest(place, tokens));
            let print = || self.snippet(place, code, format!("{{{{ {code} }}}}"));
            nodes.push(Node::Print(read.or_else(print)?));
        }
        Some(())
    }

    /// Reads a condition.
    fn condition(&mut self, place: &Place<'t>, code: &'t str) -> Option<Expression> {
        let read = Tokens::of(code).and_then(|tokens| self.rest(place, tokens));
        let ask = || self.snippet(place, code, format!("{{% if {code} %}}1{{% endif %}}"));
        read.or_else(ask)
    }

    /// Leaves an expression to Tera, with what it names.
    fn snippet(&mut self, place: &Place<'t>, code: &str, template: String) -> Option<Expression> {
        let words = words_of(code)?;
        // What these mean depends on more than values.
        let is_bound = |word: &&str| {
            ["loop", "super", "self", "body"].contains(word) || word.starts_with("__tera")
        };
        let has_all = (place.has_site || !words.contains(&SITE))
            && (place.has_words || !words.contains(&WORDS));
        (has_all && !words.iter().any(is_bound)).then_some(())?;
        let name = format!("{}.html", self.snippets.get_template_names().count());
        self.snippets.add_raw_template(&name, &template).ok()?;
        let values = words.into_iter().filter(|word| *word != WORDS);
        let names = values.map(|word| self.names.number(word)).collect();
        Some(Expression::Tera(Snippet { name, names }.into()))
    }

    fn tag(
        &mut self,
        place: &Place<'t>,
        code: &'t str,
        at: &mut usize,
        end: usize,
        nodes: &mut Vec<Node>,
    ) -> Option<()> {
        let (tag, rest) = split(code);
        match tag {
            "if" => {
                let node = self.branches(place, rest, at, end)?;
                nodes.push(node);
                return Some(());
            }
            "component" => {
                let ends = |piece: &Piece<'_>| piece.tag() == Some("endcomponent");
                *at += place.cut.pieces[*at..end].iter().position(ends)? + 1;
                return Some(());
            }
            _ => {}
        }
        let mut tokens = Tokens::of(rest)?;
        match tag {
            "for" => {
                let name = tokens.name().filter(|name| ![SITE, WORDS].contains(name))?;
                tokens.expect(Token::Word("in"))?;
                let over = self.rest(place, tokens)?;
                let inside = Place {
                    is_in_loop: true,
                    ..place.clone()
                };
                let body = self.nodes(&inside, at, end, &["else", "endfor"])?;
                let otherwise = match next_tag(place, at, end)? {
                    ("else", _) => {
                        let otherwise = self.nodes(place, at, end, &["endfor"])?;
                        *at += 1;
                        otherwise
                    }
                    _ => Vec::new(),
                };
                nodes.push(Node::For(Box::new(Loop {
                    name: self.names.number(name),
                    over,
                    body,
                    otherwise,
                    is_counted: place.cut.is_counted,
                })));
            }
            "set" => {
                let name = tokens.name().filter(|name| ![SITE, WORDS].contains(name))?;
                tokens.expect(Token::Sign("="))?;
                let value = self.rest(place, tokens)?;
                nodes.push(Node::Set(self.names.number(name), value));
            }
            "block" => {
                let name = tokens.name()?;
                tokens.end()?;
                nodes.extend(self.block(place, name, 0)?);
                *at = end_of_block(&place.cut.pieces, *at)?.min(end);
            }
            "include" => {
                let Token::Text(name) = tokens.next()? else {
                    return None;
                };
                tokens.end()?;
                nodes.push(Node::Include(self.include(place, name)?));
            }
            _ => return None,
        }
        Some(())
    }

    /// Reads conditions and what stands behind each.
    fn branches(
        &mut self,
        place: &Place<'t>,
        first: &'t str,
        at: &mut usize,
        end: usize,
    ) -> Option<Node> {
        let mut branches = Vec::new();
        let mut condition = self.condition(place, first)?;
        let otherwise = loop {
            let nodes = self.nodes(place, at, end, &["elif", "else", "endif"])?;
            branches.push((condition, nodes));
            match next_tag(place, at, end)? {
                ("elif", rest) => condition = self.condition(place, rest)?,
                ("else", _) => {
                    let otherwise = self.nodes(place, at, end, &["endif"])?;
                    *at += 1;
                    break otherwise;
                }
                _ => break Vec::new(),
            }
        };
        Some(Node::If(branches, otherwise))
    }

    /// Reads what a block of this name holds, in the template that has the last word on it or in one above.
    fn block(&mut self, place: &Place<'t>, name: &'t str, level: usize) -> Option<Vec<Node>> {
        let mut defined = place
            .lineage
            .iter()
            .filter_map(|cut| Some((cut, cut.blocks.get(name)?)));
        let (cut, range) = defined.nth(level)?;
        let inside = Place {
            cut: cut.clone(),
            block: Some((name, level)),
            is_in_loop: false,
            ..place.clone()
        };
        self.deeper(|reader| reader.range(&inside, range.clone()))
    }

    fn include(&mut self, place: &Place<'t>, name: &'t str) -> Option<Arc<[Node]>> {
        // What is included sees what a component does, which others do not.
        (!place.is_in_component).then_some(())?;
        if let Some(known) = self.included.get(name) {
            return known.clone();
        }
        let cut = self.cut(name).filter(|cut| cut.extends.is_none())?;
        let inside = Place {
            lineage: Rc::new(vec![cut.clone()]),
            cut,
            block: None,
            is_in_loop: false,
            ..place.clone()
        };
        let whole = 0..inside.cut.pieces.len();
        let nodes = self.deeper(|reader| reader.range(&inside, whole));
        let nodes: Option<Arc<[Node]>> = nodes.map(|nodes| self.fold(nodes).into());
        self.included.insert(name, nodes.clone());
        nodes
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let what = read(self);
        self.depth -= 1;
        what
    }

    /// Reads a call of a component.
    fn call(&mut self, place: &Place<'t>, code: &'t str) -> Option<Node> {
        let mut tokens = Tokens::of(code)?;
        tokens.expect(Token::Sign("<"))?;
        let name = tokens.name()?;
        let mut given: BTreeMap<&str, Expression> = BTreeMap::new();
        while !tokens.take(Token::Sign("/")) {
            let argument = tokens.name()?;
            tokens.expect(Token::Sign("="))?;
            let value = match tokens.next()? {
                Token::Text(text) => Expression::Literal(Value::Text(text.to_owned())),
                Token::Sign("{") => {
                    let value = self.expression(place, &mut tokens)?;
                    tokens.expect(Token::Sign("}"))?;
                    value
                }
                _ => return None,
            };
            given.insert(argument, value).is_none().then_some(())?;
        }
        tokens.expect(Token::Sign(">"))?;
        tokens.end()?;
        let definition = self.definitions.as_ref()?.get(name)?.clone();
        // What is implicit may be given too, and is another then.
        (!given.contains_key(SITE) && !given.contains_key(WORDS)).then_some(())?;
        let heads = parameters(definition.head)?;
        let component = self.component(name, &definition, &heads)?;
        let mut arguments = Vec::with_capacity(heads.len());
        for parameter in &heads {
            arguments.push(match given.remove(parameter.name) {
                Some(value) => Argument::Given(value),
                // These are known wherever they are asked for.
                None if parameter.name == WORDS => continue,
                None if parameter.is_implicit => Argument::Implicit,
                None => Argument::Default(parameter.default.clone()?),
            });
        }
        given.is_empty().then_some(Node::Call(component, arguments))
    }

    fn component(
        &mut self,
        name: &'t str,
        definition: &Definition<'t>,
        heads: &[Head<'t>],
    ) -> Option<Arc<Component>> {
        if let Some(known) = self.components.get(name) {
            return known.clone();
        }
        // What calls itself finds that it is unknown.
        self.components.insert(name, None);
        let has = |name| {
            let mut heads = heads.iter();
            heads.any(|head| head.is_implicit && head.name == name)
        };
        let place = Place {
            cut: definition.cut.clone(),
            lineage: Rc::new(Vec::new()),
            block: None,
            has_site: has(SITE),
            has_words: has(WORDS),
            is_in_loop: false,
            is_in_component: true,
        };
        let body = self.deeper(|reader| reader.range(&place, definition.body.clone()))?;
        let component = Arc::new(Component {
            parameters: heads
                .iter()
                .filter(|head| head.name != WORDS)
                .map(|head| Parameter {
                    name: self.names.number(head.name),
                    kind: head.kind,
                })
                .collect(),
            body: self.fold(body),
        });
        self.components.insert(name, Some(component.clone()));
        Some(component)
    }

    fn rest(&mut self, place: &Place<'t>, mut tokens: Tokens<'t>) -> Option<Expression> {
        let expression = self.expression(place, &mut tokens)?;
        tokens.end()?;
        Some(expression)
    }

    fn expression(&mut self, place: &Place<'t>, tokens: &mut Tokens<'t>) -> Option<Expression> {
        let mut path = |root: &str, fields: Vec<Field>| match root {
            // A component has a body where it is called with one.
            "body" if place.is_in_component => None,
            SITE if !place.has_site => None,
            WORDS => {
                let mut value = place.has_words.then_some(&self.words)?;
                for field in &fields {
                    value = value.as_map()?.get(&Key::Str(&field.name))?;
                }
                let text = value.as_str()?.to_owned();
                Some(Expression::Literal(Value::Text(text)))
            }
            _ => Some(Expression::Path(self.names.number(root), fields)),
        };
        let expression = tokens.expression(0, &mut path)?;
        let is_lost = !place.is_in_loop && names_turn(&expression);
        (!is_lost).then_some(expression)
    }
}

impl<'t> Cut<'t> {
    fn of(template: &Written<'t>) -> Option<Cut<'t>> {
        let pieces = pieces(template.text)?;
        let mut blocks = BTreeMap::new();
        for (at, piece) in pieces.iter().enumerate() {
            if let (Some("block"), Piece::Tag(code)) = (piece.tag(), piece) {
                let name = Tokens::of(split(code).1)?.name()?;
                let range = at + 1..end_of_block(&pieces, at + 1)? - 1;
                blocks.insert(name, range).is_none().then_some(())?;
            }
        }
        let is_space =
            |piece: &&Piece<'_>| matches!(piece, Piece::Text(text) if text.trim().is_empty());
        let extends = match pieces.iter().find(|piece| !is_space(piece)) {
            Some(Piece::Tag(code)) if first_word(code) == "extends" => {
                match Tokens::of(split(code).1)?.next()? {
                    Token::Text(name) => Some(name),
                    _ => return None,
                }
            }
            _ => None,
        };
        Some(Cut {
            is_counted: template.is_counted,
            extends,
            blocks,
            pieces,
        })
    }
}

/// Finds the components of all templates; a site's goes before a built-in one of its name.
fn definitions<'t>(
    cuts: &BTreeMap<&'t str, Option<Rc<Cut<'t>>>>,
) -> Option<BTreeMap<&'t str, Definition<'t>>> {
    let mut definitions: BTreeMap<&str, Definition<'_>> = BTreeMap::new();
    for (template, cut) in cuts {
        let cut = cut.as_ref()?;
        let heads = cut.pieces.iter().enumerate().filter_map(|(at, piece)| {
            let (Some("component"), Piece::Tag(code)) = (piece.tag(), piece) else {
                return None;
            };
            Some((at, code.trim_start().strip_prefix("component")?))
        });
        for (at, head) in heads {
            let is_end = |piece: &Piece<'_>| piece.tag() == Some("endcomponent");
            let end = at + cut.pieces[at..].iter().position(is_end)?;
            let name = head.split('(').next().unwrap_or(head).trim();
            let definition = Definition {
                cut: cut.clone(),
                head,
                body: at + 1..end,
                is_built_in: template.starts_with(BUILT_IN_PREFIX),
            };
            let other = definitions.get(name);
            if other.is_none_or(|other| other.is_built_in) {
                definitions.insert(name, definition);
            }
        }
    }
    Some(definitions)
}

/// What a component says of one of its parameters.
#[derive(Debug, Clone)]
struct Head<'t> {
    name: &'t str,
    kind: Option<Kind>,
    default: Option<Value>,
    is_implicit: bool,
}

/// Reads the parameters in the head of a component.
fn parameters(head: &str) -> Option<Vec<Head<'_>>> {
    let (_, inside) = head.split_once('(')?;
    let inside = inside.trim_end().strip_suffix(')')?;
    // A comma within a text or a list would be taken for the end of a parameter, which is not one then.
    let written = inside.split(',').map(str::trim);
    let written: Vec<&str> = written.filter(|parameter| !parameter.is_empty()).collect();
    written.into_iter().map(parameter).collect()
}

fn parameter(written: &str) -> Option<Head<'_>> {
    let bare = written.strip_prefix('@');
    let mut tokens = Tokens::of(bare.unwrap_or(written))?;
    let name = tokens.name()?;
    let kind = match tokens.take(Token::Sign(":")) {
        true => Some(kind(tokens.next()?)?),
        false => None,
    };
    let default = match tokens.take(Token::Sign("=")) {
        true => Some(match tokens.next()? {
            Token::Text(text) => Value::Text(text.to_owned()),
            Token::Number(number) => Value::Integer(number),
            Token::Word("true") => Value::Bool(true),
            Token::Word("false") => Value::Bool(false),
            Token::Word("none") => Value::None,
            _ => return None,
        }),
        false => None,
    };
    tokens.end()?;
    // Where no type is told, it is that of what is there without an argument.
    let own = match default {
        Some(Value::Text(_)) => Some(Kind::Text),
        Some(Value::Integer(_)) => Some(Kind::Integer),
        Some(Value::Bool(_)) => Some(Kind::Bool),
        _ => None,
    };
    let is_implicit = bare.is_some();
    let is_plain = !is_implicit || default.is_none() && kind.is_none();
    let is_own = is_implicit || ![SITE, WORDS].contains(&name);
    (is_plain && is_own).then_some(Head {
        name,
        kind: kind.or(own),
        default,
        is_implicit,
    })
}

fn kind(token: Token<'_>) -> Option<Kind> {
    let Token::Word(kind) = token else {
        return None;
    };
    Some(match kind {
        "string" => Kind::Text,
        "bool" => Kind::Bool,
        "integer" => Kind::Integer,
        "array" => Kind::List,
        "map" => Kind::Record,
        _ => return None,
    })
}

/// Takes the tag at which reading stopped: its name, and what stands behind that.
fn next_tag<'t>(place: &Place<'t>, at: &mut usize, end: usize) -> Option<(&'t str, &'t str)> {
    let piece = place.cut.pieces[..end].get(*at)?;
    *at += 1;
    match piece {
        Piece::Tag(code) => Some(split(code)),
        _ => None,
    }
}

/// Splits a tag into its name and what stands behind that.
fn split(code: &str) -> (&str, &str) {
    let code = code.trim_start();
    code.split_at(first_word(code).len())
}

/// Returns the piece behind the tag that ends a block, of which the first piece inside is told.
fn end_of_block(pieces: &[Piece<'_>], start: usize) -> Option<usize> {
    let mut open = 1;
    for (at, piece) in pieces.iter().enumerate().skip(start) {
        match piece.tag() {
            Some("block") => open += 1,
            Some("endblock") => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Tells whether an expression names the turn of a loop.
fn names_turn(expression: &Expression) -> bool {
    let mut names = false;
    expression.each(&mut |part| names |= matches!(part, Expression::Turn(_)));
    names
}
