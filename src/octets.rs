//! Values behind each other in bytes, for what one build leaves for the next.
//!
//! Numbers are little-endian and of fixed length; bytes and lists stand behind how many there are. What is
//! taken from the front of bytes is `None` when they end too early. Knows no value of this program but
//! fingerprints.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::fingerprint::Fingerprint;

/// These are bytes that may be a part of others, with which they share their memory.
#[derive(Clone, Default)]
pub struct Octets {
    whole: Arc<Vec<u8>>,
    range: Range<usize>,
}

/// These are bytes behind each other, of which large ones stay where they are.
#[derive(Debug, Default)]
pub struct Strips<'a> {
    /// Those that are small.
    pub small: Vec<u8>,
    /// The large ones, each with how many small ones stand before it.
    large: Vec<(usize, &'a [u8])>,
}

impl Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.whole[self.range.clone()]
    }
}

impl From<Vec<u8>> for Octets {
    fn from(bytes: Vec<u8>) -> Octets {
        Octets {
            range: 0..bytes.len(),
            whole: bytes.into(),
        }
    }
}

impl PartialEq for Octets {
    fn eq(&self, other: &Octets) -> bool {
        **self == **other
    }
}

impl Eq for Octets {}

impl fmt::Debug for Octets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl<'a> Strips<'a> {
    /// Adds what `push_bytes` would.
    pub fn push_large(&mut self, of: &'a [u8]) {
        push_u64(of.len() as u64, &mut self.small);
        self.large.push((self.small.len(), of));
    }

    /// Returns the bytes in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        let pairs = self.large.iter().flat_map(move |&(end, large)| {
            let small = &self.small[std::mem::replace(&mut start, end)..end];
            [small, large]
        });
        let last = self.large.last().map_or(0, |(end, _)| *end);
        pairs.chain([&self.small[last..]])
    }

    /// Returns how many bytes there are.
    pub fn length(&self) -> usize {
        self.iter().map(<[u8]>::len).sum()
    }
}

/// Adds a number of 32 bits.
#[inline]
pub fn push_u32(number: u32, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

/// Adds a number of 64 bits.
#[inline]
pub fn push_u64(number: u64, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

/// Adds a fingerprint.
pub fn push_fingerprint(of: Fingerprint, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&of.0.to_le_bytes());
}

/// Adds a text or other bytes, and how many there are.
pub fn push_bytes(of: &[u8], bytes: &mut Vec<u8>) {
    push_u64(of.len() as u64, bytes);
    bytes.extend_from_slice(of);
}

/// Adds a list, and how many values it has.
pub fn push_list<T>(list: &[T], bytes: &mut Vec<u8>, push: impl Fn(&T, &mut Vec<u8>)) {
    push_u64(list.len() as u64, bytes);
    for value in list {
        push(value, bytes);
    }
}

/// Takes so many bytes.
#[inline]
pub fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

/// Takes so many bytes, which stay where they are.
#[inline]
pub fn take_slice<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(head)
}

/// Takes a number of 32 bits.
#[inline]
pub fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(take(rest)?))
}

/// Takes a number of 64 bits.
#[inline]
pub fn take_u64(rest: &mut &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(take(rest)?))
}

/// Takes how many there are of something.
pub fn take_count(rest: &mut &[u8]) -> Option<usize> {
    usize::try_from(take_u64(rest)?).ok()
}

/// Takes a fingerprint.
pub fn take_fingerprint(rest: &mut &[u8]) -> Option<Fingerprint> {
    Some(Fingerprint(u128::from_le_bytes(take(rest)?)))
}

/// Takes what `push_bytes` added.
pub fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_count(rest)?;
    take_slice(rest, length)
}

/// Takes what `push_bytes` or `Strips` added, where it lies: `rest` is the end of the whole.
pub fn take_shared(rest: &mut &[u8], whole: &Arc<Vec<u8>>) -> Option<Octets> {
    let bytes = take_bytes(rest)?;
    let end = whole.len().checked_sub(rest.len())?;
    let range = end.checked_sub(bytes.len())?..end;
    debug_assert!(
        std::ptr::eq(&whole[range.clone()], bytes),
        "not the end of the whole"
    );
    Some(Octets {
        whole: whole.clone(),
        range,
    })
}

/// Takes a text that `push_bytes` added.
pub fn take_text(rest: &mut &[u8]) -> Option<String> {
    String::from_utf8(take_bytes(rest)?.to_vec()).ok()
}

/// Takes what `push_list` added.
pub fn take_list<'a, T>(
    rest: &mut &'a [u8],
    take: impl Fn(&mut &'a [u8]) -> Option<T>,
) -> Option<Vec<T>> {
    let count = take_count(rest)?;
    // Each value has a byte at least, so what is damaged makes no room for more than there can be.
    let mut list = Vec::with_capacity(count.min(rest.len()));
    for _ in 0..count {
        list.push(take(rest)?);
    }
    Some(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bytes_are_neither_copied_when_they_are_added_nor_when_they_are_taken() {
        let large = [vec![1; 9], vec![], vec![2]];
        let mut strips = Strips::default();
        assert_eq!(strips.iter().collect::<Vec<_>>(), [b""]);
        push_u32(7, &mut strips.small);
        large.iter().for_each(|large| strips.push_large(large));
        push_u32(8, &mut strips.small);
        assert!(strips.iter().any(|strip| std::ptr::eq(strip, &*large[0])));
        let mut bytes = Vec::new();
        push_u32(7, &mut bytes);
        large.iter().for_each(|large| push_bytes(large, &mut bytes));
        push_u32(8, &mut bytes);
        let written: Vec<&[u8]> = strips.iter().collect();
        assert_eq!(
            (written.concat(), strips.length()),
            (bytes.clone(), bytes.len())
        );

        let whole = Arc::new(bytes);
        let rest = &mut whole.as_slice();
        assert_eq!(take_u32(rest), Some(7));
        let taken = [(); 3].map(|()| take_shared(rest, &whole).expect("it was added"));
        assert_eq!(taken, large.map(Octets::from));
        assert_eq!(take_u32(rest), Some(8));
        assert_eq!(take_shared(rest, &whole), None);
    }

    #[test]
    fn what_was_added_is_taken_and_what_ends_too_early_is_nothing() {
        let mut bytes = Vec::new();
        push_u32(7, &mut bytes);
        push_fingerprint(Fingerprint(1 << 100), &mut bytes);
        push_bytes("größer".as_bytes(), &mut bytes);
        push_list(&[1, 2, 3], &mut bytes, |number, bytes| {
            push_u32(*number, bytes)
        });
        let take_all = |mut rest: &[u8]| {
            let rest = &mut rest;
            let all = (
                take_u32(rest)?,
                take_fingerprint(rest)?,
                take_text(rest)?,
                take_list(rest, take_u32)?,
            );
            rest.is_empty().then_some(all)
        };
        let expected = (7, Fingerprint(1 << 100), "größer".to_owned(), vec![1, 2, 3]);
        assert_eq!(take_all(&bytes), Some(expected));
        for end in 0..bytes.len() {
            assert_eq!(take_all(&bytes[..end]), None, "{end}");
        }
    }
}
