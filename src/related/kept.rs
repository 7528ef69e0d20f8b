//! The neighbours of papers of which a few are others than before.
//!
//! How near two papers are follows from their terms and tags and from how rare these are. So where a paper
//! changes, others have the same neighbours unless something that they have became rarer or more common, the
//! paper is one of their neighbours, or it comes near enough to be one.

use rustc_hash::FxHashMap;

use crate::fingerprint::{Fingerprint, Ink, Inked as _};
use crate::octets::{
    push_bytes, push_fingerprint, push_list, push_u32, push_u64, take, take_count,
    take_fingerprint, take_list, take_text, take_u32,
};
use crate::parallel;
use crate::site::Site;
use crate::tags::phrases::{Term, Terms};

use super::{Index, KEPT, LEAST, Neighbour, Papers, Sums, UNIT};

/// These are the neighbours that papers had, and what they followed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many neighbours a paper has at most.
    limit: usize,
    /// The slugs of all tags.
    tags: Vec<String>,
    papers: Vec<KeptPaper>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct KeptPaper {
    /// Its day and slug, which decide between papers that are equally near.
    name: Fingerprint,
    /// Its file, from which its terms follow.
    file: Fingerprint,
    /// The numbers of its tags in the list of all, sorted.
    tags: Vec<u32>,
    neighbours: Vec<KeptNeighbour>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct KeptNeighbour {
    index: u32,
    score: u32,
    /// How many terms both have, and which they are of the first paper's.
    count: u8,
    terms: [u8; KEPT],
}

/// These are the terms that papers had, by the fingerprints of their files.
pub type KnownTerms = FxHashMap<Fingerprint, Terms>;

/// Returns what `all` returns for the papers of a site; of those that are as they were, it is taken from what an
/// earlier build kept, which is replaced.
pub fn renew(
    site: &Site,
    limit: usize,
    kept: &mut Kept,
    known: &KnownTerms,
) -> Vec<Vec<Neighbour>> {
    let papers = Papers::of(site);
    let earlier = Earlier {
        site,
        papers: &papers,
        limit,
        kept,
        known,
    };
    let found = earlier.renew();
    let found = found.unwrap_or_else(|| super::all(&papers, limit, LEAST));
    *kept = Kept::of(site, limit, &found);
    found
}

/// A site's papers, and what an earlier build knew of them.
struct Earlier<'a> {
    site: &'a Site,
    papers: &'a Papers<'a>,
    limit: usize,
    kept: &'a Kept,
    known: &'a KnownTerms,
}

/// By how much the number of papers grew that have a term, and that have a tag.
#[derive(Default)]
struct Growth {
    terms: FxHashMap<u32, isize>,
    tags: FxHashMap<usize, isize>,
}

