//! Pieces of an inverted site, as bytes that one build keeps for the next.
//!
//! One paper is edited at a time, and the words of all others are what they were; finding them again is most
//! of what an index costs. A piece tells what each of its papers was made of, so that one of which few are others
//! is made of the words of those papers and of the piece as it was.

use std::ops::Range;

use crate::fingerprint::{Fingerprint, Ink, Inked as _};
use crate::octets::{push_fingerprint, push_u32, take_slice, take_u32};

use super::invert::{Posting, WEIGHTS};
use super::lexicon::Lexicon;
use super::pairs::Pair;

/// This is what a piece is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The number of its first paper.
    pub first: u32,
    /// How many of the first digits of a pair's number tell its page, for that is the order of its pairs.
    pub page_digits: u32,
    /// The fingerprints of its papers.
    pub papers: Vec<Fingerprint>,
}

/// This is a piece of a site, which is read where it lies: the words of some papers that follow each other, and
/// their pairs of words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Packed<'a> {
    /// The number of its first paper.
    first: u32,
    papers: &'a [[u8; 16]],
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

/// Packs words and pairs of these papers, which come in their order, as a piece.
pub fn pack(outline: &Outline, words: Lexicon, pairs: &[Pair]) -> Vec<u8> {
    let first = outline.first;
    let mut bytes = begin(outline, 1 << 16);
    words.write(first, &mut bytes);
    end_words(outline, &mut bytes);
    let end = bytes.len();
    bytes.resize(end + 6 * pairs.len(), 0);
    let (packed, _) = bytes[end..].as_chunks_mut();
    // How many pairs a page has tells where the next one starts.
    let page = |pair: &Pair| pair.key(outline.page_digits) as usize;
    let mut places = vec![0_u32; 1 << outline.page_digits];
    pairs.iter().for_each(|pair| places[page(pair)] += 1);
    let mut before = 0;
    for place in &mut places {
        before += std::mem::replace(place, before);
    }
    for pair in pairs {
        let [a, b, c, d] = pair.number().to_le_bytes();
        let [e, f] = ((pair.paper() - first) as u16).to_le_bytes();
        let place = &mut places[page(pair)];
        packed[*place as usize] = [a, b, c, d, e, f];
        *place += 1;
    }
    bytes
}

/// Packs the words and pairs of a piece anew: of the papers that changed those of another piece, which holds no
/// others, and of all else those that it had. There are as many papers as before.
pub fn patch(outline: &Outline, before: Packed, others: Packed, is_changed: &[bool]) -> Vec<u8> {
    let is_changed = |paper: u16| is_changed.get(usize::from(paper)).is_none_or(|is| *is);
    let room = before.words.left() + 6 * before.pairs.len() + others.words.left();
    let mut bytes = begin(outline, room + 6 * others.pairs.len());
    for (text, here) in side_by_side(before, others) {
        let [kept, fresh] = here.map(|word| word.map_or(&[][..], |word| word.postings));
        let start = bytes.len();
        let postings = start + size(text.len(), 0);
        bytes.resize(postings, 0);
        let number = |two: &[u8; 2]| u16::from_le_bytes(*two);
        let kept = kept
            .iter()
            .filter(|two| !is_changed(number(two) / WEIGHTS as u16));
        merge(kept, fresh.iter(), number, |two| {
            bytes.extend_from_slice(two)
        });
        match (bytes.len() - postings) / 2 {
            0 => bytes.truncate(start),
            count => {
                put_word(text.as_bytes(), count, &mut bytes[start..]);
            }
        }
    }
    end_words(outline, &mut bytes);
    let number = |six: &[u8; 6]| {
        let pair = before.pair(six);
        (pair.key(outline.page_digits), pair.paper())
    };
    let kept = before.pairs.iter();
    let kept = kept.filter(|&&[.., e, f]| !is_changed(u16::from_le_bytes([e, f])));
    merge(kept, others.pairs.iter(), number, |six| {
        bytes.extend_from_slice(six)
    });
    bytes
}

