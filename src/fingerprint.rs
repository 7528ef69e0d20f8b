//! Fingerprints: what tells whether a value is the one that it was in another run.
//!
//! A value is inked part by part, each with its length, so that no two values of a type leave the same
//! marks for being cut elsewhere. Knows no value of this program.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

/// This is what two values share when they are the same, and no others do: a hash of 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fingerprint(pub u128);

/// This collects the marks of a value.
#[derive(Debug)]
pub struct Ink(Vec<u8>);

/// This can be told from others of its type by a fingerprint.
pub trait Inked {
    /// Leaves marks of every part.
    fn ink(&self, ink: &mut Ink);
}

impl Fingerprint {
    /// Takes the fingerprint of a value.
    pub fn of<T: Inked + ?Sized>(value: &T) -> Fingerprint {
        let mut ink = Ink::default();
        value.ink(&mut ink);
        ink.fingerprint()
    }

    /// Takes the fingerprint of bytes.
    pub fn of_bytes(bytes: &[u8]) -> Fingerprint {
        Fingerprint(xxh3_128(bytes))
    }
}

impl Default for Ink {
    fn default() -> Ink {
        // Most values have about as many bytes, and growing to that costs more than all of them.
        Ink(Vec::with_capacity(2048))
    }
}

impl Ink {
    /// Adds bytes, and how many there are.
    pub fn push(&mut self, bytes: &[u8]) {
        self.push_number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// Takes back all that was added, for another value.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds a number.
    pub fn push_number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    /// Takes the fingerprint of all that was added.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_bytes(&self.0)
    }
}

impl Inked for Fingerprint {
    fn ink(&self, ink: &mut Ink) {
        ink.0.extend_from_slice(&self.0.to_le_bytes());
    }
}

impl Inked for str {
    fn ink(&self, ink: &mut Ink) {
        ink.push(self.as_bytes());
    }
}

impl Inked for String {
    fn ink(&self, ink: &mut Ink) {
        self.as_str().ink(ink);
    }
}

impl Inked for Arc<str> {
    fn ink(&self, ink: &mut Ink) {
        self.as_ref().ink(ink);
    }
}

impl Inked for bool {
    fn ink(&self, ink: &mut Ink) {
        ink.0.push(u8::from(*self));
    }
}

impl Inked for usize {
    fn ink(&self, ink: &mut Ink) {
        ink.push_number(*self as u64);
    }
}

impl Inked for i16 {
    fn ink(&self, ink: &mut Ink) {
        ink.0.extend_from_slice(&self.to_le_bytes());
    }
}

impl<T: Inked + ?Sized> Inked for &T {
    fn ink(&self, ink: &mut Ink) {
        (**self).ink(ink);
    }
}

impl<T: Inked> Inked for Option<T> {
    fn ink(&self, ink: &mut Ink) {
        self.is_some().ink(ink);
        if let Some(value) = self {
            value.ink(ink);
        }
    }
}

impl<T: Inked> Inked for [T] {
    fn ink(&self, ink: &mut Ink) {
        self.len().ink(ink);
        for value in self {
            value.ink(ink);
        }
    }
}

impl<T: Inked> Inked for Vec<T> {
    fn ink(&self, ink: &mut Ink) {
        self.as_slice().ink(ink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_elsewhere_leaves_other_marks() {
        let of = |parts: &[&str]| Fingerprint::of(parts);
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        let others = [&["a", "bc"][..], &["abc"], &["ab", "c", ""], &["ab", "d"]];
        for other in others {
            assert_ne!(of(&["ab", "c"]), of(other), "{other:?}");
        }
        assert_ne!(
            Fingerprint::of(&None::<String>),
            Fingerprint::of(&Some(String::new()))
        );
    }
}
