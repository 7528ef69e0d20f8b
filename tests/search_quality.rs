//! How good the search is: papers found by what a reader remembers of their titles.
//!
//! Five hundred papers of ten thousand, drawn by a fixed seed; skipped where the data are not at hand.

// The data and the choices of a run are outside the core.
#![allow(clippy::disallowed_methods)]

mod support;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use support::search::Reader;
use support::ten_thousand;

/// A query and the paper that it should find.
struct Question {
    slug: String,
    query: String,
}

/// What a set of questions came to.
#[derive(Debug, Default)]
struct Score {
    first: f64,
    five: f64,
    reciprocal: f64,
    bytes: f64,
    files: f64,
    largest: usize,
}

#[test]
fn papers_are_found_by_what_a_reader_remembers() {
    let built = match std::env::var_os("DIGEST_SEARCH_SITE") {
        // A site that was built before, to try one change after another.
        Some(folder) => ten_thousand::papers().map(|papers| (PathBuf::from(folder), papers)),
        None => ten_thousand::site().map(|site| (site.folder, site.papers)),
    };
    let Some((folder, papers)) = built else {
        return;
    };
    let title = |paper: &ten_thousand::Paper| (paper.slug.clone(), paper.title.clone());
    let titles: Vec<(String, String)> = papers.iter().map(title).collect();
    let site = support::tree(&folder);
    if let Some(folder) = std::env::var_os("DIGEST_SEARCH_KEEP") {
        // For a race against another search, on the same pages.
        for (name, bytes) in &site {
            let path = std::path::Path::new(&folder).join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
            std::fs::write(path, bytes).expect("a writable file");
        }
    }
    let index = site
        .iter()
        .filter(|(name, _)| name.starts_with("search/") && name.ends_with(".bin"));
    let sizes: Vec<usize> = index.map(|(_, bytes)| bytes.len()).collect();
    println!(
        "{} files, {:.0} KB",
        sizes.len(),
        sizes.iter().sum::<usize>() as f64 / 1e3
    );
    let reader = Reader::open(&site);
    let (head, _) = reader.fetched();
    let sets = questions(&titles);
    if let Some(file) = std::env::var_os("DIGEST_SEARCH_QUESTIONS") {
        let lists: BTreeMap<&str, Vec<[&str; 2]>> = sets
            .iter()
            .map(|(name, set)| {
                (
                    *name,
                    set.iter()
                        .map(|q| [q.slug.as_str(), q.query.as_str()])
                        .collect(),
                )
            })
            .collect();
        std::fs::write(file, serde_json::to_string(&lists).expect("a list"))
            .expect("a writable file");
    }
    let (mut five, mut bytes) = (Vec::new(), Vec::new());
    for (name, set) in &sets {
        let score = ask(&reader, set, head);
        println!(
            "{name:>12}: first {:.3}, in five {:.3}, MRR {:.3}; {:.1} KB (at most {:.1}) in {:.1} files",
            score.first,
            score.five,
            score.reciprocal,
            score.bytes / 1e3,
            score.largest as f64 / 1e3,
            score.files
        );
        five.push(score.five);
        bytes.push(score.bytes);
    }
    assert!(bytes.iter().all(|bytes| *bytes < 35_000.0), "{bytes:?}");
    assert!(sizes.len() <= 200, "{} files", sizes.len());
    assert!(five[0] >= 0.95 && five[1] >= 0.85, "{five:?}");
}

fn ask(reader: &Reader, questions: &[Question], head: usize) -> Score {
    let mut score = Score::default();
    for question in questions {
        let found = reader.search(&question.query);
        reader.show(&found[..found.len().min(reader.shown(&question.query))]);
        let (bytes, files) = reader.fetched();
        score.bytes += (bytes + head) as f64;
        score.files += (files + 1) as f64;
        score.largest = score.largest.max(bytes + head);
        let hits = reader.show(&found[..found.len().min(10)]);
        reader.fetched();
        if let Some(place) = hits.iter().position(|hit| hit.slug == question.slug) {
            score.first += f64::from(u8::from(place == 0));
            score.five += f64::from(u8::from(place < 5));
            score.reciprocal += 1.0 / (place + 1) as f64;
        } else if std::env::var_os("DIGEST_SEARCH_MISSES").is_some() {
            println!("missed: {} for {}", question.query, question.slug);
        }
    }
    let count = questions.len() as f64;
    for sum in [
        &mut score.first,
        &mut score.five,
        &mut score.reciprocal,
        &mut score.bytes,
        &mut score.files,
    ] {
        *sum /= count;
    }
    score
}

/// Three distinctive words; the same with a typo; a prefix of the rarest and another; and one and two
/// words, for the bytes.
fn questions(titles: &[(String, String)]) -> Vec<(&'static str, Vec<Question>)> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (_, title) in titles {
        for word in words_of(title) {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut seed = Seed(20_250_806);
    let mut names = ["three words", "one typo", "prefix", "two words", "one word"]
        .map(|name| (name, Vec::new()));
    while names[0].1.len() < 500 {
        let (slug, title) = &titles[seed.below(titles.len())];
        let mut words = words_of(title);
        words.retain(|word| word.len() >= 4 && word.is_ascii());
        words.sort_by_key(|word| (counts[word], word.clone()));
        if words.len() < 3
            || names[0]
                .1
                .iter()
                .any(|question: &Question| question.slug == *slug)
        {
            continue;
        }
        let (rare, second, third) = (&words[0], &words[1], &words[2]);
        let which = seed.below(3);
        let mut wrong = [rare.clone(), second.clone(), third.clone()];
        wrong[which] = with_typo(&wrong[which], &mut seed);
        let queries = [
            format!("{rare} {second} {third}"),
            wrong.join(" "),
            format!("{} {second}", &rare[..4]),
            format!("{rare} {second}"),
            rare.clone(),
        ];
        for ((_, set), query) in names.iter_mut().zip(queries) {
            set.push(Question {
                slug: slug.clone(),
                query,
            });
        }
    }
    names.into()
}

fn with_typo(word: &str, seed: &mut Seed) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + seed.below(letters.len() - 2);
    let other = char::from(b'a' + seed.below(26) as u8);
    match seed.below(4) {
        0 => letters.swap(at, at + 1),
        1 => letters[at] = other,
        2 => letters.insert(at, other),
        _ => {
            letters.remove(at);
        }
    }
    letters.into_iter().collect()
}

/// A line of random numbers that is the same everywhere (Numerical Recipes, section 7.1).
struct Seed(u64);

impl Seed {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }
}

fn words_of(title: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in title.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() && !words.iter().any(|other| other == word) {
            words.push(word.to_owned());
        }
    }
    words
}
