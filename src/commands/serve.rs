//! `digest serve`: shows the site as it will be, and follows every change.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use crate::address::BaseUrl;
use crate::compile::Options;
use crate::console;
use crate::diagnostic::{Palette, Problems};
use crate::serve::{self, News, Noticing, Preview, Server, Troubles};

use super::{Outcome, find_root};

/// Show the site in a browser while it is edited
///
/// Pages are rendered when they are asked for, and an open page changes with its sources. Mistakes
/// are shown here and in the page. Nothing is written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest serve --open
  digest serve --drafts --port 9000
  digest serve --base-path /repo/     # as on https://user.github.io/repo/")]
pub struct Serve {
    /// The port; when it is taken, the next free one
    #[arg(long, short, value_name = "PORT", default_value_t = 8000)]
    pub port: u16,
    /// Open the site in a browser
    #[arg(long)]
    pub open: bool,
    /// Show drafts too
    #[arg(long)]
    pub drafts: bool,
    /// The path under which the site is served, as where it is published
    #[arg(long, value_name = "PATH", default_value = "/", value_parser = parse_base_path)]
    pub base_path: BaseUrl,
    /// Look for changes instead of being told of them, on a network's or a container's file system
    #[arg(long)]
    pub poll: bool,
}

impl Serve {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let root = find_root(root)?;
        let server = Server::bind(self.port)?;
        let options = Options {
            base_url: Some(self.base_path.clone()),
            drafts: self.drafts,
        };
        let teller = Teller::default();
        let preview = Preview::new(&root, options, move |news| teller.tell(news));
        if self.port != 0 && server.port() != self.port {
            console::say(&format!("port {} is taken", self.port));
        }
        let base = self.base_path.path();
        let address = format!("http://127.0.0.1:{}{base}", server.port());
        console::say(&format!("the site is at {address} (press Ctrl-C to stop)"));
        if self.open {
            open_browser(&address);
        }
        let noticing = if self.poll {
            Noticing::Looks
        } else {
            Noticing::Events
        };
        serve::run(server, root, base, Arc::new(preview), noticing)?;
        Ok(Outcome::Done)
    }
}

fn parse_base_path(text: &str) -> Result<BaseUrl> {
    match BaseUrl::parse(text).filter(|base| base.origin().is_empty()) {
        Some(base_path) => Ok(base_path),
        None => bail!("not a path such as /repo/"),
    }
}

/// Starts a browser; one that cannot be started is no reason to stop.
fn open_browser(address: &str) {
    let (program, before): (String, &[&str]) = match std::env::var("BROWSER") {
        Ok(program) if !program.is_empty() => (program, &[]),
        _ if cfg!(target_os = "macos") => ("open".to_owned(), &[]),
        _ if cfg!(windows) => ("cmd".to_owned(), &["/c", "start", ""]),
        _ => ("xdg-open".to_owned(), &[]),
    };
    let started = Command::new(&program)
        .args(before)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = started {
        console::say(&format!("no browser was opened: {program}: {error}"));
    }
}

/// Tells of changes, and of each problem once, for as long as it lasts.
#[derive(Debug, Default)]
struct Teller(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    problems: BTreeSet<String>,
    /// Problems of pages, which are found when somebody looks at them.
    of_pages: BTreeSet<String>,
    failure: Option<String>,
    started: bool,
}

impl Teller {
    fn tell(&self, news: &News) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match news {
            News::Change {
                changed,
                time,
                papers,
                troubles,
            } => told.change(changed, *time, *papers, troubles),
            News::Page(problems) => {
                let new = unknown(problems, &told.of_pages);
                console::show_problems(&new);
                told.of_pages.extend(new.iter().map(shown));
            }
            News::NoEvents(reason) => console::say(&format!(
                "the system does not tell of changes ({reason}); they are looked for instead"
            )),
        }
    }
}

impl Told {
    fn change(
        &mut self,
        changed: &BTreeSet<Arc<str>>,
        time: Duration,
        papers: usize,
        troubles: &Troubles,
    ) {
        let was_wrong = !self.problems.is_empty() || self.failure.is_some();
        let new = unknown(&troubles.problems, &self.problems);
        console::show_problems(&new);
        let failure = troubles.failure.as_ref();
        if let Some(failure) = failure.filter(|_| troubles.failure != self.failure) {
            console::show_error(&anyhow::anyhow!("{failure}"));
        }
        self.problems = troubles.problems.iter().map(shown).collect();
        self.of_pages.clear();
        self.failure.clone_from(&troubles.failure);

        let milliseconds = time.as_secs_f64() * 1e3;
        let state = match (troubles.failure.is_some(), troubles.problems.is_empty()) {
            (true, _) => "the last good site is shown".to_owned(),
            (false, false) => {
                let count = console::count_problems(&troubles.problems);
                if troubles.has_errors() {
                    format!("{count}; the last good site is shown")
                } else {
                    count
                }
            }
            (false, true) if was_wrong => "all is well again".to_owned(),
            (false, true) => console::plural(papers, "paper"),
        };
        let what = match self.started {
            false => "read".to_owned(),
            true => names(changed),
        };
        self.started = true;
        console::say(&format!("{what}: {state} ({milliseconds:.0} ms)"));
    }
}

fn names(changed: &BTreeSet<Arc<str>>) -> String {
    match (changed.first(), changed.len()) {
        (Some(name), 1) => format!("{name} changed"),
        (Some(name), more) => format!(
            "{name} and {} changed",
            console::plural(more - 1, "other file")
        ),
        (None, _) => "nothing changed".to_owned(),
    }
}

fn unknown(problems: &Problems, told: &BTreeSet<String>) -> Problems {
    let new = problems
        .iter()
        .filter(|problem| !told.contains(&shown(problem)));
    new.cloned().collect()
}

fn shown(problem: &crate::diagnostic::Diagnostic) -> String {
    problem.render(Palette::PLAIN)
}
