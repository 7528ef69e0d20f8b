//! The architecture, as far as a program can read it: the order of modules is the order in
//! `src/lib.rs`, and each third-party crate with a domain is known to one module.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Crates that any module may name: they add words to the language, not a domain.
const COMMON: [&str; 6] = ["std", "core", "alloc", "anyhow", "rustc_hash", "serde"];

/// Crates that several modules name, and why.
const SHARED: [(&str, &str); 7] = [
    (
        "tempfile",
        "`disk` writes with it, a watch listens to a file of its own",
    ),
    (
        "clap",
        "each command declares its own arguments, `cli` the commands",
    ),
    (
        "serde_json",
        "JSON values are the free form of `extra` and of reports",
    ),
    (
        "toml",
        "settings and tables of words are both read key by key",
    ),
    ("memchr", "a search for a byte, in scanners"),
    (
        "xxhash_rust",
        "a hash, for the memo and for names that change with content",
    ),
    (
        "unicode_normalization",
        "letters are compared and composed in more than one place",
    ),
];

#[test]
fn a_module_uses_only_modules_above_it() {
    let order = modules_in_order();
    let mut wrong = Vec::new();
    for (position, module) in order.iter().enumerate() {
        for (file, text) in sources_of(module) {
            for used in used_modules(&text) {
                let Some(found) = order.iter().position(|name| *name == used) else {
                    continue;
                };
                if found > position {
                    wrong.push(format!(
                        "{} uses `{used}`, which stands below `{module}`",
                        file.display()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_is_in_the_list() {
    let order = modules_in_order();
    for entry in fs::read_dir(src()).expect("the sources are there") {
        let path = entry.expect("a readable folder").path();
        let stem = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if stem != "lib" && stem != "main" {
            assert!(
                order.contains(&stem),
                "`{stem}` is not a module of src/lib.rs"
            );
        }
    }
}

#[test]
fn every_module_says_what_it_owns() {
    for module in modules_in_order() {
        for (file, text) in sources_of(&module) {
            assert!(
                text.starts_with("//! "),
                "{} has no module doc",
                file.display()
            );
        }
    }
}

#[test]
fn each_crate_with_a_domain_is_known_to_one_module() {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for module in modules_in_order() {
        for (file, text) in sources_of(&module) {
            // Tests may look anywhere, those that stand in a file of their own too.
            if file.components().any(|part| part.as_os_str() == "tests")
                || file.file_stem().is_some_and(|stem| stem == "tests")
            {
                continue;
            }
            for name in dependencies() {
                let shared = SHARED.iter().any(|(shared, _)| *shared == name);
                if !COMMON.contains(&name.as_str()) && !shared && names_crate(&text, &name) {
                    let modules = known.entry(name).or_default();
                    if !modules.contains(&module) {
                        modules.push(module.clone());
                    }
                }
            }
        }
    }
    let wrong: Vec<_> = known
        .iter()
        .filter(|(_, modules)| modules.len() > 1)
        .collect();
    assert!(
        wrong.is_empty(),
        "crates that several modules name: {wrong:?}"
    );
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn modules_in_order() -> Vec<String> {
    let text = fs::read_to_string(src().join("lib.rs")).expect("src/lib.rs is there");
    let name = |line: &str| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned());
    let modules: Vec<String> = text.lines().filter_map(name).collect();
    assert!(modules.len() > 20, "the list of modules could not be read");
    modules
}

/// The files of a module, those of its parts too.
fn sources_of(module: &str) -> Vec<(PathBuf, String)> {
    let mut files = vec![src().join(format!("{module}.rs"))];
    let mut folders = vec![src().join(module)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            let tests = path.file_stem().is_some_and(|stem| stem == "tests");
            if tests {
                // What a test names is its own business.
            } else if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files
        .into_iter()
        .filter_map(|file| Some((file.clone(), code_of(&fs::read_to_string(&file).ok()?))))
        .collect()
}

/// The text without its tests, which may look anywhere, and without comments but the first line.
fn code_of(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let mut lines = text[..end].lines();
    let first = lines.next().unwrap_or("").to_owned();
    let rest = lines.filter(|line| !line.trim_start().starts_with("//"));
    std::iter::once(first.as_str())
        .chain(rest)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The modules behind `crate::`, in paths and in grouped imports.
fn used_modules(text: &str) -> Vec<String> {
    let word = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let mut used = Vec::new();
    for (at, path) in text.match_indices("crate::") {
        let rest = &text[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let end = group.find("};").unwrap_or(group.len());
                used.extend(group[..end].split([',', '{']).map(|part| word(part.trim())));
            }
            None => used.push(word(rest)),
        }
    }
    used
}

fn dependencies() -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .expect("Cargo.toml is there");
    let section = text
        .split("[dependencies]\n")
        .nth(1)
        .expect("there are dependencies");
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| Some(line.split_once(" = ")?.0.replace('-', "_")))
        .collect()
}

fn names_crate(text: &str, name: &str) -> bool {
    let starts_word =
        |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    text.match_indices(&format!("{name}::"))
        .any(|(at, _)| starts_word(at))
        || text.contains(&format!("use {name};"))
}
