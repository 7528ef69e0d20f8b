//! What templates ask for: the names that stand in them.
//!
//! A value costs more to make than to print, and a theme prints few of those that it may have. One whose
//! name stands nowhere in a template, nor in what that extends, includes and calls, cannot be asked for by
//! it. A template that may ask for a value without its name is given all.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::source::Source;

use super::BUILT_IN_PREFIX;
use super::Shape;
use super::turns::{self, is_of_word};

/// These are the names that some templates may ask for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The names, and whether each stands somewhere for a value of its own; all that there are where there is
    /// no list of them.
    names: Option<FxHashMap<&'static str, bool>>,
    /// Those that stand behind a value of `OWNERS` and a dot, for each; all where there is no list of them.
    of_owners: [Option<FxHashSet<&'static str>>; OWNERS.len()],
    /// Which fields of a kind of record may be asked for, by the number of the kind, once somebody wanted to know.
    kinds: Kinds,
}

/// The fields of each kind as bits; there are not more kinds than this has places for.
#[derive(Debug, Clone)]
struct Kinds(Arc<[OnceLock<u64>]>);

impl Default for Kinds {
    fn default() -> Kinds {
        Kinds(std::iter::repeat_with(OnceLock::new).take(64).collect())
    }
}

/// This tells of the fields of a record, one after the other, whether they may be asked for.
#[derive(Debug)]
pub struct Fields(u64);

impl Fields {
    /// Tells it of the next one.
    pub fn take(&mut self) -> bool {
        let is_asked = self.0 & 1 == 1;
        self.0 >>= 1;
        is_asked
    }
}

/// The values of which fields are told from those of others that have the same name.
const OWNERS: [&str; 2] = ["page", "issue"];

impl Asked {
    /// What templates ask for that print nothing.
    pub fn nothing() -> Asked {
        Asked {
            names: Some(FxHashMap::default()),
            of_owners: OWNERS.map(|_| Some(FxHashSet::default())),
            kinds: Kinds::default(),
        }
    }

    /// What templates ask for of which nothing is known.
    pub fn all() -> Asked {
        Asked::default()
    }

    /// Tells whether a field of some record may be asked for.
    pub fn has(&self, name: &str) -> bool {
        let names = self.names.as_ref();
        names.is_none_or(|names| names.contains_key(name))
    }

    /// Tells which fields of a kind of record may be asked for.
    pub fn fields(&self, shape: &Shape) -> Fields {
        let find = || {
            let names = shape.names().iter().rev();
            names.fold(0, |bits, name| bits << 1 | u64::from(self.has(name)))
        };
        let known = self.kinds.0.get(shape.number());
        Fields(known.map_or_else(find, |known| *known.get_or_init(find)))
    }

    /// Tells whether a value may be asked for that is no field: of `site.papers` only `site` is one.
    pub fn has_value(&self, name: &str) -> bool {
        let names = self.names.as_ref();
        names.is_none_or(|names| names.get(name).is_some_and(|is_value| *is_value))
    }

    /// Tells whether a field of `page` may be asked for.
    pub fn has_on_page(&self, name: &str) -> bool {
        self.has_on(0, name)
    }

    /// Tells whether a field of `issue` may be asked for.
    pub fn has_on_issue(&self, name: &str) -> bool {
        self.has_on(1, name)
    }

    fn has_on(&self, owner: usize, name: &str) -> bool {
        let fields = self.of_owners[owner].as_ref();
        fields.is_none_or(|fields| fields.contains(name))
    }

    /// Adds what others ask for.
    pub fn and(self, other: &Asked) -> Asked {
        let both = self.names.zip(other.names.as_ref());
        let names = both.map(|(mut names, others)| {
            for (name, is_value) in others {
                *names.entry(name).or_default() |= is_value;
            }
            names
        });
        let mut of_others = other.of_owners.iter();
        let of_owners = self.of_owners.map(|fields| {
            let both = fields.zip(of_others.next()?.as_ref());
            both.map(|(fields, others)| fields.union(others).copied().collect())
        });
        Asked {
            names,
            of_owners,
            kinds: Kinds::default(),
        }
    }
}

