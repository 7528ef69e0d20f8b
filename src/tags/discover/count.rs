//! What is counted: phrases of a site's papers, how often and where each stands.
//!
//! A phrase of n words is counted only where both phrases of n - 1 words in it are frequent, so memory
//! goes with the frequent phrases and not with all.

use std::ops::Range;
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::parallel;
use crate::tags::words;

/// This is a run of words in the papers, with its counts.
#[derive(Debug, Clone, Default)]
pub struct Phrase {
    /// The words, by number.
    pub words: Box<[u32]>,
    /// Papers that have it.
    papers: u32,
    /// How often it stands in them.
    times: u32,
    /// Papers that have it in their title.
    titles: u32,
    /// How often a phrase ends behind it.
    ends: u32,
    /// How often nothing but it is between two ends.
    alone: u32,
    /// Papers of the most frequent phrase that holds it.
    wider: u32,
}

/// This is a site's papers as numbers.
pub struct Corpus {
    /// The papers.
    pub documents: Vec<Text>,
    /// The frequent phrases of up to four words.
    pub phrases: Vec<Phrase>,
    words: Vec<Word>,
    places: FxHashMap<Box<[u32]>, usize>,
}

/// This is a paper: title and text in one, cut into words.
pub struct Text {
    /// The text.
    pub text: String,
    /// The words.
    pub tokens: Vec<Token>,
    /// How many of them are the title's.
    pub title: usize,
}

/// This is a word in its place.
pub struct Token {
    /// Its number.
    pub word: u32,
    /// The bytes.
    pub range: Range<u32>,
    /// Whether a sign stands before it.
    opens: bool,
}

/// A word, folded, with its counts.
#[derive(Default)]
struct Word {
    folded: String,
    papers: u32,
    times: u32,
    titles: u32,
    kind: Kind,
    /// Whether it is anywhere written with a small letter first.
    is_small: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    /// It may be any part of a phrase.
    #[default]
    Term,
    /// It begins no phrase, and ends one only when the words keep together.
    Plain,
    /// No phrase goes over it.
    Joint,
}

/// Longer terms are rare.
const LONGEST: usize = 4;
/// More than this part of the papers, and more than so many: what the whole site is about.
const TOO_COMMON: (f64, f64) = (0.35, 10.0);
/// Where a word is in no title, and papers that have it do not come back to it, it is no topic.
const PLAIN_RECURS: f64 = 1.35;
const PLAIN_TITLES: f64 = 0.06;

/// Words that join, and words of any field, folded.
static PLAIN_WORDS: LazyLock<[FxHashSet<String>; 2]> = LazyLock::new(|| {
    let mut lists = include_str!("../plain_words.txt").split('#').skip(1);
    let mut list = || {
        let words = lists.next().and_then(|list| list.split_once('\n'));
        let words = words.map_or("", |(_, words)| words).split_whitespace();
        words.map(words::fold).collect()
    };
    [list(), list()]
});

impl Phrase {
    /// How often a paper that has it says it.
    pub fn recurs(&self) -> f64 {
        f64::from(self.times) / f64::from(self.papers)
    }

    /// In which part of its papers it is in the title.
    pub fn in_titles(&self) -> f64 {
        f64::from(self.titles) / f64::from(self.papers)
    }

    /// How often it is a whole phrase.
    pub fn stands_alone(&self) -> f64 {
        f64::from(self.alone) / f64::from(self.times)
    }

    fn ends_well(&self) -> f64 {
        f64::from(self.ends) / f64::from(self.times)
    }
}

impl Corpus {
    /// Counts the phrases that at least so many papers have.
    pub fn count(papers: &[(&str, &str)], least: usize) -> Corpus {
        let least = u32::try_from(least.max(2)).unwrap_or(u32::MAX);
        let cut = parallel::map(papers, |(title, text)| {
            let whole = without_formulas(&format!("{title} . {text}"));
            let words = words::split(&whole);
            (whole, title.len(), words)
        });
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        let mut words: Vec<Word> = Vec::new();
        let documents: Vec<Text> = cut
            .into_iter()
            .map(|(text, title, cut)| Text {
                tokens: number(&cut, &mut numbers, &mut words),
                title: cut.spans.partition_point(|(_, range)| range.start < title),
                text,
            })
            .collect();
        count_words(&documents, &mut words);
        let mut corpus = Corpus {
            documents,
            phrases: Vec::new(),
            words,
            places: FxHashMap::default(),
        };
        corpus.count_phrases(least);
        corpus
    }

