//! The floor: a program that only reads the sources and writes files of the same names and lengths.
//!
//! No build can be faster than the disk it reads and writes. It works with as many threads as a build,
//! makes each folder once, and computes nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use rayon::prelude::*;
use walkdir::WalkDir;

/// Lists the files of a built site, with their lengths, for `run`.
pub fn write_plan(root: &Path, output: &Path) -> Result<PathBuf> {
    let mut plan = String::new();
    for entry in WalkDir::new(output).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(output)?;
            plan.push_str(&format!("{} {}\n", entry.metadata()?.len(), path.display()));
        }
    }
    let path = root.join("floor.txt");
    fs::write(&path, plan)?;
    Ok(path)
}

/// Runs as the floor: the folder of the sources, the plan, the folder to write.
pub fn run(arguments: &[String]) -> Result<()> {
    let [content, plan, output] = arguments else {
        bail!("--floor wants the sources, the plan and the output");
    };
    let read = read_sources(Path::new(content))?;
    let plan = fs::read_to_string(plan)?;
    let files: Vec<(usize, &str)> = plan
        .lines()
        .map(|line| {
            let (length, path) = line
                .split_once(' ')
                .context("a plan is lengths and paths")?;
            Ok((length.parse()?, path))
        })
        .collect::<Result<_>>()?;
    let output = Path::new(output);
    let folders: BTreeSet<&str> = files
        .iter()
        .filter_map(|(_, path)| Some(path.rsplit_once('/')?.0))
        .collect();
    fs::create_dir_all(output)?;
    for folder in folders {
        fs::create_dir_all(output.join(folder))?;
    }
    let longest = files.iter().map(|(length, _)| *length).max().unwrap_or(0);
    let filler: Vec<u8> = (b'a'..=b'z').cycle().take(longest).collect();
    files
        .par_iter()
        .try_for_each(|(length, path)| fs::write(output.join(path), &filler[..*length]))?;
    // Whoever reads must look at what was read, or a compiler may leave the reading out.
    std::hint::black_box(read);
    Ok(())
}

fn read_sources(content: &Path) -> Result<usize> {
    let mut paths = Vec::new();
    for entry in WalkDir::new(content).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            paths.push(entry.into_path());
        }
    }
    let lengths: Vec<usize> = paths
        .into_par_iter()
        .map(|path| Ok(fs::read(path)?.len()))
        .collect::<Result<_>>()?;
    Ok(lengths.iter().sum())
}
