//! A text with a name, and the places in it.
//!
//! Knows nothing of where the text came from: a name is the path below the site's root, with `/`
//! on every system, so that messages and output are the same everywhere.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use memchr::{memchr_iter, memrchr};

/// This is a file's text and its name.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path below the root, with forward slashes.
    pub name: Arc<str>,
    /// The whole text, as it was read.
    pub text: Arc<str>,
    /// Where each block of a long text stands, once somebody asked for a place.
    marks: OnceLock<Arc<[Mark]>>,
}

/// This is what stands before the first byte of a block.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// How many lines have ended.
    lines: usize,
    /// How many characters of the last line have begun.
    column: usize,
}

/// How many bytes are counted anew for a place. Texts that are made to have as many problems as words
/// would take the square of their length if each place was counted from their beginning.
const BLOCK: usize = 4096;

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
            marks: OnceLock::new(),
        }
    }

    /// Returns the place of a range of bytes; a range past the end or inside a character is moved to
    /// the nearest character before it.
    pub fn place(&self, range: Range<usize>) -> Place {
        let mut start = floor_char(&self.text, range.start);
        // What is shown has an end, so neither it nor the mark is sought to the end of the line.
        let rest = rest_of_line(&self.text[start..], EXCERPT_BEFORE + EXCERPT_AFTER + 1);
        if rest.is_empty() {
            // What stands at the line's end is shown behind its last character.
            start = self.text[..start].trim_end_matches('\r').len();
        }
        let Mark { lines, column } = self.mark(start);
        let end = floor_char(&self.text, range.end.clamp(start, start + rest.len()));
        let length = self.text[start..end].chars().count().max(1);
        let (excerpt, mark_start) = window(&self.text[..start], rest, column, length);
        let shown = excerpt.chars().count();
        Place {
            file: self.name.clone(),
            line: lines + 1,
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
        let Some(ends) = line.checked_sub(2) else {
            return 0;
        };
        let marks = self.marks();
        // The line starts in the last block that begins before it.
        let block = marks.partition_point(|mark| mark.lines <= ends).max(1) - 1;
        let start = (block * BLOCK).min(self.text.len());
        memchr_iter(b'\n', &self.text.as_bytes()[start..])
            .nth(ends - marks[block].lines)
            .map_or(self.text.len(), |at| start + at + 1)
    }

    /// Counts what stands before a byte.
    fn mark(&self, at: usize) -> Mark {
        let block = at / BLOCK;
        let first = if block == 0 {
            Mark::default()
        } else {
            self.marks()[block]
        };
        first.after(&self.text.as_bytes()[block * BLOCK..at])
    }

    fn marks(&self) -> &[Mark] {
        self.marks.get_or_init(|| {
            let mut mark = Mark::default();
            let mut marks = vec![mark];
            for block in self.text.as_bytes().chunks(BLOCK) {
                mark = mark.after(block);
                marks.push(mark);
            }
            marks.into()
        })
    }
}

