//! Markdown becomes HTML that is safe whoever wrote it.
//!
//! Owns which Markdown there is (CommonMark with tables, footnotes, strikethrough, task and definition
//! lists, smart punctuation and `$math$`), and the closed set of elements and attributes that come out.
//! Raw HTML is text. Knows no address of the site: a relative link is a hole in the HTML, which
//! whoever knows the site fills.

use std::ops::Range;

use crate::diagnostic::Problems;
use crate::html;
use crate::math::{self, Display};
use crate::source::Source;

mod dollars;
mod parts;
mod writer;

/// This is a body rendered once, whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// HTML in which the addresses of this site are still missing (see `holes`).
    pub html: String,
    /// Where `html` wants an address that only the whole site knows, in order.
    pub holes: Vec<Hole>,
    /// The links to other hosts, in the order in which they were met.
    pub outbound: Vec<Outbound>,
    /// The text as a reader sees it, formulas in their plain form, a line for each block.
    pub plain: String,
    /// Whether code has the classes of `highlight::css`.
    pub has_code: bool,
    /// Whether there are formulas.
    pub has_math: bool,
}

/// This is a place for an address, between the quotation marks of an `href` or a `src`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// The byte of the HTML before which the address is to be inserted, escaped for an attribute.
    pub at: usize,
    /// The address as it is written: relative to the file, never empty, never a mere `#fragment`.
    pub url: String,
    /// The link or picture in the source, in bytes.
    pub range: Range<usize>,
}

/// This is a link to another host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbound {
    /// The address as it is written, with its scheme.
    pub url: String,
    /// The link in the source, in bytes.
    pub range: Range<usize>,
}

/// This is what a body must know of the page around it.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// What every id and every link to one starts with, so that several bodies can share a page.
    pub id_prefix: &'a str,
    /// The level, from 2, that the body's top heading gets.
    pub top_heading: u8,
}

impl Frame<'static> {
    /// A page of the body's own, under one heading.
    pub const WHOLE_PAGE: Frame<'static> = Frame {
        id_prefix: "",
        top_heading: 2,
    };
}

/// Renders a part of a source, most often all that follows the front matter.
pub fn render(
    source: &Source,
    body: Range<usize>,
    frame: Frame<'_>,
    problems: &mut Problems,
) -> Rendered {
    let places = writer::Places::From(body.start);
    writer::render(&source.text[body], source, places, frame, problems)
}

/// Renders a line in which emphasis, code, links and formulas are known but no blocks: a note.
///
/// `at` is where the source has it; the problems of a text that YAML has quoted are reported there.
pub fn inline(source: &Source, text: &str, at: Range<usize>, problems: &mut Problems) -> Rendered {
    // No block starts with a parenthesis, and what follows it is marked up as at the start of a line.
    const GUARD: char = '(';
    let mut line = String::with_capacity(text.len() + 1);
    line.push(GUARD);
    for word in text.split_ascii_whitespace() {
        if line.len() > GUARD.len_utf8() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let mut rendered = writer::render(
        &line,
        source,
        writer::Places::All(at),
        Frame::WHOLE_PAGE,
        problems,
    );
    let opening = "<p>(".len();
    let closing = rendered.html.trim_end().trim_end_matches("</p>").len();
    rendered.html.truncate(closing);
    rendered.html.drain(..opening.min(closing));
    rendered.plain.drain(..GUARD.len_utf8());
    for hole in &mut rendered.holes {
        hole.at -= opening;
    }
    rendered
}

/// This is a part of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TitlePart<'a> {
    /// Words.
    Text(&'a str),
    /// A formula.
    Formula {
        /// As it is written, dollars and all.
        source: &'a str,
        /// The TeX between the dollars.
        tex: &'a str,
    },
}

/// Parts a title into words and formulas.
pub fn title_parts(text: &str) -> Vec<TitlePart<'_>> {
    let mut parts = Vec::new();
    let mut done = 0;
    for formula in dollars::find(text).formulas {
        if done < formula.range.start {
            parts.push(TitlePart::Text(&text[done..formula.range.start]));
        }
        parts.push(TitlePart::Formula {
            source: &text[formula.range.clone()],
            tex: &text[formula.inside()],
        });
        done = formula.range.end;
    }
    if done < text.len() {
        parts.push(TitlePart::Text(&text[done..]));
    }
    parts
}

