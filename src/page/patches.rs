//! Files of all papers, sewn of what one build wrote for the next.
//!
//! A bibliography of a site changes with every paper, and what it says of all the others is what it said. A build
//! notes where a file has the text of each paper, and the next one takes from there what was made of the same.

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;

use crate::fingerprint::Fingerprint;
use crate::octets::{push_fingerprint, push_list, push_u32, take_fingerprint, take_list, take_u32};

/// This is where a file has the text of each of its papers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quilt {
    /// The fingerprint of the file's bytes.
    file: Fingerprint,
    /// The papers by what they were made of, where the text of each begins, and how many bytes it has.
    patches: Vec<(Fingerprint, u32, u32)>,
}

/// These are files of an earlier build, by the fingerprints of their paths.
pub type Quilts = FxHashMap<Fingerprint, Quilt>;

/// This is what an earlier build left of its files.
#[derive(Clone, Copy)]
pub struct Cloth<'a> {
    /// Where they have the text of each paper.
    pub quilts: &'a Quilts,
    /// Reads a file, by its path in the output.
    pub read: &'a (dyn Fn(&str) -> Option<Vec<u8>> + Sync),
}

/// The text of papers in a file of an earlier build.
#[derive(Default)]
pub(super) struct Patches {
    text: String,
    places: FxHashMap<Fingerprint, Range<usize>>,
}

/// This cuts patches, and collects the quilts that are sewn.
#[derive(Default)]
pub(super) struct Sewing<'a> {
    cloth: Option<Cloth<'a>>,
    /// Several files take from these.
    bibtex: OnceLock<Patches>,
    csl: OnceLock<Patches>,
    sewn: Mutex<Quilts>,
}

impl Quilt {
    /// Notes of a text its papers, each with the place where its own text stands.
    pub(super) fn of(
        text: &str,
        papers: impl Iterator<Item = (Fingerprint, Range<usize>)>,
    ) -> Quilt {
        let patch =
            |(paper, place): (_, Range<usize>)| (paper, place.start as u32, place.len() as u32);
        // A place takes four bytes; of a file that is larger there are none.
        let is_short = u32::try_from(text.len()).is_ok();
        Quilt {
            file: Fingerprint::of_bytes(text.as_bytes()),
            patches: papers.filter(|_| is_short).map(patch).collect(),
        }
    }

    /// Writes it behind bytes.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        push_fingerprint(self.file, bytes);
        push_list(&self.patches, bytes, |(paper, start, length), bytes| {
            push_fingerprint(*paper, bytes);
            push_u32(*start, bytes);
            push_u32(*length, bytes);
        });
    }

    /// Takes what `write` wrote from the front of bytes.
    pub fn take(rest: &mut &[u8]) -> Option<Quilt> {
        Some(Quilt {
            file: take_fingerprint(rest)?,
            patches: take_list(rest, |rest| {
                Some((take_fingerprint(rest)?, take_u32(rest)?, take_u32(rest)?))
            })?,
        })
    }
}

impl Patches {
    /// Returns the text of a paper that is made of this.
    pub(super) fn get(&self, made_of: Fingerprint) -> Option<&str> {
        self.text.get(self.places.get(&made_of)?.clone())
    }
}

impl<'a> Sewing<'a> {
    pub(super) fn of(cloth: Cloth<'a>) -> Sewing<'a> {
        Sewing {
            cloth: Some(cloth),
            ..Sewing::default()
        }
    }

    /// Returns the text of papers in the file of an earlier build, if it is as it was written.
    pub(super) fn cut(&self, path: &str) -> Patches {
        self.try_cut(path).unwrap_or_default()
    }

    fn try_cut(&self, path: &str) -> Option<Patches> {
        let cloth = self.cloth?;
        let quilt = cloth.quilts.get(&Fingerprint::of_bytes(path.as_bytes()))?;
        let bytes = (cloth.read)(path)?;
        (Fingerprint::of_bytes(&bytes) == quilt.file).then_some(())?;
        let place = |&(paper, start, length): &(Fingerprint, u32, u32)| {
            let start = start as usize;
            (paper, start..start + length as usize)
        };
        Some(Patches {
            text: String::from_utf8(bytes).ok()?,
            places: quilt.patches.iter().map(place).collect(),
        })
    }

    /// Returns the patches of the site's bibliography.
    pub(super) fn bibtex(&self, path: &str) -> &Patches {
        self.bibtex.get_or_init(|| self.cut(path))
    }

    /// Returns the patches of the site's list for citation processors.
    pub(super) fn csl(&self, path: &str) -> &Patches {
        self.csl.get_or_init(|| self.cut(path))
    }

    /// Keeps a quilt for the next build.
    pub(super) fn keep(&self, path: &str, quilt: Quilt) {
        let mut sewn = self.sewn.lock().expect("nothing panics while it is held");
        sewn.insert(Fingerprint::of_bytes(path.as_bytes()), quilt);
    }

    /// Takes the quilts that were kept.
    pub(super) fn take(&self) -> Quilts {
        let mut sewn = self.sewn.lock().expect("nothing panics while it is held");
        std::mem::take(&mut sewn)
    }
}

/// Returns a paper's text: from an earlier build where it was made of the same, or written.
pub(super) fn patch(
    patches: &Patches,
    made_of: Fingerprint,
    write: impl Fn() -> String,
) -> Arc<str> {
    let known = patches.get(made_of);
    debug_assert!(
        known.is_none_or(|known| known == write()),
        "a paper's text was made of something else than was told"
    );
    known.map_or_else(|| write().into(), Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_cut_out_of_a_file_that_nobody_changed() {
        let of = |paper: &str| Fingerprint::of_bytes(paper.as_bytes());
        let text = "[a größer, b]";
        let papers = [(of("a"), 1..11), (of("b"), 13..14)];
        let quilt = Quilt::of(text, papers.into_iter());
        let mut bytes = Vec::new();
        quilt.write(&mut bytes);
        assert_eq!(Quilt::take(&mut bytes.as_slice()).as_ref(), Some(&quilt));

        let sewing = Sewing::default();
        sewing.keep("papers.bib", quilt);
        let quilts = sewing.take();
        let check = |file: Option<&str>, expected: [Option<&str>; 3]| {
            let read = |path: &str| {
                let file = file.filter(|_| path == "papers.bib");
                file.map(|text| text.as_bytes().to_vec())
            };
            let sewing = Sewing::of(Cloth {
                quilts: &quilts,
                read: &read,
            });
            let patches = sewing.bibtex("papers.bib");
            let found = ["a", "b", "c"].map(|paper| patches.get(of(paper)));
            assert_eq!(found, expected, "{file:?}");
            assert_eq!(sewing.csl("papers.csl.json").get(of("a")), None);
        };
        check(Some(text), [Some("a größer"), Some("b"), None]);
        check(Some("[a größer, c]"), [None; 3]);
        check(None, [None; 3]);
    }
}
