//! What a result shows: title, address and day, one line a paper, and the beginning of its abstract.
//!
//! A line is `title ⇥ address ⇥ day ⇥ length`. The address is told by the title wherever it can be, and
//! the day is the days since the paper before, for both compress to nothing. Authors would add a third.
//! The length is that of the paper's teaser, in bytes. Lines are compressed in blocks of a few, and blocks
//! stand behind each other in a sheet, as teasers do in another: of both a result fetches its own bytes
//! alone. A sheet of older papers stays as it is when new ones come.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::date::Date;
use crate::fingerprint::{Fingerprint, Ink, Inked as _};
use crate::site::Site;

/// How many papers stand in a sheet.
pub const PER_SHEET: usize = 1024;

/// This is what results show of some papers that follow each other.
pub struct Sheet {
    /// The lines of each block.
    pub blocks: Vec<String>,
    /// The beginnings of their abstracts, behind each other.
    pub teasers: String,
}

/// Returns how many papers stand in a block; the head tells how long each block is.
pub fn per_block(papers: usize) -> usize {
    match papers {
        0..=16_000 => 16,
        _ => 32,
    }
}

/// Takes the fingerprint of all that `write` makes of papers.
pub fn fingerprint(site: &Site, numbers: &[usize], size: usize) -> Fingerprint {
    let mut ink = Ink::default();
    size.ink(&mut ink);
    for number in numbers {
        let entry = &site.papers[site.papers.len() - 1 - number];
        let paper = entry.text();
        paper.title.ink(&mut ink);
        paper.slug.as_str().ink(&mut ink);
        entry.date.year().ink(&mut ink);
        ink.push(&[entry.date.month() as u8, entry.date.day() as u8]);
        paper.teaser.ink(&mut ink);
    }
    ink.fingerprint()
}

/// Writes papers of these numbers, which follow each other, in blocks of `size`.
pub fn write(site: &Site, numbers: &[usize], size: usize) -> Sheet {
    let mut teasers = String::new();
    let blocks = numbers
        .chunks(size)
        .map(|numbers| write_block(site, numbers, &mut teasers))
        .collect();
    Sheet { blocks, teasers }
}

/// Writes the lines of a block. Its first line tells the day as a date, and where the teasers start.
fn write_block(site: &Site, numbers: &[usize], teasers: &mut String) -> String {
    let mut text = String::new();
    let start = teasers.len();
    let mut before: Option<Date> = None;
    for number in numbers {
        let entry = &site.papers[site.papers.len() - 1 - number];
        let paper = entry.text();
        let title = one_line(&paper.title);
        let slug = paper.slug.as_str();
        text.push_str(&title);
        text.push('\t');
        let told = address_of(&title);
        if told.starts_with(slug) && !slug.is_empty() {
            if told.len() > slug.len() {
                let _ = write!(text, "{}", slug.len());
            }
        } else {
            let _ = write!(text, "={slug}");
        }
        let _ = match before {
            None => write!(text, "\t{}", entry.date),
            Some(before) if before == entry.date => write!(text, "\t"),
            Some(before) => write!(text, "\t{}", entry.date.days_since(before)),
        };
        let teaser = one_line(&paper.teaser);
        let _ = write!(text, "\t{}", teaser.len());
        if before.is_none() {
            let _ = write!(text, "\t{start}");
        }
        text.push('\n');
        teasers.push_str(&teaser);
        before = Some(entry.date);
    }
    text
}

/// Returns the years with the number of their first paper, oldest first.
pub fn years(site: &Site) -> Vec<(i16, usize)> {
    let mut years: Vec<(i16, usize)> = Vec::new();
    for (number, entry) in site.papers.iter().rev().enumerate() {
        let year = entry.date.year();
        if years.last().is_none_or(|(last, _)| *last != year) {
            years.push((year, number));
        }
    }
    years
}

/// Returns how many days each issue is after the one before, oldest first; the first is after none.
pub fn gaps(site: &Site) -> Vec<i32> {
    let days: Vec<Date> = site.issues.iter().rev().map(|issue| issue.date).collect();
    let first = days.first().map(|_| 0);
    let others = days.windows(2).map(|pair| pair[1].days_since(pair[0]));
    first.into_iter().chain(others).collect()
}

/// Returns how many papers each issue has, oldest first.
pub fn counts(site: &Site) -> Vec<usize> {
    let issues = site.issues.iter().rev();
    issues.map(|issue| issue.papers.len()).collect()
}

/// Returns the address that a title tells: its letters and digits of ASCII, hyphens for all between.
pub fn address_of(title: &str) -> String {
    let mut address = String::with_capacity(title.len());
    for c in title.chars() {
        if c.is_ascii_alphanumeric() {
            address.push(c.to_ascii_lowercase());
        } else if !address.is_empty() && !address.ends_with('-') {
            address.push('-');
        }
    }
    address.truncate(address.trim_end_matches('-').len());
    address
}

/// Parts words by single spaces, wherever a line may end; most texts are one line already.
fn one_line(text: &str) -> Cow<'_, str> {
    let is_break = |c: char| !c.is_ascii_graphic() && (c.is_whitespace() || c.is_control());
    let mut before = ' ';
    let mut changes = text
        .chars()
        .map(|c| match std::mem::replace(&mut before, c) {
            ' ' => is_break(c),
            _ => c != ' ' && is_break(c),
        });
    if !changes.any(|changes| changes) && !text.ends_with(' ') {
        return Cow::Borrowed(text);
    }
    let words = text.split(is_break).filter(|word| !word.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_lines_is_told_on_one() {
        for (text, expected) in [
            ("", ""),
            (" ", ""),
            ("One line – of words", "One line – of words"),
            ("two\nlines", "two lines"),
            ("a  b", "a b"),
            (" a", "a"),
            ("a ", "a"),
            ("a\u{a0}\u{85}\u{7}\tb\u{3000}", "a b"),
        ] {
            assert_eq!(one_line(text), expected, "{text:?}");
        }
    }
}
