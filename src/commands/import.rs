//! `digest import`: makes a file of each paper in a list.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::console;
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::disk;
use crate::import_plan::{self, Known, Plan, Update};
use crate::intake::{self, Format, Intake};
use crate::source::{Place, Source};
use crate::tags::Vocabulary;

use super::{Outcome, find_root, known_paper};

/// Make one Markdown file of each paper in a list
///
/// The list is a page or a mail as it was copied. What is there already is never changed: importing
/// a list again writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest import papers.txt
  digest import papers.txt --date 2025-08-06 --dry-run
  xclip -o | digest import -")]
pub struct Import {
    /// The lists; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The issue in which the papers appear, instead of the date in the list
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    pub date: Option<Date>,
    /// Fill in what existing files lack (authors, ids, links) and change nothing else
    #[arg(long)]
    pub update: bool,
    /// Say what would be written, and write nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Read the lists as this shape instead of recognising it; `json` reports as JSON
    #[arg(long, value_name = "NAME", value_parser = parse_choice)]
    pub format: Vec<Choice>,
    /// Name every paper in the report
    #[arg(long, short)]
    pub verbose: bool,
}

/// This is what `--format` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A shape of the input.
    Input(Format),
    /// A report for programs.
    JsonReport,
}

impl Import {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let root = find_root(root)?;
        let today = Date::from_time(SystemTime::now())
            .context("the clock of this computer shows no date")?;
        let mut problems = Problems::new();
        let sources = disk::read_sources(&root)?;
        let known: Vec<Known> = sources.documents.iter().filter_map(known_paper).collect();
        let vocabulary = sources.vocabulary.as_ref().and_then(|file| {
            let text = std::str::from_utf8(&file.bytes).ok()?;
            // What is wrong with the vocabulary is for `check` to say.
            Some(Vocabulary::parse(
                &Source::new(file.name.clone(), text),
                &mut Problems::new(),
            ))
        });

        let mut intakes: Vec<Intake> = Vec::new();
        for file in &self.files {
            if let Some(source) = read_list(file, &mut problems)? {
                intakes.push(intake::parse(
                    &source,
                    self.input_format(),
                    today,
                    &mut problems,
                ));
            }
        }
        let suggest = |title: &str, text: &str| -> Vec<String> {
            let vocabulary = vocabulary.as_ref().unwrap_or_else(|| Vocabulary::starter());
            let suggestions = vocabulary.suggest(title, text).into_iter();
            let mut tags: Vec<String> = suggestions.map(|tag| tag.slug.to_string()).collect();
            // In the order that `fmt` keeps.
            tags.sort_unstable();
            tags
        };
        let plan = import_plan::plan(&intakes, &known, self.date, today, suggest);
        let update = if self.update {
            import_plan::update(&intakes, &known)
        } else {
            Update::default()
        };
        if !self.dry_run {
            let files: Vec<(String, String)> = plan
                .files
                .iter()
                .map(|file| (file.path.clone(), file.text.clone()))
                .collect();
            disk::write_new(&root, &files)?;
            disk::write_changed(&root, &update.texts())?;
        }
        let problems = problems.sorted();
        console::show_problems(&problems);
        self.report(&plan, &update)?;
        Ok(if problems.has_errors() {
            Outcome::Rejected
        } else {
            Outcome::Done
        })
    }

    fn input_format(&self) -> Option<Format> {
        self.format.iter().find_map(|choice| match choice {
            Choice::Input(format) => Some(*format),
            Choice::JsonReport => None,
        })
    }

    fn report(&self, plan: &Plan, update: &Update) -> Result<()> {
        if self.format.contains(&Choice::JsonReport) {
            let report = serde_json::json!({"import": plan.report, "update": update.report});
            console::print(&format!("{}\n", serde_json::to_string_pretty(&report)?));
            return Ok(());
        }
        if self.dry_run || self.verbose {
            let paths = plan.files.iter().map(|file| &file.path);
            for path in paths.chain(update.changes.iter().map(|change| &change.path)) {
                console::print(&format!("{path}\n"));
            }
        }
        console::say(plan.report.render(self.verbose).trim_end());
        if self.update {
            console::say(update.report.render().trim_end());
        }
        let files = plan.files.len() + update.changes.len();
        console::say(&match (files, self.dry_run) {
            (0, _) => "nothing to write".to_owned(),
            (files, true) => format!("would write {}", console::plural(files, "file")),
            (files, false) => format!("wrote {}", console::plural(files, "file")),
        });
        Ok(())
    }
}

/// Parses the date that a command line gives.
pub fn parse_date(text: &str) -> Result<Date> {
    match Date::parse(text) {
        Some(date) => Ok(date),
        None => bail!("a date is written YYYY-MM-DD"),
    }
}

fn parse_choice(name: &str) -> Result<Choice> {
    if name == "json" {
        return Ok(Choice::JsonReport);
    }
    if let Some(format) = Format::parse(name) {
        return Ok(Choice::Input(format));
    }
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    bail!(
        "an input is one of {}; a report is `json`",
        names.join(", ")
    )
}

/// Reads a list; its name in the papers is that of the file, without its folder.
fn read_list(path: &Path, problems: &mut Problems) -> Result<Option<Source>> {
    let (name, bytes) = if path == Path::new("-") {
        ("standard-input".to_owned(), disk::read_standard_input()?)
    } else {
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        (name, disk::read_input(path)?)
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(Source::new(name, text))),
        Err(_) => {
            let problem = Diagnostic::new(Code::NotUtf8, "the list is not UTF-8 text");
            problems.push(
                problem
                    .at(Place::file(name))
                    .hint("save it as UTF-8, for example with iconv"),
            );
            Ok(None)
        }
    }
}
