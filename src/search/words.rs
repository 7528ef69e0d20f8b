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

/// Appends a text without case and accents.
pub fn fold_into(text: &str, folded: &mut String) {
    let mut rest = text;
    while !rest.is_empty() {
        // Most abstracts hold some typographic sign, which is no reason to look into a table for the
        // letters around it.
        let (ascii, behind) = rest.split_at(run_length(rest, |byte| byte.is_ascii()));
        let start = folded.len();
        folded.push_str(ascii);
        folded[start..].make_ascii_lowercase();
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

/// Calls back for each word of a folded text, with its hash.
// Inlined into what reads a whole paper, its loops have too few registers.
#[inline(never)]
pub fn for_each<'a>(folded: &'a str, mut call: impl FnMut(&'a str, u32)) {
    let bytes = folded.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if !LETTERS[usize::from(byte)] && byte.is_ascii() {
            at += 1;
            continue;
        }
        let (letters, hash) = letters(folded, at);
        if letters == at {
            // A sign beyond ASCII.
            at += folded[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let (end, hash) = signs(folded, letters, hash);
        if end - at <= LONGEST {
            call(&folded[at..end], hash);
        }
        at = end;
    }
}

/// Returns the hash of a word (FNV-1a), which is its number among pairs.
pub fn hash(word: &str) -> u32 {
    word.bytes().fold(EMPTY, with)
}

/// The hash of no letters.
const EMPTY: u32 = 0x811c_9dc5;

/// A hash grows with a word, so that no word is read twice.
fn with(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

/// Returns where the letters and digits from a byte on end, and their hash; an ideograph stands alone.
fn letters(folded: &str, start: usize) -> (usize, u32) {
    let bytes = folded.as_bytes();
    let (mut end, mut hash) = (start, EMPTY);
    loop {
        for byte in &bytes[end..] {
            if !LETTERS[usize::from(*byte)] {
                break;
            }
            hash = with(hash, *byte);
            end += 1;
        }
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
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut folded = String::new();
        fold_into(text, &mut folded);
        let mut words = Vec::new();
        for_each(&folded, |word, number| {
            assert_eq!(number, hash(word), "{word}");
            words.push(word.to_owned());
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
        for_each(&folded, |word, _| words.push(word));
        assert_eq!(words, ["a", "bc", "d", "e"]);
    }
}
