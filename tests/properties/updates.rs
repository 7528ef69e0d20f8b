//! `import --update`: lines are added, and every line that was there is there, in its order and whole.
//!
//! A text is a paper's file, a vocabulary, which nothing is asked of, and a list, parted by lines `%%`.

use paper_digest::date::Date;
use paper_digest::diagnostic::Problems;
use paper_digest::import_plan::{self, Known};
use paper_digest::intake;
use paper_digest::source::Source;

use super::papers::{PATH, check_around, read};
use super::parts;

/// Checks an update of the paper by the list's first record.
pub fn check(text: &str) {
    let [paper, _, list] = parts(text);
    let file = Source::new(PATH, paper);
    let Some((paper, block)) = read(&file) else {
        return;
    };
    let today = Date::new(2026, 11, 26).expect("a day");
    let list = Source::new("list.txt", list);
    let intake = intake::parse(&list, None, today, &mut Problems::new());
    let Some(record) = intake.records.first() else {
        return;
    };
    let known = |text: &str| Known {
        path: PATH.to_owned(),
        title: paper.title.clone(),
        arxiv: paper.arxiv.clone(),
        doi: paper.doi.clone(),
        slug: "a-paper".to_owned(),
        text: text.into(),
    };
    let update = import_plan::update_one(&known(&file.text), record, "list.txt:1");
    let [change] = update.changes.as_slice() else {
        return;
    };
    let (new, _) = check_around(&file, &block, &change.new);
    let mut rest = change.new.split_inclusive('\n');
    for old in file.text.split_inclusive('\n') {
        assert!(
            rest.any(|line| line == old),
            "{old:?} is lost in {}",
            change.new
        );
    }
    assert_eq!(new.title, paper.title);
    assert_eq!(new.tags, paper.tags);
    let again = import_plan::update_one(&known(&change.new), record, "list.txt:1");
    assert_eq!(again.changes, [], "an update of what was updated");
}
