//! Phrases that may be terms, and what speaks for and against each, in few numbers.
//!
//! One pass finds the runs of words, a second one puts those of the same words together, and a third one
//! asks what is known of each phrase: apart they take a third less time than in one.

use std::ops::Range;

use super::text::{Text, join};
use super::token::{self, MEANT, NUMBER, STOP, Token};
use super::weigh::AT_SIGN;
use super::{KnownWord, Statistics, WORD_SIGNS, WordLogits};

/// How many signs speak for or against a term: numbers, then flags; the last is the same for all.
pub const TERM_SIGNS: usize = NUMBERS + FLAGS + 1;
pub(super) const NUMBERS: usize = 12;
const FLAGS: usize = 11;
/// Where each of four numbers stands when they are weighed side by side.
pub(super) const LANES: [usize; 4] = [0, 2, 1, 3];

/// This is a phrase that may be a term.
#[derive(Debug, Clone)]
pub struct TermCandidate {
    /// The hash of the folded phrase.
    pub hash: u32,
    pub(super) flags: u16,
    pub(super) numbers: [[f32; 4]; NUMBERS / 4],
}

/// This is what is gathered of one phrase over its occurrences.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gathered {
    /// The hash of the folded phrase.
    pub hash: u32,
    flags: u16,
    /// How often it comes again, as far as `LOGARITHMS` go.
    again: u16,
    /// Where it stands first.
    pub first: Place,
    last: Place,
    /// The best log odds of a word before it and of one behind it.
    before: f32,
    behind: f32,
}

/// This is where a phrase stands: its first word, and how many there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub start: u16,
    pub length: u16,
}

/// This is a word, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    token: Token,
    logits: WordLogits,
    /// Where the counts of a phrase are that is this word alone, if that is known.
    counts: Option<u16>,
}

/// This is room for what is found in a text, which is used again for the next one.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub words: Vec<Word>,
    pub found: Vec<Gathered>,
    slots: Vec<u16>,
}

/// What stands behind the last word.
const SIGN: Word = Word {
    token: Token {
        hash: 0,
        start: 0,
        end: 0,
        marks: STOP | OPENS,
        number: 0,
    },
    logits: [0.0; WORD_SIGNS],
    counts: None,
};

/// Longer phrases are hardly ever shared.
const LONGEST: usize = 3;
/// So many words are looked at together: those of a phrase and the next one.
const AHEAD: usize = LONGEST + 1;

// The flags: what was counted of the phrase, how many words it has, where it stands, and what is seen of
// it somewhere.
const KEY: u16 = 1;
const ONE: u16 = 1 << 1;
const TWO: u16 = 1 << 2;
const TITLE: u16 = 1 << 3;
const TITLE_ONLY: u16 = 1 << 4;
/// While phrases are gathered: that it stands behind the title.
const BODY: u16 = TITLE_ONLY;
const OPENS: u16 = token::OPENS;
const CLOSES: u16 = 1 << 6;
const CAPITAL: u16 = token::CAPITAL;
const HYPHEN: u16 = token::HYPHEN;
const DIGIT: u16 = token::DIGIT;
const EXPLAINED: u16 = 1 << 10;
/// What all candidates have.
const ALL: u16 = 1 << FLAGS;

// What is seen of words is put together to what is seen of a phrase without a look at each.
const _: () = assert!(OPENS == 1 << 5 && CAPITAL == 1 << 7 && HYPHEN == 1 << 8 && DIGIT == 1 << 9);

/// Less than any log odds of the word before or behind.
const NEVER: f32 = -8.0;

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

impl Text {
    /// Returns every candidate for a term, each once, in the order of the text.
    pub fn term_candidates(&self, statistics: &impl Statistics) -> Vec<TermCandidate> {
        let mut room = Room::default();
        self.gather_terms(statistics, &mut room);
        let candidate = |found: &Gathered| found.candidate(&room.words, statistics);
        room.found.iter().map(candidate).collect()
    }

