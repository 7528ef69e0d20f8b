//! The YAML that an import writes and people mostly keep: a key, a colon and a value on one line, or a
//! list with a line for each item.
//!
//! Libyaml looks at every byte several times, which was a sixth of a whole build. What is read here is
//! read as `serde_yaml` reads it, and tests compare the two; the first sign of anything else (a comment,
//! an escape, a number, a text on several lines) leaves the whole text to `serde_yaml`.

use memchr::memchr;

use super::{Entry, Value};

/// Words that are no text to one version of YAML or another.
const WORDS: [&str; 12] = [
    "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity",
];

/// How deep brackets stand within brackets in what is read here.
const FLOW_DEPTH: usize = 4;

/// Reads a mapping of such lines; `None` for anything else.
///
/// `start` is where the text stands in its source.
pub(super) fn read(text: &str, start: usize) -> Option<Vec<Entry>> {
    if !text.is_ascii() && text.chars().any(is_special) {
        return None;
    }
    let mut entries: Vec<Entry> = Vec::with_capacity(12);
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        let key = read_key(line)?;
        if entries.iter().any(|entry| entry.key == key) {
            return None;
        }
        let key_range = start + at..start + at + key.len();
        let written = line[key.len()..].strip_prefix(':')?;
        at = (at + line.len() + 1).min(text.len());
        let value = match written.strip_prefix(' ') {
            Some(value) => read_value(value)?,
            None if written.is_empty() => read_items(text, &mut at)?,
            None => return None,
        };
        entries.push(Entry {
            key: key.to_owned(),
            value,
            value_range: key_range.end + 1..start + at,
            key_range,
        });
    }
    (!entries.is_empty()).then_some(entries)
}

/// The line that starts at a byte, without its end.
fn line_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    &rest[..memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())]
}

/// The items of a list, each on a line of its own, from a byte on; moves that behind them.
fn read_items(text: &str, at: &mut usize) -> Option<Value> {
    let mut items = Vec::new();
    while let Some(item) = line_at(text, *at).strip_prefix("  - ") {
        items.push(read_scalar(item)?);
        *at = (*at + "  - ".len() + item.len() + 1).min(text.len());
    }
    (!items.is_empty()).then_some(Value::List(items))
}

/// Line ends and marks that are not ASCII, and characters that YAML does not allow.
fn is_special(c: char) -> bool {
    matches!(
        c,
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// The key at the start of a line: small letters.
fn read_key(line: &str) -> Option<&str> {
    let length = line.bytes().position(|byte| !byte.is_ascii_lowercase())?;
    let key = &line[..length];
    (length > 0 && !WORDS.contains(&key)).then_some(key)
}

fn read_value(text: &str) -> Option<Value> {
    match text.as_bytes().first()? {
        b'[' | b'{' => whole(read_flow(text, 0)?),
        _ => read_scalar(text),
    }
}

fn read_scalar(text: &str) -> Option<Value> {
    match text.as_bytes().first()? {
        b'"' | b'\'' => whole(read_quoted(text)?),
        _ => read_plain(text, ON_A_LINE),
    }
}

/// The value, where nothing stands behind it.
fn whole((value, rest): (Value, &str)) -> Option<Value> {
    rest.is_empty().then_some(value)
}

/// Reads a list or a mapping in brackets, or one item of it; returns what stands behind.
fn read_flow(text: &str, depth: usize) -> Option<(Value, &str)> {
    match text.as_bytes().first()? {
        b'[' if depth < FLOW_DEPTH => {
            let mut items = Vec::new();
            let rest = read_parts(&text[1..], ']', |part| {
                let (item, rest) = read_flow(part, depth + 1)?;
                items.push(item);
                Some(rest)
            })?;
            Some((Value::List(items), rest))
        }
        b'{' if depth < FLOW_DEPTH => {
            let mut pairs: Vec<(String, Value)> = Vec::new();
            let rest = read_parts(&text[1..], '}', |part| {
                let (Value::Text(key), rest) = read_quoted(part)? else {
                    return None;
                };
                let (value, rest) = read_flow(rest.strip_prefix(": ")?, depth + 1)?;
                if pairs.iter().any(|(known, _)| *known == key) {
                    return None;
                }
                pairs.push((key, value));
                Some(rest)
            })?;
            Some((Value::Map(pairs), rest))
        }
        b'"' | b'\'' => read_quoted(text),
        _ => {
            let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}');
            let end = text.bytes().position(|byte| ends(&byte));
            let (item, rest) = text.split_at(end.unwrap_or(text.len()));
            Some((read_plain(item, IN_BRACKETS)?, rest))
        }
    }
}

/// Reads what stands between brackets, of which the first was read; returns what stands behind the last.
fn read_parts<'a>(
    text: &'a str,
    last: char,
    mut read: impl FnMut(&'a str) -> Option<&'a str>,
) -> Option<&'a str> {
    if let Some(rest) = text.strip_prefix(last) {
        return Some(rest);
    }
    let mut rest = read(text)?;
    loop {
        if let Some(behind) = rest.strip_prefix(last) {
            return Some(behind);
        }
        // A comma with nothing behind it is allowed, and an item that is not there is not.
        rest = read(rest.strip_prefix(", ")?)?;
    }
}

