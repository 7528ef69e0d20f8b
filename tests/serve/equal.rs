//! A served page is byte for byte what a cold build would write.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use crate::client::{Folder, Preview, without_script};
use crate::edits::{Edit, day_folder, edit, paper_name, paper_text};

/// Builds a site from nothing; `None` when it has errors.
fn build(folder: &Folder) -> Option<BTreeMap<String, Vec<u8>>> {
    let parent = tempfile::tempdir().expect("a folder");
    let output = parent.path().join("public");
    let built = Command::new(env!("CARGO_BIN_EXE_digest"))
        .args(["build", "--base-url", "/", "--root"])
        .arg(folder.root())
        .arg("--output")
        .arg(&output)
        .output()
        .expect("a build");
    let mut files = BTreeMap::new();
    built
        .status
        .success()
        .then(|| collect(&output, &output, &mut files))?;
    Some(files)
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, files);
            continue;
        }
        let name = path
            .strip_prefix(root)
            .expect("below")
            .to_str()
            .expect("text");
        // The list that a build keeps for the next one.
        if name != ".digest" {
            files.insert(name.to_owned(), std::fs::read(&path).expect("a file"));
        }
    }
}

fn assert_served(preview: &Preview, files: &BTreeMap<String, Vec<u8>>, state: &str) {
    for (name, bytes) in files {
        let answer = preview.get(&format!("/{name}"));
        assert_eq!(answer.status, 200, "{name}: {state}\n{}", preview.log());
        let served = if name.ends_with(".html") {
            without_script(&answer.text()).into_bytes()
        } else {
            answer.body
        };
        assert!(
            served == *bytes,
            "{name}: {state}\nserved: {}\nbuilt: {}\n{}",
            String::from_utf8_lossy(&served),
            String::from_utf8_lossy(bytes),
            preview.log()
        );
    }
}

/// What a build that has errors because of its links alone would have shown cannot be built, so the
/// comparison waits for the next state that can.
fn check(edits: &[Vec<Edit>]) {
    let folder = Folder::with(&[
        ("site.toml", ""),
        (&paper_name(0, 0), &paper_text(0, 0, 1, 1)),
    ]);
    folder.write(&format!("{}/fig.png", day_folder(0)), "png");
    let preview = Preview::start(&folder);
    let mut seen: Vec<String> = Vec::new();
    for (number, together) in edits.iter().enumerate() {
        for edit in together {
            edit.apply(&folder);
        }
        let state = format!("after step {number} of {edits:#?}");
        let Some(files) = build(&folder) else {
            assert!(preview.get("/").status < 600, "{state}");
            continue;
        };
        assert_served(&preview, &files, &state);
        // What is not written is not served.
        for name in seen.iter().filter(|name| !files.contains_key(*name)) {
            assert_ne!(
                preview.get(&format!("/{name}")).status,
                200,
                "{name}: {state}"
            );
        }
        seen.extend(files.into_keys());
        seen.sort();
        seen.dedup();
    }
}

#[test]
fn a_tag_is_called_as_its_first_paper_writes_it_now() {
    let paper = |day, tags| Edit::Paper {
        day,
        name: day,
        title: 0,
        tags,
        body: 0,
    };
    let respelled = |paper| Edit::Front {
        paper,
        key: 7,
        value: 1,
    };
    // Two papers with the tags `vision` and `agents`, of which the second is the first to be read.
    let papers = vec![paper(0, 2), paper(1, 2)];
    check(&[papers.clone(), vec![respelled(1)]]);
    check(&[papers.clone(), vec![respelled(0)], vec![respelled(1)]]);
    check(&[papers, vec![respelled(0), respelled(1)], vec![paper(1, 2)]]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_served_page_is_what_a_cold_build_would_write(
        edits in prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..8)
    ) {
        check(&edits);
    }
}
