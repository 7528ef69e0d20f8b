//! Days of the calendar, and the months, weeks and years they are read in.
//!
//! Knows no clock: who needs today's date is given it. English names only; `language` writes for readers.

use std::fmt;

use jiff::civil;

/// This is a day of the Gregorian calendar, written `2025-08-06` (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// This is a week of ISO 8601: it starts on Monday and belongs to the year of its Thursday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    /// The year of the week's Thursday.
    pub year: i16,
    /// From 1 to 53.
    pub number: i8,
}

/// The names of the months in English, January first.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Parses a moment as headers have it: `Wed, 21 Oct 2015 07:28:00 GMT` (RFC 9110, section 5.6.7).
pub fn parse_moment(text: &str) -> Option<std::time::SystemTime> {
    let moment = jiff::fmt::rfc2822::parse(text).ok()?;
    let seconds = u64::try_from(moment.timestamp().as_second()).ok()?;
    Some(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
}

impl Date {
    /// Makes a day; `None` where the calendar has none, or the year is not from 1 to 9999.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Date> {
        (year > 0).then_some(())?;
        civil::Date::new(year, month, day).ok().map(Date)
    }

    /// Returns the day that a moment is in, where this computer stands.
    pub fn from_time(time: std::time::SystemTime) -> Option<Date> {
        let moment = jiff::Timestamp::try_from(time).ok()?;
        Some(Date(
            moment
                .to_zoned_datetime(jiff::tz::TimeZone::system())
                .date(),
        ))
    }

    /// Parses `YYYY-MM-DD` and nothing else.
    pub fn parse(text: &str) -> Option<Date> {
        let bytes = text.as_bytes();
        let digits = |range: std::ops::Range<usize>| {
            let part = &bytes[range];
            part.iter().all(u8::is_ascii_digit).then(|| {
                part.iter()
                    .fold(0i16, |sum, digit| sum * 10 + i16::from(digit - b'0'))
            })
        };
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let (month, day) = (digits(5..7)?, digits(8..10)?);
        Date::new(
            digits(0..4)?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
    }

    /// Returns the year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// Returns the month, from 1.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// Returns the day of the month, from 1.
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// Returns the week that the day is in.
    pub fn week(self) -> Week {
        let week = self.0.iso_week_date();
        Week {
            year: week.year(),
            number: week.week(),
        }
    }

    /// Returns the day of the week: 0 is Monday.
    pub fn weekday(self) -> usize {
        usize::from(self.0.weekday().to_monday_zero_offset().unsigned_abs())
    }

    /// Returns the English name of the day of the week.
    pub fn weekday_name(self) -> &'static str {
        WEEKDAYS[self.weekday()]
    }

    /// Returns the English name of the month.
    pub fn month_name(self) -> &'static str {
        month_name(self.month())
    }

    /// Returns the day as people write it: `6 August 2025`.
    pub fn long(self) -> String {
        format!("{} {} {}", self.day(), self.month_name(), self.year())
    }

    /// Returns how many days `other` is before this day; negative when it is after.
    pub fn days_since(self, other: Date) -> i32 {
        self.day_number() - other.day_number()
    }

    /// Returns the latest such day of the year that is not after `today`.
    ///
    /// A page that says "Aug 6" is read some time after that day. 29 February goes back to the last
    /// leap year. `None` for a day that no year has.
    pub fn latest(month: i8, day: i8, today: Date) -> Option<Date> {
        // Leap years are at most eight years apart (1896 and 1904).
        (0..=8)
            .filter_map(|back| Date::new(today.year() - back, month, day))
            .find(|date| *date <= today)
    }

    fn day_number(self) -> i32 {
        // Days since the year 0 of the proleptic calendar, counted from March so that leap days come last.
        let (y, m, d) = (
            i32::from(self.year()),
            i32::from(self.month()),
            i32::from(self.day()),
        );
        let (y, m) = if m > 2 { (y, m - 3) } else { (y - 1, m + 9) };
        365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + d
    }
}

impl Week {
    /// Returns the week's Monday.
    pub fn monday(self) -> Date {
        let date = civil::ISOWeekDate::new(self.year, self.number, civil::Weekday::Monday)
            .expect("a week is only made from a date");
        Date(date.date())
    }
}

/// Returns the English name of a month (from 1).
pub fn month_name(month: i8) -> &'static str {
    MONTHS[usize::from(month.unsigned_abs()).clamp(1, 12) - 1]
}

