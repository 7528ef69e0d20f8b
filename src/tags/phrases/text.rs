//! A title and an abstract as words, runs of words, and abbreviations that the paper explains.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Lexicon;
use super::token::{self, CAPITAL, MEANT, NUMBER, OPENS, SHORT, STOP, Seen, Token, hash_word};
use crate::tags::words;

/// What abbreviations stand for: from the hash of the folded short form to those of the words meant.
pub type Abbreviations = FxHashMap<u32, Box<[u32]>>;

/// This is a paper's text cut into words and the runs of words that may be key phrases.
#[derive(Default)]
pub struct Text {
    text: String,
    pub(super) tokens: Vec<Token>,
    /// The words meant by those that stand for others, in order.
    meant: Vec<(usize, Box<[u32]>)>,
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
        let (lexicon, mut seen) = (Lexicon::default(), Seen::default());
        let mut new = Text::default();
        new.read(title, text, known, &lexicon, &mut seen);
        new
    }

    /// Cuts a title and a text into words with numbers in a lexicon, in place of what was there.
    pub(super) fn read(
        &mut self,
        title: &str,
        text: &str,
        known: &Abbreviations,
        lexicon: &Lexicon,
        seen: &mut Seen,
    ) {
        self.text.clear();
        self.text.extend([title, BETWEEN, text]);
        token::read(&self.text, lexicon, seen, &mut self.tokens);
        self.title_words = self
            .tokens
            .partition_point(|token| (token.start as usize) < title.len());
        self.meant.clear();
        self.own.clear();
        self.explain_all();
        for at in 0..self.tokens.len() {
            if self.tokens[at].has(SHORT) {
                self.look_up(at, known);
            }
        }
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
        for (start, first) in self.tokens.iter().enumerate() {
            if first.has(STOP) {
                continue;
            }
            let mut hash = 0u32;
            let end = self.tokens.len().min(start + LONGEST);
            for (before, token) in self.tokens[start..end].iter().enumerate() {
                if before > 0 && token.has(OPENS) {
                    break;
                }
                hash = self.join(hash, start + before, token);
                let never = if before == 0 { STOP | NUMBER } else { STOP };
                if !token.has(never) {
                    runs.push(Run {
                        hash,
                        start,
                        length: before + 1,
                    });
                }
            }
        }
        runs
    }

    /// Joins a phrase's hash with that of the next word, or with those of the words that it stands for.
    #[inline]
    pub(super) fn join(&self, hash: u32, at: usize, word: &Token) -> u32 {
        match word.has(MEANT) {
            true => self.join_meant(hash, at),
            false => join(hash, word.hash),
        }
    }

    #[cold]
    fn join_meant(&self, hash: u32, at: usize) -> u32 {
        let place = self.meant.binary_search_by_key(&at, |(at, _)| *at);
        let words = &self.meant[place.expect("what stands for words is among them")].1;
        words.iter().copied().fold(hash, join)
    }

    /// Returns the abbreviations that the paper explains: `Large Language Models (LLMs)`.
    pub fn abbreviations(&self) -> &Abbreviations {
        &self.own
    }

    /// Notes the words meant by a word that may be an abbreviation.
    #[cold]
    fn look_up(&mut self, at: usize, known: &Abbreviations) {
        let token = &mut self.tokens[at];
        let own = self.own.get(&token.hash);
        if let Some(words) = own.or_else(|| known.get(&token.hash)) {
            token.marks |= MEANT;
            self.meant.push((at, words.clone()));
        }
    }

    /// Notes the abbreviations that the paper explains.
    fn explain_all(&mut self) {
        for number in 1..self.tokens.len() {
            if self.tokens[number].marks & (CAPITAL | OPENS) == CAPITAL | OPENS {
                self.explain(number);
            }
        }
    }

    /// Notes the word in brackets if it is an abbreviation of those before it.
    #[cold]
    fn explain(&mut self, number: usize) {
        if let Some(long) = self.expansion(number) {
            let words = long.map(|at| self.tokens[at].hash).collect();
            self.own.insert(self.tokens[number].hash, words);
        }
    }

    /// Returns the words whose initials the word in brackets is.
    fn expansion(&self, number: usize) -> Option<Range<usize>> {
        let (token, before) = (&self.tokens[number], &self.tokens[number - 1]);
        let between = &self.text[before.end as usize..token.start as usize];
        // Most words that begin a phrase begin a sentence.
        if !between.as_bytes().contains(&b'(') || between.trim() != "(" {
            return None;
        }
        // From the last letter to the first.
        let short = self.written(&(number..number + 1)).trim_end_matches('s');
        let letters = short.chars().rev().filter(|c| c.is_alphanumeric());
        let mut letters = letters.flat_map(|c| c.to_lowercase().rev()).peekable();
        let mut count = 0;
        for start in (number.saturating_sub(8)..number).rev() {
            let word = self.written(&(start..start + 1));
            let parts = word.rsplit(|c: char| !c.is_alphanumeric());
            let initials = parts.filter_map(|part| part.chars().next());
            for initial in initials.flat_map(|c| c.to_lowercase().rev()) {
                if letters.next() != Some(initial) {
                    return None;
                }
                count += 1;
            }
            if letters.peek().is_none() {
                return (count > 1).then_some(start..number);
            }
            if self.tokens[start].has(OPENS) {
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
#[inline]
pub(super) fn join(hash: u32, word: u32) -> u32 {
    (hash.rotate_left(7) ^ word).wrapping_mul(0x9e37_79b1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The words whose initials stand in brackets behind them, found by comparing all letters anew.
    fn plainly(text: &Text, number: usize) -> Option<Range<usize>> {
        let lower = |c: char| c.to_lowercase().collect::<String>();
        let (token, before) = (&text.tokens[number], &text.tokens[number - 1]);
        let between = &text.text[before.end as usize..token.start as usize];
        let short = text.written(&(number..number + 1)).trim_end_matches('s');
        let letters = short.chars().filter(|c| c.is_alphanumeric());
        let letters: String = letters.map(lower).collect();
        let mut starts = (number.saturating_sub(8)..number).rev();
        let open = starts
            .clone()
            .find(|start| text.tokens[*start].has(OPENS))
            .unwrap_or_default();
        let is_meant = |start: &usize| {
            let words = (*start..number).map(|at| text.written(&(at..at + 1)));
            let parts = words.flat_map(|word| word.split(|c: char| !c.is_alphanumeric()));
            let initials: String = parts
                .filter_map(|part| part.chars().next().map(lower))
                .collect();
            initials.chars().count() > 1 && initials == letters
        };
        let start = starts.find(|start| *start >= open && is_meant(start));
        start
            .filter(|_| between.trim() == "(")
            .map(|start| start..number)
    }

    proptest! {
        #[test]
        fn an_abbreviation_is_the_initials_of_the_words_before(
            pieces in prop::collection::vec("[ab][a-c]{0,2}|[AB][ab]?[AB]?s?|\\([ABC]{1,3}s?\\)|\u{130}x|\\(\u{130}A\\)|[.,(]|a-b|c\\.a", 0..16),
        ) {
            let text = Text::new("", &pieces.join(" "), &Abbreviations::default());
            for number in 1..text.tokens.len() {
                prop_assert_eq!(text.expansion(number), plainly(&text, number));
            }
        }
    }

    #[test]
    fn a_paper_explains_its_abbreviations() {
        let text = Text::new(
            "",
            "Large Language Models (LLMs) help.",
            &Abbreviations::default(),
        );
        let words = ["large", "language", "model"].map(|word| hash_word(word.as_bytes()));
        let own = text.abbreviations().values().next();
        assert_eq!(own.map(AsRef::as_ref), Some(&words[..]));
    }
}
