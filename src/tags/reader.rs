//! Reads the entries of a vocabulary file, key by key, and notes everything that is wrong.
//!
//! Knows nothing of what the tags are for.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Tag;
use super::pattern::{Pattern, PatternKind};
use super::words;
use crate::diagnostic::{Code, Diagnostic, Problems, did_you_mean};
use crate::slug::Slug;
use crate::source::{Place, Source};
use crate::yaml::{Entry, Value};

/// These are the keys of a tag.
pub const KEYS: [&str; 5] = ["name", "aliases", "description", "broader", "mentions"];

/// Reads entries of the file and notes what is wrong with them.
pub struct Reader<'a> {
    /// The file.
    pub source: &'a Source,
    /// What is wrong with it.
    pub problems: &'a mut Problems,
    /// The tags that the file changes.
    pub base: &'a BTreeMap<Slug, Tag>,
}

impl Reader<'_> {
    /// Parses an entry; `None` for one that is no tag, or takes one away.
    pub fn parse_tag(&mut self, entry: &Entry) -> Option<Tag> {
        let place = self.source.place(entry.key_range.clone());
        let Some(slug) = Slug::parse(&entry.key) else {
            let mut problem = Diagnostic::new(
                Code::BadTag,
                format!("`{}` cannot be a tag's address", entry.key),
            )
            .at(place);
            problem.hint = Some(match Slug::from_name(&entry.key) {
                Some(slug) => format!("write `{slug}:` and give the name below it"),
                None => "use lower-case letters, digits and single hyphens".to_owned(),
            });
            self.problems.push(problem);
            return None;
        };
        if entry.value == Value::Bool(false) {
            self.check_taken_away(&slug, place);
            return None;
        }
        let mut tag = match self.base.get(&slug) {
            Some(tag) => tag.clone(),
            None => Tag::new(slug),
        };
        tag.place = Some(place);
        match &entry.value {
            Value::Null => {}
            Value::Map(fields) => {
                for (key, value) in fields {
                    self.read_field(entry, key, value, &mut tag);
                }
            }
            other => self.wrong_type(entry, "", "a mapping", other),
        }
        Some(tag)
    }

    fn check_taken_away(&mut self, slug: &Slug, place: Place) {
        if self.base.contains_key(slug) {
            return;
        }
        let near = did_you_mean(slug.as_str(), self.base.keys().map(Slug::as_str));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.base.is_empty() => {
                "delete the line; `starter: true` would bring the tags \
                                             of the starter vocabulary"
                    .to_owned()
            }
            None => "delete the line".to_owned(),
        };
        let message = format!("there is no tag `{slug}` to take away");
        self.problems.push(
            Diagnostic::new(Code::UnknownTag, message)
                .at(place)
                .hint(hint),
        );
    }

    fn read_field(&mut self, entry: &Entry, key: &str, value: &Value, tag: &mut Tag) {
        match (key, value) {
            ("name" | "aliases" | "description" | "broader" | "mentions", Value::Null) => {}
            ("name", Value::Text(name)) if !words::fold(name).is_empty() => {
                tag.name = name.trim().to_owned();
            }
            ("name", Value::Number(name)) => tag.name = name.clone(),
            ("name", Value::Text(_)) => self.bad(entry, key, "a name needs a letter or a digit"),
            ("description", Value::Text(text)) => tag.description = text.trim().to_owned(),
            ("broader", Value::Text(slug)) => match Slug::parse(slug) {
                Some(slug) => tag.broader = Some(slug),
                None => self.bad(entry, slug, "`broader` wants the slug of another tag"),
            },
            ("mentions", Value::Number(number)) => match number.parse() {
                Ok(number @ 1..=20) => tag.mentions = number,
                _ => self.bad(entry, number, "`mentions` is a number from 1 to 20"),
            },
            ("aliases", Value::List(items)) => {
                tag.aliases.clear();
                for item in items {
                    self.read_alias(entry, item, tag);
                }
            }
            ("aliases", Value::Text(_) | Value::Number(_)) => self.read_alias(entry, value, tag),
            ("name" | "description" | "broader", other) => {
                self.wrong_type(entry, key, "a text", other);
            }
            ("mentions", other) => self.wrong_type(entry, key, "a number", other),
            ("aliases", other) => self.wrong_type(entry, key, "a list", other),
            _ => self.unknown_key(entry, key),
        }
    }

    fn read_alias(&mut self, entry: &Entry, item: &Value, tag: &mut Tag) {
        let (Value::Text(alias) | Value::Number(alias)) = item else {
            self.wrong_type(entry, "aliases", "a list of texts", item);
            return;
        };
        match Pattern::parse(alias) {
            Ok(_) => tag.aliases.push(alias.trim().to_owned()),
            Err(why) => self.bad(entry, alias, why),
        }
    }

    /// Reports a broader tag that is not there, leads back or has too many above it, and cuts it.
    pub fn check_broader(&mut self, entry: &Entry, tags: &mut BTreeMap<Slug, Tag>) {
        let Some((slug, broader)) = tags
            .get(entry.key.as_str())
            .and_then(|tag| Some((tag.slug.clone(), tag.broader.clone()?)))
        else {
            return;
        };
        let endless = endless(&slug, tags);
        if tags.contains_key(&broader) && endless.is_none() {
            return;
        }
        let place = self.source.place(entry.find(self.source, broader.as_str()));
        let problem = match endless {
            Some(endless) => {
                Diagnostic::new(Code::BadTag, endless).hint("delete one of these `broader`")
            }
            None => {
                let near = self
                    .problems
                    .guess(broader.as_str(), || tags.keys().map(Slug::as_str));
                let hint = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("add a tag `{broader}:`, or delete its name here"),
                };
                Diagnostic::new(Code::UnknownTag, format!("no tag is called `{broader}`"))
                    .hint(hint)
            }
        };
        self.problems.push(problem.at(place));
        if let Some(tag) = tags.get_mut(&slug) {
            tag.broader = None;
        }
    }

    /// Maps what people write to tags; what would mean two tags is reported at the later one.
    pub fn index(
        &mut self,
        entries: &[Entry],
        tags: &BTreeMap<Slug, Tag>,
    ) -> FxHashMap<String, Slug> {
        let mut keys: FxHashMap<String, Slug> = FxHashMap::default();
        for entry in entries {
            let Some(tag) = tags.get(entry.key.as_str()) else {
                continue;
            };
            for text in written_as(tag) {
                let taken = keys.entry(words::fold(text)).or_insert(tag.slug.clone());
                if *taken == tag.slug {
                    continue;
                }
                let place = match text == tag.slug.as_str() {
                    true => entry.key_range.clone(),
                    false => entry.find(self.source, text),
                };
                let message = format!("`{text}` means the tag `{taken}` too");
                self.problems.push(
                    Diagnostic::new(Code::DuplicateTag, message)
                        .at(self.source.place(place))
                        .hint("keep it with one of the two"),
                );
            }
        }
        keys
    }

    fn bad(&mut self, entry: &Entry, text: &str, message: &str) {
        let place = self.source.place(entry.find(self.source, text));
        self.problems
            .push(Diagnostic::new(Code::BadTag, message).at(place));
    }

    fn wrong_type(&mut self, entry: &Entry, key: &str, wanted: &str, found: &Value) {
        let message = match key {
            "" => format!("a tag is {wanted}, not {}", found.kind()),
            key => format!("`{key}` wants {wanted}, not {}", found.kind()),
        };
        let place = match key {
            "" => entry.shown(self.source),
            key => entry.find(self.source, key),
        };
        self.problems
            .push(Diagnostic::new(Code::WrongType, message).at(self.source.place(place)));
    }

    fn unknown_key(&mut self, entry: &Entry, key: &str) {
        let place = self.source.place(entry.find(self.source, key));
        let hint = match did_you_mean(key, KEYS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("a tag has {}", KEYS.join(", ")),
        };
        self.problems.push(
            Diagnostic::new(Code::UnknownKey, format!("a tag has no key `{key}`"))
                .at(place)
                .hint(hint),
        );
    }
}

