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
pub use vocabulary::{add_entries, merge_tags, rename_tag};

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

/// Adds tags to a paper, behind those that it has, or between them where they are in order.
///
/// A tag that the paper has, in any spelling, is left out; `meaning` returns the tag that a spelling
/// means. Returns `None` when nothing changes.
pub fn add_tags(
    source: &Source,
    tags: &[Slug],
    meaning: impl Fn(&str) -> Option<Slug>,
) -> Result<Option<String>, Refusal> {
    let Some((paper, range)) = read(source) else {
        return Ok(None);
    };
    let has = |slug: &&Slug| {
        paper
            .tags
            .iter()
            .any(|tag| meaning(tag).as_ref() == Some(*slug))
    };
    let mut new: Vec<String> = tags
        .iter()
        .filter(|slug| !has(slug))
        .map(Slug::to_string)
        .collect();
    if new.is_empty() {
        return Ok(None);
    }
    let by_hand = || {
        Refusal(format!(
            "write the tags of {} as `tags: [a, b]`",
            source.name
        ))
    };
    // Each new tag with the number of the tag before which it comes.
    let in_order = paper.tags.is_sorted();
    if in_order {
        new.sort_unstable();
    }
    let place = |slug: &String| match in_order {
        true => paper.tags.partition_point(|tag| tag < slug),
        false => paper.tags.len(),
    };
    let new: Vec<(usize, String)> = new.into_iter().map(|slug| (place(&slug), slug)).collect();
    let changes = additions(source, range, &new).ok_or_else(by_hand)?;
    let text = replace(&source.text, changes).ok_or_else(by_hand)?;

    let mut wanted = paper;
    for (before, (place, slug)) in new.into_iter().enumerate() {
        wanted.tags.insert(place + before, slug);
    }
    let read_back = read(&Source::new(source.name.clone(), text.as_str()));
    match read_back {
        Some((paper, _)) if paper == wanted => Ok(Some(text)),
        _ => Err(by_hand()),
    }
}

/// The changes that put tags into a list, or make one.
fn additions(
    source: &Source,
    range: Range<usize>,
    new: &[(usize, String)],
) -> Option<Vec<(Range<usize>, String)>> {
    let text = &*source.text;
    let slugs: Vec<String> = new
        .iter()
        .map(|(_, slug)| front_matter::scalar(slug))
        .collect();
    let all = slugs.join(", ");
    let Some((_, value)) = yaml::locate(text, range.clone(), "tags") else {
        let above = ["date", "title"]
            .iter()
            .find_map(|key| yaml::locate(text, range.clone(), key));
        let at = end_of_lines(text, above?.1);
        let end = if text[..at].ends_with("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        return Some(vec![(at..at, format!("tags: [{all}]{end}"))]);
    };
    let first = text[value.clone()].split(['\n', '\r']).next().unwrap_or("");
    let Some(list) = yaml::written_list(text, value.clone()).filter(|list| !list.items.is_empty())
    else {
        let at = value.start;
        return match first.split('#').next().unwrap_or("").trim() {
            "" => Some(vec![(at..at, format!(" [{all}]"))]),
            "[]" => {
                let start = at + first.find('[')?;
                Some(vec![(start..start + 2, format!("[{all}]"))])
            }
            _ => None,
        };
    };
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    for ((place, _), slug) in new.iter().zip(slugs) {
        let change = match list.items.get(*place) {
            Some(item) if list.flow => (item.start..item.start, format!("{slug}, ")),
            None if list.flow => {
                let end = list.items.last()?.end;
                (end..end, format!(", {slug}"))
            }
            next => {
                let like = next.or(list.items.last())?;
                let start = text[..like.start].rfind('\n')? + 1;
                let end = text[start..].find('\n')? + start + 1;
                let at = if next.is_some() { start } else { end };
                let before = &text[start..like.start];
                let behind = if text[..end].ends_with("\r\n") {
                    "\r\n"
                } else {
                    "\n"
                };
                (at..at, format!("{before}{slug}{behind}"))
            }
        };
        changes.push(change);
    }
    Some(changes)
}

/// Where the lines of a value end, without the blank lines and comments behind it.
fn end_of_lines(text: &str, value: Range<usize>) -> usize {
    let mut end = value.start;
    let mut at = value.start;
    for (number, line) in text[value].split_inclusive('\n').enumerate() {
        at += line.len();
        if number == 0 || !line.trim().is_empty() && !line.starts_with('#') {
            end = at;
        }
    }
    end
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
