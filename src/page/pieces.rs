//! Pieces: what several files say of a paper in the same words is written once.
//!
//! A paper stands in the lists of all its tags, in their feeds and in their bibliographies; a template
//! that sees the paper alone, and nothing of the page, writes the same each time.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use crate::diagnostic::Diagnostic;
use crate::layout;
use crate::theme::{Piece, Value};
use crate::view::{Html, Shared, Shelf};
use crate::{bibtex, csl, records};

use super::patches::{Patches, patch};
use super::render::Proof;
use super::syndicate::only_xml;
use super::{Page, Renderer, feeds};

/// The feed of a common tag reaches over thousands of papers.
const PLACES: usize = 16_384;

/// This keeps pieces for the files that will want them.
pub(super) struct Pieces {
    rows: Stock<Shared<Html>>,
    entries: Shelf<Shared<Html>>,
    bibtex: Stock<Arc<str>>,
    csl: Stock<Arc<str>>,
    records: Stock<Arc<str>>,
    /// Those of tags, of which there are few.
    tags: OnceLock<Vec<String>>,
}

impl Pieces {
    /// Makes an empty place for the pieces of some number of papers.
    pub(super) fn new(papers: usize) -> Pieces {
        Pieces {
            rows: Stock::new(papers),
            entries: Shelf::new(PLACES, papers),
            bibtex: Stock::new(papers),
            csl: Stock::new(papers),
            records: Stock::new(papers),
            tags: OnceLock::new(),
        }
    }
}

/// This keeps a piece of each paper until all files that want it have it.
///
/// A page of a rare tag reaches over all papers there are, so no number of rows that were written last would
/// do; but most of a paper's tags are common, and their pages are soon full. A bibliography of a tag reaches as
/// far, and those of all tags are written one after the other.
struct Stock<T> {
    /// How many papers there are.
    papers: usize,
    /// Their pieces; no place is made before one is wanted, for many sites have files of one kind and not of another.
    places: OnceLock<Vec<Mutex<Option<Kept<T>>>>>,
}

/// A piece, and how many files will still want it.
struct Kept<T> {
    piece: T,
    wanted: usize,
}

impl<T: Clone> Stock<T> {
    fn new(papers: usize) -> Stock<T> {
        Stock {
            papers,
            places: OnceLock::new(),
        }
    }

    /// Writes the piece of a paper for some files that will want it, unless it is there.
    fn prepare<E>(
        &self,
        paper: usize,
        wanted: usize,
        write: impl FnOnce() -> Result<T, E>,
    ) -> Result<(), E> {
        if wanted > 0 && self.place(paper).is_none() {
            let piece = write()?;
            *self.place(paper) = Some(Kept { piece, wanted });
        }
        Ok(())
    }

    /// Returns the piece of a paper for one of the files that want it; the last of them takes it away.
    fn hand_out<E>(
        &self,
        paper: usize,
        wanted: usize,
        write: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if let Some(kept) = self.place(paper).as_mut().filter(|kept| kept.wanted > 1) {
            kept.wanted -= 1;
            return Ok(kept.piece.clone());
        }
        if let Some(kept) = self.place(paper).take() {
            return Ok(kept.piece);
        }
        // Two threads may write the same, which is as good as one that waits.
        let piece = write()?;
        self.prepare(paper, wanted.saturating_sub(1), || Ok(piece.clone()))?;
        Ok(piece)
    }

    /// The same for what can always be written.
    fn get(&self, paper: usize, wanted: usize, write: impl FnOnce() -> T) -> T {
        let Ok(piece) = self.hand_out(paper, wanted, || Ok::<T, Infallible>(write()));
        piece
    }

    fn place(&self, paper: usize) -> MutexGuard<'_, Option<Kept<T>>> {
        let empty = || std::iter::repeat_with(Mutex::default).take(self.papers);
        let place = self.places.get_or_init(|| empty().collect())[paper].lock();
        place.expect("nothing panics while it is held")
    }
}

