//! Pieces of an inverted site, as bytes that one build keeps for the next.
//!
//! One paper is edited at a time, and the words of all others are what they were; finding them again is most
//! of what an index costs. A piece is known by the fingerprint of its papers, which `invert` takes.

use crate::fingerprint::Fingerprint;
use crate::octets::{Octets, push_u32, take_slice, take_u32};

use super::invert::{Posting, Word};
use super::pairs::Pair;

/// These are packed pieces in the order of their papers, each with the fingerprint of what it was made of.
pub type Pieces = Vec<(Fingerprint, Octets)>;

/// This is a piece of a site: some papers that follow each other, inverted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Their words, sorted.
    pub words: Vec<Word>,
    /// Their pairs of words, sorted.
    pub pairs: Vec<Pair>,
}

/// This is a packed piece, which is read where it lies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Packed<'a> {
    /// The number of its first paper.
    first: u32,
    words: Words<'a>,
    pairs: &'a [[u8; 6]],
}

/// These are packed words, the first of which is read next.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words<'a>(&'a [u8]);

/// This is a packed word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackedWord<'a> {
    /// The word.
    pub text: &'a str,
    postings: &'a [[u8; 2]],
}

impl Piece {
    /// Packs a piece; papers are numbered from its first.
    pub fn pack(&self, first: u32) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(12 + 6 * self.pairs.len() + 40 * self.words.len());
        push_u32(first, &mut bytes);
        push_u32(0, &mut bytes);
        push_u32(self.pairs.len() as u32, &mut bytes);
        let start = bytes.len();
        for Word { text, postings } in &self.words {
            push_u32(text.len() as u32, &mut bytes);
            push_u32(postings.len() as u32, &mut bytes);
            bytes.extend_from_slice(text.as_bytes());
            for posting in postings {
                bytes.extend_from_slice(&posting.within(first));
            }
        }
        let length = (bytes.len() - start) as u32;
        bytes[4..8].copy_from_slice(&length.to_le_bytes());
        for pair in &self.pairs {
            let [a, b, c, d] = pair.number().to_le_bytes();
            let [e, f] = ((pair.paper() - first) as u16).to_le_bytes();
            bytes.extend_from_slice(&[a, b, c, d, e, f]);
        }
        bytes
    }

    /// Unpacks what `pack` packed; `None` for anything else.
    pub fn unpack(bytes: &[u8]) -> Option<Piece> {
        let packed = Packed::of(bytes).filter(|packed| packed.is_sound())?;
        Some(Piece {
            words: packed.words().map(|word| packed.unpack(word)).collect(),
            pairs: packed.pairs().iter().map(|six| packed.pair(six)).collect(),
        })
    }
}

impl<'a> Packed<'a> {
    /// Opens what `Piece::pack` packed.
    pub fn of(mut bytes: &'a [u8]) -> Option<Packed<'a>> {
        let rest = &mut bytes;
        let [first, length, pairs] = [take_u32(rest)?, take_u32(rest)?, take_u32(rest)?];
        let words = Words(take_slice(rest, length as usize)?);
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

    /// Unpacks one of its words.
    pub fn unpack(self, word: PackedWord) -> Word {
        Word {
            text: word.text.to_owned(),
            postings: self.postings(word).collect(),
        }
    }

    /// Unpacks the papers of one of its words.
    pub fn postings<'b>(self, word: PackedWord<'b>) -> impl Iterator<Item = Posting> + use<'b> {
        let postings = word.postings.iter();
        postings.map(move |two| Posting::behind(self.first, *two))
    }

    /// Unpacks one of its pairs.
    pub fn pair(self, &[a, b, c, d, e, f]: &[u8; 6]) -> Pair {
        let paper = self.first + u32::from(u16::from_le_bytes([e, f]));
        Pair::of_number(u32::from_le_bytes([a, b, c, d]), paper)
    }
}

impl<'a> Words<'a> {
    /// How many bytes the words take that are left.
    pub fn left(self) -> usize {
        self.0.len()
    }

    #[inline]
    fn take(&mut self) -> Option<PackedWord<'a>> {
        let mut rest = self.0;
        let [length, count] = [take_u32(&mut rest)?, take_u32(&mut rest)?];
        let text = take_slice(&mut rest, length as usize)?;
        let (postings, _) = take_slice(&mut rest, 2 * count as usize)?.as_chunks();
        let text = std::str::from_utf8(text).ok()?;
        self.0 = rest;
        Some(PackedWord { text, postings })
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = PackedWord<'a>;

    /// Returns the next word; what is no word ends them.
    fn next(&mut self) -> Option<PackedWord<'a>> {
        self.take()
    }
}
