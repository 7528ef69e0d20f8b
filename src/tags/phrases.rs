//! Key phrases: what a title and an abstract say that a paper is about, known to the vocabulary or not.
//!
//! Every run of one to five words between two signs is a candidate. What speaks for it (how often
//! authors' readers took this phrase, and these words, for a key phrase; where and how often it stands;
//! what stands around it) is weighed by a logistic function. `learn` in `benches/keywords.rs` counts
//! words and phrases in papers whose key phrases are known; what it learned is a table of
//! hashes and weights beside this file, so the module needs neither those papers nor a download.

use std::ops::Range;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::words::{self, Words};

/// This is a phrase that may say what a paper is about.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPhrase {
    /// The phrase as it is written where it stands first.
    pub text: String,
    /// The phrase with case, plural and hyphens folded away.
    pub folded: String,
    /// How likely a reader names it among the paper's keywords, from 0 to 1.
    pub probability: f32,
}

/// This is what was counted of a phrase: in how many papers it stands, and in how many of them it is key.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PhraseCount {
    /// Papers that have the phrase.
    pub papers: f32,
    /// Papers of which it is a key phrase.
    pub key: f32,
}

/// How many things are counted of a word: see [`WordLogits`].
pub const WORD_SIGNS: usize = 5;

/// These are the log odds that a word is inside a key phrase, begins one, ends one, stands before one
/// and stands behind one.
pub type WordLogits = [f32; WORD_SIGNS];

/// This is what a scorer asks about words and phrases it knows by hash.
pub trait Statistics {
    /// Returns what is known of a word.
    fn word(&self, hash: u32) -> WordLogits;
    /// Returns what is known of a phrase; `key` and `papers` are zero for one never seen.
    fn phrase(&self, hash: u32) -> PhraseCount;
}

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

/// What abbreviations stand for: from the hash of the folded short form to those of the words meant.
pub type Abbreviations = FxHashMap<u32, Box<[u32]>>;

/// This is a paper's text cut into words and the runs of words that may be key phrases.
pub struct Text {
    text: String,
    words: Words,
    tokens: Vec<Token>,
    title_words: usize,
}

/// This is what was learned: weights, and log odds of words and phrases.
#[derive(Debug, Default)]
pub struct Model {
    /// Weighs phrases that were often key.
    pub known: Scorer,
    /// Weighs the others.
    pub new: Scorer,
    /// What is known of words.
    pub words: FxHashMap<u32, [i8; WORD_SIGNS]>,
    /// What is known of phrases: papers and key, as steps of a logarithm.
    pub phrases: FxHashMap<u32, [u8; 2]>,
    /// What abbreviations stand for where the paper does not say it.
    pub abbreviations: Abbreviations,
}

/// This weighs features: a linear part and a few units that each answer above a bound.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scorer {
    /// The weight of each feature, and last the constant.
    pub linear: Vec<f32>,
    /// The units: the weight of each feature, the constant, and the weight of the unit's answer.
    pub units: Vec<Vec<f32>>,
}

/// A phrase that was key this often is weighed as known.
pub const KNOWN: f32 = 2.5;

/// Longer key phrases are rare and cost as much again.
pub const LONGEST: usize = 5;

struct Token {
    hash: u32,
    /// The words meant, for an abbreviation.
    meant: Option<Box<[u32]>>,
    stop: bool,
    /// Whether a sign stands before the word.
    opens: bool,
    digit: bool,
    capital: bool,
    hyphen: bool,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    Model::parse(include_bytes!("phrases.bin")).expect("the embedded table is whole")
});

