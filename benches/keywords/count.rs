//! What is counted of words and phrases in papers whose key phrases are known.

use std::collections::{BTreeMap, BTreeSet};

use paper_digest::tags::phrases::{PhraseCount, Statistics, UNKNOWN_WORD, WordLogits};

use super::papers::Paper;

/// What is counted of words and phrases.
#[derive(Default)]
pub struct Counts {
    /// Seen, inside, begins, ends; seen before a word, before a key phrase; seen behind, behind one.
    pub words: BTreeMap<u32, [f32; 8]>,
    pub phrases: BTreeMap<u32, PhraseCount>,
    /// What is said of other phrases.
    unknown: PhraseCount,
}

impl Counts {
    pub fn of<'a>(papers: impl Iterator<Item = &'a Paper>) -> Counts {
        let mut counts = Counts::default();
        let mut phrases: BTreeMap<u32, [f32; 2]> = BTreeMap::new();
        for paper in papers {
            for (word, own) in count_words(paper) {
                let all = counts.words.entry(word).or_default();
                all.iter_mut().zip(own).for_each(|(all, own)| *all += own);
            }
            let runs: BTreeSet<u32> = paper.text.runs().iter().map(|run| run.hash).collect();
            for hash in runs {
                let count = phrases.entry(hash).or_default();
                count[0] += 1.0;
                count[1] += f32::from(u8::from(paper.labels.contains_key(&hash)));
            }
        }
        let phrases = phrases.into_iter();
        let phrases = phrases.map(|(hash, [papers, key])| (hash, PhraseCount::new(papers, key)));
        counts.phrases = phrases.collect();
        counts
    }
}

pub fn count_words(paper: &Paper) -> BTreeMap<u32, [f32; 8]> {
    let words: Vec<u32> = paper.text.word_hashes().collect();
    let mut inside = vec![[0f32; 3]; words.len()];
    for run in paper.text.runs() {
        if paper.labels.contains_key(&run.hash) {
            let words = run.words();
            inside[words.start][1] = 1.0;
            inside[words.end - 1][2] = 1.0;
            inside[words].iter_mut().for_each(|signs| signs[0] = 1.0);
        }
    }
    let mut counts: BTreeMap<u32, [f32; 8]> = BTreeMap::new();
    for (at, word) in words.iter().enumerate() {
        let own = counts.entry(*word).or_default();
        own[0] += 1.0;
        (0..3).for_each(|sign| own[sign + 1] += inside[at][sign]);
        if let Some(next) = inside.get(at + 1) {
            own[4] += 1.0;
            own[5] += next[1];
        }
        if at > 0 {
            own[6] += 1.0;
            own[7] += inside[at - 1][2];
        }
    }
    counts
}

/// Log odds that lean to the mean where little was seen.
pub fn word_logits(count: &[f32; 8]) -> WordLogits {
    let odds = |right: f32, all: f32, mean: f32| {
        let weight = 4.0;
        ((right + weight * mean) / ((all - right).max(0.0) + weight * (1.0 - mean))).ln()
    };
    [
        odds(count[1], count[0], 0.2),
        odds(count[2], count[0], 0.1),
        odds(count[3], count[0], 0.1),
        odds(count[5], count[4], 0.1),
        odds(count[7], count[6], 0.1),
    ]
}

/// The log odds of a word that was counted; of others those of a new word.
impl Statistics for Counts {
    fn word(&self, hash: u32) -> WordLogits {
        let count = self.words.get(&hash).filter(|count| count[0] >= KEPT_WORD);
        count.map_or(UNKNOWN_WORD, word_logits)
    }

    fn phrase(&self, hash: u32) -> &PhraseCount {
        let count = self.phrases.get(&hash).filter(|count| is_kept(count));
        count.unwrap_or(&self.unknown)
    }
}

pub const KEPT_WORD: f32 = 3.0;

/// A phrase never key is kept when it was seen often enough to say so.
pub fn is_kept(count: &PhraseCount) -> bool {
    count.key >= 1.0 && count.papers >= 2.0 || count.papers >= 8.0
}
