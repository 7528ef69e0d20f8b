//! HTML that grows in parts: a body, and its footnotes, which are written where they stand and shown at
//! the end.

use std::collections::HashMap;

use super::Hole;
use crate::html::{push_address, push_attribute};

/// This is a piece of HTML with all that knows a byte of it.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub html: String,
    pub plain: String,
    pub holes: Vec<Hole>,
    /// The levels of the headings, as digits in the HTML, and what each is in the source.
    levels: Vec<(usize, u8)>,
}

/// This is the footnotes of a body.
#[derive(Debug, Default)]
pub(super) struct Notes {
    notes: Vec<Note>,
    by_name: HashMap<String, usize>,
    numbered: usize,
}

#[derive(Debug, Default)]
struct Note {
    /// The number that readers see: notes are counted as they are referred to.
    number: Option<usize>,
    references: usize,
    part: Part,
}

impl Part {
    /// Makes room for what a text of so many bytes most often becomes.
    pub fn with_capacity(bytes: usize) -> Part {
        Part {
            html: String::with_capacity(bytes + bytes / 8 + 16),
            plain: String::with_capacity(bytes),
            ..Part::default()
        }
    }

    /// Starts a new line, for what follows is a block.
    pub fn line(&mut self) {
        if !self.html.is_empty() && !self.html.ends_with('\n') {
            self.html.push('\n');
        }
    }

    /// Starts a new line of the plain text.
    pub fn plain_line(&mut self) {
        if !self.plain.is_empty() && !self.plain.ends_with('\n') {
            self.plain.push('\n');
        }
    }

    /// Makes a heading of the HTML from a byte on.
    pub fn close_heading(&mut self, from: usize, level: u8, id: &str) {
        let mut open = String::from("<h2 id=\"");
        push_attribute(id, &mut open);
        open.push_str("\">");
        self.html.insert_str(from, &open);
        let inside = self.holes.iter_mut().rev();
        for hole in inside.take_while(|hole| hole.at >= from) {
            hole.at += open.len();
        }
        self.levels.push((from + 2, level));
        self.html.push_str("</h2>\n");
        self.levels.push((self.html.len() - 3, level));
    }

    /// Numbers the headings so that the topmost has the level that the page wants.
    pub fn settle_headings(&mut self, top_heading: u8) {
        let Some(top) = self.levels.iter().map(|(_, level)| *level).min() else {
            return;
        };
        for (at, level) in &self.levels {
            let digit = char::from(b'0' + (level - top + top_heading).min(6));
            let mut buffer = [0; 4];
            self.html
                .replace_range(*at..at + 1, digit.encode_utf8(&mut buffer));
        }
    }

    fn append(&mut self, other: Part) {
        let shift = self.html.len();
        self.html.push_str(&other.html);
        self.plain_line();
        self.plain.push_str(&other.plain);
        self.holes.extend(other.holes.into_iter().map(|mut hole| {
            hole.at += shift;
            hole
        }));
        let levels = other.levels.into_iter();
        self.levels
            .extend(levels.map(|(at, level)| (at + shift, level)));
    }
}

impl Notes {
    /// Takes a reference to a note; returns the note's number and which of its references this is.
    pub fn refer(&mut self, name: &str) -> (usize, usize) {
        let at = self.find(name);
        let note = &mut self.notes[at];
        note.references += 1;
        let number = *note.number.get_or_insert_with(|| {
            self.numbered += 1;
            self.numbered
        });
        (number, note.references)
    }

    /// Takes what a note says; of two notes with one name the second is not the one referred to.
    pub fn define(&mut self, name: &str, part: Part) {
        let mut at = self.find(name);
        if !self.notes[at].part.html.is_empty() {
            at = self.notes.len();
            self.notes.push(Note::default());
        }
        self.notes[at].part = part;
    }

    /// Writes the notes behind a body; those that nothing refers to come last.
    pub fn finish(mut self, id_prefix: &str, body: &mut Part) {
        if self.notes.is_empty() {
            return;
        }
        for note in &mut self.notes {
            note.number.get_or_insert_with(|| {
                self.numbered += 1;
                self.numbered
            });
        }
        self.notes.sort_by_key(|note| note.number);
        body.line();
        body.html.push_str("<div class=\"footnotes\">\n<ol>\n");
        for note in self.notes {
            let number = note.number.unwrap_or_default();
            body.html.push_str("<li id=\"");
            push_attribute(&format!("{id_prefix}fn-{number}"), &mut body.html);
            body.html.push_str("\">\n");
            let mut part = note.part;
            if note.references > 0 {
                push_way_back(&mut part, &format!("{id_prefix}fnref-{number}"));
            }
            body.append(part);
            body.html.push_str("</li>\n");
        }
        body.html.push_str("</ol>\n</div>\n");
    }

    fn find(&mut self, name: &str) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        self.notes.push(Note::default());
        self.by_name.insert(name.to_owned(), self.notes.len() - 1);
        self.notes.len() - 1
    }
}

/// Adds the link from a note back to the text, within its last paragraph if it ends with one.
fn push_way_back(part: &mut Part, id: &str) {
    const PARAGRAPH_END: &str = "</p>\n";
    let in_paragraph = part.html.ends_with(PARAGRAPH_END);
    if in_paragraph {
        part.html.truncate(part.html.len() - PARAGRAPH_END.len());
        part.html.push(' ');
    }
    part.html.push_str("<a class=\"back\" href=\"#");
    push_address(id, &mut part.html);
    part.html
        .push_str("\" aria-label=\"back to the text\">↩</a>");
    part.html
        .push_str(if in_paragraph { PARAGRAPH_END } else { "\n" });
}
