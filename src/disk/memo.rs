//! The memo of a build, in the folder of what may be forgotten.
//!
//! One file for a site: a build into another folder, or with other settings, takes its place. Where the
//! system does not tell files apart by number there is none, and each build renders every page.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::document::Recollections;
use crate::fingerprint::Fingerprint;
use crate::layout;
use crate::memo::{self, Memo, Opened};

/// The name of the file, and of the next one while it is written.
const NAMES: [&str; 2] = ["build", "build.next"];

/// This is a memo of which the first part was read.
#[derive(Debug)]
pub struct OpenMemo {
    opened: Opened,
    /// What stands behind that part; another build may put another file in its place meanwhile.
    rest: File,
}

/// Opens what the last build left; a memo that cannot be read is as good as none.
pub fn open_memo(root: &Path) -> Option<OpenMemo> {
    let mut rest = File::open(root.join(layout::CACHE).join(NAMES[0])).ok()?;
    let mut head = [0; memo::HEAD];
    rest.read_exact(&mut head).ok()?;
    let length = memo::length_of_first(&head)?;
    // What is damaged makes no room for more than there can be.
    (length <= rest.metadata().ok()?.len()).then_some(())?;
    let mut part = vec![0; usize::try_from(length).ok()?];
    rest.read_exact(&mut part).ok()?;
    let opened = Opened::read(&part, program()?)?;
    Some(OpenMemo { opened, rest })
}

impl OpenMemo {
    /// Returns the papers that it remembers.
    pub fn papers(&self) -> &Recollections {
        self.opened.papers()
    }

    /// Reads the rest.
    pub fn read(&self) -> Option<Memo> {
        let mut part = Vec::new();
        (&self.rest).read_to_end(&mut part).ok()?;
        self.opened.read_rest(&part)
    }
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
        let mut file = File::create(&next)?;
        for piece in memo.write(program) {
            file.write_all(&piece)?;
        }
        drop(file);
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
