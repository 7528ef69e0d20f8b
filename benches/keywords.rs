//! How well key phrases are found: learns from the oldest 70 % of papers whose keywords are known and
//! scores on the newest 30 %.
//!
//! `cargo bench --bench keywords -- FILE.jsonl.gz` prints the table; `-- FILE learn` then learns from
//! all papers and writes `src/tags/phrases.bin`. Each line of the file holds `title`, `abstract`,
//! `keywords`, `date`, `arxiv_id`. Labels are folded for case, plural, hyphens and, where the paper
//! explains them, abbreviations; scores are over all labels of all papers together.

#![allow(clippy::disallowed_methods)] // A benchmark reads files and the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::time::Instant;

use paper_digest::tags::phrases::{
    Abbreviations, COUNT_STEPS, FEATURES, LOGIT_STEPS, Model, PhraseCount, Scorer, Statistics,
    Text, UNKNOWN_WORD, WORD_SIGNS, Weights, WordLogits, hash_label,
};

struct Paper {
    title: String,
    summary: String,
    text: Text,
    labels: BTreeSet<u32>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let Some(file) = arguments.first() else {
        println!("keywords: no file given, nothing to do");
        return Ok(());
    };
    let rows = read(file)?;
    let cut = rows.len() * 7 / 10;
    let abbreviations = explained(&rows[..cut]);
    println!("{} abbreviations", abbreviations.len());
    let papers: Vec<Paper> = rows
        .into_iter()
        .map(|row| Paper::of(row, &abbreviations))
        .collect();
    let (older, newer) = papers.split_at(cut);
    println!(
        "{} papers to learn from, {} to score",
        older.len(),
        newer.len()
    );

    let counts = Counts::of(&older.iter().collect::<Vec<_>>());
    let (mut model, least) = learn(older, &counts);
    model.abbreviations = abbreviations.clone();
    let bytes = model.write();
    println!("{} bytes, cuts {least:?}", bytes.len());
    let model = Model::parse(&bytes).ok_or("the table cannot be read back")?;

    println!("method           labels seen      P      R     F1    cut");
    let bench = Bench {
        papers: newer,
        model: &model,
        counts: &counts,
    };
    for seen in [1.0, 2.0, 3.0, 4.0, 5.0] {
        let cut = least[usize::from(seen > 1.0)];
        bench.show("dictionary", seen, 0.5, |count, _| {
            f32::from(u8::from(count.key >= seen))
        });
        bench.show("precise phrases", seen, 0.3, |count, _| {
            count.key / (count.papers + 1.0)
        });
        bench.show("this", seen, cut, |_, probability| probability);
    }
    speed(newer, &model);
    if arguments.get(1).is_some_and(|a| a == "learn") {
        let counts = Counts::of(&papers.iter().collect::<Vec<_>>());
        let (mut model, least) = learn(&papers, &counts);
        model.abbreviations = abbreviations;
        std::fs::write("src/tags/phrases.bin", model.write())?;
        println!("src/tags/phrases.bin is learned from all papers, cuts {least:?}");
    }
    Ok(())
}

/// What a method is scored on.
struct Bench<'a> {
    papers: &'a [Paper],
    model: &'a Model,
    counts: &'a Counts,
}

