//! Papers that want to run scripts, opened in a real browser, page by page.
//!
//! The first wall is that texts are escaped: nothing of a paper becomes an element or an attribute, so
//! the policy in each page has nothing to stop. The second is the policy: where a theme prints texts as
//! they are, still nothing runs, and nothing is asked of another host.
//!
//! Skipped with a printed reason where there is no browser, unless `DIGEST_REQUIRE_BROWSER` is set.
#![allow(clippy::disallowed_methods)]

#[path = "../support/mod.rs"]
mod support;
mod vectors;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};
use support::Sandbox;
use support::http::read_request;
use support::preview::Preview;
use vectors::{ADDRESSES, FORMULAS, MARKUP, armed, yaml};

const BASE: &str = "/repo/";

/// How many of each place are put in: category and number.
type Tally = BTreeMap<&'static str, usize>;

/// Writes papers that hold each vector in each place that takes it.
fn arm(site: &Sandbox) -> Tally {
    let mut tally = Tally::new();
    let mut count = |category: &'static str, number: usize| {
        *tally.entry(category).or_default() += number;
    };
    let mut number = 0;
    let mut next = |vector: &str| {
        number += 1;
        armed(vector, number)
    };
    site.write("content/papers/2025-08-06/fig.png", "png");
    site.write("content/papers/2025-08-05/fig.png", "png");
    for (index, vector) in MARKUP.iter().enumerate() {
        let mut text = String::from("---\n");
        for key in ["title", "note", "venue"] {
            let _ = writeln!(text, "{key}: {}", yaml(&next(vector)));
        }
        let _ = writeln!(
            text,
            "authors: [{}, {}]",
            yaml(&next(vector)),
            yaml(&next(vector))
        );
        let _ = writeln!(text, "tags: [{}, common]", yaml(&next(vector)));
        let _ = writeln!(
            text,
            "links: {{{}: https://example.org/}}",
            yaml(&next(vector))
        );
        let _ = writeln!(text, "arxiv: '2501.{:05}'", index + 1);
        let _ = writeln!(text, "extra: {{raw: {}}}\n---", yaml(&next(vector)));
        for (before, after) in [
            ("", ""),
            ("Text ", " text."),
            ("# ", ""),
            ("- ", ""),
            ("> ", ""),
            ("| a |\n|---|\n| ", " |"),
            ("**", "**"),
            ("[", "](https://example.org/)"),
            ("![", "](fig.png)"),
            ("[x](https://example.org/ \"", "\")"),
            ("`", "`"),
            ("```", "\ncode\n```"),
            ("```html\n", "\n```"),
            ("    ", ""),
            ("$x$ ", " $y$"),
            ("Term\n: ", ""),
            ("<", ">"),
            ("[^n]\n\n[^n]: ", ""),
        ] {
            let _ = writeln!(text, "{before}{}{after}\n", next(vector));
        }
        count("raw HTML in a body, by place", 18);
        count(
            "titles, notes, venues, authors, tags, labels of links, extra",
            8,
        );
        site.write(
            &format!("content/papers/2025-08-06/markup-{index}.md"),
            &text,
        );
    }
    for (index, vector) in ADDRESSES.iter().enumerate() {
        let mut text = format!("---\ntitle: 'Address {index}'\ntags: [common]\n---\n");
        for (before, after) in [
            ("[x](", ")"),
            ("[x](<", ">)"),
            ("![x](", ")"),
            ("![x](<", ">)"),
            ("[![x](fig.png)](", ")"),
            ("<", ">"),
            ("", ""),
            ("[x][l]\n\n[l]: <", ">"),
            ("[x](https://example.org/ '", "')"),
        ] {
            let address = next(vector);
            // What is no address of another site must be one of a file that is there.
            let is_relative = address.starts_with(['/', '?', '#', '\\', '%', '\u{200b}', 'ｊ'])
                || address.contains("%3A");
            if !is_relative || before.is_empty() || before == "<" {
                let _ = writeln!(text, "{before}{address}{after}\n");
                count("addresses of links and pictures", 1);
            }
        }
        let _ = writeln!(text, "$\\href{{{}}}{{x}}$", next(vector));
        site.write(
            &format!("content/papers/2025-08-05/address-{index}.md"),
            &text,
        );
    }
    for (index, vector) in FORMULAS.iter().enumerate() {
        let title = yaml(&format!("Formula ${}$", next(vector)));
        let text = format!(
            "---\ntitle: {title}\ntags: [common]\n---\n${}$ and\n\n$${}$$\n",
            next(vector),
            next(vector)
        );
        count("formulas", 3);
        site.write(
            &format!("content/papers/2025-08-04/formula-{index}.md"),
            &text,
        );
    }
    for (index, vector) in MARKUP.iter().enumerate().step_by(5) {
        let day = format!("2025-07-{:02}", index % 28 + 1);
        site.write(
            &format!("content/papers/{day}/day-{index}.md"),
            &format!("---\ntitle: 'Day {index}'\n---\nx\n"),
        );
        let words = format!(
            "---\ntitle: {}\n---\n{}\n",
            yaml(&next(vector)),
            next(vector)
        );
        site.write(&format!("content/issues/{day}.md"), &words);
        let page = format!(
            "---\ntitle: {}\ndescription: {}\n---\n{}\n",
            yaml(&next(vector)),
            yaml(&next(vector)),
            next(vector)
        );
        site.write(&format!("content/pages/page-{index}.md"), &page);
        count("words of issues, pages", 5);
    }
    for (index, name) in [
        "a\" onerror=\"console.log(1)",
        "b'onerror='console.log(1)",
        "c><img src=x onerror=console.log(1)>",
        "d&quot;onerror=console.log(1)",
        "javascript:console.log(1)",
    ]
    .iter()
    .enumerate()
    {
        site.write(&format!("content/papers/2025-08-03/{name}.png"), "png");
        let link = name
            .replace('&', "%26")
            .replace(' ', "%20")
            .replace('>', "%3E")
            .replace('<', "%3C")
            .replace('"', "%22");
        let text =
            format!("---\ntitle: 'File {index}'\n---\n![x](<./{link}.png>) [y](<./{link}.png>)\n");
        site.write(&format!("content/papers/2025-08-03/file-{index}.md"), &text);
        count("names of files", 2);
    }
    tally
}

