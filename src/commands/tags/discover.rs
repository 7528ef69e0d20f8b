//! `digest tags discover`: which tags the vocabulary lacks.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use rustc_hash::FxHashMap;

use crate::commands::Outcome;
use crate::commands::catalogue::{Catalogue, text_of};
use crate::compile::File;
use crate::console;
use crate::disk;
use crate::edit::{self, Refusal};
use crate::front_matter::scalar;
use crate::layout;
use crate::site::{Entry, Site};
use crate::slug::Slug;
use crate::tags::Vocabulary;
use crate::tags::discover::{Cover, Discovery, Wanted, discover};

/// Propose tags that the vocabulary lacks, from the papers themselves
///
/// Phrases that recur, that papers come back to and that no tag covers, of whatever field the papers
/// are: entries to paste into `content/tags.yaml`, the most useful first. Read them, delete what is no
/// topic, give the rest a description; then `digest tags suggest --write` tags the papers.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest tags discover
  digest tags discover --limit 20 --papers 5
  digest tags discover --write && digest tags suggest --write")]
pub struct Discover {
    /// At most so many tags
    #[arg(long, default_value = "40", value_name = "N")]
    pub limit: usize,
    /// Of how many papers a tag must be a topic; 3 unless there are more than a thousand papers
    #[arg(long, value_name = "N")]
    pub papers: Option<usize>,
    /// Write the entries into `content/tags.yaml`, below what is there
    #[arg(long, short)]
    pub write: bool,
}

/// How many papers an entry names.
const EXAMPLES: usize = 2;
/// A title is cut to so many characters there.
const TITLE: usize = 60;

impl Discover {
    /// Runs the command.
    pub fn run(&self, root: &Path, catalogue: &Catalogue) -> Result<Outcome> {
        let site = &catalogue.site;
        let texts = texts(catalogue);
        let papers: Vec<(&str, &str)> = texts
            .iter()
            .map(|(title, text)| (title.as_str(), text.as_str()))
            .collect();
        let tagged: Vec<usize> = site.papers.iter().map(|entry| entry.tags.len()).collect();
        let wanted = Wanted {
            tags: self.limit,
            papers: self.papers.unwrap_or_else(|| (papers.len() / 333).max(3)),
        };
        let found = discover(&papers, &tagged, |phrase| cover(catalogue, phrase), wanted);
        let written = entries(&found, site);
        if self.write && !found.is_empty() {
            match write(root, catalogue, &written)? {
                Ok(()) => {}
                Err(Refusal(why)) => {
                    console::say(&format!("nothing was written: {why}"));
                    return Ok(Outcome::Rejected);
                }
            }
        } else {
            console::print(&written);
        }
        self.summarize(&found, &tagged);
        catalogue.warn_of_errors();
        Ok(Outcome::Done)
    }

    fn summarize(&self, found: &[Discovery], tagged: &[usize]) {
        if found.is_empty() {
            console::say("no phrase recurs that no tag covers");
            return;
        }
        let mut after = tagged.to_vec();
        for paper in found.iter().flat_map(|one| &one.papers) {
            after[*paper] += 1;
        }
        let share = |tags: &[usize]| {
            let with = tags.iter().filter(|tags| **tags > 0).count();
            with * 100 / tags.len().max(1)
        };
        let done = match self.write {
            true => format!(
                "wrote {} into {}",
                console::plural(found.len(), "tag"),
                layout::VOCABULARY
            ),
            false => format!(
                "{} to add; --write does",
                console::plural(found.len(), "tag")
            ),
        };
        console::say(&format!(
            "{done}\n{} % of the papers have a tag; {} % would",
            share(tagged),
            share(&after)
        ));
    }
}

/// The titles and texts of the site's papers, in its order.
fn texts(catalogue: &Catalogue) -> Vec<(String, String)> {
    let files: FxHashMap<&str, &File> = catalogue
        .sources
        .documents
        .iter()
        .map(|file| (file.name.as_ref(), file))
        .collect();
    let text = |entry: &Entry| {
        let file = files.get(entry.source().as_ref());
        let source = file.and_then(|file| text_of(file));
        let body = source.and_then(|source| {
            let front = entry.front().text.len();
            source.text.get(front..).map(str::to_owned)
        });
        (entry.text().paper.title.clone(), body.unwrap_or_default())
    };
    catalogue.site.papers.iter().map(text).collect()
}

