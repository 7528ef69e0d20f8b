//! Every example of a shape of input against what should come out of it.

use paper_digest::date::Date;
use paper_digest::diagnostic::Problems;
use paper_digest::intake::{self, Intake, LineUse};
use paper_digest::source::Source;

fn today() -> Date {
    Date::new(2026, 11, 23).expect("a day")
}

fn read(name: &str, text: &str) -> (Intake, Problems) {
    let mut problems = Problems::new();
    let intake = intake::parse(&Source::new(name, text), None, today(), &mut problems);
    (intake, problems)
}

#[test]
fn the_real_input_holds_58_papers() {
    let text = include_str!("data/daily-papers.txt");
    let (intake, problems) = read("daily-papers.txt", text);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(intake.records.len(), 58);
    assert_eq!(intake.accounting.count(LineUse::Read), 116);
    assert_eq!(intake.accounting.count(LineUse::Chrome), 6);
    assert_eq!(intake.accounting.count(LineUse::Reported), 0);
    let lines: Vec<&str> = text.lines().collect();
    for record in &intake.records {
        assert_eq!(lines[record.line - 1].trim(), record.title);
        assert_eq!(record.date, Date::new(2026, 8, 6));
    }
    assert_eq!(intake.records[12].line, 61);
}

#[test]
fn importing_twice_writes_nothing() {
    use paper_digest::import_plan::{Known, plan};
    let (intake, _) = read("daily-papers.txt", include_str!("data/daily-papers.txt"));
    let date = Date::new(2025, 8, 6);
    let first = plan(std::slice::from_ref(&intake), &[], date, today(), |_, _| {
        Vec::new()
    });
    assert_eq!(first.files.len(), 58);
    assert!(
        first
            .files
            .iter()
            .all(|file| file.path.starts_with("content/papers/2025-08-06/"))
    );
    let known: Vec<Known> = first.report.inputs[0]
        .new
        .iter()
        .map(|paper| Known {
            path: paper.path.clone(),
            title: paper.title.clone(),
            arxiv: None,
            doi: None,
            slug: paper
                .path
                .rsplit_once('/')
                .expect("a folder")
                .1
                .trim_end_matches(".md")
                .to_owned(),
            text: "".into(),
        })
        .collect();
    let second = plan(&[intake], &known, date, today(), |_, _| Vec::new());
    assert!(second.files.is_empty());
    assert_eq!(second.report.inputs[0].already.len(), 58);
    println!("{}", second.report.render(false));
}
