//! The words of a text, folded: what a reader types finds what an author wrote.
//!
//! Case and accents do not count. A word is a run of letters and digits, `c++` and `c#` with their
//! signs; in a script without spaces each character is one. `search.js` folds a query by the same
//! rules, so a change here is a change there.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longer runs are addresses and sums, not words; in bytes.
const LONGEST: usize = 40;

/// Appends a text without case and accents.
pub fn fold_into(text: &str, folded: &mut String) {
    if text.is_ascii() {
        let start = folded.len();
        folded.push_str(text);
        folded[start..].make_ascii_lowercase();
        return;
    }
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match spelling(c) {
            Some(letters) => folded.push_str(letters),
            None => folded.extend(c.to_lowercase()),
        }
    }
}

/// Calls back for each word of a folded text.
pub fn for_each<'a>(folded: &'a str, mut call: impl FnMut(&'a str)) {
    let mut rest = folded;
    loop {
        let Some(start) = rest.find(is_letter) else {
            return;
        };
        rest = &rest[start..];
        let first = rest.chars().next().expect("a letter was found");
        let mut end = if is_ideograph(first) {
            first.len_utf8()
        } else {
            rest.find(|c| !is_letter(c) || is_ideograph(c))
                .unwrap_or(rest.len())
        };
        if rest[end..].starts_with(['+', '#']) {
            let signs = rest[end..]
                .find(|c| c != '+' && c != '#')
                .unwrap_or(rest.len() - end);
            if !rest[end + signs..].starts_with(is_letter) {
                end += signs;
            }
        }
        if end <= LONGEST {
            call(&rest[..end]);
        }
        rest = &rest[end..];
    }
}

/// Appends the text of HTML, folded; formulas are left out, for nobody types MathML.
pub fn fold_html_into(html: &str, folded: &mut String) {
    let mut rest = html;
    while let Some(open) = rest.find(['<', '&']) {
        fold_into(&rest[..open], folded);
        rest = &rest[open..];
        let end = if rest.starts_with('&') {
            folded.push(' ');
            rest.find(';')
        } else if rest.starts_with("<math") {
            folded.push(' ');
            rest.find("</math>").map(|end| end + "</math".len())
        } else {
            if !is_inline(rest) {
                folded.push(' ');
            }
            rest.find('>')
        };
        rest = end.map_or("", |end| &rest[end + 1..]);
    }
    fold_into(rest, folded);
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
    c.is_alphanumeric() && c <= '\u{ffff}'
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Emphasis inside a word does not end it.
fn is_inline(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']);
    let name = &name[..name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len())];
    matches!(
        name,
        "em" | "strong" | "code" | "del" | "a" | "sub" | "sup" | "span"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut folded = String::new();
        fold_into(text, &mut folded);
        let mut words = Vec::new();
        for_each(&folded, |word| words.push(word.to_owned()));
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
        for_each(&folded, |word| words.push(word));
        assert_eq!(words, ["a", "bc", "d", "e"]);
    }
}
