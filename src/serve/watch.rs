//! Changes on the disk: which names below the root may have changed since they were last looked at.
//!
//! The only module that names `notify`. Events mark names and carry no meaning of their own: what is
//! on the disk decides. So no event is lost by being joined with others, and where events fail
//! (a file system without them, a queue that ran over) a survey of all files finds the same.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::layout;

/// The folders and the file of the root that a site is made of.
pub const PARTS: [&str; 4] = ["content", "static", "themes", layout::SETTINGS];

/// A save is several events: a file is emptied, written, renamed. This long without one, it is over.
const CALM: Duration = Duration::from_millis(12);
/// A checkout of many files is waited for, but not longer than this.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a request waits for the events before it.
const ECHO: Duration = Duration::from_millis(250);
/// After so many echoes that did not come, none is waited for until one comes: events are slow here.
const DEAF: u32 = 3;

/// These are names below the root that may have changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files, and folders with all that is in them.
    pub names: BTreeSet<String>,
    /// Whether anything may have changed.
    pub all: bool,
}

/// This tells how changes are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// There will be events, but not yet.
    Soon,
    /// Events tell of changes.
    Events,
    /// Changes have to be looked for.
    None,
}

/// This follows the sources of a site.
#[derive(Debug)]
pub struct Watch {
    root: PathBuf,
    watcher: Mutex<Option<RecommendedWatcher>>,
    inbox: Arc<Inbox>,
    /// A folder of our own in which a file is made to see its event arrive behind all earlier ones.
    echo: Option<tempfile::TempDir>,
    calls: AtomicU64,
    unheard: AtomicU32,
    is_deaf: AtomicBool,
}

#[derive(Debug, Default)]
struct Inbox {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    changes: Changes,
    /// Whether events were lost, and with them the news of folders that are not followed yet.
    has_lost: bool,
    last: Option<Instant>,
    echo: u64,
}

impl Changes {
    /// Tells whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        !self.all && self.names.is_empty()
    }
}

impl Watch {
    /// Makes a watch that does not listen yet.
    pub fn new(root: &Path) -> Watch {
        Watch {
            root: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
            watcher: Mutex::new(None),
            inbox: Arc::default(),
            echo: tempfile::Builder::new()
                .prefix("digest-serve-")
                .tempdir()
                .ok(),
            calls: AtomicU64::new(0),
            unheard: AtomicU32::new(0),
            is_deaf: AtomicBool::new(false),
        }
    }

    /// Begins to listen; says why events cannot be had, when they cannot.
    pub fn listen(&self) -> Option<String> {
        let problem = self.try_to_listen();
        self.is_deaf.store(problem.is_some(), Ordering::Relaxed);
        problem
    }

    /// Deletes the folder of our own: threads that still hold it do not end with the program.
    pub fn stop(&self) {
        if let Some(folder) = &self.echo {
            let _ = std::fs::remove_dir_all(folder.path());
        }
    }

    /// Does without events.
    pub fn do_not_listen(&self) {
        self.is_deaf.store(true, Ordering::Relaxed);
    }

    /// Tells whether changes are told of, or have to be looked for.
    pub fn sense(&self) -> Sense {
        match (
            lock(&self.watcher).is_some(),
            self.is_deaf.load(Ordering::Relaxed),
        ) {
            (true, _) => Sense::Events,
            (false, true) => Sense::None,
            (false, false) => Sense::Soon,
        }
    }

    /// Waits until every event has arrived whose change was made before the call; tells whether they all
    /// have.
    ///
    /// The system delivers events in order, so the event of a file made now comes behind them.
    pub fn catch_up(&self) -> bool {
        let Some(folder) = &self.echo else {
            return false;
        };
        if self.sense() != Sense::Events {
            return false;
        }
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let path = folder.path().join(call.to_string());
        if std::fs::write(&path, []).is_err() {
            return false;
        }
        let state = lock(&self.inbox.state);
        let is_slow = self.unheard.load(Ordering::Relaxed) >= DEAF;
        let time = if is_slow { Duration::ZERO } else { ECHO };
        let waiting = |state: &mut State| state.echo < call;
        let waited = self.inbox.arrived.wait_timeout_while(state, time, waiting);
        let is_heard = waited.is_ok_and(|(state, _)| state.echo >= call);
        if is_heard {
            self.unheard.store(0, Ordering::Relaxed);
        } else {
            self.unheard.fetch_add(1, Ordering::Relaxed);
        }
        // A file that stays is deleted with the folder.
        let _ = std::fs::remove_file(&path);
        is_heard
    }