#[test]
fn no_paper_runs_a_script_or_asks_another_host() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let site = Sandbox::new();
    let tally = arm(&site);
    let ran = site.digest(&["build", "--base-url", BASE]);
    let errors: Vec<&str> = ran
        .stderr
        .split("\n\n")
        .filter(|told| told.starts_with("error"))
        .collect();
    assert_eq!(ran.code, 0, "{}", errors.join("\n\n"));
    let total: usize = tally.values().sum();
    println!("{total} vectors: {tally:?}");
    assert!(total > 4_000, "{total}");

    let queries = ["pwned", "script", "img onerror", "svg", "common", "formula"];
    let files = site.tree("public");
    let seen = browser.visit(&files, &queries, false);
    println!(
        "{} pages, {} results of searches",
        seen["pages"], seen["shown"]
    );
    for what in ["ran", "left", "blocked", "foreign"] {
        assert_eq!(seen[what], json!([]), "{what}: {:#}", seen[what]);
    }
    assert!(
        seen["entries"].as_u64().is_some_and(|entries| entries > 50),
        "{seen}"
    );
    assert!(
        seen["shown"].as_u64().is_some_and(|shown| shown > 20),
        "{seen}"
    );
}

#[test]
fn what_is_wrong_with_a_paper_is_shown_as_text() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let site = Sandbox::new();
    site.write("content/tags.yaml", "vision: {}\n");
    site.write(
        "content/papers/2025-08-05/good.md",
        "---\ntitle: 'Good'\n---\nx\n",
    );
    for (index, vector) in MARKUP.iter().enumerate() {
        let armed = |number| armed(vector, index * 10 + number);
        let text = format!(
            "---\ntitle: {}\ntags: [{}]\n{}: 1\nlinks: {{{}: {}}}\narxiv: {}\n---\n[x]({index}.md) ${}$\n",
            yaml(&armed(0)),
            yaml(&armed(1)),
            yaml(&armed(2)),
            yaml(&armed(3)),
            yaml(&format!("javascript:{}", armed(4))),
            yaml(&armed(5)),
            armed(6).replace('$', ""),
        );
        site.write(
            &format!("content/papers/2025-08-06/wrong-{index}.md"),
            &text,
        );
    }
    site.write(
        "content/papers/2025-08-06/<img src=x onerror=console.log('pwned-name')>.md",
        "x",
    );
    let preview = Preview::start(&site);
    let wish =
        json!({"pages": ["", "nowhere"], "queries": [], "isOpen": false, "hasOverlay": true});
    let seen = browser.drive(&format!("http://{}/", preview.address), &wish);
    assert_eq!(seen["overlays"], json!(2));
    for what in ["ran", "left", "blocked", "foreign"] {
        assert_eq!(seen[what], json!([]), "{what}: {:#}", seen[what]);
    }
}

