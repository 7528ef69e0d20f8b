//! The search index: small files that a browser fetches as a query asks for them.
//!
//! Owns the format. A *head* names the others; *word files* hold sorted words with the papers that
//! have them; *paper files* hold what a result shows. They are compressed with zlib; the *teasers* are
//! not, for of them a browser fetches parts. Every file is named after its content, so that what has not
//! changed is not fetched again. Papers are numbered from the
//! oldest, so that a new issue adds numbers and moves none. Knows nothing of pages; the theme's
//! `search.js` reads the format and ranks.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use rayon::prelude::*;
use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

use crate::site::Site;

mod bits;
mod invert;
mod papers;
mod words;

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

/// Makes the index of a site.
pub fn index(site: &Site) -> Index {
    let mut words = invert::invert(site);
    let common = prune(&mut words, site.papers.len());
    let universe = bits::length(site.papers.len());
    let word_files: Vec<(String, IndexFile)> = cut(&words, site.papers.len())
        .into_par_iter()
        .map(|(first, words)| (first, file(&pack(words, universe))))
        .collect();
    let size = papers::per_file(site.papers.len());
    let numbers: Vec<usize> = (0..site.papers.len()).collect();
    let paper_files: Vec<IndexFile> = numbers
        .par_chunks(size)
        .map(|numbers| file(papers::write(site, numbers).as_bytes()))
        .collect();
    let names = |files: &[IndexFile]| -> Vec<String> {
        files.iter().map(|file| file.name.clone()).collect()
    };
    let (teasers, starts) = papers::teasers(site, size);
    // It stays as it is, for a host gives parts of a file only as it stands.
    let teasers = IndexFile {
        name: name_of(teasers.as_bytes()),
        bytes: teasers.into_bytes(),
    };
    let head = json!({
        "papers": site.papers.len(),
        "size": size,
        "common": common,
        "years": papers::years(site),
        "first": site.issues.last().map(|issue| issue.date.to_string()),
        "days": papers::gaps(site),
        "counts": papers::counts(site),
        "words": word_files.iter().map(|(first, file)| [first, &file.name]).collect::<Vec<_>>(),
        "files": names(&paper_files),
        "teasers": teasers.name,
        "starts": starts,
    });
    Index {
        head: file(head.to_string().as_bytes()),
        files: word_files
            .into_iter()
            .map(|(_, file)| file)
            .chain(paper_files)
            .chain((!teasers.bytes.is_empty()).then_some(teasers))
            .collect(),
    }
}

/// Compresses a file and names it after what is in it.
fn file(bytes: &[u8]) -> IndexFile {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len()), Compression::default());
    encoder
        .write_all(bytes)
        .expect("writing to memory cannot fail");
    IndexFile {
        name: name_of(bytes),
        bytes: encoder.finish().expect("writing to memory cannot fail"),
    }
}

/// Names a file after what is in it.
fn name_of(bytes: &[u8]) -> String {
    // 40 bits: two of a thousand files share a name once in two million sites.
    format!("{:010x}", xxh3_64(bytes) >> 24)
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
    let target = (papers * 9 / 10).clamp(8_000, 20_000);
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
