//! Papers that belong together: for each paper those that share its rare terms and tags.
//!
//! A paper's terms are its likeliest key phrases ([`Terms`](crate::tags::phrases::Terms)), found once per
//! document. What two papers share counts by how much it weighs in both and by how rare it is; what many
//! papers have is passed over, which bounds the work. Sums are of whole numbers, so no order of adding shows,
//! and a paper's neighbours are the same whether they are found with those of all papers, by an index, or
//! alone, by one pass over all terms. Knows nothing of pages.

use std::borrow::Cow;
use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::date::Date;
use crate::parallel;
use crate::site::Site;
use crate::tags::phrases::{Term, WHOLE};

mod kept;

pub use kept::{Kept, KnownTerms};

use kept::Sieve;

/// This is a paper as far as its neighbours are concerned.
#[derive(Debug, Clone, Copy)]
pub struct Paper<'a> {
    /// What it is about.
    pub terms: &'a [Term],
    /// The indices of its tags.
    pub tags: &'a [usize],
    /// Its day; of two that are equally near, the newer one comes first.
    pub date: Date,
    /// What its address is made of; it decides between papers of one day.
    pub slug: &'a str,
}

/// These are all papers, and for each tag the indices of those that have it.
#[derive(Debug, Default)]
pub struct Papers<'a> {
    /// The papers.
    pub papers: Vec<Paper<'a>>,
    /// The papers of each tag.
    pub tagged: Vec<&'a [usize]>,
}

/// This is a paper's neighbour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its place in the list of papers.
    pub index: usize,
    /// How near it is; 10,000 is all that can be.
    pub score: u32,
    /// The terms that both have, as the first paper has them, the weightiest first.
    pub terms: Box<[Term]>,
}

/// This is why two papers are called related.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The indices of tags that both have, the rarest first.
    pub tags: Vec<usize>,
    /// Phrases that both have and few others, as the first paper writes them.
    pub terms: Vec<String>,
}

/// These are the neighbours of a site's papers: found for all at once, or for each when it is asked.
#[derive(Debug)]
pub enum Neighbours {
    /// Those of every paper.
    Found(Vec<Vec<Neighbour>>),
    /// Not found yet.
    Sought,
}

/// What more than this share of papers have says little, as `1 / COMMON`.
const COMMON: usize = 40;
/// But what so few papers have says something on any site.
const FEW: usize = 20;
/// And what more papers have than this is too much to look at, on a site of any size.
const MANY: usize = 500;
/// What a tag weighs, beside terms that weigh [`WHOLE`] together.
const TAG: u32 = 100;
/// Papers that are less near share little more than a word.
pub const LEAST: u32 = 350;
/// What a score is divided by.
const UNIT: u64 = (WHOLE as u64).pow(2) * RAREST as u64 / 10_000;
/// How much the rarest term counts.
const RAREST: u32 = 256;
/// How many shared terms are kept.
const KEPT: usize = 6;
/// How many tags and how many terms a reason names.
const NAMED: usize = 3;

impl Neighbours {
    /// Finds the neighbours of all papers, as many of each as the settings say; what an earlier build kept of
    /// them, and of the terms of papers by the fingerprints of their files, is used and replaced.
    pub fn find(site: &Site, kept: Option<(&mut Kept, &KnownTerms)>) -> Neighbours {
        Neighbours::Found(match (site.config.build.related, kept) {
            (0, _) => Vec::new(),
            (limit, None) => all(&Papers::of(site), limit, LEAST),
            (limit, Some((kept, known))) => kept::renew(site, limit, kept, known),
        })
    }

    /// Returns the neighbours of a paper, the nearest first.
    pub fn of(&self, site: &Site, index: usize) -> Cow<'_, [Neighbour]> {
        match (self, site.config.build.related) {
            (_, 0) => Cow::Borrowed(&[]),
            (Neighbours::Found(all), _) => Cow::Borrowed(&all[index]),
            (Neighbours::Sought, limit) => Cow::Owned(one(&Papers::of(site), index, limit, LEAST)),
        }
    }
}

