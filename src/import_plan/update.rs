//! Filling in what files leave open, without touching anything else in them.
//!
//! A missing key becomes a line at its place in the order of keys; every other byte stays. What the
//! file already says is never changed: where it differs from the input, the report says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::diagnostic::Problems;
use crate::front_matter::{self, PAPER_KEYS};
use crate::intake::{Intake, Record};
use crate::paper::Paper;
use crate::source::Source;
use crate::yaml;

use super::{Known, Shelf, fill};

/// This is what an update would do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Update {
    /// The files that would change, in the order of their paths.
    pub changes: Vec<Change>,
    /// What was found.
    pub report: UpdateReport,
}

/// This is a file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path below the root.
    pub path: String,
    /// The whole text as it is; it must still be that when the file is written.
    pub old: Arc<str>,
    /// The whole text as it would be.
    pub new: String,
}

/// This is what an update found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct UpdateReport {
    /// The files that gain keys.
    pub filled: Vec<Filled>,
    /// The keys that say something else than the input.
    pub differs: Vec<Difference>,
    /// The files whose front matter cannot be changed safely; they are left as they are.
    pub left: Vec<String>,
}

/// This is a file that gains keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filled {
    /// The path of the file.
    pub path: String,
    /// The keys that it gains.
    pub keys: Vec<&'static str>,
}

/// This is a key that says something else than the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The path of the file.
    pub path: String,
    /// The key.
    pub key: &'static str,
    /// What the file says.
    pub file: String,
    /// What the input says.
    pub input: String,
    /// The name of the input and the line, as `papers.txt:61`.
    pub source: String,
}

/// The keys that an update fills in, in the order in which they are written.
///
/// Of `extra` only the categories are looked at: all else there is the curator's.
const KEYS: [&str; 7] = [
    "authors",
    "published",
    "arxiv",
    "doi",
    "venue",
    "links",
    "extra",
];

/// Plans what inputs add to the files that are there.
pub fn update(intakes: &[Intake], known: &[Known]) -> Update {
    let shelf = Shelf::of(known);
    let originals: BTreeMap<&str, &Known> = known
        .iter()
        .map(|paper| (paper.path.as_str(), paper))
        .collect();
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    let mut report = UpdateReport::default();
    for intake in intakes {
        for record in &intake.records {
            let title = super::title_of(record);
            let path = shelf.find(record, &title);
            let Some((&path, paper)) = path.and_then(|path| originals.get_key_value(path.as_str()))
            else {
                continue;
            };
            let mut input = Paper::default();
            fill(&mut input, record);
            let text = texts.entry(path).or_insert_with(|| paper.text.to_string());
            let source = format!("{}:{}", super::file_name(&intake.name), record.line);
            if let Some(new) = update_file(path, text, &input, &source, &mut report) {
                *text = new;
            }
        }
    }
    let changed = texts
        .into_iter()
        .filter(|(path, text)| **text != *originals[path].text);
    let changes = changed.map(|(path, new)| Change {
        path: path.to_owned(),
        old: originals[path].text.clone(),
        new,
    });
    Update {
        changes: changes.collect(),
        report,
    }
}

/// Plans what a record adds to a file that is known to be the same paper.
///
/// `source` is where the record comes from, as a report names it.
pub fn update_one(paper: &Known, record: &Record, source: &str) -> Update {
    let mut input = Paper::default();
    fill(&mut input, record);
    let mut report = UpdateReport::default();
    let new = update_file(&paper.path, &paper.text, &input, source, &mut report);
    let change = new.map(|new| Change {
        path: paper.path.clone(),
        old: paper.text.clone(),
        new,
    });
    Update {
        changes: change.into_iter().collect(),
        report,
    }
}

/// Returns the keys that an update could add to a file; `None` when the file cannot be changed safely.
pub fn missing_keys(path: &str, text: &str) -> Option<Vec<&'static str>> {
    parse(path, text)?;
    let entries = positions(path, text)?;
    let missing = KEYS.into_iter().filter(|key| !entries.contains_key(*key));
    Some(missing.collect())
}

impl Update {
    /// Adds what another update would do to other files.
    pub fn append(&mut self, other: Update) {
        self.changes.extend(other.changes);
        self.report.filled.extend(other.report.filled);
        self.report.differs.extend(other.report.differs);
        self.report.left.extend(other.report.left);
    }

    /// Returns each file that would change: its path, its text as it is, its text as it would be.
    pub fn texts(&self) -> Vec<(String, String, String)> {
        let text = |change: &Change| {
            (
                change.path.clone(),
                change.old.to_string(),
                change.new.clone(),
            )
        };
        self.changes.iter().map(text).collect()
    }
}

impl UpdateReport {
    /// Writes the report as people read it.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for Filled { path, keys } in &self.filled {
            text += &format!("{path}: {} filled in\n", keys.join(", "));
        }
        for Difference {
            path,
            key,
            file,
            input,
            source,
        } in &self.differs
        {
            text += &format!("{path}: `{key}` is {file}, {source} says {input}; left as it is\n");
        }
        for path in &self.left {
            text += &format!("{path}: its front matter cannot be changed safely; left as it is\n");
        }
        text
    }
}