/// Parses an English month: its name or its first three letters, in any case, with or without a full stop.
pub fn parse_month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let index = MONTHS.iter().position(|name| {
        let name = name.to_ascii_lowercase();
        word == name || word == name[..3] || (word == "sept" && name == "september")
    })?;
    i8::try_from(index + 1).ok()
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written for every paper of every list, so its digits are put down one by one.
        let Ok(year @ 0..=9999) = u16::try_from(self.year()) else {
            return write!(
                f,
                "{:04}-{:02}-{:02}",
                self.year(),
                self.month(),
                self.day()
            );
        };
        let mut text = *b"0000-00-00";
        let mut put = |at: usize, number: u16| {
            text[at] = b'0' + (number / 10 % 10) as u8;
            text[at + 1] = b'0' + (number % 10) as u8;
        };
        put(0, year / 100);
        put(2, year);
        put(5, u16::from(self.month().unsigned_abs()));
        put(8, u16::from(self.day().unsigned_abs()));
        f.write_str(std::str::from_utf8(&text).expect("digits and hyphens are ASCII"))
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).expect("a date")
    }

    #[test]
    fn only_a_whole_iso_date_is_parsed() {
        assert_eq!(date("2025-08-06").to_string(), "2025-08-06");
        for wrong in [
            "2025-8-6",
            "2025-02-30",
            "0000-01-01",
            "2025/08/06",
            "2025-08/06",
            "2025/08-06",
            "2025-08-06 ",
            "é025-08-0",
            "+025-08-06",
            "",
        ] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_week_belongs_to_the_year_of_its_thursday() {
        assert_eq!(
            date("2025-08-06").week(),
            Week {
                year: 2025,
                number: 32
            }
        );
        assert_eq!(date("2024-12-30").week().to_string(), "2025-W01");
        assert_eq!(date("2024-12-31").week().monday(), date("2024-12-30"));
    }

    #[test]
    fn a_day_without_a_year_is_the_latest_not_after_today() {
        let today = date("2026-11-23");
        assert_eq!(Date::latest(8, 6, today), Some(date("2026-08-06")));
        assert_eq!(Date::latest(11, 23, today), Some(date("2026-11-23")));
        assert_eq!(Date::latest(11, 24, today), Some(date("2025-11-24")));
        assert_eq!(Date::latest(2, 29, today), Some(date("2024-02-29")));
        assert_eq!(Date::latest(2, 30, today), None);
    }

    #[test]
    fn days_between_dates_count_leap_days() {
        assert_eq!(date("2024-03-01").days_since(date("2024-02-28")), 2);
        assert_eq!(date("2025-01-01").days_since(date("2024-01-01")), 366);
        assert_eq!(date("2025-01-01").days_since(date("2025-01-02")), -1);
    }

    #[test]
    fn months_are_known_by_name_and_by_three_letters() {
        assert_eq!(parse_month("Aug"), Some(8));
        assert_eq!(parse_month("august"), Some(8));
        assert_eq!(parse_month("Sept."), Some(9));
        assert_eq!(parse_month("Augu"), None);
    }

    #[test]
    fn dates_are_written_as_people_read_them() {
        assert_eq!(date("2025-08-06").long(), "6 August 2025");
        assert_eq!(date("2025-08-06").weekday_name(), "Wednesday");
    }

    #[test]
    fn a_year_is_from_1_to_9999() {
        assert_eq!(Date::new(0, 1, 1), None);
        assert_eq!(Date::new(-1, 1, 1), None);
        let first = Date::new(1, 1, 1).expect("a day");
        let last = Date::new(9999, 12, 31).expect("a day");
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("0001-01-01".to_owned(), "9999-12-31".to_owned())
        );
        assert_eq!(Date::parse(&last.to_string()), Some(last));
        assert_eq!((last.year(), last.month(), last.day()), (9999, 12, 31));
    }

    #[test]
    fn days_are_counted_in_all_months_and_centuries() {
        let start = date("1896-01-01");
        let mut day = start;
        for number in 0..=80_000 {
            assert_eq!(day.days_since(start), number, "{day}");
            day = Date(day.0.tomorrow().expect("a day"));
        }
        assert!(day.year() > 2100);
        assert_eq!(date("0001-01-02").days_since(date("0001-01-01")), 1);
    }

    #[test]
    fn a_moment_of_a_header_is_a_day() {
        let moment = parse_moment("Wed, 21 Oct 2015 07:28:00 GMT").expect("a moment");
        let since = moment
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970");
        assert_eq!(since.as_secs(), 1_445_412_480);
        assert_eq!(parse_moment("21.10.2015"), None);
        // Wherever this computer stands, noon in Greenwich is a day before, after or that day.
        let day = Date::from_time(moment).expect("a day");
        assert!(day.days_since(date("2015-10-21")).abs() <= 1, "{day}");
    }

    #[test]
    fn months_and_weekdays_have_their_names() {
        let names: Vec<&str> = (1..=12).map(month_name).collect();
        assert_eq!(names, MONTHS);
        let days: Vec<usize> = (4..=10)
            .map(|day| Date::new(2025, 8, day).expect("a day").weekday())
            .collect();
        assert_eq!(days, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(date("2025-12-01").month_name(), "December");
        assert_eq!(parse_month("sept"), Some(9));
        assert_eq!(parse_month("octo"), None);
    }
}
