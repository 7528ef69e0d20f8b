//! What a build leaves for the next: which pages it wrote, what they were made of, and of papers the terms and
//! words.
//!
//! A page that is made of the same as before is the same, so the next build takes over its file. Nothing
//! here needs to be true of anything but itself: each entry says what became of a fingerprint, and of
//! which file nobody has changed since. A memo that is damaged, or of another program, is none. Most of one is known
//! before the first page is rendered, so it is written in two steps. Knows no disk.

use rustc_hash::FxHashMap;

use crate::document::{Recollection, Recollections};
use crate::fingerprint::Fingerprint;
use crate::octets::{
    push_bytes, push_fingerprint, push_u32, push_u64, take, take_count, take_fingerprint,
    take_text, take_u32, take_u64,
};
use crate::page::{Quilt, Quilts};
use crate::related::{self, KnownTerms};
use crate::search;
use crate::site::Site;
use crate::tags::phrases::Terms;

/// This is what a build leaves for the next, but for what is remembered of papers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memo {
    /// What all pages depend on: settings, theme, the paths of the pages.
    pub basis: Fingerprint,
    /// The pages, by the fingerprint of their paths.
    pub pages: FxHashMap<Fingerprint, Leaf>,
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
const MAGIC: [u8; 14] = *b"digest memo 6\n";
/// How many bytes stand before the first part: how long the parts are follows from them.
pub const HEAD: usize = MAGIC.len() + 2 * size_of::<u64>();
/// Before each part stands its sum.
const SUM: usize = size_of::<u128>();

/// How many bytes the first two parts of a memo have; the third is all that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// Of what is read before papers are parsed; the others are read beside them.
    pub papers: u64,
    /// Of what else is known before pages are rendered.
    pub known: u64,
}

/// This is what is read of a memo before papers are parsed.
#[derive(Debug, Default)]
pub struct Opened {
    /// The sum of that part, by which the last one knows it.
    sum: Fingerprint,
    basis: Fingerprint,
    papers: Recollections,
}

/// This is as much of a memo as is known before pages are rendered, written.
#[derive(Debug)]
pub struct Begun {
    head: Vec<u8>,
    papers: Vec<u8>,
    known: Vec<u8>,
}

/// These are the sums of the first two parts, by which the last one knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums([Fingerprint; 2]);

