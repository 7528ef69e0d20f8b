//! The state of a preview: what is shown, what is wrong, and how it follows the sources.
//!
//! A request first takes in what changed before it, so it never sees an older site; a site with
//! errors does not take the place of one without. Knows neither sockets nor terminal.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::Result;
use memchr::memmem;

use crate::compile::Options;
use crate::diagnostic::{Diagnostic, Problems};
use crate::layout;
use crate::page::Output;

use super::live;
use super::press::{Answer, Press};
use super::shelf::{Edition, Shelf, Taken};
use super::watch::{Changes, Sense, Watch};

/// How many pages are kept as they last were, for the time in which they cannot be rendered.
const KEPT: usize = 64;
/// How many changes of files a page can have missed and still be told of.
const REMEMBERED: usize = 1_000;
/// How often a survey looks for changes that no event told of, and how much of the time it may take.
const SURVEY_EVERY: Duration = Duration::from_secs(2);
const SURVEY_SHARE: u32 = 50;
/// The same where there are no events.
const POLL_EVERY: Duration = Duration::from_millis(250);
const POLL_SHARE: u32 = 10;

/// This is everything that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Troubles {
    /// What is wrong with the content, the settings or the theme.
    pub problems: Problems,
    /// What stopped this program or this machine.
    pub failure: Option<String>,
}

/// This is what a preview tells its terminal.
#[derive(Debug)]
pub enum News {
    /// The sources were read, or have changed.
    Change {
        /// Which ones.
        changed: BTreeSet<Arc<str>>,
        /// How long it took until the new pages could be had.
        time: Duration,
        /// How many papers there are.
        papers: usize,
        /// What is wrong.
        troubles: Troubles,
    },
    /// A page that somebody looks at has problems of its own.
    Page(Problems),
    /// Events cannot be had, for this reason.
    NoEvents(String),
}

/// This is how changes of the sources are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticing {
    /// The system tells of them.
    Events,
    /// They are looked for, on file systems that do not tell.
    Looks,
}

/// This is what an address leads to.
#[derive(Debug)]
pub enum Opened {
    /// A page: its status, its output path and its bytes.
    Page(u16, String, Vec<u8>),
    /// A file that is published as it is: its status, its output path and its source.
    File(u16, String, String),
    /// A folder; its address ends with a slash.
    Folder(String),
}

/// This is what an open page knows of itself.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The address below the base.
    pub address: String,
    /// The fingerprint of its bytes.
    pub print: u64,
    /// The version of the site that it was rendered from.
    pub version: u64,
}

/// This is what an open page has to know.
#[derive(Debug, PartialEq, Eq)]
pub struct Notice {
    /// What the page should do.
    pub step: Step,
    /// What is wrong.
    pub troubles: Troubles,
    /// The version of the site up to which this is true.
    pub version: u64,
}

/// This is what an open page should do.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is as it should be.
    Stay,
    /// Load these style sheets again, by their addresses.
    Styles(Vec<String>),
    /// Load again.
    Reload,
}

/// This is a site that follows its sources.
pub struct Preview {
    root: PathBuf,
    options: Options,
    watch: Watch,
    desk: Mutex<Desk>,
    shown: RwLock<Shown>,
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
    audience: AtomicUsize,
    tell: Box<dyn Fn(&News) + Send + Sync>,
    announce: OnceLock<Box<dyn Fn(u64) + Send + Sync>>,
}

struct Desk {
    shelf: Shelf,
    /// Whether the last change could not be taken in whole.
    owing: bool,
    surveyed: Instant,
    survey_time: Duration,
}

#[derive(Clone)]
struct Shown {
    press: Option<Arc<Press>>,
    good: bool,
    troubles: Arc<Troubles>,
    version: u64,
    touched: VecDeque<(u64, String)>,
}

impl Troubles {
    /// Tells whether all is well.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty() && self.failure.is_none()
    }

    /// Tells whether a build would fail.
    pub fn has_errors(&self) -> bool {
        self.problems.has_errors() || self.failure.is_some()
    }
}

