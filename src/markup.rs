//! Markup as far as a check of addresses wants to know it: which ids and addresses a text has.
//!
//! A text may be read part by part, while a template writes it. A part that is the same on every page is read
//! once: what it says depends on nothing but the state in which the part before it left the reading. Knows no
//! page and no address.

use std::sync::OnceLock;

use memchr::{memchr, memmem};

/// This is the kind of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// This is where a text has a value that says something: an id, or some addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    attribute: Attribute,
    start: u32,
    end: u32,
}

/// What a value is by the name of its attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attribute {
    Id,
    Address,
    /// Addresses with the sizes of pictures behind them.
    Addresses,
    /// What a `meta` says, which may be an address.
    Content,
    Other,
}

impl Mark {
    /// Calls back for each id and each address in the value; `text` is the one that was read.
    #[inline]
    pub fn find<'a>(self, text: &'a [u8], call: &mut impl FnMut(Found<'a>)) {
        let value = &text[self.start as usize..self.end as usize];
        match self.attribute {
            Attribute::Id => call(Found::Id(value)),
            Attribute::Address => call(Found::Address(value)),
            Attribute::Addresses => value
                .split(|byte| *byte == b',')
                .filter_map(|part| {
                    let mut words = part.split(u8::is_ascii_whitespace);
                    words.find(|word| !word.is_empty())
                })
                .for_each(|url| call(Found::Address(url))),
            Attribute::Content => {
                // What leads on after some seconds begins with their number.
                let is_delay = value.first().is_some_and(u8::is_ascii_digit);
                let url = is_delay.then(|| memmem::find(value, b"url=")).flatten();
                if let Some(at) = url {
                    call(Found::Address(&value[at + 4..]));
                } else if value.starts_with(b"http") && !value.contains(&b' ') {
                    call(Found::Address(value));
                }
            }
            Attribute::Other => {}
        }
    }
}

/// Calls back for each id and each address in a text, in order; tells whether a tag, a comment or a script
/// may be open at its end.
///
/// The markup is ours or a theme's; text and attribute values are escaped, so a `<` opens a tag.
pub fn for_each_attribute<'a>(
    text: &'a [u8],
    markup: Markup,
    mut call: impl FnMut(Found<'a>),
) -> bool {
    let mut place = Place::start(markup);
    place.read(text, 0, &mut |mark| mark.find(text, &mut call));
    place.state != State::Text
}

/// This reads a text part by part.
#[derive(Debug)]
pub struct Reading {
    place: Place,
    marks: Vec<Mark>,
}

/// How many values most pages have that say something.
const MARKS: usize = 128;

impl Reading {
    /// Begins to read a text.
    pub fn new(markup: Markup) -> Reading {
        Reading {
            place: Place::start(markup),
            marks: Vec::with_capacity(MARKS),
        }
    }

    /// Reads a part; `text` is all that there is so far, and the part is at its end.
    pub fn read(&mut self, text: &[u8], from: usize) {
        let marks = &mut self.marks;
        self.place.read(text, from, &mut |mark| marks.push(mark));
    }

    /// Reads a part that stands on other pages too.
    #[inline]
    pub fn read_known(&mut self, text: &[u8], from: usize, part: &Part) {
        let known = part.0.get_or_init(|| Known::of(&text[from..], self.place));
        if known.before != self.place.state || known.markup != self.place.markup {
            return self.read(text, from);
        }
        let shift = |at: u32| at + from as u32;
        // Most parts have none.
        for mark in &known.marks {
            self.marks.push(Mark {
                start: match mark.start {
                    BEFORE => self.place.start,
                    start => shift(start),
                },
                end: shift(mark.end),
                ..*mark
            });
        }
        self.place.state = known.state;
        if known.start != BEFORE {
            self.place.start = shift(known.start);
        }
    }

    /// Passes over a part that holds no angle bracket and no quotation mark.
    #[inline]
    pub fn pass(&mut self) {
        if !matches!(
            self.place.state,
            State::Text | State::Raw(_) | State::Value { .. }
        ) {
            self.place.state = State::Lost;
        }
    }

    /// Passes over a part of which it is known what it holds, and that nothing is open at its end.
    pub fn pass_whole(&mut self) {
        if self.place.state != State::Text {
            self.place.state = State::Lost;
        }
    }

    /// Returns the values that say something, in order; `None` where they could not be told.
    pub fn marks(&self) -> Option<&[Mark]> {
        (self.place.state == State::Text).then_some(&self.marks)
    }
}

/// This is what a part says that stands on many pages, once it was read on one of them.
#[derive(Debug, Clone, Default)]
pub struct Part(OnceLock<Known>);

