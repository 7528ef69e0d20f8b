//! Values behind each other in bytes, for what one build leaves for the next.
//!
//! Numbers are little-endian and of fixed length; bytes and lists stand behind how many there are. What is
//! taken from the front of bytes is `None` when they end too early. Knows no value of this program but
//! fingerprints.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::fingerprint::Fingerprint;

/// These are bytes that several values share.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Octets(Arc<Vec<u8>>);

impl Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Octets {
    fn from(bytes: Vec<u8>) -> Octets {
        Octets(bytes.into())
    }
}

impl fmt::Debug for Octets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
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
