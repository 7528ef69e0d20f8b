//! Hosts that misbehave, behind a proxy on loopback: what a path is called is what it does.

use std::io::{BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

#[path = "../support/http.rs"]
mod http;

use http::read_request;

/// This is one request, as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub host: String,
    pub method: String,
    pub path: String,
    pub from: Instant,
    /// How many bytes of the body were sent.
    pub sent: usize,
}

/// These are the hosts; they end with the test.
pub struct Hosts {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Hosts {
    pub fn start() -> Hosts {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let log = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = log.clone();
                std::thread::spawn(move || {
                    serve(&stream, &log);
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        Hosts { port, asked }
    }

    pub fn proxy(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the requests so far, and forgets them.
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().expect("nobody panics with it"))
    }
}

fn serve(mut stream: &TcpStream, log: &Mutex<Vec<Asked>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let tunnel = read_request(&mut reader)?;
    let host = tunnel.strip_prefix("CONNECT ")?.split([':', ' ']).next()?;
    if host.starts_with("no-such-host") {
        write!(stream, "HTTP/1.1 502 Bad Gateway\r\n\r\n").ok()?;
        return None;
    }
    write!(stream, "HTTP/1.1 200 OK\r\n\r\n").ok()?;
    loop {
        let request = read_request(&mut reader)?;
        let from = Instant::now();
        let mut words = request.split(' ');
        let (method, path) = (words.next()?, words.next()?);
        let is_again = log
            .lock()
            .ok()?
            .iter()
            .any(|asked| asked.host == host && asked.path == path);
        let mut asked = Asked {
            host: host.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            from,
            sent: 0,
        };
        let stays = answer(stream, &mut asked, is_again);
        log.lock().ok()?.push(asked);
        stays.then_some(())?;
    }
}

/// Answers a request; returns whether the connection stays.
fn answer(mut stream: &TcpStream, asked: &mut Asked, is_again: bool) -> bool {
    let is_head = asked.method == "HEAD";
    let mut say = |status: u16, headers: &str| {
        let text = format!("HTTP/1.1 {status} Status\r\ncontent-length: 0\r\n{headers}\r\n");
        stream.write_all(text.as_bytes()).is_ok()
    };
    let path = asked.path.trim_end_matches(|c: char| c.is_ascii_digit());
    match path {
        "/head-refused" if is_head => say(405, ""),
        "/head-is-another-page" if is_head => say(404, ""),
        "/head-dropped" if is_head => false,
        "/dropped" => false,
        "/late" => {
            std::thread::sleep(Duration::from_millis(1_500));
            false
        }
        "/late-once" if !is_again => {
            std::thread::sleep(Duration::from_millis(1_500));
            false
        }
        "/gone" => say(410, ""),
        "/missing" => say(404, ""),
        "/forbidden" => say(403, ""),
        "/busy-once" if !is_again => say(429, "retry-after: 1\r\n"),
        "/busy-until" if !is_again => say(429, "retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n"),
        "/busy-for-hours" => say(429, "retry-after: 7200\r\n"),
        "/down-once" if !is_again => say(503, ""),
        "/down" => say(500, ""),
        "/for-now" => say(302, "location: /found\r\n"),
        "/for-good" => say(301, "location: http://other.example/found#part\r\n"),
        "/for-good-then-now" => say(308, "location: /for-now\r\n"),
        "/circle" => say(302, "location: /circle-b\r\n"),
        "/circle-b" => say(302, "location: circle\r\n"),
        "/on-" => {
            let number: usize = asked.path[4..].parse().unwrap_or(0);
            say(301, &format!("location: /on-{}\r\n", number + 1))
        }
        "/inwards" => say(302, "location: http://192.168.0.1/admin\r\n"),
        "/astray" => say(302, "location: javascript:alert(1)\r\n"),
        "/nowhere" => say(302, ""),
        "/nonsense" => {
            let _ = stream.write_all(b"\x00\xff this is not HTTP\r\n\r\n");
            false
        }
        "/endless" if is_head => say(501, ""),
        "/endless" => {
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000000000\r\n\r\n";
            let block = [b'x'; 65_536];
            let _ = stream.set_write_timeout(Some(Duration::from_secs(5)));
            let mut sent = stream.write_all(head).is_ok();
            while sent && asked.sent < 1_000_000_000 {
                sent = stream.write_all(&block).is_ok();
                asked.sent += block.len();
            }
            false
        }
        _ => say(200, ""),
    }
}