/// Reads a text between quotation marks; returns what stands behind it.
fn read_quoted(text: &str) -> Option<(Value, &str)> {
    let quote = *text
        .as_bytes()
        .first()
        .filter(|byte| b"\"'".contains(byte))?;
    let (written, rest) = text.split_at(end_of_quoted(text, quote)?);
    Some((unquoted(written), rest))
}

/// Where a text between quotation marks ends, in one that starts with them; no escape is known but the
/// doubled single mark.
fn end_of_quoted(text: &str, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        let byte = *bytes.get(at)?;
        if byte == quote {
            if quote == b'"' || bytes.get(at + 1) != Some(&quote) {
                return Some(at + 1);
            }
            at += 1;
        } else if byte < b' ' || byte == 0x7f || (byte == b'\\' && quote == b'"') {
            return None;
        }
        at += 1;
    }
}

/// What a text between quotation marks says.
fn unquoted(text: &str) -> Value {
    let inside = &text[1..text.len() - 1];
    Value::Text(match text.as_bytes()[0] {
        b'\'' if memchr(b'\'', inside.as_bytes()).is_some() => inside.replace("''", "'"),
        _ => inside.to_owned(),
    })
}

/// What may not stand in a text without quotation marks on a line of its own.
const ON_A_LINE: u8 = 1;
/// What may not stand in one within brackets, where a comma and closing ones end it.
const IN_BRACKETS: u8 = 2;
/// What may stand in neither.
const ANYWHERE: u8 = u8::MAX;

/// Where a byte may not stand; a table, for most of what front matter says is written so.
static FORBIDDEN: [u8; 256] = {
    let mut forbidden = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        forbidden[byte] = match byte as u8 {
            0..b' ' | 0x7f | b'#' => ANYWHERE,
            b':' | b'?' | b'[' | b'{' => IN_BRACKETS,
            _ => 0,
        };
        byte += 1;
    }
    forbidden
};

/// A text without quotation marks that is no number and holds none of some signs, and a yes or no.
fn read_plain(text: &str, place: u8) -> Option<Value> {
    match text {
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        _ => {}
    }
    let bytes = text.as_bytes();
    let is_text = if bytes.first()?.is_ascii_digit() {
        is_date(text)
    } else {
        (bytes[0].is_ascii_alphabetic() || !bytes[0].is_ascii())
            && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
    };
    let allowed = |(at, byte): (usize, &u8)| {
        // A colon within a word, as in an address; before a space it would end a key.
        let ends_key = || bytes.get(at + 1).is_none_or(|next| *next == b' ');
        FORBIDDEN[usize::from(*byte)] & place == 0 && !(*byte == b':' && ends_key())
    };
    (is_text && !text.ends_with(' ') && bytes.iter().enumerate().all(allowed))
        .then(|| Value::Text(text.to_owned()))
}