    /// Finds the phrases that may be terms, in the order of their first occurrences.
    pub(super) fn gather_terms(&self, statistics: &impl Statistics, room: &mut Room) {
        let Room {
            words,
            found,
            slots,
        } = room;
        self.know_words(statistics, words);
        self.find_runs(words, found);
        // A table of our own: of the standard one, half of the time goes into making it.
        slots.clear();
        slots.resize((found.len() * 3 + 1).next_power_of_two(), 0);
        // Those that are put together stand in front.
        let mut count = 0;
        for at in 0..found.len() {
            if count == usize::from(u16::MAX) {
                break;
            }
            let run = found[at];
            let slot = slot_of(run.hash, slots, found);
            match usize::from(slots[slot]).checked_sub(1) {
                Some(number) => found[number].add(&run),
                None => {
                    found[count] = run;
                    count += 1;
                    slots[slot] = count as u16;
                }
            }
        }
        for words in self.abbreviations().values() {
            let slot = slot_of(words.iter().copied().fold(0, join), slots, found);
            if let Some(number) = usize::from(slots[slot]).checked_sub(1) {
                found[number].flags |= EXPLAINED;
            }
        }
        found.truncate(count);
    }

    /// Finds what is known of the words, and puts as many signs behind them as a phrase has words.
    fn know_words(&self, statistics: &impl Statistics, words: &mut Vec<Word>) {
        let word = |token: &Token| {
            let KnownWord { logits, counts } = statistics.known(token);
            Word {
                token: *token,
                logits,
                counts: counts.filter(|_| !token.has(MEANT)),
            }
        };
        words.clear();
        words.extend(self.tokens.iter().map(word));
        words.extend([SIGN; LONGEST]);
    }

    /// Finds every run of words that may be a term, by itself.
    fn find_runs(&self, words: &[Word], runs: &mut Vec<Gathered>) {
        runs.clear();
        runs.reserve(self.tokens.len() * 2);
        for (start, ahead) in words.array_windows::<AHEAD>().enumerate() {
            let first = &ahead[0].token;
            if first.has(STOP) {
                continue;
            }
            let (before, capital) = match first.has(OPENS) {
                true => (AT_SIGN, 0),
                false => (words[start - 1].logits[3], first.marks & CAPITAL),
            };
            let part = match start < self.title_words {
                true => TITLE,
                false => BODY,
            };
            let place = Place {
                start: start as u16,
                length: 0,
            };
            let mut run = Gathered {
                hash: 0,
                flags: ALL | part | capital | first.marks & OPENS,
                again: 0,
                first: place,
                last: place,
                before: larger(before, NEVER),
                behind: NEVER,
            };
            let _ = self.add_word::<0>(&mut run, start, ahead, runs)
                && self.add_word::<1>(&mut run, start, ahead, runs)
                && self.add_word::<2>(&mut run, start, ahead, runs);
        }
    }

    /// Makes a run longer by a word, and adds it to those that may be terms if it may; returns whether it may go
    /// on. Compiled for each length, for this is asked for every word of a site.
    #[inline(always)]
    fn add_word<const AT: usize>(
        &self,
        run: &mut Gathered,
        start: usize,
        ahead: &[Word; AHEAD],
        runs: &mut Vec<Gathered>,
    ) -> bool {
        let (word, next) = (&ahead[AT].token, &ahead[AT + 1]);
        if AT > 0 && word.has(OPENS) {
            return false;
        }
        run.flags |= word.marks & if AT == 0 { DIGIT } else { DIGIT | HYPHEN };
        run.hash = self.join(run.hash, start + AT, word);
        if word.has(if AT == 0 { STOP | NUMBER } else { STOP }) {
            return true;
        }
        if !has_place(ahead[0].token.start, word.end) {
            return false;
        }
        let (behind, closes) = match next.token.has(OPENS) {
            true => (AT_SIGN, CLOSES),
            false => (next.logits[4], 0),
        };
        let place = Place {
            length: AT as u16 + 1,
            ..run.first
        };
        runs.push(Gathered {
            flags: run.flags | closes,
            first: place,
            last: place,
            behind: larger(behind, NEVER),
            ..*run
        });
        true
    }
}

