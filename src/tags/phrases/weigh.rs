//! What speaks for and against a run of words as a key phrase, as numbers.

use std::ops::Range;

use super::text::{LONGEST, Run, Text, join};
use super::token::{CAPITAL, DIGIT, HYPHEN, OPENS};
use super::{KNOWN, PhraseCount, Statistics, WordLogits};

/// How many features a candidate has: what the text says, then what its other candidates say.
pub const FEATURES: usize = ALONE + 12;

/// How many of them come from the candidate alone.
const ALONE: usize = 43;

/// This is a candidate with what speaks for and against it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The hash of the folded phrase.
    pub hash: u32,
    /// The words of the first occurrence: first and behind the last.
    pub words: Range<usize>,
    /// The words of the occurrence to show: the last one when only the first begins with a capital.
    pub shown: Range<usize>,
    /// Whether no other text than the title has it.
    pub in_title_only: bool,
    /// Whether the phrase was often key.
    pub known: bool,
    /// How likely it is key; zero until it is weighed.
    pub probability: f32,
    /// What speaks for and against it.
    pub features: [f32; FEATURES],
}

impl Text {
    /// Returns every candidate, each once, with what speaks for and against it.
    pub fn candidates(&self, statistics: &impl Statistics) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        self.for_each_candidate(statistics, |candidate| candidates.push(candidate));
        candidates
    }

    /// Calls back for every candidate, each once, in the order of the text.
    pub fn for_each_candidate(
        &self,
        statistics: &impl Statistics,
        mut call: impl FnMut(Candidate),
    ) {
        let runs = self.runs();
        let signs = Signs::new(self, &runs, statistics);
        let found = self.group(&runs, &signs);
        let explained: Vec<u32> = self
            .abbreviations()
            .values()
            .map(|words| words.iter().fold(0, |hash, word| join(hash, *word)))
            .collect();
        let known = found.iter().filter(|found| found.phrase.key > KNOWN);
        let known = known.fold((0.0, 0.0), |sum, found| {
            let share = found.phrase.key / (found.phrase.papers + 1.0);
            (sum.0 + 1.0, sum.1 + share)
        });
        let paper = Paper {
            size: self.tokens.len() as f32,
            log_size: (self.tokens.len().max(1) as f32).ln() - 5.3,
            known: f32::ln_1p(known.0),
            known_share: f32::ln_1p(known.1),
        };
        for mut found in found {
            found.abbreviated = explained.contains(&found.hash);
            call(Candidate {
                hash: found.hash,
                words: found.first..found.first + found.length,
                shown: self.shown(&found),
                in_title_only: found.body == usize::MAX,
                known: found.phrase.key > KNOWN,
                probability: 0.0,
                features: self.features(&found, &signs, &paper),
            });
        }
    }

    fn shown(&self, found: &Gathered) -> Range<usize> {
        let capital = |start: usize| self.tokens[start].has(CAPITAL);
        match capital(found.first) && !capital(found.last) {
            true => found.last..found.last + found.last_length,
            false => found.first..found.first + found.length,
        }
    }

    /// Puts runs of the same words together, in the order of their first occurrences.
    fn group(&self, runs: &[Run], signs: &Signs) -> Vec<Gathered> {
        // A table of our own: of the standard one, half of the time goes into making it.
        let size = (runs.len() * 2).next_power_of_two();
        let mut slots: Vec<u32> = vec![0; size];
        let mut found: Vec<Gathered> = Vec::with_capacity(runs.len());
        for (run, phrase) in runs.iter().zip(&signs.phrases) {
            let mut slot = (run.hash ^ run.hash >> 15) as usize & (size - 1);
            while slots[slot] != 0 && found[slots[slot] as usize - 1].hash != run.hash {
                slot = (slot + 1) & (size - 1);
            }
            if slots[slot] == 0 {
                found.push(Gathered::new(run, phrase));
                slots[slot] = found.len() as u32;
            }
            self.gather(&mut found[slots[slot] as usize - 1], run, signs);
        }
        found
    }

    fn gather(&self, into: &mut Gathered, run: &Run, signs: &Signs) {
        let words = run.words();
        let logits = &signs.logits;
        let at = place(run);
        into.count += 1.0;
        into.last = run.start;
        into.last_length = run.length;
        into.sup += signs.sup[at];
        into.covered += f32::from(u8::from(signs.sup[at] > signs.own[at]));
        if run.start >= self.title_words {
            into.body = into.body.min(run.start);
        }
        let first = &self.tokens[run.start];
        let around = signs.around(&words);
        into.around += around;
        if into.count < 1.5 {
            into.first_around = around;
        }
        if run.start > 1 && !first.has(OPENS) && !self.tokens[run.start - 1].has(OPENS) {
            into.before2 += logits[run.start - 2][3];
        }
        let before = (run.start > 0 && !first.has(OPENS)).then(|| logits[run.start - 1][3]);
        into.best_before = into.best_before.max(before.unwrap_or(AT_SIGN));
        into.before += before.unwrap_or(0.0);
        let closes = self
            .tokens
            .get(words.end)
            .is_none_or(|next| next.has(OPENS));
        let behind = (!closes).then(|| logits[words.end][4]);
        into.best_behind = into.best_behind.max(behind.unwrap_or(AT_SIGN));
        into.behind += behind.unwrap_or(0.0);
        into.opens |= first.has(OPENS);
        into.closes |= closes;
        into.capital |= first.has(CAPITAL) && !first.has(OPENS);
        let inner = &self.tokens[run.start + 1..words.end];
        into.hyphen |= inner.iter().any(|token| token.has(HYPHEN));
    }

    fn features(&self, found: &Gathered, signs: &Signs, paper: &Paper) -> [f32; FEATURES] {
        let words = found.first..found.first + found.length;
        let logits = &signs.logits;
        let inside = |at: usize| logits[at][0];
        let mean = words.clone().map(inside).sum::<f32>() / found.length as f32;
        let least = words.clone().map(inside).fold(f32::MAX, f32::min);
        let flag = |is: bool| f32::from(u8::from(is));
        let log = |value: f32| if value > 0.0 { value.ln_1p() } else { 0.0 };
        let [prior, log_key, share, log_papers] = *found.phrase.signs(found.length);
        let title = flag(found.first < self.title_words);
        let sup = found.sup / found.count;
        let alone: [f32; ALONE] = [
            prior,
            log_key,
            log_papers,
            flag(found.phrase.key > 0.5),
            flag(found.length == 1),
            flag(found.length == 2),
            flag(found.length == 3),
            flag(found.length >= 4),
            log(found.count - 1.0),
            title,
            found.first as f32 / paper.size,
            found.last as f32 / paper.size,
            flag(found.abbreviated),
            mean,
            least,
            logits[words.start][1],
            logits[words.end - 1][2],
            found.before / found.count,
            found.behind / found.count,
            sup,
            signs.sub[found.first * LONGEST + found.length - 1],
            (sup - prior).max(0.0),
            flag(self.tokens[words].iter().any(|token| token.has(DIGIT))),
            flag(found.opens),
            flag(found.closes),
            flag(found.capital),
            flag(found.hyphen),
            prior * flag(found.count > 1.5),
            prior * title,
            paper.log_size,
            paper.known,
            paper.known_share,
            flag(found.first < self.title_words + 25),
            flag(found.body < self.tokens.len() / 5),
            flag(found.last > self.tokens.len() * 3 / 4),
            found.covered / found.count,
            share,
            flag(found.count > 3.5),
            found.around / found.count,
            found.best_before,
            found.best_behind,
            found.before2 / found.count,
            found.first_around,
        ];
        let mut features = [0.0; FEATURES];
        features[..ALONE].copy_from_slice(&alone);
        features
    }
}