impl Bench<'_> {
    /// Prints how well a method finds the labels that were key in `seen` older papers (1: all labels,
    /// new ones too), at a cut, and what the best cut would have given.
    fn show(&self, name: &str, seen: f32, cut: f32, score: impl Fn(&PhraseCount, f32) -> f32) {
        let count = |hash: &u32| self.counts.phrases.get(hash).copied().unwrap_or_default();
        let asked = |hash: &u32| seen <= 1.0 || count(hash).key >= seen;
        let mut scored: Vec<(f32, bool)> = Vec::new();
        let mut wanted = 0;
        for paper in self.papers {
            wanted += paper.labels.iter().filter(|label| asked(label)).count();
            let candidates = paper.text.candidates(self.model);
            for (probability, candidate) in self.model.weigh(candidates) {
                if asked(&candidate.hash) {
                    let score = score(&count(&candidate.hash), probability);
                    scored.push((score, paper.labels.contains(&candidate.hash)));
                }
            }
        }
        let at = |cut: f32| {
            let taken: Vec<_> = scored.iter().filter(|(score, _)| *score >= cut).collect();
            let right = taken.iter().filter(|(_, key)| *key).count() as f32;
            let (p, r) = (right / taken.len().max(1) as f32, right / wanted as f32);
            (p, r, 2.0 * p * r / (p + r).max(1e-9))
        };
        let (p, r, f1) = at(cut);
        let cuts = (1..90).map(|cut| at(cut as f32 / 100.0).2);
        let best = cuts.fold(0.0, f32::max);
        println!("{name:16} {seen:11} {p:6.3} {r:6.3} {f1:6.3} {cut:6.2}   (best cut: {best:.3})");
    }
}

fn speed(papers: &[Paper], model: &Model) {
    let start = Instant::now();
    let mut found = 0;
    for paper in papers {
        found += model.key_phrases(&paper.title, &paper.summary, 0.3).len();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{found} phrases, {:.0} papers a second on one core",
        papers.len() as f64 / seconds
    );
}

/// A line of the file.
struct Row {
    title: String,
    summary: String,
    keywords: Vec<String>,
}

fn read(file: &str) -> Result<Vec<Row>, Box<dyn std::error::Error>> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file)?).read_to_string(&mut text)?;
    let mut rows: Vec<serde_json::Value> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    let field = |row: &serde_json::Value, key: &str| {
        row[key]
            .as_str()
            .unwrap_or("")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    rows.sort_by_key(|row| (field(row, "date"), field(row, "arxiv_id")));
    let keywords = |row: &serde_json::Value| {
        let keywords = row["keywords"].as_array().map_or(&[][..], Vec::as_slice);
        keywords
            .iter()
            .filter_map(|k| k.as_str().map(str::to_owned))
            .collect()
    };
    Ok(rows
        .iter()
        .map(|row| Row {
            title: field(row, "title"),
            summary: field(row, "abstract"),
            keywords: keywords(row),
        })
        .collect())
}

/// What abbreviations mean in most papers that explain them.
fn explained(rows: &[Row]) -> Abbreviations {
    let mut meanings: BTreeMap<u32, BTreeMap<Box<[u32]>, usize>> = BTreeMap::new();
    for row in rows {
        let text = Text::new(&row.title, &row.summary, &Abbreviations::default());
        for (short, words) in text.abbreviations() {
            let meanings = meanings.entry(*short).or_default();
            *meanings.entry(words.clone()).or_default() += 1;
        }
    }
    let clear = meanings.into_iter().filter_map(|(short, words)| {
        let all: usize = words.values().sum();
        let (words, most) = words.into_iter().max_by_key(|(_, count)| *count)?;
        (most >= 3 && most * 10 >= all * 7).then_some((short, words))
    });
    clear.collect()
}

impl Paper {
    fn of(row: Row, known: &Abbreviations) -> Paper {
        let text = Text::new(&row.title, &row.summary, known);
        let mut known = known.clone();
        known.extend(text.abbreviations().clone());
        let labels = row
            .keywords
            .iter()
            .filter_map(|keyword| hash_label(keyword, &known))
            .collect();
        Paper {
            title: row.title,
            summary: row.summary,
            text,
            labels,
        }
    }
}

/// What is counted of words and phrases.
#[derive(Default)]
struct Counts {
    /// Seen, inside, begins, ends; seen before a word, before a key phrase; seen behind, behind one.
    words: BTreeMap<u32, [f32; 8]>,
    phrases: BTreeMap<u32, PhraseCount>,
}

