//! Papers that are there twice.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::document::{Content, Document};
use crate::front_matter;
use crate::paper::{Paper, title_key};

/// Reports each paper whose address, arXiv id, DOI or title another paper has; the older file, by
/// name, is taken for the first one.
pub fn report(documents: &[&std::sync::Arc<Document>], problems: &mut Problems) {
    let mut documents: Vec<&Document> =
        documents.iter().map(|document| document.as_ref()).collect();
    documents.sort_by(|a, b| a.front.name.cmp(&b.front.name));
    let mut slugs: HashMap<&str, &Document> = HashMap::with_capacity(documents.len());
    let mut ids: HashMap<String, &Document> = HashMap::new();
    let mut titles: HashMap<String, &Document> = HashMap::with_capacity(documents.len());
    for document in documents {
        let Content::Paper(text) = &document.content else {
            unreachable!("only papers are compared");
        };
        if let Some(first) = slugs.insert(text.slug.as_str(), document) {
            slugs.insert(text.slug.as_str(), first);
            let message = format!(
                "two papers would have the address papers/{}.html",
                text.slug
            );
            let hint = format!("the other is {}; rename one of the files", first.front.name);
            problems.push(
                Diagnostic::new(Code::DuplicateSlug, message)
                    .at(document.front.whole())
                    .hint(hint),
            );
        }
        let title = title_key(&text.paper.title);
        if let Some((key, what, first)) = same_paper(&text.paper, &title, &ids, &titles) {
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
        for id in identifiers(&text.paper) {
            ids.insert(id.1, document);
        }
        if !title.is_empty() {
            titles.entry(title).or_insert(document);
        }
    }
}

/// Finds an earlier file with the same paper: the key that tells, what they share, and the file.
fn same_paper<'a>(
    paper: &Paper,
    title: &str,
    ids: &HashMap<String, &'a Document>,
    titles: &HashMap<String, &'a Document>,
) -> Option<(&'static str, String, &'a Document)> {
    let by_id = identifiers(paper).into_iter().find_map(|(key, id)| {
        let first = ids.get(&id)?;
        let (_, shown) = id.split_once(':')?;
        let what = if key == "arxiv" {
            format!("the arXiv id {shown}")
        } else {
            format!("the DOI {shown}")
        };
        Some((key, what, *first))
    });
    by_id.or_else(|| {
        let first = titles.get(title)?;
        let Content::Paper(other) = &first.content else {
            unreachable!("only papers are compared");
        };
        // "Technical Report" is the title of many papers; two identifiers tell them apart.
        let apart = tell_apart(paper, &other.paper);
        (!apart).then(|| ("title", format!("the title “{}”", paper.title), *first))
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
