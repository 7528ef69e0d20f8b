//! Disks that are full or read-only, and files that may not be read.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::support::mail::SETTINGS;
use crate::support::{Ran, Sandbox, real_input};
use crate::{Tree, check_whole, content, is_root, small_site};

/// A file system in memory, gone with the test.
struct Mount(PathBuf);

impl Mount {
    /// Mounts one over a folder; `None`, with a printed reason, where that is refused.
    fn over(folder: PathBuf, options: &str) -> Option<Mount> {
        std::fs::create_dir_all(&folder).expect("a folder");
        let ran = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&folder)
            .output();
        match ran {
            Ok(ran) if ran.status.success() => Some(Mount(folder)),
            _ => {
                eprintln!("skipped: a file system cannot be mounted here (it takes root)");
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        let mut command = Command::new("mount");
        command
            .args(["-o", &format!("remount,{options}")])
            .arg(&self.0);
        assert!(command.status().expect("it ran before").success());
    }

    /// Fills it up to so many bytes.
    fn fill(&self, left: usize) {
        let filler = self.0.join("static-filler");
        let _ = std::fs::remove_file(&filler);
        let block = vec![0; 4096];
        let mut file = std::fs::File::create(&filler).expect("a file");
        let mut written = 0;
        while std::io::Write::write_all(&mut file, &block).is_ok() {
            written += block.len();
        }
        file.set_len(written.saturating_sub(left) as u64)
            .expect("a shorter file");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn copy(from: &Sandbox, to: &Sandbox) {
    for (name, bytes) in from.tree(".") {
        let path = to.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
}

/// Checks that a run ended as one that the machine stopped, and said why.
fn check_told(ran: &Ran, why: &str) {
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: cannot "), "{}", ran.stderr);
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
}

#[test]
fn a_build_onto_a_full_disk_leaves_the_old_site() {
    let site = small_site(60);
    let Some(disk) = Mount::over(site.path().join("disk"), "size=4m") else {
        return;
    };
    let build = ["build", "--output", "disk/public"];
    assert_eq!(site.digest(&build).code, 0);
    let (before, old) = (site.tree("disk/public"), content(&site));
    site.write(
        "content/papers/2025-08-06/new.md",
        "---\ntitle: 'New'\n---\nx\n",
    );
    for pages in [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89] {
        disk.fill(pages * 4096);
        let ran = site.digest(&build);
        check_told(&ran, "No space left on device");
        assert!(
            site.tree("disk/public") == before,
            "{pages} pages: the old site is whole"
        );
        assert!(
            !site.path().join("disk/.public.staging").exists(),
            "{pages} pages"
        );
    }
    std::fs::remove_file(site.path().join("disk/static-filler")).expect("a file");
    assert_eq!(site.digest(&build).code, 0);
    check_whole(&site.tree("disk/public"));
    assert_eq!(content(&site).len(), old.len() + 1);
}

#[test]
fn commands_that_write_content_change_nothing_on_a_full_disk() {
    let site = Sandbox::new();
    let Some(disk) = Mount::over(site.path().to_owned(), "size=6m") else {
        return;
    };
    copy(&small_site(60), &site);
    let settings = "title = \"Test\"\nbase_url = \"https://u.github.io/repo/\"\n";
    let server = "server = \"localhost\"\nport = 1\n";
    site.write("site.toml", &format!("{settings}{SETTINGS}{server}"));
    assert_eq!(site.digest(&["build"]).code, 0);
    let input = real_input();
    let (before, public) = (content(&site), site.tree("public"));
    for arguments in [
        ["fmt"].as_slice(),
        &["tags", "rename", "vision", "seeing"],
        &["import", &input, "--date", "2025-08-07"],
        &["email", "--send"],
        &["new", "A new paper", "--date", "2025-08-08"],
        &["build"],
        &["build", "--ledger"],
    ] {
        for pages in [0, 1, 2, 5, 20] {
            disk.fill(pages * 4096);
            let ran = site.digest(arguments);
            // What is as small as the room that is left is done.
            assert!(ran.code == 2 || pages > 0, "{arguments:?}: {}", ran.stderr);
            let is_done = ran.code == 0 || ran.stderr.contains("no connection");
            if !is_done {
                check_told(&ran, "No space left on device");
                let state = format!("{arguments:?} with {pages} pages left");
                assert!(content(&site) == before, "{state}");
                assert!(site.tree("public") == public, "{state}");
            }
            std::fs::remove_file(site.path().join("static-filler")).expect("a file");
            restore(&site, &before);
        }
    }
}

/// Puts content back as it was.
fn restore(site: &Sandbox, before: &Tree) {
    let folder = site.path().join("content");
    for name in content(site)
        .keys()
        .filter(|name| !before.contains_key(*name))
    {
        std::fs::remove_file(folder.join(name)).expect("a new file");
    }
    for (name, bytes) in before {
        std::fs::write(folder.join(name), bytes).expect("a file");
    }
}

#[test]
fn a_read_only_disk_is_told() {
    let site = Sandbox::new();
    let Some(disk) = Mount::over(site.path().to_owned(), "size=6m") else {
        return;
    };
    copy(&small_site(5), &site);
    assert_eq!(site.digest(&["build"]).code, 0);
    let (before, public) = (content(&site), site.tree("public"));
    disk.remount("ro");
    let input = real_input();
    for arguments in [
        ["build"].as_slice(),
        &["fmt"],
        &["tags", "rename", "vision", "seeing"],
        &["import", &input, "--date", "2025-08-07"],
        &["new", "A new paper"],
    ] {
        check_told(&site.digest(arguments), "Read-only file system");
        assert!(
            content(&site) == before && site.tree("public") == public,
            "{arguments:?}"
        );
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    let output = elsewhere.path().join("public").display().to_string();
    let ran = site.digest(&["build", "--output", &output]);
    assert_eq!(
        ran.code, 0,
        "what is only read may be read-only: {}",
        ran.stderr
    );
    assert_eq!(site.digest(&["check"]).code, 0);
}

/// Runs the program as somebody who may not do everything: root can read all files.
fn as_nobody(site: &Sandbox, arguments: &[&str]) -> Option<Ran> {
    if !is_root() {
        return Some(site.digest(arguments));
    }
    let program = site.path().join("program");
    if !program.exists() {
        std::fs::copy(env!("CARGO_BIN_EXE_digest"), &program).expect("a copy");
        std::fs::set_permissions(site.path(), PermissionsExt::from_mode(0o777)).expect("a mode");
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args(arguments)
        .current_dir(site.path())
        .env("NO_COLOR", "1");
    match command.output() {
        Ok(ran) => Some(Ran::of(&ran)),
        Err(error) => {
            eprintln!("skipped: setpriv: {error}");
            None
        }
    }
}

#[test]
fn what_may_not_be_read_is_told_by_name() {
    let site = small_site(5);
    site.write("public-key.txt", "x");
    let Some(ran) = as_nobody(&site, &["build"]) else {
        return;
    };
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (before, public) = (content(&site), site.tree("public"));
    let paths = [
        "content/papers/2025-08-06/paper-3.md",
        "content/tags.yaml",
        "site.toml",
        "content/papers/2025-08-06",
        "content",
    ];
    for path in paths {
        let whole = site.path().join(path);
        let mode = std::fs::metadata(&whole).expect("a file").permissions();
        std::fs::set_permissions(&whole, PermissionsExt::from_mode(0o000)).expect("a mode");
        for arguments in [["build"].as_slice(), &["check"], &["fmt"], &["list"]] {
            let ran = as_nobody(&site, arguments).expect("it ran before");
            check_told(&ran, "Permission denied");
            assert!(ran.stderr.contains(path), "{path}: {}", ran.stderr);
        }
        std::fs::set_permissions(&whole, mode).expect("a mode");
        assert!(
            content(&site) == before && site.tree("public") == public,
            "{path}"
        );
    }
}

#[test]
fn a_folder_in_the_place_of_a_file_is_no_crash() {
    for (path, code) in [
        ("content/papers/2025-08-06/folder.md", 0),
        ("content/tags.yaml", 0),
        ("content/sent.txt", 0),
        ("themes/default/templates/paper.html", 0),
    ] {
        let site = Sandbox::new();
        site.write(
            "content/papers/2025-08-06/a.md",
            "---\ntitle: 'A'\n---\nx\n",
        );
        std::fs::create_dir_all(site.path().join(path)).expect("a folder");
        let ran = site.digest(&["build"]);
        assert_eq!(ran.code, code, "{path}: {}", ran.stderr);
    }
}
