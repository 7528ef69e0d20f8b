//! Laws of the importer: what must hold for every input, however strange.

mod properties;

use paper_digest::date::Date;
use paper_digest::diagnostic::Problems;
use paper_digest::front_matter;
use paper_digest::import_plan::{Known, plan, update};
use paper_digest::intake::{self, Format, Intake, Record};
use paper_digest::paper::ArxivId;
use paper_digest::source::Source;
use properties::import::check_accounting;
use proptest::prelude::*;

const LONG: &str = "Readers of long lists forget how they began. We show that a list which is read twice is forgotten \
    half as often, and that a list which is written by hand is hardly ever forgotten at all by anybody.";

fn today() -> Date {
    Date::new(2026, 11, 23).expect("a day")
}

fn read(text: &str, format: Option<Format>) -> (Intake, Problems) {
    let mut problems = Problems::new();
    let intake = intake::parse(
        &Source::new("list.txt", text),
        format,
        today(),
        &mut problems,
    );
    (intake, problems)
}

/// Lines that mean something to one grammar or another, and lines that mean nothing.
fn line() -> impl Strategy<Value = String> {
    let known = [
        "",
        "",
        "",
        " ",
        "---",
        "\\\\",
        "new",
        "Daily Papers",
        "Aug 6",
        "byAK and the research community",
        "12",
        "·",
        "7 authors",
        "Submitted by",
        "Upvote",
        "A Study of Lists",
        "Why Do Readers Forget?",
        LONG,
        "We show that lists fade.",
        "https://arxiv.org/abs/2501.00001",
        "A Study of Lists (12 ▲)",
        "[1] arXiv:2501.00001 [pdf, html, other]",
        "arXiv:2501.00001",
        "Title: A Study of Lists",
        "Authors: Ann Lee, Bo Day",
        "Subjects: Computation (cs.CL)",
        "@article{a,",
        "title = {A {S}tudy},",
        "}",
        "{\"title\": \"A Study\", \"abstract\": \"x\"}",
        "[{\"title\": \"A Study\"",
        "title,abstract",
        "A Study,\"Long",
        "<feed><entry><title>A</title>",
        "</entry></feed>",
        "### [A Study](https://huggingface.co/papers/2501.00001)",
        "[",
        "2 authors](https://huggingface.co/papers/2501.00001)",
        "\u{feff}",
        "{'title': 'A Study'}",
    ];
    prop_oneof![
        6 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,60}",
        1 => "[ -~]{0,200}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(line(), 0..30).prop_map(|lines| lines.join("\n"))
}

fn without_lines(intake: &Intake) -> Vec<Record> {
    let plain = |record: &Record| Record {
        line: 0,
        ..record.clone()
    };
    intake.records.iter().map(plain).collect()
}