impl Model {
    /// Returns the model that the binary holds.
    pub fn embedded() -> &'static Model {
        &MODEL
    }

    /// Returns the phrases that are key with a probability of at least `least`, the surest first.
    pub fn key_phrases(&self, title: &str, text: &str, least: f32) -> Vec<KeyPhrase> {
        let text = Text::new(title, text, &self.abbreviations);
        let mut found: Vec<(f32, Candidate)> = text
            .candidates(self)
            .into_iter()
            .map(|candidate| (self.probability(&candidate), candidate))
            .filter(|(probability, _)| *probability >= least)
            .collect();
        found.sort_by(|a, b| {
            b.0.total_cmp(&a.0)
                .then_with(|| a.1.words.start.cmp(&b.1.words.start))
                .then_with(|| a.1.words.end.cmp(&b.1.words.end))
        });
        found
            .into_iter()
            .map(|(probability, candidate)| KeyPhrase {
                text: text.written(&candidate.words).to_owned(),
                folded: text.folded(&candidate.words),
                probability,
            })
            .collect()
    }

    /// Returns how likely a candidate is key.
    pub fn probability(&self, candidate: &Candidate) -> f32 {
        let scorer = match candidate.known {
            true => &self.known,
            false => &self.new,
        };
        scorer.probability(&candidate.features)
    }

    /// Parses a table that `write` wrote.
    pub fn parse(bytes: &[u8]) -> Option<Model> {
        let mut rest = bytes;
        let mut take = |length: usize| {
            let (head, tail) = rest.split_at_checked(length)?;
            rest = tail;
            Some(head)
        };
        let number = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let mut model = Model::default();
        for scorer in [&mut model.known, &mut model.new] {
            let mut row = |length: usize| {
                let weights = (0..length).map(|_| Some(f32::from_bits(number(take(4)?))));
                weights.collect::<Option<Vec<f32>>>()
            };
            scorer.linear = row(FEATURES + 1)?;
            let units = row(1)?[0] as usize;
            scorer.units = (0..units)
                .map(|_| row(FEATURES + 2))
                .collect::<Option<_>>()?;
        }
        for _ in 0..number(take(4)?) {
            let hash = number(take(4)?);
            let mut signs = [0; WORD_SIGNS];
            for (sign, byte) in signs.iter_mut().zip(take(WORD_SIGNS)?) {
                *sign = byte.cast_signed();
            }
            model.words.insert(hash, signs);
        }
        for _ in 0..number(take(4)?) {
            let hash = number(take(4)?);
            let counts = take(2)?;
            model.phrases.insert(hash, [counts[0], counts[1]]);
        }
        for _ in 0..number(take(4)?) {
            let short = number(take(4)?);
            let length = take(1)?[0];
            let words = (0..length).map(|_| Some(number(take(4)?)));
            let words = words.collect::<Option<Box<[u32]>>>()?;
            model.abbreviations.insert(short, words);
        }
        rest.is_empty().then_some(model)
    }

    /// Writes the table, the same for the same model.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        for scorer in [&self.known, &self.new] {
            bytes.extend(scorer.linear.iter().flat_map(|w| w.to_le_bytes()));
            bytes.extend((scorer.units.len() as f32).to_le_bytes());
            bytes.extend(scorer.units.iter().flatten().flat_map(|w| w.to_le_bytes()));
        }
        let mut words: Vec<_> = self.words.iter().collect();
        words.sort_unstable();
        bytes.extend((words.len() as u32).to_le_bytes());
        for (hash, signs) in words {
            bytes.extend(hash.to_le_bytes());
            bytes.extend(signs.iter().map(|sign| sign.cast_unsigned()));
        }
        let mut phrases: Vec<_> = self.phrases.iter().collect();
        phrases.sort_unstable();
        bytes.extend((phrases.len() as u32).to_le_bytes());
        for (hash, counts) in phrases {
            bytes.extend(hash.to_le_bytes());
            bytes.extend(counts);
        }
        let mut abbreviations: Vec<_> = self.abbreviations.iter().collect();
        abbreviations.sort_unstable();
        bytes.extend((abbreviations.len() as u32).to_le_bytes());
        for (short, words) in abbreviations {
            bytes.extend(short.to_le_bytes());
            bytes.push(words.len() as u8);
            bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        }
        bytes
    }
}

impl Scorer {
    /// Returns the probability that the features speak for.
    pub fn probability(&self, features: &[f32; FEATURES]) -> f32 {
        let weigh = |weights: &[f32]| -> f32 {
            let products = features.iter().zip(weights).map(|(x, w)| x * w);
            products.sum::<f32>() + weights[FEATURES]
        };
        let answers = self
            .units
            .iter()
            .map(|unit| weigh(unit).max(0.0) * unit[FEATURES + 1]);
        let sum = weigh(&self.linear) + answers.sum::<f32>();
        1.0 / (1.0 + (-sum).exp())
    }
}

