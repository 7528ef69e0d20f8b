//! How well key phrases are found: learns from the oldest 70 % of papers whose keywords are known and
//! scores on the newest 30 %.
//!
//! `cargo bench --bench keywords -- FILE.jsonl.gz` prints the tables; `-- FILE learn` then learns from
//! all papers and writes `src/tags/phrases.bin`; `-- FILE vocabulary` tells only which labels the starter
//! vocabulary covers. Each line of the file holds `title`, `abstract`,
//! `keywords`, `date`, `arxiv_id`. Labels are folded for case, plural, hyphens and, where the paper
//! explains them, abbreviations; scores are over all labels of all papers together.

#![allow(clippy::disallowed_methods)] // A benchmark reads files and the clock.

mod count;
mod coverage;
mod errors;
mod fit;
mod learn;
mod papers;
mod speed;

use paper_digest::tags::phrases::{Model, PhraseCount};

use count::Counts;
use learn::learn;
use papers::{Paper, explained, read};

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
    coverage::show(&rows);
    if arguments.get(1).is_some_and(|a| a == "vocabulary") {
        return Ok(());
    }
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

    let counts = Counts::of(older.iter());
    let (model, least) = learn(older, abbreviations.clone());
    let bytes = model.write();
    println!("{} bytes, cuts {least:?}", bytes.len());
    let model = Model::parse(&bytes).ok_or("the table cannot be read back")?;

    let bench = Bench {
        papers: newer,
        model: &model,
        counts: &counts,
    };
    println!("method           labels seen      P      R     F1    cut");
    for seen in [1.0, 2.0, 3.0, 4.0, 5.0] {
        let cut = least[usize::from(seen > 1.0)];
        bench.show("dictionary", seen, 0.5, |count, _| {
            f32::from(u8::from(count.key >= seen))
        });
        bench.show("precise phrases", seen, PRECISE, |count, _| {
            count.key / (count.papers + 1.0)
        });
        bench.show("this", seen, cut, |_, probability| probability);
    }
    println!("of labels that were key in three older papers:");
    errors::show(&bench, 3.0, least[1]);
    speed::show(newer, &model, least[1]);
    if arguments.get(1).is_some_and(|a| a == "learn") {
        let (model, least) = learn(&papers, abbreviations);
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

/// A phrase that is key in this part of the papers that have it is precise.
const PRECISE: f32 = 0.3;

impl Bench<'_> {
    /// What was counted of a phrase in the older papers.
    fn count(&self, hash: u32) -> PhraseCount {
        self.counts.phrases.get(&hash).copied().unwrap_or_default()
    }

    /// Prints how well a method finds the labels that were key in `seen` older papers (1: all labels,
    /// new ones too), at a cut, and what the best cut would have given.
    fn show(&self, name: &str, seen: f32, cut: f32, score: impl Fn(&PhraseCount, f32) -> f32) {
        let asked = |hash: &u32| seen <= 1.0 || self.count(*hash).key >= seen;
        let mut scored: Vec<(f32, bool)> = Vec::new();
        let mut wanted = 0;
        for paper in self.papers {
            wanted += paper.labels.keys().filter(|label| asked(label)).count();
            let mut candidates = paper.text.candidates(self.model);
            self.model.weigh(&mut candidates);
            for candidate in candidates {
                if asked(&candidate.hash) {
                    let score = score(&self.count(candidate.hash), candidate.probability);
                    scored.push((score, paper.labels.contains_key(&candidate.hash)));
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
