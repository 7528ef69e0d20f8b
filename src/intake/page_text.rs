//! The text of a page: days, cards, or bare titles and abstracts.
//!
//! One grammar for what a browser or a capturing tool copies: chrome is known line by line
//! (`chrome`), the remaining texts are paired (`pairing`), and what stands around a pair (a date, an
//! address) becomes part of its record.

use std::ops::Range;

use crate::date::Date;
use crate::diagnostic::{Code, Problems};
use crate::paper::ArxivId;
use crate::source::Source;

use super::calendar::{Calendar, Day};
use super::chrome::Sign;
use super::lines::Line;
use super::page_lines::{Kind, Page};
use super::pairing::{self, Gap, Lone, Part};
use super::{Accounting, Format, LineUse, Reading, Record, at_line, fields, unwrap};

/// Reads a page; returns its shape too, unless it is forced.
pub fn read(
    source: &Source,
    lines: &[Line],
    forced: Option<Format>,
    calendar: &Calendar,
    problems: &mut Problems,
) -> (Format, Reading) {
    let page = Page::of(lines, calendar.clone());
    let format = forced.unwrap_or_else(|| page.shape());
    let texts = page.texts();
    let mut reading = Reading {
        accounting: Accounting::of(lines),
        ..Reading::default()
    };
    page.note_records(source, &texts, &mut reading, problems);
    page.note_chrome(&mut reading.accounting);
    take_numbers(&mut reading.records);
    (format, reading)
}

/// A text of one or more lines.
struct Text {
    /// Indices of its lines.
    first: usize,
    last: usize,
    text: String,
}

