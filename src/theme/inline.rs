//! Components written where they are called.
//!
//! A call costs Tera thousands of instructions: arguments are collected in a map, checked, made into a
//! context of their own. What `theme::fold` makes ready for many pages has the body of a component in the
//! place of its call, with what the call gives in the place of its parameters, wherever that comes to the
//! same bytes and to the same errors. All other calls stay, and the rules that tell them are these:
//!
//! - Only a print that is a call and nothing else is replaced, and arguments are paths or literals.
//! - A body has conditions, loops, prints, and calls of that kind. It names its parameters and what its own
//!   loops are over; no loop around a parameter's name binds the name that the argument begins with.
//! - What a component takes from its caller's surroundings (`@words`) is one of the names that no template
//!   gives another meaning, and stands in those surroundings.
//! - An argument of the wrong type is an error, so a type is asked for first, and the call stays for what is
//!   of another. So is a field of nothing, so a path to a field is looked at before the body.
//! - Tera bounds how deep components call each other. What calls itself, and all that it leads to, stays.
//! - Loops of a site's own templates count their turns, those of the built-in ones do not: each keeps to its kind.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::BUILT_IN_PREFIX;
use super::fold::{KEYWORDS, Piece, SHARED, first_word, is_code, pieces, words};
use super::turns;

/// How many components Tera lets call each other.
const DEEPEST: usize = 20;

/// How long a template may become, in bytes, for components that call others twice double with each step.
const LONGEST: usize = 100_000;

/// Types of parameters that have a test of the same name and meaning.
const TYPES: [&str; 7] = [
    "string", "bool", "integer", "float", "number", "array", "map",
];

/// This is a template of a theme.
#[derive(Debug, Clone, Copy)]
pub(super) struct Template<'a> {
    pub name: &'a str,
    pub text: &'a str,
    /// Whether its loops count their turns.
    pub is_counted: bool,
}

/// Writes components in the place of their calls, in each of all templates of a theme.
pub(super) fn in_place<'a>(templates: &[Template<'a>]) -> Vec<Cow<'a, str>> {
    let cut: Vec<Option<Vec<Piece<'a>>>> = templates
        .iter()
        .map(|template| pieces(template.text))
        .collect();
    let components = Components::of(templates, &cut);
    let written = |(template, pieces): (&Template<'a>, &Option<Vec<Piece<'a>>>)| {
        let pieces = pieces.as_ref().filter(|pieces| pieces.iter().any(may_call));
        let written =
            pieces.map(|pieces| components.write(pieces, Surroundings::Page, template.is_counted));
        written
            .flatten()
            .map_or(Cow::Borrowed(template.text), Cow::Owned)
    };
    templates.iter().zip(&cut).map(written).collect()
}

/// These are the components of a theme by their names.
#[derive(Debug, Default)]
struct Components<'a>(BTreeMap<&'a str, Component<'a>>);

#[derive(Debug)]
struct Component<'a> {
    /// `None` where they are not understood.
    parameters: Option<Vec<Parameter<'a>>>,
    body: Vec<Piece<'a>>,
    is_counted: bool,
    is_built_in: bool,
    /// The names of all that it may call.
    calls: Vec<&'a str>,
    /// How many components call each other on the longest way to it, itself among them.
    depth: usize,
    /// Whether all that it leads to is known.
    is_sure: bool,
    /// What goes in the place of a call, if anything may.
    text: Option<String>,
}

/// This is what a component is given.
#[derive(Debug, PartialEq)]
struct Parameter<'a> {
    name: &'a str,
    kind: Option<&'a str>,
    default: Option<&'a str>,
    /// Whether it is taken from the caller's surroundings.
    is_implicit: bool,
}

/// This is where a call stands.
#[derive(Debug, Clone, Copy)]
enum Surroundings<'s> {
    Page,
    /// In a component with these parameters.
    Component(&'s [Parameter<'s>]),
}

impl Surroundings<'_> {
    /// Tells whether a name that is shared by all pages is known there.
    fn have(self, name: &str) -> bool {
        let is_it = |parameter: &Parameter<'_>| parameter.is_implicit && parameter.name == name;
        match self {
            Surroundings::Page => SHARED.contains(&name),
            Surroundings::Component(parameters) => parameters.iter().any(is_it),
        }
    }
}