/// Returns the text with the missing keys; `None` when there is nothing to add.
fn update_file(
    path: &str,
    text: &str,
    input: &Paper,
    source: &str,
    report: &mut UpdateReport,
) -> Option<String> {
    let Some(mut paper) = parse(path, text) else {
        push_once(&mut report.left, path);
        return None;
    };
    let mut new = text.to_owned();
    let mut keys = Vec::new();
    for key in KEYS {
        let field = Field::of(input, key)?;
        if field.is_empty() {
            continue;
        }
        let present = positions(path, &new).is_none_or(|entries| entries.contains_key(key));
        if present {
            let old = Field::of(&paper, key)?;
            if let Some((file, input)) = old.difference(&field) {
                report.differs.push(Difference {
                    path: path.to_owned(),
                    key,
                    file,
                    input,
                    source: source.to_owned(),
                });
            }
            continue;
        }
        let mut filled = paper.clone();
        copy(input, key, &mut filled);
        match insert(path, &new, key, input, &filled) {
            Some(next) => {
                new = next;
                paper = filled;
                keys.push(key);
            }
            None => push_once(&mut report.left, path),
        }
    }
    if keys.is_empty() {
        return None;
    }
    report.filled.push(Filled {
        path: path.to_owned(),
        keys,
    });
    Some(new)
}

fn push_once(paths: &mut Vec<String>, path: &str) {
    if !paths.iter().any(|other| other == path) {
        paths.push(path.to_owned());
    }
}

fn parse(path: &str, text: &str) -> Option<Paper> {
    let source = Source::new(path, text);
    let mut problems = Problems::new();
    let (paper, _) = front_matter::parse_paper(&source, &mut problems);
    paper.filter(|_| !problems.has_errors())
}

/// Where the entries of a file's front matter end, by key.
fn positions(path: &str, text: &str) -> Option<BTreeMap<String, std::ops::Range<usize>>> {
    let (block, _) = front_matter::find_block(text)?;
    let source = Source::new(path, text);
    let entries = yaml::parse_mapping(&source, block, &mut Problems::new())?;
    let range = |entry: &yaml::Entry| {
        (
            entry.key.clone(),
            entry.key_range.start..entry.value_range.end,
        )
    };
    Some(entries.iter().map(range).collect())
}

/// Inserts a key's lines where the order of keys wants them; `None` if that cannot be done safely.
fn insert(path: &str, text: &str, key: &str, input: &Paper, expected: &Paper) -> Option<String> {
    let (block, _) = front_matter::find_block(text)?;
    let entries = positions(path, text)?;
    let rank = PAPER_KEYS.iter().position(|other| *other == key)?;
    let before = PAPER_KEYS[..rank]
        .iter()
        .rev()
        .find_map(|other| entries.get(*other));
    // A comment above the next key belongs to that key, so the line goes before it.
    let close = before.map_or(block.start, |entry| {
        entry.start + without_trailing(&text[entry.clone()])
    });
    let far = before.map_or(block.start, |entry| entry.end);
    let ending = if text[..block.start].ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let lines = lines_of(key, input).replace('\n', ending);
    // Each is where a line begins. What was written must read as the old paper and the new key, or it is not
    // written.
    [close, far, block.end].into_iter().find_map(|at| {
        let new = format!("{}{lines}{}", &text[..at], &text[at..]);
        (parse(path, &new).as_ref() == Some(expected)).then_some(new)
    })
}

/// The length of an entry without the blank lines and comments below it.
fn without_trailing(entry: &str) -> usize {
    let mut length = entry.len();
    for line in entry.split_inclusive('\n').rev() {
        if !line.trim().is_empty() && !line.starts_with('#') {
            break;
        }
        length -= line.len();
    }
    length
}

/// The lines of a key, as new files have them.
fn lines_of(key: &str, input: &Paper) -> String {
    let mut only = Paper::default();
    copy(input, key, &mut only);
    let file = front_matter::write(&only, "");
    let lines = file
        .split_inclusive('\n')
        .skip(2)
        .take_while(|line| line.trim_end() != "---");
    lines.collect()
}

fn copy(from: &Paper, key: &str, to: &mut Paper) {
    match key {
        "authors" => to.authors.clone_from(&from.authors),
        "published" => to.published = from.published,
        "arxiv" => to.arxiv.clone_from(&from.arxiv),
        "doi" => to.doi.clone_from(&from.doi),
        "venue" => to.venue.clone_from(&from.venue),
        "links" => to.links.clone_from(&from.links),
        "extra" => to.extra.clone_from(&from.extra),
        _ => {}
    }
}

/// A field as texts: what makes it the same, and what people see.
struct Field(Vec<(String, String)>);

impl Field {
    fn of(paper: &Paper, key: &str) -> Option<Field> {
        let same = |text: String| (text.clone(), text);
        let parts = match key {
            "authors" => paper.authors.iter().cloned().map(same).collect(),
            "published" => paper
                .published
                .iter()
                .map(|date| same(date.to_string()))
                .collect(),
            "arxiv" => paper
                .arxiv
                .iter()
                .map(|id| (id.id().to_owned(), id.to_string()))
                .collect(),
            "doi" => paper
                .doi
                .iter()
                .map(|doi| (doi.key(), doi.to_string()))
                .collect(),
            "venue" => paper.venue.iter().cloned().map(same).collect(),
            "links" => paper
                .links
                .iter()
                .map(|link| (format!("{} {}", link.label, link.url), link.url.clone()))
                .collect(),
            "extra" => super::categories(paper)
                .map(|code| same(code.to_owned()))
                .collect(),
            _ => return None,
        };
        Some(Field(parts))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What this field and another say, if both say something and not the same.
    fn difference(&self, input: &Field) -> Option<(String, String)> {
        let shown = |field: &Field| {
            field
                .0
                .iter()
                .map(|(_, text)| text.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let keys = |field: &Field| {
            field
                .0
                .iter()
                .map(|(key, _)| key.clone())
                .collect::<Vec<_>>()
        };
        (!self.is_empty() && keys(self) != keys(input)).then(|| (shown(self), shown(input)))
    }
}

#[cfg(test)]
mod tests;
