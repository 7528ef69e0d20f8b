//! The memo of a build, in the folder of what may be forgotten.
//!
//! One file for a site: a build into another folder, or with other settings, takes its place. Where the
//! system does not tell files apart by number there is none, and each build renders every page.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::fingerprint::Fingerprint;
use crate::layout;
use crate::memo::{Memo, Opened};

/// The name of the file, and of the next one while it is written.
const NAMES: [&str; 2] = ["build", "build.next"];

/// Opens what the last build left; a memo that cannot be read is as good as none.
pub fn open_memo(root: &Path) -> Option<Opened> {
    let bytes = fs::read(root.join(layout::CACHE).join(NAMES[0])).ok()?;
    Opened::new(bytes, program()?)
}

/// Keeps a memo for the next build. Two builds that do so at once leave the memo of one of them, or one
/// that is seen to be damaged.
pub fn keep_memo(root: &Path, memo: &Memo) -> Result<()> {
    let Some(program) = program() else {
        return Ok(());
    };
    let [path, next] = NAMES.map(|name| root.join(layout::CACHE).join(name));
    let keep = || -> std::io::Result<()> {
        super::answers::make_cache(root)?;
        fs::write(&next, memo.write(program))?;
        fs::rename(&next, &path)
    };
    keep().with_context(|| format!("cannot keep {}", path.display()))
}

/// Tells this program from others, also from another one of the same version.
#[cfg(unix)]
fn program() -> Option<Fingerprint> {
    use std::os::unix::fs::MetadataExt as _;
    let file = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let times = [
        file.mtime(),
        file.mtime_nsec(),
        file.ctime(),
        file.ctime_nsec(),
    ];
    let about = format!(
        "{} {} {} {} {times:?}",
        env!("CARGO_PKG_VERSION"),
        file.dev(),
        file.ino(),
        file.len()
    );
    Some(Fingerprint::of_bytes(about.as_bytes()))
}

#[cfg(not(unix))]
fn program() -> Option<Fingerprint> {
    None
}
