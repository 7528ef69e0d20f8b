//! The network: one client, one connection, one request at a time.
//!
//! The only module that talks to another host, and the only one that knows `ureq`. It asks once and
//! says what came of it; whether and when to ask again is for its caller to decide.
#![allow(clippy::disallowed_methods)]

use std::io::ErrorKind;
use std::time::Duration;

use ureq::{Agent, Error, Timeout};

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
    /// How long the host wants to be left alone; a date in place of seconds is not read.
    pub retry_after: Option<Duration>,
    /// The text; bytes that are not UTF-8 are replaced.
    pub body: String,
}

/// This is why a host said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
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
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
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

fn silence(error: Error) -> Silence {
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            Silence::Unreachable("there is no answer from this host".to_owned())
        }
        Error::Timeout(_) => Silence::Late,
        Error::Io(error) if error.kind() == ErrorKind::TimedOut => Silence::Late,
        Error::Io(error) if !is_cut(error.kind()) => Silence::Unreachable(error.to_string()),
        Error::Io(error) => Silence::Broken(error.to_string()),
        Error::HostNotFound => Silence::Unreachable("there is no host of this name".to_owned()),
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
