//! Front matter: the YAML at the head of a content file, read field by field and written by a small
//! emitter of our own.
//!
//! serde would stop at the first bad field, and `serde_yaml` writes `no`, `on` and `1:30` unquoted;
//! so both directions are here, and a property test holds them together. Knows nothing of other
//! files: that a tag exists or a paper is there twice is found by `site`.

use std::ops::Range;

use memchr::memchr;

use crate::address::{Scheme, scheme};
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, Problems, did_you_mean};
use crate::paper::{ArxivId, Doi, Link, Paper};
use crate::source::{Place, Source};
use crate::yaml::{self, Entry, Value};

mod write;
pub use write::{scalar, write};

/// These are the keys of a paper, in the order in which they are written.
pub const PAPER_KEYS: [&str; 16] = [
    "title",
    "date",
    "tags",
    "authors",
    "published",
    "arxiv",
    "doi",
    "venue",
    "links",
    "note",
    "image",
    "featured",
    "draft",
    "aliases",
    "source",
    "extra",
];

/// These are the keys of a page of `content/pages` and of an issue's words in `content/issues`.
pub const TEXT_KEYS: [&str; 6] = ["title", "description", "order", "draft", "aliases", "extra"];

/// More than any hand writes; libyaml's time grows with the square of some inputs.
const LONGEST: usize = 64 * 1024;

/// Each page of a tag shows the paper with all its tags, so a site grows with the square of this.
const MOST_TAGS: usize = 100;

/// This is the front matter of a file that is not a paper.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextFront {
    /// The title, in plain text.
    pub title: Option<String>,
    /// A sentence for search engines and previews.
    pub description: Option<String>,
    /// Where a page stands in the menu; those without a number come last, by title.
    pub order: Option<i64>,
    /// Whether the file is left out unless drafts are asked for.
    pub draft: bool,
    /// Old addresses on this site that lead to the page.
    pub aliases: Vec<String>,
    /// Whatever else the curator keeps.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// Parses a paper's front matter; returns it with the bytes of the body.
///
/// `None`, reported, when there is no front matter or it cannot be read at all.
pub fn parse_paper(source: &Source, problems: &mut Problems) -> (Option<Paper>, Range<usize>) {
    let (block, body) = parse_block(source, problems);
    let paper = match block {
        Block::Read(entries) => Some(Reader { source, problems }.paper(&entries)),
        Block::Unreadable => None,
        Block::Absent => {
            let problem = Diagnostic::new(Code::MissingFrontMatter, "the file has no front matter");
            let hint = "start the file with a line `---`, then `title: \"…\"`, then a line `---`";
            problems.push(problem.at(source.place(0..0)).hint(hint));
            None
        }
    };
    (paper, body)
}

/// Parses the front matter of a page or of an issue's words, which may be absent.
pub fn parse_text(source: &Source, problems: &mut Problems) -> (TextFront, Range<usize>) {
    let (block, body) = parse_block(source, problems);
    let front = match block {
        Block::Read(entries) => Reader { source, problems }.text_front(&entries),
        Block::Unreadable | Block::Absent => TextFront::default(),
    };
    (front, body)
}

/// Returns the place of a key's value, or of a word in it, long after the file was read.
///
/// `front` is the file's text up to its body. `nth` counts the word's occurrences from 0.
pub fn place_of(front: &Source, key: &str, word: Option<(&str, usize)>) -> Place {
    let Some((key_range, value)) = find_entry(front, key) else {
        return front.whole();
    };
    let word = word.and_then(|(word, nth)| yaml::find_word(&front.text, value.clone(), word, nth));
    let shown = || {
        let first = front.text[value.clone()].split(['\n', '\r']).next();
        match first.map_or(0, |line| line.trim_end().len()) {
            0 => key_range,
            length => value.start..value.start + length,
        }
    };
    front.place(word.unwrap_or_else(shown))
}

/// Returns the bytes of a key and of its value, without the white space around it.
pub fn find_entry(front: &Source, key: &str) -> Option<(Range<usize>, Range<usize>)> {
    let (yaml, _) = find_block(&front.text)?;
    let (key, value) = yaml::locate(&front.text, yaml, key)?;
    let text = &front.text[value.clone()];
    let lead = text.len() - text.trim_start().len();
    Some((
        key,
        value.start + lead..value.start + lead + text.trim().len(),
    ))
}

