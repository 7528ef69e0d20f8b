//! JSON: answers of the daily-papers API, arrays of objects, and what wrapped them.
//!
//! The text is cut into its items first and each item is read alone, so that one damaged record
//! costs itself and no other. Items may be strings that hold an object, in JSON or as Python prints it.

use serde_json::Value;

use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::source::Source;

use super::lines::Line;
use super::{Accounting, LineUse, Reading, Record, fields, json_scan, line_of, note_lines, python};

/// Reads JSON that is not parted by lines.
pub fn read(source: &Source, lines: &[Line], problems: &mut Problems) -> Reading {
    let text = source.text.as_ref();
    let items = json_scan::items(text);
    let mut reading = Reading {
        accounting: Accounting::of(lines),
        ..Reading::default()
    };
    for item in items {
        let whole = lines_of(lines, &item.span);
        let found =
            value_of(&text[item.span.clone()]).and_then(|value| record_of(&value, item.date));
        match found {
            Ok(mut record) => {
                record.line = line_of(lines, title_at(text, &item.span));
                note_lines(&mut reading.accounting, whole, LineUse::Read);
                reading.records.push(record);
            }
            Err(reason) => {
                note_lines(&mut reading.accounting, whole, LineUse::Reported);
                let place = source.place(item.span.start..item.span.start + 1);
                problems.push(Diagnostic::new(Code::IncompleteRecord, reason).at(place));
            }
        }
    }
    // What stands around the items holds them together, unless there are none.
    if !reading.records.is_empty() {
        note_lines(&mut reading.accounting, 1..=lines.len(), LineUse::Chrome);
    }
    reading
}

/// Reads JSON Lines: an object in each line.
pub fn read_lines(source: &Source, lines: &[Line], problems: &mut Problems) -> Reading {
    let mut reading = Reading {
        accounting: Accounting::of(lines),
        ..Reading::default()
    };
    for line in lines.iter().filter(|line| !line.text.is_empty()) {
        let text = &source.text[line.range.clone()];
        let found = value_of(text).and_then(|value| record_of(&value, None));
        let what = match found {
            Ok(mut record) => {
                record.line = line.number;
                reading.records.push(record);
                LineUse::Read
            }
            Err(reason) => {
                problems.push(super::at_line(source, line, Code::IncompleteRecord, reason));
                LineUse::Reported
            }
        };
        reading.accounting.note(line.number, what);
    }
    reading
}

/// Parses one item: an object, or a string that holds one.
fn value_of(text: &str) -> Result<Value, String> {
    let value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => python::parse(text)
            .ok_or_else(|| format!("this is not JSON that can be read: {}", reason_of(&error)))?,
    };
    let Value::String(inner) = &value else {
        return Ok(value);
    };
    serde_json::from_str(inner)
        .ok()
        .or_else(|| python::parse(inner))
        .ok_or_else(|| "this text holds no object that can be read".to_owned())
}

/// The error without its line and column, which are those of the item and not of the input.
fn reason_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.find(" at line").unwrap_or(text.len());
    text[..end].to_owned()
}

/// Makes a record of an object; `issue` is the day that holds for all of the input.
fn record_of(value: &Value, issue: Option<Date>) -> Result<Record, String> {
    let Value::Object(outer) = value else {
        return Err("this is not an object with a title".to_owned());
    };
    let mut record = Record {
        date: issue,
        ..Record::default()
    };
    // The inner object is the paper; the outer tells of its day on the page.
    let inner = outer.get("paper").and_then(Value::as_object);
    let mut keys = Vec::new();
    for object in inner.into_iter().chain([outer]) {
        for (name, value) in object {
            let key = fields::key(name);
            fields::take(&mut record, &key, value);
            keys.push(key);
        }
    }
    let day = outer
        .get("date")
        .and_then(Value::as_str)
        .and_then(fields::date);
    let published = ["published", "published_at", "publishedAt"]
        .iter()
        .find_map(|name| outer.get(*name).and_then(Value::as_str))
        .and_then(fields::date);
    fields::finish(&mut record, &keys, day);
    record.published = record.published.or(published);
    match record.title.is_empty() {
        true => Err("this record has no title".to_owned()),
        false => Ok(record),
    }
}

/// Where the title stands in an item.
fn title_at(text: &str, span: &std::ops::Range<usize>) -> usize {
    let item = &text[span.clone()];
    ["\"title\"", "\"Title\"", "'title'"]
        .iter()
        .find_map(|name| item.find(name))
        .map_or(span.start, |at| span.start + at)
}

fn lines_of(lines: &[Line], span: &std::ops::Range<usize>) -> std::ops::RangeInclusive<usize> {
    line_of(lines, span.start)..=line_of(lines, span.end.saturating_sub(1))
}
