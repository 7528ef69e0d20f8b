//! Words as numbers: one pass over a text that makes no string of any word.
//!
//! What a word is, and which words are equal, is as in `words`; a test compares the two.

use super::Lexicon;
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
    /// What else is seen of it.
    pub marks: Marks,
    /// Its number in the lexicon; zero where it has none or nobody looked.
    pub number: u16,
}

/// What is seen of a word, as bits.
pub type Marks = u16;
/// No key phrase begins or ends at it.
pub const STOP: Marks = 1;
/// A sign stands before it.
pub const OPENS: Marks = 1 << 5;
/// It has a digit.
pub const DIGIT: Marks = 1 << 9;
/// It begins with a capital.
pub const CAPITAL: Marks = 1 << 7;
/// A hyphen joins it to the word before.
pub const HYPHEN: Marks = 1 << 8;
/// It is written as abbreviations are: a capital behind the first letter.
pub const SHORT: Marks = 1 << 1;
/// It is digits alone.
pub const NUMBER: Marks = 1 << 2;
/// It stands for other words.
pub const MEANT: Marks = 1 << 3;

impl Token {
    /// Tells whether it has one of some marks.
    #[inline]
    pub fn has(&self, marks: Marks) -> bool {
        self.marks & marks != 0
    }
}

/// Cuts a text into words, which take the place of others and have their numbers in a lexicon; addresses are passed
/// over.
pub fn read(text: &str, lexicon: &Lexicon, seen: &mut Seen, tokens: &mut Vec<Token>) {
    tokens.clear();
    tokens.reserve(text.len() / 5);
    let mut reader = Reader {
        text,
        at: 0,
        lexicon,
        tokens,
        opens: OPENS,
        glue: Hash::START,
    };
    while let Some(&byte) = text.as_bytes().get(reader.at) {
        match CLASSES[usize::from(byte)] {
            BLANK => reader.at += 1,
            class if class & (SMALL | LARGE) != 0 && reader.letters(class, seen) => {}
            class if class & LETTER != 0 && byte != b'h' => reader.word(),
            class if reader.begins_word(byte, class) => reader.word(),
            _ => {}
        }
    }
}

/// These are words that were read before, so that most need not be hashed again and looked up.
#[derive(Debug, Default)]
pub struct Seen {
    /// A word stands at the place that follows from its letters, until another one takes it.
    words: Vec<SeenWord>,
}

/// A word of letters alone, and what is the same wherever it stands.
#[derive(Debug, Clone, Copy, Default)]
struct SeenWord {
    /// Its letters in small, and zeros behind them.
    letters: [u64; 2],
    hash: u32,
    marks: Marks,
    number: u16,
}

impl Seen {
    /// So many words as a power of two: of a site's abstracts, nineteen words in twenty are among them.
    const BITS: u32 = 13;

    /// Makes room for words; without it none is remembered.
    pub fn with_room() -> Seen {
        Seen {
            words: vec![SeenWord::default(); 1 << Seen::BITS],
        }
    }

    #[inline]
    fn place(&mut self, [low, high]: [u64; 2]) -> Option<&mut SeenWord> {
        let mixed = (low ^ high.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.words
            .get_mut((mixed >> (u64::BITS - Seen::BITS)) as usize)
    }
}

/// Hashes a folded word; 32 bits make one collision likely among a hundred thousand, which is harmless.
pub fn hash_word(word: &[u8]) -> u32 {
    word.iter()
        .fold(Hash::START, |hash, byte| hash.with(*byte))
        .finish()
}

/// A hash (FNV-1a) that grows with a word, so that a word needs no copy, and its singular no second pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hash(u64);

impl Hash {
    const START: Hash = Hash(0xcbf2_9ce4_8422_2325);
    const PRIME: u64 = 0x0100_0000_01b3;
    /// What undoes a multiplication by the prime.
    const INVERSE: u64 = 0xce96_5057_aff6_957b;

    #[inline]
    const fn with(self, byte: u8) -> Hash {
        Hash((self.0 ^ byte as u64).wrapping_mul(Hash::PRIME))
    }

    /// Takes back the byte that was hashed last.
    const fn without(self, byte: u8) -> Hash {
        Hash(self.0.wrapping_mul(Hash::INVERSE) ^ byte as u64)
    }

