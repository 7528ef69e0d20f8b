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
//! starter: true
//! ```
//!
//! The last line, which is no tag, lays the file over the starter vocabulary: `slug: false` takes one of
//! its tags away, and a tag that has the slug or the name of one among its words takes its place.
//!
//! Knows nothing of papers; `site` counts which papers carry which tag. How an alias is matched is
//! said in `pattern`, how hits become suggestions in `suggest`.

pub mod discover;
mod pattern;
pub mod phrases;
mod reader;
mod suggest;

mod words;

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::diagnostic::Problems;
use crate::slug::Slug;
use crate::source::{Place, Source};
use crate::yaml::{self, Entry, Value};

pub use reader::KEYS;
pub use suggest::{Found, Suggestion};
pub use words::fold;

use discover::Cover;
use reader::{Reader, written_as};
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

impl Tag {
    /// Makes a tag of which only the slug is known.
    fn new(slug: Slug) -> Tag {
        Tag {
            name: title_case(&slug),
            slug,
            aliases: Vec::new(),
            description: String::new(),
            broader: None,
            mentions: DEFAULT_MENTIONS,
            place: None,
        }
    }

    /// Takes over the words of a tag that this one replaces, and what it does not say itself.
    fn inherit(&mut self, old: &Tag, is_free: impl Fn(&str) -> bool) {
        let words = std::iter::once(&old.name).chain(&old.aliases);
        self.aliases
            .extend(words.filter(|word| is_free(word)).cloned());
        if self.description.is_empty() {
            self.description.clone_from(&old.description);
        }
        if self.broader.is_none() && old.broader.as_ref() != Some(&self.slug) {
            self.broader.clone_from(&old.broader);
        }
        if self.mentions == DEFAULT_MENTIONS {
            self.mentions = old.mentions;
        }
    }
}

/// This is the set of tags that a site knows, ready to look up and to suggest.
#[derive(Debug, Default)]
pub struct Vocabulary {
    tags: BTreeMap<Slug, Tag>,
    /// From a folded slug, name or plain alias to its tag.
    keys: FxHashMap<String, Slug>,
    /// Made when it is first asked: a build suggests nothing.
    matcher: OnceLock<Matcher>,
}

/// The starter vocabulary, as it is written.
const STARTER_TEXT: &str = include_str!("tags/starter.yaml");

/// A word that is mentioned once is often an aside: a data set, a baseline, an outlook.
const DEFAULT_MENTIONS: usize = 2;

impl Vocabulary {
    /// Parses `content/tags.yaml`; a tag that cannot be read whole is kept with what can be read.
    pub fn parse(source: &Source, problems: &mut Problems) -> Vocabulary {
        let mut entries = read_entries(source, problems);
        let before = entries.len();
        entries.retain(|entry| !asks_for_starter(entry));
        let none = Vocabulary::default();
        let base = match entries.len() < before {
            true => Vocabulary::starter(),
            false => &none,
        };
        base.changed(source, &entries, problems)
    }

    /// Parses a file that changes another vocabulary.
    pub fn parse_over(base: &Vocabulary, source: &Source, problems: &mut Problems) -> Vocabulary {
        let entries = read_entries(source, problems);
        base.changed(source, &entries, problems)
    }

    /// Returns the vocabulary with a file's changes.
    ///
    /// A new slug adds a tag, a slug that is there changes the keys that are given, and `slug: false`
    /// takes the tag away. A tag whose slug, name or alias is the slug or the name of an old one
    /// replaces it and inherits what it does not say itself: that is how a tag gets another slug.
    fn changed(&self, source: &Source, entries: &[Entry], problems: &mut Problems) -> Vocabulary {
        let mut reader = Reader {
            source,
            problems,
            base: &self.tags,
        };
        let mut own: Vec<Tag> = entries.iter().filter_map(|e| reader.parse_tag(e)).collect();
        let mut tags = self.tags.clone();
        for entry in entries {
            tags.remove(entry.key.as_str());
        }
        let replaced = replace(&mut tags, &mut own);
        tags.extend(own.into_iter().map(|tag| (tag.slug.clone(), tag)));
        for tag in tags.values_mut() {
            if let Some(broader) = &mut tag.broader
                && let Some(new) = replaced.get(broader)
            {
                *broader = new.clone();
            }
        }

        for entry in entries {
            reader.check_broader(entry, &mut tags);
        }
        let slugs: FxHashSet<Slug> = tags.keys().cloned().collect();
        for tag in tags.values_mut() {
            tag.broader = tag.broader.take().filter(|broader| slugs.contains(broader));
        }
        let mut keys = reader.index(entries, &tags);
        for tag in tags.values() {
            for text in written_as(tag) {
                keys.entry(words::fold(text)).or_insert(tag.slug.clone());
            }
        }
        Vocabulary {
            tags,
            keys,
            matcher: OnceLock::new(),
        }
    }

