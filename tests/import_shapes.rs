//! Every example of a shape of input against what should come out of it.

// Tests read files.
#![allow(clippy::disallowed_methods)]

use paper_digest::date::Date;
use paper_digest::diagnostic::Problems;
use paper_digest::intake::{self, Format, Intake, LineUse, Record};
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

#[test]
fn a_title_of_signs_alone_is_imported_once() {
    use paper_digest::import_plan::{Known, plan};
    let list =
        r#"[{"title": "?!", "abstract": "A."}, {"title": "?!", "abstract": "A."}, {"title": "…"}]"#;
    let (intake, _) = read("list.json", list);
    let intakes = [intake];
    let files = plan(&intakes, &[], None, today(), |_, _| Vec::new()).files;
    assert_eq!(files.len(), 2);
    let known = |title: &str| Known {
        path: format!("content/papers/2025-08-06/{title}.md"),
        title: title.to_owned(),
        arxiv: None,
        doi: None,
        slug: "paper".to_owned(),
        text: "".into(),
    };
    let known = [known("?!"), known("…")];
    let again = plan(&intakes, &known, None, today(), |_, _| Vec::new());
    assert_eq!(again.files, []);
}

#[test]
fn a_title_of_which_tex_leaves_nothing_stays_as_it_is() {
    let (intake, _) = read("list.json", r#"{"title": "{}~"}"#);
    let files =
        paper_digest::import_plan::plan(&[intake], &[], None, today(), |_, _| Vec::new()).files;
    assert!(
        files[0].text.contains("title: \"{}~\"\n"),
        "{}",
        files[0].text
    );
}

#[test]
fn labels_of_links_are_told_apart() {
    use paper_digest::import_plan::plan;
    let list = r#"{"title": "A", "project": "https://x.org/a", "homepage": "https://x.org/b"}"#;
    let (intake, _) = read("list.json", list);
    let files = plan(&[intake], &[], None, today(), |_, _| Vec::new()).files;
    let labels: Vec<&str> = files[0]
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once(": https://x.org/"))
        .map(|(label, _)| label)
        .collect();
    assert_eq!(labels, ["project", "project-2"]);
}

/// The examples are not part of the repository: their licences allow tests only.
fn examples() -> Option<std::path::PathBuf> {
    let folder = std::path::Path::new("../shared/data/inputs");
    let found = folder.is_dir();
    if !found {
        println!("skipped: {} is not there", folder.display());
    }
    found.then(|| folder.to_owned())
}

