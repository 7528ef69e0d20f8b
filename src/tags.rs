//! The vocabulary of tags: canonical names, aliases and descriptions.
//!
//! `content/tags.yaml` is a mapping from slug to what is known of the tag; every key is optional:
//!
//! ```yaml
//! retrieval-augmented-generation:
//!   name: Retrieval-augmented generation
//!   aliases: [RAG, retrieval augment*, "!retrieval augmented few-shot"]
//!   description: Models that look things up before they answer.
//!   broader: retrieval
//!   mentions: 2
//! ```
//!
//! Knows nothing of papers; `site` counts which papers carry which tag. How an alias is matched is
//! said in `pattern`, how hits become suggestions in `suggest`.

mod pattern;
mod suggest;
mod words;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Diagnostic, Problems, did_you_mean};
use crate::slug::Slug;
use crate::source::{Place, Source};
use crate::yaml::{self, Entry, Value};

pub use suggest::Suggestion;

use pattern::{Pattern, PatternKind};
use suggest::Matcher;

/// This is one tag of the vocabulary.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// The address of the tag's page, and how papers write the tag.
    pub slug: Slug,
    /// The name that readers see.
    pub name: String,
    /// Phrases that mean the tag, as they are written in the file, patterns and all.
    pub aliases: Vec<String>,
    /// What the tag is about, as Markdown; may be empty.
    pub description: String,
    /// The tag of which this one is a part.
    pub broader: Option<Slug>,
    /// How often an abstract must mention the tag, unless the title does, for the tag to be suggested.
    pub mentions: usize,
    /// Where the tag stands; `None` for a tag that no file holds.
    pub place: Option<Place>,
}

/// This is the set of tags that a site knows, ready to look up and to suggest.
#[derive(Debug, Default)]
pub struct Vocabulary {
    tags: BTreeMap<Slug, Tag>,
    /// From a folded slug, name or plain alias to its tag.
    keys: FxHashMap<String, Slug>,
    matcher: Matcher,
}

/// These are the keys of a tag.
pub const KEYS: [&str; 5] = ["name", "aliases", "description", "broader", "mentions"];

/// A word that is mentioned once is often an aside: a data set, a baseline, an outlook.
const DEFAULT_MENTIONS: usize = 2;

impl Vocabulary {
    /// Parses `content/tags.yaml`; a tag that cannot be read whole is kept with what can be read.
    pub fn parse(source: &Source, problems: &mut Problems) -> Vocabulary {
        let entries =
            yaml::parse_mapping(source, 0..source.text.len(), problems).unwrap_or_default();
        let mut reader = Reader { source, problems };
        let mut tags = BTreeMap::new();
        for entry in &entries {
            if let Some(tag) = reader.parse_tag(entry) {
                tags.insert(tag.slug.clone(), tag);
            }
        }
        for entry in &entries {
            reader.check_broader(entry, &mut tags);
        }
        let keys = reader.index(&entries, &tags);
        let matcher = Matcher::new(tags.values());
        Vocabulary {
            tags,
            keys,
            matcher,
        }
    }

    /// Returns the tag that somebody means who wrote its slug, its name or an alias, in any case.
    pub fn lookup(&self, written: &str) -> Option<&Tag> {
        let slug = match self.tags.get_key_value(written) {
            Some((slug, _)) => slug,
            None => self.keys.get(&words::fold(written))?,
        };
        self.tags.get(slug)
    }

    /// Returns all slugs, then all names: what a mistyped tag may have meant.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let slugs = self.tags.keys().map(Slug::as_str);
        slugs.chain(self.tags.values().map(|tag| tag.name.as_str()))
    }

    /// Returns the tags in the order of their slugs.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.tags.values()
    }

    /// Tells whether there is no tag.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// Returns the tags that a paper's title and text call for, the surest first; at most six.
    pub fn suggest(&self, title: &str, text: &str) -> Vec<Suggestion> {
        self.matcher.suggest(title, text)
    }
}

