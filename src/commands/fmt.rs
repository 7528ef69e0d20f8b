//! `digest fmt`: papers in one canonical form.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::console;
use crate::disk;
use crate::edit;
use crate::layout;

use super::catalogue::text_of;
use super::{Outcome, catalogue, find_root};

/// Put the front matter of papers into one form
///
/// Keys come into one order, tags are written as the vocabulary spells them and sorted. Comments stay
/// with their key, the abstract stays as it is, and no paper changes its meaning.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest fmt
  digest fmt --check     (in a workflow: ends with 1 when a paper is in another form)")]
pub struct Fmt {
    /// Name the papers that are in another form, and change none
    #[arg(long)]
    pub check: bool,
    /// Name the papers that were changed
    #[arg(long, short)]
    pub verbose: bool,
}

impl Fmt {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let root = find_root(root)?;
        let catalogue = catalogue::read(&root)?;
        let papers = catalogue.sources.documents.iter();
        let changed: Vec<(String, String, String)> = papers
            .filter(|file| file.name.starts_with(layout::PAPERS))
            .filter_map(text_of)
            .filter_map(|source| {
                let text = edit::format(&source, catalogue.vocabulary.as_ref())?;
                (*text != *source.text)
                    .then(|| (source.name.to_string(), source.text.to_string(), text))
            })
            .collect();
        if self.check || self.verbose {
            changed
                .iter()
                .for_each(|(name, ..)| console::print(&format!("{name}\n")));
        }
        let papers = console::plural(changed.len(), "paper");
        if self.check {
            if changed.is_empty() {
                return Ok(Outcome::Done);
            }
            console::say(&format!("{papers} to format: run `digest fmt`"));
            return Ok(Outcome::Rejected);
        }
        disk::write_changed(&root, &changed)?;
        if !changed.is_empty() {
            console::say(&format!("formatted {papers}"));
        }
        catalogue.warn_of_errors();
        Ok(Outcome::Done)
    }
}
