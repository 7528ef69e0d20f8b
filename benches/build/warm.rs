//! A build after another one: what it takes when one paper was edited, beside a build from nothing.
//!
//! Every round builds from nothing, then edits and builds again, once for each kind of edit. At the end the
//! site that was built so often must be the one that is built from nothing, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use walkdir::WalkDir;

use paper_digest::layout;
use paper_digest::slug::Slug;

use crate::measure::{Costs, Tool};
use crate::{papers, table};

/// How a text is edited in a round.
type Edit = fn(&str, usize) -> String;

const EDITS: [(&str, Edit); 4] = [
    ("nothing edited", |text, _| text.to_owned()),
    ("a paper's body", |text, round| {
        format!("{text}\nAnd a sentence of round {round}.\n")
    }),
    ("a paper's title", |text, round| {
        replace_line(text, "title:", &format!("title: A title of round {round}"))
    }),
    ("a paper's tags", |text, round| {
        let tag = Slug::from_name(&papers::tag_name(40 + round));
        let tag = tag.expect("words are a slug");
        text.replacen("]\n", &format!(", {tag}]\n"), 1)
    }),
];

/// Builds in turns and prints a table.
pub fn run(digest: &Path, root: &Path, size: usize, runs: usize, theme: &str) -> Result<()> {
    let tool = Tool::digest(digest, root);
    let site = root.join("digest");
    let mut before: BTreeMap<PathBuf, String> = BTreeMap::new();
    let done = measure(&tool, &site, runs, &mut before);
    let same = done.and_then(|costs| compare(digest, &site).map(|()| costs));
    for (file, text) in &before {
        fs::write(file, text)?;
    }
    let costs = same?;
    let title = format!("{}, {theme} theme, one edit", table::papers(size));
    println!("{}", table::render(&title, &costs));
    for (name, costs) in &costs[1..] {
        println!("Stages, {name}: {}.", table::stages(costs));
    }
    Ok(())
}

fn measure(
    tool: &Tool,
    site: &Path,
    runs: usize,
    before: &mut BTreeMap<PathBuf, String>,
) -> Result<Costs> {
    let names = ["from nothing"]
        .into_iter()
        .chain(EDITS.map(|(name, _)| name));
    let mut costs: Costs = names.map(|name| (name.to_owned(), Vec::new())).collect();
    let papers = sources(site)?;
    for round in 0..=runs {
        let mut taken = vec![tool.run()?];
        for (number, (_, edit)) in EDITS.iter().enumerate() {
            // A paper of another part of the site each time.
            let file = &papers[(round * EDITS.len() + number) * 997 % papers.len()];
            let text = fs::read_to_string(file)?;
            fs::write(file, edit(&text, round))?;
            before.entry(file.clone()).or_insert(text);
            taken.push(tool.run_over()?);
        }
        // The first round brings the sources into the disk's cache.
        for ((name, costs), cost) in costs.iter_mut().zip(taken).filter(|_| round > 0) {
            eprintln!("{round}/{runs} {name}: {}", cost.line());
            costs.push(cost);
        }
    }
    Ok(costs)
}

/// Builds from nothing into another folder, and compares.
fn compare(digest: &Path, site: &Path) -> Result<()> {
    let [ours, theirs] = ["public", "cold"].map(|folder| site.join(folder));
    let built = std::process::Command::new(digest)
        .args(["build", "--cold", "--root"])
        .arg(site)
        .arg("--output")
        .arg(&theirs)
        .output()?;
    ensure!(built.status.success(), "the build from nothing failed");
    let (ours, cold) = (files(&ours)?, files(&theirs)?);
    fs::remove_dir_all(&theirs)?;
    let differs = ours
        .iter()
        .find(|(name, bytes)| cold.get(*name) != Some(*bytes));
    ensure!(
        differs.is_none() && ours.len() == cold.len(),
        "a site that was built after edits is another one than from nothing: {:?}",
        differs.map(|(name, _)| name)
    );
    Ok(())
}

fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder)?.to_owned();
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(files)
}

fn sources(site: &Path) -> Result<Vec<PathBuf>> {
    let mut papers = Vec::new();
    for entry in WalkDir::new(site.join(layout::PAPERS)).sort_by_file_name() {
        let entry = entry.context("cannot list the papers")?;
        if entry.file_type().is_file() {
            papers.push(entry.into_path());
        }
    }
    Ok(papers)
}

fn replace_line(text: &str, key: &str, line: &str) -> String {
    let lines = text.split_inclusive('\n');
    let other = |old: &str| match old.starts_with(key) {
        true => format!("{line}\n"),
        false => old.to_owned(),
    };
    lines.map(other).collect()
}