impl<'a> Papers<'a> {
    /// Takes from a site what counts here.
    pub fn of(site: &'a Site) -> Papers<'a> {
        let papers = parallel::map(&site.papers, |entry| Paper {
            terms: entry.text().terms(),
            tags: &entry.tags,
            date: entry.date,
            slug: entry.text().slug.as_str(),
        });
        Papers {
            papers,
            tagged: site.tags.iter().map(|tag| tag.papers.as_slice()).collect(),
        }
    }

    /// How much it says that so many papers have something: from 0 to [`RAREST`].
    fn rarity(&self, seen: usize) -> u32 {
        let all = self.papers.len();
        if seen < 2 || seen > (all / COMMON).clamp(FEW, MANY) {
            return 0;
        }
        let all = all as f32;
        let rarity = (all / seen as f32).ln() / all.ln();
        (rarity * RAREST as f32).round() as u32
    }
}

/// Returns for each paper at most `limit` others that are at least so near, the nearest first.
pub fn all(papers: &Papers, limit: usize, least: u32) -> Vec<Vec<Neighbour>> {
    let index = Index::new(papers);
    let count = papers.papers.len();
    let find = |sums: &mut Sums, number: usize| {
        let shared = index.shared_by(papers, number);
        sums.nearest(papers, number, &shared, limit, least)
    };
    parallel::map_with(count, || Sums::new(count), find)
}

/// Returns for one paper what `all` returns for it, without an index: one pass over all terms.
pub fn one(papers: &Papers, number: usize, limit: usize, least: u32) -> Vec<Neighbour> {
    let own = papers.papers[number].terms;
    // Few of the terms that come by are the paper's own; a small table of bits says so of most.
    let mut bits = [0u64; 64];
    let bit = |hash: u32| ((hash >> 6 & 63) as usize, 1u64 << (hash & 63));
    for term in own {
        let (word, bit) = bit(term.hash);
        bits[word] |= bit;
    }
    let may_be_own = |term: &&Term| {
        let (word, bit) = bit(term.hash);
        bits[word] & bit != 0
    };
    let mut postings: Vec<Vec<Posting>> = vec![Vec::new(); own.len()];
    for (other, paper) in papers.papers.iter().enumerate() {
        for term in paper.terms.iter().filter(may_be_own) {
            if let Ok(at) = own.binary_search_by_key(&term.hash, |own| own.hash) {
                postings[at].push(Posting::new(other, term.weight));
            }
        }
    }
    let shared = own.iter().zip(&postings).filter_map(|(term, postings)| {
        let rarity = papers.rarity(postings.len());
        (rarity > 0).then_some(Shared {
            term: *term,
            rarity,
            postings,
        })
    });
    let shared: Vec<Shared> = shared.collect();
    Sums::new(papers.papers.len()).nearest(papers, number, &shared, limit, least)
}

/// Returns why each of a paper's neighbours is one.
pub fn reasons(site: &Site, number: usize, neighbours: &[Neighbour]) -> Vec<Reason> {
    if neighbours.is_empty() {
        return Vec::new();
    }
    let entry = &site.papers[number];
    let (title, text) = (&entry.text().title, entry.text().abstract_plain());
    let reason = |neighbour: &Neighbour| {
        let other = &site.papers[neighbour.index];
        let mut tags: Vec<usize> = entry.tags.clone();
        tags.retain(|tag| other.tags.contains(tag));
        tags.sort_by_key(|&tag| (site.tags[tag].papers.len(), tag));
        tags.truncate(NAMED);
        let mut said: Vec<String> = tags
            .iter()
            .map(|&tag| site.tags[tag].name.to_lowercase())
            .collect();
        let (mut terms, mut named) = (Vec::new(), Vec::<Term>::new());
        for term in &neighbour.terms {
            if terms.len() == NAMED {
                break;
            }
            if named.iter().any(|other| other.overlaps(term)) {
                continue;
            }
            let written = term.written(title, &text);
            let folded = written.to_lowercase();
            // `replay` says nothing beside `replay buffer`.
            let is_said = |said: &String| said.contains(&folded) || folded.contains(said);
            if !said.iter().any(is_said) {
                named.push(*term);
                terms.push(written.to_owned());
                said.push(folded);
            }
        }
        Reason { tags, terms }
    };
    neighbours.iter().map(reason).collect()
}

/// A paper that has a term, and what the term weighs there.
#[derive(Debug, Clone, Copy)]
struct Posting(u32);

impl Posting {
    fn new(paper: usize, weight: u8) -> Posting {
        debug_assert!(paper < 1 << 24, "sixteen million papers");
        Posting((paper as u32) << 8 | u32::from(weight))
    }

