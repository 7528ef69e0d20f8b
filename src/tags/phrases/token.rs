//! Words as numbers: one pass over a text that makes no string of any word.
//!
//! What a word is, and which words are equal, is as in `words`; a test compares the two.

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
        tokens: Vec::with_capacity(text.len() / 5),
        opens: true,
        glue: None,
    };
    while let Some(&byte) = text.as_bytes().get(reader.at) {
        match CLASSES[usize::from(byte)] {
            BLANK => reader.at += 1,
            class if reader.begins_word(byte, class) => reader.word(),
            _ => {}
        }
    }
    reader.tokens
}

/// Hashes a folded word; 32 bits make one collision likely among a hundred thousand, which is harmless.
pub fn hash_word(word: &[u8]) -> u32 {
    word.iter()
        .fold(Hash::START, |hash, byte| hash.with(*byte))
        .finish()
}

/// A hash (FNV-1a) that grows with a word, so that a word needs no copy, and its singular no second pass.
#[derive(Debug, Clone, Copy)]
struct Hash(u64);

impl Hash {
    const START: Hash = Hash(0xcbf2_9ce4_8422_2325);
    const PRIME: u64 = 0x0100_0000_01b3;
    /// What undoes a multiplication by the prime.
    const INVERSE: u64 = 0xce96_5057_aff6_957b;

    const fn with(self, byte: u8) -> Hash {
        Hash((self.0 ^ byte as u64).wrapping_mul(Hash::PRIME))
    }

    /// Takes back the byte that was hashed last.
    const fn without(self, byte: u8) -> Hash {
        Hash(self.0.wrapping_mul(Hash::INVERSE) ^ byte as u64)
    }

    const fn finish(self) -> u32 {
        // The high half is mixed best.
        (self.0 >> 32 ^ self.0) as u32
    }
}

const _: () = assert!(Hash::PRIME.wrapping_mul(Hash::INVERSE) == 1);

/// What a byte may be part of, as bits; those of the letters and digits of a word add up.
type Class = u8;
const SMALL: Class = 1;
const CAPITAL: Class = 2;
const DIGIT: Class = 4;
/// A dot, a plus or a hash sign, which may belong to a word.
const DOT: Class = 8;
const PLUS: Class = 16;
/// Part of a letter or sign beyond ASCII.
const BEYOND: Class = 32;
/// Goes over into the next word.
const BLANK: Class = 64;
/// Ends a phrase.
const SIGN: Class = 128;

static CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut classes = [SIGN; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' => SMALL,
            b'A'..=b'Z' => CAPITAL,
            b'0'..=b'9' => DIGIT,
            b' ' | b'\t'..=b'\r' | b'-' | b'_' | b'\'' | b'"' | b'`' | b'*' | b'~' => BLANK,
            b'.' => DOT,
            b'+' | b'#' => PLUS,
            128..=255 => BEYOND,
            _ => SIGN,
        };
        byte += 1;
    }
    classes
}

/// What a letter or a digit of ASCII is.
const LETTER: Class = SMALL | CAPITAL | DIGIT;

/// What a capital lacks of a small letter; digits and the dot have it.
const SMALL_BIT: u8 = 0x20;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    opens: bool,
    /// The last word, when it was a prefix, to which the next one belongs.
    glue: Option<Hash>,
}

/// A word, or the part of one behind a prefix, folded.
struct Part {
    hash: Hash,
    /// The byte behind it.
    end: usize,
    /// Which classes of bytes it has behind the first.
    inner: Class,
}

