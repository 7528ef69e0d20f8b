//! Who is asked for what, and when: one request at a time to a host, with a rest between two.
//!
//! A host that is busy is left alone for as long as it says, and one that does not answer is not
//! asked about all its other pages.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::target::{Target, Unfit};

/// These are the manners of a conversation.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// The rest of a host between two requests.
    pub pause: Duration,
    /// How often an address is asked for before it is given up.
    pub tries: u32,
    /// A host that wants to be left alone for longer is asked another day.
    pub longest_rest: Duration,
}

/// This is a way to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// For the head of the answer alone, which costs a host least.
    Head,
    /// As a reader does, where a host does not answer the other way.
    Get,
}

/// This is a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which address of the schedule it is for.
    pub trip: usize,
    /// How to ask.
    pub method: Method,
    /// What to ask for: the address, or one that it leads on to.
    pub url: String,
}

/// This is what came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// An answer.
    Answer {
        /// Its status (RFC 9110, section 15).
        status: u16,
        /// Where it sends us.
        location: Option<String>,
        /// How long the host wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// There is no host of that name.
    NoHost,
    /// The name leads into a private network.
    Private,
    /// The host cannot be reached.
    Unreachable(String),
    /// The host took too long.
    Late,
    /// The connection ended before the answer did.
    Broken(String),
}

/// This is what to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Ask.
    Ask(Request),
    /// Wait until this time; nobody may be asked before.
    Wait(Duration),
    /// Wait until an answer comes in.
    Listen,
    /// All is told.
    Done,
}

/// This is where an address leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// To a page.
    Found,
    /// To a page that has another address for good.
    Moved(String),
    /// Nowhere, for this reason.
    Dead(String),
    /// Nobody knows, for this reason.
    Unclear(String),
}

/// This is a conversation with many hosts.
#[derive(Debug)]
pub struct Schedule {
    manners: Manners,
    hosts: BTreeMap<String, Host>,
    trips: Vec<Trip>,
    open: usize,
    requests: usize,
    answers: usize,
}

/// A longer way is no way.
const MOST_HOPS: usize = 10;

/// The longest wait that a host did not ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// So many addresses in a row without a clear answer mean that the host gives none.
const SILENT_IN_A_ROW: usize = 3;

#[derive(Debug, Default)]
struct Host {
    queue: VecDeque<usize>,
    is_asked: bool,
    free_at: Duration,
    silent: usize,
    /// What all other addresses of a host come to that is given up.
    closed: Option<Verdict>,
}

#[derive(Debug)]
struct Trip {
    at: Target,
    method: Method,
    tries: u32,
    /// The addresses that were passed.
    passed: Vec<String>,
    /// Where the address has moved for good, and whether it was for good all the way.
    moved: Option<String>,
    lasting: bool,
}

impl Schedule {
    /// Makes a schedule; trips are numbered as the addresses stand.
    pub fn new(targets: impl IntoIterator<Item = Target>, manners: Manners) -> Schedule {
        let mut schedule = Schedule {
            manners,
            hosts: BTreeMap::new(),
            trips: Vec::new(),
            open: 0,
            requests: 0,
            answers: 0,
        };
        for target in targets {
            let trip = schedule.trips.len();
            let host = schedule.hosts.entry(target.host().to_owned());
            host.or_default().queue.push_back(trip);
            schedule.open += 1;
            schedule.trips.push(Trip {
                at: target,
                method: Method::Head,
                tries: 0,
                passed: Vec::new(),
                moved: None,
                lasting: true,
            });
        }
        schedule
    }

    /// Returns how many hosts there are.
    pub fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// Returns how many requests were made, and how many of them had an answer.
    pub fn requests(&self) -> (usize, usize) {
        (self.requests, self.answers)
    }

    /// Returns what to do at this time.
    pub fn next(&mut self, now: Duration) -> Next {
        if self.open == 0 {
            return Next::Done;
        }
        let waiting = self
            .hosts
            .values_mut()
            .filter(|host| !host.is_asked && !host.queue.is_empty());
        let Some(host) = waiting.min_by_key(|host| host.free_at) else {
            return Next::Listen;
        };
        if host.free_at > now {
            return Next::Wait(host.free_at);
        }
        let trip = host.queue.pop_front().expect("the queue is not empty");
        host.is_asked = true;
        self.requests += 1;
        Next::Ask(Request {
            trip,
            method: self.trips[trip].method,
            url: self.trips[trip].at.url().to_owned(),
        })
    }

