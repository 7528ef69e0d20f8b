//! What speaks for and against a run of words as a key phrase, as numbers.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::text::{LONGEST, Text, join};
use super::{KNOWN, PhraseCount, Statistics, WordLogits};

/// How many features a candidate has.
pub const FEATURES: usize = 43;

/// This is a candidate with what speaks for and against it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The hash of the folded phrase.
    pub hash: u32,
    /// The words of the first occurrence: first and behind the last.
    pub words: Range<usize>,
    /// Whether the phrase was often key.
    pub known: bool,
    /// What speaks for and against it.
    pub features: [f32; FEATURES],
}

impl Text {
    /// Returns every candidate, each once, with what speaks for and against it.
    pub fn candidates(&self, statistics: &impl Statistics) -> Vec<Candidate> {
        let logits: Vec<WordLogits> = self
            .tokens
            .iter()
            .map(|token| statistics.word(token.hash))
            .collect();
        let runs = self.runs();
        let counts: Vec<PhraseCount> = runs
            .iter()
            .map(|(hash, _)| statistics.phrase(*hash))
            .collect();
        let table = self.spread(&runs, &counts);
        let explained: Vec<u32> = self
            .abbreviations()
            .into_values()
            .map(|words| words.iter().fold(0, |hash, word| join(hash, *word)))
            .collect();

        let mut order: Vec<(u32, usize)> = Vec::with_capacity(runs.len());
        let mut gathered: FxHashMap<u32, (Gathered, PhraseCount)> =
            FxHashMap::with_capacity_and_hasher(runs.len(), Default::default());
        for ((hash, range), count) in runs.iter().zip(&counts) {
            let entry = gathered.entry(*hash).or_insert_with(|| {
                order.push((*hash, range.start));
                (Gathered::new(range), *count)
            });
            self.gather(&mut entry.0, range, &logits, &table);
        }
        let known = gathered.values().filter(|(_, count)| count.key > KNOWN);
        let doc = known.fold((0.0, 0.0), |sum, (_, count)| {
            (sum.0 + 1.0, sum.1 + count.key / (count.papers + 1.0))
        });
        order
            .iter()
            .map(|(hash, _)| {
                let (gathered, count) = &mut gathered.get_mut(hash).expect("it was put in above");
                gathered.abbreviated = explained.contains(hash);
                Candidate {
                    hash: *hash,
                    words: gathered.first..gathered.first + gathered.length,
                    known: count.key > KNOWN,
                    features: self.features(gathered, *count, &logits, &table, doc),
                }
            })
            .collect()
    }

    fn gather(
        &self,
        into: &mut Gathered,
        range: &Range<usize>,
        logits: &[WordLogits],
        table: &Spread,
    ) {
        into.count += 1.0;
        into.last = range.start;
        into.sup += table.sup[range.start * LONGEST + range.len() - 1];
        let at = range.start * LONGEST + range.len() - 1;
        into.covered += f32::from(u8::from(table.sup[at] > table.own[at]));
        if range.start >= self.title_words {
            into.body = into.body.min(range.start);
        }
        let first = &self.tokens[range.start];
        let window = range.start.saturating_sub(8)..(range.end + 8).min(logits.len());
        let size = (window.len() - range.len()).max(1) as f32;
        let around = (window.map(|at| logits[at][0]).sum::<f32>()
            - range.clone().map(|at| logits[at][0]).sum::<f32>())
            / size;
        into.around += around;
        if into.count < 1.5 {
            into.first_around = around;
        }
        if range.start > 1 && !first.opens && !self.tokens[range.start - 1].opens {
            into.before2 += logits[range.start - 2][3];
        }
        let before = match range.start > 0 && !first.opens {
            true => logits[range.start - 1][3],
            false => -1.5,
        };
        into.best_before = into.best_before.max(before);
        let behind = match self.tokens.get(range.end) {
            Some(next) if !next.opens => logits[range.end][4],
            _ => -1.5,
        };
        into.best_behind = into.best_behind.max(behind);
        into.before += match range.start > 0 && !first.opens {
            true => logits[range.start - 1][3],
            false => 0.0,
        };
        let closes = self.tokens.get(range.end).is_none_or(|next| next.opens);
        into.behind += match closes {
            true => 0.0,
            false => logits[range.end][4],
        };
        into.opens |= first.opens;
        into.closes |= closes;
        into.capital |= first.capital && !first.opens;
        into.hyphen |= range.len() > 1
            && self.tokens[range.start + 1..range.end]
                .iter()
                .any(|t| t.hyphen);
    }