/// Steps per unit of log odds; a byte then holds from -8 to 8.
pub const LOGIT_STEPS: f32 = 16.0;
/// Steps per unit of the logarithm of a count; a byte then holds up to a million.
pub const COUNT_STEPS: f32 = 18.0;

impl Statistics for Model {
    fn word(&self, hash: u32) -> WordLogits {
        match self.words.get(&hash) {
            Some(signs) => signs.map(|sign| f32::from(sign) / LOGIT_STEPS),
            None => UNKNOWN_WORD,
        }
    }

    fn phrase(&self, hash: u32) -> PhraseCount {
        let Some([papers, key]) = self.phrases.get(&hash) else {
            return PhraseCount::default();
        };
        let count = |steps: u8| (f32::from(steps) / COUNT_STEPS).exp_m1();
        PhraseCount {
            papers: count(*papers),
            key: count(*key),
        }
    }
}

/// The log odds of a word that was never seen: new words are often the paper's own terms.
pub const UNKNOWN_WORD: WordLogits = [-0.7, -1.9, -1.9, -2.0, -2.0];

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

impl Text {
    /// Cuts a title and a text into words.
    pub fn new(title: &str, text: &str, known: &Abbreviations) -> Text {
        let whole = format!("{title} . {text}");
        let words = words::split(&whole);
        let title_words = words
            .spans
            .partition_point(|(_, range)| range.start < title.len());
        let mut tokens = Vec::with_capacity(words.spans.len());
        let mut end = 0;
        for (number, (at, range)) in words.spans.iter().enumerate() {
            let next = words.spans.get(number + 1);
            let until = next.map_or(words.folded.len() - 1, |(at, _)| *at);
            let folded = words.folded[at + 1..until].trim_end_matches(" |");
            let written = &whole[range.clone()];
            tokens.push(Token {
                hash: hash_word(folded),
                meant: None,
                stop: is_stop_word(folded),
                opens: *at == 0 || words.folded[..*at].ends_with('|'),
                digit: folded.bytes().any(|b| b.is_ascii_digit()),
                capital: written.starts_with(char::is_uppercase),
                hyphen: end > 0
                    && whole.as_bytes().get(end) == Some(&b'-')
                    && end + 1 == range.start,
            });
            end = range.end;
        }
        let mut text = Text {
            text: whole,
            words,
            tokens,
            title_words,
        };
        let own = text.abbreviations();
        for number in 0..text.tokens.len() {
            if is_short_form(&text.text[text.words.spans[number].1.clone()]) {
                let hash = text.tokens[number].hash;
                text.tokens[number].meant = own.get(&hash).or_else(|| known.get(&hash)).cloned();
            }
        }
        text
    }

    /// Returns a run of words as it is written.
    pub fn written(&self, words: &Range<usize>) -> &str {
        &self.text[self.words.spans[words.start].1.start..self.words.spans[words.end - 1].1.end]
    }

    /// Returns a run of words, folded.
    pub fn folded(&self, words: &Range<usize>) -> String {
        words::fold(self.written(words))
    }

    /// Returns the hashes of the words, in order.
    pub fn word_hashes(&self) -> impl Iterator<Item = u32> {
        self.tokens.iter().map(|token| token.hash)
    }

    /// Returns every run of words that may be a phrase, with its hash; abbreviations that the paper
    /// explains count as what they stand for.
    pub fn runs(&self) -> Vec<(u32, Range<usize>)> {
        let mut runs = Vec::with_capacity(self.tokens.len() * 3);
        for start in 0..self.tokens.len() {
            if self.tokens[start].stop {
                continue;
            }
            let mut hash = 0u32;
            for end in start..(start + LONGEST).min(self.tokens.len()) {
                let token = &self.tokens[end];
                if end > start && token.opens {
                    break;
                }
                hash = match &token.meant {
                    Some(words) => words.iter().fold(hash, |hash, word| join(hash, *word)),
                    None => join(hash, token.hash),
                };
                let number = end == start && token.digit && self.is_number(end);
                if !token.stop && !number {
                    runs.push((hash, start..end + 1));
                }
            }
        }
        runs
    }

