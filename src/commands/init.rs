//! `digest init`: makes a site that builds at once.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::console;
use crate::date::Date;
use crate::disk;
use crate::layout;
use crate::schema::{self, Kind};
use crate::slug::Slug;
use crate::tags::Vocabulary;

use super::Outcome;

/// Make a new site in a folder
///
/// It holds an example paper, a vocabulary of tags, settings that explain themselves, schemas with
/// which an editor completes keys, and the workflow that publishes it on GitHub Pages. Files that are there are never changed.
///
/// The workflow fetches a released program. A program that was released knows where; for one that was
/// not, `--program` names the repository, and adds the workflow to a site that is there already.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest init my-digest
  digest init . --title \"Robot Papers\"
  digest init . --program owner/digest       (the workflow for GitHub Pages, with this program)")]
pub struct Init {
    /// The folder; it is made when it is not there
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// What the site is called
    #[arg(long, default_value = "Daily Papers", value_name = "TITLE")]
    pub title: String,
    /// The repository on GitHub in which this program is released
    #[arg(long, value_name = "OWNER/NAME", value_parser = parse_program)]
    pub program: Option<String>,
    /// Name the files that were made
    #[arg(long, short)]
    pub verbose: bool,
}

impl Init {
    /// Runs the command.
    pub fn run(&self) -> Result<Outcome> {
        let is_site = self.folder.join(layout::SETTINGS).exists();
        if is_site && self.program.is_none() {
            bail!("{} is a site already", self.folder.display());
        }
        let today = Date::from_time(SystemTime::now())
            .context("the clock of this computer shows no date")?;
        // A folder that was made on a host often has a .gitignore; the rest is missing all the same.
        let program = self.program.clone().or_else(released_at);
        let workflow = program.as_deref().map(workflow);
        let new = if is_site {
            Vec::new()
        } else {
            files(&self.title, today)
        };
        let (kept, files): (Vec<_>, Vec<_>) = new
            .into_iter()
            .chain(workflow)
            .partition(|(name, _)| self.folder.join(name).exists());
        disk::write_new(&self.folder, &files)?;
        if self.verbose && !is_site {
            files
                .iter()
                .for_each(|(name, _)| console::print(&format!("{name}\n")));
        }
        for (name, _) in &kept {
            console::say(&format!("{name} is there already and was left as it is"));
        }
        if is_site {
            files
                .iter()
                .for_each(|(name, _)| console::say(&format!("made {name}")));
            return Ok(Outcome::Done);
        }
        if program.is_none() {
            console::say(
                "no workflow for GitHub Pages was made, for this program was not released: \
                 `--program OWNER/NAME` names a repository that has it",
            );
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
            ".vscode/settings.json".to_owned(),
            include_str!("init/site/vscode.json").to_owned(),
        ),
        schema_of("paper", Kind::Paper),
        schema_of("tags", Kind::Tags),
        schema_of("site", Kind::Settings),
        (
            ".gitignore".to_owned(),
            include_str!("init/site/gitignore").to_owned(),
        ),
    ]
    .into()
}

/// A schema for editors, as `digest schema` prints it.
fn schema_of(name: &str, kind: Kind) -> (String, String) {
    let schema = schema::schema(kind, Some(Vocabulary::starter()));
    (format!(".vscode/{name}.json"), format!("{schema:#}\n"))
}

/// The workflow that publishes a site, with the program that a repository has released.
fn workflow(program: &str) -> (String, String) {
    let text = include_str!("init/site/pages.yml")
        .replace("{version}", env!("CARGO_PKG_VERSION"))
        .replace("{program}", program);
    (".github/workflows/pages.yml".to_owned(), text)
}

/// The repository in which this program was released: the workflow of a release says it while it builds
/// the program, so that a fork needs to change nothing; else the package may name one.
fn released_at() -> Option<String> {
    let named = option_env!("DIGEST_REPOSITORY").unwrap_or(env!("CARGO_PKG_REPOSITORY"));
    parse_program(named).ok()
}

/// Parses `owner/name`, or the address of such a repository on GitHub.
fn parse_program(text: &str) -> Result<String> {
    let name = text.strip_prefix("https://github.com/").unwrap_or(text);
    let name = name.trim_end_matches('/').trim_end_matches(".git");
    let is_name = |part: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        !part.is_empty() && part.bytes().all(plain)
    };
    match name.split_once('/') {
        Some((owner, name)) if is_name(owner) && is_name(name) => Ok(format!("{owner}/{name}")),
        _ => bail!("not the name of a repository, such as owner/digest"),
    }
}