impl<'a> Components<'a> {
    /// Collects the components of all templates; there are none where one cannot be told from its text.
    fn of(templates: &[Template<'a>], cut: &[Option<Vec<Piece<'a>>>]) -> Components<'a> {
        let mut components = Components::default();
        for (template, pieces) in templates.iter().zip(cut) {
            let is_component = |code| turns::tag_name(code) == Some("component");
            match pieces {
                Some(pieces) => components.add(template, pieces),
                None if turns::codes(template.text).any(is_component) => {
                    return Components::default();
                }
                None => {}
            }
        }
        components.measure();
        components.write_bodies();
        components
    }

    fn add(&mut self, template: &Template<'a>, pieces: &[Piece<'a>]) {
        for (at, piece) in pieces.iter().enumerate() {
            let Some(head) = tag(piece, "component") else {
                continue;
            };
            let end = pieces[at..]
                .iter()
                .position(|piece| tag(piece, "endcomponent").is_some());
            let body = &pieces[at + 1..end.map_or(pieces.len(), |end| at + end)];
            let component = Component {
                parameters: parameters(head),
                body: body.to_vec(),
                is_counted: template.is_counted,
                is_built_in: template.name.starts_with(BUILT_IN_PREFIX),
                calls: Vec::new(),
                depth: 1,
                is_sure: false,
                text: None,
            };
            let name = head.split('(').next().unwrap_or(head).trim();
            // A site's component goes before a built-in one of its name.
            let other = self.0.get(name);
            if other.is_none_or(|other| other.is_built_in) {
                self.0.insert(name, component);
            }
        }
    }

    /// Finds what each component calls, and how deep it may be called; what calls itself is deeper than any
    /// may be.
    fn measure(&mut self) {
        let names: Vec<&str> = self.0.keys().copied().collect();
        for component in self.0.values_mut() {
            component.calls = called(&component.body, &names);
        }
        let mut has_changed = true;
        for _ in 0..=DEEPEST {
            if !std::mem::take(&mut has_changed) {
                break;
            }
            for caller in &names {
                let (below, calls) = (self.0[caller].depth + 1, self.0[caller].calls.clone());
                for name in calls {
                    let called = self.0.get_mut(name).expect("it is known");
                    has_changed |= called.depth < below;
                    called.depth = called.depth.max(below);
                }
            }
        }
    }

    /// Writes what goes in the place of calls, beginning with components that call no others.
    fn write_bodies(&mut self) {
        let mut names: Vec<&str> = self.0.keys().copied().collect();
        names.sort_by_key(|name| std::cmp::Reverse(self.0[name].depth));
        for name in names {
            let component = &self.0[name];
            let Some(parameters) = &component.parameters else {
                continue;
            };
            let mut implicit = parameters.iter().filter(|parameter| parameter.is_implicit);
            let is_sure = component.depth <= DEEPEST
                && implicit.all(|parameter| SHARED.contains(&parameter.name))
                && component.calls.iter().all(|called| self.0[called].is_sure);
            if is_sure {
                let surroundings = Surroundings::Component(parameters);
                let text = self.write(&component.body, surroundings, component.is_counted);
                let component = self.0.get_mut(name).expect("it is known");
                (component.is_sure, component.text) = (true, text);
            }
        }
    }

    /// Writes a template, or the body of a component, with components in the place of calls; `None` where a
    /// text would become code.
    fn write(
        &self,
        pieces: &[Piece<'_>],
        surroundings: Surroundings<'_>,
        is_counted: bool,
    ) -> Option<String> {
        let (mut text, mut codes) = (String::new(), Vec::new());
        let mut parameters_of = None;
        for piece in pieces {
            if let Some(head) = tag(piece, "component") {
                parameters_of = Some(parameters(head).unwrap_or_default());
            } else if tag(piece, "endcomponent").is_some() {
                parameters_of = None;
            }
            let surroundings = parameters_of
                .as_deref()
                .map_or(surroundings, Surroundings::Component);
            let placed = match piece {
                Piece::Print(code) => self.place(code, surroundings, is_counted),
                _ => None,
            };
            let placed = placed.filter(|placed| text.len() + placed.len() <= LONGEST);
            match placed {
                Some(placed) => {
                    codes.extend(turns::code_at(&placed, text.len()));
                    text.push_str(&placed);
                }
                None => {
                    let start = text.len();
                    piece.push(&mut text);
                    if !matches!(piece, Piece::Text(_)) {
                        codes.push(start..text.len());
                    }
                }
            }
        }
        is_code(&text, &codes).then_some(text)
    }

    /// Writes the component that a print calls; `None` where the call has to stay.
    fn place(
        &self,
        code: &str,
        surroundings: Surroundings<'_>,
        is_counted: bool,
    ) -> Option<String> {
        let call = Call::of(code)?;
        let component = self.0.get(call.name)?;
        let (text, parameters) = component.text.as_ref().zip(component.parameters.as_ref())?;
        if component.is_counted != is_counted {
            return None;
        }
        let mut values = Vec::new();
        let (mut looked_at, mut tests) = (String::new(), Vec::new());
        for parameter in parameters {
            let name = parameter.name;
            if parameter.is_implicit {
                surroundings.have(name).then(|| values.push((name, name)))?;
                continue;
            }
            let given = call.arguments.iter().find(|(given, _)| *given == name);
            let value = given.map(|(_, value)| *value).or(parameter.default)?;
            match (parameter.kind, literal(value)) {
                _ if given.is_none() => {}
                (Some(kind), Some(kinds)) => kinds.contains(&kind).then_some(())?,
                (Some(kind), None) => {
                    let test = TYPES.iter().find(|test| **test == kind)?;
                    tests.push(format!("{value} is {test}"));
                }
                (None, None) if value.contains('.') => {
                    looked_at += &format!("{{% if {value} %}}{{% endif %}}");
                }
                (None, _) => {}
            }
            values.push((name, value));
        }
        let mut names = call.arguments.iter().map(|(name, _)| name);
        names
            .all(|name| parameters.iter().any(|parameter| parameter.name == *name))
            .then_some(())?;
        let body = give(text, &values)?;
        Some(match tests.as_slice() {
            [] => looked_at + &body,
            tests => {
                let tests = tests.join(" and ");
                format!(
                    "{looked_at}{{% if {tests} %}}{body}{{% else %}}{{{{{code}}}}}{{% endif %}}"
                )
            }
        })
    }
}

