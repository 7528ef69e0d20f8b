//! Cutting a template into pieces: texts, prints and tags, as Tera cuts it.

use crate::theme::turns::{self, is_of_word};

/// A piece of a template; code is what stands between its signs.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    Text(&'a str),
    Print(&'a str),
    Tag(&'a str),
}

impl<'a> Piece<'a> {
    /// Returns the name of a tag.
    pub fn tag(&self) -> Option<&'a str> {
        match self {
            Piece::Tag(code) => Some(first_word(code)),
            _ => None,
        }
    }
}

/// Cuts a template into pieces. Comments are left out, and white space is cut where code says so; `None` where
/// that is not sure to be right.
pub fn pieces(template: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let (mut done, mut is_cut) = (0, false);
    for range in turns::code(template) {
        let code = &template[range.clone()];
        // What is raw has rules of its own.
        if turns::tag_name(code) == Some("raw") {
            return None;
        }
        let inside = &code[2..code.len() - 2];
        let cuts_before = inside.starts_with('-');
        add_text(
            &template[done..range.start],
            (is_cut, cuts_before),
            &mut pieces,
        )?;
        let inside = inside.strip_prefix('-').unwrap_or(inside);
        is_cut = inside.ends_with('-');
        let inside = inside.strip_suffix('-').unwrap_or(inside);
        pieces.push(match code.starts_with("{{") {
            true => Piece::Print(inside),
            false => Piece::Tag(inside),
        });
        done = range.end;
    }
    add_text(&template[done..], (is_cut, false), &mut pieces)?;
    Some(pieces)
}

/// Adds the text between two pieces of code, which may be cut at its start and at its end.
fn add_text<'a>(
    mut rest: &'a str,
    (mut is_cut, cuts_end): (bool, bool),
    pieces: &mut Vec<Piece<'a>>,
) -> Option<()> {
    loop {
        let (text, comment) = match rest.split_once("{#") {
            Some((text, behind)) => (text, Some(behind)),
            None => (rest, None),
        };
        let cuts_end = comment.map_or(cuts_end, |comment| comment.starts_with('-'));
        if !text.is_empty() {
            let text = if is_cut { text.trim_start() } else { text };
            is_cut = false;
            pieces.push(Piece::Text(if cuts_end { text.trim_end() } else { text }));
        }
        let Some(comment) = comment else {
            return Some(());
        };
        let comment = comment.strip_prefix('-').unwrap_or(comment);
        let (said, behind) = comment.split_once("#}")?;
        is_cut |= said.ends_with('-');
        rest = behind;
    }
}

/// Returns the name of a tag.
pub fn first_word(tag: &str) -> &str {
    let tag = tag.trim_start();
    let end = tag.find(|c: char| !is_of_word(c));
    &tag[..end.unwrap_or(tag.len())]
}