    /// Works out, for every run, the best phrase that holds it and the best that it holds.
    fn spread(&self, runs: &[(u32, Range<usize>)], counts: &[PhraseCount]) -> Spread {
        let size = self.tokens.len() * LONGEST;
        let mut own = vec![NEVER; size];
        for ((_, range), count) in runs.iter().zip(counts) {
            own[range.start * LONGEST + range.len() - 1] = phrase_logit(*count, range.len());
        }
        let mut sup = vec![NEVER; size];
        for length in (1..LONGEST).rev() {
            for start in 0..self.tokens.len() {
                let wider = |at: usize| own[at].max(sup[at]);
                let right = wider(start * LONGEST + length);
                let left = if start > 0 {
                    wider((start - 1) * LONGEST + length)
                } else {
                    NEVER
                };
                sup[start * LONGEST + length - 1] = right.max(left);
            }
        }
        let mut sub = vec![NEVER; size];
        for length in 2..=LONGEST {
            for start in 0..self.tokens.len() {
                let inner = |at: usize| own[at].max(sub[at]);
                let left = inner(start * LONGEST + length - 2);
                let right = match start + 1 < self.tokens.len() {
                    true => inner((start + 1) * LONGEST + length - 2),
                    false => NEVER,
                };
                sub[start * LONGEST + length - 1] = left.max(right);
            }
        }
        Spread { own, sup, sub }
    }

    fn features(
        &self,
        found: &Gathered,
        count: PhraseCount,
        logits: &[WordLogits],
        table: &Spread,
        doc: (f32, f32),
    ) -> [f32; FEATURES] {
        let range = found.first..found.first + found.length;
        let length = found.length as f32;
        let total = self.tokens.len().max(1) as f32;
        let inside = |at: usize| logits[at][0];
        let mean = range.clone().map(inside).sum::<f32>() / length;
        let least = range.clone().map(inside).fold(f32::MAX, f32::min);
        let flag = |is: bool| f32::from(u8::from(is));
        let prior = phrase_logit(count, found.length);
        let known = flag(count.key > 0.5);
        let title = flag(found.first < self.title_words);
        let sup = found.sup / found.count;
        [
            prior,
            count.key.ln_1p(),
            count.papers.ln_1p(),
            known,
            flag(found.length == 1),
            flag(found.length == 2),
            flag(found.length == 3),
            flag(found.length >= 4),
            found.count.ln(),
            title,
            found.first as f32 / total,
            found.last as f32 / total,
            flag(found.abbreviated),
            mean,
            least,
            logits[range.start][1],
            logits[range.end - 1][2],
            found.before / found.count,
            found.behind / found.count,
            sup,
            table.sub[range.start * LONGEST + found.length - 1],
            (sup - prior).max(0.0),
            flag(range.clone().any(|at| self.tokens[at].digit)),
            flag(found.opens),
            flag(found.closes),
            flag(found.capital),
            flag(found.hyphen),
            prior * flag(found.count > 1.5),
            prior * title,
            total.ln() - 5.3,
            doc.0.ln_1p(),
            doc.1.ln_1p(),
            flag(found.first < self.title_words + 25),
            flag(found.body < self.tokens.len() / 5),
            flag(found.last > self.tokens.len() * 3 / 4),
            found.covered / found.count,
            (prior.exp() / (1.0 + prior.exp())),
            flag(found.count > 3.5),
            found.around / found.count,
            found.best_before,
            found.best_behind,
            found.before2 / found.count,
            found.first_around,
        ]
    }
}

/// Returns a phrase's log odds of being key; rare ones lean to the mean.
fn phrase_logit(count: PhraseCount, length: usize) -> f32 {
    let mean = if length == 1 { 0.03 } else { 0.06 };
    let odds =
        (count.key + 2.0 * mean) / ((count.papers - count.key).max(0.0) + 2.0 * (1.0 - mean));
    odds.ln()
}

/// What is gathered of one phrase over its occurrences.
struct Gathered {
    first: usize,
    last: usize,
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

/// The log odds where no phrase is.
const NEVER: f32 = -6.0;

struct Spread {
    own: Vec<f32>,
    sup: Vec<f32>,
    sub: Vec<f32>,
}

impl Gathered {
    fn new(range: &Range<usize>) -> Gathered {
        Gathered {
            first: range.start,
            last: range.start,
            length: range.len(),
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