    /// Returns the starter vocabulary as a file.
    pub fn starter_text() -> &'static str {
        STARTER_TEXT
    }

    /// Returns the vocabulary with which a new site begins: machine learning and its neighbours.
    pub fn starter() -> &'static Vocabulary {
        static STARTER: LazyLock<Vocabulary> = LazyLock::new(|| {
            let source = Source::new("starter.yaml", STARTER_TEXT);
            Vocabulary::parse(&source, &mut Problems::new())
        });
        &STARTER
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

    /// Returns the broader tags of a tag, the nearest first.
    pub fn above(&self, slug: &Slug) -> impl Iterator<Item = &Slug> {
        let broader = |slug: &Slug| self.tags.get(slug)?.broader.as_ref();
        // Circles were cut when the vocabulary was read.
        std::iter::successors(broader(slug), move |slug| broader(slug))
    }

    /// Tells whether there is no tag.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// Returns the tags that a paper's title and text call for, the surest first; at most six.
    pub fn suggest(&self, title: &str, text: &str) -> Vec<Suggestion> {
        self.suggest_beside(&[], title, text)
    }

    /// Returns the tags that a paper calls for besides those that it has; at most six with them.
    pub fn suggest_beside(&self, has: &[Slug], title: &str, text: &str) -> Vec<Suggestion> {
        let matcher = self.matcher.get_or_init(|| Matcher::new(self.iter()));
        matcher.suggest(title, text, has)
    }

    /// Tells whether a tag's words cover a phrase, or its end.
    pub fn cover(&self, phrase: &str) -> Cover {
        if self.lookup(phrase).is_some() {
            return Cover::Whole;
        }
        let matcher = self.matcher.get_or_init(|| Matcher::new(self.iter()));
        let at_end = matcher
            .hits(phrase)
            .filter(|(_, hit)| hit.end == phrase.len());
        match at_end.min_by_key(|(_, hit)| hit.start) {
            Some((_, hit)) if hit.start == 0 => Cover::Whole,
            Some((slug, _)) => Cover::End(slug.clone()),
            None => Cover::None,
        }
    }
}

fn read_entries(source: &Source, problems: &mut Problems) -> Vec<Entry> {
    yaml::parse_mapping(source, 0..source.text.len(), problems).unwrap_or_default()
}

/// Tells whether an entry is `starter: true`, which no tag can be.
pub fn asks_for_starter(entry: &Entry) -> bool {
    entry.key == "starter" && entry.value == Value::Bool(true)
}

