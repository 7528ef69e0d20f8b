//! A text with a name, and the places in it.
//!
//! Knows nothing of where the text came from: a name is the path below the site's root, with `/`
//! on every system, so that messages and output are the same everywhere.

use std::ops::Range;
use std::sync::Arc;

/// This is a file's text and its name.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path below the root, with forward slashes.
    pub name: Arc<str>,
    /// The whole text, as it was read.
    pub text: Arc<str>,
}

/// This is a place in a source, with the line it stands in, so that it can be shown without the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The name of the source.
    pub file: Arc<str>,
    /// The line, from 1; 0 when the place is the file as a whole.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The part of the line around the place; at most some 100 characters.
    pub excerpt: String,
    /// Where the marked characters start in `excerpt`, in characters.
    pub mark_start: usize,
    /// How many characters are marked; at least 1.
    pub mark_length: usize,
}

/// Longer lines are shown as a window around the place: an abstract is one line of 2,000 characters.
const EXCERPT_BEFORE: usize = 50;
const EXCERPT_AFTER: usize = 50;

impl Source {
    /// Makes a source of a name and a text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Source {
        Source {
            name: name.into(),
            text: text.into(),
        }
    }

    /// Returns the place of a range of bytes; a range past the end or inside a character is moved to
    /// the nearest character before it.
    pub fn place(&self, range: Range<usize>) -> Place {
        let start = floor_char(&self.text, range.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..]
            .find('\n')
            .map_or(self.text.len(), |at| start + at);
        let line_text = self.text[line_start..line_end].trim_end_matches('\r');
        // What stands at the line's end is shown behind its last character.
        let start = start.min(line_start + line_text.len());
        let end = floor_char(
            &self.text,
            range.end.clamp(start, line_start + line_text.len()),
        );

        let column = self.text[line_start..start].chars().count();
        let length = self.text[start..end.max(start)].chars().count().max(1);
        let (excerpt, mark_start) = window(line_text, column, length);
        let shown = excerpt.chars().count();
        Place {
            file: self.name.clone(),
            line: self.text[..start].bytes().filter(|&b| b == b'\n').count() + 1,
            column: column + 1,
            mark_length: length.min(shown.saturating_sub(mark_start)).max(1),
            excerpt,
            mark_start,
        }
    }

    /// Returns the place that means the file as a whole.
    pub fn whole(&self) -> Place {
        Place::file(self.name.clone())
    }

    /// Returns the byte at which a line (from 1) starts; the end of the text for a line past it.
    pub fn line_start(&self, line: usize) -> usize {
        let ends = self.text.match_indices('\n').map(|(at, _)| at + 1);
        std::iter::once(0)
            .chain(ends)
            .nth(line.saturating_sub(1))
            .unwrap_or(self.text.len())
    }
}

impl Place {
    /// Returns the place that means a file as a whole.
    pub fn file(name: impl Into<Arc<str>>) -> Place {
        Place {
            file: name.into(),
            line: 0,
            column: 0,
            excerpt: String::new(),
            mark_start: 0,
            mark_length: 1,
        }
    }
}

/// Tells whether a character does something to the line that shows it: a control character, of which a
/// terminal makes colours and movements, or one that turns the direction of what follows.
pub fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Cuts a long line to the part around a mark; returns it with the mark's start in it.
fn window(line: &str, column: usize, length: usize) -> (String, usize) {
    let total = line.chars().count();
    let first = column.saturating_sub(EXCERPT_BEFORE);
    let last = (column + length.min(EXCERPT_AFTER) + EXCERPT_AFTER).min(total);
    let mut excerpt = String::new();
    let mut mark_start = column - first;
    if first > 0 {
        excerpt.push('…');
        mark_start += 1;
    }
    let inside = line.chars().skip(first).take(last.saturating_sub(first));
    // A tab would move the carets that stand below.
    excerpt.extend(inside.map(|c| if steers(c) { ' ' } else { c }));
    if last < total {
        excerpt.push('…');
    }
    (excerpt, mark_start)
}

fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, range: Range<usize>, expected: (usize, usize, &str, usize, usize)) {
        let place = Source::new("a.md", text).place(range);
        let found = (
            place.line,
            place.column,
            place.excerpt.as_str(),
            place.mark_start,
            place.mark_length,
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        check("ab\ncdé f\n", 7..8, (2, 4, "cdé f", 3, 1));
        check("ab\r\ncd", 4..6, (2, 1, "cd", 0, 2));
        check("ab\r\ncd", 3..4, (1, 3, "ab", 2, 1));
    }

    #[test]
    fn a_range_past_the_end_or_inside_a_character_is_moved() {
        check("é", 1..9, (1, 1, "é", 0, 1));
        check("ab\n", 9..12, (2, 1, "", 0, 1));
        check("", 0..0, (1, 1, "", 0, 1));
    }

    #[test]
    fn a_range_over_several_lines_marks_the_first() {
        check("abc\ndef", 1..6, (1, 2, "abc", 1, 2));
    }

    #[test]
    fn a_long_line_is_shown_as_a_window() {
        let text = format!("{}X{}", "a".repeat(300), "b".repeat(300));
        let place = Source::new("a.md", text).place(300..301);
        assert_eq!(place.column, 301);
        assert_eq!(place.excerpt.chars().nth(place.mark_start), Some('X'));
        assert!(place.excerpt.starts_with('…') && place.excerpt.ends_with('…'));
        assert!(place.excerpt.chars().count() < 110);
    }

    #[test]
    fn a_line_number_leads_to_its_first_byte() {
        let source = Source::new("a.md", "ab\ncd\n");
        assert_eq!([1, 2, 3, 4].map(|n| source.line_start(n)), [0, 3, 6, 6]);
    }
}
