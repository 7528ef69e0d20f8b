//! A title and an abstract as words, runs of words, and abbreviations that the paper explains.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::token::{self, Token, hash_word};
use crate::tags::words;

/// What abbreviations stand for: from the hash of the folded short form to those of the words meant.
pub type Abbreviations = FxHashMap<u32, Box<[u32]>>;

/// This is a paper's text cut into words and the runs of words that may be key phrases.
pub struct Text {
    text: String,
    pub(super) tokens: Vec<Token>,
    /// The words meant, for abbreviations; empty where there is none.
    meant: Vec<Option<Box<[u32]>>>,
    pub(super) title_words: usize,
    own: Abbreviations,
}

/// This is a run of words that may be a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The hash of the folded words; an abbreviation counts as what it stands for.
    pub hash: u32,
    /// The first word.
    pub start: usize,
    /// How many words there are.
    pub length: usize,
}

impl Run {
    /// Returns which words are in the run.
    pub fn words(&self) -> Range<usize> {
        self.start..self.start + self.length
    }
}

/// What stands between the title and the text: no phrase goes over it.
pub(super) const BETWEEN: &str = " . ";

/// Longer key phrases are rare and cost as much again.
pub const LONGEST: usize = 5;

impl Text {
    /// Cuts a title and a text into words.
    pub fn new(title: &str, text: &str, known: &Abbreviations) -> Text {
        let whole = [title, BETWEEN, text].concat();
        let tokens = token::read(&whole);
        let mut text = Text {
            title_words: tokens.partition_point(|token| (token.start as usize) < title.len()),
            text: whole,
            tokens,
            meant: Vec::new(),
            own: Abbreviations::default(),
        };
        text.own = text.explained();
        for at in 0..text.tokens.len() {
            let token = text.tokens[at];
            let words = || text.own.get(&token.hash).or_else(|| known.get(&token.hash));
            if let Some(words) = token.short.then(words).flatten() {
                let words = words.clone();
                text.meant.resize(text.tokens.len(), None);
                text.meant[at] = Some(words);
            }
        }
        text
    }

    /// Returns a run of words as it is written.
    pub fn written(&self, words: &Range<usize>) -> &str {
        &self.text[self.bytes(words)]
    }

    /// Returns where a run of words stands in the title, ` . ` and the text.
    pub fn bytes(&self, words: &Range<usize>) -> Range<usize> {
        self.tokens[words.start].start as usize..self.tokens[words.end - 1].end as usize
    }

    /// Returns a run of words, folded.
    pub fn folded(&self, words: &Range<usize>) -> String {
        words::fold(self.written(words))
    }

    /// Returns the hashes of the words, in order.
    pub fn word_hashes(&self) -> impl Iterator<Item = u32> {
        self.tokens.iter().map(|token| token.hash)
    }

    /// Returns every run of words that may be a phrase.
    pub fn runs(&self) -> Vec<Run> {
        let mut runs = Vec::with_capacity(self.tokens.len() * 2);
        self.for_each_run(LONGEST, |run| runs.push(run));
        runs
    }

    /// Calls back for every run of at most so many words that may be a phrase.
    pub(super) fn for_each_run(&self, longest: usize, mut call: impl FnMut(Run)) {
        for (start, first) in self.tokens.iter().enumerate() {
            if first.stop {
                continue;
            }
            let mut hash = 0u32;
            let end = self.tokens.len().min(start + longest);
            for (before, token) in self.tokens[start..end].iter().enumerate() {
                if before > 0 && token.opens {
                    break;
                }
                hash = match self.meant.get(start + before) {
                    Some(Some(words)) => words.iter().fold(hash, |hash, word| join(hash, *word)),
                    _ => join(hash, token.hash),
                };
                let lone_number = token.number && before == 0;
                if !token.stop && !lone_number {
                    call(Run {
                        hash,
                        start,
                        length: before + 1,
                    });
                }
            }
        }
    }

    /// Returns the abbreviations that the paper explains: `Large Language Models (LLMs)`.
    pub fn abbreviations(&self) -> &Abbreviations {
        &self.own
    }

    fn explained(&self) -> Abbreviations {
        let begins = |number: &usize| self.tokens[*number].capital && self.tokens[*number].opens;
        let mut explained = Abbreviations::default();
        for number in (1..self.tokens.len()).filter(begins) {
            if let Some(long) = self.expansion(number) {
                let words = long.map(|at| self.tokens[at].hash).collect();
                explained.insert(self.tokens[number].hash, words);
            }
        }
        explained
    }

    /// Returns the words whose initials the word in brackets is.
    fn expansion(&self, number: usize) -> Option<Range<usize>> {
        let (token, before) = (&self.tokens[number], &self.tokens[number - 1]);
        if self.text[before.end as usize..token.start as usize].trim() != "(" {
            return None;
        }
        let letters: Vec<char> = self
            .written(&(number..number + 1))
            .trim_end_matches('s')
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        let mut initials: Vec<char> = Vec::new();
        for start in (number.saturating_sub(8)..number).rev() {
            let word = self.written(&(start..start + 1));
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
        let hash = hash_word(words::fold(written).as_bytes());
        let short = written.chars().skip(1).any(char::is_uppercase);
        let meant = known.get(&hash).filter(|_| short);
        meant.map_or_else(|| vec![hash], |words| words.to_vec())
    });
    (!words.spans.is_empty()).then(|| hashes.fold(0, join))
}

/// Joins a phrase's hash with that of the next word.
pub(super) fn join(hash: u32, word: u32) -> u32 {
    (hash.rotate_left(7) ^ word).wrapping_mul(0x9e37_79b1)
}
