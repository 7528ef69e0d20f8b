//! Laws of the whole command: what must hold for every site, tried on the real one.

mod support;

use std::fs;

use support::{Sandbox, real_input};

#[test]
fn two_builds_are_equal_with_any_number_of_threads() {
    let site = Sandbox::with_real_papers();
    let build = |output: &str, threads: &str| {
        let ran = site
            .command(&["build", "--output", output])
            .env("RAYON_NUM_THREADS", threads)
            .output();
        assert!(ran.expect("the command runs").status.success());
        site.tree(output)
    };
    let one = build("one", "1");
    assert!(one.len() > 100, "the site has its pages");
    assert_eq!(one, build("four", "4"));
    assert_eq!(one, build("one", "3"), "a build over an old one");
}

#[test]
fn importing_twice_writes_nothing() {
    let site = Sandbox::with_real_papers();
    let before = site.tree("content");
    assert_eq!(
        before
            .keys()
            .filter(|name| name.starts_with("papers/2025-08-06/"))
            .count(),
        58
    );
    let ran = site.digest(&["import", &real_input(), "--date", "2025-08-06"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("0 new, 58 already there"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.ends_with("nothing to write\n"), "{}", ran.stderr);
    assert_eq!(before, site.tree("content"));
}

#[test]
fn a_hand_edited_file_survives_any_import() {
    let site = Sandbox::with_real_papers();
    let name = "content/papers/2025-08-06/mem1-learning-to-synergize-memory-and-reasoning-for-efficient-long-horizon.md";
    let edited =
        format!("{}\nMy own words.\r\n", site.read(name)).replace("tags:", "# mine\ntags:");
    site.write(name, &edited);
    for date in ["2025-08-06", "2024-01-01"] {
        let ran = site.digest(&["import", &real_input(), "--date", date]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(site.read(name), edited);
    }
    // Another name, or another folder, does not hide the paper from the importer.
    fs::rename(
        site.path().join(name),
        site.path().join("content/papers/2025-08-06/mine.md"),
    )
    .expect("a rename");
    let ran = site.digest(&["import", &real_input(), "--date", "2025-08-06"]);
    assert!(
        ran.stderr.contains("0 new, 58 already there"),
        "{}",
        ran.stderr
    );
    assert!(!site.path().join(name).exists());
}

#[test]
fn a_dry_run_writes_nothing_and_names_every_file() {
    let site = Sandbox::new();
    let ran = site.digest(&["import", &real_input(), "--date", "2025-08-06", "--dry-run"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 58);
    assert!(
        ran.stdout
            .lines()
            .all(|line| line.starts_with("content/papers/2025-08-06/") && line.ends_with(".md"))
    );
    assert!(!site.path().join("content").exists());
}

#[test]
fn an_import_that_cannot_be_written_leaves_nothing() {
    let site = Sandbox::new();
    // A file where a folder is wanted: writing fails, whoever runs the test.
    site.write("content/papers/2025-08-06", "in the way");
    let ran = site.digest(&["import", &real_input(), "--date", "2025-08-06"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(site.tree("content").len(), 1);
}

#[test]
fn a_build_with_errors_leaves_the_old_site() {
    let site = Sandbox::with_real_papers();
    assert_eq!(site.digest(&["build"]).code, 0);
    let before = site.tree("public");
    site.write(
        "content/papers/2025-08-06/broken.md",
        "---\ntitel: x\n---\n",
    );
    let ran = site.digest(&["build"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("content/papers/2025-08-06/broken.md:2:1"),
        "{}",
        ran.stderr
    );
    assert_eq!(before, site.tree("public"));
}

#[test]
fn a_folder_that_no_build_made_is_never_replaced() {
    let site = Sandbox::with_real_papers();
    site.write("public/letter.txt", "dear reader");
    let ran = site.digest(&["build"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("public/letter.txt was not made by a build"),
        "{}",
        ran.stderr
    );
    assert_eq!(site.tree("public").len(), 1);

    fs::remove_file(site.path().join("public/letter.txt")).expect("a delete");
    assert_eq!(
        site.digest(&["build"]).code,
        0,
        "an empty folder is nobody's"
    );
    site.write("public/papers/notes.txt", "mine");
    assert_eq!(
        site.digest(&["build"]).code,
        2,
        "a file among ours is still theirs"
    );
    for output in [".", "content", "content/papers/x"] {
        assert_eq!(
            site.digest(&["build", "--output", output]).code,
            2,
            "{output}"
        );
    }
}

#[test]
fn every_address_stays_under_the_base() {
    let site = Sandbox::with_real_papers();
    let ran = site.digest(&["build", "--base-url", "https://user.github.io/repo/"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut addresses = 0;
    for (name, bytes) in site.tree("public") {
        if !name.ends_with(".html") {
            continue;
        }
        let text = String::from_utf8(bytes).expect("a page is UTF-8");
        for attribute in ["href=\"", "src=\""] {
            for (at, _) in text.match_indices(attribute) {
                let value = text[at + attribute.len()..].split('"').next().unwrap_or("");
                let fine = value.starts_with("/repo/")
                    || value.starts_with("https://")
                    || value.starts_with("http://")
                    || value.starts_with("data:application/x-bibtex;")
                    || value.starts_with('#');
                assert!(fine, "{name} leads to {value}");
                addresses += 1;
            }
        }
    }
    assert!(addresses > 1_000, "the pages have links");
}
