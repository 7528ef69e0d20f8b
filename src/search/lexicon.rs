//! The words of some papers, which are read one after the other.
//!
//! A word comes with the hash that its pairs need, so it is found by that, and what is seen of it in the paper
//! that is read stands beside it: each word of a text is looked up once. All texts stand behind each other, and
//! all postings, in the order in which they are made: no word has memory of its own.

use crate::slug::Slug;

use super::invert::Posting;
use super::pieces;
use super::words::Token;

/// This is a list of words with the papers that have them.
pub struct Lexicon {
    /// Places of words, each at or behind that of its hash: one more than its number, or zero.
    places: Vec<u32>,
    words: Vec<Met>,
    texts: Vec<u8>,
    /// The number of a word, and a paper that has it.
    postings: Vec<(u32, Posting)>,
}

/// Where a paper has a word.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// In its title.
    Title,
    /// In the name of an author or a tag.
    Names,
    /// In its abstract.
    Abstract,
}

/// A word that was met.
struct Met {
    /// Its first bytes, which are the whole of most words.
    first: u64,
    hash: u32,
    /// Where its text starts, and how long that is.
    start: u32,
    length: u32,
    /// How many postings it has.
    count: u32,
    /// The last paper that has it; its posting is made when it is read.
    paper: u32,
    seen: Seen,
}

/// Where the paper has a word, and how often.
#[derive(Default)]
struct Seen {
    in_title: bool,
    in_names: bool,
    in_abstract: u32,
}

impl Lexicon {
    /// Makes an empty list.
    pub fn new() -> Lexicon {
        Lexicon {
            places: vec![0; 1 << 12],
            words: Vec::new(),
            texts: Vec::new(),
            postings: Vec::new(),
        }
    }

    /// Notes that a paper has a tag.
    pub fn meet_tag(&mut self, slug: &Slug, paper: u32) {
        let name = format!("#{slug}");
        self.met(Token::of(&name), paper);
    }

    /// Notes that a paper has a word in such a place.
    #[inline]
    pub fn meet(&mut self, token: Token, paper: u32, place: Place) {
        let seen = &mut self.met(token, paper).seen;
        match place {
            Place::Title => seen.in_title = true,
            Place::Names => seen.in_names = true,
            Place::Abstract => seen.in_abstract += 1,
        }
    }

    /// Writes the words, sorted by their bytes, with their papers as those of a piece with this first one.
    pub fn write(mut self, first: u32, bytes: &mut Vec<u8>) {
        for (number, met) in (0..).zip(&mut self.words) {
            self.postings.push((number, met.close()));
        }
        let size = |met: &Met| pieces::size(met.length as usize, met.count as usize);
        let mut end = bytes.len();
        bytes.resize(end + self.words.iter().map(size).sum::<usize>(), 0);
        let mut places = vec![0; self.words.len()];
        for number in self.sorted() {
            let met = &self.words[number];
            places[number] =
                end + pieces::put_word(self.text(met), met.count as usize, &mut bytes[end..]);
            end += size(met);
        }
        for (number, posting) in self.postings {
            let place = &mut places[number as usize];
            if let Some(two) = bytes[*place..].first_chunk_mut() {
                *two = posting.within(first);
            }
            *place += 2;
        }
    }

    /// Returns the numbers of the words, sorted by their bytes.
    fn sorted(&self) -> Vec<usize> {
        // Most words are told apart by their first bytes.
        let words = (0..).zip(&self.words);
        let key = |(number, met): (u128, &Met)| u128::from(met.first) << 32 | number;
        let mut sorted: Vec<u128> = words.map(key).collect();
        sorted.sort_unstable();
        let number = |key: u128| key as u32 as usize;
        for alike in sorted.chunk_by_mut(|a, b| a >> 32 == b >> 32) {
            if alike.len() > 1 {
                alike.sort_unstable_by_key(|key| self.text(&self.words[number(*key)]));
            }
        }
        sorted.into_iter().map(number).collect()
    }

    fn text(&self, met: &Met) -> &[u8] {
        &self.texts[met.start as usize..][..met.length as usize]
    }

    /// Returns a word that a paper has.
    // To call it costs a sixth of what it does.
    #[inline(always)]
    fn met(&mut self, token: Token, paper: u32) -> &mut Met {
        // Most words stand at the place of their hash.
        let place = token.hash as usize & (self.places.len() - 1);
        let number = match self.places[place].checked_sub(1) {
            Some(number) if self.is(number, token) => number,
            _ => self.seek(place, token, paper),
        };
        let met = &mut self.words[number as usize];
        if met.paper != paper {
            self.postings.push((number, met.close()));
            met.paper = paper;
        }
        met
    }