    /// Returns the folded form of a word.
    pub fn word(&self, number: u32) -> &str {
        &self.words[number as usize].folded
    }

    /// Tells whether a word is anywhere written with a small letter first.
    pub fn is_small(&self, number: u32) -> bool {
        self.words[number as usize].is_small
    }

    /// Returns the phrases that are topics, by number, each with the papers of which it is one: it is in
    /// the title, or comes twice.
    pub fn topics(&self, least: usize) -> Vec<(usize, Vec<usize>)> {
        let is_topic: Vec<bool> = self.phrases.iter().map(|one| self.is_topic(one)).collect();
        let topics_of = |document: &Text| self.topics_of(document, &is_topic);
        let found = parallel::map(&self.documents, topics_of);
        let mut papers: Vec<Vec<usize>> = vec![Vec::new(); self.phrases.len()];
        for (paper, phrases) in found.into_iter().enumerate() {
            phrases
                .iter()
                .for_each(|phrase| papers[*phrase].push(paper));
        }
        let papers = papers.into_iter().enumerate();
        papers
            .filter(|(_, papers)| papers.len() >= least.max(2))
            .collect()
    }

    /// Tells whether two phrases differ only in the ending of one word: `plan`, `planning`.
    pub fn is_variant(&self, a: &Phrase, b: &Phrase) -> bool {
        let alike = |(a, b): (&u32, &u32)| a == b || is_inflected(self.word(*a), self.word(*b));
        a.words.len() == b.words.len() && a.words.iter().zip(&b.words).all(alike)
    }

    fn is_topic(&self, phrase: &Phrase) -> bool {
        let kind = |word: u32| self.words[word as usize].kind;
        let (first, last) = (phrase.words[0], phrase.words[phrase.words.len() - 1]);
        let all = self.documents.len() as f64;
        let common = f64::from(phrase.papers) > (TOO_COMMON.0 * all).max(TOO_COMMON.1);
        let is_part = f64::from(phrase.wider) > 0.65 * f64::from(phrase.papers);
        if kind(first) != Kind::Term || common || is_part || phrase.ends_well() < 0.5 {
            return false;
        }
        // In titles and again and again: one makes up for the other.
        let topical = (phrase.recurs() - 1.0) * phrase.in_titles();
        if phrase.words.len() == 1 {
            return topical >= 0.4
                && phrase.in_titles() >= 0.15
                && phrase.ends_well() >= 0.6
                && phrase.stands_alone() >= 0.15
                && self.word(first).chars().count() > 1;
        }
        let wanted = match kind(last) {
            Kind::Term => 0.2,
            _ => 0.35,
        };
        topical >= 0.05 && phrase.in_titles() >= 0.05 && self.cohesion(phrase) >= wanted
    }

    /// The normalised mutual information of the two parts of a phrase, where it is cut most easily.
    fn cohesion(&self, phrase: &Phrase) -> f64 {
        let all = self.documents.len() as f64;
        let part = |words: &[u32]| {
            let place = self.places.get(words);
            place.map_or(1.0, |place| f64::from(self.phrases[*place].papers))
        };
        let papers = f64::from(phrase.papers);
        let cut = |at: usize| {
            let (left, right) = phrase.words.split_at(at);
            (papers * all / (part(left) * part(right))).ln() / (all / papers).ln()
        };
        (1..phrase.words.len()).map(cut).fold(1.0, f64::min)
    }

