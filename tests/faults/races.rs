//! Others who work at the same time: a second build, a preview, an editor.

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::preview::Preview;
use crate::support::{Ran, Sandbox, is_thorough};
use crate::{Dice, by_chance, check_whole, content, small_site};

#[test]
fn of_two_builds_at_once_one_waits_for_nobody() {
    let site = Sandbox::with_real_papers();
    assert_eq!(site.digest(&["build"]).code, 0);
    let (public, before) = (site.tree("public"), content(&site));
    let mut refused = 0;
    for _ in 0..10 {
        let builds: Vec<_> = (0..3)
            .map(|_| {
                let mut command = site.command(&["build"]);
                command.stdout(Stdio::null()).stderr(Stdio::piped());
                command.spawn().expect("the command runs")
            })
            .collect();
        let ends: Vec<Ran> = builds
            .into_iter()
            .map(|build| Ran::of(&build.wait_with_output().expect("an end")))
            .collect();
        assert!(ends.iter().any(|ran| ran.code == 0), "{ends:#?}");
        for ran in ends.iter().filter(|ran| ran.code != 0) {
            assert_eq!(ran.code, 2, "{}", ran.stderr);
            assert!(
                ran.stderr.contains("another build is writing"),
                "{}",
                ran.stderr
            );
            refused += 1;
        }
        assert!(site.tree("public") == public, "the site is whole");
    }
    by_chance(refused > 0, "two builds at once");
    assert!(content(&site) == before);
}

#[test]
fn a_build_during_a_preview_disturbs_neither() {
    let site = Sandbox::with_real_papers();
    assert_eq!(site.digest(&["build"]).code, 0);
    let public = site.tree("public");
    let preview = Preview::start(&site);
    let ask = || {
        let answer = preview.ask("/");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
    };
    let first = ask();
    for _ in 0..10 {
        let mut build = site
            .command(&["build"])
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        while build.try_wait().expect("a state").is_none() {
            assert!(ask() == first, "the preview shows another page");
        }
        assert!(build.wait().expect("an end").success());
        assert!(
            site.tree("public") == public,
            "the build wrote another site"
        );
    }
}

/// While a command runs again and again, an editor saves a line into some paper, as editors do: a new file
/// takes the place of the old one. Every line that it saved must be there in the end.
fn saves_during(arguments: &[&[&str]]) {
    let site = small_site(60);
    let begin = Instant::now();
    assert_eq!(site.digest(&["list"]).code, 0);
    // Some runs must meet a save, and some must not.
    let most = begin.elapsed() * 3;
    let stop = AtomicBool::new(false);
    let saved = AtomicUsize::new(0);
    let path = |number: u64| {
        let name = format!("content/papers/2025-08-06/paper-{number}.md");
        site.path().join(name)
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut dice = Dice(9);
            while !stop.load(Ordering::Relaxed) {
                let path = path(dice.roll() % 60);
                let text = fs::read_to_string(&path).expect("a paper is always there");
                let line = saved.fetch_add(1, Ordering::Relaxed);
                // Out of its form, so that there is something to do again.
                let text = text.replace("---\ntitle", "---\n\ntitle");
                let next = path.with_extension("next");
                fs::write(&next, format!("{text}Line {line}.\n")).expect("a write");
                // Somebody who edits a text that has changed since is warned by the editor.
                let now = fs::read_to_string(&path).expect("a paper is always there");
                if now.replace("---\ntitle", "---\n\ntitle") == text {
                    fs::rename(&next, &path).expect("a rename");
                } else {
                    fs::remove_file(&next).expect("a delete");
                    saved.fetch_sub(1, Ordering::Relaxed);
                }
                std::thread::sleep(most.mul_f64(dice.share()));
            }
        });
        let rounds = if is_thorough() { 30 } else { 12 };
        let runs: Vec<Ran> = (0..rounds)
            .map(|round| site.digest(arguments[round % arguments.len()]))
            .collect();
        // Before anything can fail: the editor saves until it is told to stop.
        stop.store(true, Ordering::Relaxed);
        let mut refused = 0;
        for ran in runs.iter().filter(|ran| ran.code != 0) {
            assert_eq!(ran.code, 2, "{}", ran.stderr);
            // Who renames to and fro cannot rename what was not renamed before.
            let reasons = ["was changed meanwhile", "no tag is called", "already"];
            let is_told = reasons.iter().any(|reason| ran.stderr.contains(reason));
            assert!(is_told, "{}", ran.stderr);
            refused += 1;
        }
        println!("{arguments:?}: {refused} of {rounds} runs were refused");
        by_chance(refused < rounds, "a run that came to its end");
    });
    let all: String = (0..60)
        .map(|number| fs::read_to_string(path(number)).expect("a paper"))
        .collect();
    for line in 0..saved.into_inner() {
        assert!(
            all.contains(&format!("Line {line}.\n")),
            "line {line} is lost"
        );
    }
}

#[test]
fn formatting_loses_no_save_of_an_editor() {
    saves_during(&[&["fmt"]]);
}

#[test]
fn renaming_loses_no_save_of_an_editor() {
    saves_during(&[
        &["tags", "rename", "vision", "seeing"],
        &["tags", "rename", "seeing", "vision"],
    ]);
}

#[test]
fn a_build_of_files_that_come_and_go_is_whole_or_refused() {
    let site = small_site(60);
    assert_eq!(site.digest(&["build"]).code, 0);
    let begin = Instant::now();
    assert_eq!(site.digest(&["build"]).code, 0);
    let most = begin.elapsed() * 3;
    let stop = AtomicBool::new(false);
    let path = |number: u64, ending: &str| {
        site.path()
            .join(format!("content/papers/2025-08-06/paper-{number}.{ending}"))
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut dice = Dice(7);
            while !stop.load(Ordering::Relaxed) {
                let number = dice.roll() % 60;
                let picture = path(number, "png");
                if fs::remove_file(&picture).is_err() {
                    fs::write(&picture, vec![b'x'; 100_000]).expect("a write");
                }
                let (here, away) = (path(number, "md"), path(number, "away"));
                fs::rename(&here, &away).expect("a rename");
                std::thread::sleep(Duration::from_micros(300));
                fs::rename(&away, &here).expect("a rename");
                std::thread::sleep(most.mul_f64(dice.share()));
            }
        });
        let runs: Vec<(Ran, _)> = (0..30)
            .map(|_| (site.digest(&["build"]), site.tree("public")))
            .collect();
        stop.store(true, Ordering::Relaxed);
        let mut seen = [0, 0, 0];
        for (ran, public) in runs {
            assert!((0..3).contains(&ran.code), "{}", ran.stderr);
            if ran.code == 2 {
                assert!(ran.stderr.contains("cannot "), "{}", ran.stderr);
                assert!(ran.stderr.contains("No such file"), "{}", ran.stderr);
            }
            seen[ran.code as usize] += 1;
            check_whole(&public);
        }
        println!("built {}, errors {}, refused {}", seen[0], seen[1], seen[2]);
        by_chance(seen[0] > 0, "a build that came to its end");
    });
}
