//! The scanner: which ids and addresses a text of markup has.
//!
//! A text is searched for the few bytes that matter and not read tag by tag, for most tags hold nothing: an
//! attribute has an equals sign. Which tag is around one is found by going back. Knows no page and no address.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem, memrchr};

/// This is the kind of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Markup {
    /// A page.
    Html,
    /// A feed, or a list of addresses.
    Xml,
}

impl Markup {
    /// What files are whose names have this ending; `None` where they hold no addresses.
    pub fn of(ending: &str) -> Option<Markup> {
        match ending {
            "html" => Some(Markup::Html),
            "xml" | "opml" => Some(Markup::Xml),
            _ => None,
        }
    }
}

/// This is what a text may hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found<'a> {
    /// The value of an `id`.
    Id(&'a [u8]),
    /// An address, as it is written.
    Address(&'a [u8]),
}

/// Calls back for each id and each address in a text, in order; tells whether a tag, a comment or a script
/// may be open at its end.
///
/// The markup is ours or a theme's; text and attribute values are escaped, so a `<` opens a tag.
pub fn for_each_attribute<'a>(
    bytes: &'a [u8],
    markup: Markup,
    mut call: impl FnMut(Found<'a>),
) -> bool {
    // As between two pieces of a list.
    if memchr(b'<', bytes).is_none() {
        return false;
    }
    let mut landmarks = Landmarks::new(bytes, markup);
    // What stands before this byte was read, and no tag is open here.
    let mut at = 0;
    while at < bytes.len() {
        let next = landmarks.next(at);
        match open_tag(bytes, at..next) {
            Some(open) => {
                at = read_markup(bytes, open, markup, &mut call);
                // A tag ends before its last sign.
                if at >= bytes.len() {
                    return true;
                }
            }
            None => at = next + 1,
        }
    }
    // Such may become a comment.
    [&b"<!"[..], b"<!-"].iter().any(|end| bytes.ends_with(end))
}

/// Finds what is open at the end of a part of a text: a tag, or a comment that begins there.
///
/// At the beginning of the part nothing is open; within it is no equals sign, comment or script, so each `>`
/// ends a tag or nothing.
fn open_tag(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    let start = memrchr(b'>', &bytes[range.clone()]).map_or(0, |end| end + 1) + range.start;
    memchr_iter(b'<', &bytes[start..range.end])
        .map(|open| start + open)
        .find(|open| match bytes.get(open + 1) {
            Some(b'/' | b'?') => false,
            Some(b'!') => bytes[open + 1..].starts_with(b"!--"),
            _ => true,
        })
}

/// Reads what a `<` opens; returns where it ends.
fn read_markup<'a>(
    bytes: &'a [u8],
    open: usize,
    markup: Markup,
    call: &mut impl FnMut(Found<'a>),
) -> usize {
    let rest = &bytes[open + 1..];
    if rest.starts_with(b"!--") {
        return memmem::find(rest, b"-->").map_or(bytes.len(), |end| open + 1 + end + 3);
    }
    let name = &rest[..length(rest, TAG_NAME)];
    let mut at = open + 1 + name.len();
    if markup == Markup::Xml && name == b"loc" {
        let value = &bytes[at..];
        let value = value.strip_prefix(b">").unwrap_or(value);
        let end = memchr(b'<', value);
        call(Found::Address(&value[..end.unwrap_or(value.len())]));
        return end.map_or(bytes.len(), |_| at);
    }
    at = scan_tag(bytes, at, name, markup, call);
    if markup == Markup::Html && (name == b"script" || name == b"style") {
        let close = [b"</", name].concat();
        at += memmem::find(&bytes[at..], &close).unwrap_or(bytes.len() - at);
    }
    at
}

/// What a text is searched for. Where each is found next is kept: of what is rare there may be one at the
/// end of a long text, and it is sought once.
struct Landmarks<'a> {
    bytes: &'a [u8],
    /// The beginning of the tags that mean something without an attribute.
    tag: memmem::Finder<'static>,
    next_equal: usize,
    /// Behind the `<` that opens it.
    next_tag: usize,
    next_comment: usize,
}

