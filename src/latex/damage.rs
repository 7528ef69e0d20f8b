//! Text that lost its dollars and backslashes on the way is restored where nothing else can be meant.
//!
//! A page that shows papers deletes the dollars and every backslash of `$…$`, and turns `\cmd{X}`
//! into `X`. What is restored here does not occur in undamaged abstracts; `to`, `in` and `mu` do.

use super::scan::{length_before, table};

/// Signs that are restored only directly before a number, and not inside a word.
static BEFORE_NUMBERS: [(&str, char); 6] = [
    ("geq", '≥'),
    ("ge", '≥'),
    ("leq", '≤'),
    ("le", '≤'),
    ("sim", '∼'),
    ("approx", '≈'),
];

/// Signs that are restored as words of their own.
static WORDS: [(&str, char); 2] = [("geq", '≥'), ("leq", '≤')];

/// Words of TeX that are no words of any language, wherever they stand.
static ANYWHERE: [(&str, &str); 9] = [
    ("leftrightarrow", "↔"),
    ("rightarrow", "→"),
    ("leftarrow", "←"),
    ("Rightarrow", "⇒"),
    ("uparrow", "↑"),
    ("downarrow", "↓"),
    ("^circ", "°"),
    ("x2013", "–"),
    ("x2014", "—"),
];

/// Restores the signs in a piece of text.
pub fn restore(text: &str) -> String {
    if !may_be_damaged(text) {
        return text.to_owned();
    }
    let mut restored = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (sign, length) = sign_at(&restored, rest).unwrap_or((c, c.len_utf8()));
        restored.push(sign);
        rest = &rest[length..];
    }
    restored
}

/// A quick look, since most texts are whole.
fn may_be_damaged(text: &str) -> bool {
    if ["arrow", "^circ", "x20", "geq ", "leq "]
        .iter()
        .any(|word| text.contains(word))
    {
        return true;
    }
    let bytes = text.as_bytes();
    let mut at = length_before(text, &DIGITS);
    while at < bytes.len() {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        if matches!(before, Some(b'e' | b'q' | b'm' | b'x')) || bytes.get(at + 1) == Some(&b't') {
            return true;
        }
        at += 1;
        at += length_before(&text[at..], &DIGITS);
    }
    false
}

const DIGITS: [bool; 256] = table(b"0123456789");

/// Returns the style name that a group lost its backslash from: `{it misaligned}`.
pub fn stripped_declaration(group: &str) -> Option<(&str, &str)> {
    let (name, rest) = group.split_once(' ')?;
    matches!(name, "em" | "it" | "bf" | "sl" | "tt" | "sc" | "sf" | "rm").then_some((name, rest))
}

/// Returns the name of a command or a colour at the end of the text, where a group follows:
/// `texttt{D}`, `red{Warning}`.
pub fn bare_command(before: &str) -> Option<&'static str> {
    const NAMES: [&str; 27] = [
        "textbf",
        "texttt",
        "textit",
        "textsc",
        "emph",
        "mathrm",
        "mathbf",
        "mathcal",
        "mathbb",
        "underline",
        "footnote",
        "url",
        "cite",
        "text",
        "red",
        "blue",
        "green",
        "orange",
        "teal",
        "purple",
        "brown",
        "gray",
        "black",
        "cyan",
        "magenta",
        "pink",
        "violet",
    ];
    NAMES.into_iter().find(|name| {
        before
            .strip_suffix(name)
            .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphabetic() || c == '\\'))
    })
}

/// Returns the key of a citation that lost its command and its braces: `method~smith2024title`.
pub fn citation_key(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    let key = &text[..end];
    let author = key.len()
        - key
            .trim_start_matches(|c: char| c.is_ascii_lowercase())
            .len();
    let year = key.get(author..author + 4)?;
    let is_key = author > 1
        && (year.starts_with("19") || year.starts_with("20"))
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && key[author + 4..].starts_with(|c: char| c.is_ascii_lowercase());
    is_key.then_some(key)
}

/// Returns the address without a scheme that the text ends in, where a group follows:
/// `github.com/a/b{code}`.
pub fn bare_address(before: &str) -> Option<&str> {
    let start = before
        .rfind(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '/' | '.' | '-' | '_'))
        .map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
    let word = &before[start..];
    let is_known = [
        "github.com/",
        "www.github.com/",
        "gitlab.com/",
        "huggingface.co/",
        "hf.co/",
    ]
    .iter()
    .any(|host| word.starts_with(host));
    (is_known || word.contains(".github.io")).then_some(word)
}

/// Returns what stood between a word and an address that touch: a footnote's or a link's start.
pub fn before_glued_url(word: &str) -> Glue {
    match word.to_ascii_lowercase().as_str() {
        "at" | "in" | "is" | "here" | "see" | "on" | "via" | "from" | "and" | "page" | "code"
        | "online" => Glue::Space,
        "url" => Glue::Replace,
        _ => Glue::Footnote,
    }
}

/// This is how a word and the address that touches it were parted before the damage.
pub enum Glue {
    Space,
    Footnote,
    /// The word is the name of a command that lost its backslash.
    Replace,
}

fn sign_at(before: &str, rest: &str) -> Option<(char, usize)> {
    let previous = before.chars().next_back();
    if let Some(tail) = rest.strip_prefix("times") {
        return is_times(before, tail).then_some(('×', "times".len()));
    }
    for &(word, sign) in &BEFORE_NUMBERS {
        if let Some(tail) = rest.strip_prefix(word)
            && !previous
                .is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '/' | '-' | '.' | '\\'))
            && is_number(tail)
        {
            return Some((sign, word.len()));
        }
    }
    for &(word, sign) in &WORDS {
        if let Some(tail) = rest.strip_prefix(word)
            && !previous
                .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '/' | '-' | '.' | '\\'))
            && tail.starts_with(' ')
        {
            let opens = previous.is_none_or(|c| c == '(');
            return Some((sign, word.len() + usize::from(opens)));
        }
    }
    for &(word, sign) in &ANYWHERE {
        if rest.starts_with(word)
            && (!word.starts_with('x') || is_between_words(previous, &rest[word.len()..]))
        {
            return Some((sign.chars().next()?, word.len()));
        }
    }
    None
}

/// `1920times1080`, `2.3times faster`, `360°times180°`; but not `3timestamps`.
fn is_times(before: &str, tail: &str) -> bool {
    let after_number = before.ends_with(|c: char| c.is_ascii_digit() || c == '°');
    after_number && !tail.starts_with(|c: char| c.is_ascii_lowercase())
}

/// A number, and not the name `sim2real`.
fn is_number(tail: &str) -> bool {
    let digits = tail.len()
        - tail
            .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))
            .len();
    let unit = &tail[digits..];
    let is_name = unit.starts_with(|c: char| c.is_ascii_lowercase())
        && !unit.starts_with("times")
        && !unit.starts_with(['k', 'x', 's', 'm']);
    tail.starts_with(|c: char| c.is_ascii_digit()) && !is_name
}

fn is_between_words(previous: Option<char>, tail: &str) -> bool {
    previous.is_some_and(|c| c.is_ascii_lowercase() || c == ')')
        && tail.starts_with(|c: char| c.is_ascii_alphabetic())
}
