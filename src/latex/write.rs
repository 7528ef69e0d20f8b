//! Writes pieces as Markdown that a person can edit, as plain text, and as a title.
//!
//! Only what Markdown would bend is escaped. "Markdown" is CommonMark with what the site's renderer
//! turns on: tables, footnotes, strikethrough, task and definition lists, smart punctuation, math.

use super::piece::{Piece, Style};
use super::scan::{length_before, table};

/// Writes the pieces as plain text, with formulas as `$source$`.
pub fn plain(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) | Piece::Code(part) | Piece::Url(part) => text.push_str(part),
            Piece::Styled(_, inner) | Piece::Link { label: inner, .. } => {
                text.push_str(&plain(inner))
            }
            Piece::Formula { tex, display } => text.push_str(&formula(tex, *display)),
            Piece::ParagraphBreak => text.push_str("\n\n"),
        }
    }
    text
}

/// Writes the pieces as a title: plain text, in which a `$` that is no math is escaped if there is
/// another `$` that could close it.
pub fn title(pieces: &[Piece]) -> String {
    let text = plain(pieces);
    if text.matches('$').count() < 2 {
        return text;
    }
    let mut escaped = pieces.to_vec();
    escape_dollars(&mut escaped);
    plain(&escaped)
}

/// Writes the pieces as Markdown.
pub fn markdown(pieces: &[Piece]) -> String {
    let mut parts = Vec::new();
    flatten(pieces, &mut parts);
    drop_marks_that_fail(&mut parts);
    let lone = lone_marks(&parts);
    let mut written = String::new();
    for (index, part) in parts.iter().enumerate() {
        let after = parts[index + 1..].iter().find_map(Part::first_char);
        let after_is_link = matches!(parts.get(index + 1), Some(Part::Raw(raw)) if raw == "[");
        match part {
            Part::Text(text) => write_text(text, after, after_is_link, &lone, &mut written),
            Part::Label(text) => write_label(text, &lone, &mut written),
            Part::Url(url) => write_url(url, after, &mut written),
            Part::Raw(raw) => written.push_str(raw),
            Part::Mark { text, .. } => written.push_str(text),
        }
    }
    written
}

/// Returns those marks that need a partner and have none in the whole text: `V* bench`.
fn lone_marks(parts: &[Part]) -> String {
    let count = |mark: char| -> usize {
        parts
            .iter()
            .map(|part| match part {
                Part::Text(text) | Part::Label(text) | Part::Raw(text) => {
                    text.matches(mark).count()
                }
                Part::Mark { .. } => usize::from(mark == '*'),
                Part::Url(_) => 0,
            })
            .sum()
    };
    "*_`~".chars().filter(|&mark| count(mark) == 1).collect()
}

fn formula(tex: &str, display: bool) -> String {
    let dollars = if display { "$$" } else { "$" };
    format!("{dollars}{tex}{dollars}")
}

fn escape_dollars(pieces: &mut [Piece]) {
    for piece in pieces {
        match piece {
            Piece::Text(text) | Piece::Code(text) => *text = text.replace('$', "\\$"),
            Piece::Styled(_, inner) | Piece::Link { label: inner, .. } => escape_dollars(inner),
            Piece::Url(_) | Piece::Formula { .. } | Piece::ParagraphBreak => {}
        }
    }
}

/// This is a stretch of the Markdown to be written.
enum Part {
    /// Text to be escaped.
    Text(String),
    /// Text to be escaped inside the label of a link.
    Label(String),
    Url(String),
    /// Markdown as it is.
    Raw(String),
    /// The start or the end of a style.
    Mark {
        text: &'static str,
        opens: bool,
    },
}

impl Part {
    fn first_char(&self) -> Option<char> {
        match self {
            Part::Text(text) | Part::Label(text) | Part::Raw(text) => text.chars().next(),
            // As if it stood in angle brackets, for it may.
            Part::Url(_) => Some('<'),
            Part::Mark { .. } => Some('*'),
        }
    }