impl Reader<'_> {
    /// Tells whether a word of letters begins here; takes what else there is.
    fn begins_word(&mut self, byte: u8, class: Class) -> bool {
        match class {
            // An address holds words that the paper does not say; it is one sign.
            SMALL if byte == b'h' && self.is_address() => {
                let rest = &self.text[self.at..];
                self.at += rest.find(char::is_whitespace).unwrap_or(rest.len());
                false
            }
            SMALL | CAPITAL | DIGIT => true,
            DOT if self.is(self.at + 1, opens_word) => true,
            BEYOND => self.begins_word_beyond(),
            _ => self.sign(1),
        }
    }

    fn begins_word_beyond(&mut self) -> bool {
        let Some(first) = self.text[self.at..].chars().next() else {
            return false;
        };
        match first {
            _ if first.is_whitespace() || is_joint(first) => {
                self.at += first.len_utf8();
                false
            }
            _ if is_ideograph(first) => {
                self.push(self.read_beyond(self.at + first.len_utf8()));
                false
            }
            _ => first.is_alphanumeric() || self.sign(first.len_utf8()),
        }
    }

    /// Takes a sign, which is no word.
    fn sign(&mut self, length: usize) -> bool {
        self.opens = true;
        self.glue = None;
        self.at += length;
        false
    }

    fn is(&self, at: usize, test: impl Fn(char) -> bool) -> bool {
        self.text[at..].chars().next().is_some_and(test)
    }

    fn is_address(&self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        rest.starts_with(b"http")
            && (rest[4..].starts_with(b"://") || rest[4..].starts_with(b"s://"))
    }

    /// Takes the word that starts here.
    fn word(&mut self) {
        let bytes = self.text.as_bytes();
        let first = bytes[self.at];
        let start = Part {
            hash: self.glue.unwrap_or(Hash::START).with(first | SMALL_BIT),
            end: self.at + 1,
            inner: 0,
        };
        let mut part = letters(bytes, start);
        while let Some(&byte) = bytes.get(part.end) {
            let class = CLASSES[usize::from(byte)];
            if class & (BLANK | SIGN) != 0 || !self.goes_on(class, part.end) {
                break;
            }
            part.hash = part.hash.with(byte);
            part.inner |= class;
            part.end += 1;
            part = letters(bytes, part);
        }
        let written = &bytes[self.at..part.end];
        if (part.inner | CLASSES[usize::from(first)]) & BEYOND != 0 {
            part = self.read_beyond(part.end);
        } else if matches!(written.last(), Some(b's' | b'S')) {
            // No prefix ends like a plural.
            part.hash = singular(written, part.hash);
        }
        self.push(part);
    }

    /// Tells whether a sign inside or behind a word, or a byte beyond ASCII, belongs to it: `4.1`,
    /// `C++`, `C#`.
    fn goes_on(&self, class: Class, at: usize) -> bool {
        match class {
            DOT => self.is(at + 1, char::is_alphanumeric),
            PLUS if self.text[at..].starts_with("++") => true,
            PLUS => !self.is(at + 1, char::is_alphanumeric),
            // Within a letter, the letter's first byte has told.
            BEYOND if !self.text.is_char_boundary(at) => true,
            BEYOND => self.is(at, |c| c.is_alphanumeric() && !is_ideograph(c)),
            _ => false,
        }
    }

    /// Folds a word that is not ASCII; only ASCII has the endings of plurals.
    fn read_beyond(&self, end: usize) -> Part {
        let written = &self.text[self.at..end];
        let folded = written.to_lowercase();
        let classes = written
            .bytes()
            .skip(1)
            .map(|byte| CLASSES[usize::from(byte)]);
        let capital = written.chars().skip(1).any(char::is_uppercase);
        let inner = classes.fold(BEYOND, |all, class| all | class) & !CAPITAL;
        Part {
            hash: folded
                .bytes()
                .fold(self.glue.unwrap_or(Hash::START), Hash::with),
            end,
            inner: if capital { inner | CAPITAL } else { inner },
        }
    }

    /// Adds a word that starts here, or joins it to a prefix before it.
    fn push(&mut self, part: Part) {
        let bytes = self.text.as_bytes();
        let start = std::mem::replace(&mut self.at, part.end);
        let first = CLASSES[usize::from(bytes[start])];
        let capital = match first {
            BEYOND => self.is(start, char::is_uppercase),
            first => first == CAPITAL,
        };
        let classes = first | part.inner;
        let (digit, inner_capital) = (classes & DIGIT != 0, part.inner & CAPITAL != 0);
        let hash = part.hash.finish();
        let next = is_prefix(&bytes[start..part.end]).then_some(part.hash);
        if std::mem::replace(&mut self.glue, next).is_some() {
            let last = self.tokens.last_mut().expect("a prefix is a word");
            last.hash = hash;
            last.end = part.end as u32;
            last.stop = is_stop_word(hash);
            last.digit |= digit;
            last.short |= capital || inner_capital;
            return;
        }
        let before = self.tokens.last().map_or(0, |last| last.end as usize);
        self.tokens.push(Token {
            hash,
            start: start as u32,
            end: part.end as u32,
            stop: is_stop_word(hash),
            opens: std::mem::replace(&mut self.opens, false),
            digit,
            capital,
            hyphen: before > 0 && before + 1 == start && bytes[before] == b'-',
            short: inner_capital,
            number: digit && classes & !(DIGIT | DOT) == 0,
        });
    }
}

