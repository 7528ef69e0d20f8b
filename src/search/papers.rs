//! What a result shows: title, address and day, one line a paper, and the beginning of its abstract.
//!
//! A line is `title ⇥ address ⇥ day ⇥ length`. The address is told by the title wherever it can be, and
//! the day is the days since the paper before, for both compress to nothing. Authors would add a third.
//! The length is that of the paper's teaser, in bytes. Teasers stand behind each other in one file of
//! which a result fetches its own bytes alone: a teaser in each line would treble what a query costs.

use std::fmt::Write as _;

use crate::date::Date;
use crate::site::Site;

/// Returns how many papers stand in a file; steps, so that a site that grows seldom renames all files.
pub fn per_file(papers: usize) -> usize {
    match papers {
        0..=4_000 => 48,
        4_001..=16_000 => 112,
        16_001..=40_000 => 128,
        _ => 192,
    }
}

/// Writes papers of these numbers, which follow each other; the first day is told as a date.
pub fn write(site: &Site, numbers: &[usize]) -> String {
    let mut text = String::new();
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
        before = Some(entry.date);
        let _ = writeln!(text, "\t{}", one_line(&paper.teaser).len());
    }
    text
}

/// Writes the teasers of all papers behind each other, oldest first; returns where those of each file
/// of `size` papers start.
pub fn teasers(site: &Site, size: usize) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut starts = Vec::with_capacity(site.papers.len().div_ceil(size));
    for (number, entry) in site.papers.iter().rev().enumerate() {
        if number % size == 0 {
            starts.push(text.len());
        }
        text.push_str(&one_line(&entry.text().teaser));
    }
    (text, starts)
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

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