    fn is_mark(&self) -> bool {
        matches!(self, Part::Mark { .. })
    }

    fn last_char(&self) -> Option<char> {
        match self {
            Part::Text(text) | Part::Label(text) | Part::Raw(text) => text.chars().next_back(),
            Part::Url(_) => Some('>'),
            Part::Mark { .. } => Some('*'),
        }
    }
}

fn flatten(pieces: &[Piece], parts: &mut Vec<Part>) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => parts.push(Part::Text(text.clone())),
            Piece::Code(code) => parts.push(Part::Raw(code_span(code))),
            Piece::Formula { tex, display } => parts.push(Part::Raw(formula(tex, *display))),
            Piece::Url(url) => parts.push(Part::Url(url.clone())),
            Piece::ParagraphBreak => parts.push(Part::Raw("\n\n".to_owned())),
            Piece::Link { url, label } => {
                parts.push(Part::Raw("[".to_owned()));
                parts.push(Part::Label(plain(label)));
                parts.push(Part::Raw(format!("]({})", destination(url))));
            }
            Piece::Styled(style, inner) => {
                let text = match style {
                    Style::Emphasis => "*",
                    Style::Strong => "**",
                };
                parts.push(Part::Mark { text, opens: true });
                flatten(inner, parts);
                parts.push(Part::Mark { text, opens: false });
            }
        }
    }
}

/// Removes the marks of styles that Markdown could not read where they stand, for instance
/// `**(x)**y`: the text matters more than its weight.
fn drop_marks_that_fail(parts: &mut Vec<Part>) {
    let mut open = Vec::new();
    let mut dropped = vec![false; parts.len()];
    for index in 0..parts.len() {
        match parts[index] {
            Part::Mark { opens: true, .. } => open.push(index),
            Part::Mark { opens: false, .. } => {
                let start = open.pop().expect("flatten closes what it opens");
                if !(can_open(parts, start) && can_close(parts, index)) {
                    dropped[start] = true;
                    dropped[index] = true;
                }
            }
            _ => {}
        }
    }
    let mut dropped = dropped.into_iter();
    parts.retain(|_| !dropped.next().unwrap_or(false));
}

fn can_open(parts: &[Part], index: usize) -> bool {
    let before = parts[..index].last();
    let touches_mark = matches!(before, Some(Part::Mark { opens: false, .. }));
    !touches_mark && flanks(char_before(parts, index), char_after(parts, index))
}

fn can_close(parts: &[Part], index: usize) -> bool {
    flanks(char_after(parts, index), char_before(parts, index))
}

/// Returns the character before a mark and the marks that touch it, for they are one run.
fn char_before(parts: &[Part], index: usize) -> Option<char> {
    let part = parts[..index].iter().rfind(|part| !part.is_mark());
    part.and_then(Part::last_char)
}

/// Returns the character behind a mark and the marks that touch it.
fn char_after(parts: &[Part], index: usize) -> Option<char> {
    let part = parts[index..].iter().find(|part| !part.is_mark());
    part.and_then(Part::first_char)
}

/// CommonMark's rule for a delimiter between what is outside and what is inside of the style.
fn flanks(outside: Option<char>, inside: Option<char>) -> bool {
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_sign = |c: Option<char>| c.is_some_and(|c| !c.is_alphanumeric() && !c.is_whitespace());
    !is_space(inside) && (!is_sign(inside) || is_space(outside) || is_sign(outside))
}

fn code_span(code: &str) -> String {
    let longest = code
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if code.starts_with('`') || code.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{code}{pad}{fence}")
}

fn destination(url: &str) -> String {
    if url.contains(['(', ')', '\\']) {
        format!("<{url}>")
    } else {
        url.to_owned()
    }
}

