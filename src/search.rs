//! The search index: small files that a browser fetches as a query asks for them.
//!
//! Owns the format. A *head* names the others; *word files* hold sorted words with the papers that
//! have them. Both are compressed with zlib. Of the others a browser fetches parts, so they are not
//! compressed as a whole: *sheets* hold what results show, and *pairs* which words follow each other.
//! Every file is named after its content, so that what has not changed is not fetched again. Papers are
//! numbered from the oldest, so that a new issue adds numbers and moves none. Knows nothing of pages; the
//! theme's `search.js` reads the format and ranks.

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress, Status};
use rayon::prelude::*;
use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

use crate::site::Site;

mod bits;
mod invert;
mod lexicon;
mod pairs;
mod papers;
mod pieces;
mod words;

pub use pieces::Pieces;

use invert::Word;

/// This is a file of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFile {
    /// The name without folder and ending.
    pub name: String,
    /// What is in it, as it is published.
    pub bytes: Vec<u8>,
}

/// This is the index of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The file that names the others.
    pub head: IndexFile,
    /// The others.
    pub files: Vec<IndexFile>,
}

/// A word in more than one paper of this many tells papers apart so little that a result need not
/// have it.
const COMMON: usize = 4;

/// A word in more than one paper of this many says little where an abstract mentions it once; a third
/// of the index would be such mentions.
const FREQUENT: usize = 100;

/// Nothing is left out of a list of so few papers.
const FEW: usize = 100;

/// Makes the index of a site; pieces of an earlier build are used and replaced.
pub fn index(site: &Site, kept: Option<&mut Pieces>) -> Index {
    let papers = site.papers.len();
    let (mut words, pairs) = invert::invert(site, kept);
    let common = prune(&mut words, papers);
    let universe = bits::length(papers);
    let word_files: Vec<(String, IndexFile)> = cut(&words, papers)
        .into_par_iter()
        .map(|(first, words)| (first, file(compress(&pack(words, universe)))))
        .collect();
    let size = papers::per_block(papers);
    let numbers: Vec<usize> = (0..papers).collect();
    let sheets: Vec<Sheet> = numbers
        .par_chunks(papers::PER_SHEET)
        .map(|numbers| Sheet::of(papers::write(site, numbers, size)))
        .collect();
    let pairs = (papers > 0).then(|| file(pairs::write(&pairs, papers)));
    let head = json!({
        "papers": papers,
        "sheet": papers::PER_SHEET,
        "block": size,
        "common": common,
        "years": papers::years(site),
        "first": site.issues.last().map(|issue| issue.date.to_string()),
        "days": papers::gaps(site),
        "counts": papers::counts(site),
        "words": word_files.iter().map(|(first, file)| [first, &file.name]).collect::<Vec<_>>(),
        "sheets": sheets.iter().map(Sheet::names).collect::<Vec<_>>(),
        "pairs": pairs.as_ref().map(|file| &file.name),
        "lengths": sheets.iter().flat_map(|sheet| &sheet.lengths).collect::<Vec<_>>(),
    });
    Index {
        head: file(compress(head.to_string().as_bytes())),
        files: word_files
            .into_iter()
            .map(|(_, file)| file)
            .chain(sheets.into_iter().flat_map(Sheet::files))
            .chain(pairs)
            .collect(),
    }
}

/// What results show of some papers, as files.
struct Sheet {
    titles: IndexFile,
    /// How long each block of titles is.
    lengths: Vec<usize>,
    teasers: IndexFile,
}

impl Sheet {
    fn of(sheet: papers::Sheet) -> Sheet {
        let blocks = sheet.blocks.iter().map(|block| compress(block.as_bytes()));
        let blocks: Vec<Vec<u8>> = blocks.collect();
        Sheet {
            titles: file(blocks.concat()),
            lengths: blocks.iter().map(Vec::len).collect(),
            teasers: file(sheet.teasers.into_bytes()),
        }
    }

    fn names(&self) -> [&str; 2] {
        [&self.titles.name, &self.teasers.name]
    }

