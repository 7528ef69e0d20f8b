//! Text in HTML: nothing that an author writes becomes markup.
//!
//! Knows no element; `markdown` and `highlight` decide what stands around the text.

use std::convert::Infallible;

/// What stands for a byte in text and in attribute values; nothing where it may stand itself.
///
/// Control characters are not allowed in HTML at all, and stop readers of feeds.
const fn replacement(byte: u8) -> &'static str {
    match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#39;",
        0..=8 | 11 | 12 | 14..=31 | 127 => "\u{fffd}",
        _ => "",
    }
}

/// The same as a table, for every byte of every abstract is looked up.
static SIGNS: [&str; 256] = {
    let mut signs = [""; 256];
    let mut byte = 0;
    while byte < 256 {
        signs[byte] = replacement(byte as u8);
        byte += 1;
    }
    signs
};

/// Writes text for a place between tags, where a quotation mark is only that.
pub fn push_text(text: &str, html: &mut String) {
    push(text, html, b"\"'");
}

/// Writes text for a place between the quotation marks of an attribute.
pub fn push_attribute(text: &str, html: &mut String) {
    push(text, html, b"'");
}

/// Writes text for any place, as templates do that are given it.
pub fn push_anywhere(text: &str, html: &mut String) {
    push(text, html, b"");
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

/// Calls back for the pieces of text in HTML that this program wrote; what parts words comes as a space.
/// Formulas are left out, for nobody types or reads out MathML.
pub fn for_each_text(html: &str, mut call: impl FnMut(&str)) {
    let mut rest = html;
    while let Some(open) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        call(&rest[..open]);
        rest = &rest[open..];
        let end = if rest.starts_with('&') {
            let end = rest.find(';');
            call(match end.map_or("", |end| &rest[1..end]) {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "quot" => "\"",
                _ => " ",
            });
            end
        } else if rest.starts_with("<math") {
            call(" ");
            rest.find("</math>").map(|end| end + "</math".len())
        } else {
            if !is_inline(rest) {
                call(" ");
            }
            rest.find('>')
        };
        rest = end.map_or("", |end| &rest[end + 1..]);
    }
    call(rest);
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

fn push(text: &str, html: &mut String, stay: &[u8]) {
    let put = |piece: &str| -> Result<(), Infallible> {
        html.push_str(piece);
        Ok(())
    };
    let Ok(()) = escape(text, stay, put);
}

/// Calls back for the pieces of a text for any place, but for some bytes that stay as they are.
#[inline]
pub fn escape<E>(
    text: &str,
    stay: &[u8],
    mut put: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let bytes = text.as_bytes();
    let (mut done, mut at) = (0, 0);
    while at < bytes.len() {
        at += plain_length(&bytes[at..]);
        let end = (at + CHUNK).min(bytes.len());
        for at in at..end {
            let sign = SIGNS[usize::from(bytes[at])];
            if !sign.is_empty() && !stay.contains(&bytes[at]) {
                put(&text[done..at])?;
                put(sign)?;
                done = at + 1;
            }
        }
        at = end;
    }
    put(&text[done..])
}

/// How many bytes are looked at together, which processors do faster than one by one.
const CHUNK: usize = 32;

/// Returns how many bytes, in whole chunks or to the end, hold nothing that HTML has another sign for.
fn plain_length(bytes: &[u8]) -> usize {
    let (chunks, end) = bytes.as_chunks::<CHUNK>();
    let plain = chunks.iter().take_while(|chunk| is_plain(chunk)).count();
    let is_end_plain = || match bytes.last_chunk::<CHUNK>() {
        Some(last) => is_plain(last),
        // Most names and addresses are shorter than a chunk.
        None => {
            let mut last = [b' '; CHUNK];
            last[..end.len()].copy_from_slice(end);
            is_plain(&last)
        }
    };
    match plain == chunks.len() && is_end_plain() {
        true => bytes.len(),
        false => plain * CHUNK,
    }
}

/// Tells whether no byte is a sign. Sums of comparisons are made for all bytes at once; a `matches!` would ask
/// byte by byte.
fn is_plain(chunk: &[u8; CHUNK]) -> bool {
    let signs = chunk.iter().fold(0, |signs, &byte| {
        signs
            | (byte < b' ') as u8
            | (byte == b'&') as u8
            | (byte == b'<') as u8
            | (byte == b'>') as u8
            | (byte == b'"') as u8
            | (byte == b'\'') as u8
            | (byte == 0x7f) as u8
    });
    signs == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_signs_are_found_wherever_they_stand() {
        for length in [0, 1, 31, 32, 33, 63, 64, 65, 96] {
            for at in 0..length {
                for (sign, shown) in [
                    ("<", "&lt;"),
                    (">", "&gt;"),
                    ("&", "&amp;"),
                    ("\u{1}", "\u{fffd}"),
                    ("\n", "\n"),
                ] {
                    let text = format!("{}{sign}{}", "a".repeat(at), "é".repeat(length - at));
                    let mut html = String::new();
                    push_text(&text, &mut html);
                    assert_eq!(html, text.replace(sign, shown));
                }
            }
        }
        let mut html = String::new();
        push_attribute("say \"it's\"", &mut html);
        push_text("say \"it's\"", &mut html);
        push_anywhere("say \"it's\"", &mut html);
        assert_eq!(
            html,
            "say &quot;it's&quot;say \"it's\"say &quot;it&#39;s&quot;"
        );
    }

    #[test]
    fn an_address_cannot_end_its_attribute() {
        let check = |url: &str, expected: &str| {
            let mut html = String::new();
            push_address(url, &mut html);
            assert_eq!(html, expected, "{url}");
        };
        check(
            "https://x.org/a-b_c.d~e:8/?q=[1]&r=a+b;c,d%20@!$()*#f",
            "https://x.org/a-b_c.d~e:8/?q=[1]&amp;r=a+b;c,d%20@!$()*#f",
        );
        check("a'b\"c<d>e f", "a&#39;b%22c%3Cd%3Ee%20f");
        check("ü\u{7f}\n\\^`{|}", "%C3%BC%7F%0A%5C%5E%60%7B%7C%7D");
    }

    #[test]
    fn no_control_character_reaches_a_page() {
        for byte in (0..=31).chain([127]) {
            let text = char::from(byte).to_string();
            let stays = matches!(byte, b'\t' | b'\n' | b'\r');
            let expected = if stays { text.as_str() } else { "\u{fffd}" };
            for push in [push_text, push_attribute, push_anywhere] {
                let mut html = String::new();
                push(&text, &mut html);
                assert_eq!(html, expected);
            }
        }
    }

    #[test]
    fn bytes_that_stand_for_themselves_are_counted() {
        let check = |text: &str, expected: usize| {
            assert_eq!(plain_length(text.as_bytes()), expected, "{text:?}")
        };
        check(&"a b~é".repeat(16), 96);
        let signs = ["<", ">", "&", "\"", "'", "\n", "\u{1f}", "\u{7f}"];
        for one in signs {
            for length in 0..100 {
                check(&"a".repeat(length), length);
                for at in 0..length {
                    let text = format!("{}{one}{}", "a".repeat(at), "b".repeat(length - at - 1));
                    check(&text, at / CHUNK * CHUNK);
                }
            }
            check(&format!("{}{one}{}", "a".repeat(40), "b".repeat(60)), 32);
            // Two of them in one chunk are no less.
            for other in signs {
                check(
                    &format!("{}{one}b{other}{}", "a".repeat(40), "b".repeat(60)),
                    32,
                );
            }
        }
    }

    #[test]
    fn the_words_of_html_are_its_text_without_formulas() {
        let check = |html: &str, expected: &str| {
            let mut text = String::new();
            for_each_text(html, |piece| text.push_str(piece));
            assert_eq!(text, expected, "{html}");
        };
        check("plain", "plain");
        check("a<em>b</em>c &amp;&lt;&gt;&quot;&#39;d", "abc &<>\" d");
        check("<p>a</p>\n<p>b<br>c</p>", " a \n b c ");
        check("a <a href=\"/x\">b</a><sub>2</sub>", "a b2");
        check("if <math><mi>x</mi><mo>&lt;</mo></math> then", "if   then");
        check("cut &amp", "cut  ");
        check("cut <em", "cut ");
        check("cut <math>x", "cut  ");
        check("</section>a</embed>", " a ");
    }
}
