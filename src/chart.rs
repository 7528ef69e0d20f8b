//! Charts: pictures of numbers, as SVG within a page: the days of a year, and a row of bars.
//!
//! Knows days and counts, and no site, page or language: who wants a picture brings the words. Colours
//! are classes of the style sheet, and every position is a whole number, so equal counts are equal bytes.

use std::fmt::Write as _;

use crate::date::Date;
use crate::html;

/// This is a day that has papers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// How strong its colour is, from 1 to 4.
    pub strength: usize,
    /// Where it leads.
    pub url: String,
    /// What it is called when it is pointed at or read aloud.
    pub label: String,
}

/// From one square to the next.
const STEP: usize = 10;
/// The side of a square.
const SIDE: usize = 8;
/// From one month to the next.
const ROW: usize = 12;
/// What sets weeks apart.
const GAP: usize = 3;
/// The room for the names of months.
const NAMES: usize = 34;
/// A month of 31 days that starts on a Sunday ends in the column of the 37th day.
const WIDTH: usize = NAMES + 36 * STEP + 5 * GAP + SIDE;
/// The height of the highest bar.
const HEIGHT: usize = 100;

/// Draws a year: a row for each month, a square for each day, the days of the week in columns.
///
/// `name` is what the picture is called, `names` those of its months, January first. It is a table to a
/// screen reader: of the days that are given, by month. Squares are links for a pointer only, for they
/// are smaller than a finger and would be hundreds of stops for a keyboard; lists beside it serve both.
pub fn calendar(name: &str, year: i16, names: &[String; 12], days: &[Day]) -> String {
    let mut svg = format!(
        "<svg class=\"calendar\" viewBox=\"0 0 {WIDTH} {}\"><path class=\"c0\" stroke-width=\"{SIDE}\" stroke-dasharray=\"{SIDE} {}\" d=\"{}\"/><g role=\"table\" aria-label=\"",
        12 * ROW,
        STEP - SIDE,
        all_days(year),
    );
    html::push_attribute(name, &mut svg);
    svg.push_str("\">");
    for (month, name) in (1i8..).zip(names) {
        let row = rows(month) + ROW - 3;
        let shown: String = name.chars().take(3).collect();
        let mut days = days
            .iter()
            .filter(|day| day.date.month() == month)
            .peekable();
        let role = if days.peek().is_some() {
            "row"
        } else {
            // Nothing is said of a month without papers.
            "presentation\" aria-hidden=\"true"
        };
        let _ = write!(
            svg,
            "<g role=\"{role}\"><text role=\"rowheader\" y=\"{row}\" aria-label=\""
        );
        html::push_attribute(name, &mut svg);
        svg.push_str("\">");
        html::push_text(&shown, &mut svg);
        svg.push_str("</text>");
        for day in days {
            push_day(day, &mut svg);
        }
        svg.push_str("</g>");
    }
    svg.push_str("</g></svg>");
    svg
}

/// Draws counts as bars, side by side; `most` is the count of a bar that is as high as the picture.
///
/// The picture says nothing to a screen reader; who shows it says in words what there is to see.
pub fn bars(counts: &[usize], most: usize) -> String {
    let mut svg = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"",
        counts.len() * STEP,
    );
    for (at, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        // One paper among hundreds is still to be seen.
        let height = (count * HEIGHT / most.max(1)).clamp(2, HEIGHT);
        let _ = write!(svg, "M{} {HEIGHT}v-{height}h{SIDE}v{height}z", at * STEP);
    }
    svg.push_str("\"/></svg>");
    svg
}

/// Returns how strong the colour of each count is: 1 for those of the lowest quarter, up to 4. Where there
/// are few different counts, one more is one step more.
pub fn strengths(counts: &[usize]) -> Vec<usize> {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let mut different = sorted.clone();
    different.dedup();
    let bounds: Vec<usize> = match different.len() {
        few @ 0..=4 => {
            let weakest = std::iter::repeat_n(0, (4 - few) / 2);
            weakest.chain(different.into_iter().skip(1)).collect()
        }
        _ => [1, 2, 3]
            .map(|quarter| sorted[sorted.len() * quarter / 4])
            .into(),
    };
    let strength = |count: &usize| 1 + bounds.iter().filter(|bound| *bound <= count).count();
    counts.iter().map(strength).collect()
}

/// The squares of all days of a year: a dashed line for each week of each month.
fn all_days(year: i16) -> String {
    let mut path = String::new();
    for month in 1..=12 {
        let mut day = 1;
        while let Some(first) = Date::new(year, month, day) {
            let left = 7 - first.weekday();
            let here =
                (0..left).take_while(|more| Date::new(year, month, day + *more as i8).is_some());
            let count = here.count();
            let (x, y) = place(first);
            let _ = write!(
                path,
                "M{x} {}h{}",
                y + SIDE / 2,
                count * STEP - (STEP - SIDE)
            );
            day += count as i8;
        }
    }
    path
}

