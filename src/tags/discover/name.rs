//! How papers write a phrase, and what their abbreviations stand for.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::count::{Corpus, Text};
use crate::tags::words;

/// This is an abbreviation that papers explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortForm {
    /// The abbreviation as it is written: `GRN`.
    pub short: String,
    /// What it stands for, as it is written.
    pub long: String,
    /// The words of that.
    pub words: Box<[u32]>,
}

/// What an abbreviation is explained by, and how often.
type Explanations = BTreeMap<Box<[u32]>, (usize, ShortForm)>;

/// An explanation must come so often to count.
const LEAST: usize = 2;

/// Returns a phrase as most papers write it; titles count only where it stands nowhere else.
pub fn of(corpus: &Corpus, phrase: usize, papers: &[usize]) -> String {
    let words = &*corpus.phrases[phrase].words;
    let mut written: BTreeMap<&str, usize> = BTreeMap::new();
    for paper in papers {
        let text = &corpus.documents[*paper];
        for start in 0..text.tokens.len().saturating_sub(words.len() - 1) {
            let tokens = &text.tokens[start..start + words.len()];
            if tokens
                .iter()
                .zip(words)
                .all(|(token, word)| token.word == *word)
            {
                let count = written.entry(text.written(start, words.len())).or_default();
                // In a title every word may have a capital.
                *count += if start < text.title { 1 } else { 1_000 };
            }
        }
    }
    let most = written
        .into_iter()
        .max_by(|(a, m), (b, n)| m.cmp(n).then(b.cmp(a)));
    most.map_or_else(String::new, |(written, _)| plainly(corpus, written, words))
}

/// Writes a phrase in one line, with simple hyphens, and without the capitals of a title: those of words
/// that papers write with small letters, too.
fn plainly(corpus: &Corpus, written: &str, words: &[u32]) -> String {
    let mut plain = String::with_capacity(written.len());
    let is_small: Vec<&str> = words
        .iter()
        .filter(|word| corpus.is_small(**word))
        .map(|word| corpus.word(*word))
        .collect();
    let mut white = false;
    for piece in written.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        let is_title = !word.chars().skip(1).any(char::is_uppercase)
            && (is_small.contains(&words::fold(word).as_str()) || word.len() < 4 && word.len() > 1);
        match is_title {
            true => plain.push_str(&word.to_lowercase()),
            false => plain.push_str(word),
        }
        white &= word.is_empty();
        for sign in piece[word.len()..].chars() {
            match sign {
                '‐' | '‑' | '–' => plain.push('-'),
                sign if sign.is_whitespace() => {
                    if !white {
                        plain.push(' ');
                    }
                }
                sign => plain.push(sign),
            }
            white = sign.is_whitespace();
        }
    }
    plain
}

/// Returns a phrase as a name: its first letter is a capital, unless one stands behind it (`mRNA`).
pub fn capitalised(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first_word = phrase.split([' ', '-']).next().unwrap_or(phrase);
    match letters.next() {
        Some(first) if !first_word.chars().any(char::is_uppercase) => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => phrase.to_owned(),
    }
}

impl Text {
    /// Returns words as they are written.
    fn written(&self, start: usize, length: usize) -> &str {
        let (first, last) = (
            &self.tokens[start].range,
            &self.tokens[start + length - 1].range,
        );
        &self.text[first.start as usize..last.end as usize]
    }
}

impl Corpus {
    /// Returns the abbreviations that papers explain, `gene regulatory networks (GRNs)`, by the number of
    /// the word; of several explanations the most frequent.
    pub fn short_forms(&self) -> FxHashMap<u32, ShortForm> {
        let mut found: BTreeMap<u32, Explanations> = BTreeMap::new();
        for text in &self.documents {
            for at in 1..text.tokens.len() {
                let Some(form) = self.explained(text, at) else {
                    continue;
                };
                let forms = found.entry(text.tokens[at].word).or_default();
                forms.entry(form.words.clone()).or_insert((0, form)).0 += 1;
            }
        }
        let most = |forms: Explanations| {
            let forms = forms.into_values().filter(|(count, _)| *count >= LEAST);
            forms.max_by_key(|(count, _)| *count).map(|(_, form)| form)
        };
        found
            .into_iter()
            .filter_map(|(word, forms)| Some((word, most(forms)?)))
            .collect()
    }

    /// An abbreviation in brackets whose letters begin the words before it.
    fn explained(&self, text: &Text, at: usize) -> Option<ShortForm> {
        let range = &text.tokens[at].range;
        let written = &text.text[range.start as usize..range.end as usize];
        let short = written.strip_suffix('s').unwrap_or(written);
        let letters: Vec<char> = short.chars().collect();
        let is_short = (2..=8).contains(&letters.len())
            && letters.iter().all(|letter| letter.is_alphanumeric())
            && letters
                .iter()
                .filter(|letter| letter.is_uppercase())
                .count()
                >= 2;
        let before = text.tokens[at - 1].range.end as usize;
        let gap = text.text.get(before..range.start as usize)?;
        let first = at.checked_sub(letters.len())?;
        if !is_short || gap.trim() != "(" {
            return None;
        }
        let begins = |(place, letter): (usize, &char)| {
            let word = &text.text[text.tokens[place].range.start as usize..];
            word.chars()
                .next()
                .is_some_and(|c| c.to_lowercase().eq(letter.to_lowercase()))
        };
        let words: Box<[u32]> = text.tokens[first..at]
            .iter()
            .map(|token| token.word)
            .collect();
        (first..at).zip(&letters).all(begins).then(|| ShortForm {
            short: short.to_owned(),
            long: plainly(self, text.written(first, letters.len()), &words),
            words,
        })
    }
}
