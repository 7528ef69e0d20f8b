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
    let lines = Source::new("a.md", "---\nauthors: [A,  \n  B]\n---\n");
    let place = place_of(&lines, "authors", None);
    assert_eq!((place.column, place.mark_length), (10, 3));
    assert_eq!(place_of(&front, "date", None).line, 0);
}

fn text_front(text: &str) -> (TextFront, String) {
    let mut problems = Problems::new();
    let (front, _) = parse_text(&Source::new("a.md", text), &mut problems);
    let shown = problems.iter().map(|problem| {
        let place = problem.place.as_ref().expect("a place");
        format!("{} {}; ", place.line, problem.message)
    });
    (front, shown.collect())
}

#[test]
fn the_keys_of_a_page_are_read() {
    let text = "---\ntitle: About\ndescription: Us\norder: -2\ndraft: true\naliases: [/us/]\nextra: {a: 1}\n---\n";
    let (front, problems) = text_front(text);
    assert_eq!(problems, "");
    let expected = TextFront {
        title: Some("About".to_owned()),
        description: Some("Us".to_owned()),
        order: Some(-2),
        draft: true,
        aliases: vec!["/us/".to_owned()],
        extra: serde_json::Map::from_iter([("a".to_owned(), 1.into())]),
    };
    assert_eq!(front, expected);
    for none in [
        "Just text.\n",
        "---\n---\n",
        "---\ntitle:\norder:\ndraft:\naliases:\nextra:\n---\n",
    ] {
        assert_eq!(
            text_front(none),
            (TextFront::default(), String::new()),
            "{none}"
        );
    }
}

#[test]
fn what_a_page_cannot_have_is_told_and_left_out() {
    let text =
        "---\ntitle: [a]\norder: first\ndraft: 1\naliases: /us/\nextra: [a]\ntags: [a]\n---\n";
    let (front, problems) = text_front(text);
    assert_eq!(front, TextFront::default());
    assert_eq!(
        problems,
        "2 `title` wants a text, not a list; 3 `order` wants a whole number, not a text; \
         4 `draft` wants true or false, not a number; 5 `aliases` wants a list, not a text; \
         6 `extra` wants keys of your own, not a list; 7 there is no key `tags`; "
    );
    assert_eq!(
        text_front("---\norder: 1.5\n---\n").1,
        "2 `order` wants a whole number, not a number; "
    );
}

#[test]
fn a_value_that_is_empty_is_no_value() {
    let keys = "date:\ntags:\nauthors:\npublished:\narxiv:\ndoi:\nvenue:\nlinks:\nnote:\nimage:\nfeatured:\ndraft:\naliases:\nsource:\nextra:\n";
    let (paper, _) = read(&format!("---\ntitle: 1984\n{keys}---\n"));
    let expected = Paper {
        title: "1984".to_owned(),
        ..Paper::default()
    };
    assert_eq!(paper, expected);
    let (paper, _) = read("---\ntitle: x\ntags: [' a ', 2024, ~, '']\n---\n");
    assert_eq!(paper.tags, ["a", "2024"]);
}

#[test]
fn a_title_that_is_missing_is_told_once() {
    let check = |front: &str, expected: &[&str]| {
        let mut problems = Problems::new();
        parse_paper(
            &Source::new("a.md", format!("---\n{front}---\n")),
            &mut problems,
        );
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.name()).collect();
        assert_eq!(codes, expected, "{front}");
    };
    check("", &["missing-title"]);
    check("title: ''\n", &["missing-title"]);
    check("title: ' '\n", &["missing-title"]);
    check("title: ~\n", &["missing-title"]);
    check("title: [a]\n", &["wrong-type"]);
    check("titel: a\n", &["unknown-key"]);
    check("tilte: a\n", &["unknown-key"]);
    check("tgas: [a]\n", &["unknown-key", "missing-title"]);
}

#[test]
fn front_matter_and_tags_may_be_as_long_as_the_limit() {
    let title = |length: usize| {
        format!(
            "---\ntitle: {}\n---\n",
            "x".repeat(length - "title: \n".len())
        )
    };
    read(&title(LONGEST));
    assert!(problems_of(&title(LONGEST + 1)).starts_with("error[front-matter-too-long]"));
    let tags = |count: usize| {
        let tags: Vec<String> = (0..count).map(|number| format!("t{number}")).collect();
        format!("---\ntitle: x\ntags: [{}]\n---\n", tags.join(", "))
    };
    assert_eq!(read(&tags(MOST_TAGS)).0.tags.len(), MOST_TAGS);
    let mut problems = Problems::new();
    let (paper, _) = parse_paper(&Source::new("a.md", tags(MOST_TAGS + 1)), &mut problems);
    assert_eq!(paper.expect("a paper").tags.len(), MOST_TAGS);
    let problem = problems.iter().next().expect("a problem");
    assert_eq!(problem.message, "the paper has 101 tags; the limit is 100");
}

