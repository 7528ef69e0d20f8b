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

use super::calendar::{Calendar, Day, WrittenDay, parse_day};
use super::chrome::{self, Sign};
use super::lines::Line;
use super::markup::{self, Plain};
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
    let mut page = Page::of(lines, calendar.clone());
    page.classify();
    let format = forced.unwrap_or_else(|| page.shape());
    let texts = page.texts();
    let mut reading = Reading {
        accounting: Accounting::of(lines),
        ..Reading::default()
    };
    page.note_days(&mut reading);
    page.note_records(source, &texts, &mut reading, problems);
    page.note_chrome(&mut reading.accounting);
    (format, reading)
}

/// What one line is, once its neighbours are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Chrome,
    /// Part of a card that is neither title nor abstract.
    Edge(Sign),
    Day(WrittenDay),
    Published(WrittenDay),
    Address,
    Text,
}

/// A text of one or more lines.
struct Text {
    /// Indices of its lines.
    first: usize,
    last: usize,
    text: String,
}

struct Page<'a> {
    lines: &'a [Line],
    plain: Vec<Plain>,
    kinds: Vec<Kind>,
    markdown: bool,
    calendar: Calendar,
    /// What was searched for; the page shows it as a line.
    query: Option<String>,
}

impl Page<'_> {
    fn of(lines: &[Line], calendar: Calendar) -> Page<'_> {
        let markdown = markup::is_markdown(lines);
        let plain = lines.iter().map(|line| match markdown {
            true => markup::strip(&line.text),
            false => Plain {
                text: line.text.clone(),
                ..Plain::default()
            },
        });
        let mut page = Page {
            lines,
            plain: plain.collect(),
            kinds: Vec::with_capacity(lines.len()),
            markdown,
            calendar,
            query: None,
        };
        page.query = page.find_query();
        page
    }

    fn find_query(&self) -> Option<String> {
        let (_, rest) = self
            .lines
            .iter()
            .find_map(|line| line.text.split_once("/papers?q="))?;
        let end = rest.find(['&', ' ', '"', ')', '#']).unwrap_or(rest.len());
        Some(crate::address::decode_path(&rest[..end].replace('+', " ")).to_lowercase())
    }

    fn classify(&mut self) {
        let after_front = self.front_matter();
        for index in 0..after_front {
            let blank = self.lines[index].text.is_empty();
            self.kinds
                .push(if blank { Kind::Blank } else { Kind::Chrome });
        }
        let linked_headings = self.plain.iter().any(|plain| {
            plain.heading
                && plain
                    .urls
                    .iter()
                    .any(|url| ArxivId::from_url(url).is_some())
        });
        for index in after_front..self.lines.len() {
            let plain = &self.plain[index];
            let bare_heading = linked_headings && plain.heading && plain.urls.is_empty();
            let kind = match (self.lines[index].text.is_empty(), plain.text.is_empty()) {
                (true, _) => Kind::Blank,
                (false, true) => Kind::Chrome,
                // Where papers are headings with links, a heading without one is the page's.
                _ if bare_heading => Kind::Chrome,
                _ => self.kind(index),
            };
            self.kinds.push(kind);
        }
    }

    /// Returns the number of lines of a block of settings that a capturing tool has put on top.
    fn front_matter(&mut self) -> usize {
        let Some(first) = self.lines.iter().position(|line| !line.text.is_empty()) else {
            return 0;
        };
        if self.lines[first].text != "---" {
            return 0;
        }
        let rest = &self.lines[first + 1..];
        let Some(length) = rest.iter().take(60).position(|line| line.text == "---") else {
            return 0;
        };
        let block = &rest[..length];
        let settings = block.iter().all(|line| {
            line.text.is_empty() || line.text.contains(':') || line.text.starts_with('-')
        });
        if !settings {
            return 0;
        }
        for line in block {
            let (key, value) = line.text.split_once(':').unwrap_or_default();
            let key = key.to_lowercase();
            let when = [
                "retrieved",
                "exported",
                "captured",
                "fetched",
                "crawled",
                "accessed",
                "date",
                "created",
                "saved",
            ];
            let value = value.trim().trim_matches(['"', '\'']);
            if when.iter().any(|word| key.contains(word))
                && let Some(date) = value.get(..10).and_then(Date::parse)
            {
                self.calendar.captured(date);
            }
        }
        first + length + 2
    }

    fn kind(&self, index: usize) -> Kind {
        let text = self.plain[index].text.as_str();
        let before = self.before(index);
        // A picture of the submitter may stand before the name.
        let picture = chrome::sign(text) == Some(Sign::Navigation);
        if !picture && text.chars().count() <= 60 && self.names_submitter(index) {
            return Kind::Edge(Sign::Badge);
        }
        if self.is_inside_paragraph(index) {
            return Kind::Text;
        }
        let in_card = matches!(before, Some(Kind::Edge(Sign::Dot | Sign::Authors)));
        if let Some(day) = parse_day(text) {
            return if in_card {
                Kind::Published(day)
            } else {
                Kind::Day(day)
            };
        }
        if let Some(day) = self.published_in(text, in_card) {
            return Kind::Published(day);
        }
        match chrome::sign(text) {
            Some(Sign::Navigation) => return Kind::Chrome,
            Some(Sign::Address) => return Kind::Address,
            Some(sign) => return Kind::Edge(sign),
            None => {}
        }
        let query = self
            .query
            .as_ref()
            .is_some_and(|query| *query == text.to_lowercase());
        if query {
            return Kind::Chrome;
        }
        if self.is_organisation(index) {
            return Kind::Edge(Sign::Authors);
        }
        Kind::Text
    }

    /// A date in a card: behind a dot, with "Published on" before it or a count of comments behind.
    fn published_in(&self, text: &str, in_card: bool) -> Option<WrittenDay> {
        if let Some(after) = chrome::after_dot(text) {
            return parse_day(chrome::published(after));
        }
        let bare = chrome::published(text);
        if bare.len() < text.len() {
            return parse_day(bare);
        }
        let (date, count) = text.rsplit_once(' ')?;
        let counted = in_card && count.bytes().all(|b| b.is_ascii_digit());
        counted.then(|| parse_day(date))?
    }

    /// The line before that is not blank.
    fn before(&self, index: usize) -> Option<Kind> {
        let before = self.kinds[..index].iter().rev();
        before
            .copied()
            .find(|kind| !matches!(kind, Kind::Blank))
            .filter(|_| index > 0)
    }

    /// The next texts that are not blank.
    fn following(&self, index: usize) -> impl Iterator<Item = &str> {
        let rest = self.plain[index + 1..].iter();
        rest.map(|plain| plain.text.as_str())
            .filter(|text| !text.is_empty())
    }

    /// After "Submitted by" stands a name, perhaps below a picture; or it stood in that line already.
    fn names_submitter(&self, index: usize) -> bool {
        let above = self.kinds[..index]
            .iter()
            .rposition(|kind| !matches!(kind, Kind::Blank | Kind::Chrome));
        above.is_some_and(|above| {
            let line = self.plain[above].text.to_lowercase();
            self.kinds[above] == Kind::Edge(Sign::SubmittedBy)
                && line.trim_end_matches([':', ' ']) == "submitted by"
        })
    }

    /// A name before `·` and a date is an organisation or an author.
    fn is_organisation(&self, index: usize) -> bool {
        if pairing::is_long(&self.plain[index].text) {
            return false;
        }
        let mut following = self.following(index);
        let dot = following
            .next()
            .is_some_and(|text| chrome::sign(text) == Some(Sign::Dot));
        let date = following.next().is_some_and(|text| {
            parse_day(chrome::published(text)).is_some() || self.published_in(text, true).is_some()
        });
        dot && date
    }

    /// A short line below a line of text, without a blank between, is the end of its sentence:
    /// titles about Language / Models are broken there, and addresses stand where they fit.
    fn is_inside_paragraph(&self, index: usize) -> bool {
        let text = &self.plain[index].text;
        let above = match index.checked_sub(1) {
            Some(above) if self.kinds[above] == Kind::Text => &self.plain[above].text,
            _ => return false,
        };
        let open = !above.ends_with(['.', '!', '?']) && above.chars().count() <= 240;
        match chrome::sign(text) {
            Some(Sign::Navigation | Sign::Badge) => open && above.chars().count() >= 20,
            Some(Sign::Address) => ArxivId::from_url(text).is_none(),
            _ => open && text.ends_with(['.', ',']) && !text.starts_with(['·', '•']),
        }
    }

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
            match paragraphs.last_mut().filter(|last| last.end == index) {
                Some(last) => last.end += 1,
                None => paragraphs.push(index..index + 1),
            }
        }
        paragraphs
    }

    fn note_days(&self, reading: &mut Reading) {
        for (index, kind) in self.kinds.iter().enumerate() {
            let Kind::Day(written) = kind else { continue };
            let Some((date, year)) = self.calendar.resolve(*written) else {
                continue;
            };
            // A page shows its day twice, on top and between "Previous" and "Next".
            if reading.days.iter().any(|day: &Day| day.date == date) {
                continue;
            }
            reading.days.push(Day {
                date,
                written: self.plain[index].text.clone(),
                line: self.lines[index].number,
                year,
            });
        }
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
        let gaps: Vec<Gap> = (0..texts.len())
            .map(|at| {
                self.gap(
                    at.checked_sub(1).map_or(0, |before| texts[before].last),
                    texts[at].first,
                )
            })
            .collect();
        let in_cards = gaps.iter().filter(|gap| **gap == Gap::Edge).count() * 2 > texts.len();
        let bodies = texts.iter().any(|text| pairing::is_long(&text.text));
        let lone = if in_cards && !bodies {
            Lone::Title
        } else {
            Lone::Stray
        };
        let plain: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
        let parts = pairing::read(&plain, &gaps, lone);

        for (at, part) in parts.iter().enumerate() {
            let text = &texts[at];
            let what = match part {
                Part::Title | Part::LoneTitle => {
                    let next = parts[at + 1..]
                        .iter()
                        .position(|part| matches!(part, Part::Title | Part::LoneTitle))
                        .map_or(self.lines.len(), |after| texts[at + 1 + after].first);
                    reading
                        .records
                        .push(self.record(text, next, &mut reading.accounting));
                    LineUse::Read
                }
                Part::Abstract | Part::MoreAbstract => {
                    let record = reading
                        .records
                        .last_mut()
                        .expect("an abstract follows its title");
                    if !record.abstract_text.is_empty() {
                        record.abstract_text.push_str("\n\n");
                    }
                    record.abstract_text.push_str(&text.text);
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
    }

    /// Makes a record of a title and of what stands between it and the next title.
    fn record(&self, title: &Text, next: usize, accounting: &mut Accounting) -> Record {
        let day = self.kinds[..title.first]
            .iter()
            .rev()
            .find_map(|kind| match kind {
                Kind::Day(written) => self.calendar.resolve(*written),
                _ => None,
            });
        let mut record = Record {
            title: title.text.clone(),
            line: self.lines[title.first].number,
            date: day.map(|(date, _)| date),
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