/// Tells whether a text is written as `2025-08-06`, which YAML of version 1.2 takes for a text.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes[at].is_ascii_digit();
    bytes.len() == 10
        && (bytes[4], bytes[7]) == (b'-', b'-')
        && [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read_tree;
    use super::*;
    use crate::diagnostic::Problems;
    use crate::source::Source;

    /// What `serde_yaml` makes of a text that was read here; tells whether it was.
    fn check(text: &str) -> bool {
        let Some(entries) = read(text, 0) else {
            return false;
        };
        let source = Source::new("a.yaml", text);
        let mut problems = Problems::new();
        let reference = read_tree(&source, 0..text.len(), &mut problems);
        assert_eq!(Some(entries), reference, "{text}");
        assert!(problems.is_empty(), "{text}");
        true
    }

    #[test]
    fn what_an_import_writes_is_read_here() {
        let text = "title: \"TÜLU 3: “Pushing” #1\"\ndate: 2025-08-06\ntags: [post-training, 'it''s', \"a, b\"]\n\
                    authors: []\narxiv: \"2411.15120\"\nvenue: NeurIPS 2024 (oral)\nfeatured: true\ndraft: false\nnote: 'a ''b'' \\c'\n\
                    source: papers.txt:61\nnames: [Élie O'Neil & Sons, 李明]\n\
                    more:\n  - Élie O'Neil\n  - \"a: b\"\n  - 'c'\nend: b\n\
                    extra: {\"categories\": [\"cs.CL\", 'it''s'], \"a: b\": {}, \"c\": {\"d\": yes-and-no}}\n";
        assert!(check(text));
        assert!(check(text.trim_end()));
    }

    #[test]
    fn what_takes_more_is_left_to_the_library() {
        for text in [
            "",
            "\n",
            "a: b # c\n",
            "a: \"b\\n\"\n",
            "a: 2411.15120\n",
            "a: 1\n",
            "a:\n",
            "a:\n- b\n",
            "a:\n  - b\n   c\n",
            "a:b\n  - c\n",
            "a:\n  - b: c\n",
            "a:\n  - - b\n",
            "a:\n  -\n",
            "a: \n  - b\n",
            "a: b\n\n",
            "a: b\na: c\n",
            "a: [b, ]\n",
            "a: [b,c]\n",
            "a: [b: c]\n",
            "a: b: c\n",
            "a: b \n",
            "a:  b\n",
            "a: *b\n",
            "a: \"b\" c\n",
            "a: No\n",
            "true: b\n",
            "a: b\r\n",
            "a: \"b\u{2028}c\"\n",
            "a: \"b\tc\"\n",
            "a: {b: c}\n",
            "a: {\"b\": 1}\n",
            "a: {\"b\": c, \"b\": d}\n",
            "a: {\"b\":c}\n",
            "a: {\"b\"}\n",
            "a: {\"b\": }\n",
            "a: {\"b\": c}}\n",
            "a: [b}\n",
            "a: [b[c]\n",
            "a: [b{c]\n",
            "a: [b:?c]\n",
            "a: [[[[[b]]]]]\n",
            "a: {\"b\": {\"b\": {\"b\": {\"b\": {\"b\": c}}}}}\n",
        ] {
            assert!(read(text, 0).is_none(), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_read_here_is_what_the_library_reads(
            text in r#"([a-c]{1,2}:((\n  - ([a-c:é '0-9-]{1,3}|"[a ]?"|'[a ]?'|No)){1,3}| (\[("[a ,'é:#]{0,3}"|'([a ,"\\:#]|''){0,3}'|[a-cé0-9 .+_&'"-]{1,3}|[nN]ull|No)(, ("[a]?"|'a'|[a1 -]{1,2})){0,2}\]|\[(\[[ab]?\]|\{\}|a)(, (\{"a": b\}|[b\]}])){0,2}\]|\{"a": ([ab, ]{1,3}|"[b ,:}]{0,2}"|\[[a, ]{0,3}\]|\{\}|\{"[a:]": 'b'\})(, ["'][ab]["']: [a1"-]{1,2}){0,2}\}|"[a ,'é:#]{0,3}"|'([a ,"\\:#]|''){0,3}'|[a-cé0-9:/ .+_()&'-]{1,4}|[yntf]|[Tt]rue|nan|0x1|1e3|[0-9]{4}-[0-9]{2}-[0-9]{2}))\n){1,4}"#
        ) {
            check(&text);
        }

        #[test]
        fn nor_does_it_take_what_the_library_refuses(text in r#"([abt: \[\],"'#&*!|>%@`{}~.0-9é\u{85}\u{2028}\t\n-]|: |\n[a-c]: ){0,24}"#) {
            check(&text);
        }
    }
}
