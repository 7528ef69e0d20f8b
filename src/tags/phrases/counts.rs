//! What was counted of phrases, and what follows from it.
//!
//! Many phrases have the same counts, so what follows is worked out once for each pair of them.

use rustc_hash::FxHashMap;

use super::Table;

/// This is what was counted of a phrase: in how many papers it stands, and in how many of them it is key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhraseCount {
    /// Papers that have the phrase.
    pub papers: f32,
    /// Papers of which it is a key phrase.
    pub key: f32,
    /// What this says when the phrase is one word, and when it is more.
    signs: [[f32; 4]; 2],
}

/// These are the counts of phrases, as steps of a logarithm: see [`COUNT_STEPS`].
#[derive(Debug)]
pub struct PhraseCounts {
    /// For each phrase the place of its counts.
    places: Table<u16>,
    /// A bit for each hash that is there; most others have none, and need no look into the large table.
    bits: Vec<u64>,
    /// Counts, each once; the first are those of a phrase that was never seen.
    counts: Vec<([u8; 2], PhraseCount)>,
    known: FxHashMap<[u8; 2], u16>,
}

/// Steps per unit of the logarithm of a count; a byte then holds up to a million.
pub const COUNT_STEPS: f32 = 18.0;

impl PhraseCount {
    /// Makes the counts of a phrase that so many papers have, and of which it is key in some.
    pub fn new(papers: f32, key: f32) -> PhraseCount {
        PhraseCount::of_logarithms(papers.ln_1p(), key.ln_1p(), papers, key)
    }

    fn of_steps(steps: [u8; 2]) -> PhraseCount {
        let [papers, key] = steps.map(|steps| f32::from(steps) / COUNT_STEPS);
        PhraseCount::of_logarithms(papers, key, papers.exp_m1(), key.exp_m1())
    }

    fn of_logarithms(log_papers: f32, log_key: f32, papers: f32, key: f32) -> PhraseCount {
        // Rare phrases lean to the mean. A phrase that was never seen has what was counted of all such.
        let signs = |mean: f32, never_seen: f32| {
            let rest = (papers - key).max(0.0) + 2.0 * (1.0 - mean);
            let key = key + 2.0 * mean;
            let log_odds = match papers > 0.0 {
                true => (key / rest).ln(),
                false => never_seen,
            };
            [log_odds, log_key, key / (key + rest), log_papers]
        };
        PhraseCount {
            papers,
            key,
            signs: [signs(0.03, -3.476_099), signs(0.06, -2.751_535_3)],
        }
    }

    /// Returns what it says when the phrase has so many words: the log odds that it is key, the logarithm of
    /// one more than `key`, the probability that it is key, and the logarithm of one more than `papers`.
    #[inline]
    pub(super) fn signs(&self, words: usize) -> &[f32; 4] {
        &self.signs[usize::from(words > 1)]
    }
}

impl Default for PhraseCount {
    fn default() -> PhraseCount {
        PhraseCount::new(0.0, 0.0)
    }
}

impl PhraseCounts {
    /// Makes a table with room for so many phrases.
    pub fn with_capacity(phrases: usize) -> PhraseCounts {
        PhraseCounts {
            places: Table::with_capacity(phrases),
            // Sixteen bits and more for each phrase.
            bits: vec![0; (phrases / 4 + 1).next_power_of_two()],
            counts: vec![([0; 2], PhraseCount::default())],
            known: [([0; 2], 0)].into_iter().collect(),
        }
    }

    /// Adds a phrase with the steps of its papers and of those of which it is key.
    pub fn insert(&mut self, hash: u32, steps: [u8; 2]) {
        let known = self.known.get(&steps).copied();
        let place = known.unwrap_or_else(|| {
            // There are no more places than pairs of bytes.
            let place = self.counts.len() as u16;
            self.counts.push((steps, PhraseCount::of_steps(steps)));
            self.known.insert(steps, place);
            place
        });
        self.places.insert(hash, place);
        let (word, bit) = self.bit(hash);
        self.bits[word] |= bit;
    }

    /// Returns what was counted of a phrase.
    #[inline]
    pub fn get(&self, hash: u32) -> &PhraseCount {
        self.at(self.place(hash))
    }

    /// Returns where the counts of a phrase are.
    #[inline]
    pub(super) fn place(&self, hash: u32) -> u16 {
        let (word, bit) = self.bit(hash);
        match self.bits[word] & bit {
            0 => 0,
            _ => self.places.get(hash).copied().unwrap_or_default(),
        }
    }

    /// Returns the counts of a place.
    #[inline]
    pub(super) fn at(&self, place: u16) -> &PhraseCount {
        &self.counts[usize::from(place)].1
    }

    /// Returns all phrases and their steps, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (u32, [u8; 2])> {
        let places = self.places.iter();
        places.map(|(hash, place)| (hash, self.counts[usize::from(*place)].0))
    }

    /// Returns where the bit of a hash is.
    #[inline]
    fn bit(&self, hash: u32) -> (usize, u64) {
        let word = (hash >> 12) as usize & (self.bits.len() - 1);
        (word, 1 << (hash >> 6 & 63))
    }
}

impl Default for PhraseCounts {
    fn default() -> PhraseCounts {
        PhraseCounts::with_capacity(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_have_the_counts_that_were_put_in() {
        let mut counts = PhraseCounts::default();
        counts.insert(7, [40, 20]);
        counts.insert(8, [40, 20]);
        counts.insert(9, [0, 0]);
        let [papers, key] = [40.0, 20.0].map(|steps: f32| (steps / COUNT_STEPS).exp_m1());
        let expected = PhraseCount::new(papers, key);
        for (found, expected) in [(7, &expected), (8, &expected), (9, &PhraseCount::default())] {
            let found = counts.get(found);
            assert_eq!((found.papers, found.key), (expected.papers, expected.key));
            for (found, expected) in [1, 2].map(|words| (found.signs(words), expected.signs(words)))
            {
                let differ = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
                assert!(differ.fold(0.0, f32::max) < 1e-5, "{found:?} {expected:?}");
            }
        }
        assert_eq!(counts.get(10), &PhraseCount::default());
        assert_eq!(counts.iter().count(), 3);
    }
}