    #[inline]
    const fn finish(self) -> u32 {
        // The high half is mixed best.
        (self.0 >> 32 ^ self.0) as u32
    }
}

const _: () = assert!(Hash::PRIME.wrapping_mul(Hash::INVERSE) == 1);

/// What a byte may be part of, as bits; those of the letters and digits of a word add up.
type Class = u8;
const SMALL: Class = 1;
const LARGE: Class = 2;
const FIGURE: Class = 4;
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
            b'A'..=b'Z' => LARGE,
            b'0'..=b'9' => FIGURE,
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
const LETTER: Class = SMALL | LARGE | FIGURE;

/// What a capital lacks of a small letter; digits and the dot have it.
const SMALL_BIT: u8 = 0x20;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    lexicon: &'a Lexicon,
    tokens: &'a mut Vec<Token>,
    /// What the next word has when a sign stands before it.
    opens: Marks,
    /// The last word, when it was a prefix, to which the next one belongs; else nothing.
    glue: Hash,
}

/// A word, or the part of one behind a prefix, folded.
struct Part {
    hash: Hash,
    /// The byte behind it.
    end: usize,
    /// Whether it has a digit or a capital, and is a number.
    marks: Marks,
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
            SMALL | LARGE | FIGURE => true,
            DOT if self.is(self.at + 1, opens_word) => true,
            BEYOND => self.begins_word_beyond(),
            _ => self.sign(1),
        }
    }

    #[cold]
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
        self.opens = OPENS;
        self.glue = Hash::START;
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

    /// Takes the word that starts here if it is up to 15 letters, all small but the first, and no part of another;
    /// tells whether it is. Most words are, and were seen before.
    #[inline(always)]
    fn letters(&mut self, first: Class, seen: &mut Seen) -> bool {
        let bytes = self.text.as_bytes();
        let Some(ahead) = bytes[self.at..].first_chunk::<16>() else {
            return false;
        };
        let ahead = u128::from_le_bytes(*ahead) | u128::from(SMALL_BIT);
        let (low, high) = (ahead as u64, (ahead >> 64) as u64);
        let (low_ends, high_ends) = (others(low), others(high));
        // Bits below the lowest one of those that end the word; those of its letters are a byte farther down.
        let below = |ends: u64| (ends ^ ends.wrapping_sub(1)) >> 8;
        let (letters, bits) = match low_ends {
            0 => (
                [low, high & below(high_ends)],
                u64::BITS + high_ends.trailing_zeros(),
            ),
            _ => ([low & below(low_ends), 0], low_ends.trailing_zeros()),
        };
        let end = self.at + bits as usize / 8;
        let class = |at: usize| {
            bytes
                .get(at)
                .map_or(BLANK, |byte| CLASSES[usize::from(*byte)])
        };
        let ends = match class(end) {
            DOT => class(end + 1) & (LETTER | BEYOND) == 0,
            class => class & (BLANK | SIGN) != 0,
        };
        // A colon may be that of an address.
        if bits == u128::BITS || !ends || bytes[end] == b':' || self.glue != Hash::START {
            return false;
        }
        let Some(word) = seen.place(letters) else {
            return false;
        };
        if word.letters != letters {
            self.word();
            if self.glue == Hash::START {
                let token = self.tokens.last().expect("a word was taken");
                *word = SeenWord {
                    letters,
                    hash: token.hash,
                    marks: token.marks & STOP,
                    number: token.number,
                };
            }
            return true;
        }
        let start = std::mem::replace(&mut self.at, end);
        let capital = if first == LARGE { CAPITAL } else { 0 };
        self.tokens.push(Token {
            hash: word.hash,
            start: start as u32,
            end: end as u32,
            marks: word.marks | capital | self.hyphen(start) | std::mem::take(&mut self.opens),
            number: word.number,
        });
        true
    }

    /// Returns the mark of a word at a place to which a hyphen joins it.
    #[inline(always)]
    fn hyphen(&self, start: usize) -> Marks {
        let bytes = self.text.as_bytes();
        let follows = |last: &Token| last.end as usize + 1 == start;
        match start > 0 && bytes[start - 1] == b'-' && self.tokens.last().is_some_and(follows) {
            true => HYPHEN,
            false => 0,
        }
    }

    /// Takes the word that starts here.
    #[inline(never)]
    fn word(&mut self) {
        let bytes = self.text.as_bytes();
        let first = bytes[self.at];
        let hash = self.glue.with(first | SMALL_BIT);
        let (hash, end) = small_letters(bytes, self.at + 1, hash);
        let next = bytes
            .get(end)
            .map_or(BLANK, |next| CLASSES[usize::from(*next)]);
        // Most words are small letters alone.
        let part = match first.is_ascii_lowercase() && next & (BLANK | SIGN) != 0 {
            true => Part {
                hash: without_plural(&bytes[self.at..end], hash),
                end,
                marks: 0,
            },
            false => self.rest_of_word(first, hash, end),
        };
        self.push(part);
    }

    /// Reads the rest of a word that has other bytes than small letters.
    #[inline(never)]
    fn rest_of_word(&self, first: u8, mut hash: Hash, mut end: usize) -> Part {
        let bytes = self.text.as_bytes();
        // Which other classes of bytes are behind the first.
        let mut inner = 0;
        while let Some(&byte) = bytes.get(end) {
            let class = CLASSES[usize::from(byte)];
            if class & (BLANK | SIGN) != 0 {
                break;
            }
            let folded = match class & LETTER {
                0 if !self.goes_on(class, end) => break,
                0 => byte,
                _ => byte | SMALL_BIT,
            };
            inner |= class;
            (hash, end) = small_letters(bytes, end + 1, hash.with(folded));
        }
        if (CLASSES[usize::from(first)] | inner) & BEYOND != 0 {
            return self.read_beyond(end);
        }
        let written = &bytes[self.at..end];
        Part {
            hash: without_plural(written, hash),
            end,
            marks: marks(written, inner),
        }
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
        let classes = written.bytes().map(|byte| CLASSES[usize::from(byte)]);
        let mut capitals = written.chars().map(char::is_uppercase);
        let mut marks = match classes.fold(0, |all, class| all | class) & FIGURE {
            0 => 0,
            _ => DIGIT,
        };
        if capitals.next() == Some(true) {
            marks |= CAPITAL;
        }
        if capitals.any(|is_capital| is_capital) {
            marks |= SHORT;
        }
        let folded = written.to_lowercase();
        Part {
            hash: folded.bytes().fold(self.glue, Hash::with),
            end,
            marks,
        }
    }

    /// Adds a word that starts here, or joins it to a prefix before it.
    #[inline(always)]
    fn push(&mut self, part: Part) {
        let bytes = self.text.as_bytes();
        let start = std::mem::replace(&mut self.at, part.end);
        let hash = part.hash.finish();
        let stop = if is_stop_word(hash) { STOP } else { 0 };
        let next = match is_prefix(&bytes[start..part.end]) {
            true => part.hash,
            false => Hash::START,
        };
        if std::mem::replace(&mut self.glue, next) != Hash::START {
            let last = self.tokens.last_mut().expect("a prefix is a word");
            last.hash = hash;
            last.number = self.lexicon.number(hash);
            last.end = part.end as u32;
            last.marks = last.marks & !STOP | stop | part.marks & DIGIT;
            if part.marks & (CAPITAL | SHORT) != 0 {
                last.marks |= SHORT;
            }
            return;
        }
        let hyphen = self.hyphen(start);
        self.tokens.push(Token {
            hash,
            start: start as u32,
            end: part.end as u32,
            marks: part.marks | stop | std::mem::take(&mut self.opens) | hyphen,
            number: self.lexicon.number(hash),
        });
    }
}

