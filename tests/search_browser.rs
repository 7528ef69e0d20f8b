//! The search of the real site in a real browser: typing, filters, keyboard, the way back, no script.
//!
//! Skipped with a printed reason where there is no Chromium, unless `DIGEST_REQUIRE_BROWSER` is set.

// Whether a browser is required is said by the environment.
#![allow(clippy::disallowed_methods)]

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use support::Sandbox;
use support::search::{Hit, Reader, shown};

const BASE: &str = "/repo/";

/// What a visitor types, with a typo and an unfinished word.
const QUERY: &str = "langauge memor";

#[test]
fn a_reader_finds_papers_with_and_without_a_script() {
    if !has_chromium() {
        assert!(
            std::env::var_os("DIGEST_REQUIRE_BROWSER").is_none(),
            "no Chromium on this machine"
        );
        println!("skipped: no Chromium on this machine");
        return;
    }
    let site = Sandbox::with_real_papers();
    site.write(
        "content/papers/2025-08-05/evil.md",
        "---\ntitle: 'Robots <img src=x onerror=alert(1)> & more'\n---\nText.\n",
    );
    let ran = site.digest(&["build", "--base-url", BASE]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let files = site.tree("public");
    let reader = Reader::open(&files);
    let numbers = |query: &str| {
        let found = reader.search(query);
        let hits = reader.show(&found[..found.len().min(shown(query))]);
        let address = |hit: &Hit| format!("{BASE}papers/{}.html", hit.slug);
        (found.len(), hits.iter().map(address).collect::<Vec<_>>())
    };
    let papers = files
        .keys()
        .filter(|name| name.starts_with("papers/"))
        .count();
    let page = include_str!("browser/search.html")
        .replace("BASE", BASE)
        .replace("QUERY", &QUERY.replace(' ', "+"));
    let seen = visit(serve(files, page));

    assert_eq!(seen["error"], json!(null), "{seen}");
    let (count, results) = numbers(QUERY);
    assert_eq!(
        seen["results"],
        json!(results),
        "the script ranks as the reader does"
    );
    assert_eq!(seen["found"], json!(format!("{count} papers")));
    assert_eq!(seen["live"], "polite");
    let marks = seen["marks"].as_array().expect("marks");
    assert!(
        marks.contains(&json!("language")) && marks.contains(&json!("memory")),
        "{marks:?}"
    );
    assert_eq!(seen["typed"], json!(numbers("catastrophic forg").1));
    assert_eq!(seen["address"], "?q=catastrophic+forg");
    assert_eq!([&seen["focused"], &seen["second"]], [true, true]);
    let (name, found) = (&seen["tagged"][0], &seen["tagged"][1]);
    let (name, found) = (
        name.as_str().expect("a tag"),
        found.as_str().expect("a count"),
    );
    let count = name
        .rsplit('(')
        .next()
        .and_then(|count| count.strip_suffix(')'));
    assert_eq!(found.split(' ').next(), count, "{name}");
    assert_eq!(seen["evil"], 0);
    assert_eq!(seen["shown"], true, "a title is text");
    assert_eq!(seen["nothing"], json!([0, "No paper found"]));
    assert_eq!(seen["slash"], json!(["q", "/repo/search/"]));
    assert_eq!(seen["plain"], json!([true, papers, 0]));
    assert_eq!(seen["back"], json!(["?q=memory", "memory"]));
}

fn has_chromium() -> bool {
    let version = Command::new("chromium").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

fn visit(port: u16) -> serde_json::Value {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
        .args(["--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("http://127.0.0.1:{port}{BASE}measure"))
        .stderr(Stdio::null())
        .output()
        .expect("Chromium runs");
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    let result = page.split("<pre id=\"result\">").nth(1);
    let result = result.and_then(|rest| rest.split("</pre>").next());
    let result = result.unwrap_or_else(|| panic!("no result in {page}"));
    let text = result
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Serves the files below the base until the test ends.
fn serve(mut files: BTreeMap<String, Vec<u8>>, page: String) -> u16 {
    files.insert("measure".to_owned(), page.into_bytes());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let files = Arc::new(files);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let files = files.clone();
            std::thread::spawn(move || answer(stream, &files));
        }
    });
    port
}

fn answer(mut stream: TcpStream, files: &BTreeMap<String, Vec<u8>>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?.take(64 * 1024));
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut header = String::new();
    while reader.read_line(&mut header).ok()? > 2 {
        header.clear();
    }
    let path = line.split(' ').nth(1)?.split('?').next()?;
    let mut name = path.strip_prefix(BASE)?.to_owned();
    if name.is_empty() || name.ends_with('/') {
        name.push_str("index.html");
    }
    let (status, body) = match files.get(&name) {
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", b"".as_slice()),
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        Some("bin") => "application/octet-stream",
        _ => "text/html; charset=utf-8",
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).ok()?;
    stream.write_all(body).ok()
}