impl Renderer<'_> {
    /// A paper in the list of a tag, for a page of that list.
    pub(super) fn row(&self, page: &Page, paper: usize) -> Result<Shared<Html>, Diagnostic> {
        let wanted = self.site().papers[paper].tags.len();
        let write = || self.write_row(page, paper);
        self.pieces.rows.hand_out(paper, wanted, write)
    }

    /// Writes a paper's row while the paper is at hand; what is wrong with it the tags' pages tell.
    pub(super) fn prepare_row(&self, page: &Page, paper: usize) {
        let wanted = self.site().papers[paper].tags.len();
        let write = || self.write_row(page, paper);
        let _ = self.pieces.rows.prepare(paper, wanted, write);
    }

    fn write_row(&self, page: &Page, paper: usize) -> Result<Shared<Html>, Diagnostic> {
        let mut context = self.context("pieces/row.html");
        context.insert("paper", self.views.listed(paper));
        let row = self.template(page, "", context)?;
        Ok(self.piece("html", &row, row.text.as_str().trim_end()))
    }

    /// A paper in a feed.
    pub(super) fn feed_entry(&self, page: &Page, paper: usize) -> Result<Shared<Html>, Diagnostic> {
        self.pieces.entries.try_get(paper, || {
            let mut context = self.context("pieces/entry.xml");
            let make = || feeds::entry_view(self.site(), paper);
            let asked = self.asked("pieces/entry.xml");
            context.insert("entry", self.views.record(paper, asked, make));
            let entry = self.template(page, "", context)?.map(only_xml);
            Ok(self.piece("xml", &entry, entry.text.as_str()))
        })
    }

    /// Makes a value of what was written for several pages, but for white space at its end.
    fn piece(&self, kind: &str, written: &Proof, text: &str) -> Shared<Html> {
        let piece = Piece {
            text: text.to_owned(),
            leads: self.leads(kind, text, written.text.notes()),
        };
        Shared::of(Value::Piece(piece.into()), written.fingerprint)
    }

    /// A paper in a bibliography: that of its issue, of the site, and of each of its tags.
    pub(super) fn bibtex(&self, paper: usize) -> Arc<str> {
        let wanted = 2 + self.site().papers[paper].tags.len();
        self.pieces.bibtex.get(paper, wanted, || {
            let patches = self.sewing.bibtex(layout::PAPERS_BIB);
            let write = || bibtex::write(&self.views.citation(paper));
            patch(patches, self.views.fingerprint(paper), write)
        })
    }

    /// A paper for citation processors, in the file of its issue and in that of the site.
    pub(super) fn csl(&self, paper: usize) -> Arc<str> {
        self.pieces.csl.get(paper, 2, || {
            let patches = self.sewing.csl(layout::PAPERS_CSL);
            let write = || csl::write(&self.views.citation(paper));
            patch(patches, self.views.fingerprint(paper), write)
        })
    }

    /// A paper for other programs, in the file of its issue and in one of many; `patches` are those of a file
    /// that has it.
    pub(super) fn record(&self, paper: usize, patches: &Patches) -> Arc<str> {
        let site = self.site();
        let write = || records::write_paper(site, &site.papers[paper]);
        self.pieces.records.get(paper, 2, || {
            patch(patches, self.views.fingerprint(paper), write)
        })
    }

    /// All tags for other programs.
    pub(super) fn tag_records(&self) -> &[String] {
        self.pieces.tags.get_or_init(|| {
            let site = self.site();
            let write = |tag| records::write_tag(tag, &site.config.base_url);
            site.tags.iter().map(write).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Result<Shared<Html>, ()> {
        Ok(Shared::of(Value::html(text), Default::default()))
    }

    fn text(row: &Result<Shared<Html>, ()>) -> &str {
        let row = row.as_ref().expect("it was written");
        row.value().as_str().expect("it is HTML")
    }

    /// What is not written anew.
    fn kept() -> Result<Shared<Html>, ()> {
        unreachable!("it is kept")
    }

    #[test]
    fn a_piece_is_kept_until_as_many_files_have_it_as_want_it() {
        let rows = Stock::new(2);
        assert_eq!(rows.prepare(1, 3, || row("first")), Ok(()));
        assert_eq!(rows.prepare(1, 3, kept), Ok(()));
        for _ in 0..3 {
            assert_eq!(text(&rows.hand_out(1, 3, kept)), "first");
        }
        assert_eq!(text(&rows.hand_out(1, 2, || row("second"))), "second");
        assert_eq!(text(&rows.hand_out(1, 2, kept)), "second");
        assert_eq!(text(&rows.hand_out(1, 1, || row("third"))), "third");
        assert_eq!(text(&rows.hand_out(1, 1, || row("fourth"))), "fourth");
        assert!(rows.hand_out(0, 1, || Err(())).is_err());
        assert_eq!(rows.prepare(0, 0, kept), Ok(()), "no page wants it");
    }
}