    /// Takes what came of a request; returns which addresses are clear now.
    pub fn heard(&mut self, trip: usize, heard: Heard, now: Duration) -> Vec<(usize, Verdict)> {
        let name = self.trips[trip].at.host().to_owned();
        let pause = self.manners.pause;
        let is_answer = matches!(heard, Heard::Answer { .. });
        let host = self.host(&name);
        host.is_asked = false;
        host.free_at = now + pause;
        self.answers += usize::from(is_answer);
        let step = self.judge(trip, heard);
        if matches!(step, Step::End(_) | Step::On(_)) {
            self.host(&name).silent = 0;
        }
        let mut told = Vec::new();
        match step {
            Step::End(verdict) => told.push((trip, verdict)),
            Step::Again(method) => {
                self.trips[trip].method = method;
                self.host(&name).queue.push_front(trip);
            }
            Step::Later { rest, why } => self.put_off(trip, &name, rest, &why, now, &mut told),
            Step::On(target) => self.send_on(trip, target, &mut told),
            Step::Close(verdict) => {
                told.push((trip, verdict.clone()));
                self.close(&name, &verdict, &mut told);
            }
        }
        self.open -= told.len();
        told
    }

    fn host(&mut self, name: &str) -> &mut Host {
        self.hosts.entry(name.to_owned()).or_default()
    }

    /// Says what follows from an answer.
    fn judge(&mut self, trip: usize, heard: Heard) -> Step {
        let tries = self.manners.tries;
        let trip = &mut self.trips[trip];
        trip.tries += 1;
        let is_last = trip.tries >= tries;
        let (status, location, retry_after) = match heard {
            Heard::Answer {
                status,
                location,
                retry_after,
            } => (status, location, retry_after),
            Heard::Private => {
                return Step::End(Verdict::Dead(
                    "it leads to a machine that no reader can reach".to_owned(),
                ));
            }
            Heard::NoHost if is_last => {
                let why = "there is no host of this name".to_owned();
                return Step::Close(Verdict::Dead(why));
            }
            Heard::NoHost => return Step::later(None, "there is no host of this name"),
            Heard::Late => return Step::later(None, "it takes too long to answer"),
            Heard::Unreachable(why) => return Step::later(None, &why),
            // Some hosts hang up where they mean that they do not answer this way.
            Heard::Broken(_) if trip.method == Method::Head => return Step::Again(Method::Get),
            Heard::Broken(why) => return Step::later(None, &why),
        };
        match (status, trip.method) {
            (200..=299, _) => Step::End(match trip.moved.take() {
                Some(to) => Verdict::Moved(to),
                None => Verdict::Found,
            }),
            (301 | 302 | 303 | 307 | 308, _) => trip.follow(status, location),
            (429 | 503, _) => Step::later(retry_after, &format!("it answers {status}")),
            // Of a page that is there, too, some hosts do not tell the head.
            (400..=599, Method::Head) => Step::Again(Method::Get),
            (404 | 410, _) => Step::End(Verdict::Dead(format!("it answers {status}"))),
            (500..=599, _) => Step::later(None, &format!("it answers {status}")),
            _ => Step::End(Verdict::Unclear(format!("it answers {status}"))),
        }
    }

    /// Asks again after a rest of the whole host, if it is worth it.
    fn put_off(
        &mut self,
        trip: usize,
        name: &str,
        rest: Option<Duration>,
        why: &str,
        now: Duration,
        told: &mut Vec<(usize, Verdict)>,
    ) {
        let Manners {
            pause,
            tries,
            longest_rest,
        } = self.manners;
        let tried = self.trips[trip].tries;
        let growing = (pause * 2_u32.saturating_pow(tried)).min(LONGEST_WAIT.max(pause));
        let wait = rest.unwrap_or_default().max(growing);
        let host = self.host(name);
        if wait > longest_rest {
            let why = format!("{why} and wants to be left alone for {} s", wait.as_secs());
            let verdict = Verdict::Unclear(why);
            told.push((trip, verdict.clone()));
            return self.close(name, &verdict, told);
        }
        host.free_at = host.free_at.max(now + wait);
        if tried < tries {
            return host.queue.push_front(trip);
        }
        told.push((trip, Verdict::Unclear(why.to_owned())));
        host.silent += 1;
        if host.silent >= SILENT_IN_A_ROW {
            let verdict = Verdict::Unclear(format!("{why}, as others of its host"));
            self.close(name, &verdict, told);
        }
    }

    fn send_on(&mut self, trip: usize, target: Target, told: &mut Vec<(usize, Verdict)>) {
        let host = self.host(target.host());
        match &host.closed {
            Some(verdict) => told.push((trip, verdict.clone())),
            // Who is under way comes before those who have not set out.
            None => host.queue.push_front(trip),
        }
        self.trips[trip].at = target;
    }

    fn close(&mut self, name: &str, verdict: &Verdict, told: &mut Vec<(usize, Verdict)>) {
        let host = self.host(name);
        host.closed = Some(verdict.clone());
        let rest = host.queue.drain(..);
        told.extend(rest.map(|trip| (trip, verdict.clone())));
    }
}