/// Returns the words of two pieces in their order, each as the one and the other have it.
pub fn side_by_side<'a>(
    one: Packed<'a>,
    other: Packed<'a>,
) -> impl Iterator<Item = (&'a str, [Option<PackedWord<'a>>; 2])> {
    let mut both = [one, other].map(|piece| piece.words.peekable());
    std::iter::from_fn(move || {
        let next = both.iter_mut().filter_map(|words| words.peek());
        let text = next.map(|word| word.text).min()?;
        let here = both.each_mut();
        Some((
            text,
            here.map(|words| words.next_if(|word| word.text == text)),
        ))
    })
}

/// Calls back for the values of two lists, both of which are in the order of their numbers, in that order.
fn merge<'a, T: 'a, N: Ord>(
    left: impl Iterator<Item = &'a T>,
    right: impl Iterator<Item = &'a T>,
    number: impl Fn(&T) -> N,
    mut call: impl FnMut(&'a T),
) {
    let mut right = right.peekable();
    for value in left {
        while let Some(other) = right.next_if(|other| number(other) < number(value)) {
            call(other);
        }
        call(value);
    }
    right.for_each(call);
}

/// Begins a piece with room for some bytes.
fn begin(outline: &Outline, room: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + 16 * outline.papers.len() + room);
    push_u32(outline.first, &mut bytes);
    push_u32(outline.papers.len() as u32, &mut bytes);
    push_u32(0, &mut bytes);
    for paper in &outline.papers {
        push_fingerprint(*paper, &mut bytes);
    }
    bytes
}

/// Notes that the words of a piece end here.
fn end_words(outline: &Outline, bytes: &mut [u8]) {
    let length = bytes.len() - HEAD - 16 * outline.papers.len();
    bytes[HEAD - 4..HEAD].copy_from_slice(&(length as u32).to_le_bytes());
}

/// Before the fingerprints of its papers a piece has three numbers: that of the first paper, how many there are, and
/// how many bytes the words have. What stands behind the words are pairs.
const HEAD: usize = 12;

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

impl Outline {
    /// Tells the piece from others.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut ink = Ink::default();
        (self.first as usize).ink(&mut ink);
        (self.page_digits as usize).ink(&mut ink);
        self.papers.ink(&mut ink);
        ink.fingerprint()
    }
}

impl<'a> Packed<'a> {
    /// Opens what `pack` packed.
    pub fn of(mut bytes: &'a [u8]) -> Option<Packed<'a>> {
        let rest = &mut bytes;
        let [first, papers, length] = [take_u32(rest)?, take_u32(rest)?, take_u32(rest)?];
        let (papers, _) = take_slice(rest, 16 * papers as usize)?.as_chunks();
        let words = Words {
            first,
            rest: take_slice(rest, length as usize)?,
        };
        let (pairs, others) = rest.as_chunks();
        let packed = Packed {
            first,
            papers,
            words,
            pairs,
        };
        others.is_empty().then_some(packed)
    }

    /// Tells whether its words are words to the last.
    pub fn is_sound(self) -> bool {
        let mut words = self.words;
        while words.next().is_some() {}
        words.left() == 0
    }

    /// Returns the numbers of its papers.
    pub fn papers(self) -> Range<u32> {
        self.first..self.first + self.papers.len() as u32
    }

    /// Tells which papers of as many were made of something else.
    pub fn differs(self, outline: &Outline) -> Option<Vec<bool>> {
        let is_same = self.first == outline.first && self.papers.len() == outline.papers.len();
        let papers = self.papers.iter().zip(&outline.papers);
        let differs = papers.map(|(before, after)| u128::from_le_bytes(*before) != after.0);
        is_same.then(|| differs.collect())
    }

    /// Returns its words, sorted.
    pub fn words(self) -> Words<'a> {
        self.words
    }

    /// Returns its pairs, in the order of their pages and then of their papers.
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
