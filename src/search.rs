//! The search index: small files that a browser fetches as a query asks for them.
//!
//! Owns the format. A *head* names the others; *word files* hold sorted words with the papers that
//! have them. Both are compressed with zlib. Of the others a browser fetches parts, so they are not
//! compressed as a whole: *sheets* hold what results show, and *pairs* which words follow each other.
//! Every file is named after its content, so that what has not changed is not fetched again. Papers are
//! numbered from the oldest, so that a new issue adds numbers and moves none. Knows nothing of pages; the
//! theme's `search.js` reads the format and ranks.

use std::cell::RefCell;
use std::io::Read as _;

use flate2::read::ZlibDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};
use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

use crate::fingerprint::Fingerprint;
use crate::octets::{Octets, take_slice};
use crate::parallel;
use crate::site::Site;

mod bits;
mod invert;
mod kept;
mod lexicon;
mod pairs;
mod papers;
mod pieces;
mod renew;
mod words;

pub use kept::{Kept, Shelf};

use invert::{Posting, Word};
use pieces::{Outline, Packed};

/// This is a file of the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexFile {
    /// The name without folder and ending.
    pub name: String,
    /// The hash of what is in it, after which it is named.
    hash: u64,
    /// What is in it, as it is published.
    pub bytes: Octets,
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

/// Makes the index of a site; what an earlier build kept is used and replaced.
pub fn index(site: &Site, kept: Option<&mut Kept>) -> Index {
    let papers = site.papers.len();
    let mut none = Kept::default();
    let kept = kept.unwrap_or(&mut none);
    let outlines = invert::outlines(site);
    let renewed = renew::renew(site, kept, &outlines);
    let tables =
        renewed.unwrap_or_else(|| Tables::of(&invert::invert(site, &outlines, kept), papers));
    let pieces: Vec<Fingerprint> = outlines.iter().map(Outline::fingerprint).collect();
    *kept = Kept {
        papers,
        tables,
        sheets: sheets(site, kept, &pieces),
        pieces,
        shelf: std::mem::take(&mut kept.shelf),
    };
    let (tables, sheets) = (kept.tables.clone(), kept.sheets.clone());
    let size = papers::per_block(papers);
    let head = json!({
        "papers": papers,
        "sheet": papers::PER_SHEET,
        "block": size,
        "common": tables.common(papers),
        "years": papers::years(site),
        "first": site.issues.last().map(|issue| issue.date.to_string()),
        "days": papers::gaps(site),
        "counts": papers::counts(site),
        "words": tables.names(),
        "sheets": sheets.iter().map(Sheet::names).collect::<Vec<_>>(),
        "pairs": tables.pairs.as_ref().map(|file| &file.name),
        "lengths": sheets.iter().flat_map(|sheet| &sheet.lengths).collect::<Vec<_>>(),
    });
    Index {
        head: file(compress(head.to_string().as_bytes())),
        files: (tables.words.into_iter().map(|words| words.file))
            .chain(sheets.into_iter().flat_map(Sheet::files))
            .chain(tables.pairs)
            .collect(),
    }
}

/// What tells which papers have a word, and which of them a phrase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tables {
    /// The word files.
    words: Vec<WordFile>,
    /// The words that a result need not have, and those of which the files do not have all papers; sorted, each
    /// with how many papers have it.
    frequent: Vec<(String, u32)>,
    pairs: Option<IndexFile>,
}

/// Some words that follow each other, with their papers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct WordFile {
    first: String,
    last: String,
    file: IndexFile,
}

impl Tables {
    fn of(pieces: &[Vec<u8>], papers: usize) -> Tables {
        let pieces = pieces.iter().map(|piece| Packed::of(piece));
        let pieces: Option<Vec<Packed>> = pieces.collect();
        let pieces = pieces.expect("what is no piece was made again");
        let ((words, frequent), pairs) = parallel::join(
            || {
                let mut words = invert::join(pieces.iter().copied().flat_map(Packed::words));
                let frequent = prune(&mut words, papers);
                let files =
                    parallel::map(&cut(&words, papers), |words| WordFile::of(words, papers));
                (files, frequent)
            },
            || (papers > 0).then(|| file(pairs::write(&pieces, papers))),
        );
        Tables {
            words,
            frequent,
            pairs,
        }
    }

