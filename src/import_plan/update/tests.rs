//! What is filled in stands where it belongs, and nothing that was there is touched or contradicted.

use super::*;
use crate::date::Date;
use crate::paper::{ArxivId, Doi, Link};

/// All that a record can say.
fn record() -> Record {
    Record {
        title: "A Study of Lists".to_owned(),
        line: 7,
        authors: vec!["Cy Fox".to_owned(), "Di Roe".to_owned()],
        arxiv: ArxivId::parse("2501.00001"),
        doi: Doi::parse("10.1000/Ab"),
        published: Date::parse("2025-01-01"),
        venue: Some("Lists: 2025".to_owned()),
        links: vec![link("code", "https://x.org/code")],
        categories: vec!["cs.CL".to_owned()],
        ..Record::default()
    }
}

fn link(label: &str, url: &str) -> Link {
    Link {
        label: label.to_owned(),
        url: url.to_owned(),
    }
}

fn known(path: &str, text: &str) -> Known {
    Known {
        path: path.to_owned(),
        title: "A Study of Lists".to_owned(),
        arxiv: None,
        doi: None,
        slug: path.to_owned(),
        text: text.into(),
    }
}

fn intake(records: Vec<Record>) -> Intake {
    let mut intake = crate::intake::parse(
        &Source::new("lists/papers.csv", "title,abstract\n"),
        None,
        Date::parse("2025-08-06").expect("a day"),
        &mut Problems::new(),
    );
    intake.records = records;
    intake
}

/// Updates one file; the new text, and what is said of it.
fn updated(text: &str, record: &Record) -> (Option<String>, String) {
    let update = update_one(&known("a.md", text), record, "papers.csv:7");
    let mut changes = update.changes.into_iter();
    let new = changes.next().map(|change| {
        assert_eq!((change.path.as_str(), &*change.old), ("a.md", text));
        change.new
    });
    assert_eq!(changes.next(), None);
    (new, update.report.render())
}

#[test]
fn what_a_file_lacks_is_added_in_the_order_of_keys() {
    let (new, said) = updated(
        "---\ntitle: A Study of Lists\nsource: x\n---\nBody.\n",
        &record(),
    );
    let expected = "---\ntitle: A Study of Lists\nauthors: [Cy Fox, Di Roe]\npublished: 2025-01-01\n\
        arxiv: \"2501.00001\"\ndoi: 10.1000/Ab\nvenue: \"Lists: 2025\"\nlinks: {code: https://x.org/code}\n\
        source: x\nextra: {\"categories\": [\"cs.CL\"]}\n---\nBody.\n";
    assert_eq!(new.as_deref(), Some(expected));
    assert_eq!(
        said,
        "a.md: authors, published, arxiv, doi, venue, links, extra filled in\n"
    );
    assert_eq!(
        updated(expected, &record()),
        (None, String::new()),
        "once is enough"
    );
}

#[test]
fn comments_and_blank_lines_stay_with_what_they_belong_to() {
    let record = Record {
        doi: Doi::parse("10.1000/1"),
        ..Record::default()
    };
    for (text, expected) in [
        // A comment above a key is that key's, and so is an empty line.
        (
            "---\ntitle: A # of it\n\n# my note\nnote: b\n---\n",
            "---\ntitle: A # of it\ndoi: 10.1000/1\n\n# my note\nnote: b\n---\n",
        ),
        (
            "---\n# mine\nnote: b\ntitle: A\n---\n",
            "---\n# mine\nnote: b\ntitle: A\ndoi: 10.1000/1\n---\n",
        ),
        (
            "---\ntitle: A\nauthors:\n- B\n# the last\n\n---\n",
            "---\ntitle: A\nauthors:\n- B\ndoi: 10.1000/1\n# the last\n\n---\n",
        ),
        // What looks like a comment may be text.
        (
            "---\ntitle: |\n  A\n\n  # text\nnote: b\n---\n",
            "---\ntitle: |\n  A\n\n  # text\ndoi: 10.1000/1\nnote: b\n---\n",
        ),
        (
            "---\r\ntitle: A\r\nnote: b\r\n---\r\n",
            "---\r\ntitle: A\r\ndoi: 10.1000/1\r\nnote: b\r\n---\r\n",
        ),
        ("---\ntitle: A\n---", "---\ntitle: A\ndoi: 10.1000/1\n---"),
    ] {
        assert_eq!(
            updated(text, &record).0.as_deref(),
            Some(expected),
            "{text}"
        );
    }
}

