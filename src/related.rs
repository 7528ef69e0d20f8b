//! Papers that belong together: for each paper those that share its rarest terms.
//!
//! A paper's terms are runs of one to three words, weighed by rarity, by how often and where they
//! stand, and by how likely a reader would name them as a key phrase. Only the heaviest terms of a
//! paper count and each is looked up in an index, so no two papers without a common term are compared.
//! Knows nothing of tags that people set; `site` may put papers with shared tags first.

use rustc_hash::FxHashMap;

use crate::tags::phrases::{Candidate, Model, Text};

/// This is a paper as far as its neighbours are concerned.
#[derive(Debug, Clone, Copy)]
pub struct Doc<'a> {
    /// The title.
    pub title: &'a str,
    /// The abstract, in plain text.
    pub text: &'a str,
}

/// This is a neighbour, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// The neighbour's place in the list of papers.
    pub index: usize,
    /// How near it is: 1 for the same text.
    pub score: f32,
    /// The terms shared that weigh most, as the first of the two papers writes them; at most three.
    pub reason: Vec<String>,
}

/// How many terms of a paper count; more cost time and bring noise.
const TERMS: usize = 100;
/// A term in more papers than this says little, and its list is long.
const COMMON: u32 = 1000;
/// Neighbours below this share little more than a word.
const LEAST: f32 = 0.06;

/// A paper's heaviest terms: which, how heavy, and where the first occurrence stands.
struct Terms {
    text: Text,
    weighed: Vec<(u32, f32, std::ops::Range<usize>)>,
}

/// Returns for each paper at most `limit` others, the nearest first; ties go to the one that comes first.
pub fn related(docs: &[Doc], limit: usize) -> Vec<Vec<Related>> {
    use rayon::prelude::*;
    let model = Model::embedded();
    let found: Vec<(Text, Vec<Term>)> = docs.par_iter().map(|doc| read(doc, model)).collect();
    let mut papers: FxHashMap<u32, u32> = FxHashMap::default();
    for (_, terms) in &found {
        for term in terms {
            *papers.entry(term.hash).or_default() += 1;
        }
    }
    let total = docs.len() as f32;
    let terms: Vec<Terms> = found
        .into_par_iter()
        .map(|(text, terms)| weigh(text, terms, &papers, total))
        .collect();

    let mut index: FxHashMap<u32, Vec<(u32, f32)>> = FxHashMap::default();
    for (number, terms) in terms.iter().enumerate() {
        for (hash, weight, _) in &terms.weighed {
            index
                .entry(*hash)
                .or_default()
                .push((number as u32, *weight));
        }
    }
    (0..docs.len())
        .into_par_iter()
        .map_init(
            || (vec![0f32; docs.len()], Vec::new()),
            |(scores, touched), number| nearest(number, &terms, &index, limit, scores, touched),
        )
        .collect()
}

struct Term {
    hash: u32,
    weight: f32,
    words: std::ops::Range<usize>,
}

/// Finds a paper's terms and what they weigh before their rarity is known.
fn read(doc: &Doc, model: &Model) -> (Text, Vec<Term>) {
    let text = Text::new(doc.title, doc.text, &model.abbreviations);
    let terms = text
        .candidates(model)
        .into_iter()
        .filter(|candidate| candidate.words.len() <= LONGEST_TERM)
        .map(|candidate| Term {
            hash: candidate.hash,
            weight: importance(&candidate, model),
            words: candidate.words.clone(),
        })
        .collect();
    (text, terms)
}

const LONGEST_TERM: usize = 3;

/// What a term weighs in its paper. The constants are fitted to the lists of `benches/related.rs`.
fn importance(candidate: &Candidate, model: &Model) -> f32 {
    let often = 1.0 + candidate.features[8];
    // A title names its own system and plays with words; what counts in it, the abstract repeats.
    let place = 1.0 - 0.5 * candidate.features[9];
    let length = match candidate.words.len() {
        1 => 1.5,
        2 => 1.0,
        _ => 0.7,
    };
    let key = model.probability(candidate);
    often * place * length * (0.35 + key.powf(0.8))
}

