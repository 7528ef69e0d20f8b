//! A title and an abstract as words, runs of words, and abbreviations that the paper explains.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::tags::words::{self, Words};

/// What abbreviations stand for: from the hash of the folded short form to those of the words meant.
pub type Abbreviations = FxHashMap<u32, Box<[u32]>>;

/// This is a paper's text cut into words and the runs of words that may be key phrases.
pub struct Text {
    pub(super) text: String,
    pub(super) words: Words,
    pub(super) tokens: Vec<Token>,
    pub(super) title_words: usize,
}

/// Longer key phrases are rare and cost as much again.
pub const LONGEST: usize = 5;

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
}

/// A word, and what is seen of it.
pub(super) struct Token {
    pub(super) hash: u32,
    /// The words meant, for an abbreviation.
    pub(super) meant: Option<Box<[u32]>>,
    pub(super) stop: bool,
    /// Whether a sign stands before the word.
    pub(super) opens: bool,
    pub(super) digit: bool,
    pub(super) capital: bool,
    pub(super) hyphen: bool,
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

/// Joins a phrase's hash with that of the next word.
pub(super) fn join(hash: u32, word: u32) -> u32 {
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
