//! Which words follow each other in which papers, for phrases.
//!
//! A pair of words is known by a number made of both. Pairs stand in pages by the first digits of that
//! number, behind a table of where each page starts, and of the file a browser fetches a part of the
//! table and a page. Numbers are as long as it takes for one phrase in fifty to name a paper too many on
//! a site of any size; pairs of three words or more agree by chance next to never.

use std::borrow::Cow;

use crate::parallel;

use super::bits::{self, BitReader, BitWriter, Gaps};
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
    #[inline]
    fn shortened(self, digits: u32) -> Pair {
        Pair::of_number(self.key(digits), self.paper())
    }

    /// Returns the first digits of its number.
    #[inline]
    pub fn key(self, digits: u32) -> u32 {
        self.number() >> (32 - digits)
    }
}

/// Returns how many of the first digits of a pair's number tell its page, if there are so many papers.
pub fn page_digits(papers: usize) -> u32 {
    digits(bits::length(papers)) - WITHIN
}

/// Writes the pairs of all papers, which come in pieces, there in the order of pages and then of papers.
pub fn write(pieces: &[Packed], papers: usize) -> Vec<u8> {
    let universe = bits::length(papers);
    let digits = digits(universe);
    let pages = parallel::map_with(count_pages(digits), Reader::default, |reader, page| {
        write_page(reader.read(pieces, page, digits), universe)
    });
    put_together(&pages)
}

/// Writes the pairs of all papers again, of as many papers as before, of which some pieces changed: each as it was
/// and as it is. Pages whose pairs are as they were are taken from what was written; `None` if that is not what was
/// written of so many papers.
pub fn rewrite(written: &[u8], changed: &[(Packed, Packed)], papers: usize) -> Option<Vec<u8>> {
    let universe = bits::length(papers);
    let digits = digits(universe);
    let count = count_pages(digits);
    let (mut is_changed, mut is_renewed) = (vec![false; count], vec![false; papers]);
    for (before, after) in changed {
        let pages = [before, after].map(|piece| pages(*piece, digits));
        for (page, is_changed) in is_changed.iter_mut().enumerate() {
            *is_changed |= pages[0][page] != pages[1][page];
        }
        let papers = after.papers();
        is_renewed[papers.start as usize..papers.end as usize].fill(true);
    }
    let changed: Vec<Packed> = changed.iter().map(|(_, after)| *after).collect();
    let (table, _) = written.split_at_checked(4 * (count + 1))?.0.as_chunks();
    let start = |page: usize| u32::from_le_bytes(table[page]) as usize;
    let pages = parallel::map_with(count, Reader::default, |reader, page| {
        let written = written.get(start(page)..start(page + 1))?;
        if !is_changed[page] {
            return Some(Cow::Borrowed(written));
        }
        let mut pairs = read_page(written, page, universe)?;
        pairs.retain(|pair| is_renewed.get(pair.paper() as usize) == Some(&false));
        pairs.extend(reader.read(&changed, page, digits));
        pairs.sort_by_key(|pair| pair.paper());
        Some(Cow::Owned(write_page(pairs, universe)))
    });
    let pages: Option<Vec<Cow<[u8]>>> = pages.into_iter().collect();
    Some(put_together(&pages?))
}

/// This reads the pairs of pages from pieces, page by page.
#[derive(Default)]
struct Reader<'a> {
    /// The page that is read next, and the pairs of each piece from there on.
    page: usize,
    rests: Vec<&'a [[u8; 6]]>,
}

impl<'a> Reader<'a> {
    /// Returns the pairs of a page with the first digits of their numbers, piece by piece.
    fn read(&mut self, pieces: &[Packed<'a>], page: usize, digits: u32) -> Vec<Pair> {
        let page_of = |pair: Pair| pair.key(digits - WITHIN) as usize;
        if self.page != page || self.rests.is_empty() {
            let rest = |piece: &Packed<'a>| {
                let pairs = piece.pairs();
                let is_before = |six: &[u8; 6]| page_of(piece.pair(six)) < page;
                &pairs[pairs.partition_point(is_before)..]
            };
            self.rests = pieces.iter().map(rest).collect();
        }
        self.page = page + 1;
        let mut read = Vec::with_capacity(1 << 9);
        for (piece, rest) in pieces.iter().zip(&mut self.rests) {
            let is_here = |six: &&[u8; 6]| page_of(piece.pair(six)) == page;
            let (here, behind) = rest.split_at(rest.iter().take_while(is_here).count());
            read.extend(here.iter().map(|six| piece.pair(six).shortened(digits)));
            *rest = behind;
        }
        read
    }
}

