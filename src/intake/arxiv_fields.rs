//! The labelled fields that arXiv's listings and mails have in common.

use crate::paper::Doi;

use super::{Record, fields};

/// This is a field of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    Title,
    Authors,
    Categories,
    JournalRef,
    Doi,
    /// Comments, report numbers and classes: nothing that a paper here has.
    Other,
}

const LABELS: &[(&str, Label)] = &[
    ("Title:", Label::Title),
    ("Authors:", Label::Authors),
    ("Author:", Label::Authors),
    ("Subjects:", Label::Categories),
    ("Categories:", Label::Categories),
    ("Journal-ref:", Label::JournalRef),
    ("Journal reference:", Label::JournalRef),
    ("DOI:", Label::Doi),
    ("Related DOI:", Label::Doi),
    ("Comments:", Label::Other),
    ("Report-no:", Label::Other),
    ("Report number:", Label::Other),
    ("MSC-class:", Label::Other),
    ("MSC classes:", Label::Other),
    ("ACM-class:", Label::Other),
    ("ACM classes:", Label::Other),
    ("Proxy:", Label::Other),
    ("License:", Label::Other),
    ("Cite as:", Label::Other),
    ("Subj-class:", Label::Other),
];

/// Splits a line into its label and what follows.
pub fn split(text: &str) -> Option<(Label, &str)> {
    LABELS.iter().find_map(|(name, label)| {
        let head = text.get(..name.len())?;
        head.eq_ignore_ascii_case(name)
            .then(|| (*label, text[name.len()..].trim()))
    })
}

/// Puts a field into a record.
pub fn take(record: &mut Record, label: Label, value: &str) {
    match label {
        Label::Title => record.title = value.to_owned(),
        Label::Authors => record.authors = authors(value),
        Label::Categories => record.categories = categories(value),
        Label::JournalRef => {
            record.venue = Some(value.to_owned()).filter(|venue| !venue.is_empty())
        }
        Label::Doi => record.doi = value.split([' ', ',']).find_map(Doi::parse),
        Label::Other => {}
    }
}

/// Splits authors; affiliations stand in brackets behind the names.
fn authors(text: &str) -> Vec<String> {
    let mut depth = 0usize;
    let mut bare = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    // arXiv never writes a family name first, so a comma always parts two people.
    let joined = bare.replace(" and ", ", ").replace(';', ",");
    let names = joined
        .split(',')
        .map(|name| super::lines::collapse(name.trim().trim_start_matches("and ")));
    names.filter(|name| !name.is_empty()).collect()
}

/// `cs.CL cs.LG`, or `Computation and Language (cs.CL); Machine Learning (cs.LG)`.
fn categories(text: &str) -> Vec<String> {
    let words = text.split([' ', '(', ')', ';', ',']);
    let codes = words.filter(|word| is_category(word)).map(str::to_owned);
    let mut found: Vec<String> = Vec::new();
    for code in codes {
        if !found.contains(&code) {
            found.push(code);
        }
    }
    found
}

fn is_category(word: &str) -> bool {
    const WHOLE: [&str; 9] = [
        "hep-th", "hep-ph", "hep-ex", "hep-lat", "quant-ph", "gr-qc", "nucl-th", "nucl-ex",
        "math-ph",
    ];
    let parts = word.split_once('.');
    let code = parts.is_some_and(|(archive, class)| {
        archive.len() >= 2
            && archive.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            && class.len() >= 2
            && class.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
    });
    code || WHOLE.contains(&word)
}

/// Tells whether a record has what a paper needs.
pub fn is_whole(record: &Record) -> bool {
    !record.title.is_empty() && !record.title.contains("Title:")
}

/// Notes a date that an entry has.
pub fn take_date(record: &mut Record, text: &str) {
    record.published = record.published.or_else(|| fields::date(text));
}
