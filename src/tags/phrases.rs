//! Key phrases: what a title and an abstract say that a paper is about, known to the vocabulary or not.
//!
//! Every run of one to five words between two signs is a candidate. What speaks for it (how often
//! authors' readers took this phrase, and these words, for a key phrase; where and how often it stands;
//! what stands around it) is weighed by a logistic function. `learn` in `benches/keywords.rs` counts
//! words and phrases in papers whose key phrases are known; what it learned is a table of
//! hashes and weights beside this file, so the module needs neither those papers nor a download.

mod candidate;
mod counts;
mod lexicon;
mod scorer;
mod table;
mod terms;
mod text;
mod token;
mod weigh;

use std::sync::LazyLock;

pub use candidate::{TERM_SIGNS, TermCandidate};
pub use counts::{COUNT_STEPS, PhraseCount, PhraseCounts};
pub use lexicon::{KnownWord, Lexicon};
pub use scorer::{Scorer, Weights};
pub use table::Table;
pub use terms::{Term, TermScorer, Terms, WHOLE};
pub use text::{Abbreviations, LONGEST, Run, Text, hash_label};
pub use weigh::{Candidate, FEATURES};

use token::Token;

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
    fn phrase(&self, hash: u32) -> &PhraseCount;

    /// Returns what is known of a word of a text.
    #[inline]
    fn known(&self, word: &Token) -> KnownWord {
        KnownWord::of(self.word(word.hash))
    }

    /// Returns the counts at a place that `known` told.
    #[inline]
    fn counts(&self, _place: u16) -> &PhraseCount {
        unreachable!("no word told a place")
    }
}

/// This is what was learned: weights, and log odds of words and phrases.
#[derive(Debug, Default)]
pub struct Model {
    /// Tells of phrases that were often key which are worth to be weighed.
    pub glance: Scorer,
    /// Weighs phrases that were often key.
    pub known: Scorer,
    /// Weighs the others.
    pub new: Scorer,
    /// Weighs phrases that were often key once more, when it is known what the others came to.
    pub again: Scorer,
    /// Weighs terms: see [`Terms`].
    pub terms: TermScorer,
    /// What is known of words; the log odds are whole steps (see [`LOGIT_STEPS`]), which a byte holds.
    pub words: Lexicon,
    /// What is known of phrases.
    pub phrases: PhraseCounts,
    /// What abbreviations stand for where the paper does not say it.
    pub abbreviations: Abbreviations,
}

