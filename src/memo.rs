//! What a build leaves for the next: which pages it wrote, what they were made of, and of papers the terms and
//! words.
//!
//! A page that is made of the same as before is the same, so the next build takes over its file. Nothing
//! here needs to be true of anything but itself: each entry says what became of a fingerprint, and of
//! which file nobody has changed since. A memo that is damaged, or of another program, is none. Knows no
//! disk.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::document::{Recollection, Recollections};
use crate::fingerprint::Fingerprint;
use crate::octets::{
    push_bytes, push_fingerprint, push_u32, push_u64, take, take_count, take_fingerprint,
    take_text, take_u32, take_u64,
};
use crate::page::{Quilt, Quilts};
use crate::parallel;
use crate::related::{self, KnownTerms};
use crate::search;
use crate::site::Site;
use crate::tags::phrases::Terms;

/// This is what a build leaves for the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memo {
    /// What all pages depend on: settings, theme, the paths of the pages.
    pub basis: Fingerprint,
    /// The pages, by the fingerprint of their paths.
    pub pages: FxHashMap<Fingerprint, Leaf>,
    /// What is remembered of papers with plain abstracts, by the fingerprints of their files.
    pub papers: Vec<(Fingerprint, Recollection)>,
    /// The terms of papers, by the fingerprint of their files.
    pub terms: KnownTerms,
    /// Where files of all papers have the text of each, by the fingerprints of their paths.
    pub quilts: Quilts,
    /// The search index, and what it was made of.
    pub search: search::Kept,
    /// The neighbours of papers, and what they followed from.
    pub related: related::Kept,
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
const MAGIC: [u8; 14] = *b"digest memo 5\n";
/// How many bytes stand before the first part: how long the parts are follows from them.
pub const HEAD: usize = MAGIC.len() + 2 * size_of::<u64>();
/// Before each part stands its sum.
const SUM: usize = size_of::<u128>();

/// How many bytes the first two parts of a memo have; the third is all that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// Of the search index, most of which is taken as it lies.
    pub search: u64,
    /// Of what is read before papers are parsed; the others are read beside them.
    pub papers: u64,
}

/// This is what is read of a memo before papers are parsed.
#[derive(Debug, Default)]
pub struct Opened {
    /// The sum of that part, by which the last one knows it.
    sum: Fingerprint,
    basis: Fingerprint,
    papers: Recollections,
}

impl Lengths {
    /// Reads them; `None` where no memo of this format begins so.
    pub fn read(head: &[u8; HEAD]) -> Option<Lengths> {
        let mut rest = head.strip_prefix(&MAGIC)?;
        Some(Lengths {
            search: take_u64(&mut rest)?,
            papers: take_u64(&mut rest)?,
        })
    }
}

impl Opened {
    /// Reads the papers of a memo that this program wrote; `None` for any other.
    pub fn read(part: &[u8], program: Fingerprint) -> Option<Opened> {
        let (sum, mut rest) = whole(part)?;
        let rest = &mut rest;
        (take_fingerprint(rest)? == program).then_some(())?;
        let basis = take_fingerprint(rest)?;
        let mut papers = Recollections::default();
        for _ in 0..take_count(rest)? {
            papers.insert(take_fingerprint(rest)?, take_recollection(rest)?);
        }
        rest.is_empty().then_some(Opened { sum, basis, papers })
    }

    /// Returns the papers that it remembers.
    pub fn papers(&self) -> &Recollections {
        &self.papers
    }

    /// Reads the search index and the last part, if that is of the same memo; the papers stay here.
    pub fn read_rest(&self, search: Vec<u8>, part: &[u8]) -> Option<Memo> {
        let search = Arc::new(search);
        let (_, mut of_search) = whole(&search)?;
        let (_, mut rest) = whole(part)?;
        let rest = &mut rest;
        // Of two builds that wrote at once each may have written a part.
        (take_fingerprint(rest)? == self.sum).then_some(())?;
        let mut memo = Memo {
            basis: self.basis,
            ..Memo::default()
        };
        for _ in 0..take_count(rest)? {
            memo.pages
                .insert(take_fingerprint(rest)?, Leaf::take(rest)?);
        }
        for _ in 0..take_count(rest)? {
            let path = take_fingerprint(rest)?;
            memo.quilts.insert(path, Quilt::take(rest)?);
        }
        for _ in 0..take_count(rest)? {
            memo.terms
                .insert(take_fingerprint(rest)?, Terms::take(rest)?);
        }
        memo.related = related::Kept::take(rest)?;
        memo.search = search::Kept::take(&mut of_search, &search)?;
        (rest.is_empty() && of_search.is_empty()).then_some(memo)
    }
}

/// Returns a part's sum and what stands behind it, if the sum is that of it.
fn whole(mut part: &[u8]) -> Option<(Fingerprint, &[u8])> {
    let sum = take_fingerprint(&mut part)?;
    (Fingerprint::of_bytes(part) == sum).then_some((sum, part))
}

