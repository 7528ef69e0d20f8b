//! Sheets: what pages are written on.

use std::cell::Cell;
use std::io;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::html;
use crate::markup::{Mark, Markup, Part, Reading};

/// How many bytes a page may have: more than any host takes, and no more than a computer has.
pub(super) const LONGEST: usize = 256 << 20;
/// The longest sheet that is written on again; few pages are longer.
const KEPT: usize = 4 << 20;

thread_local! {
    /// What the last page was written on that this thread let go.
    static BLANK: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// This is a page's text, as bytes.
///
/// Its memory is written on again: a new one would grow by copies of itself, in memory that the kernel
/// fills with zeros before.
#[derive(Debug, Default)]
pub struct Sheet {
    bytes: Vec<u8>,
    pieces: Vec<Placed>,
    /// What reads the text while it is written.
    reading: Option<Reading>,
}

/// This is what was noted of a text while it was written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Notes<'s> {
    /// The pieces that it has, in order.
    pub pieces: &'s [Placed],
    /// The values outside of pieces that a check of addresses wants to know, in order; none where the whole text has
    /// to be read for them.
    pub marks: Option<&'s [Mark]>,
}

/// A piece, and where a text has it.
pub type Placed = (Range<usize>, Arc<Piece>);

/// This is a text that stands on several pages, and that was looked through when it was written.
#[derive(Debug, Default)]
pub struct Piece {
    /// What was written.
    pub text: String,
    /// What is in it that a check of addresses wants to know; none where it was not checked, or cannot be
    /// checked without what is around it.
    pub leads: Option<Leads>,
}

/// This is what a text leads to, and what of it others may lead to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leads {
    /// The addresses of which not everything is known.
    pub addresses: Vec<Box<str>>,
    /// Hashes of the ids.
    pub ids: Vec<u64>,
}

impl Sheet {
    /// Takes an empty one.
    pub(crate) fn blank() -> Sheet {
        let mut bytes = BLANK.take();
        bytes.clear();
        bytes.into()
    }

    /// Reads the text while it is written; one of no such kind has nothing to read.
    pub(crate) fn read_as(mut self, markup: Option<Markup>) -> Sheet {
        self.reading = markup.map(Reading::new);
        self
    }

    /// Takes an empty one for a text that no template writes.
    pub fn blank_text() -> String {
        String::from_utf8(Sheet::blank().into_bytes()).unwrap_or_default()
    }

    /// Adds a text of a template, which stands on other pages too.
    pub(super) fn push_part(&mut self, text: &str, part: &Part) -> io::Result<()> {
        let start = self.bytes.len();
        self.push(text.as_bytes())?;
        if let Some(reading) = &mut self.reading {
            reading.read_known(&self.bytes, start, part);
        }
        Ok(())
    }

    /// Adds a text that is no markup, escaped.
    pub(super) fn push_escaped(&mut self, text: &str) -> io::Result<()> {
        if let Some(reading) = &mut self.reading {
            reading.pass();
        }
        html::escape(text, b"", |piece| self.push(piece.as_bytes()))
    }

    /// Adds a piece, and notes where it is.
    pub(crate) fn push_piece(&mut self, piece: &Arc<Piece>) -> io::Result<()> {
        let start = self.bytes.len();
        self.push(piece.text.as_bytes())?;
        if let Some(reading) = &mut self.reading {
            match piece.leads {
                Some(_) => reading.pass_whole(),
                None => reading.read(&self.bytes, start),
            }
        }
        self.pieces.push((start..self.bytes.len(), piece.clone()));
        Ok(())
    }

    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.bytes.len() + bytes.len() > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Returns what was noted of the text.
    pub fn notes(&self) -> Notes<'_> {
        Notes {
            pieces: &self.pieces,
            marks: self.reading.as_ref().and_then(Reading::marks),
        }
    }

    /// Returns the text of one that a template wrote.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("Tera writes whole texts")
    }

    /// Returns the bytes.
    pub fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

/// What was noted says nothing of what is written.
impl PartialEq for Sheet {
    fn eq(&self, other: &Sheet) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Sheet {}

impl Drop for Sheet {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        // A thread that ends has none any more.
        let _ = BLANK.try_with(|blank| {
            let last = blank.take();
            let is_better = last.capacity() < bytes.capacity() && bytes.capacity() <= KEPT;
            blank.set(if is_better { bytes } else { last });
        });
    }
}

impl Deref for Sheet {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Vec<u8>> for Sheet {
    fn from(bytes: Vec<u8>) -> Sheet {
        Sheet {
            bytes,
            pieces: Vec::new(),
            reading: None,
        }
    }
}

impl From<String> for Sheet {
    fn from(text: String) -> Sheet {
        text.into_bytes().into()
    }
}

impl io::Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let start = self.bytes.len();
        self.push(bytes)?;
        if let Some(reading) = &mut self.reading {
            reading.read(&self.bytes, start);
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_is_let_go_is_written_on_again_from_its_beginning() {
        let mut sheet = Sheet::blank();
        sheet.write_all(b"a long page").expect("written");
        let memory = sheet.as_ptr();
        drop(sheet);
        let mut next = Sheet::blank();
        assert!(next.is_empty());
        next.write_all(b"short").expect("written");
        assert_eq!((next.as_str(), next.as_ptr()), ("short", memory));
        drop(Sheet::from(vec![0; KEPT + 1]));
        drop(next);
        assert!(Sheet::blank().into_bytes().capacity() <= KEPT);
    }
}
