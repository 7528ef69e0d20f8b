//! What the answers add to the files, and what they leave open.

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::import_plan::{Known, Update, update_one};
use crate::intake::Record;
use crate::latex;
use crate::paper::{ArxivId, title_key};

use super::answer::{Answers, Fault};
use super::query::{self, Query};
use super::{Subject, same_title};

/// This is what the answers come to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Enrichment {
    /// The files that would change.
    pub update: Update,
    /// What is to be told about files, in the order of the papers.
    pub findings: Vec<Finding>,
}

/// This is something to tell about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The path of the file.
    pub path: String,
    /// What was found.
    #[serde(flatten)]
    pub what: What,
}

/// This is what was found about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub enum What {
    /// No paper on arXiv has this title.
    NotFound,
    /// Several papers on arXiv have this title; none was chosen.
    Ambiguous {
        /// Their identifiers.
        ids: Vec<String>,
    },
    /// The paper of this title is by others; it was not taken.
    OtherAuthors {
        /// Its identifier.
        id: String,
    },
    /// The paper of this title is another file already.
    Taken {
        /// Its identifier.
        id: String,
        /// The path of the other file.
        by: String,
    },
    /// arXiv has no paper of this identifier.
    UnknownId {
        /// The identifier.
        id: String,
    },
    /// The paper of this identifier has another title; what it lacked was filled in all the same.
    OtherTitle {
        /// The identifier.
        id: String,
        /// The title on arXiv.
        title: String,
    },
    /// arXiv does not take the question, so there is no use in asking again.
    Refused {
        /// Why not.
        why: String,
    },
    /// There was no answer that could be read.
    Unanswered {
        /// Why not.
        why: String,
    },
}

/// These are numbers for a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// The papers that lack something.
    pub papers: usize,
    /// The requests that were made, those in vain too.
    pub requests: usize,
    /// The questions that a kept answer settled.
    pub kept: usize,
}

/// Finds what the answers add to the papers; `all` are the papers of the site, asked about or not.
pub fn enrich(subjects: &[Subject], all: &[Known], answers: &Answers) -> Enrichment {
    let mut enrichment = Enrichment::default();
    let taken = all.iter().filter_map(|paper| {
        let id = query::canonical(paper.arxiv.as_ref()?);
        Some((id, paper.path.clone()))
    });
    let mut taken: FxHashMap<String, String> = taken.collect();
    for subject in subjects {
        let path = &subject.paper.path;
        let found = match answers.of(&subject.query) {
            Ok(records) => choose(subject, &records),
            Err(Fault::Refused(why)) => Err(What::Refused { why }),
            Err(Fault::Unreadable(why)) => Err(What::Unanswered { why }),
        };
        let checked = found.and_then(|record| match taken.get(&record.id) {
            Some(by) if by != path => Err(What::Taken {
                id: record.id,
                by: by.clone(),
            }),
            _ => Ok(record),
        });
        match checked {
            Ok(chosen) => {
                taken.insert(chosen.id.clone(), path.clone());
                if let Some(title) = chosen.other_title {
                    let id = chosen.id.clone();
                    enrichment.tell(path, What::OtherTitle { id, title });
                }
                let source = format!("arXiv {}", chosen.id);
                let update = update_one(&subject.paper, &chosen.record, &source);
                enrichment.update.append(update);
            }
            Err(what) => enrichment.tell(path, what),
        }
    }
    enrichment
}

impl Enrichment {
    fn tell(&mut self, path: &str, what: What) {
        self.findings.push(Finding {
            path: path.to_owned(),
            what,
        });
    }
}

impl Finding {
    /// Tells whether the question must be asked again.
    pub fn is_unanswered(&self) -> bool {
        matches!(self.what, What::Unanswered { .. })
    }

    /// Writes the finding as people read it.
    pub fn render(&self) -> String {
        let what = match &self.what {
            What::NotFound => "no paper on arXiv has this title".to_owned(),
            What::Ambiguous { ids } => {
                format!(
                    "several papers on arXiv have this title: {}; add the right one as `arxiv`",
                    ids.join(", ")
                )
            }
            What::OtherAuthors { id } => {
                format!("arXiv {id} has this title and other authors; it was not taken")
            }
            What::Taken { id, by } => format!("arXiv {id} has this title and is {by} already"),
            What::UnknownId { id } => format!("the answer of arXiv has no paper {id}"),
            What::OtherTitle { id, title } => format!("arXiv {id} is called \"{title}\""),
            What::Refused { why } => format!("arXiv does not take the question: {why}"),
            What::Unanswered { why } => format!("not answered: {why}"),
        };
        format!("{}: {what}", self.path)
    }
}

/// A record that is the paper.
struct Chosen {
    id: String,
    record: Record,
    other_title: Option<String>,
}

/// Chooses the record that is the paper, if there is exactly one.
fn choose(subject: &Subject, records: &[&Record]) -> Result<Chosen, What> {
    let paper = &subject.paper;
    let title = |record: &Record| latex::clean_title(&record.title);
    if let Query::Ids(ids) = &subject.query {
        let id = ids.first().cloned().unwrap_or_default();
        let Some(record) = records.first() else {
            return Err(What::UnknownId { id });
        };
        let there = title(record);
        let other = !same_title(&there, &paper.title) && !paper.title.is_empty();
        return Ok(Chosen {
            record: reduce(record, paper.arxiv.clone().or_else(|| ArxivId::parse(&id))),
            id,
            other_title: other.then_some(there),
        });
    }
    let mut same: Vec<(String, &Record)> = Vec::new();
    for record in records {
        // An entry without an identifier names no paper.
        let Some(id) = record.arxiv.as_ref().map(query::canonical) else {
            continue;
        };
        if same_title(&title(record), &paper.title) && same.iter().all(|(other, _)| *other != id) {
            same.push((id, record));
        }
    }
    let first = same
        .first()
        .map(|(id, _)| id.clone())
        .ok_or(What::NotFound)?;
    if !subject.authors.is_empty() {
        same.retain(|(_, record)| share_an_author(&subject.authors, &record.authors));
    }
    match same.as_slice() {
        [] => Err(What::OtherAuthors { id: first }),
        [(id, record)] => Ok(Chosen {
            record: reduce(record, ArxivId::parse(id)),
            id: id.clone(),
            other_title: None,
        }),
        _ => Err(What::Ambiguous {
            ids: same.into_iter().map(|(id, _)| id).collect(),
        }),
    }
}

/// Keeps what a file may lack: facts, neither texts nor addresses that happen to stand in them.
///
/// The identifier has no version: a reader wants the newest.
fn reduce(record: &Record, id: Option<ArxivId>) -> Record {
    Record {
        arxiv: id,
        authors: record.authors.clone(),
        published: record.published,
        doi: record.doi.clone(),
        venue: record.venue.clone(),
        ..Record::default()
    }
}

/// Given names are shortened in many ways, so the last word of a name decides.
fn share_an_author(ours: &[String], theirs: &[String]) -> bool {
    let last = |name: &String| {
        let key = title_key(&latex::clean_title(name));
        key.rsplit(' ').next().map(str::to_owned)
    };
    let theirs: Vec<_> = theirs.iter().filter_map(last).collect();
    ours.iter()
        .filter_map(last)
        .any(|name| theirs.contains(&name))
}
