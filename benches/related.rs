//! How well related papers are found, against lists of papers that share rare keywords, and how fast.
//!
//! `cargo bench --bench related -- PAPERS.jsonl.gz LISTS.jsonl.gz`: papers with `arxiv_id`, `title`,
//! `abstract`, `date`; lists with `arxiv_id` and `related`. With `--copies N` the papers are timed N
//! times over, each copy with words of its own in the place of a third of its words. With
//! `--held-out KEYWORDS.jsonl.gz` tables and weights are learned as for the binary, but without the
//! papers of the lists, and what the binary does with its own is done with these. With
//! `--plain words` or `--plain pairs` plain tf-idf is measured instead, which may come before `--copies`.

#![allow(clippy::disallowed_methods)] // A benchmark reads files and the clock.
#![allow(dead_code)] // Of what learns, only a part is needed here.

#[path = "keywords/count.rs"]
mod count;
#[path = "keywords/fit.rs"]
mod fit;
#[path = "keywords/learn.rs"]
mod learn;
#[path = "keywords/papers.rs"]
mod papers;
#[path = "keywords/tfidf.rs"]
mod tfidf;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::time::Instant;

use paper_digest::date::Date;
use paper_digest::related::{self, Paper, Papers};
use paper_digest::tags::phrases::{Model, Terms};
use rayon::prelude::*;
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let [papers, lists, rest @ ..] = arguments.as_slice() else {
        println!("related: no files given, nothing to do");
        return Ok(());
    };
    let rows = read(papers)?;
    let mut texts: Vec<(String, String)> = rows
        .iter()
        .map(|p| (text(p, "title"), text(p, "abstract")))
        .collect();
    let slugs: Vec<String> = rows.iter().map(|row| text(row, "arxiv_id")).collect();
    let dates: Vec<Date> = rows
        .iter()
        .map(|row| Date::parse(&text(row, "date")).ok_or("a paper without a date"))
        .collect::<Result<_, _>>()?;
    let held_out: Model;
    let mut model = Model::embedded();
    let mut copies = 1;
    let (plain, rest) = match rest {
        [flag, terms, rest @ ..] if flag == "--plain" => (Some(terms == "pairs"), rest),
        _ => (None, rest),
    };
    match rest {
        [flag, number] if flag == "--copies" => copies = number.parse()?,
        [flag, keywords] if flag == "--held-out" => {
            held_out = learn_without(lists, keywords)?;
            model = &held_out;
        }
        [] => {}
        _ => {
            return Err("the arguments are PAPERS LISTS [--plain words|pairs] [--copies N | --held-out KEYWORDS]".into());
        }
    }
    if copies > 1 {
        texts = (0..copies)
            .flat_map(|copy| texts.iter().map(move |text| vary(text, copy)))
            .collect();
    }
    println!("{} before terms", memory());
    if let Some(with_pairs) = plain {
        let start = Clock::start();
        let found = tfidf::nearest(&texts, with_pairs, 10);
        println!("{} papers: {}; {}", texts.len(), start.read(), memory());
        if copies == 1 {
            show("all", &wanted(lists, &slugs)?, |own| found[own].clone());
        }
        return Ok(());
    }
    let start = Clock::start();
    let terms: Vec<Terms> = texts
        .par_iter()
        .map(|(title, text)| Terms::read(title, text, model))
        .collect();
    let reading = start.read();
    let papers = (0..terms.len()).map(|n| Paper {
        terms: &terms[n],
        tags: &[],
        date: dates[n % dates.len()],
        slug: &slugs[n % slugs.len()],
    });
    let papers = Papers {
        papers: papers.collect(),
        tagged: Vec::new(),
    };
    // As a site asks for them.
    let start = Clock::start();
    let found = related::all(&papers, 5, related::LEAST);
    let finding = start.read();
    let start = Clock::start();
    let middle = papers.papers.len() / 2;
    let alone = related::one(&papers, middle, 5, related::LEAST);
    println!(
        "{} papers on {} threads: terms {reading}; neighbours {finding}; of one paper {}; {}",
        papers.papers.len(),
        rayon::current_num_threads(),
        start.read(),
        memory(),
    );
    assert_eq!(alone, found[middle]);
    let many = found.iter().filter(|list| list.len() == 5).count();
    let none = found.iter().filter(|list| list.is_empty()).count();
    println!("{many} papers have five neighbours, {none} have none");
    if copies > 1 {
        return Ok(());
    }
    let found = related::all(&papers, 10, 0);

    let lists = wanted(lists, &slugs)?;
    let near = |own: usize| found[own].iter().map(|near| near.index).collect();
    show("all", &lists, near);
    let (even, odd): (Vec<_>, Vec<_>) = lists.iter().cloned().partition(|(own, _)| own % 2 == 0);
    show("even papers", &even, near);
    show("odd papers", &odd, near);
    for least in [0, 250, 500, 750, 1000, 1500, 2000] {
        let shown: Vec<usize> = found
            .iter()
            .map(|list| list.iter().take(5).filter(|n| n.score >= least).count())
            .collect();
        let five = shown.iter().filter(|shown| **shown == 5).count();
        let none = shown.iter().filter(|shown| **shown == 0).count();
        let right: (usize, usize) = lists.iter().fold((0, 0), |sum, (own, wanted)| {
            let near = found[*own].iter().take(5).filter(|n| n.score >= least);
            let right = near.clone().filter(|n| wanted.contains(&n.index)).count();
            (sum.0 + right, sum.1 + near.count())
        });
        println!(
            "from score {least:4}: five {:.3}, none {:.3} of papers; {:.3} of {} in the lists",
            five as f64 / found.len() as f64,
            none as f64 / found.len() as f64,
            right.0 as f64 / right.1 as f64,
            right.1,
        );
    }
    for number in [100, 2000, 5000, 7000, 9000] {
        let (title, text) = &texts[number];
        println!("{title}");
        for neighbour in found[number].iter().take(5) {
            let terms = neighbour.terms.iter().take(4);
            let terms: Vec<&str> = terms.map(|term| term.written(title, text)).collect();
            let other = &texts[neighbour.index].0;
            println!("  {} {other} ({})", neighbour.score, terms.join(", "));
        }
    }
    Ok(())
}

