//! The commands: each is one file with its arguments and its `run`.
//!
//! They read the environment and the clock, call the core, and say what happened.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
#[cfg(feature = "network")]
use std::time::Duration;

use anyhow::{Result, bail};

use crate::compile::File;
use crate::diagnostic::Problems;
use crate::disk;
use crate::document::slug_of;
use crate::front_matter;
use crate::import_plan::Known;
use crate::layout;
use crate::source::Source;

pub mod build;
mod catalogue;
mod earlier;
pub mod check;
pub mod email;
#[cfg(feature = "network")]
pub mod enrich;
pub mod completions;
pub mod explain;
pub mod fmt;
pub mod import;
pub mod init;
pub mod list;
pub mod man;
pub mod new;
mod pipeline;
pub mod schema;
#[cfg(feature = "serve")]
pub mod serve;
mod table;
pub mod tags;
pub mod theme;

/// This is how a command ends, as its exit code tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 0: all is done.
    Done,
    /// 1: the content has errors, and all of them were told.
    Rejected,
    /// 2: the settings are wrong, or another machine did not answer, and that was told.
    Unusable,
}

/// Returns the root of the site: the folder that was named, or the nearest one upward with settings.
fn find_root(named: Option<&PathBuf>) -> Result<PathBuf> {
    if let Some(root) = named {
        if !root.is_dir() {
            bail!("there is no folder {}", root.display());
        }
        return Ok(root.clone());
    }
    let here = std::env::current_dir()?;
    match disk::find_root(&here) {
        Some(root) => Ok(root),
        None => bail!(
            "no {} here or in a folder above\nhint: change to a site's folder, or name it with --root",
            layout::SETTINGS
        ),
    }
}

/// Tells which papers the user named, by file or folder; all of them when none was.
fn named<'a>(
    root: &Path,
    files: &[PathBuf],
    papers: impl Iterator<Item = &'a str> + Clone,
) -> Result<Vec<bool>> {
    let mut named = vec![files.is_empty(); papers.clone().count()];
    let root = root.canonicalize()?;
    for file in files {
        let Ok(path) = file.canonicalize() else {
            bail!("there is no {}", file.display());
        };
        let mut found = false;
        for (paper, named) in papers.clone().zip(&mut named) {
            if root.join(paper).starts_with(&path) {
                *named = true;
                found = true;
            }
        }
        if !found {
            bail!("{} is no paper of this site", file.display());
        }
    }
    Ok(named)
}

#[cfg(feature = "network")]
fn parse_seconds(text: &str) -> Result<Duration> {
    let seconds = text
        .parse()
        .ok()
        .filter(|seconds| (0.0..=3_600.0).contains(seconds));
    match seconds {
        Some(seconds) => Ok(Duration::from_secs_f64(seconds)),
        None => bail!("a number of seconds, from 0 to 3600"),
    }
}

/// Returns what an import must know of a paper that is there; its problems are for `check` to say.
fn known_paper(file: &File) -> Option<Known> {
    let slug = slug_of(&file.name)?;
    let text: Arc<str> = String::from_utf8_lossy(&file.bytes).into();
    let source = Source::new(file.name.clone(), text.clone());
    let (paper, _) = front_matter::parse_paper(&source, &mut Problems::new());
    let paper = paper.unwrap_or_default();
    Some(Known {
        path: file.name.to_string(),
        title: paper.title,
        arxiv: paper.arxiv,
        doi: paper.doi,
        slug: slug.to_owned(),
        text,
    })
}