impl Earlier<'_> {
    /// Returns the neighbours of all papers; `None` where hardly any are as they were.
    fn renew(&self) -> Option<Vec<Vec<Neighbour>>> {
        let (papers, kept) = (&self.papers.papers, &self.kept.papers);
        let same_names = || {
            let differs = |at: usize| kept[at].name != name(&self.site.papers[at]);
            !parallel::any(kept.len(), differs)
        };
        if self.kept.limit != self.limit || kept.len() != papers.len() || !same_names() {
            return None;
        }
        let mut growth = Growth::default();
        let changed = self.changed(&mut growth)?;
        let mut is_affected = vec![false; papers.len()];
        changed.iter().for_each(|&paper| is_affected[paper] = true);
        self.affect_holders(&growth, &mut is_affected);
        self.affect_neighbours(&changed, &mut is_affected);
        let affected = is_affected.iter().filter(|is| **is).count();
        if affected * 2 > papers.len() {
            return None;
        }
        let wanted = (0..papers.len()).filter(|paper| is_affected[*paper]);
        let index = Index::of_terms(self.papers, wanted);
        let find = |sums: &mut Sums, paper: usize| match is_affected[paper] {
            true => sums.nearest(
                self.papers,
                paper,
                &index.shared_by(self.papers, paper),
                self.limit,
                LEAST,
            ),
            false => self.recall(paper),
        };
        let count = papers.len();
        Some(parallel::map_with(count, || Sums::new(count), find))
    }

    /// Returns the papers that have other terms or tags than before, and what became rarer by that; `None`
    /// where they are many, or it is not known what they had.
    fn changed(&self, growth: &mut Growth) -> Option<Vec<usize>> {
        let tags: FxHashMap<&str, usize> = (self.site.tags.iter().enumerate())
            .map(|(number, tag)| (tag.slug.as_str(), number))
            .collect();
        // A tag that is gone has no number; all papers that had it have changed.
        let numbers = self.kept.tags.iter().map(|slug| tags.get(slug.as_str()));
        let numbers: Vec<Option<usize>> = numbers.map(|number| number.copied()).collect();
        let mut changed = Vec::new();
        for (place, (kept, paper)) in self.kept.papers.iter().zip(&self.papers.papers).enumerate() {
            let before = kept
                .tags
                .iter()
                .map(|tag| numbers.get(*tag as usize).copied().flatten());
            let mut before: Vec<Option<usize>> = before.collect();
            let mut after: Vec<Option<usize>> = paper.tags.iter().copied().map(Some).collect();
            before.sort_unstable();
            after.sort_unstable();
            let same_file = kept.file == self.site.papers[place].fingerprint();
            if same_file && before == after {
                continue;
            }
            changed.push(place);
            for (tags, others, step) in [(&after, &before, 1), (&before, &after, -1)] {
                let other = tags.iter().filter(|tag| !others.contains(tag)).flatten();
                other.for_each(|tag| *growth.tags.entry(*tag).or_default() += step);
            }
            if !same_file {
                let (before, after): (&[Term], _) = (self.known.get(&kept.file)?, paper.terms);
                for (terms, others, step) in [(after, before, 1), (before, after, -1)] {
                    let other = terms
                        .iter()
                        .filter(|term| find(others, term.hash).is_none());
                    other.for_each(|term| *growth.terms.entry(term.hash).or_default() += step);
                }
            }
        }
        (changed.len() * 8 <= self.papers.papers.len().max(8)).then_some(changed)
    }

    /// Marks the papers that have something which says more or less than before.
    fn affect_holders(&self, growth: &Growth, is_affected: &mut [bool]) {
        let says_other = |count: usize, growth: isize| {
            let before = count.saturating_add_signed(-growth);
            self.papers.rarity(count) != self.papers.rarity(before)
        };
        for (&tag, &growth) in &growth.tags {
            let holders = self.papers.tagged[tag];
            if says_other(holders.len(), growth) {
                holders.iter().for_each(|paper| is_affected[*paper] = true);
            }
        }
        let mut holders: FxHashMap<u32, Vec<usize>> = growth
            .terms
            .keys()
            .map(|hash| (*hash, Vec::new()))
            .collect();
        let sieve = Sieve::of(growth.terms.keys().copied());
        for (number, paper) in self.papers.papers.iter().enumerate() {
            for term in paper.terms.iter().filter(|term| sieve.may_have(term.hash)) {
                holders
                    .entry(term.hash)
                    .and_modify(|holders| holders.push(number));
            }
        }
        for (hash, holders) in &holders {
            if says_other(holders.len(), growth.terms[hash]) {
                holders.iter().for_each(|paper| is_affected[*paper] = true);
            }
        }
    }

    /// Marks the papers of whose neighbours one has changed, and those of which a changed one may be one.
    fn affect_neighbours(&self, changed: &[usize], is_affected: &mut [bool]) {
        let kept = &self.kept.papers;
        for (number, paper) in kept.iter().enumerate() {
            let mut neighbours = paper.neighbours.iter().map(|other| other.index as usize);
            is_affected[number] |= neighbours.any(|other| changed.binary_search(&other).is_ok());
        }
        let index = Index::of_terms(self.papers, changed.iter().copied());
        let mut sums = Sums::new(kept.len());
        for &paper in changed {
            sums.add_up(self.papers, paper, &index.shared_by(self.papers, paper));
            for (sum, other) in sums.take_all() {
                let neighbours = &kept[other].neighbours;
                let least = match neighbours.last() {
                    Some(last) if neighbours.len() >= self.limit => last.score,
                    _ => LEAST,
                };
                is_affected[other] |= u64::from(sum) / UNIT >= u64::from(least);
            }
        }
    }

    /// Returns the neighbours that a paper had.
    fn recall(&self, paper: usize) -> Vec<Neighbour> {
        let own = self.papers.papers[paper].terms;
        let neighbour = |kept: &KeptNeighbour| {
            let terms = kept.terms.iter().take(usize::from(kept.count));
            Neighbour {
                index: kept.index as usize,
                score: kept.score,
                terms: terms
                    .filter_map(|at| own.get(usize::from(*at)).copied())
                    .collect(),
            }
        };
        self.kept.papers[paper]
            .neighbours
            .iter()
            .map(neighbour)
            .collect()
    }
}