    fn files(self) -> impl Iterator<Item = IndexFile> {
        let is_filled = |file: &IndexFile| !file.bytes.is_empty();
        [self.titles, self.teasers].into_iter().filter(is_filled)
    }
}

thread_local! {
    /// An encoder has tables of some hundred kilobytes, which is more than most blocks; so each thread has one.
    static ENCODER: RefCell<Compress> = RefCell::new(Compress::new(Compression::default(), true));
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    ENCODER.with_borrow_mut(|encoder| {
        encoder.reset();
        let mut packed = Vec::with_capacity(bytes.len() / 2 + 64);
        loop {
            let done = encoder.total_in() as usize;
            let status = encoder
                .compress_vec(&bytes[done..], &mut packed, FlushCompress::Finish)
                .expect("bytes are in order");
            if status == Status::StreamEnd {
                return packed;
            }
            packed.reserve(packed.capacity());
        }
    })
}

/// Names a file after what is in it.
fn file(bytes: Vec<u8>) -> IndexFile {
    IndexFile {
        // 40 bits: two of a thousand files share a name once in two million sites.
        name: format!("{:010x}", xxh3_64(&bytes) >> 24),
        bytes,
    }
}

/// Leaves out the papers that a frequent word says little about; returns the common words.
fn prune(words: &mut [Word], papers: usize) -> Vec<String> {
    let mut names = Vec::new();
    for word in words.iter_mut().filter(|word| !word.text.starts_with('#')) {
        let count = word.postings.len();
        let common = count * COMMON > papers && papers > COMMON;
        if common {
            names.push(word.text.clone());
        }
        if count > FEW && common {
            word.postings.retain(|posting| posting.is_strong());
        } else if count > FEW && count * FREQUENT > papers {
            word.postings.retain(|posting| !posting.is_weak());
        }
    }
    names
}

/// Cuts the sorted words into files; each comes with the least text that tells it from the file before.
///
/// A file ends before a word whose hash says so, not at a size: a word that is added or lost then
/// changes its own file alone.
fn cut(words: &[Word], papers: usize) -> Vec<(String, &[Word])> {
    let target = (papers * 6 / 10).clamp(6_000, 20_000);
    let mut files: Vec<(String, &[Word])> = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (index, word) in words.iter().enumerate() {
        let may_end = size > target * 7 / 8 && xxh3_64(word.text.as_bytes()).is_multiple_of(32);
        if index > start && (may_end || size > target * 5 / 4) {
            files.push((first_of(words, start), &words[start..index]));
            (start, size) = (index, 0);
        }
        size += 4 + word.postings.len() * 9 / 8;
    }
    if start < words.len() {
        files.push((first_of(words, start), &words[start..]));
    }
    files
}

fn first_of(words: &[Word], start: usize) -> String {
    let Some(before) = start.checked_sub(1) else {
        return String::new();
    };
    let (before, word) = (&words[before].text, &words[start].text);
    let shared = before
        .chars()
        .zip(word.chars())
        .take_while(|(a, b)| a == b)
        .count();
    word.chars().take(shared + 1).collect()
}

/// Writes words: how many; for each what it shares with the one before, what follows, and how many
/// papers have it; then the papers of all of them as one string of bits.
fn pack(words: &[Word], universe: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    bits::push_number(words.len(), &mut bytes);
    let mut before: &[u8] = b"";
    for word in words {
        let text = word.text.as_bytes();
        let shared = before.iter().zip(text).take_while(|(a, b)| a == b).count();
        bits::push_number(shared, &mut bytes);
        bits::push_number(text.len() - shared, &mut bytes);
        bytes.extend_from_slice(&text[shared..]);
        bits::push_number(word.postings.len(), &mut bytes);
        before = text;
    }
    let mut bits = bits::BitWriter::new(bytes);
    for word in words {
        bits.push_postings(&word.postings, universe);
    }
    bits.finish()
}

#[cfg(test)]
mod tests;
