//! What is made to take for ever: each text ends in a time and a memory that grow with its length and no
//! faster, or is refused; a template ends after so many turns.
//!
//! A size and four times that size are measured; four times the time is what grows with the length, and
//! sixteen times with its square.
#![allow(clippy::disallowed_methods)]

#[path = "../support/mod.rs"]
mod support;
mod texts;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::Sandbox;
use support::measured::{Measured, measure};
use support::preview::Preview;
use texts::{BODIES, Bomb, FRONTS, ITEMS, LISTS, VOCABULARIES};

/// After so much time of the processor a run has failed.
const PATIENCE: Duration = Duration::from_secs(120);
/// What a run of nothing takes, and what the system's clock does not tell apart.
const SLACK: Duration = Duration::from_millis(700);
const MIB: u64 = 1 << 20;

#[test]
fn bodies_cost_what_their_length_does() {
    let build = |bytes: usize, bombs: &[Bomb]| {
        let site = Sandbox::new();
        for (name, text) in bombs {
            let text = format!("---\ntitle: 'The {name}'\n---\n{}\n", text(bytes));
            site.write(&format!("content/papers/2025-08-06/{name}.md"), &text);
        }
        measure(site.command(&["build"]), PATIENCE)
    };
    // Mistakes end a build before pages are made.
    let has_mistakes = |name: &str| {
        ["-links", "-pictures", "pictures"]
            .iter()
            .any(|end| name.ends_with(end))
            && !["open-links", "autolinks"].contains(&name)
    };
    let (wrong, right): (Vec<Bomb>, Vec<Bomb>) =
        BODIES.iter().partition(|(name, _)| has_mistakes(name));
    for (bombs, code) in [(wrong, 1), (right, 0)] {
        grows_with_length(&bombs, 12_000, code, &build);
    }
}

#[test]
fn front_matter_costs_what_its_length_does() {
    let check = |bytes: usize, bombs: &[Bomb]| {
        let site = Sandbox::new();
        for (name, front) in bombs {
            let text = format!("---\ntitle: 'The {name}'\n{}---\nx\n", front(bytes));
            site.write(&format!("content/papers/2025-08-06/{name}.md"), &text);
        }
        measure(site.command(&["check"]), PATIENCE)
    };
    grows_with_length(FRONTS, 15_000, 1, &check);
    let refused = check(70_000, FRONTS);
    let count = refused
        .stderr
        .matches("error[front-matter-too-long]")
        .count();
    assert!(count > FRONTS.len() / 2, "{count}: {}", refused.stderr);
    let told = check(60_000, FRONTS).stderr;
    assert!(
        told.contains("error[too-many-tags]: the paper has 8571 tags"),
        "{told}"
    );
    assert!(told.contains("error[bad-yaml]"), "{told}");
}

#[test]
fn items_cost_what_their_length_does() {
    let format = |bytes: usize, bombs: &[Bomb]| {
        let site = Sandbox::new();
        for (name, front) in bombs {
            let text = format!("---\n{}title: 'The {name}'\n---\nx\n", front(bytes));
            site.write(&format!("content/papers/2025-08-06/{name}.md"), &text);
        }
        measure(site.command(&["fmt", "--check"]), PATIENCE)
    };
    grows_with_length(ITEMS, 15_000, 1, &format);
}

#[test]
fn a_hundred_tags_on_each_paper_are_published() {
    let build = |papers: usize, _: &[Bomb]| {
        let site = Sandbox::new();
        for paper in 0..papers {
            let tags: Vec<String> = (0..100)
                .map(|tag| format!("t{}", paper * 100 + tag))
                .collect();
            let text = format!(
                "---\ntitle: 'Paper {paper}'\ntags: [{}]\n---\nx\n",
                tags.join(", ")
            );
            site.write(&format!("content/papers/2025-08-06/p{paper}.md"), &text);
        }
        measure(site.command(&["build"]), PATIENCE)
    };
    grows_with_length(&[], 2, 0, &build);
}

