//! The head of a content file: what is read can be written, and reads back the same.

use std::ops::Range;

use paper_digest::diagnostic::{Code, Problems};
use paper_digest::front_matter;
use paper_digest::paper::Paper;
use paper_digest::source::Source;

use super::problems;

/// No front matter is longer.
const FRONT_MATTER: usize = 64 * 1024;

/// Checks a file as a paper and as a page.
pub fn check(text: &str) {
    let (paper, body, found) = read(text);
    problems::check(&found, text);
    assert_eq!(body.end, text.len());
    let rest = &text[body];
    if let Some(paper) = paper.filter(|_| !found.has_errors()) {
        check_written(&paper, rest);
    }

    let mut found = Problems::new();
    let (front, body) = front_matter::parse_text(&Source::new("about.md", text), &mut found);
    problems::check(&found, text);
    assert_eq!(body.end, text.len());
    assert!(front.aliases.iter().all(|alias| alias.starts_with('/')));
}

/// Checks that a paper written and read again is the same paper, and the same text.
///
/// Fields of one's own are written as JSON, without anchors, which may be longer than what can be read.
fn check_written(paper: &Paper, body: &str) {
    let written = front_matter::write(paper, body);
    let (again, range, found) = read(&written);
    if found
        .iter()
        .any(|problem| problem.code == Code::FrontMatterTooLong)
    {
        assert!(written.len() - body.len() > FRONT_MATTER);
        return;
    }
    assert!(found.is_empty(), "{found:?} in {written}");
    assert_eq!(again.as_ref(), Some(paper), "{written}");
    let rest = &written[range];
    assert_eq!(rest.trim_matches('\n'), body.trim_matches('\n'));
    assert_eq!(front_matter::write(paper, rest), written);
}

fn read(text: &str) -> (Option<Paper>, Range<usize>, Problems) {
    let source = Source::new("content/papers/2025-08-06/a-paper.md", text);
    let mut found = Problems::new();
    let (paper, body) = front_matter::parse_paper(&source, &mut found);
    (paper, body, found)
}
