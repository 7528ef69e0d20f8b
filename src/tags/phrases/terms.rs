//! What a paper is about, in a few numbers: its likeliest key phrases, to compare papers by.
//!
//! Every paper of a site is read for its terms, and what counts between two papers is what both have.
//! So a linear scorer of few signs does here, at a tenth of the cost of `weigh`.

use super::text::{Run, Text, join};
use super::weigh::{AT_SIGN, phrase_logit};
use super::{Model, Statistics, WordLogits};

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
/// Longer phrases are hardly ever shared.
const LONGEST: usize = 3;

/// How many signs speak for or against a term: numbers, then flags; the last is the same for all.
pub const TERM_SIGNS: usize = NUMBERS + FLAGS + 1;
const NUMBERS: usize = 12;
const FLAGS: usize = 11;

/// This is a phrase that may be a term.
#[derive(Debug, Clone)]
pub struct TermCandidate {
    /// The hash of the folded phrase.
    pub hash: u32,
    flags: u16,
    count: u16,
    first: Place,
    last: Place,
    numbers: [f32; NUMBERS],
}

/// Where a phrase stands: its first word, and how many there are.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u16,
    length: u8,
}

/// This weighs the signs of terms.
#[derive(Debug, Clone)]
pub struct TermScorer {
    weights: [f32; TERM_SIGNS],
    numbers: [f32; NUMBERS],
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
            numbers: std::array::from_fn(|at| numbers[at]),
            flags: [0, 6].map(|first| std::array::from_fn(|set| add_up(first, set))),
        }
    }

    /// Returns the weights that it was made of.
    pub fn weights(&self) -> &[f32; TERM_SIGNS] {
        &self.weights
    }

    /// Returns the log odds that a candidate is key.
    fn log_odds(&self, candidate: &TermCandidate) -> f32 {
        let mut sums = [0f32; 4];
        let numbers = candidate.numbers.chunks_exact(4);
        for (numbers, weights) in numbers.zip(self.numbers.chunks_exact(4)) {
            for lane in 0..4 {
                sums[lane] += numbers[lane] * weights[lane];
            }
        }
        let flags = usize::from(candidate.flags);
        let flags = self.flags[0][flags & 63] + self.flags[1][flags >> 6 & 63];
        sums[0] + sums[1] + (sums[2] + sums[3]) + flags
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
        let text = Text::new(title, text, &model.abbreviations);
        let candidates = text.term_candidates(model);
        let best = best(&candidates, &model.terms);
        let weights: Vec<f32> = best
            .iter()
            .map(|(log_odds, number)| weigh(*log_odds, &candidates[*number]))
            .collect();
        let squares: f32 = weights.iter().map(|weight| weight * weight).sum();
        let unit = WHOLE / squares.sqrt().max(1e-6);
        let term = |((_, number), weight): (&(f32, usize), &f32)| Term {
            weight: (weight * unit).round().clamp(1.0, 255.0) as u8,
            ..candidates[*number].term(&text)
        };
        let mut terms: Vec<Term> = best.iter().zip(&weights).map(term).collect();
        terms.sort_unstable_by_key(|term| term.hash);
        Terms(terms.into())
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
    /// Tells whether two terms of a paper have words in common where they stand.
    pub fn overlaps(&self, other: &Term) -> bool {
        let end = |term: &Term| usize::from(term.start) + usize::from(term.length);
        usize::from(self.start) < end(other) && usize::from(other.start) < end(self)
    }

    /// Returns the term as it is written, of the title and the text that it was found in.
    pub fn written<'a>(&self, title: &'a str, text: &'a str) -> &'a str {
        let start = usize::from(self.start);
        let bytes = |start: usize| start..start + usize::from(self.length);
        match start.checked_sub(title.len() + super::text::BETWEEN.len()) {
            Some(start) => &text[bytes(start)],
            None => &title[bytes(start)],
        }
    }
}

