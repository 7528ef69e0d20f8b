//! What one build keeps of an index for the next: what its files were made of, and which they are.
//!
//! An edit changes one piece and a few files of many, so neither the pieces nor the files are a part of this. Pieces
//! lie on a shelf, from which one is taken when it is asked for; the files are in the site that was published. Of
//! both it is known which bytes they had, and others are as good as none.

use std::fmt;
use std::sync::Arc;

use crate::fingerprint::Fingerprint;
use crate::layout;
use crate::octets::{
    Octets, push_bytes, push_fingerprint, push_list, push_u32, push_u64, take_count,
    take_fingerprint, take_list, take_text, take_u32, take_u64,
};

use super::pieces::Packed;
use super::{IndexFile, Sheet, Tables, WordFile, hash};

/// This is what an index was made of, and what was made of that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many papers there are.
    pub(super) papers: usize,
    /// The fingerprints of its pieces, in the order of their papers.
    pub(super) pieces: Vec<Fingerprint>,
    pub(super) tables: Tables,
    pub(super) sheets: Vec<Sheet>,
    pub(super) shelf: Place,
}

/// This is where pieces of an index lie from one build to the next.
pub trait Shelf: Send + Sync {
    /// Returns a piece, if it lies there as it was put there.
    fn take(&self, piece: Fingerprint) -> Option<Vec<u8>>;

    /// Puts a piece there; one that cannot be put there will not be found.
    fn put(&self, piece: Fingerprint, bytes: &[u8]);
}

/// The place of the pieces says nothing about the index.
#[derive(Clone, Default)]
pub(super) struct Place(Option<Arc<dyn Shelf>>);

impl Kept {
    /// Takes pieces from a shelf from now on, and puts them there.
    pub fn put_on(&mut self, shelf: Arc<dyn Shelf>) {
        self.shelf = Place(Some(shelf));
    }

    /// Returns the fingerprints of its pieces.
    pub fn pieces(&self) -> &[Fingerprint] {
        &self.pieces
    }

    /// Returns one of its pieces, if it can be found and is one.
    pub(super) fn take(&self, piece: Fingerprint) -> Option<Vec<u8>> {
        let Place(Some(shelf)) = &self.shelf else {
            return None;
        };
        let is_known = self.pieces.contains(&piece);
        let bytes = is_known.then(|| shelf.take(piece))??;
        Packed::of(&bytes)?.is_sound().then_some(bytes)
    }

    pub(super) fn put(&self, piece: Fingerprint, bytes: &[u8]) {
        if let Place(Some(shelf)) = &self.shelf {
            shelf.put(piece, bytes);
        }
    }

    /// Writes it behind bytes.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        push_u64(self.papers as u64, bytes);
        push_list(&self.pieces, bytes, |piece, bytes| {
            push_fingerprint(*piece, bytes);
        });
        push_list(&self.tables.words, bytes, |words, bytes| {
            push_bytes(words.first.as_bytes(), bytes);
            push_bytes(words.last.as_bytes(), bytes);
            push_u64(words.file.hash, bytes);
        });
        push_list(&self.tables.frequent, bytes, |(word, count), bytes| {
            push_bytes(word.as_bytes(), bytes);
            push_u32(*count, bytes);
        });
        push_list(self.tables.pairs.as_slice(), bytes, |pairs, bytes| {
            push_u64(pairs.hash, bytes);
        });
        push_list(&self.sheets, bytes, |sheet, bytes| {
            push_fingerprint(sheet.made_of, bytes);
            push_list(&sheet.lengths, bytes, |length, bytes| {
                push_u64(*length as u64, bytes);
            });
            push_u64(sheet.titles.hash, bytes);
            push_u64(sheet.teasers.hash, bytes);
        });
    }

    /// Takes what `write` wrote from the front of bytes. The files of the index are read by their paths in the site
    /// that had them; what is made of one that is another file now was not kept.
    pub fn take_from(rest: &mut &[u8], read: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Kept> {
        let take_file = |rest: &mut &[u8]| {
            let mut file = IndexFile::of(take_u64(rest)?, Octets::default());
            if file.hash != hash(b"") {
                let found = read(&layout::search_file(&file.name)).unwrap_or_default();
                file.bytes = found.into();
            }
            Some(file)
        };
        let is_there = |file: &IndexFile| hash(&file.bytes) == file.hash;
        let papers = take_count(rest)?;
        let pieces = take_list(rest, take_fingerprint)?;
        let mut tables = Tables {
            words: take_list(rest, |rest| {
                Some(WordFile {
                    first: take_text(rest)?,
                    last: take_text(rest)?,
                    file: take_file(rest)?,
                })
            })?,
            frequent: take_list(rest, |rest| Some((take_text(rest)?, take_u32(rest)?)))?,
            pairs: take_list(rest, take_file)?.pop(),
        };
        let mut files = tables.words.iter().map(|words| &words.file);
        if !files.all(is_there) || !tables.pairs.iter().all(is_there) {
            tables = Tables::default();
        }
        let mut sheets = take_list(rest, |rest| {
            Some(Sheet {
                made_of: take_fingerprint(rest)?,
                lengths: take_list(rest, take_count)?,
                titles: take_file(rest)?,
                teasers: take_file(rest)?,
            })
        })?;
        for sheet in &mut sheets {
            if ![&sheet.titles, &sheet.teasers].into_iter().all(is_there) {
                *sheet = Sheet::default();
            }
        }
        Some(Kept {
            papers,
            pieces,
            tables,
            sheets,
            shelf: Place::default(),
        })
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Place")
    }
}

impl PartialEq for Place {
    fn eq(&self, _: &Place) -> bool {
        true
    }
}

impl Eq for Place {}
