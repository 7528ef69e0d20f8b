//! The lines of a page, each known for what it is.
//!
//! Most lines tell by themselves (`chrome`); some only by their neighbours: a name below "Submitted
//! by", an organisation before `·` and a date, a short line that ends a wrapped sentence.

use crate::date::Date;
use crate::paper::ArxivId;

use super::calendar::{Calendar, WrittenDay, parse_day};
use super::chrome::{self, Sign};
use super::lines::Line;
use super::markup::{self, Plain};
use super::pairing;

/// What one line is, once its neighbours are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Blank,
    Chrome,
    /// Part of a card that is neither title nor abstract.
    Edge(Sign),
    Day(WrittenDay),
    Published(WrittenDay),
    Address,
    /// The authors, behind a label.
    People,
    Text,
}

/// What a label says of the text behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    Title,
    Authors,
    Abstract,
}

/// A page whose lines are being told apart.
pub struct Page<'a> {
    pub lines: &'a [Line],
    pub plain: Vec<Plain>,
    pub kinds: Vec<Kind>,
    /// The labels that stood before the texts: `Title:`, `Abstract:`.
    pub labels: Vec<Option<Label>>,
    pub markdown: bool,
    pub calendar: Calendar,
    /// What was searched for; the page shows it as a line.
    query: Option<String>,
}

impl Page<'_> {
    /// Tells what every line of a page is.
    pub fn of(lines: &[Line], calendar: Calendar) -> Page<'_> {
        let markdown = markup::is_markdown(lines);
        let plain = lines.iter().map(|line| match markdown {
            true => markup::strip(&line.text),
            false => Plain {
                text: line.text.clone(),
                ..Plain::default()
            },
        });
        let mut plain: Vec<Plain> = plain.collect();
        let labels = take_labels(&mut plain);
        let mut page = Page {
            lines,
            plain,
            labels,
            kinds: Vec::with_capacity(lines.len()),
            markdown,
            calendar,
            query: None,
        };
        page.query = page.find_query();
        page.classify();
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
        match self.labels[index] {
            Some(Label::Authors) => return Kind::People,
            Some(_) => return Kind::Text,
            None => {}
        }
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
}

/// Takes `Title:`, `Authors:` and `Abstract:` off the lines of a list that labels its parts.
fn take_labels(plain: &mut [Plain]) -> Vec<Option<Label>> {
    let label = |plain: &Plain| match plain.text.split_once(':')?.0.to_lowercase().as_str() {
        "title" | "paper" => Some(Label::Title),
        "authors" | "author" => Some(Label::Authors),
        "abstract" | "summary" => Some(Label::Abstract),
        _ => None,
    };
    let mut labels: Vec<Option<Label>> = plain.iter().map(label).collect();
    let has = |wanted: Label| labels.contains(&Some(wanted));
    if !has(Label::Title) || !has(Label::Abstract) {
        labels.fill(None);
    }
    for (plain, label) in plain.iter_mut().zip(&labels) {
        if label.is_some()
            && let Some((_, text)) = plain.text.split_once(':')
        {
            plain.text = text.trim().to_owned();
        }
    }
    labels
}
