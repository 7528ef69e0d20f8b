//! Dates as pages write them, with and without a year.
//!
//! Knows which year a date without one means, and says from where it knows.

use crate::date::{Date, parse_month};

/// This is a day that the input names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// As it is written.
    pub written: String,
    /// The line where it stands.
    pub line: usize,
    /// From where its year is known.
    pub year: YearFrom,
}

/// This tells from where the year of a day is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearFrom {
    /// It is written.
    Input,
    /// The name of the file holds a full date near it.
    FileName,
    /// The page says when it was copied.
    Capture,
    /// It is the latest such day not after today.
    Today,
}

/// This is a day of the year, perhaps with its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenDay {
    pub year: Option<i16>,
    pub month: i8,
    pub day: i8,
}

/// This gives years to days that have none.
#[derive(Debug, Clone)]
pub struct Calendar {
    today: Date,
    file_name: Option<Date>,
    capture: Option<Date>,
}

impl Calendar {
    /// Makes the calendar of an input.
    pub fn new(name: &str, today: Date) -> Calendar {
        Calendar {
            today,
            file_name: date_in_name(name),
            capture: None,
        }
    }

    /// Notes when the page was copied.
    pub fn captured(&mut self, date: Date) {
        self.capture = Some(date);
    }

    /// Returns the day that is meant, and from where its year is known.
    ///
    /// A page is copied on its day or later, so without other signs the latest such day is meant.
    /// A full date in the file's name is better, if it is not half a year away.
    pub fn resolve(&self, written: WrittenDay) -> Option<(Date, YearFrom)> {
        let WrittenDay { year, month, day } = written;
        if let Some(year) = year {
            return Date::new(year, month, day).map(|date| (date, YearFrom::Input));
        }
        if let Some(near) = self.file_name.and_then(|name| nearest(month, day, name)) {
            return Some((near, YearFrom::FileName));
        }
        if let Some(capture) = self.capture {
            return Date::latest(month, day, capture).map(|date| (date, YearFrom::Capture));
        }
        Date::latest(month, day, self.today).map(|date| (date, YearFrom::Today))
    }

    /// Returns the day of a paper on a page of a day: not after it, where that is known.
    pub fn resolve_before(&self, written: WrittenDay, issue: Option<Date>) -> Option<Date> {
        match (written.year, issue) {
            (None, Some(issue)) => Date::latest(written.month, written.day, issue),
            _ => self.resolve(written).map(|(date, _)| date),
        }
    }
}

/// Parses a date that is all of a text: `Aug 6`, `6 August 2025`, `Wed, Aug 6th, 2025`, `2025-08-06`.
pub fn parse_day(text: &str) -> Option<WrittenDay> {
    if text.len() > 40 {
        return None;
    }
    if let Some(date) = parse_digits(text) {
        return Some(date);
    }
    let words = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty());
    let mut month = None;
    let mut numbers = Vec::new();
    for (index, word) in words.enumerate() {
        if index == 0 && is_weekday(word) {
            continue;
        }
        if let Some(found) = parse_month(word) {
            if month.replace(found).is_some() {
                return None;
            }
        } else {
            numbers.push(parse_number(word)?);
        }
    }
    let (day, year) = match numbers[..] {
        [day] => (day, None),
        [day, year] if year >= 1900 => (day, Some(year)),
        [year, day] if year >= 1900 => (day, Some(year)),
        _ => return None,
    };
    whole_day(year, month?, day)
}

/// Returns the first date written `2025-08-06`, `2025_08_06` or `20250806` in a file's name.
pub fn date_in_name(path: &str) -> Option<Date> {
    let name = path.rsplit(['/', '\\']).next()?;
    let bytes = name.as_bytes();
    (0..bytes.len()).find_map(|at| {
        if at > 0 && bytes[at - 1].is_ascii_digit() {
            return None;
        }
        let long = name.get(at..at + 10).filter(|_| !digit_at(bytes, at + 10));
        let short = name.get(at..at + 8).filter(|_| !digit_at(bytes, at + 8));
        let separated = long.and_then(|text| {
            let plain = text.replace(['_', '.'], "-");
            Date::parse(&plain)
        });
        separated.or_else(|| {
            let text = short?;
            let whole = text.bytes().all(|b| b.is_ascii_digit());
            whole.then(|| Date::parse(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])))?
        })
    })
}

fn digit_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_digit)
}

/// The such day nearest to another, if it is within half a year.
fn nearest(month: i8, day: i8, near: Date) -> Option<Date> {
    (-1..=1)
        .filter_map(|shift| Date::new(near.year() + shift, month, day))
        .min_by_key(|date| date.days_since(near).abs())
        .filter(|date| date.days_since(near).abs() <= 182)
}

fn parse_digits(text: &str) -> Option<WrittenDay> {
    let date = text.get(..10)?;
    let rest = &text[10..];
    // A time may follow, as in JSON and XML.
    let time = rest.is_empty() || rest.starts_with('T') || rest.starts_with(' ');
    let date = Date::parse(&date.replace('/', "-")).filter(|_| time)?;
    Some(WrittenDay {
        year: Some(date.year()),
        month: date.month(),
        day: date.day(),
    })
}

fn parse_number(word: &str) -> Option<i16> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .unwrap_or(word);
    let plain =
        !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

fn is_weekday(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    days.iter()
        .any(|day| word.len() >= 3 && day.starts_with(&word))
}

/// A day that some year has; 2024 is a leap year.
fn whole_day(year: Option<i16>, month: i8, day: i16) -> Option<WrittenDay> {
    let day = i8::try_from(day).ok()?;
    Date::new(year.unwrap_or(2024), month, day)?;
    Some(WrittenDay { year, month, day })
}
