//! Built sites in a real browser: how they look, what a reader can do, and what judges from outside say.
//!
//! One Chromium, driven by the programs of `tests/browser/` through puppeteer-core. Skipped with a printed
//! reason where a tool is missing, unless `DIGEST_REQUIRE_BROWSER` is set. With `DIGEST_LIGHTHOUSE` set,
//! Lighthouse is asked, too.

// Which tools there are and what is required of them is said by the environment.
#![allow(clippy::disallowed_methods)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::search::{Hit, Reader};
use support::{Ran, Sandbox, ten_thousand};

const BASE: &str = "/repo/";
/// Where the site is that runs from right to left.
const MIRRORED: &str = "/mirrored/";

/// What a visitor types, with a typo and an unfinished word.
const QUERY: &str = "langauge memor";

/// Questions about the ten thousand papers.
const QUESTIONS: usize = 12;

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
fn readers_get_what_they_are_promised() {
    let Some(tools) = Tools::find() else { return };
    // Addresses with a host are those at which the site is served.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let site = real_site(&format!("http://127.0.0.1:{port}{BASE}"));
    let public = site.path().join("public");
    let files = site.tree("public");
    let reader = Reader::open(&files);
    let answer = |query: &str| {
        let found = reader.search(query);
        let hits = reader.show(&found[..found.len().min(reader.shown(query))]);
        let address = |hit: &Hit| format!("{BASE}papers/{}.html", hit.slug);
        (found.len(), hits.iter().map(address).collect::<Vec<_>>())
    };
    let (count, results) = answer(QUERY);
    let typed = "catastrophic forg";
    let paper = "papers/titans-learning-to-memorize-at-test-time.html";
    let papers = files
        .keys()
        .filter(|name| name.starts_with("papers/") && name.ends_with(".html"));
    let mut sites = vec![json!({
        "base": BASE,
        "folder": public,
        "kinds": kinds(&files.keys().map(String::as_str).collect::<Vec<_>>()),
        "papers": papers.count(),
        "issue": "2025/08/06.html",
        "older": "2025/08/05.html",
        "paper": paper,
        "expected": {
            "query": QUERY,
            "found": format!("{count} papers"),
            "results": results,
            "marks": ["language", "memory"],
            "typed": {"query": typed, "results": answer(typed).1},
        },
        "tags": two_tags(&site),
    })];
    sites.extend(large_site());
    let mirrored = mirrored_site();
    let mut suites = vec!["look", "read", "search", "tags", "valid", "preview"];
    if std::env::var_os("DIGEST_LIGHTHOUSE").is_some() {
        suites.push("lighthouse");
    }
    if let Ok(asked) = std::env::var("DIGEST_BROWSER_SUITES") {
        // For who works on one of them.
        suites.retain(|suite| asked.split(',').any(|name| name == *suite));
    }
    let edited = Sandbox::with_real_papers();
    tools.run(&json!({
        "chromium": tools.chromium,
        "preview": {"program": env!("CARGO_BIN_EXE_digest"), "root": edited.path()},
        "packages": tools.packages,
        "port": port,
        "sites": sites,
        "mirrored": {
            "base": MIRRORED,
            "direction": "rtl",
            "folder": mirrored.path().join("public"),
            "kinds": ["", "archive/", "tags/", "search/?q=memory", "2025/08/06.html", paper],
        },
        "suites": suites,
    }));
}