#[derive(Debug, Clone)]
struct Known {
    /// What kind of text it stands in.
    markup: Markup,
    /// The state of the reading before it.
    before: State,
    /// Counted from the start of the part.
    marks: Box<[Mark]>,
    /// The state behind it, and where the value begins that is open.
    state: State,
    start: u32,
}

/// Where a value begins that a part before this one opened.
const BEFORE: u32 = u32::MAX;

impl Known {
    fn of(part: &[u8], before: Place) -> Known {
        let mut marks = Vec::new();
        let mut place = Place {
            start: BEFORE,
            ..before
        };
        place.read(part, 0, &mut |mark| marks.push(mark));
        Known {
            markup: before.markup,
            before: before.state,
            marks: marks.into(),
            state: place.state,
            start: place.start,
        }
    }
}

/// Where a reading stands between two parts of a text.
#[derive(Debug, Clone, Copy)]
struct Place {
    markup: Markup,
    state: State,
    /// Where the value begins that is open.
    start: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between tags.
    Text,
    /// Between attributes.
    Gap(Tag),
    /// Behind a name, which must not go on.
    Name(Tag),
    /// In a value, which ends at a quotation mark.
    Value {
        quote: u8,
        attribute: Attribute,
        tag: Tag,
    },
    /// In a script or a style sheet.
    Raw(Raw),
    /// Somewhere else; it takes the whole text to tell.
    Lost,
}

/// The tags that mean more than their attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Meta,
    Raw(Raw),
    Other,
}

/// The tags behind which no markup stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Raw {
    Script,
    Style,
}

impl Raw {
    /// How the tag begins that ends it.
    fn close(self) -> &'static [u8] {
        match self {
            Raw::Script => b"</script",
            Raw::Style => b"</style",
        }
    }
}

impl Place {
    fn start(markup: Markup) -> Place {
        Place {
            markup,
            state: State::Text,
            start: BEFORE,
        }
    }

    /// Reads a text from a byte to its end.
    fn read(&mut self, text: &[u8], from: usize, call: &mut impl FnMut(Mark)) {
        let mut at = from;
        while at < text.len() {
            at = match self.state {
                State::Text => self.read_text(text, at, call),
                State::Gap(tag) => self.read_tag(text, at, tag, call),
                State::Name(tag) => {
                    let goes_on = !is_of(text[at], GAP) && text[at] != b'>';
                    self.state = if goes_on {
                        State::Lost
                    } else {
                        State::Gap(tag)
                    };
                    at
                }
                State::Value {
                    quote,
                    attribute,
                    tag,
                } => match memchr(quote, &text[at..]) {
                    Some(end) => {
                        self.mark(attribute, self.start, at + end, call);
                        self.state = State::Gap(tag);
                        at + end + 1
                    }
                    None => text.len(),
                },
                State::Raw(raw) => self.read_raw(text, at, raw),
                State::Lost => return,
            };
        }
    }

    /// Reads to the next tag and over its name.
    fn read_text(&mut self, text: &[u8], at: usize, call: &mut impl FnMut(Mark)) -> usize {
        let Some(open) = memchr(b'<', &text[at..]) else {
            return text.len();
        };
        let at = at + open + 1;
        let rest = &text[at..];
        match rest {
            [b'/' | b'?', ..] => return at + 1,
            // Such may become a comment.
            [] | [b'!'] | [b'!', b'-'] => return self.lose(text),
            [b'!', b'-', b'-', ..] => {
                let end = memmem::find(rest, b"-->");
                return end.map_or_else(|| self.lose(text), |end| at + end + 3);
            }
            [b'!', ..] => return at + 1,
            _ => {}
        }
        let name = &rest[..length(rest, TAG_NAME)];
        let at = at + name.len();
        let tag = match name {
            b"loc" if self.markup == Markup::Xml => {
                let start = at + usize::from(text.get(at) == Some(&b'>'));
                let Some(end) = memchr(b'<', &text[start..]) else {
                    return self.lose(text);
                };
                self.mark(Attribute::Address, start as u32, start + end, call);
                return start + end;
            }
            b"meta" if self.markup == Markup::Html => Tag::Meta,
            b"script" if self.markup == Markup::Html => Tag::Raw(Raw::Script),
            b"style" if self.markup == Markup::Html => Tag::Raw(Raw::Style),
            _ => Tag::Other,
        };
        self.state = match at == text.len() {
            true => State::Name(tag),
            false => State::Gap(tag),
        };
        at
    }

