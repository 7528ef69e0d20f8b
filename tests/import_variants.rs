//! Lists of papers laid out in many ways, made from real papers: the grammar is learned, not the example.

// Tests read files.
#![allow(clippy::disallowed_methods)]

mod layouts;

use std::fmt::Write as _;

use paper_digest::date::Date;
use paper_digest::diagnostic::Problems;
use paper_digest::intake::{self, Format, Intake, LineUse};
use paper_digest::source::Source;

use layouts::{
    Dice, Paper, api_json, arxiv_mail, atom, bibtex, cards, collapse, csv_text, json_lines,
    listing, mail, page, pairs, papers, some, trending, weather,
};

/// How many variants of each shape are tried.
const VARIANTS: u64 = 300;

fn today() -> Date {
    Date::new(2026, 11, 23).expect("a day")
}

/// Notes how a text was read against what stands in it.
#[derive(Default)]
struct Score {
    expected: usize,
    exact: usize,
    reported: usize,
    wrong: usize,
    misread: usize,
}

type Make = fn(&[Paper], &mut Dice) -> String;

fn try_shape(papers: &[Paper], format: Format, make: Make, shown: &mut usize) -> Score {
    let mut score = Score::default();
    for seed in 0..VARIANTS {
        let mut dice = Dice(seed * 7919 + 17);
        dice.roll(2);
        let mut sample = some(papers, &mut dice, 25);
        if format == Format::Bibtex {
            for paper in &mut sample {
                paper.title = paper.title.replace(['{', '}', '\\'], "");
                paper.abstract_text = paper.abstract_text.replace(['{', '}', '\\'], "");
            }
        }
        let text = make(&sample, &mut dice);
        let text = weather(text, &mut dice);
        let mut problems = Problems::new();
        let intake = intake::parse(
            &Source::new("variant", text.as_str()),
            None,
            today(),
            &mut problems,
        );
        count(&sample, &intake, format, seed, &mut score, shown);
        let accounting = &intake.accounting;
        let uses = [
            LineUse::Blank,
            LineUse::Read,
            LineUse::Chrome,
            LineUse::Reported,
        ];
        let all: usize = uses.iter().map(|what| accounting.count(*what)).sum();
        assert_eq!(all, accounting.lines(), "every line is accounted for");
    }
    score
}

fn count(
    sample: &[Paper],
    intake: &Intake,
    format: Format,
    seed: u64,
    score: &mut Score,
    shown: &mut usize,
) {
    score.expected += sample.len();
    score.misread += usize::from(intake.format != format);
    let mut exact = 0;
    for paper in sample {
        let body = match format {
            Format::Mail => String::new(),
            _ => paper.abstract_text.clone(),
        };
        let found = intake
            .records
            .iter()
            .find(|record| record.title == paper.title);
        let same = found.is_some_and(|record| {
            let people = record.authors.is_empty()
                || record.authors == paper.authors
                || format == Format::Bibtex;
            let id = record
                .arxiv
                .as_ref()
                .is_none_or(|id| id.id() == paper.arxiv_id);
            let got = collapse(&record.abstract_text);
            let summary = format == Format::Trending && !got.is_empty() && body.starts_with(&got);
            (got == body || summary) && people && id
        });
        exact += usize::from(same);
        if !same && *shown < 4 {
            *shown += 1;
            println!(
                "{} seed {seed}: {} is not read as it stands",
                format.name(),
                paper.title
            );
        }
    }
    score.exact += exact;
    score.wrong += intake.records.len().saturating_sub(exact);
    score.reported += intake.accounting.count(LineUse::Reported);
}

#[test]
fn variants_of_every_shape_are_read() {
    let Some(papers) = papers() else { return };
    let shapes: [(Format, Make); 12] = [
        (Format::Page, page),
        (Format::Cards, cards),
        (Format::Trending, trending),
        (Format::Mail, mail),
        (Format::Pairs, pairs),
        (Format::ArxivListing, listing),
        (Format::ArxivMail, arxiv_mail),
        (Format::ArxivAtom, atom),
        (Format::Json, api_json),
        (Format::JsonLines, json_lines),
        (Format::Bibtex, bibtex),
        (Format::Csv, csv_text),
    ];
    let mut table =
        "shape           records  exact    wrong  reported lines  other shape\n".to_owned();
    let (mut expected, mut exact, mut wrong) = (0, 0, 0);
    for (format, make) in shapes {
        let mut shown = 0;
        let score = try_shape(&papers, format, make, &mut shown);
        let _ = writeln!(
            table,
            "{:15} {:7} {:7} {:6} {:8} {:8}",
            format.name(),
            score.expected,
            score.exact,
            score.wrong,
            score.reported,
            score.misread
        );
        expected += score.expected;
        exact += score.exact;
        wrong += score.wrong;
    }
    println!("{table}");
    assert!(exact * 1000 >= expected * 998, "{exact} of {expected}");
    assert!(wrong * 1000 <= expected, "{wrong} wrong of {expected}");
}