/// Writes an address bare, or in angle brackets if Markdown would change or prolong it.
fn write_url(url: &str, after: Option<char>, written: &mut String) {
    let chars: Vec<char> = url.chars().collect();
    let word = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
    let bends = chars.iter().enumerate().any(|(at, c)| match c {
        '_' => !(word(at.wrapping_sub(1)) && word(at + 1)),
        '*' | '~' | '[' | ']' | '\'' | '"' | '`' | '$' | '\\' | '&' | '(' | ')' => true,
        _ => false,
    }) || url.contains("--")
        || url.contains("...");
    let ends = after.is_none_or(|c| {
        c.is_whitespace()
            || matches!(
                c,
                '.' | ',' | ';' | ':' | ')' | ']' | '!' | '?' | '”' | '’' | '"'
            )
    });
    if bends || !ends {
        written.extend(["<", url, ">"]);
    } else {
        written.push_str(url);
    }
}

fn write_text(
    text: &str,
    after: Option<char>,
    after_is_link: bool,
    lone: &str,
    written: &mut String,
) {
    let mut rest = text;
    if written.is_empty() || written.ends_with('\n') {
        rest = write_line_start(text, written);
    }
    loop {
        let inert = length_before(rest, &ACTIVE);
        written.push_str(&rest[..inert]);
        rest = &rest[inert..];
        let Some(c) = rest.chars().next() else {
            break;
        };
        rest = &rest[c.len_utf8()..];
        if !lone.contains(c) && bends(written.chars().next_back(), c, rest, after) {
            written.push('\\');
        }
        written.push(c);
    }
    if after_is_link && text.ends_with('!') {
        // Without this the link would be an image.
        written.insert(written.len() - 1, '\\');
    }
}

fn write_label(text: &str, lone: &str, written: &mut String) {
    for part in text.split_inclusive(['[', ']']) {
        let bracket = part.chars().next_back().filter(|c| matches!(c, '[' | ']'));
        let before = &part[..part.len() - usize::from(bracket.is_some())];
        write_text(before, bracket, false, lone, written);
        if let Some(bracket) = bracket {
            written.extend(['\\', bracket]);
        }
    }
}

/// Escapes what would make the start of a paragraph a heading, a list, a quotation or a definition.
fn write_line_start<'a>(text: &'a str, written: &mut String) -> &'a str {
    let run = |sign: fn(char) -> bool, text: &str| text.len() - text.trim_start_matches(sign).len();
    let ends_marker = |at: usize| text[at..].chars().next().is_none_or(char::is_whitespace);
    let digits = run(|c| c.is_ascii_digit(), text);
    let hashes = run(|c| c == '#', text);
    let marker = match text[digits..].chars().next() {
        Some('.' | ')') if digits > 0 => digits < 10 && ends_marker(digits + 1),
        _ if digits > 0 => false,
        Some('#') => hashes < 7 && ends_marker(hashes),
        Some('-' | '+' | '*' | '_') => ends_marker(1),
        Some('>' | '=' | ':') => true,
        _ => false,
    };
    if !marker {
        return text;
    }
    written.push_str(&text[..digits]);
    written.push('\\');
    written.push_str(&text[digits..=digits]);
    &text[digits + 1..]
}

/// Characters that Markdown takes for a mark somewhere.
const ACTIVE: [bool; 256] = table(b"\\`$*_~<&[]-");

/// Decides whether Markdown would take the character for a mark, between what is written, and the
/// rest of the text with the character behind it.
fn bends(before: Option<char>, c: char, rest: &str, after: Option<char>) -> bool {
    let next = rest.chars().next().or(after);
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '\\' | '`' | '$' => true,
        '*' => !(is_space(before) && is_space(next)),
        '_' => !(is_word(before) && is_word(next) || is_space(before) && is_space(next)),
        // A single tilde strikes through as well, but one at the start of a word ends nothing.
        '~' => {
            let touches = next == Some('~') || before == Some('~');
            touches || !is_space(before) && (is_word(before) || !is_word(next))
        }
        '<' => next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')),
        '&' => {
            let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
            name.len() < rest.len() && name.starts_with(';')
        }
        '[' => next == Some('^'),
        ']' => matches!(next, Some('(' | '[' | ':')),
        '-' => before == Some('-'),
        _ => false,
    }
}