/// Returns those of all components that a body may call; one that includes a template may call any.
fn called<'a>(body: &[Piece<'_>], names: &[&'a str]) -> Vec<&'a str> {
    let is_open = body.iter().any(|piece| tag(piece, "include").is_some());
    let codes = body.iter().filter_map(|piece| match piece {
        Piece::Text(_) => None,
        Piece::Print(code) | Piece::Tag(code) => Some(*code),
    });
    let behind = codes.flat_map(|code| code.split('<').skip(1));
    let words: Vec<&str> = behind.map(first_word).collect();
    let is_called = |name: &&&str| is_open || words.contains(&first_word(name));
    names.iter().filter(is_called).copied().collect()
}

/// This is a call whose arguments are paths and literals.
#[derive(Debug, PartialEq)]
struct Call<'c> {
    name: &'c str,
    arguments: Vec<(&'c str, &'c str)>,
}

impl<'c> Call<'c> {
    /// Reads what stands in a print.
    fn of(code: &'c str) -> Option<Call<'c>> {
        let inside = code.trim().strip_prefix('<')?.strip_suffix("/>")?;
        let inside = inside.trim_start();
        let name = first_word(inside);
        let mut rest = inside[name.len()..].trim_start();
        let mut arguments: Vec<(&str, &str)> = Vec::new();
        while !rest.is_empty() {
            let argument = first_word(rest);
            rest = rest[argument.len()..].trim_start();
            rest = rest.strip_prefix('=')?.trim_start();
            let (value, behind) = match rest.strip_prefix('{') {
                Some(inside) => inside.split_once('}')?,
                None => rest
                    .starts_with(['"', '\'', '`'])
                    .then(|| turns::end_of_quote(rest, 0))?
                    .map(|end| rest.split_at(end))?,
            };
            let value = value.trim();
            let is_twice = arguments.iter().any(|(other, _)| *other == argument);
            if argument.is_empty() || is_twice || !(is_path(value) || literal(value).is_some()) {
                return None;
            }
            arguments.push((argument, value));
            rest = behind.trim_start();
        }
        (!name.is_empty()).then_some(Call { name, arguments })
    }
}

/// Reads the parameters in the head of a component.
fn parameters(head: &str) -> Option<Vec<Parameter<'_>>> {
    let (_, inside) = head.split_once('(')?;
    let inside = inside.trim_end().strip_suffix(')')?;
    // A comma within a text or a list would be taken for the end of a parameter, which is not one then.
    let written = inside.split(',').map(str::trim);
    let written: Vec<&str> = written.filter(|parameter| !parameter.is_empty()).collect();
    written.into_iter().map(parameter).collect()
}

fn parameter(written: &str) -> Option<Parameter<'_>> {
    let (declared, default) = match written.split_once('=') {
        Some((declared, default)) => (declared, Some(default.trim())),
        None => (written, None),
    };
    let (name, kind) = match declared.split_once(':') {
        Some((name, kind)) => (name, Some(kind.trim())),
        None => (declared, None),
    };
    let name = name.trim();
    let bare = name.strip_prefix('@').map_or(name, str::trim_start);
    let is_implicit = bare.len() < name.len();
    let is_plain = !is_implicit || default.or(kind).is_none();
    // Where no type is told, it is that of what is there without an argument.
    let kinds = default.map_or(Some(&[][..]), literal)?;
    let kind = kind.or(kinds.first().copied());
    (is_path(bare) && !bare.contains('.') && is_plain).then_some(Parameter {
        name: bare,
        kind,
        default,
        is_implicit,
    })
}

/// Tells whether this is a name, or a path of names from one.
fn is_path(value: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let root = root(value);
    let is_free = !KEYWORDS.contains(&root)
        && !["loop", "self", "null"].contains(&root)
        && !root.starts_with("__tera");
    is_free && value.split('.').all(is_name)
}

fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Returns the types that a literal has; none of `none`. `None` where it is no literal.
fn literal(value: &str) -> Option<&'static [&'static str]> {
    let is_text = || {
        value.starts_with(['"', '\'', '`']) && turns::end_of_quote(value, 0) == Some(value.len())
    };
    match value {
        "true" | "false" => Some(&["bool"]),
        "none" => Some(&[]),
        _ if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(&["integer", "number"])
        }
        _ if is_text() => Some(&["string"]),
        _ => None,
    }
}

