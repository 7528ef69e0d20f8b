//! Named fields become records: the columns of tables and the keys of JSON.
//!
//! Tools name one thing in many ways; the names are known here once for all formats.

use serde_json::Value;

use crate::date::{Date, parse_month};
use crate::paper::{ArxivId, Doi, Link};

use super::Record;
use super::calendar::parse_day;
use super::lines::collapse;

/// Folds the name of a field: `Paper Title`, `paper_title` and `paperTitle` are one.
pub fn key(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Tells whether a folded name is that of a title.
pub fn is_title(key: &str) -> bool {
    matches!(
        key,
        "title" | "papertitle" | "articletitle" | "documenttitle"
    )
}

/// Puts a field into a record; what an earlier field has filled stays.
pub fn take(record: &mut Record, key: &str, value: &Value) {
    match key {
        _ if is_title(key) => fill(&mut record.title, collapse(&text(value))),
        "abstract" | "summary" | "abstracttext" | "paperabstract" | "abstractnote" | "tldr" => {
            fill(&mut record.abstract_text, paragraphs(&text(value)));
        }
        "authors" | "author" | "authornames" | "authorlist" | "creators" | "creator" => {
            fill(&mut record.authors, names(value));
        }
        "id" | "arxiv" | "arxivid" | "eprint" | "paperid" | "identifier" | "externalids" => {
            take_id(record, value)
        }
        "doi" => fill_option(&mut record.doi, Doi::parse(&text(value))),
        "date" | "published" | "publishedat" | "publicationdate" | "publisheddate"
        | "submitted" | "submissiondate" | "datepublished" | "created" | "v1date" => {
            fill_option(&mut record.published, date(&text(value)));
        }
        "issue" | "issuedate" | "submittedondailyat" | "dailydate" | "digestdate" => {
            fill_option(&mut record.date, date(&text(value)));
        }
        "venue" | "journal" | "booktitle" | "journalref" | "conference" | "publicationtitle"
        | "journaltitle" => {
            let venue = collapse(&text(value));
            fill_option(
                &mut record.venue,
                Some(venue).filter(|venue| !venue.is_empty()),
            );
        }
        "keywords" | "tags" | "aikeywords" | "topics" | "keyword" | "manualtags" => {
            fill(&mut record.keywords, list(value, &[';', ',']));
        }
        "categories" | "category" | "primarycategory" | "subjects" => {
            fill(&mut record.categories, list(value, &[';', ',', ' ']));
        }
        "githubrepo" | "github" | "code" | "codeurl" | "repo" | "repository" => {
            link(record, "code", value)
        }
        "projectpage" | "project" | "homepage" | "website" | "projecturl" => {
            link(record, "project", value)
        }
        "url" | "link" | "pdf" | "pdfurl" | "absurl" | "arxivurl" | "paperurl" | "entryid"
        | "links" | "urls" => {
            take_url(record, key, value);
        }
        _ => {}
    }
}

/// Fixes what only all fields together tell: beside `published`, a column `date` is the issue's.
pub fn finish(record: &mut Record, keys: &[String], day: Option<Date>) {
    let has = |name: &str| keys.iter().any(|key| key == name);
    if has("date") && (has("published") || has("publishedat")) {
        record.published = None;
        fill_option(&mut record.date, day);
    }
}

/// Parses a date, alone or with a time behind it; a year alone is none.
pub fn date(text: &str) -> Option<Date> {
    let text = collapse(text);
    let written = parse_day(&text).or_else(|| {
        // `Tue, 27 May 2025 17:59:58 GMT`: the time starts at the first word with a colon.
        let end = text
            .split(' ')
            .take_while(|word| !word.contains(':'))
            .collect::<Vec<_>>();
        parse_day(&end.join(" "))
    })?;
    Date::new(written.year?, written.month, written.day)
}

/// Parses a year, month and day that stand apart, as BibTeX has them.
pub fn date_of_parts(year: &str, month: &str, day: &str) -> Option<Date> {
    let month = month.parse().ok().or_else(|| parse_month(month))?;
    Date::new(year.parse().ok()?, month, day.parse().ok()?)
}

/// Splits a line of authors: `A; B`, `A, B and C`, `Last, First and Last, First`.
pub fn split_authors(text: &str) -> Vec<String> {
    let text = collapse(text);
    let by_semicolon: Vec<&str> = text.split(';').collect();
    let people: Vec<String> = if by_semicolon.len() > 1 {
        by_semicolon.into_iter().map(given_first).collect()
    } else {
        let parts: Vec<&str> = text.split(" and ").collect();
        let inverted = parts.len() > 1 && parts.iter().all(|part| is_inverted(part));
        if inverted || is_inverted(&text) && !text.contains(" and ") {
            parts.into_iter().map(given_first).collect()
        } else {
            let names = parts.into_iter().flat_map(|part| part.split(','));
            names
                .map(|name| name.trim().trim_start_matches("and ").to_owned())
                .collect()
        }
    };
    people
        .into_iter()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// `Last, First`: one comma, and a family name of one word before it.
fn is_inverted(name: &str) -> bool {
    let mut parts = name.split(',');
    let (family, given, more) = (parts.next(), parts.next(), parts.next());
    let single = |part: &str| !part.trim().is_empty() && !part.trim().contains(' ');
    family.is_some_and(single)
        && given
            .is_some_and(|given| given.trim().split(' ').count() <= 2 && !given.trim().is_empty())
        && more.is_none()
}

/// Writes `Lee, Ann` as `Ann Lee`; a name without a comma stays.
pub fn given_first(name: &str) -> String {
    match name.split_once(',') {
        Some((family, given)) => format!("{} {}", given.trim(), family.trim()),
        None => name.trim().to_owned(),
    }
}

fn take_id(record: &mut Record, value: &Value) {
    if let Value::Object(ids) = value {
        for (name, id) in ids {
            match key(name).as_str() {
                "arxiv" => take_id(record, id),
                "doi" => fill_option(&mut record.doi, Doi::parse(&text(id))),
                _ => {}
            }
        }
        return;
    }
    let id = text(value);
    fill_option(
        &mut record.arxiv,
        ArxivId::parse(&id).or_else(|| ArxivId::from_url(&id)),
    );
}

fn take_url(record: &mut Record, key: &str, value: &Value) {
    for url in list(value, &[' ', ';', ',']) {
        if let Some(id) = ArxivId::from_url(&url) {
            fill_option(&mut record.arxiv, Some(id));
        } else if let Some(doi) = Doi::parse(&url).filter(|_| url.contains("doi.org/")) {
            fill_option(&mut record.doi, Some(doi));
        } else {
            let label = match key {
                _ if url.contains("://github.com/") => "code",
                "pdf" | "pdfurl" => "pdf",
                _ => "page",
            };
            add_link(record, label, &url);
        }
    }
}

fn link(record: &mut Record, label: &str, value: &Value) {
    add_link(record, label, &text(value));
}

/// Adds an address; only http and https lead anywhere.
///
/// Line breaks and other control characters within it are dropped, as browsers do.
pub fn add_link(record: &mut Record, label: &str, url: &str) {
    let url: String = url.chars().filter(|c| !c.is_control()).collect();
    let url = url.trim();
    let web = url.starts_with("http://") || url.starts_with("https://");
    if web && !record.links.iter().any(|link| link.url == url) {
        record.links.push(Link {
            label: label.to_owned(),
            url: url.to_owned(),
        });
    }
}

fn fill<T: Default + PartialEq>(open: &mut T, known: T) {
    if *open == T::default() {
        *open = known;
    }
}

fn fill_option<T>(open: &mut Option<T>, known: Option<T>) {
    if open.is_none() {
        *open = known;
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.first().map(text).unwrap_or_default(),
        Value::Object(fields) => ["name", "fullname", "value", "text", "url", "raw"]
            .iter()
            .find_map(|name| fields.get(*name))
            .map(text)
            .unwrap_or_default(),
        Value::Null | Value::Bool(_) => String::new(),
    }
}

/// Keeps paragraphs apart and collapses the white space within.
pub fn paragraphs(text: &str) -> String {
    let unified = text.replace("\r\n", "\n");
    let mut paragraphs = vec![String::new()];
    for line in unified.lines() {
        let line = collapse(line);
        let last = paragraphs.last_mut().expect("there is always one");
        if line.is_empty() {
            paragraphs.push(String::new());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(&line);
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

fn list(value: &Value, separators: &[char]) -> Vec<String> {
    let items: Vec<String> = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        other => text(other).split(separators).map(str::to_owned).collect(),
    };
    items
        .iter()
        .map(|item| collapse(item))
        .filter(|item| !item.is_empty())
        .collect()
}

fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Array(people) => people
            .iter()
            .map(
                |person| match person.get("given").zip(person.get("family")) {
                    Some((given, family)) => format!("{} {}", text(given), text(family)),
                    None => text(person),
                },
            )
            .map(|name| collapse(&name))
            .filter(|name| !name.is_empty())
            .collect(),
        other => split_authors(&text(other)),
    }
}