    /// Returns the abbreviations that the paper explains: `Large Language Models (LLMs)`.
    pub fn abbreviations(&self) -> Abbreviations {
        let explained = (1..self.tokens.len()).filter_map(|number| {
            let long = self.expansion(number)?;
            let words = long.map(|at| self.tokens[at].hash).collect();
            Some((self.tokens[number].hash, words))
        });
        explained.collect()
    }

    /// Returns the words whose initials the word in brackets is.
    fn expansion(&self, number: usize) -> Option<Range<usize>> {
        let span = &self.words.spans[number].1;
        let before = &self.words.spans[number - 1].1;
        if !self.tokens[number].capital || self.text[before.end..span.start].trim() != "(" {
            return None;
        }
        let letters: Vec<char> = self.text[span.clone()]
            .trim_end_matches('s')
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        let mut initials: Vec<char> = Vec::new();
        for start in (number.saturating_sub(8)..number).rev() {
            let word = &self.text[self.words.spans[start].1.clone()];
            let parts = word.split(|c: char| !c.is_alphanumeric());
            let firsts: Vec<char> = parts
                .filter_map(|part| part.chars().next())
                .flat_map(char::to_lowercase)
                .collect();
            initials.splice(0..0, firsts);
            if initials.len() > 1 && initials == letters {
                return Some(start..number);
            }
            if self.tokens[start].opens {
                break;
            }
        }
        None
    }

    fn is_number(&self, at: usize) -> bool {
        let written = &self.text[self.words.spans[at].1.clone()];
        written.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    }

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

/// Hashes a folded word; 32 bits make one collision likely among a hundred thousand, which is harmless.
pub fn hash_word(word: &str) -> u32 {
    let hash = xxhash_rust::xxh3::xxh3_64(word.as_bytes());
    (hash >> 32) as u32
}

/// Hashes a keyword as `runs` would its phrase, without an abbreviation in brackets behind it.
pub fn hash_label(keyword: &str, known: &Abbreviations) -> Option<u32> {
    let long = keyword
        .split('(')
        .next()
        .filter(|long| !long.trim().is_empty());
    let keyword = long.unwrap_or(keyword);
    let words = words::split(keyword);
    let hashes = words.spans.iter().flat_map(|(_, range)| {
        let written = &keyword[range.clone()];
        let hash = hash_word(&words::fold(written));
        let meant = known.get(&hash).filter(|_| is_short_form(written));
        meant.map_or_else(|| vec![hash], |words| words.to_vec())
    });
    (!words.spans.is_empty()).then(|| hashes.fold(0, join))
}

/// Tells whether a word is written as abbreviations are: a capital behind the first letter.
fn is_short_form(word: &str) -> bool {
    word.chars().skip(1).any(char::is_uppercase)
}

fn join(hash: u32, word: u32) -> u32 {
    (hash.rotate_left(7) ^ word).wrapping_mul(0x9e37_79b1)
}

/// Words at which no key phrase begins or ends.
fn is_stop_word(word: &str) -> bool {
    const STOP: &[&str] = &[
        "a",
        "about",
        "above",
        "across",
        "after",
        "again",
        "all",
        "also",
        "among",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "during",
        "each",
        "eg",
        "et",
        "even",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "hence",
        "her",
        "here",
        "his",
        "how",
        "however",
        "if",
        "in",
        "into",
        "is",
        "it",
        "just",
        "may",
        "might",
        "more",
        "most",
        "must",
        "no",
        "nor",
        "not",
        "of",
        "on",
        "only",
        "or",
        "other",
        "our",
        "over",
        "own",
        "per",
        "same",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "then",
        "there",
        "therefore",
        "these",
        "they",
        "this",
        "those",
        "through",
        "thus",
        "to",
        "too",
        "toward",
        "towards",
        "under",
        "up",
        "upon",
        "using",
        "very",
        "via",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "without",
        "would",
        "yet",
        "you",
    ];
    STOP.binary_search(&word).is_ok()
}