/// What the vocabulary covers; without one, the tags that papers have.
fn cover(catalogue: &Catalogue, phrase: &str) -> Cover {
    match &catalogue.vocabulary {
        Some(vocabulary) => vocabulary.cover(phrase),
        None => {
            let slug = Slug::from_name(phrase);
            let tags = &catalogue.site.tags;
            let is_known = slug.is_some_and(|slug| tags.iter().any(|tag| tag.slug == slug));
            if is_known { Cover::Whole } else { Cover::None }
        }
    }
}

/// The entries of a vocabulary, each below a comment that says how many papers it is about.
fn entries(found: &[Discovery], site: &Site) -> String {
    let mut text = String::new();
    for one in found {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", comment(one, site));
        let _ = writeln!(text, "{}:", scalar(one.slug.as_str()));
        let _ = writeln!(text, "  name: {}", scalar(&one.name));
        if !one.aliases.is_empty() {
            let aliases: Vec<String> = one.aliases.iter().map(|alias| scalar(alias)).collect();
            let _ = writeln!(text, "  aliases: [{}]", aliases.join(", "));
        }
        if let Some(broader) = &one.broader {
            let _ = writeln!(text, "  broader: {}", scalar(broader.as_str()));
        }
    }
    text
}

/// `# 12 papers: "One", "Another"`; the examples are the newest.
fn comment(one: &Discovery, site: &Site) -> String {
    let title = |paper: &usize| {
        let title = site.papers[*paper].text().title.split_whitespace();
        let title = title.collect::<Vec<_>>().join(" ");
        match title.char_indices().nth(TITLE) {
            Some((cut, _)) => format!("\"{}…\"", title[..cut].trim_end()),
            None => format!("\"{title}\""),
        }
    };
    let titles: Vec<String> = one.papers.iter().take(EXAMPLES).map(title).collect();
    let papers = console::plural(one.papers.len(), "paper");
    format!("# {papers}: {}", titles.join(", "))
}

/// Writes entries into the vocabulary. A new one holds the tags that papers have already, too: they
/// were free until now.
fn write(root: &Path, catalogue: &Catalogue, entries: &str) -> Result<Result<(), Refusal>> {
    if let Some(file) = &catalogue.sources.vocabulary {
        let Some(source) = text_of(file) else {
            let why = format!("{} is not UTF-8 text", layout::VOCABULARY);
            return Ok(Err(Refusal(why)));
        };
        let text = match edit::add_entries(&source, entries) {
            Ok(text) => text,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let change = (source.name.to_string(), source.text.to_string(), text);
        disk::write_changed(root, &[change])?;
        return Ok(Ok(()));
    }
    let text = new_vocabulary(&catalogue.site, entries);
    disk::write_new(root, &[(layout::VOCABULARY.to_owned(), text)])?;
    Ok(Ok(()))
}

fn new_vocabulary(site: &Site, entries: &str) -> String {
    let mut text = String::from(
        "# The vocabulary: what a tag is called, which words mean it, what it is about. Papers have tags of\n\
         # the vocabulary and no others.\n",
    );
    let starter = Vocabulary::starter();
    let is_starters = |slug: &Slug| starter.iter().any(|tag| tag.slug == *slug);
    let tags = site.papers.iter().flat_map(|entry| &entry.tags);
    let (of_starter, own): (Vec<&usize>, Vec<&usize>) =
        tags.partition(|tag| is_starters(&site.tags[**tag].slug));
    let over_starter = of_starter.len() > own.len();
    if over_starter {
        text.push_str("starter: true\n");
    }
    for tag in &site.tags {
        if !(over_starter && is_starters(&tag.slug)) {
            let _ = write!(
                text,
                "\n{}:\n  name: {}\n",
                scalar(tag.slug.as_str()),
                scalar(&tag.name)
            );
        }
    }
    text.push('\n');
    text.push_str(entries);
    text
}
