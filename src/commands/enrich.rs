//! `digest enrich`: asks arXiv for what papers lack.

mod interview;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::arxiv_api::{self, Answers, Enrichment, Query, Subject, Tally};
use crate::compile;
use crate::config::is_endpoint;
use crate::console;
use crate::diagnostic::Problems;
use crate::disk;
use crate::import_plan::{Known, UpdateReport};

use super::{Outcome, find_root, known_paper, named, parse_seconds};
use interview::Interview;

/// Ask arXiv for what papers lack: identifier, authors, date, DOI, journal
///
/// A paper without an identifier is looked up by its title, which must be the same but for case and
/// signs. Only missing keys are added; what a file says is never changed. Answers are kept for a week
/// in `.digest-cache/`, so a run that was stopped goes on where it was.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest enrich
  digest enrich content/papers/2025-08-06 --dry-run
  digest enrich --refresh                    (asks again what was answered this week)")]
pub struct Enrich {
    /// The papers, or folders of papers, instead of all
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Say what would be filled in, and change no paper; answers are kept all the same
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// The API to ask, instead of `endpoint` below `[enrich]` in site.toml
    #[arg(long, value_name = "URL", value_parser = parse_endpoint)]
    pub endpoint: Option<String>,
    /// Ask again, whatever is kept
    #[arg(long)]
    pub refresh: bool,
    /// The pause between two requests; arXiv wants 3 seconds at least
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = parse_seconds)]
    pub pause: Duration,
    /// How long to wait for an answer
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = parse_seconds)]
    pub timeout: Duration,
    /// How the report is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Name what differs from arXiv, too
    #[arg(long, short)]
    pub verbose: bool,
}

/// This is how the report is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// An object
    Json,
}

/// How long an answer counts. A paper may come to arXiv any day, its journal within months.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

/// What arXiv asks of programs (info.arxiv.org/help/api/tou.html).
const POLITE: Duration = Duration::from_secs(3);

impl Enrich {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let root = find_root(root)?;
        let mut problems = Problems::new();
        let sources = disk::read_sources(&root)?;
        let config = compile::settings(sources.settings.as_ref(), &mut problems);
        if problems.has_errors() {
            console::show_problems(&problems.sorted());
            return Ok(Outcome::Unusable);
        }
        let endpoint = self.endpoint.as_ref().unwrap_or(&config.enrich.endpoint);
        if self.pause < POLITE && host(endpoint).to_ascii_lowercase().ends_with("arxiv.org") {
            bail!("arXiv wants a pause of 3 seconds at least");
        }
        let all: Vec<Known> = sources.documents.iter().filter_map(known_paper).collect();
        let is_named = named(
            &root,
            &self.files,
            all.iter().map(|paper| paper.path.as_str()),
        )?;
        let chosen = all.iter().zip(is_named).filter(|(_, named)| *named);
        let chosen: Vec<Known> = chosen.map(|(paper, _)| paper.clone()).collect();
        let (subjects, left) = arxiv_api::subjects(&chosen);

        let (answers, tally) = self.ask(&root, endpoint, &subjects)?;
        let mut enrichment = arxiv_api::enrich(&subjects, &all, &answers);
        enrichment.update.report.left.extend(left);
        if !self.dry_run {
            disk::write_changed(&root, &enrichment.update.texts())?;
        }
        self.report(&enrichment, tally)?;
        let unanswered = enrichment.findings.iter().any(|one| one.is_unanswered());
        Ok(if unanswered {
            Outcome::Unusable
        } else {
            Outcome::Done
        })
    }

    /// Puts the kept answers and new ones together.
    fn ask(&self, root: &Path, endpoint: &str, subjects: &[Subject]) -> Result<(Answers, Tally)> {
        let mut answers = Answers::default();
        if !self.refresh {
            for kept in disk::read_answers(root, endpoint, WEEK)? {
                let query = Query::parse(&kept.question);
                // A damaged file is as good as none.
                if let (Some(query), Ok(records)) = (query, arxiv_api::read(&kept.answer)) {
                    answers.add(&query, records);
                }
            }
        }
        let queries = arxiv_api::plan(subjects, &answers);
        let mut tally = Tally {
            papers: subjects.len(),
            requests: 0,
            kept: subjects
                .iter()
                .filter(|subject| answers.know(&subject.query))
                .count(),
        };
        if !queries.is_empty() {
            console::say(&opening(endpoint, queries.len(), self.pause));
            let mut interview = Interview::new(root, endpoint, self.pause, self.timeout, answers);
            let asked = interview.ask(queries);
            (answers, tally.requests) = interview.finish();
            asked?;
        }
        Ok((answers, tally))
    }

    fn report(&self, enrichment: &Enrichment, tally: Tally) -> Result<()> {
        let Enrichment { update, findings } = enrichment;
        if self.format == Format::Json {
            let report = serde_json::json!({
                "asked": tally, "update": update.report, "findings": findings
            });
            console::print(&format!("{}\n", serde_json::to_string_pretty(&report)?));
            return Ok(());
        }
        if self.dry_run {
            for change in &update.changes {
                console::print(&format!("{}\n", change.path));
            }
        }
        let mut shown = update.report.clone();
        if !self.verbose {
            shown.differs.clear();
        }
        let lines = findings.iter().map(|finding| finding.render() + "\n");
        let text: String = std::iter::once(shown.render()).chain(lines).collect();
        if !text.is_empty() {
            console::say(text.trim_end());
        }
        console::say(&summary(tally, &update.report, self.verbose));
        console::say(&match (update.changes.len(), self.dry_run) {
            (0, _) => "nothing to write".to_owned(),
            (files, true) => format!("would change {}", console::plural(files, "file")),
            (files, false) => format!("changed {}", console::plural(files, "file")),
        });
        Ok(())
    }
}

/// Says what will be asked, and how long the pauses alone take.
fn opening(endpoint: &str, requests: usize, pause: Duration) -> String {
    let asking = format!(
        "asking {} in {}",
        host(endpoint),
        console::plural(requests, "request")
    );
    let seconds = pause.as_secs_f64() * requests.saturating_sub(1) as f64;
    if seconds < 1.0 {
        return asking;
    }
    format!("{asking}, {seconds:.0} s at least; what is answered is kept if you stop it")
}

fn summary(tally: Tally, report: &UpdateReport, verbose: bool) -> String {
    let mut text = match tally.papers {
        0 => "no paper lacks anything that arXiv may know".to_owned(),
        papers => format!(
            "{} asked about: {}, {}",
            console::plural(papers, "paper"),
            console::plural(tally.requests, "request"),
            match tally.kept {
                0 => "no kept answers".to_owned(),
                kept => format!("{kept} from kept answers"),
            }
        ),
    };
    if !report.differs.is_empty() && !verbose {
        let differs = console::plural(report.differs.len(), "key");
        text += &format!("; {differs} other than on arXiv (--verbose names them)");
    }
    text
}

fn host(endpoint: &str) -> &str {
    let (_, rest) = endpoint.split_once("://").unwrap_or(("", endpoint));
    let authority = rest.split('/').next().unwrap_or(rest);
    authority.split(':').next().unwrap_or(authority)
}

fn parse_endpoint(text: &str) -> Result<String> {
    if !is_endpoint(text) {
        bail!("not the address of an API such as https://export.arxiv.org/api/query");
    }
    Ok(text.to_owned())
}
