//! Every file in `tests/cases/` is a test of the real command; `UPDATE=1` rewrites what they expect.
//!
//! `case_file` says how a case is written. `tests/cases/problems/` holds one for each code.
#![allow(clippy::disallowed_methods)]

mod case_file;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use case_file::Case;
use paper_digest::diagnostic::{Code, Severity};
use rayon::prelude::*;

#[test]
fn every_case_comes_to_what_it_expects() {
    let update = env::var_os("UPDATE").is_some();
    let digest = Path::new(env!("CARGO_BIN_EXE_digest"));
    let files = case_files();
    assert!(!files.is_empty(), "there are cases");
    let wrong: Vec<String> = files
        .par_iter()
        .filter_map(|(name, text)| {
            let told = check(digest, text, |found| {
                if update {
                    fs::write(cases().join(name), found).expect("a writable case");
                }
                update
            });
            told.err()
                .map(|error| format!("tests/cases/{name}: {error}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{}\n\nUPDATE=1 cargo test --test cases rewrites what is expected",
        wrong.join("\n\n")
    );
}

#[test]
fn every_code_has_a_case_that_shows_it() {
    if env::var_os("UPDATE").is_some() {
        // The cases are being rewritten by the test beside this one.
        return;
    }
    let wrong = codes_not_shown(|name| fs::read_to_string(cases().join(name)).ok());
    assert!(
        wrong.is_empty(),
        "no case shows the message of a code:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_code_whose_case_is_missing_or_shows_another_is_told() {
    if env::var_os("UPDATE").is_some() {
        return;
    }
    let wrong = codes_not_shown(|name| match name {
        "problems/unknown-tag.txt" => None,
        "problems/near-limit.txt" => {
            let text = fs::read_to_string(cases().join("problems/unlinked.txt"));
            Some(text.expect("a readable case"))
        }
        "problems/bad-date.txt" => {
            let text = fs::read_to_string(cases().join(name)).expect("a readable case");
            Some(text.replace("error[bad-date]: ", "warning[bad-date]: "))
        }
        name => fs::read_to_string(cases().join(name)).ok(),
    });
    let mut expected = [
        "problems/bad-date.txt",
        "problems/near-limit.txt",
        "problems/unknown-tag.txt",
    ];
    expected.sort_by_key(|name| Code::ALL.iter().position(|code| case_of(*code) == **name));
    assert_eq!(wrong, expected);
}

/// The names of cases that should show the message of a code, with its severity, and do not.
fn codes_not_shown(read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let shows = |code: Code| {
        let case = Case::parse(&read(&case_of(code))?).ok()?;
        let word = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        case.says(&format!("{word}[{}]: ", code.name()))
            .then_some(())
    };
    let codes = Code::ALL.iter().copied();
    codes
        .filter(|code| shows(*code).is_none())
        .map(case_of)
        .collect()
}

fn case_of(code: Code) -> String {
    format!("problems/{}.txt", code.name())
}

#[test]
fn every_case_of_a_problem_is_named_after_a_code() {
    let names: Vec<String> = Code::ALL.iter().map(|code| case_of(*code)).collect();
    let files = case_files();
    let stray: Vec<&str> = files
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| name.starts_with("problems/") && !names.iter().any(|known| known == name))
        .collect();
    assert!(stray.is_empty(), "no code is called so: {stray:?}");
}

#[test]
fn a_case_with_a_mistake_is_refused() {
    for (text, expected) in [
        (
            "A sentence.\n",
            "a case has a sentence and at least one `$ digest …`",
        ),
        ("A.\n$ digest x\nexit x\n", "`exit x` is no exit code"),
        (
            "A.\n$ digest x\nloose\n",
            "`loose` stands outside of a section",
        ),
        (
            "A.\n-- stderr --\n$ digest x\n",
            "stderr cannot stand before the first command",
        ),
        (
            "A.\n-- a --\n-- a --\n$ digest x\n",
            "a stands twice before the first command",
        ),
        (
            "A.\n$ digest x\n-- a (edited) --\n",
            "no command follows the change of a",
        ),
        (
            "A.\n$ digest x\n-- a (absent) --\nb\n",
            "a cannot be marked so",
        ),
        (
            "A.\n$ digest x\n-- a (edited) --\n-- b --\n$ digest x\n",
            "what is expected of b stands behind a change",
        ),
    ] {
        assert_eq!(Case::parse(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn a_file_that_is_expected_but_missing_fails_whatever_is_updated() {
    let digest = Path::new(env!("CARGO_BIN_EXE_digest"));
    let text = "A.\n$ digest --version\n-- public/indx.html --\n";
    let told = check(digest, text, |_| true);
    assert_eq!(
        told,
        Err("public/indx.html: No such file or directory (os error 2)".to_owned())
    );
    let text = "A.\n$ digest --version\n-- site.toml (absent) --\n";
    assert_eq!(
        check(digest, text, |_| true),
        Err("site.toml is there".to_owned())
    );
}

/// Runs a case; `accept` gets the text with what was found, when that is not what was expected.
fn check(digest: &Path, text: &str, accept: impl Fn(&str) -> bool) -> Result<(), String> {
    let case = Case::parse(text)?;
    let found = case.run(digest)?.write();
    if found == text || accept(&found) {
        return Ok(());
    }
    Err(difference(text, &found))
}

/// Shows the lines from the first to the last that differ.
fn difference(expected: &str, found: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let lines = |sign: &str, lines: &[&str]| -> String {
        lines.iter().map(|line| format!("\n{sign}{line}")).collect()
    };
    format!(
        "line {}{}{}",
        head + 1,
        lines("- ", &old[head..old.len() - tail]),
        lines("+ ", &new[head..new.len() - tail])
    )
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Returns every case: its path below `tests/cases/`, and its text.
fn case_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![cases()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(cases()).expect("below the folder");
            let text = fs::read_to_string(&path).expect("a readable case");
            files.push((name.display().to_string(), text));
        }
    }
    files.sort();
    files
}