impl Lengths {
    /// Reads them; `None` where no memo of this format begins so.
    pub fn read(head: &[u8; HEAD]) -> Option<Lengths> {
        let mut rest = head.strip_prefix(&MAGIC)?;
        Some(Lengths {
            papers: take_u64(&mut rest)?,
            known: take_u64(&mut rest)?,
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
        let papers = take_map(rest, take_recollection)?;
        rest.is_empty().then_some(Opened { sum, basis, papers })
    }

    /// Returns the papers that it remembers.
    pub fn papers(&self) -> &Recollections {
        &self.papers
    }

    /// Reads the others parts, if they are of the same memo; the papers stay here. Files of the site that was
    /// published are read by their paths.
    pub fn read_rest(
        &self,
        known: &[u8],
        pages: &[u8],
        read: impl Fn(&str) -> Option<Vec<u8>>,
    ) -> Option<Memo> {
        let (sum, mut known) = whole(known)?;
        let (_, mut pages) = whole(pages)?;
        let (known, rest) = (&mut known, &mut pages);
        // Of two builds that wrote at once each may have written a part.
        let sums = [take_fingerprint(rest)?, take_fingerprint(rest)?];
        (sums == [self.sum, sum]).then_some(())?;
        let memo = Memo {
            basis: self.basis,
            pages: take_map(rest, Leaf::take)?,
            quilts: take_map(rest, Quilt::take)?,
            terms: take_map(known, Terms::take)?,
            related: related::Kept::take(known)?,
            search: search::Kept::take_from(known, read)?,
        };
        (rest.is_empty() && known.is_empty()).then_some(memo)
    }
}

/// Adds values, each with a fingerprint by which it is known.
fn push_map<T>(
    values: impl ExactSizeIterator<Item = (Fingerprint, T)>,
    bytes: &mut Vec<u8>,
    push: impl Fn(T, &mut Vec<u8>),
) {
    push_u64(values.len() as u64, bytes);
    for (fingerprint, value) in values {
        push_fingerprint(fingerprint, bytes);
        push(value, bytes);
    }
}

/// Takes what `push_map` added.
fn take_map<T>(
    rest: &mut &[u8],
    take: impl Fn(&mut &[u8]) -> Option<T>,
) -> Option<FxHashMap<Fingerprint, T>> {
    let count = take_count(rest)?;
    let mut map = FxHashMap::default();
    // What is damaged makes no room for more than there can be.
    map.reserve(count.min(rest.len() / size_of::<Fingerprint>()));
    for _ in 0..count {
        map.insert(take_fingerprint(rest)?, take(rest)?);
    }
    Some(map)
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

impl Begun {
    /// Returns its bytes, in order.
    pub fn strips(&self) -> [&[u8]; 3] {
        [&self.head, &self.papers, &self.known]
    }

    /// Returns the sums of its parts.
    pub fn sums(&self) -> Sums {
        Sums([&self.papers, &self.known].map(|part| {
            let sum = take_fingerprint(&mut part.as_slice());
            sum.expect("a part has a sum")
        }))
    }
}

/// Gives a site's papers the terms that they had; those of other files stay.
pub fn recall_terms(known: &mut KnownTerms, site: &Site) {
    for entry in &site.papers {
        if let Some(terms) = known.remove(&entry.fingerprint()) {
            entry.text().recall_terms(terms);
        }
    }
}

impl Memo {
    /// Writes the beginning of the memo of a program: of a site's papers what is remembered of each, and the terms;
    /// its index and the neighbours of papers are those that are here.
    pub fn write_begin(&self, site: &Site, basis: Fingerprint, program: Fingerprint) -> Begun {
        let papers = site.papers.iter();
        let papers = papers
            .filter_map(|entry| Some((entry.fingerprint(), entry.text().recollection()?)))
            .collect();
        let terms = site.papers.iter().filter(|entry| entry.text().has_terms());
        let terms = terms.map(|entry| (entry.fingerprint(), entry.text().terms()));
        self.write_known(program, basis, papers, terms.collect())
    }

    fn write_known(
        &self,
        program: Fingerprint,
        basis: Fingerprint,
        papers: Vec<(Fingerprint, Recollection)>,
        terms: Vec<(Fingerprint, &Terms)>,
    ) -> Begun {
        // A teaser has up to 280 bytes, more with other letters.
        let papers = part(350 * papers.len() + 64, |bytes| {
            push_fingerprint(program, bytes);
            push_fingerprint(basis, bytes);
            push_map(papers.into_iter(), bytes, |known, bytes| {
                push_recollection(&known, bytes);
            });
        });
        // A paper's terms and neighbours take some 500 bytes; growing would take twice as much memory.
        let known = part(720 * terms.len() + 1000, |bytes| {
            push_map(terms.into_iter(), bytes, Terms::write);
            self.related.write(bytes);
            self.search.write(bytes);
        });
        let mut head = MAGIC.to_vec();
        push_u64(papers.len() as u64, &mut head);
        push_u64(known.len() as u64, &mut head);
        Begun {
            head,
            papers,
            known,
        }
    }
}

/// Writes the end of a memo, of which this was the beginning.
pub fn write_end(
    sums: Sums,
    pages: impl ExactSizeIterator<Item = (Fingerprint, Leaf)>,
    quilts: &Quilts,
) -> Vec<u8> {
    part(100 * pages.len() + 1000, |bytes| {
        sums.0.iter().for_each(|sum| push_fingerprint(*sum, bytes));
        push_map(pages, bytes, |leaf, bytes| leaf.write(bytes));
        let quilts = quilts.iter().map(|(path, quilt)| (*path, quilt));
        push_map(quilts, bytes, Quilt::write);
    })
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
    use proptest::prelude::*;

    use super::*;
    use crate::tags::phrases::Model;

    /// A memo, and what is remembered of papers.
    type Whole = (Memo, Vec<(Fingerprint, Recollection)>);

    fn memo(pages: &[(u128, u64)], texts: &[String]) -> Whole {
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
        let memo = Memo {
            basis: Fingerprint(2),
            pages: pages.iter().map(leaf).collect(),
            terms: terms.collect(),
            ..Memo::default()
        };
        (memo, sorted(&texts.iter().map(paper).collect()))
    }

    fn sorted(papers: &Recollections) -> Vec<(Fingerprint, Recollection)> {
        let mut papers: Vec<_> = papers.clone().into_iter().collect();
        papers.sort_by_key(|(file, _)| file.0);
        papers
    }

    fn read(bytes: &[u8], program: u128) -> Option<Whole> {
        let (head, rest) = bytes.split_first_chunk()?;
        let Lengths { papers, known } = Lengths::read(head)?;
        let (papers, rest) = rest.split_at_checked(usize::try_from(papers).ok()?)?;
        let (known, rest) = rest.split_at_checked(usize::try_from(known).ok()?)?;
        let opened = Opened::read(papers, Fingerprint(program))?;
        let papers = sorted(opened.papers());
        Some((opened.read_rest(known, rest, |_| None)?, papers))
    }

    fn write((memo, papers): &Whole) -> Vec<u8> {
        let terms = memo.terms.iter().map(|(file, terms)| (*file, terms));
        let begun = memo.write_known(Fingerprint(1), memo.basis, papers.clone(), terms.collect());
        let pages: Vec<_> = memo
            .pages
            .iter()
            .map(|(path, leaf)| (*path, *leaf))
            .collect();
        let end = write_end(begun.sums(), pages.into_iter(), &memo.quilts);
        [&begun.strips()[..], &[&end]].concat().concat()
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
            let mut second = first.clone();
            // Both differ in each of the parts.
            second.0.basis = Fingerprint(basis);
            second.0.pages.clear();
            second.0.terms.insert(Fingerprint(1), Terms::default());
            let (bytes, other) = (write(&first), write(&second));
            let parts = |bytes: &[u8]| {
                let Lengths { papers, known } = Lengths::read(bytes.first_chunk().expect("a head")).expect("lengths");
                let (head, rest) = bytes.split_at(HEAD);
                let (papers, rest) = rest.split_at(papers as usize);
                let (known, pages) = rest.split_at(known as usize);
                [head, papers, known, pages].map(<[u8]>::to_vec)
            };
            let (ours, theirs) = (parts(&bytes), parts(&other));
            for mix in 1..15_u8 {
                let part = |place: usize| match mix >> place & 1 {
                    0 => ours[place].clone(),
                    _ => theirs[place].clone(),
                };
                let mixed = [0, 1, 2, 3].map(part).concat();
                // Heads tell lengths, of which some are the same.
                prop_assert!(mixed == bytes || mixed == other || read(&mixed, 1).is_none(), "{mix:b}");
            }
            prop_assert_eq!(read(&bytes, 1), Some(first));
            prop_assert_eq!(read(&other, 1), Some(second));
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
