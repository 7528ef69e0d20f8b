//! A site of ten thousand real papers, built once for all tests that want it.
//!
//! The papers are shared data that not every machine has.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Sandbox, repository};

/// This is the built site.
pub struct Site {
    /// Where its pages are.
    pub folder: PathBuf,
    /// Its papers, in the order of the data.
    pub papers: Vec<Paper>,
}

/// This is a paper of it.
pub struct Paper {
    pub title: String,
    pub slug: String,
    record: serde_json::Value,
}

/// Returns the site; `None`, with a printed reason, where the papers are not at hand.
///
/// It stands in the target folder, under a name that changes with the program that builds it.
pub fn site() -> Option<Site> {
    let papers = papers()?;
    let program = std::fs::read(env!("CARGO_BIN_EXE_digest")).expect("the command");
    let version = xxhash_rust::xxh3::xxh3_64(&program);
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = kept.join(format!("ten-thousand-{version:016x}"));
    if !folder.is_dir() {
        forget_others(kept);
        let site = build(&papers);
        // One rename, so that a test that is stopped leaves no half of a site.
        let part = kept.join("ten-thousand-part");
        let _ = std::fs::remove_dir_all(&part);
        let copied = std::process::Command::new("cp")
            .arg("-r")
            .args([&site.path().join("public"), &part])
            .status();
        assert!(copied.expect("cp runs").success());
        std::fs::rename(&part, &folder).expect("a folder of that name");
    }
    Some(Site { folder, papers })
}

fn forget_others(kept: &Path) {
    for entry in std::fs::read_dir(kept).into_iter().flatten().flatten() {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with("ten-thousand")
        {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Returns the papers alone.
pub fn papers() -> Option<Vec<Paper>> {
    let path = repository().join("../shared/data/arxiv-10k.jsonl.gz");
    let Ok(packed) = std::fs::read(&path) else {
        println!("skipped: there is no {}", path.display());
        return None;
    };
    let mut lines = String::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_string(&mut lines)
        .expect("the data are UTF-8");
    let records = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"));
    let mut seen = HashSet::new();
    let paper = |record: serde_json::Value| {
        let title = record["title"].as_str().expect("a title");
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let slug = slug_of(&title, &mut seen);
        Paper {
            title,
            slug,
            record,
        }
    };
    Some(records.map(paper).collect())
}

/// An address as an importer would make it: the title's letters, cut at a word; no two are the same.
fn slug_of(title: &str, seen: &mut HashSet<String>) -> String {
    let parts = title.split(|c: char| !c.is_ascii_alphanumeric());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let mut slug = parts.join("-").to_lowercase();
    if slug.len() > 80 {
        slug.truncate(slug[..81].rfind('-').unwrap_or(80));
    }
    while !seen.insert(slug.clone()) {
        slug.push_str("-x");
    }
    slug
}

fn build(papers: &[Paper]) -> Sandbox {
    let site = Sandbox::new();
    for Paper {
        title,
        slug,
        record,
    } in papers
    {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let authors = record["authors"].as_array().expect("authors");
        let authors: Vec<String> = authors
            .iter()
            .map(|name| quoted(name.as_str().expect("a name")))
            .collect();
        let tags = record["categories"].as_array().expect("categories");
        let tags: Vec<String> = tags
            .iter()
            .filter_map(|tag| tag.as_str()?.split_once('.'))
            .map(|(group, part)| format!("{}-{}", group.to_lowercase(), part.to_lowercase()))
            .filter(|tag| tag.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
            .collect();
        let date = &record["date"].as_str().expect("a date")[..10];
        let text = record["abstract"]
            .as_str()
            .expect("an abstract")
            .replace("](github.com", "](https://github.com");
        site.write(
            &format!("content/papers/{date}/{slug}.md"),
            &format!(
                "---\ntitle: {}\ntags: [{}]\nauthors: [{}]\n---\n{text}\n",
                quoted(title),
                tags.join(", "),
                authors.join(", ")
            ),
        );
    }
    // Under a path, as on GitHub Pages.
    let ran = site.digest(&["build", "--base-url", "/large/"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    site
}