    /// Waits for a change, and until it is over; returns without one when the time is up.
    pub fn wait(&self, time: Duration) {
        let waiting = |state: &mut State| state.changes.is_empty();
        let state = lock(&self.inbox.state);
        let Ok((mut state, _)) = self.inbox.arrived.wait_timeout_while(state, time, waiting) else {
            return;
        };
        let start = Instant::now();
        while !state.changes.is_empty() && start.elapsed() < PATIENCE {
            let quiet = state.last.map_or(CALM, |last| last.elapsed());
            let Some(rest) = CALM.checked_sub(quiet).filter(|rest| !rest.is_zero()) else {
                return;
            };
            match self.inbox.arrived.wait_timeout(state, rest) {
                Ok((next, _)) => state = next,
                Err(_) => return,
            }
        }
    }

    /// Takes the changes so far; a change that is made to what they name from now on is told again.
    pub fn take(&self) -> Changes {
        let (changes, has_lost) = {
            let mut state = lock(&self.inbox.state);
            (
                std::mem::take(&mut state.changes),
                std::mem::take(&mut state.has_lost),
            )
        };
        let is_folder = |name: &String| self.root.join(name).is_dir();
        if let Some(watcher) = lock(&self.watcher).as_mut() {
            let is_new = |part: &&str| has_lost || changes.names.contains(*part);
            for part in PARTS.into_iter().filter(is_new) {
                // The folder was made, or another was put in its place. Where it cannot be followed,
                // the survey finds what changes in it.
                let _ = self.follow(watcher, part);
            }
            if changes.names.iter().any(is_folder) {
                // A folder that was made is followed after its event was told, and what happens in it
                // meanwhile is not. The answer to any question comes behind all that.
                let _ = watcher.configure(Config::default());
            }
        }
        changes
    }

    /// Marks everything as changed.
    pub fn survey_all(&self) {
        lock(&self.inbox.state).changes.all = true;
        self.inbox.arrived.notify_all();
    }

    /// Listens on, and hears nothing any more.
    #[cfg(test)]
    pub fn go_deaf(&self) {
        let mut watcher = lock(&self.watcher);
        let watcher = watcher.as_mut().expect("somebody listens");
        let echo = self.echo.as_ref().map(tempfile::TempDir::path);
        let parts = PARTS.map(|part| self.root.join(part));
        for path in parts.iter().map(PathBuf::as_path).chain(echo) {
            // Not each of them is there.
            let _ = watcher.unwatch(path);
        }
    }

    fn try_to_listen(&self) -> Option<String> {
        let watcher = self.start();
        let parts = |watcher: &mut RecommendedWatcher| {
            PARTS.iter().try_for_each(|part| self.follow(watcher, part))
        };
        match watcher.and_then(|mut watcher| parts(&mut watcher).map(|()| watcher)) {
            Ok(watcher) => {
                // What changed before is told by no event; this is known before any is waited for.
                self.survey_all();
                *lock(&self.watcher) = Some(watcher);
                None
            }
            Err(error) => Some(error.to_string()),
        }
    }

    fn start(&self) -> notify::Result<RecommendedWatcher> {
        let inbox = self.inbox.clone();
        let root = self.root.clone();
        let echo = self
            .echo
            .as_ref()
            .and_then(|folder| folder.path().canonicalize().ok());
        let ours = echo.clone();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                inbox.receive(&root, ours.as_deref(), event);
            })?;
        if let Some(folder) = &echo {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        // The root itself may hold a repository, an output, a build of this program: only its own
        // entries are looked at.
        watcher.watch(&self.root, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    }

    fn follow(&self, watcher: &mut RecommendedWatcher, part: &str) -> notify::Result<()> {
        let path = self.root.join(part);
        if path.is_dir() {
            watcher.watch(&path, RecursiveMode::Recursive)?;
        }
        Ok(())
    }
}

