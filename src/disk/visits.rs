//! Links that led to a page, with the day on which they did.
//!
//! A line each, added as it becomes known, so that a run that was stopped loses nothing. Only what was
//! well is kept: what was not is asked again.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::layout;

use super::answers::{make_cache, now};

/// This is where a link led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visit {
    /// To a page.
    Found,
    /// To a page that has another address for good.
    Moved(String),
}

const FILE: &str = "links";

/// Reads the visits that are not older than `age`, by address; older ones are forgotten.
///
/// A line that cannot be read is as good as none: the link will be followed again.
pub fn read_visits(root: &Path, age: Duration) -> Result<BTreeMap<String, Visit>> {
    let path = root.join(layout::CACHE).join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let now = now();
    let text = String::from_utf8_lossy(&bytes);
    let mut visits = BTreeMap::new();
    let mut kept = String::new();
    for line in text.lines() {
        let Some((asked, url, visit)) = parse(line) else {
            continue;
        };
        // A visit of tomorrow was noted by a clock that was wrong.
        if asked.saturating_add(age.as_secs()) >= now && asked <= now {
            kept.push_str(line);
            kept.push('\n');
            visits.insert(url, visit);
        }
    }
    if kept.len() < text.len() {
        // What is old and stays is not read the next time either.
        let folder = root.join(layout::CACHE);
        let _ = super::write_whole(&folder, kept.as_bytes()).map(|file| file.persist(&path));
    }
    Ok(visits)
}

/// Notes visits of this moment.
pub fn keep_visits(root: &Path, visits: &[(String, Visit)]) -> Result<()> {
    if visits.is_empty() {
        return Ok(());
    }
    let path = root.join(layout::CACHE).join(FILE);
    let now = now();
    let mut lines = String::new();
    for (url, visit) in visits {
        let to = match visit {
            Visit::Found => String::new(),
            Visit::Moved(to) => format!(" {to}"),
        };
        lines.push_str(&format!("{now} {url}{to}\n"));
    }
    let keep = || {
        make_cache(root)?;
        let mut file = fs::File::options().create(true).append(true).open(&path)?;
        file.write_all(lines.as_bytes())
    };
    keep().with_context(|| format!("cannot write {}", path.display()))
}

fn parse(line: &str) -> Option<(u64, String, Visit)> {
    let mut words = line.split(' ');
    let (asked, url) = (words.next()?.parse().ok()?, words.next()?.to_owned());
    let visit = match words.next() {
        Some(to) => Visit::Moved(to.to_owned()),
        None => Visit::Found,
    };
    (url.contains("://") && words.next().is_none()).then_some((asked, url, visit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_are_kept_for_a_while() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let week = Duration::from_secs(7 * 24 * 3_600);
        assert_eq!(read_visits(root, week).expect("read"), BTreeMap::new());
        let moved = Visit::Moved("https://b.org/".to_owned());
        let visits = [
            ("https://a.org/".to_owned(), Visit::Found),
            ("https://c.org/".to_owned(), moved),
        ];
        keep_visits(root, &visits).expect("kept");
        let expected: BTreeMap<String, Visit> = visits.into_iter().collect();
        assert_eq!(read_visits(root, week).expect("read"), expected);
        assert!(root.join(".digest-cache/.gitignore").exists());

        let file = root.join(".digest-cache/links");
        let fresh = fs::read_to_string(&file).expect("kept");
        let old = format!(
            "5 https://old.org/\nnonsense\n{} https://x.org/ y z\n",
            now()
        );
        let tomorrow = format!("{} https://tomorrow.org/\n", now() + 86_400);
        fs::write(&file, format!("{old}{fresh}{tomorrow}")).expect("a file");
        assert_eq!(read_visits(root, week).expect("read"), expected);
        assert_eq!(fs::read_to_string(&file).expect("kept"), fresh);
    }
}