/// Makes a part with room for some bytes.
fn part(room: usize, write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SUM + room);
    bytes.extend([0; SUM]);
    write(&mut bytes);
    let (sum, rest) = bytes.split_at_mut(SUM);
    sum.copy_from_slice(&Fingerprint::of_bytes(rest).0.to_le_bytes());
    bytes
}

impl Memo {
    /// Takes what is remembered of a site's papers, and their terms.
    pub fn note_papers(&mut self, site: &Site) {
        let known = site.papers.iter().filter(|entry| entry.text().has_terms());
        let terms = known.map(|entry| (entry.fingerprint(), entry.text().terms().clone()));
        self.terms = terms.collect();
        let plain = site
            .papers
            .iter()
            .filter_map(|entry| Some((entry.fingerprint(), entry.text().recollection()?)));
        self.papers = Vec::with_capacity(site.papers.len());
        self.papers.extend(plain);
    }

    /// Gives a site's papers the terms that they had.
    pub fn recall_terms(&self, site: &Site) {
        for entry in &site.papers {
            if let Some(terms) = self.terms.get(&entry.fingerprint()) {
                entry.text().recall_terms(terms.clone());
            }
        }
    }

    /// Writes the memo of a program: `put` is called to put bytes at places, from two threads.
    ///
    /// # Errors
    ///
    /// Returns what `put` does.
    pub fn write<E: Send>(
        &self,
        program: Fingerprint,
        put: impl Fn(u64, &[u8]) -> Result<(), E> + Sync,
    ) -> Result<(), E> {
        // The index is most of a memo, and is put where it belongs without a copy of it.
        let search = self.search.write();
        let length = (SUM + search.length()) as u64;
        let (one, other) = parallel::join(
            || {
                let sum = Fingerprint::of_strips(search.iter()).0.to_le_bytes();
                put_in_order(
                    HEAD as u64,
                    std::iter::once(&sum[..]).chain(search.iter()),
                    &put,
                )
            },
            || {
                let papers = self.write_papers(program);
                let mut head = MAGIC.to_vec();
                push_u64(length, &mut head);
                push_u64(papers.len() as u64, &mut head);
                put(0, &head)?;
                let behind = HEAD as u64 + length;
                let rest = self.write_rest(&papers[..SUM]);
                put_in_order(behind, [papers, rest].iter().map(Vec::as_slice), &put)
            },
        );
        one.and(other)
    }

    fn write_papers(&self, program: Fingerprint) -> Vec<u8> {
        // A teaser has up to 280 bytes, more with other letters.
        part(350 * self.papers.len() + 64, |bytes| {
            push_fingerprint(program, bytes);
            push_fingerprint(self.basis, bytes);
            push_u64(self.papers.len() as u64, bytes);
            for (file, known) in &self.papers {
                push_fingerprint(*file, bytes);
                push_recollection(known, bytes);
            }
        })
    }

    fn write_rest(&self, sum_of_papers: &[u8]) -> Vec<u8> {
        // A page takes some 80 bytes, a paper's terms and neighbours some 500; growing would take twice as much
        // memory.
        let room = 100 * self.pages.len() + 720 * self.terms.len() + 1000;
        part(room, |bytes| {
            bytes.extend_from_slice(sum_of_papers);
            push_u64(self.pages.len() as u64, bytes);
            for (path, leaf) in &self.pages {
                push_fingerprint(*path, bytes);
                leaf.write(bytes);
            }
            push_u64(self.quilts.len() as u64, bytes);
            for (path, quilt) in &self.quilts {
                push_fingerprint(*path, bytes);
                quilt.write(bytes);
            }
            push_u64(self.terms.len() as u64, bytes);
            for (file, terms) in &self.terms {
                push_fingerprint(*file, bytes);
                terms.write(bytes);
            }
            self.related.write(bytes);
        })
    }
}

/// Puts bytes behind each other, the first at a place.
fn put_in_order<'a, E>(
    start: u64,
    mut strips: impl Iterator<Item = &'a [u8]>,
    put: impl Fn(u64, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let end = strips.try_fold(start, |at, strip| {
        put(at, strip).map(|()| at + strip.len() as u64)
    });
    end.map(|_| ())
}

fn push_recollection(known: &Recollection, bytes: &mut Vec<u8>) {
    push_bytes(known.teaser.as_bytes(), bytes);
    let flags = [known.title_key.is_some(), known.has_plain_title].map(u8::from);
    bytes.extend(flags);
    push_fingerprint(Fingerprint(known.title_key.unwrap_or_default()), bytes);
}

