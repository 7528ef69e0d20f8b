//! `digest list`: which papers are there.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::date::Date;
use crate::site::{Entry, Site};

use super::import::parse_date;
use super::table::{self, Format};
use super::{Outcome, catalogue, find_root};

/// List the papers, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest list --issue 2025-08-06
  digest list --tag vision --format csv > vision.csv
  digest list --drafts
  digest list --format json | jq -r '.[] | select(.arxiv == null) | .path'")]
pub struct List {
    /// Only papers with this tag; given again, papers with all of them
    #[arg(long, short, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Only papers of this day's issue
    #[arg(long, short, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    pub issue: Option<Date>,
    /// Only drafts
    #[arg(long)]
    pub drafts: bool,
    /// How papers are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

const COLUMNS: [&str; 9] = [
    "date", "slug", "title", "tags", "authors", "arxiv", "doi", "draft", "path",
];

impl List {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let catalogue = catalogue::read(&find_root(root)?)?;
        let site = &catalogue.site;
        let mut wanted: Vec<usize> = Vec::new();
        for tag in &self.tag {
            let slug = catalogue.known_tag(tag)?;
            // A tag of the vocabulary that no paper has is no tag of the site.
            let index = site.tags.iter().position(|tag| tag.slug == slug);
            wanted.push(index.unwrap_or(usize::MAX));
        }
        let listed = |entry: &&Entry| {
            wanted.iter().all(|tag| entry.tags.contains(tag))
                && self.issue.is_none_or(|issue| entry.date == issue)
                && (!self.drafts || entry.text().paper.draft)
        };
        let papers = site.papers.iter().filter(listed);
        let rows: Vec<Vec<Value>> = papers.map(|entry| row(site, entry)).collect();
        table::print(self.format, &COLUMNS, &["date", "slug", "title"], &rows);
        catalogue.warn_of_errors();
        Ok(Outcome::Done)
    }
}

fn row(site: &Site, entry: &Entry) -> Vec<Value> {
    let text = entry.text();
    let paper = &text.paper;
    let tags: Vec<&str> = entry
        .tags
        .iter()
        .map(|tag| site.tags[*tag].slug.as_str())
        .collect();
    vec![
        json!(entry.date.to_string()),
        json!(text.slug.as_str()),
        json!(paper.title.trim()),
        json!(tags),
        json!(paper.authors),
        json!(paper.arxiv.as_ref().map(ToString::to_string)),
        json!(paper.doi.as_ref().map(ToString::to_string)),
        json!(paper.draft),
        json!(entry.source().as_ref()),
    ]
}
