//! Atom and RSS: answers of arXiv's API and its feeds.
//!
//! The only module that knows `quick-xml`. Entries are kept as they close, so a text that is cut off
//! loses its last entry only.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::paper::{ArxivId, Doi};
use crate::source::Source;

use super::lines::{Line, collapse};
use super::{Accounting, LineUse, Reading, Record, fields, line_of, note_lines};

/// Reads a feed.
pub fn read(source: &Source, lines: &[Line], problems: &mut Problems) -> Reading {
    let mut feed = Feed {
        source,
        lines,
        entry: None,
        path: Vec::new(),
        reading: Reading {
            accounting: Accounting::of(lines),
            ..Reading::default()
        },
    };
    let mut reader = Reader::from_str(&source.text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let broken = loop {
        let before = position(&reader);
        match reader.read_event() {
            Ok(Event::Start(tag)) => feed.open(&tag, before, problems),
            Ok(Event::Empty(tag)) => {
                feed.open(&tag, before, problems);
                feed.close(position(&reader), problems);
            }
            Ok(Event::End(_)) => feed.close(position(&reader), problems),
            Ok(Event::Text(text)) => feed.text(&text.decode().unwrap_or_default()),
            Ok(Event::CData(text)) => feed.text(&text.decode().unwrap_or_default()),
            Ok(Event::GeneralRef(name)) => feed.reference(&name.decode().unwrap_or_default()),
            Ok(Event::Eof) => break None,
            Ok(_) => {}
            Err(error) => break Some(error.to_string()),
        }
    };
    feed.finish(broken, problems)
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

struct Feed<'a> {
    source: &'a Source,
    lines: &'a [Line],
    entry: Option<Entry>,
    /// The open elements, without their prefixes, with their texts so far.
    path: Vec<(String, String)>,
    reading: Reading,
}

struct Entry {
    start: usize,
    depth: usize,
    record: Record,
    id: String,
    summary: String,
}

impl Feed<'_> {
    fn open(&mut self, tag: &BytesStart<'_>, at: usize, problems: &mut Problems) {
        let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
        if matches!(name.as_str(), "entry" | "item") {
            self.give_up("another begins inside it", at, problems);
            self.entry = Some(Entry {
                start: at,
                depth: self.path.len(),
                record: Record::default(),
                id: String::new(),
                summary: String::new(),
            });
        }
        let depth = self.path.len();
        if let Some(entry) = &mut self.entry {
            if name == "title" && depth == entry.depth + 1 {
                entry.record.line = line_of(self.lines, at);
            }
            entry.take_attributes(&name, tag);
        }
        self.path.push((name, String::new()));
    }

    fn text(&mut self, text: &str) {
        if self.entry.is_some() {
            // A formula or an emphasis inside a text belongs to it.
            if let Some((_, open)) = self.path.last_mut() {
                open.push_str(text);
            }
        }
    }

    fn reference(&mut self, name: &str) {
        let c = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            _ => name.strip_prefix('#').and_then(|number| {
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)
            }),
        };
        match c {
            Some(c) => self.text(c.encode_utf8(&mut [0; 4])),
            None => self.text(&format!("&{name};")),
        }
    }

    fn close(&mut self, end: usize, problems: &mut Problems) {
        let Some((name, text)) = self.path.pop() else {
            return;
        };
        let depth = self.path.len();
        let Some(entry) = &mut self.entry else {
            return;
        };
        if depth > entry.depth {
            let parent = self.path.last().map(|(name, _)| name.as_str());
            entry.take(parent.unwrap_or_default(), &name, &text);
            return;
        }
        let entry = self.entry.take().expect("it was looked at just now");
        self.keep(entry, end, problems);
    }

    fn keep(&mut self, mut entry: Entry, end: usize, problems: &mut Problems) {
        entry.finish();
        let whole = line_of(self.lines, entry.start)..=line_of(self.lines, end.saturating_sub(1));
        let error = entry.id.contains("/api/errors") || entry.record.title == "Error";
        let message = if error {
            Some(format!(
                "the answer is an error: {}",
                entry.record.abstract_text
            ))
        } else if entry.record.title.is_empty() {
            Some("this entry has no title; it was not imported".to_owned())
        } else {
            None
        };
        if let Some(message) = message {
            let place = self.source.place(entry.start..entry.start + 1);
            problems.push(Diagnostic::new(Code::IncompleteRecord, message).at(place));
            note_lines(&mut self.reading.accounting, whole, LineUse::Reported);
            return;
        }
        note_lines(&mut self.reading.accounting, whole, LineUse::Read);
        self.reading.records.push(entry.record);
    }

    /// Reports the open entry, if there is one, with its lines up to a byte. An end that is missing would
    /// mix it with the next: one paper of two.
    fn give_up(&mut self, reason: &str, end: usize, problems: &mut Problems) {
        let Some(entry) = self.entry.take() else {
            return;
        };
        self.path.truncate(entry.depth);
        let place = self.source.place(entry.start..entry.start + 1);
        let message = format!("this entry cannot be read whole: {reason}");
        problems.push(Diagnostic::new(Code::IncompleteRecord, message).at(place));
        let lines = line_of(self.lines, entry.start)..=line_of(self.lines, end.saturating_sub(1));
        note_lines(&mut self.reading.accounting, lines, LineUse::Reported);
    }

    fn finish(mut self, broken: Option<String>, problems: &mut Problems) -> Reading {
        let whole = 1..=self.lines.len();
        if self.entry.is_some() {
            let reason = broken.unwrap_or_else(|| "the text ends inside it".to_owned());
            self.give_up(&reason, self.source.text.len() + 1, problems);
        } else if let Some(reason) = broken {
            let message = format!("the text is not XML that can be read: {reason}");
            problems.push(Diagnostic::new(Code::IncompleteRecord, message).at(self.source.whole()));
        }
        if !self.reading.records.is_empty() {
            note_lines(&mut self.reading.accounting, whole, LineUse::Chrome);
        }
        self.reading
    }
}

