//! The real input, paper by paper: what a reader sees on each page is what the list said.

mod support;

use paper_digest::diagnostic::Problems;
use paper_digest::front_matter;
use paper_digest::source::Source;
use support::{Sandbox, real_input};

/// What a reader sees in place of what the list holds. Written down by reading the list, not by
/// running the importer; everything else must come out as it went in.
const READ_AS: [(&str, &str); 12] = [
    ("T\\\"ULU", "TÜLU"),
    ("44\\%", "44%"),
    ("\\textit{unique identifiers}", "unique identifiers"),
    ("\\textbf{ghost sentences}", "ghost sentences"),
    ("sentences~(ge10)", "sentences (≥10)"),
    ("{it misaligned}", "misaligned"),
    ("{it decreases}", "decreases"),
    ("\"unlearn''", "\"unlearn\""),
    ("\"training''", "\"training\""),
    ("\"forgotten''", "\"forgotten\""),
    ("--", "–"),
    ("  ", " "),
];

/// Markup that must be there: the emphasis of the list, on the page of the paper at that line.
const MARKUP: [(usize, &str); 6] = [
    (73, "<em>unique identifiers</em>"),
    (73, "<strong>ghost sentences</strong>"),
    (205, "<em>misaligned</em>"),
    (205, "<em>decreases</em>"),
    (
        17,
        "<a href=\"https://github.com/layer6ai-labs/dgm-eval\">https://github.com/layer6ai-labs/dgm-eval</a>.",
    ),
    (229, "&lt;RET"),
];

#[test]
fn all_58_pages_say_what_the_list_said() {
    let site = Sandbox::with_real_papers();
    assert_eq!(site.digest(&["build"]).code, 0);
    let list = std::fs::read_to_string(real_input()).expect("the list is there");
    let lines: Vec<&str> = list.lines().collect();
    let files = site.tree("content/papers/2025-08-06");
    assert_eq!(files.len(), 58);
    let mut seen = 0;
    for (name, bytes) in &files {
        let file = String::from_utf8_lossy(bytes);
        let source = file
            .lines()
            .find_map(|line| line.strip_prefix("source: daily-papers.txt:"))
            .expect("a source");
        let line: usize = source.parse().expect("a line number");
        let (title, abstract_text) = (lines[line - 1], lines[line + 1]);
        let page = site.read(&format!("public/papers/{}", name.replace(".md", ".html")));
        let heading = between(&page, "<h1", "</h1>");
        assert_eq!(text_of(heading), fold(title), "{name}");
        let body = between(&page, "<h2>Abstract</h2>", "</section>");
        let expected = READ_AS
            .iter()
            .fold(abstract_text.trim().to_owned(), |text, (from, to)| {
                text.replace(from, to)
            });
        assert_eq!(text_of(body), fold(&expected), "{name}");
        for (_, markup) in MARKUP.iter().filter(|(at, _)| *at == line) {
            assert!(body.contains(markup), "{name} lacks {markup}");
            seen += 1;
        }
    }
    assert_eq!(seen, MARKUP.len());
}

#[test]
fn every_paper_has_two_to_six_tags() {
    let site = Sandbox::with_real_papers();
    for (name, bytes) in site.tree("content/papers/2025-08-06") {
        let source = Source::new(name, String::from_utf8_lossy(&bytes).into_owned());
        let (paper, _) = front_matter::parse_paper(&source, &mut Problems::new());
        let paper = paper.expect("a paper");
        assert!(
            (2..=6).contains(&paper.tags.len()),
            "{}: {:?}",
            source.name,
            paper.tags
        );
    }
}

#[test]
fn the_papers_of_the_repository_are_those_of_the_list() {
    let site = Sandbox::with_real_papers();
    let imported = site.tree("content/papers/2025-08-06");
    let committed = support::tree(&support::repository().join("content/papers/2025-08-06"));
    assert_eq!(
        imported.keys().collect::<Vec<_>>(),
        committed.keys().collect::<Vec<_>>()
    );
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start}"));
    let rest = &text[from..];
    &rest[..rest.find(end).unwrap_or(rest.len())]
}

/// The text between tags, as a reader sees it; a heading's own opening tag and words are left out.
fn text_of(html: &str) -> String {
    let html = html.strip_prefix("<h2>Abstract</h2>").unwrap_or(html);
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    for (entity, c) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, c);
    }
    fold(&text)
}

/// Typographic quotes are the same words; white space is one space.
fn fold(text: &str) -> String {
    let text = text.replace(['“', '”'], "\"").replace(['‘', '’'], "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
