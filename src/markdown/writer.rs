//! The events of the Markdown parser become HTML, one after the other.

use std::borrow::Cow;
use std::collections::HashMap;
use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use pulldown_cmark::{Alignment, Event, OffsetIter, Options, Parser, Tag};

use super::dollars::{self, Stray};
use super::parts::{Notes, Part};
use super::{Frame, Outbound, Rendered};
use crate::address::{self, Scheme};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::html::{push_address, push_text};
use crate::math::Display;
use crate::source::Source;
use crate::web_links;

mod elements;
mod links;
mod tags;

/// This tells where in the source a byte of the text stands.
pub(super) enum Places {
    /// The text is the source from this byte on.
    From(usize),
    /// The text was quoted; everything in it stands here.
    All(Range<usize>),
}

/// Deeper elements are shown as they are written: browsers give up at some 500, readers much earlier.
const MAX_DEPTH: usize = 64;

/// Each report reads the file up to its place; a text that is wrong in every word must not take hours.
const MAX_REPORTS: usize = 200;

/// Stands for a dollar that is not math: as long, so that every place stays right, and unlike the other
/// control characters allowed within an address.
const MASK: char = '\u{7f}';

const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_SMART_PUNCTUATION)
    .union(Options::ENABLE_DEFINITION_LIST)
    .union(Options::ENABLE_MATH);

/// Renders a text.
pub(super) fn render(
    text: &str,
    source: &Source,
    places: Places,
    frame: Frame<'_>,
    problems: &mut Problems,
) -> Rendered {
    let dollars = dollars::find(text);
    let masked = (!dollars.loose.is_empty()).then(|| mask(text, &dollars.loose));
    let mut writer = Writer {
        text,
        masked: masked.is_some(),
        // What links look like is known to `web_links`; that they hold a dot and a slash is enough here.
        may_link: text.contains("://") || (text.contains('/') && text.contains('.')),
        source,
        places,
        frame,
        problems,
        strays: dollars.strays.into_iter().peekable(),
        part: Part::with_capacity(text.len()),
        outer: Vec::new(),
        notes: Notes::default(),
        pending: None,
        links: Vec::new(),
        outbound: Vec::new(),
        code: None,
        heading: (0, 0),
        ids: HashMap::new(),
        table: Table::default(),
        has_code: false,
        has_math: false,
        too_deep: false,
        reports: 0,
    };
    let parser = Parser::new_ext(masked.as_deref().unwrap_or(text), OPTIONS);
    writer.run(parser.into_offset_iter());
    writer.finish()
}

/// Writes a formula that cannot be typeset, dollars and all.
pub(super) fn push_bad_formula(source: &str, html: &mut String) {
    html.push_str("<code class=\"math-error\">");
    push_text(source, html);
    html.push_str("</code>");
}

/// Replaces the dollars at some places, so that the parser does not see them.
fn mask(text: &str, loose: &[usize]) -> String {
    // A mask of the text's own becomes another character that cannot be shown.
    let mut masked = text.replace(MASK, "\u{1}");
    for &at in loose {
        masked.replace_range(at..=at, MASK.encode_utf8(&mut [0; 4]));
    }
    masked
}

struct Writer<'a> {
    /// The text as it was given, without masks.
    text: &'a str,
    masked: bool,
    may_link: bool,
    source: &'a Source,
    places: Places,
    frame: Frame<'a>,
    problems: &'a mut Problems,
    strays: Peekable<IntoIter<Stray>>,
    /// What is being written: the body or a footnote.
    part: Part,
    /// What was being written when a footnote began, with the footnote's name.
    outer: Vec<(Part, String)>,
    notes: Notes,
    pending: Option<Pending>,
    links: Vec<LinkEnd>,
    outbound: Vec<Outbound>,
    code: Option<CodeBlock>,
    /// Where the heading starts that is being written, in the HTML and in the plain text.
    heading: (usize, usize),
    /// The ids of headings, and how often each has been wanted.
    ids: HashMap<String, usize>,
    table: Table,
    has_code: bool,
    has_math: bool,
    too_deep: bool,
    reports: usize,
}

/// This is text that more text may follow: the parser tears addresses, at `_` and where it makes
/// punctuation smart.
#[derive(Default)]
struct Pending {
    /// The text with its punctuation as it is written, for `--` may stand in an address.
    written: String,
    /// Where the punctuation is, and what it becomes outside of addresses.
    smart: Vec<(Range<usize>, String)>,
    /// Where the text stands.
    range: Range<usize>,
}

/// This is what closes a link.
#[derive(PartialEq)]
enum LinkEnd {
    Anchor,
    Nothing,
    /// What looked like an autolink, such as `<pad:0>`, gets its brackets back.
    Bracket,
}

struct CodeBlock {
    language: String,
    text: String,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    cell: usize,
    in_head: bool,
}

