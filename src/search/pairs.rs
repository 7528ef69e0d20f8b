//! Which words follow each other in which papers, for phrases.
//!
//! A pair of words is known by a number made of both. Pairs stand in pages by the first digits of that
//! number, behind a table of where each page starts, and of the file a browser fetches a part of the
//! table and a page. Numbers are as long as it takes for one phrase in fifty to name a paper too many on
//! a site of any size; pairs of three words or more agree by chance next to never.

use std::borrow::Cow;

use crate::parallel;

use super::bits::{self, BitWriter, Gaps};
use super::pieces::Packed;

/// This is a pair of words in a paper: the number of the pair, then that of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair(u64);

/// How many digits of a pair's number are told within a page.
const WITHIN: u32 = 15;

/// How many digits more than the number of papers a pair's number has.
const BEYOND: u32 = 13;

impl Pair {
    /// Makes a pair; `hashes` are those of its words.
    #[inline]
    pub fn new(hashes: (u32, u32), paper: u32) -> Pair {
        Pair::of_number(mix(hashes), paper)
    }

    /// Makes a pair of its number.
    #[inline]
    pub fn of_number(number: u32, paper: u32) -> Pair {
        Pair(u64::from(number) << 32 | u64::from(paper))
    }

    /// Returns the number of the pair.
    #[inline]
    pub fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Returns the number of the paper.
    #[inline]
    pub fn paper(self) -> u32 {
        self.0 as u32
    }

    /// The same with the first digits of its number alone.
    fn shortened(self, digits: u32) -> Pair {
        Pair::of_number(self.key(digits), self.paper())
    }

    /// The first digits of its number.
    fn key(self, digits: u32) -> u32 {
        self.number() >> (32 - digits)
    }
}

/// Sorts pairs that come in the order of their papers, and leaves each once.
pub fn sort(pairs: &mut Vec<Pair>) {
    // By the digits of a number from the last to the first, each time without changing what is in order
    // already, is a quarter of the work of comparing.
    const DIGITS: u32 = 11;
    let mut sorted = vec![Pair(0); pairs.len()];
    for round in 0..u32::BITS.div_ceil(DIGITS) {
        let digits = |pair: &Pair| (pair.number() >> (round * DIGITS)) as usize % (1 << DIGITS);
        let mut places = [0; 1 << DIGITS];
        pairs.iter().for_each(|pair| places[digits(pair)] += 1);
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        for pair in pairs.iter() {
            let place = &mut places[digits(pair)];
            sorted[*place] = *pair;
            *place += 1;
        }
        std::mem::swap(pairs, &mut sorted);
    }
    pairs.dedup();
}

/// Writes the pairs of all papers, which come in sorted pieces.
pub fn write(pieces: &[Packed], papers: usize) -> Vec<u8> {
    let universe = bits::length(papers);
    let digits = digits(universe);
    let pages: Vec<Vec<u8>> = parallel::map_indices(count_pages(digits), |page| {
        let pairs = pieces
            .iter()
            .flat_map(|piece| in_page(*piece, page, digits));
        write_page(pairs, digits, universe)
    });
    put_together(&pages)
}

/// Writes the pairs of all papers again, of as many papers as before: pages whose pairs are as they were are
/// taken from what was written. `others` are pieces as they were and as they are, `all` is every piece as it is.
/// `None` if that is not what was written of so many papers.
pub fn rewrite(
    written: &[u8],
    others: &[(Packed, Packed)],
    all: &[Packed],
    papers: usize,
) -> Option<Vec<u8>> {
    let universe = bits::length(papers);
    let digits = digits(universe);
    let count = count_pages(digits);
    let mut changed = vec![false; count];
    for (before, after) in others {
        for_each_difference(*before, *after, |pair| {
            changed[pair.key(digits - WITHIN) as usize] = true;
        });
    }
    let (table, _) = written.split_at_checked(4 * (count + 1))?.0.as_chunks();
    let start = |page: usize| u32::from_le_bytes(table[page]) as usize;
    let rewrite = |page: usize| -> Option<Cow<[u8]>> {
        if !changed[page] {
            return written.get(start(page)..start(page + 1)).map(Cow::Borrowed);
        }
        let pairs = all.iter().flat_map(|piece| in_page(*piece, page, digits));
        Some(Cow::Owned(write_page(pairs, digits, universe)))
    };
    let pages = parallel::map_indices(count, rewrite);
    let pages: Option<Vec<Cow<[u8]>>> = pages.into_iter().collect();
    Some(put_together(&pages?))
}

