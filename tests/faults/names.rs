//! Names and folders as no person makes them, and clocks that are wrong.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::{Sandbox, is_thorough, python};
use crate::{check_whole, content, small_site};

#[test]
fn links_in_circles_and_out_of_the_site_are_left_alone() {
    let site = small_site(3);
    let day = site.path().join("content/papers/2025-08-06");
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(
        outside.path().join("secret.md"),
        "---\ntitle: 'Secret'\n---\nx\n",
    )
    .expect("a file");
    for (target, name) in [
        (".", "self"),
        ("..", "up"),
        ("loop-b.md", "loop-a.md"),
        ("loop-a.md", "loop-b.md"),
        ("nowhere.md", "dangling.md"),
        ("/dev/zero", "zero.md"),
        ("/dev/zero", "zero.png"),
        (outside.path().to_str().expect("UTF-8"), "outside"),
        (
            outside.path().join("secret.md").to_str().expect("UTF-8"),
            "secret.md",
        ),
    ] {
        symlink(target, day.join(name)).expect("a link");
    }
    for arguments in [["build"].as_slice(), &["check"], &["fmt"]] {
        let ran = site.digest(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    }
    let public = site.tree("public");
    check_whole(&public);
    assert!(public.contains_key("papers/paper-0.html"));
    assert!(
        !public
            .keys()
            .any(|name| name.contains("secret") || name.contains("zero"))
    );
}

#[test]
fn content_and_static_files_may_stand_elsewhere() {
    let (site, elsewhere) = (small_site(3), tempfile::tempdir().expect("a folder"));
    site.write("static/img/x.txt", "x");
    assert_eq!(site.digest(&["build"]).code, 0);
    let public = site.tree("public");
    for name in ["content", "static"] {
        let (here, there) = (site.path().join(name), elsewhere.path().join(name));
        let moved = Command::new("mv").args([&here, &there]).status();
        assert!(moved.expect("mv runs").success());
        symlink(&there, &here).expect("a link");
    }
    let ran = site.digest(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(site.tree("public") == public);
}

#[test]
fn a_link_into_the_site_stays_one_when_its_file_is_formatted() {
    let site = small_site(1);
    site.write(
        "content/shared/x.md",
        "---\ntags: [agents, vision]\ntitle: 'X'\n---\nx\n",
    );
    let link = site.path().join("content/papers/2025-08-06/x.md");
    symlink("../../shared/x.md", &link).expect("a link");
    let ran = site.digest(&["fmt"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(link.is_symlink());
    assert!(site.read("content/shared/x.md").starts_with("---\ntitle:"));
}

#[test]
fn a_name_that_is_not_utf8_is_told() {
    let site = small_site(2);
    for (folder, name) in [
        ("content/papers/2025-08-06", b"caf\xe9.md".as_slice()),
        ("content/papers", b"\xff\xfe"),
        ("static", b"\x80.png"),
        ("themes/default/static", b"\xc3.css"),
    ] {
        let folder = site.path().join(folder);
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(OsStr::from_bytes(name));
        if name.contains(&b'.') {
            fs::write(&path, "x").expect("a file");
        } else {
            fs::create_dir(&path).expect("a folder");
            fs::write(path.join("a.md"), "x").expect("a file");
        }
        for arguments in [["build"].as_slice(), &["check"]] {
            let ran = site.digest(arguments);
            assert_eq!(ran.code, 2, "{path:?}: {}", ran.stderr);
            assert!(
                ran.stderr.contains("is not UTF-8; rename the file"),
                "{}",
                ran.stderr
            );
        }
        if path.is_dir() {
            fs::remove_dir_all(path).expect("a delete");
        } else {
            fs::remove_file(path).expect("a delete");
        }
    }
    let name = OsStr::from_bytes(b"list\xff.txt");
    fs::write(
        site.path().join(name),
        "A Title\n\nAn abstract that has some words.\n",
    )
    .expect("a file");
    let ran = site
        .command(&["import", "--date", "2025-08-07"])
        .arg(name)
        .output();
    let ran = crate::support::Ran::of(&ran.expect("it runs"));
    assert!(ran.code < 2, "a list may have any name: {}", ran.stderr);
    assert_eq!(site.digest(&["build"]).code, 0);
}

#[test]
fn names_that_only_some_systems_tell_apart_are_refused() {
    for (one, other) in [
        ("static/Chart.png", "static/chart.png"),
        ("static/A/x.txt", "static/a/x.txt"),
        ("static/caf\u{e9}.txt", "static/cafe\u{301}.txt"),
        ("static/\u{212b}.txt", "static/\u{e5}.txt"),
    ] {
        let site = small_site(1);
        site.write(one, "one");
        site.write(other, "other");
        if site.read(one) == site.read(other) {
            eprintln!("skipped: this file system does not tell {one} from {other}");
            continue;
        }
        let ran = site.digest(&["check"]);
        assert_eq!(ran.code, 1, "{one} and {other}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("error[duplicate-path]"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_path_of_four_thousand_bytes_is_published_or_told() {
    let site = small_site(1);
    assert_eq!(site.digest(&["build"]).code, 0);
    let public = site.tree("public");
    let root = site.path().as_os_str().len();
    // A path has at most 4,095 bytes; from inside, one may be longer.
    let steps = (4_090 - root - "/static".len()) / 201 + 2;
    let program = format!(
        "import os
os.mkdir('static'); os.chdir('static')
for step in range({steps}):
    os.mkdir('d' * 200); os.chdir('d' * 200)
    open('a.txt', 'w').close()"
    );
    if python(site.path(), "os", &program).is_none() {
        return;
    }
    for arguments in [["build"].as_slice(), &["check"]] {
        let ran = site.digest(arguments);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("File name too long"), "{}", ran.stderr);
    }
    assert!(site.tree("public") == public, "the old site is whole");
    let clean = Command::new("rm")
        .arg("-rf")
        .arg(site.path().join("static"))
        .status();
    assert!(clean.expect("rm runs").success());
    let long = format!("static/{}/{}.txt", "e".repeat(250), "f".repeat(250));
    site.write(&long, "x");
    assert_eq!(site.digest(&["build"]).code, 0);
    let name = "g".repeat(240);
    let paper = format!("content/papers/2025-08-06/{name}.md");
    site.write(&paper, "---\ntitle: 'Long'\n---\nx\n");
    let ran = site.digest(&["build"]);
    assert!(
        ran.stderr.contains("error[bad-file-name]"),
        "{}",
        ran.stderr
    );
    check_whole(&site.tree("public"));
}

#[test]
fn a_folder_of_a_hundred_thousand_files_is_listed() {
    let files = if is_thorough() { 100_000 } else { 10_000 };
    let site = small_site(2);
    let folder = site.path().join("static/many");
    fs::create_dir_all(&folder).expect("a folder");
    for number in 0..files {
        fs::File::create(folder.join(format!("{number}.txt"))).expect("a file");
    }
    let ran = site.digest(&["check", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = site.digest(&["list"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_clock_that_is_wrong_changes_no_site() {
    let fake = |site: &Sandbox, time: &str, arguments: &[&str]| {
        let mut command = Command::new("faketime");
        command
            .args(["-f", time, env!("CARGO_BIN_EXE_digest")])
            .args(arguments)
            .current_dir(site.path())
            .env("NO_COLOR", "1");
        command
            .output()
            .ok()
            .map(|ran| crate::support::Ran::of(&ran))
    };
    let site = small_site(3);
    site.write(
        "list.txt",
        "A Title Of A Paper\n\nAn abstract that has some words, and a second part.\n",
    );
    assert_eq!(site.digest(&["build"]).code, 0);
    let (public, before) = (site.tree("public"), content(&site));
    for (time, day) in [
        ("1970-01-01 12:00:00", "1970-01-01"),
        ("2100-02-28 12:00:00", "2100-02-28"),
    ] {
        let Some(ran) = fake(&site, time, &["build"]) else {
            eprintln!("skipped: there is no faketime");
            return;
        };
        assert_eq!(ran.code, 0, "{time}: {}", ran.stderr);
        assert!(site.tree("public") == public, "{time}");
        for arguments in [
            ["check"].as_slice(),
            &["list"],
            &["fmt", "--check"],
            &["import", "list.txt"],
        ] {
            let ran = fake(&site, time, arguments).expect("it ran before");
            assert!(ran.code < 2, "{time}, {arguments:?}: {}", ran.stderr);
        }
        let mut now = content(&site);
        let new = format!("papers/{day}/a-title-of-a-paper.md");
        assert!(now.remove(&new).is_some(), "{time}: {:?}", now.keys());
        assert!(now == before, "{time}");
        fs::remove_dir_all(site.path().join("content/papers").join(day)).expect("a delete");
    }
}