/// Takes the old tags away that own ones replace, and returns which one did; own ones inherit from
/// them. An alias that an own tag has is no longer an old one's.
fn replace(tags: &mut BTreeMap<Slug, Tag>, own: &mut [Tag]) -> FxHashMap<Slug, Slug> {
    let mut taken: FxHashMap<String, usize> = FxHashMap::default();
    for (number, tag) in own.iter().enumerate() {
        for text in written_as(tag) {
            taken.entry(words::fold(text)).or_insert(number);
        }
    }
    let mut replaced = FxHashMap::default();
    tags.retain(|slug, tag| {
        let of = |text: &str| taken.get(&words::fold(text)).copied();
        tag.aliases.retain(|alias| of(alias).is_none());
        let Some(number) = of(slug.as_str()).or_else(|| of(&tag.name)) else {
            return true;
        };
        replaced.insert(slug.clone(), own[number].slug.clone());
        own[number].inherit(tag, |text| of(text).is_none());
        false
    });
    replaced
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
    fn a_tower_of_broader_tags_is_cut() {
        let tags: String = (0..100)
            .map(|number| format!("t{number}: {{broader: t{}}}\n", (number + 1) % 100))
            .collect();
        let (vocabulary, problems) = parse(&tags);
        let told = "the tag stands below more than 32 others";
        assert!(problems.contains(told), "{problems}");
        for tag in vocabulary.iter() {
            assert!(vocabulary.above(&tag.slug).count() <= 32);
        }
    }

    #[test]
    fn a_circle_of_broader_tags_is_cut() {
        let (vocabulary, problems) = parse("a: {broader: b}\nb: {broader: c}\nc: {broader: a}\n");
        let expected = "\
error[bad-tag]: the tag stands below itself: a, b, c, a
 --> tags.yaml:1:14
  |
1 | a: {broader: b}
  |              ^
hint: delete one of these `broader`
";
        assert_eq!(problems, expected);
        assert!(vocabulary.iter().any(|tag| tag.broader.is_none()));
    }

    #[test]
    fn the_starter_vocabulary_is_well_formed_and_large() {
        let (vocabulary, problems) = parse(include_str!("tags/starter.yaml"));
        assert_eq!(problems, "");
        assert!((300..=500).contains(&vocabulary.iter().count()));
        assert!(vocabulary.iter().all(|tag| !tag.description.is_empty()));
        assert_eq!(slug(Vocabulary::starter(), "LLMs"), "large-language-models");
    }

    #[test]
    fn a_site_adds_changes_renames_and_removes_tags() {
        let (base, _) = parse("a: {name: Alpha, description: Old.}\nb: {broader: a}\nc:\nd:\n");
        let text = "a: {description: New.}\nc: false\ndelta: {aliases: [D]}\ne: {broader: b}\n";
        let mut problems = Problems::new();
        let site = Vocabulary::parse_over(&base, &Source::new("tags.yaml", text), &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        let tags: Vec<_> = site
            .iter()
            .map(|tag| (tag.slug.as_str(), tag.name.as_str()))
            .collect();
        let expected = [("a", "Alpha"), ("b", "B"), ("delta", "Delta"), ("e", "E")];
        assert_eq!(tags, expected);
        assert_eq!(
            site.lookup("alpha").map(|tag| tag.description.as_str()),
            Some("New.")
        );
        assert_eq!(slug(&site, "d"), "delta");
    }

    #[test]
    fn a_tag_with_another_slug_inherits_what_it_does_not_say() {
        let (base, _) = parse(
            "old: {name: Older, aliases: [ancient*, aged], description: Of old., broader: up, mentions: 4}\n\
             up:\nbelow: {broader: old, aliases: [deep down]}\n",
        );
        let text = "new: {aliases: [old], description: New.}\nbelow: {name: Under}\nmine: {aliases: [aged, deep-down]}\n";
        let mut problems = Problems::new();
        let site = Vocabulary::parse_over(&base, &Source::new("tags.yaml", text), &mut problems);
        let shown: String = problems.iter().map(|p| p.render(Palette::PLAIN)).collect();
        assert!(
            shown.contains("`deep-down` means the tag `below` too"),
            "{shown}"
        );
        let new = site.lookup("Older").expect("the tag by its old name");
        assert_eq!(new.slug.as_str(), "new");
        assert_eq!(new.aliases, ["old", "Older", "ancient*"]);
        assert_eq!((new.description.as_str(), new.mentions), ("New.", 4));
        assert_eq!(new.broader.as_ref().map(Slug::as_str), Some("up"));
        let below = site.lookup("below").expect("the tag below");
        assert_eq!(below.broader.as_ref().map(Slug::as_str), Some("new"));
        assert_eq!(slug(&site, "aged"), "mine", "a site's own word is its own");
    }

    #[test]
    fn a_file_lies_over_the_starter_vocabulary_when_it_says_so() {
        let (site, problems) = parse("starter: true\nlarge-language-models: false\nbirds:\n");
        assert_eq!(problems, "");
        assert!(site.iter().count() > 300);
        assert_eq!([slug(&site, "LLM"), slug(&site, "birds")], ["", "birds"]);

        let (site, problems) = parse("starter:\nbirds: false\n");
        assert_eq!(slug(&site, "Starter"), "starter", "a tag of that name");
        let expected = "\
error[unknown-tag]: there is no tag `birds` to take away
 --> tags.yaml:2:1
  |
2 | birds: false
  | ^^^^^
hint: delete the line; `starter: true` would bring the tags of the starter vocabulary
";
        assert_eq!(problems, expected);
    }
}