/// Learns tables and the scorer of terms without the papers that are in the lists.
fn learn_without(lists: &str, keywords: &str) -> Result<Model, Box<dyn std::error::Error>> {
    let mut scored: BTreeSet<String> = BTreeSet::new();
    for list in read(lists)? {
        scored.insert(text(&list, "arxiv_id"));
        let ids = list["related"].as_array().map_or(&[][..], Vec::as_slice);
        scored.extend(ids.iter().filter_map(|id| id.as_str().map(str::to_owned)));
    }
    let mut rows = papers::read(keywords)?;
    let all = rows.len();
    rows.retain(|row| !scored.contains(&row.id));
    println!(
        "learned from {} of {all} papers: {} are in the lists",
        rows.len(),
        scored.len()
    );
    let abbreviations = papers::explained(&rows);
    let papers: Vec<papers::Paper> = rows
        .into_iter()
        .map(|row| papers::Paper::of(row, &abbreviations))
        .collect();
    Ok(learn::learn_terms(&papers, abbreviations))
}

/// A paper with those that are related to it.
type List = (usize, Vec<usize>);

/// Reads the lists whose papers are there.
fn wanted(file: &str, slugs: &[String]) -> Result<Vec<List>, Box<dyn std::error::Error>> {
    let numbered = slugs.iter().enumerate();
    let numbers: BTreeMap<&str, usize> = numbered.map(|(n, id)| (id.as_str(), n)).collect();
    let rows = read(file)?;
    let lists = rows.iter().filter_map(|list| {
        let own = *numbers.get(list["arxiv_id"].as_str()?)?;
        let ids = list["related"].as_array()?.iter();
        let wanted = ids.filter_map(|id| numbers.get(id.as_str()?).copied());
        Some((own, wanted.collect()))
    });
    Ok(lists.collect())
}

/// Scores the ten papers that were found for each against lists.
fn show(name: &str, lists: &[List], found: impl Fn(usize) -> Vec<usize>) {
    let discount = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
    let (mut hits, mut gain) = (0.0, 0.0);
    for (own, wanted) in lists {
        let near = found(*own);
        let right: Vec<usize> = (0..near.len())
            .filter(|rank| wanted.contains(&near[*rank]))
            .collect();
        let ideal: f64 = (0..wanted.len().min(10)).map(discount).sum();
        gain += right.iter().map(|rank| discount(*rank)).sum::<f64>() / ideal;
        hits += f64::from(u8::from(right.iter().any(|rank| *rank < 5)));
    }
    let count = lists.len() as f64;
    println!(
        "{count} lists of {name}: hit@5 {:.3}, nDCG@10 {:.3}",
        hits / count,
        gain / count
    );
}

/// Makes another paper of one: every third word has a number behind it.
fn vary((title, text): &(String, String), copy: usize) -> (String, String) {
    let vary = |text: &str| {
        let words = text.split(' ').enumerate().map(|(at, word)| match at % 3 {
            1 if copy > 0 => format!("{word}{copy}"),
            _ => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    };
    (vary(title), vary(text))
}

/// Measures the time of the day, and that of the processors, of which a busy machine takes none.
struct Clock {
    wall: Instant,
    processor: f64,
}

impl Clock {
    fn start() -> Clock {
        Clock {
            wall: Instant::now(),
            processor: processor(),
        }
    }

    fn read(&self) -> String {
        let wall = self.wall.elapsed().as_secs_f64();
        format!(
            "{wall:.3} s ({:.2} s of processors)",
            processor() - self.processor
        )
    }
}

/// The seconds that all threads of this process had a processor, where the system tells it (proc(5)).
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

/// The most memory that this process had, where the system tells it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or("memory unknown", str::trim).to_owned()
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
