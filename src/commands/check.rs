//! `digest check`: renders everything, writes nothing, and says what is wrong.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::address::BaseUrl;
use crate::compile::Options;
use crate::console;

use super::build::parse_base_url;
use super::{Outcome, find_root, pipeline};

/// Say what is wrong with the site, without writing anything
#[derive(Debug, Args)]
pub struct Check {
    /// Where the site is published, instead of `base_url` in site.toml
    #[arg(long, value_name = "URL", value_parser = parse_base_url)]
    pub base_url: Option<BaseUrl>,
    /// Check drafts too
    #[arg(long)]
    pub drafts: bool,
}

impl Check {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let root = find_root(root)?;
        let options = Options {
            base_url: self.base_url.clone(),
            drafts: self.drafts,
        };
        let mut prepared = pipeline::prepare(&root, &options)?;
        if !prepared.problems.has_errors() {
            pipeline::render(&mut prepared, "checking", |_, _| Ok(0))?;
        }
        let problems = prepared.problems.sorted();
        console::show_problems(&problems);
        if !problems.is_empty() {
            console::say(&console::count_problems(&problems));
        } else {
            let papers = console::plural(prepared.site.papers.len(), "paper");
            console::say(&format!(
                "{papers}, {}: all is well",
                console::plural(prepared.plan.len(), "file")
            ));
        }
        Ok(match (problems.has_errors(), prepared.bad_settings) {
            (_, true) => Outcome::Unusable,
            (true, false) => Outcome::Rejected,
            (false, false) => Outcome::Done,
        })
    }
}