impl Page<'_> {
    fn shape(&self) -> Format {
        let count = |sign: Sign| {
            self.kinds
                .iter()
                .filter(|kind| **kind == Kind::Edge(sign))
                .count()
        };
        if count(Sign::SubmittedBy) > 0 && count(Sign::Badge) > 1 {
            Format::Trending
        } else if count(Sign::Authors) + count(Sign::Count) > 1 {
            Format::Cards
        } else if self
            .kinds
            .iter()
            .any(|kind| matches!(kind, Kind::Chrome | Kind::Day(_)))
        {
            Format::Page
        } else {
            Format::Pairs
        }
    }

    /// Joins wrapped lines and parts what only stands together.
    fn texts(&self) -> Vec<Text> {
        let paragraphs = self.paragraphs();
        let lines = |range: &Range<usize>| -> Vec<&str> {
            let plain = self.plain[range.clone()].iter();
            plain.map(|plain| plain.text.as_str()).collect()
        };
        // Where blank lines part titles from abstracts, they do so everywhere, and widths need not tell.
        let glued = paragraphs
            .iter()
            .filter(|range| unwrap::is_glued(&lines(range)))
            .count();
        let parted = glued * 5 <= paragraphs.len();
        let mut texts = Vec::new();
        for range in paragraphs {
            let paragraph = lines(&range);
            // A backslash at the end of a line says that the paragraph goes on.
            let continued = self.markdown && self.lines[range.start].text.ends_with('\\');
            let whole = continued || parted && !unwrap::has_whole_lines(&paragraph);
            let groups = if whole {
                vec![range.len()]
            } else {
                unwrap::group(&paragraph)
            };
            let mut start = 0;
            for size in groups {
                texts.push(Text {
                    first: range.start + start,
                    last: range.start + start + size - 1,
                    text: unwrap::join(paragraph[start..start + size].iter().copied()),
                });
                start += size;
            }
        }
        texts
    }

    /// The runs of lines of text.
    fn paragraphs(&self) -> Vec<Range<usize>> {
        let mut paragraphs: Vec<Range<usize>> = Vec::new();
        for (index, kind) in self.kinds.iter().enumerate() {
            if *kind != Kind::Text {
                continue;
            }
            let starts = self.labels[index].is_some() || self.is_linked(index);
            let open = paragraphs
                .last_mut()
                .filter(|last| last.end == index && !starts);
            match open {
                Some(last) => last.end += 1,
                None => paragraphs.push(index..index + 1),
            }
        }
        paragraphs
    }

    /// Tells whether a line is a link to a paper, as in a Markdown list.
    fn is_linked(&self, index: usize) -> bool {
        let start = self.lines[index]
            .text
            .trim_start_matches(['-', '*', '#', ' ']);
        let mut urls = self.plain[index].urls.iter();
        start.starts_with('[') && urls.any(|url| ArxivId::from_url(url).is_some())
    }

    /// The days that the page names, with the indices of their lines.
    fn days(&self) -> Vec<(usize, Day)> {
        let lines = self.kinds.iter().enumerate();
        let day = |(index, kind): (usize, &Kind)| {
            let Kind::Day(written) = kind else {
                return None;
            };
            let (date, year) = self.calendar.resolve(*written)?;
            let day = Day {
                date,
                written: self.plain[index].text.clone(),
                line: self.lines[index].number,
                year,
            };
            Some((index, day))
        };
        lines.filter_map(day).collect()
    }

    /// What stands between two lines.
    fn gap(&self, from: usize, to: usize) -> Gap {
        let between = &self.kinds[from..to];
        if between.iter().any(|kind| matches!(kind, Kind::Day(_))) {
            Gap::Day
        } else if between
            .iter()
            .any(|kind| matches!(kind, Kind::Edge(_) | Kind::Published(_)))
        {
            Gap::Edge
        } else if to == from + 1 {
            Gap::Adjacent
        } else {
            Gap::None
        }
    }

    fn note_records(
        &self,
        source: &Source,
        texts: &[Text],
        reading: &mut Reading,
        problems: &mut Problems,
    ) {
        let days = self.days();
        let parts = self.parts(texts);
        let is_title = |part: &Part| matches!(part, Part::Title | Part::LoneTitle);
        for (at, part) in parts.iter().enumerate() {
            let text = &texts[at];
            let what = match part {
                Part::Title | Part::LoneTitle => {
                    if *part == Part::LoneTitle {
                        let message = "this paper has no abstract in the input";
                        let line = &self.lines[text.first];
                        problems.push(at_line(source, line, Code::MissingAbstract, message));
                    }
                    let next = parts[at + 1..].iter().position(is_title);
                    let end = next.map_or(self.lines.len(), |next| texts[at + 1 + next].first);
                    let before = days.partition_point(|(index, _)| *index < text.first);
                    let day = before.checked_sub(1).map(|day| days[day].1.date);
                    let record = self.record(text, end, day, &mut reading.accounting);
                    reading.records.push(record);
                    LineUse::Read
                }
                Part::Abstract | Part::MoreAbstract => {
                    let record = reading.records.last_mut();
                    let body = &mut record.expect("an abstract follows its title").abstract_text;
                    if !body.is_empty() {
                        body.push_str("\n\n");
                    }
                    body.push_str(&text.text);
                    LineUse::Read
                }
                Part::Stray => {
                    self.report_stray(source, text, problems);
                    LineUse::Reported
                }
            };
            for index in text.first..=text.last {
                reading.accounting.note(self.lines[index].number, what);
            }
        }
        // A page shows its day twice, on top and between "Previous" and "Next".
        for (_, day) in days {
            if !reading.days.iter().any(|other| other.date == day.date) {
                reading.days.push(day);
            }
        }
    }

    /// Tells titles from abstracts.
    fn parts(&self, texts: &[Text]) -> Vec<Part> {
        let before = |at: usize| at.checked_sub(1).map_or(0, |before| texts[before].last);
        let gaps: Vec<Gap> = (0..texts.len())
            .map(|at| self.gap(before(at), texts[at].first))
            .collect();
        let in_cards = gaps.iter().filter(|gap| **gap == Gap::Edge).count() * 2 >= texts.len();
        let bodies = texts.iter().any(|text| pairing::is_long(&text.text));
        let is_paper = |text: &Text| {
            let urls = self.plain[text.first].urls.iter();
            let linked = urls
                .filter_map(|url| ArxivId::from_url(url))
                .next()
                .is_some();
            linked || in_cards && !bodies && pairing::could_be_title(&text.text)
        };
        let lone: Vec<Lone> = texts
            .iter()
            .map(|text| {
                if is_paper(text) {
                    Lone::Title
                } else {
                    Lone::Stray
                }
            })
            .collect();
        let plain: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
        pairing::read(&plain, &gaps, &lone)
    }

    /// Makes a record of a title and of what stands between it and the next title.
    fn record(
        &self,
        title: &Text,
        next: usize,
        day: Option<Date>,
        accounting: &mut Accounting,
    ) -> Record {
        let mut record = Record {
            title: title.text.clone(),
            line: self.lines[title.first].number,
            date: day,
            ..Record::default()
        };
        for index in title.first..next {
            let number = self.lines[index].number;
            match self.kinds[index] {
                Kind::Published(written) if record.published.is_none() => {
                    record.published = self.calendar.resolve_before(written, record.date);
                    accounting.note(number, LineUse::Read);
                }
                Kind::Day(_) => break,
                Kind::People => {
                    record.authors = fields::split_authors(&self.plain[index].text);
                    accounting.note(number, LineUse::Read);
                }
                Kind::Address if take_address(&mut record, &self.lines[index].text) => {
                    accounting.note(number, LineUse::Read);
                }
                _ => {}
            }
            for url in &self.plain[index].urls {
                take_address(&mut record, url);
            }
        }
        record
    }

    fn report_stray(&self, source: &Source, text: &Text, problems: &mut Problems) {
        let line = &self.lines[text.first];
        let problem = if pairing::is_long(&text.text) {
            at_line(
                source,
                line,
                Code::StrayBlock,
                "this abstract has no title before it",
            )
            .hint("put the title into a line above it, with a blank line between")
        } else if pairing::could_be_title(&text.text) {
            at_line(
                source,
                line,
                Code::MissingAbstract,
                "this title has no abstract after it; it was not imported",
            )
            .hint("add the abstract, or remove the line")
        } else {
            at_line(
                source,
                line,
                Code::StrayBlock,
                "this is neither a title nor an abstract",
            )
        };
        problems.push(problem);
    }

    fn note_chrome(&self, accounting: &mut Accounting) {
        for (line, kind) in self.lines.iter().zip(&self.kinds) {
            if !matches!(kind, Kind::Text | Kind::Blank) {
                accounting.note(line.number, LineUse::Chrome);
            }
        }
    }
}

