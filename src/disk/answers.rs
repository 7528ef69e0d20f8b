//! Answers that were paid for with time, kept with their age.
//!
//! A file each, in a folder that is ours alone and that may be deleted at any time. Three lines stand
//! above the answer: who was asked, when, and what.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};

use crate::layout;

/// This is a kept answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// Reads the answers of an endpoint that are not older than `age`; older ones are deleted.
///
/// A file that cannot be read is as good as none: the question will be asked again.
pub fn read_answers(root: &Path, endpoint: &str, age: Duration) -> Result<Vec<Kept>> {
    let folder = root.join(layout::CACHE).join("arxiv");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", folder.display()));
        }
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "answer"));
    paths.sort();
    let oldest = now().saturating_sub(age.as_secs());
    let mut kept = Vec::new();
    for path in paths {
        let Some(file) = fs::read_to_string(&path).ok() else {
            continue;
        };
        let Some((asked, of, answer)) = parse(&file) else {
            continue;
        };
        if asked < oldest {
            // A stale answer that cannot be deleted is still not read.
            let _ = fs::remove_file(&path);
        } else if of == endpoint {
            kept.push(answer);
        }
    }
    Ok(kept)
}

/// Keeps an answer; one to the same question gives way.
pub fn keep_answer(root: &Path, endpoint: &str, kept: &Kept) -> Result<()> {
    let folder = root.join(layout::CACHE).join("arxiv");
    let context = || format!("cannot keep an answer in {}", folder.display());
    make_cache(root)
        .and_then(|()| fs::create_dir_all(&folder))
        .with_context(context)?;
    let Kept { question, answer } = kept;
    let text = format!(
        "endpoint: {endpoint}\nasked: {}\nquestion: {question}\n{answer}",
        now()
    );
    let name = xxhash_rust::xxh3::xxh3_64(format!("{endpoint}\n{question}").as_bytes());
    let file = super::write_whole(&folder, text.as_bytes()).with_context(context)?;
    file.persist(folder.join(format!("{name:016x}.answer")))
        .map_err(|error| error.error)
        .with_context(context)?;
    Ok(())
}

/// Makes the folder of what may be forgotten; it hides itself, whatever the site's own `.gitignore` says.
pub(super) fn make_cache(root: &Path) -> std::io::Result<()> {
    let cache = root.join(layout::CACHE);
    fs::create_dir_all(&cache)?;
    let ignore = cache.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n")?;
    }
    Ok(())
}

fn parse(file: &str) -> Option<(u64, &str, Kept)> {
    let (endpoint, rest) = file.strip_prefix("endpoint: ")?.split_once('\n')?;
    let (asked, rest) = rest.strip_prefix("asked: ")?.split_once('\n')?;
    let (question, answer) = rest.strip_prefix("question: ")?.split_once('\n')?;
    let kept = Kept {
        question: question.to_owned(),
        answer: answer.to_owned(),
    };
    Some((asked.parse().ok()?, endpoint, kept))
}

/// The seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(question: &str) -> Kept {
        Kept {
            question: question.to_owned(),
            answer: "<feed>\n</feed>\n".to_owned(),
        }
    }

    #[test]
    fn answers_are_kept_by_endpoint_and_question() {
        let root = tempfile::tempdir().expect("a folder");
        let hour = Duration::from_secs(3_600);
        assert_eq!(read_answers(root.path(), "a", hour).expect("read"), []);
        for (endpoint, question) in [("a", "ids 1"), ("a", "ids 1"), ("b", "ids 1")] {
            keep_answer(root.path(), endpoint, &kept(question)).expect("kept");
        }
        let read = read_answers(root.path(), "a", hour).expect("read");
        assert_eq!(read, [kept("ids 1")]);
    }

    #[test]
    fn a_stale_answer_is_deleted_and_a_damaged_one_is_none() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join(".digest-cache/arxiv");
        fs::create_dir_all(&folder).expect("a folder");
        let stale = folder.join("1.answer");
        fs::write(&stale, "endpoint: a\nasked: 5\nquestion: ids 1\n<feed/>").expect("a file");
        fs::write(folder.join("2.answer"), "endpoint: a\nask").expect("a file");
        fs::write(folder.join("3.answer"), [0xff, 0xfe]).expect("a file");
        let hour = Duration::from_secs(3_600);
        assert_eq!(read_answers(root.path(), "a", hour).expect("read"), []);
        assert!(!stale.exists());
    }
}
