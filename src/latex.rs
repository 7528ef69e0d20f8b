//! Text of a paper list, as TeX or as a damaged copy of TeX, becomes what a person reads.
//!
//! A text is read into pieces (`read`), and pieces are written as Markdown or as plain text
//! (`write`), so that "the Markdown renders to the plain text" is a law that a test can check.
//! What a formula means is left to `math`; only formulas that are a mere number or sign become text.
//!
//! Knows nothing of lists of papers, of front matter or of HTML.

mod accent;
mod address;
mod command;
mod damage;
mod effect;
mod formula;
mod piece;
mod read;
mod scan;
mod symbol;
mod typography;
mod white_space;
mod write;

use piece::Piece;
use read::{Damage, read};

/// Cleans the text of a title: plain Unicode text, with `$math$` kept as math, on one line.
///
/// A `$` that is money stands as it is where it cannot be mistaken, and as `\$` where it could.
pub fn clean_title(text: &str) -> String {
    write::title(&read(&white_space::on_one_line(text), Damage::Repaired))
}

/// Cleans an abstract: Markdown that renders to the text as the author meant it.
///
/// Paragraphs stand on one line each, with a blank line between them.
pub fn clean_abstract(text: &str) -> String {
    write::markdown(&pieces_of_abstract(text, Damage::Repaired))
}

/// Returns what a reader sees of an abstract: the text without marks of style, with formulas as
/// `$source$` and links as their label.
pub fn plain(text: &str) -> String {
    write::plain(&pieces_of_abstract(text, Damage::Repaired))
}

fn pieces_of_abstract(text: &str, damage: Damage) -> Vec<Piece> {
    read(&white_space::in_paragraphs(text), damage)
}

#[cfg(test)]
mod tests;