/// A page of some papers, by blank lines between its parts.
fn page(blanks: &[usize]) -> String {
    let mut text = "new\n\nDaily Papers\n\nAug 6\n".to_owned();
    for (at, blank) in blanks.iter().enumerate() {
        text += &"\n".repeat(1 + blank);
        text += &format!(
            "Study Number {at} of Long Lists\n{}{LONG}\n",
            "\n".repeat(1 + blank / 2)
        );
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_line_of_any_text_is_accounted_for(text in text()) {
        let (intake, problems) = read(&text, None);
        check_accounting(&intake, &text, &problems);
    }

    #[test]
    fn any_text_can_be_forced_into_any_format(text in text(), at in 0..Format::ALL.len()) {
        let (intake, problems) = read(&text, Some(Format::ALL[at]));
        prop_assert_eq!(intake.format, Format::ALL[at]);
        check_accounting(&intake, &text, &problems);
    }

    #[test]
    fn any_characters_are_survived(text in "(?s).{0,400}") {
        let (intake, problems) = read(&text, None);
        check_accounting(&intake, &text, &problems);
    }

    #[test]
    fn more_blank_lines_change_nothing(blanks in proptest::collection::vec(0usize..4, 1..8)) {
        let (plain, _) = read(&page(&vec![0; blanks.len()]), None);
        let (spaced, _) = read(&page(&blanks), None);
        prop_assert_eq!(plain.records.len(), blanks.len());
        prop_assert_eq!(without_lines(&plain), without_lines(&spaced));
    }

    #[test]
    fn line_ends_marks_and_spaces_change_nothing(text in text()) {
        let (plain, _) = read(&text, None);
        let crlf = text.replace('\n', "\r\n");
        let marked = format!("\u{feff}{text}");
        let spaced = text.replace('\n', "\u{a0}\n");
        prop_assert_eq!(without_lines(&plain), without_lines(&read(&marked, None).0));
        // Inside a quoted field of a table or a string of JSON a line end is data.
        if matches!(plain.format, Format::Page | Format::Cards | Format::Trending | Format::Pairs | Format::Mail | Format::ArxivListing) {
            prop_assert_eq!(without_lines(&plain), without_lines(&read(&crlf, None).0));
            prop_assert_eq!(without_lines(&plain), without_lines(&read(&spaced, None).0));
        }
    }

    #[test]
    fn an_update_adds_lines_and_changes_no_byte(
        order in Just(vec![
            "title: \"A Study of Lists\"\n", "date: 2025-08-06   # the day\n", "# mine\ntags: [lists]\n",
            "authors:\n  - Ann Lee # first\n  - Bo Day\n", "note: |\n  A line.\n\n  # not a comment\n\n", "\n# links below\nlinks: {code: https://x.org/y}\n",
            "extra:\n  doi: none\n", "venue: 'Lists, 2025'\n",
        ]).prop_shuffle(),
        keep in proptest::collection::vec(any::<bool>(), 8),
        crlf in any::<bool>(),
        body in "\\PC{0,80}",
    ) {
        let kept = order.iter().zip(&keep).filter(|(part, keep)| **keep || part.starts_with("title"));
        let head: String = kept.map(|(part, _)| *part).collect();
        let text = format!("---\n{head}---\n{body}\n");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let known = [known("content/papers/2025-08-06/a-study-of-lists.md", &text)];
        let record = serde_json::json!({"title": "A study of lists", "abstract": LONG, "authors": ["Cy Fox", "Di Roe"],
            "arxiv_id": "2501.00001", "doi": "10.1000/182", "published": "2025-01-01", "venue": "Lists: 2025", "github": "https://github.com/a/b"});
        let (intake, _) = read(&record.to_string(), None);
        let intakes = [intake];
        let changed = update(&intakes, &known);
        prop_assert!(changed.report.left.is_empty(), "{:?} {text:?}", changed.report);
        prop_assert_eq!(changed.changes.len(), 1);
        let new = &changed.changes[0].new;
        // Every old line stands in the new text, in order and whole.
        let mut rest = new.split_inclusive('\n');
        for old in text.split_inclusive('\n') {
            prop_assert!(rest.any(|line| line == old), "{old:?} is lost in {new:?}");
        }
        prop_assert_eq!(new.matches('\r').count() > 0, crlf);
        let (paper, _) = front_matter::parse_paper(&Source::new("a.md", new.as_str()), &mut Problems::new());
        let paper = paper.expect("a paper");
        prop_assert_eq!(paper.arxiv, ArxivId::parse("2501.00001"));
        prop_assert!(paper.doi.is_some() && paper.published.is_some() && !paper.authors.is_empty());
        // What is filled in is there: a second update has nothing to do.
        let again = update(&intakes, &[self::known(&known[0].path, new)]);
        prop_assert!(again.changes.is_empty());
        // And an import makes nothing of it.
        prop_assert!(plan(&intakes, &known, None, today(), |_, _| Vec::new()).files.is_empty());
    }
}

fn known(path: &str, text: &str) -> Known {
    let (paper, _) = front_matter::parse_paper(&Source::new(path, text), &mut Problems::new());
    let paper = paper.expect("a paper");
    Known {
        path: path.to_owned(),
        title: paper.title,
        arxiv: paper.arxiv,
        doi: paper.doi,
        slug: "a-study-of-lists".to_owned(),
        text: text.into(),
    }
}