impl TermCandidate {
    /// Returns what speaks for and against it, as numbers.
    pub fn signs(&self) -> [f32; TERM_SIGNS] {
        std::array::from_fn(|at| match at.checked_sub(NUMBERS) {
            Some(flag) => f32::from(self.flags >> flag & 1),
            None => self.numbers[at / 4][LANES[at % 4]],
        })
    }
}

impl Gathered {
    /// Adds the phrase where it stands again.
    #[inline]
    fn add(&mut self, again: &Gathered) {
        self.flags |= again.flags;
        self.again = (self.again + 1).min(LOGARITHMS.len() as u16 - 1);
        self.last = again.last;
        self.before = larger(self.before, again.before);
        self.behind = larger(self.behind, again.behind);
    }

    /// Returns the occurrence to show: the last one when only the first begins with a capital, for that may be
    /// a sentence's and not the phrase's.
    pub fn shown(&self, text: &Text) -> Place {
        let capital = |place: &Place| text.tokens[usize::from(place.start)].has(CAPITAL);
        match capital(&self.first) && !capital(&self.last) {
            true => self.last,
            false => self.first,
        }
    }

    /// Makes a candidate of it.
    #[inline]
    pub fn candidate(&self, words: &[Word], statistics: &impl Statistics) -> TermCandidate {
        let Place { start, length } = self.first;
        let ahead = &words[usize::from(start)..][..LONGEST];
        let [a, b, c] = [0, 1, 2].map(|at| &ahead[at].logits);
        let (length_flag, mean, least, end) = match length {
            1 => (ONE, a[0], a[0], a[2]),
            2 => (TWO, (a[0] + b[0]) / 2.0, smaller(a[0], b[0]), b[2]),
            _ => {
                let least = smaller(smaller(a[0], b[0]), c[0]);
                (0, (a[0] + b[0] + c[0]) / 3.0, least, c[2])
            }
        };
        let again = LOGARITHMS[usize::from(self.again) % LOGARITHMS.len()];
        let phrase = match (length, ahead[0].counts) {
            (1, Some(place)) => statistics.counts(place),
            _ => statistics.phrase(self.hash),
        };
        TermCandidate {
            hash: self.hash,
            flags: (self.flags ^ BODY) | length_flag | if phrase.key > 0.5 { KEY } else { 0 },
            numbers: [
                *phrase.signs(usize::from(length)),
                [mean, a[1], least, end],
                [self.before, again, self.behind, 0.0],
            ],
        }
    }
}

impl Place {
    /// Returns which words are there.
    pub fn words(self) -> Range<usize> {
        let start = usize::from(self.start);
        start..start + usize::from(self.length)
    }
}

/// Returns the slot with the number of a hash, counted from one, or the empty one where it belongs.
#[inline]
fn slot_of(hash: u32, slots: &[u16], found: &[Gathered]) -> usize {
    let mask = slots.len() - 1;
    let mut slot = (hash ^ hash >> 15) as usize & mask;
    while slots[slot] != 0 && found[usize::from(slots[slot]) - 1].hash != hash {
        slot = (slot + 1) & mask;
    }
    slot
}

/// Tells whether a run is short and far up enough for its place to be kept.
#[inline]
fn has_place(start: u32, end: u32) -> bool {
    end <= u32::from(u16::MAX) && end - start <= u32::from(u8::MAX)
}

