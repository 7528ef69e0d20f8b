//! Replacing what a person wrote: the old text is looked at once more after it was put aside.
//!
//! Where two names can be swapped in one step, the file that was there is behind the other name then, and
//! can be compared with what was read and swapped back. So no save that happens between is lost.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::write_whole;

/// This is a new text beside the file whose place it takes.
pub struct Replacement {
    path: PathBuf,
    // Without the open file: there may be more of them than a process may have open.
    new: TempPath,
}

impl Replacement {
    /// Writes a text beside a file, with that file's permissions.
    pub fn prepare(path: &Path, text: &str) -> io::Result<Replacement> {
        // A link into the site stays one; the file that it leads to is replaced.
        let path = match path.is_symlink() {
            true => path.canonicalize()?,
            false => path.to_owned(),
        };
        let mode = fs::metadata(&path)?.permissions();
        let folder = path.parent().expect("a paper stands in a folder");
        let new = write_whole(folder, text.as_bytes())?;
        fs::set_permissions(new.path(), mode)?;
        let new = new.into_temp_path();
        Ok(Replacement { path, new })
    }

    /// Puts the text in its place; `false`, and nothing is changed, when the file is not what it was.
    pub fn put(&self, old: &[u8], new: &[u8]) -> io::Result<bool> {
        match fs::read(&self.path) {
            Ok(now) if now == old => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => return Ok(false),
        }
        if !swap(&self.new, &self.path)? {
            fs::rename(&self.new, &self.path)?;
            return Ok(true);
        }
        if fs::read(&self.new)? == old {
            return Ok(true);
        }
        // What came out now must be our text; if it is not, somebody saved between the two swaps.
        if swap(&self.new, &self.path)? && fs::read(&self.new)? != new {
            swap(&self.new, &self.path)?;
        }
        Ok(false)
    }

    /// Puts the old text back in its place, unless somebody has changed the new one already.
    pub fn take_back(&self, old: &str, new: &str) -> io::Result<()> {
        if fs::read(&self.path)? != new.as_bytes() {
            return Ok(());
        }
        // Where the two were swapped, the old file is still there, behind the other name.
        if self.new.exists() && swap(&self.new, &self.path)? {
            return Ok(());
        }
        let restored = Replacement::prepare(&self.path, old)?;
        fs::rename(&restored.new, &self.path)
    }
}

/// Waits until new texts are on the disk, for a name may get there before what it names.
pub fn wait_for_the_disk(ready: &[Replacement]) -> io::Result<()> {
    let Some(first) = ready.first() else {
        return Ok(());
    };
    // One call for all of them where there is one: thousands of single ones take minutes.
    #[cfg(target_os = "linux")]
    if ready.len() > 1 {
        return Ok(rustix::fs::syncfs(fs::File::open(&first.new)?)?);
    }
    let sync = |replacement: &Replacement| fs::File::open(&replacement.new)?.sync_all();
    sync(first)?;
    ready[1..].iter().try_for_each(sync)
}

