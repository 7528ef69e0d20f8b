//! What one build keeps of an index for the next: its pieces, and the files that were made of them.

use std::sync::Arc;

use crate::octets::{
    push_bytes, push_fingerprint, push_list, push_u64, take_bytes, take_count, take_fingerprint,
    take_list, take_text,
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
    /// About how many bytes `write` adds.
    pub fn estimate(&self) -> usize {
        let pieces = self.pieces.iter().map(|(_, piece)| piece.len() + 24);
        let files = self.files().map(|file| file.bytes.len() + 100);
        1000 + pieces.chain(files).sum::<usize>()
    }

    fn files(&self) -> impl Iterator<Item = &IndexFile> {
        let words = self.tables.words.iter().map(|words| &words.file);
        let sheets = self
            .sheets
            .iter()
            .flat_map(|sheet| [&sheet.titles, &sheet.teasers]);
        words.chain(&self.tables.pairs).chain(sheets)
    }

    /// Writes it behind bytes.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        push_u64(self.papers as u64, bytes);
        push_list(&self.pieces, bytes, |(made_of, piece), bytes| {
            push_fingerprint(*made_of, bytes);
            push_bytes(piece, bytes);
        });
        push_list(&self.tables.words, bytes, |words, bytes| {
            push_bytes(words.first.as_bytes(), bytes);
            push_bytes(words.last.as_bytes(), bytes);
            push_file(&words.file, bytes);
        });
        push_list(&self.tables.common, bytes, |word, bytes| {
            push_bytes(word.as_bytes(), bytes);
        });
        push_list(self.tables.pairs.as_slice(), bytes, push_file);
        push_list(&self.sheets, bytes, |sheet, bytes| {
            push_fingerprint(sheet.made_of, bytes);
            push_file(&sheet.titles, bytes);
            push_list(&sheet.lengths, bytes, |length, bytes| {
                push_u64(*length as u64, bytes)
            });
            push_file(&sheet.teasers, bytes);
        });
    }

    /// Takes what `write` wrote from the front of bytes.
    pub fn take(rest: &mut &[u8]) -> Option<Kept> {
        Some(Kept {
            papers: take_count(rest)?,
            pieces: take_list(rest, |rest| {
                Some((take_fingerprint(rest)?, take_bytes(rest)?.into()))
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

fn push_file(file: &IndexFile, bytes: &mut Vec<u8>) {
    push_bytes(file.name.as_bytes(), bytes);
    push_bytes(&file.bytes, bytes);
}

fn take_file(rest: &mut &[u8]) -> Option<IndexFile> {
    Some(IndexFile {
        name: take_text(rest)?,
        bytes: Arc::new(take_bytes(rest)?.to_vec()),
    })
}
