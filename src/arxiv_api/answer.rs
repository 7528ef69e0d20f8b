//! What the API answers, and what it answers instead.

use std::fmt;

use rustc_hash::FxHashMap;

use crate::diagnostic::Problems;
use crate::intake::{self, Record};
use crate::source::Source;

use super::query::{self, Query};

/// This is why a text is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The API does not take the question; to ask again brings the same.
    Refused(String),
    /// The text is no whole answer; to ask again may help.
    Unreadable(String),
}

/// This is what was answered so far.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// By identifier; one that arXiv does not know has no record.
    ids: FxHashMap<String, Option<Record>>,
    /// By search.
    titles: FxHashMap<String, Vec<Record>>,
    /// Why there is no answer, by query.
    faults: FxHashMap<String, Fault>,
}

/// Reads an answer: Atom, whole to its end, and not an error in the form of an entry.
pub fn read(text: &str) -> Result<Vec<Record>, Fault> {
    let unreadable = |why: &str| Err(Fault::Unreadable(why.to_owned()));
    let head: String = text.trim_start().chars().take(2_000).collect();
    if !head.contains("<feed") {
        let lower = head.to_ascii_lowercase();
        return unreadable(if head.is_empty() {
            "the answer is empty"
        } else if lower.contains("<html") || lower.contains("<!doctype html") {
            "the answer is a web page, not Atom"
        } else {
            "the answer is not Atom"
        });
    }
    let tail = text.trim_end();
    if !tail.ends_with("</feed>") && !tail.ends_with("/>") {
        return unreadable("the answer is cut off");
    }
    let mut problems = Problems::new();
    let records = intake::parse_answer(&Source::new("arXiv", text), &mut problems);
    let problem = problems.iter().next().map(|problem| &problem.message);
    if let Some(message) = problem.filter(|_| text.contains("/api/errors")) {
        return Err(Fault::Refused(message.clone()));
    }
    // The API now and then counts papers and lists none of them.
    if records.is_empty() && total(text) > 0 {
        return unreadable("the answer counts papers and lists none");
    }
    match problem {
        Some(message) if records.is_empty() => unreadable(message),
        _ => Ok(records),
    }
}

impl Answers {
    /// Adds an answer; what was asked for by identifier and is not in it is unknown to arXiv.
    ///
    /// What a search brings answers for its identifiers too, so a paper that was found is not asked
    /// for again.
    pub fn add(&mut self, query: &Query, records: Vec<Record>) {
        self.faults.remove(&query.to_string());
        match query {
            Query::Title(search) => {
                for record in &records {
                    if let Some(id) = record.arxiv.as_ref().map(query::canonical) {
                        let known = self.ids.entry(id).or_default();
                        known.get_or_insert_with(|| record.clone());
                    }
                }
                self.titles.insert(search.clone(), records);
            }
            Query::Ids(ids) => {
                let mut found: FxHashMap<String, Record> = records
                    .into_iter()
                    .filter_map(|record| Some((query::canonical(record.arxiv.as_ref()?), record)))
                    .collect();
                for id in ids {
                    self.ids.insert(id.clone(), found.remove(id));
                }
            }
        }
    }

    /// Notes that a question has no answer, and why.
    pub fn give_up(&mut self, query: &Query, why: &Fault) {
        let alone = match query {
            Query::Ids(ids) => ids.iter().map(|id| Query::Ids(vec![id.clone()])).collect(),
            title => vec![title.clone()],
        };
        for query in alone {
            self.faults.insert(query.to_string(), why.clone());
        }
    }

    /// Tells whether all that a query asks for was answered.
    pub fn know(&self, query: &Query) -> bool {
        match query {
            Query::Ids(ids) => ids.iter().all(|id| self.ids.contains_key(id)),
            Query::Title(search) => self.titles.contains_key(search),
        }
    }

    /// Returns the records that were answered; the reason when there was no answer.
    pub(super) fn of(&self, query: &Query) -> Result<Vec<&Record>, Fault> {
        let records = match query {
            Query::Ids(ids) => self.know(query).then(|| {
                let records = ids.iter().filter_map(|id| self.ids.get(id)?.as_ref());
                records.collect()
            }),
            Query::Title(search) => self.titles.get(search).map(|found| found.iter().collect()),
        };
        records.ok_or_else(|| {
            let fault = self.faults.get(&query.to_string()).cloned();
            fault.unwrap_or_else(|| Fault::Unreadable("it was not asked".to_owned()))
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Refused(why) | Fault::Unreadable(why) => f.write_str(why),
        }
    }
}

/// The number of papers that a feed says were found (OpenSearch 1.1).
fn total(text: &str) -> u64 {
    let number = || {
        let (_, rest) = text.split_once("totalResults")?;
        let (_, rest) = rest.split_once('>')?;
        rest.split('<').next()?.trim().parse().ok()
    };
    number().unwrap_or(0)
}
