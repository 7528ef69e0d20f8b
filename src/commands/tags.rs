//! `digest tags`: what tags there are, and how one becomes another.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::console;
use crate::disk;
use crate::edit::{self, Refusal};
use crate::layout;
use crate::site::{Site, TagEntry};
use crate::slug::Slug;
use crate::source::Source;
use crate::tags::Vocabulary;

use super::catalogue::{self, Catalogue, text_of};
use super::table::{self, Format};
use super::{Outcome, find_root};

mod discover;
mod suggest;

pub use discover::Discover;
pub use suggest::Suggest;

/// List, suggest, discover, rename and merge tags
///
/// Renaming and merging change the tags of papers and `content/tags.yaml`, all or nothing; suggesting
/// and discovering change nothing unless they are told to write. Every other byte of the files stays.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest tags list
  digest tags suggest content/papers/2025-08-06
  digest tags suggest --untagged --write
  digest tags discover --limit 20
  digest tags rename llm language-models --dry-run
  digest tags merge llms large-language-models language-models   (the last one stays)")]
pub struct Tags {
    /// What to do
    #[command(subcommand)]
    pub action: Action,
}

/// This is what can be done with tags.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List the tags: how many papers each has, and in which of the last weeks
    #[command(after_help = "Examples:
  digest tags list")]
    List {
        /// How tags are written
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: Format,
    },
    /// Suggest tags for papers that are there, and show the words that speak for each
    Suggest(Suggest),
    /// Propose tags that the vocabulary lacks, from the papers themselves
    Discover(Discover),
    /// Give a tag another address, in papers and in the vocabulary
    #[command(after_help = "Examples:
  digest tags rename llm language-models
  digest tags rename llm language-models --dry-run")]
    Rename {
        /// The tag as it is
        #[arg(value_name = "OLD")]
        from: String,
        /// The tag as it will be
        #[arg(value_name = "NEW")]
        to: String,
        /// Say which files would change, and change none
        #[arg(long, short = 'n')]
        dry_run: bool,
    },
    /// Print the starter vocabulary, as a `content/tags.yaml` to begin with
    Starter,
    /// Make one tag of several: the last one stays, and the words of the others lead to it
    #[command(after_help = "Examples:
  digest tags merge llm llms language-models        (the last one stays)")]
    Merge {
        /// The tags that go, and the one that stays
        #[arg(required = true, num_args = 2.., value_name = "TAG")]
        tags: Vec<String>,
        /// Say which files would change, and change none
        #[arg(long, short = 'n')]
        dry_run: bool,
    },
}

/// How many of the newest weeks with issues the trend shows.
const WEEKS: usize = 8;

impl Tags {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        if let Action::Starter = self.action {
            console::print(Vocabulary::starter_text());
            return Ok(Outcome::Done);
        }
        let root = find_root(root)?;
        let catalogue = catalogue::read(&root)?;
        match &self.action {
            Action::Starter => unreachable!("the starter vocabulary needs no site"),
            Action::Discover(discover) => discover.run(&root, &catalogue),
            Action::Suggest(suggest) => suggest.run(&root, &catalogue),
            Action::List { format } => {
                list(&catalogue, *format);
                Ok(Outcome::Done)
            }
            Action::Rename { from, to, dry_run } => rename(&root, &catalogue, from, to, *dry_run),
            Action::Merge { tags, dry_run } => merge(&root, &catalogue, tags, *dry_run),
        }
    }
}

fn list(catalogue: &Catalogue, format: Format) {
    let site = &catalogue.site;
    let mut rows: Vec<(usize, Vec<Value>)> = Vec::new();
    for tag in &site.tags {
        let row = row(&tag.slug, &tag.name, tag.papers.len(), &trend(site, tag));
        rows.push((tag.papers.len(), row));
    }
    let unused = catalogue
        .vocabulary
        .iter()
        .flat_map(|vocabulary| vocabulary.iter())
        .filter(|known| !site.tags.iter().any(|tag| tag.slug == known.slug));
    rows.extend(unused.map(|tag| (0, row(&tag.slug, &tag.name, 0, &[]))));
    // A stable sort: tags with as many papers stay in the order of their slugs.
    rows.sort_by_key(|(papers, _)| std::cmp::Reverse(*papers));
    let rows: Vec<Vec<Value>> = rows.into_iter().map(|(_, row)| row).collect();
    table::print(
        format,
        &["tag", "name", "papers", "trend", "weeks"],
        &["tag", "papers", "trend"],
        &rows,
    );
    catalogue.warn_of_errors();
}

fn row(slug: &Slug, name: &str, papers: usize, weeks: &[usize]) -> Vec<Value> {
    vec![
        json!(slug.as_str()),
        json!(name),
        json!(papers),
        json!(bars(weeks)),
        json!(weeks),
    ]
}

/// How many papers of the tag each of the last weeks has, oldest first.
fn trend(site: &Site, tag: &TagEntry) -> Vec<usize> {
    let weeks = site.weeks.iter().take(WEEKS).map(|week| {
        let first = site.issues[week.issues.start].papers.start;
        let end = site.issues[week.issues.end - 1].papers.end;
        let papers = tag.papers.iter();
        papers.filter(|paper| (first..end).contains(*paper)).count()
    });
    let mut weeks: Vec<usize> = weeks.collect();
    weeks.reverse();
    weeks
}

fn bars(weeks: &[usize]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = weeks.iter().copied().max().unwrap_or(0);
    let bar = |count: &usize| match (*count, most) {
        (0, _) => '·',
        (count, most) => BARS[(count * 8).div_ceil(most) - 1],
    };
    if most == 0 {
        String::new()
    } else {
        weeks.iter().map(bar).collect()
    }
}