    fn paper(self) -> usize {
        (self.0 >> 8) as usize
    }

    fn weight(self) -> u32 {
        self.0 & 255
    }
}

/// A term of a paper that others have too.
struct Shared<'a> {
    term: Term,
    rarity: u32,
    postings: &'a [Posting],
}

/// The papers of every term that some, but not too many papers have.
struct Index {
    postings: Vec<Posting>,
    /// Where a term's postings start, how many there are, and how much the term says.
    terms: FxHashMap<u32, (u32, u16, u16)>,
}

impl Index {
    fn new(papers: &Papers) -> Index {
        let terms = papers.papers.iter().map(|paper| paper.terms.len()).sum();
        Index::of_entries(papers, Vec::with_capacity(terms), |_| true)
    }

    /// Makes one of the terms that some papers have.
    fn of_terms(papers: &Papers, wanted: impl Iterator<Item = usize>) -> Index {
        let terms = wanted.flat_map(|paper| papers.papers[paper].terms.iter());
        let sieve = Sieve::of(terms.map(|term| term.hash));
        Index::of_entries(papers, Vec::new(), |term| sieve.may_have(term.hash))
    }

    fn of_entries(
        papers: &Papers,
        mut entries: Vec<u64>,
        is_wanted: impl Fn(&Term) -> bool,
    ) -> Index {
        for (number, paper) in papers.papers.iter().enumerate() {
            let entry = |term: &Term| {
                u64::from(term.hash) << 32 | u64::from(Posting::new(number, term.weight).0)
            };
            entries.extend(paper.terms.iter().filter(|term| is_wanted(term)).map(entry));
        }
        parallel::sort(&mut entries);
        let mut index = Index {
            postings: Vec::with_capacity(entries.len() / 2),
            terms: FxHashMap::default(),
        };
        for group in entries.chunk_by(|a, b| a >> 32 == b >> 32) {
            let rarity = papers.rarity(group.len());
            if rarity > 0 {
                let start = index.postings.len() as u32;
                let hash = (group[0] >> 32) as u32;
                // There are at most `MANY`.
                index
                    .terms
                    .insert(hash, (start, group.len() as u16, rarity as u16));
                let postings = group.iter().map(|entry| Posting(*entry as u32));
                index.postings.extend(postings);
            }
        }
        index
    }

    /// Returns the terms of a paper that others have too.
    fn shared_by(&self, papers: &Papers, number: usize) -> Vec<Shared<'_>> {
        let terms = papers.papers[number].terms.iter();
        terms.filter_map(|term| self.shared(term)).collect()
    }

    fn shared(&self, term: &Term) -> Option<Shared<'_>> {
        let (start, length, rarity) = self.terms.get(&term.hash)?;
        let start = *start as usize;
        Some(Shared {
            term: *term,
            rarity: u32::from(*rarity),
            postings: &self.postings[start..start + usize::from(*length)],
        })
    }
}

/// How near each paper is to one; used again for the next one.
struct Sums {
    sums: Vec<u32>,
    /// The papers that are not at zero, and how many there are.
    touched: Vec<u32>,
    count: usize,
}

impl Sums {
    fn new(papers: usize) -> Sums {
        Sums {
            sums: vec![0; papers],
            touched: vec![0; papers + 1],
            count: 0,
        }
    }

    fn add(&mut self, paper: usize, amount: u32) {
        let sum = &mut self.sums[paper];
        // Without a branch: whether a paper was touched before cannot be foreseen.
        self.touched[self.count] = paper as u32;
        self.count += usize::from(*sum == 0);
        *sum += amount;
    }