/// Adds the letters and digits of ASCII that stand behind a part of a word.
fn letters(
    bytes: &[u8],
    Part {
        mut hash,
        mut end,
        mut inner,
    }: Part,
) -> Part {
    for &byte in &bytes[end..] {
        let class = CLASSES[usize::from(byte)];
        if class & LETTER == 0 {
            break;
        }
        inner |= class;
        hash = hash.with(byte | SMALL_BIT);
        end += 1;
    }
    Part { hash, end, inner }
}

/// Takes the plural's ending back from the hash of a word, which may stand behind a prefix.
fn singular(written: &[u8], hash: Hash) -> Hash {
    // Five letters at the end tell what is cut; words of three have none.
    match (written.last_chunk::<5>(), written.last_chunk::<4>()) {
        (Some(ending), _) => without_plural(*ending, hash),
        (None, Some(word)) => without_plural(*word, hash),
        _ => hash,
    }
}

fn without_plural<const LETTERS: usize>(mut ending: [u8; LETTERS], hash: Hash) -> Hash {
    ending.make_ascii_lowercase();
    let whole = ending;
    let length = singular_length(&mut ending);
    if length == LETTERS {
        return hash;
    }
    let stem = whole.iter().rev().copied().fold(hash, Hash::without);
    ending[..length].iter().copied().fold(stem, Hash::with)
}

/// Tells whether a dot before this letter belongs to its word, as in `.NET`.
fn opens_word(c: char) -> bool {
    c.is_alphabetic() && !is_ideograph(c)
}

fn is_prefix(word: &[u8]) -> bool {
    (3..=5).contains(&word.len())
        && matches!(word[0], b'p' | b'P' | b'f' | b'F' | b'm' | b'M')
        && PREFIXES
            .iter()
            .any(|prefix| prefix.as_bytes().eq_ignore_ascii_case(word))
}

/// Tells whether no key phrase begins or ends at a word.
fn is_stop_word(hash: u32) -> bool {
    let mut at = hash as usize % STOP_PLACES.len();
    while STOP_PLACES[at] != 0 {
        if STOP_PLACES[at] == hash {
            return true;
        }
        at = (at + 1) % STOP_PLACES.len();
    }
    false
}

/// A place for each word at or behind that of its hash; zero where there is none.
static STOP_PLACES: [u32; 1024] = stop_places();

const fn stop_places() -> [u32; 1024] {
    let mut places = [0; 1024];
    let mut hash = Hash::START;
    let mut at = 0;
    while at <= STOP.len() {
        if at < STOP.len() && STOP.as_bytes()[at] != b' ' {
            hash = hash.with(STOP.as_bytes()[at]);
        } else {
            let mut place = hash.finish() as usize % places.len();
            while places[place] != 0 {
                place = (place + 1) % places.len();
            }
            places[place] = hash.finish();
            hash = Hash::START;
        }
        at += 1;
    }
    places
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
