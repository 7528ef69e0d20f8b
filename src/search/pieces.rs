//! Pieces of an inverted site, as bytes that one build keeps for the next.
//!
//! One paper is edited at a time, and the words of all others are what they were; finding them again is most
//! of what an index costs. A piece is known by the fingerprint of its papers, which `invert` takes.

use crate::fingerprint::Fingerprint;
use crate::octets::{Octets, push_u32, take_slice, take_u32};

use super::invert::Posting;
use super::lexicon::Lexicon;
use super::pairs::Pair;

/// These are packed pieces in the order of their papers, each with the fingerprint of what it was made of.
pub type Pieces = Vec<(Fingerprint, Octets)>;

/// This is a piece of a site, which is read where it lies: the words of some papers that follow each other, and
/// their pairs of words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Packed<'a> {
    /// The number of its first paper.
    first: u32,
    words: Words<'a>,
    pairs: &'a [[u8; 6]],
}

/// These are packed words, the first of which is read next.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words<'a> {
    /// The number of the first paper of their piece.
    first: u32,
    rest: &'a [u8],
}

/// This is a packed word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackedWord<'a> {
    /// The word.
    pub text: &'a str,
    first: u32,
    postings: &'a [[u8; 2]],
}

/// Packs words and sorted pairs as a piece with this first paper.
pub fn pack(first: u32, words: Lexicon, pairs: &[Pair]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 << 16);
    push_u32(first, &mut bytes);
    push_u32(0, &mut bytes);
    push_u32(pairs.len() as u32, &mut bytes);
    let start = bytes.len();
    words.write(first, &mut bytes);
    let end = bytes.len();
    bytes[4..8].copy_from_slice(&((end - start) as u32).to_le_bytes());
    bytes.resize(end + 6 * pairs.len(), 0);
    let (packed, _) = bytes[end..].as_chunks_mut();
    for (six, pair) in packed.iter_mut().zip(pairs) {
        let [a, b, c, d] = pair.number().to_le_bytes();
        let [e, f] = ((pair.paper() - first) as u16).to_le_bytes();
        *six = [a, b, c, d, e, f];
    }
    bytes
}

/// Returns how many bytes a word of this length takes that so many papers have.
pub fn size(length: usize, count: usize) -> usize {
    8 + length + 2 * count
}

/// Packs a word that so many papers have at the front of bytes; returns where the papers stand.
pub fn put_word(text: &[u8], count: usize, bytes: &mut [u8]) -> usize {
    let start = size(text.len(), 0);
    bytes[..4].copy_from_slice(&(text.len() as u32).to_le_bytes());
    bytes[4..8].copy_from_slice(&(count as u32).to_le_bytes());
    bytes[8..start].copy_from_slice(text);
    start
}

/// Opens pieces; `None` if one of them is none.
pub fn open(pieces: &Pieces) -> Option<Vec<Packed<'_>>> {
    (pieces.iter().map(|(_, piece)| Packed::of(piece))).collect()
}

impl<'a> Packed<'a> {
    /// Opens what `pack` packed.
    pub fn of(mut bytes: &'a [u8]) -> Option<Packed<'a>> {
        let rest = &mut bytes;
        let [first, length, pairs] = [take_u32(rest)?, take_u32(rest)?, take_u32(rest)?];
        let words = Words {
            first,
            rest: take_slice(rest, length as usize)?,
        };
        let (pairs, _) = take_slice(rest, 6 * pairs as usize)?.as_chunks();
        rest.is_empty().then_some(Packed {
            first,
            words,
            pairs,
        })
    }

    /// Tells whether its words are words to the last.
    pub fn is_sound(self) -> bool {
        let mut words = self.words;
        while words.next().is_some() {}
        words.left() == 0
    }

    /// Returns its words, sorted.
    pub fn words(self) -> Words<'a> {
        self.words
    }

    /// Returns its pairs, sorted.
    pub fn pairs(self) -> &'a [[u8; 6]] {
        self.pairs
    }

    /// Unpacks one of its pairs.
    #[inline]
    pub fn pair(self, &[a, b, c, d, e, f]: &[u8; 6]) -> Pair {
        let paper = self.first + u32::from(u16::from_le_bytes([e, f]));
        Pair::of_number(u32::from_le_bytes([a, b, c, d]), paper)
    }
}

impl<'a> PackedWord<'a> {
    /// How many papers have it.
    pub fn count(self) -> usize {
        self.postings.len()
    }

    /// Unpacks its papers.
    pub fn postings(self) -> impl Iterator<Item = Posting> + use<'a> {
        let postings = self.postings.iter();
        postings.map(move |two| Posting::behind(self.first, *two))
    }
}

impl<'a> Words<'a> {
    /// How many bytes the words take that are left.
    pub fn left(self) -> usize {
        self.rest.len()
    }

    #[inline]
    fn take(&mut self) -> Option<PackedWord<'a>> {
        let mut rest = self.rest;
        let [length, count] = [take_u32(&mut rest)?, take_u32(&mut rest)?];
        let text = take_slice(&mut rest, length as usize)?;
        let (postings, _) = take_slice(&mut rest, 2 * count as usize)?.as_chunks();
        let text = std::str::from_utf8(text).ok()?;
        self.rest = rest;
        Some(PackedWord {
            text,
            first: self.first,
            postings,
        })
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = PackedWord<'a>;

    /// Returns the next word; what is no word ends them.
    fn next(&mut self) -> Option<PackedWord<'a>> {
        self.take()
    }
}
