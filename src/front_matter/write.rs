//! The writer: a paper as a file that people like to edit.
//!
//! Keys stand in one order, free text is always quoted, and short lists stay on a line.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::paper::{Link, Paper};

/// Lists that would make a longer line stand one item a line.
const LINE: usize = 100;

/// Writes a paper and its body, in Markdown, as a content file.
///
/// Reading the text again gives the same paper (property-tested), whatever its strings hold.
pub fn write(paper: &Paper, body: &str) -> String {
    let mut text = String::with_capacity(body.len() + 256);
    text.push_str("---\n");
    line(&mut text, "title", &quote(&paper.title));
    if let Some(date) = paper.date {
        line(&mut text, "date", &date.to_string());
    }
    list(&mut text, "tags", &paper.tags);
    list(&mut text, "authors", &paper.authors);
    if let Some(date) = paper.published {
        line(&mut text, "published", &date.to_string());
    }
    if let Some(id) = &paper.arxiv {
        line(&mut text, "arxiv", &quote(&id.to_string()));
    }
    if let Some(doi) = &paper.doi {
        line(&mut text, "doi", &scalar(doi.as_str()));
    }
    optional(&mut text, "venue", paper.venue.as_deref());
    links(&mut text, &paper.links);
    if let Some(note) = &paper.note {
        line(&mut text, "note", &quote(note));
    }
    optional(&mut text, "image", paper.image.as_deref());
    for (key, flag) in [("featured", paper.featured), ("draft", paper.draft)] {
        if flag {
            line(&mut text, key, "true");
        }
    }
    list(&mut text, "aliases", &paper.aliases);
    optional(&mut text, "source", paper.source.as_deref());
    if !paper.extra.is_empty() {
        line(
            &mut text,
            "extra",
            &flow(&Json::Object(paper.extra.clone())),
        );
    }
    text.push_str("---\n");
    let body = body.trim_matches('\n');
    if !body.is_empty() {
        text.push_str(body);
        text.push('\n');
    }
    text
}

fn line(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key}: {value}");
}

fn optional(text: &mut String, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        line(text, key, &scalar(value));
    }
}

fn list(text: &mut String, key: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let items: Vec<String> = items.iter().map(|item| scalar(item)).collect();
    let joined = format!("[{}]", items.join(", "));
    if key.len() + 2 + joined.chars().count() <= LINE {
        return line(text, key, &joined);
    }
    let _ = writeln!(text, "{key}:");
    for item in items {
        let _ = writeln!(text, "  - {item}");
    }
}

fn links(text: &mut String, links: &[Link]) {
    match links {
        [] => {}
        [link] => line(
            text,
            "links",
            &format!("{{{}: {}}}", scalar(&link.label), scalar(&link.url)),
        ),
        links => {
            text.push_str("links:\n");
            for link in links {
                let _ = writeln!(text, "  {}: {}", scalar(&link.label), scalar(&link.url));
            }
        }
    }
}

/// Writes a value of `extra`; JSON is YAML, but for strings, which keep the one way of quoting.
fn flow(value: &Json) -> String {
    match value {
        Json::String(text) => quote(text),
        Json::Array(items) => format!(
            "[{}]",
            items.iter().map(flow).collect::<Vec<_>>().join(", ")
        ),
        Json::Object(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| format!("{}: {}", quote(key), flow(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Writes a string plain where nobody could misread it, quoted otherwise.
pub fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quote(text)
    }
}

/// Quotes a string: double quotes, single ones where a backslash or a double quote is inside, and
/// escapes only for characters that YAML or a line cannot hold.
fn quote(text: &str) -> String {
    if text.chars().any(needs_escape) {
        return escape(text);
    }
    if text.contains(['\\', '"']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    format!("\"{text}\"")
}

fn escape(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if needs_escape(c) => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Characters outside YAML's printable set, and those that break a line.
fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// A plain scalar starts with a letter, holds nothing that YAML gives a meaning, and is no keyword.
///
/// A colon is plain before a letter, a digit or a slash: `list.txt:61`, `https://…`. In a flow
/// sequence libyaml refuses it before other signs.
fn is_plain(text: &str) -> bool {
    let mut letters = text.chars().peekable();
    let Some(first) = letters.peek().copied() else {
        return false;
    };
    let starts = first.is_alphabetic()
        || (first.is_ascii_digit() && text.contains('/'))
        || (first == '/' && text.len() > 1);
    if !starts || text.ends_with(' ') || is_keyword(text) {
        return false;
    }
    while let Some(c) = letters.next() {
        let after = letters.peek().copied();
        let fine = match c {
            ':' => after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '/'),
            c => c.is_alphanumeric() || " -_./+@~=%?&'’".contains(c),
        };
        if !fine {
            return false;
        }
    }
    true
}

/// Words that some version of YAML takes for something other than text.
fn is_keyword(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ];
    WORDS.contains(&text.to_ascii_lowercase().as_str())
}
