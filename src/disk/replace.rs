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