impl<'a> Landmarks<'a> {
    fn new(bytes: &'a [u8], markup: Markup) -> Landmarks<'a> {
        // Scripts and style sheets, and others that are met in vain.
        let tag = match markup {
            Markup::Html => "<s",
            Markup::Xml => "<loc",
        };
        let mut landmarks = Landmarks {
            bytes,
            tag: memmem::Finder::new(tag),
            next_equal: 0,
            next_tag: 0,
            next_comment: 0,
        };
        landmarks.next_equal = landmarks.find_equal(0);
        landmarks.next_tag = landmarks.find_tag(0);
        landmarks.next_comment = landmarks.find_comment(0);
        landmarks
    }

    /// Returns the end of the first at this byte or behind it: an equals sign is not part of it, the `<` of
    /// a tag is.
    fn next(&mut self, at: usize) -> usize {
        if self.next_equal < at {
            self.next_equal = self.find_equal(at);
        }
        if self.next_tag <= at {
            self.next_tag = self.find_tag(at);
        }
        if self.next_comment <= at {
            self.next_comment = self.find_comment(at);
        }
        self.next_equal.min(self.next_tag).min(self.next_comment)
    }

    fn find_equal(&self, at: usize) -> usize {
        let found = memchr(b'=', &self.bytes[at..]);
        found.map_or(self.bytes.len(), |found| at + found)
    }

    fn find_tag(&self, at: usize) -> usize {
        let found = self.tag.find(&self.bytes[at..]);
        found.map_or(self.bytes.len(), |found| at + found + 1)
    }

    fn find_comment(&self, at: usize) -> usize {
        // The sign is rarer in texts than what is around it.
        let mut signs = memchr_iter(b'!', &self.bytes[at..]).map(|sign| at + sign);
        let found = signs.find(|&sign| sign > at && self.bytes[sign - 1..].starts_with(b"<!--"));
        found.unwrap_or(self.bytes.len())
    }
}

/// Reads the attributes of a tag from behind its name; returns where the tag ends.
fn scan_tag<'a>(
    bytes: &'a [u8],
    mut at: usize,
    tag: &[u8],
    markup: Markup,
    call: &mut impl FnMut(Found<'a>),
) -> usize {
    loop {
        at += length(&bytes[at..], GAP);
        let rest = &bytes[at..];
        let name = &rest[..length(rest, ATTRIBUTE_NAME)];
        at += name.len();
        match bytes.get(at) {
            Some(b'=') => {}
            Some(b'>') | None => return at,
            Some(_) if !name.is_empty() => continue,
            Some(_) => return at,
        }
        at += 1;
        let value = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let start = at + 1;
                let end = memchr(*quote, &bytes[start..]).map_or(bytes.len(), |end| start + end);
                at = (end + 1).min(bytes.len());
                &bytes[start..end]
            }
            _ => {
                let start = at;
                at += length(&bytes[at..], VALUE);
                &bytes[start..at]
            }
        };
        match name {
            b"id" => call(Found::Id(value)),
            // `rel=self` and `rel=alternate` in a feed are addresses of this site too.
            b"href" | b"src" | b"poster" | b"xmlUrl" | b"htmlUrl" => call(Found::Address(value)),
            b"srcset" => value
                .split(|byte| *byte == b',')
                .filter_map(|part| {
                    let mut words = part.split(u8::is_ascii_whitespace);
                    words.find(|word| !word.is_empty())
                })
                .for_each(|url| call(Found::Address(url))),
            b"content" if markup == Markup::Html && tag == b"meta" => {
                if let Some(at) = memmem::find(value, b"url=") {
                    call(Found::Address(&value[at + 4..]));
                } else if value.starts_with(b"http") && !value.contains(&b' ') {
                    call(Found::Address(value));
                }
            }
            _ => {}
        }
    }
}

/// How many bytes at the start of some are of a kind.
fn length(bytes: &[u8], kind: u8) -> usize {
    let end = bytes
        .iter()
        .position(|&byte| KINDS[usize::from(byte)] & kind == 0);
    end.unwrap_or(bytes.len())
}

/// What may stand in a tag's name.
const TAG_NAME: u8 = 1;
/// What may stand in an attribute's name.
const ATTRIBUTE_NAME: u8 = 2;
/// What may stand in a value without quotation marks.
const VALUE: u8 = 4;
/// What stands between attributes.
const GAP: u8 = 8;

