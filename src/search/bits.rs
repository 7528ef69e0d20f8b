//! Numbers as bytes and bits: lists of papers in about as few bits as they can have.
//!
//! A gap between two papers is a Golomb–Rice code: a part in ones up to a zero, and a rest of fixed
//! length. A weight is as many ones, and a zero. How many there are of something is a gamma code: the
//! length of the number in ones, and its digits below the first. Bits fill bytes from the lowest.

use super::invert::Posting;

/// This writes bits behind bytes.
pub struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

/// This reads the bits that a `BitWriter` wrote.
pub struct BitReader<'a> {
    rest: &'a [u8],
    pending: u64,
    count: u32,
}

/// This is where a list of growing numbers stands.
///
/// The length of the fixed part follows from how many of all numbers there are, so it is not written.
pub struct Gaps {
    fixed: u32,
    next: u32,
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

/// Takes a number that `push_number` wrote from the front of bytes.
pub fn take_number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for place in (0..usize::BITS).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        number |= usize::from(byte & 0x7f) << place;
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

impl Gaps {
    /// Begins a list of so many numbers, all of which have at most `universe` binary digits.
    pub fn new(count: usize, universe: u32) -> Gaps {
        Gaps {
            fixed: universe.saturating_sub(length(count)),
            next: 0,
        }
    }
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
    pub fn push_postings(&mut self, postings: &[Posting], universe: u32) {
        let mut gaps = Gaps::new(postings.len(), universe);
        for posting in postings {
            self.push_gap(&mut gaps, posting.paper());
            self.push_parts(posting.weight(), 0, 0);
        }
    }

    /// Writes numbers in order, no two of which are the same and all of which have at most `universe`
    /// binary digits.
    pub fn push_numbers(&mut self, numbers: impl ExactSizeIterator<Item = u32>, universe: u32) {
        let mut gaps = Gaps::new(numbers.len(), universe);
        for number in numbers {
            self.push_gap(&mut gaps, number);
        }
    }

    /// Writes the next of some numbers.
    #[inline]
    pub fn push_gap(&mut self, gaps: &mut Gaps, number: u32) {
        let gap = number - gaps.next;
        self.push_parts(gap >> gaps.fixed, gap, gaps.fixed);
        gaps.next = number + 1;
    }

    /// Writes how many there are of something, which is one at least.
    #[inline]
    pub fn push_count(&mut self, count: usize) {
        let digits = length(count) - 1;
        self.push_parts(digits, count as u32, digits);
    }

    /// Returns the bytes; the last is filled up with zeros.
    pub fn finish(mut self) -> Vec<u8> {
        let rest = self.count.div_ceil(8) as usize;
        self.bytes
            .extend_from_slice(&self.pending.to_le_bytes()[..rest]);
        self.bytes
    }

    /// Writes as many ones, a zero, and the last binary digits of a number.
    #[inline]
    fn push_parts(&mut self, ones: u32, number: u32, digits: u32) {
        let number = number & ((1 << digits) - 1);
        match ones + 1 + digits {
            // One less than a one behind as many zeros is as many ones and a zero.
            count @ ..=32 => self.push(((number << 1 | 1) << ones) - 1, count),
            _ => self.push_long(ones, number, digits),
        }
    }

    /// Does the same where that is more than 32 bits.
    #[inline(never)]
    fn push_long(&mut self, mut ones: u32, number: u32, digits: u32) {
        while ones >= 16 {
            self.push(0xffff, 16);
            ones -= 16;
        }
        self.push((1 << ones) - 1, ones + 1);
        self.push(number, digits);
    }

    /// Writes up to 32 bits.
    #[inline]
    fn push(&mut self, bits: u32, count: u32) {
        let bits = u64::from(bits);
        self.pending |= bits << self.count;
        self.count += count;
        if self.count >= u64::BITS {
            self.bytes.extend_from_slice(&self.pending.to_le_bytes());
            self.count -= u64::BITS;
            // Those that found no room.
            self.pending = bits >> (count - self.count);
        }
    }
}

impl<'a> BitReader<'a> {
    /// Begins with the first of these bytes.
    pub fn new(bytes: &'a [u8]) -> BitReader<'a> {
        BitReader {
            rest: bytes,
            pending: 0,
            count: 0,
        }
    }

    /// Reads papers with their weights, as many as that.
    pub fn take_postings(&mut self, count: usize, universe: u32) -> Option<Vec<Posting>> {
        let mut gaps = Gaps::new(count, universe);
        let postings = (0..count).map(|_| {
            let paper = self.take_gap(&mut gaps)?;
            Some(Posting::new(paper, self.take_ones()?))
        });
        postings.collect()
    }

    /// Reads the next of some numbers.
    #[inline]
    pub fn take_gap(&mut self, gaps: &mut Gaps) -> Option<u32> {
        let ones = self.take_ones()?;
        let number = gaps.next + (ones << gaps.fixed | self.take_digits(gaps.fixed)?);
        gaps.next = number + 1;
        Some(number)
    }

    /// Reads how many there are of something.
    #[inline]
    pub fn take_count(&mut self) -> Option<usize> {
        let digits = self.take_ones()?;
        Some(1 << digits | self.take_digits(digits)? as usize)
    }

    /// Reads ones up to a zero.
    #[inline]
    fn take_ones(&mut self) -> Option<u32> {
        let mut ones = 0;
        loop {
            self.fill();
            // Behind those that are pending are zeros.
            let run = self.pending.trailing_ones();
            ones += run;
            if run < self.count {
                self.skip(run + 1);
                return Some(ones);
            }
            self.skip(run);
            (!self.rest.is_empty()).then_some(())?;
        }
    }

    /// Reads as many binary digits, 32 at most.
    #[inline]
    fn take_digits(&mut self, digits: u32) -> Option<u32> {
        self.fill();
        let number = self.pending & ((1 << digits) - 1);
        (digits <= self.count).then(|| self.skip(digits))?;
        Some(number as u32)
    }

    /// Makes 32 bits pending, if there are as many.
    #[inline]
    fn fill(&mut self) {
        while self.count < 56
            && let Some((byte, rest)) = self.rest.split_first()
        {
            self.pending |= u64::from(*byte) << self.count;
            self.count += 8;
            self.rest = rest;
        }
    }

    #[inline]
    fn skip(&mut self, count: u32) {
        self.pending >>= count;
        self.count -= count;
    }
}
