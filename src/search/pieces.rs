//! Pieces of an inverted site, as bytes that one build keeps for the next.
//!
//! One paper is edited at a time, and the words of all others are what they were; finding them again is most
//! of what an index costs. A piece is known by the fingerprint of its papers, which `invert` takes.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::fingerprint::Fingerprint;

use super::invert::{Posting, Word};
use super::pairs::Pair;

/// These are packed pieces, by the fingerprints of what they were made of.
pub type Pieces = FxHashMap<Fingerprint, Arc<[u8]>>;

/// This is a piece of a site: some papers that follow each other, inverted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Their words, sorted.
    pub words: Vec<Word>,
    /// Their pairs of words, sorted.
    pub pairs: Vec<Pair>,
}

impl Piece {
    /// Packs a piece; papers are numbered from its first.
    pub fn pack(&self, first: u32) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(12 + 6 * self.pairs.len() + 40 * self.words.len());
        for number in [first, self.words.len() as u32, self.pairs.len() as u32] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for Word { text, postings } in &self.words {
            bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&(postings.len() as u32).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
            for posting in postings {
                bytes.extend_from_slice(&posting.within(first));
            }
        }
        for pair in &self.pairs {
            let [a, b, c, d] = pair.number().to_le_bytes();
            let [e, f] = ((pair.paper() - first) as u16).to_le_bytes();
            bytes.extend_from_slice(&[a, b, c, d, e, f]);
        }
        bytes
    }

    /// Unpacks what `pack` packed; `None` for anything else.
    pub fn unpack(mut bytes: &[u8]) -> Option<Piece> {
        let rest = &mut bytes;
        let [first, words, pairs] = take_numbers(rest)?;
        let word = |_| {
            let [length, count] = take_numbers(rest)?;
            let text = std::str::from_utf8(take(rest, length as usize)?).ok()?;
            let (postings, _) = take(rest, 2 * count as usize)?.as_chunks();
            let postings = postings.iter().map(|two| Posting::behind(first, *two));
            Some(Word {
                text: text.to_owned(),
                postings: postings.collect(),
            })
        };
        let words = (0..words).map(word).collect::<Option<_>>()?;
        let pair = |&[a, b, c, d, e, f]: &[u8; 6]| {
            let paper = first + u32::from(u16::from_le_bytes([e, f]));
            Pair::of_number(u32::from_le_bytes([a, b, c, d]), paper)
        };
        let (pairs, _) = take(rest, 6 * pairs as usize)?.as_chunks();
        let pairs = pairs.iter().map(pair).collect();
        rest.is_empty().then_some(Piece { words, pairs })
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(head)
}

fn take_numbers<const N: usize>(rest: &mut &[u8]) -> Option<[u32; N]> {
    let (numbers, _) = take(rest, 4 * N)?.as_chunks();
    let mut numbers = numbers.iter().map(|four| u32::from_le_bytes(*four));
    Some(std::array::from_fn(|_| numbers.next().unwrap_or_default()))
}
