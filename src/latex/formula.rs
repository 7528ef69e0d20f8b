//! Where a formula begins and ends, and which formulas are better text.

use super::symbol;

/// No formula in a title or an abstract is longer; the bound keeps stray dollars cheap.
const LONGEST: usize = 2000;

/// Returns where the formula that begins at the start of `text` ends, if a `$` closes it.
///
/// A `$` inside braces belongs to them: `$\texttt{M$^3$FinMeeting}$` is one formula.
pub fn end_at_dollar(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut first = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().take(LONGEST) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\n' => break,
            b'$' if depth == 0 => return Some(at),
            b'$' => first = first.or(Some(at)),
            _ => {}
        }
    }
    first
}

/// Returns where `closing` stands within the reach of a formula.
pub fn end_at(text: &str, closing: &str) -> Option<usize> {
    text[..text.floor_char_boundary(LONGEST)].find(closing)
}

/// Decides whether what stands between two dollars is a formula and not money.
///
/// Signs of TeX settle it. Otherwise Pandoc's rule: no space inside the dollars, no digit behind
/// them; and what starts with a number and goes on with words is a price.
pub fn is_formula(tex: &str, after: Option<char>) -> bool {
    if tex.trim().is_empty() {
        return false;
    }
    let words = tex
        .split(' ')
        .filter(|word| word.len() > 2 && word.chars().all(|c| c.is_ascii_alphabetic() || c == ','))
        .count();
    let has_signs = tex.contains(['\\', '^', '_', '=']);
    let is_price = tex.trim_start().starts_with(|c: char| c.is_ascii_digit()) && words > 0;
    if has_signs && !is_price {
        return words < 4 || tex.contains('{');
    }
    let is_tight = !tex.starts_with(' ') && !tex.ends_with(' ');
    let is_loose_variable = tex.trim().chars().count() < 4;
    !is_price
        && words < 3
        && (is_tight || is_loose_variable)
        && !(after.is_some_and(|c| c.is_ascii_digit())
            && tex.starts_with(|c: char| c.is_ascii_digit()))
}

/// Returns the text of a formula that is a number, a sign or a figure above or below the line.
///
/// Such a formula was set as math only for its sign (`$2\times$`); as text it can be searched,
/// stands in a feed, and equals what is restored from a damaged copy.
pub fn as_text(tex: &str) -> Option<String> {
    if let Some(script) = tex.strip_prefix('^') {
        return as_degree(script).or_else(|| symbol::raised(&number(unwrapped(script))?));
    }
    if let Some(script) = tex.strip_prefix('_') {
        return symbol::lowered(&number(unwrapped(script))?);
    }
    number(tex)
}

fn as_degree(script: &str) -> Option<String> {
    matches!(unwrapped(script), "\\circ" | "o" | "\\degree").then(|| "°".to_owned())
}

fn unwrapped(tex: &str) -> &str {
    tex.strip_prefix('{')
        .and_then(|inner| inner.strip_suffix('}'))
        .unwrap_or(tex)
}

fn number(tex: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = tex;
    while let Some(c) = rest.chars().next() {
        let (written, length) = number_part(rest, c)?;
        let is_tight = !text.ends_with(' ');
        text.push_str(&written);
        rest = &rest[length..];
        // The space behind a command only ends its name: `64\times 64`.
        if c == '\\' && is_tight && !written.trim().is_empty() {
            rest = rest.trim_start_matches(' ');
        }
    }
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns the text of the first part of a number, and how many bytes of TeX it takes.
fn number_part(rest: &str, c: char) -> Option<(String, usize)> {
    for (tex, text) in [
        ("{,}", ","),
        ("\\%", "%"),
        ("\\$", "$"),
        ("\\,", " "),
        ("\\;", " "),
        ("\\ ", " "),
        ("\\!", ""),
        ("^\\circ", "°"),
        ("^{\\circ}", "°"),
    ] {
        // `^\circ` must not be the start of a longer name.
        if let Some(after) = rest.strip_prefix(tex)
            && !(tex.ends_with('c') && after.starts_with(|c: char| c.is_ascii_alphabetic()))
        {
            return Some((text.to_owned(), tex.len()));
        }
    }
    if c == '\\' {
        let name = command_name(&rest[1..]);
        let unicode = rest[1 + name.len()..]
            .strip_prefix("{x")
            .filter(|_| name == "unicode")
            .and_then(|tail| tail.split_once('}'));
        if let Some((hex, _)) = unicode {
            let c = char::from_u32(u32::from_str_radix(hex, 16).ok()?)?;
            return Some((c.to_string(), 1 + name.len() + 2 + hex.len() + 1));
        }
        let sign = symbol::operator(name).filter(|_| IN_NUMBERS.contains(&name))?;
        return Some((sign.to_owned(), 1 + name.len()));
    }
    match c {
        '-' => Some(("−".to_owned(), 1)),
        // Braces only keep a sign from taking the space of an operator: `{\sim}750`.
        '{' | '}' => Some((String::new(), 1)),
        '0'..='9'
        | '.'
        | ','
        | '%'
        | '+'
        | '<'
        | '>'
        | '/'
        | ' '
        | ':'
        | '×'
        | '±'
        | '−'
        | '–'
        | '→'
        | '≤'
        | '≥'
        | '≈'
        | '∼'
        | '°' => Some((c.to_string(), c.len_utf8())),
        _ => None,
    }
}

/// Signs that stand in numbers; a Greek letter or a set operator is a formula.
const IN_NUMBERS: [&str; 23] = [
    "times",
    "pm",
    "mp",
    "sim",
    "approx",
    "le",
    "leq",
    "leqslant",
    "ge",
    "geq",
    "geqslant",
    "ll",
    "gg",
    "lt",
    "gt",
    "to",
    "rightarrow",
    "leftarrow",
    "leftrightarrow",
    "Rightarrow",
    "uparrow",
    "downarrow",
    "degree",
];

/// Returns the letters of a command's name at the start of the text.
pub fn command_name(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    &text[..end]
}

/// Returns a formula that cannot break the Markdown around it: on one line, without a `$` or a
/// stray backslash at its end, with braces in balance (pulldown-cmark takes no other).
pub fn tidy(tex: &str) -> String {
    let mut tidy = String::with_capacity(tex.len());
    let mut depth = 0_usize;
    let mut chars = tex.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(' ') if chars.peek().is_none() => {}
                Some(next) => tidy.extend(['\\', next]),
                None => {}
            },
            '$' => tidy.push_str("\\$"),
            '}' if depth == 0 => {}
            '{' | '}' => {
                depth = if c == '{' { depth + 1 } else { depth - 1 };
                tidy.push(c);
            }
            '\n' => tidy.push(' '),
            _ => tidy.push(c),
        }
    }
    tidy.extend(std::iter::repeat_n('}', depth));
    let trimmed = tidy.trim();
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    trimmed[..trimmed.len() - backslashes % 2]
        .trim_end()
        .to_owned()
}
