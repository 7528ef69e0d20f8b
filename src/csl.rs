//! CSL-JSON, the form in which citation processors (Pandoc, Zotero, citeproc) hand works around.
//!
//! Knows a citation and the schema of CSL 1.0.2. Which papers stand in which file is `page`'s.

use serde_json::{Map, Value, json};

use crate::citation::{Citation, Kind, Name};

/// Writes citations as an array, one item to a line.
pub fn write_all<'a>(citations: impl Iterator<Item = Citation<'a>>) -> String {
    let mut text = String::from("[");
    for citation in citations {
        text.push_str(if text.len() > 1 { ",\n" } else { "\n" });
        text.push_str(&item(&citation).to_string());
    }
    text.push_str("\n]\n");
    text
}

/// Makes an item; names without a family name stand as they are.
fn item(citation: &Citation<'_>) -> Value {
    let mut item = Map::new();
    let mut set = |name: &str, value: Value| {
        item.insert(name.to_owned(), value);
    };
    set("id", citation.key.into());
    // The schema has no preprint; an article without a container is one.
    let kind = match citation.kind {
        Kind::Article => "article-journal",
        Kind::Proceedings => "paper-conference",
        Kind::Preprint => "article",
    };
    set("type", kind.into());
    set("title", citation.title_plain.into());
    if !citation.authors.is_empty() {
        set("author", citation.authors.iter().map(name).collect());
    }
    if let Some(issued) = citation.issued {
        let parts: Vec<i16> = [
            Some(issued.year),
            issued.month.map(i16::from),
            issued.day.map(i16::from),
        ]
        .into_iter()
        .flatten()
        .collect();
        set("issued", json!({ "date-parts": [parts] }));
    }
    if let Some(venue) = citation.venue {
        set("container-title", venue.into());
    }
    if let Some(arxiv) = citation.arxiv {
        set("number", format!("arXiv:{arxiv}").into());
    }
    if let Some(doi) = citation.doi {
        set("DOI", doi.as_str().into());
    }
    if let Some(url) = &citation.url {
        set("URL", url.as_str().into());
        // A page of the web alone is cited with the day on which it was seen.
        if citation.issued.is_none() {
            let day = citation.accessed;
            let parts = [i64::from(day.year()), day.month().into(), day.day().into()];
            set("accessed", json!({ "date-parts": [parts] }));
        }
    }
    Value::Object(item)
}

fn name(name: &Name<'_>) -> Value {
    match *name {
        Name::Person {
            family,
            given,
            suffix: None,
        } => json!({ "family": family, "given": given }),
        Name::Person {
            family,
            given,
            suffix,
        } => {
            json!({ "family": family, "given": given, "suffix": suffix })
        }
        Name::Whole(name) => json!({ "literal": name }),
    }
}
