//! Words as numbers: one pass over a text that makes no string of any word.
//!
//! What a word is, and which words are equal, is as in `words`; a test compares the two.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::tags::words::{PREFIXES, is_ideograph, is_joint, singular_length};

/// This is a word, and what is seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The hash of the folded word.
    pub hash: u32,
    /// The byte at which it starts.
    pub start: u32,
    /// The byte behind it.
    pub end: u32,
    /// Whether no key phrase begins or ends at it.
    pub stop: bool,
    /// Whether a sign stands before it.
    pub opens: bool,
    /// Whether it has a digit.
    pub digit: bool,
    /// Whether it begins with a capital.
    pub capital: bool,
    /// Whether a hyphen joins it to the word before.
    pub hyphen: bool,
    /// Whether it is written as abbreviations are: a capital behind the first letter.
    pub short: bool,
    /// Whether it is digits alone.
    pub number: bool,
}

/// Cuts a text into words; addresses are passed over.
pub fn read(text: &str) -> Vec<Token> {
    let mut reader = Reader {
        text,
        at: 0,
        tokens: Vec::with_capacity(text.len() / 6),
        word: Vec::with_capacity(32),
        opens: true,
        glue: false,
    };
    while reader.step() {}
    reader.tokens
}

/// Hashes a folded word; 32 bits make one collision likely among a hundred thousand, which is harmless.
pub fn hash_word(word: &[u8]) -> u32 {
    let hash = xxhash_rust::xxh3::xxh3_64(word);
    (hash >> 32) as u32
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// The last word, folded.
    word: Vec<u8>,
    opens: bool,
    /// Whether the last word was a prefix, to which the next one belongs.
    glue: bool,
}

impl Reader<'_> {
    /// Takes the next word or sign; returns whether there was one.
    fn step(&mut self) -> bool {
        let Some(first) = self.char_at(self.at) else {
            return false;
        };
        let next = self.at + first.len_utf8();
        if first.is_whitespace() || is_joint(first) {
            self.at = next;
        } else if first == 'h' && self.is_address() {
            // An address holds words that the paper does not say; it is one sign.
            let rest = &self.text[self.at..];
            self.at += rest.find(char::is_whitespace).unwrap_or(rest.len());
        } else if is_ideograph(first) {
            self.push(next);
        } else if first.is_alphanumeric() || first == '.' && self.is(next, opens_word) {
            let end = self.word_end(next);
            self.push(end);
        } else {
            self.opens = true;
            self.glue = false;
            self.at = next;
        }
        true
    }

    fn char_at(&self, at: usize) -> Option<char> {
        let byte = *self.text.as_bytes().get(at)?;
        match byte.is_ascii() {
            true => Some(char::from(byte)),
            false => self.text[at..].chars().next(),
        }
    }

    fn is(&self, at: usize, test: impl Fn(char) -> bool) -> bool {
        self.char_at(at).is_some_and(test)
    }

    fn is_address(&self) -> bool {
        let rest = &self.text[self.at..];
        rest.starts_with("http://") || rest.starts_with("https://")
    }

    fn word_end(&self, mut end: usize) -> usize {
        while let Some(c) = self.char_at(end) {
            let goes_on = match c {
                'a'..='z' | 'A'..='Z' | '0'..='9' => true,
                '.' => self.is(end + 1, char::is_alphanumeric),
                '+' if self.is(end + 1, |next| next == '+') => true,
                '+' | '#' => !self.is(end + 1, char::is_alphanumeric),
                c => !c.is_ascii() && c.is_alphanumeric() && !is_ideograph(c),
            };
            if !goes_on {
                break;
            }
            end += c.len_utf8();
        }
        end
    }

    /// Adds the word that ends at `end`, or joins it to a prefix before it.
    fn push(&mut self, end: usize) {
        let start = std::mem::replace(&mut self.at, end);
        let written = &self.text[start..end];
        if !self.glue {
            self.word.clear();
        }
        let part = self.word.len();
        match written.is_ascii() {
            true => self
                .word
                .extend(written.bytes().map(|b| b.to_ascii_lowercase())),
            false => self.word.extend(written.to_lowercase().bytes()),
        }
        let prefix = is_prefix(&self.word[part..]);
        if !prefix {
            let length = singular_length(&mut self.word[part..]);
            self.word.truncate(part + length);
        }
        let glued = std::mem::replace(&mut self.glue, prefix);
        let hash = hash_word(&self.word);
        let capitals = |text: &str| text.chars().any(char::is_uppercase);
        let digit = written.bytes().any(|byte| byte.is_ascii_digit());
        if let Some(last) = self.tokens.last_mut().filter(|_| glued) {
            last.hash = hash;
            last.end = end as u32;
            last.stop = is_stop_word(hash);
            last.digit |= digit;
            last.short |= capitals(written);
            return;
        }
        let mut letters = written.chars();
        let first = letters.next();
        let before = self.tokens.last().map_or(0, |last| last.end as usize);
        let joint = before > 0 && self.text.as_bytes()[before] == b'-';
        self.tokens.push(Token {
            hash,
            start: start as u32,
            end: end as u32,
            stop: is_stop_word(hash),
            opens: std::mem::replace(&mut self.opens, false),
            digit,
            capital: first.is_some_and(char::is_uppercase),
            hyphen: joint && before + 1 == start,
            short: capitals(letters.as_str()),
            number: digit && written.bytes().all(|b| b.is_ascii_digit() || b == b'.'),
        });
    }
}

