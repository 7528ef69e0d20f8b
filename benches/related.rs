//! How well related papers are found, against lists of papers that share rare keywords, and how fast.
//!
//! `cargo bench --bench related -- PAPERS.jsonl.gz LISTS.jsonl.gz`: papers with `arxiv_id`, `title`,
//! `abstract`, `date`; lists with `arxiv_id` and `related`.

#![allow(clippy::disallowed_methods)] // A benchmark reads files and the clock.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::time::Instant;

use paper_digest::related::{Doc, related};
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let [papers, lists] = arguments.as_slice() else {
        println!("related: no files given, nothing to do");
        return Ok(());
    };
    let papers = read(papers)?;
    let texts: Vec<(String, String)> = papers
        .iter()
        .map(|p| (text(p, "title"), text(p, "abstract")))
        .collect();
    let docs: Vec<Doc> = texts
        .iter()
        .map(|(title, text)| Doc { title, text })
        .collect();
    let start = Instant::now();
    let found = related(&docs, 10);
    println!(
        "{} papers in {:.2} s",
        docs.len(),
        start.elapsed().as_secs_f64()
    );

    let numbers: BTreeMap<String, usize> = papers
        .iter()
        .enumerate()
        .map(|(n, p)| (text(p, "arxiv_id"), n))
        .collect();
    let (mut hits, mut gain, mut queries) = (0.0, 0.0, 0.0);
    for list in read(lists)? {
        let Some(own) = numbers.get(&text(&list, "arxiv_id")) else {
            continue;
        };
        let wanted: Vec<usize> = list["related"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|id| numbers.get(id.as_str()?).copied())
            .collect();
        let right: Vec<bool> = found[*own]
            .iter()
            .map(|related| wanted.contains(&related.index))
            .collect();
        let discount = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
        let ideal: f64 = (0..wanted.len().min(10)).map(discount).sum();
        gain += right
            .iter()
            .enumerate()
            .filter(|(_, right)| **right)
            .map(|(rank, _)| discount(rank))
            .sum::<f64>()
            / ideal;
        hits += f64::from(u8::from(right.iter().take(5).any(|right| *right)));
        queries += 1.0;
    }
    println!(
        "{queries} lists: hit@5 {:.3}, nDCG@10 {:.3}",
        hits / queries,
        gain / queries
    );
    for number in [100, 2000, 5000] {
        if let Some(list) = found.get(number) {
            println!("{}", texts[number].0);
            list.iter().take(5).for_each(|r| {
                println!(
                    "  {:.2} {} ({})",
                    r.score,
                    texts[r.index].0,
                    r.reason.join(", ")
                )
            });
        }
    }
    Ok(())
}

fn read(file: &str) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file)?).read_to_string(&mut text)?;
    Ok(text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?)
}

fn text(row: &Value, key: &str) -> String {
    row[key]
        .as_str()
        .unwrap_or("")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