impl<'a> Writer<'a> {
    fn run(&mut self, mut events: OffsetIter<'_>) {
        let mut depth = 0_usize;
        while let Some((event, range)) = events.next() {
            if !matches!(event, Event::Text(_)) {
                self.flush();
            }
            match event {
                Event::Start(Tag::Image {
                    dest_url, title, ..
                }) => {
                    let alt = self.alternative(&mut events);
                    self.image(
                        &self.unmasked(&dest_url),
                        &self.unmasked(&title),
                        &alt,
                        range,
                    );
                }
                Event::Start(tag) if depth >= MAX_DEPTH && tags::is_wrapper(&tag) => {
                    skip(&mut events);
                    self.as_written(&tag, range);
                }
                Event::Start(tag) => {
                    depth += 1;
                    self.start(tag, range);
                }
                Event::End(tag) => {
                    depth -= 1;
                    self.end(tag);
                }
                Event::Text(text) => self.text(&text, range),
                Event::Code(text) => self.code_span(&text),
                Event::InlineMath(tex) => self.formula(&tex, Display::Inline, range),
                Event::DisplayMath(tex) => self.formula(&tex, Display::Block, range),
                Event::Html(text) | Event::InlineHtml(text) => self.words(&self.unmasked(&text)),
                Event::FootnoteReference(name) => self.reference(&name),
                Event::SoftBreak => {
                    self.part.html.push('\n');
                    self.part.plain.push(' ');
                }
                Event::HardBreak => {
                    self.part.html.push_str("<br>\n");
                    self.part.plain.push(' ');
                }
                Event::Rule => {
                    self.part.line();
                    self.part.html.push_str("<hr>\n");
                }
                Event::TaskListMarker(done) => self.task(done),
            }
        }
        self.flush();
    }

    fn finish(mut self) -> Rendered {
        self.notes.finish(self.frame.id_prefix, &mut self.part);
        self.part.settle_headings(self.frame.top_heading);
        let plain_end = self.part.plain.trim_end().len();
        self.part.plain.truncate(plain_end);
        Rendered {
            html: self.part.html,
            holes: self.part.holes,
            outbound: self.outbound,
            plain: self.part.plain,
            has_code: self.has_code,
            has_math: self.has_math,
        }
    }

    /// Takes text; it is written when no more text follows, if an address may stand in it.
    fn text(&mut self, text: &str, range: Range<usize>) {
        if let Some(code) = &mut self.code {
            return code.text.push_str(text);
        }
        self.report_strays(range.clone());
        if !self.may_link || !self.links.is_empty() {
            return self.words(&self.unmasked(text));
        }
        let written = &self.text[range.clone()];
        let pending = self.pending.get_or_insert_with(|| Pending {
            range: range.clone(),
            ..Pending::default()
        });
        pending.range.end = range.end;
        let start = pending.written.len();
        if matches!(text, "–" | "—" | "…" | "‘" | "’" | "“" | "”") && written.is_ascii()
        {
            pending.written.push_str(written);
            let range = start..pending.written.len();
            pending.smart.push((range, text.to_owned()));
        } else {
            pending.written.push_str(text);
        }
    }

    /// Writes the text that has been taken, its addresses as links.
    fn flush(&mut self) {
        let Some(Pending {
            written,
            smart,
            range,
        }) = self.pending.take()
        else {
            return;
        };
        // The mask is as long as the dollar, so the places of the punctuation stay right.
        let written = self.unmasked(&written);
        let mut smart = smart.into_iter().peekable();
        let mut done = 0;
        for (span, url) in web_links::spans(&written) {
            if address::scheme(&url) != Scheme::Web || span.start < done {
                continue;
            }
            self.smart_words(&written, done..span.start, &mut smart);
            while smart.next_if(|(at, _)| at.start < span.end).is_some() {}
            self.open_anchor("");
            push_address(&url, &mut self.part.html);
            self.leads_out(&url, range.clone());
            self.part.html.push_str("\">");
            self.words(&written[span.clone()]);
            self.part.html.push_str("</a>");
            done = span.end;
        }
        self.smart_words(&written, done..written.len(), &mut smart);
    }

    /// Writes a part of a text, its punctuation made smart.
    fn smart_words(
        &mut self,
        written: &str,
        part: Range<usize>,
        smart: &mut Peekable<IntoIter<(Range<usize>, String)>>,
    ) {
        let mut done = part.start;
        while let Some((at, sign)) = smart.next_if(|(at, _)| at.end <= part.end) {
            // A sign of which an address took a half stays as it is written.
            if at.start >= done {
                self.words(&written[done..at.start]);
                self.words(&sign);
                done = at.end;
            }
        }
        self.words(&written[done..part.end]);
    }

    /// Writes text as text, whatever it holds.
    fn words(&mut self, text: &str) {
        push_text(text, &mut self.part.html);
        self.part.plain.push_str(text);
    }

    /// Puts back the dollars that were hidden from the parser.
    fn unmasked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.masked && text.contains(MASK) {
            Cow::Owned(text.replace(MASK, "$"))
        } else {
            Cow::Borrowed(text)
        }
    }

    fn place(&self, range: Range<usize>) -> Range<usize> {
        match &self.places {
            Places::From(start) => range.start + start..range.end + start,
            Places::All(place) => place.clone(),
        }
    }

    fn report(&mut self, code: Code, message: String, hint: &str, range: Range<usize>) {
        self.reports += 1;
        if self.reports > MAX_REPORTS {
            return;
        }
        let place = self.source.place(self.place(range));
        let problem = Diagnostic::new(code, message).at(place).hint(hint);
        self.problems.push(problem);
    }
}

/// Passes over what is left of the element that has just started.
fn skip(events: &mut OffsetIter<'_>) {
    let mut depth = 1_usize;
    for (event, _) in events {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}
