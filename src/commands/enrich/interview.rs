//! Asking one question after the other: politely, patiently, and without losing an answer.
//!
//! What is worth another try, and when, is decided here alone. A host that is down or busy ends the
//! interview; a single question that is never answered well does not, but several in a row do.

use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::arxiv_api::{self, Answers, Fault, Query};
use crate::console::{self, Progress};
use crate::disk::{self, Kept};
use crate::intake::Record;
use crate::network::{Client, Reply, Silence};

/// How often a question is asked before it is given up.
const TRIES: u32 = 4;

/// The longest wait that is not asked for by the host.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A host that wants to be left alone for longer than this is asked another day.
const LONGEST_REST: Duration = Duration::from_secs(120);

/// So many questions in a row without a good answer mean that the host is not what it should be.
const BAD_IN_A_ROW: usize = 3;

/// A list with one bad identifier is halved some seven times; so many refusals in a row mean that the
/// host takes no question at all.
const REFUSED_IN_A_ROW: usize = 20;

/// This is a conversation with one host.
pub struct Interview<'a> {
    root: &'a Path,
    endpoint: &'a str,
    pause: Duration,
    client: Client,
    answers: Answers,
    requests: usize,
    /// The answers that came, of whatever kind; the host is there.
    heard: usize,
    kept: usize,
    last: Option<Instant>,
}

/// What one request came to.
enum Trial {
    Answer(Vec<Record>, String),
    Refused(String),
    /// The host answers, and not with an answer.
    Bad(String),
    /// The host cannot answer now; it may say for how long.
    Busy(String, Option<Duration>),
    /// No other request will fare better.
    Hopeless(String),
}

