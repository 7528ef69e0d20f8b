//! `digest theme`: which files a theme has, and how a site takes one over.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::compile;
use crate::console;
use crate::diagnostic::{Problems, did_you_mean};
use crate::disk;
use crate::layout;
use crate::theme::{self, Drift, ThemeFile};

use super::table::{self, Format};
use super::{Outcome, find_root};

/// List the files of the theme, copy one to change it, see what changed since
///
/// A file in `themes/<theme>/` takes the place of the built-in one of the same name. What is copied is
/// also kept in `themes/<theme>/.base/`, so that a later version of digest can say what it has changed;
/// keep that folder with the rest.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest theme list
  digest theme eject paper.html
  digest theme diff
  digest theme diff paper.html --taken   (its changes are in your file now)")]
pub struct Theme {
    /// What to do
    #[command(subcommand)]
    pub action: Action,
}

/// This is what can be done with a theme.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List the files: built in, yours, and yours that the built-in one has left behind
    List {
        /// How files are written
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: Format,
    },
    /// Copy built-in files into the site's theme; a file that is there is left as it is
    Eject {
        /// The files, as `list` shows them; the last part of a name is enough
        #[arg(value_name = "FILE", required_unless_present = "all")]
        files: Vec<String>,
        /// Copy every file
        #[arg(long, conflicts_with = "files")]
        all: bool,
    },
    /// Show what digest has changed since your files were copied, and where you have changed it too
    Diff {
        /// The files [default: all of yours]
        #[arg(value_name = "FILE")]
        files: Vec<String>,
        /// Note that the changes are in your files, so that they are not shown again
        #[arg(long)]
        taken: bool,
    },
}

/// Where the files stand as they were copied; it is hidden, so no theme is made of it.
const BASE: &str = ".base/";
/// What is for people who write themes, and no part of one.
const MANUAL: &str = "README.md";

impl Theme {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let root = find_root(root)?;
        let shop = Shop::open(&root)?;
        match &self.action {
            Action::List { format } => shop.list(*format),
            Action::Eject { files, all } => {
                let files = if *all { built_in() } else { shop.named(files)? };
                shop.eject(&files)
            }
            Action::Diff { files, taken } => shop.diff(files, *taken),
        }
    }
}

/// A site's theme: its folder and the files there.
struct Shop<'a> {
    root: &'a Path,
    folder: String,
    own: Vec<ThemeFile>,
}

