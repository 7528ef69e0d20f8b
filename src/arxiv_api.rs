//! arXiv's API as values: what to ask about which papers, and what the answers come to.
//!
//! Follows the API's user's manual (info.arxiv.org/help/api). A paper with an identifier is asked for
//! by it, many at a time; one without by its title, and an answer counts only if its title is the
//! same, letter for letter, once case and signs are folded. Knows no network and no clock: answers
//! come in as texts, from wherever they were kept.

mod answer;
mod findings;
mod query;

use crate::diagnostic::Problems;
use crate::front_matter;
use crate::import_plan::{Known, missing_keys};
use crate::paper::{ArxivId, title_key};
use crate::source::Source;

pub use answer::{Answers, Fault, read};
pub use findings::{Enrichment, Finding, Tally, What, enrich};
pub use query::Query;

/// The keys that arXiv can fill.
const KEYS: [&str; 5] = ["arxiv", "authors", "published", "doi", "venue"];

/// This is a paper that lacks something that arXiv may know.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The paper.
    pub paper: Known,
    /// What its file says about the authors.
    pub authors: Vec<String>,
    /// What finds it.
    pub query: Query,
}

/// Returns the papers to ask about, and the paths of those that cannot be changed safely.
pub fn subjects(papers: &[Known]) -> (Vec<Subject>, Vec<String>) {
    let mut subjects = Vec::new();
    let mut left = Vec::new();
    for paper in papers {
        let Some(missing) = missing_keys(&paper.path, &paper.text) else {
            left.push(paper.path.clone());
            continue;
        };
        if !missing.iter().any(|key| KEYS.contains(key)) {
            continue;
        }
        let id = paper.arxiv.clone().or_else(|| id_of_doi(paper));
        let query = match id {
            Some(id) => Some(Query::Ids(vec![query::canonical(&id)])),
            // An empty `arxiv:` is the curator's way to say that there is none.
            None if missing.contains(&"arxiv") => query::of_title(&paper.title),
            None => None,
        };
        subjects.extend(query.map(|query| Subject {
            paper: paper.clone(),
            authors: authors(paper),
            query,
        }));
    }
    (subjects, left)
}

/// Plans the requests for what the answers so far leave open, in the order of the papers.
pub fn plan(subjects: &[Subject], answers: &Answers) -> Vec<Query> {
    let mut ids: Vec<String> = Vec::new();
    let mut queries: Vec<Query> = Vec::new();
    for subject in subjects
        .iter()
        .filter(|subject| !answers.know(&subject.query))
    {
        match &subject.query {
            Query::Ids(of_paper) => ids.extend(of_paper.iter().cloned()),
            title => queries.push(title.clone()),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    let mut titles = std::collections::BTreeSet::new();
    queries.retain(|query| titles.insert(query.to_string()));
    let batches = ids.chunks(query::BATCH).map(|ids| Query::Ids(ids.to_vec()));
    batches.chain(queries).collect()
}

/// arXiv gives every paper a DOI of its own, which holds the identifier.
fn id_of_doi(paper: &Known) -> Option<ArxivId> {
    ArxivId::from_url(&format!("https://doi.org/{}", paper.doi.as_ref()?))
}

fn authors(paper: &Known) -> Vec<String> {
    let source = Source::new(paper.path.clone(), paper.text.clone());
    let (paper, _) = front_matter::parse_paper(&source, &mut Problems::new());
    paper.map(|paper| paper.authors).unwrap_or_default()
}

/// Tells whether two titles are the same but for case and signs.
fn same_title(one: &str, other: &str) -> bool {
    let key = title_key(one);
    !key.is_empty() && key == title_key(other)
}

#[cfg(test)]
mod tests;