    /// Reads the attributes of a tag, to its end or into a value.
    fn read_tag(
        &mut self,
        text: &[u8],
        mut at: usize,
        tag: Tag,
        call: &mut impl FnMut(Mark),
    ) -> usize {
        loop {
            at += length(&text[at..], GAP);
            let rest = &text[at..];
            let name = &rest[..length(rest, ATTRIBUTE_NAME)];
            at += name.len();
            match text.get(at) {
                Some(b'=') => at += 1,
                Some(b'>') => {
                    self.state = match tag {
                        Tag::Raw(raw) => State::Raw(raw),
                        _ => State::Text,
                    };
                    return at + 1;
                }
                Some(_) => continue,
                None if name.is_empty() => return at,
                None => {
                    self.state = State::Name(tag);
                    return at;
                }
            }
            let attribute = self.attribute(name, tag);
            match text.get(at) {
                Some(&quote @ (b'"' | b'\'')) => {
                    self.start = at as u32 + 1;
                    self.state = State::Value {
                        quote,
                        attribute,
                        tag,
                    };
                    return at + 1;
                }
                _ => {
                    let start = at;
                    at += length(&text[at..], VALUE);
                    if at == text.len() {
                        return self.lose(text);
                    }
                    self.mark(attribute, start as u32, at, call);
                }
            }
        }
    }

    fn read_raw(&mut self, text: &[u8], at: usize, raw: Raw) -> usize {
        let close = raw.close();
        if let Some(end) = memmem::find(&text[at..], close) {
            self.state = State::Text;
            return at + end;
        }
        let begins = |length: usize| text[at..].ends_with(&close[..length]);
        match (1..close.len()).any(begins) {
            true => self.lose(text),
            false => text.len(),
        }
    }

    fn attribute(&self, name: &[u8], tag: Tag) -> Attribute {
        match name {
            b"id" => Attribute::Id,
            // `rel=self` and `rel=alternate` in a feed are addresses of this site too.
            b"href" | b"src" | b"poster" | b"xmlUrl" | b"htmlUrl" => Attribute::Address,
            b"srcset" => Attribute::Addresses,
            b"content" if tag == Tag::Meta => Attribute::Content,
            _ => Attribute::Other,
        }
    }

    fn mark(&self, attribute: Attribute, start: u32, end: usize, call: &mut impl FnMut(Mark)) {
        if attribute != Attribute::Other {
            call(Mark {
                attribute,
                start,
                end: end as u32,
            });
        }
    }

    fn lose(&mut self, text: &[u8]) -> usize {
        self.state = State::Lost;
        text.len()
    }
}

/// How many bytes at the start of some are of a kind.
fn length(bytes: &[u8], kind: u8) -> usize {
    let end = bytes.iter().position(|&byte| !is_of(byte, kind));
    end.unwrap_or(bytes.len())
}

