//! `digest tags suggest`: which tags the papers call for, and why.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::commands::catalogue::{Catalogue, text_of};
use crate::commands::{Outcome, named};
use crate::console;
use crate::diagnostic::Problems;
use crate::disk;
use crate::edit;
use crate::front_matter;
use crate::layout;
use crate::slug::Slug;
use crate::source::{Place, Source};
use crate::tags::{Found, Suggestion, Vocabulary};

/// Suggest tags for papers that are there, and show the words that speak for each
///
/// The tags of the vocabulary whose words a paper uses, as an import suggests them; a paper gets no
/// more than six with those that it has. No tag is ever taken away.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest tags suggest content/papers/2025-08-06
  digest tags suggest --untagged --write
  digest tags suggest --format json | jq -r '.[] | .file'")]
pub struct Suggest {
    /// The papers, or folders of papers, instead of all
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Only papers without a tag
    #[arg(long)]
    pub untagged: bool,
    /// Write the tags into the papers; nothing else in them changes
    #[arg(long, short)]
    pub write: bool,
    /// How suggestions are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// This is how suggestions are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// A list of papers
    Json,
}

/// A paper with the tags that are suggested for it.
struct Proposal {
    source: Source,
    title: String,
    has: Vec<String>,
    tags: Vec<Suggested>,
}

/// A tag, and the words that speak for it: each as it is written, and where.
struct Suggested {
    slug: Slug,
    name: String,
    weight: f32,
    words: Vec<(String, Vec<Place>)>,
}

/// Of a word that a paper often uses so many places are shown to people.
const PLACES: usize = 3;

impl Suggest {
    /// Runs the command.
    pub fn run(&self, root: &Path, catalogue: &Catalogue) -> Result<Outcome> {
        let papers: Vec<Source> = catalogue
            .sources
            .documents
            .iter()
            .filter(|file| file.name.starts_with(layout::PAPERS))
            .filter_map(text_of)
            .collect();
        let is_named = named(root, &self.files, papers.iter().map(|paper| &*paper.name))?;
        let proposals: Vec<Proposal> = papers
            .into_iter()
            .zip(is_named)
            .filter(|(_, is_named)| *is_named)
            .filter_map(|(source, _)| propose(catalogue, source))
            .filter(|proposal| !self.untagged || proposal.has.is_empty())
            .filter(|proposal| !proposal.tags.is_empty())
            .collect();
        let edits = proposals.iter().map(|proposal| {
            let slugs: Vec<Slug> = proposal.tags.iter().map(|tag| tag.slug.clone()).collect();
            let edited = edit::add_tags(&proposal.source, &slugs, |tag| catalogue.slug_of(tag));
            (proposal.source.clone(), edited)
        });
        if self.write {
            let Some(changed) = super::collect(edits) else {
                return Ok(Outcome::Rejected);
            };
            disk::write_changed(root, &changed)?;
        }
        match self.format {
            Format::Json => {
                let list: Vec<Value> = proposals.iter().map(to_json).collect();
                console::print(&format!("{:#}\n", Value::Array(list)));
            }
            Format::Human => self.report(&proposals),
        }
        catalogue.warn_of_errors();
        Ok(Outcome::Done)
    }

    fn report(&self, proposals: &[Proposal]) {
        for proposal in proposals {
            console::print(&to_text(proposal));
        }
        let tags = proposals.iter().map(|proposal| proposal.tags.len()).sum();
        let (tags, papers) = (
            console::plural(tags, "tag"),
            console::plural(proposals.len(), "paper"),
        );
        console::say(&match (proposals.is_empty(), self.write) {
            (true, _) => "no tag to suggest".to_owned(),
            (_, true) => format!("added {tags} to {papers}"),
            (_, false) => format!("{tags} for {papers}; --write adds them"),
        });
    }
}

/// Suggests tags for a paper that can be read.
fn propose(catalogue: &Catalogue, source: Source) -> Option<Proposal> {
    let (paper, body) = front_matter::parse_paper(&source, &mut Problems::new());
    let paper = paper?;
    let vocabulary = catalogue.vocabulary.as_ref();
    let vocabulary = vocabulary.unwrap_or_else(|| Vocabulary::starter());
    let has: Vec<Slug> = paper
        .tags
        .iter()
        .filter_map(|tag| catalogue.slug_of(tag))
        .collect();
    let text = &source.text[body.clone()];
    let tags = vocabulary
        .suggest_beside(&has, &paper.title, text)
        .into_iter()
        .map(|suggestion| Suggested {
            name: vocabulary
                .lookup(suggestion.slug.as_str())
                .map_or_else(String::new, |tag| tag.name.clone()),
            words: words_of(&suggestion, &source, &paper.title, body.start),
            slug: suggestion.slug,
            weight: suggestion.weight,
        })
        .collect();
    Some(Proposal {
        title: paper.title,
        has: paper.tags,
        tags,
        source,
    })
}

/// The words that were found, each with all its places, in the order of the text.
fn words_of(
    suggestion: &Suggestion,
    source: &Source,
    title: &str,
    body: usize,
) -> Vec<(String, Vec<Place>)> {
    let mut words: Vec<(String, Vec<Place>)> = Vec::new();
    for found in &suggestion.found {
        let (word, place) = match found {
            Found::Title(at) => {
                let word = &title[at.clone()];
                let before = title[..at.start].matches(word).count();
                let place = front_matter::place_of(source, "title", Some((word, before)));
                (word, place)
            }
            Found::Text(at) => {
                let at = body + at.start..body + at.end;
                (&source.text[at.clone()], source.place(at))
            }
        };
        // An abstract may be broken into lines anywhere.
        let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
        match words.iter_mut().find(|(other, _)| *other == word) {
            Some((_, places)) => places.push(place),
            None => words.push((word, vec![place])),
        }
    }
    words
}

fn to_text(proposal: &Proposal) -> String {
    let mut text = format!("{}\n", proposal.source.name);
    if !proposal.has.is_empty() {
        text.push_str(&format!("  has {}\n", proposal.has.join(", ")));
    }
    for tag in &proposal.tags {
        let words: Vec<String> = tag.words.iter().map(word_to_text).collect();
        text.push_str(&format!("  + {}: {}\n", tag.slug, words.join(", ")));
    }
    text
}

fn word_to_text((word, places): &(String, Vec<Place>)) -> String {
    let shown = places.iter().take(PLACES);
    let shown: Vec<String> = shown
        .map(|at| format!("{}:{}", at.line, at.column))
        .collect();
    let more = match places.len().saturating_sub(PLACES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("`{word}` at {}{more}", shown.join(" "))
}

fn to_json(proposal: &Proposal) -> Value {
    let word = |(word, places): &(String, Vec<Place>)| {
        let places = places
            .iter()
            .map(|at| json!({"line": at.line, "column": at.column}));
        json!({"text": word, "places": places.collect::<Vec<_>>()})
    };
    let tag = |tag: &Suggested| {
        json!({
            "tag": tag.slug.as_str(),
            "name": tag.name,
            "weight": tag.weight,
            "words": tag.words.iter().map(word).collect::<Vec<_>>(),
        })
    };
    json!({
        "file": &*proposal.source.name,
        "title": proposal.title,
        "has": proposal.has,
        "suggested": proposal.tags.iter().map(tag).collect::<Vec<_>>(),
    })
}
