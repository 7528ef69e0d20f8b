//! Formulas as abstracts have them, rewritten to what a converter of TeX reads.

use std::borrow::Cow;

/// Commands to which text that lost its braces is glued: `\mathbbR`, `\sqrtT`.
///
/// `\mathbbm` aside, no command of TeX starts with one of these and goes on with capitals or one letter.
const GLUED: &[&str] = &[
    "mathcal",
    "mathbb",
    "mathbf",
    "mathrm",
    "mathfrak",
    "mathsf",
    "sqrt",
    "widetilde",
    "tilde",
];

/// Commands with text for an argument; the converter's macros cannot hand text on.
const RENAMED: &[(&str, &str)] = &[
    ("mbox", r"\text"),
    ("hbox", r"\text"),
    ("textsuperscript", r"{}^\text"),
    ("textsubscript", r"{}_\text"),
];

/// Rewrites the signs and commands that mean something else in a file of TeX than in an abstract.
///
/// A bare `%` starts a comment and swallows the rest, although `$95%$` means a percent sign; `#` is
/// likewise only itself; `\unicode{x2014}` is a command of browsers' converters.
pub(super) fn readable(tex: &str) -> Cow<'_, str> {
    let is_plain = !tex.bytes().any(|b| matches!(b, b'%' | b'#' | b'\\'));
    if is_plain {
        return Cow::Borrowed(tex);
    }
    let mut readable = String::with_capacity(tex.len() + 8);
    let mut rest = tex;
    while let Some(at) = memchr::memchr3(b'%', b'#', b'\\', rest.as_bytes()) {
        readable.push_str(&rest[..at]);
        let sign = &rest[at..=at];
        rest = &rest[at + 1..];
        if sign == "\\" {
            rest = command(rest, &mut readable);
        } else {
            readable.push('\\');
            readable.push_str(sign);
        }
    }
    readable.push_str(rest);
    Cow::Owned(readable)
}

/// Writes the command whose name starts a text; returns what follows it.
fn command<'a>(text: &'a str, readable: &mut String) -> &'a str {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (name, rest) = text.split_at(letters);
    if name == "unicode"
        && let Some((sign, rest)) = code_point(rest)
    {
        readable.push_str(sign_of(sign).as_str());
        return rest;
    }
    if let Some((_, known)) = RENAMED.iter().find(|(other, _)| *other == name) {
        readable.push_str(known);
        return rest;
    }
    readable.push('\\');
    if let Some((known, argument)) = unglue(name) {
        readable.push_str(&format!("{known}{{{argument}}}"));
        return rest;
    }
    readable.push_str(name);
    match rest.chars().next() {
        // The sign after a bare backslash belongs to it, be it `\%` or `\\`.
        Some(sign) if letters == 0 => {
            readable.push(sign);
            &rest[sign.len_utf8()..]
        }
        _ => rest,
    }
}

/// Reads `{x2014}`, `{U+2014}`, `{"2014}` or `{8212}`.
fn code_point(text: &str) -> Option<(char, &str)> {
    let (inside, rest) = text.trim_start().strip_prefix('{')?.split_once('}')?;
    let inside = inside.trim();
    let hex = ["0x", "x", "X", "U+", "\""]
        .iter()
        .find_map(|prefix| inside.strip_prefix(prefix));
    let number = match hex {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => inside.parse(),
    };
    let sign = char::from_u32(number.ok()?).filter(|c| !c.is_control())?;
    Some((sign, rest))
}

/// Returns the TeX of a sign that was given by its number.
fn sign_of(sign: char) -> String {
    match sign {
        '%' | '#' | '&' | '_' | '$' | '{' | '}' => format!("\\{sign}"),
        '\\' => "\\backslash ".to_owned(),
        '+' | '-' | '=' | '<' | '>' => sign.to_string(),
        // As text: a dash between words is no minus.
        _ => format!("\\text{{{sign}}}"),
    }
}

fn unglue(name: &str) -> Option<(&str, &str)> {
    if name == "mathbbm" {
        return None;
    }
    GLUED.iter().find_map(|known| {
        let argument = name.strip_prefix(known)?;
        let glued = argument.len() == 1 || argument.bytes().all(|b| b.is_ascii_uppercase());
        (glued && !argument.is_empty()).then_some((*known, argument))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tex: &str, expected: &str) {
        assert_eq!(readable(tex), expected, "{tex}");
    }

    #[test]
    fn bare_signs_are_escaped_once() {
        check(r"95%", r"95\%");
        check(r"95\%", r"95\%");
        check(r"a \\% b", r"a \\\% b");
        check(r"\#1 #2", r"\#1 \#2");
        check("x", "x");
        check("\\", "\\");
    }

    #[test]
    fn numbered_signs_become_signs() {
        check(r"\unicode{x2014}", r"\text{—}");
        check(r"\unicode{x0025}\unicode{x002b}", r"\%+");
        check(r"\unicode {8212}x", r"\text{—}x");
        check(
            r"\unicode{x0}\unicode{no}\unicode",
            r"\unicode{x0}\unicode{no}\unicode",
        );
    }

    #[test]
    fn glued_arguments_come_loose() {
        check(
            r"\mathbbR \sqrtNT \tildeO",
            r"\mathbb{R} \sqrt{NT} \tilde{O}",
        );
        check(
            r"\mathcal \sqrt{T} \mathbbm{1} \tildes",
            r"\mathcal \sqrt{T} \mathbbm{1} \tilde{s}",
        );
    }
}
