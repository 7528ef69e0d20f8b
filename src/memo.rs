//! What a build leaves for the next: which pages it wrote, what they were made of, and of papers the terms and
//! words.
//!
//! A page that is made of the same as before is the same, so the next build takes over its file. Nothing
//! here needs to be true of anything but itself: each entry says what became of a fingerprint, and of
//! which file nobody has changed since. A memo that is damaged, or of another program, is none. Knows no
//! disk.

use rustc_hash::FxHashMap;

use crate::fingerprint::Fingerprint;
use crate::search::Pieces;
use crate::site::Site;
use crate::tags::phrases::Terms;

/// This is what a build leaves for the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memo {
    /// The program: its terms are those of this one.
    pub program: Fingerprint,
    /// What all pages depend on: settings, theme, the paths of the pages.
    pub basis: Fingerprint,
    /// The pages, by the fingerprint of their paths.
    pub pages: FxHashMap<Fingerprint, Leaf>,
    /// The terms of papers, by the fingerprint of their files.
    pub terms: FxHashMap<Fingerprint, Terms>,
    /// The words of pieces of the site, for the search index.
    pub pieces: Pieces,
}

/// This is a page that was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leaf {
    /// What it was made of.
    pub fingerprint: Fingerprint,
    /// The ids on it, to which other pages may lead.
    pub ids: Fingerprint,
    /// The file; none where the page must be rendered again, whatever it is made of.
    pub seal: Option<Seal>,
}

/// This is how a file looks from outside as long as nobody writes to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seal {
    /// How many bytes it has.
    pub length: u64,
    /// When it was written, in nanoseconds since 1970.
    pub modified: i64,
    /// Its number on its disk.
    pub inode: u64,
    /// What it is, and who may do what with it; never zero.
    pub mode: u32,
}

/// What a memo begins with; another format has another number.
const MAGIC: &[u8] = b"digest memo 1\n";
/// How many bytes the sum of all others has, which stands behind that.
const SUM: usize = size_of::<u128>();

impl Memo {
    /// Takes the terms of a site's papers.
    pub fn note_terms(&mut self, site: &Site) {
        let known = site.papers.iter().filter(|entry| entry.text().has_terms());
        let terms = known.map(|entry| (entry.fingerprint(), entry.text().terms().clone()));
        self.terms = terms.collect();
    }

    /// Gives a site's papers the terms that they had.
    pub fn recall_terms(&self, site: &Site) {
        for entry in &site.papers {
            if let Some(terms) = self.terms.get(&entry.fingerprint()) {
                entry.text().recall_terms(terms.clone());
            }
        }
    }

    /// Writes a memo.
    pub fn write(&self) -> Vec<u8> {
        let pieces: usize = self.pieces.values().map(|piece| piece.len()).sum();
        // A page takes some 80 bytes, a paper's terms some 400; growing would take twice as much memory.
        let room = pieces + 100 * self.pages.len() + 500 * self.terms.len() + 1000;
        let mut bytes = Vec::with_capacity(room);
        bytes.extend(MAGIC);
        bytes.extend([0; SUM]);
        for of in [self.program, self.basis] {
            bytes.extend(of.0.to_le_bytes());
        }
        bytes.extend((self.pages.len() as u64).to_le_bytes());
        for (path, leaf) in &self.pages {
            let Leaf {
                fingerprint,
                ids,
                seal,
            } = leaf;
            for of in [path, fingerprint, ids] {
                bytes.extend(of.0.to_le_bytes());
            }
            let seal = seal.unwrap_or_default();
            bytes.extend(seal.length.to_le_bytes());
            bytes.extend(seal.modified.to_le_bytes());
            bytes.extend(seal.inode.to_le_bytes());
            bytes.extend(seal.mode.to_le_bytes());
        }
        bytes.extend((self.terms.len() as u64).to_le_bytes());
        for (file, terms) in &self.terms {
            bytes.extend(file.0.to_le_bytes());
            terms.write(&mut bytes);
        }
        bytes.extend((self.pieces.len() as u64).to_le_bytes());
        for (made_of, piece) in &self.pieces {
            bytes.extend(made_of.0.to_le_bytes());
            bytes.extend((piece.len() as u64).to_le_bytes());
            bytes.extend_from_slice(piece);
        }
        let (head, body) = bytes.split_at_mut(MAGIC.len() + SUM);
        let sum = Fingerprint::of_bytes(body).0.to_le_bytes();
        head[MAGIC.len()..].copy_from_slice(&sum);
        bytes
    }