impl Text {
    /// Returns every candidate for a term, each once, in the order of the text.
    pub fn term_candidates(&self, statistics: &impl Statistics) -> Vec<TermCandidate> {
        let words: Vec<WordLogits> = self.word_hashes().map(|w| statistics.word(w)).collect();
        // A table of our own: of the standard one, half of the time goes into making it.
        let mut slots: Vec<u16> = vec![0; (self.tokens.len() * 4).next_power_of_two()];
        let mask = slots.len() - 1;
        let mut found: Vec<TermCandidate> = Vec::with_capacity(self.tokens.len() * 2);
        self.for_each_run(LONGEST, |run| {
            if !self.has_place(&run) || found.len() >= usize::from(u16::MAX) {
                return;
            }
            let mut slot = (run.hash ^ run.hash >> 15) as usize & mask;
            while slots[slot] != 0 && found[usize::from(slots[slot]) - 1].hash != run.hash {
                slot = (slot + 1) & mask;
            }
            if slots[slot] == 0 {
                found.push(self.term_candidate(&run, &words, statistics));
                slots[slot] = found.len() as u16;
            }
            found[usize::from(slots[slot]) - 1].add(self, &run, &words);
        });
        self.tell_explained(&mut found);
        let title = self.title_words;
        for candidate in &mut found {
            let last = usize::from(candidate.last.start) + usize::from(candidate.last.length);
            candidate.flags |= flag(last <= title, TITLE_ONLY);
        }
        found
    }

    /// Tells whether a run is short and far up enough for its place to be kept.
    fn has_place(&self, run: &Run) -> bool {
        let (first, last) = (
            &self.tokens[run.start],
            &self.tokens[run.start + run.length - 1],
        );
        last.end <= u32::from(u16::MAX) && last.end - first.start <= u32::from(u8::MAX)
    }

    /// Makes a candidate of a run that comes for the first time.
    fn term_candidate(
        &self,
        run: &Run,
        logits: &[WordLogits],
        statistics: &impl Statistics,
    ) -> TermCandidate {
        let phrase = statistics.phrase(run.hash);
        let (prior, share) = phrase_logit(&phrase, run.length);
        let (sum, least) = inside(&logits[run.words()]);
        let is_key = flag(phrase.key > 0.5, KEY);
        let length = flag(run.length == 1, ONE) | flag(run.length == 2, TWO);
        TermCandidate {
            hash: run.hash,
            flags: ALL | is_key | length | flag(run.start < self.title_words, TITLE),
            count: 0,
            first: Place::of(run),
            last: Place::of(run),
            numbers: [
                prior,
                share,
                phrase.log_key,
                phrase.log_papers,
                sum / run.length as f32,
                least,
                logits[run.start][1],
                logits[run.start + run.length - 1][2],
                NEVER,
                NEVER,
                0.0,
                0.0,
            ],
        }
    }

    /// Tells the candidates for which the paper gives an abbreviation.
    fn tell_explained(&self, found: &mut [TermCandidate]) {
        for words in self.abbreviations().values() {
            let hash = words.iter().fold(0, |hash, word| join(hash, *word));
            let named = found.iter_mut().filter(|candidate| candidate.hash == hash);
            named.for_each(|candidate| candidate.flags |= EXPLAINED);
        }
    }
}

/// Returns the sum of the log odds that words are inside a phrase, and the least of them.
fn inside(words: &[WordLogits]) -> (f32, f32) {
    match *words {
        [[a, ..]] => (a, a),
        [[a, ..], [b, ..]] => (a + b, a.min(b)),
        [[a, ..], [b, ..], [c, ..]] => (a + b + c, a.min(b).min(c)),
        _ => {
            let inside = words.iter().map(|logits| logits[0]);
            (inside.clone().sum(), inside.fold(f32::MAX, f32::min))
        }
    }
}

/// Where the numbers stand that more than one occurrence makes.
const BEFORE: usize = 8;
const BEHIND: usize = 9;
const AGAIN: usize = 10;

/// The flags: what was counted of the phrase, how many words it has, where it stands, and what is seen
/// of it somewhere.
const KEY: u16 = 1;
const ONE: u16 = 1 << 1;
const TWO: u16 = 1 << 2;
const TITLE: u16 = 1 << 3;
const TITLE_ONLY: u16 = 1 << 4;
const OPENS: u16 = 1 << 5;
const CLOSES: u16 = 1 << 6;
const CAPITAL: u16 = 1 << 7;
const HYPHEN: u16 = 1 << 8;
const DIGIT: u16 = 1 << 9;
const EXPLAINED: u16 = 1 << 10;
/// What all candidates have.
const ALL: u16 = 1 << FLAGS;

/// Less than any log odds of the word before or behind.
const NEVER: f32 = -8.0;

