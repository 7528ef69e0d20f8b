//! The real site in a real browser: nothing scrolls sideways on a phone, texts have contrast in both
//! schemes, headings are in order, and no page asks another host for anything.
//!
//! Skipped with a printed reason where there is no Chromium, unless `DIGEST_REQUIRE_BROWSER` is set.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use support::Sandbox;

const BASE: &str = "/repo/";

/// A paper with everything that a body can hold.
const RICH: &str = r#"---
title: 'A Rich Paper: $\mathcal{O}(n^2)$ and a-very-long-word-that-no-phone-can-show-on-one-line-Pneumonoultramicroscopicsilicovolcanoconiosis'
date: 2025-08-05
tags: []
authors: [Ada Lovelace, Charles Babbage, Emmy Noether, Srinivasa Ramanujan]
published: 2025-08-01
arxiv: "2508.00001"
doi: 10.48550/arXiv.2508.00001
venue: Test 2025
links: {code: "https://example.org/code", project: "https://example.org/project"}
note: "Worth *reading* for $E = mc^2$."
featured: true
---
Inline $\frac{a}{b}$ and a long one:

$$\sum_{i=1}^{n} x_i^2 + \int_0^\infty e^{-x}\,dx + \alpha + \beta + \gamma + \delta + \epsilon + \zeta + \eta + \theta + \iota + \kappa + \lambda$$

## A heading

| a | b | c | d | e | f | g | h |
|---|---|---|---|---|---|---|---|
| wide-cell-one | wide-cell-two | wide-cell-three | wide-cell-four | wide-cell-five | wide-cell-six | wide-cell-seven | wide-cell-eight |

```rust
fn a_function_with_a_long_name(argument: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> { todo!() }
```

- [x] done
- [ ] open

Term
: Its definition, with a footnote.[^1]

<script>alert(1)</script> https://example.org/a/very/long/address/that/goes/on/and/on/and/on/and/on/and/on/index.html

[^1]: The footnote.
"#;

#[test]
fn the_pages_are_good_on_phones_and_desks_in_light_and_dark() {
    let Some(chromium) = find_chromium() else {
        assert!(
            std::env::var_os("DIGEST_REQUIRE_BROWSER").is_none(),
            "no Chromium on this machine"
        );
        println!("skipped: no Chromium on this machine");
        return;
    };
    let site = Sandbox::with_real_papers();
    site.write("content/papers/2025-08-05/rich.md", RICH);
    site.write(
        "content/issues/2025-08-05.md",
        "A word from the editor, with *emphasis*.\n",
    );
    site.write(
        "content/pages/about.md",
        "---\ntitle: About\n---\nSome words.\n\n## More\n\nMore words.\n",
    );
    let ran = site.digest(&["build", "--base-url", BASE]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let files = site.tree("public");
    let pages = pages_to_open(&files);
    assert!(pages.len() > 12, "{pages:?}");
    let list = format!(
        "{:?}",
        pages
            .iter()
            .map(|page| format!("{BASE}{page}"))
            .collect::<Vec<_>>()
    );
    let measure = include_str!("browser/measure.html").replace("PAGES", &list);
    let port = serve(files, measure);

    for (scheme, dark) in [("1", false), ("0", true)] {
        let result = open(&chromium, port, scheme);
        let value: serde_json::Value =
            serde_json::from_str(&result).unwrap_or_else(|error| panic!("{error}: {result}"));
        assert_eq!(value["wrong"], serde_json::json!([]), "scheme {scheme}");
        assert_eq!(value["loads"], pages.len() * 4);
        for counted in ["texts", "formulas", "resources"] {
            assert!(
                value[counted].as_u64().is_some_and(|number| number > 4),
                "{counted}: {result}"
            );
        }
        let lightness = value["lightness"].as_f64().expect("a background");
        assert!(
            if dark {
                lightness < 0.1
            } else {
                lightness > 0.8
            },
            "scheme {scheme}: {lightness}"
        );
    }
}

/// One page of each kind, and the papers whose text is the hardest.
fn pages_to_open(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let first = |prefix: &str| {
        files
            .keys()
            .find(|name| {
                name.starts_with(prefix) && name.ends_with(".html") && !name.ends_with("index.html")
            })
            .cloned()
    };
    let kinds = ["", "archive/", "tags/", "search/", "2025/", "2025/08/"]
        .map(|folder| format!("{folder}index.html"));
    let named = [
        "2025/08/05.html",
        "2025/08/06.html",
        "2025/w32.html",
        "404.html",
        "about.html",
        "papers/rich.html",
    ];
    let hard = ["rethinking", "tulu", "protecting", "r-tuning"]
        .map(|name| first(&format!("papers/{name}")).expect("a paper"));
    let tag = first("tags/").expect("a tag");
    kinds
        .into_iter()
        .chain(named.map(str::to_owned))
        .chain(hard)
        .chain([tag])
        .collect()
}

fn find_chromium() -> Option<String> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let works = |name: &str| {
        Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
    };
    names
        .iter()
        .find(|name| works(name))
        .map(|name| (*name).to_owned())
}

fn open(chromium: &str, port: u16, scheme: &str) -> String {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        // Nothing but this machine can be found, whatever a page asks for.
        .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
        .args(["--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("http://127.0.0.1:{port}{BASE}measure"))
        .stderr(Stdio::null())
        .output()
        .expect("Chromium runs");
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    let result = page
        .split("<pre id=\"result\">")
        .nth(1)
        .and_then(|rest| rest.split("</pre>").next());
    let result = result.unwrap_or_else(|| panic!("no result in {page}"));
    result
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// Serves the files below the base, as GitHub Pages would, until the test ends.
fn serve(files: BTreeMap<String, Vec<u8>>, measure: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let files = Arc::new(files);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (files, measure) = (files.clone(), measure.clone());
            std::thread::spawn(move || answer(stream, &files, &measure));
        }
    });
    port
}

fn answer(mut stream: TcpStream, files: &BTreeMap<String, Vec<u8>>, measure: &str) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?.take(64 * 1024));
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut header = String::new();
    while reader.read_line(&mut header).ok()? > 2 {
        header.clear();
    }
    let path = line.split(' ').nth(1)?.split('?').next()?;
    let name = path.strip_prefix(BASE)?;
    let name = if name.is_empty() || name.ends_with('/') {
        format!("{name}index.html")
    } else {
        name.to_owned()
    };
    let (status, body) = match files.get(&name) {
        _ if name == "measure" => ("200 OK", measure.as_bytes()),
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", b"".as_slice()),
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        Some("xml") => "application/xml",
        _ => "text/html; charset=utf-8",
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).ok()?;
    stream.write_all(body).ok()
}