/// The pairs of a piece that stand on a page.
fn in_page(piece: Packed<'_>, page: usize, digits: u32) -> impl Iterator<Item = Pair> {
    let pairs = piece.pairs();
    let key = |six: &[u8; 6]| piece.pair(six).key(digits - WITHIN) as usize;
    let start = pairs.partition_point(|six| key(six) < page);
    let end = pairs.partition_point(|six| key(six) <= page);
    pairs[start..end].iter().map(move |six| piece.pair(six))
}

/// Calls back for each pair that one of two pieces has and the other has not.
fn for_each_difference(one: Packed, other: Packed, mut call: impl FnMut(Pair)) {
    let (mut left, mut right) = (one.pairs(), other.pairs());
    loop {
        let first = |piece: Packed, pairs: &[_]| pairs.first().map(|six| piece.pair(six));
        let (a, b) = (first(one, left), first(other, right));
        let Some(next) = a.into_iter().chain(b).min() else {
            return;
        };
        if a != b {
            call(next);
        }
        if a == Some(next) {
            left = &left[1..];
        }
        if b == Some(next) {
            right = &right[1..];
        }
    }
}

/// Puts pages behind a table of where each starts.
fn put_together<P: AsRef<[u8]>>(pages: &[P]) -> Vec<u8> {
    let table = 4 * (pages.len() + 1);
    let length: usize = pages.iter().map(|page| page.as_ref().len()).sum();
    let mut bytes = Vec::with_capacity(table + length);
    let mut start = table as u32;
    bytes.extend(start.to_le_bytes());
    for page in pages {
        start += page.as_ref().len() as u32;
        bytes.extend(start.to_le_bytes());
    }
    for page in pages {
        bytes.extend_from_slice(page.as_ref());
    }
    bytes
}

/// How many pages there are.
fn count_pages(digits: u32) -> usize {
    1 << (digits - WITHIN)
}

/// How many digits the number of a pair has.
fn digits(universe: u32) -> u32 {
    (universe + BEYOND).clamp(WITHIN + 1, 32)
}

/// Writes how many pairs there are; for each the gap to the one before, how many papers have it, and
/// which.
fn write_page(pairs: impl Iterator<Item = Pair>, digits: u32, universe: u32) -> Vec<u8> {
    let mut pairs: Vec<Pair> = pairs.map(|pair| pair.shortened(digits)).collect();
    // What is left of a number may be the same for two pairs.
    pairs.sort_unstable();
    pairs.dedup();
    let groups = || pairs.chunk_by(|a, b| a.number() == b.number());
    let count = groups().count();
    let mut bits = BitWriter::new(Vec::with_capacity(pairs.len() * 5 / 2));
    bits.push_count(count + 1);
    let mut gaps = Gaps::new(count, WITHIN);
    for group in groups() {
        bits.push_gap(&mut gaps, group[0].number() & ((1 << WITHIN) - 1));
        bits.push_count(group.len());
        bits.push_numbers(group.iter().map(|pair| pair.paper()), universe);
    }
    bits.finish()
}

/// Makes one number of two, all digits of which depend on all of theirs (the end of MurmurHash3).
#[inline]
fn mix((first, second): (u32, u32)) -> u32 {
    let mut hash = first.wrapping_mul(0x9e37_79b1).rotate_left(15) ^ second;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}
