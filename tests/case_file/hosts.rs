//! Other hosts, as a case tells them: a proxy on loopback that answers in their names.
//!
//! ```text
//! http://example.org/here 200
//! http://example.org/old 301 http://example.org/new
//! ```
//! A page that is not listed is answered with 404; a host that is not listed does not exist.

use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

#[path = "../support/http.rs"]
mod http;

use http::read_request;

/// The name of the section.
pub const SECTION: &str = "other hosts";

type Pages = BTreeMap<String, (String, String)>;

/// Starts the hosts; returns the address of the proxy that leads to them.
pub fn start(text: &str) -> Result<String, String> {
    let mut pages = Pages::new();
    for line in text.lines() {
        let mut words = line.split(' ');
        let (Some(url), Some(status)) = (words.next(), words.next()) else {
            return Err(format!("`{line}` is no page of another host"));
        };
        let location = words.next().unwrap_or_default().to_owned();
        pages.insert(url.to_owned(), (status.to_owned(), location));
    }
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let pages = pages.clone();
            std::thread::spawn(move || serve(&stream, &pages));
        }
    });
    Ok(format!("http://{address}"))
}

fn serve(mut stream: &TcpStream, pages: &Pages) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let tunnel = read_request(&mut reader)?;
    let host = tunnel.strip_prefix("CONNECT ")?.split([':', ' ']).next()?;
    let origin = format!("http://{host}/");
    let is_known = pages.keys().any(|url| url.starts_with(&origin));
    let answer = if is_known {
        "200 OK"
    } else {
        "502 Bad Gateway"
    };
    write!(stream, "HTTP/1.1 {answer}\r\n\r\n").ok()?;
    is_known.then_some(())?;
    loop {
        let request = read_request(&mut reader)?;
        let path = request.split(' ').nth(1)?;
        let page = pages.get(&format!("http://{host}{path}"));
        let (status, location) = page.map_or(("404", ""), |(status, location)| (status, location));
        let location = match location {
            "" => String::new(),
            location => format!("location: {location}\r\n"),
        };
        write!(
            stream,
            "HTTP/1.1 {status} Status\r\n{location}content-length: 0\r\n\r\n"
        )
        .ok()?;
    }
}