#[test]
fn a_picture_stands_beside_its_paper_and_an_alias_on_the_site() {
    let image = |path: &str| {
        let mut problems = Problems::new();
        let text = format!("---\ntitle: x\nimage: '{path}'\n---\n");
        let (paper, _) = parse_paper(&Source::new("a.md", text), &mut problems);
        assert_eq!(
            problems.is_empty(),
            paper.as_ref().is_some_and(|paper| paper.image.is_some())
        );
        paper.expect("a paper").image
    };
    assert_eq!(image("fig.png").as_deref(), Some("fig.png"));
    assert_eq!(image(" ./a/fig.png ").as_deref(), Some("a/fig.png"));
    assert_eq!(image("a..b.png").as_deref(), Some("a..b.png"));
    for wrong in [
        "",
        "/fig.png",
        "#fig",
        "?fig",
        "a\\fig.png",
        "a/../fig.png",
        "https://x.org/fig.png",
        "data:image/png,x",
    ] {
        assert_eq!(image(wrong), None, "{wrong}");
    }
    for good in ["/a", "/a/b.html", "/a..b/"] {
        assert!(is_alias(good), "{good}");
    }
    for wrong in [
        "/", "", "a/b", "//host/a", "/a?b", "/a#b", "/a\\b", "/a%20b", "/a\u{7}b", "/a/../b",
        "/./b",
    ] {
        assert!(!is_alias(wrong), "{wrong:?}");
    }
    for good in ["https://x.org/", "mailto:a@b", "../b.md", " /a "] {
        assert!(is_address(good), "{good}");
    }
    for wrong in ["", " ", "javascript:alert(1)", "https://x.org/\u{7}"] {
        assert!(!is_address(wrong), "{wrong:?}");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_left_out_and_the_others_stay() {
    let mut problems = Problems::new();
    let text = "---\ntitle: x\nlinks: {code: ' https://x.org/ ', data: 5, page: ''}\n---\n";
    let (paper, _) = parse_paper(&Source::new("a.md", text), &mut problems);
    let links = paper.expect("a paper").links;
    assert_eq!(links.len(), 1);
    assert_eq!(
        (links[0].label.as_str(), links[0].url.as_str()),
        ("code", "https://x.org/")
    );
    let marked: Vec<usize> = problems
        .iter()
        .map(|problem| problem.place.as_ref().expect("a place").column)
        .collect();
    assert_eq!(marked, [35, 8], "the label, and the value as a whole");
    assert!(problems_of("---\ntitle: x\nlinks: [a]\n---\n").starts_with("error[wrong-type]"));
}

#[test]
fn a_block_ends_at_a_line_of_three_hyphens() {
    let check = |text: &str, expected: Option<(&str, &str)>| {
        let found = find_block(text).map(|(yaml, body)| (&text[yaml], &text[body..]));
        assert_eq!(found, expected, "{text:?}");
    };
    check("---\na: b\n---\nText\n", Some(("a: b\n", "Text\n")));
    check("--- \r\na: b\r\n---\t\r\nText", Some(("a: b\r\n", "Text")));
    check("---\n---", Some(("", "")));
    check("---\na: b\n ---\n---x\n----\n", None);
    check("----\na: b\n---\n", None);
    check("\n---\na: b\n---\n", None);
    check("", None);
    let source = Source::new("a.md", "---\na:   b c  \n---\n");
    let (key, value) = find_entry(&source, "a").expect("an entry");
    assert_eq!((&source.text[key], &source.text[value]), ("a", "b c"));
    assert_eq!(find_entry(&source, "b"), None);
}

#[test]
fn a_list_stands_on_one_line_while_that_has_a_hundred_characters() {
    let written = |letters: usize| {
        let paper = Paper {
            title: "x".to_owned(),
            tags: vec!["a".repeat(letters), "é".to_owned()],
            ..Paper::default()
        };
        write(&paper, "\n\nBody.\n\n")
    };
    let head = "---\ntitle: \"x\"\ntags:";
    let tag = "a".repeat(89);
    assert_eq!(written(89), format!("{head} [{tag}, é]\n---\nBody.\n"));
    assert_eq!(
        written(90),
        format!("{head}\n  - {tag}a\n  - é\n---\nBody.\n")
    );
}

#[test]
fn a_text_is_quoted_where_somebody_could_misread_it() {
    for plain in [
        "post-training",
        "list.txt:61",
        "https://x.org/?a=b&c",
        "/old/",
        "3/4",
        "a b",
        "Élie O'Neil",
        "o’clock",
        "50/50 %",
    ] {
        assert_eq!(scalar(plain), plain);
    }
    for quoted in [
        "", "/", "a ", " a", "1984", "-a", "a: b", "a:", "a:[", "a#b", "a, b", "Yes", "NULL",
        "inf", "@a", "a(b)",
    ] {
        assert_eq!(scalar(quoted), format!("\"{quoted}\""));
    }
    assert_eq!(scalar("a\"b'c"), "'a\"b''c'");
    assert_eq!(scalar("\\emph"), "'\\emph'");
    assert_eq!(
        scalar("a\n\t\"\\\u{7}\u{2028}"),
        "\"a\\n\\t\\\"\\\\\\U00000007\\U00002028\""
    );
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
