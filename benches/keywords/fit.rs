//! Weights of a scorer, from samples.

use rayon::prelude::*;

use paper_digest::tags::phrases::{FEATURES, Scorer, Weights};

/// A candidate's features, and whether it is key.
pub type Sample<const N: usize = FEATURES> = ([f32; N], bool);

const UNITS: usize = 24;
const EPOCHS: usize = 12;

/// Fits a linear part, then units for what it leaves; the mean of a few fits is steadier than one.
pub fn with_units(samples: &[Sample], fits: usize) -> Scorer {
    let count = samples.len() as f32;
    let mut mean = [0f32; FEATURES];
    let mut spread = [0f32; FEATURES];
    for (x, _) in samples {
        (0..FEATURES).for_each(|i| mean[i] += x[i] / count);
    }
    for (x, _) in samples {
        (0..FEATURES).for_each(|i| spread[i] += (x[i] - mean[i]).powi(2) / count);
    }
    spread.iter_mut().for_each(|s| *s = s.sqrt().max(1e-3));
    let even: Vec<Sample> = samples
        .iter()
        .map(|(x, y)| (std::array::from_fn(|i| (x[i] - mean[i]) / spread[i]), *y))
        .collect();
    let fitted: Vec<Weights> = (0..fits)
        .into_par_iter()
        .map(|seed| descend(&even, seed as u64))
        .collect();
    let raw = |weights: &[f32]| -> Vec<f32> {
        let mut raw: Vec<f32> = (0..FEATURES).map(|i| weights[i] / spread[i]).collect();
        let moved: f32 = (0..FEATURES).map(|i| raw[i] * mean[i]).sum();
        raw.push(weights[FEATURES] - moved);
        raw
    };
    let mut mean_of_fits = Weights {
        linear: vec![0.0; FEATURES + 1],
        units: Vec::new(),
    };
    for fit in &fitted {
        mean_of_fits
            .linear
            .iter_mut()
            .zip(raw(&fit.linear))
            .for_each(|(w, v)| *w += v / fits as f32);
        for unit in &fit.units {
            let mut weights = raw(unit);
            weights.push(unit[FEATURES + 1] / fits as f32);
            mean_of_fits.units.push(weights);
        }
    }
    Scorer::new(mean_of_fits)
}

/// Stochastic descent with a step per weight that shrinks with the slopes seen (Adam).
fn descend(samples: &[Sample], seed: u64) -> Weights {
    const ROW: usize = FEATURES + 2;
    let size = FEATURES + 1 + UNITS * ROW;
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    for _ in 0..20 {
        random();
    }
    let mut weights: Vec<f32> = fit(samples);
    weights.extend((0..UNITS * ROW).map(|_| (random() - 0.5) * 0.5));
    let (mut first, mut second) = (vec![0f32; size], vec![0f32; size]);
    let mut order: Vec<usize> = (0..samples.len()).collect();
    let mut step = 0i32;
    for epoch in 0..EPOCHS {
        for i in (1..order.len()).rev() {
            order.swap(i, (random() * (i + 1) as f32) as usize % (i + 1));
        }
        let rate = 0.003 * (1.0 - epoch as f32 / EPOCHS as f32);
        for batch in order.chunks(256) {
            let mut slope: Vec<f32> = weights.iter().map(|w| w * SHRINK).collect();
            for sample in batch {
                add_slope(
                    &samples[*sample],
                    &weights,
                    &mut slope,
                    1.0 / batch.len() as f32,
                );
            }
            step += 1;
            for i in 0..size {
                first[i] = 0.9 * first[i] + 0.1 * slope[i];
                second[i] = 0.999 * second[i] + 0.001 * slope[i] * slope[i];
                let (m, v) = (
                    first[i] / (1.0 - 0.9f32.powi(step)),
                    second[i] / (1.0 - 0.999f32.powi(step)),
                );
                weights[i] -= rate * m / (v.sqrt() + 1e-8);
            }
        }
    }
    let (linear, units) = weights.split_at(FEATURES + 1);
    Weights {
        linear: linear.to_vec(),
        units: units.chunks(ROW).map(<[f32]>::to_vec).collect(),
    }
}

const SHRINK: f32 = 1e-4;

fn add_slope((x, label): &Sample, weights: &[f32], slope: &mut [f32], share: f32) {
    const ROW: usize = FEATURES + 2;
    let weigh = |w: &[f32]| x.iter().zip(w).map(|(x, w)| x * w).sum::<f32>() + w[FEATURES];
    let (linear, units) = weights.split_at(FEATURES + 1);
    let mut answers = [0f32; UNITS];
    let mut sum = weigh(linear);
    for (answer, unit) in answers.iter_mut().zip(units.chunks(ROW)) {
        *answer = weigh(unit).max(0.0);
        sum += *answer * unit[FEATURES + 1];
    }
    let error = (1.0 / (1.0 + (-sum).exp()) - f32::from(u8::from(*label))) * share;
    let (linear, rest) = slope.split_at_mut(FEATURES + 1);
    linear.iter_mut().zip(x).for_each(|(s, x)| *s += error * x);
    linear[FEATURES] += error;
    for ((answer, unit), slope) in answers
        .iter()
        .zip(units.chunks(ROW))
        .zip(rest.chunks_mut(ROW))
    {
        if *answer > 0.0 {
            slope[FEATURES + 1] += error * answer;
            let back = error * unit[FEATURES + 1];
            slope.iter_mut().zip(x).for_each(|(s, x)| *s += back * x);
            slope[FEATURES] += back;
        }
    }
}

/// Fits the weights of a logistic function by Newton's method, with a little shrinkage; the constant is
/// the last.
pub fn fit<const F: usize>(rows: &[Sample<F>]) -> Vec<f32> {
    let n = F + 1;
    let mut weights = vec![0f64; n];
    for _ in 0..8 {
        let mut gradient = vec![0f64; n];
        let mut hessian = vec![vec![0f64; n]; n];
        let mut x = vec![1f64; n];
        for (features, label) in rows {
            x.iter_mut()
                .zip(features)
                .for_each(|(x, f)| *x = f64::from(*f));
            let sum: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum();
            let p = 1.0 / (1.0 + (-sum).exp());
            let error = f64::from(u8::from(*label)) - p;
            let slope = p * (1.0 - p);
            for i in 0..n {
                gradient[i] += error * x[i];
                let xi = slope * x[i];
                let row = hessian[i][..=i].iter_mut();
                row.zip(&x).for_each(|(sum, x)| *sum += xi * x);
            }
        }
        for i in 0..n {
            gradient[i] -= weights[i];
            hessian[i][i] += 1.0;
            let (above, row) = hessian.split_at_mut(i);
            let mirrored = above.iter_mut().zip(row[0].iter());
            mirrored.for_each(|(above, value)| above[i] = *value);
        }
        for (weight, step) in weights.iter_mut().zip(solve(hessian, gradient)) {
            *weight += step;
        }
    }
    weights.iter().map(|w| *w as f32).collect()
}

/// Solves a small system of linear equations by elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for i in 0..n {
        let best = (i..n)
            .max_by(|a, b| matrix[*a][i].abs().total_cmp(&matrix[*b][i].abs()))
            .unwrap_or(i);
        matrix.swap(i, best);
        right.swap(i, best);
        for row in i + 1..n {
            let factor = matrix[row][i] / matrix[i][i];
            let (above, below) = matrix.split_at_mut(row);
            below[0]
                .iter_mut()
                .zip(&above[i])
                .for_each(|(x, y)| *x -= factor * y);
            right[row] -= factor * right[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| matrix[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    right
}