/// Swaps two names in one step; `false` where the system cannot.
fn swap(one: &Path, other: &Path) -> io::Result<bool> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(true),
            Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let _ = (one, other);
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a paper in it, and the paper's path.
    fn paper(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.md");
        fs::write(&path, text).expect("a file");
        (folder, path)
    }

    fn read(path: &Path) -> String {
        assert!(path.is_file(), "a pipe would be waited for");
        fs::read_to_string(path).expect("a text")
    }

    fn files_in(folder: &Path) -> usize {
        fs::read_dir(folder).expect("a folder").count()
    }

    #[test]
    fn a_text_takes_the_place_of_the_one_it_was_made_of() {
        let (folder, path) = paper("old");
        let ready = Replacement::prepare(&path, "new").expect("prepared");
        assert_eq!(read(&path), "old", "nothing is changed before it is put");
        wait_for_the_disk(std::slice::from_ref(&ready)).expect("on the disk");
        assert!(ready.put(b"old", b"new").expect("put"));
        assert_eq!(read(&path), "new");
        drop(ready);
        assert_eq!(files_in(folder.path()), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_is_not_what_it_was_is_left_alone() {
        let (folder, path) = paper("old");
        let ready = Replacement::prepare(&path, "new").expect("prepared");
        fs::write(&path, "saved").expect("a save");
        assert!(!ready.put(b"old", b"new").expect("told"));
        assert_eq!(read(&path), "saved");

        fs::remove_file(&path).expect("a delete");
        assert!(!ready.put(b"old", b"new").expect("told"));
        assert!(!path.exists(), "what was deleted does not come back");

        fs::create_dir(&path).expect("a folder");
        assert!(ready.put(b"old", b"new").is_err(), "it cannot be read");
        drop(ready);
        assert_eq!(files_in(folder.path()), 1);
    }

    #[test]
    fn a_text_is_taken_back_unless_somebody_has_changed_it() {
        let (_folder, path) = paper("old");
        let put = || {
            let ready = Replacement::prepare(&path, "new").expect("prepared");
            assert!(ready.put(b"old", b"new").expect("put"));
            ready
        };
        put().take_back("old", "new").expect("taken back");
        assert_eq!(read(&path), "old");

        // On a system that cannot swap two names, the old file is gone.
        let ready = put();
        fs::remove_file(&ready.new).expect("a delete");
        ready.take_back("old", "new").expect("taken back");
        assert_eq!(read(&path), "old");

        let ready = put();
        fs::write(&path, "saved").expect("a save");
        ready.take_back("old", "new").expect("left alone");
        assert_eq!(read(&path), "saved");
    }

    #[test]
    fn a_new_text_that_is_gone_is_told_before_anything_is_changed() {
        let (_folder, path) = paper("old");
        let ready = Replacement::prepare(&path, "new").expect("prepared");
        fs::remove_file(&ready.new).expect("a delete");
        assert!(wait_for_the_disk(&[ready]).is_err());
        assert!(wait_for_the_disk(&[]).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_the_permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let (folder, path) = paper("old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
        let link = folder.path().join("link.md");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        let ready = Replacement::prepare(&link, "new").expect("prepared");
        assert!(ready.put(b"old", b"new").expect("put"));
        assert!(link.is_symlink());
        assert_eq!(read(&path), "new");
        let mode = fs::metadata(&path).expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    /// Puts `new` in the place of a pipe, which says `old` when it is read first and `saved` when it is
    /// read again: like a file that is saved at the last moment. `meanwhile` is called in between.
    #[cfg(target_os = "linux")]
    fn put_while_it_is_saved(
        path: &Path,
        meanwhile: impl FnOnce() + Send + 'static,
    ) -> (Replacement, bool) {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        use std::os::unix::fs::FileTypeExt as _;
        use std::sync::mpsc::channel;
        use std::thread::{sleep, spawn};
        use std::time::Duration;

        fs::remove_file(path).expect("a delete");
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
        let ready = Replacement::prepare(path, "new").expect("prepared");
        let (path, other) = (path.to_owned(), ready.new.to_path_buf());
        let is_pipe = |path: &Path| fs::metadata(path).is_ok_and(|it| it.file_type().is_fifo());
        spawn(move || {
            fs::write(path, "old").expect("somebody reads");
            while !is_pipe(&other) {
                sleep(Duration::from_millis(1));
            }
            meanwhile();
            fs::write(&other, "saved").expect("somebody reads");
        });
        // Who opens a pipe waits for the other side. So nobody waits for these two, and what does not
        // read as it should fails.
        let (tell, told) = channel();
        spawn(move || tell.send((ready.put(b"old", b"new"), ready)));
        let (put, ready) = told
            .recv_timeout(Duration::from_secs(30))
            .expect("each time that it reads, somebody writes");
        (ready, put.expect("told"))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_saved_at_the_last_moment_is_put_back() {
        use std::os::unix::fs::FileTypeExt as _;
        let (_folder, path) = paper("old");
        let (ready, put) = put_while_it_is_saved(&path, || {});
        assert!(!put);
        assert!(fs::metadata(&path).expect("a pipe").file_type().is_fifo());
        assert_eq!(read(&ready.new), "new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_saved_twice_at_the_last_moment_is_what_was_saved_last() {
        let (_folder, path) = paper("old");
        let saved = path.clone();
        let save = move || fs::write(saved, "saved again").expect("a save");
        let (_ready, put) = put_while_it_is_saved(&path, save);
        assert!(!put);
        assert_eq!(read(&path), "saved again");
    }
}