/// Returns the highest bit of each of eight bytes that is no small letter; what is behind the first of them means
/// nothing.
#[inline]
fn others(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let low = bytes & (EACH * 0x7f);
    let from_a = low + EACH * (0x80 - b'a' as u64);
    let behind_z = low + EACH * (0x80 - b'z' as u64 - 1);
    (!from_a | behind_z | bytes) & (EACH * 0x80)
}

/// Adds the small letters that stand at a place to a hash, and returns where they end.
#[inline(never)]
fn small_letters(bytes: &[u8], mut end: usize, mut hash: Hash) -> (Hash, usize) {
    for byte in &bytes[end..] {
        if !byte.is_ascii_lowercase() {
            break;
        }
        hash = hash.with(*byte);
        end += 1;
    }
    (hash, end)
}

/// Returns what is seen of a word of ASCII, by the classes of the bytes behind the first, too.
#[cold]
fn marks(written: &[u8], inner: Class) -> Marks {
    let class = |byte: &u8| CLASSES[usize::from(*byte)];
    let first = written.first().map_or(0, class);
    let is_number = || written.iter().all(|byte| class(byte) & (FIGURE | DOT) != 0);
    let mark = |is: bool, mark: Marks| if is { mark } else { 0 };
    let digit = (first | inner) & FIGURE != 0;
    mark(digit, DIGIT)
        | mark(first == LARGE, CAPITAL)
        | mark(inner & LARGE != 0, SHORT)
        | mark(digit && is_number(), NUMBER)
}

/// Takes the plural's ending back from the hash of a word, which may stand behind a prefix.
#[inline]
fn without_plural(written: &[u8], hash: Hash) -> Hash {
    // No prefix ends like a plural.
    match written {
        [.., b's' | b'S'] => singular(written, hash),
        _ => hash,
    }
}