impl Candidate {
    /// Tells whether it is weighed once more, when it is known what the others came to.
    pub fn is_close(&self) -> bool {
        self.known && self.probability >= CLOSE
    }

    fn holds(&self, other: &Candidate) -> bool {
        self.words.start <= other.words.start && self.words.end >= other.words.end
    }

    fn overlaps(&self, other: &Candidate) -> bool {
        self.words.start < other.words.end && other.words.start < self.words.end
    }
}

/// Tells each candidate that `is_close` what the others of its paper came to: readers name one of two
/// phrases that overlap, and only so many of a paper.
pub fn add_context(candidates: &mut [Candidate]) {
    let sums = Sums::of(candidates);
    for at in 0..candidates.len() {
        if candidates[at].is_close() {
            let context = sums.context(candidates, at);
            candidates[at].features[ALONE..].copy_from_slice(&context);
        }
    }
}

/// What the candidates of a paper come to together.
struct Sums {
    /// The probabilities that any close one may have, the surest first.
    surest: Vec<f32>,
    all: f32,
    known: f32,
    likely: usize,
}

impl Sums {
    fn of(candidates: &[Candidate]) -> Sums {
        let probabilities = candidates.iter().map(|candidate| candidate.probability);
        let mut surest: Vec<f32> = probabilities.clone().filter(|p| *p >= CLOSE).collect();
        surest.sort_unstable_by(|a, b| b.total_cmp(a));
        let known = candidates.iter().filter(|candidate| candidate.known);
        Sums {
            likely: surest.partition_point(|probability| *probability > LIKELY),
            surest,
            all: probabilities.sum(),
            known: known.map(|candidate| candidate.probability).sum(),
        }
    }

    fn context(&self, candidates: &[Candidate], at: usize) -> [f32; FEATURES - ALONE] {
        let own = &candidates[at];
        let (mut holds, mut held, mut crosses, mut holders) = (0f32, 0f32, 0f32, 0f32);
        for (number, other) in candidates.iter().enumerate() {
            if !other.overlaps(own) || number == at {
                continue;
            }
            let probability = other.probability;
            if other.holds(own) {
                held = held.max(probability);
                holders += probability;
            } else if own.holds(other) {
                holds = holds.max(probability);
            } else {
                crosses = crosses.max(probability);
            }
        }
        let before = self.surest.partition_point(|p| *p > own.probability);
        let log_odds = |p: f32| (p.max(1e-4) / (1.0 - p).max(1e-4)).ln();
        [
            log_odds(own.probability),
            log_odds(held),
            log_odds(holds),
            log_odds(crosses),
            held,
            holds,
            crosses,
            (before as f32).ln_1p(),
            self.all.ln(),
            (self.likely as f32).ln_1p(),
            self.known.ln_1p(),
            holders,
        ]
    }
}