impl<'a> Interview<'a> {
    /// Starts a conversation; nothing is sent yet.
    pub fn new(
        root: &'a Path,
        endpoint: &'a str,
        pause: Duration,
        timeout: Duration,
        answers: Answers,
    ) -> Interview<'a> {
        Interview {
            root,
            endpoint,
            pause,
            client: Client::new(timeout),
            answers,
            requests: 0,
            heard: 0,
            kept: 0,
            last: None,
        }
    }

    /// Asks all questions; each answer is kept on disk as it comes.
    pub fn ask(&mut self, queries: Vec<Query>) -> Result<()> {
        let papers = queries.iter().map(Query::size).sum();
        let progress = Progress::new("asking", papers);
        let asked = self.ask_each(queries.into(), &progress);
        progress.finish();
        asked
    }

    /// Returns what was answered, and how many requests it took.
    pub fn finish(self) -> (Answers, usize) {
        (self.answers, self.requests)
    }

    fn ask_each(&mut self, mut queue: VecDeque<Query>, progress: &Progress) -> Result<()> {
        let mut bad = 0;
        let mut refused = 0;
        while let Some(query) = queue.pop_front() {
            match self.ask_one(&query, progress)? {
                Ok((records, body)) => {
                    let kept = Kept {
                        question: query.to_string(),
                        answer: body,
                    };
                    disk::keep_answer(self.root, self.endpoint, &kept)?;
                    self.kept += 1;
                    self.answers.add(&query, records);
                    (bad, refused) = (0, 0);
                }
                Err(Fault::Refused(why)) if refused + 1 >= REFUSED_IN_A_ROW => {
                    return Err(self.give_up(&why));
                }
                // One identifier that the API does not take spoils the whole list.
                Err(Fault::Refused(_)) if query.size() > 1 => {
                    refused += 1;
                    for half in query.halves().into_iter().flatten().rev() {
                        queue.push_front(half);
                    }
                    continue;
                }
                Err(fault) => {
                    self.answers.give_up(&query, &fault);
                    match fault {
                        Fault::Refused(_) => refused += 1,
                        Fault::Unreadable(_) => bad += 1,
                    }
                    let nothing_left = self.kept == 0 && queue.is_empty();
                    if bad >= BAD_IN_A_ROW || bad > 0 && nothing_left {
                        return Err(self.give_up(&fault.to_string()));
                    }
                }
            }
            (0..query.size()).for_each(|_| progress.step());
        }
        Ok(())
    }

    /// Asks a question until there is an answer, or no hope of one.
    fn ask_one(
        &mut self,
        query: &Query,
        progress: &Progress,
    ) -> Result<Result<(Vec<Record>, String), Fault>> {
        let url = format!("{}?{}", self.endpoint, query.parameters());
        let mut wait = self.pause;
        for tried in 1.. {
            self.wait(wait);
            let reply = self.client.get(&url);
            self.last = Some(Instant::now());
            self.requests += 1;
            let (why, rest, busy) = match self.judge(reply) {
                Trial::Answer(records, body) => return Ok(Ok((records, body))),
                Trial::Refused(why) => return Ok(Err(Fault::Refused(why))),
                Trial::Hopeless(why) => return Err(self.give_up(&why)),
                Trial::Bad(why) => (why, None, false),
                Trial::Busy(why, rest) => (why, rest, true),
            };
            match (tried == TRIES, busy) {
                (true, true) => return Err(self.give_up(&why)),
                (true, false) => return Ok(Err(Fault::Unreadable(why))),
                _ => {}
            }
            wait = self.back_off(tried, rest, &why)?;
            progress.say(&format!(
                "{why}; asking again in {}",
                console::seconds(wait)
            ));
        }
        unreachable!("the last try returns");
    }

    fn judge(&mut self, reply: Result<Reply, Silence>) -> Trial {
        let reply = match reply {
            Ok(reply) => reply,
            Err(Silence::NoHost | Silence::Private) => {
                let why = "it cannot be reached: there is no host of this name";
                return Trial::Hopeless(why.to_owned());
            }
            Err(Silence::Unreachable(why)) if self.heard == 0 => {
                return Trial::Hopeless(format!("it cannot be reached: {why}"));
            }
            Err(Silence::Unreachable(why)) => return Trial::Busy(why, None),
            Err(Silence::Late) => return Trial::Busy("it takes too long".to_owned(), None),
            Err(Silence::Broken(why)) => {
                return Trial::Bad(format!("the connection broke: {why}"));
            }
        };
        self.heard += 1;
        let status = reply.status;
        let says = format!("it answers {status}");
        match (status, arxiv_api::read(&reply.body)) {
            (200..=299, Ok(records)) => Trial::Answer(records, reply.body),
            (200..=299 | 400, Err(Fault::Refused(why))) => Trial::Refused(why),
            (200..=299, Err(Fault::Unreadable(why))) => Trial::Bad(why),
            (400 | 413 | 414, _) => Trial::Refused(says),
            (429 | 503, _) => Trial::Busy(says, reply.retry_after),
            (300..=499, _) => Trial::Hopeless(says),
            _ => Trial::Bad(says),
        }
    }

    /// Returns how long to wait before the next try: as the host says, or twice as long each time.
    fn back_off(&self, tried: u32, rest: Option<Duration>, why: &str) -> Result<Duration> {
        let rest = rest.unwrap_or_default();
        if rest > LONGEST_REST {
            let asks = format!("{why} and wants to be left alone for {} s", rest.as_secs());
            bail!(self.give_up(&asks));
        }
        let growing = self.pause * 2_u32.saturating_pow(tried);
        Ok(growing.min(LONGEST_WAIT.max(self.pause)).max(rest))
    }

    /// Waits until so much time has passed since the last answer.
    fn wait(&self, wait: Duration) {
        if let Some(last) = self.last {
            std::thread::sleep(wait.saturating_sub(last.elapsed()));
        }
    }

    fn give_up(&self, why: &str) -> anyhow::Error {
        let hint = match self.kept {
            0 => "check the network, and `endpoint` in site.toml".to_owned(),
            kept => format!(
                "{} kept; run it again to go on from there",
                match kept {
                    1 => "1 answer is".to_owned(),
                    kept => format!("{kept} answers are"),
                }
            ),
        };
        anyhow!(
            "asked {}: {why}; no file was changed\nhint: {hint}",
            self.endpoint
        )
    }
}