    /// Returns the words that a result need not have.
    fn common(&self, papers: usize) -> Vec<&str> {
        let common = self.frequent.iter();
        let common = common.filter(|(_, count)| is_common(*count as usize, papers));
        common.map(|(word, _)| word.as_str()).collect()
    }

    /// Returns the names of the word files, each behind the least text that tells it from the file before.
    fn names(&self) -> Vec<(String, &str)> {
        let before = self.words.iter().map(|words| Some(words.last.as_str()));
        let files = std::iter::once(None).chain(before).zip(&self.words);
        files
            .map(|(before, words)| (told_apart(before, &words.first), words.file.name.as_str()))
            .collect()
    }
}

/// Returns as much of a word as tells it from the one before.
fn told_apart(before: Option<&str>, word: &str) -> String {
    let Some(before) = before else {
        return String::new();
    };
    let both = before.chars().zip(word.chars());
    let shared = both.take_while(|(a, b)| a == b).count();
    word.chars().take(shared + 1).collect()
}

impl WordFile {
    fn of(words: &[Word], papers: usize) -> WordFile {
        let text =
            |word: Option<&Word>| word.map_or_else(String::new, |word| word.text.to_string());
        WordFile {
            first: text(words.first()),
            last: text(words.last()),
            file: file(compress(&pack(words, bits::length(papers)))),
        }
    }
}

/// Makes the sheets of a site of these pieces, unless they are among those that were kept.
fn sheets(site: &Site, kept: &Kept, pieces: &[Fingerprint]) -> Vec<Sheet> {
    let papers = site.papers.len();
    let size = papers::per_block(papers);
    let numbers: Vec<usize> = (0..papers).collect();
    let sheets: Vec<&[usize]> = numbers.chunks(papers::PER_SHEET).collect();
    let is_same_size = papers::per_block(kept.papers) == size;
    parallel::map_indices(sheets.len(), |place| {
        let numbers = sheets[place];
        // One that was lost has no blocks.
        let known = kept.sheets.get(place);
        let known = known.filter(|known| !known.lengths.is_empty());
        // A piece tells of all that is in a paper, so papers of the same pieces look the same.
        let is_same = is_same_size && of_sheet(place, &kept.pieces) == of_sheet(place, pieces);
        if let Some(known) = known.filter(|_| is_same) {
            return known.clone();
        }
        let made_of = papers::fingerprint(site, numbers, size);
        let known = known.filter(|known| known.made_of == made_of);
        known
            .cloned()
            .unwrap_or_else(|| Sheet::of(made_of, papers::write(site, numbers, size)))
    })
}

/// Returns the pieces of the papers in a sheet.
fn of_sheet(place: usize, pieces: &[Fingerprint]) -> Option<&[Fingerprint]> {
    pieces.chunks(papers::PER_SHEET / invert::PIECE).nth(place)
}

/// What results show of some papers, as files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sheet {
    made_of: Fingerprint,
    titles: IndexFile,
    /// How long each block of titles is.
    lengths: Vec<usize>,
    teasers: IndexFile,
}

impl Sheet {
    fn of(made_of: Fingerprint, sheet: papers::Sheet) -> Sheet {
        let blocks = sheet.blocks.iter().map(|block| compress(block.as_bytes()));
        let blocks: Vec<Vec<u8>> = blocks.collect();
        Sheet {
            made_of,
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

/// What is packed are short lists of words, of which more work takes a thousandth.
const LEVEL: u32 = 2;

thread_local! {
    /// An encoder has tables of some hundred kilobytes, which is more than most blocks; so each thread has one.
    static ENCODER: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), true));
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

impl IndexFile {
    /// Names a file after what is in it.
    fn of(hash: u64, bytes: Octets) -> IndexFile {
        IndexFile {
            // 40 bits: two of a thousand files share a name once in two million sites.
            name: format!("{:010x}", hash >> 24),
            hash,
            bytes,
        }
    }
}

fn file(bytes: Vec<u8>) -> IndexFile {
    IndexFile::of(hash(&bytes), bytes.into())
}

/// Takes the hash of what is in a file.
fn hash(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// Which papers of those that have a word its file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    All,
    /// Not those of which the abstract mentions it in passing.
    MoreThanWeak,
    /// Those that have it in more than the abstract.
    Strong,
}

impl Told {
    /// Of a word that so many papers have.
    fn of(word: &str, count: usize, papers: usize) -> Told {
        match count {
            0..=FEW => Told::All,
            _ if is_tag(word) => Told::All,
            _ if is_common(count, papers) => Told::Strong,
            _ if count * FREQUENT > papers => Told::MoreThanWeak,
            _ => Told::All,
        }
    }