#[test]
fn where_texts_are_not_escaped_the_policy_stands() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let files = without_the_first_wall(
        "{% extends \"theme/base.html\" %}{% block main -%}\
         <div data-raw>[[[{% if paper.extra and paper.extra.raw %}{{ paper.extra.raw }}{% endif %}]]]</div>{% endblock %}",
    );
    let seen = browser.visit(&files, &[], true);
    let stopped = seen["blocked"].as_array().map_or(0, Vec::len);
    println!("the policy stopped {stopped} scripts and requests");
    assert_eq!(seen["ran"], json!([]), "{:#}", seen["ran"]);
    assert_eq!(seen["left"], json!([]), "{:#}", seen["left"]);
    assert!(stopped > 50, "{:#}", seen["blocked"]);
}

#[test]
fn without_either_wall_the_vectors_are_live() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let page = "<!doctype html><div data-raw>[[[{% if paper.extra and paper.extra.raw %}{{ paper.extra.raw }}{% endif %}]]]</div>";
    let seen = browser.visit(&without_the_first_wall(page), &[], true);
    let count = |what: &str| seen[what].as_array().map_or(0, Vec::len);
    let (ran, left) = (count("ran"), count("left"));
    println!("{ran} scripts ran, {left} requests left");
    assert!(ran > 50 && left > 20, "{seen:#}");
}

/// Builds the papers with another template, and puts their texts into the pages as they are; the link
/// check would not let a build do that.
fn without_the_first_wall(template: &str) -> BTreeMap<String, Vec<u8>> {
    let site = Sandbox::new();
    arm(&site);
    site.write("themes/default/templates/paper.html", template);
    let ran = site.digest(&["build", "--base-url", BASE]);
    let errors: Vec<&str> = ran
        .stderr
        .split("\n\n")
        .filter(|told| told.starts_with("error"))
        .collect();
    assert_eq!(ran.code, 0, "{}", errors.join("\n\n"));
    let mut files = site.tree("public");
    files.retain(|name, _| name.starts_with("theme/") || name.contains("markup"));
    for page in files.values_mut() {
        let text = String::from_utf8_lossy(page).into_owned();
        let parts = text.split_once("[[[").and_then(|(before, rest)| {
            let (raw, after) = rest.split_once("]]]")?;
            Some((before, raw, after))
        });
        if let Some((before, raw, after)) = parts {
            let mut raw = raw.to_owned();
            for (entity, sign) in [
                ("&lt;", "<"),
                ("&gt;", ">"),
                ("&quot;", "\""),
                ("&#39;", "'"),
                ("&#x27;", "'"),
                ("&#x2F;", "/"),
                ("&amp;", "&"),
            ] {
                raw = raw.replace(entity, sign);
            }
            *page = format!("{before}{raw}{after}").into_bytes();
        }
    }
    files
}

