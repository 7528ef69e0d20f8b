use proptest::prelude::*;

use super::*;
use crate::diagnostic::Palette;

fn problems_of(text: &str) -> String {
    let mut problems = Problems::new();
    parse_paper(&Source::new("a.md", text), &mut problems);
    problems
        .iter()
        .map(|problem| problem.render(Palette::PLAIN))
        .collect()
}

fn read(text: &str) -> (Paper, String) {
    let source = Source::new("a.md", text);
    let mut problems = Problems::new();
    let (paper, body) = parse_paper(&source, &mut problems);
    let shown: String = problems
        .iter()
        .map(|problem| problem.render(Palette::PLAIN))
        .collect();
    assert_eq!(shown, "", "{text}");
    (paper.expect("a paper"), source.text[body].to_owned())
}

#[test]
fn the_paper_of_the_design_is_read_and_written() {
    let text = "\
---
title: \"TÜLU 3: Pushing Frontiers in Open Language Model Post-Training\"
date: 2025-08-06
tags: [post-training, reinforcement-learning]
authors: [Nathan Lambert]
published: 2024-11-22
arxiv: \"2411.15124\"
doi: 10.48550/arXiv.2411.15124
venue: NeurIPS 2024
links: {code: https://github.com/allenai/open-instruct}
note: \"The first fully open recipe.\"
image: figure1.png
featured: true
draft: true
aliases: [/old/address/]
source: daily-papers.txt:61
extra: {\"anything\": \"goes\"}
---
The abstract, as Markdown with `$math$`.
";
    let (paper, body) = read(text);
    assert_eq!(paper.date, Date::parse("2025-08-06"));
    assert_eq!(
        paper.links[0].url,
        "https://github.com/allenai/open-instruct"
    );
    assert_eq!(write(&paper, &body), text);
}

#[test]
fn every_bad_field_is_reported_in_one_run() {
    let text = "\
---
titel: x
date: 2025-02-30
tags: vision, agents
authors: [A, {b: c}]
arxiv: 2411.1512
doi: 11.2/x
links: {code: 'javascript:alert(1)'}
image: ../x.png
featured: maybe
aliases: [old]
extra: 5
---
";
    let expected = "\
error[unknown-key]: there is no key `titel`
 --> a.md:2:1
  |
2 | titel: x
  | ^^^^^
hint: did you mean `title`?
error[bad-date]: `2025-02-30` is not a day of the calendar
 --> a.md:3:7
  |
3 | date: 2025-02-30
  |       ^^^^^^^^^^
hint: write a date as YYYY-MM-DD: 2025-08-06
error[wrong-type]: `tags` wants a list, not a text
 --> a.md:4:7
  |
4 | tags: vision, agents
  |       ^^^^^^^^^^^^^^
hint: write `tags: [vision, agents]`
error[wrong-type]: `authors` wants a list of texts, not a list
 --> a.md:5:10
  |
5 | authors: [A, {b: c}]
  |          ^^^^^^^^^^^
hint: write `authors: [Ada Lovelace, Alan Turing]`; put words such as `yes` and texts with a colon between quotes
error[bad-arxiv-id]: `2411.1512` is not an arXiv identifier
 --> a.md:6:8
  |
6 | arxiv: 2411.1512
  |        ^^^^^^^^^
hint: an identifier is written \"2411.15124\", or \"math/0309136\" before April 2007
error[bad-doi]: `11.2/x` is not a DOI
 --> a.md:7:6
  |
7 | doi: 11.2/x
  |      ^^^^^^
hint: a DOI is written 10.48550/arXiv.2411.15124
error[bad-url]: the link `code` has no address that a page can lead to
 --> a.md:8:16
  |
8 | links: {code: 'javascript:alert(1)'}
  |                ^^^^^^^^^^^^^^^^^^^
hint: write an address with https://
error[bad-image]: `../x.png` is not a file beside the paper
 --> a.md:9:8
  |
9 | image: ../x.png
  |        ^^^^^^^^
hint: save the picture in the paper's folder and write its name; the site loads nothing from other hosts
error[wrong-type]: `featured` wants true or false, not a text
  --> a.md:10:11
   |
10 | featured: maybe
   |           ^^^^^
hint: write `featured: true`
error[bad-alias]: `old` is not an address on this site
  --> a.md:11:11
   |
11 | aliases: [old]
   |           ^^^
hint: an alias starts with a slash and holds no `..`, `?` or `#`: /old/address/
error[wrong-type]: `extra` wants keys of your own, not a number
  --> a.md:12:8
   |
12 | extra: 5
   |        ^
hint: write `extra: {rating: 5}`
";
    assert_eq!(problems_of(text), expected);
}

#[test]
fn a_file_without_front_matter_is_an_error() {
    let expected = "\
error[missing-front-matter]: the file has no front matter
 --> a.md:1:1
  |
1 | Just text.
  | ^
hint: start the file with a line `---`, then `title: \"…\"`, then a line `---`
";
    assert_eq!(problems_of("Just text.\n"), expected);
}

#[test]
fn front_matter_that_does_not_end_is_an_error() {
    let shown = problems_of("---\ntitle: x\n");
    assert!(
        shown.starts_with(
            "error[unclosed-front-matter]: the front matter does not end\n --> a.md:1:1"
        ),
        "{shown}"
    );
}

#[test]
fn front_matter_longer_than_the_limit_is_not_parsed() {
    let text = format!("---\ntitle: \"{}\"\n---\n", "x".repeat(LONGEST));
    let shown = problems_of(&text);
    assert!(
        shown.starts_with(
            "error[front-matter-too-long]: the front matter has 64 KiB; the limit is 64"
        ),
        "{shown}"
    );
}

#[test]
fn an_empty_title_is_missing_at_its_key() {
    let shown = problems_of("---\ndate: 2025-08-06\ntitle:\n---\n");
    assert!(
        shown.starts_with("error[missing-title]: the paper has no title\n --> a.md:3:1"),
        "{shown}"
    );
}

#[test]
fn other_line_ends_and_a_byte_order_mark_are_read() {
    let (paper, body) = read("\u{feff}---\r\ntitle: Orca\r\ntags: [a]\r\n---\r\nText.\r\n");
    assert_eq!((paper.title.as_str(), body.as_str()), ("Orca", "Text.\r\n"));
}

#[test]
fn an_unquoted_arxiv_id_keeps_its_last_zero() {
    let (paper, _) = read("---\ntitle: x\narxiv: 2411.15120\n---\n");
    assert_eq!(
        paper.arxiv.map(|id| id.to_string()).as_deref(),
        Some("2411.15120")
    );
}

#[test]
fn a_problem_found_later_has_its_place_in_the_front_matter() {
    let front = Source::new("a.md", "---\ntitle: x\ntags:\n  - b-a\n  - a\n---\n");
    let place = place_of(&front, "tags", Some(("a", 0)));
    assert_eq!((place.line, place.column), (5, 5));
    assert_eq!(place_of(&front, "title", None).column, 8);
    assert_eq!(place_of(&front, "date", None).line, 0);
}

fn any_text() -> impl Strategy<Value = String> + Clone {
    let words = prop::sample::select(vec![
        "yes",
        "no",
        "null",
        "1:30",
        "=",
        "~",
        "a: b",
        "#x",
        "- a",
        "'",
        "\"",
        "\\emph{x}",
        "{",
        "]",
        "%",
        "@",
        "`",
        "\u{85}",
        "\u{2028}",
        "\t",
        "\n",
        "\u{7}",
        "图像",
        "é",
        " ",
        "---",
        "...",
        "?",
        "!",
        "&a",
        "*a",
        "|",
        ">",
        ",",
    ]);
    prop_oneof![
        any::<String>().boxed(),
        prop::collection::vec(words, 0..6).prop_map(|words| words.concat()),
    ]
}

fn any_paper() -> impl Strategy<Value = Paper> {
    let word = any_text()
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("not empty", |text| !text.is_empty());
    let list = prop::collection::vec(word.clone(), 0..5);
    (
        any_text(),
        list.clone(),
        list,
        prop::option::of(any_text()),
        prop::option::of(word),
        any::<bool>(),
        1i16..9999,
    )
        .prop_filter("a title", |(title, ..)| !title.trim().is_empty())
        .prop_map(|(title, tags, authors, note, key, flag, year)| Paper {
            title,
            tags,
            authors,
            date: Date::new(year, 8, 6),
            venue: note.clone(),
            links: key
                .iter()
                .map(|label| Link {
                    label: label.clone(),
                    url: "https://x.org/?a=[1],{2}#é".to_owned(),
                })
                .collect(),
            extra: key
                .iter()
                .map(|key| (key.clone(), serde_json::json!([key, 1, null, {"k": note}])))
                .collect(),
            note,
            featured: flag,
            ..Paper::default()
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(paper in any_paper()) {
        let text = write(&paper, "Body.\n");
        let (again, body) = read(&text);
        prop_assert_eq!(again, paper);
        prop_assert_eq!(body, "Body.\n");
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any_text()) {
        let _ = problems_of(&format!("---\n{text}\n---\n{text}"));
        let _ = problems_of(&text);
    }
}