fn rename(
    root: &Path,
    catalogue: &Catalogue,
    from: &str,
    to: &str,
    dry_run: bool,
) -> Result<Outcome> {
    let from = catalogue.known_tag(from)?;
    let to = parse_slug(to)?;
    if from == to {
        bail!("the tag is called `{to}` already");
    }
    // Where there is a vocabulary, papers may have a tag that it lacks: that is what is left when a
    // renaming was stopped in the middle, and renaming again ends it.
    let is_taken = match &catalogue.vocabulary {
        Some(vocabulary) => vocabulary.iter().any(|tag| tag.slug == to),
        None => catalogue.has_tag(&to),
    };
    if is_taken {
        bail!(
            "there is a tag `{to}` already\nhint: to make one of the two: digest tags merge {from} {to}"
        );
    }
    let meant = catalogue.slug_of(to.as_str());
    // A tag may be called by a word that leads to it already, where the site's own vocabulary can say so.
    let is_own = |meant: &Slug| *meant == from && catalogue.sources.vocabulary.is_some();
    if let Some(meant) = meant.filter(|meant| *meant != to && !is_own(meant)) {
        bail!(
            "`{to}` is a word for the tag `{meant}`\nhint: choose another, or say in {} what it means",
            layout::VOCABULARY
        );
    }
    let vocabulary = catalogue.sources.vocabulary.as_ref().and_then(text_of);
    let vocabulary = vocabulary.map(|source| {
        let edited = edit::rename_tag(&source, &from, &to);
        (source, edited)
    });
    let change = Change {
        done: format!("renamed `{from}` to `{to}`"),
        from: vec![from],
        to,
        vocabulary,
    };
    apply(root, catalogue, change, dry_run)
}

fn merge(root: &Path, catalogue: &Catalogue, tags: &[String], dry_run: bool) -> Result<Outcome> {
    let (into, others) = tags.split_last().expect("clap wants two tags or more");
    let into = catalogue.known_tag(into)?;
    let mut slugs: Vec<Slug> = Vec::new();
    for tag in others {
        let slug = catalogue.known_tag(tag)?;
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    if slugs.contains(&into) {
        bail!("`{into}` cannot be merged into itself");
    }
    let vocabulary = catalogue.sources.vocabulary.as_ref().and_then(text_of);
    let vocabulary = vocabulary.map(|source| {
        let edited = edit::merge_tags(&source, &slugs.iter().collect::<Vec<_>>(), &into);
        (source, edited)
    });
    let names: Vec<String> = slugs.iter().map(|slug| format!("`{slug}`")).collect();
    let change = Change {
        done: format!("merged {} into `{into}`", names.join(", ")),
        from: slugs,
        to: into,
        vocabulary,
    };
    apply(root, catalogue, change, dry_run)
}

/// This is what becomes of tags.
struct Change {
    from: Vec<Slug>,
    to: Slug,
    /// The vocabulary and its new text, where the site has one.
    vocabulary: Option<(Source, Result<Option<String>, Refusal>)>,
    /// What is said when it is done.
    done: String,
}

/// Changes papers and the vocabulary, all or none; what must be done by hand first is told.
fn apply(root: &Path, catalogue: &Catalogue, change: Change, dry_run: bool) -> Result<Outcome> {
    let Change {
        from,
        to,
        vocabulary,
        done,
    } = change;
    let papers = catalogue
        .sources
        .documents
        .iter()
        .filter(|file| file.name.starts_with(layout::PAPERS))
        .filter_map(text_of)
        .map(|source| {
            let edited = edit::retag(&source, &from, &to, |tag| catalogue.slug_of(tag));
            (source, edited)
        });
    let Some(changed) = collect(papers.chain(vocabulary)) else {
        return Ok(Outcome::Rejected);
    };
    if dry_run {
        changed
            .iter()
            .for_each(|(name, ..)| console::print(&format!("{name}\n")));
        console::say(&format!(
            "would change {}",
            console::plural(changed.len(), "file")
        ));
        return Ok(Outcome::Done);
    }
    disk::write_changed(root, &changed)?;
    console::say(&format!(
        "{done} in {}",
        console::plural(changed.len(), "file")
    ));
    Ok(Outcome::Done)
}

/// Collects files that change: name, old text, new text. Where one cannot be changed safely none is,
/// and that is told.
fn collect(
    edits: impl Iterator<Item = (Source, Result<Option<String>, Refusal>)>,
) -> Option<Vec<(String, String, String)>> {
    let mut changed: Vec<(String, String, String)> = Vec::new();
    let mut refusals: Vec<String> = Vec::new();
    for (source, edited) in edits {
        match edited {
            Ok(None) => {}
            Ok(Some(text)) => {
                changed.push((source.name.to_string(), source.text.to_string(), text))
            }
            Err(Refusal(why)) => refusals.push(why),
        }
    }
    if refusals.is_empty() {
        return Some(changed);
    }
    console::say("these cannot be changed safely, so nothing was:");
    refusals
        .iter()
        .for_each(|why| console::say(&format!("  {why}")));
    None
}

fn parse_slug(text: &str) -> Result<Slug> {
    match (Slug::parse(text), Slug::from_name(text)) {
        (Some(slug), _) => Ok(slug),
        (None, Some(slug)) => bail!("`{text}` cannot be a tag's address\nhint: write `{slug}`"),
        (None, None) => bail!("`{text}` cannot be a tag's address"),
    }
}
