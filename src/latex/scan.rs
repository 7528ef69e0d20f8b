//! Stepping over stretches of text in which nothing happens.
//!
//! Most of a text is such a stretch, so these are plain loops over bytes: they are fast even in a
//! build for tests, which runs over tens of thousands of abstracts.

/// Returns a table of these ASCII bytes.
pub const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
}

/// Returns how many bytes stand before the first byte of the table.
pub fn length_before(text: &str, stops: &[bool; 256]) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && !stops[bytes[at] as usize] {
        at += 1;
    }
    at
}
