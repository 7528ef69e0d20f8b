//! The mail that arXiv sends: entries between rules, fields and abstract between lines `\\`.
//!
//! The format is that of arXiv's own manual: https://info.arxiv.org/help/subscribe.html.

use crate::diagnostic::{Code, Problems};
use crate::paper::ArxivId;
use crate::source::Source;

use super::arxiv_fields::{self, Label};
use super::lines::Line;
use super::{Accounting, LineUse, Reading, Record, at_line, fields, unwrap};

/// Reads a mail.
pub fn read(source: &Source, lines: &[Line], problems: &mut Problems) -> Reading {
    let mut reading = Reading {
        accounting: Accounting::of(lines),
        ..Reading::default()
    };
    let mut starts: Vec<usize> = (0..lines.len())
        .filter(|&at| entry_id(&lines[at].text).is_some())
        .collect();
    let first = starts.first().copied().unwrap_or(lines.len());
    note_header(&lines[..first], &mut reading);
    starts.push(lines.len());
    for pair in starts.windows(2) {
        read_entry(source, &lines[pair[0]..pair[1]], &mut reading, problems);
    }
    reading
}

/// The identifier with which an entry starts: `arXiv:2505.18159`, `Paper: hep-th/9901001`.
pub fn entry_id(text: &str) -> Option<ArxivId> {
    let rest = text
        .strip_prefix("arXiv:")
        .or_else(|| text.strip_prefix("Paper:"))?;
    ArxivId::parse(rest.trim().split(' ').next()?)
}

/// What stands above the first entry tells of the mail, line by line.
fn note_header(lines: &[Line], reading: &mut Reading) {
    for line in lines {
        reading.accounting.note(line.number, LineUse::Chrome);
    }
}

/// The state of reading one entry.
#[derive(PartialEq, Clone, Copy)]
enum In {
    Fields,
    Abstract,
    After,
}

fn read_entry(source: &Source, lines: &[Line], reading: &mut Reading, problems: &mut Problems) {
    let mut record = Record {
        arxiv: entry_id(&lines[0].text),
        line: lines[0].number,
        ..Record::default()
    };
    let mut open: Vec<(Label, Vec<&str>)> = Vec::new();
    let mut body: Vec<&str> = Vec::new();
    let mut state = In::Fields;
    let mut last = 1;
    for (at, line) in lines.iter().enumerate().skip(1) {
        let text = line.text.as_str();
        let bar = text.starts_with("\\\\");
        match state {
            In::Fields if bar => state = In::Abstract,
            In::Fields if is_rule(text) => state = In::After,
            In::Fields => match (arxiv_fields::split(text), text.split_once("Date")) {
                (Some((label, value)), _) => {
                    if label == Label::Title {
                        record.line = line.number;
                    }
                    open.push((label, vec![value]));
                }
                // `Date: Tue, 27 May 2025 17:59:58 GMT (2073kb)`, `Date (v1): …`.
                (None, Some((_, date))) if date.contains(':') && open.is_empty() => {
                    let (_, date) = date.split_once(':').unwrap_or_default();
                    arxiv_fields::take_date(
                        &mut record,
                        date.split('(').next().unwrap_or_default(),
                    );
                }
                (None, _) if !text.is_empty() => {
                    if let Some((_, parts)) = open.last_mut() {
                        parts.push(text);
                    }
                }
                _ => {}
            },
            In::Abstract if bar || is_rule(text) => state = In::After,
            In::Abstract => body.push(text),
            In::After => {}
        }
        if state != In::After || bar {
            last = at + 1;
        }
    }
    for (label, parts) in open {
        arxiv_fields::take(&mut record, label, &unwrap::join(parts));
    }
    record.abstract_text = paragraphs(&body);
    finish_entry(source, lines, last, record, reading, problems);
}

/// Lines that are one paragraph each become one text; blank lines and indents start another.
fn paragraphs(body: &[&str]) -> String {
    let parts = body.split(|line| line.is_empty());
    let parts = parts
        .filter(|part| !part.is_empty())
        .map(|part| unwrap::join(part.iter().copied()));
    fields::paragraphs(&parts.collect::<Vec<_>>().join("\n\n"))
}

fn finish_entry(
    source: &Source,
    lines: &[Line],
    last: usize,
    record: Record,
    reading: &mut Reading,
    problems: &mut Problems,
) {
    let whole = arxiv_fields::is_whole(&record);
    let what = if whole {
        LineUse::Read
    } else {
        LineUse::Reported
    };
    if !whole {
        let message = "this entry has no title that can be read; it was not imported";
        problems.push(at_line(source, &lines[0], Code::IncompleteRecord, message));
    } else if record.abstract_text.is_empty() {
        let message = "this entry has no abstract, as arXiv's mail has none for replaced papers";
        problems.push(at_line(source, &lines[0], Code::MissingAbstract, message));
    }
    for line in &lines[..last] {
        reading.accounting.note(line.number, what);
    }
    for line in &lines[last..] {
        // Rules and the bars of the next entry; a mail ends with `%%--%%` and such.
        let rule =
            is_rule(&line.text) || line.text.starts_with("\\\\") || line.text.starts_with("%%");
        if rule {
            reading.accounting.note(line.number, LineUse::Chrome);
        }
    }
    if whole {
        reading.records.push(record);
    }
}

fn is_rule(text: &str) -> bool {
    text.len() >= 10 && text.bytes().all(|b| b"-=%*_".contains(&b))
}