/// Gives a body values in the place of its parameters; `None` where it names anything else, or might not
/// mean the same at the place of the call.
fn give(body: &str, values: &[(&str, &str)]) -> Option<String> {
    let mut given = String::with_capacity(2 * body.len());
    // What each loop binds, and nothing for conditions.
    let mut open: Vec<Vec<&str>> = Vec::new();
    for piece in pieces(body)? {
        let bound = open.concat();
        let code = match piece {
            Piece::Text(text) => Cow::Borrowed(text),
            Piece::Print(code) => {
                // The name of a component that stays is none of a value.
                let name = Call::of(code).map_or("", |call| call.name);
                let arguments = code.find(name).map_or(0, |at| at + name.len());
                let is_call = !name.is_empty();
                let rest = replace(&code[arguments..], values, &bound, is_call)?;
                Cow::Owned(code[..arguments].to_owned() + &rest)
            }
            Piece::Tag(code) => {
                let word = first_word(code);
                let behind = code.trim_start().strip_prefix(word)?;
                match word {
                    "for" => {
                        let (targets, over) = behind.split_once(" in ")?;
                        let over = replace(over, values, &bound, false)?;
                        let targets_of = targets.split(',').map(str::trim);
                        open.push(targets_of.chain(["loop"]).collect());
                        Cow::Owned(format!(" for{targets} in {over}"))
                    }
                    "if" | "elif" => {
                        if word == "if" {
                            open.push(Vec::new());
                        }
                        let asked = replace(behind, values, &bound, false)?;
                        Cow::Owned(format!(" {word}{asked}"))
                    }
                    // Behind it a loop binds nothing any more.
                    "else" => {
                        open.last_mut()?.clear();
                        Cow::Borrowed(code)
                    }
                    "endif" | "endfor" => {
                        open.pop()?;
                        Cow::Borrowed(code)
                    }
                    _ => return None,
                }
            }
        };
        let piece = match piece {
            Piece::Text(_) => Piece::Text(&code),
            Piece::Print(_) => Piece::Print(&code),
            Piece::Tag(_) => Piece::Tag(&code),
        };
        piece.push(&mut given);
    }
    Some(given)
}

/// Gives an expression, or the arguments of a call, values in the place of names.
fn replace(code: &str, values: &[(&str, &str)], bound: &[&str], is_call: bool) -> Option<String> {
    // A map has names that are no values; three dots look like those before a field.
    if !is_call && code.contains('{') || code.contains("...") {
        return None;
    }
    let (mut replaced, mut done) = (String::with_capacity(code.len()), 0);
    for word in words(code) {
        // What is behind this sign may be compared, or called.
        if word.before == Some('<') {
            return None;
        }
        let is_function = word.is_called && word.text != "super";
        if word.is_set || is_function || bound.contains(&word.text) {
            continue;
        }
        let (_, value) = values.iter().find(|(name, _)| *name == word.text)?;
        let end = word.at + word.text.len();
        let is_taken_apart = code[end..].trim_start().starts_with(['.', '[', '?', '(']);
        let means_the_same = match literal(value) {
            Some(_) => !is_taken_apart,
            None => !bound.contains(&root(value)),
        };
        if !means_the_same {
            return None;
        }
        replaced.push_str(&code[done..word.at]);
        replaced.push_str(value);
        done = end;
    }
    Some(replaced + &code[done..])
}

/// Tells whether a piece may be a call and nothing else.
fn may_call(piece: &Piece<'_>) -> bool {
    matches!(piece, Piece::Print(code) if code.trim_start().starts_with('<'))
}

