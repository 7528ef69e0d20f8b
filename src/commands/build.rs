//! `digest build`: renders the site and puts it in the place of the old one.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::address::BaseUrl;
use crate::compile::Options;
use crate::console;
use crate::disk::{self, NextMemo, Old, OpenMemo, Publication, Written};
use crate::document::Recollections;
use crate::fingerprint::{Fingerprint, Ink, Inked as _};
use crate::layout;
use crate::ledger::{self, Addresses};
use crate::limits;
use crate::memo::{self, Leaf, Seal};
use crate::page::{Output, Page, Quilts};
use crate::parallel;
use crate::site::Site;

use super::earlier::Earlier;
use super::pipeline::{self, Materials, Prepared, Rendered};
use super::{Outcome, find_root};

/// Render the site into a folder of static files
///
/// The new site takes the place of the old one when it is whole; a build with errors leaves the old
/// one as it is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest build
  digest build --base-url https://user.github.io/repo/
  digest build --ledger                      (and note which addresses are public)
  digest build --output /tmp/site --drafts")]
pub struct Build {
    /// The folder to write, instead of `public` in the site's root
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Where the site is published, instead of `base_url` in site.toml
    #[arg(long, value_name = "URL", value_parser = parse_base_url)]
    pub base_url: Option<BaseUrl>,
    /// Publish drafts too
    #[arg(long)]
    pub drafts: bool,
    /// Note the addresses in content/addresses.txt, so that one that goes is told
    #[arg(long, conflicts_with = "drafts")]
    pub ledger: bool,
    /// Render every page, also those that are as the last build wrote them
    #[arg(long)]
    pub cold: bool,
    /// Say more: how long each stage took
    #[arg(long, short = 'v', visible_alias = "verbose")]
    pub timings: bool,
}

impl Build {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let start = Instant::now();
        let root = find_root(root)?;
        let output = self.output.clone().unwrap_or_else(|| root.join("public"));
        let options = Options {
            base_url: self.base_url.clone(),
            drafts: self.drafts,
        };
        // What a build begins with is read side by side; one thread alone can read a memo.
        let (publication, opened) = parallel::join(
            || Publication::start(&root, &output),
            || (!self.cold).then(|| disk::open_memo(&root)).flatten(),
        );
        let mut publication = publication?;
        let nothing = Recollections::default();
        let known = opened.as_ref().map_or(&nothing, OpenMemo::papers);
        let read_old = |path: &str| publication.read_old(path);
        let recall = |opened: &OpenMemo| opened.read(read_old);
        let (mut memo, materials) = parallel::join(
            || opened.as_ref().and_then(recall).unwrap_or_default(),
            || Materials::read_knowing(known, &root, &options),
        );
        drop(opened);
        if let Some(shelf) = disk::shelf(&root) {
            memo.search.put_on(shelf);
        }
        let mut prepared = pipeline::prepare(materials?, &options, Some(&mut memo));
        pipeline::review_addresses(&root, &mut prepared)?;
        if prepared.problems.has_errors() {
            return Ok(reject(prepared, &output));
        }

        let writing = Instant::now();
        let basis = basis(&prepared, &publication);
        let is_known = memo.basis == basis && publication.has_old();
        if is_known {
            publication.begin_with_spare(paths(&prepared.plan))?;
        }
        publication.create_folders(paths(&prepared.plan))?;
        let earlier = is_known.then_some(Earlier {
            memo: &memo,
            publication: &publication,
        });
        let write = |page: &Page, output: &Output| match output {
            Output::Bytes(bytes) => publication.write(&page.path, bytes),
            Output::Copy(source) => publication.copy(&page.path, source),
        };
        // Most of the next memo is known now.
        let mut next = Ok(None);
        let begin = |site: &Site| {
            let begin = |program| memo.write_begin(site, basis, program);
            next = NextMemo::begin(&root, memo.search.pieces(), begin);
        };
        let rendered =
            pipeline::render(&mut prepared, "rendering", earlier.as_ref(), write, begin)?;
        if prepared.problems.has_errors() {
            return Ok(reject(prepared, &output));
        }
        let writing = writing.elapsed();
        let publishing = Instant::now();
        let old = what_becomes_of_old(&rendered);
        let quilts = std::mem::take(&mut prepared.quilts);
        let before = std::mem::take(&mut memo.quilts);
        let remembered = publication.finish(paths(&prepared.plan), old, |manifest| {
            let Some(next) = next? else {
                return Ok(());
            };
            let quilts = all_quilts(quilts, before, &prepared, &rendered);
            next.finish(|sums| {
                memo::write_end(sums, leaves(&prepared, &rendered, manifest), &quilts)
            })
        })?;
        let publishing = publishing.elapsed();
        if self.ledger {
            note_addresses(&root, &prepared)?;
        }

        let sizes: Vec<u64> = rendered.iter().map(|page| page.bytes).collect();
        let config = &prepared.site.config;
        limits::review(
            &config.limits,
            &prepared.plan,
            &sizes,
            &mut prepared.problems,
        );
        let problems = std::mem::take(&mut prepared.problems).sorted();
        console::show_problems(&problems);
        console::say(&summary(&prepared, &rendered, start.elapsed()));
        if self.timings {
            show_timings(&prepared, &rendered, writing, publishing);
            // A site without a memo is as good; the next build takes longer.
            if let Err(error) = remembered {
                console::say(&format!("{error:#}"));
            }
        }
        // Nothing follows but the end of the process, which takes back all memory at once.
        std::mem::forget((prepared, rendered, memo));
        Ok(Outcome::Done)
    }
}

