//! A paper's file before and after an edit.

use std::ops::Range;

use paper_digest::diagnostic::Problems;
use paper_digest::front_matter;
use paper_digest::paper::Paper;
use paper_digest::source::Source;

/// The name of the file.
pub const PATH: &str = "content/papers/2025-08-06/a-paper.md";

/// Reads a paper without errors, and where its YAML stands.
pub fn read(file: &Source) -> Option<(Paper, Range<usize>)> {
    let mut found = Problems::new();
    let (paper, _) = front_matter::parse_paper(file, &mut found);
    let (block, _) = front_matter::find_block(&file.text)?;
    Some((paper.filter(|_| !found.has_errors())?, block))
}

/// Checks what stands before and behind the YAML; returns what the new text says.
pub fn check_around(file: &Source, block: &Range<usize>, new: &str) -> (Paper, Range<usize>) {
    let text = &file.text;
    assert!(new.starts_with(&text[..block.start]), "{new}");
    assert!(new.ends_with(&text[block.end..]), "{new}");
    let read = read(&Source::new(PATH, new));
    read.unwrap_or_else(|| panic!("an edit broke the file: {new}"))
}
