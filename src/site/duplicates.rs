//! Papers that are there twice.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::document::Document;
use crate::front_matter;
use crate::paper::Paper;
use crate::repeats;

/// Finds each paper whose address, arXiv id, DOI or title another paper has; the older file, by
/// name, is taken for the first one.
pub fn find(documents: &[&Arc<Document>]) -> Problems {
    let mut problems = Problems::new();
    // All others could only be compared in vain.
    let suspects = repeats::suspects(documents, |document| marks(document));
    let mut documents: Vec<&Document> = suspects
        .into_iter()
        .map(|index| documents[index].as_ref())
        .collect();
    documents.sort_by(|a, b| a.front.name.cmp(&b.front.name));
    let keys: Vec<Keys> = documents.iter().map(|document| keys(document)).collect();

    let mut slugs: FxHashMap<&str, &Document> = FxHashMap::default();
    let mut known = Known {
        ids: FxHashMap::default(),
        titles: FxHashMap::default(),
    };
    for (document, keys) in documents.into_iter().zip(&keys) {
        let first = *slugs.entry(keys.slug).or_insert(document);
        if !std::ptr::eq(first, document) {
            let message = format!(
                "two papers would have the address papers/{}.html",
                keys.slug
            );
            let hint = format!("the other is {}; rename one of the files", first.front.name);
            problems.push(
                Diagnostic::new(Code::DuplicateSlug, message)
                    .at(document.front.whole())
                    .hint(hint),
            );
        }
        if let Some((key, what, first)) = same_paper(keys, &known) {
            let message = format!("two files hold the paper with {what}");
            let hint = format!("the other is {}; delete one of them", first.front.name);
            let place = front_matter::place_of(&document.front, key, None);
            problems.push(
                Diagnostic::new(Code::DuplicatePaper, message)
                    .at(place)
                    .hint(hint),
            );
            continue;
        }
        let ids = keys.ids.iter().map(|(_, id)| (id.as_str(), document));
        known.ids.extend(ids);
        if let Some(title) = keys.title {
            known.titles.entry(title).or_insert(document);
        }
    }
    problems
}

/// Marks of all that tells a paper.
fn marks(document: &Document) -> [Option<u64>; 4] {
    let text = document.paper();
    let (arxiv, doi) = (text.paper.arxiv.as_ref(), text.paper.doi.as_ref());
    [
        Some(repeats::mark(text.slug.as_str())),
        text.title_key.map(repeats::mark),
        arxiv.map(|id| repeats::mark(("arxiv", id.id()))),
        doi.map(|doi| repeats::mark(("doi", doi.key()))),
    ]
}

/// What a paper is known by.
struct Keys<'a> {
    paper: &'a Paper,
    slug: &'a str,
    title: Option<u128>,
    /// The keys of the front matter, and what they say.
    ids: Vec<(&'static str, String)>,
}

/// The papers that were met first.
struct Known<'a> {
    ids: FxHashMap<&'a str, &'a Document>,
    titles: FxHashMap<u128, &'a Document>,
}

fn keys(document: &Document) -> Keys<'_> {
    let text = document.paper();
    Keys {
        paper: &text.paper,
        slug: text.slug.as_str(),
        title: text.title_key,
        ids: identifiers(&text.paper),
    }
}

/// Finds an earlier file with the same paper: the key that tells, what they share, and the file.
fn same_paper<'a>(keys: &Keys, known: &Known<'a>) -> Option<(&'static str, String, &'a Document)> {
    let by_id = keys.ids.iter().find_map(|(key, id)| {
        let first = known.ids.get(id.as_str())?;
        let (_, shown) = id.split_once(':')?;
        let what = if *key == "arxiv" {
            format!("the arXiv id {shown}")
        } else {
            format!("the DOI {shown}")
        };
        Some((*key, what, *first))
    });
    by_id.or_else(|| {
        let first = known.titles.get(&keys.title?)?;
        let other = first.paper();
        // "Technical Report" is the title of many papers; two identifiers tell them apart.
        let apart = tell_apart(keys.paper, &other.paper);
        (!apart).then(|| ("title", format!("the title “{}”", keys.paper.title), *first))
    })
}

fn identifiers(paper: &Paper) -> Vec<(&'static str, String)> {
    let arxiv = paper
        .arxiv
        .as_ref()
        .map(|id| ("arxiv", format!("arxiv:{}", id.id())));
    let doi = paper
        .doi
        .as_ref()
        .map(|doi| ("doi", format!("doi:{}", doi.key())));
    arxiv.into_iter().chain(doi).collect()
}

fn tell_apart(a: &Paper, b: &Paper) -> bool {
    let arxiv = a
        .arxiv
        .as_ref()
        .zip(b.arxiv.as_ref())
        .is_some_and(|(a, b)| a.id() != b.id());
    let doi = a
        .doi
        .as_ref()
        .zip(b.doi.as_ref())
        .is_some_and(|(a, b)| a.key() != b.key());
    arxiv || doi
}
