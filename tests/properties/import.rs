//! Lists of papers, in any shape: what an import makes of them, and that it loses no line.

use std::collections::BTreeSet;

use paper_digest::date::Date;
use paper_digest::diagnostic::Problems;
use paper_digest::document;
use paper_digest::front_matter;
use paper_digest::import_plan::{self, Known, NewFile};
use paper_digest::intake::{self, Format, Intake, LineUse};
use paper_digest::source::Source;

use super::problems;

/// Checks the list as `digest import` takes it, and as one of the shapes that can be forced.
pub fn check(text: &str) {
    let intake = read(text, None);
    check_plan(&intake, text);
    let forced = Format::ALL[text.len() % Format::ALL.len()];
    assert_eq!(read(text, Some(forced)).format, forced);
}

fn today() -> Date {
    Date::new(2026, 11, 26).expect("a day")
}

fn read(text: &str, format: Option<Format>) -> Intake {
    let source = Source::new("list.txt", text);
    let mut found = Problems::new();
    let intake = intake::parse(&source, format, today(), &mut found);
    check_accounting(&intake, text, &found);
    problems::check(&found, text);
    intake
}

/// Checks that every line was read, is the page's own or is told, and that nothing else was.
pub fn check_accounting(intake: &Intake, text: &str, problems: &Problems) {
    let accounting = &intake.accounting;
    assert_eq!(accounting.lines(), text.split_inclusive('\n').count());
    for line in 1..=accounting.lines() {
        assert!(
            accounting.of_line(line).is_some(),
            "line {line} of {text:?}"
        );
    }
    let silent = accounting.count(LineUse::Reported) > 0 && problems.is_empty();
    assert!(!silent, "reported lines without a problem: {text:?}");
    for record in &intake.records {
        assert!(!record.title.is_empty());
        assert!((1..=accounting.lines()).contains(&record.line));
    }
    let nothing = intake.records.is_empty();
    assert!(
        !nothing || problems.has_errors(),
        "no papers, no error: {text:?}"
    );
}

/// Checks that the files of an import can be built, that each reads back as it was written, and that
/// importing the list again does nothing.
fn check_plan(intake: &Intake, text: &str) {
    let intakes = std::slice::from_ref(intake);
    let plan =
        |known: &[Known]| import_plan::plan(intakes, known, None, today(), |_, _| Vec::new());
    let files = plan(&[]).files;
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths.len(), files.len(), "two papers of one name");
    let length: usize = files.iter().map(|file| file.text.len()).sum();
    assert!(
        length <= 64 * text.len() + 1024,
        "{length} bytes of files of {} bytes",
        text.len()
    );
    let known: Vec<Known> = files.iter().map(check_file).collect();
    assert_eq!(plan(&known).files, [], "a second import writes something");
    let update = import_plan::update(intakes, &known);
    assert_eq!(update.changes, [], "an update of new files changes them");
}

/// Checks that a new file reads back as it was written and can be published; returns it as the next
/// import knows it.
fn check_file(file: &NewFile) -> Known {
    let source = Source::new(file.path.as_str(), file.text.as_str());
    let mut found = Problems::new();
    let (paper, body) = front_matter::parse_paper(&source, &mut found);
    assert!(found.is_empty(), "{found:?} in {}", file.text);
    let paper = paper.expect("what is written is a paper");
    assert_eq!(front_matter::write(&paper, &file.text[body]), file.text);
    let built = document::parse(&source, &mut found).expect("a file that is published");
    assert!(!found.has_errors(), "{found:?} in {}", file.text);
    Known {
        path: file.path.clone(),
        slug: document::slug_of(&built.front.name)
            .expect("a paper has a slug")
            .to_owned(),
        title: paper.title,
        arxiv: paper.arxiv,
        doi: paper.doi,
        text: file.text.as_str().into(),
    }
}
