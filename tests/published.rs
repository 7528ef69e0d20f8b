//! The published tree in a real browser, served under a path and under a domain of its own; and an
//! edition for the mail at the widths of a phone and of a desk.
//!
//! Skipped with a printed reason where there is no Chromium, unless `DIGEST_REQUIRE_BROWSER` is set.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use support::Sandbox;

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn a_site_works_under_a_path_and_under_a_domain() {
    let Some(chromium) = find_chromium() else {
        return support::missing("there is no Chromium");
    };
    // What `actions/configure-pages` says has no slash at its end.
    for (base_url, folder) in [
        ("https://user.github.io/repo", "/repo/"),
        ("http://www.example.com", "/"),
    ] {
        let site = Sandbox::with_real_papers();
        site.write(
            "content/pages/about.md",
            "---\ntitle: About\naliases: [/old/about/]\n---\nWords, and [tags](/tags/).\n",
        );
        let ran = site.digest(&["build", "--base-url", base_url]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let files = site.tree("public");
        let pages = files.keys().filter(|name| name.ends_with(".html")).count();
        let server = Server::start(folder, files, include_str!("browser/walk.html"));
        let said = server.open(&chromium, "walk", false);
        assert_eq!(said["wrong"], serde_json::json!([]), "{base_url}");
        // All but the page for addresses that do not exist.
        assert_eq!(said["pages"], pages - 1, "{base_url}");
        assert_eq!(said["styled"], true, "{base_url}");
        // A search finds papers, and each of them is one for reference managers too.
        assert!(
            said["found"].as_u64().is_some_and(|found| found > 0),
            "{said}"
        );
        assert_eq!(said["managers"], said["found"], "{base_url}");
        let outside = server
            .asked()
            .into_iter()
            .filter(|path| !path.starts_with(folder) && path != "/favicon.ico");
        assert_eq!(
            outside.collect::<Vec<_>>(),
            Vec::<String>::new(),
            "{base_url}"
        );
    }
}

#[test]
fn an_edition_fits_a_phone_and_a_desk_in_light_and_dark() {
    let Some(chromium) = find_chromium() else {
        return support::missing("there is no Chromium");
    };
    let site = Sandbox::with_real_papers();
    site.write(
        "content/issues/2025-08-06.md",
        "Words with `code`, a [link](/tags/), and\n\n- a list.\n",
    );
    let own = site.read("site.toml");
    site.write(
        "site.toml",
        &format!("{own}\n[email]\nfrom = \"a@b.org\"\nunsubscribe = \"https://b.org/\"\n"),
    );
    let ran = site.digest(&["email", "--base-url", "https://user.github.io/repo/"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mail = site.read("outbox/2025-08-06.html").into_bytes();
    let files = Files::from([("mail.html".to_owned(), mail)]);
    let server = Server::start("/", files, include_str!("browser/mail.html"));
    for dark in [false, true] {
        let said = server.open(&chromium, "walk", dark);
        assert_eq!(said["wrong"], serde_json::json!([]), "dark: {dark}");
        assert!(
            said["texts"].as_u64().is_some_and(|texts| texts > 100),
            "{said}"
        );
        assert_eq!(said["width"], 600);
        let lightness = said["lightness"].as_f64().expect("a background");
        assert!(
            if dark {
                lightness < 0.1
            } else {
                lightness > 0.8
            },
            "{said}"
        );
    }
    let asked = server.asked();
    let known = |path: &String| ["/walk", "/mail.html", "/favicon.ico"].contains(&path.as_str());
    assert!(asked.iter().all(known), "a mail fetches nothing: {asked:?}");
}

#[test]
fn readers_subscribe_where_the_settings_say() {
    let site = Sandbox::with_real_papers();
    let own = site.read("site.toml");
    let build = |newsletter: &str| {
        site.write("site.toml", &format!("{own}\n{newsletter}"));
        let ran = site.digest(&["build"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ["index.html", "2025/08/06.html"].map(|page| site.read(&format!("public/{page}")))
    };
    for page in build("") {
        assert!(!page.contains("class=\"subscribe\""));
    }
    for page in build("[newsletter]\nlink = \"https://lists.example.org/a?b=1&c=2\"\n") {
        assert!(
            page.contains("<a href=\"https://lists.example.org/a?b=1&amp;c=2\">Subscribe</a>"),
            "{page}"
        );
        assert!(!page.contains("type=\"email\""));
    }
    for page in
        build("[newsletter]\nform = \"https://lists.example.org/new\"\nfield = \"address\"\n")
    {
        assert!(
            page.contains("<form method=\"post\" action=\"https://lists.example.org/new\">"),
            "{page}"
        );
        assert!(
            page.contains("<input type=\"email\" name=\"address\""),
            "{page}"
        );
    }
}

/// This is a server of files below a folder, and of one page of ours; it tells what it was asked for.
struct Server {
    port: u16,
    folder: &'static str,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(folder: &'static str, files: Files, page: &'static str) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (log, files) = (asked.clone(), Arc::new(files));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, files) = (log.clone(), files.clone());
                std::thread::spawn(move || answer(stream, folder, &files, page, &log));
            }
        });
        Server {
            port,
            folder,
            asked,
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics with it").clone()
    }

    /// Opens our page, below the folder, and returns what it found.
    fn open(&self, chromium: &str, page: &str, dark: bool) -> Value {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let output = Command::new(chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
            ])
            .args([
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--disable-quic",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!(
                "--blink-settings=preferredColorScheme={}",
                i32::from(!dark)
            ))
            .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
            .args(["--virtual-time-budget=60000", "--dump-dom"])
            .arg(format!(
                "http://127.0.0.1:{}{}{page}",
                self.port, self.folder
            ))
            .stderr(Stdio::null())
            .output()
            .expect("Chromium runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let result = text
            .split("<pre id=\"result\">")
            .nth(1)
            .and_then(|rest| rest.split("</pre>").next());
        let result = result.unwrap_or_else(|| panic!("no result in {text}"));
        let result = result
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        serde_json::from_str(&result).unwrap_or_else(|error| panic!("{error}: {result}"))
    }
}

fn answer(
    mut stream: TcpStream,
    folder: &str,
    files: &Files,
    page: &str,
    log: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut header = String::new();
    while reader.read_line(&mut header).ok()? > 2 {
        header.clear();
    }
    let path = line.split(' ').nth(1)?.split('?').next()?;
    log.lock().ok()?.push(path.to_owned());
    let name = path.strip_prefix(folder).unwrap_or("nothing");
    let name = match name {
        "" => "index.html".to_owned(),
        name if name.ends_with('/') => format!("{name}index.html"),
        name => paper_digest::address::decode_path(name),
    };
    let (status, body) = match files.get(&name) {
        _ if name == "walk" => ("200 OK", page.as_bytes()),
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", b"".as_slice()),
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        Some("xml" | "opml") => "application/xml",
        Some("json") => "application/json",
        Some("html") => "text/html; charset=utf-8",
        _ if name == "walk" => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).ok()?;
    stream.write_all(body).ok()
}

fn find_chromium() -> Option<String> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let works = |name: &&&str| {
        let ran = Command::new(name).arg("--version").output();
        ran.is_ok_and(|output| output.status.success())
    };
    names.iter().find(works).map(|name| (*name).to_owned())
}