    /// Leaves out the others.
    fn prune(self, postings: &mut Vec<Posting>) {
        match self {
            Told::All => {}
            Told::MoreThanWeak => postings.retain(|posting| !posting.is_weak()),
            Told::Strong => postings.retain(|posting| posting.is_strong()),
        }
    }
}

fn is_tag(word: &str) -> bool {
    word.starts_with('#')
}

/// Tells whether a result need not have a word that so many papers have.
fn is_common(count: usize, papers: usize) -> bool {
    count * COMMON > papers && papers > COMMON
}

/// Tells whether it is to be kept how many papers have a word.
fn is_frequent(word: &str, count: usize, papers: usize) -> bool {
    (is_common(count, papers) || Told::of(word, count, papers) != Told::All) && !is_tag(word)
}

/// Leaves out the papers that a frequent word says little about; returns the frequent words.
fn prune(words: &mut [Word], papers: usize) -> Vec<(String, u32)> {
    let prune = |word: &mut Word| {
        let count = word.postings.len();
        Told::of(&word.text, count, papers).prune(&mut word.postings);
        is_frequent(&word.text, count, papers).then(|| (word.text.to_string(), count as u32))
    };
    words.iter_mut().filter_map(prune).collect()
}

/// This finds where word files end, word by word.
///
/// A file ends before a word whose hash says so, not at a size: a word that is added or lost then
/// changes its own file alone.
struct Cutter {
    target: usize,
    /// About how many bytes the words take that the file has so far.
    size: usize,
}

impl Cutter {
    fn new(papers: usize) -> Cutter {
        Cutter {
            target: (papers * 6 / 10).clamp(6_000, 20_000),
            size: 0,
        }
    }

    /// Tells whether a file ends before this word.
    fn ends_before(&self, word: &str) -> bool {
        let may_end = || xxh3_64(word.as_bytes()).is_multiple_of(32);
        self.size > self.target * 5 / 4 || self.size > self.target * 7 / 8 && may_end()
    }

    fn add(&mut self, word: &Word) {
        self.size += 4 + word.postings.len() * 9 / 8;
    }
}

/// Cuts the sorted words into files.
fn cut<'a, 'b>(words: &'a [Word<'b>], papers: usize) -> Vec<&'a [Word<'b>]> {
    let mut files = Vec::new();
    let (mut start, mut cutter) = (0, Cutter::new(papers));
    for (index, word) in words.iter().enumerate() {
        if cutter.ends_before(&word.text) {
            files.push(&words[start..index]);
            (start, cutter) = (index, Cutter::new(papers));
        }
        cutter.add(word);
    }
    if start < words.len() {
        files.push(&words[start..]);
    }
    files
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

/// Reads the words that `pack` wrote and `compress` compressed.
fn unpack(bytes: &[u8], universe: u32) -> Option<Vec<Word<'static>>> {
    let mut unpacked = Vec::new();
    ZlibDecoder::new(bytes).read_to_end(&mut unpacked).ok()?;
    let rest = &mut unpacked.as_slice();
    let mut texts: Vec<(String, usize)> = Vec::new();
    for _ in 0..bits::take_number(rest)? {
        let (shared, length) = (bits::take_number(rest)?, bits::take_number(rest)?);
        let before = texts.last().map_or("", |(text, _)| text);
        let text = [before.as_bytes().get(..shared)?, take_slice(rest, length)?].concat();
        texts.push((String::from_utf8(text).ok()?, bits::take_number(rest)?));
    }
    let mut bits = bits::BitReader::new(rest);
    let words = texts.into_iter().map(|(text, count)| {
        Some(Word {
            text: text.into(),
            postings: bits.take_postings(count, universe)?,
        })
    });
    words.collect()
}

#[cfg(test)]
mod tests;
