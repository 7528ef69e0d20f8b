//! The spare tree: the site before the last one, kept to become the next.
//!
//! Nearly all files of two sites with an edit between them are one file with two names, so a build that finds the
//! older tree links and unlinks what has changed since, not ten thousand names. It lies with what may be forgotten,
//! since it is no site of anybody's; where that is another file system than the output's there is none. Two builds
//! of a site into two folders may want it at once: it moves by renames alone, and nothing is deleted in its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::layout;

use super::answers::make_cache;
use super::folders::Look;

/// The name of the tree in the folder of what may be forgotten.
const NAME: &str = "spare";

/// Moves the tree into the place of an empty folder; tells whether there was one.
pub fn take(root: &Path, empty: &Path) -> bool {
    // A link is not moved over a folder.
    fs::rename(place(root), empty).is_ok()
}

/// Moves the tree to where nothing is, to be deleted there; tells whether there was one.
pub fn take_away(root: &Path, nowhere: &Path) -> bool {
    fs::rename(place(root), nowhere).is_ok()
}

/// Keeps a tree for the next build; tells whether it did.
pub fn give(root: &Path, tree: &Path) -> bool {
    // The tree of another build stays, for a folder is moved over an empty one alone.
    make_cache(root).is_ok() && fs::rename(tree, place(root)).is_ok()
}

/// Deletes what a tree holds besides files of a plan and their folders.
///
/// Says no to a tree with folders that are not as they would be made now, as `fresh` was.
pub fn tidy<'a>(
    tree: &Path,
    fresh: &Look,
    files: impl Iterator<Item = &'a str>,
) -> io::Result<bool> {
    let files: FxHashSet<&str> = files.collect();
    let mut folders = FxHashSet::default();
    for file in &files {
        let mut path = *file;
        while let Some((folder, _)) = path.rsplit_once('/')
            && folders.insert(folder)
        {
            path = folder;
        }
    }
    let broom = Broom {
        tree,
        fresh,
        files,
        folders,
    };
    broom.sweep(&mut String::new())
}

fn place(root: &Path) -> PathBuf {
    root.join(layout::CACHE).join(NAME)
}

/// This is what stays in a tree.
struct Broom<'a> {
    tree: &'a Path,
    fresh: &'a Look,
    files: FxHashSet<&'a str>,
    folders: FxHashSet<&'a str>,
}

impl Broom<'_> {
    /// Sweeps a folder; `below` is its path in the tree, and a slash.
    fn sweep(&self, below: &mut String) -> io::Result<bool> {
        let folder = self.tree.join(&*below);
        if Look::of(&folder)? != *self.fresh {
            return Ok(false);
        }
        let length = below.len();
        let (mut folders, mut others) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let (name, is_folder) = (entry.file_name(), entry.file_type()?.is_dir());
            below.push_str(&name.to_string_lossy());
            // A name that is not UTF-8 is changed by that, and may become one of the plan.
            let stays = name.to_str().is_some() && self.stays(below, is_folder);
            below.truncate(length);
            match (stays, is_folder) {
                (true, true) => folders.push(name),
                (true, false) => {}
                (false, _) => others.push((name, is_folder)),
            }
        }
        for (name, is_folder) in others {
            let path = folder.join(name);
            match is_folder {
                true => fs::remove_dir_all(path)?,
                false => fs::remove_file(path)?,
            }
        }
        for name in folders {
            below.push_str(&name.to_string_lossy());
            below.push('/');
            let is_tidy = self.sweep(below)?;
            below.truncate(length);
            if !is_tidy {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn stays(&self, path: &str, is_folder: bool) -> bool {
        match is_folder {
            true => self.folders.contains(path),
            false => self.files.contains(path),
        }
    }
}
