//! Addresses of this site in texts: what they mean, and whether it is there.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::address::{BaseUrl, decode_path};
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::document::{Content, Document, Filled, Hole, Html};
use crate::layout;
use crate::markdown;
use crate::source::{Place, Source};

/// This is a table from source files to their pages, made when the first link to a file is met: in most abstracts
/// there is none.
pub struct References<'a> {
    base_url: &'a BaseUrl,
    papers: &'a [&'a Arc<Document>],
    words: &'a BTreeMap<Date, Arc<Document>>,
    pages: &'a [Arc<Document>],
    assets: &'a [(Arc<str>, String)],
    targets: OnceLock<Targets<'a>>,
}

type Targets<'a> = FxHashMap<&'a str, Target<'a>>;

/// What a link to a file leads to; few files are linked to, so their paths are not made beforehand.
#[derive(Clone, Copy)]
enum Target<'a> {
    Document(&'a Document),
    Asset(&'a str),
}

impl Target<'_> {
    fn output(self) -> String {
        match self {
            Target::Asset(output) => output.to_owned(),
            Target::Document(document) => match &document.content {
                Content::Paper(text) => layout::paper(&text.slug),
                Content::Issue(text) => layout::issue(text.date),
                Content::Page(text) => text.output.clone(),
            },
        }
    }
}

/// Tells whether all addresses in a text count from the site's root, so that no other file has a say.
pub fn are_rooted(html: &Html) -> bool {
    html.holes.iter().all(|hole| hole.url.starts_with('/'))
}

/// Puts addresses into HTML when all of them count from the site's root and lead into it.
pub fn fill_rooted(base_url: &BaseUrl, html: &Html) -> Option<Filled> {
    let resolve = |hole: &Hole| resolve_rooted(base_url, &hole.url);
    let addresses: Vec<String> = html.holes.iter().map(resolve).collect::<Option<_>>()?;
    let mut addresses = addresses.into_iter();
    Some(html.fill(|_| addresses.next().expect("there is one for each hole")))
}

/// Returns the address that one which counts from the site's root means; `None` for others.
fn resolve_rooted(base_url: &BaseUrl, url: &str) -> Option<String> {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (path, rest) = url.split_at(end);
    let path = decode_path(path);
    let output = path.strip_prefix('/')?;
    // Whether the page is there is checked where all pages are known.
    let clean = layout::resolve("", output)?;
    let slash = if output.ends_with('/') && !clean.is_empty() {
        "/"
    } else {
        ""
    };
    Some(format!(
        "{}{rest}",
        base_url.link(&format!("{clean}{slash}"))
    ))
}

impl<'a> References<'a> {
    /// Makes the table of all files that are published.
    pub fn new(
        base_url: &'a BaseUrl,
        papers: &'a [&'a Arc<Document>],
        words: &'a BTreeMap<Date, Arc<Document>>,
        pages: &'a [Arc<Document>],
        assets: &'a [(Arc<str>, String)],
    ) -> References<'a> {
        References {
            base_url,
            papers,
            words,
            pages,
            assets,
            targets: OnceLock::new(),
        }
    }

    fn targets(&self) -> &Targets<'a> {
        self.targets.get_or_init(|| {
            let papers = self.papers.iter().copied();
            let documents = papers.chain(self.words.values()).chain(self.pages);
            let documents = documents
                .map(|document| (document.front.name.as_ref(), Target::Document(document)));
            let assets = self
                .assets
                .iter()
                .map(|(source, output)| (source.as_ref(), Target::Asset(output)));
            documents.chain(assets).collect()
        })
    }

    /// Puts addresses into a document's HTML; what leads nowhere is reported.
    pub fn fill(&self, document: &Document, html: &Html, problems: &mut Problems) -> Filled {
        html.fill(|hole| match self.resolve(&document.front.name, &hole.url) {
            Some(address) => address,
            None => {
                let problem = self.broken(&document.front.name, hole, problems);
                problems.push(problem);
                hole.url.clone()
            }
        })
    }

    /// Returns the output path of a file beside a document.
    pub fn asset(&self, document: &Document, path: &str) -> Option<String> {
        let source = layout::resolve(&document.front.name, path)?;
        Some(self.targets().get(source.as_str())?.output())
    }

    /// Renders a tag's description; `None` for an empty one.
    ///
    /// Its problems stand where the tag does: the vocabulary's text is not kept.
    pub fn describe(
        &self,
        description: &str,
        place: Option<&Place>,
        problems: &mut Problems,
    ) -> Option<Arc<str>> {
        if description.trim().is_empty() {
            return None;
        }
        let source = Source::new(layout::VOCABULARY, description);
        let mut found = Problems::new();
        let rendered = markdown::inline(&source, description, 0..description.len(), &mut found);
        for mut problem in found {
            problem.place = place.cloned();
            problems.push(problem);
        }
        let html = Html::new(rendered, &source);
        let filled = html.fill(|hole| match self.resolve(layout::VOCABULARY, &hole.url) {
            Some(address) => address,
            None => {
                let mut problem = self.broken(layout::VOCABULARY, hole, problems);
                problem.place = place.cloned();
                problems.push(problem);
                hole.url.clone()
            }
        });
        Some(filled.text.shared().clone())
    }

    /// Returns the address that a relative one means in a file.
    ///
    /// `/tags/` counts from the site's root, wherever that is published; all else from the file, as
    /// on GitHub. What follows `?` or `#` is kept.
    fn resolve(&self, file: &str, url: &str) -> Option<String> {
        let end = url.find(['?', '#']).unwrap_or(url.len());
        let (path, rest) = url.split_at(end);
        let path = decode_path(path);
        if path.starts_with('/') {
            return resolve_rooted(self.base_url, url);
        }
        let source = layout::resolve(file, &path)?;
        let output = self.targets().get(source.as_str())?.output();
        Some(format!("{}{rest}", self.base_url.link(&output)))
    }

    fn broken(&self, file: &str, hole: &Hole, problems: &mut Problems) -> Diagnostic {
        let message = format!("the link `{}` leads to no file of this site", hole.url);
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let neighbours = || {
            let neighbours = self.targets().keys().filter_map(|name| {
                let (parent, name) = name.rsplit_once('/')?;
                (parent == folder).then_some(name)
            });
            let mut neighbours: Vec<&str> = neighbours.collect();
            neighbours.sort_unstable();
            neighbours
        };
        let hint = match problems.guess(&hole.url, neighbours) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "a link counts from the file it stands in; one that starts with a slash, from the site's root".to_owned(),
        };
        Diagnostic::new(Code::BrokenLink, message)
            .at(hole.place.clone())
            .hint(hint)
    }
}
