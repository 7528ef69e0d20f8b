//! A small site with one of everything, whole: every byte of its output is in `tests/golden/public`.
//!
//! `UPDATE=1 cargo test --test golden` writes it anew; then read the difference.

mod support;

use std::fs;

use support::{repository, tree};

#[test]
fn the_small_site_comes_out_byte_for_byte() {
    let golden = repository().join("tests/golden");
    let output = tempfile::tempdir().expect("a temporary folder");
    let built = output.path().join("public");
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_digest"))
        .args(["build", "--root"])
        .arg(golden.join("site"))
        .arg("--output")
        .arg(&built)
        .output()
        .expect("the command runs");
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let mut found = tree(&built);
    for bytes in found.values_mut() {
        *bytes = without_style_version(bytes);
    }
    // Which files are ours is no part of the site; the style sheet is compared as the theme's file.
    // Pictures are the drawer's to test.
    let compared =
        |name: &str| name != ".digest" && !name.starts_with("theme/") && !name.ends_with(".png");
    found.retain(|name, _| compared(name));

    let expected_folder = golden.join("public");
    if std::env::var_os("UPDATE").is_some() {
        let _ = fs::remove_dir_all(&expected_folder);
        for (name, bytes) in &found {
            let path = expected_folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
            fs::write(path, bytes).expect("a writable file");
        }
    }
    let expected = tree(&expected_folder);
    let names: Vec<&String> = found.keys().collect();
    assert_eq!(names, expected.keys().collect::<Vec<_>>());
    for (name, bytes) in &found {
        let (found, expected) = (
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&expected[name]),
        );
        let line = found
            .lines()
            .zip(expected.lines())
            .position(|(a, b)| a != b);
        assert!(
            found == expected,
            "{name} differs from line {}",
            line.map_or(0, |line| line + 1)
        );
    }
}

/// A change of the style sheet changes its address on every page, and nothing that this test is for.
fn without_style_version(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split("?v=");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| {
        format!(
            "?v={}",
            part.trim_start_matches(|c: char| c.is_ascii_hexdigit())
        )
    });
    (first + &rest.collect::<String>()).into_bytes()
}
