//! The canonical form of a paper: keys in one order, tags in the vocabulary's spelling.

use std::ops::Range;

use crate::front_matter::{self, PAPER_KEYS};
use crate::paper::Paper;
use crate::source::Source;
use crate::tags::Vocabulary;
use crate::yaml;

use super::{read, replace, tags_of};

/// Formats a paper: its keys in the order of `PAPER_KEYS`, its tags by their slugs and sorted.
///
/// Comments move with the key below them; values keep their quotes, and the body every byte. Returns
/// `None` when nothing changes, and for a text that cannot be read or would then say something else.
pub fn format(source: &Source, vocabulary: Option<&Vocabulary>) -> Option<String> {
    let (before, _) = read(source)?;
    let sorted = sort_tags(source, vocabulary);
    let source = Source::new(source.name.clone(), sorted.as_str());
    let (_, range) = read(&source)?;
    let mut text = source.text[..range.start].to_owned();
    text.push_str(&sort_keys(&source.text, range.clone())?);
    text.push_str(&source.text[range.end..]);

    let (after, _) = read(&Source::new(source.name.clone(), text.as_str()))?;
    let same = sorted_paper(before, vocabulary) == sorted_paper(after, vocabulary);
    same.then_some(text)
}

/// Writes each tag as its slug, in the order of the slugs.
fn sort_tags(source: &Source, vocabulary: Option<&Vocabulary>) -> String {
    let unchanged = || source.text.to_string();
    let list = front_matter::find_block(&source.text)
        .and_then(|(range, _)| tags_of(source, range))
        .filter(|list| !list.has_comments);
    let Some(list) = list else {
        return unchanged();
    };
    let mut tags: Vec<String> = list
        .texts
        .iter()
        .map(|tag| canonical(tag, vocabulary))
        .collect();
    tags.sort_unstable();
    let changes = list.items.iter().cloned().zip(&list.texts).zip(tags);
    let changes = changes
        .filter(|((_, old), new)| *old != new)
        .map(|((item, _), new)| (item, front_matter::scalar(&new)));
    replace(&source.text, changes.collect()).unwrap_or_else(unchanged)
}

/// What a tag is called where it is written; one that is not known stays as it is, for `check` to tell.
fn canonical(tag: &str, vocabulary: Option<&Vocabulary>) -> String {
    let known = vocabulary.and_then(|vocabulary| vocabulary.lookup(tag));
    known.map_or_else(|| tag.to_owned(), |tag| tag.slug.to_string())
}

/// Sorts the entries of a block mapping; the comments above a key are its own.
fn sort_keys(text: &str, range: Range<usize>) -> Option<String> {
    let yaml = &text[range.clone()];
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for (position, key) in PAPER_KEYS.iter().enumerate() {
        if let Some((key, _)) = yaml::locate(text, range.clone(), key) {
            starts.push((above(yaml, key.start - range.start), position));
        }
    }
    starts.sort_unstable();
    let Some(first) = starts.first() else {
        return Some(yaml.to_owned());
    };
    let head = &yaml[..first.0];
    let mut parts: Vec<(usize, &str)> = Vec::new();
    for (index, (start, position)) in starts.iter().enumerate() {
        let end = starts
            .get(index + 1)
            .map_or(yaml.len(), |(start, _)| *start);
        parts.push((*position, yaml.get(*start..end)?));
    }
    parts.sort_by_key(|(position, _)| *position);
    let mut sorted = head.to_owned();
    for (_, part) in parts {
        sorted.push_str(part);
        if !part.ends_with('\n') {
            sorted.push('\n');
        }
    }
    Some(sorted)
}

/// Where the comments start that stand directly above a key.
fn above(yaml: &str, key: usize) -> usize {
    let mut start = key;
    while start > 0 {
        let line = yaml[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        if !yaml[line..start].starts_with('#') {
            break;
        }
        start = line;
    }
    start
}

fn sorted_paper(mut paper: Paper, vocabulary: Option<&Vocabulary>) -> Paper {
    for tag in &mut paper.tags {
        *tag = canonical(tag, vocabulary);
    }
    paper.tags.sort_unstable();
    paper
}
