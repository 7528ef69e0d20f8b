//! The text of an arXiv listing: `[1] arXiv:2505.18159 [pdf, html, other]`, fields, abstract.
//!
//! Only title, comments and subjects have labels; authors follow the title, the abstract the subjects.

use crate::date::Date;
use crate::diagnostic::{Code, Problems};
use crate::paper::ArxivId;
use crate::source::Source;

use super::arxiv_fields::{self, Label};
use super::calendar::{Calendar, Day, WrittenDay, parse_day};
use super::lines::Line;
use super::{Accounting, LineUse, Reading, Record, at_line, unwrap};

/// Tells whether a line starts an entry, and returns its identifier.
pub fn entry_id(text: &str) -> Option<ArxivId> {
    let text = match text.strip_prefix('[') {
        Some(rest) => {
            let (number, rest) = rest.split_once(']')?;
            number
                .bytes()
                .all(|b| b.is_ascii_digit())
                .then_some(rest.trim_start())?
        }
        None => text,
    };
    let rest = text.strip_prefix("arXiv:")?;
    let id = rest.trim_start().split([' ', '[', ']', '(']).next()?;
    // In a mail the identifier stands alone; here the links to the formats follow.
    rest.contains(['[', '(']).then(|| ArxivId::parse(id))?
}

/// Reads a listing.
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
    let window = unwrap::Window::of(lines.iter().map(|line| line.text.as_str()));
    let mut section = Section::New;
    let mut at = 0;
    while at < lines.len() {
        if entry_id(&lines[at].text).is_none() {
            note_between(&lines[at], calendar, &mut section, &mut reading);
            at += 1;
            continue;
        }
        let rest = &lines[at + 1..];
        let is_end = |line: &Line| {
            entry_id(&line.text).is_some()
                || Section::of(&line.text).is_some()
                || day_of(&line.text).is_some()
        };
        let length = 1 + rest.iter().position(is_end).unwrap_or(rest.len());
        let day = reading.days.last().map(|day| day.date);
        let entry = Entry {
            lines: &lines[at..at + length],
            day,
            new: section == Section::New,
        };
        entry.read(source, &window, &mut reading, problems);
        at += length;
    }
    warn_without_abstracts(source, lines, &reading, problems);
    reading
}

/// The part of a listing: only new submissions are of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    New,
    Crossed,
    Replaced,
}

impl Section {
    fn of(text: &str) -> Option<Section> {
        let lower = text.to_lowercase();
        let heading =
            |names: &[&str]| names.iter().any(|name| lower.starts_with(name)) && lower.len() < 100;
        if heading(&["new submissions", "showing new listings"]) {
            Some(Section::New)
        } else if heading(&["cross submissions", "cross-lists", "cross lists"]) {
            Some(Section::Crossed)
        } else if heading(&["replacement submissions", "replacements"]) {
            Some(Section::Replaced)
        } else {
            None
        }
    }
}

/// A heading with a day: "Showing new listings for Tuesday, 27 May 2025", "Tue, 27 May 2025 (showing …)".
fn day_of(text: &str) -> Option<WrittenDay> {
    if text.len() > 120 {
        return None;
    }
    let bare = text.split(" (").next().unwrap_or_default();
    let named = bare.split_once(" for ").map_or(bare, |(_, day)| day);
    parse_day(named.trim_end_matches([':', '.']))
}

fn note_between(line: &Line, calendar: &Calendar, section: &mut Section, reading: &mut Reading) {
    if let Some(found) = Section::of(&line.text) {
        *section = found;
    }
    if let Some((date, year)) = day_of(&line.text).and_then(|day| calendar.resolve(day)) {
        reading.days.push(Day {
            date,
            written: line.text.clone(),
            line: line.number,
            year,
        });
    }
    if Section::of(&line.text).is_some() || day_of(&line.text).is_some() || is_chrome(&line.text) {
        reading.accounting.note(line.number, LineUse::Chrome);
    }
}

fn is_chrome(text: &str) -> bool {
    let lower = text.to_lowercase();
    let starts = [
        "total of",
        "showing",
        "fewer",
        "see today's",
        "authors and titles",
        "[total of",
        "[showing",
        "skip to",
        "we gratefully",
        "donate",
        "search",
        "help",
        "login",
        "log in",
        "about",
        "contact",
        "subscribe",
        "copyright",
        "privacy",
        "web accessibility",
        "arxiv operational",
        "get status",
        "computation",
        "computer science",
        "links to:",
        "(showing",
        "arxiv",
        "quick links",
        "all fields",
        "title",
        "author",
        "abstract",
        "comments",
        "cornell",
        "new submissions",
        "statistics",
        "mathematics",
        "physics",
        "electrical",
        "quantitative",
        "economics",
        "all",
        "cross",
        "replacement",
        "recent",
    ];
    lower.len() < 120 && starts.iter().any(|start| lower.starts_with(start))
        || super::chrome::sign(text).is_some()
}

struct Entry<'a> {
    lines: &'a [Line],
    day: Option<Date>,
    new: bool,
}

