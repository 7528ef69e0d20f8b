//! From papers whose key phrases are known to what the binary holds.

use paper_digest::tags::phrases::{
    Abbreviations, COUNT_STEPS, LOGIT_STEPS, Model, Scorer, TERM_SIGNS, TermScorer, UNLIKELY,
    Weights,
};

use super::count::{Counts, KEPT_WORD, is_kept, word_logits};
use super::fit::{Sample, fit, with_units};
use super::papers::Paper;

/// A paper's own keywords must not be among what is counted for it, nor may their absence tell them
/// (as it does when one paper is left out at a time): so a tenth of the papers is left out.
const FOLDS: usize = 10;

/// Learns tables of words and phrases, and the scorer of terms.
pub fn learn_terms(papers: &[Paper], abbreviations: Abbreviations) -> Model {
    let mut model = tables(&Counts::of(papers.iter()));
    model.abbreviations = abbreviations;
    let mut samples: Vec<Sample<TERM_SIGNS>> = Vec::new();
    for (others, fold) in folds(papers) {
        for paper in fold {
            let candidates = paper.text.term_candidates(&others);
            samples.extend(candidates.iter().map(|candidate| {
                let key = paper.labels.contains_key(&candidate.hash);
                (candidate.signs(), key)
            }));
        }
    }
    let fitted = fit(&samples);
    let mut weights = [0.0; TERM_SIGNS];
    weights.copy_from_slice(&fitted[..TERM_SIGNS]);
    // The last sign is the same for all, as the constant is.
    weights[TERM_SIGNS - 1] += fitted[TERM_SIGNS];
    model.terms = TermScorer::new(weights);
    model
}

/// Learns everything, and the probabilities from which phrases are best taken: of all labels, and of
/// those that were often key.
pub fn learn(papers: &[Paper], abbreviations: Abbreviations) -> (Model, [f32; 2]) {
    let mut model = learn_terms(papers, abbreviations);
    let (mut known, mut new): (Vec<Sample>, Vec<Sample>) = Default::default();
    for (others, fold) in folds(papers) {
        for paper in fold {
            for candidate in paper.text.candidates(&others) {
                let key = paper.labels.contains_key(&candidate.hash);
                match candidate.known {
                    true => known.push((candidate.features, key)),
                    false => new.push((candidate.features, key)),
                }
            }
        }
    }
    model.glance = linear(&known);
    known.retain(|(features, _)| model.glance.probability(features) >= UNLIKELY);
    model.known = with_units(&known, 2);
    model.new = linear(&new);
    let (mut rows, mut often) = (Vec::new(), Vec::new());
    let mut again: Vec<Sample> = Vec::new();
    for (others, fold) in folds(papers) {
        for paper in fold {
            let mut candidates = paper.text.candidates(&others);
            model.weigh_alone(&mut candidates);
            for candidate in candidates {
                let key = paper.labels.contains_key(&candidate.hash);
                match (candidate.is_close(), candidate.known) {
                    (true, _) => again.push((candidate.features, key)),
                    (_, true) => often.push((candidate.probability, key)),
                    (_, false) => rows.push((candidate.probability, key)),
                }
            }
        }
    }
    model.again = with_units(&again, 3);
    let weighed = again.iter();
    often.extend(weighed.map(|(x, key)| (model.again.probability(x), *key)));
    let wanted = often.iter().filter(|(_, key)| *key).count();
    let of_often = best_cut(&often, wanted);
    rows.extend(often);
    let wanted = papers.iter().map(|paper| paper.labels.len()).sum();
    (model, [best_cut(&rows, wanted), of_often])
}

fn linear(samples: &[Sample]) -> Scorer {
    Scorer::new(Weights {
        linear: fit(samples),
        units: Vec::new(),
    })
}

/// Makes the tables of what was counted.
fn tables(counts: &Counts) -> Model {
    let mut model = Model::default();
    let words = counts.words.iter();
    for (word, count) in words.filter(|(_, count)| count[0] >= KEPT_WORD) {
        let step = |logit: f32| (logit * LOGIT_STEPS).round().clamp(-127.0, 127.0) / LOGIT_STEPS;
        model.words.insert(*word, word_logits(count).map(step));
    }
    for (phrase, count) in counts.phrases.iter().filter(|(_, count)| is_kept(count)) {
        let steps = |count: f32| (count.ln_1p() * COUNT_STEPS).round().clamp(0.0, 255.0) as u8;
        model
            .phrases
            .insert(*phrase, [steps(count.papers), steps(count.key)]);
    }
    model
}

/// Returns each fold with what is counted in the papers of the others.
fn folds(papers: &[Paper]) -> impl Iterator<Item = (Counts, impl Iterator<Item = &Paper>)> {
    (0..FOLDS).map(|fold| {
        let rest = papers.iter().enumerate();
        let rest = rest.filter(move |(number, _)| number % FOLDS != fold);
        let counts = Counts::of(rest.map(|(_, paper)| paper));
        (counts, papers.iter().skip(fold).step_by(FOLDS))
    })
}

/// Returns the probability from which on F1 is best.
fn best_cut(scored: &[(f32, bool)], wanted: usize) -> f32 {
    let cuts = (10..70).map(|cut| cut as f32 / 100.0);
    let best = cuts.max_by(|a, b| f1(scored, wanted, *a).total_cmp(&f1(scored, wanted, *b)));
    best.unwrap_or(0.3)
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