/// Returns what stands behind the name of a tag, if it has this one.
fn tag<'a>(piece: &Piece<'a>, name: &str) -> Option<&'a str> {
    match piece {
        Piece::Tag(code) if first_word(code) == name => code.trim_start().strip_prefix(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use tera::{Context, Tera};

    use crate::diagnostic::Problems;
    use crate::source::Source;
    use crate::theme::{self, Asked, Theme, engine};

    use super::super::fold::Parts;
    use super::super::words;
    use super::*;

    /// Puts components in place in templates that count no turns.
    fn placed<'a>(templates: &[(&'a str, &'a str)]) -> Vec<Cow<'a, str>> {
        let template = |(name, text): &(&'a str, &'a str)| Template {
            name,
            text,
            is_counted: false,
        };
        in_place(&templates.iter().map(template).collect::<Vec<_>>())
    }

    /// Puts components in place in a template, with a `row(x)` and a `list(tags: array)` beside others.
    fn page(components: &str, page: &str) -> String {
        let known = "{% component row(x) -%}\n<{{ x.y }}>\n{%- endcomponent row %}
            {% component list(tags: array) %}{% for tag in tags %}{{ tag }}{% else %}{{ tags }}{% endfor %}{% endcomponent list %}";
        placed(&[
            ("known.html", known),
            ("other.html", components),
            ("page.html", page),
        ])[2]
            .to_string()
    }

    #[test]
    fn components_stand_in_the_place_of_their_calls() {
        for (components, call, expected) in [
            ("", "a {{ <row x={paper} /> -}} b", "a <{{ paper.y }}>b"),
            (
                "",
                "{{<row x={ a.b }/>}}",
                "{% if a.b %}{% endif %}<{{ a.b.y }}>",
            ),
            (
                "",
                "{{ <list tags={tag.tags} /> }}",
                "{% if tag.tags is array %}{% for tag in tag.tags %}{{ tag }}{% else %}{{ tag.tags }}{% endfor %}{% else %}{{ <list tags={tag.tags} /> }}{% endif %}",
            ),
            (
                "{% component c(a = none, b: bool = false, c = 'q', @words) %}{{ a }}{% if b and c is string %}{{ words.a | fill(a=a, c=3) }}{% endif %}{% endcomponent c %}",
                "{{ <c c=\"x\" b={true} /> }}",
                "{{ none }}{% if true and \"x\" is string %}{{ words.a | fill(a=none, c=3) }}{% endif %}",
            ),
            (
                "{% component c(p, q, @site) %}{{ <row x={p.r} /> }}{{ <row x={q} /> }}{% endcomponent c %}",
                "{{ <c p={p} q={o} /> }}",
                "{% if p.r %}{% endif %}<{{ p.r.y }}><{{ o.y }}>",
            ),
            (
                "{% component c(q) %}{% set a = 1 %}{% endcomponent c %}{% component d(q) %}{{ q }}{{ <c q={q} /> }}{% endcomponent d %}",
                "{{ <d q={o.q} /> }}{{ <c q={o} /> }}",
                "{% if o.q %}{% endif %}{{ o.q }}{{ <c q={o.q} /> }}{{ <c q={o} /> }}",
            ),
            (
                "{% component c(a: string, b: number = 5) %}{{ a ~ b }}{{ range(end=b) }}{% endcomponent c %}",
                "{{ <c a={p.q} b={p.n} /> }}{{ <c a='}' /> }}",
                "{% if p.q is string and p.n is number %}{{ p.q ~ p.n }}{{ range(end=p.n) }}{% else %}{{ <c a={p.q} b={p.n} /> }}{% endif %}{{ '}' ~ 5 }}{{ range(end=5) }}",
            ),
            (
                "{% component c(a) %}{% for x in a.x %}{{ loop.index }}{% for a in x %}{{ a }}{% endfor %}{% endfor %}{% endcomponent c %}",
                "{% for x in y %}{{ <c a={b} /> }}{% endfor %}",
                "{% for x in y %}{% for x in b.x %}{{ loop.index }}{% for a in x %}{{ a }}{% endfor %}{% endfor %}{% endfor %}",
            ),
        ] {
            assert_eq!(page(components, call), expected, "{call}");
        }
    }

    #[test]
    fn a_call_stays_that_may_not_come_to_the_same() {
        let long = format!(
            "{{% component c(a) %}}{}{{% endcomponent c %}}",
            "x".repeat(LONGEST + 1)
        );
        for (why, components, call) in [
            ("a filter", "", "{{ <row x={a} /> | upper }}"),
            ("two calls", "", "{{ <row x={a} /> ~ <row x={b} /> }}"),
            ("another print", "", "{{ '<row x={a} />' }}"),
            ("a body", "", "{% <row x={a}> %}{% </row> %}"),
            ("an expression", "", "{{ <row x={a[0]} /> }}"),
            ("an expression", "", "{{ <row x={a or b} /> }}"),
            ("a number below nothing", "", "{{ <row x={-1} /> }}"),
            ("the turn of a loop", "", "{{ <row x={loop.index} /> }}"),
            ("all values", "", "{{ <row x={__tera_context} /> }}"),
            ("a shorthand", "", "{{ <row x /> }}"),
            ("a spread", "", "{{ <row x={a} {...b} /> }}"),
            ("an argument twice", "", "{{ <row x={a} x={b} /> }}"),
            ("an unknown argument", "", "{{ <row x={a} z={b} /> }}"),
            ("a missing argument", "", "{{ <row /> }}"),
            ("a literal of another type", "", "{{ <list tags=\"a\" /> }}"),
            ("a literal of no type", "", "{{ <list tags={none} /> }}"),
            ("a field of a literal", "", "{{ <row x={5} /> }}"),
            (
                "a comparison",
                "{% component c(a) %}{% if 1 < a %}{% endif %}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "a name of the caller's",
                "{% component c(a) %}{{ b }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "the caller's loop",
                "{% component c(a) %}{{ loop.index }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "a loop that binds the argument's name",
                "{% component c(a) %}{% for b in a.x %}{{ a.y }}{% endfor %}{% endcomponent c %}",
                "{{ <c a={b.z} /> }}",
            ),
            (
                "a loop that is over",
                "{% component c(a) %}{% for b in a %}{% else %}{{ b }}{% endfor %}{% endcomponent c %}",
                "{{ <c a={x} /> }}",
            ),
            (
                "a list of a loop",
                "{% component c(a) %}{{ [x for x in a] }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "a spread list",
                "{% component c(a) %}{{ [...a] }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "a map",
                "{% component c(a) %}{{ {a: a} }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "the block above",
                "{% component c(a) %}{{ super() }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "all values",
                "{% component c(a) %}{{ __tera_context }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "the rest",
                "{% component c(a, ...rest) %}{{ a }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "a default list",
                "{% component c(a = [1, 2]) %}{{ a }}{% endcomponent c %}",
                "{{ <c /> }}",
            ),
            (
                "a type without a test",
                "{% component c(a: bytes) %}{{ a }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "a name that any page may give",
                "{% component c(a, @page) %}{{ a }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "such a name, further down",
                "{% component c(a) %}{{ a }}{{ <d b={a} /> }}{% endcomponent c %}{% component d(b, @a) %}{{ a }}{% endcomponent d %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "words out of sight",
                "{% component c(@words) %}{{ words.a }}{% endcomponent c %}{% component d() %}{{ <c /> }}{% endcomponent d %}",
                "{% component e(words) %}{{ <c /> }}{% endcomponent e %}",
            ),
            (
                "a block to fill",
                "{% component c(a) %}{{ body }}{% endcomponent c %}",
                "{{ <c a={b} /> }}",
            ),
            (
                "what is included",
                "{% component c(a) %}{% include \"d.html\" %}{% endcomponent c %}",
                "{{ <c a={b} /> }}{{ <row x={a} /> }}",
            ),
            (
                "what calls itself",
                "{% component c(a) %}{{ <d a={a} /> }}{% endcomponent c %}{% component d(a) %}{{ <c a={a} /> }}{{ <e a={a} /> }}{% endcomponent d %}{% component e(a) %}{{ a }}{% endcomponent e %}",
                "{{ <c a={b} /> }}{{ <e a={b} /> }}",
            ),
            ("what is too long", &long, "{{ <c a={b} /> }}"),
            (
                "raw text",
                "{% component c(a) %}{% raw %}{% endraw %}{% endcomponent c %}",
                "{{ <c a={b} /> }}{{ <row x={a} /> }}",
            ),
            (
                "text that looks like code",
                "{% component c(a) %}{ x{{ a }}{% endcomponent c %}",
                "{{{ <c a={b} /> }}",
            ),
        ] {
            assert_eq!(page(components, call), call, "{why}");
        }
    }

    #[test]
    fn a_site_s_component_goes_before_a_built_in_one() {
        let own = ("c.html", "{% component c() %}own{% endcomponent c %}");
        let built_in = (
            "theme/c.html",
            "{% component c() %}built in{% endcomponent c %}",
        );
        let page = ("page.html", "{{ <c /> }}");
        assert_eq!(placed(&[own, page, built_in])[1], "own");
        assert_eq!(placed(&[built_in, page, own])[1], "own");
    }

    #[test]
    fn turns_are_counted_where_they_were() {
        let text = "{% component c() %}x{% endcomponent c %}";
        let page = "{{ <c /> }}";
        for (of_component, of_page) in [(false, false), (false, true), (true, false), (true, true)]
        {
            let template = |name, text, is_counted| Template {
                name,
                text,
                is_counted,
            };
            let templates = [
                template("c.html", text, of_component),
                template("page.html", page, of_page),
            ];
            let expected = if of_component == of_page { "x" } else { page };
            assert_eq!(in_place(&templates)[1], expected);
        }
    }

    #[test]
    fn as_many_components_call_each_other_as_may() {
        let chain = |length: usize| -> String {
            let link = |number: usize| {
                let below = number + 1;
                let call = if below < length {
                    format!("{{{{ <c{below} /> }}}}")
                } else {
                    "x".to_owned()
                };
                format!("{{% component c{number}() %}}{call}{{% endcomponent c{number} %}}")
            };
            (0..length).map(link).collect()
        };
        let call = "{{ <c0 /> }}";
        assert_eq!(page(&chain(DEEPEST), call), "x");
        assert_eq!(page(&chain(DEEPEST + 1), call), call);
        let render = |components: &str| {
            let mut tera = Tera::default();
            let templates = [("c.html", components), ("page.html", call)];
            tera.add_raw_templates(templates).expect("templates");
            tera.render("page.html", &Context::new()).ok()
        };
        assert_eq!(render(&chain(DEEPEST)).as_deref(), Some("x"));
        assert_eq!(render(&chain(DEEPEST + 1)), None);
    }

    /// A theme of these templates and no others.
    fn theme(templates: &[(&str, &str)]) -> Theme {
        let language = Arc::new(words::read("en", &[], &mut Problems::new()));
        let source = |(name, text): &(&str, &str)| (name.to_string(), Source::new(*name, *text));
        let mut tera = engine(&language);
        tera.add_raw_templates(templates.to_vec())
            .expect("templates");
        Theme {
            tera,
            sources: templates.iter().map(source).collect(),
            counted: BTreeMap::new(),
            statics: BTreeMap::new(),
            language,
        }
    }

    /// Renders `page.html` of a folded theme, where it can be folded.
    fn render_folded(theme: &Theme) -> Option<String> {
        let record = |name| theme::fields([Some((name, "x".into()))]);
        let asked = Asked::all();
        let mut context = theme::Context::new("page.html", &asked);
        context.insert("site", record("title"));
        context.insert("page", record("title"));
        let folded = theme.fold(std::iter::once(record("title")))?;
        let rendered = folded
            .render(&context)
            .map(|sheet| sheet.as_str().to_owned());
        let plain = theme
            .render(&context, String::new)
            .map(|sheet| sheet.as_str().to_owned());
        assert_eq!(rendered, plain.ok());
        rendered
    }

    #[test]
    fn an_error_that_no_page_comes_to_is_none_of_the_theme() {
        let component = "{% component c(a, b = none) %}{% if a and b %}{{ b | trim }}{% endif %}.{% endcomponent c %}";
        let page = "{{ <c a={page.title} /> }}{{ site.title }}";
        let templates = [("c.html", component), ("page.html", page)];
        let in_place = placed(&templates)[1].to_string();
        assert!(in_place.contains("{{ none | trim }}"), "{in_place}");
        assert_eq!(render_folded(&theme(&templates)).as_deref(), Some(".x"));
    }

    #[test]
    fn a_template_that_is_overridden_for_good_is_left_out() {
        let component = "{% component c() %}c{% endcomponent c %}";
        let page = (
            "page.html",
            "{{ site.title }}{{ <c /> }}{% include \"part.html\" %}",
        );
        let kept = |part: &str| -> Vec<String> {
            let theme = theme(&[
                page,
                ("part.html", part),
                ("theme/part.html", "built in"),
                ("theme/page.html", component),
                ("theme/other.html", ""),
            ]);
            assert!(render_folded(&theme).is_some());
            theme
                .in_use()
                .iter()
                .map(|template| template.name.to_owned())
                .collect()
        };
        assert_eq!(
            kept("own"),
            [
                "page.html",
                "part.html",
                "theme/other.html",
                "theme/page.html"
            ]
        );
        assert_eq!(kept("{% include \"theme/part.html\" %}").len(), 5);
    }

    /// The calls that stay in a template of a theme, by the names of components.
    fn calls(name: &str, templates: &[(&str, &str)]) -> Vec<String> {
        let at = templates
            .iter()
            .position(|(other, _)| *other == name)
            .expect(name);
        let text = placed(templates)[at].to_string();
        // What has another type than it may have is called; no page has such a thing.
        let text = text.split("{% else %}{{ <").map(|part| {
            part.split_once("/> }}{% endif %}")
                .map_or(part, |(_, behind)| behind)
        });
        let text: String = text.collect();
        let codes = turns::codes(&text)
            .filter_map(|code| code.strip_prefix("{{")?.trim_start().strip_prefix('<'));
        codes.map(|code| first_word(code).to_owned()).collect()
    }

    #[test]
    fn the_built_in_theme_and_that_of_the_race_have_their_components_in_place() {
        let files = super::super::built_in_files();
        let built_in = files.iter().filter_map(|(path, bytes)| {
            let text = std::str::from_utf8(bytes).expect("UTF-8");
            Some((path.strip_prefix("templates/")?, text))
        });
        let built_in: Vec<(&str, &str)> = built_in.collect();
        for (name, expected) in [
            ("paper.html", &[][..]),
            ("pieces/row.html", &[]),
            ("parts/paper.html", &[]),
            ("parts/issue.html", &["tag_list", "tag_list"]),
            ("issue.html", &["whole_issue"]),
            ("home.html", &["whole_issue"]),
            ("tag.html", &[]),
            ("period.html", &[]),
            ("archive.html", &[]),
            ("search.html", &[]),
        ] {
            assert_eq!(calls(name, &built_in), expected, "{name}");
        }
        macro_rules! race {
            ($($name:literal)*) => {
                [$(($name, include_str!(concat!("../../benches/build/plain/templates/", $name))),)*]
            };
        }
        let race = race!("list.html" "paper.html" "issue.html" "home.html" "pieces/row.html");
        for (name, _) in race {
            assert_eq!(calls(name, &race), [""; 0], "{name}");
        }
    }

    /// What a template of the property may call, and what it names; a component sees fewer values.
    type Known = (&'static [&'static str], &'static [&'static str]);

    const OF_PAGES: &[&str] = &[
        "x",
        "y",
        "tag",
        "x.tags",
        "x.name",
        "tag.name",
        "tag.tags",
        "paper",
        "paper.tags",
        "paper.name",
        "paper.none",
        "paper.nope",
        "list",
        "site.title",
        "words.keep",
    ];
    const OF_COMPONENTS: &[&str] = &["x", "x", "y", "tag", "x.tags", "x.name", "item"];

    /// A path or a literal.
    fn value((_, paths): Known) -> impl Strategy<Value = &'static str> {
        let others = [
            "true",
            "none",
            "5",
            "\"s\"",
            "nope",
            "paper",
            "y.name",
            "words.keep",
        ];
        let wrong = ["nope.more", "paper.nope.more", "tag.tags.x"];
        prop_oneof![
            20 => prop::sample::select(paths),
            4 => prop::sample::select(others.to_vec()),
            1 => prop::sample::select(wrong.to_vec()),
        ]
    }

    fn call(known: Known) -> impl Strategy<Value = String> {
        let argument = (prop::sample::select(vec!["y", "tag"]), value(known));
        let others = prop::collection::vec(argument, 0..2);
        let arguments = (prop::option::weighted(0.95, value(known)), others);
        let signs = prop::sample::select(vec![("{{", "}}"), ("{{-", "}}"), ("{{", "-}}")]);
        let name = prop::sample::select(known.0);
        (name, arguments, signs).prop_map(|(name, (x, others), (open, end))| {
            let argument = |(name, value): (&str, &str)| format!("{name}={{{value}}} ");
            let arguments = x.map(|x| ("x", x)).into_iter().chain(others);
            let arguments: String = arguments.map(argument).collect();
            format!("{open} <{name} {arguments}/> {end}")
        })
    }

    /// A part of a template that calls these components.
    fn part(known: Known) -> impl Strategy<Value = String> {
        let filters = [
            "",
            " | default(value=\"d\")",
            " | default(value=x) | default(value=1)",
            " is defined",
            " == x",
            " is array",
            " or y or 3",
            " | default(value=tag) | default(value=2) | str",
            " is string and x",
            " not in [y]",
        ];
        let print = (
            prop::sample::select(known.1),
            prop::sample::select(filters.to_vec()),
        );
        let print = print.prop_map(|(value, filter)| format!("{{{{ {value}{filter} }}}}"));
        let text = prop::sample::select(vec![
            " ",
            "\n",
            "t",
            "{ ",
            "{# c -#}",
            "{{ x == y and x[0] }}",
            "{{ -5 }}",
            "{% set y = \"z\" %}",
        ]);
        let leaf = prop_oneof![4 => print, 2 => text.prop_map(str::to_owned), 4 => call(known)];
        leaf.prop_recursive(3, 8, 3, move |inner| {
            let inner = prop::collection::vec(inner, 1..3).prop_map(|parts| parts.concat());
            let target = prop::sample::select(vec!["x", "tag", "item", "paper", "z", "z", "item"]);
            let over = prop::sample::select(known.1);
            let over = over.prop_map(|over| format!("{over} | default(value=[]) or [y]"));
            let over = prop_oneof![4 => over, 1 => prop::sample::select(known.1).prop_map(str::to_owned)];
            let condition = (value(known), inner.clone(), inner.clone());
            let turn = (target, over, inner.clone(), inner);
            prop_oneof![
                condition.prop_map(|(value, then, other)| {
                    format!("{{% if {value} -%}} {then}{{% else %}}{other} {{%- endif %}}")
                }),
                turn.prop_map(|(target, over, each, none)| {
                    format!("{{% for {target} in {over} %}}{each}{{{{ tag is defined }}}}{{{{ loop.index }}}}{{%- else %}}{none}{{% endfor %}}")
                }),
            ]
        })
    }

    fn parts(known: Known) -> impl Strategy<Value = String> {
        prop::collection::vec(part(known), 1..3).prop_map(|parts| parts.concat())
    }

    fn component(
        name: &'static str,
        names: &'static [&'static str],
    ) -> impl Strategy<Value = String> {
        let heads = vec![
            "x, y = none",
            "x, y = none, tag = none",
            "x: array, y = none, tag = \"g\", @words",
            "x, tag",
            "x = none, y = 3, @words, @site",
            "x, y: string = \"d\", tag = none, @words, @site",
            "x: map, tag = none, y = none",
            "x, y: bool = false, tag = none",
            "x, @tag, y = none",
            "x, y = none, ...rest",
            "@site, x = none, y = none, tag = none",
            "x, y = none, tag = none",
            "x, tag = none, y = 1",
        ];
        (prop::sample::select(heads), parts((names, OF_COMPONENTS))).prop_map(
            move |(head, body)| {
                format!("{{% component {name}({head}) -%}} {body}{{%- endcomponent {name} %}}")
            },
        )
    }

    /// Renders `page.html` as pages are; `Err` where the templates are none.
    fn render(templates: &[(&str, String)]) -> Result<Option<String>, ()> {
        let mut values = Context::new();
        let some = |name: &str, tags: serde_json::Value| serde_json::json!({"name": name, "tags": tags, "none": null});
        let tags = |name: &str| {
            serde_json::json!([
                some(&format!("<{name}>"), serde_json::json!(["k", "<l>"])),
                some(name, serde_json::json!([]))
            ])
        };
        values.insert("site", &serde_json::json!({"title": "<S>"}));
        values.insert("list", &["<q>", "r"]);
        for name in ["paper", "tag", "x", "y"] {
            values.insert(name, &some(name, tags(name)));
        }
        let mut tera = Tera::default();
        tera.global_context()
            .insert("words", &serde_json::json!({"keep": "Keep"}));
        tera.add_raw_templates(templates.iter().map(|(name, text)| (*name, text)))
            .map_err(drop)?;
        Ok(tera.render("page.html", &values).ok())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn templates_with_components_in_place_render_as_they_would(
            (a, b, c) in (component("a", &["b", "c"]), component("b", &["c"]), component("c", &["d"])),
            d in component("d", &["d", "a", "c"]), page in parts((&["a", "b", "c"], OF_PAGES)), included in parts((&["a", "c", "d"], OF_PAGES)),
        ) {
            let page = format!("{page}{{% for item in paper.tags -%}} {{% include \"part.html\" %}}{{% endfor %}}");
            let written = [("c.html", a + &b + &c + &d), ("part.html", included), ("page.html", page)];
            let Ok(expected) = render(&written) else { return Ok(()) };
            let borrowed = written.each_ref().map(|(name, text)| (*name, text.as_str()));
            let placed = placed(&borrowed).into_iter().map(Cow::into_owned);
            let placed: Vec<(&str, String)> = written.iter().map(|(name, _)| *name).zip(placed).collect();
            // A literal may stand where no literal may: then nothing is put in place.
            if let Ok(rendered) = render(&placed) {
                prop_assert_eq!(rendered, expected.clone(), "{:?}", placed);
            }
            let folded = placed.iter().map(|(name, text)| {
                let parts = Parts::of(text);
                let folded = parts.and_then(|parts| parts.fold(std::iter::empty()));
                (*name, folded.unwrap_or_else(|| text.clone()))
            });
            if let Ok(rendered) = render(&folded.collect::<Vec<_>>()) {
                prop_assert_eq!(rendered, expected);
            }
        }
    }
}