/// What a person may write to mean a tag: its slug, its name, an alias that is no pattern.
pub fn written_as(tag: &Tag) -> impl Iterator<Item = &str> {
    let plain = tag.aliases.iter().filter(|alias| {
        Pattern::parse(alias).is_ok_and(|pattern| pattern.kind == PatternKind::Plain)
    });
    [tag.slug.as_str(), tag.name.as_str()]
        .into_iter()
        .chain(plain.map(String::as_str))
}

/// The way up from a tag, if it leads back to it: `a, b, a`.
/// How many broader tags may stand above one another; pages name them all.
const HIGHEST: usize = 32;

/// Says what is wrong with the tags above a tag, if anything is: they lead back to it, or have no end.
fn endless(slug: &Slug, tags: &BTreeMap<Slug, Tag>) -> Option<String> {
    let mut way = vec![slug];
    loop {
        let next = tags.get(way[way.len() - 1])?.broader.as_ref()?;
        if next == slug {
            let names: Vec<&str> = way.iter().map(|slug| slug.as_str()).collect();
            let names = names.join(", ");
            return Some(format!("the tag stands below itself: {names}, {slug}"));
        }
        // Another tag's circle is told at a tag that is in it.
        if way.contains(&next) {
            return None;
        }
        if way.len() > HIGHEST {
            return Some(format!("the tag stands below more than {HIGHEST} others"));
        }
        way.push(next);
    }
}