fn take_recollection(rest: &mut &[u8]) -> Option<Recollection> {
    let teaser = take_text(rest)?.into();
    let [has_key, has_plain_title] = take(rest)?.map(|flag: u8| flag != 0);
    let key = take_fingerprint(rest)?.0;
    Some(Recollection {
        teaser,
        title_key: has_key.then_some(key),
        has_plain_title,
    })
}

impl Leaf {
    fn write(&self, bytes: &mut Vec<u8>) {
        push_fingerprint(self.fingerprint, bytes);
        push_fingerprint(self.ids, bytes);
        let seal = self.seal.unwrap_or_default();
        push_u64(seal.length, bytes);
        push_u64(seal.modified.cast_unsigned(), bytes);
        push_u64(seal.inode, bytes);
        push_u32(seal.mode, bytes);
    }

    fn take(rest: &mut &[u8]) -> Option<Leaf> {
        let [fingerprint, ids] = [take_fingerprint(rest)?, take_fingerprint(rest)?];
        let seal = Seal {
            length: take_u64(rest)?,
            modified: take_u64(rest)?.cast_signed(),
            inode: take_u64(rest)?,
            mode: take_u32(rest)?,
        };
        Some(Leaf {
            fingerprint,
            ids,
            seal: Some(seal).filter(|seal| seal.mode != 0),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

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
        let paper = |text: &String| {
            let known = Recollection {
                teaser: text.as_str().into(),
                title_key: (!text.len().is_multiple_of(3)).then_some(text.len() as u128),
                has_plain_title: text.len().is_multiple_of(2),
            };
            (Fingerprint::of_bytes(text.as_bytes()), known)
        };
        let terms = texts.iter().map(|text| {
            let terms = Terms::read(text, text, Model::embedded());
            (Fingerprint::of_bytes(text.as_bytes()), terms)
        });
        Memo {
            basis: Fingerprint(2),
            pages: pages.iter().map(leaf).collect(),
            papers: sorted(&texts.iter().map(paper).collect()),
            terms: terms.collect(),
            ..Memo::default()
        }
    }

    fn sorted(papers: &Recollections) -> Vec<(Fingerprint, Recollection)> {
        let mut papers: Vec<_> = papers.clone().into_iter().collect();
        papers.sort_by_key(|(file, _)| file.0);
        papers
    }

    fn read(bytes: &[u8], program: u128) -> Option<Memo> {
        let (head, rest) = bytes.split_first_chunk()?;
        let Lengths { search, papers } = Lengths::read(head)?;
        let (search, rest) = rest.split_at_checked(usize::try_from(search).ok()?)?;
        let (papers, rest) = rest.split_at_checked(usize::try_from(papers).ok()?)?;
        let opened = Opened::read(papers, Fingerprint(program))?;
        Some(Memo {
            papers: sorted(opened.papers()),
            ..opened.read_rest(search.to_vec(), rest)?
        })
    }

    fn write(memo: &Memo) -> Vec<u8> {
        let file = Mutex::new(Vec::new());
        let put = |at: u64, bytes: &[u8]| -> Result<(), ()> {
            let (mut file, at) = (file.lock().expect("nobody panics"), at as usize);
            let end = file.len().max(at + bytes.len());
            file.resize(end, 0);
            file[at..at + bytes.len()].copy_from_slice(bytes);
            Ok(())
        };
        memo.write(Fingerprint(1), put).expect("there is room");
        file.into_inner().expect("nobody panicked")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_memo_is_read_as_it_was_written(
            pages in prop::collection::vec(any::<(u128, u64)>(), 0..9),
            texts in prop::collection::vec("([a-z]{1,9} ){0,30}", 0..5),
        ) {
            let memo = memo(&pages, &texts);
            let bytes = write(&memo);
            prop_assert_eq!(read(&bytes, 1), Some(memo));
            prop_assert_eq!(read(&bytes, 3), None);
        }

        #[test]
        fn parts_of_two_memos_are_none(basis in 3..u128::MAX) {
            let first = memo(&[(5, 5)], &[]);
            let second = Memo { basis: Fingerprint(basis), ..first.clone() };
            let (mut bytes, other) = (write(&first), write(&second));
            let Lengths { search, papers } = Lengths::read(bytes.first_chunk().expect("a head")).expect("lengths");
            let at = HEAD + (search + papers) as usize;
            bytes.splice(at.., other[at..].iter().copied());
            prop_assert_eq!(read(&bytes, 1), None);
        }

        #[test]
        fn a_damaged_memo_is_none(at in any::<prop::sample::Index>(), bit in 0..8_u8, cut in any::<bool>()) {
            let mut bytes = write(&memo(&[(5, 5), (9, 9)], &["graphs forget".to_owned()]));
            let at = at.index(bytes.len());
            match cut {
                true => bytes.truncate(at),
                false => bytes[at] ^= 1_u8 << bit,
            }
            prop_assert_eq!(read(&bytes, 1), None);
        }
    }
}