fn push_day(day: &Day, svg: &mut String) {
    svg.push_str("<g role=\"cell\"><a tabindex=\"-1\" href=\"");
    html::push_attribute(&day.url, svg);
    svg.push_str("\"><title>");
    html::push_text(&day.label, svg);
    let (x, y) = place(day.date);
    let _ = write!(
        svg,
        "</title><path class=\"c{}\" d=\"M{x} {y}h{SIDE}v{SIDE}h-{SIDE}z\"/></a></g>",
        day.strength
    );
}

/// Where the square of a day stands.
fn place(date: Date) -> (usize, usize) {
    let first = Date::new(date.year(), date.month(), 1).expect("every month has a first day");
    let column = first.weekday() + usize::from(date.day().unsigned_abs()) - 1;
    (
        NAMES + column * STEP + column / 7 * GAP,
        rows(date.month()) + 2,
    )
}

fn rows(month: i8) -> usize {
    (usize::from(month.unsigned_abs()) - 1) * ROW
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str, strength: usize) -> Day {
        Day {
            date: Date::parse(text).expect("a date"),
            strength,
            url: format!("/{text}?a&b"),
            label: format!("<{text}>"),
        }
    }

    fn names() -> [String; 12] {
        crate::date::MONTHS.map(|name| format!("{name} 2025"))
    }

    #[test]
    fn every_day_of_a_year_has_a_square() {
        for (year, expected) in [(2024, 366), (2025, 365), (2100, 365)] {
            let path = all_days(year);
            let lines = path.split('M').skip(1);
            let days = lines.map(|line| {
                let length = line.split('h').nth(1).expect("a length");
                (length.parse::<usize>().expect("a number") + 2) / STEP
            });
            assert_eq!(days.sum::<usize>(), expected, "{year}");
        }
    }

    #[test]
    fn a_day_stands_in_the_column_of_its_weekday() {
        let column = |text: &str| place(Date::parse(text).expect("a date"));
        // 6 August 2025 is a Wednesday, the first of that month a Friday.
        assert_eq!(column("2025-08-06"), (NAMES + 9 * STEP + GAP, 7 * ROW + 2));
        assert_eq!(column("2025-09-03").0, NAMES + 2 * STEP);
        assert_eq!(
            column("2023-10-31").0 % (7 * STEP + GAP),
            (NAMES + STEP) % (7 * STEP + GAP)
        );
        assert!(
            (1..=12)
                .all(|month| place(Date::new(2025, month, 28).expect("a day")).0 + SIDE <= WIDTH)
        );
    }

    #[test]
    fn a_calendar_tells_days_by_month_and_escapes_words() {
        let svg = calendar(
            "a \"name\"",
            2025,
            &names(),
            &[day("2025-08-06", 4), day("2025-08-07", 1)],
        );
        let august = "<g role=\"row\"><text role=\"rowheader\" y=\"93\" aria-label=\"August 2025\">Aug</text><g role=\"cell\"><a tabindex=\"-1\" href=\"/2025-08-06?a&amp;b\"><title>&lt;2025-08-06&gt;</title><path class=\"c4\" d=\"M127 86h8v8h-8z\"/></a></g>";
        assert!(svg.contains(august), "{svg}");
        assert!(svg.contains("aria-label=\"a &quot;name&quot;\""), "{svg}");
        assert_eq!(svg.matches("role=\"cell\"").count(), 2);
        assert_eq!(svg.matches("aria-hidden").count(), 11);
    }

    #[test]
    fn bars_have_one_scale_and_the_least_is_seen() {
        assert_eq!(
            bars(&[0, 1, 500, 1000], 1000),
            "<svg class=\"bars\" viewBox=\"0 0 40 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"M10 100v-2h8v2zM20 100v-50h8v50zM30 100v-100h8v100z\"/></svg>"
        );
        assert!(bars(&[], 0).contains("d=\"\""));
    }

    #[test]
    fn strengths_part_counts_by_quarters() {
        assert_eq!(strengths(&[58]), [2]);
        assert_eq!(strengths(&[2, 3, 2]), [2, 3, 2]);
        assert_eq!(strengths(&[9, 1, 1, 4]), [3, 1, 1, 2]);
        assert_eq!(
            strengths(&[1, 2, 3, 4, 5, 6, 7, 8]),
            [1, 1, 2, 2, 3, 3, 4, 4]
        );
        assert!(strengths(&[]).is_empty());
    }
}