/// Parses the address that a command line gives.
pub fn parse_base_url(text: &str) -> Result<BaseUrl> {
    match BaseUrl::parse(text) {
        Some(base_url) => Ok(base_url),
        None => bail!("not an address such as https://user.github.io/repo/ or /repo/"),
    }
}

fn reject(prepared: Prepared, output: &std::path::Path) -> Outcome {
    let problems = prepared.problems.sorted();
    console::show_problems(&problems);
    let kept = if output.exists() {
        "was left as it is"
    } else {
        "was not made"
    };
    console::say(&format!(
        "{}; {} {kept}",
        console::count_problems(&problems),
        output.display()
    ));
    if prepared.bad_settings {
        Outcome::Unusable
    } else {
        Outcome::Rejected
    }
}

/// Adds what was published to the list; an address that is gone stays in it, to be told of.
fn note_addresses(root: &std::path::Path, prepared: &Prepared) -> Result<()> {
    let before = disk::read_ledger(root, layout::ADDRESSES)?;
    let mut addresses = Addresses::parse(before.as_deref().unwrap_or_default());
    let published = ledger::addresses(&prepared.plan);
    let added = addresses.extend(published.map(|page| page.path.clone()));
    if added > 0 || before.is_none() {
        disk::write_ledger(root, layout::ADDRESSES, &addresses.write())?;
        console::say(&format!("{}: {added} new; commit it", layout::ADDRESSES));
    }
    Ok(())
}

fn paths(plan: &[Page]) -> impl Iterator<Item = &str> {
    plan.iter().map(|page| page.path.as_str())
}

/// The old site takes room only with files that the new one has not; half as much again is too much.
fn what_becomes_of_old(rendered: &[Rendered]) -> Old {
    let kept = rendered.iter().filter(|page| page.is_kept);
    let kept: u64 = kept.map(|page| page.bytes).sum();
    let all: u64 = rendered.iter().map(|page| page.bytes).sum();
    match kept > all / 2 {
        true => Old::Kept,
        false => Old::Deleted,
    }
}

/// What pages depend on besides what they are made of.
fn basis(prepared: &Prepared, publication: &Publication) -> Fingerprint {
    let mut ink = Ink::default();
    prepared.basis.ink(&mut ink);
    ink.push(publication.output().as_os_str().as_encoded_bytes());
    ink.fingerprint()
}

/// Returns the pages as the next build may know them.
///
/// A clock goes in steps. What somebody else writes from now on is as new as the list of all files, which was
/// written last; so only of a page that is older can it be told that nobody wrote to it.
fn leaves(
    prepared: &Prepared,
    rendered: &[Rendered],
    manifest: Written,
) -> impl ExactSizeIterator<Item = (Fingerprint, Leaf)> {
    let is_older =
        move |seal: &Seal| (manifest.seal).is_some_and(|last| seal.modified < last.modified);
    let pages = prepared.plan.iter().zip(rendered);
    pages.map(move |(page, rendered)| {
        let path = Fingerprint::of_bytes(page.path.as_bytes());
        let leaf = Leaf {
            seal: rendered.leaf.seal.filter(is_older),
            ..rendered.leaf
        };
        (path, leaf)
    })
}

/// Returns where files have the text of papers: of those that were rendered, and of those that were taken over, which
/// have it where they had it.
fn all_quilts(
    mut quilts: Quilts,
    mut before: Quilts,
    prepared: &Prepared,
    rendered: &[Rendered],
) -> Quilts {
    let kept = prepared.plan.iter().zip(rendered);
    for (page, _) in kept.filter(|(_, rendered)| rendered.is_kept) {
        let path = Fingerprint::of_bytes(page.path.as_bytes());
        if let Some(quilt) = before.remove(&path) {
            quilts.insert(path, quilt);
        }
    }
    quilts
}

fn summary(prepared: &Prepared, rendered: &[Rendered], time: Duration) -> String {
    let site = &prepared.site;
    let bytes = rendered.iter().map(|page| page.bytes).sum();
    format!(
        "built {}, {} and {}: {}, {} in {}",
        console::plural(site.papers.len(), "paper"),
        console::plural(site.issues.len(), "issue"),
        console::plural(site.tags.len(), "tag"),
        console::plural(rendered.len(), "file"),
        console::bytes(bytes),
        console::seconds(time),
    )
}

/// Rendering and writing run together on all threads, so their shares are of the time of all threads.
fn show_timings(
    prepared: &Prepared,
    rendered: &[Rendered],
    writing: Duration,
    publishing: Duration,
) {
    let render: Duration = rendered.iter().map(|page| page.render).sum();
    let write: Duration = rendered.iter().map(|page| page.write).sum();
    let share = |part: Duration| {
        writing.mul_f64(part.as_secs_f64() / (render + write).as_secs_f64().max(1e-9))
    };
    let stages = prepared.timings.iter().copied().chain([
        ("render", share(render)),
        ("write", share(write)),
        ("publish", publishing),
    ]);
    for (stage, time) in stages {
        console::say(&format!("{stage:>8} {:8.1} ms", time.as_secs_f64() * 1e3));
    }
    let kept = rendered.iter().filter(|page| page.is_kept).count();
    console::say(&format!("{:>8} {kept} of {} files", "kept", rendered.len()));
}
