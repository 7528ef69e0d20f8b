//! A budget for the work of a build: how many instructions 1,000 papers take, counted by callgrind.
//!
//! Instructions do not depend on what else a machine does, so a build that has become slower is found
//! where its time could not be measured. The program under test is the unoptimized one, which does the
//! same work with more words; the budget is for it, and says nothing about seconds.

use std::path::Path;
use std::process::Command;

#[path = "../benches/build/papers.rs"]
#[allow(dead_code)]
mod papers;
#[path = "../benches/build/random.rs"]
#[allow(dead_code)]
mod random;
#[path = "../benches/build/site.rs"]
mod site;

const PAPERS: usize = 1_000;

/// Instructions of a whole build on one thread, with the templates of the race against Hugo.
///
/// Set it to what the test prints when work was saved, and say why in the commit when it must grow.
const BUDGET: u64 = 1_720_000_000;

/// How much a processor with other instructions, or another compiler, may add; in percent.
const TOLERANCE: u64 = 5;

#[test]
fn a_build_of_a_thousand_papers_keeps_its_budget() {
    let is_there = Command::new("valgrind").arg("--version").output();
    if !is_there.is_ok_and(|output| output.status.success()) {
        println!("skipped: valgrind, which counts instructions, is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("site");
    let corpus = papers::Corpus::own().expect("the repository's papers");
    site::generate(&root, &corpus, PAPERS, "plain").expect("a site");
    let used = count(&root);
    let share = used as f64 / BUDGET as f64 * 100.0;
    println!("{used} instructions, {share:.1} % of the budget");
    assert!(
        used <= BUDGET / 100 * (100 + TOLERANCE),
        "a build takes {used} instructions, {share:.1} % of the budget of {BUDGET}"
    );
}

fn count(root: &Path) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_digest"))
        .args(["build", "--root"])
        .arg(root)
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let collected = said.split("Collected : ").nth(1);
    let number = collected.and_then(|text| text.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("callgrind says how much it counted:\n{said}"))
}