impl Shop<'_> {
    fn open(root: &Path) -> Result<Shop<'_>> {
        let settings = disk::read_source(root, &layout::SETTINGS.into())?;
        // Whatever is wrong with the settings is for `check` to say.
        let config = compile::settings(settings.as_ref(), &mut Problems::new());
        Ok(Shop {
            root,
            folder: format!("{}{}/", layout::THEMES, config.theme),
            own: disk::read_theme(root, &config.theme)?,
        })
    }

    fn list(&self, format: Format) -> Result<Outcome> {
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for path in built_in() {
            let state = match self.own(&path) {
                None => "built in",
                Some(file) => match self.drift(file)? {
                    Some(Drift::Moved { .. }) => "yours, changed since",
                    Some(Drift::Same) => "yours, the same",
                    _ => "yours",
                },
            };
            rows.push(vec![json!(path), json!(state)]);
        }
        let added = self
            .own
            .iter()
            .filter(|file| built_in_text(&file.path).is_none());
        rows.extend(added.map(|file| vec![json!(file.path), json!("yours alone")]));
        let columns = ["file", "state"];
        table::print(format, &columns, &columns, &rows);
        Ok(Outcome::Done)
    }

    fn eject(&self, paths: &[String]) -> Result<Outcome> {
        let mut files = Vec::new();
        let mut copied = Vec::new();
        for path in paths {
            let name = format!("{}{path}", self.folder);
            if self.own(path).is_some() {
                console::say(&format!("{name} is there already and was left as it is"));
                continue;
            }
            let text = built_in_text(path).with_context(|| format!("{path} is not a text"))?;
            copied.push(name.clone());
            files.push((name, text.to_owned()));
            let base = format!("{}{BASE}{path}", self.folder);
            if !self.root.join(&base).exists() {
                files.push((base, text.to_owned()));
            }
        }
        disk::write_new(self.root, &files)?;
        for name in &copied {
            console::print(&format!("{name}\n"));
        }
        if copied.iter().any(|name| name.contains("/languages/")) {
            console::say("hint: delete the lines of a table that you do not change");
        }
        Ok(Outcome::Done)
    }

    fn diff(&self, names: &[String], taken: bool) -> Result<Outcome> {
        let named = self.named(names)?;
        for path in &named {
            if self.own(path).is_none() {
                bail!("{}{path} is not there, so nothing can differ", self.folder);
            }
        }
        let asked = |file: &&ThemeFile| named.is_empty() || named.contains(&file.path);
        let mut changed = 0;
        for file in self.own.iter().filter(asked) {
            let Some(drift) = self.drift(file)? else {
                continue;
            };
            if taken {
                self.take(file)?;
                changed += 1;
                continue;
            }
            let (line, change) = tell(&file.name, drift);
            changed += usize::from(change.is_some());
            console::print(&format!("{line}\n{}", change.unwrap_or_default()));
        }
        match (taken, changed) {
            (true, _) => {
                let files = console::plural(changed, "file");
                console::say(&format!(
                    "what is built in now is noted as the base of {files}"
                ));
            }
            (false, 0) => console::say("no built-in file has changed since you copied it"),
            (false, _) => {}
        }
        Ok(Outcome::Done)
    }

    /// Keeps what is built in now as what the site's file was made of.
    fn take(&self, file: &ThemeFile) -> Result<()> {
        let Some(now) = built_in_text(&file.path) else {
            return Ok(());
        };
        let name = format!("{}{BASE}{}", self.folder, file.path);
        match self.base(&file.path)? {
            Some(old) if old == now => Ok(()),
            Some(old) => disk::write_changed(self.root, &[(name, old, now.to_owned())]),
            None => disk::write_new(self.root, &[(name, now.to_owned())]),
        }
    }

    fn own(&self, path: &str) -> Option<&ThemeFile> {
        self.own.iter().find(|file| file.path == path)
    }

    fn base(&self, path: &str) -> Result<Option<String>> {
        let name = format!("{}{BASE}{path}", self.folder);
        let file = disk::read_source(self.root, &name.into())?;
        Ok(file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()))
    }

    /// How a file of the site stands to the built-in one; `None` for one that has no such counterpart.
    fn drift(&self, file: &ThemeFile) -> Result<Option<Drift>> {
        let Some(built_in) = built_in_text(&file.path) else {
            return Ok(None);
        };
        let base = self.base(&file.path)?;
        let copy = String::from_utf8_lossy(&file.bytes);
        Ok(Some(theme::drift(base.as_deref(), &copy, built_in)))
    }

    /// Finds built-in files by their names; the last part of one is enough where only one has it.
    fn named(&self, names: &[String]) -> Result<Vec<String>> {
        let known = built_in();
        let find = |name: &String| -> Result<String> {
            let name = name.strip_prefix(&self.folder).unwrap_or(name);
            // Templates include one another by such names.
            let template = format!("templates/{name}");
            if known.contains(&template) {
                return Ok(template);
            }
            let ends = |path: &&String| {
                let rest = path.strip_suffix(name);
                rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            };
            let found: Vec<&String> = known.iter().filter(ends).collect();
            match found.as_slice() {
                [path] => Ok((*path).clone()),
                [] => {
                    let names = known.iter().flat_map(|path| {
                        let last = path.rsplit('/').next().unwrap_or(path);
                        [path.as_str(), last]
                    });
                    let hint = match did_you_mean(name, names) {
                        Some(known) => format!("did you mean `{known}`?"),
                        None => "`digest theme list` names them all".to_owned(),
                    };
                    bail!("the built-in theme has no file `{name}`\nhint: {hint}")
                }
                [first, ..] => {
                    bail!(
                        "`{name}` may be several files\nhint: write `{first}`, or another whole name"
                    )
                }
            }
        };
        names.iter().map(find).collect()
    }
}

fn tell(name: &str, drift: Drift) -> (String, Option<String>) {
    match drift {
        Drift::Same => (
            format!("{name} is what is built in; delete it to follow digest"),
            None,
        ),
        Drift::Kept => (
            format!("{name}: nothing has changed since you copied it"),
            None,
        ),
        Drift::Moved { change, both } if both.is_empty() => {
            let line = format!("{name}: digest has changed what you have not touched");
            (line, Some(change))
        }
        Drift::Moved { change, both } => {
            let lines: Vec<String> = both.iter().map(lines).collect();
            let lines = lines.join(" and ");
            let line = format!("{name}: digest has changed what you have changed too, at {lines}");
            (line, Some(change))
        }
        Drift::Unknown { change } => {
            let line = format!("{name}: nobody noted from which version it was copied");
            (line, Some(change))
        }
    }
}

fn lines(range: &Range<usize>) -> String {
    match range.end - range.start {
        0 | 1 => format!("line {}", range.start),
        _ => format!("lines {} to {}", range.start, range.end - 1),
    }
}

fn built_in() -> Vec<String> {
    let files = theme::built_in_files().into_iter().map(|(path, _)| path);
    files.filter(|path| path != MANUAL).collect()
}

fn built_in_text(path: &str) -> Option<&'static str> {
    std::str::from_utf8(theme::built_in_file(path)?).ok()
}
