//! Locks: what two runs of the program may not do at once.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::layout;

use super::answers::make_cache;

/// This keeps others out until it is dropped, or the process ends, however it does.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Takes the lock of that name; `None` when another process has it.
pub fn lock(root: &Path, name: &str) -> Result<Option<Lock>> {
    let path = root.join(layout::CACHE).join(format!("{name}.lock"));
    make_cache(root).with_context(|| format!("cannot write {}", path.display()))?;
    take(&path)
}

/// Takes a lock by its file, which is made where there is none; `None` when another process has it.
pub(super) fn take(path: &Path) -> Result<Option<Lock>> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_keeps_others_out_until_it_is_dropped() {
        let root = tempfile::tempdir().expect("a folder");
        let taken = lock(root.path(), "email").expect("a lock");
        assert!(taken.is_some());
        assert!(lock(root.path(), "email").expect("no error").is_none());
        assert!(lock(root.path(), "other").expect("no error").is_some());
        drop(taken);
        assert!(lock(root.path(), "email").expect("no error").is_some());
    }
}