/// Returns the pairs of a piece page by page.
fn pages(piece: Packed<'_>, digits: u32) -> Vec<&[[u8; 6]]> {
    let page_of = |six: &[u8; 6]| piece.pair(six).key(digits - WITHIN) as usize;
    let mut pages = vec![&[][..]; count_pages(digits)];
    let parts = piece.pairs().chunk_by(|a, b| page_of(a) == page_of(b));
    parts.for_each(|part| pages[page_of(&part[0])] = part);
    pages
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

/// Sorts the pairs of a page, which come in the order of their papers, and writes each once.
fn write_page(mut pairs: Vec<Pair>, universe: u32) -> Vec<u8> {
    sort(&mut pairs);
    pairs.dedup();
    write_sorted(&pairs, universe)
}

/// Writes how many pairs there are; for each the gap to the one before, how many papers have it, and
/// which.
fn write_sorted(pairs: &[Pair], universe: u32) -> Vec<u8> {
    let is_same = |a: &Pair, b: &Pair| a.number() == b.number();
    let ends = pairs.windows(2).filter(|two| !is_same(&two[0], &two[1]));
    let count = ends.count() + pairs.len().min(1);
    let mut bits = BitWriter::new(Vec::with_capacity(pairs.len() * 5 / 2));
    bits.push_count(count + 1);
    let mut gaps = Gaps::new(count, WITHIN);
    for group in pairs.chunk_by(is_same) {
        bits.push_gap(&mut gaps, group[0].number() & ((1 << WITHIN) - 1));
        bits.push_count(group.len());
        bits.push_numbers(group.iter().map(|pair| pair.paper()), universe);
    }
    bits.finish()
}

/// Reads the pairs that `write_sorted` wrote.
fn read_page(bytes: &[u8], page: usize, universe: u32) -> Option<Vec<Pair>> {
    let mut bits = BitReader::new(bytes);
    let mut pairs = Vec::with_capacity(1 << 9);
    let count = bits.take_count()?.checked_sub(1)?;
    let mut gaps = Gaps::new(count, WITHIN);
    for _ in 0..count {
        let number = (page as u32) << WITHIN | bits.take_gap(&mut gaps)?;
        let papers = bits.take_count()?;
        let mut gaps = Gaps::new(papers, universe);
        for _ in 0..papers {
            pairs.push(Pair::of_number(number, bits.take_gap(&mut gaps)?));
        }
    }
    Some(pairs)
}

/// Sorts the pairs of a page by the digits that are told within it, eight in each round; those that are alike stay
/// in order.
fn sort(pairs: &mut Vec<Pair>) {
    // By the digits from the last to the first, each time without changing what is in order already, is a
    // quarter of the work of comparing.
    let mut sorted = vec![Pair(0); pairs.len()];
    for round in 0..WITHIN.div_ceil(8) {
        let digit = |pair: &Pair| usize::from((pair.number() >> (8 * round)) as u8);
        let mut places = [0; 1 << 8];
        pairs.iter().for_each(|pair| places[digit(pair)] += 1);
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        for pair in pairs.iter() {
            let place = &mut places[digit(pair)];
            sorted[*place] = *pair;
            *place += 1;
        }
        std::mem::swap(pairs, &mut sorted);
    }
}

/// Makes one number of two, all digits of which depend on all of theirs (the end of MurmurHash3).
#[inline]
fn mix((first, second): (u32, u32)) -> u32 {
    let mut hash = first.wrapping_mul(0x9e37_79b1).rotate_left(15) ^ second;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fingerprint::Fingerprint;
    use crate::search::lexicon::Lexicon;
    use crate::search::pieces::{self, Outline};

    /// Pieces of so many papers; each has pairs, some of which have nearly the same number.
    fn pieces_of(papers: u32) -> impl Strategy<Value = Vec<Vec<(u32, u32)>>> {
        let number = prop_oneof![any::<u32>(), (0..9_u32).prop_map(|low| 77 << 20 | low)];
        let pairs = prop::collection::vec((number, 0..papers), 0..200);
        prop::collection::vec(pairs, 0..4)
    }

    proptest! {
        #[test]
        fn pairs_are_written_as_if_they_were_sorted_at_once(pieces in pieces_of(50)) {
            let papers = 50 * pieces.len();
            let mut all = Vec::new();
            let mut packed = Vec::new();
            for (first, pairs) in (0..).step_by(50).zip(pieces) {
                let pairs = pairs.into_iter();
                let mut pairs: Vec<Pair> =
                    pairs.map(|(number, paper)| Pair::of_number(number, first + paper)).collect();
                pairs.sort_by_key(|pair| pair.paper());
                let outline = Outline {
                    first,
                    page_digits: page_digits(papers),
                    papers: vec![Fingerprint::default(); 50],
                };
                packed.push(pieces::pack(&outline, Lexicon::new(), &pairs));
                all.extend(pairs);
            }
            let digits = digits(bits::length(papers));
            let pages: Vec<Vec<u8>> = (0..count_pages(digits) as u32)
                .map(|page| {
                    let pairs = all.iter().filter(|pair| pair.key(digits - WITHIN) == page);
                    let mut pairs: Vec<Pair> = pairs.map(|pair| pair.shortened(digits)).collect();
                    pairs.sort();
                    pairs.dedup();
                    write_sorted(&pairs, bits::length(papers))
                })
                .collect();
            let pieces: Option<Vec<Packed>> = packed.iter().map(|piece| Packed::of(piece)).collect();
            let pieces = pieces.expect("they were packed");
            prop_assert!(write(&pieces, papers) == put_together(&pages));
        }
    }
}
