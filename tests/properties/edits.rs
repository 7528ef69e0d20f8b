//! The commands that edit files: what an edit does not name stays, byte for byte.
//!
//! A text is a paper's file and a vocabulary, parted by lines `%%`; `updates` reads a list behind them.

use std::collections::BTreeMap;
use std::ops::Range;

use paper_digest::diagnostic::Problems;
use paper_digest::edit;
use paper_digest::front_matter;
use paper_digest::paper::Paper;
use paper_digest::slug::Slug;
use paper_digest::source::Source;
use paper_digest::tags::{Tag, Vocabulary};

use super::papers::{PATH, check_around, read};
use super::parts;
use super::vocabulary::tags;

/// Checks `fmt`, and the edits of tags in papers and in the vocabulary.
pub fn check(text: &str) {
    let [paper, words] = parts(text);
    let words = Source::new("content/tags.yaml", words);
    let vocabulary = Vocabulary::parse(&words, &mut Problems::new());
    let file = Source::new(PATH, paper);
    if let Some((paper, block)) = read(&file) {
        let file = File { file, paper, block };
        file.check_format(&vocabulary);
        file.check_retag(&vocabulary);
        file.check_add_tags(&vocabulary);
    }
    let slugs: Vec<Slug> = vocabulary.iter().map(|tag| tag.slug.clone()).collect();
    if let [first, ..] = slugs.as_slice() {
        check_rename(&words, first);
        check_merge(&words, first, slugs.last().expect("the last of some"));
        check_add_entries(&words, slugs.len());
    }
}

fn new_tag() -> Slug {
    Slug::parse("seen-anew").expect("a slug")
}

/// The tag that a spelling means, as commands look it up.
fn meaning(vocabulary: &Vocabulary, written: &str) -> Option<Slug> {
    let known = vocabulary.lookup(written).map(|tag| tag.slug.clone());
    known.or_else(|| Slug::from_name(written))
}

/// This is a paper's file that can be edited.
struct File {
    file: Source,
    paper: Paper,
    block: Range<usize>,
}

impl File {
    /// Formatting sorts keys and tags; no line is lost, nothing is said that was not, twice is once.
    fn check_format(&self, vocabulary: &Vocabulary) {
        let Some(new) = edit::format(&self.file, Some(vocabulary)) else {
            return;
        };
        let (paper, block) = check_around(&self.file, &self.block, &new);
        // Tags with comments keep their order and their spelling.
        let sorted = |paper: Paper| {
            let known = |tag: &String| {
                let known = vocabulary.lookup(tag);
                known.map_or_else(|| tag.clone(), |tag| tag.slug.to_string())
            };
            let mut tags: Vec<String> = paper.tags.iter().map(known).collect();
            tags.sort_unstable();
            Paper { tags, ..paper }
        };
        assert_eq!(sorted(paper), sorted(self.paper.clone()), "{new}");
        let lines = |text: &str, block: Range<usize>| {
            let tags = front_matter::find_entry(&Source::new(PATH, text), "tags");
            // Comments below the tags are said to be theirs, where the tags are not the last.
            let own = |value: Range<usize>| {
                let below = text[value.clone()].find("\n#");
                below.map_or(value.end, |at| value.start + at)
            };
            let tags = tags.map_or(0..0, |(key, value)| key.start..own(value));
            let mut rest = text[block.start..tags.start.max(block.start)].to_owned();
            rest.push('\n');
            rest.push_str(&text[tags.end.max(block.start)..block.end]);
            let mut lines: Vec<String> = rest.lines().map(str::to_owned).collect();
            lines.retain(|line| !line.trim().is_empty());
            lines.sort_unstable();
            lines
        };
        let old = lines(&self.file.text, self.block.clone());
        assert_eq!(lines(&new, block), old, "{new}");
        let again = edit::format(&Source::new(PATH, new.as_str()), Some(vocabulary));
        assert!(
            again.as_ref().is_none_or(|again| *again == new),
            "{again:?} of {new:?}"
        );
    }

    /// A tag that takes the place of another changes the list of tags and no other byte.
    fn check_retag(&self, vocabulary: &Vocabulary) {
        let meaning = |tag: &str| meaning(vocabulary, tag);
        let Some(from) = self.paper.tags.iter().find_map(|tag| meaning(tag)) else {
            return;
        };
        let to = new_tag();
        let Ok(Some(new)) = edit::retag(&self.file, std::slice::from_ref(&from), &to, meaning)
        else {
            return;
        };
        let (paper, _) = check_around(&self.file, &self.block, &new);
        let (_, list) = front_matter::find_entry(&self.file, "tags").expect("a list that changed");
        let text = &self.file.text;
        assert!(new.starts_with(&text[..list.start]), "{new}");
        assert!(new.ends_with(&text[list.end..]), "{new}");
        assert!(
            !paper
                .tags
                .iter()
                .any(|tag| meaning(tag).as_ref() == Some(&from))
                || from == to
        );
        let times = |tags: &[String]| {
            let is_new = |tag: &&String| meaning(tag).as_ref() == Some(&to);
            tags.iter().filter(is_new).count()
        };
        assert_eq!(times(&paper.tags), 1, "{new}");
        let others = |tags: &[String]| -> Vec<String> {
            let is_other =
                |tag: &&String| ![Some(&from), Some(&to)].contains(&meaning(tag).as_ref());
            tags.iter().filter(is_other).cloned().collect()
        };
        assert_eq!(others(&paper.tags), others(&self.paper.tags), "{new}");
        self.check_rest(paper, &new);
    }

