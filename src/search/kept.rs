//! What one build keeps of an index for the next: its pieces, and the files that were made of them.

use std::sync::Arc;

use crate::octets::{
    Strips, push_bytes, push_fingerprint, push_list, push_u64, take_count, take_fingerprint,
    take_list, take_shared, take_text,
};

use super::pieces::Pieces;
use super::{IndexFile, Sheet, Tables, WordFile};

/// This is what an index was made of, and what was made of that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many papers there are.
    pub(super) papers: usize,
    pub(super) pieces: Pieces,
    pub(super) tables: Tables,
    pub(super) sheets: Vec<Sheet>,
}

impl Kept {
    /// Writes it.
    pub fn write(&self) -> Strips<'_> {
        let mut strips = Strips::default();
        let push_count = |count: usize, strips: &mut Strips| {
            push_u64(count as u64, &mut strips.small);
        };
        push_count(self.papers, &mut strips);
        push_count(self.pieces.len(), &mut strips);
        for (made_of, piece) in &self.pieces {
            push_fingerprint(*made_of, &mut strips.small);
            strips.push_large(piece);
        }
        push_count(self.tables.words.len(), &mut strips);
        for words in &self.tables.words {
            push_bytes(words.first.as_bytes(), &mut strips.small);
            push_bytes(words.last.as_bytes(), &mut strips.small);
            push_file(&words.file, &mut strips);
        }
        push_list(&self.tables.common, &mut strips.small, |word, bytes| {
            push_bytes(word.as_bytes(), bytes);
        });
        push_count(self.tables.pairs.as_slice().len(), &mut strips);
        for pairs in self.tables.pairs.as_slice() {
            push_file(pairs, &mut strips);
        }
        push_count(self.sheets.len(), &mut strips);
        for sheet in &self.sheets {
            push_fingerprint(sheet.made_of, &mut strips.small);
            push_file(&sheet.titles, &mut strips);
            push_list(&sheet.lengths, &mut strips.small, |length, bytes| {
                push_u64(*length as u64, bytes)
            });
            push_file(&sheet.teasers, &mut strips);
        }
        strips
    }

    /// Takes what `write` wrote from the front of bytes, which are the end of the whole; large parts stay there.
    pub fn take(rest: &mut &[u8], whole: &Arc<Vec<u8>>) -> Option<Kept> {
        let take_file = |rest: &mut &[u8]| {
            Some(IndexFile {
                name: take_text(rest)?,
                bytes: take_shared(rest, whole)?,
            })
        };
        Some(Kept {
            papers: take_count(rest)?,
            pieces: take_list(rest, |rest| {
                Some((take_fingerprint(rest)?, take_shared(rest, whole)?))
            })?,
            tables: Tables {
                words: take_list(rest, |rest| {
                    Some(WordFile {
                        first: take_text(rest)?,
                        last: take_text(rest)?,
                        file: take_file(rest)?,
                    })
                })?,
                common: take_list(rest, take_text)?,
                pairs: take_list(rest, take_file)?.pop(),
            },
            sheets: take_list(rest, |rest| {
                Some(Sheet {
                    made_of: take_fingerprint(rest)?,
                    titles: take_file(rest)?,
                    lengths: take_list(rest, take_count)?,
                    teasers: take_file(rest)?,
                })
            })?,
        })
    }
}

fn push_file<'a>(file: &'a IndexFile, strips: &mut Strips<'a>) {
    push_bytes(file.name.as_bytes(), &mut strips.small);
    strips.push_large(&file.bytes);
}
