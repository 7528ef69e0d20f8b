//! The words of some papers, which are read one after the other.
//!
//! A word comes with the hash that its pairs need, so it is found by that, and what is seen of it in the paper
//! that is read stands beside it: each word of a text is looked up once.

use crate::slug::Slug;

use super::invert::{Posting, Word};
use super::words;

/// This is a list of words with the papers that have them.
pub struct Lexicon {
    /// Places of words, each at or behind that of its hash: one more than its number, or zero.
    places: Vec<u32>,
    words: Vec<Met>,
}

/// Where a paper has a word, and how often.
#[derive(Default)]
pub struct Seen {
    /// Whether its title has it.
    pub in_title: bool,
    /// Whether the name of an author or a tag has it.
    pub in_names: bool,
    /// How often its abstract has it.
    pub in_abstract: u32,
}

/// A word that was met.
struct Met {
    hash: u32,
    /// The last paper that has it; its posting is made when it is read.
    paper: u32,
    seen: Seen,
    word: Word,
}

impl Lexicon {
    /// Makes an empty list.
    pub fn new() -> Lexicon {
        Lexicon {
            places: vec![0; 1 << 12],
            words: Vec::new(),
        }
    }

    /// Notes that a paper has a tag.
    pub fn meet_tag(&mut self, slug: &Slug, paper: u32) {
        let name = format!("#{slug}");
        self.meet(&name, words::hash(&name), paper);
    }

    /// Notes that a paper has a word; returns what is seen of it there, to add to.
    pub fn meet(&mut self, text: &str, hash: u32, paper: u32) -> &mut Seen {
        let place = self.place(text, hash);
        let number = match self.places[place] {
            0 => self.add(place, Met::new(text, hash, paper)),
            number => number as usize - 1,
        };
        let met = &mut self.words[number];
        if met.paper != paper {
            met.close();
            met.paper = paper;
        }
        &mut met.seen
    }

    /// Returns the words, sorted by their bytes.
    pub fn into_words(self) -> Vec<Word> {
        // Most words are told apart by their first bytes.
        let first = |text: &str| {
            let mut bytes = [0; 8];
            let length = text.len().min(bytes.len());
            bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
            u64::from_be_bytes(bytes)
        };
        let close = |mut met: Met| {
            met.close();
            (first(&met.word.text), met.word)
        };
        let mut words: Vec<(u64, Word)> = self.words.into_iter().map(close).collect();
        words.sort_unstable_by(|(first, word), (other_first, other)| {
            let by_text = || word.text.cmp(&other.text);
            first.cmp(other_first).then_with(by_text)
        });
        words.into_iter().map(|(_, word)| word).collect()
    }

    /// Returns where a word stands, or would stand.
    fn place(&self, text: &str, hash: u32) -> usize {
        // Half of the places are empty, so the search ends.
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        while self.places[place] != 0 {
            let met = &self.words[self.places[place] as usize - 1];
            if met.hash == hash && met.word.text == text {
                break;
            }
            place = (place + 1) & mask;
        }
        place
    }

    /// Adds a word at its place; returns its number.
    fn add(&mut self, place: usize, met: Met) -> usize {
        self.words.push(met);
        self.places[place] = self.words.len() as u32;
        if self.words.len() * 2 > self.places.len() {
            self.grow();
        }
        self.words.len() - 1
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
    fn new(text: &str, hash: u32, paper: u32) -> Met {
        Met {
            hash,
            paper,
            seen: Seen::default(),
            word: Word {
                text: text.to_owned(),
                postings: Vec::new(),
            },
        }
    }

    /// Adds the last paper that has it.
    fn close(&mut self) {
        let seen = std::mem::take(&mut self.seen);
        let posting = Posting::new(self.paper, seen.weigh());
        self.word.postings.push(posting);
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