/// Takes the numbers off the titles of a numbered list: `1. A Title`, `2) Another`, `[3] A Third`.
fn take_numbers(records: &mut [Record]) {
    let without = |(at, record): (usize, &Record)| {
        let number = (at + 1).to_string();
        let rest = record.title.strip_prefix('[').unwrap_or(&record.title);
        let rest = rest.strip_prefix(&number)?;
        let rest = rest.strip_prefix(['.', ')', ']'])?.strip_prefix(' ')?;
        Some(rest.to_owned())
    };
    let titles: Option<Vec<String>> = records.iter().enumerate().map(without).collect();
    if let Some(titles) = titles.filter(|titles| titles.len() > 1) {
        for (record, title) in records.iter_mut().zip(titles) {
            record.title = title;
        }
    }
}

/// Takes from an address what it says of a paper; tells whether that was anything.
fn take_address(record: &mut Record, url: &str) -> bool {
    if let Some(id) = ArxivId::from_url(url) {
        record.arxiv.get_or_insert(id);
        return true;
    }
    // The site's own addresses lead to people, organisations and its forms.
    if ["://huggingface.co/", "://hf.co/", "cdn-"]
        .iter()
        .any(|own| url.contains(own))
    {
        return false;
    }
    let label = if url.contains("://github.com/") {
        "code"
    } else {
        "page"
    };
    let before = record.links.len();
    fields::add_link(record, label, url);
    record.links.len() > before
}
