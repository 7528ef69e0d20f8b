//! Web addresses in running text.

use std::ops::Range;

/// Returns where web addresses stand in a text, and what they lead to.
pub fn spans(text: &str) -> Vec<(Range<usize>, String)> {
    let mut finder = linkify::LinkFinder::new();
    finder.kinds(&[linkify::LinkKind::Url]);
    finder
        .links(text)
        .map(|link| (link.start()..link.end(), link.as_str().to_owned()))
        .collect()
}

pub fn find(_: &str) -> Vec<crate::paper::Link> {
    Vec::new()
}