impl Mark {
    fn after(self, bytes: &[u8]) -> Mark {
        // A character is counted where its first byte is.
        let begun = |bytes: &[u8]| bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        match memrchr(b'\n', bytes) {
            None => Mark {
                column: self.column + begun(bytes),
                ..self
            },
            Some(end) => Mark {
                lines: self.lines + memchr_iter(b'\n', &bytes[..=end]).count(),
                column: begun(&bytes[end + 1..]),
            },
        }
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
///
/// `before` ends where the mark starts, in this column; `rest` is what follows in the line.
fn window(before: &str, rest: &str, column: usize, length: usize) -> (String, usize) {
    let shown = column.min(EXCERPT_BEFORE);
    let first = match shown {
        0 => before.len(),
        shown => before
            .char_indices()
            .nth_back(shown - 1)
            .map_or(0, |at| at.0),
    };
    let length = length.min(EXCERPT_AFTER) + EXCERPT_AFTER;
    let mut excerpt = String::new();
    let mut mark_start = shown;
    if column > shown {
        excerpt.push('…');
        mark_start += 1;
    }
    let inside = before[first..].chars().chain(rest.chars().take(length));
    // A tab would move the carets that stand below.
    excerpt.extend(inside.map(|c| if steers(c) { ' ' } else { c }));
    if rest.chars().nth(length).is_some() {
        excerpt.push('…');
    }
    (excerpt, mark_start)
}

/// Returns the beginning of a text: its first line without its end, and no more than so many characters.
fn rest_of_line(text: &str, most: usize) -> &str {
    let last = text.char_indices().nth(most).map_or(text.len(), |at| at.0);
    let head = &text[..last];
    let line = head.find('\n').map_or(head, |end| &head[..end]);
    line.trim_end_matches('\r')
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
    fn places_in_a_long_text_are_those_that_counting_from_its_beginning_finds() {
        let mut text = String::new();
        for number in 0..3_000_usize {
            text += &"aé漢".repeat(number % 7);
            text += if number % 900 < 450 { "\r\n" } else { "x" };
        }
        let source = Source::new("a.md", text.as_str());
        for (at, _) in text.char_indices().step_by(37).chain([(text.len(), ' ')]) {
            // What stands at a line's end is told behind its last character.
            let is_end = text[at..].is_empty() || text[at..].starts_with(['\r', '\n']);
            let before = match is_end {
                true => text[..at].trim_end_matches('\r'),
                false => &text[..at],
            };
            let line = before.matches('\n').count() + 1;
            let start = before.rfind('\n').map_or(0, |end| end + 1);
            let place = source.place(at..at);
            let column = before[start..].chars().count() + 1;
            assert_eq!((place.line, place.column), (line, column), "byte {at}");
            assert_eq!(source.line_start(line), start);
        }
        assert!(text.len() > 4 * BLOCK);
    }

    #[test]
    fn a_line_number_leads_to_its_first_byte() {
        let source = Source::new("a.md", "ab\ncd\n");
        assert_eq!([1, 2, 3, 4].map(|n| source.line_start(n)), [0, 3, 6, 6]);
    }

    #[test]
    fn a_window_shows_fifty_characters_before_and_behind() {
        let check =
            |before: usize, marked: usize, behind: usize, expected: (&str, usize, usize, &str)| {
                let text = format!(
                    "{}{}{}",
                    "é".repeat(before),
                    "X".repeat(marked),
                    "b".repeat(behind)
                );
                let place = Source::new("a.md", text).place(2 * before..2 * before + marked);
                let (head, a, b, tail) = expected;
                let excerpt = format!(
                    "{head}{}{}{}{tail}",
                    "é".repeat(a),
                    "X".repeat(marked.min(100)),
                    "b".repeat(b)
                );
                assert_eq!(place.excerpt, excerpt, "{before} {marked} {behind}");
                assert_eq!(place.mark_start, a + head.chars().count());
                assert_eq!(
                    (place.column, place.mark_length),
                    (before + 1, marked.min(100))
                );
            };
        check(50, 1, 50, ("", 50, 50, ""));
        check(51, 1, 51, ("…", 50, 50, "…"));
        check(0, 1, 50, ("", 0, 50, ""));
        check(0, 1, 51, ("", 0, 50, "…"));
        check(0, 10, 50, ("", 0, 50, ""));
        check(0, 50, 51, ("", 0, 50, "…"));
        check(0, 60, 51, ("", 0, 40, "…"));
    }

    #[test]
    fn what_would_move_a_terminal_is_shown_as_a_space() {
        let steering: String = ('\0'..'\u{3000}')
            .filter(|&c| steers(c))
            .filter(|c| !c.is_control())
            .collect();
        assert_eq!(
            steering,
            "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}"
        );
        check("a\tb\u{1b}c\u{202e}d", 2..3, (1, 3, "a b c d", 2, 1));
    }

    #[test]
    fn a_file_as_a_whole_has_no_line() {
        let place = Source::new("a.md", "ab").whole();
        assert_eq!((&*place.file, place.line, place.column), ("a.md", 0, 0));
        assert_eq!(place, Place::file("a.md"));
    }
}
