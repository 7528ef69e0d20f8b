//! Where the rest goes: what is missed and what is wrong, by kind, with the labels that weigh most.

use std::collections::{BTreeMap, BTreeSet};

use paper_digest::tags::phrases::{Candidate, PhraseCount};

use super::Bench;
use super::papers::Paper;

/// A phrase that is key in fewer of the papers that have it is a general one.
const GENERAL: f32 = 0.2;
/// How many labels are shown of a kind.
const SHOWN: usize = 8;

/// How often something of a kind came, by what it was.
type Kinds = BTreeMap<&'static str, BTreeMap<String, usize>>;

/// Prints what a cut misses and what it takes wrongly, of labels that were key in so many older papers.
pub fn show(bench: &Bench, seen: f32, cut: f32) {
    let (mut missed, mut wrong) = (Kinds::new(), Kinds::new());
    let is_asked = |hash: &u32| bench.count(*hash).key >= seen;
    for paper in bench.papers {
        let mut candidates = paper.text.candidates(bench.model);
        bench.model.weigh(&mut candidates);
        candidates.retain(|candidate| is_asked(&candidate.hash));
        let taken: Vec<&Candidate> = candidates.iter().filter(|c| c.probability >= cut).collect();
        let found: BTreeSet<u32> = taken.iter().map(|candidate| candidate.hash).collect();
        let labels = paper.labels.iter();
        for (hash, label) in labels.filter(|(hash, _)| is_asked(hash) && !found.contains(hash)) {
            let candidate = candidates.iter().find(|candidate| candidate.hash == *hash);
            let kind = why_missed(paper, candidate, &taken, bench.count(*hash));
            note(&mut missed, kind, label);
        }
        for candidate in taken {
            if !paper.labels.contains_key(&candidate.hash) {
                let kind = why_wrong(paper, candidate, bench.count(candidate.hash));
                note(&mut wrong, kind, &paper.text.folded(&candidate.words));
            }
        }
    }
    print("missed", &missed);
    print("wrong", &wrong);
}

fn why_missed(
    paper: &Paper,
    candidate: Option<&Candidate>,
    taken: &[&Candidate],
    count: PhraseCount,
) -> &'static str {
    let Some(candidate) = candidate else {
        return "not in the text";
    };
    let words = &candidate.words;
    let overlaps =
        |other: &&&Candidate| words.start < other.words.end && other.words.start < words.end;
    match () {
        () if taken.iter().any(|other| overlaps(&other)) => "a longer or shorter phrase was taken",
        () if is_general(count) => "a general phrase",
        () if !is_central(paper, candidate) => "named once, in the abstract",
        () => "in the title or named again",
    }
}

fn why_wrong(paper: &Paper, candidate: &Candidate, count: PhraseCount) -> &'static str {
    let phrase = paper.text.folded(&candidate.words);
    let overlaps = |label: &String| {
        let label = label.to_lowercase().replace('-', " ");
        label.contains(&phrase) || phrase.contains(&label)
    };
    match () {
        () if paper.labels.values().any(overlaps) => "a label is longer or shorter",
        () if is_central(paper, candidate) => "in the title or named again",
        () if is_general(count) => "a general phrase",
        () => "named once, in the abstract",
    }
}

fn is_general(count: PhraseCount) -> bool {
    count.key < GENERAL * count.papers
}

/// Tells whether a phrase is in the title, or comes more than once.
fn is_central(paper: &Paper, candidate: &Candidate) -> bool {
    let in_title = paper.text.bytes(&candidate.words).start < paper.title.len();
    let runs = paper.text.runs();
    in_title || runs.iter().filter(|run| run.hash == candidate.hash).count() > 1
}

fn note(kinds: &mut Kinds, kind: &'static str, what: &str) {
    let kind = kinds.entry(kind).or_default();
    *kind.entry(what.to_lowercase()).or_default() += 1;
}

fn print(name: &str, kinds: &Kinds) {
    let sum = |kind: &BTreeMap<String, usize>| kind.values().sum::<usize>();
    let all: usize = kinds.values().map(sum).sum();
    println!("{name}: {all}");
    let mut kinds: Vec<_> = kinds.iter().collect();
    kinds.sort_by_key(|(_, whats)| std::cmp::Reverse(sum(whats)));
    for (kind, whats) in kinds {
        let mut most: Vec<_> = whats.iter().collect();
        most.sort_by_key(|(what, count)| (std::cmp::Reverse(**count), *what));
        let most = most.iter().take(SHOWN);
        let most: Vec<String> = most
            .map(|(what, count)| format!("{what} {count}"))
            .collect();
        let share = sum(whats) as f64 / all as f64;
        println!("  {share:.3} {kind} ({})", most.join(", "));
    }
}
