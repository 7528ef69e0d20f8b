//! The lines of an input, freed of what a copy leaves in them.
//!
//! Byte order marks, carriage returns, no-break spaces and zero-width characters tell nothing about
//! papers, so no grammar sees them.

use std::ops::Range;

/// This is one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: usize,
    /// Its bytes in the source, without white space at its ends.
    pub range: Range<usize>,
    /// Its text, with single spaces and none at the ends.
    pub text: String,
}

/// Splits a text into its lines.
pub fn split(text: &str) -> Vec<Line> {
    let mut start = 0;
    let raw_lines = text.split_inclusive('\n');
    raw_lines
        .enumerate()
        .map(|(index, raw)| {
            let at = start;
            start += raw.len();
            let visible = raw.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
            let before = raw.len()
                - raw
                    .trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c))
                    .len();
            let first = at + if visible.is_empty() { 0 } else { before };
            Line {
                number: index + 1,
                range: first..first + visible.len(),
                text: collapse(visible),
            }
        })
        .collect()
}

/// Makes single spaces of all white space, and drops characters that nobody sees.
pub fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !collapsed.is_empty() && !collapsed.ends_with(' ') {
                collapsed.push(' ');
            }
        } else if !is_invisible(c) {
            collapsed.push(c);
        }
    }
    collapsed.truncate(collapsed.trim_end().len());
    collapsed
}

/// Byte order mark, zero-width space, word joiner.
///
/// The zero-width joiners stay: some scripts cannot be written without them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200b}' | '\u{2060}')
}