#[inline(never)]
fn singular(written: &[u8], hash: Hash) -> Hash {
    // Five letters at the end tell what is cut; words of three have none.
    match (written.last_chunk::<5>(), written.last_chunk::<4>()) {
        (Some(ending), _) => without_ending(*ending, hash),
        (None, Some(word)) => without_ending(*word, hash),
        _ => hash,
    }
}

fn without_ending<const LETTERS: usize>(mut ending: [u8; LETTERS], hash: Hash) -> Hash {
    ending.make_ascii_lowercase();
    let whole = ending;
    let length = singular_length(&mut ending);
    if length == LETTERS {
        return hash;
    }
    // Only the last letter that is left may be another.
    let same = length - 1;
    let stem = whole[same..]
        .iter()
        .rev()
        .copied()
        .fold(hash, Hash::without);
    stem.with(ending[same])
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
#[inline]
fn is_stop_word(hash: u32) -> bool {
    let mut at = hash as usize % STOP_PLACES.len();
    loop {
        match STOP_PLACES[at] {
            0 => return false,
            found if found == hash => return true,
            _ => at = (at + 1) % STOP_PLACES.len(),
        }
    }
}

/// A place for each word at or behind that of its hash; zero where there is none.
static STOP_PLACES: [u32; 1024] = stop_places();

const fn stop_places() -> [u32; 1024] {
    let mut places = [0; 1024];
    let mut hash = Hash::START;
    let mut at = 0;
    while at <= STOP_WORDS.len() {
        if at < STOP_WORDS.len() && STOP_WORDS.as_bytes()[at] != b' ' {
            hash = hash.with(STOP_WORDS.as_bytes()[at]);
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

const STOP_WORDS: &str = "\
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
    fn expected(text: &str) -> Vec<Token> {
        let words = words::split(text);
        let ends = words.spans.iter().skip(1).map(|(at, _)| *at);
        let ends = ends.chain([words.folded.len() - 1]);
        let mut before = 0;
        let word = |((at, span), end): (&(usize, std::ops::Range<usize>), usize)| {
            let folded = words.folded[at + 1..end].trim_end_matches(" |");
            let opens = *at == 0 || words.folded[..*at].ends_with('|');
            let written = without_address(&text[span.clone()]);
            let marks = [
                (STOP, STOP_WORDS.split(' ').any(|word| word == folded)),
                (OPENS, opens),
                (DIGIT, written.contains(|c: char| c.is_ascii_digit())),
                (CAPITAL, written.starts_with(char::is_uppercase)),
                (SHORT, written.chars().skip(1).any(char::is_uppercase)),
                (NUMBER, is_number(&written)),
                (HYPHEN, before > 0 && &text[before..span.start] == "-"),
            ];
            before = span.end;
            let marks = marks.iter().filter(|(_, is)| *is);
            Token {
                hash: hash_word(folded.as_bytes()),
                start: span.start as u32,
                end: span.end as u32,
                marks: marks.fold(0, |all, (mark, _)| all | mark),
                number: 0,
            }
        };
        words.spans.iter().zip(ends).map(word).collect()
    }

    /// An address may stand between a prefix and the rest of its word.
    fn without_address(written: &str) -> String {
        let begins = |piece: &str| {
            let begins = ["http://", "https://"].map(|scheme| piece.find(scheme));
            begins.into_iter().flatten().min()
        };
        let pieces = written.split_whitespace();
        let pieces = pieces.map(|piece| &piece[..begins(piece).unwrap_or(piece.len())]);
        pieces.collect::<Vec<_>>().join(" ")
    }

    fn is_number(written: &str) -> bool {
        written.contains(|c: char| c.is_ascii_digit())
            && written.chars().all(|c| c.is_ascii_digit() || c == '.')
    }

    fn check(text: &str) {
        // Words are told as they were seen before, with and without other words behind them.
        let longer = [text, " and so on, and so forth"].concat();
        let (mut seen, mut tokens) = (Seen::with_room(), Vec::new());
        for text in [text, &longer, &longer, text] {
            let expected = expected(text);
            for seen in [&mut Seen::default(), &mut seen] {
                read(text, &Lexicon::default(), seen, &mut tokens);
                assert_eq!(tokens, expected, "{text:?}");
            }
        }
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
        fn no_text_is_cut_otherwise(text in "([a-zA-Z0-9 .,+#()'|-]|https?://|pre-?|multi|The |ies|ses|[\u{e9}\u{df}\u{56fe}\u{130}\u{a0}\u{2019}]){0,60}") {
            check(&text);
        }
    }
}