    /// Reads a memo that this program wrote; `None` for any other.
    pub fn parse(bytes: &[u8], program: Fingerprint) -> Option<Memo> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let sum = take_fingerprint(&mut rest)?;
        (Fingerprint::of_bytes(rest) == sum).then_some(())?;
        let mut memo = Memo {
            program: take_fingerprint(&mut rest)?,
            basis: take_fingerprint(&mut rest)?,
            ..Memo::default()
        };
        (memo.program == program).then_some(())?;
        for _ in 0..u64::from_le_bytes(take(&mut rest)?) {
            let path = take_fingerprint(&mut rest)?;
            let leaf = Leaf {
                fingerprint: take_fingerprint(&mut rest)?,
                ids: take_fingerprint(&mut rest)?,
                seal: Some(Seal {
                    length: u64::from_le_bytes(take(&mut rest)?),
                    modified: i64::from_le_bytes(take(&mut rest)?),
                    inode: u64::from_le_bytes(take(&mut rest)?),
                    mode: u32::from_le_bytes(take(&mut rest)?),
                })
                .filter(|seal| seal.mode != 0),
            };
            memo.pages.insert(path, leaf);
        }
        for _ in 0..u64::from_le_bytes(take(&mut rest)?) {
            let file = take_fingerprint(&mut rest)?;
            memo.terms.insert(file, Terms::take(&mut rest)?);
        }
        for _ in 0..u64::from_le_bytes(take(&mut rest)?) {
            let made_of = take_fingerprint(&mut rest)?;
            let length = usize::try_from(u64::from_le_bytes(take(&mut rest)?)).ok()?;
            let (piece, behind) = rest.split_at_checked(length)?;
            memo.pieces.insert(made_of, piece.into());
            rest = behind;
        }
        rest.is_empty().then_some(memo)
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

fn take_fingerprint(rest: &mut &[u8]) -> Option<Fingerprint> {
    Some(Fingerprint(u128::from_le_bytes(take(rest)?)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tags::phrases::Model;

    fn memo(pages: &[(u128, u64)], texts: &[String]) -> Memo {
        let leaf = |&(number, length): &(u128, u64)| {
            let seal = Seal {
                length,
                modified: -1,
                inode: 7,
                mode: 0o100_644,
            };
            let leaf = Leaf {
                fingerprint: Fingerprint(number ^ 1),
                ids: Fingerprint(number ^ 2),
                seal: (number % 2 == 0).then_some(seal),
            };
            (Fingerprint(number), leaf)
        };
        let terms = texts.iter().map(|text| {
            let terms = Terms::read(text, text, Model::embedded());
            (Fingerprint::of_bytes(text.as_bytes()), terms)
        });
        let pieces = texts.iter().map(|text| {
            let piece = text.as_bytes();
            (Fingerprint::of_bytes(piece), piece.into())
        });
        Memo {
            program: Fingerprint(1),
            basis: Fingerprint(2),
            pages: pages.iter().map(leaf).collect(),
            terms: terms.collect(),
            pieces: pieces.collect(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_memo_is_read_as_it_was_written(
            pages in prop::collection::vec(any::<(u128, u64)>(), 0..9),
            texts in prop::collection::vec("([a-z]{1,9} ){0,30}", 0..5),
        ) {
            let memo = memo(&pages, &texts);
            let bytes = memo.write();
            prop_assert_eq!(Memo::parse(&bytes, Fingerprint(1)), Some(memo));
            prop_assert_eq!(Memo::parse(&bytes, Fingerprint(3)), None);
        }

        #[test]
        fn a_damaged_memo_is_none(at in any::<prop::sample::Index>(), bit in 0..8_u8, cut in any::<bool>()) {
            let mut bytes = memo(&[(5, 5), (9, 9)], &["graphs forget".to_owned()]).write();
            let at = at.index(bytes.len());
            match cut {
                true => bytes.truncate(at),
                false => bytes[at] ^= 1_u8 << bit,
            }
            prop_assert_eq!(Memo::parse(&bytes, Fingerprint(1)), None);
        }
    }
}