/// This tells of each template of a theme what it asks for.
#[derive(Debug)]
pub struct Asks<'a> {
    sources: &'a BTreeMap<String, Source>,
    /// What stands in the templates, by their keys.
    texts: FxHashMap<&'a str, Text<'a>>,
}

/// What stands in one template.
#[derive(Debug)]
struct Text<'a> {
    asked: Asked,
    /// The keys of the templates that it extends, includes, or takes components from.
    others: Vec<&'a str>,
}

impl<'a> Asks<'a> {
    /// Looks for names in all templates.
    pub(super) fn new(
        sources: &'a BTreeMap<String, Source>,
        names: impl Iterator<Item = &'static str>,
    ) -> Asks<'a> {
        let names: FxHashSet<&'static str> = names.collect();
        let codes: Vec<(&'a str, String)> = sources
            .iter()
            .map(|(key, source)| (key.as_str(), code(&source.text)))
            .collect();
        let components = components(&codes);
        let text = |(key, text): &(&'a str, String)| {
            let defined = words(text).filter_map(|word| components.get(word));
            let quoted = text.split(['"', '\'', '`']);
            let others = defined.flatten().copied();
            let others = others.chain(quoted.filter_map(|name| find(name, sources)));
            let asked = match is_roundabout(text) {
                true => Asked::all(),
                false => named(text, &names),
            };
            let others = others.collect();
            (*key, Text { asked, others })
        };
        let texts = codes.iter().map(text).collect();
        Asks { sources, texts }
    }

    /// Collects what a template asks for, and all that it extends, includes and calls.
    pub fn of(&self, template: &str) -> Asked {
        let mut asked = Asked::nothing();
        let mut met: FxHashSet<&str> = FxHashSet::default();
        let mut next: Vec<&str> = find(template, self.sources).into_iter().collect();
        while let Some(key) = next.pop() {
            if met.insert(key) {
                let text = &self.texts[key];
                asked = asked.and(&text.asked);
                next.extend(&text.others);
            }
        }
        asked
    }
}

/// The key of a template by the name that others call it.
fn find<'a>(name: &str, sources: &'a BTreeMap<String, Source>) -> Option<&'a str> {
    // Most of what stands between quotation marks is text.
    let is_name = name.len() < 100 && name.contains('.');
    let found = is_name.then(|| sources.get_key_value(name)).flatten();
    let built_in = || sources.get_key_value(&format!("{BUILT_IN_PREFIX}{name}"));
    let found = found.or_else(|| is_name.then(built_in).flatten());
    found.map(|(key, _)| key.as_str())
}

/// Finds those of some names that stand in a text.
fn named(text: &str, names: &FxHashSet<&'static str>) -> Asked {
    let mut found: FxHashMap<&'static str, bool> = FxHashMap::default();
    let mut of_owners = OWNERS.map(|_| Some(FxHashSet::default()));
    let (mut is_field, mut is_loop, mut owner) = (false, false, None);
    let (mut at, mut end_of_quote) = (0, 0);
    for part in text.split_inclusive(|c: char| !is_of_word(c)) {
        let word = part.trim_end_matches(|c: char| !is_of_word(c));
        let end = at + word.len();
        if let Some(name) = names.get(word) {
            let is_quoted = at < end_of_quote;
            *found.entry(name).or_default() |= !is_field && !is_quoted && !is_named(&text[end..]);
            let fields = owner.and_then(|owner: usize| of_owners[owner].as_mut());
            fields.map(|fields| fields.insert(*name));
        }
        owner = OWNERS.iter().position(|owner| *owner == word && !is_field);
        is_field = part.ends_with('.');
        // What goes to a component by its name may be asked there for anything; a loop gives the name anew.
        if let Some(whole) = owner.filter(|_| !is_field && !is_loop) {
            of_owners[whole] = None;
        }
        owner = owner.filter(|_| is_field);
        is_loop = word == "for" || is_loop && word.is_empty();
        if end >= end_of_quote && text[end..].starts_with(['"', '\'', '`']) {
            // A mark without another ends nothing, and what follows may be asked for.
            end_of_quote = turns::end_of_quote(text, end).unwrap_or(0);
        }
        at += part.len();
    }
    Asked {
        names: Some(found),
        of_owners,
        kinds: Kinds::default(),
    }
}

