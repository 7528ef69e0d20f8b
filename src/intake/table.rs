//! Tables with named columns: CSV, and its sisters with semicolons and tabs.
//!
//! The only module that knows `csv`.

use serde_json::Value;

use crate::diagnostic::{Code, Problems};
use crate::source::Source;

use super::lines::Line;
use super::{Accounting, LineUse, Reading, Record, at_line, fields, note_lines};

/// Returns the delimiter of a line of column names; `None` when it names no title.
pub fn delimiter(header: &str) -> Option<u8> {
    let header = header.trim_start_matches('\u{feff}');
    [b',', b';', b'\t', b'|'].into_iter().find(|delimiter| {
        let names: Vec<&str> = header.split(char::from(*delimiter)).collect();
        let title = |name: &&str| fields::is_title(&fields::key(name));
        names.len() > 1 && names.iter().any(title)
    })
}

/// Reads a table.
pub fn read(source: &Source, lines: &[Line], problems: &mut Problems) -> Reading {
    let mut reading = Reading {
        accounting: Accounting::of(lines),
        ..Reading::default()
    };
    let Some(first) = lines.iter().find(|line| !line.text.is_empty()) else {
        return reading;
    };
    // The line as it is: tabs are white space, which the lines have lost.
    let start = source.line_start(first.number);
    let text = source.text[start..].trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(header).unwrap_or(b','))
        .flexible(true)
        .from_reader(text.as_bytes());
    let Ok(names) = reader
        .headers()
        .map(|row| row.iter().map(fields::key).collect::<Vec<_>>())
    else {
        return reading;
    };
    let mut rows = Vec::new();
    for row in reader.records() {
        // The text is UTF-8 and rows may have any length, so no row can fail.
        let Ok(row) = row else { continue };
        let line = row.position().map_or(1, |position| position.line());
        rows.push((usize::try_from(line).unwrap_or(1) + first.number - 1, row));
    }
    let begin = rows.first().map_or(lines.len() + 1, |(line, _)| *line);
    note_lines(
        &mut reading.accounting,
        first.number..=begin - 1,
        LineUse::Chrome,
    );
    for (index, (line, row)) in rows.iter().enumerate() {
        let end = rows
            .get(index + 1)
            .map_or(lines.len(), |(next, _)| next - 1);
        let what = match record_of(&names, row) {
            Ok(mut record) => {
                record.line = *line;
                reading.records.push(record);
                LineUse::Read
            }
            Err(reason) => {
                let at = &lines[(line - 1).min(lines.len() - 1)];
                problems.push(at_line(source, at, Code::IncompleteRecord, reason));
                LineUse::Reported
            }
        };
        note_lines(&mut reading.accounting, *line..=end, what);
    }
    reading
}

fn record_of(names: &[String], row: &csv::StringRecord) -> Result<Record, String> {
    if row.len() != names.len() {
        return Err(format!(
            "this row has {} fields where the table has {} columns; it was not imported",
            row.len(),
            names.len()
        ));
    }
    let mut record = Record::default();
    let mut day = None;
    for (name, value) in names.iter().zip(row) {
        if name == "date" {
            day = fields::date(value);
        }
        fields::take(&mut record, name, &Value::String(value.to_owned()));
    }
    let published = names
        .iter()
        .zip(row)
        .find(|(name, _)| name.starts_with("published"));
    let published = published.and_then(|(_, value)| fields::date(value));
    fields::finish(&mut record, names, day);
    record.published = record.published.or(published);
    match record.title.is_empty() {
        true => Err("this row has no title; it was not imported".to_owned()),
        false => Ok(record),
    }
}