/// What follows from an answer.
enum Step {
    End(Verdict),
    Again(Method),
    Later {
        rest: Option<Duration>,
        why: String,
    },
    On(Target),
    /// The address is clear, and with it all others of its host.
    Close(Verdict),
}

impl Step {
    fn later(rest: Option<Duration>, why: &str) -> Step {
        Step::Later {
            rest,
            why: why.to_owned(),
        }
    }
}

impl Trip {
    fn follow(&mut self, status: u16, location: Option<String>) -> Step {
        let unclear = |why: &str| Step::End(Verdict::Unclear(why.to_owned()));
        let Some(location) = location else {
            return unclear("it sends on to nowhere");
        };
        let target = match self.at.join(&location) {
            Ok(target) => target,
            Err(Unfit::Private) => return unclear("it sends on into a private network"),
            Err(Unfit::Unreadable(_)) => return unclear("it sends on to what is no web address"),
        };
        self.passed.push(self.at.url().to_owned());
        if self.passed.iter().any(|passed| passed == target.url()) {
            return unclear("it sends on in a circle");
        }
        if self.passed.len() > MOST_HOPS {
            return unclear("it sends on and on");
        }
        self.lasting &= matches!(status, 301 | 308);
        if self.lasting {
            let fragment = location.split_once('#').map(|(_, fragment)| fragment);
            let fragment = fragment.map_or(String::new(), |fragment| format!("#{fragment}"));
            self.moved = Some(format!("{}{fragment}", target.url()));
        }
        self.method = Method::Head;
        self.tries = 0;
        Step::On(target)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MANNERS: Manners = Manners {
        pause: Duration::from_secs(1),
        tries: 3,
        longest_rest: Duration::from_secs(120),
    };

    fn answer(kind: u8, host: u8) -> Heard {
        let say = |status, location: Option<String>, rest: Option<u64>| Heard::Answer {
            status,
            location,
            retry_after: rest.map(Duration::from_secs),
        };
        let elsewhere = Some(format!("https://h{}.org/{kind}", host % 3));
        match kind {
            0 => say(404, None, None),
            1 => say(301, elsewhere, None),
            2 => say(302, elsewhere, None),
            3 => say(429, None, Some(30)),
            4 => say(503, None, Some(500)),
            5 => say(500, None, None),
            6 => Heard::NoHost,
            7 => Heard::Late,
            8 => Heard::Broken("cut".to_owned()),
            9 => Heard::Unreachable("refused".to_owned()),
            10 => Heard::Private,
            11 => say(302, None, None),
            _ => say(200, None, None),
        }
    }

    proptest! {
        /// Several who ask at once take as long as they like, and are told anything.
        #[test]
        fn every_address_has_one_verdict_and_every_host_its_rest(
            pages in prop::collection::vec(0..3_u8, 0..12),
            script in prop::collection::vec((0..16_u8, 0..3_u8, 0..40_u64), 1..40),
        ) {
            let targets = pages.iter().enumerate().map(|(page, host)| {
                Target::parse(&format!("https://h{host}.org/page-{page}")).expect("an address")
            });
            let mut schedule = Schedule::new(targets, MANNERS);
            let mut verdicts = vec![0; pages.len()];
            let mut script = script.iter().cycle();
            let mut now = Duration::ZERO;
            let mut asked: Vec<Request> = Vec::new();
            let mut rested: BTreeMap<String, Duration> = BTreeMap::new();
            let host_of = |request: &Request| {
                Target::parse(&request.url).expect("an address").host().to_owned()
            };
            for step in 0.. {
                prop_assert!(step < 5_000, "it does not end");
                match schedule.next(now) {
                    Next::Ask(request) => {
                        let host = host_of(&request);
                        prop_assert!(asked.iter().all(|other| host_of(other) != host));
                        prop_assert!(rested.get(&host).is_none_or(|until| now >= *until));
                        asked.push(request);
                        continue;
                    }
                    Next::Wait(until) if asked.is_empty() => {
                        prop_assert!(until > now);
                        now = until;
                        continue;
                    }
                    Next::Done => {
                        prop_assert!(asked.is_empty());
                        break;
                    }
                    Next::Wait(_) | Next::Listen => {}
                }
                let (kind, host, time) = script.next().expect("it goes round");
                prop_assert!(!asked.is_empty(), "somebody is listened to");
                let request = asked.remove(usize::from(*host) % asked.len());
                now += Duration::from_millis(time * 100);
                rested.insert(host_of(&request), now + MANNERS.pause);
                for (trip, _) in schedule.heard(request.trip, answer(*kind, *host), now) {
                    verdicts[trip] += 1;
                }
            }
            prop_assert!(verdicts.iter().all(|told| *told == 1), "{verdicts:?}");
        }
    }
}
