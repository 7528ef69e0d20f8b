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
    while reader.step() {}
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

    const fn with(self, byte: u8) -> Hash {
        Hash((self.0 ^ byte as u64).wrapping_mul(0x0100_0000_01b3))
    }

    const fn finish(self) -> u32 {
        // The high half is mixed best.
        (self.0 >> 32 ^ self.0) as u32
    }
}

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

/// What a capital lacks of a small letter; digits have it.
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
    /// Takes the next word or sign; returns whether there was one.
    fn step(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let is_blank = |byte: &u8| CLASSES[usize::from(*byte)] == BLANK;
        let Some(blanks) = rest.iter().position(|byte| !is_blank(byte)) else {
            return false;
        };
        self.at += blanks;
        let byte = rest[blanks];
        match CLASSES[usize::from(byte)] {
            // An address holds words that the paper does not say; it is one sign.
            SMALL if byte == b'h' && self.is_address() => {
                let rest = &self.text[self.at..];
                self.at += rest.find(char::is_whitespace).unwrap_or(rest.len());
            }
            SMALL | CAPITAL | DIGIT => self.word(),
            DOT if self.is(self.at + 1, opens_word) => self.word(),
            BEYOND => self.step_beyond(),
            _ => self.sign(1),
        }
        true
    }

    fn step_beyond(&mut self) {
        let Some(first) = self.text[self.at..].chars().next() else {
            return;
        };
        match first {
            _ if first.is_whitespace() || is_joint(first) => self.at += first.len_utf8(),
            _ if is_ideograph(first) => self.push(self.read_beyond(self.at + first.len_utf8())),
            _ if first.is_alphanumeric() => self.word(),
            _ => self.sign(first.len_utf8()),
        }
    }

    fn sign(&mut self, length: usize) {
        self.opens = true;
        self.glue = None;
        self.at += length;
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
        let before = self.glue.unwrap_or(Hash::START);
        let mut hash = before.with(bytes[self.at].to_ascii_lowercase());
        let mut end = self.at + 1;
        let mut inner = 0;
        loop {
            // The letters and digits of ASCII go by fast.
            let mut class = SIGN;
            for byte in &bytes[end..] {
                class = CLASSES[usize::from(*byte)];
                if class & LETTER == 0 {
                    break;
                }
                inner |= class;
                hash = hash.with(*byte | SMALL_BIT);
                end += 1;
            }
            if class & LETTER != 0 || !self.goes_on(class, end) {
                break;
            }
            inner |= class;
            hash = hash.with(bytes[end]);
            end += 1;
        }
        if (inner | CLASSES[usize::from(bytes[self.at])]) & BEYOND != 0 {
            return self.push(self.read_beyond(end));
        }
        let written = &bytes[self.at..end];
        if matches!(written.last(), Some(b's' | b'S')) && !is_prefix(written) {
            hash = singular(written, before);
        }
        self.push(Part { hash, end, inner });
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
        let start = std::mem::replace(&mut self.at, part.end);
        let prefix = self.glue.take();
        let written = &self.text.as_bytes()[start..part.end];
        self.glue = is_prefix(written).then_some(part.hash);
        let first = CLASSES[usize::from(written[0])];
        let capital = match first {
            BEYOND => self.is(start, char::is_uppercase),
            first => first == CAPITAL,
        };
        let (digit, inner_capital) = ((first | part.inner) & DIGIT != 0, part.inner & CAPITAL != 0);
        let hash = part.hash.finish();
        if let Some(last) = self.tokens.last_mut().filter(|_| prefix.is_some()) {
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
            hyphen: before > 0 && before + 1 == start && self.text.as_bytes()[before] == b'-',
            short: inner_capital,
            number: digit && (first | part.inner) & !(DIGIT | DOT) == 0,
        });
    }
}

/// Hashes a word, behind a prefix or not, without the plural's ending.
fn singular(written: &[u8], before: Hash) -> Hash {
    // So many letters at the end tell what is cut.
    const ENDING: usize = 5;
    let (stem, ending) = written.split_at(written.len().saturating_sub(ENDING));
    let mut last = [0; ENDING];
    let last = &mut last[..ending.len()];
    last.copy_from_slice(ending);
    last.make_ascii_lowercase();
    let length = singular_length(last);
    let stem = stem.iter().map(u8::to_ascii_lowercase);
    let word = stem.chain(last[..length].iter().copied());
    word.fold(before, Hash::with)
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
