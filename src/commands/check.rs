//! `digest check`: renders everything, writes nothing, and says what is wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::address::BaseUrl;
use crate::compile::Options;
use crate::console;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::disk::{self, Written};
use crate::editorial;
use crate::report;
use crate::source::{Place, Source};

use super::build::parse_base_url;
use super::pipeline::{self, Materials, Prepared};
use super::{Outcome, find_root};

#[cfg(feature = "network")]
mod links;

/// Say what is wrong with the site, without writing anything
///
/// Checks content, settings, vocabulary, templates and the links between pages, and what an editor
/// would want to know: papers without tags, titles that are almost the same. Errors end it with 1.
/// Only `--links` asks other hosts: one request a second to each, and nothing again for a week that
/// answered well.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest check
  digest check --strict                      (warnings are errors: before publishing)
  digest check --format github               (in a workflow: beside the line in a pull request)
  digest check --links                       (now and then: asks other hosts whether links work)
  digest explain unknown-tag                 (what a code means)")]
pub struct Check {
    /// Where the site is published, instead of `base_url` in site.toml
    #[arg(long, value_name = "URL", value_parser = parse_base_url)]
    pub base_url: Option<BaseUrl>,
    /// Check drafts too
    #[arg(long)]
    pub drafts: bool,
    /// Take warnings for errors
    #[arg(long)]
    pub strict: bool,
    /// How problems are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Show every problem, however many are of one kind, and every link that is followed
    #[arg(long, short)]
    pub verbose: bool,
    #[cfg(feature = "network")]
    #[command(flatten)]
    links: links::Links,
}

/// This is how problems are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// A list of objects
    Json,
    /// Annotations in a workflow of GitHub
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// More editorial warnings of one kind than this are told as a number.
const SHOWN: usize = 3;

impl Check {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let root = find_root(root)?;
        let options = Options {
            base_url: self.base_url.clone(),
            drafts: self.drafts,
        };
        let mut prepared = pipeline::prepare(Materials::read(&root, &options)?, &options, None);
        if !prepared.problems.has_errors() {
            let write = |_: &_, _: &_| Ok(Written::default());
            pipeline::render(&mut prepared, "checking", None, write, |_| ())?;
            review(&root, &mut prepared);
            pipeline::review_addresses(&root, &mut prepared)?;
        }
        #[cfg(feature = "network")]
        let is_offline = self.links.follow(&root, &mut prepared, self.verbose)?;
        #[cfg(not(feature = "network"))]
        let is_offline = false;
        let mut problems = std::mem::take(&mut prepared.problems).sorted();
        if self.strict {
            problems = problems.strict();
        }
        match self.format {
            Format::Human => self.show(&problems, &prepared),
            Format::Json => console::print(&report::json(&problems)),
            Format::Github => console::print(&report::github(&problems, &folder_of(&root)?)),
            Format::Sarif => console::print(&report::sarif(&problems, &folder_of(&root)?)),
        }
        Ok(
            match (problems.has_errors(), prepared.bad_settings || is_offline) {
                (_, true) => Outcome::Unusable,
                (true, false) => Outcome::Rejected,
                (false, false) => Outcome::Done,
            },
        )
    }

    fn show(&self, problems: &Problems, prepared: &Prepared) {
        if problems.is_empty() {
            let papers = console::plural(prepared.site.papers.len(), "paper");
            let files = console::plural(prepared.plan.len(), "file");
            return console::say(&format!("{papers}, {files}: all is well"));
        }
        if self.verbose {
            console::show_problems(problems);
        } else {
            console::show_problems(&condense(problems));
        }
        console::say(&console::count_problems(problems));
    }
}

fn review(root: &Path, prepared: &mut Prepared) {
    for name in disk::left_behind(root) {
        let message = "a run of `digest` was stopped while it wrote this file";
        let problem = Diagnostic::new(Code::LeftBehind, message)
            .at(Place::file(name))
            .hint("compare it with the papers beside it, then delete it");
        prepared.problems.push(problem);
    }
    let read = |name: &str| read_again(root, name);
    editorial::review(&prepared.site, read, &mut prepared.problems);
}

/// Reads a file that was read before, to show a line of it; one that is gone meanwhile shows none.
fn read_again(root: &Path, name: &str) -> Option<Source> {
    let bytes = disk::read_input(&root.join(name)).ok()?;
    Some(Source::new(name, String::from_utf8(bytes).ok()?))
}

/// Keeps the first few editorial warnings of each kind; the last of them says how many there are.
fn condense(problems: &Problems) -> Problems {
    let mut seen: BTreeMap<Code, usize> = BTreeMap::new();
    let all = |code: Code| problems.iter().filter(|other| other.code == code).count();
    let mut kept = Problems::new();
    for problem in problems.iter() {
        let seen = seen.entry(problem.code).or_default();
        *seen += 1;
        let total = if Code::EDITORIAL.contains(&problem.code) {
            all(problem.code)
        } else {
            0
        };
        if total <= SHOWN || *seen < SHOWN {
            kept.push(problem.clone());
        } else if *seen == SHOWN {
            kept.push(summarise(problem, total - SHOWN));
        }
    }
    kept
}

fn summarise(problem: &Diagnostic, others: usize) -> Diagnostic {
    problem.clone().hint(format!(
        "{} like this: `--verbose` shows all, and `{} = false` below `[check]` in site.toml none",
        console::plural(others, "more warning"),
        problem.code.setting()
    ))
}

/// The root as seen from the folder in which the command runs, for reports that name files from there.
fn folder_of(root: &Path) -> Result<String> {
    let here = std::env::current_dir()?.canonicalize()?;
    let root = root.canonicalize()?;
    let below = root.strip_prefix(&here).unwrap_or(Path::new(""));
    let parts = below.components().map(|part| part.as_os_str());
    Ok(parts
        .map(|part| format!("{}/", part.to_string_lossy()))
        .collect())
}