impl Entry {
    fn take_attributes(&mut self, name: &str, tag: &BytesStart<'_>) {
        let value = |key: &str| {
            let attribute = tag.try_get_attribute(key).ok().flatten()?;
            let raw = String::from_utf8_lossy(&attribute.value).into_owned();
            Some(raw.replace("&amp;", "&"))
        };
        match name {
            // arXiv's answers have had links without `rel` and `title`, so the address decides.
            "link" => {
                let Some(url) = value("href") else { return };
                if let Some(id) = ArxivId::from_url(&url) {
                    self.record.arxiv.get_or_insert(id);
                } else if let Some(doi) = Doi::parse(&url).filter(|_| url.contains("doi.org/")) {
                    self.record.doi.get_or_insert(doi);
                } else {
                    let label = if url.contains("://github.com/") {
                        "code"
                    } else {
                        "page"
                    };
                    fields::add_link(&mut self.record, label, &url);
                }
            }
            "category" => {
                let term = value("term").filter(|term| !self.record.categories.contains(term));
                self.record.categories.extend(term);
            }
            "primary_category" => {
                let Some(term) = value("term") else { return };
                self.record.categories.retain(|other| *other != term);
                self.record.categories.insert(0, term);
            }
            _ => {}
        }
    }

    fn take(&mut self, parent: &str, name: &str, text: &str) {
        let line = collapse(text);
        let record = &mut self.record;
        match (parent, name) {
            ("entry" | "item", "id" | "guid") => {
                self.id.clone_from(&line);
                let id = ArxivId::from_url(&line).or_else(|| {
                    // `oai:arXiv.org:2505.18159v1`
                    ArxivId::parse(line.rsplit(':').next().unwrap_or_default())
                });
                record.arxiv = id.or(record.arxiv.take());
            }
            ("entry" | "item", "title") => record.title = line,
            ("entry" | "item", "summary" | "description" | "content")
                if self.summary.is_empty() =>
            {
                text.clone_into(&mut self.summary);
            }
            ("entry" | "item", "published" | "pubDate" | "date") => {
                record.published = fields::date(&line)
            }
            ("author", "name") if !line.is_empty() => record.authors.push(line),
            ("item", "creator") => record.authors = fields::split_authors(&line),
            ("item", "category") if !line.is_empty() => record.categories.push(line),
            ("item", "link") => {
                record.arxiv = record.arxiv.take().or_else(|| ArxivId::from_url(&line))
            }
            ("entry" | "item", "doi" | "DOI") => {
                record.doi = Doi::parse(&line).or(record.doi.take())
            }
            ("entry" | "item", "journal_ref" | "journal_reference") if !line.is_empty() => {
                record.venue = Some(line)
            }
            _ => {}
        }
    }

    fn finish(&mut self) {
        // arXiv's RSS puts `arXiv:… Announce Type: new Abstract:` before the abstract.
        let text = match self.summary.split_once("Abstract:") {
            Some((head, rest)) if head.contains("Announce Type") => rest,
            _ => &self.summary,
        };
        self.record.abstract_text = fields::paragraphs(text);
    }
}
