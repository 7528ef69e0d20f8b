//! What the program is made of: the lock file is held to the lists of `deny.toml` and of
//! `docs/dependencies.md`, without a network and without `cargo deny`, which a workflow runs too.
#![allow(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// This is one dependency, on whatever system it is used.
struct Package {
    name: String,
    version: String,
    license: String,
    source: String,
    folder: PathBuf,
}

/// Reads all that goes into the program or into its making; what only tests use is left out.
///
/// `None`, with a printed reason, where the sources of other systems' crates are not at hand.
fn packages() -> Option<Vec<Package>> {
    let ran = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--offline",
            "--all-features",
            "--format-version",
            "1",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    if !ran.status.success() {
        // Crates of other systems are fetched by nobody who only builds.
        eprintln!("skipped: {}", String::from_utf8_lossy(&ran.stderr));
        return None;
    }
    let metadata: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    let nodes: BTreeMap<&str, &Value> = list(&metadata["resolve"]["nodes"])
        .map(|node| (text(&node["id"]), node))
        .collect();
    let root = text(&metadata["resolve"]["root"]);
    let (mut used, mut next) = (BTreeSet::new(), vec![root]);
    while let Some(id) = next.pop() {
        if used.insert(id) {
            let needed = list(&nodes[id]["deps"]).filter(|dependency| {
                list(&dependency["dep_kinds"]).any(|kind| kind["kind"] != "dev")
            });
            next.extend(needed.map(|dependency| text(&dependency["pkg"])));
        }
    }
    used.remove(root);
    let packages =
        list(&metadata["packages"]).filter(|package| used.contains(text(&package["id"])));
    let package = |package: &Value| Package {
        name: text(&package["name"]).to_owned(),
        version: text(&package["version"]).to_owned(),
        license: package["license"].as_str().unwrap_or_default().to_owned(),
        source: package["source"].as_str().unwrap_or_default().to_owned(),
        folder: Path::new(text(&package["manifest_path"]))
            .parent()
            .expect("a folder")
            .to_owned(),
    };
    Some(packages.map(package).collect())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn rules() -> toml::Table {
    read("deny.toml").parse().expect("deny.toml is TOML")
}

/// Tells whether an expression such as `(MIT OR Apache-2.0) AND Unicode-3.0` is satisfied by a list.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    // Old crates write a slash for OR.
    let expression = expression.replace('/', " OR ");
    let spaced = expression.replace('(', " ( ").replace(')', " ) ");
    let mut words: Vec<String> = Vec::new();
    for word in spaced.split_whitespace() {
        match words.last_mut() {
            Some(last) if word == "WITH" || last.ends_with(" WITH") => {
                *last = format!("{last} {word}");
            }
            _ => words.push(word.to_owned()),
        }
    }
    let mut at = 0;
    let result = any(&words, &mut at, allowed);
    result && at == words.len()
}

fn any(words: &[String], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut result = all(words, at, allowed);
    while words.get(*at).is_some_and(|word| word == "OR") {
        *at += 1;
        result |= all(words, at, allowed);
    }
    result
}

fn all(words: &[String], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut result = one(words, at, allowed);
    while words.get(*at).is_some_and(|word| word == "AND") {
        *at += 1;
        result &= one(words, at, allowed);
    }
    result
}

fn one(words: &[String], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if word != "(" {
        return allowed.contains(word);
    }
    let result = any(words, at, allowed);
    *at += 1;
    result
}

