//! A site in a temporary folder, and the real command run on it.

// Each test binary compiles this module and uses a part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub mod http;
pub mod mail;
pub mod measured;
pub mod preview;
pub mod search;
pub mod ten_thousand;

/// This is a folder with a site, deleted at the end of the test.
pub struct Sandbox {
    folder: tempfile::TempDir,
}

/// This is what a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    /// Makes an empty site: the settings file alone.
    pub fn new() -> Sandbox {
        let sandbox = Sandbox {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        sandbox.write("site.toml", "title = \"Test\"\n");
        sandbox
    }

    /// Makes a site of the real input.
    pub fn with_real_papers() -> Sandbox {
        let sandbox = Sandbox::new();
        for file in ["site.toml", "content/tags.yaml"] {
            sandbox.write(
                file,
                &fs::read_to_string(repository().join(file)).expect("the repository's own site"),
            );
        }
        let ran = sandbox.digest(&["import", &real_input(), "--date", "2025-08-06"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        sandbox
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        fs::write(path, text).expect("a writable file");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_digest"));
        command
            .args(arguments)
            .current_dir(self.path())
            .stdin(Stdio::null())
            .env("NO_COLOR", "1");
        command
    }

    /// Runs the command in the site's folder.
    pub fn digest(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("the command runs"))
    }

    /// Returns every file below a folder of the site: path and bytes.
    pub fn tree(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        tree(&self.path().join(folder))
    }
}

impl Ran {
    pub fn of(output: &Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Tells whether tests that can be longer should be: `DIGEST_THOROUGH=1`, on a night or before a release.
pub fn is_thorough() -> bool {
    std::env::var_os("DIGEST_THOROUGH").is_some()
}

/// Returns the folder of this repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the path of the real input.
pub fn real_input() -> String {
    repository()
        .join("tests/data/daily-papers.txt")
        .display()
        .to_string()
}

/// Returns every file below a folder: path and bytes.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in
            fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display()))
        {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .expect("below the folder")
                    .display()
                    .to_string();
                files.insert(name, fs::read(&path).expect("a readable file"));
            }
        }
    }
    files
}

/// Returns the interpreter of Python that has the judges: `DIGEST_PYTHON`, or that of `tests/tools/set-up`.
pub fn python_path() -> PathBuf {
    let installed = repository().join("target/test-tools/python/bin/python");
    match std::env::var_os("DIGEST_PYTHON") {
        Some(named) => named.into(),
        None if installed.exists() => installed,
        None => "python3".into(),
    }
}

/// Tells whether the interpreter has a module; says that a test was skipped where it has not.
///
/// Where the judges are required, as before a landing, a missing one is a failure.
pub fn python_has(module: &str) -> bool {
    let mut command = Command::new(python_path());
    command
        .args(["-c", &format!("import {module}")])
        .stdin(Stdio::null());
    let has = command.output().is_ok_and(|output| output.status.success());
    if !has {
        missing(&format!("Python has no {module}"));
    }
    has
}

/// Says that a test was skipped; where the judges are required, it fails.
pub fn missing(what: &str) {
    assert!(
        std::env::var_os("DIGEST_REQUIRE_BROWSER").is_none(),
        "{what}"
    );
    eprintln!("skipped: {what}");
}

/// Runs a Python program in a folder; skipped with a printed reason where the module is missing.
pub fn python(folder: &Path, module: &str, program: &str) -> Option<String> {
    if !python_has(module) {
        return None;
    }
    let mut command = Command::new(python_path());
    command
        .args(["-c", program])
        .current_dir(folder)
        .stdin(Stdio::null());
    let ran = Ran::of(&command.output().expect("it ran before"));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    Some(ran.stdout)
}
