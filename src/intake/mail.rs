//! The daily mail: each paper's title in a line, with its votes behind it: `A Title (58 ▲)`.
//!
//! The mail has no abstracts, so a record without one is whole here.

use crate::diagnostic::{Code, Problems};
use crate::paper::ArxivId;
use crate::source::Source;

use super::calendar::{Calendar, Day, WrittenDay, parse_day};
use super::chrome::{self, Sign};
use super::lines::Line;
use super::{Accounting, LineUse, Reading, Record, at_line, fields, markup, unwrap};

/// Tells whether a line ends with votes.
pub fn has_votes(text: &str) -> bool {
    split_votes(text).is_some()
}

/// Reads a mail.
pub fn read(
    source: &Source,
    lines: &[Line],
    calendar: &Calendar,
    problems: &mut Problems,
) -> Reading {
    let mut reading = Reading {
        accounting: Accounting::of(lines),
        ..Reading::default()
    };
    // Lines that may be the start of a title which goes on in the next line.
    let mut open: Vec<&Line> = Vec::new();
    for line in lines {
        let plain = markup::strip(&line.text);
        let text = without_addresses(&plain.text);
        if let Some(end) = split_votes(&text) {
            let record = record(&open, line, end, &plain.urls, &reading);
            for part in open.drain(..).chain([line]) {
                reading.accounting.note(part.number, LineUse::Read);
            }
            reading.records.push(record);
            continue;
        }
        let day = day_in(&text).and_then(|day| Some((day, calendar.resolve(day)?)));
        if let Some((_, (date, year))) = day {
            reading.days.push(Day {
                date,
                written: text.clone(),
                line: line.number,
                year,
            });
        }
        if line.text.is_empty()
            || day.is_some()
            || is_chrome(&text)
            || take_id(&line.text, &mut reading)
        {
            report(source, &mut open, &mut reading.accounting, problems);
            reading.accounting.note(line.number, LineUse::Chrome);
        } else {
            open.push(line);
        }
    }
    report(source, &mut open, &mut reading.accounting, problems);
    reading
}

fn record(open: &[&Line], line: &Line, end: &str, urls: &[String], reading: &Reading) -> Record {
    let start = open.iter().map(|part| part.text.as_str());
    let mut record = Record {
        title: unwrap::join(start.chain([end])),
        line: open.first().map_or(line.number, |first| first.number),
        date: reading.days.last().map(|day| day.date),
        ..Record::default()
    };
    let in_text = line
        .text
        .split(['<', '>', '(', ')', ' '])
        .filter(|word| word.starts_with("http"));
    for url in urls.iter().map(String::as_str).chain(in_text) {
        match ArxivId::from_url(url) {
            Some(id) => record.arxiv = record.arxiv.or(Some(id)),
            None if url.contains("://github.com/") => fields::add_link(&mut record, "code", url),
            None => {}
        }
    }
    record
}

/// An address in a line of its own belongs to the paper above.
fn take_id(text: &str, reading: &mut Reading) -> bool {
    let address = text.trim_matches(['<', '>', '(', ')']);
    let id = ArxivId::from_url(address).filter(|_| !address.contains(' '));
    if let (Some(id), Some(record)) = (id, reading.records.last_mut()) {
        record.arxiv.get_or_insert(id);
        return true;
    }
    false
}

/// What stands before the votes: `(58 ▲)`, `(58▲)`, `▲ 58`, `(58 upvotes)`.
fn split_votes(text: &str) -> Option<&str> {
    let signs = ['▲', '△', '↑', '⬆', '👍', '🔥'];
    let title = match text.strip_suffix(')') {
        Some(open) => {
            let (title, votes) = open.rsplit_once('(')?;
            let count = votes
                .trim_matches(|c: char| c.is_whitespace() || signs.contains(&c) || c == '\u{fe0f}');
            let words = count
                .trim_end_matches("votes")
                .trim_end_matches("upvotes")
                .trim_end_matches("up")
                .trim();
            let marked = words.len() < count.len() || votes.contains(signs);
            (marked && is_number(words)).then_some(title)?
        }
        None => {
            let (title, votes) = text.rsplit_once(signs)?;
            is_number(votes.trim()).then_some(title)?
        }
    };
    let title = title.trim().trim_start_matches(['•', '*', '-', ' ']);
    title.chars().any(char::is_alphabetic).then_some(title)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() < 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b',')
}

/// A day in brackets, `(2 Oct)`, a day alone, or the mail's own `Date:`.
fn day_in(text: &str) -> Option<WrittenDay> {
    let bracket = || {
        let (_, rest) = text.rsplit_once('(')?;
        parse_day(rest.split(')').next()?)
    };
    let header = || {
        let date = fields::date(
            text.strip_prefix("Date:")
                .or_else(|| text.strip_prefix("Sent:"))?,
        )?;
        Some(WrittenDay {
            year: Some(date.year()),
            month: date.month(),
            day: date.day(),
        })
    };
    let after_for = || parse_day(text.rsplit_once(" for ")?.1.trim_end_matches([':', '.']));
    parse_day(text)
        .or_else(bracket)
        .or_else(header)
        .or_else(after_for)
}

/// Takes addresses off a line: `A Title <https://…> (58 ▲)`.
fn without_addresses(text: &str) -> String {
    let words = text.split(' ').filter(|word| {
        let bare = word.trim_start_matches(['<', '(', '[']);
        !(bare.starts_with("https://") || bare.starts_with("http://"))
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What a mail says around its list: headers, greeting, farewell, calls to visit the site.
fn is_chrome(text: &str) -> bool {
    let lower = text.to_lowercase();
    let headers = [
        "from:",
        "to:",
        "subject:",
        "date:",
        "sent:",
        "reply-to:",
        "cc:",
    ];
    let phrases = [
        "here is the selection",
        "here are the papers",
        "to view more",
        "daily paper",
        "new - ",
        "onwards and upwards",
        "and the research community",
        "and the ai research community",
        "unsubscribe",
        "view in browser",
        "view this email",
        "manage your",
        "you are receiving",
        "you're receiving",
        "you received",
        "huggingface.co/",
        "hugging face",
        "submit papers",
        "happy reading",
        "best,",
        "cheers,",
        "hello",
        "hi,",
        "hi ",
        "thanks",
        "update your preferences",
        "email preferences",
        "notification settings",
        "privacy policy",
        "see you",
    ];
    text.is_empty()
        || chrome::is_byline(text)
        || headers.iter().any(|header| lower.starts_with(header))
        || phrases
            .iter()
            .any(|phrase| lower.contains(phrase) && lower.len() < 160)
        || matches!(
            chrome::sign(text),
            Some(Sign::Navigation | Sign::Address | Sign::Count | Sign::Dot)
        )
}

fn report(
    source: &Source,
    open: &mut Vec<&Line>,
    accounting: &mut Accounting,
    problems: &mut Problems,
) {
    for line in open.drain(..) {
        let problem = at_line(
            source,
            line,
            Code::StrayBlock,
            "this line is no title: it has no votes, as `(58 ▲)`",
        );
        problems.push(problem);
        accounting.note(line.number, LineUse::Reported);
    }
}
