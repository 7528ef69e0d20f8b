//! Edits by spans: what an edit does not name stays, byte for byte.
//!
//! Every edit is read back: when the new text does not say what it should, the edit is refused and
//! the file is left to its author. Knows one text at a time; `commands` decides which.

use std::ops::Range;

use crate::diagnostic::Problems;
use crate::front_matter;
use crate::paper::Paper;
use crate::slug::Slug;
use crate::source::Source;
use crate::yaml::{self, WrittenList};

mod format;
mod vocabulary;

pub use format::format;
pub use vocabulary::{merge_tags, rename_tag};

/// This is why a text is left as it is: what must be done by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

/// Puts one tag into the place of others in a paper; `meaning` returns the tag that a spelling means.
///
/// The paper has the tag once then, however it was written. Returns `None` when nothing changes.
pub fn retag(
    source: &Source,
    from: &[Slug],
    to: &Slug,
    meaning: impl Fn(&str) -> Option<Slug>,
) -> Result<Option<String>, Refusal> {
    let goes = |tag: &str| meaning(tag).is_some_and(|slug| from.contains(&slug));
    let Some((paper, range)) = read(source) else {
        return Ok(None);
    };
    if !paper.tags.iter().any(|tag| goes(tag)) {
        return Ok(None);
    }
    let by_hand = || {
        Refusal(format!(
            "write the tags of {} as `tags: [a, b]`",
            source.name
        ))
    };
    let list = tags_of(source, range).ok_or_else(by_hand)?;
    let mut expected: Vec<String> = Vec::new();
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let mut there = false;
    for (index, tag) in list.texts.iter().enumerate() {
        let new = goes(tag);
        let is_target = new || meaning(tag).as_ref() == Some(to);
        if is_target && there {
            changes.push((without(&source.text, &list, index), String::new()));
            continue;
        }
        there |= is_target;
        if new {
            changes.push((list.items[index].clone(), front_matter::scalar(to.as_str())));
            expected.push(to.to_string());
        } else {
            expected.push(tag.clone());
        }
    }
    let text = replace(&source.text, changes).ok_or_else(by_hand)?;
    let wanted = Paper {
        tags: expected,
        ..paper
    };
    let read_back = read(&Source::new(source.name.clone(), text.as_str()));
    match read_back {
        Some((paper, _)) if paper == wanted => Ok(Some(text)),
        _ => Err(by_hand()),
    }
}

/// Reads a paper without errors; returns it with the bytes of its YAML.
fn read(source: &Source) -> Option<(Paper, Range<usize>)> {
    let mut problems = Problems::new();
    let (paper, _) = front_matter::parse_paper(source, &mut problems);
    let (range, _) = front_matter::find_block(&source.text)?;
    let paper = paper.filter(|_| !problems.has_errors())?;
    Some((paper, range))
}

fn tags_of(source: &Source, range: Range<usize>) -> Option<WrittenList> {
    let (_, value) = yaml::locate(&source.text, range, "tags")?;
    yaml::written_list(&source.text, value)
}

/// The bytes that go with an item: it and its comma, or its line.
fn without(text: &str, list: &WrittenList, index: usize) -> Range<usize> {
    let item = &list.items[index];
    if !list.flow {
        let start = text[..item.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[item.end..]
            .find('\n')
            .map_or(text.len(), |at| item.end + at + 1);
        return start..end;
    }
    // An item that goes was there before, so it is not the first.
    let before = index
        .checked_sub(1)
        .map_or(item.start, |before| list.items[before].end);
    before..item.end
}

/// Replaces ranges, which are in order; `None` when two of them touch the same bytes.
fn replace(text: &str, changes: Vec<(Range<usize>, String)>) -> Option<String> {
    let mut new = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (range, written) in changes {
        new.push_str(text.get(at..range.start)?);
        new.push_str(&written);
        at = range.end;
    }
    new.push_str(&text[at..]);
    Some(new)
}

#[cfg(test)]
mod tests;
