//! Where the items of a JSON text are, found without parsing them.
//!
//! Knows strings and brackets only, so it finds the items of a text that is damaged or cut off.

use std::ops::Range;

use crate::date::Date;

use super::fields;

/// This is one item: an object with a title, or whatever stands in the array of papers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its bytes.
    pub span: Range<usize>,
    /// The day that the object around it names.
    pub date: Option<Date>,
}

/// Papers stand in an array, in an object that holds it, or one level deeper; not below.
const DEPTH: usize = 4;

/// Finds the items of a text; a last one may be cut off.
pub fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(start) = next_value(text, at) {
        let end = value_end(text, start);
        collect(text, start..end, None, 0, &mut items);
        at = end;
    }
    items
}

fn collect(
    text: &str,
    span: Range<usize>,
    date: Option<Date>,
    depth: usize,
    items: &mut Vec<Item>,
) {
    match text.as_bytes()[span.start] {
        b'[' if depth < DEPTH => {
            for child in children(text, span) {
                collect(text, child, date, depth + 1, items);
            }
        }
        b'{' => {
            let members = members(text, span.clone());
            let named = |name: &str| members.iter().find(|(key, _)| fields::key(key) == name);
            let paper = members
                .iter()
                .any(|(key, _)| fields::is_title(&fields::key(key)))
                || named("paper").is_some();
            let holds = |(_, value): &&(&str, Range<usize>)| {
                matches!(text.as_bytes()[value.start], b'[' | b'{')
            };
            let holders: Vec<_> = members.iter().filter(holds).collect();
            if paper || depth >= DEPTH || holders.is_empty() {
                items.push(Item { span, date });
                return;
            }
            let date = named("date")
                .and_then(|(_, value)| fields::date(text[value.clone()].trim_matches('"')))
                .or(date);
            for (_, value) in holders {
                // An object beside the papers, such as paging, is no item.
                if text.as_bytes()[value.start] == b'{'
                    && !text[value.clone()].to_lowercase().contains("title")
                {
                    continue;
                }
                collect(text, value.clone(), date, depth + 1, items);
            }
        }
        _ => items.push(Item { span, date }),
    }
}

/// The values in an array.
fn children(text: &str, span: Range<usize>) -> Vec<Range<usize>> {
    let mut children = Vec::new();
    let mut at = span.start + 1;
    while let Some(start) = next_value(&text[..span.end], at) {
        let end = value_end(&text[..span.end], start);
        children.push(start..end);
        at = end;
    }
    children
}

/// The names and values in an object.
fn members(text: &str, span: Range<usize>) -> Vec<(&str, Range<usize>)> {
    let mut members = Vec::new();
    let inside = &text[..span.end];
    let mut at = span.start + 1;
    while let Some(start) = next_value(inside, at) {
        let end = value_end(inside, start);
        let name = text[start..end].trim_matches('"');
        let colon = inside[end..].trim_start().starts_with(':');
        let value = colon.then(|| next_value(inside, end)).flatten();
        let Some(value) = value else {
            at = end;
            continue;
        };
        at = value_end(inside, value);
        members.push((name, value..at));
    }
    members
}

/// Returns where the next value starts: past white space, commas, colons and closing brackets.
fn next_value(text: &str, from: usize) -> Option<usize> {
    let skipped = text.get(from..)?.char_indices();
    skipped
        .clone()
        .find(|(_, c)| !c.is_whitespace() && !",:]}\u{feff}".contains(*c))
        .map(|(at, _)| from + at)
}

/// Returns where a value ends; the end of the text when it is cut off.
fn value_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at = string_end(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth <= 1 => {
                return if depth == 1 {
                    at + 1
                } else {
                    at.max(start + 1)
                };
            }
            b']' | b'}' => depth -= 1,
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
