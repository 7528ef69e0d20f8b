//! Folders that stay open while many files in them are made, so that the system need not walk to them anew
//! for each; elsewhere than on Unix, files are found by their paths.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::memo::Seal;

#[cfg(unix)]
pub use unix::{Folders, Look, look_at};

#[cfg(not(unix))]
pub use elsewhere::{Folders, Look, look_at};

#[cfg(unix)]
mod unix {
    use super::*;

    use std::borrow::Cow;
    use std::cmp::Reverse;
    use std::fs;
    use std::io;
    use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

    use rustc_hash::FxHashMap;
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat};
    use rustix::io::Errno;

    /// How many are open at once: some systems let a process open 256 files. On a large site most files
    /// stand in few folders.
    const MOST: usize = 64;

    /// This is a folder, of which some of those below it are open.
    #[derive(Debug)]
    pub struct Folders {
        root: PathBuf,
        open: FxHashMap<String, OwnedFd>,
    }

    impl Folders {
        /// Makes a folder of which none is open yet.
        pub fn new(root: PathBuf) -> Folders {
            Folders {
                root,
                open: FxHashMap::default(),
            }
        }

        /// Returns where the folder is.
        pub fn root(&self) -> &Path {
            &self.root
        }

        /// Opens those of some folders in which most files will stand; one that cannot be opened stays closed.
        pub fn open(&mut self, files: &BTreeMap<&str, usize>) {
            let mut largest: Vec<(Reverse<usize>, &str)> = files
                .iter()
                .map(|(folder, count)| (Reverse(*count), *folder))
                .collect();
            largest.sort_unstable();
            largest.truncate(MOST);
            let open = |name: &str| {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
                let path = self.root.join(name);
                let opened = rustix::fs::open(path, flags, Mode::empty()).ok()?;
                Some((name.to_owned(), opened))
            };
            let largest = largest.into_iter().map(|(_, folder)| folder);
            self.open = largest.filter_map(open).collect();
        }

        /// Makes a file. One that is there loses its name, for it may have another one elsewhere.
        pub fn create(&self, path: &str) -> io::Result<fs::File> {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let (folder, name) = self.find(path);
            let mode = Mode::from_raw_mode(0o666);
            let open = || rustix::fs::openat(folder, &*name, flags, mode);
            match rustix::io::retry_on_intr(open) {
                Err(Errno::EXIST) => {
                    self.remove(path)?;
                    Ok(rustix::io::retry_on_intr(open)?.into())
                }
                opened => Ok(opened?.into()),
            }
        }

        /// Gives a file of another folder a second name, the same one here.
        pub fn link(&self, from: &Folders, path: &str) -> io::Result<()> {
            let ((old_folder, old), (folder, name)) = (from.find(path), self.find(path));
            let flags = AtFlags::empty();
            Ok(rustix::fs::linkat(
                old_folder, &*old, folder, &*name, flags,
            )?)
        }

        /// Returns how a file looks; a link is not followed.
        pub fn look(&self, path: &str) -> Option<Seal> {
            let (folder, name) = self.find(path);
            let found = rustix::fs::statat(folder, &*name, AtFlags::SYMLINK_NOFOLLOW);
            seal(&found.ok()?)
        }

        /// Deletes a file.
        pub fn remove(&self, path: &str) -> io::Result<()> {
            let (folder, name) = self.find(path);
            Ok(rustix::fs::unlinkat(folder, &*name, AtFlags::empty())?)
        }

        /// Returns an open folder, and the way from there.
        fn find<'a>(&'a self, path: &'a str) -> (BorrowedFd<'a>, Cow<'a, Path>) {
            let (folder, name) = split(path);
            match self.open.get(folder) {
                Some(folder) => (folder.as_fd(), Cow::Borrowed(Path::new(name))),
                None => (CWD, Cow::Owned(self.root.join(path))),
            }
        }
    }

    fn split(path: &str) -> (&str, &str) {
        path.rsplit_once('/').unwrap_or(("", path))
    }

    /// This is whose a folder is, and who may do what in it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Look {
        mode: u32,
        owner: u32,
        group: u32,
    }

    impl Look {
        /// Looks at a folder; a link is not followed.
        pub fn of(folder: &Path) -> io::Result<Look> {
            use std::os::unix::fs::MetadataExt as _;
            let found = fs::symlink_metadata(folder)?;
            Ok(Look {
                mode: found.mode(),
                owner: found.uid(),
                group: found.gid(),
            })
        }
    }

    /// Returns how a file that was just written looks.
    pub fn look_at(file: &fs::File) -> io::Result<Option<Seal>> {
        Ok(seal(&rustix::fs::fstat(file)?))
    }

    // The types of the fields are not those of all systems.
    #[allow(clippy::unnecessary_cast)]
    fn seal(found: &Stat) -> Option<Seal> {
        let seconds = (found.st_mtime as i64).checked_mul(1_000_000_000)?;
        Some(Seal {
            length: found.st_size as u64,
            modified: seconds.checked_add(found.st_mtime_nsec as i64)?,
            inode: found.st_ino as u64,
            mode: found.st_mode as u32,
        })
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use super::*;

    use std::fs;
    use std::io;

    /// This is a folder.
    #[derive(Debug)]
    pub struct Folders {
        root: PathBuf,
    }

    impl Folders {
        /// Makes a folder.
        pub fn new(root: PathBuf) -> Folders {
            Folders { root }
        }

        /// Returns where the folder is.
        pub fn root(&self) -> &Path {
            &self.root
        }

        /// Opens nothing.
        pub fn open(&mut self, _: &BTreeMap<&str, usize>) {}

        /// Makes a file. One that is there loses its name, for it may have another one elsewhere.
        pub fn create(&self, path: &str) -> io::Result<fs::File> {
            let path = self.root.join(path);
            let open = || fs::File::create_new(&path);
            match open() {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    fs::remove_file(&path)?;
                    open()
                }
                opened => opened,
            }
        }

        /// Gives a file of another folder a second name, the same one here.
        pub fn link(&self, from: &Folders, path: &str) -> io::Result<()> {
            fs::hard_link(from.root.join(path), self.root.join(path))
        }

        /// Knows nothing of how a file looks.
        pub fn look(&self, _: &str) -> Option<Seal> {
            None
        }

        /// Deletes a file.
        pub fn remove(&self, path: &str) -> io::Result<()> {
            fs::remove_file(self.root.join(path))
        }
    }

    /// This is what a folder is; nothing is known of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Look;

    impl Look {
        /// Looks at a folder.
        pub fn of(_: &Path) -> io::Result<Look> {
            Ok(Look)
        }
    }

    /// Knows nothing of how a file looks.
    pub fn look_at(_: &fs::File) -> io::Result<Option<Seal>> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_made_linked_seen_and_deleted_in_a_folder_that_is_open_and_in_one_that_is_not() {
        let root = tempfile::tempdir().expect("a folder");
        let [mut old, mut new] = ["old", "new"].map(|name| Folders::new(root.path().join(name)));
        // More than are open at once.
        let names: Vec<String> = (0..80).map(|number| format!("a/{number}")).collect();
        let mut files: BTreeMap<&str, usize> =
            names.iter().map(|name| (name.as_str(), 1)).collect();
        files.insert("", 7);
        for folder in [&old, &new] {
            for name in files.keys() {
                fs::create_dir_all(folder.root().join(name)).expect("a folder");
            }
        }
        old.open(&files);
        new.open(&files);
        for name in files.keys() {
            let path = format!("{name}/x.html");
            let path = path.trim_start_matches('/');
            fs::write(old.root().join(path), "longer than what follows").expect("a file");
            let file = old.create(path).expect("a file");
            let seal = look_at(&file).expect("a look");
            new.link(&old, path).expect("a link");
            assert_eq!(fs::read(new.root().join(path)).expect("a file"), b"");
            assert_eq!(new.look(path), seal);
            assert_eq!(seal.is_some(), cfg!(unix));
            new.remove(path).expect("deleted");
            assert!(new.remove(path).is_err() && new.look(path).is_none());
            assert!(new.create("none/x.html").is_err());
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("x.html", old.root().join("link.html")).expect("a link");
            assert_ne!(
                old.look("link.html"),
                old.look("x.html"),
                "a link is no file"
            );
        }
    }
}