#[test]
fn an_expression_of_licences_is_read() {
    let allowed: BTreeSet<String> = ["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"]
        .map(str::to_owned)
        .into();
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(GPL-3.0 OR MIT) AND Zlib", true),
        ("MIT AND (GPL-3.0 OR AGPL-3.0)", false),
        ("GPL-3.0 OR Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn every_dependency_has_a_licence_of_the_list_and_comes_from_the_registry() {
    let Some(packages) = packages() else { return };
    assert!(packages.len() > 100, "the tree was read");
    let rules = rules();
    let allowed: BTreeSet<String> = rules["licenses"]["allow"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect();
    let banned: Vec<&str> = rules["bans"]["deny"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|ban| ban["crate"].as_str().expect("a name"))
        .collect();
    for Package {
        name,
        version,
        license,
        source,
        ..
    } in &packages
    {
        assert!(
            is_allowed(license, &allowed),
            "{name} {version}: `{license}`"
        );
        let is_registry = source == "registry+https://github.com/rust-lang/crates.io-index";
        assert!(is_registry, "{name} {version} comes from {source}");
        assert!(!banned.contains(&name.as_str()), "{name} is banned");
    }
}

#[test]
fn every_dependency_with_unsafe_code_is_listed_with_a_reason() {
    let Some(packages) = packages() else { return };
    let unsafe_ones: BTreeSet<String> = packages
        .iter()
        .filter(|package| has_unsafe(&package.folder))
        .map(|package| package.name.clone())
        .collect();
    let page = read("docs/dependencies.md");
    let table = page.split("## Unsafe code").nth(1).expect("the section");
    let table = table.split("\n## ").next().expect("the section");
    let mut listed = BTreeSet::new();
    for row in table
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'))
    {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        assert!(
            cells.len() == 2 && cells[0].trim().len() > 20,
            "no reason: {row}"
        );
        for name in cells[1].split('`').skip(1).step_by(2) {
            assert!(listed.insert(name.to_owned()), "{name} is listed twice");
        }
    }
    let new: Vec<&String> = unsafe_ones.difference(&listed).collect();
    let gone: Vec<&String> = listed.difference(&unsafe_ones).collect();
    assert!(new.is_empty(), "not in docs/dependencies.md: {new:?}");
    assert!(
        gone.is_empty(),
        "listed in docs/dependencies.md, and no longer there: {gone:?}"
    );
}

/// Tells whether a crate has a block, a function or an implementation that is unsafe, outside of its tests.
fn has_unsafe(folder: &Path) -> bool {
    let left_out = ["tests", "benches", "examples", "fuzz", "target"];
    let files = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() == 0 || !left_out.iter().any(|name| entry.file_name() == *name)
        });
    files
        .filter_map(Result::ok)
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "rs")
        })
        .any(|entry| {
            let bytes = std::fs::read(entry.path()).expect("a source");
            let text = String::from_utf8_lossy(&bytes);
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            code.into_iter().any(is_unsafe)
        })
}

fn is_unsafe(line: &str) -> bool {
    line.match_indices("unsafe").any(|(at, word)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].trim_start();
        let is_word = !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let starts = ["{", "fn ", "impl", "extern ", "trait "];
        is_word && starts.iter().any(|start| after.starts_with(start))
    })
}

#[test]
fn the_oldest_compiler_is_said_once_and_meant() {
    let settings: toml::Table = read("Cargo.toml").parse().expect("TOML");
    let said = settings["package"]["rust-version"]
        .as_str()
        .expect("a version");
    for name in ["README.md", ".github/workflows/supply-chain.yml"] {
        assert!(read(name).contains(said), "{name} does not say {said}");
    }
    let Some(packages) = packages() else { return };
    for package in packages {
        let manifest =
            std::fs::read_to_string(package.folder.join("Cargo.toml")).expect("a manifest");
        let manifest: toml::Table = manifest.parse().expect("TOML");
        let Some(wanted) = manifest["package"]
            .get("rust-version")
            .and_then(|v| v.as_str())
        else {
            continue;
        };
        let number = |version: &str| -> Vec<u32> {
            version
                .split('.')
                .take(2)
                .filter_map(|part| part.parse().ok())
                .collect()
        };
        assert!(
            number(wanted) <= number(said),
            "{} wants Rust {wanted}",
            package.name
        );
    }
}

#[test]
fn the_lock_file_is_committed() {
    let ran = Command::new("git")
        .args(["ls-files", "--error-unmatch", "Cargo.lock"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let is_repository = Path::new(env!("CARGO_MANIFEST_DIR")).join(".git").exists();
    if let (Ok(ran), true) = (ran, is_repository) {
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}
