//! Markdown with formulas and code: clean HTML of a closed set, whoever wrote it.

use std::collections::BTreeSet;

use paper_digest::diagnostic::{Palette, Problems};
use paper_digest::markdown::{self, Frame, Rendered};
use paper_digest::source::Source;

use super::html;

/// No more bytes of HTML come of a text than this many for each of its bytes, and those that follow.
///
/// The most that one byte becomes is a formula's letter between a sign above and one below. A link by
/// reference repeats its address; the parser stops at 100,000 bytes of these, or the text's length.
const BYTES_EACH: usize = 256;
const BYTES_MORE: usize = 1_000_000;

/// Checks a text as a body, as a line and as a title.
pub fn check(text: &str) {
    let (first, reports) = render(text);
    check_html(&first.html, text);
    check_addresses(&first, text);
    check_ids(&first.html, text);
    assert_eq!(render(text), (first, reports), "{text:?}");

    let mut found = Problems::new();
    let line = markdown::inline(&Source::new("a.md", ""), text, 0..0, &mut found);
    check_html(&line.html, text);
    let has_block = ["<p>", "<li>", "<h2", "<pre", "<table"]
        .iter()
        .any(|block| line.html.contains(block));
    assert!(!has_block, "{text:?} gave {}", line.html);
    check_html(&markdown::title(text), text);
    let teaser = markdown::teaser(&line.plain, 20);
    assert!(teaser.chars().count() <= 20, "{text:?}");
}

/// Renders a text; returns it with its problems as people read them.
fn render(text: &str) -> (Rendered, String) {
    let mut found = Problems::new();
    let source = Source::new("a.md", text);
    let frame = Frame {
        id_prefix: "p-",
        top_heading: 2,
    };
    let rendered = markdown::render(&source, 0..text.len(), frame, &mut found);
    let reports = found.iter().map(|problem| problem.render(Palette::PLAIN));
    (rendered, reports.collect())
}

fn check_html(markup: &str, text: &str) {
    let told = html::check(markup);
    assert_eq!(told, Ok(()), "{text:?} gave {markup}");
    assert!(
        markup.len() <= BYTES_EACH * text.len() + BYTES_MORE,
        "{} bytes of {}",
        markup.len(),
        text.len()
    );
}

/// Checks that holes stand in order where an address belongs, and that every address is harmless.
fn check_addresses(rendered: &Rendered, text: &str) {
    for hole in &rendered.holes {
        let before = &rendered.html[..hole.at];
        assert!(
            before.ends_with("href=\"") || before.ends_with("src=\""),
            "{text:?}"
        );
        assert!(rendered.html[hole.at..].starts_with('"'), "{text:?}");
        assert!(hole.range.end <= text.len(), "{text:?}");
        assert!(html::is_harmless(&hole.url), "{text:?}");
    }
    assert!(rendered.holes.is_sorted_by_key(|hole| hole.at), "{text:?}");
    for outbound in &rendered.outbound {
        assert!(html::is_harmless(&outbound.url), "{text:?}");
        assert!(outbound.range.end <= text.len(), "{text:?}");
    }
}

fn check_ids(markup: &str, text: &str) {
    let ids = markup
        .split(" id=\"")
        .skip(1)
        .map(|id| id.split('"').next().unwrap_or(""));
    let ids: Vec<&str> = ids.collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(distinct.len(), ids.len(), "{text:?}");
}