impl Kept {
    fn of(site: &Site, limit: usize, found: &[Vec<Neighbour>]) -> Kept {
        let paper = |index: usize| {
            let (entry, neighbours) = (&site.papers[index], &found[index]);
            let own = entry.text().terms();
            let keep = |neighbour: &Neighbour| {
                let mut terms = [0; KEPT];
                for (place, term) in terms.iter_mut().zip(&neighbour.terms) {
                    // A paper has fewer terms than a byte can tell.
                    *place = find(own, term.hash).unwrap_or_default() as u8;
                }
                KeptNeighbour {
                    index: neighbour.index as u32,
                    score: neighbour.score,
                    count: neighbour.terms.len() as u8,
                    terms,
                }
            };
            let mut tags: Vec<u32> = entry.tags.iter().map(|tag| *tag as u32).collect();
            tags.sort_unstable();
            KeptPaper {
                name: name(entry),
                file: entry.fingerprint(),
                tags,
                neighbours: neighbours.iter().map(keep).collect(),
            }
        };
        Kept {
            limit,
            tags: site.tags.iter().map(|tag| tag.slug.to_string()).collect(),
            papers: parallel::map_indices(found.len(), paper),
        }
    }

    /// Writes it behind bytes.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        push_u64(self.limit as u64, bytes);
        push_list(&self.tags, bytes, |slug, bytes| {
            push_bytes(slug.as_bytes(), bytes)
        });
        push_list(&self.papers, bytes, |paper, bytes| {
            push_fingerprint(paper.name, bytes);
            push_fingerprint(paper.file, bytes);
            push_list(&paper.tags, bytes, |tag, bytes| push_u32(*tag, bytes));
            push_list(&paper.neighbours, bytes, |neighbour, bytes| {
                push_u32(neighbour.index, bytes);
                push_u32(neighbour.score, bytes);
                bytes.push(neighbour.count);
                bytes.extend_from_slice(&neighbour.terms);
            });
        });
    }

    /// Takes what `write` wrote from the front of bytes.
    pub fn take(rest: &mut &[u8]) -> Option<Kept> {
        let neighbour = |rest: &mut &[u8]| {
            Some(KeptNeighbour {
                index: take_u32(rest)?,
                score: take_u32(rest)?,
                count: u8::from_le_bytes(take(rest)?),
                terms: take(rest)?,
            })
        };
        let paper = |rest: &mut &[u8]| {
            Some(KeptPaper {
                name: take_fingerprint(rest)?,
                file: take_fingerprint(rest)?,
                tags: take_list(rest, take_u32)?,
                neighbours: take_list(rest, neighbour)?,
            })
        };
        Some(Kept {
            limit: take_count(rest)?,
            tags: take_list(rest, take_text)?,
            papers: take_list(rest, paper)?,
        })
    }
}

/// Finds a term by its hash.
fn find(terms: &[Term], hash: u32) -> Option<usize> {
    terms.binary_search_by_key(&hash, |term| term.hash).ok()
}

fn name(entry: &crate::site::Entry) -> Fingerprint {
    let mut ink = Ink::default();
    entry.date.year().ink(&mut ink);
    ink.push(&[entry.date.month() as u8, entry.date.day() as u8]);
    entry.text().slug.as_str().ink(&mut ink);
    ink.fingerprint()
}

/// Tells of most hashes that are not among some that they are not.
pub struct Sieve(Vec<u64>);

impl Sieve {
    /// How many bits it has, as a power of two; so many lie near at hand for a processor.
    const BITS: u32 = 18;

    /// Makes one of hashes.
    pub fn of(hashes: impl Iterator<Item = u32>) -> Sieve {
        let mut bits = vec![0; 1 << (Sieve::BITS - u64::BITS.ilog2())];
        for hash in hashes {
            let (word, bit) = Sieve::place(hash);
            bits[word] |= bit;
        }
        Sieve(bits)
    }