fn weigh(text: Text, terms: Vec<Term>, papers: &FxHashMap<u32, u32>, total: f32) -> Terms {
    let mut weighed: Vec<_> = terms
        .into_iter()
        .filter_map(|term| {
            let seen = papers[&term.hash];
            let rarity = (total / seen as f32).ln();
            (seen > 1 && seen <= COMMON.max(2)).then_some((
                term.hash,
                term.weight * rarity,
                term.words,
            ))
        })
        .collect();
    weighed.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    weighed.truncate(TERMS);
    let length = weighed
        .iter()
        .map(|(_, w, _)| w * w)
        .sum::<f32>()
        .sqrt()
        .max(1e-6);
    weighed
        .iter_mut()
        .for_each(|(_, weight, _)| *weight /= length);
    Terms { text, weighed }
}

fn nearest(
    number: usize,
    terms: &[Terms],
    index: &FxHashMap<u32, Vec<(u32, f32)>>,
    limit: usize,
    scores: &mut [f32],
    touched: &mut Vec<u32>,
) -> Vec<Related> {
    for (hash, weight, _) in &terms[number].weighed {
        for (other, theirs) in &index[hash] {
            if scores[*other as usize] == 0.0 {
                touched.push(*other);
            }
            scores[*other as usize] += weight * theirs;
        }
    }
    let mut best: Vec<(f32, u32)> = touched
        .iter()
        .map(|other| (scores[*other as usize], *other))
        .filter(|(score, other)| *score >= LEAST && *other as usize != number)
        .collect();
    for other in touched.drain(..) {
        scores[other as usize] = 0.0;
    }
    let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if best.len() > limit && limit > 0 {
        best.select_nth_unstable_by(limit - 1, order);
    }
    best.truncate(limit);
    best.sort_unstable_by(order);
    best.into_iter()
        .map(|(score, other)| Related {
            index: other as usize,
            score,
            reason: reason(&terms[number], &terms[other as usize]),
        })
        .collect()
}

/// The shared terms that weigh most, without those that lie inside another.
fn reason(one: &Terms, other: &Terms) -> Vec<String> {
    let theirs: FxHashMap<u32, f32> = other.weighed.iter().map(|(h, w, _)| (*h, *w)).collect();
    let mut shared: Vec<_> = one
        .weighed
        .iter()
        .filter_map(|(hash, weight, words)| Some((weight * theirs.get(hash)?, words)))
        .collect();
    shared.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<String> = Vec::new();
    for (_, words) in shared {
        let written = one.text.written(words);
        let folded = written.to_lowercase();
        let covered = |text: &String| {
            let text = text.to_lowercase();
            text.contains(&folded) || folded.contains(&text)
        };
        if kept.len() < 3 && !kept.iter().any(covered) {
            kept.push(written.to_owned());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docs() -> Vec<Doc<'static>> {
        let doc = |title, text| Doc { title, text };
        vec![
            doc(
                "Replay",
                "Catastrophic forgetting is mitigated by a replay buffer.",
            ),
            doc("Galaxies", "We measure the redshift of distant galaxies."),
            doc(
                "Rehearsal",
                "A replay buffer mitigates catastrophic forgetting.",
            ),
            doc("Stars", "The redshift of stars near galaxies."),
        ]
    }

    #[test]
    fn papers_that_share_rare_terms_are_related_and_say_why() {
        let found = related(&docs(), 1);
        let indexes: Vec<_> = found.iter().map(|list| list[0].index).collect();
        assert_eq!(indexes, [2, 3, 0, 1]);
        assert!(
            found[0][0]
                .reason
                .contains(&"Catastrophic forgetting".to_owned())
        );
    }

    #[test]
    fn no_paper_is_related_to_itself_and_none_is_no_error() {
        assert!(
            related(&docs(), 9)
                .iter()
                .enumerate()
                .all(|(n, list)| list.iter().all(|r| r.index != n))
        );
        assert!(related(&docs(), 0).iter().all(Vec::is_empty));
        assert!(related(&[], 5).is_empty());
    }
}
