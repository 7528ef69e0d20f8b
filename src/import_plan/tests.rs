//! Which paper is which, where a new one goes, and what its file says.

use super::*;

fn day(text: &str) -> Date {
    Date::parse(text).expect("a day")
}

fn record(title: &str, line: usize) -> Record {
    Record {
        title: title.to_owned(),
        abstract_text: "Some words.".to_owned(),
        line,
        ..Record::default()
    }
}

fn intake(name: &str, records: Vec<Record>) -> Intake {
    let source = crate::source::Source::new(name, "title,abstract\n");
    let mut problems = crate::diagnostic::Problems::new();
    let mut intake = crate::intake::parse(&source, None, day("2025-08-06"), &mut problems);
    intake.records = records;
    intake
}

fn known(title: &str, path: &str) -> Known {
    Known {
        path: path.to_owned(),
        title: title.to_owned(),
        arxiv: None,
        doi: None,
        slug: Slug::from_title(title).expect("a slug").to_string(),
        text: "".into(),
    }
}

fn plan_of(intakes: &[Intake], known: &[Known]) -> Plan {
    plan(intakes, known, None, day("2025-08-06"), |_, _| Vec::new())
}

fn paths(plan: &Plan) -> Vec<&str> {
    plan.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_paper_that_is_there_is_known_by_its_number_its_doi_or_its_title() {
    let there = Known {
        arxiv: ArxivId::parse("2501.00001v2"),
        doi: Doi::parse("10.1000/Ab"),
        ..known("A Study of Lists", "content/papers/2025-01-01/a-study.md")
    };
    let by_number = Record {
        arxiv: ArxivId::parse("2501.00001"),
        ..record("Another title", 1)
    };
    let by_doi = Record {
        doi: Doi::parse("10.1000/aB"),
        ..record("Yet another title", 2)
    };
    let same_words = record("a study: of LISTS", 3);
    let other = Record {
        arxiv: ArxivId::parse("2501.00002"),
        doi: Doi::parse("10.1000/Ac"),
        ..record("A Study of Sets", 4)
    };
    let plan = plan_of(
        &[intake(
            "papers.csv",
            vec![by_number, by_doi, same_words, other],
        )],
        &[there],
    );
    assert_eq!(
        paths(&plan),
        ["content/papers/2025-08-06/a-study-of-sets.md"]
    );
    let section = &plan.report.inputs[0];
    let already: Vec<(&str, usize, &str)> = section
        .already
        .iter()
        .map(|paper| (paper.title.as_str(), paper.line, paper.path.as_str()))
        .collect();
    let path = "content/papers/2025-01-01/a-study.md";
    assert_eq!(
        already,
        [
            ("Another title", 1, path),
            ("Yet another title", 2, path),
            ("a study: of LISTS", 3, path)
        ]
    );
    let new = &section.new[0];
    assert_eq!(
        (new.title.as_str(), new.line, new.path.as_str()),
        ("A Study of Sets", 4, paths(&plan)[0])
    );
}

#[test]
fn of_two_papers_that_are_there_the_first_is_named() {
    let both = [known("A", "first.md"), known("A", "second.md")];
    let plan = plan_of(&[intake("papers.csv", vec![record("A", 1)])], &both);
    assert_eq!(plan.report.inputs[0].already[0].path, "first.md");
    assert_eq!(plan.files, []);
}

#[test]
fn a_paper_of_two_lists_is_written_once() {
    let first = Record {
        doi: Doi::parse("10.1000/1"),
        ..record("A Study of Lists", 1)
    };
    let again = Record {
        doi: Doi::parse("10.1000/1"),
        ..record("Renamed", 9)
    };
    let lists = [
        intake("one.csv", vec![first]),
        intake("two.csv", vec![again, record("A study of lists", 10)]),
    ];
    let plan = plan_of(&lists, &[]);
    assert_eq!(
        paths(&plan),
        ["content/papers/2025-08-06/a-study-of-lists.md"]
    );
    let already = &plan.report.inputs[1].already;
    assert_eq!(already.len(), 2);
    assert!(already.iter().all(|paper| paper.path == paths(&plan)[0]));
}

#[test]
fn no_two_papers_have_one_name() {
    let there = [known("Lists", "content/papers/2020-01-01/lists.md")];
    let titled = |title: &str, number: &str| Record {
        arxiv: ArxivId::parse(number),
        ..record(title, 1)
    };
    // All have other words to the one who reads, and one name to the file system.
    let records = vec![
        titled("Lists!", "2501.00001"),
        titled("Lists", "2501.00002"),
        titled("???", "2501.00003"),
        record("!!!", 4),
        record("???!", 5),
    ];
    let there_by_number = Known {
        title: "Something else".to_owned(),
        ..there[0].clone()
    };
    let plan = plan_of(&[intake("papers.csv", records)], &[there_by_number]);
    assert_eq!(
        paths(&plan),
        [
            "content/papers/2025-08-06/lists-2.md",
            "content/papers/2025-08-06/2501-00003.md",
            "content/papers/2025-08-06/paper.md",
            "content/papers/2025-08-06/paper-2.md",
        ]
    );
}

#[test]
fn a_new_file_says_what_the_record_says() {
    let all = Record {
        title: r"A {Study} of \emph{Lists}".to_owned(),
        abstract_text: "We list 10\\% more. Code: https://github.com/a/b and https://x.org/page"
            .to_owned(),
        line: 7,
        authors: vec![r"Cy F\'ox".to_owned(), "Di Roe".to_owned()],
        arxiv: ArxivId::parse("2501.00001"),
        doi: Doi::parse("10.1000/Ab"),
        published: Some(day("2025-01-01")),
        date: Some(day("2025-02-03")),
        venue: Some(r"Lists \& Sets".to_owned()),
        links: vec![Link {
            label: "code".to_owned(),
            url: "https://x.org/code".to_owned(),
        }],
        keywords: vec!["ignored".to_owned()],
        categories: vec!["cs.CL".to_owned(), "cs.LG".to_owned()],
    };
    let tag = |title: &str, body: &str| {
        assert_eq!(title, "A Study of Lists");
        assert!(body.starts_with("We list 10% more."), "{body}");
        vec!["lists".to_owned()]
    };
    let lists = [intake("/home/me/secret\\papers.csv", vec![all])];
    let plan = plan(&lists, &[], None, day("2025-08-06"), tag);
    let expected = "---\ntitle: \"A Study of Lists\"\ndate: 2025-02-03\ntags: [lists]\nauthors: [Cy Fóx, Di Roe]\n\
        published: 2025-01-01\narxiv: \"2501.00001\"\ndoi: 10.1000/Ab\nvenue: Lists & Sets\n\
        links:\n  code: https://x.org/code\n  code-2: https://github.com/a/b\n  project: https://x.org/page\n\
        source: papers.csv:7\nextra: {\"categories\": [\"cs.CL\", \"cs.LG\"]}\n---\n\
        We list 10% more. Code: https://github.com/a/b and https://x.org/page\n";
    assert_eq!(plan.files[0].text, expected);
    assert_eq!(
        plan.files[0].path,
        "content/papers/2025-02-03/a-study-of-lists.md"
    );
}

#[test]
fn the_day_that_is_asked_for_is_that_of_all_papers() {
    let dated = Record {
        date: Some(day("2025-02-03")),
        ..record("A", 1)
    };
    let lists = [intake("papers.csv", vec![dated, record("B", 2)])];
    let asked = plan(
        &lists,
        &[],
        Some(day("2024-01-02")),
        day("2025-08-06"),
        |_, _| Vec::new(),
    );
    assert_eq!(
        paths(&asked),
        [
            "content/papers/2024-01-02/a.md",
            "content/papers/2024-01-02/b.md"
        ]
    );
    let found = plan_of(&lists, &[]);
    assert_eq!(
        paths(&found),
        [
            "content/papers/2025-02-03/a.md",
            "content/papers/2025-08-06/b.md"
        ]
    );
}

#[test]
fn a_title_of_which_nothing_is_left_stays_as_it_is_written() {
    let plan = plan_of(&[intake("papers.csv", vec![record("{}", 1)])], &[]);
    assert!(
        plan.files[0].text.contains("title: \"{}\"\n"),
        "{}",
        plan.files[0].text
    );
}

#[test]
fn labels_that_stand_twice_are_numbered_and_addresses_stand_once() {
    let link = |label: &str, url: &str| Link {
        label: label.to_owned(),
        url: url.to_owned(),
    };
    let mut links = ["a", "b", "a", "a-2", "a", "b", "c"].map(|label| link(label, label));
    tell_apart(&mut links);
    let labels = links.map(|link| link.label);
    assert_eq!(labels, ["a", "b", "a-2", "a-2-2", "a-3", "b-2", "c"]);
    tell_apart(&mut []);

    let mut paper = Paper::default();
    let record = Record {
        abstract_text: "See https://x.org/page".to_owned(),
        links: vec![link("page", "https://x.org/page")],
        ..record("A", 1)
    };
    fill(&mut paper, &record);
    assert_eq!(paper.links, record.links);
    assert!(paper.extra.is_empty());
}