/// A candidate less sure than this is not weighed again: hardly one in a hundred would be taken.
const CLOSE: f32 = 0.08;
/// A candidate this sure is counted among those that a paper has.
const LIKELY: f32 = 0.3;

/// What stands for the word before or behind where a sign stands.
pub(super) const AT_SIGN: f32 = -1.5;

/// The log odds where no phrase is.
const NEVER: f32 = -6.0;

/// What is known of the words and runs of a text.
struct Signs {
    logits: Vec<WordLogits>,
    /// For each number of words the sum of their log odds of being inside a phrase.
    sums: Vec<f32>,
    /// What was counted of each run.
    phrases: Vec<PhraseCount>,
    /// For each place (see `place`) the log odds of its run, of the best run that holds it, and of
    /// the best that it holds.
    own: Vec<f32>,
    sup: Vec<f32>,
    sub: Vec<f32>,
}

/// Where a run stands in tables: by first word, then by length.
fn place(run: &Run) -> usize {
    run.start * LONGEST + run.length - 1
}

impl Signs {
    fn new(text: &Text, runs: &[Run], statistics: &impl Statistics) -> Signs {
        let size = text.tokens.len();
        let logits: Vec<WordLogits> = text
            .word_hashes()
            .map(|word| statistics.word(word))
            .collect();
        let mut sums = Vec::with_capacity(size + 1);
        let mut sum = 0.0;
        sums.push(sum);
        sums.extend(logits.iter().map(|logits| {
            sum += logits[0];
            sum
        }));
        let phrases: Vec<PhraseCount> = (runs.iter())
            .map(|run| *statistics.phrase(run.hash))
            .collect();
        let mut own = vec![NEVER; size * LONGEST];
        for (run, phrase) in runs.iter().zip(&phrases) {
            own[place(run)] = phrase.signs(run.length)[0];
        }
        Signs {
            sup: best_around(&own),
            sub: best_inside(&own),
            logits,
            sums,
            phrases,
            own,
        }
    }

    /// How likely the eight words on both sides of a run are inside phrases.
    fn around(&self, words: &Range<usize>) -> f32 {
        let size = self.logits.len();
        let window = words.start.saturating_sub(8)..(words.end + 8).min(size);
        let others = (window.len() - words.len()).max(1) as f32;
        let sum = |words: &Range<usize>| self.sums[words.end] - self.sums[words.start];
        (sum(&window) - sum(words)) / others
    }
}

/// Works out, for every run, the best phrase that holds it.
fn best_around(own: &[f32]) -> Vec<f32> {
    let mut sup = vec![NEVER; own.len()];
    for length in (1..LONGEST).rev() {
        let mut left = NEVER;
        for row in (0..own.len()).step_by(LONGEST) {
            let right = own[row + length].max(sup[row + length]);
            sup[row + length - 1] = right.max(left);
            left = right;
        }
    }
    sup
}

/// Works out, for every run, the best phrase that it holds.
fn best_inside(own: &[f32]) -> Vec<f32> {
    let mut sub = vec![NEVER; own.len()];
    for length in 2..=LONGEST {
        let mut right = NEVER;
        for row in (0..own.len()).step_by(LONGEST).rev() {
            let left = own[row + length - 2].max(sub[row + length - 2]);
            sub[row + length - 1] = left.max(right);
            right = left;
        }
    }
    sub
}

/// What is the same for all candidates of a paper.
struct Paper {
    size: f32,
    log_size: f32,
    known: f32,
    known_share: f32,
}

/// What is gathered of one phrase over its occurrences.
struct Gathered {
    hash: u32,
    phrase: PhraseCount,
    first: usize,
    last: usize,
    /// Not always the length of the first: an abbreviation may stand for it.
    last_length: usize,
    length: usize,
    count: f32,
    sup: f32,
    covered: f32,
    around: f32,
    first_around: f32,
    best_before: f32,
    best_behind: f32,
    before2: f32,
    body: usize,
    before: f32,
    behind: f32,
    opens: bool,
    closes: bool,
    capital: bool,
    hyphen: bool,
    abbreviated: bool,
}

impl Gathered {
    fn new(run: &Run, phrase: &PhraseCount) -> Gathered {
        Gathered {
            hash: run.hash,
            phrase: *phrase,
            first: run.start,
            last: run.start,
            last_length: run.length,
            length: run.length,
            count: 0.0,
            sup: 0.0,
            covered: 0.0,
            around: 0.0,
            first_around: 0.0,
            best_before: -4.0,
            best_behind: -4.0,
            before2: 0.0,
            body: usize::MAX,
            before: 0.0,
            behind: 0.0,
            opens: false,
            closes: false,
            capital: false,
            hyphen: false,
            abbreviated: false,
        }
    }
}
