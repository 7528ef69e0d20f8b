//! Numbers as bytes and bits: lists of papers in about as few bits as they can have.
//!
//! A gap between two papers is a Golomb–Rice code: a part in ones up to a zero, and a rest of fixed
//! length. A weight is as many ones, and a zero. Bits fill bytes from the lowest.

use super::invert::Posting;

/// This writes bits behind bytes.
pub struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

/// Returns how many binary digits a number has.
pub fn length(number: usize) -> u32 {
    usize::BITS - number.leading_zeros()
}

/// Writes a number, seven bits a byte, the lowest first; the highest bit says that more follow.
pub fn push_number(mut number: usize, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

impl BitWriter {
    /// Goes on behind these bytes.
    pub fn new(bytes: Vec<u8>) -> BitWriter {
        BitWriter {
            bytes,
            pending: 0,
            count: 0,
        }
    }

    /// Writes papers in order with their weights; `universe` is the length of the number of all papers.
    ///
    /// The length of the fixed part follows from how many of all papers there are, so it is not written.
    pub fn push_postings(&mut self, postings: &[Posting], universe: u32) {
        let fixed = universe.saturating_sub(length(postings.len()));
        let mut next = 0;
        for posting in postings {
            let gap = posting.paper() - next;
            self.push_ones(gap >> fixed);
            self.push(gap & ((1 << fixed) - 1), fixed);
            self.push_ones(posting.weight());
            next = posting.paper() + 1;
        }
    }

    /// Returns the bytes; the last is filled up with zeros.
    pub fn finish(mut self) -> Vec<u8> {
        let rest = (8 - self.count % 8) % 8;
        self.push(0, rest);
        self.bytes
    }

    fn push_ones(&mut self, mut count: u32) {
        while count >= 16 {
            self.push(0xffff, 16);
            count -= 16;
        }
        self.push((1 << count) - 1, count + 1);
    }

    fn push(&mut self, bits: u32, count: u32) {
        self.pending |= u64::from(bits) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }
}
