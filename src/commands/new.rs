//! `digest new`: makes the file of one paper.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::console;
use crate::date::Date;
use crate::disk;
use crate::front_matter;
use crate::layout;
use crate::paper::{ArxivId, Paper, title_key};
use crate::slug::Slug;

use super::catalogue::{self, Catalogue};
use super::import::parse_date;
use super::{Outcome, find_root};

/// Make the file of a paper and print its path
///
/// The file is well formed and waits for the abstract, below its last line.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest new \"Attention Is All You Need\" --arxiv 1706.03762 --tags transformers --edit
  digest new \"A first step\" --date 2025-08-06 --draft")]
pub struct New {
    /// The paper's title
    #[arg(value_name = "TITLE")]
    pub title: String,
    /// The paper's identifier or address on arXiv
    #[arg(long, value_name = "ID", value_parser = parse_arxiv)]
    pub arxiv: Option<ArxivId>,
    /// The paper's tags, with commas between
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    pub tags: Vec<String>,
    /// The issue in which the paper appears [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    pub date: Option<Date>,
    /// Leave the paper out of the site for now
    #[arg(long)]
    pub draft: bool,
    /// Open the file in $VISUAL or $EDITOR
    #[arg(long, short)]
    pub edit: bool,
}

impl New {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let root = find_root(root)?;
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some(slug) = Slug::from_title(&title) else {
            bail!("the title needs a letter or a digit");
        };
        let editor = self.edit.then(find_editor).transpose()?;
        let catalogue = catalogue::read(&root)?;
        self.refuse_known(&catalogue, &title)?;
        let date = match self.date {
            Some(date) => date,
            None => Date::from_time(SystemTime::now())
                .context("the clock of this computer shows no date")?,
        };
        let mut tags: Vec<String> = Vec::new();
        for tag in self
            .tags
            .iter()
            .map(|tag| tag.trim())
            .filter(|tag| !tag.is_empty())
        {
            let tag = find_tag(&catalogue, tag)?;
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        // The order in which `fmt` would put them.
        tags.sort_unstable();
        let paper = Paper {
            title,
            date: Some(date),
            tags,
            arxiv: self.arxiv.clone(),
            draft: self.draft,
            ..Paper::default()
        };
        let path = layout::paper_source(date, &free_slug(&catalogue, slug));
        disk::write_new(&root, &[(path.clone(), front_matter::write(&paper, ""))])?;
        console::print(&format!("{path}\n"));
        match editor {
            Some(editor) => edit(&editor, &root.join(&path)),
            None => Ok(Outcome::Done),
        }
    }

    /// A paper that is there already is named, so that it can be edited instead.
    fn refuse_known(&self, catalogue: &Catalogue, title: &str) -> Result<()> {
        let key = title_key(title);
        let known = catalogue.site.papers.iter().find(|entry| {
            let paper = &entry.text().paper;
            let ids = paper.arxiv.as_ref().zip(self.arxiv.as_ref());
            match ids {
                Some((a, b)) => a.id() == b.id(),
                None => title_key(&paper.title) == key,
            }
        });
        match known {
            Some(entry) => bail!("the paper is there already: {}", entry.source()),
            None => Ok(()),
        }
    }
}

fn parse_arxiv(text: &str) -> Result<ArxivId> {
    match ArxivId::parse(text).or_else(|| ArxivId::from_url(text)) {
        Some(id) => Ok(id),
        None => bail!("an identifier is written 2411.15124, or math/0309136 before April 2007"),
    }
}

/// A vocabulary says how a tag is written; without one, any name is a tag.
fn find_tag(catalogue: &Catalogue, written: &str) -> Result<String> {
    match &catalogue.vocabulary {
        Some(_) => Ok(catalogue.known_tag(written)?.to_string()),
        None => Ok(written.to_owned()),
    }
}

/// Papers of the same name would have the same address.
fn free_slug(catalogue: &Catalogue, slug: Slug) -> Slug {
    let taken = |slug: &Slug| {
        let mut papers = catalogue.site.papers.iter();
        papers.any(|entry| entry.text().slug == *slug)
    };
    if !taken(&slug) {
        return slug;
    }
    (2..)
        .map(|number| slug.numbered(number))
        .find(|slug| !taken(slug))
        .expect("there are more numbers than papers")
}

fn find_editor() -> Result<String> {
    let named = ["VISUAL", "EDITOR"].iter().find_map(|name| {
        let value = std::env::var(name).ok()?;
        (!value.trim().is_empty()).then_some(value)
    });
    named.context("no editor is named\nhint: set EDITOR, for example EDITOR=nano")
}

fn edit(editor: &str, path: &Path) -> Result<Outcome> {
    // An editor may be named with arguments: `code --wait`.
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default();
    let status = Command::new(program)
        .args(words)
        .arg(path)
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!(
            "{program} ended with an error; the file is {}",
            path.display()
        );
    }
    Ok(Outcome::Done)
}