/// Finds the front matter: the bytes of its YAML, and the byte at which the body starts.
pub fn find_block(text: &str) -> Option<(Range<usize>, usize)> {
    let start = first_line(text)?;
    let mut at = start;
    while at < text.len() {
        let rest = &text[at..];
        let line = &rest[..memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |end| end + 1)];
        if line.starts_with("---") && line.trim_end() == "---" {
            return Some((start..at, at + line.len()));
        }
        at += line.len();
    }
    None
}

/// Returns where the YAML starts when the first line is `---`; a byte order mark before it is allowed.
fn first_line(text: &str) -> Option<usize> {
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let line = text[mark..].split_inclusive('\n').next()?;
    (line.trim_end() == "---").then_some(mark + line.len())
}

/// Tells whether an entry's key is none of the known ones, but like this one of them.
fn means(entry: &Entry, key: &str, known: &[&str]) -> bool {
    let written = entry.key.as_str();
    !known.contains(&written) && did_you_mean(written, known.iter().copied()) == Some(key)
}

/// This is the head of a file.
enum Block {
    /// The file starts with its text.
    Absent,
    /// What is wrong was reported.
    Unreadable,
    /// These are its entries.
    Read(Vec<Entry>),
}

fn parse_block(source: &Source, problems: &mut Problems) -> (Block, Range<usize>) {
    let end = source.text.len();
    if first_line(&source.text).is_none() {
        return (Block::Absent, 0..end);
    }
    let Some((yaml, body)) = find_block(&source.text) else {
        let problem = Diagnostic::new(Code::UnclosedFrontMatter, "the front matter does not end");
        problems.push(
            problem
                .at(source.place(0..3))
                .hint("put a line `---` behind the last key"),
        );
        return (Block::Unreadable, end..end);
    };
    if yaml.len() > LONGEST {
        let message = format!(
            "the front matter has {} KiB; the limit is 64",
            yaml.len() / 1024
        );
        let problem = Diagnostic::new(Code::FrontMatterTooLong, message);
        problems.push(
            problem
                .at(source.place(0..3))
                .hint("put long text into the body"),
        );
        return (Block::Unreadable, body..end);
    }
    let read = yaml::parse_mapping(source, yaml, problems);
    (read.map_or(Block::Unreadable, Block::Read), body..end)
}

