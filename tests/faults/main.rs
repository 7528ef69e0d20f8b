//! Faults of the machine: the program is killed, the disk is full, files vanish while they are read.
//!
//! After each of them the old or the new site is whole, no file that a person wrote is changed or lost,
//! and the program has said what was wrong and ended with 2. `SECURITY.md` has the table.
//! `DIGEST_THOROUGH=1` kills hundreds of times.
#![cfg(unix)]
#![allow(clippy::disallowed_methods)]

mod disk;
mod kills;
mod names;
mod races;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;

use support::Sandbox;

/// What moments by chance meet on most machines: it must be seen where commands are killed hundreds of
/// times, and what was not tried is told elsewhere.
fn by_chance(seen: bool, what: &str) {
    if support::is_thorough() {
        assert!(seen, "never seen: {what}");
    } else if !seen {
        println!("not tried this time: {what}");
    }
}

/// A tree of files: path and bytes.
type Tree = BTreeMap<String, Vec<u8>>;

/// Some papers of one day, the smallest site that has something of everything.
fn small_site(papers: usize) -> Sandbox {
    let site = Sandbox::new();
    let vocabulary = "vision:\n  name: Computer vision\nagents:\n  name: Agents\n";
    site.write("content/tags.yaml", vocabulary);
    for number in 0..papers {
        let text = format!(
            "---\ntags:   [vision, agents]\ntitle: 'The paper {number}'\n---\nAbstract {number}.\n"
        );
        site.write(
            &format!("content/papers/2025-08-06/paper-{number}.md"),
            &text,
        );
    }
    site
}

/// What a person wrote: all but what programs leave while they work.
fn content(site: &Sandbox) -> Tree {
    let mut tree = site.tree("content");
    tree.retain(|name, _| {
        !name
            .rsplit('/')
            .next()
            .is_some_and(|name| name.starts_with(".digest-"))
    });
    tree
}

/// Checks that an output is whole: the files that its manifest names, and no others.
fn check_whole(tree: &Tree) {
    let manifest = tree.get(".digest").expect("an output has its manifest");
    let manifest = String::from_utf8_lossy(manifest);
    let mut named: Vec<&str> = manifest.lines().chain([".digest"]).collect();
    named.sort_unstable();
    let there: Vec<&str> = tree.keys().map(String::as_str).collect();
    assert_eq!(named, there);
}

/// A generator of numbers that are the same in each run: the order of xorshift.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 to 1.
    fn share(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn is_root() -> bool {
    let id = std::process::Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout == b"0\n")
}