#[test]
fn vocabularies_cost_what_their_length_does() {
    for bomb in VOCABULARIES {
        let check = |bytes: usize, bombs: &[Bomb]| {
            let site = Sandbox::new();
            site.write("content/tags.yaml", &bombs[0].1(bytes));
            site.write(
                "content/papers/2025-08-06/a.md",
                "---\ntitle: 'A'\n---\nx\n",
            );
            measure(site.command(&["check"]), PATIENCE)
        };
        let code = i32::from(!["tags", "aliases"].contains(&bomb.0));
        grows_with_length(&[*bomb], 50_000, code, &check);
    }
}

#[test]
fn lists_cost_what_their_length_does() {
    for bomb in LISTS {
        let import = |bytes: usize, bombs: &[Bomb]| {
            let site = Sandbox::new();
            let (name, list) = bombs[0];
            site.write(name, &list(bytes));
            let arguments = ["import", name, "--date", "2025-08-06", "--dry-run"];
            measure(site.command(&arguments), PATIENCE)
        };
        let measured = import(100, &[*bomb]);
        assert!(
            matches!(measured.code, Some(0 | 1)),
            "{}: {measured:?}",
            bomb.0
        );
        grows_with_length(&[*bomb], 60_000, -1, &import);
    }
}

/// Runs a size and four times that size; any code but those of an end is a crash, and -1 is 0 or 1.
fn grows_with_length(
    bombs: &[Bomb],
    size: usize,
    code: i32,
    run: &dyn Fn(usize, &[Bomb]) -> Measured,
) {
    let names: Vec<&str> = bombs.iter().map(|(name, _)| *name).collect();
    let [small, large] = [size, 4 * size].map(|size| {
        let measured = run(size, bombs);
        let is_fine = match code {
            -1 => matches!(measured.code, Some(0 | 1)),
            code => measured.code == Some(code),
        };
        let said = measured.stderr.lines().rev().take(9).collect::<Vec<_>>();
        assert!(
            is_fine,
            "{names:?} of {size} ended with {:?}: {said:#?}",
            measured.code
        );
        measured
    });
    // Twice what grows with the length, and half of what grows with its square.
    let most = 8 * small.time + SLACK;
    if large.time > most && bombs.len() > 1 {
        for bomb in bombs {
            grows_with_length(&[*bomb], 4 * size, code, run);
        }
    }
    assert!(
        large.time < most,
        "{names:?}: {:?} for {size}, {:?} for four times that",
        small.time,
        large.time
    );
    let most = 6 * small.memory + 64 * MIB;
    assert!(
        large.memory <= most,
        "{names:?}: {} MiB for {size}, {} MiB for four times that",
        small.memory / MIB,
        large.memory / MIB
    );
}

#[test]
fn a_hundred_megabytes_are_read_or_refused_in_some_memory() {
    let site = Sandbox::new();
    // A tenth of it without optimisation takes long enough for every change.
    let tenths = if support::is_thorough() { 10 } else { 1 };
    let line = "word ".repeat(tenths * 1_000_000);
    site.write(
        "content/pages/line.md",
        &format!("---\ntitle: Line\n---\n{line}\n"),
    );
    site.write("line.txt", &line);
    let lines: String = (0..tenths * 10_000)
        .map(|n| format!("line {n} of {}\n", "words ".repeat(170)))
        .collect();
    assert!(lines.len() > tenths * 10_000_000);
    site.write("lines.txt", &lines);
    for (arguments, size, code) in [
        (["check"].as_slice(), line.len(), 0),
        (&["import", "line.txt", "--dry-run"], line.len(), 1),
        (&["import", "lines.txt", "--dry-run"], lines.len(), 1),
    ] {
        let measured = measure(site.command(arguments), 4 * PATIENCE);
        let said = measured.stderr.chars().take(500).collect::<String>();
        assert_eq!(measured.code, Some(code), "{arguments:?}: {said}");
        let most = 24 * size as u64 + 128 * MIB;
        assert!(
            measured.memory < most,
            "{arguments:?}: {} MiB",
            measured.memory / MIB
        );
    }
}

