//! What every server of the tests does first: it reads a request.

use std::io::BufRead;

/// Reads a request up to its end, without a body; returns its first line. `None` when nobody asks any more.
pub fn read_request(reader: &mut impl BufRead) -> Option<String> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        Some(line)
    };
    let first = line()?;
    while line()? != "\r\n" {}
    Some(first)
}