impl TermCandidate {
    /// Returns what speaks for and against it, as numbers.
    pub fn signs(&self) -> [f32; TERM_SIGNS] {
        std::array::from_fn(|at| match at.checked_sub(NUMBERS) {
            Some(flag) => f32::from(self.flags >> flag & 1),
            None => self.numbers[at],
        })
    }

    /// Adds what speaks for the phrase where it stands once more.
    #[inline]
    fn add(&mut self, text: &Text, run: &Run, logits: &[WordLogits]) {
        let first = &text.tokens[run.start];
        let end = run.start + run.length;
        let opens = first.opens;
        let closes = text.tokens.get(end).is_none_or(|next| next.opens);
        let before = if opens {
            AT_SIGN
        } else {
            logits[run.start - 1][3]
        };
        let behind = if closes { AT_SIGN } else { logits[end][4] };
        let (hyphen, digit) = match &text.tokens[run.start + 1..end] {
            [] => (false, false),
            [a] => (a.hyphen, a.digit),
            [a, b] => (a.hyphen | b.hyphen, a.digit | b.digit),
            words => (
                words.iter().any(|word| word.hyphen),
                words.iter().any(|word| word.digit),
            ),
        };
        self.flags |= flag(opens, OPENS)
            | flag(closes, CLOSES)
            | flag(first.capital && !opens, CAPITAL)
            | flag(hyphen, HYPHEN)
            | flag(first.digit | digit, DIGIT);
        self.numbers[BEFORE] = self.numbers[BEFORE].max(before);
        self.numbers[BEHIND] = self.numbers[BEHIND].max(behind);
        self.numbers[AGAIN] = LOGARITHMS[usize::from(self.count).min(LOGARITHMS.len() - 1)];
        self.count = self.count.saturating_add(1);
        self.last = Place::of(run);
    }

    /// Returns the term, which weighs nothing yet.
    fn term(&self, text: &Text) -> Term {
        let capital = |place: &Place| text.tokens[usize::from(place.start)].capital;
        // A capital at the beginning of a sentence is not the phrase's.
        let shown = match capital(&self.first) && !capital(&self.last) {
            true => &self.last,
            false => &self.first,
        };
        let start = usize::from(shown.start);
        let bytes = text.bytes(&(start..start + usize::from(shown.length)));
        Term {
            hash: self.hash,
            // `has_place` has seen to it.
            start: bytes.start as u16,
            length: bytes.len() as u8,
            weight: 0,
        }
    }
}

/// The logarithms of one to eight.
const LOGARITHMS: [f32; 8] = [
    0.0,
    std::f32::consts::LN_2,
    1.098_612,
    1.386_294,
    1.609_438,
    1.791_759,
    1.945_91,
    2.079_442,
];

impl Place {
    fn of(run: &Run) -> Place {
        Place {
            // `has_place` has seen to it: there are at least as many bytes as words.
            start: run.start as u16,
            length: run.length as u8,
        }
    }
}

fn flag(is: bool, flag: u16) -> u16 {
    if is { flag } else { 0 }
}

/// Returns the likeliest candidates, in an order that means nothing, with their log odds.
fn best(candidates: &[TermCandidate], scorer: &TermScorer) -> Vec<(f32, usize)> {
    // Log odds as whole numbers of the same order, and the place in the text behind them.
    let key = |(number, candidate): (usize, &TermCandidate)| {
        let bits = scorer.log_odds(candidate).to_bits();
        let ordered = if bits >> 31 == 1 {
            !bits
        } else {
            bits | 1 << 31
        };
        u64::from(!ordered) << 32 | number as u64
    };
    let mut keys: Vec<u64> = candidates.iter().enumerate().map(key).collect();
    if keys.len() > MOST {
        keys.select_nth_unstable(MOST);
        keys.truncate(MOST);
    }
    let found = |key: u64| {
        let ordered = !((key >> 32) as u32);
        let bits = if ordered >> 31 == 1 {
            ordered & !(1 << 31)
        } else {
            !ordered
        };
        (f32::from_bits(bits), key as u32 as usize)
    };
    keys.into_iter().map(found).collect()
}

/// From the log odds that a phrase is key to what it weighs: a root, for how rare it is among the
/// site's papers says more.
fn weigh(log_odds: f32, candidate: &TermCandidate) -> f32 {
    let probability = 1.0 / (1.0 + (-log_odds).exp());
    let length = match candidate.first.length {
        1 => 1.1,
        2 => 1.0,
        _ => 0.8,
    };
    length * probability.sqrt().sqrt()
}
