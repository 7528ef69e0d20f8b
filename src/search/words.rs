//! The words of a text, folded: what a reader types finds what an author wrote.
//!
//! Case and accents do not count. A word is a run of letters and digits, `c++` and `c#` with their
//! signs; in a script without spaces each character is one. `search.js` folds a query by the same
//! rules, so a change here is a change there.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::html;

/// Longer runs are addresses and sums, not words; in bytes.
const LONGEST: usize = 40;

/// This is a word of a folded text.
#[derive(Debug, Clone, Copy)]
pub struct Token<'a> {
    /// The word.
    pub text: &'a [u8],
    /// Its hash, as `hash` returns it.
    pub hash: u32,
    /// Its first bytes, as `first` returns them.
    pub first: u64,
}

impl<'a> Token<'a> {
    /// Makes one of a word that stands in no text.
    pub fn of(text: &'a str) -> Token<'a> {
        Token {
            text: text.as_bytes(),
            hash: hash(text),
            first: first(text.as_bytes(), text.len()),
        }
    }
}

/// Appends a text without case and accents.
pub fn fold_into(text: &str, folded: &mut String) {
    let mut rest = text;
    while !rest.is_empty() {
        // Most abstracts hold some typographic sign, which is no reason to look into a table for the
        // letters around it.
        let (ascii, behind) = rest.split_at(ascii_length(rest.as_bytes()));
        let start = folded.len();
        folded.push_str(ascii);
        folded[start..].make_ascii_lowercase();
        if behind.is_empty() {
            return;
        }
        let (other, behind) = behind.split_at(run_length(behind, |byte| !byte.is_ascii()));
        for c in other.nfkd().filter(|c| !is_combining_mark(*c)) {
            match spelling(c) {
                Some(letters) => folded.push_str(letters),
                None => folded.extend(c.to_lowercase()),
            }
        }
        rest = behind;
    }
}

/// How many bytes at the start of a text are ASCII; eight are looked at together.
fn ascii_length(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks();
    let beyond = |chunk: &[u8; 8]| u64::from_le_bytes(*chunk) & 0x8080_8080_8080_8080;
    match chunks.iter().position(|chunk| beyond(chunk) != 0) {
        Some(place) => 8 * place + beyond(&chunks[place]).trailing_zeros() as usize / 8,
        None => 8 * chunks.len() + rest.iter().take_while(|byte| byte.is_ascii()).count(),
    }
}

/// How many bytes at the start of a text are of a kind.
fn run_length(text: &str, is_of_kind: impl Fn(u8) -> bool) -> usize {
    let end = text.bytes().position(|byte| !is_of_kind(byte));
    end.unwrap_or(text.len())
}

/// The letters and digits of ASCII, which nearly all are.
static LETTERS: [bool; 256] = {
    let mut letters = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        letters[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    letters
};

/// The bytes that a word may start with: those, and all beyond ASCII.
static STARTS: [bool; 256] = {
    let mut starts = LETTERS;
    let (_, beyond) = starts.split_at_mut(128);
    let mut byte = 0;
    while byte < 128 {
        beyond[byte] = true;
        byte += 1;
    }
    starts
};

/// Calls back for each word of a folded text.
// Inlined into what reads a whole paper, its loops have too few registers.
#[inline(never)]
pub fn for_each<'a>(folded: &'a str, mut call: impl FnMut(Token<'a>)) {
    let bytes = folded.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if !STARTS[usize::from(byte)] {
            at += 1;
            continue;
        }
        let (mut end, mut hash) = ascii_letters(bytes, at, EMPTY);
        if let Some(128.. | b'+' | b'#') = bytes.get(end) {
            (end, hash) = letters(folded, at);
            if end == at {
                // A sign beyond ASCII.
                at += folded[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            }
            (end, hash) = signs(folded, end, hash);
        }
        if end - at <= LONGEST {
            call(Token {
                text: &bytes[at..end],
                hash,
                first: first(&bytes[at..], end - at),
            });
        }
        at = end;
    }
}

/// Returns the first eight bytes of a word of this length at the start of a text, as a number that has the
/// order of words. A word of fewer bytes has no other's, for zeros stand behind it.
#[inline]
pub fn first(text: &[u8], length: usize) -> u64 {
    match text.first_chunk() {
        Some(eight) if length < 8 => u64::from_be_bytes(*eight) & !(u64::MAX >> (8 * length)),
        Some(eight) => u64::from_be_bytes(*eight),
        None => (text[..length].iter().zip((0..8).rev())).fold(0, |first, (byte, place)| {
            first | u64::from(*byte) << (8 * place)
        }),
    }
}

/// Returns the hash of a word (FNV-1a), which is its number among pairs.
pub fn hash(word: &str) -> u32 {
    word.bytes().fold(EMPTY, with)
}

/// The hash of no letters.
const EMPTY: u32 = 0x811c_9dc5;

/// A hash grows with a word, so that no word is read twice.
#[inline]
fn with(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

/// Returns where the letters and digits of ASCII from a byte on end, and the hash of a word that goes on with them.
#[inline]
fn ascii_letters(bytes: &[u8], start: usize, mut hash: u32) -> (usize, u32) {
    let mut end = start;
    while let Some(&byte) = bytes.get(end)
        && LETTERS[usize::from(byte)]
    {
        hash = with(hash, byte);
        end += 1;
    }
    (end, hash)
}

/// Returns where the letters and digits from a byte on end, and their hash; an ideograph stands alone.
fn letters(folded: &str, start: usize) -> (usize, u32) {
    let bytes = folded.as_bytes();
    let (mut end, mut hash) = (start, EMPTY);
    loop {
        (end, hash) = ascii_letters(bytes, end, hash);
        if bytes.get(end).is_none_or(u8::is_ascii) {
            return (end, hash);
        }
        let c = folded[end..].chars().next();
        let Some(c) = c.filter(|c| is_letter(*c) && (end == start || !is_ideograph(*c))) else {
            return (end, hash);
        };
        let next = end + c.len_utf8();
        hash = bytes[end..next].iter().copied().fold(hash, with);
        end = next;
        if is_ideograph(c) {
            return (end, hash);
        }
    }
}

/// Returns where a word ends with the signs that belong to it, and its hash with theirs.
fn signs(folded: &str, end: usize, hash: u32) -> (usize, u32) {
    let rest = &folded[end..];
    let signs = run_length(rest, |byte| matches!(byte, b'+' | b'#'));
    if signs == 0 || rest[signs..].starts_with(is_letter) {
        return (end, hash);
    }
    (end + signs, rest.bytes().take(signs).fold(hash, with))
}

/// Appends the text of HTML, folded; formulas are left out, for nobody types MathML.
pub fn fold_html_into(html: &str, folded: &mut String) {
    html::for_each_text(html, |text| fold_into(text, folded));
}

/// Letters that Unicode does not take apart, as people type them who do not have them.
fn spelling(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' => "d",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ı' => "i",
        _ => return None,
    })
}

/// Beyond the first plane, where the order of bytes is not that of a browser, there are no words.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric() && c <= '\u{ffff}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut folded = String::new();
        fold_into(text, &mut folded);
        let mut words = Vec::new();
        for_each(&folded, |token| {
            let text = std::str::from_utf8(token.text).expect("words are cut between letters");
            let Token { hash, first, .. } = Token::of(text);
            assert_eq!((token.hash, token.first), (hash, first), "{text}");
            words.push(text.to_owned());
        });
        assert_eq!(words, expected, "{text}");
    }

    #[test]
    fn case_and_accents_do_not_count() {
        check(
            "TÜLU 3: Łukasz, Erdős & Strauß",
            &["tulu", "3", "lukasz", "erdos", "strauss"],
        );
        check("ﬁne 𝒪(n²) naïve", &["fine", "o", "n2", "naive"]);
    }

    #[test]
    fn signs_belong_to_languages_and_hyphens_to_nobody() {
        check(
            "C++, C# and a+b pre-training",
            &["c++", "c#", "and", "a", "b", "pre", "training"],
        );
        check("图像 models", &["图", "像", "models"]);
        check(&"x".repeat(41), &[]);
    }

    #[test]
    fn html_is_read_as_a_reader_sees_it() {
        let mut folded = String::new();
        let html = "<p>A <em>B</em>c &amp; d <math><mi>x</mi></math>.</p><p>E</p>";
        fold_html_into(html, &mut folded);
        let mut words = Vec::new();
        for_each(&folded, |token| words.push(token.text));
        assert_eq!(words, [&b"a"[..], b"bc", b"d", b"e"]);
    }

    proptest! {
        #[test]
        fn ascii_is_as_long_as_byte_after_byte_says(text in "[ -~]{0,20}[–é]?[ -~]{0,9}") {
            prop_assert_eq!(ascii_length(text.as_bytes()), run_length(&text, |byte| byte.is_ascii()));
        }

        #[test]
        fn first_bytes_have_the_order_of_words(
            word in "[ab]{1,10}é?",
            other in "[ab]{1,10}é?",
            behind in "[ a-z]{0,9}",
        ) {
            let of = |word: &str| first(format!("{word}{behind}").as_bytes(), word.len());
            prop_assert_eq!(of(&word), Token::of(&word).first);
            match of(&word) == of(&other) {
                true => prop_assert!(word == other || word.len().min(other.len()) >= 8),
                false => prop_assert_eq!(of(&word) < of(&other), word < other),
            }
        }
    }
}
