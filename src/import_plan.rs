//! What an import would do: the files it would write, and why.
//!
//! Pure: records and what is already there go in, a plan and a report come out. Existing files are
//! never part of a plan, except when missing fields are filled in (`update`). Knows no disk.

mod report;
mod update;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::date::Date;
use crate::intake::{Intake, Record};
use crate::paper::{ArxivId, Doi, Link, Paper, title_identity};
use crate::slug::Slug;
use crate::{front_matter, latex, web_links};

pub use report::{Already, IssueDate, LineCounts, New, Report, Section, Twice};
pub use update::{
    Change, Difference, Filled, Update, UpdateReport, missing_keys, update, update_one,
};

/// The key below `extra` under which a paper's categories stand.
const CATEGORIES: &str = "categories";

/// This is a paper that is already in the site.
#[derive(Debug, Clone)]
pub struct Known {
    /// The path of its file below the root.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its identifier on arXiv.
    pub arxiv: Option<ArxivId>,
    /// Its digital object identifier.
    pub doi: Option<Doi>,
    /// Its slug: the name of the file.
    pub slug: String,
    /// The whole file; only an update looks at it.
    pub text: Arc<str>,
}

/// This is a file that would be written where none is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The path below the root.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// This is what an import would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The files that would be written, in the order of the inputs.
    pub files: Vec<NewFile>,
    /// What was found, taken and left.
    pub report: Report,
}

/// Plans the import of inputs into a site that already holds some papers.
///
/// `date` is the issue that the curator asks for; `tag` names the tags of a title and an abstract.
pub fn plan(
    intakes: &[Intake],
    known: &[Known],
    date: Option<Date>,
    today: Date,
    tag: impl Fn(&str, &str) -> Vec<String>,
) -> Plan {
    let mut shelf = Shelf::of(known);
    let mut files = Vec::new();
    let sections = intakes
        .iter()
        .map(|intake| {
            let decision = report::decide(intake, date, today);
            let mut section = Section::of(intake, &decision);
            for record in &intake.records {
                let title = title_of(record);
                if let Some(path) = shelf.find(record, &title) {
                    section.already.push(Already {
                        title,
                        line: record.line,
                        path,
                    });
                    continue;
                }
                let issue = decision.date_of(record);
                let path = shelf.place(record, &title, issue);
                let text = write(record, &title, issue, &intake.name, &tag);
                section.new.push(New {
                    title,
                    line: record.line,
                    path: path.clone(),
                });
                files.push(NewFile { path, text });
            }
            section
        })
        .collect();
    Plan {
        files,
        report: Report { inputs: sections },
    }
}

/// What is in the site, and what the plan has put there so far.
struct Shelf {
    papers: FxHashMap<String, String>,
    slugs: FxHashMap<String, ()>,
}

impl Shelf {
    fn of(known: &[Known]) -> Shelf {
        let mut shelf = Shelf {
            papers: FxHashMap::default(),
            slugs: FxHashMap::default(),
        };
        for paper in known {
            let keys = identities(paper.arxiv.as_ref(), paper.doi.as_ref(), &paper.title);
            for key in keys {
                shelf
                    .papers
                    .entry(key)
                    .or_insert_with(|| paper.path.clone());
            }
            shelf.slugs.insert(paper.slug.clone(), ());
        }
        shelf
    }

    fn find(&self, record: &Record, title: &str) -> Option<String> {
        let keys = identities(record.arxiv.as_ref(), record.doi.as_ref(), title);
        keys.iter().find_map(|key| self.papers.get(key)).cloned()
    }

    /// Finds a free name for a new paper and takes it.
    fn place(&mut self, record: &Record, title: &str, issue: Date) -> String {
        let of_id = || Slug::from_name(&record.arxiv.as_ref()?.to_string());
        let slug = Slug::from_title(title)
            .or_else(of_id)
            .or_else(|| Slug::parse("paper"))
            .expect("`paper` is a slug");
        let free = std::iter::once(slug.clone())
            .chain((2..).map(|number| slug.numbered(number)))
            .find(|slug| !self.slugs.contains_key(slug.as_str()))
            .expect("there are more numbers than papers");
        let path = format!("content/papers/{issue}/{free}.md");
        self.slugs.insert(free.to_string(), ());
        for key in identities(record.arxiv.as_ref(), record.doi.as_ref(), title) {
            self.papers.entry(key).or_insert_with(|| path.clone());
        }
        path
    }
}

/// Returns what makes two papers the same.
fn identities(arxiv: Option<&ArxivId>, doi: Option<&Doi>, title: &str) -> Vec<String> {
    let arxiv = arxiv.map(|id| format!("arxiv {}", id.id()));
    let doi = doi.map(|doi| format!("doi {}", doi.key()));
    let title = title_identity(title).map(|title| format!("title {title}"));
    [arxiv, doi, title].into_iter().flatten().collect()
}

/// Returns the title of a paper; one of which TeX leaves nothing (`{}`) stays as it is written, for a paper
/// without a title could not be published.
fn title_of(record: &Record) -> String {
    match latex::clean_title(&record.title) {
        title if title.trim().is_empty() => record.title.clone(),
        title => title,
    }
}

/// Writes the file of a new paper.
fn write(
    record: &Record,
    title: &str,
    issue: Date,
    input: &str,
    tag: &impl Fn(&str, &str) -> Vec<String>,
) -> String {
    let body = latex::clean_abstract(&record.abstract_text);
    let mut paper = Paper {
        title: title.to_owned(),
        date: Some(issue),
        tags: tag(title, &body),
        source: Some(format!("{}:{}", file_name(input), record.line)),
        ..Paper::default()
    };
    fill(&mut paper, record);
    front_matter::write(&paper, &body)
}

/// Fills what a record says about a paper, its title and date aside.
fn fill(paper: &mut Paper, record: &Record) {
    paper.authors = record
        .authors
        .iter()
        .map(|name| latex::clean_title(name))
        .collect();
    paper.published = record.published;
    paper.arxiv = record.arxiv.clone();
    paper.doi = record.doi.clone();
    paper.venue = record.venue.as_deref().map(latex::clean_title);
    paper.links = record.links.clone();
    for link in web_links::find(&record.abstract_text) {
        if !paper.links.iter().any(|other| other.url == link.url) {
            paper.links.push(link);
        }
    }
    tell_apart(&mut paper.links);
    if !record.categories.is_empty() {
        // The model has no field for them; a theme finds them where the curator's own fields are.
        let codes = record.categories.iter().cloned().collect();
        paper.extra.insert(CATEGORIES.to_owned(), codes);
    }
}

/// Numbers the labels that a paper has twice (`page-2`), for labels are keys.
fn tell_apart(links: &mut [Link]) {
    for at in 1..links.len() {
        let (before, rest) = links.split_at_mut(at);
        let label = &mut rest[0].label;
        let is_taken = |label: &str| before.iter().any(|link| link.label == label);
        if is_taken(label) {
            let numbered = (2..).map(|number| format!("{label}-{number}"));
            let free = numbered.filter(|label| !is_taken(label)).take(1);
            *label = free.collect();
        }
    }
}

/// Returns the codes of categories that a paper keeps, such as `cs.CL`.
fn categories(paper: &Paper) -> impl Iterator<Item = &str> {
    let codes = paper
        .extra
        .get(CATEGORIES)
        .and_then(|codes| codes.as_array());
    codes.into_iter().flatten().filter_map(|code| code.as_str())
}

/// The last part of a path: where a paper was read must not tell about the curator's folders.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
