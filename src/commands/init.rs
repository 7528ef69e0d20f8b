//! `digest init`: makes a site that builds at once.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::console;
use crate::date::Date;
use crate::disk;
use crate::layout;
use crate::slug::Slug;

use super::Outcome;

/// Make a new site in a folder
///
/// It holds an example paper, a vocabulary of tags, settings that explain themselves, and the
/// workflow that publishes it on GitHub Pages. Files that are there are never changed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest init my-digest
  digest init . --title \"Robot Papers\"")]
pub struct Init {
    /// The folder; it is made when it is not there
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// What the site is called
    #[arg(long, default_value = "Daily Papers", value_name = "TITLE")]
    pub title: String,
    /// Name the files that were made
    #[arg(long, short)]
    pub verbose: bool,
}

impl Init {
    /// Runs the command.
    pub fn run(&self) -> Result<Outcome> {
        if self.folder.join(layout::SETTINGS).exists() {
            bail!("{} is a site already", self.folder.display());
        }
        let today = Date::from_time(SystemTime::now())
            .context("the clock of this computer shows no date")?;
        // A folder that was made on a host often has a .gitignore; the rest is missing all the same.
        let (kept, files): (Vec<_>, Vec<_>) = files(&self.title, today)
            .into_iter()
            .partition(|(name, _)| self.folder.join(name).exists());
        disk::write_new(&self.folder, &files)?;
        if self.verbose {
            files
                .iter()
                .for_each(|(name, _)| console::print(&format!("{name}\n")));
        }
        for (name, _) in &kept {
            console::say(&format!("{name} is there already and was left as it is"));
        }
        console::say(&format!(
            "made a site of {} in {}\nnext: {}digest build",
            console::plural(files.len(), "file"),
            self.folder.display(),
            if self.folder == Path::new(".") {
                String::new()
            } else {
                format!("cd {} && ", self.folder.display())
            }
        ));
        Ok(Outcome::Done)
    }
}

/// The files of a new site: paths below its root, and texts.
fn files(title: &str, today: Date) -> Vec<(String, String)> {
    let slug = Slug::from_title("Attention Is All You Need").expect("the title has letters");
    let quoted = title.replace('\\', "\\\\").replace('"', "\\\"");
    let settings = include_str!("init/site/site.toml").replace("{title}", &quoted);
    let paper = include_str!("init/site/paper.md").replace("{date}", &today.to_string());
    let workflow = include_str!("init/site/pages.yml")
        .replace("{version}", env!("CARGO_PKG_VERSION"))
        .replace("{install}", &install());
    [
        (layout::SETTINGS.to_owned(), settings),
        (layout::paper_source(today, &slug), paper),
        (
            layout::VOCABULARY.to_owned(),
            include_str!("init/site/tags.yaml").to_owned(),
        ),
        (
            format!("{}about.md", layout::PAGES),
            include_str!("init/site/about.md").to_owned(),
        ),
        (
            ".gitignore".to_owned(),
            include_str!("init/site/gitignore").to_owned(),
        ),
        (".github/workflows/pages.yml".to_owned(), workflow),
    ]
    .into()
}

/// How a workflow installs this version: from the repository, as far as the package names one.
fn install() -> String {
    let name = env!("CARGO_PKG_NAME");
    match env!("CARGO_PKG_REPOSITORY") {
        "" => format!("cargo install --locked {name} --version \"$DIGEST\""),
        repository => {
            format!("cargo install --locked --git {repository} --tag \"v$DIGEST\" {name}")
        }
    }
}
