//! What is known of words, by numbers: a reader of texts looks up a word once and keeps its number.

use super::text::join;
use super::{PhraseCounts, Table, UNKNOWN_WORD, WordLogits};

/// These are words with numbers, and what is known of each.
#[derive(Debug)]
pub struct Lexicon {
    numbers: Table<u16>,
    /// The first is a word that was never seen.
    words: Vec<KnownWord>,
}

/// This is what is known of a word.
#[derive(Debug, Clone, Copy)]
pub struct KnownWord {
    /// The log odds.
    pub logits: WordLogits,
    /// Where the counts of a phrase are that is this word alone, if that is known.
    pub counts: Option<u16>,
}

impl Lexicon {
    /// Makes a table with room for so many words.
    pub fn with_capacity(words: usize) -> Lexicon {
        let mut all = Vec::with_capacity(words + 1);
        all.push(KnownWord::of(UNKNOWN_WORD));
        Lexicon {
            numbers: Table::with_capacity(words),
            words: all,
        }
    }

    /// Adds a word that is not there yet; zero is no hash and is passed over.
    pub fn insert(&mut self, hash: u32, logits: WordLogits) {
        let number = u16::try_from(self.words.len()).expect("a vocabulary of fewer words");
        self.numbers.insert(hash, number);
        self.words.push(KnownWord::of(logits));
    }

    /// Notes where the counts of phrases are that are a word alone.
    pub fn note_phrases(&mut self, counts: &PhraseCounts) {
        for (hash, number) in self.numbers.iter() {
            self.words[usize::from(*number)].counts = Some(counts.place(join(0, hash)));
        }
    }

    /// Returns the number of a word; zero is that of words that were never seen.
    #[inline]
    pub fn number(&self, hash: u32) -> u16 {
        self.numbers.get(hash).copied().unwrap_or_default()
    }

    /// Returns what is known of the word with a number.
    #[inline]
    pub fn word(&self, number: u16) -> &KnownWord {
        &self.words[usize::from(number)]
    }

    /// Returns all words with their log odds, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &WordLogits)> {
        let numbers = self.numbers.iter();
        numbers.map(|(hash, number)| (hash, &self.word(*number).logits))
    }
}

impl Default for Lexicon {
    fn default() -> Lexicon {
        Lexicon::with_capacity(0)
    }
}

impl KnownWord {
    /// Makes one of log odds; of the phrase it tells nothing.
    pub fn of(logits: WordLogits) -> KnownWord {
        KnownWord {
            logits,
            counts: None,
        }
    }
}
