//! Surveys: which files a site has, and which have changed since the last look.
//!
//! A survey opens no file; it is what finds changes that nobody told of. Names mean the same as in a
//! build, so hidden files and links that lead outside are not there.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};

use crate::compile::File;
use crate::layout;

/// This tells two states of a file apart, as far as a look from outside can; the default is no file's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// The file's number and the time of the last change to its record, which nobody can set back:
    /// together they tell of a file that was renamed into the place of another of the same age.
    record: (u64, i64, i64),
    is_young: bool,
}

/// Clocks of file systems go in steps, the longest of which are FAT's.
const STEP: Duration = Duration::from_secs(2);

impl Stamp {
    /// Tells whether this is the stamp of the same state of a file, as far as stamps can tell.
    pub fn is_like(&self, other: &Stamp) -> bool {
        let is_young = false;
        Stamp { is_young, ..*self } == Stamp { is_young, ..*other }
    }

    /// Tells whether the file had changed so lately when it was looked at that it could change again and
    /// keep its stamp.
    pub fn is_young(&self) -> bool {
        self.is_young
    }
}

/// Lists a file, or the files below a folder, in the order of a walk; what is not there has none.
pub fn survey(root: &Path, name: &str) -> Result<Vec<(Arc<str>, Stamp)>> {
    if !is_reachable(root, name) {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    let now = SystemTime::now();
    for name in super::list(root, name)? {
        // A file that vanishes meanwhile is not there.
        if let Ok(metadata) = fs::metadata(root.join(name.as_ref())) {
            let stamp = Stamp {
                is_young: is_young(changed(&metadata), now),
                ..stamp(&metadata)
            };
            files.push((name, stamp));
        }
    }
    Ok(files)
}

/// Reads a file by its name below the root; `None` when it is not there any more.
pub fn read_source(root: &Path, name: &Arc<str>) -> Result<Option<File>> {
    match fs::read(root.join(name.as_ref())) {
        Ok(bytes) => Ok(Some(File {
            name: name.clone(),
            bytes,
        })),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {name}")),
    }
}

/// Opens a file that is published as it is; `None` when it is gone, or has come to lead outside.
pub fn open_source(root: &Path, name: &str) -> Result<Option<(fs::File, u64)>> {
    let path = root.join(name);
    if !super::leads_inside(root, &path) {
        return Ok(None);
    }
    let opened = fs::File::open(&path).and_then(|file| {
        let length = file.metadata()?.len();
        Ok((file, length))
    });
    match opened {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {name}")),
    }
}

fn is_gone(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | IsADirectory)
}

/// Tells whether a walk from the top would come by this name: through folders that are neither
/// hidden nor links.
fn is_reachable(root: &Path, name: &str) -> bool {
    if name == layout::SETTINGS {
        return true;
    }
    let parts: Vec<&str> = name.split('/').collect();
    if parts[1..].iter().any(|part| super::is_hidden(part)) {
        return false;
    }
    let mut path = root.join(parts[0]);
    parts[1..].iter().all(|part| {
        let parent_is_folder = if path.parent() == Some(root) {
            path.is_dir()
        } else {
            fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir())
        };
        path.push(part);
        parent_is_folder
    })
}

fn is_young(changed: Option<SystemTime>, now: SystemTime) -> bool {
    // A time that is still to come is that of another clock, and tells nothing.
    let age = changed.and_then(|changed| now.duration_since(changed).ok());
    age.is_none_or(|age| age <= STEP)
}

#[cfg(unix)]
fn stamp(metadata: &fs::Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt as _;
    Stamp {
        length: metadata.len(),
        modified: metadata.modified().ok(),
        record: (metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        is_young: false,
    }
}

/// When the file was last changed; nobody can set this back.
#[cfg(unix)]
fn changed(metadata: &fs::Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

#[cfg(not(unix))]
fn stamp(metadata: &fs::Metadata) -> Stamp {
    Stamp {
        length: metadata.len(),
        modified: metadata.modified().ok(),
        record: (0, 0, 0),
        is_young: false,
    }
}

#[cfg(not(unix))]
fn changed(metadata: &fs::Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, name: &str) -> Vec<String> {
        let files = survey(root, name).expect("a survey");
        files
            .into_iter()
            .map(|(name, _)| name.to_string())
            .collect()
    }

    #[test]
    fn a_survey_sees_what_a_build_would_read() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        for folder in [
            "content/papers/a-b",
            "content/papers/a",
            "content/.git",
            "outside",
        ] {
            fs::create_dir_all(root.join(folder)).expect("a folder");
        }
        for file in [
            "site.toml",
            "content/papers/a/x.md",
            "content/papers/a-b/y.md",
            "content/papers/a/x.md~",
            "content/.git/z.md",
            "outside/o.md",
        ] {
            fs::write(root.join(file), file).expect("a file");
        }
        let all = ["content/papers/a/x.md", "content/papers/a-b/y.md"];
        assert_eq!(names(root, "content"), all);
        assert_eq!(names(root, "content/papers/a"), all[..1]);
        assert_eq!(names(root, "content/papers/a/x.md"), all[..1]);
        assert_eq!(names(root, "site.toml"), ["site.toml"]);
        for gone in [
            "content/.git",
            "content/.git/z.md",
            "content/papers/a/x.md~",
            "static",
            "content/no",
        ] {
            assert_eq!(names(root, gone), [""; 0], "{gone}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root.join("outside"), root.join("content/link"))
                .expect("a link");
            assert_eq!(names(root, "content/link/o.md"), [""; 0]);
            assert_eq!(names(root, "content"), all);
        }
    }

    #[test]
    fn a_stamp_changes_when_a_file_is_replaced_by_one_of_the_same_age_and_length() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("site.toml");
        fs::write(&path, "a").expect("a file");
        let before = survey(root.path(), "site.toml").expect("a survey");
        let age = fs::metadata(&path)
            .and_then(|metadata| metadata.modified())
            .expect("an age");
        let other = root.path().join("other");
        fs::write(&other, "b").expect("a file");
        fs::File::options()
            .write(true)
            .open(&other)
            .and_then(|file| file.set_modified(age))
            .expect("set");
        fs::rename(&other, &path).expect("renamed");
        let after = survey(root.path(), "site.toml").expect("a survey");
        assert_eq!(before[0].1.modified, after[0].1.modified);
        if cfg!(unix) {
            assert!(!before[0].1.is_like(&after[0].1));
        }
    }

    #[test]
    fn a_stamp_is_young_for_a_step_of_the_clock() {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join("site.toml"), "a").expect("a file");
        let files = survey(root.path(), "site.toml").expect("a survey");
        assert!(files[0].1.is_young());
        let now = SystemTime::now();
        assert!(is_young(None, now));
        assert!(is_young(Some(now), now));
        assert!(is_young(Some(now - STEP), now));
        assert!(is_young(Some(now + Duration::from_secs(3600)), now));
        assert!(!is_young(Some(now - STEP - Duration::from_millis(1)), now));
    }
}