/// The real papers, and beside them what they lack: rich bodies, hostile titles, words of an editor.
fn real_site(url: &str) -> Sandbox {
    let site = Sandbox::with_real_papers();
    let settings = site.read("site.toml");
    site.write(
        "site.toml",
        // Tags of few papers have several pages then.
        &settings
            .replace("# repository =", "repository =")
            .replace("papers_per_page = 50", "papers_per_page = 3"),
    );
    site.write("content/papers/2025-08-05/rich.md", RICH);
    site.write(
        "content/papers/2025-08-05/evil.md",
        "---\ntitle: 'Robots <img src=x onerror=alert(1)> & more'\n---\nText.\n",
    );
    site.write(
        "content/issues/2025-08-05.md",
        "A word from the editor, with *emphasis*.\n",
    );
    site.write(
        "content/pages/about.md",
        "---\ntitle: About\n---\nSome words.\n\n## More\n\nMore words.\n",
    );
    let settings = site.read("site.toml");
    let newsletter =
        "[newsletter]\nlink = \"https://example.org/\"\nform = \"https://example.org/new\"\n";
    site.write("site.toml", &format!("{settings}\n{newsletter}"));
    let ran = site.digest(&["build", "--base-url", url]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    site
}

/// The real papers on a site whose words are Arabic, and run from right to left.
fn mirrored_site() -> Sandbox {
    let site = Sandbox::with_real_papers();
    let settings = site.read("site.toml");
    let arabic = settings.replace("language = \"en\"", "language = \"ar\"\ntheme = \"words\"");
    assert_ne!(arabic, settings, "the language is set");
    site.write("site.toml", &arabic);
    site.write(
        "themes/words/languages/ar.toml",
        include_str!("browser/ar.toml"),
    );
    let ran = site.digest(&["build", "--base-url", MIRRORED]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    site
}

/// A tag with several pages, a second one, and which papers have both.
fn two_tags(site: &Sandbox) -> Value {
    let (tag, second) = ("continual-learning", "catastrophic-forgetting");
    let ran = site.digest(&["list", "--tag", tag, "--format", "json"]);
    let papers: Vec<Value> = serde_json::from_str(&ran.stdout).expect("a list");
    let has_both = |paper: &&Value| {
        let tags = paper["tags"].as_array().expect("tags");
        tags.iter().any(|tag| tag == second)
    };
    let slug = |paper: &Value| paper["slug"].as_str().expect("a slug").to_owned();
    let mut both: Vec<String> = papers.iter().filter(has_both).map(slug).collect();
    both.sort();
    json!({"tag": tag, "second": second, "all": papers.len(), "both": both})
}

/// One page of each kind, and the papers whose text is the hardest.
fn kinds(files: &[&str]) -> Vec<String> {
    let first = |prefix: &str| {
        let is_page = |name: &&&str| {
            name.starts_with(prefix) && name.ends_with(".html") && !name.ends_with("index.html")
        };
        (*files.iter().find(is_page).expect("such a page")).to_owned()
    };
    let named = [
        "",
        "archive/",
        "tags/",
        "search/?q=memory",
        "reading/",
        "2025/",
        "2025/08/",
        "2025/08/05.html",
        "2025/08/06.html",
        "2025/w32.html",
        "404.html",
        "about.html",
        "papers/rich.html",
    ];
    let hard = ["rethinking", "tulu", "protecting"].map(|name| first(&format!("papers/{name}")));
    let named = named.into_iter().map(str::to_owned);
    named.chain(hard).chain([first("tags/")]).collect()
}

/// Ten thousand papers, and questions that lead to one of them.
fn large_site() -> Option<Value> {
    let site = ten_thousand::site()?;
    let every = site.papers.len() / QUESTIONS;
    let questions = site.papers.iter().step_by(every).map(|paper| {
        let words: Vec<&str> = paper.title.split(' ').collect();
        // Titles as a reader types them: without signs that are no words.
        let query = words.join(" ").replace(['"', '$', '\\', '{', '}'], "");
        json!({"query": query.trim(), "slug": paper.slug})
    });
    Some(json!({
        "base": "/large/",
        "folder": site.folder,
        "kinds": ["", "archive/", "search/?q=learning", "tags/"],
        "questions": questions.collect::<Vec<_>>(),
    }))
}

/// The programs that a browser's test takes.
struct Tools {
    chromium: String,
    packages: PathBuf,
}

impl Tools {
    fn find() -> Option<Tools> {
        let works = |name: &str| {
            let ran = Command::new(name).arg("--version").output();
            ran.is_ok_and(|output| output.status.success())
        };
        let path_of = |name: &str| {
            let output = Command::new("sh")
                .args(["-c", "command -v \"$0\"", name])
                .output();
            let output = output.ok().filter(|output| output.status.success())?;
            Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let chromium = ["chromium", "chromium-browser", "google-chrome"].into_iter();
        let chromium = chromium.filter(|name| works(name)).find_map(path_of);
        let packages = support::repository().join("target/test-tools/node_modules");
        let missing = if !works("node") {
            "Node.js"
        } else if !packages.join("puppeteer-core").is_dir() {
            "puppeteer-core (tests/tools/set-up installs it)"
        } else if let Some(chromium) = chromium {
            return Some(Tools { chromium, packages });
        } else {
            "Chromium"
        };
        assert!(
            std::env::var_os("DIGEST_REQUIRE_BROWSER").is_none(),
            "there is no {missing}"
        );
        println!("skipped: there is no {missing}");
        None
    }

    fn run(&self, plan: &Value) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("plan.json");
        std::fs::write(&file, plan.to_string()).expect("a writable file");
        let ran = Command::new("node")
            .arg(support::repository().join("tests/browser/run.mjs"))
            .arg(&file)
            .current_dir(Path::new(env!("CARGO_TARGET_TMPDIR")))
            .output()
            .expect("Node.js runs");
        let ran = Ran::of(&ran);
        println!("{}", ran.stdout);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    }
}
