//! CSL-JSON, the form in which citation processors (Pandoc, Zotero, citeproc) hand works around.
//!
//! Knows a citation and the schema of CSL 1.0.2. Which papers stand in which file is `page`'s.

use std::ops::Range;

use serde::Serialize;

use crate::citation::{Citation, Issued, Kind, Name};

/// An item; the keys are in the order of their letters.
#[derive(Serialize)]
struct Item<'a> {
    #[serde(rename = "DOI", skip_serializing_if = "Option::is_none")]
    doi: Option<&'a str>,
    #[serde(rename = "URL", skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    /// A page of the web alone is cited with the day on which it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    accessed: Option<Day>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    author: Vec<Author<'a>>,
    #[serde(rename = "container-title", skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    title: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Day {
    #[serde(rename = "date-parts")]
    parts: [Vec<i16>; 1],
}

#[derive(Serialize)]
#[serde(untagged)]
enum Author<'a> {
    Person {
        family: &'a str,
        given: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        suffix: Option<&'a str>,
    },
    /// A name without a family name stands as it is.
    Whole { literal: &'a str },
}

/// Writes an item, without the end of its line.
pub fn write(citation: &Citation<'_>) -> String {
    let day = citation.accessed;
    let accessed = || [day.year(), day.month().into(), day.day().into()].to_vec();
    let item = Item {
        doi: citation.doi.map(|doi| doi.as_str()),
        url: citation.url.as_deref(),
        accessed: (citation.url.is_some() && citation.issued.is_none()).then(|| Day {
            parts: [accessed()],
        }),
        author: citation.authors.iter().map(author).collect(),
        container: citation.venue,
        id: citation.key,
        issued: citation.issued.map(issued),
        number: citation.arxiv.map(|arxiv| format!("arXiv:{arxiv}")),
        title: citation.title_plain,
        // The schema has no preprint; an article without a container is one.
        kind: match citation.kind {
            Kind::Article => "article-journal",
            Kind::Proceedings => "paper-conference",
            Kind::Preprint => "article",
        },
    };
    serde_json::to_string(&item).expect("all keys are strings")
}

/// Writes items behind a text as a file; returns where each stands.
pub fn join(items: &[impl AsRef<str>], text: &mut String) -> Vec<Range<usize>> {
    let places = push_array(items.iter(), text);
    text.push('\n');
    places
}

/// Writes items of JSON behind a text as an array, one to a line; returns where each stands.
pub fn push_array(
    items: impl Iterator<Item = impl AsRef<str>>,
    text: &mut String,
) -> Vec<Range<usize>> {
    let mut places = Vec::with_capacity(items.size_hint().0);
    text.push('[');
    for item in items {
        text.push_str(if places.is_empty() { "\n" } else { ",\n" });
        let start = text.len();
        text.push_str(item.as_ref());
        places.push(start..text.len());
    }
    text.push_str("\n]");
    places
}

fn issued(issued: Issued) -> Day {
    let parts = [
        Some(issued.year),
        issued.month.map(i16::from),
        issued.day.map(i16::from),
    ];
    Day {
        parts: [parts.into_iter().flatten().collect()],
    }
}

fn author<'a>(name: &Name<'a>) -> Author<'a> {
    match *name {
        Name::Person {
            family,
            given,
            suffix,
        } => Author::Person {
            family,
            given,
            suffix,
        },
        Name::Whole(literal) => Author::Whole { literal },
    }
}
