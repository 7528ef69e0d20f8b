//! What a paper is about, in a few numbers: its likeliest key phrases, to compare papers by.
//!
//! Every paper of a site is read for its terms, and what counts between two papers is what both have.
//! So a linear scorer of few signs does here, at a tenth of the cost of `weigh`.

use std::cell::RefCell;

use super::Model;
use super::candidate::{Gathered, LANES, NUMBERS, Place, Room, TERM_SIGNS, TermCandidate};
use super::text::{BETWEEN, Text};
use super::token::Seen;

/// These are the terms of one paper, in the order of their hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms(Box<[Term]>);

/// This is a phrase of a paper; eight bytes, for a large site holds millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The hash of the folded phrase.
    pub hash: u32,
    start: u16,
    length: u8,
    /// What it weighs; the squares of a paper's weights add up to that of [`WHOLE`] at most.
    pub weight: u8,
}

/// What a paper's only term would weigh.
pub const WHOLE: f32 = 400.0;

/// So many terms say what a paper is about; more cost time and bring noise.
const MOST: usize = 56;
/// This weighs the signs of terms.
#[derive(Debug, Clone)]
pub struct TermScorer {
    weights: [f32; TERM_SIGNS],
    numbers: [[f32; 4]; NUMBERS / 4],
    /// What flags add up to, the lower six and the others, so that they need no sum.
    flags: [[f32; 64]; 2],
}

impl TermScorer {
    /// Makes a scorer of weights.
    pub fn new(weights: [f32; TERM_SIGNS]) -> TermScorer {
        let (numbers, flags) = weights.split_at(NUMBERS);
        let add_up = |first: usize, set: usize| {
            let flags = flags.iter().skip(first).take(6).enumerate();
            let flags = flags.filter(|(bit, _)| set >> bit & 1 == 1);
            flags.map(|(_, weight)| weight).sum()
        };
        // The constant is the flag behind the last, which all candidates have.
        TermScorer {
            weights,
            numbers: [0, 4, 8].map(|first| LANES.map(|at| numbers[first + at])),
            flags: [0, 6].map(|first| std::array::from_fn(|set| add_up(first, set))),
        }
    }

    /// Returns the weights that it was made of.
    pub fn weights(&self) -> &[f32; TERM_SIGNS] {
        &self.weights
    }

    /// Returns the log odds that a candidate is key.
    #[inline]
    fn log_odds(&self, candidate: &TermCandidate) -> f32 {
        let [counts, words, around] = &candidate.numbers;
        let weights = &self.numbers;
        // Side by side, so that a processor takes several at once.
        let sum = |lane: usize| {
            counts[lane] * weights[0][lane]
                + words[lane] * weights[1][lane]
                + around[lane] * weights[2][lane]
        };
        let flags = usize::from(candidate.flags);
        let flags = self.flags[0][flags & 63] + self.flags[1][flags >> 6 & 63];
        sum(0) + sum(2) + (sum(1) + sum(3)) + flags
    }
}

impl Default for TermScorer {
    fn default() -> TermScorer {
        TermScorer::new([0.0; TERM_SIGNS])
    }
}

impl Terms {
    /// Finds the terms of a paper.
    ///
    /// A term is there or not: how often it comes back and where it stands is in the probability that
    /// it is key, and what two papers share beyond that is their way of writing.
    pub fn read(title: &str, text: &str, model: &Model) -> Terms {
        // What a thread has seen of words are their numbers in one model.
        match std::ptr::eq(model, Model::embedded()) {
            true => READER.with_borrow_mut(|reader| reader.read(title, text, model)),
            false => Reader::default().read(title, text, model),
        }
    }
}

impl Terms {
    /// Writes the terms behind bytes.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.0.len() as u8);
        for term in &self.0 {
            // In one go, which is a tenth of the work of six.
            let [a, b, c, d] = term.hash.to_le_bytes();
            let [e, f] = term.start.to_le_bytes();
            bytes.extend_from_slice(&[a, b, c, d, e, f, term.length, term.weight]);
        }
    }

    /// Takes terms that `write` wrote from the front of bytes.
    pub fn take(bytes: &mut &[u8]) -> Option<Terms> {
        let (count, rest) = bytes.split_first()?;
        let (terms, rest) = rest.split_at_checked(usize::from(*count) * 8)?;
        *bytes = rest;
        let term = |&[a, b, c, d, e, f, length, weight]: &[u8; 8]| Term {
            hash: u32::from_le_bytes([a, b, c, d]),
            start: u16::from_le_bytes([e, f]),
            length,
            weight,
        };
        Some(Terms(terms.as_chunks().0.iter().map(term).collect()))
    }
}

impl std::ops::Deref for Terms {
    type Target = [Term];

    fn deref(&self) -> &[Term] {
        &self.0
    }
}

impl Term {
    /// Makes a term of a phrase and where it stands; it weighs nothing yet.
    fn of(hash: u32, place: Place, text: &Text) -> Term {
        let bytes = text.bytes(&place.words());
        Term {
            hash,
            // Phrases that are farther up or longer are no candidates.
            start: bytes.start as u16,
            length: bytes.len() as u8,
            weight: 0,
        }
    }

