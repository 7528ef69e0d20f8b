//! `content/tags.yaml`: every word leads to its tag, and what was read can be written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use paper_digest::diagnostic::Problems;
use paper_digest::front_matter::scalar;
use paper_digest::slug::Slug;
use paper_digest::source::Source;
use paper_digest::tags::{Found, Tag, Vocabulary};

use super::problems;

/// No paper is offered more tags.
const MOST: usize = 6;

/// Checks a vocabulary by itself, as it stands over the starter's when it asks for that, and what it
/// suggests for a text: itself.
pub fn check(text: &str) {
    let (vocabulary, found) = read(text);
    problems::check(&found, text);
    check_words(&vocabulary, &found);
    check_suggestions(&vocabulary, text);
    if !found.has_errors() {
        check_written(&vocabulary);
    }
}

fn read(text: &str) -> (Vocabulary, Problems) {
    let mut found = Problems::new();
    let source = Source::new("content/tags.yaml", text);
    (Vocabulary::parse(&source, &mut found), found)
}

/// Checks that each tag is found by its slug, and without errors by its name; that the way up ends.
fn check_words(vocabulary: &Vocabulary, found: &Problems) {
    let count = vocabulary.iter().count();
    for tag in vocabulary.iter() {
        let by_slug = vocabulary.lookup(tag.slug.as_str()).map(|tag| &tag.slug);
        assert_eq!(by_slug, Some(&tag.slug));
        let by_name = vocabulary.lookup(&tag.name).map(|tag| &tag.slug);
        assert!(by_name.is_some(), "{:?} leads nowhere", tag.name);
        assert!(
            found.has_errors() || by_name == Some(&tag.slug),
            "{:?} leads to {by_name:?}",
            tag.name
        );
        let above: Vec<&Slug> = vocabulary.above(&tag.slug).take(count + 1).collect();
        assert!(above.len() < count.max(1), "no end above {}", tag.slug);
        let known = |slug: &&Slug| vocabulary.lookup(slug.as_str()).is_some();
        assert!(above.iter().all(known), "a tag above {}", tag.slug);
        assert!((1..=20).contains(&tag.mentions));
    }
}

fn check_suggestions(vocabulary: &Vocabulary, text: &str) {
    let title = text.lines().next().unwrap_or_default();
    let suggestions = vocabulary.suggest(title, text);
    assert!(suggestions.len() <= MOST);
    for suggestion in &suggestions {
        assert!(vocabulary.lookup(suggestion.slug.as_str()).is_some());
        assert!(suggestion.weight > 0.0);
        for at in &suggestion.found {
            let word = match at {
                Found::Title(at) => title.get(at.clone()),
                Found::Text(at) => text.get(at.clone()),
            };
            assert!(word.is_some_and(|word| !word.is_empty()), "{at:?}");
        }
    }
    let has: Vec<Slug> = suggestions.into_iter().map(|found| found.slug).collect();
    for more in vocabulary.suggest_beside(&has, title, text) {
        assert!(!has.contains(&more.slug), "{} is there", more.slug);
    }
}

/// Checks that the tags, written as a file, are read as the same tags.
fn check_written(vocabulary: &Vocabulary) {
    let written: String = vocabulary.iter().map(write).collect();
    let (again, found) = read(&written);
    assert!(found.is_empty(), "{found:?} in {written}");
    assert_eq!(tags(&again), tags(vocabulary), "{written}");
}

fn write(tag: &Tag) -> String {
    let mut text = format!("{}:\n", scalar(tag.slug.as_str()));
    let _ = writeln!(text, "  name: {}", scalar(&tag.name));
    let aliases: Vec<String> = tag.aliases.iter().map(|alias| scalar(alias)).collect();
    let _ = writeln!(text, "  aliases: [{}]", aliases.join(", "));
    let _ = writeln!(text, "  description: {}", scalar(&tag.description));
    if let Some(broader) = &tag.broader {
        let _ = writeln!(text, "  broader: {}", scalar(broader.as_str()));
    }
    let _ = writeln!(text, "  mentions: {}", tag.mentions);
    text
}

/// The tags by their slugs, without the places where they stand.
pub fn tags(vocabulary: &Vocabulary) -> BTreeMap<String, Tag> {
    let tag = |tag: &Tag| Tag {
        place: None,
        ..tag.clone()
    };
    let pairs = vocabulary.iter();
    pairs
        .map(|found| (found.slug.to_string(), tag(found)))
        .collect()
}
