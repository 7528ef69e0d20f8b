//! `kill -9` at moments that nobody chose.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::mail::Server;
use crate::support::{Sandbox, is_thorough, missing, real_input};
use crate::{Dice, Tree, by_chance, check_whole, content, small_site};

fn kills() -> u32 {
    if is_thorough() { 300 } else { 25 }
}

/// Starts a command.
fn start(site: &Sandbox, arguments: &[&str]) -> Child {
    site.command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command runs")
}

/// Kills a command many times: `before` makes the site ready, `after` looks at what is left.
///
/// The moments are spread over the time that the command takes just now, and a fifth more; the later, the
/// more of them, for commands read first and write at the end.
fn kill_often(
    site: &Sandbox,
    arguments: &[&str],
    before: impl Fn(u32),
    mut after: impl FnMut(u32, bool),
) {
    before(0);
    let begin = Instant::now();
    let end = start(site, arguments).wait().expect("an end");
    assert!(end.success(), "{arguments:?} ended with {end}");
    let mut whole = begin.elapsed();
    let mut dice = Dice(20_250_806);
    for kill in 0..kills() {
        before(kill);
        let begin = Instant::now();
        let mut running = start(site, arguments);
        std::thread::sleep(whole.mul_f64(1.2 * dice.share().sqrt()));
        let has_ended = running.try_wait().expect("a state").is_some();
        running.kill().expect("a process of ours");
        running.wait().expect("an end");
        if has_ended {
            // It is faster than it was: the machine is less busy now.
            whole = whole.min(begin.elapsed());
        }
        after(kill, has_ended);
    }
}

#[test]
fn a_build_leaves_the_old_or_the_new_site() {
    let site = Sandbox::with_real_papers();
    let paper = "content/papers/2025-08-06/unforgettable-generalization-in-language-models.md";
    let first = site.read(paper);
    let second = format!("{first}\nOne more paragraph.\n");
    let whole = [&second, &first].map(|text| {
        site.write(paper, text);
        assert_eq!(site.digest(&["build"]).code, 0);
        site.tree("public")
    });
    let mut seen = [0, 0];
    let text = |kill: u32| {
        if kill.is_multiple_of(2) {
            &second
        } else {
            &first
        }
    };
    kill_often(
        &site,
        &["build"],
        |kill| site.write(paper, text(kill)),
        |kill, _| {
            let found = site.tree("public");
            check_whole(&found);
            let index = whole.iter().position(|tree| *tree == found);
            seen[index.unwrap_or_else(|| panic!("kill {kill} left a torn site"))] += 1;
            assert_eq!(site.read(paper), *text(kill));
        },
    );
    by_chance(
        seen.iter().all(|count| *count > 0),
        "some kills before and some behind the swap",
    );
    site.write(paper, &first);
    assert_eq!(site.digest(&["build"]).code, 0);
    assert_eq!(site.tree("public"), whole[1]);
    let leftovers = std::fs::read_dir(site.path()).expect("a folder");
    let leftovers = leftovers.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let leftovers: Vec<String> = leftovers
        .filter(|name| name.contains("staging") || name.contains("retired"))
        .collect();
    assert!(
        leftovers.is_empty(),
        "the next build tidies up: {leftovers:?}"
    );
}

#[test]
fn an_import_leaves_whole_papers_and_is_resumed_by_running_it_again() {
    let expected = content(&Sandbox::with_real_papers());
    let site = Sandbox::with_real_papers();
    let papers = site.path().join("content/papers");
    let input = real_input();
    let arguments = ["import", &input, "--date", "2025-08-06"];
    let mut torn = 0;
    kill_often(
        &site,
        &arguments,
        |_| {
            let _ = std::fs::remove_dir_all(&papers);
        },
        |kill, _| {
            let found = content(&site);
            for (name, bytes) in &found {
                assert!(expected[name] == *bytes, "kill {kill} left {name} torn");
            }
            torn += u32::from((2..expected.len()).contains(&found.len()));
            if kill.is_multiple_of(10) {
                assert_eq!(site.digest(&arguments).code, 0);
                assert!(content(&site) == expected, "after kill {kill}");
            }
        },
    );
    by_chance(torn > 0, "a kill between two papers");
}