    /// Counts level by level: where each phrase of n words stands, then those of n + 1.
    fn count_phrases(&mut self, least: u32) {
        // The number of the phrase of the level that starts at each word.
        let mut level: Vec<Vec<u32>> = self
            .documents
            .iter()
            .map(|document| {
                let word = |token: &Token| match self.words[token.word as usize].kind {
                    Kind::Joint => NONE,
                    _ => token.word,
                };
                document.tokens.iter().map(word).collect()
            })
            .collect();
        for length in 1..=LONGEST {
            let counted = self.count_level(&level, length);
            let mut kept: Vec<((u32, u32), u32)> = counted
                .into_iter()
                .filter(|(_, papers)| *papers >= least)
                .collect();
            kept.sort_unstable();
            let first = self.phrases.len();
            let mut numbers: FxHashMap<(u32, u32), u32> = FxHashMap::default();
            for (key, papers) in kept {
                let words: Box<[u32]> = match length {
                    1 => [key.0].into(),
                    _ => {
                        let (head, tail) =
                            (&self.phrases[key.0 as usize], &self.phrases[key.1 as usize]);
                        let last = tail.words.last();
                        head.words.iter().chain(last).copied().collect()
                    }
                };
                numbers.insert(key, self.phrases.len() as u32);
                self.places.insert(words.clone(), self.phrases.len());
                self.phrases.push(Phrase {
                    words,
                    papers,
                    ..Phrase::default()
                });
            }
            for (document, at) in level.iter_mut().enumerate() {
                for start in 0..at.len() {
                    let key = self.key(document, at, start, length);
                    at[start] = key
                        .and_then(|key| numbers.get(&key))
                        .copied()
                        .unwrap_or(NONE);
                }
                self.count_places(document, at, length);
            }
            for number in first..self.phrases.len() {
                self.tell_parts(number);
            }
        }
    }

    /// Counts in how many papers each pair of overlapping phrases stands.
    fn count_level(&self, level: &[Vec<u32>], length: usize) -> FxHashMap<(u32, u32), u32> {
        let mut seen: FxHashMap<(u32, u32), (u32, usize)> = FxHashMap::default();
        for (document, at) in level.iter().enumerate() {
            for start in 0..at.len() {
                if let Some(key) = self.key(document, at, start, length) {
                    let (papers, last) = seen.entry(key).or_insert((0, usize::MAX));
                    *papers += u32::from(*last != document);
                    *last = document;
                }
            }
        }
        seen.into_iter()
            .map(|(key, (papers, _))| (key, papers))
            .collect()
    }

    /// The phrases of one word less that a phrase is made of.
    fn key(&self, document: usize, at: &[u32], start: usize, length: usize) -> Option<(u32, u32)> {
        if length == 1 {
            return (at[start] != NONE).then_some((at[start], 0));
        }
        let tokens = &self.documents[document].tokens;
        let next = *at.get(start + 1)?;
        let whole = at[start] != NONE && next != NONE && !tokens[start + 1].opens;
        whole.then_some((at[start], next))
    }

    fn count_places(&mut self, document: usize, at: &[u32], length: usize) {
        let document = &self.documents[document];
        let mut titles: Vec<u32> = Vec::new();
        let is_term = |token: &Token| self.words[token.word as usize].kind == Kind::Term;
        for (start, number) in at.iter().enumerate() {
            if *number == NONE {
                continue;
            }
            let end = start + length;
            let next = document.tokens.get(end);
            let ends = next.is_none_or(|next| next.opens || !is_term(next));
            let before = start.checked_sub(1).map(|before| &document.tokens[before]);
            let begins = document.tokens[start].opens || before.is_none_or(|one| !is_term(one));
            let phrase = &mut self.phrases[*number as usize];
            phrase.times += 1;
            phrase.ends += u32::from(ends);
            phrase.alone += u32::from(ends && begins);
            if end <= document.title && !titles.contains(number) {
                titles.push(*number);
                phrase.titles += 1;
            }
        }
    }

    /// Tells the parts of a phrase how frequent it is.
    fn tell_parts(&mut self, number: usize) {
        let words = self.phrases[number].words.clone();
        let papers = self.phrases[number].papers;
        let is_term = |at: usize| self.words[words[at] as usize].kind == Kind::Term;
        if !is_term(0) || !is_term(words.len() - 1) {
            return;
        }
        for length in 1..words.len() {
            for part in words.windows(length) {
                if let Some(place) = self.places.get(part) {
                    let wider = &mut self.phrases[*place].wider;
                    *wider = papers.max(*wider);
                }
            }
        }
    }