impl Preview {
    /// Reads a site; `tell` hears what happens, on any thread.
    pub fn new(
        root: &Path,
        options: Options,
        tell: impl Fn(&News) + Send + Sync + 'static,
    ) -> Preview {
        let desk = Desk {
            shelf: Shelf::new(root),
            owing: true,
            surveyed: Instant::now(),
            survey_time: Duration::ZERO,
        };
        let shown = Shown {
            press: None,
            good: false,
            troubles: Arc::default(),
            version: 0,
            touched: VecDeque::new(),
        };
        let preview = Preview {
            root: root.to_owned(),
            options,
            watch: Watch::new(root),
            desk: Mutex::new(desk),
            shown: RwLock::new(shown),
            kept: Mutex::default(),
            audience: AtomicUsize::new(0),
            tell: Box::new(tell),
            announce: OnceLock::new(),
        };
        preview.refresh();
        preview
    }

    /// Follows the sources for as long as the program runs.
    pub fn follow(&self, notice: Noticing) {
        match notice {
            Noticing::Events => {
                if let Some(reason) = self.watch.listen() {
                    (self.tell)(&News::NoEvents(reason));
                }
            }
            Noticing::Looks => self.watch.do_not_listen(),
        }
        loop {
            let every = self.survey_interval();
            self.watch.wait(every);
            let is_due = lock(&self.desk).surveyed.elapsed() >= every;
            if is_due && (self.audience.load(Ordering::Relaxed) > 0 || lock(&self.desk).owing) {
                self.watch.survey_all();
            }
            self.refresh();
        }
    }

    /// Leaves nothing behind; the program ends.
    pub fn stop(&self) {
        self.watch.stop();
    }

    /// Has somebody called with the version after each change; the first who asks is.
    pub fn on_change(&self, announce: impl Fn(u64) + Send + Sync + 'static) {
        let _ = self.announce.set(Box::new(announce));
    }

    /// Returns the version of the site, which grows with each change.
    pub fn version(&self) -> u64 {
        self.shown().version
    }

