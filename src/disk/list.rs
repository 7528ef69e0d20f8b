//! Listing: the names of the files below a folder, in the order of a walk.
//!
//! Folders of one depth are read in parallel. Opens no file, and asks the system for nothing but what a
//! folder itself says of its entries, except about links.

use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

use crate::layout;
use crate::parallel;

/// This is a folder to be read; it has no name where that is not UTF-8.
struct Folder {
    path: PathBuf,
    name: Option<String>,
}

/// This is what a folder holds, in the order of the names.
enum Entry {
    File(Arc<str>),
    /// The index of the folder.
    Folder(usize),
}

/// This is an entry of a folder before its kind is settled.
struct Found {
    name: OsString,
    kind: FileType,
}

/// Lists the files below a folder of the root, by name; hidden ones are left out. A file's own name
/// lists that file.
pub fn list(root: &Path, name: &str) -> Result<Vec<Arc<str>>> {
    let start = root.join(name);
    // A folder of the root may be a link: whoever made it one says where the content is.
    let is_folder_of_root = !name.contains('/') && name != layout::SETTINGS;
    let Ok(metadata) = fs::symlink_metadata(&start) else {
        return Ok(Vec::new());
    };
    let is_folder = match is_folder_of_root {
        true => start.is_dir(),
        false => metadata.is_dir(),
    };
    if is_folder {
        let name = Some(name.to_owned());
        return Ok(flatten(read_all(root, Folder { path: start, name })?));
    }
    let is_listed = !is_folder_of_root && is_file(root, &start, metadata.file_type());
    Ok(is_listed.then(|| name.into()).into_iter().collect())
}

/// Tells whether nobody is to see a file of this name.
pub fn is_hidden(name: &str) -> bool {
    // `static/.well-known` is published on purpose; `.git` and an editor's files are not.
    (name.starts_with('.') && name != ".well-known" && name != ".nojekyll") || name.ends_with('~')
}

/// A link to a file is followed only when the file is in the site.
pub fn leads_inside(root: &Path, path: &Path) -> bool {
    let inside = || {
        Some(
            path.canonicalize()
                .ok()?
                .starts_with(root.canonicalize().ok()?),
        )
    };
    path.is_file() && inside().unwrap_or(false)
}

fn is_file(root: &Path, path: &Path, kind: FileType) -> bool {
    kind.is_file() || (kind.is_symlink() && leads_inside(root, path))
}

/// Reads a folder and those below it, one depth after the other; returns what each holds, the first first.
fn read_all(root: &Path, first: Folder) -> Result<Vec<Vec<Entry>>> {
    let mut done = Vec::new();
    let mut next = vec![first];
    while !next.is_empty() {
        let read = parallel::try_map(&next, |folder| read_one(root, folder))?;
        next = Vec::new();
        let behind = done.len() + read.len();
        for (mut entries, folders) in read {
            for entry in &mut entries {
                if let Entry::Folder(index) = entry {
                    *index += behind + next.len();
                }
            }
            done.push(entries);
            next.extend(folders);
        }
    }
    Ok(done)
}

/// Reads a folder; the indices of the folders in it count these alone.
fn read_one(root: &Path, folder: &Folder) -> Result<(Vec<Entry>, Vec<Folder>)> {
    let found = match read_names(&folder.path) {
        Ok(found) => found,
        // A folder that vanishes meanwhile is not there.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", folder.path.display()));
        }
    };
    let mut entries = Vec::with_capacity(found.len());
    let mut folders = Vec::new();
    for Found { name: own, kind } in found {
        let name = folder.name.as_ref().zip(own.to_str());
        let name = name.map(|(folder, own)| [folder, "/", own].concat());
        if kind.is_dir() {
            entries.push(Entry::Folder(folders.len()));
            let path = folder.path.join(own);
            folders.push(Folder { path, name });
        } else if kind.is_file() || is_file(root, &folder.path.join(&own), kind) {
            let Some(name) = name else {
                let path = folder.path.join(own);
                bail!(
                    "the name of {} is not UTF-8; rename the file",
                    path.display()
                );
            };
            entries.push(Entry::File(name.into()));
        }
    }
    Ok((entries, folders))
}