/// Kills a command that rewrites papers: each is the old or the new one, and `resume` ends the work.
fn rewrites(arguments: &[&str], resume: &[&str], has_vocabulary: bool) {
    let site = small_site(300);
    if !has_vocabulary {
        std::fs::remove_file(site.path().join("content/tags.yaml")).expect("a file");
    }
    let old = content(&site);
    assert_eq!(site.digest(arguments).code, 0);
    let new = content(&site);
    assert!(
        old.iter()
            .all(|(name, bytes)| !name.ends_with(".md") || new[name] != *bytes)
    );
    let restore = |_| {
        for (name, bytes) in &old {
            std::fs::write(site.path().join("content").join(name), bytes).expect("a write");
        }
    };
    let mut torn = 0;
    kill_often(&site, arguments, restore, |kill, _| {
        let found = content(&site);
        assert!(found.keys().eq(old.keys()), "kill {kill} lost a file");
        let count = |tree: &Tree| {
            found
                .iter()
                .filter(|(name, bytes)| tree[*name] == **bytes)
                .count()
        };
        let (olds, news) = (count(&old), count(&new));
        assert!(olds + news >= old.len(), "kill {kill} left a torn paper");
        let is_torn = olds < old.len() && news < old.len();
        torn += u32::from(is_torn);
        if is_torn || kill.is_multiple_of(10) {
            let ran = site.digest(arguments);
            if ran.code != 0 {
                site.digest(resume);
            }
            let found = content(&site);
            let wrong = found.iter().find(|(name, bytes)| new[*name] != **bytes);
            assert!(wrong.is_none(), "kill {kill}: {wrong:?} {}", ran.stderr);
        }
    });
    println!(
        "{arguments:?}: {torn} of {} kills were between two files",
        kills()
    );
}

#[test]
fn formatting_leaves_whole_papers_and_is_ended_by_formatting_again() {
    rewrites(&["fmt"], &["fmt"], true);
}

#[test]
fn a_renaming_leaves_whole_papers_and_is_ended_by_renaming_again() {
    let rename = ["tags", "rename", "vision", "seeing"];
    rewrites(&rename, &["tags", "list"], true);
}

#[test]
fn a_renaming_without_a_vocabulary_is_ended_by_merging() {
    let rename = ["tags", "rename", "vision", "seeing"];
    rewrites(&rename, &["tags", "merge", "vision", "seeing"], false);
}

#[test]
fn an_edition_that_is_out_is_in_the_ledger() {
    let Some(server) = Server::start("tls") else {
        return missing("the mail server needs aiosmtpd");
    };
    // A small one, so that most of the time is that of the mail.
    let site = small_site(2);
    let host = "title = \"Test\"\nbase_url = \"https://u.github.io/repo/\"\n";
    site.write("site.toml", &format!("{host}{}", server.settings("")));
    let ledger = site.path().join("content/sent.txt");
    let papers = content(&site);
    let taken = || {
        let files = std::fs::read_dir(server.folder()).expect("a folder");
        files
            .filter(|file| {
                file.as_ref()
                    .is_ok_and(|file| file.path().extension() == Some("eml".as_ref()))
            })
            .count()
    };
    let before = std::cell::Cell::new(0);
    let mut seen = [0, 0, 0];
    kill_often(
        &site,
        &["email", "--send"],
        |_| {
            let _ = std::fs::remove_file(&ledger);
            before.set(taken());
        },
        |kill, _| {
            // The server may still be taking what was sent in whole before the kill.
            std::thread::sleep(Duration::from_millis(30));
            let text = std::fs::read_to_string(&ledger).unwrap_or_default();
            let state = match (text.contains(" sent "), text.contains(" sending ")) {
                (true, false) => 2,
                (false, true) => 1,
                (false, false) => 0,
                (true, true) => panic!("kill {kill}: {text}"),
            };
            seen[state] += 1;
            let out = taken() - before.get();
            assert!(
                out == 0 || state > 0,
                "kill {kill}: an edition is out and nobody knows"
            );
            assert!(
                state < 2 || out == 1,
                "kill {kill}: it says sent, and {out} are out"
            );
            if state > 0 {
                let again = site.digest(&["email", "--send"]);
                assert_eq!(again.code, 2, "{}", again.stderr);
                assert_eq!(
                    taken() - before.get(),
                    out,
                    "kill {kill}: it was sent twice"
                );
            }
            let mut found = content(&site);
            found.remove("sent.txt");
            assert!(found == papers, "kill {kill} changed the content");
        },
    );
    println!(
        "nothing noted {}, begun {}, sent {}",
        seen[0], seen[1], seen[2]
    );
}