/// Tells whether what stands behind a name gives it a value: `papers=3`.
fn is_named(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with('=') && !rest.starts_with("==")
}

/// The code of a template, without the text around it.
fn code(template: &str) -> String {
    turns::codes(template).collect()
}

/// The templates that define a component, by its name; which of two counts is Tera's business.
fn components<'c, 'a>(codes: &'c [(&'a str, String)]) -> FxHashMap<&'c str, Vec<&'a str>> {
    let mut components: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for (key, code) in codes {
        for (at, word) in code.match_indices("component ") {
            let name = words(&code[at + word.len()..]).next();
            components.entry(name.unwrap_or("")).or_default().push(key);
        }
    }
    components
}

/// Cuts a text into names and what looks like some.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !is_of_word(c));
    parts.filter(|part| !part.is_empty())
}

/// Filters that look at values whose names need not stand anywhere.
const ROUNDABOUT: [&str; 6] = ["json", "keys", "pairs", "values", "group_by", "get"];

/// Tells whether a template may ask for a value by a name that it makes, or for all values there are.
fn is_roundabout(text: &str) -> bool {
    text.contains("__tera_context")
        || loops_over_names(text)
        || filters_names(text)
        || text
            .match_indices('[')
            .any(|(open, _)| is_computed(text, open))
}

/// Tells whether a bracket opens a subscript that is no number, range or text.
fn is_computed(text: &str, open: usize) -> bool {
    let before = text[..open].trim_end();
    let is_value = before.ends_with(|c: char| c.is_alphanumeric() || "_])?".contains(c));
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next();
    let is_keyword =
        word.is_some_and(|word| ["in", "and", "or", "not", "if", "else"].contains(&word));
    let inside = text[open + 1..].trim_start();
    is_value
        && !is_keyword
        && !inside.starts_with(|c: char| c.is_ascii_digit() || "-:\"'`".contains(c))
}

/// Tells whether a loop has a name for keys: `for key, value in paper`.
fn loops_over_names(text: &str) -> bool {
    let loops = text
        .match_indices("for ")
        .map(|(at, word)| &text[at + word.len()..]);
    let mut names = loops.filter_map(|rest| rest.split_once(" in ").map(|(names, _)| names));
    names.any(|names| {
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c.is_whitespace() || c == ',';
        names.contains(',') && names.chars().all(is_name)
    })
}