/// Reads the names in a folder, in their order; hidden ones are left out.
fn read_names(folder: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if is_hidden(&name.to_string_lossy()) {
            continue;
        }
        match entry.file_type() {
            Ok(kind) => found.push(Found { name, kind }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Puts the files of folders one behind the other, those of a folder in its place.
fn flatten(mut folders: Vec<Vec<Entry>>) -> Vec<Arc<str>> {
    let mut take = |index: usize| std::mem::take(&mut folders[index]).into_iter();
    let mut names = Vec::new();
    let mut open = vec![take(0)];
    while let Some(folder) = open.last_mut() {
        match folder.next() {
            Some(Entry::File(name)) => names.push(name),
            Some(Entry::Folder(index)) => open.push(take(index)),
            None => drop(open.pop()),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::WalkName;

    #[test]
    fn files_are_in_the_order_of_a_walk() {
        let root = tempfile::tempdir().expect("a folder");
        let expected = [
            "content/a.b/x.md",
            "content/a/a-a/x.md",
            "content/a/a/a/a/x.md",
            "content/a/a/b.md",
            "content/a/a.md",
            "content/a/b.md",
            "content/a-a/x.md",
            "content/a.md",
            "content/b/c/d/e/f.md",
            "content/b/c/d.md",
            "content/z.md",
        ];
        for name in expected {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        fs::create_dir_all(root.path().join("content/a/empty/empty")).expect("a folder");
        let mut sorted = expected.map(|name| WalkName(name.into()));
        sorted.sort();
        let names = list(root.path(), "content").expect("listed");
        assert_eq!(names, sorted.map(|name| name.0));
    }

    #[test]
    fn a_folder_that_vanishes_is_empty_and_one_that_cannot_be_read_is_told() {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join("file"), "").expect("a file");
        let folder = |name: &str| Folder {
            path: root.path().join(name),
            name: Some(name.to_owned()),
        };
        let (entries, folders) = read_one(root.path(), &folder("gone")).expect("read");
        assert!(entries.is_empty() && folders.is_empty());
        let error = read_one(root.path(), &folder("file"))
            .err()
            .expect("no folder");
        assert!(error.to_string().starts_with("cannot read "), "{error}");
    }

    #[test]
    fn a_file_is_listed_by_its_own_name_unless_a_folder_should_be_there() {
        let root = tempfile::tempdir().expect("a folder");
        let listed = |name: &str| list(root.path(), name).expect("listed");
        for name in [layout::SETTINGS, "content/tags.yaml"] {
            assert!(listed(name).is_empty(), "{name}");
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "").expect("a file");
            assert_eq!(listed(name), [name.into()]);
        }
        fs::write(root.path().join("static"), "").expect("a file");
        assert!(listed("static").is_empty());
        #[cfg(unix)]
        {
            let settings = root.path().join(layout::SETTINGS);
            fs::remove_file(&settings).expect("deleted");
            std::os::unix::fs::symlink("/dev/zero", settings).expect("a link");
            assert!(listed(layout::SETTINGS).is_empty());
        }
    }

    #[test]
    fn a_tower_of_folders_is_no_danger() {
        let root = tempfile::tempdir().expect("a folder");
        // As many as a path of Linux can have.
        let tower = "a/".repeat(600);
        let name = format!("content/{tower}x.md");
        let path = root.path().join(&name);
        if fs::create_dir_all(path.parent().expect("a folder")).is_ok() {
            fs::write(path, "").expect("a file");
            assert_eq!(list(root.path(), "content").expect("listed"), [name.into()]);
        }
    }
}