/// A browser, and the tools that drive it.
struct Browser {
    chromium: String,
    tools: String,
}

impl Browser {
    fn find() -> Option<Browser> {
        let works = |name: &&str| {
            let ran = Command::new(name).arg("--version").output();
            ran.is_ok_and(|output| output.status.success())
        };
        let chromium = ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find(works);
        let which = Command::new("which")
            .arg(chromium.unwrap_or("chromium"))
            .output();
        let path = which.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        let tools = support::repository().join("target/test-tools");
        let is_there = tools.join("node_modules/puppeteer-core").is_dir() && works(&"node");
        if chromium.is_none() || !is_there {
            assert!(
                std::env::var_os("DIGEST_REQUIRE_BROWSER").is_none(),
                "no Chromium, Node.js or puppeteer-core on this machine: tests/tools/set-up"
            );
            println!("skipped: no Chromium, Node.js or puppeteer-core on this machine");
            return None;
        }
        Some(Browser {
            chromium: path.ok()?,
            tools: tools.display().to_string(),
        })
    }

    fn visit(&self, files: &BTreeMap<String, Vec<u8>>, queries: &[&str], is_open: bool) -> Value {
        let pages: Vec<&String> = files
            .keys()
            .filter(|name| {
                [".html", ".xml", ".json", ".opml", ".bib"]
                    .iter()
                    .any(|end| name.ends_with(end))
            })
            .filter(|name| !name.starts_with("search/") || name.ends_with("index.html"))
            // Each tag has a file of each kind; some of them stand for the others.
            .enumerate()
            .filter(|(at, name)| {
                name.ends_with(".html") || !name.starts_with("tags/") || at % 20 == 0
            })
            .map(|(_, name)| name)
            .collect();
        let origin = format!("http://127.0.0.1:{}{BASE}", serve(files.clone()));
        let wish = json!({"pages": pages, "queries": queries, "isOpen": is_open});
        self.drive(&origin, &wish)
    }

    fn drive(&self, origin: &str, wish: &Value) -> Value {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("pages.json");
        std::fs::write(&list, wish.to_string()).expect("a file");
        let script = support::repository().join("tests/hostile/drive.mjs");
        let output = Command::new("node")
            .arg(script)
            .args([&self.tools, &self.chromium])
            .arg(folder.path().join("profile"))
            .arg(origin)
            .arg(&list)
            .output()
            .expect("node");
        let told = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(told.trim()).unwrap_or_else(|error| {
            panic!(
                "{error}: {told}\n{}",
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }
}

/// Serves files below the base, as a host of static files does.
fn serve(files: BTreeMap<String, Vec<u8>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let files = Arc::new(files);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let files = files.clone();
            std::thread::spawn(move || answer(&stream, &files));
        }
    });
    port
}

fn answer(mut stream: &TcpStream, files: &BTreeMap<String, Vec<u8>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let first = read_request(&mut reader)?;
        let path = first.split(' ').nth(1)?.split('?').next()?;
        let mut name = path.strip_prefix(BASE).unwrap_or("no").to_owned();
        if name.is_empty() || name.ends_with('/') {
            name.push_str("index.html");
        }
        let found = files.get(&name);
        let status = if found.is_some() {
            "200 OK"
        } else {
            "404 Not Found"
        };
        let body = found.map_or(&[][..], Vec::as_slice);
        let kind = match name.rsplit('.').next().unwrap_or_default() {
            "html" => "text/html; charset=utf-8",
            "css" => "text/css",
            "js" => "text/javascript",
            "json" => "application/json",
            "xml" | "opml" => "application/xml",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            _ => "text/plain",
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .ok()?;
        stream.write_all(body).ok()?;
    }
}
