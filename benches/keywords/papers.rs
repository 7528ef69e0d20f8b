//! Papers whose key phrases are known, oldest first.

use std::collections::BTreeMap;
use std::io::Read as _;

use paper_digest::tags::phrases::{Abbreviations, Text, hash_label};

/// This is a paper, cut into words, with the labels that readers gave it.
pub struct Paper {
    pub title: String,
    pub summary: String,
    pub text: Text,
    /// The labels as they are written, by the hash of what they come to.
    pub labels: BTreeMap<u32, String>,
}

/// A line of the file.
pub struct Row {
    #[allow(dead_code)] // The benchmark of related papers asks for it.
    pub id: String,
    pub title: String,
    pub summary: String,
    pub keywords: Vec<String>,
}

pub fn read(file: &str) -> Result<Vec<Row>, Box<dyn std::error::Error>> {
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
            id: field(row, "arxiv_id"),
            title: field(row, "title"),
            summary: field(row, "abstract"),
            keywords: keywords(row),
        })
        .collect())
}

/// What abbreviations mean in most papers that explain them.
pub fn explained(rows: &[Row]) -> Abbreviations {
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
    pub fn of(row: Row, known: &Abbreviations) -> Paper {
        let text = Text::new(&row.title, &row.summary, known);
        let mut known = known.clone();
        known.extend(text.abbreviations().clone());
        let labels = row
            .keywords
            .iter()
            .filter_map(|keyword| Some((hash_label(keyword, &known)?, keyword.clone())))
            .collect();
        Paper {
            title: row.title,
            summary: row.summary,
            text,
            labels,
        }
    }
}
