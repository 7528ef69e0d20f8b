//! A server on loopback that answers as it is told, and tells what it was asked.

use std::collections::VecDeque;
use std::io::{BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::http::read_request;

/// This is what the server does with one request.
#[derive(Clone)]
pub enum Act {
    /// Answers with a status, headers and a text.
    Say(u16, &'static str, String),
    /// Answers well, and hangs up without announcing it.
    SayAndHangUp(String),
    /// Promises a longer text than it sends, and hangs up.
    CutShort(String),
    /// Hangs up without a word.
    HangUp,
    /// Says nothing for so long, and hangs up.
    Stall(Duration),
}

/// This is one request, as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path and what stands behind the question mark.
    pub target: String,
    /// The number of the connection, from 1.
    pub connection: usize,
    pub at: Instant,
}

/// This is a server; it ends with the test.
pub struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// Finds an answer for a request's target; the acts of a script come before.
type Answer = dyn Fn(&str) -> String + Send + Sync;

impl Server {
    /// Starts a server that acts by a script first, and then answers with what `answer` returns.
    pub fn start(
        script: Vec<Act>,
        answer: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(VecDeque::from(script)));
        let answer: Arc<Answer> = Arc::new(answer);
        let log = asked.clone();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { continue };
                let (log, script, answer) = (log.clone(), script.clone(), answer.clone());
                std::thread::spawn(move || serve(&stream, number + 1, &log, &script, &*answer));
            }
        });
        Server { port, asked }
    }

    /// Starts a server that has one answer to everything.
    pub fn saying(text: &str) -> Server {
        let text = text.to_owned();
        Server::start(Vec::new(), move |_| text.clone())
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/api/query", self.port)
    }

    /// Returns the requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panics with it").clone()
    }
}

fn serve(
    stream: &TcpStream,
    connection: usize,
    log: &Mutex<Vec<Asked>>,
    script: &Mutex<VecDeque<Act>>,
    answer: &Answer,
) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader) {
        let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
        log.lock().expect("nobody panics with it").push(Asked {
            target: target.clone(),
            connection,
            at: Instant::now(),
        });
        let act = script.lock().expect("nobody panics with it").pop_front();
        let act = act.unwrap_or_else(|| Act::Say(200, "", answer(&target)));
        if !perform(stream, act) {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}

/// Performs an act; returns whether the connection stays.
fn perform(mut stream: &TcpStream, act: Act) -> bool {
    let head = |status: u16, headers: &str, length: usize| {
        format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n{headers}\r\n")
    };
    match act {
        Act::Say(status, headers, text) => {
            let text = head(status, headers, text.len()) + &text;
            stream.write_all(text.as_bytes()).is_ok()
        }
        Act::SayAndHangUp(text) => {
            perform(stream, Act::Say(200, "", text));
            false
        }
        Act::CutShort(text) => {
            let text = head(200, "", text.len() + 1_000) + &text;
            let _ = stream.write_all(text.as_bytes());
            false
        }
        Act::HangUp => false,
        Act::Stall(time) => {
            std::thread::sleep(time);
            false
        }
    }
}