impl Counts {
    fn of(papers: &[&Paper]) -> Counts {
        let mut counts = Counts::default();
        for paper in papers {
            for (word, own) in count_words(paper) {
                let all = counts.words.entry(word).or_default();
                all.iter_mut().zip(own).for_each(|(all, own)| *all += own);
            }
            let runs: BTreeSet<u32> = paper.text.runs().iter().map(|run| run.hash).collect();
            for hash in runs {
                let count = counts.phrases.entry(hash).or_default();
                count.papers += 1.0;
                count.key += f32::from(u8::from(paper.labels.contains(&hash)));
            }
        }
        counts
    }
}

fn count_words(paper: &Paper) -> BTreeMap<u32, [f32; 8]> {
    let words: Vec<u32> = paper.text.word_hashes().collect();
    let mut inside = vec![[0f32; 3]; words.len()];
    for run in paper.text.runs() {
        if paper.labels.contains(&run.hash) {
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
fn word_logits(count: &[f32; 8]) -> WordLogits {
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

    fn phrase(&self, hash: u32) -> PhraseCount {
        let count = self.phrases.get(&hash).filter(|count| is_kept(count));
        count.copied().unwrap_or_default()
    }
}

const FOLDS: usize = 10;
const KEPT_WORD: f32 = 3.0;

/// A phrase never key is kept when it was seen often enough to say so.
fn is_kept(count: &PhraseCount) -> bool {
    count.key >= 1.0 && count.papers >= 2.0 || count.papers >= 8.0
}

fn learn(papers: &[Paper], counts: &Counts) -> (Model, [f32; 2]) {
    let mut rows: Vec<([f32; FEATURES], bool, bool)> = Vec::new();
    // A paper's own keywords must not be among what is counted for it, nor may their absence tell them
    // (as it does when one paper is left out at a time): so a tenth of the papers is left out.
    for fold in 0..FOLDS {
        let others = without(papers, fold);
        for paper in papers.iter().skip(fold).step_by(FOLDS) {
            for candidate in paper.text.candidates(&others) {
                let frequent = candidate.known;
                rows.push((
                    candidate.features,
                    paper.labels.contains(&candidate.hash),
                    frequent,
                ));
            }
        }
    }
    let (known, new): (Vec<_>, Vec<_>) = rows
        .iter()
        .map(|(x, y, f)| ((*x, *y), *f))
        .partition::<Vec<_>, _>(|(_, f)| *f);
    let strip = |rows: Vec<((_, _), bool)>| {
        rows.into_iter()
            .map(|(row, _)| row)
            .collect::<Vec<Sample>>()
    };
    let (known, new) = (strip(known), strip(new));
    let mut model = Model {
        known: with_units(&known),
        new: Scorer::new(Weights {
            linear: fit(&new),
            units: Vec::new(),
        }),
        ..Model::default()
    };
    for (word, count) in counts
        .words
        .iter()
        .filter(|(_, count)| count[0] >= KEPT_WORD)
    {
        let mut signs = [0i8; WORD_SIGNS];
        for (sign, logit) in signs.iter_mut().zip(word_logits(count)) {
            *sign = (logit * LOGIT_STEPS).round().clamp(-127.0, 127.0) as i8;
        }
        model.words.insert(*word, signs);
    }
    for (phrase, count) in counts.phrases.iter().filter(|(_, count)| is_kept(count)) {
        let steps = |count: f32| (count.ln_1p() * COUNT_STEPS).round().clamp(0.0, 255.0) as u8;
        model
            .phrases
            .insert(*phrase, [steps(count.papers), steps(count.key)]);
    }
    let mut rows = Vec::new();
    let mut again: Vec<Sample> = Vec::new();
    for fold in 0..FOLDS {
        let others = without(papers, fold);
        for paper in papers.iter().skip(fold).step_by(FOLDS) {
            for (probability, candidate) in model.weigh_alone(paper.text.candidates(&others)) {
                let key = paper.labels.contains(&candidate.hash);
                if candidate.known {
                    again.push((candidate.features, key));
                } else {
                    rows.push((probability, key, false));
                }
            }
        }
    }
    model.again = with_units(&again);
    let scored = again
        .iter()
        .map(|(x, y)| (model.again.probability(x), *y, true));
    rows.extend(scored);
    let wanted: usize = papers.iter().map(|paper| paper.labels.len()).sum();
    let least = [false, true].map(|only| {
        let scored: Vec<(f32, bool)> = rows
            .iter()
            .filter(|(_, _, f)| *f || !only)
            .map(|(probability, y, _)| (*probability, *y))
            .collect();
        let wanted = if only {
            rows.iter().filter(|(_, y, f)| *f && *y).count()
        } else {
            wanted
        };
        (10..70)
            .map(|c| c as f32 / 100.0)
            .max_by(|a, b| f1(&scored, wanted, *a).total_cmp(&f1(&scored, wanted, *b)))
            .unwrap_or(0.3)
    });
    (model, least)
}

/// Counts words and phrases in all papers but those of a fold.
fn without(papers: &[Paper], fold: usize) -> Counts {
    let rest = papers.iter().enumerate();
    let rest = rest.filter(|(number, _)| number % FOLDS != fold);
    Counts::of(&rest.map(|(_, paper)| paper).collect::<Vec<_>>())
}

fn f1(scored: &[(f32, bool)], wanted: usize, least: f32) -> f32 {
    let taken = scored.iter().filter(|(s, _)| *s >= least);
    let (mut all, mut right) = (0f32, 0f32);
    for (_, y) in taken {
        all += 1.0;
        right += f32::from(u8::from(*y));
    }
    2.0 * right / (all + wanted as f32)
}

/// A candidate's features, and whether it is key.
type Sample = ([f32; FEATURES], bool);

const UNITS: usize = 24;
const EPOCHS: usize = 12;

/// Fits a linear part, then units for what it leaves; the mean of a few fits is steadier than one.
fn with_units(samples: &[Sample]) -> Scorer {
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
    const FITS: usize = 3;
    let fits: Vec<Weights> = (0..FITS).map(|seed| descend(&even, seed as u64)).collect();
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
    for fit in &fits {
        mean_of_fits
            .linear
            .iter_mut()
            .zip(raw(&fit.linear))
            .for_each(|(w, v)| *w += v / FITS as f32);
        for unit in &fit.units {
            let mut weights = raw(unit);
            weights.push(unit[FEATURES + 1] / FITS as f32);
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

/// Fits the weights of a logistic function by Newton's method, with a little shrinkage.
fn fit(rows: &[Sample]) -> Vec<f32> {
    const N: usize = FEATURES + 1;
    let mut weights = vec![0f64; N];
    for _ in 0..8 {
        let mut gradient = vec![0f64; N];
        let mut hessian = vec![[0f64; N]; N];
        for (features, label) in rows {
            let mut x = [1f64; N];
            x.iter_mut()
                .zip(features)
                .for_each(|(x, f)| *x = f64::from(*f));
            let sum: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum();
            let p = 1.0 / (1.0 + (-sum).exp());
            let error = f64::from(u8::from(*label)) - p;
            let slope = p * (1.0 - p);
            for i in 0..N {
                gradient[i] += error * x[i];
                let xi = slope * x[i];
                for j in 0..=i {
                    hessian[i][j] += xi * x[j];
                }
            }
        }
        for i in 0..N {
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
fn solve<const N: usize>(mut matrix: Vec<[f64; N]>, mut right: Vec<f64>) -> Vec<f64> {
    for i in 0..N {
        let best = (i..N)
            .max_by(|a, b| matrix[*a][i].abs().total_cmp(&matrix[*b][i].abs()))
            .unwrap_or(i);
        matrix.swap(i, best);
        right.swap(i, best);
        for row in i + 1..N {
            let factor = matrix[row][i] / matrix[i][i];
            let (above, below) = matrix.split_at_mut(row);
            below[0]
                .iter_mut()
                .zip(&above[i])
                .for_each(|(x, y)| *x -= factor * y);
            right[row] -= factor * right[i];
        }
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|j| matrix[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    right
}