/// Tells whether a dot before this letter belongs to its word, as in `.NET`.
fn opens_word(c: char) -> bool {
    c.is_alphabetic() && !is_ideograph(c)
}

fn is_prefix(word: &[u8]) -> bool {
    (3..=5).contains(&word.len()) && PREFIXES.iter().any(|prefix| prefix.as_bytes() == word)
}

/// Tells whether no key phrase begins or ends at a word.
fn is_stop_word(hash: u32) -> bool {
    static HASHES: LazyLock<FxHashSet<u32>> = LazyLock::new(|| {
        STOP.split_whitespace()
            .map(|word| hash_word(word.as_bytes()))
            .collect()
    });
    HASHES.contains(&hash)
}

const STOP: &str = "\
    a about above across after again all also among an and any are as at be been before being \
    below between both but by can could did do does during each eg et even few for from further \
    had has have having he hence her here his how however if in into is it just may might more \
    most must no nor not of on only or other our over own per same she should so some such than \
    that the their then there therefore these they this those through thus to too toward towards \
    under up upon using very via was we were what when where which while who whom whose why will \
    with within without would yet you";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags::words;
    use proptest::prelude::*;

    /// What `words` makes of a text, in the same form.
    fn expected(text: &str) -> Vec<(u32, std::ops::Range<usize>, bool)> {
        let words = words::split(text);
        let ends = words.spans.iter().skip(1).map(|(at, _)| *at);
        let ends = ends.chain([words.folded.len() - 1]);
        let word = |((at, span), end): (&(usize, std::ops::Range<usize>), usize)| {
            let folded = words.folded[at + 1..end].trim_end_matches(" |");
            let opens = *at == 0 || words.folded[..*at].ends_with('|');
            (hash_word(folded.as_bytes()), span.clone(), opens)
        };
        words.spans.iter().zip(ends).map(word).collect()
    }

    fn check(text: &str) {
        let found = read(text).into_iter();
        let found: Vec<_> = found
            .map(|token| {
                (
                    token.hash,
                    token.start as usize..token.end as usize,
                    token.opens,
                )
            })
            .collect();
        assert_eq!(found, expected(text), "{text:?}");
    }

    #[test]
    fn words_are_those_of_the_vocabulary() {
        check("Pre-trained LLMs: studies of class-incremental learning, fine-\u{56fe} few.");
        check(
            "C++, C# and .NET; C. See https://a.b/continual-learning now, multi-meta x+y #1 a++b",
        );
        check(
            "\u{56fe}\u{50cf} models, na\u{ef}ve \u{3a3}\u{391}\u{3a3} GPT-4.1 (2025)\u{a0}x . . . \u{2013} bias losses",
        );
        check(".\u{56fe} .NET");
    }

    proptest! {
        #[test]
        fn no_text_is_cut_otherwise(text in "([a-zA-Z0-9 .,+#()'|-]|https?://|pre-?|multi|ies|ses|[\u{e9}\u{df}\u{56fe}\u{130}\u{a0}\u{2019}]){0,60}") {
            check(&text);
        }
    }
}
