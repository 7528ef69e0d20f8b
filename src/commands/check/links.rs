//! Following links to other hosts: several hosts at once, each in its own time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;

use crate::console::{self, Progress};
use crate::disk::{self, Visit};
use crate::network::Follower;
use crate::outbound::{self, Manners, Next, Schedule, Target, Verdict};

use super::super::parse_seconds;
use super::super::pipeline::Prepared;
use super::read_again;

/// These are the options of links to other hosts.
#[derive(Debug, Args)]
pub struct Links {
    /// Follow links to other hosts, too
    #[arg(long)]
    links: bool,
    /// Follow also the links that led to a page in the last week
    #[arg(long, requires = "links")]
    refresh: bool,
    /// The pause between two requests to a host
    #[arg(long, requires = "links", value_name = "SECONDS", default_value = "1", value_parser = parse_seconds)]
    pause: Duration,
    /// How long to wait for an answer
    #[arg(long, requires = "links", value_name = "SECONDS", default_value = "20", value_parser = parse_seconds)]
    timeout: Duration,
}

/// How long a link that led to a page is taken to lead there.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

/// How many hosts are asked at once.
const HOSTS: usize = 16;

/// A host that wants to be left alone for longer than this is asked another day.
const LONGEST_REST: Duration = Duration::from_secs(120);

const TRIES: u32 = 3;

impl Links {
    /// Follows the links of a site, if that is wanted; what is wrong with them is added to the
    /// problems. Returns whether no host at all could be reached.
    pub fn follow(&self, root: &Path, prepared: &mut Prepared, verbose: bool) -> Result<bool> {
        if !self.links {
            return Ok(false);
        }
        let start = Instant::now();
        let mentions = outbound::collect(&prepared.site, |name| read_again(root, name));
        let (targets, unfit) = outbound::targets(&mentions);
        prepared.problems.append(unfit);
        let all = targets.len();
        let kept = match self.refresh {
            true => BTreeMap::new(),
            false => disk::read_visits(root, WEEK)?,
        };
        let mut verdicts: BTreeMap<String, Verdict> = BTreeMap::new();
        let mut new: Vec<Target> = Vec::new();
        for target in targets {
            match kept.get(target.url()) {
                Some(visit) => {
                    verdicts.insert(target.url().to_owned(), verdict_of(visit));
                }
                None => new.push(target),
            }
        }
        let known = verdicts.len();
        let manners = Manners {
            pause: self.pause,
            tries: TRIES,
            longest_rest: LONGEST_REST,
        };
        let schedule = Schedule::new(new.iter().cloned(), manners);
        let hosts = schedule.hosts();
        let conversation = Conversation {
            root,
            urls: new.iter().map(Target::url).collect(),
            follower: Follower::new(self.timeout, &prepared.site.config.base_url.absolute("")),
            progress: Progress::new("following links", new.len()),
            verbose,
            start,
            state: Mutex::new(State {
                schedule,
                verdicts,
                failure: None,
            }),
            bell: Condvar::new(),
        };
        let State {
            schedule,
            verdicts,
            failure,
        } = conversation.hold();
        if let Some(failure) = failure {
            return Err(failure);
        }
        let (requests, answers) = schedule.requests();
        if hosts > 1 && requests > 0 && answers == 0 {
            console::show_error(&anyhow::anyhow!(
                "none of {hosts} hosts can be reached: is there a network?"
            ));
            return Ok(true);
        }
        prepared
            .problems
            .append(outbound::review(&mentions, &verdicts));
        console::say(&summary(all, known, hosts, &verdicts, start.elapsed()));
        Ok(false)
    }
}

/// This is a conversation that many hold at once.
struct Conversation<'a> {
    root: &'a Path,
    urls: Vec<&'a str>,
    follower: Follower,
    progress: Progress,
    verbose: bool,
    start: Instant,
    state: Mutex<State>,
    /// Rings when an answer has come in.
    bell: Condvar,
}

struct State {
    schedule: Schedule,
    verdicts: BTreeMap<String, Verdict>,
    failure: Option<anyhow::Error>,
}

impl Conversation<'_> {
    fn hold(self) -> State {
        let hosts = self.lock().schedule.hosts().min(HOSTS);
        std::thread::scope(|scope| {
            for _ in 0..hosts {
                scope.spawn(|| self.take_part());
            }
        });
        self.progress.finish();
        self.state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn take_part(&self) {
        let mut state = self.lock();
        while state.failure.is_none() {
            let now = self.start.elapsed();
            match state.schedule.next(now) {
                Next::Done => break,
                Next::Listen => {
                    state = self
                        .bell
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                Next::Wait(until) => {
                    let rest = until.saturating_sub(now);
                    let waited = self.bell.wait_timeout(state, rest);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                Next::Ask(request) => {
                    drop(state);
                    let heard = self.follower.ask(&request);
                    state = self.lock();
                    let now = self.start.elapsed();
                    let clear = state.schedule.heard(request.trip, heard, now);
                    if let Err(error) = self.note(clear, &mut state.verdicts) {
                        state.failure = Some(error);
                    }
                    self.bell.notify_all();
                }
            }
        }
        self.bell.notify_all();
    }

    fn note(
        &self,
        clear: Vec<(usize, Verdict)>,
        verdicts: &mut BTreeMap<String, Verdict>,
    ) -> Result<()> {
        let mut visits = Vec::new();
        for (trip, verdict) in clear {
            let url = self.urls[trip];
            if self.verbose {
                self.progress.say(&format!("{url}: {}", told(&verdict)));
            }
            if let Some(visit) = visit_of(&verdict) {
                visits.push((url.to_owned(), visit));
            }
            verdicts.insert(url.to_owned(), verdict);
            self.progress.step();
        }
        disk::keep_visits(self.root, &visits)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn verdict_of(visit: &Visit) -> Verdict {
    match visit {
        Visit::Found => Verdict::Found,
        Visit::Moved(to) => Verdict::Moved(to.clone()),
    }
}

fn visit_of(verdict: &Verdict) -> Option<Visit> {
    match verdict {
        Verdict::Found => Some(Visit::Found),
        Verdict::Moved(to) => Some(Visit::Moved(to.clone())),
        Verdict::Dead(_) | Verdict::Unclear(_) => None,
    }
}

fn told(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Found => "found".to_owned(),
        Verdict::Moved(to) => format!("moved to {to}"),
        Verdict::Dead(why) => format!("dead: {why}"),
        Verdict::Unclear(why) => format!("unclear: {why}"),
    }
}

/// Says what came of it: `5 links to other hosts: 3 found, 2 of them this week; 1 moved, 1 dead`.
fn summary(
    all: usize,
    known: usize,
    hosts: usize,
    verdicts: &BTreeMap<String, Verdict>,
    time: Duration,
) -> String {
    let count = |is: fn(&Verdict) -> bool| verdicts.values().filter(|verdict| is(verdict)).count();
    let parts = [
        (count(|v| *v == Verdict::Found), "found"),
        (count(|v| matches!(v, Verdict::Moved(_))), "moved"),
        (count(|v| matches!(v, Verdict::Dead(_))), "dead"),
        (count(|v| matches!(v, Verdict::Unclear(_))), "unclear"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let asked = match known {
        0 => format!("{} asked", console::plural(hosts, "host")),
        known => format!(
            "{known} known from the last week, {} asked",
            console::plural(hosts, "host")
        ),
    };
    let all = console::plural(all, "link");
    match parts.is_empty() {
        true => format!("{all} to other sites"),
        false => format!(
            "{all} to other sites: {} ({asked}, {})",
            parts.join(", "),
            console::seconds(time)
        ),
    }
}