    /// Counts an open page in.
    pub fn join(&self) {
        self.audience.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an open page out.
    pub fn leave(&self) {
        self.audience.fetch_sub(1, Ordering::Relaxed);
    }

    /// Returns what is at an address below the base, as the sources are now.
    pub fn open(&self, address: &str) -> (Opened, u64) {
        self.refresh();
        let shown = self.shown();
        let (opened, _) = self.open_in(&shown, address);
        (opened, shown.version)
    }

    /// Returns what an open page has to know.
    pub fn look(&self, seen: &Seen) -> Notice {
        let shown = self.shown();
        let (opened, mut own) = self.open_in(&shown, &seen.address);
        let step = match &opened {
            Opened::Page(_, _, bytes) if live::fingerprint(bytes) == seen.print => {
                self.missed(&shown, seen, bytes)
            }
            _ => Step::Reload,
        };
        // A page that is about to load again asks again, and need not wait for its links.
        let is_whole = own.is_empty() && !shown.troubles.has_errors() && step != Step::Reload;
        if let (Opened::Page(200, ..), Some(press), true) = (&opened, &shown.press, is_whole) {
            own = press.check(&seen.address).sorted();
        }
        if !own.is_empty() {
            (self.tell)(&News::Page(own.clone()));
        }
        let mut troubles = Troubles::clone(&shown.troubles);
        troubles.problems.append(own);
        Notice {
            step,
            troubles,
            version: shown.version,
        }
    }

    fn open_in(&self, shown: &Shown, address: &str) -> (Opened, Problems) {
        let Some(press) = &shown.press else {
            let page = live::bare_page(&shown.troubles);
            return (
                Opened::Page(500, layout::HOME.to_owned(), page),
                Problems::new(),
            );
        };
        let opened = match press.render(address) {
            Answer::Page(path, Output::Bytes(bytes)) => {
                if path.ends_with(".html") {
                    self.keep(address, &bytes);
                }
                Opened::Page(200, path, bytes.into_bytes())
            }
            Answer::Page(path, Output::Copy(source)) => Opened::File(200, path, source),
            Answer::Folder => Opened::Folder(press.base_url().link(&format!("{address}/"))),
            Answer::Missing(Some(Output::Bytes(bytes))) => {
                Opened::Page(404, layout::NOT_FOUND.to_owned(), bytes.into_bytes())
            }
            Answer::Missing(Some(Output::Copy(source))) => {
                Opened::File(404, layout::NOT_FOUND.to_owned(), source)
            }
            Answer::Missing(None) => Opened::Page(404, "404.txt".to_owned(), b"not found\n".into()),
            Answer::Failed(problem) => {
                return (
                    self.last_good(address, Some(&problem)),
                    [*problem].into_iter().collect(),
                );
            }
            Answer::Broken => self.last_good(address, None),
        };
        (opened, Problems::new())
    }

    fn keep(&self, address: &str, bytes: &[u8]) {
        let mut kept = lock(&self.kept);
        if kept.len() >= KEPT && !kept.contains_key(address) {
            kept.pop_first();
        }
        kept.insert(address.to_owned(), bytes.to_vec());
    }

    /// The page as it last was; else one that says what is wrong.
    fn last_good(&self, address: &str, problem: Option<&Diagnostic>) -> Opened {
        if let Some(bytes) = lock(&self.kept).get(address) {
            return Opened::Page(200, layout::HOME.to_owned(), bytes.clone());
        }
        let troubles = Troubles {
            problems: problem.into_iter().cloned().collect(),
            failure: problem.is_none().then(|| BUG.to_owned()),
        };
        Opened::Page(500, layout::HOME.to_owned(), live::bare_page(&troubles))
    }

    /// What happened to the files that a page is shown with, since it was rendered.
    fn missed(&self, shown: &Shown, seen: &Seen, bytes: &[u8]) -> Step {
        let Some(press) = &shown.press else {
            return Step::Stay;
        };
        let missed = shown
            .touched
            .iter()
            .filter(|(version, _)| *version > seen.version);
        let links = missed.map(|(_, output)| press.base_url().link(output));
        let (sheets, others): (Vec<String>, Vec<String>) =
            links.partition(|link| link.ends_with(".css"));
        if others
            .iter()
            .any(|link| memmem::find(bytes, link.as_bytes()).is_some())
        {
            Step::Reload
        } else if sheets.is_empty() {
            Step::Stay
        } else {
            Step::Styles(sheets)
        }
    }

    /// Takes in what has changed so far.
    fn refresh(&self) {
        let is_told = self.watch.catch_up();
        let mut desk = lock(&self.desk);
        let mut changes = self.watch.take();
        let is_first = self.version() == 0;
        changes.all |= match self.watch.sense() {
            // Where events are late, or have only just begun, what was saved before has to be looked for.
            Sense::Events | Sense::Soon => !is_told,
            Sense::None => desk.surveyed.elapsed() >= poll_interval(&desk),
        };
        changes.all |= is_first || (desk.owing && !changes.is_empty());
        if changes.is_empty() {
            return;
        }
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| desk.update(&changes, &self.options)));
        let outcome = match outcome {
            Ok(Ok(None)) => return,
            Ok(Ok(Some(update))) => Ok(update),
            Ok(Err(error)) => Err(format!("{error:#}")),
            Err(_) => {
                // What was half done is begun anew.
                desk.shelf = Shelf::new(&self.root);
                Err(BUG.to_owned())
            }
        };
        desk.owing = outcome.is_err();
        let news = self.publish(outcome, start);
        drop(desk);
        let Some(news) = news else { return };
        if let Some(announce) = self.announce.get() {
            announce(self.version());
        }
        (self.tell)(&news);
    }

    /// Puts a new edition in the place of the old one, unless it is the worse one.
    fn publish(&self, outcome: Result<(Taken, Edition), String>, start: Instant) -> Option<News> {
        let mut shown = self.shown();
        let (taken, troubles, papers) = match outcome {
            Err(failure) if shown.troubles.failure.as_ref() == Some(&failure) => return None,
            Err(failure) => {
                let troubles = Troubles {
                    problems: shown.troubles.problems.clone(),
                    failure: Some(failure),
                };
                (Taken::default(), troubles, 0)
            }
            Ok((taken, edition)) => {
                let Edition {
                    site,
                    theme,
                    plan,
                    problems,
                } = edition;
                let papers = site.papers.len();
                let is_good = !problems.has_errors();
                if let Some(theme) = theme.filter(|_| is_good || !shown.good) {
                    shown.press = Some(Arc::new(Press::start(site, theme, plan)));
                    shown.good = is_good;
                }
                let troubles = Troubles {
                    problems,
                    failure: None,
                };
                (taken, troubles, papers)
            }
        };
        shown.version += 1;
        let version = shown.version;
        shown.troubles = Arc::new(troubles.clone());
        shown
            .touched
            .extend(taken.touched.into_iter().map(|output| (version, output)));
        let surplus = shown.touched.len().saturating_sub(REMEMBERED);
        shown.touched.drain(..surplus);
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = shown;
        Some(News::Change {
            changed: taken.changed,
            time: start.elapsed(),
            papers,
            troubles,
        })
    }

    fn shown(&self) -> Shown {
        self.shown
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn survey_interval(&self) -> Duration {
        let desk = lock(&self.desk);
        match self.watch.sense() {
            Sense::None => poll_interval(&desk),
            Sense::Soon | Sense::Events => SURVEY_EVERY.max(desk.survey_time * SURVEY_SHARE),
        }
    }
}

