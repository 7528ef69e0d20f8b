//! The network: a client for one host that is asked for answers, and one for the links of a site.
//!
//! The only module that talks to another host, and the only one that knows `ureq`. It asks once and
//! says what came of it; whether and when to ask again is for its caller to decide.
#![allow(clippy::disallowed_methods)]

use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

use ureq::config::Config;
use ureq::http::{HeaderMap, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, Proxy, Timeout};

use crate::date;
use crate::outbound::{Heard, Method, Request, is_public};

/// An answer longer than this is none; arXiv's longest are some 500 kB.
const LONGEST: u64 = 20_000_000;

/// This asks a host, and keeps the connection to it.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
}

/// This is what a host said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status (RFC 9110, section 15).
    pub status: u16,
    /// How long the host wants to be left alone.
    pub retry_after: Option<Duration>,
    /// The text; bytes that are not UTF-8 are replaced.
    pub body: String,
}

/// This follows links of a site: any host of the public internet, and none of a private network.
///
/// It may be shared by threads. Whatever a page is, no more than its head is read.
#[derive(Debug)]
pub struct Follower {
    agent: Agent,
}

/// This is why a host said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// There is no host of this name.
    NoHost,
    /// The name leads into a private network.
    Private,
    /// There is no way to the host: no network, no such name, nobody listens.
    Unreachable(String),
    /// The host took longer than it was given.
    Late,
    /// The connection ended before the answer did.
    Broken(String),
}

impl Client {
    /// Makes a client that waits so long for a whole answer.
    pub fn new(patience: Duration) -> Client {
        let config = Agent::config_builder()
            .timeout_global(Some(patience))
            .timeout_connect(Some(patience.min(Duration::from_secs(10))))
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .max_redirects(3)
            .http_status_as_error(false)
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ))
            .accept("application/atom+xml")
            .build();
        Client {
            agent: config.into(),
        }
    }

    /// Asks for an address.
    pub fn get(&self, url: &str) -> Result<Reply, Silence> {
        let mut response = self.agent.get(url).call().map_err(silence)?;
        let retry_after = retry_after(response.headers());
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(LONGEST);
        let bytes = body.read_to_vec().map_err(silence)?;
        Ok(Reply {
            status,
            retry_after,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }
}

impl Follower {
    /// Makes a follower that waits so long for an answer, and says whose links it follows.
    pub fn new(patience: Duration, site: &str) -> Follower {
        let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let site = site.strip_prefix('/').map_or(site, |_| "a site");
        // Other characters cannot stand in a header.
        let site: String = site.chars().filter(char::is_ascii_graphic).collect();
        let config = Agent::config_builder()
            .timeout_global(Some(patience))
            .timeout_connect(Some(patience.min(Duration::from_secs(10))))
            .max_idle_connections_per_host(1)
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(format!("{name}/{version} (link check of {site})"))
            .accept("*/*")
            .build();
        let proxy = config.proxy().map(Proxy::host).map(str::to_owned);
        let resolver = PublicOnly {
            inner: DefaultResolver::default(),
            proxy,
        };
        Follower {
            agent: Agent::with_parts(config, DefaultConnector::default(), resolver),
        }
    }

    /// Asks for an address.
    pub fn ask(&self, request: &Request) -> Heard {
        let answer = match request.method {
            Method::Head => self.agent.head(&request.url).call(),
            Method::Get => self.agent.get(&request.url).call(),
        };
        match answer.map_err(silence) {
            // The body is not read; the connection ends with it.
            Ok(response) => Heard::Answer {
                status: response.status().as_u16(),
                location: header(response.headers(), "location").map(str::to_owned),
                retry_after: retry_after(response.headers()),
            },
            Err(Silence::NoHost) => Heard::NoHost,
            Err(Silence::Private) => Heard::Private,
            Err(Silence::Unreachable(why)) => Heard::Unreachable(why),
            Err(Silence::Late) => Heard::Late,
            Err(Silence::Broken(why)) => Heard::Broken(why),
        }
    }
}

/// This finds hosts of the public internet: a paper may name a host whose name leads into the network
/// of whoever checks its links.
#[derive(Debug)]
struct PublicOnly {
    inner: DefaultResolver,
    /// The host that all others are asked through; it may be anywhere.
    proxy: Option<String>,
}

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let is_proxy = self.proxy.is_some() && uri.host() == self.proxy.as_deref();
        let mut public = self.empty();
        for address in found
            .iter()
            .filter(|found| is_proxy || is_public(found.ip()))
        {
            public.push(*address);
        }
        if public.is_empty() {
            return Err(Error::Other(Box::new(InPrivate)));
        }
        Ok(public)
    }
}

/// This is a name that leads into a private network.
#[derive(Debug)]
struct InPrivate;

impl std::fmt::Display for InPrivate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the name leads into a private network")
    }
}

impl std::error::Error for InPrivate {}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Reads seconds, or the moment until which to wait (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = header(headers, "retry-after")?.trim();
    let until = || {
        let moment = date::parse_moment(value)?;
        Some(moment.duration_since(SystemTime::now()).unwrap_or_default())
    };
    value.parse().ok().map(Duration::from_secs).or_else(until)
}

fn silence(error: Error) -> Silence {
    match error {
        Error::Other(why) if why.is::<InPrivate>() => Silence::Private,
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            Silence::Unreachable("there is no answer from this host".to_owned())
        }
        Error::Timeout(_) => Silence::Late,
        Error::Io(error) if error.kind() == ErrorKind::TimedOut => Silence::Late,
        Error::Io(error) if !is_cut(error.kind()) => Silence::Unreachable(error.to_string()),
        Error::Io(error) => Silence::Broken(error.to_string()),
        Error::HostNotFound => Silence::NoHost,
        Error::ConnectionFailed => Silence::Unreachable("nobody answers there".to_owned()),
        Error::BadUri(why) => Silence::Unreachable(format!("not an address: {why}")),
        other => Silence::Broken(other.to_string()),
    }
}

/// Tells a connection that ended from one that was never made.
fn is_cut(kind: ErrorKind) -> bool {
    use ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, InvalidData, Other, UnexpectedEof,
    };
    matches!(
        kind,
        BrokenPipe | ConnectionAborted | ConnectionReset | InvalidData | Other | UnexpectedEof
    )
}
