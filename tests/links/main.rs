//! `digest check --links` and hosts that misbehave.
#![cfg(feature = "network")]
#![allow(clippy::disallowed_methods)]

mod hosts;

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use hosts::{Asked, Hosts};

/// Makes a site with one paper that has these links.
fn site(links: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let papers = folder.path().join("content/papers/2025-08-06");
    std::fs::create_dir_all(&papers).expect("a folder");
    std::fs::write(folder.path().join("site.toml"), "").expect("a file");
    let body: Vec<String> = links.iter().map(|link| format!("<{link}>")).collect();
    let text = format!("---\ntitle: 'Links'\n---\n{}\n", body.join("\n"));
    std::fs::write(papers.join("links.md"), text).expect("a file");
    folder
}

fn check(root: &Path, hosts: &Hosts, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_digest"))
        .args(["check", "--links", "--timeout", "1", "--verbose"])
        .args(more)
        .current_dir(root)
        .env("ALL_PROXY", hosts.proxy())
        .env("NO_COLOR", "1")
        .env_remove("NO_PROXY")
        .output()
        .expect("a check")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn count(asked: &[Asked], path: &str) -> usize {
    asked.iter().filter(|asked| asked.path == path).count()
}

#[test]
fn each_way_to_misbehave_comes_to_a_verdict() {
    // A host for each, so that none waits for another.
    let ways = [
        ("found", "found"),
        ("head-refused", "found"),
        ("head-is-another-page", "found"),
        ("head-dropped", "found"),
        ("late-once", "found"),
        ("busy-until", "found"),
        ("down-once", "found"),
        ("for-now", "found"),
        ("endless", "found"),
        ("for-good", "moved to http://other.example/found#part"),
        (
            "for-good-then-now",
            "moved to http://for-good-then-now.example/for-now",
        ),
        ("gone", "dead: it answers 410"),
        ("missing", "dead: it answers 404"),
        ("forbidden", "unclear: it answers 403"),
        ("down", "unclear: it answers 500"),
        ("late", "unclear: it takes too long to answer"),
        ("circle", "unclear: it sends on in a circle"),
        ("on-1", "unclear: it sends on and on"),
        ("inwards", "unclear: it sends on into a private network"),
        ("astray", "unclear: it sends on to what is no web address"),
        ("nowhere", "unclear: it sends on to nowhere"),
        (
            "busy-for-hours",
            "unclear: it answers 429 and wants to be left alone for 7200 s",
        ),
    ];
    let links = ways.map(|(way, _)| format!("http://{way}.example/{way}"));
    let folder = site(&links);
    let hosts = Hosts::start();
    let output = check(folder.path(), &hosts, &["--pause", "0.02"]);
    let told = said(&output);
    for ((_, verdict), link) in ways.iter().zip(&links) {
        let line = format!("{link}: {verdict}\n");
        assert!(told.contains(&line), "{line}in\n{told}");
    }
    assert_eq!(output.status.code(), Some(1), "{told}");

    let asked = hosts.take();
    let endless: Vec<&Asked> = asked.iter().filter(|one| one.path == "/endless").collect();
    assert_eq!(endless.len(), 2, "a head, and a page");
    assert!(endless[1].sent < 50_000_000, "{} bytes", endless[1].sent);
    assert!(asked.iter().all(|one| one.path != "/admin"));
    assert_eq!(count(&asked, "/busy-for-hours"), 1, "it is left alone");
}

#[test]
fn what_breaks_is_told_and_ends_nothing() {
    let links = ["dropped", "nonsense", "found"].map(|way| format!("http://{way}.example/{way}"));
    let links = [
        links.as_slice(),
        &["http://no-such-host.example/".to_owned()],
    ]
    .concat();
    let folder = site(&links);
    let hosts = Hosts::start();
    let output = check(folder.path(), &hosts, &["--pause", "0.02"]);
    let told = said(&output);
    assert_eq!(told.matches("warning[unclear-link]").count(), 3, "{told}");
    assert!(
        told.contains("4 links to other sites: 1 found, 3 unclear"),
        "{told}"
    );
}

#[test]
fn a_host_has_its_rest_while_others_are_asked() {
    let links: Vec<String> = ["a", "b", "c"]
        .iter()
        .flat_map(|host| (0..4).map(move |page| format!("http://{host}.example/found{page}")))
        .chain(["http://a.example/busy-once".to_owned()])
        .collect();
    let folder = site(&links);
    let hosts = Hosts::start();
    let pause = Duration::from_millis(200);
    let output = check(folder.path(), &hosts, &["--pause", "0.2"]);
    assert!(output.status.success(), "{}", said(&output));

    let asked = hosts.take();
    for host in ["a", "b", "c"].map(|host| format!("{host}.example")) {
        let mut of_host: Vec<&Asked> = asked.iter().filter(|one| one.host == host).collect();
        of_host.sort_by_key(|one| one.from);
        for (one, next) in of_host.iter().zip(&of_host[1..]) {
            let rest = next.from.duration_since(one.from);
            assert!(rest >= pause, "{one:?}\n{next:?}");
            if one.path == "/busy-once" && next.path == one.path {
                assert!(rest >= Duration::from_secs(1), "as it asked: {rest:?}");
            }
        }
    }
    let first_of = |host: &str| {
        let of_host = asked.iter().filter(|one| one.host == host);
        of_host.map(|one| one.from).min().expect("it was asked")
    };
    let last_of_a = asked.iter().filter(|one| one.host == "a.example");
    let last_of_a = last_of_a.map(|one| one.from).max().expect("it was asked");
    assert!(
        first_of("c.example") < last_of_a,
        "hosts do not wait for each other"
    );
}

#[test]
fn what_was_well_is_not_asked_again_for_a_week() {
    let links = ["found", "for-good", "missing"].map(|way| format!("http://a.example/{way}"));
    let folder = site(&links);
    let hosts = Hosts::start();
    let root = folder.path();
    check(root, &hosts, &["--pause", "0"]);
    hosts.take();

    let again = check(root, &hosts, &["--pause", "0"]);
    let asked = hosts.take();
    assert!(asked.iter().all(|one| one.path == "/missing"), "{asked:?}");
    let told = said(&again);
    assert!(
        told.contains("1 found, 1 moved, 1 dead (2 known from the last week"),
        "{told}"
    );
    assert!(told.contains("warning[moved-link]"), "{told}");

    check(root, &hosts, &["--pause", "0", "--refresh"]);
    assert_eq!(count(&hosts.take(), "/for-good"), 1);

    // A month later.
    let file = root.join(".digest-cache/links");
    let text = std::fs::read_to_string(&file).expect("kept");
    let old: String = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(_, rest)| format!("1000000000 {rest}\n"))
        .collect();
    std::fs::write(&file, old).expect("a file");
    check(root, &hosts, &["--pause", "0"]);
    assert_eq!(count(&hosts.take(), "/for-good"), 1);
}