/// Renders a title: nothing in it is markup, only `$math$` is typeset.
///
/// A formula that cannot be typeset is shown as its source; the paper's body is where it is reported.
pub fn title(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for part in title_parts(text) {
        match part {
            TitlePart::Text(words) => html::push_text(words, &mut html),
            TitlePart::Formula { source, tex } => match math::render(tex, Display::Inline) {
                Ok(mathml) => html.push_str(&mathml),
                Err(_) => writer::push_bad_formula(source, &mut html),
            },
        }
    }
    html
}

/// Returns a title in plain text, formulas in their plain form.
pub fn title_plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for part in title_parts(text) {
        match part {
            TitlePart::Text(words) => plain.push_str(words),
            TitlePart::Formula { tex, .. } => plain.push_str(&math::plain(tex)),
        }
    }
    plain
}

/// Returns the start of a plain text on one line, cut at a word when it is longer than `max_chars`
/// (of which the `…` is one).
pub fn teaser(plain: &str, max_chars: usize) -> String {
    let plain = plain.trim_end();
    let head = &plain.as_bytes()[..plain.len().min(max_chars + 1)];
    if head.first() == Some(&b' ') || !is_even(head) {
        return teaser_of_words(plain, max_chars);
    }
    // Bytes are characters here, and one space stands between words.
    if plain.len() <= max_chars {
        return plain.to_owned();
    }
    let end = head.iter().rposition(|byte| *byte == b' ').unwrap_or(0);
    let next = plain[end..].split_whitespace().next().unwrap_or_default();
    cut(plain[..end].to_owned(), next, max_chars.saturating_sub(1))
}

/// Tells whether bytes are characters that can be seen, and single spaces between them.
fn is_even(bytes: &[u8]) -> bool {
    // Nothing ends these early, so that the processor looks at many bytes at once.
    let shown = bytes
        .iter()
        .fold(true, |all, byte| all & matches!(byte, b' '..=b'~'));
    let next = bytes.get(1..).unwrap_or_default();
    let single = bytes.iter().zip(next).fold(true, |all, (one, next)| {
        all & !((*one == b' ') & (*next == b' '))
    });
    shown & single
}

fn teaser_of_words(plain: &str, max_chars: usize) -> String {
    let mut teaser = String::new();
    let mut length = 0;
    for word in plain.split_whitespace() {
        let letters = word.chars().count();
        let gap = usize::from(length > 0);
        if length + gap + letters > max_chars {
            return cut(teaser, word, max_chars.saturating_sub(1));
        }
        if gap > 0 {
            teaser.push(' ');
        }
        teaser.push_str(word);
        length += gap + letters;
    }
    teaser
}

/// Ends a teaser that the next word would make too long, in so many characters and the sign for more.
fn cut(mut teaser: String, next: &str, max_chars: usize) -> String {
    if teaser.is_empty() {
        teaser.extend(next.chars().take(max_chars));
    } else if teaser.chars().count() > max_chars {
        // It is full to the last character: a word of it, or a letter, makes way.
        let last = teaser.char_indices().next_back().map_or(0, |(at, _)| at);
        teaser.truncate(teaser.rfind(' ').unwrap_or(last));
    }
    let end = teaser
        .trim_end_matches([',', ';', ':', '–', '—', '('])
        .len();
    teaser.truncate(end);
    teaser.push('…');
    teaser
}

#[cfg(test)]
mod tests;