    fn nearest(
        &mut self,
        papers: &Papers,
        number: usize,
        shared: &[Shared],
        limit: usize,
        least: u32,
    ) -> Vec<Neighbour> {
        self.add_up(papers, number, shared);
        self.take_best(papers, number, limit, least)
            .into_iter()
            .map(|(sum, index)| Neighbour {
                index,
                score: (u64::from(sum) / UNIT) as u32,
                terms: in_both(shared, papers.papers[index].terms),
            })
            .collect()
    }

    /// Adds up how near others are to a paper.
    fn add_up(&mut self, papers: &Papers, number: usize, shared: &[Shared]) {
        for term in shared {
            let factor = term.rarity * u32::from(term.term.weight);
            for posting in term.postings {
                self.add(posting.paper(), factor * posting.weight());
            }
        }
        for &tag in papers.papers[number].tags {
            let rarity = papers.rarity(papers.tagged[tag].len());
            for &paper in papers.tagged[tag].iter().filter(|_| rarity > 0) {
                self.add(paper, rarity * TAG * TAG);
            }
        }
    }

    /// Returns all sums and their papers, and starts again from zero.
    fn take_all(&mut self) -> Vec<(u32, usize)> {
        let touched = self.touched[..self.count]
            .iter()
            .map(|paper| *paper as usize);
        let sums = &mut self.sums;
        let all = touched.map(|paper| (std::mem::take(&mut sums[paper]), paper));
        let all = all.collect();
        self.count = 0;
        all
    }

    /// Returns the best sums and their papers, and starts again from zero.
    fn take_best(
        &mut self,
        papers: &Papers,
        number: usize,
        limit: usize,
        least: u32,
    ) -> Vec<(u32, usize)> {
        let order = |&(sum, paper): &(u32, usize)| {
            let Paper { date, slug, .. } = papers.papers[paper];
            (Reverse(sum), Reverse(date), slug)
        };
        let mut bar = (u64::from(least) * UNIT) as u32;
        let mut best: Vec<(u32, usize)> = Vec::with_capacity(limit + 1);
        for &paper in &self.touched[..self.count] {
            let paper = paper as usize;
            let sum = std::mem::take(&mut self.sums[paper]);
            if sum < bar.max(1) || paper == number || limit == 0 {
                continue;
            }
            let found = (sum, paper);
            let at = best.partition_point(|other| order(other) < order(&found));
            best.insert(at, found);
            if best.len() > limit {
                best.pop();
            }
            if best.len() == limit {
                bar = best[limit - 1].0;
            }
        }
        self.count = 0;
        best
    }
}

