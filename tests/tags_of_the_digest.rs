//! The real list and the real vocabulary: which tags the 58 papers get.
//!
//! Each line of the golden files was read against its paper; a change of the vocabulary shows here as
//! a change of lines to be read again. `UPDATE_GOLDEN=1 cargo test` writes the file anew.

#![allow(clippy::disallowed_methods)] // A test may read the environment and write its golden file.

use std::fmt::Write as _;

use paper_digest::diagnostic::{Palette, Problems};
use paper_digest::source::Source;
use paper_digest::tags::Vocabulary;

const VOCABULARY: &str = include_str!("../content/tags.yaml");
const LIST: &str = include_str!("data/daily-papers.txt");
const GOLDEN: &str = include_str!("data/daily-papers.tags.txt");
const GOLDEN_OF_STARTER: &str = include_str!("data/daily-papers.starter.txt");

fn vocabulary() -> Vocabulary {
    let mut problems = Problems::new();
    let vocabulary =
        Vocabulary::parse(&Source::new("content/tags.yaml", VOCABULARY), &mut problems);
    let shown: String = problems.iter().map(|p| p.render(Palette::PLAIN)).collect();
    assert_eq!(shown, "");
    vocabulary
}

/// The list's papers: title, blank, abstract, blank, behind five lines of page chrome and a date.
fn papers() -> Vec<(&'static str, &'static str)> {
    let lines: Vec<&str> = LIST
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let papers = &lines[6..];
    papers
        .chunks_exact(2)
        .map(|pair| (pair[0], pair[1]))
        .collect()
}

#[test]
fn the_58_papers_get_the_tags_that_a_curator_gave() {
    check(&vocabulary(), "daily-papers.tags.txt", GOLDEN);
}

#[test]
fn a_new_site_gives_the_58_papers_tags_that_a_curator_can_begin_with() {
    let starter = Vocabulary::starter();
    check(starter, "daily-papers.starter.txt", GOLDEN_OF_STARTER);
    for (title, text) in papers() {
        let tags = starter.suggest(title, text);
        assert!((2..=6).contains(&tags.len()), "{title}: {tags:?}");
    }
}

/// Compares the tags of all papers, and the words that speak for them, with a golden file.
fn check(vocabulary: &Vocabulary, name: &str, golden: &str) {
    let mut found = String::new();
    for (title, text) in papers() {
        let _ = writeln!(found, "{title}");
        for suggestion in vocabulary.suggest(title, text) {
            let words = suggestion.words.join(", ");
            let _ = writeln!(
                found,
                "  {} {} ({words})",
                suggestion.slug, suggestion.weight
            );
        }
    }
    if found != golden && std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, &found).expect("the golden file can be written");
        return;
    }
    assert_eq!(found, golden);
}

#[test]
fn each_paper_has_two_to_six_tags_and_each_tag_a_paper() {
    let vocabulary = vocabulary();
    let mut unused: Vec<&str> = vocabulary.iter().map(|tag| tag.slug.as_str()).collect();
    assert_eq!(papers().len(), 58);
    for (title, text) in papers() {
        let tags = vocabulary.suggest(title, text);
        assert!((2..=6).contains(&tags.len()), "{title}: {tags:?}");
        unused.retain(|slug| !tags.iter().any(|tag| tag.slug.as_str() == *slug));
    }
    assert_eq!(unused, Vec::<&str>::new());
    assert!((20..=40).contains(&vocabulary.iter().count()));
}
