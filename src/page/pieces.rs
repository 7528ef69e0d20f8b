//! Pieces: what several files say of a paper in the same words is written once.
//!
//! A paper stands in the lists of all its tags, in their feeds and in their bibliographies; a template
//! that sees the paper alone, and nothing of the page, writes the same each time.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::theme;
use crate::view::{Html, Shared, Shelf};
use crate::{bibtex, citation, csl, records};

use super::{Page, Renderer, feeds};

/// A page of a common tag reaches over thousands of papers, and its feed over as many.
const PLACES: usize = 8192;

/// This keeps the pieces that were written last.
pub(super) struct Pieces {
    rows: Shelf<Shared<Html>>,
    entries: Shelf<Shared<Html>>,
    bibtex: Shelf<Arc<str>>,
    csl: Shelf<Arc<str>>,
    records: Shelf<Arc<str>>,
}

impl Pieces {
    pub(super) fn new() -> Pieces {
        Pieces {
            rows: Shelf::new(PLACES),
            entries: Shelf::new(PLACES),
            bibtex: Shelf::new(PLACES),
            csl: Shelf::new(PLACES),
            records: Shelf::new(PLACES),
        }
    }
}

impl Renderer<'_> {
    /// A paper in the list of a tag.
    pub(super) fn row(&self, page: &Page, paper: usize) -> Result<Shared<Html>, Diagnostic> {
        self.pieces.rows.try_get(paper, || {
            let mut context = self.context("pieces/row.html");
            context.insert("paper", self.views.listed(paper));
            let row = self.template(page, "", context)?;
            Ok(Shared::of(
                theme::html(row.text.as_str().trim_end()),
                row.fingerprint,
            ))
        })
    }

    /// A paper in a feed.
    pub(super) fn feed_entry(&self, page: &Page, paper: usize) -> Result<Shared<Html>, Diagnostic> {
        self.pieces.entries.try_get(paper, || {
            let mut context = self.context("pieces/entry.xml");
            let make = || feeds::entry_view(self.site(), paper);
            let asked = self.asked("pieces/entry.xml");
            context.insert("entry", self.views.record(paper, asked, make));
            let entry = self.template(page, "", context)?;
            Ok(Shared::of(
                theme::html(entry.text.as_str()),
                entry.fingerprint,
            ))
        })
    }

    /// A paper in a bibliography.
    pub(super) fn bibtex(&self, paper: usize) -> Arc<str> {
        let write = || bibtex::write(&self.citation(paper)).into();
        self.pieces.bibtex.get(paper, write)
    }

    /// A paper for citation processors.
    pub(super) fn csl(&self, paper: usize) -> Arc<str> {
        let write = || csl::write(&self.citation(paper)).into();
        self.pieces.csl.get(paper, write)
    }

    /// A paper for other programs.
    pub(super) fn record(&self, paper: usize) -> Arc<str> {
        let site = self.site();
        let write = || records::write_paper(site, &site.papers[paper]).into();
        self.pieces.records.get(paper, write)
    }

    fn citation(&self, paper: usize) -> citation::Citation<'_> {
        let site = self.site();
        citation::of(&site.papers[paper], &site.config.base_url)
    }
}