/// The terms that another paper has too, the weightiest first.
fn in_both(shared: &[Shared], theirs: &[Term]) -> Box<[Term]> {
    let mut both: Vec<(Reverse<u32>, Term)> = Vec::with_capacity(shared.len());
    let mut rest = theirs.iter();
    let mut other = rest.next();
    // Both are in the order of hashes.
    for own in shared {
        while other.is_some_and(|term| term.hash < own.term.hash) {
            other = rest.next();
        }
        if let Some(term) = other.filter(|term| term.hash == own.term.hash) {
            let weight = u32::from(term.weight) * u32::from(own.term.weight) * own.rarity;
            both.push((Reverse(weight), own.term));
        }
    }
    both.sort_by_key(|(weight, term)| (*weight, term.hash));
    // A list of its own: the other one has room for all terms.
    both.iter().take(KEPT).map(|(_, term)| *term).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tags::phrases::{Model, Terms};

    fn day(day: u8) -> Date {
        Date::parse(&format!("2025-08-{day:02}")).expect("a date")
    }

    /// Reads papers of title, text and tags; their days and slugs follow from their places.
    fn check(texts: &[(&str, &str, &[usize])], look: impl Fn(&Papers)) {
        let terms: Vec<Terms> = texts
            .iter()
            .map(|(title, text, _)| Terms::read(title, text, Model::embedded()))
            .collect();
        let tags = texts.iter().flat_map(|(_, _, tags)| *tags).max();
        let tagged: Vec<Vec<usize>> = (0..tags.map_or(0, |tag| tag + 1))
            .map(|tag| {
                (0..texts.len())
                    .filter(|n| texts[*n].2.contains(&tag))
                    .collect()
            })
            .collect();
        let slugs: Vec<String> = (0..texts.len())
            .map(|n| format!("paper-{}", n % 3))
            .collect();
        let papers = (0..texts.len()).map(|n| Paper {
            terms: &terms[n],
            tags: texts[n].2,
            date: day(28 - (n / 4) as u8),
            slug: &slugs[n],
        });
        look(&Papers {
            papers: papers.collect(),
            tagged: tagged.iter().map(Vec::as_slice).collect(),
        });
    }

    const TEXTS: [(&str, &str, &[usize]); 4] = [
        (
            "Replay",
            "Catastrophic forgetting is mitigated by a replay buffer.",
            &[0],
        ),
        (
            "Galaxies",
            "We measure the redshift of distant galaxies.",
            &[],
        ),
        (
            "Rehearsal",
            "A replay buffer mitigates catastrophic forgetting.",
            &[0],
        ),
        ("Stars", "The redshift of stars near galaxies.", &[1]),
    ];

    #[test]
    fn papers_that_share_rare_terms_are_related_and_say_why() {
        check(&TEXTS, |papers| {
            let found = all(papers, 1, 0);
            let indexes: Vec<_> = found.iter().map(|list| list[0].index).collect();
            assert_eq!(indexes, [2, 3, 0, 1]);
            let (title, text, _) = TEXTS[2];
            let reason: Vec<&str> = found[2][0]
                .terms
                .iter()
                .map(|term| term.written(title, text))
                .collect();
            assert!(reason.contains(&"catastrophic forgetting"), "{reason:?}");
        });
    }

    #[test]
    fn no_paper_is_related_to_itself_and_none_is_no_error() {
        check(&TEXTS, |papers| {
            let found = all(papers, 9, 0);
            let mut lists = found.iter().enumerate();
            assert!(lists.all(|(n, list)| list.iter().all(|other| other.index != n)));
            assert!(all(papers, 0, 0).iter().all(Vec::is_empty));
        });
        assert!(all(&Papers::default(), 5, 0).is_empty());
    }

    #[test]
    fn papers_that_are_equally_near_come_by_date_and_then_by_slug() {
        let texts = [(
            "T",
            "A replay buffer mitigates forgetting.",
            &[] as &[usize],
        ); 7];
        let texts = [texts.as_slice(), &TEXTS[1..2]].concat();
        check(&texts, |papers| {
            let found = all(papers, 6, 0);
            let order: Vec<_> = found[0].iter().map(|other| other.index).collect();
            assert_eq!(order, [3, 1, 2, 6, 4, 5]);
            assert!(
                found[0]
                    .iter()
                    .all(|other| other.score == found[0][0].score)
            );
        });
    }

    #[test]
    fn a_shared_tag_brings_papers_together_unless_most_have_it() {
        let plain = "Of this and that.";
        let mut texts = vec![("T", plain, &[0usize, 1] as &[usize]); 2];
        texts.extend(vec![("T", plain, &[1usize] as &[usize]); 40]);
        check(&texts, |papers| {
            let found = one(papers, 0, 5, 1);
            let indexes: Vec<_> = found.iter().map(|other| other.index).collect();
            assert_eq!(indexes, [1]);
        });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_paper_has_the_same_neighbours_alone_and_among_all(
            texts in prop::collection::vec(
                (
                    "(graph |neural |network |replay |buffer |diffusion |the |of |token |pruning |\\. ){0,12}",
                    "(graph |neural |network |Graph Neural Networks \\(GNNs\\) |GNN |replay |Buffer |the |of |token |\\. ){0,30}",
                    prop::collection::btree_set(0..5usize, 0..3),
                ),
                0..40,
            ),
            limit in 0..8usize,
        ) {
            let tags: Vec<Vec<usize>> = texts.iter().map(|(_, _, tags)| tags.iter().copied().collect()).collect();
            let texts: Vec<(&str, &str, &[usize])> = texts
                .iter()
                .zip(&tags)
                .map(|((title, text, _), tags)| (title.as_str(), text.as_str(), tags.as_slice()))
                .collect();
            check(&texts, |papers| {
                for least in [0, LEAST] {
                    for (number, list) in all(papers, limit, least).into_iter().enumerate() {
                        assert_eq!(list, one(papers, number, limit, least));
                    }
                }
            });
        }
    }
}