/// Reads entries of the file and notes what is wrong with them.
struct Reader<'a> {
    source: &'a Source,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn parse_tag(&mut self, entry: &Entry) -> Option<Tag> {
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
        let mut tag = Tag {
            name: title_case(&slug),
            slug,
            aliases: Vec::new(),
            description: String::new(),
            broader: None,
            mentions: DEFAULT_MENTIONS,
            place: Some(place),
        };
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

    fn check_broader(&mut self, entry: &Entry, tags: &mut BTreeMap<Slug, Tag>) {
        let Some((slug, broader)) = tags
            .get(entry.key.as_str())
            .and_then(|tag| Some((tag.slug.clone(), tag.broader.clone()?)))
        else {
            return;
        };
        let known = tags.contains_key(&broader);
        let circular = known && climbs_to_itself(&slug, tags);
        if known && !circular {
            return;
        }
        if circular {
            self.bad(entry, broader.as_str(), "the tag is broader than itself");
        } else {
            let near = did_you_mean(broader.as_str(), tags.keys().map(Slug::as_str));
            let mut problem =
                Diagnostic::new(Code::UnknownTag, format!("no tag is called `{broader}`"))
                    .at(self.source.place(entry.find(self.source, broader.as_str())));
            problem.hint = near.map(|near| format!("did you mean `{near}`?"));
            self.problems.push(problem);
        }
        if let Some(tag) = tags.get_mut(&slug) {
            tag.broader = None;
        }
    }

    /// Maps what people write to tags; what would mean two tags is reported at the later one.
    fn index(&mut self, entries: &[Entry], tags: &BTreeMap<Slug, Tag>) -> FxHashMap<String, Slug> {
        let mut keys: FxHashMap<String, Slug> = FxHashMap::default();
        for entry in entries {
            let Some(tag) = tags.get(entry.key.as_str()) else {
                continue;
            };
            let plain = tag.aliases.iter().filter(|alias| {
                Pattern::parse(alias).is_ok_and(|pattern| pattern.kind == PatternKind::Plain)
            });
            let written = [tag.slug.as_str(), tag.name.as_str()];
            for text in written.into_iter().chain(plain.map(String::as_str)) {
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

fn climbs_to_itself(slug: &Slug, tags: &BTreeMap<Slug, Tag>) -> bool {
    let mut seen = vec![slug];
    let above = |slug: &Slug| tags.get(slug).and_then(|tag| tag.broader.as_ref());
    while let Some(next) = above(seen[seen.len() - 1]) {
        if seen.contains(&next) {
            return true;
        }
        seen.push(next);
    }
    false
}

/// The name of a tag that has none: `in-context-learning` reads `In context learning`.
fn title_case(slug: &Slug) -> String {
    let spaced = slug.as_str().replace('-', " ");
    let mut letters = spaced.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => spaced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Palette;

    fn parse(text: &str) -> (Vocabulary, String) {
        let mut problems = Problems::new();
        let vocabulary = Vocabulary::parse(&Source::new("tags.yaml", text), &mut problems);
        let shown = problems.iter().map(|p| p.render(Palette::PLAIN)).collect();
        (vocabulary, shown)
    }

    fn slug<'a>(vocabulary: &'a Vocabulary, written: &str) -> &'a str {
        vocabulary
            .lookup(written)
            .map_or("", |tag| tag.slug.as_str())
    }

    #[test]
    fn a_tag_needs_nothing_but_its_slug() {
        let (vocabulary, problems) = parse("in-context-learning:\n");
        assert_eq!(problems, "");
        let tag = vocabulary.lookup("in-context-learning").expect("the tag");
        assert_eq!(tag.name, "In context learning");
        assert_eq!((tag.description.as_str(), tag.broader.as_ref()), ("", None));
    }

    #[test]
    fn a_tag_is_looked_up_by_slug_name_or_alias_in_any_case() {
        let (vocabulary, problems) = parse(
            "rag: {name: Retrieval-augmented Generation, aliases: [retrieve then read, look* up]}\n",
        );
        assert_eq!(problems, "");
        for written in [
            "rag",
            "RAG",
            "retrieval augmented generations",
            "Retrieve-then-read",
        ] {
            assert_eq!(slug(&vocabulary, written), "rag", "{written}");
        }
        assert_eq!(slug(&vocabulary, "look up"), "", "a pattern is no name");
    }

    #[test]
    fn names_that_differ_in_signs_keep_apart() {
        let text = "c: {name: C}\nc-plus-plus: {name: C++}\nc-sharp: {name: C#}\n\
                    dot-net: {name: .NET}\nnet: {name: NET}\ntu-xiang: {name: 图像}\n";
        let (vocabulary, problems) = parse(text);
        assert_eq!(problems, "");
        let found = ["C", "C++", "c#", ".net", "Net", "图像"].map(|name| slug(&vocabulary, name));
        let expected = ["c", "c-plus-plus", "c-sharp", "dot-net", "net", "tu-xiang"];
        assert_eq!(found, expected);
    }

    #[test]
    fn every_mistake_is_reported_with_its_place() {
        let text = "Big Models:\nvision: {nam: x}\nspeech: {name: Vision}\naudio: [x]\n\
                    music: {aliases: [\"*\"], broader: vison}\n";
        let (_, problems) = parse(text);
        let expected = "\
error[bad-tag]: `Big Models` cannot be a tag's address
 --> tags.yaml:1:1
  |
1 | Big Models:
  | ^^^^^^^^^^
hint: write `big-models:` and give the name below it
error[unknown-key]: a tag has no key `nam`
 --> tags.yaml:2:10
  |
2 | vision: {nam: x}
  |          ^^^
hint: did you mean `name`?
error[wrong-type]: a tag is a mapping, not a list
 --> tags.yaml:4:8
  |
4 | audio: [x]
  |        ^^^
error[bad-tag]: an alias needs a letter or a digit
 --> tags.yaml:5:20
  |
5 | music: {aliases: [\"*\"], broader: vison}
  |                    ^
error[unknown-tag]: no tag is called `vison`
 --> tags.yaml:5:34
  |
5 | music: {aliases: [\"*\"], broader: vison}
  |                                  ^^^^^
hint: did you mean `vision`?
error[duplicate-tag]: `Vision` means the tag `vision` too
 --> tags.yaml:3:16
  |
3 | speech: {name: Vision}
  |                ^^^^^^
hint: keep it with one of the two
";
        assert_eq!(problems, expected);
    }

    #[test]
    fn a_circle_of_broader_tags_is_cut() {
        let (vocabulary, problems) = parse("a: {broader: b}\nb: {broader: a}\n");
        assert!(problems.starts_with("error[bad-tag]: the tag is broader than itself"));
        assert!(vocabulary.iter().any(|tag| tag.broader.is_none()));
    }
}
