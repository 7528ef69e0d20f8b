//! White space of a copied text: what is a paragraph, and what is only the width of somebody's
//! terminal.

use super::scan::{length_before, table};

/// Returns the text with every run of white space as one space, and without control characters.
pub fn on_one_line(text: &str) -> String {
    collapse(text, |_| false)
}

/// Returns the text with paragraphs separated by one line feed, otherwise as [`on_one_line`].
///
/// A blank line parts paragraphs, and so does a line that begins with two spaces, because that is
/// how arXiv stores them. In a text where indentation is the layout of every line it says nothing.
pub fn in_paragraphs(text: &str) -> String {
    let indentation_parts = indentation_parts(text);
    collapse(text, |run| {
        run.matches('\n').count() > 1 || indentation_parts && is_indented(run)
    })
}

fn collapse(text: &str, parts: impl Fn(&str) -> bool) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for (run, word) in words(text) {
        if !collapsed.is_empty() {
            collapsed.push(if parts(run) { '\n' } else { ' ' });
        }
        if word.bytes().any(|byte| !(b' '..=b'~').contains(&byte)) {
            collapsed.extend(word.chars().filter(|&c| !is_noise(c)));
        } else {
            collapsed.push_str(word);
        }
    }
    collapsed
}

/// Yields every word with the white space before it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(|c: char| !c.is_whitespace())?;
        let (run, tail) = rest.split_at(start);
        let (word, after) = tail.split_at(length_of_word(tail));
        rest = after;
        Some((run, word))
    })
}

fn length_of_word(text: &str) -> usize {
    let mut at = 0;
    loop {
        at += length_before(&text[at..], &MAYBE_SPACE);
        match text[at..].chars().next() {
            Some(c) if !c.is_whitespace() => at += c.len_utf8(),
            _ => return at,
        }
    }
}

/// White space, and the first bytes of characters that may be white space.
const MAYBE_SPACE: [bool; 256] = table(b" \n\t\r\x0b\x0c\xc2\xe1\xe2\xe3");

fn indentation_parts(text: &str) -> bool {
    if !text.contains("\n ") && !text.contains("\n\t") {
        return false;
    }
    let mut plain_breaks = 0;
    let mut indented_breaks = 0;
    let mut indented_mid_sentence = 0;
    let mut previous = "";
    for (run, word) in words(text) {
        if run.contains('\n') && !previous.is_empty() {
            if is_indented(run) {
                indented_breaks += 1;
                indented_mid_sentence +=
                    usize::from(!previous.ends_with(['.', '!', '?', ':', ')', '"', '\'']));
            } else {
                plain_breaks += 1;
            }
        }
        previous = word;
    }
    indented_breaks < plain_breaks || indented_mid_sentence == 0
}

fn is_indented(run: &str) -> bool {
    run.rsplit_once('\n')
        .is_some_and(|(_, indentation)| indentation.len() > 1)
}

/// Control characters are forbidden in XML 1.0 and so in feeds; a byte order mark is no character.
fn is_noise(c: char) -> bool {
    c.is_control() || c == '\u{feff}'
}
