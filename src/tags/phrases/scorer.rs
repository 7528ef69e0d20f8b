//! From what speaks for and against a phrase to a probability.

use super::FEATURES;

/// These are the weights of a scorer: a linear part and a few units that each answer above a bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// The weight of each feature, and last the constant.
    pub linear: Vec<f32>,
    /// The units: the weight of each feature, the constant, and the weight of the unit's answer.
    pub units: Vec<Vec<f32>>,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights {
            linear: vec![0.0; FEATURES + 1],
            units: Vec::new(),
        }
    }
}

/// This weighs features.
#[derive(Debug, Clone, Default)]
pub struct Scorer {
    weights: Weights,
    linear: Block<8>,
    units: Vec<Block<LANES>>,
}

/// So many units are worked out side by side; their sums fit into the registers of any machine.
const LANES: usize = 24;

/// Units side by side: a row of weights for each feature, so that a processor takes several at once.
#[derive(Debug, Clone)]
struct Block<const N: usize> {
    rows: Vec<[f32; N]>,
    constants: [f32; N],
    answers: [f32; N],
}

impl Scorer {
    /// Makes a scorer of weights.
    pub fn new(weights: Weights) -> Scorer {
        let mut linear = Block::default();
        linear.constants[0] = weights.linear[FEATURES];
        for (feature, weight) in weights.linear[..FEATURES].iter().enumerate() {
            linear.rows[feature / 8][feature % 8] = *weight;
        }
        let block = |units: &[Vec<f32>]| {
            let mut block = Block::default();
            for (lane, unit) in units.iter().enumerate() {
                for (row, weight) in block.rows.iter_mut().zip(unit) {
                    row[lane] = *weight;
                }
                block.constants[lane] = unit[FEATURES];
                block.answers[lane] = unit[FEATURES + 1];
            }
            block
        };
        Scorer {
            linear,
            units: weights.units.chunks(LANES).map(block).collect(),
            weights,
        }
    }

    /// Returns the weights that it was made of.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Returns the probability that the features speak for.
    pub fn probability(&self, features: &[f32; FEATURES]) -> f32 {
        let mut sums = self.linear.constants;
        for (features, weights) in features.chunks(8).zip(&self.linear.rows) {
            for ((sum, x), weight) in sums.iter_mut().zip(features).zip(weights) {
                *sum += x * weight;
            }
        }
        let linear: f32 = sums.iter().sum();
        let answers: f32 = self.units.iter().map(|block| block.answer(features)).sum();
        1.0 / (1.0 + (-(linear + answers)).exp())
    }
}

impl<const N: usize> Block<N> {
    fn answer(&self, features: &[f32; FEATURES]) -> f32 {
        let mut sums = self.constants;
        for (x, weights) in features.iter().zip(&self.rows) {
            for lane in 0..N {
                sums[lane] += x * weights[lane];
            }
        }
        let answers = sums.iter().zip(&self.answers);
        answers.map(|(sum, weight)| sum.max(0.0) * weight).sum()
    }
}

impl<const N: usize> Default for Block<N> {
    fn default() -> Block<N> {
        Block {
            rows: vec![[0.0; N]; FEATURES],
            constants: [0.0; N],
            answers: [0.0; N],
        }
    }
}
