//! Which words follow each other in which papers, for phrases.
//!
//! A pair of words is known by a number made of both. Pairs stand in pages by the first digits of that
//! number, behind a table of where each page starts, and of the file a browser fetches a part of the
//! table and a page. Numbers are as long as it takes for one phrase in fifty to name a paper too many on
//! a site of any size; pairs of three words or more agree by chance next to never.

use rayon::prelude::*;

use super::bits::{self, BitWriter, Gaps};

/// This is a pair of words in a paper: the number of the pair, then that of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair(u64);

/// How many digits of a pair's number are told within a page.
const WITHIN: u32 = 15;

/// How many digits more than the number of papers a pair's number has.
const BEYOND: u32 = 13;

impl Pair {
    /// Makes a pair; `hashes` are those of its words.
    pub fn new(hashes: (u32, u32), paper: u32) -> Pair {
        Pair::of_number(mix(hashes), paper)
    }

    /// Makes a pair of its number.
    pub fn of_number(number: u32, paper: u32) -> Pair {
        Pair(u64::from(number) << 32 | u64::from(paper))
    }

    /// Returns the number of the pair.
    pub fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Returns the number of the paper.
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
pub fn write(pieces: &[Vec<Pair>], papers: usize) -> Vec<u8> {
    let universe = bits::length(papers);
    let digits = digits(universe);
    let pages: Vec<Vec<u8>> = (0..1u32 << (digits - WITHIN))
        .into_par_iter()
        .map(|page| write_page(page_of(pieces, page, digits), universe))
        .collect();
    let table = 4 * (pages.len() + 1);
    let mut bytes = Vec::with_capacity(table + pages.iter().map(Vec::len).sum::<usize>());
    let mut start = table as u32;
    bytes.extend(start.to_le_bytes());
    for page in &pages {
        start += page.len() as u32;
        bytes.extend(start.to_le_bytes());
    }
    for page in &pages {
        bytes.extend_from_slice(page);
    }
    bytes
}

/// How many digits the number of a pair has.
fn digits(universe: u32) -> u32 {
    (universe + BEYOND).clamp(WITHIN + 1, 32)
}

fn page_of(pieces: &[Vec<Pair>], page: u32, digits: u32) -> Vec<Pair> {
    let in_page = |piece: &Vec<Pair>| {
        let start = piece.partition_point(|pair| pair.key(digits - WITHIN) < page);
        let rest = piece[start..].iter();
        let pairs = rest.take_while(|pair| pair.key(digits - WITHIN) == page);
        pairs.map(|pair| pair.shortened(digits)).collect::<Vec<_>>()
    };
    let mut pairs: Vec<Pair> = pieces.iter().flat_map(in_page).collect();
    // What is left of a number may be the same for two pairs.
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Writes how many pairs there are; for each the gap to the one before, how many papers have it, and
/// which.
fn write_page(pairs: Vec<Pair>, universe: u32) -> Vec<u8> {
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
fn mix((first, second): (u32, u32)) -> u32 {
    let mut hash = first.wrapping_mul(0x9e37_79b1).rotate_left(15) ^ second;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}