/// A phrase that was key this often is weighed as known.
pub const KNOWN: f32 = 2.5;
/// Unless it is less likely than this at a glance.
pub const UNLIKELY: f32 = 0.03;

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
        let mut found = text.candidates(self);
        self.weigh(&mut found);
        found.retain(|candidate| candidate.probability >= least);
        found.sort_by(|one, two| {
            let order = two.probability.total_cmp(&one.probability);
            let place = |candidate: &Candidate| (candidate.words.start, candidate.words.end);
            order.then_with(|| place(one).cmp(&place(two)))
        });
        found
            .iter()
            .map(|candidate| KeyPhrase {
                text: text.written(&candidate.words).to_owned(),
                folded: text.folded(&candidate.words),
                probability: candidate.probability,
            })
            .collect()
    }

    /// Tells a paper's candidates how likely each is key.
    pub fn weigh(&self, candidates: &mut [Candidate]) {
        self.weigh_alone(candidates);
        for candidate in candidates.iter_mut().filter(|one| one.is_close()) {
            candidate.probability = self.again.probability(&candidate.features);
        }
    }

    /// Tells candidates how likely each is key by itself, and those that are weighed again what the
    /// others came to.
    pub fn weigh_alone(&self, candidates: &mut [Candidate]) {
        for candidate in candidates.iter_mut() {
            candidate.probability = self.probability(candidate);
        }
        weigh::add_context(candidates);
    }

    /// Returns how likely a candidate is key by itself.
    fn probability(&self, candidate: &Candidate) -> f32 {
        if !candidate.known {
            return self.new.probability(&candidate.features);
        }
        // Most are far from it, which a glance tells.
        let probability = self.glance.probability(&candidate.features);
        match probability < UNLIKELY {
            true => probability,
            false => self.known.probability(&candidate.features),
        }
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
        let Model {
            glance,
            known,
            new,
            again,
            ..
        } = &mut model;
        for scorer in [glance, known, new, again] {
            let mut row = |length: usize| {
                let weights = (0..length).map(|_| Some(f32::from_bits(number(take(4)?))));
                weights.collect::<Option<Vec<f32>>>()
            };
            let linear = row(FEATURES + 1)?;
            let units = row(1)?[0] as usize;
            let units = (0..units).map(|_| row(FEATURES + 2));
            *scorer = Scorer::new(Weights {
                linear,
                units: units.collect::<Option<_>>()?,
            });
        }
        let mut weights = [0.0; TERM_SIGNS];
        for weight in &mut weights {
            *weight = f32::from_bits(number(take(4)?));
        }
        model.terms = TermScorer::new(weights);
        let words = number(take(4)?);
        model.words = Lexicon::with_capacity(words as usize);
        for _ in 0..words {
            let hash = number(take(4)?);
            let mut logits = [0.0; WORD_SIGNS];
            for (logit, byte) in logits.iter_mut().zip(take(WORD_SIGNS)?) {
                *logit = f32::from(byte.cast_signed()) / LOGIT_STEPS;
            }
            model.words.insert(hash, logits);
        }
        let phrases = number(take(4)?);
        model.phrases = PhraseCounts::with_capacity(phrases as usize);
        for _ in 0..phrases {
            let hash = number(take(4)?);
            let counts = take(2)?;
            model.phrases.insert(hash, [counts[0], counts[1]]);
        }
        model.words.note_phrases(&model.phrases);
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
        for scorer in [&self.glance, &self.known, &self.new, &self.again] {
            let Weights { linear, units } = scorer.weights();
            bytes.extend(linear.iter().flat_map(|w| w.to_le_bytes()));
            bytes.extend((units.len() as f32).to_le_bytes());
            bytes.extend(units.iter().flatten().flat_map(|w| w.to_le_bytes()));
        }
        bytes.extend(self.terms.weights().iter().flat_map(|w| w.to_le_bytes()));
        let mut words: Vec<_> = self.words.iter().collect();
        words.sort_unstable_by_key(|(hash, _)| *hash);
        bytes.extend((words.len() as u32).to_le_bytes());
        for (hash, logits) in words {
            bytes.extend(hash.to_le_bytes());
            let steps = logits.map(|logit| (logit * LOGIT_STEPS) as i8);
            bytes.extend(steps.map(i8::cast_unsigned));
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

/// Steps per unit of log odds; a byte then holds from -8 to 8.
pub const LOGIT_STEPS: f32 = 16.0;

impl Statistics for Model {
    #[inline]
    fn word(&self, hash: u32) -> WordLogits {
        self.words.word(self.words.number(hash)).logits
    }

    #[inline]
    fn phrase(&self, hash: u32) -> &PhraseCount {
        self.phrases.get(hash)
    }

    #[inline]
    fn known(&self, word: &Token) -> KnownWord {
        // The text may have been cut without a lexicon.
        let number = match word.number {
            0 => self.words.number(word.hash),
            number => number,
        };
        *self.words.word(number)
    }

    #[inline]
    fn counts(&self, place: u16) -> &PhraseCount {
        self.phrases.at(place)
    }
}

/// The log odds of a word that was never seen: new words are often the paper's own terms.
pub const UNKNOWN_WORD: WordLogits = [-0.7, -1.9, -1.9, -2.0, -2.0];

#[cfg(test)]
mod tests {
    use super::*;

    const TITLE: &str = "Learning When to Look Things Up";
    const TEXT: &str = "Retrieval-augmented generation (RAG) helps large language models. We train \
                        with reinforcement learning, and RAG improves.";

    #[test]
    fn the_terms_of_a_paper_are_found_and_its_plain_words_are_not() {
        let found = Model::embedded().key_phrases(TITLE, TEXT, 0.3);
        let folded: Vec<_> = found.iter().map(|phrase| phrase.folded.as_str()).collect();
        assert!(
            folded.contains(&"retrieval augmented generation"),
            "{folded:?}"
        );
        assert!(folded.contains(&"reinforcement learning"), "{folded:?}");
        assert!(
            !folded.contains(&"rag"),
            "an explained abbreviation is its long form"
        );
        assert!(!folded.contains(&"thing"), "{folded:?}");
    }

    #[test]
    fn an_empty_paper_has_no_key_phrases() {
        assert_eq!(Model::embedded().key_phrases("", "", 0.0), []);
    }

    #[test]
    fn the_table_is_written_as_it_was_read() {
        let bytes = include_bytes!("phrases.bin");
        assert_eq!(Model::embedded().write(), bytes);
        assert!(Model::parse(&bytes[..bytes.len() - 1]).is_none());
    }
}
