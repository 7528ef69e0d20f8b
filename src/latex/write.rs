//! Writes pieces as Markdown that a person can edit, as plain text, and as a title.
//!
//! Only what Markdown would bend is escaped. "Markdown" is CommonMark with what the site's renderer
//! turns on: tables, footnotes, strikethrough, task and definition lists, smart punctuation, math.

use super::piece::{Piece, Style};

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
    let mut written = String::new();
    for (index, part) in parts.iter().enumerate() {
        let after = parts[index + 1..].iter().find_map(Part::first_char);
        let after_is_link = matches!(parts.get(index + 1), Some(Part::Raw(raw)) if raw == "[");
        match part {
            Part::Text(text) => write_text(text, after, after_is_link, &mut written),
            Part::Label(text) => {
                for c in text.chars() {
                    if matches!(c, '[' | ']') {
                        written.push('\\');
                    }
                    write_char(c, None, false, &mut written);
                }
            }
            Part::Url(url) => write_url(url, after, &mut written),
            Part::Raw(raw) => written.push_str(raw),
            Part::Mark { text, .. } => written.push_str(text),
        }
    }
    written
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
            Part::Text(text) | Part::Label(text) | Part::Url(text) | Part::Raw(text) => {
                text.chars().next()
            }
            Part::Mark { .. } => Some('*'),
        }
    }

    fn last_char(&self) -> Option<char> {
        match self {
            Part::Text(text) | Part::Label(text) | Part::Url(text) | Part::Raw(text) => {
                text.chars().next_back()
            }
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
    let before = parts[..index].iter().next_back();
    let after = parts.get(index + 1).and_then(Part::first_char);
    let touches_mark = matches!(before, Some(Part::Mark { opens: false, .. }));
    !touches_mark && flanks(before.and_then(Part::last_char), after)
}

fn can_close(parts: &[Part], index: usize) -> bool {
    let before = parts[..index].iter().next_back().and_then(Part::last_char);
    let after = parts.get(index + 1).and_then(Part::first_char);
    flanks(after, before)
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
        c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | ')' | '!' | '?' | '”' | '’' | '*')
    });
    if bends || !ends {
        written.extend(["<", url, ">"]);
    } else {
        written.push_str(url);
    }
}

fn write_text(text: &str, after: Option<char>, after_is_link: bool, written: &mut String) {
    let mut chars = text.chars().peekable();
    if written.is_empty() || written.ends_with('\n') {
        write_line_start(&mut chars, text, written);
    }
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().or(after);
        let bang = c == '!' && chars.peek().is_none() && after_is_link;
        write_char(c, next, bang, written);
    }
}

/// Escapes what would make the start of a paragraph a heading, a list, a quotation or a definition.
fn write_line_start(
    chars: &mut std::iter::Peekable<std::str::Chars>,
    text: &str,
    written: &mut String,
) {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let sign = text[digits..].chars().next();
    let ends_marker = |at: usize| text[at..].chars().next().is_none_or(char::is_whitespace);
    let hashes = text.len() - text.trim_start_matches('#').len();
    let escapes_first = match sign {
        _ if digits > 0 => {
            if digits < 10 && matches!(sign, Some('.' | ')')) && ends_marker(digits + 1) {
                written.extend(chars.by_ref().take(digits));
                true
            } else {
                false
            }
        }
        Some('#') => hashes < 7 && ends_marker(hashes),
        Some('-' | '+' | ':') => ends_marker(1) || text.starts_with("--"),
        Some('*') => ends_marker(1),
        Some('>' | '=') => true,
        Some('_') => ends_marker(1),
        _ => false,
    };
    if escapes_first && let Some(c) = chars.next() {
        written.extend(['\\', c]);
    }
}

fn write_char(c: char, next: Option<char>, escape: bool, written: &mut String) {
    let before = written.chars().next_back();
    if escape || bends(before, c, next) {
        written.push('\\');
    }
    written.push(c);
}

/// Decides whether Markdown would take the character for a mark.
fn bends(before: Option<char>, c: char, next: Option<char>) -> bool {
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '\\' | '`' | '$' => true,
        '*' => !(is_space(before) && is_space(next)),
        '_' => !(is_word(before) && is_word(next) || is_space(before) && is_space(next)),
        // A single tilde strikes through as well, but one at the start of a word ends nothing.
        '~' => {
            next == Some('~')
                || before == Some('~')
                || !is_space(before) && (is_word(before) || !is_word(next))
        }
        '<' => next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')),
        '&' => next.is_some_and(|c| c.is_ascii_alphabetic() || c == '#'),
        '[' => next == Some('^'),
        ']' => matches!(next, Some('(' | '[' | ':')),
        '-' => before == Some('-'),
        _ => false,
    }
}