fn is_of(byte: u8, kind: u8) -> bool {
    KINDS[usize::from(byte)] & kind != 0
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

    const BOTH: [Markup; 2] = [Markup::Html, Markup::Xml];

    /// What a text has, and whether something is open at its end.
    fn read(text: &str, markup: Markup) -> (Vec<Found<'_>>, bool) {
        let mut found = Vec::new();
        let is_open = for_each_attribute(text.as_bytes(), markup, |one| found.push(one));
        (found, is_open)
    }

    /// The same, found letter by letter.
    fn read_plainly(mut rest: &str, markup: Markup) -> (Vec<Found<'_>>, bool) {
        let is_space = |c: char| c.is_ascii_whitespace() || c == '/';
        let mut found = Vec::new();
        while let Some((_, behind)) = rest.split_once('<') {
            rest = behind;
            if rest.starts_with(['/', '?']) {
                continue;
            }
            if let Some(comment) = rest.strip_prefix('!') {
                let is_begun = ["", "-"].contains(&comment);
                if is_begun || comment.starts_with("--") {
                    let Some(end) = rest.find("-->").filter(|_| !is_begun) else {
                        return (found, true);
                    };
                    rest = &rest[end + 3..];
                }
                continue;
            }
            let end = rest.find(|c| is_space(c) || c == '>');
            let (name, mut tag) = rest.split_at(end.unwrap_or(rest.len()));
            if markup == Markup::Xml && name == "loc" {
                let value = tag.strip_prefix('>').unwrap_or(tag);
                let Some(end) = value.find('<') else {
                    return (found, true);
                };
                found.push(Found::Address(&value.as_bytes()[..end]));
                rest = &value[end..];
                continue;
            }
            let mut values = Vec::new();
            let closed = loop {
                tag = tag.trim_start_matches(is_space);
                if let Some(behind) = tag.strip_prefix('>') {
                    break Some(behind);
                }
                let end = tag.find(|c| is_space(c) || c == '>' || c == '=');
                let (attribute, behind) = tag.split_at(end.unwrap_or(tag.len()));
                tag = behind;
                let Some(behind) = tag.strip_prefix('=') else {
                    if tag.is_empty() {
                        break None;
                    }
                    continue;
                };
                let quote = behind.chars().next().filter(|c| "\"'".contains(*c));
                let is_end = |c: char| match quote {
                    Some(quote) => c == quote,
                    None => c == '>' || c.is_ascii_whitespace(),
                };
                let value = &behind[usize::from(quote.is_some())..];
                let Some(end) = value.find(is_end) else {
                    break None;
                };
                values.push((attribute, &value[..end]));
                tag = &value[end + usize::from(quote.is_some())..];
            };
            for (attribute, value) in values {
                match attribute {
                    "id" => found.push(Found::Id(value.as_bytes())),
                    "href" | "src" | "poster" | "xmlUrl" | "htmlUrl" => {
                        found.push(Found::Address(value.as_bytes()));
                    }
                    "srcset" => found.extend(value.split(',').filter_map(|part| {
                        let word = part.split_ascii_whitespace().next()?;
                        Some(Found::Address(word.as_bytes()))
                    })),
                    "content" if markup == Markup::Html && name == "meta" => {
                        let is_delay = value.starts_with(|c: char| c.is_ascii_digit());
                        match value.split_once("url=").filter(|_| is_delay) {
                            Some((_, url)) => found.push(Found::Address(url.as_bytes())),
                            None if value.starts_with("http") && !value.contains(' ') => {
                                found.push(Found::Address(value.as_bytes()));
                            }
                            None => {}
                        }
                    }
                    _ => {}
                }
            }
            let Some(behind) = closed else {
                return (found, true);
            };
            rest = behind;
            if markup == Markup::Html && ["script", "style"].contains(&name) {
                let Some(end) = rest.find(&format!("</{name}")) else {
                    return (found, true);
                };
                rest = &rest[end..];
            }
        }
        (found, false)
    }

    /// Reads pieces one by one, as a template writes them; `None` where it takes the whole text to tell.
    fn read_in_parts<'t>(
        pieces: &[&'static str],
        text: &'t str,
        markup: Markup,
        known: &[(&'static str, Part)],
    ) -> Option<Vec<Found<'t>>> {
        let mut reading = Reading::new(markup);
        let mut end = 0;
        for piece in pieces {
            let from = end;
            end += piece.len();
            let so_far = &text.as_bytes()[..end];
            match *piece {
                // As what a template is given, which is escaped.
                "x" | "x y=z" | "é" | "&lt;" => reading.pass(),
                "a = b" | "<p>" => reading.read(so_far, from),
                piece => {
                    let mut known = known.iter();
                    let (_, part) = known.find(|(text, _)| *text == piece).expect("known");
                    reading.read_known(so_far, from, part);
                }
            }
        }
        let mut found = Vec::new();
        for mark in reading.marks()? {
            mark.find(text.as_bytes(), &mut |one| found.push(one));
        }
        Some(found)
    }

    const PIECES: [&str; 66] = [
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
        "x y=z",
        "a = b",
        "é",
        "&lt;",
        "<a href=\"",
        "\">y</a>",
        "<meta content=\"",
    ];

    fn pieces(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..most)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn a_text_is_read_as_letter_by_letter(text in pieces(24)) {
            let text = text.concat();
            for markup in BOTH {
                prop_assert_eq!(read(&text, markup), read_plainly(&text, markup), "{:?}: {}", markup, text);
            }
        }

        #[test]
        fn parts_are_read_as_the_whole_while_it_can_be_told(
            texts in prop::collection::vec(pieces(12), 1..4),
        ) {
            for markup in BOTH {
                // As on pages that have the same parts in other places.
                let known = PIECES.map(|text| (text, Part::default()));
                for pieces in &texts {
                    let text = pieces.concat();
                    if let Some(found) = read_in_parts(pieces, &text, markup, &known) {
                        prop_assert_eq!((found, false), read(&text, markup), "{:?}: {}", markup, text);
                    }
                }
            }
        }
    }

    #[test]
    fn what_stands_in_an_attribute_is_told_when_it_ends() {
        let known = PIECES.map(|text| (text, Part::default()));
        for (pieces, expected) in [
            (&["<a href=\"", "x", "\">y</a>"][..], Some(&b"x"[..])),
            (&["<a href=\"", "<p>", "\">y</a>"], Some(b"<p>")),
            (&["<a", " href='/x'", " ", ">", "<p>"], Some(b"/x")),
            (&["<a", " href=/y", ">"], None),
            (&["<a", "x", ">"], None),
            (&["<a", " href", "=", "\"", "\">y</a>"], None),
            (&["<a href=\"", "x"], None),
        ] {
            let text = pieces.concat();
            let found = read_in_parts(pieces, &text, Markup::Html, &known);
            let expected = expected.map(|address| vec![Found::Address(address)]);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_known_to_be_hard_is_read_letter_by_letter() {
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
            "<a href=\"x",
            "<a href=x",
            "<!-",
        ] {
            for markup in BOTH {
                assert_eq!(
                    read(text, markup),
                    read_plainly(text, markup),
                    "{markup:?}: {text}"
                );
            }
        }
    }
}