fn poll_interval(desk: &Desk) -> Duration {
    POLL_EVERY.max(desk.survey_time * POLL_SHARE)
}

const BUG: &str =
    "this program failed on the content; that is a mistake of the program, please report it";

impl Desk {
    /// Takes in changes; `None` when they came to nothing.
    fn update(&mut self, changes: &Changes, options: &Options) -> Result<Option<(Taken, Edition)>> {
        let start = Instant::now();
        let taken = self.shelf.take_in(changes)?;
        if changes.all {
            self.surveyed = Instant::now();
            self.survey_time = self.surveyed - start;
        }
        if taken.changed.is_empty() && !self.owing {
            return Ok(None);
        }
        let edition = self.shelf.edit(&taken, options)?;
        Ok(Some((taken, edition)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::serve::testing::{PAPER, save};

    fn preview(root: &Path) -> Preview {
        save(root, layout::SETTINGS, "");
        save(root, PAPER, "---\ntitle: Before\n---\nA whale.\n");
        Preview::new(root, Options::default(), |_| ())
    }

    fn assert_shows(preview: &Preview, title: &str) {
        let (opened, _) = preview.open("papers/orca.html");
        let Opened::Page(200, _, bytes) = opened else {
            panic!("{opened:?}");
        };
        let page = String::from_utf8_lossy(&bytes);
        assert!(page.contains(&format!(">{title}</h1>")), "{page}");
    }

    #[test]
    fn a_save_before_the_first_event_is_seen() {
        let root = tempfile::tempdir().expect("a folder");
        let preview = preview(root.path());
        save(root.path(), PAPER, "---\ntitle: After\n---\nA whale.\n");
        assert_eq!(preview.watch.listen(), None);
        assert_shows(&preview, "After");
    }

    #[test]
    fn a_save_is_seen_where_events_are_late() {
        let root = tempfile::tempdir().expect("a folder");
        let preview = preview(root.path());
        assert_eq!(preview.watch.listen(), None);
        assert_shows(&preview, "Before");
        preview.watch.go_deaf();
        for title in ["One", "Two", "Three", "Four", "Five"] {
            save(
                root.path(),
                PAPER,
                &format!("---\ntitle: {title}\n---\nA whale.\n"),
            );
            assert_shows(&preview, title);
        }
    }
}