    /// Tags that are added stand in the list, and all that was there is there.
    fn check_add_tags(&self, vocabulary: &Vocabulary) {
        let meaning = |tag: &str| meaning(vocabulary, tag);
        // `on` wants quotes. Callers add tags that are none's other name.
        let mut tags = vec![new_tag(), Slug::parse("on").expect("a slug")];
        tags.retain(|tag| meaning(tag.as_str()).as_ref() == Some(tag));
        let Ok(Some(new)) = edit::add_tags(&self.file, &tags, meaning) else {
            return;
        };
        let (paper, _) = check_around(&self.file, &self.block, &new);
        assert!(is_within(&self.file.text, &new), "{new}");
        for tag in &tags {
            assert!(
                paper
                    .tags
                    .iter()
                    .any(|written| meaning(written).as_ref() == Some(tag))
            );
        }
        self.check_rest(paper, &new);
    }

    /// Checks that a paper says, but for its tags, what it said.
    fn check_rest(&self, paper: Paper, new: &str) {
        let rest = Paper {
            tags: self.paper.tags.clone(),
            ..paper
        };
        assert_eq!(rest, self.paper, "{new}");
    }
}

/// Tells whether all of a text stands in another, in its order.
fn is_within(old: &str, new: &str) -> bool {
    let mut rest = new.bytes();
    old.bytes().all(|byte| rest.any(|other| other == byte))
}

fn tags_of(words: &Source) -> BTreeMap<String, Tag> {
    tags(&Vocabulary::parse(words, &mut Problems::new()))
}

/// A tag gets another slug: lines that do not name it stay, and so do all other tags; the old slug becomes
/// one of its words, for which a line of its entry grows.
fn check_rename(words: &Source, from: &Slug) {
    let to = new_tag();
    let known = tags_of(words);
    if known.contains_key(to.as_str()) {
        return;
    }
    let Ok(Some(new)) = edit::rename_tag(words, from, &to) else {
        return;
    };
    let mut rest = new.split_inclusive('\n');
    let mut is_of_tag = false;
    for old in words.text.split_inclusive('\n') {
        let named = old.contains(from.as_str()) || !old.ends_with('\n');
        // A list in brackets goes on at the start of a line, too.
        is_of_tag = named || is_of_tag && (old.starts_with([' ', '#', '\n']) || !old.contains(':'));
        let grown = |line: &str| is_of_tag && line.contains(from.as_str()) && is_within(old, line);
        let stays = named || rest.any(|line| line == old || grown(line));
        assert!(stays, "{old:?} is lost in {new}");
    }
    let source = Source::new(words.name.clone(), new.as_str());
    let vocabulary = Vocabulary::parse(&source, &mut Problems::new());
    let tags = tags(&vocabulary);
    assert!(tags.contains_key(to.as_str()), "{new}");
    assert_eq!(tags.len(), known.len(), "{new}");
    for (slug, tag) in &known {
        let broader = tag.broader.clone();
        let expected = broader.map(|broader| {
            if broader == *from {
                to.clone()
            } else {
                broader
            }
        });
        let found = match slug == from.as_str() {
            true => &tags[to.as_str()],
            false => &tags[slug],
        };
        assert_eq!(found.broader, expected, "{new}");
        assert_eq!(found.description, tag.description, "{new}");
        let has = |word: &String| found.aliases.contains(word) || word == to.as_str();
        assert!(tag.aliases.iter().all(has), "{new}");
    }
    let meant = vocabulary.lookup(from.as_str()).map(|tag| &tag.slug);
    assert_eq!(meant, Some(&to), "{new}");
}

/// A tag is merged into another: it goes, its words lead there, all other tags stay.
fn check_merge(words: &Source, from: &Slug, into: &Slug) {
    if from == into {
        return;
    }
    let Ok(Some(new)) = edit::merge_tags(words, &[from], into) else {
        return;
    };
    let known = tags_of(words);
    let source = Source::new(words.name.clone(), new.as_str());
    let mut found = Problems::new();
    let vocabulary = Vocabulary::parse(&source, &mut found);
    assert!(!found.has_errors(), "{found:?} in {new}");
    let meant = vocabulary.lookup(from.as_str()).map(|tag| &tag.slug);
    assert_eq!(meant, Some(into), "{new}");
    let tags = tags(&vocabulary);
    for (slug, tag) in &known {
        let stays = slug != from.as_str() && slug != into.as_str();
        let broader = tag.broader.clone();
        let expected = Tag {
            broader: broader.map(|broader| {
                if broader == *from {
                    into.clone()
                } else {
                    broader
                }
            }),
            ..tag.clone()
        };
        assert!(
            !stays || tags.get(slug) == Some(&expected),
            "{slug} in {new}"
        );
    }
}

/// Entries that are added stand below all else.
fn check_add_entries(words: &Source, count: usize) {
    let added = "seen-anew:\n  name: Seen anew\n  aliases: [looked at twice]\n";
    if let Ok(new) = edit::add_entries(words, added) {
        assert!(new.starts_with(&*words.text), "{new}");
        let tags = tags_of(&Source::new(words.name.clone(), new.as_str()));
        assert!(
            tags.len() >= count && tags.contains_key("seen-anew"),
            "{new}"
        );
    }
}