    /// Tells whether two terms of a paper have words in common where they stand.
    pub fn overlaps(&self, other: &Term) -> bool {
        let end = |term: &Term| usize::from(term.start) + usize::from(term.length);
        usize::from(self.start) < end(other) && usize::from(other.start) < end(self)
    }

    /// Returns the term as it is written, of the title and the text that it was found in.
    pub fn written<'a>(&self, title: &'a str, text: &'a str) -> &'a str {
        let start = usize::from(self.start);
        let bytes = |start: usize| start..start + usize::from(self.length);
        match start.checked_sub(title.len() + BETWEEN.len()) {
            Some(start) => &text[bytes(start)],
            None => &title[bytes(start)],
        }
    }
}

thread_local! {
    /// What reads the terms of a site's papers on this thread, one after the other.
    static READER: RefCell<Reader> = RefCell::new(Reader {
        seen: Seen::with_room(),
        ..Reader::default()
    });
}

/// What reads the terms of a paper, and is used again for the next one: lists as long as they ever were, and words
/// that were seen. Nothing of it shows in what is found.
#[derive(Default)]
struct Reader {
    seen: Seen,
    text: Text,
    room: Room,
    keys: Vec<u64>,
    /// What the best weigh, and their places.
    best: Vec<(f32, usize)>,
}

impl Reader {
    fn read(&mut self, title: &str, text: &str, model: &Model) -> Terms {
        let Reader {
            seen,
            text: words,
            room,
            keys,
            best,
        } = self;
        words.read(title, text, &model.abbreviations, &model.words, seen);
        words.gather_terms(model, room);
        let found = &room.found;
        let key = |(number, found): (usize, &Gathered)| {
            let candidate = found.candidate(&room.words, model);
            key(model.terms.log_odds(&candidate), number)
        };
        keys.clear();
        keys.extend(found.iter().enumerate().map(key));
        let weigh = |(log_odds, number): (f32, usize)| {
            let weight = weigh(log_odds, found[number].first.length);
            (weight, number)
        };
        best.clear();
        best.extend(self::best(keys).map(weigh));
        let squares: f32 = best.iter().map(|(weight, _)| weight * weight).sum();
        let unit = WHOLE / squares.sqrt().max(1e-6);
        let term = |(weight, number): &(f32, usize)| Term {
            // As a byte it loses what is behind the point.
            weight: (weight * unit + 0.5).clamp(1.0, 255.0) as u8,
            ..Term::of(found[*number].hash, found[*number].shown(words), words)
        };
        let mut terms: Vec<Term> = best.iter().map(term).collect();
        terms.sort_unstable_by_key(|term| term.hash);
        Terms(terms.into())
    }
}

/// Returns the greatest log odds, in an order that means nothing, with their places.
fn best(keys: &mut Vec<u64>) -> impl Iterator<Item = (f32, usize)> {
    if keys.len() > MOST {
        keys.select_nth_unstable(MOST);
        keys.truncate(MOST);
    }
    let found = |key: &u64| {
        let ordered = !((*key >> 32) as u32);
        let bits = if ordered >> 31 == 1 {
            ordered & !(1 << 31)
        } else {
            !ordered
        };
        (f32::from_bits(bits), *key as u32 as usize)
    };
    keys.iter().map(found)
}

/// Returns log odds as a whole number of the opposite order, and behind it a place in the text.
#[inline]
fn key(log_odds: f32, number: usize) -> u64 {
    let bits = log_odds.to_bits();
    let ordered = if bits >> 31 == 1 {
        !bits
    } else {
        bits | 1 << 31
    };
    u64::from(!ordered) << 32 | number as u64
}

/// From the log odds that a phrase is key to what it weighs: a root, for how rare it is among the
/// site's papers says more.
fn weigh(log_odds: f32, length: u16) -> f32 {
    let probability = 1.0 / (1.0 + (-log_odds).exp());
    let length = match length {
        1 => 1.1,
        2 => 1.0,
        _ => 0.8,
    };
    length * probability.sqrt().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_does_not_show() {
        let texts = [
            (
                "Retrieval-Augmented Generation (RAG)",
                "Large Language Models (LLMs) forget. RAG helps LLMs, and a replay buffer does.",
            ),
            ("", ""),
            (
                "RAG",
                "Of LLMs and a replay buffer, pre-trained and multi-task.",
            ),
            ("Galaxies", "The redshift of 21 distant galaxies, by C++."),
        ];
        let model = Model::embedded();
        let mut reader = Reader {
            seen: Seen::with_room(),
            ..Reader::default()
        };
        for (title, text) in texts.iter().chain(&texts).chain(texts.iter().rev()) {
            let alone = Reader::default().read(title, text, model);
            assert_eq!(reader.read(title, text, model), alone, "{title}");
            assert_eq!(Terms::read(title, text, model), alone, "{title}");
        }
    }
}
