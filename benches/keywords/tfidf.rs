//! The plain method that others are measured against: words, or words and pairs of them, weighted by how
//! rare they are (tf-idf), and the cosine of what two papers have.

use std::collections::HashMap;

use rayon::prelude::*;

/// A paper's terms by number, with weights whose squares sum to one.
type Vector = Vec<(u32, f32)>;

/// Returns the nearest papers of each, the nearest first; of two that are as near the one that comes first.
pub fn nearest(texts: &[(String, String)], with_pairs: bool, most: usize) -> Vec<Vec<usize>> {
    let vectors = weigh(texts, with_pairs);
    let terms = vectors.iter().flatten().map(|(term, _)| *term + 1).max();
    let mut postings: Vec<Vector> = vec![Vec::new(); terms.unwrap_or(0) as usize];
    for (paper, vector) in vectors.iter().enumerate() {
        for (term, weight) in vector {
            postings[*term as usize].push((paper as u32, *weight));
        }
    }
    let near = |(own, vector): (usize, &Vector)| {
        let mut scores = vec![0.0f32; vectors.len()];
        for (term, weight) in vector {
            for (paper, other) in &postings[*term as usize] {
                scores[*paper as usize] += weight * other;
            }
        }
        scores[own] = 0.0;
        let mut found: Vec<usize> = (0..scores.len()).filter(|n| scores[*n] > 0.0).collect();
        let nearer =
            |a: &usize, b: &usize| scores[*b].total_cmp(&scores[*a]).then_with(|| a.cmp(b));
        if found.len() > most {
            found.select_nth_unstable_by(most, nearer);
            found.truncate(most);
        }
        found.sort_unstable_by(nearer);
        found.shrink_to_fit();
        found
    };
    vectors.par_iter().enumerate().map(near).collect()
}

fn weigh(texts: &[(String, String)], with_pairs: bool) -> Vec<Vector> {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut papers: Vec<HashMap<u32, f32>> = Vec::with_capacity(texts.len());
    for (title, text) in texts {
        let mut counts = HashMap::new();
        for part in [title, text] {
            for term in terms(part, with_pairs) {
                let next = numbers.len() as u32;
                *counts
                    .entry(*numbers.entry(term).or_insert(next))
                    .or_insert(0.0) += 1.0;
            }
        }
        papers.push(counts);
    }
    let mut holding = vec![0.0f32; numbers.len()];
    for term in papers.iter().flat_map(HashMap::keys) {
        holding[*term as usize] += 1.0;
    }
    let all = texts.len() as f32;
    let vector = |counts: HashMap<u32, f32>| {
        let rarity = |term: u32| (all / holding[term as usize]).ln();
        let mut vector: Vector = counts
            .into_iter()
            .map(|(term, count)| (term, (1.0 + f32::ln(count)) * rarity(term)))
            .collect();
        // A sum of fractions depends on their order.
        vector.sort_unstable_by_key(|(term, _)| *term);
        let length = vector.iter().map(|(_, w)| w * w).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|(_, w)| *w /= length.max(1e-9));
        vector
    };
    papers.into_iter().map(vector).collect()
}

fn terms(text: &str, with_pairs: bool) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| word.chars().count() > 1).collect();
    let mut terms: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    if with_pairs {
        terms.extend(words.windows(2).map(|pair| pair.join(" ")));
    }
    terms
}