    /// Returns the number of a word that stands at this place or behind it, or is added.
    #[inline(never)]
    fn seek(&mut self, mut place: usize, token: Token, paper: u32) -> u32 {
        // Half of the places are empty, so the search ends.
        while let Some(number) = self.places[place].checked_sub(1) {
            if self.is(number, token) {
                return number;
            }
            place = (place + 1) & (self.places.len() - 1);
        }
        self.add(place, token, paper)
    }

    /// Tells whether this is the number of a word.
    #[inline]
    fn is(&self, number: u32, token: Token) -> bool {
        let met = &self.words[number as usize];
        met.first == token.first
            && met.length as usize == token.text.len()
            && (met.length <= 8 || self.text(met)[8..] == token.text[8..])
    }

    /// Adds a word at its place; returns its number.
    fn add(&mut self, place: usize, token: Token, paper: u32) -> u32 {
        let number = self.words.len() as u32;
        self.words.push(Met {
            first: token.first,
            hash: token.hash,
            start: self.texts.len() as u32,
            length: token.text.len() as u32,
            count: 0,
            paper,
            seen: Seen::default(),
        });
        self.texts.extend_from_slice(token.text);
        self.places[place] = number + 1;
        if self.words.len() * 2 > self.places.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let mask = self.places.len() * 2 - 1;
        self.places = vec![0; mask + 1];
        for (number, met) in (1..).zip(&self.words) {
            let mut place = met.hash as usize & mask;
            while self.places[place] != 0 {
                place = (place + 1) & mask;
            }
            self.places[place] = number;
        }
    }
}

impl Met {
    /// Returns the posting of the last paper that has it.
    fn close(&mut self) -> Posting {
        let seen = std::mem::take(&mut self.seen);
        self.count += 1;
        Posting::new(self.paper, seen.weigh())
    }
}

impl Seen {
    /// Weighs a word: 0 where the abstract has it once, 1 where it has it more often, 2 for an author or
    /// a tag, 3 in the title, 4 in the title and again in the abstract.
    fn weigh(&self) -> u32 {
        let again = u32::from(self.in_abstract > 1);
        match self {
            Seen { in_title: true, .. } => 3 + again,
            Seen { in_names: true, .. } => 2,
            _ => again,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::search::pieces::{Outline, Packed, pack};

    fn outline(first: u32) -> Outline {
        Outline {
            first,
            page_digits: 1,
            papers: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn words_and_their_papers_are_those_that_a_map_has(
            papers in prop::collection::vec(
                prop::collection::vec(("[a-c]{0,2}(longest|internat)?[ab]{0,2}[é+]?", 0..3_usize), 0..30),
                0..20,
            ),
        ) {
            let mut lexicon = Lexicon::new();
            let mut map: BTreeMap<&str, BTreeMap<u32, [u32; 3]>> = BTreeMap::new();
            for (paper, words) in (7..).zip(&papers) {
                for (word, place) in words.iter().filter(|(word, _)| !word.is_empty()) {
                    let places = [Place::Title, Place::Names, Place::Abstract];
                    lexicon.meet(Token::of(word), paper, places[*place]);
                    map.entry(word).or_default().entry(paper).or_default()[*place] += 1;
                }
            }
            let packed = pack(&outline(7), lexicon, &[]);
            let piece = Packed::of(&packed).expect("it was packed");
            prop_assert!(piece.is_sound());
            let found: Vec<(&str, Vec<Posting>)> = (piece.words())
                .map(|word| (word.text, word.postings().collect()))
                .collect();
            let weigh = |[title, names, count]: [u32; 3]| match (title, names, count) {
                (1.., _, 2..) => 4,
                (1.., ..) => 3,
                (_, 1.., _) => 2,
                (_, _, count) => u32::from(count > 1),
            };
            let papers = |papers: BTreeMap<u32, [u32; 3]>| {
                let papers = papers.into_iter();
                papers.map(|(paper, seen)| Posting::new(paper, weigh(seen))).collect()
            };
            let expected: Vec<(&str, Vec<Posting>)> =
                map.into_iter().map(|(word, seen)| (word, papers(seen))).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_list_that_grows_keeps_its_words() {
        let mut lexicon = Lexicon::new();
        let words: BTreeSet<String> = (0..20_000).map(|number| format!("w{number:x}")).collect();
        for paper in 0..2 {
            for word in &words {
                lexicon.meet(Token::of(word), paper, Place::Abstract);
            }
        }
        let packed = pack(&outline(0), lexicon, &[]);
        let piece = Packed::of(&packed).expect("it was packed");
        assert!(piece.words().map(|word| word.text).eq(&words));
        assert!(piece.words().all(|word| word.count() == 2));
    }
}