#[test]
fn a_host_that_gives_no_answer_is_not_asked_about_all_its_pages() {
    let links: Vec<String> = (0..30)
        .map(|page| format!("http://a.example/down{page}"))
        .collect();
    let folder = site(&links);
    let hosts = Hosts::start();
    let output = check(folder.path(), &hosts, &["--pause", "0"]);
    let told = said(&output);
    assert_eq!(told.matches("warning[unclear-link]").count(), 30, "{told}");
    let asked = hosts.take();
    assert!(asked.len() <= 12, "{} requests", asked.len());
}

#[test]
fn a_build_asks_nobody() {
    let folder = site(&["http://a.example/missing".to_owned()]);
    let hosts = Hosts::start();
    for command in [["build"].as_slice(), &["check"], &["list"]] {
        let ran = Command::new(env!("CARGO_BIN_EXE_digest"))
            .args(command)
            .current_dir(folder.path())
            .env("ALL_PROXY", hosts.proxy())
            .output()
            .expect("a command");
        assert!(ran.status.success(), "{command:?}");
    }
    assert_eq!(hosts.take().len(), 0);
}

#[test]
fn without_a_network_the_machine_is_at_fault() {
    let links = ["a", "b"].map(|host| format!("http://{host}.example/"));
    let folder = site(&links);
    let output = Command::new(env!("CARGO_BIN_EXE_digest"))
        .args(["check", "--links", "--pause", "0"])
        .current_dir(folder.path())
        // Nobody listens there.
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .output()
        .expect("a check");
    let told = said(&output);
    assert!(told.contains("none of 2 hosts can be reached"), "{told}");
    assert_eq!(output.status.code(), Some(2), "{told}");
}