/// Tells whether a filter looks at the names in something else than the words of the interface.
fn filters_names(text: &str) -> bool {
    let is_path = |c: char| c.is_alphanumeric() || "_.".contains(c);
    text.match_indices('|').any(|(at, _)| {
        let filter = words(&text[at + 1..]).next().unwrap_or("");
        let value = text[..at].trim_end();
        let value = value.rsplit(|c| !is_path(c)).next();
        ROUNDABOUT.contains(&filter) && !value.is_some_and(|path| path.starts_with("words."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(templates: &[(&str, &str)]) -> BTreeMap<String, Source> {
        let source = |(name, text): &(&str, &str)| (name.to_string(), Source::new(*name, *text));
        templates.iter().map(source).collect()
    }

    fn asked(templates: &[(&str, &str)]) -> Asked {
        let sources = sources(templates);
        let names = ["title", "author", "venue", "teaser", "slug", "paper"];
        Asks::new(&sources, names.into_iter()).of("a.html")
    }

    #[test]
    fn what_stands_in_a_template_and_those_it_leads_to_is_asked_for() {
        let asked = asked(&[
            (
                "a.html",
                "{% extends \"base.html\" %}a slug{# slug #}{{ paper.title }}{{ <row paper={paper} /> }}",
            ),
            (
                "theme/base.html",
                "{% include 'foot.html' %}{{ site[\"author\"] }}",
            ),
            ("base.html", "{% extends \"theme/base.html\" %}"),
            ("foot.html", "{{ papers | map(attribute=\"venue\") }}"),
            (
                "parts.html",
                "{% component row(paper) %}{{ paper.teaser }}{% endcomponent row %}",
            ),
            ("other.html", "{{ paper.slug }}"),
        ]);
        for name in ["title", "author", "venue", "teaser", "paper"] {
            assert!(asked.has(name), "{name}");
        }
        assert!(!asked.has("slug") && !asked.has("pap"));
        assert!(asked.has_value("paper") && !asked.has_value("title"));
        let both = asked.and(&Asked::nothing());
        assert!(both.has("title") && !both.has("slug"));
        assert!(both.and(&Asked::all()).has("slug"));
    }

    #[test]
    fn a_name_that_is_quoted_or_given_a_value_stands_for_no_value() {
        let of = |text: &str| asked(&[("a.html", text)]);
        for text in [
            "{{ 3 | count(of=\"paper\") }}",
            "{{ words.shown | fill(n=\"{}\", paper=tag.count, x='paper') }}",
            "{% set paper = 3 %}{{ `a \\` paper` }}",
            "{{ <row paper = {title} /> }}",
        ] {
            let asked = of(text);
            assert!(asked.has("paper") && !asked.has_value("paper"), "{text}");
        }
        for text in [
            "{% if paper == 3 %}",
            "{% if paper==3 %}",
            "{{ 'it' ~ paper ~ 's' }}",
            "{{ <row paper={paper} /> }}",
            "{{ fill(n=\"\", x=paper) }}",
            "{{ 'a' }}{{ \"b'\" ~ paper }}",
        ] {
            assert!(of(text).has_value("paper"), "{text}");
        }
    }

    #[test]
    fn fields_of_a_page_are_told_from_others_of_their_name() {
        let of = |text: &str| asked(&[("a.html", text)]);
        let both = of("{{ page.title }}{{ paper.slug }}{{ x.page.venue }}{% if page.author %}");
        for (name, is_asked) in [
            ("title", true),
            ("author", true),
            ("slug", false),
            ("venue", false),
        ] {
            assert_eq!(both.has_on_page(name), is_asked, "{name}");
        }
        assert!(!Asked::nothing().has_on_page("title") && Asked::all().has_on_page("title"));
        assert!(both.and(&Asked::all()).has_on_page("slug"));
        for text in [
            "{{ <head page={page} /> }}",
            "{{ page[\"slug\"] }}",
            "{{ page ?. slug }}",
            "{{ page . slug }}",
            "{% set a = page %}",
        ] {
            assert!(of(text).has_on_page("slug"), "{text}");
        }
    }

    #[test]
    fn a_loop_gives_a_name_anew_and_no_field() {
        let of = |text: &str| asked(&[("a.html", text)]);
        let looped = of("{% for issue in recent %}{{ issue.title }}{% endfor %}{{ paper.slug }}");
        assert!(looped.has_on_issue("title") && !looped.has_on_issue("slug"));
        assert!(!looped.has_on_page("title"));
        for text in [
            "{{ <whole issue={issue} /> }}",
            "{% for x in issue %}",
            "{% for x, issue in recent %}",
            "{% if issue %}",
            "{{ for_issue }}{{ issue }}",
        ] {
            assert!(of(text).has_on_issue("slug"), "{text}");
        }
    }

    #[test]
    fn a_template_that_makes_names_gets_all() {
        for text in [
            "{{ __tera_context }}",
            "{% for key, value in paper %}{% endfor %}",
            "{{ [value for key, value in paper] }}",
            "{{ paper[name] }}",
            "{{ papers[0][ name ] }}",
            "{{ paper | get(key=name) }}",
            "{{ paper | json }}",
            "{{ paper|keys }}",
        ] {
            assert!(asked(&[("a.html", text)]).has("slug"), "{text}");
        }
        for text in [
            "{{ words.script | json }}",
            "{{ papers[0] }}{{ paper[\"title\"] }}{{ papers[1:2] }}{{ papers[-1] }}",
            "<!--[if mso]>{% for x in [a, b] %}",
            "{{ paper.title | join }} for one, two and all: in {{ site.title }}",
        ] {
            assert!(!asked(&[("a.html", text)]).has("slug"), "{text}");
        }
    }
}