/// Where a byte may stand; a table, for every byte of every tag is looked up.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_space = (byte as u8).is_ascii_whitespace();
        let (is_end, is_slash, is_equal) = (byte == 0x3e, byte == 0x2f, byte == 0x3d);
        kinds[byte] = if is_space || is_slash { GAP } else { 0 }
            | if is_space || is_end || is_slash {
                0
            } else {
                TAG_NAME
            }
            | if is_space || is_end || is_slash || is_equal {
                0
            } else {
                ATTRIBUTE_NAME
            }
            | if is_space || is_end { 0 } else { VALUE };
        byte += 1;
    }
    kinds
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads a text tag by tag, as `for_each_attribute` did before it searched.
    fn read_every_tag<'a>(bytes: &'a [u8], markup: Markup, mut call: impl FnMut(Found<'a>)) {
        let mut at = 0;
        for open in memchr_iter(b'<', bytes) {
            // Within what was read already, such as a script.
            if open < at {
                continue;
            }
            at = open + 1;
            let rest = &bytes[at..];
            match rest.first() {
                Some(b'/' | b'?') => continue,
                Some(b'!') => {
                    if rest.starts_with(b"!--") {
                        at += memmem::find(rest, b"-->").map_or(rest.len(), |end| end + 3);
                    }
                    continue;
                }
                _ => {}
            }
            let name = &rest[..length(rest, TAG_NAME)];
            at += name.len();
            if markup == Markup::Xml && name == b"loc" {
                let value = &bytes[at..];
                let value = value.strip_prefix(b">").unwrap_or(value);
                let end = memchr(b'<', value).unwrap_or(value.len());
                call(Found::Address(&value[..end]));
                continue;
            }
            at = scan_tag(bytes, at, name, markup, &mut call);
            if markup == Markup::Html && (name == b"script" || name == b"style") {
                let close = [b"</", name].concat();
                at += memmem::find(&bytes[at..], &close).unwrap_or(bytes.len() - at);
            }
        }
    }

    fn check(text: &str) {
        for markup in [Markup::Html, Markup::Xml] {
            let (mut searched, mut read) = (Vec::new(), Vec::new());
            for_each_attribute(text.as_bytes(), markup, |found| searched.push(found));
            read_every_tag(text.as_bytes(), markup, |found| read.push(found));
            assert_eq!(searched, read, "{markup:?}: {text}");
        }
    }

    const PIECES: [&str; 62] = [
        "<a",
        "<b",
        "<A",
        "<link",
        "<img",
        "<meta",
        "<META",
        "<loc",
        "<loc>",
        "</loc>",
        "<location",
        "<p>",
        "<p",
        "</p>",
        "</a>",
        "</",
        "<",
        ">",
        "/>",
        "<script",
        "<script>",
        "</script>",
        "</script",
        "<SCRIPT>",
        "<scripts>",
        "<style",
        "<style>",
        "</style>",
        "<span",
        "<!--",
        "-->",
        "--",
        "<!",
        "!",
        "<!doctype html>",
        "<?xml",
        "?>",
        " ",
        "\n",
        "/",
        "=",
        "\"",
        "'",
        " href",
        " href=",
        " href=\"",
        " href='/x'",
        " href=/y",
        " HREF=\"/u\"",
        " id=i",
        " id=\"j\"",
        " src=\"s\"",
        " srcset=\"a 1x, b 2x\"",
        " content=\"",
        "0; url=/r",
        " content=\"https://e.org/\"",
        " alt=\"<a href=x>\"",
        " xmlUrl=\"/f\"",
        "x",
        "a = b",
        "é",
        "&lt;",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn searching_finds_what_reading_every_tag_finds(
            text in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24)
        ) {
            check(&text.concat());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn what_is_read_in_parts_is_read_alike_while_nothing_is_open(
            parts in prop::collection::vec(
                prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..6), 1..5,
            )
        ) {
            let parts: Vec<String> = parts.iter().map(|part| part.concat()).collect();
            for markup in [Markup::Html, Markup::Xml] {
                let (mut apart, mut whole) = (Vec::new(), Vec::new());
                let mut read = parts.iter().map(|part| {
                    for_each_attribute(part.as_bytes(), markup, |found| apart.push(found))
                });
                let (last, is_open) = read.position(|is_open| is_open).map_or((parts.len(), false), |at| (at + 1, true));
                drop(read);
                let text = parts[..last].concat();
                let is_whole_open = for_each_attribute(text.as_bytes(), markup, |found| whole.push(found));
                prop_assert_eq!(is_whole_open, is_open, "{:?}", parts);
                prop_assert_eq!(apart, whole, "{:?}", parts);
            }
        }
    }

    #[test]
    fn what_is_known_to_be_hard_is_read_alike() {
        for text in [
            "",
            "=",
            "<=",
            "<a=b href=x>",
            "<a <b href=x>",
            "</a href=x>",
            "<!x href=y>",
            "<!--><a href=x>-->",
            "<a <!-- href=x> --><b href=y>",
            "<script><a href=x></script><a href=y>",
            "<script/><a href=x>",
            "a > b = c <a href=x>",
            "<style>a{b:c}</style><p id=x>",
            "<loc a=\"<b href=x>\">y</loc>",
            "<s",
            "<a href",
        ] {
            check(text);
        }
    }
}
