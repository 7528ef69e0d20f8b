//! The memo of a build, in the folder of what may be forgotten.
//!
//! One file for a site: a build into another folder, or with other settings, takes its place. Where the
//! system does not tell files apart by number there is none, and each build renders every page.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::document::Recollections;
use crate::fingerprint::Fingerprint;
use crate::layout;
use crate::memo::{self, Lengths, Memo, Opened};

/// The name of the file, and of the next one while it is written.
const NAMES: [&str; 2] = ["build", "build.next"];

/// This is a memo of which the first part was read.
#[derive(Debug)]
pub struct OpenMemo {
    opened: Opened,
    lengths: Lengths,
    /// Another build may put another file in its place meanwhile.
    file: File,
}

/// Opens what the last build left; a memo that cannot be read is as good as none.
pub fn open_memo(root: &Path) -> Option<OpenMemo> {
    let mut file = File::open(root.join(layout::CACHE).join(NAMES[0])).ok()?;
    let mut head = [0; memo::HEAD];
    file.read_exact(&mut head).ok()?;
    let lengths = Lengths::read(&head)?;
    // What is damaged makes no room for more than there can be.
    let all = lengths.search.checked_add(lengths.papers)?;
    (all <= file.metadata().ok()?.len()).then_some(())?;
    file.seek(SeekFrom::Start(memo::HEAD as u64 + lengths.search))
        .ok()?;
    let papers = read_part(&file, lengths.papers)?;
    let opened = Opened::read(&papers, program()?)?;
    Some(OpenMemo {
        opened,
        lengths,
        file,
    })
}

fn read_part(file: &File, length: u64) -> Option<Vec<u8>> {
    let mut part = Vec::with_capacity(usize::try_from(length).ok()?);
    file.take(length).read_to_end(&mut part).ok()?;
    (part.len() as u64 == length).then_some(part)
}

impl OpenMemo {
    /// Returns the papers that it remembers.
    pub fn papers(&self) -> &Recollections {
        self.opened.papers()
    }

    /// Reads the rest.
    pub fn read(&self) -> Option<Memo> {
        let (mut file, mut rest) = (&self.file, Vec::new());
        // Behind the papers.
        file.read_to_end(&mut rest).ok()?;
        file.seek(SeekFrom::Start(memo::HEAD as u64)).ok()?;
        let search = read_part(file, self.lengths.search)?;
        self.opened.read_rest(search, &rest)
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
        let file = File::create(&next)?;
        memo.write(program, |at, bytes| put(&file, at, bytes))?;
        drop(file);
        fs::rename(&next, &path)
    };
    keep().with_context(|| format!("cannot keep {}", path.display()))
}

#[cfg(unix)]
fn put(file: &File, at: u64, bytes: &[u8]) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(not(unix))]
fn put(_: &File, _: u64, _: &[u8]) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
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