// Those of the standard library ask about what is no number, too.
#[inline]
fn larger(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

#[inline]
fn smaller(a: f32, b: f32) -> f32 {
    if b < a { b } else { a }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::tags::phrases::{Model, Run};

    const PIECES: [&str; 18] = [
        "graph",
        "Graph",
        "neural networks",
        "the",
        "of",
        "replay",
        "Retrieval-augmented generation (RAG)",
        "RAG",
        "LLMs",
        "large language model",
        "pre-training",
        "GPT-4",
        "2025",
        "C++",
        ".",
        ",",
        "-",
        "na\u{ef}ve",
    ];

    /// The hashes and signs of candidates, worked out for each phrase by itself.
    fn plainly(text: &Text, model: &Model) -> Vec<(u32, Vec<f32>)> {
        let tokens = &text.tokens;
        let mut runs = text.runs();
        runs.retain(|run| run.length <= LONGEST);
        let explained = |hash: u32| {
            let mut meant = text.abbreviations().values();
            meant.any(|words| words.iter().copied().fold(0, join) == hash)
        };
        let logits = |at: usize| model.word(tokens[at].hash);
        let opens = |run: &Run| tokens[run.start].has(token::OPENS);
        let closes = |run: &Run| {
            let next = tokens.get(run.words().end);
            next.is_none_or(|next| next.has(token::OPENS))
        };
        let signs = |first: &Run| {
            let all: Vec<&Run> = runs.iter().filter(|run| run.hash == first.hash).collect();
            let any = |test: &dyn Fn(&Run) -> bool| all.iter().any(|run| test(run));
            let best =
                |odds: &dyn Fn(&Run) -> f32| all.iter().map(|run| odds(run)).fold(NEVER, f32::max);
            let inside: Vec<f32> = first.words().map(|at| logits(at)[0]).collect();
            let phrase = model.phrase(first.hash);
            let [log_odds, log_key, probability, log_papers] = *phrase.signs(first.length);
            let numbers = [
                log_odds,
                probability,
                log_key,
                log_papers,
                inside.iter().sum::<f32>() / first.length as f32,
                inside.iter().copied().fold(f32::MAX, f32::min),
                logits(first.start)[1],
                logits(first.words().end - 1)[2],
                best(&|run| {
                    if opens(run) {
                        AT_SIGN
                    } else {
                        logits(run.start - 1)[3]
                    }
                }),
                best(&|run| {
                    if closes(run) {
                        AT_SIGN
                    } else {
                        logits(run.words().end)[4]
                    }
                }),
                LOGARITHMS[all.len().min(LOGARITHMS.len()) - 1],
                0.0,
            ];
            let is_capital = |run: &Run| tokens[run.start].has(token::CAPITAL) && !opens(run);
            let flags = [
                phrase.key > 0.5,
                first.length == 1,
                first.length == 2,
                first.start < text.title_words,
                all.iter().all(|run| run.words().end <= text.title_words),
                any(&opens),
                any(&closes),
                any(&is_capital),
                any(&|run| run.words().skip(1).any(|at| tokens[at].has(token::HYPHEN))),
                any(&|run| run.words().any(|at| tokens[at].has(token::DIGIT))),
                explained(first.hash),
                true,
            ];
            let flags = flags.map(|flag| f32::from(u8::from(flag)));
            (first.hash, [numbers.as_slice(), &flags].concat())
        };
        let mut seen = BTreeSet::new();
        let firsts = runs.iter().filter(|run| seen.insert(run.hash));
        firsts.map(signs).collect()
    }

    proptest! {
        #[test]
        fn candidates_are_what_is_seen_of_each_phrase(
            title in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..8),
            text in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60),
        ) {
            let model = Model::embedded();
            let text = Text::new(&title.join(" "), &text.join(" "), &model.abbreviations);
            let found = text.term_candidates(model).into_iter();
            let found: Vec<_> = found.map(|found| (found.hash, found.signs().to_vec())).collect();
            prop_assert_eq!(found, plainly(&text, model));
        }
    }

    #[test]
    fn a_phrase_that_is_far_down_is_no_candidate() {
        let far = ["graph. ".repeat(10_000), "far away".to_owned()].concat();
        let text = Text::new("", &far, &Model::embedded().abbreviations);
        let found = text.term_candidates(Model::embedded());
        assert_eq!(found.len(), 1, "graph");
    }
}