#[test]
fn the_end_of_a_folded_text_is_not_taken_for_a_comment() {
    let record = Record {
        doi: Doi::parse("10.1000/1"),
        ..Record::default()
    };
    // In the middle of such a text a line would be a part of it, or end it.
    let text = "---\ntitle: \"A\n\n# not a comment\n\"\nnote: b\n---\n";
    let (new, said) = updated(text, &record);
    let new = new.expect("a new text");
    assert!(new.contains("\"\ndoi: 10.1000/1\nnote: b\n"), "{new}");
    assert_eq!(said, "a.md: doi filled in\n");
}

#[test]
fn what_a_file_says_stays_and_is_compared() {
    let text = "---\ntitle: A Study of Lists\nauthors: [Ann Lee, Bo Day]\npublished: 2024-12-31\narxiv: \"2501.00002v1\"\n\
        doi: 10.1000/2\nvenue: Elsewhere\nlinks: {code: https://x.org/a}\nextra: {categories: [cs.LG], more: [1]}\n---\n";
    let (new, said) = updated(text, &record());
    assert_eq!(new, None);
    assert_eq!(
        said,
        "a.md: `authors` is Ann Lee, Bo Day, papers.csv:7 says Cy Fox, Di Roe; left as it is\n\
         a.md: `published` is 2024-12-31, papers.csv:7 says 2025-01-01; left as it is\n\
         a.md: `arxiv` is 2501.00002v1, papers.csv:7 says 2501.00001; left as it is\n\
         a.md: `doi` is 10.1000/2, papers.csv:7 says 10.1000/Ab; left as it is\n\
         a.md: `venue` is Elsewhere, papers.csv:7 says Lists: 2025; left as it is\n\
         a.md: `links` is https://x.org/a, papers.csv:7 says https://x.org/code; left as it is\n\
         a.md: `extra` is cs.LG, papers.csv:7 says cs.CL; left as it is\n"
    );
    // The same in other words, and an empty value, which may be empty on purpose.
    let text = "---\ntitle: A Study of Lists\nauthors: [Cy Fox, Di Roe]\npublished: 2025-01-01\narxiv: \"2501.00001v3\"\n\
        doi: 10.1000/aB\nvenue:\nlinks: {code: https://x.org/code}\nextra: {more: [1]}\n---\n";
    assert_eq!(updated(text, &record()), (None, String::new()));
    // What the record does not say is not asked for.
    assert_eq!(updated(text, &Record::default()), (None, String::new()));
}

#[test]
fn one_key_is_filled_in_while_another_differs() {
    let (new, said) = updated("---\ntitle: A\nvenue: B\nextra: {}\n---\n", &record());
    let new = new.expect("a new text");
    assert!(
        new.contains("\nvenue: B\n") && new.contains("\ndoi: 10.1000/Ab\n"),
        "{new}"
    );
    assert_eq!(
        said,
        "a.md: authors, published, arxiv, doi, links filled in\n\
         a.md: `venue` is B, papers.csv:7 says Lists: 2025; left as it is\n"
    );
}