    fn topics_of(&self, document: &Text, is_topic: &[bool]) -> Vec<usize> {
        let mut seen: FxHashMap<usize, bool> = FxHashMap::default();
        let mut words: Vec<u32> = Vec::with_capacity(LONGEST);
        for start in 0..document.tokens.len() {
            words.clear();
            for end in start..(start + LONGEST).min(document.tokens.len()) {
                if end > start && document.tokens[end].opens {
                    break;
                }
                words.push(document.tokens[end].word);
                let Some(place) = self.places.get(&*words) else {
                    break;
                };
                if is_topic[*place] {
                    let in_title = end < document.title;
                    seen.entry(*place)
                        .and_modify(|twice| *twice = true)
                        .or_insert(in_title);
                }
            }
        }
        let topics = seen.into_iter().filter(|(_, is_topic)| *is_topic);
        let mut topics: Vec<usize> = topics.map(|(place, _)| place).collect();
        topics.sort_unstable();
        topics
    }
}

/// No phrase.
const NONE: u32 = u32::MAX;

fn number(
    cut: &words::Words,
    numbers: &mut FxHashMap<String, u32>,
    words: &mut Vec<Word>,
) -> Vec<Token> {
    let mut opens = true;
    let ends = cut.spans.iter().skip(1).map(|(at, _)| *at);
    let ends = ends.chain([cut.folded.len().saturating_sub(1)]);
    let token = |((at, range), end): (&(usize, Range<usize>), usize)| {
        let piece = &cut.folded[at + 1..end];
        let folded = piece.split(" |").next().unwrap_or(piece);
        let word = match numbers.get(folded) {
            Some(word) => *word,
            None => {
                let word = words.len() as u32;
                numbers.insert(folded.to_owned(), word);
                words.push(Word {
                    folded: folded.to_owned(),
                    ..Word::default()
                });
                word
            }
        };
        let token = Token {
            word,
            range: range.start as u32..range.end as u32,
            opens,
        };
        opens = folded.len() < piece.len();
        token
    };
    cut.spans.iter().zip(ends).map(token).collect()
}

fn count_words(documents: &[Text], words: &mut [Word]) {
    let mut last = vec![usize::MAX; words.len()];
    for (document, text) in documents.iter().enumerate() {
        for (at, token) in text.tokens.iter().enumerate() {
            let number = token.word as usize;
            let word = &mut words[number];
            word.times += 1;
            let written = &text.text[token.range.start as usize..];
            word.is_small |= written.starts_with(char::is_lowercase);
            // The title comes first, so the first time in a paper tells whether it is there.
            if last[number] != document {
                last[number] = document;
                word.papers += 1;
                word.titles += u32::from(at < text.title);
            }
        }
    }
    let frequent = (documents.len() as f64 * 0.02).max(4.0);
    let [joints, plain] = &*PLAIN_WORDS;
    for word in words {
        let papers = f64::from(word.papers);
        let recurs = f64::from(word.times) / papers;
        let in_titles = f64::from(word.titles) / papers;
        let found = papers >= frequent && recurs < PLAIN_RECURS && in_titles < PLAIN_TITLES;
        let is_number = !word.folded.chars().any(char::is_alphabetic);
        word.kind = match () {
            () if is_number || joints.contains(&word.folded) => Kind::Joint,
            () if found || plain.contains(&word.folded) => Kind::Plain,
            () => Kind::Term,
        };
    }
}

/// Tells whether one word is the other with another ending.
fn is_inflected(a: &str, b: &str) -> bool {
    const ENDINGS: [&str; 12] = [
        "", "s", "es", "e", "ed", "ing", "er", "or", "ion", "al", "ic", "a",
    ];
    let shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let ending = |word: &str| {
        word.get(shared..).is_some_and(|end| {
            // `planning` doubles the last letter of `plan`.
            let doubled = shared > 0 && end.as_bytes().first() == word.as_bytes().get(shared - 1);
            ENDINGS.contains(&end) || doubled && ENDINGS.contains(&&end[1..])
        })
    };
    shared >= 4 && ending(a) && ending(b)
}

/// Blanks formulas, whose letters are no words; every byte stays in its place.
fn without_formulas(text: &str) -> String {
    let mut blanked = String::with_capacity(text.len());
    for (number, part) in text.split('$').enumerate() {
        if number > 0 {
            blanked.push('.');
        }
        // An unpaired dollar opens nothing.
        let is_formula = number % 2 == 1 && blanked.len() + part.len() < text.len();
        match is_formula {
            true => blanked.extend(std::iter::repeat_n('.', part.len())),
            false => blanked.push_str(part),
        }
    }
    blanked
}