impl Entry<'_> {
    fn read(
        &self,
        source: &Source,
        window: &unwrap::Window,
        reading: &mut Reading,
        problems: &mut Problems,
    ) {
        let mut record = Record {
            arxiv: entry_id(&self.lines[0].text),
            line: self.lines[0].number,
            date: self.day,
            published: self.day.filter(|_| self.new),
            ..Record::default()
        };
        let mut used = 1;
        let mut blocks: Vec<(Option<Label>, String)> = Vec::new();
        let mut paragraphs = Vec::new();
        // The last lines of a page may follow the last entry; they are not part of it.
        let end = self
            .lines
            .iter()
            .rposition(|line| !line.text.is_empty() && !is_footer(&line.text))
            .unwrap_or(0);
        while used <= end {
            let length = self.block_length(used, end, window);
            let block = &self.lines[used..used + length];
            let text = unwrap::join(block.iter().map(|line| line.text.as_str()));
            match arxiv_fields::split(&text) {
                Some((Label::Title, value)) => {
                    record.line = block[0].number;
                    blocks.push((Some(Label::Title), value.to_owned()));
                }
                Some((label, value)) => blocks.push((Some(label), value.to_owned())),
                None if text.is_empty() => {}
                None => blocks.push((None, text)),
            }
            used += length;
        }
        self.take(&mut record, blocks, &mut paragraphs);
        record.abstract_text = paragraphs.join("\n\n");
        self.finish(source, window, record, end + 1, reading, problems);
    }

    /// How many lines from one on are one text: a label, a blank line or the window ends it.
    fn block_length(&self, start: usize, end: usize, window: &unwrap::Window) -> usize {
        let mut length = 1;
        while start + length <= end {
            let (line, next) = (
                &self.lines[start + length - 1].text,
                &self.lines[start + length].text,
            );
            // In some copies a label stands alone and its text in the next line.
            let alone = line.ends_with(':')
                && arxiv_fields::split(line).is_some_and(|(_, value)| value.is_empty());
            let first = &self.lines[start].text;
            let soft = match arxiv_fields::split(first) {
                _ if alone => true,
                // Subjects end with the code of the last one, in brackets.
                Some((Label::Categories, _)) => !line.ends_with(')'),
                Some((Label::Title, _)) => window.is_soft(line, next) && !is_names(next),
                _ => window.is_soft(line, next),
            };
            if next.is_empty() || line.is_empty() || arxiv_fields::split(next).is_some() || !soft {
                break;
            }
            length += 1;
        }
        length
    }

    /// Unlabelled texts are authors after the title, and the abstract after the subjects.
    fn take(
        &self,
        record: &mut Record,
        blocks: Vec<(Option<Label>, String)>,
        paragraphs: &mut Vec<String>,
    ) {
        let mut before = None;
        let subjects = blocks
            .iter()
            .any(|(label, _)| *label == Some(Label::Categories));
        for (label, text) in blocks {
            match (label, before) {
                (Some(Label::Title), _) if text.is_empty() => {}
                (Some(label), _) => arxiv_fields::take(record, label, &text),
                (None, Some(Label::Title)) if record.title.is_empty() => record.title = text,
                (None, Some(Label::Title))
                    if record.authors.is_empty() && (subjects || text.chars().count() < 400) =>
                {
                    arxiv_fields::take(record, Label::Authors, &text);
                }
                (None, None) if record.title.is_empty() => {}
                (None, _) => paragraphs.push(text),
            }
            before = label.or(before);
        }
    }

    fn finish(
        &self,
        source: &Source,
        window: &unwrap::Window,
        record: Record,
        used: usize,
        reading: &mut Reading,
        problems: &mut Problems,
    ) {
        // In a wrapped copy one author's name may be the end of the title, as far as anyone can tell.
        let blurred = window.is_narrow() && record.authors.is_empty();
        let whole = arxiv_fields::is_whole(&record) && !blurred;
        if !whole {
            let message = match record.title.is_empty() {
                true => "this entry has no line `Title:`; it was not imported",
                false => "title and authors cannot be told apart; the entry was not imported",
            };
            let line = &self.lines[0];
            problems.push(at_line(source, line, Code::IncompleteRecord, message));
        }
        for line in &self.lines[..used] {
            reading.accounting.note(
                line.number,
                if whole {
                    LineUse::Read
                } else {
                    LineUse::Reported
                },
            );
        }
        for line in &self.lines[used..] {
            reading.accounting.note(line.number, LineUse::Chrome);
        }
        if whole {
            reading.records.push(record);
        }
    }
}

/// Tells whether a line is a list of people: two or more, and every word a name or a particle.
fn is_names(text: &str) -> bool {
    let people: Vec<&str> = text.trim_end_matches(',').split(", ").collect();
    let name = |person: &&str| {
        let words: Vec<&str> = person.split(' ').collect();
        let capital = |word: &&str| {
            word.starts_with(|c: char| c.is_uppercase() || !c.is_ascii()) || word.len() <= 3
        };
        (2..=5).contains(&words.len()) && words[0] != "and" && words.iter().all(capital)
    };
    // The window may have cut the last name.
    let whole = people.len().min(7) - usize::from(people.len() > 2);
    people.len() > 1 && people.iter().take(whole).all(name)
}

/// The foot of the page; an abstract's last line is never one of these.
fn is_footer(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "total of ",
        "showing up to",
        "about help",
        "contact arxiv",
        "contactcontact",
        "subscribesubscribe",
        "copyright",
        "privacy policy",
        "web accessibility",
        "arxiv operational",
        "links to:",
        "about",
        "help",
        "contact",
        "subscribe",
        "get status notifications",
    ]
    .iter()
    .any(|start| lower.starts_with(start))
        && lower.len() < 100
        && !lower.ends_with('.')
}

/// Replaced papers have no abstract in a listing, and a short listing has none at all.
fn warn_without_abstracts(
    source: &Source,
    lines: &[Line],
    reading: &Reading,
    problems: &mut Problems,
) {
    let without: Vec<&Record> = reading
        .records
        .iter()
        .filter(|record| record.abstract_text.is_empty())
        .collect();
    let all = without.len() == reading.records.len();
    for record in &without {
        let message = match all {
            true => "this listing has no abstracts",
            false => "this entry has no abstract",
        };
        let line = &lines[record.line - 1];
        problems.push(at_line(source, line, Code::MissingAbstract, message));
        if all {
            break;
        }
    }
}