/// Reads values out of entries; a bad one is reported and stays empty.
struct Reader<'a> {
    source: &'a Source,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn paper(&mut self, entries: &[Entry]) -> Paper {
        let mut paper = Paper::default();
        for entry in entries {
            match entry.key.as_str() {
                "title" => paper.title = self.text(entry).unwrap_or_default(),
                "date" => paper.date = self.date(entry),
                "tags" => paper.tags = self.tags(entry),
                "authors" => {
                    paper.authors = self.list(entry, "authors: [Ada Lovelace, Alan Turing]")
                }
                "published" => paper.published = self.date(entry),
                "arxiv" => paper.arxiv = self.arxiv(entry),
                "doi" => paper.doi = self.doi(entry),
                "venue" => paper.venue = self.text(entry),
                "links" => paper.links = self.links(entry),
                "note" => paper.note = self.text(entry),
                "image" => paper.image = self.image(entry),
                "featured" => paper.featured = self.flag(entry),
                "draft" => paper.draft = self.flag(entry),
                "aliases" => paper.aliases = self.aliases(entry),
                "source" => paper.source = self.text(entry),
                "extra" => paper.extra = self.extra(entry),
                _ => self.unknown_key(entry, &PAPER_KEYS),
            }
        }
        let written = entries.iter().find(|entry| entry.key == "title");
        let is_empty = written.is_none_or(|entry| is_empty(&entry.value));
        // A misspelt key was reported with the title as its hint.
        let is_misspelt = || {
            entries
                .iter()
                .any(|entry| means(entry, "title", &PAPER_KEYS))
        };
        if paper.title.trim().is_empty() && is_empty && !is_misspelt() {
            let place = match written {
                Some(entry) => self.source.place(entry.key_range.clone()),
                None => self.source.place(0..3),
            };
            let problem = Diagnostic::new(Code::MissingTitle, "the paper has no title");
            self.problems
                .push(problem.at(place).hint("add a line `title: \"…\"`"));
        }
        paper
    }

    fn text_front(&mut self, entries: &[Entry]) -> TextFront {
        let mut front = TextFront::default();
        for entry in entries {
            match entry.key.as_str() {
                "title" => front.title = self.text(entry),
                "description" => front.description = self.text(entry),
                "order" => front.order = self.number(entry),
                "draft" => front.draft = self.flag(entry),
                "aliases" => front.aliases = self.aliases(entry),
                "extra" => front.extra = self.extra(entry),
                _ => self.unknown_key(entry, &TEXT_KEYS),
            }
        }
        front
    }

    fn unknown_key(&mut self, entry: &Entry, known: &[&str]) {
        let hint = match did_you_mean(&entry.key, known.iter().copied()) {
            Some(key) => format!("did you mean `{key}`?"),
            None => "put fields of your own under `extra:`".to_owned(),
        };
        let problem = Diagnostic::new(Code::UnknownKey, format!("there is no key `{}`", entry.key));
        self.problems.push(
            problem
                .at(self.source.place(entry.key_range.clone()))
                .hint(hint),
        );
    }

    fn wrong_type(&mut self, entry: &Entry, wanted: &str, hint: String) {
        let message = format!("`{}` wants {wanted}, not {}", entry.key, entry.value.kind());
        let place = self.source.place(entry.shown(self.source));
        self.problems.push(
            Diagnostic::new(Code::WrongType, message)
                .at(place)
                .hint(hint),
        );
    }

    /// A text; a number is one too (`title: 1984`), nothing at all is no value.
    fn text(&mut self, entry: &Entry) -> Option<String> {
        match &entry.value {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            Value::Null => None,
            Value::Bool(_) | Value::List(_) | Value::Map(_) => {
                self.wrong_type(entry, "a text", "put the text between quotes".to_owned());
                None
            }
        }
    }

    fn flag(&mut self, entry: &Entry) -> bool {
        match &entry.value {
            Value::Bool(flag) => *flag,
            Value::Null => false,
            _ => {
                self.wrong_type(
                    entry,
                    "true or false",
                    format!("write `{}: true`", entry.key),
                );
                false
            }
        }
    }

    fn number(&mut self, entry: &Entry) -> Option<i64> {
        let number = match &entry.value {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() && entry.value != Value::Null {
            self.wrong_type(
                entry,
                "a whole number",
                format!("write `{}: 10`", entry.key),
            );
        }
        number
    }

    fn tags(&mut self, entry: &Entry) -> Vec<String> {
        let mut tags = self.list(entry, "tags: [vision, agents]");
        if tags.len() > MOST_TAGS {
            let message = format!(
                "the paper has {} tags; the limit is {MOST_TAGS}",
                tags.len()
            );
            let problem = Diagnostic::new(Code::TooManyTags, message);
            let place = self.source.place(entry.key_range.clone());
            self.problems
                .push(problem.at(place).hint("keep those that readers look under"));
            tags.truncate(MOST_TAGS);
        }
        tags
    }

    fn list(&mut self, entry: &Entry, example: &str) -> Vec<String> {
        let Value::List(items) = &entry.value else {
            if entry.value != Value::Null {
                self.wrong_type(entry, "a list", format!("write `{example}`"));
            }
            return Vec::new();
        };
        let texts = items.iter().filter_map(|item| match item {
            Value::Text(text) | Value::Number(text) => Some(text.trim().to_owned()),
            _ => None,
        });
        // Lists are kept, so they get no room for more.
        let mut kept: Vec<String> = Vec::with_capacity(items.len());
        kept.extend(texts.filter(|text| !text.is_empty()));
        if items
            .iter()
            .any(|item| matches!(item, Value::List(_) | Value::Map(_) | Value::Bool(_)))
        {
            let hint = format!(
                "write `{example}`; put words such as `yes` and texts with a colon between quotes"
            );
            self.wrong_type(entry, "a list of texts", hint);
        }
        kept
    }

    fn date(&mut self, entry: &Entry) -> Option<Date> {
        let text = self.text(entry)?;
        let date = Date::parse(text.trim());
        if date.is_none() {
            let message = format!("`{}` is not a day of the calendar", text.trim());
            self.bad_value(
                Code::BadDate,
                entry,
                &text,
                message,
                "write a date as YYYY-MM-DD: 2025-08-06",
            );
        }
        date
    }

    fn arxiv(&mut self, entry: &Entry) -> Option<ArxivId> {
        let text = self.text(entry)?;
        let id = ArxivId::parse(&text).or_else(|| ArxivId::from_url(&text));
        if id.is_none() {
            let message = format!("`{}` is not an arXiv identifier", text.trim());
            let hint =
                "an identifier is written \"2411.15124\", or \"math/0309136\" before April 2007";
            self.bad_value(Code::BadArxivId, entry, &text, message, hint);
        }
        id
    }

    fn doi(&mut self, entry: &Entry) -> Option<Doi> {
        let text = self.text(entry)?;
        let doi = Doi::parse(&text);
        if doi.is_none() {
            let message = format!("`{}` is not a DOI", text.trim());
            self.bad_value(
                Code::BadDoi,
                entry,
                &text,
                message,
                "a DOI is written 10.48550/arXiv.2411.15124",
            );
        }
        doi
    }

    fn links(&mut self, entry: &Entry) -> Vec<Link> {
        let Value::Map(pairs) = &entry.value else {
            if entry.value != Value::Null {
                let example = "write `links: {code: https://github.com/user/repo}`";
                self.wrong_type(entry, "labelled addresses", example.to_owned());
            }
            return Vec::new();
        };
        let mut links = Vec::new();
        for (label, value) in pairs {
            let url = match value {
                Value::Text(url) if is_address(url) => url.trim().to_owned(),
                _ => {
                    let message =
                        format!("the link `{label}` has no address that a page can lead to");
                    let shown = match value {
                        Value::Text(url) => url.as_str(),
                        _ => label.as_str(),
                    };
                    self.bad_value(
                        Code::BadUrl,
                        entry,
                        shown,
                        message,
                        "write an address with https://",
                    );
                    continue;
                }
            };
            links.push(Link {
                label: label.clone(),
                url,
            });
        }
        links
    }

    fn image(&mut self, entry: &Entry) -> Option<String> {
        let path = self.text(entry)?;
        let local = scheme(&path) == Scheme::Relative
            && !path.trim().is_empty()
            && !path.starts_with(['/', '#', '?'])
            && !path.contains('\\')
            && !path.split('/').any(|part| part == "..");
        if local {
            return Some(path.trim().trim_start_matches("./").to_owned());
        }
        let message = format!("`{path}` is not a file beside the paper");
        let hint = "save the picture in the paper's folder and write its name; the site loads nothing from other hosts";
        self.bad_value(Code::BadImage, entry, &path, message, hint);
        None
    }

    fn aliases(&mut self, entry: &Entry) -> Vec<String> {
        let mut aliases = self.list(entry, "aliases: [/old/address/]");
        aliases.retain(|alias| {
            let good = is_alias(alias);
            if !good {
                let message = format!("`{alias}` is not an address on this site");
                let hint =
                    "an alias starts with a slash and holds no `..`, `?` or `#`: /old/address/";
                self.bad_value(Code::BadAlias, entry, alias, message, hint);
            }
            good
        });
        aliases
    }

    fn extra(&mut self, entry: &Entry) -> serde_json::Map<String, serde_json::Value> {
        match entry.value.clone().into_json() {
            serde_json::Value::Object(map) => map,
            serde_json::Value::Null => serde_json::Map::new(),
            _ => {
                self.wrong_type(
                    entry,
                    "keys of your own",
                    "write `extra: {rating: 5}`".to_owned(),
                );
                serde_json::Map::new()
            }
        }
    }

    fn bad_value(&mut self, code: Code, entry: &Entry, text: &str, message: String, hint: &str) {
        let place = self.source.place(entry.find(self.source, text.trim()));
        self.problems
            .push(Diagnostic::new(code, message).at(place).hint(hint));
    }
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null) || matches!(value, Value::Text(text) if text.trim().is_empty())
}

fn is_address(url: &str) -> bool {
    let url = url.trim();
    !url.is_empty() && scheme(url) != Scheme::Unsafe && !url.chars().any(char::is_control)
}

fn is_alias(alias: &str) -> bool {
    alias.len() > 1
        && alias.starts_with('/')
        && !alias.starts_with("//")
        && !alias.contains(['?', '#', '\\', '%'])
        && !alias.chars().any(char::is_control)
        && !alias.split('/').any(|part| part == ".." || part == ".")
}

#[cfg(test)]
mod tests;