impl Inbox {
    fn receive(&self, root: &Path, echo: Option<&Path>, event: notify::Result<notify::Event>) {
        let mut state = lock(&self.state);
        match event {
            Ok(event) => {
                if event.need_rescan() {
                    state.lose();
                }
                if tells_of_change(event.kind) {
                    for path in &event.paths {
                        state.note(root, echo, path);
                    }
                }
            }
            // Part of the tree may be without events from now on.
            Err(_) => state.lose(),
        }
        drop(state);
        self.arrived.notify_all();
    }
}

impl State {
    fn lose(&mut self) {
        self.changes.all = true;
        self.has_lost = true;
    }

    fn note(&mut self, root: &Path, echo: Option<&Path>, path: &Path) {
        if let Some(folder) = echo.filter(|folder| path.starts_with(folder)) {
            let call = path.strip_prefix(folder).ok().and_then(Path::to_str);
            let call = call.and_then(|call| call.parse().ok()).unwrap_or(0);
            self.echo = self.echo.max(call);
            return;
        }
        let name = path.strip_prefix(root).ok().and_then(Path::to_str);
        let Some(name) = name.map(|name| name.replace('\\', "/")) else {
            self.changes.all = true;
            self.last = Some(Instant::now());
            return;
        };
        let part = name.split('/').next().unwrap_or("");
        if PARTS.contains(&part) {
            self.changes.names.insert(name);
            self.last = Some(Instant::now());
        }
    }
}

/// Reading a file is an event too, and ours would answer themselves.
fn tells_of_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::fs;

    use notify::event::Flag;

    fn root() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for part in ["content", "static"] {
            fs::create_dir(root.path().join(part)).expect("a folder");
        }
        root
    }

    fn listening(root: &Path) -> Watch {
        let watch = Watch::new(root);
        assert_eq!(watch.listen(), None);
        assert!(
            watch.take().all,
            "what was there before is told by no event"
        );
        watch
    }

    fn wait_for(watch: &Watch, name: &str) {
        let start = Instant::now();
        while !lock(&watch.inbox.state).changes.names.contains(name) {
            assert!(start.elapsed() < Duration::from_secs(10), "{name}");
            std::thread::sleep(Duration::from_micros(10));
        }
    }

    #[test]
    fn what_happens_in_a_new_folder_is_told_while_others_save() {
        let root = root();
        let watch = listening(root.path());
        let name = "content/new".to_owned();
        {
            // Events wait, so that those of the files come in with that of the folder.
            let _state = lock(&watch.inbox.state);
            fs::create_dir(root.path().join(&name)).expect("a folder");
            for number in 0..1000 {
                let file = root.path().join(format!("static/{number}"));
                fs::write(file, "x").expect("a file");
            }
        }
        wait_for(&watch, &name);
        watch.take();
        let file = format!("{name}/x.md");
        fs::write(root.path().join(&file), "x").expect("a file");
        wait_for(&watch, &file);
    }

    #[test]
    fn a_folder_whose_event_was_lost_is_followed_again() {
        let root = root();
        let watch = listening(root.path());
        let content = watch.root.join("content");
        let unwatched = lock(&watch.watcher).as_mut().map(|w| w.unwatch(&content));
        assert!(unwatched.is_some_and(|done| done.is_ok()));
        let overflow = notify::Event::new(EventKind::Other).set_flag(Flag::Rescan);
        watch.inbox.receive(&watch.root, None, Ok(overflow));
        assert!(watch.take().all);
        fs::write(content.join("x.md"), "x").expect("a file");
        wait_for(&watch, "content/x.md");
    }

    #[test]
    fn events_that_do_not_come_are_told_of() {
        let root = root();
        let watch = listening(root.path());
        watch.go_deaf();
        for _ in 0..=DEAF {
            assert!(!watch.catch_up());
        }
        watch.stop();
        assert!(!watch.catch_up());
    }
}