#[derive(serde::Deserialize)]
struct Expected {
    title: String,
    #[serde(rename = "abstract")]
    abstract_text: String,
    arxiv_id: Option<String>,
    published: Option<String>,
    authors: Option<Vec<String>>,
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_example_is_read_record_for_record() {
    let Some(folder) = examples() else { return };
    let mut wrong = 0;
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    names.sort();
    for path in names
        .iter()
        .filter(|path| path.to_string_lossy().ends_with(".expected.json"))
    {
        let expected: Vec<Expected> =
            serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON");
        let stem = path.to_string_lossy().replace(".expected.json", "");
        let input = format!("{stem}.txt");
        let name = input.rsplit('/').next().expect("a name");
        let (intake, problems) = read(name, &std::fs::read_to_string(&input).expect("a file"));
        let mut exact = 0;
        for (at, want) in expected.iter().enumerate() {
            let Some(got) = intake.records.get(at) else {
                println!("{name}: no record {at}: {}", want.title);
                continue;
            };
            let mut faults = Vec::new();
            if collapse(&want.title) != got.title {
                faults.push(format!("title {:?} not {:?}", got.title, want.title));
            }
            if collapse(&want.abstract_text) != collapse(&got.abstract_text) {
                faults.push(format!(
                    "abstract {:?}\n not {:?}",
                    got.abstract_text, want.abstract_text
                ));
            }
            if let Some(id) = &got.arxiv
                && Some(id.id()) != want.arxiv_id.as_deref()
            {
                faults.push(format!("id {id}"));
            }
            if let Some(date) = got.published
                && Some(date.to_string()) != want.published
            {
                faults.push(format!("date {date} not {:?}", want.published));
            }
            if !got.authors.is_empty() && Some(&got.authors) != want.authors.as_ref() {
                faults.push(format!("authors {:?} not {:?}", got.authors, want.authors));
            }
            if faults.is_empty() {
                exact += 1;
            } else {
                println!("{name}:{}: {}", got.line, faults.join("; "));
            }
        }
        wrong += expected.len() - exact + intake.records.len().saturating_sub(expected.len());
        println!(
            "{name}: {} expected {exact} exact, {} read, {} ids, {} dates, {} authors, {} problems, {} reported lines, {}",
            expected.len(),
            intake.records.len(),
            intake
                .records
                .iter()
                .filter(|record| record.arxiv.is_some())
                .count(),
            intake
                .records
                .iter()
                .filter(|record| record.published.is_some())
                .count(),
            intake
                .records
                .iter()
                .filter(|record| !record.authors.is_empty())
                .count(),
            problems.iter().count(),
            intake.accounting.count(LineUse::Reported),
            intake.format.name()
        );
    }
    assert_eq!(wrong, 0);
}

/// What an example without an expected list holds: records, ids, dates, authors, links, DOIs.
#[test]
fn examples_in_markup_lose_no_field() {
    let Some(folder) = examples() else { return };
    let expected = [
        (
            "A_hf_search_notebooklm_export.txt",
            Format::Cards,
            [6, 6, 6, 0, 0, 0],
        ),
        (
            "B_hf_search_firecrawl.md",
            Format::Cards,
            [3, 3, 3, 0, 0, 0],
        ),
        (
            "D_hf_trending_structured_html.md",
            Format::Trending,
            [1, 1, 1, 0, 1, 0],
        ),
        (
            "arxiv_atom_query.xml",
            Format::ArxivAtom,
            [10, 10, 10, 10, 0, 7],
        ),
        (
            "arxiv_atom_query_missing_id.xml",
            Format::ArxivAtom,
            [1, 1, 1, 1, 0, 0],
        ),
        (
            "colm2024_openreview.bib",
            Format::Bibtex,
            [299, 0, 0, 299, 299, 0],
        ),
        (
            "hf_api_broken_wrapper_2025-01-10.json",
            Format::Json,
            [9, 9, 9, 9, 0, 0],
        ),
        (
            "hf_api_daily_papers_2025-08-06.json",
            Format::Json,
            [11, 11, 11, 11, 6, 0],
        ),
    ];
    for (name, format, counts) in expected {
        let text = std::fs::read_to_string(folder.join(name)).expect("a file");
        let (intake, problems) = read(name, &text);
        let count =
            |has: fn(&Record) -> bool| intake.records.iter().filter(|record| has(record)).count();
        let found = [
            intake.records.len(),
            count(|record| record.arxiv.is_some()),
            count(|record| record.published.is_some()),
            count(|record| !record.authors.is_empty()),
            count(|record| !record.links.is_empty()),
            count(|record| record.doi.is_some()),
        ];
        println!(
            "{name}: {found:?} {} {} problems",
            intake.format.name(),
            problems.iter().count()
        );
        assert_eq!((intake.format, found), (format, counts), "{name}");
        assert!(problems.is_empty(), "{name}: {problems:?}");
        assert_eq!(intake.accounting.count(LineUse::Reported), 0, "{name}");
    }
}

/// Prints how long the 10,000 papers take; run with `--release --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn ten_thousand_papers_in_json_lines() {
    use std::io::Read as _;
    let file = std::fs::File::open("../shared/data/arxiv-10k.jsonl.gz").expect("the papers");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("a text");
    let start = std::time::Instant::now();
    let (intake, problems) = read("arxiv-10k.jsonl", &text);
    let parsed = start.elapsed();
    let plan = paper_digest::import_plan::plan(&[intake], &[], None, today(), |_, _| Vec::new());
    println!(
        "parse {parsed:?}, with plan {:?}, {} files, {} problems",
        start.elapsed(),
        plan.files.len(),
        problems.iter().count()
    );
}