/// A page of loops that turn 10^20 times, written without a word.
fn endless() -> Sandbox {
    let site = Sandbox::new();
    site.write(
        "content/papers/2025-08-06/a.md",
        "---\ntitle: 'A'\n---\nx\n",
    );
    assert_eq!(site.digest(&["build"]).code, 0);
    let mut template = String::new();
    for name in ["i", "j", "k", "l"] {
        template += &format!("{{% for {name} in range(end=100000) -%}}");
    }
    template += &"{%- endfor %}".repeat(4);
    site.write("themes/default/templates/paper.html", &template);
    site
}

#[test]
fn a_template_that_loops_is_told_and_the_old_site_stays() {
    let site = endless();
    let before = site.tree("public");
    let ran = site.digest(&["build"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for told in [
        "error[bad-template]: the loops of the page take more than 10 million turns, while rendering papers/a.html",
        " --> themes/default/templates/paper.html:1:",
    ] {
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
    assert_eq!(site.tree("public"), before, "the old site is whole");
}

#[test]
fn a_template_that_writes_without_end_is_told() {
    let site = endless();
    let template = format!(
        "{{% for i in range(end=100000) %}}{}{{% endfor %}}",
        "x".repeat(4096)
    );
    site.write("themes/default/templates/paper.html", &template);
    let measured = measure(site.command(&["check"]), PATIENCE);
    assert_eq!(measured.code, Some(1), "{}", measured.stderr);
    let told =
        "error[bad-template]: the page is longer than 256 MiB, while rendering papers/a.html";
    assert!(measured.stderr.contains(told), "{}", measured.stderr);
    assert!(
        measured.memory < 1024 * MIB,
        "{} MiB",
        measured.memory / MIB
    );
}

#[test]
fn a_template_that_includes_itself_is_told() {
    let site = endless();
    let template = "{% include \"paper.html\" %}";
    site.write("themes/default/templates/paper.html", template);
    let ran = site.digest(&["check"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("error[bad-template]"), "{}", ran.stderr);
}

/// The preview's thread ends too, so an edit of the template is shown at once and nothing spins on.
#[cfg(target_os = "linux")]
#[test]
fn a_preview_outlives_a_template_that_loops() {
    let site = endless();
    let preview = Preview::start(&site);
    let answer = preview.ask("/papers/a.html");
    assert!(
        answer.starts_with("HTTP/1.1 500") && answer.contains("10 million turns"),
        "{answer}"
    );
    site.write("themes/default/templates/paper.html", "well again");
    assert!(preview.ask("/papers/a.html").contains("well again"));
    let time = || {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", preview.id())).expect("it runs");
        let fields: Vec<u64> = stat
            .split(' ')
            .filter_map(|field| field.parse().ok())
            .collect();
        fields[9] + fields[10]
    };
    let before = time();
    std::thread::sleep(Duration::from_secs(1));
    assert!(
        time() - before < 50,
        "a thread spins on: {} ticks",
        time() - before
    );
}

/// What a turn does is the template's own business, so one can still take long; Ctrl-C is the way out.
#[cfg(unix)]
#[test]
fn a_template_that_takes_long_can_be_interrupted() {
    let site = endless();
    let before = site.tree("public");
    let template = "{% for i in range(end=90000) %}{% set all = [[x for x in site.title] for y in site.title] %}{% set more = [[[z for z in words.months] for x in words.months] for y in words.months] %}{% endfor %}";
    site.write("themes/default/templates/paper.html", template);
    for command in [["build"].as_slice(), &["serve", "--port", "0"]] {
        let mut child = site
            .command(command)
            .stderr(Stdio::null())
            .spawn()
            .expect("the command runs");
        std::thread::sleep(Duration::from_secs(1));
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("a signal").success());
        let start = Instant::now();
        child.wait().expect("an end");
        assert!(start.elapsed() < Duration::from_secs(5), "{command:?}");
    }
    assert_eq!(site.tree("public"), before, "the old site is whole");
}
