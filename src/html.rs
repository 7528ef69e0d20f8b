//! Text in HTML: nothing that an author writes becomes markup.
//!
//! Knows no element; `markdown` and `highlight` decide what stands around the text.

/// What stands for a byte in text and in attribute values; nothing where it may stand itself.
///
/// Control characters are not allowed in HTML at all, and stop readers of feeds.
const fn replacement(byte: u8) -> &'static str {
    match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        0..=8 | 11 | 12 | 14..=31 | 127 => "\u{fffd}",
        _ => "",
    }
}

/// Which bytes do not stand for themselves; a table, for every byte of every abstract is looked up.
static SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        special[byte] = !replacement(byte as u8).is_empty();
        byte += 1;
    }
    special
};

/// Writes text for a place between tags, where a quotation mark is only that.
pub fn push_text(text: &str, html: &mut String) {
    push(text, html, true);
}

/// Writes text for a place between the quotation marks of an attribute.
pub fn push_attribute(text: &str, html: &mut String) {
    push(text, html, false);
}

/// Writes an address for an attribute; what no URL may hold is percent-encoded.
pub fn push_address(url: &str, html: &mut String) {
    for byte in url.bytes() {
        match byte {
            b'&' => html.push_str("&amp;"),
            b'\'' => html.push_str("&#39;"),
            b if b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$()*+,;=%".contains(&b) => {
                html.push(char::from(b));
            }
            b => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                html.push('%');
                html.push(char::from(DIGITS[usize::from(b >> 4)]));
                html.push(char::from(DIGITS[usize::from(b & 15)]));
            }
        }
    }
}

fn push(text: &str, html: &mut String, quotes_stay: bool) {
    let mut done = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if SPECIAL[usize::from(byte)] && !(quotes_stay && byte == b'"') {
            html.push_str(&text[done..at]);
            html.push_str(replacement(byte));
            done = at + 1;
        }
    }
    html.push_str(&text[done..]);
}
