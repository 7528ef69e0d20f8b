//! How fast phrases are found, by each method alone.

use std::collections::BTreeSet;

use paper_digest::tags::phrases::{Model, PhraseCount, Statistics, Text};
use rayon::prelude::*;

use super::PRECISE;
use super::papers::Paper;

/// Prints how many papers a second each method takes, on one thread and on all, and the most memory.
pub fn show(papers: &[Paper], model: &Model, cut: f32) {
    let of_table = |paper: &Paper, test: fn(&PhraseCount) -> bool| {
        let text = Text::new(&paper.title, &paper.summary, &model.abbreviations);
        let runs: BTreeSet<u32> = text.runs().iter().map(|run| run.hash).collect();
        runs.iter()
            .filter(|hash| test(model.phrase(**hash)))
            .count()
    };
    measure("dictionary", papers, |paper| {
        of_table(paper, |count| count.key >= 2.5)
    });
    measure("precise phrases", papers, |paper| {
        of_table(paper, |count| {
            count.key >= 2.5 && count.key >= PRECISE * (count.papers + 1.0)
        })
    });
    measure("this", papers, |paper| {
        model.key_phrases(&paper.title, &paper.summary, cut).len()
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("{}", memory.unwrap_or("memory unknown"));
}

fn measure(name: &str, papers: &[Paper], find: impl Fn(&Paper) -> usize + Sync) {
    // The best of a few: other work of the machine only ever makes a run slower.
    let best = |run: &dyn Fn() -> usize, clock: fn() -> f64| {
        let runs = (0..5).map(|_| {
            let start = clock();
            (run(), clock() - start)
        });
        runs.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 1.0))
    };
    let (found, alone) = best(&|| papers.iter().map(&find).sum(), processor);
    let (_, beside) = best(&|| papers.par_iter().map(&find).sum(), wall);
    println!(
        "{name:16} {found} phrases, {:.0} papers in a second of one processor, {:.0} on {} threads",
        papers.len() as f64 / alone,
        papers.len() as f64 / beside,
        rayon::current_num_threads(),
    );
}

/// The seconds that this thread had a processor, where the system tells it: a busy machine takes time
/// from a thread that this clock does not count.
fn processor() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told
        .split(' ')
        .next()
        .and_then(|first| first.parse::<f64>().ok());
    nanoseconds.map_or_else(wall, |nanoseconds| nanoseconds / 1e9)
}

fn wall() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0.0, |time| time.as_secs_f64())
}