    /// Tells whether a hash may be one of them.
    pub fn may_have(&self, hash: u32) -> bool {
        let (word, bit) = Sieve::place(hash);
        self.0[word] & bit != 0
    }

    fn place(hash: u32) -> (usize, u64) {
        let place = hash >> (u32::BITS - Sieve::BITS);
        ((place / u64::BITS) as usize, 1 << (place % u64::BITS))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::Problems;
    use crate::document;
    use crate::site::{self, Parts};
    use crate::source::Source;

    const WORDS: [&str; 24] = [
        "graph",
        "neural",
        "network",
        "replay",
        "buffer",
        "diffusion",
        "the",
        "of",
        "token",
        "pruning",
        "galaxy",
        "redshift",
        "protein",
        "folding",
        "sparse",
        "attention",
        "policy",
        "gradient",
        "causal",
        "graph neural",
        "memory",
        "robot",
        "quantum",
        "speech",
    ];

    /// The words of a paper and its tags.
    type Paper = (Vec<prop::sample::Index>, Vec<u8>);

    fn paper() -> impl Strategy<Value = Paper> {
        let words = prop::collection::vec(any::<prop::sample::Index>(), 2..14);
        (words, prop::collection::vec(0..9_u8, 0..3))
    }

    fn site_of(papers: &[Paper]) -> Site {
        let mut problems = Problems::new();
        let documents = papers.iter().enumerate().map(|(number, (words, tags))| {
            let day = 1 + number / 5 % 28;
            let name = format!("content/papers/2025-08-{day:02}/paper-{number}.md");
            let words: Vec<&str> = words.iter().map(|word| *word.get(&WORDS)).collect();
            let mut tags: Vec<String> = tags.iter().map(|tag| format!("tag-{tag}")).collect();
            tags.sort();
            tags.dedup();
            let (tags, words) = (tags.join(", "), words.join(". "));
            let text = format!("---\ntitle: {number}\ntags: [{tags}]\n---\n{words}.\n");
            document::parse(&Source::new(name, text), &mut problems).expect("a paper")
        });
        let parts = Parts {
            documents: documents.map(Into::into).collect(),
            ..Parts::default()
        };
        site::link(parts, &mut problems)
    }

    /// The terms of a site's papers, as a memo knows them.
    fn terms(site: &Site) -> KnownTerms {
        let papers = site.papers.iter();
        let terms = papers.map(|entry| (entry.fingerprint(), entry.text().terms().clone()));
        terms.collect()
    }

    fn keep(kept: &Kept) -> Kept {
        let mut bytes = Vec::new();
        kept.write(&mut bytes);
        let mut rest = bytes.as_slice();
        let taken = Kept::take(&mut rest).expect("what was written");
        assert!(rest.is_empty());
        taken
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn neighbours_after_edits_are_those_that_are_found_at_once(
            papers in prop::collection::vec(paper(), 0..160),
            edits in prop::collection::vec(prop::collection::vec((any::<prop::sample::Index>(), paper(), 0..4_u8), 0..4), 1..5),
            limit in 1..7_usize,
        ) {
            let mut papers = papers;
            let mut site = site_of(&papers);
            let mut kept = Kept::default();
            renew(&site, limit, &mut kept, &KnownTerms::default());
            for edits in edits {
                for (at, (words, tags), what) in edits.into_iter().take(papers.len()) {
                    let at = at.index(papers.len());
                    match what {
                        0 => papers[at].0 = words,
                        1 => papers[at].0.extend(words.into_iter().take(2)),
                        // Nothing becomes rarer where two papers change places.
                        2 => {
                            let other = words[0].index(papers.len());
                            let words = std::mem::take(&mut papers[at].0);
                            papers[at].0 = std::mem::replace(&mut papers[other].0, words);
                        }
                        _ => papers[at].1 = tags,
                    }
                }
                let known = terms(&site);
                site = site_of(&papers);
                let found = renew(&site, limit, &mut kept, &known);
                prop_assert_eq!(found, super::super::all(&Papers::of(&site), limit, LEAST));
                let taken = keep(&kept);
                prop_assert_eq!(&taken, &kept);
                kept = taken;
            }
        }
    }
}