#[test]
fn a_file_that_cannot_be_changed_safely_is_left_and_told_once() {
    let left = "a.md: its front matter cannot be changed safely; left as it is\n";
    for text in [
        "---\ntitle: [\n---\n",
        "---\ntitle: A\ntags: 1\n---\n",
        "no front matter\n",
        "",
        // A mapping between braces has no line of its own for a key.
        "---\n{title: A,\nnote: b}\n---\n",
    ] {
        assert_eq!(updated(text, &record()), (None, left.to_owned()), "{text}");
    }
    let update = update(
        &[intake(vec![record(), record()])],
        &[known("a.md", "---\ntitle: [\n---\n")],
    );
    assert_eq!(update.changes, []);
    assert_eq!(update.report.left, ["a.md"]);
}

#[test]
fn each_record_is_looked_for_among_all_papers() {
    let text = "---\ntitle: A Study of Lists\n---\n";
    let other = |path: &str, arxiv: Option<&str>| Known {
        title: path.to_owned(),
        arxiv: arxiv.and_then(ArxivId::parse),
        ..known(path, text)
    };
    let papers = [
        known("b.md", text),
        other("other.md", None),
        other("by-number.md", Some("2502.00002")),
        known("never-first.md", text),
    ];
    let short = |title: &str| Record {
        title: title.to_owned(),
        line: 3,
        doi: Doi::parse("10.1000/1"),
        ..Record::default()
    };
    let renamed = Record {
        arxiv: ArxivId::parse("2502.00002"),
        ..short("Renamed since")
    };
    let records = vec![short("A study of lists"), renamed, short("Nobody has it")];
    let update = update(&[intake(records), intake(vec![record()])], &papers);
    let changed: Vec<&str> = update
        .changes
        .iter()
        .map(|change| change.path.as_str())
        .collect();
    assert_eq!(changed, ["b.md", "by-number.md"]);
    // What the first record filled in is there for the second.
    let new = &update.changes[0].new;
    assert_eq!(new.matches("doi: ").count(), 1, "{new}");
    assert!(
        new.contains("doi: 10.1000/1\n") && new.contains("authors: [Cy Fox, Di Roe]\n"),
        "{new}"
    );
    assert_eq!(
        update.report.render(),
        "b.md: doi filled in\nby-number.md: arxiv, doi filled in\n\
         b.md: authors, published, arxiv, venue, links, extra filled in\n\
         b.md: `doi` is 10.1000/1, papers.csv:7 says 10.1000/Ab; left as it is\n"
    );
    let texts = update.texts();
    assert_eq!(texts[0], ("b.md".to_owned(), text.to_owned(), new.clone()));
    assert_eq!(texts.len(), 2);

    let nothing = super::update(&[intake(vec![short("Nobody has it")])], &papers);
    assert_eq!(nothing, Update::default());
    let same = super::update(&[intake(vec![record()])], &[known("b.md", new)]);
    assert_eq!((same.changes, same.report.filled), (vec![], vec![]));
}

#[test]
fn updates_of_several_files_are_one() {
    let mut all = update_one(
        &known("a.md", "---\ntitle: A\nvenue: B\n---\n"),
        &record(),
        "x:1",
    );
    all.append(update_one(
        &known("b.md", "---\ntitle: A\nvenue: C\n---\n"),
        &record(),
        "x:2",
    ));
    all.append(update_one(&known("c.md", "---\n"), &record(), "x:3"));
    let paths: Vec<&str> = all
        .changes
        .iter()
        .map(|change| change.path.as_str())
        .collect();
    assert_eq!(paths, ["a.md", "b.md"]);
    let report = &all.report;
    assert_eq!(
        (report.filled.len(), report.differs.len(), report.left.len()),
        (2, 2, 1)
    );
}

#[test]
fn the_keys_that_a_file_lacks_are_known() {
    let text = "---\ntitle: A\nauthors: [B]\ndoi:\nlinks: {}\n---\nvenue: x\n";
    let missing = missing_keys("a.md", text).expect("a paper");
    assert_eq!(missing, ["published", "arxiv", "venue", "extra"]);
    assert_eq!(missing_keys("a.md", "---\ntitle: A\ntags: 1\n---\n"), None);
    assert_eq!(missing_keys("a.md", "no front matter"), None);
}
