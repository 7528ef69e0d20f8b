//! Laws of the cleaning of TeX, over all the real abstracts that are at hand.
//!
//! The data are large and stand beside the repository; without them the tests say so and pass.
#![allow(clippy::disallowed_methods)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use paper_digest::{latex, web_links};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Returns a field of every record of a file of gzipped JSON lines.
fn field(file: &str, key: &str) -> Vec<String> {
    let path = Path::new("../shared/data").join(file);
    let Ok(file) = File::open(&path) else {
        println!("skipped: {} is not here", path.display());
        return Vec::new();
    };
    BufReader::new(GzDecoder::new(file))
        .lines()
        .map(|line| {
            let record: serde_json::Value =
                serde_json::from_str(&line.expect("the data are UTF-8"))
                    .expect("the data are JSON");
            record[key].as_str().unwrap_or_default().to_owned()
        })
        .collect()
}

/// Returns the text that a Markdown document shows, with formulas as they are written.
fn shown(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_MATH;
    let mut text = String::new();
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::InlineMath(tex) => text.extend(["$", &tex, "$"]),
            Event::DisplayMath(tex) => text.extend(["$$", &tex, "$$"]),
            Event::End(TagEnd::Paragraph) => text.push_str("\n\n"),
            Event::Start(Tag::Paragraph | Tag::Emphasis | Tag::Strong | Tag::Link { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link) => {}
            other => text.push_str(&format!("<<{other:?}>>")),
        }
    }
    text.trim_end().to_owned()
}

/// Undoes smart punctuation, which the renderer adds on purpose.
fn straight(text: &str) -> String {
    text.replace(['‘', '’'], "'")
        .replace(['“', '”'], "\"")
        .replace('…', "...")
}

fn abstracts_render_to_their_plain_text(file: &str) {
    let mut bent = Vec::new();
    for text in field(file, "abstract") {
        let rendered = straight(&shown(&latex::clean_abstract(&text)));
        let plain = straight(&latex::plain(&text));
        if rendered != plain {
            bent.push((plain, rendered));
        }
    }
    for (plain, rendered) in bent.iter().take(20) {
        println!("{plain}\n{rendered}\n");
    }
    assert_eq!(bent.len(), 0, "abstracts that Markdown bends");
}

#[test]
fn markdown_does_not_bend_the_abstracts_of_arxiv() {
    abstracts_render_to_their_plain_text("arxiv-10k.jsonl.gz");
}

#[test]
fn markdown_does_not_bend_the_abstracts_of_daily_papers() {
    abstracts_render_to_their_plain_text("daily-9k.jsonl.gz");
}

#[test]
fn titles_are_cleaned_to_one_line() {
    for file in ["arxiv-10k.jsonl.gz", "daily-9k.jsonl.gz"] {
        for title in field(file, "title") {
            let cleaned = latex::clean_title(&title);
            assert!(
                !cleaned.is_empty() && !cleaned.contains(['\n', '\t']),
                "{title:?} became {cleaned:?}"
            );
        }
    }
}

#[test]
fn every_address_of_an_abstract_is_found_in_its_markdown() {
    for text in field("daily-9k.jsonl.gz", "abstract") {
        for link in web_links::find(&latex::clean_abstract(&text)) {
            assert!(
                !link.url.ends_with(['.', ',', ')', ']', '\'', '"', '}'])
                    && link.url.starts_with("http"),
                "{link:?} in {text:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn markdown_does_not_bend_what_chance_writes(
        words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..12)
    ) {
        let text = words.concat();
        prop_assert_eq!(straight(&shown(&latex::clean_abstract(&text))), straight(&latex::plain(&text)));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        latex::clean_abstract(&text);
        latex::clean_title(&text);
        web_links::find(&text);
    }
}

/// What texts are made of that give a parser of TeX or Markdown trouble.
const WORDS: [&str; 60] = [
    "a",
    "b1",
    "2",
    " ",
    " ",
    "\n",
    "\n\n",
    "\\",
    "{",
    "}",
    "$",
    "$",
    "~",
    "-",
    "--",
    "`",
    "'",
    "\"",
    "*",
    "**",
    "_",
    "#",
    "# ",
    "- ",
    "1. ",
    "> ",
    ": ",
    "|",
    "<",
    ">",
    "&amp;",
    "[",
    "]",
    "(",
    ")",
    "!",
    "[^1]",
    "[x](https://a.b/c)",
    "https://a.b/c_d_",
    "\\emph{",
    "\\textbf{",
    "\\texttt{",
    "\\href{",
    "\\url{",
    "\\footnote{",
    "\\'e",
    "\\\"{o}",
    "\\cite{k}",
    "\\method",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "{it ",
    "{\\bf ",
    "\\%",
    "\\$",
    "é",
    "“",
    "=",
];
