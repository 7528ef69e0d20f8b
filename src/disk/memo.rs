//! The memo of a build, in the folder of what may be forgotten.
//!
//! One file for a site: a build into another folder, or with other settings, takes its place. Beside it lie the
//! pieces of its search index, each in a file that is named after what it was made of, so that a build writes those
//! that are new and leaves the others where they are. Where the system does not tell files apart by number there is no
//! memo, and each build renders every page.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rustc_hash::FxHashSet;

use crate::document::Recollections;
use crate::fingerprint::Fingerprint;
use crate::layout;
use crate::memo::{self, Begun, Lengths, Memo, Opened, Sums};
use crate::search::Shelf;

/// The name of the file, and of the next one while it is written.
const NAMES: [&str; 2] = ["build", "build.next"];

/// The folder of the pieces.
const PIECES: &str = "pieces";

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
    let all = lengths.papers.checked_add(lengths.known)?;
    (all <= file.metadata().ok()?.len()).then_some(())?;
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

    /// Reads the rest, and files of the site that was published, by their paths.
    pub fn read(&self, read: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Memo> {
        let (mut file, mut pages) = (&self.file, Vec::new());
        // Behind the papers.
        let known = read_part(file, self.lengths.known)?;
        file.read_to_end(&mut pages).ok()?;
        self.opened.read_rest(&known, &pages, read)
    }
}

/// This is a memo for the next build, on its way.
///
/// Two builds that make one at once leave the memo of one of them, or one that is seen to be damaged.
#[derive(Debug)]
pub struct NextMemo {
    root: PathBuf,
    file: File,
    sums: Sums,
    /// The pieces of its index.
    pieces: FxHashSet<String>,
    is_finished: bool,
}

impl NextMemo {
    /// Begins a memo; there is none where programs cannot be told apart.
    pub fn begin(
        root: &Path,
        pieces: &[Fingerprint],
        begin: impl FnOnce(Fingerprint) -> Begun,
    ) -> Result<Option<NextMemo>> {
        let Some(program) = program() else {
            return Ok(None);
        };
        let next = root.join(layout::CACHE).join(NAMES[1]);
        let begin = || -> std::io::Result<NextMemo> {
            super::answers::make_cache(root)?;
            let begun = begin(program);
            let mut file = File::create(&next)?;
            for strip in begun.strips() {
                file.write_all(strip)?;
            }
            Ok(NextMemo {
                root: root.to_owned(),
                file,
                sums: begun.sums(),
                pieces: pieces.iter().map(name).collect(),
                is_finished: false,
            })
        };
        let begun = begin().with_context(|| format!("cannot write {}", next.display()))?;
        Ok(Some(begun))
    }

    /// Ends it, and puts it in the place of the one before, the pieces of which are deleted.
    pub fn finish(mut self, end: impl FnOnce(Sums) -> Vec<u8>) -> Result<()> {
        let [path, next] = NAMES.map(|name| self.root.join(layout::CACHE).join(name));
        let end = end(self.sums);
        let keep = self.file.write_all(&end);
        keep.and_then(|()| fs::rename(&next, &path))
            .with_context(|| format!("cannot keep {}", path.display()))?;
        self.is_finished = true;
        self.sweep();
        Ok(())
    }

    /// Deletes the pieces of other memos, and what a build left that was killed.
    fn sweep(&self) {
        let entries = fs::read_dir(folder(&self.root)).into_iter().flatten();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_ours = name.ends_with(ENDING) || name.ends_with(super::UNFINISHED.1);
            if is_ours && !self.pieces.contains(&*name) {
                // What cannot be deleted takes room, and is not read.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Drop for NextMemo {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_file(self.root.join(layout::CACHE).join(NAMES[1]));
        }
    }
}

/// Returns where the pieces of an index lie that this program made; nowhere where programs cannot be told apart.
pub fn shelf(root: &Path) -> Option<Arc<dyn Shelf>> {
    Some(Arc::new(Pieces {
        root: root.to_owned(),
        program: program()?,
    }))
}

/// How the names of files with pieces end.
const ENDING: &str = ".piece";

fn folder(root: &Path) -> PathBuf {
    root.join(layout::CACHE).join(PIECES)
}

fn name(piece: &Fingerprint) -> String {
    format!("{:032x}{ENDING}", piece.0)
}

/// How many bytes stand before a piece.
const HEAD: usize = 3 * size_of::<u128>();

/// These are the pieces of a program, below the root of a site.
struct Pieces {
    root: PathBuf,
    program: Fingerprint,
}

impl Pieces {
    /// What stands before a piece in its file: who wrote it, what it is, and its sum.
    fn head(&self, piece: Fingerprint, bytes: &[u8]) -> [u8; HEAD] {
        let parts = [self.program, piece, Fingerprint::of_bytes(bytes)];
        let mut head = [0; HEAD];
        for (place, part) in head.as_chunks_mut().0.iter_mut().zip(parts) {
            *place = part.0.to_le_bytes();
        }
        head
    }

    fn write(&self, piece: Fingerprint, bytes: &[u8]) -> std::io::Result<()> {
        let folder = folder(&self.root);
        super::answers::make_cache(&self.root)?;
        fs::create_dir_all(&folder)?;
        let mut file = super::write_whole(&folder, &self.head(piece, bytes))?;
        file.write_all(bytes)?;
        file.persist(folder.join(name(&piece)))
            .map_err(|error| error.error)?;
        Ok(())
    }
}

impl Shelf for Pieces {
    fn take(&self, piece: Fingerprint) -> Option<Vec<u8>> {
        let mut file = File::open(folder(&self.root).join(name(&piece))).ok()?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        (self.head(piece, &bytes) == head).then_some(bytes)
    }

    fn put(&self, piece: Fingerprint, bytes: &[u8]) {
        // The next build makes it anew.
        let _ = self.write(piece, bytes);
    }
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::diagnostic::Problems;
    use crate::page::Quilts;
    use crate::site;

    fn pieces(root: &Path, program: u128) -> Pieces {
        Pieces {
            root: root.to_owned(),
            program: Fingerprint(program),
        }
    }

    #[test]
    fn a_piece_is_found_only_as_it_was_put_there() {
        let root = tempfile::tempdir().expect("a folder");
        let shelf = pieces(root.path(), 1);
        let [piece, other] = [Fingerprint(1 << 127), Fingerprint(7)];
        assert_eq!(shelf.take(piece), None);
        shelf.put(piece, b"words");
        shelf.put(other, b"");
        assert_eq!(shelf.take(piece), Some(b"words".to_vec()));
        assert_eq!(shelf.take(other), Some(Vec::new()));
        assert_eq!(pieces(root.path(), 2).take(piece), None);
        let folder = folder(root.path());
        let [path, other_path] = [piece, other].map(|piece| folder.join(name(&piece)));
        let whole = fs::read(&path).expect("a file");
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            fs::write(&path, &bytes).expect("bent");
            assert_eq!(shelf.take(piece), None, "{place}");
            fs::write(&path, &whole[..place]).expect("cut");
            assert_eq!(shelf.take(piece), None, "{place}");
        }
        fs::write(&path, [&whole[..], b"s"].concat()).expect("longer");
        assert_eq!(shelf.take(piece), None);
        fs::rename(&other_path, &path).expect("another one under its name");
        assert_eq!(shelf.take(piece), None);
        // What a link leads to is not written to.
        let letter = root.path().join("letter.txt");
        fs::write(&letter, "dear reader").expect("a file");
        std::os::unix::fs::symlink(&letter, &other_path).expect("a link");
        shelf.put(other, b"other words");
        assert_eq!(fs::read(&letter).expect("a file"), b"dear reader");
        assert_eq!(shelf.take(other), Some(b"other words".to_vec()));
        // A piece that cannot be put there is not there.
        fs::remove_dir_all(&folder).expect("deleted");
        fs::write(&folder, "").expect("a file");
        shelf.put(piece, b"words");
        assert_eq!(shelf.take(piece), None);
    }

    fn begin(root: &Path, basis: u128, pieces: &[Fingerprint]) -> NextMemo {
        let memo = Memo::default();
        let nothing = site::Parts {
            config: Config::default(),
            vocabulary: None,
            documents: Vec::new(),
            assets: Vec::new(),
            statics: Vec::new(),
            drafts: false,
        };
        let site = site::link(nothing, &mut Problems::new());
        let begun = NextMemo::begin(root, pieces, |program| {
            memo.write_begin(&site, Fingerprint(basis), program)
        });
        begun.expect("there is room").expect("a program")
    }

    fn finish(next: NextMemo) -> Result<()> {
        next.finish(|sums| memo::write_end(sums, std::iter::empty(), &Quilts::default()))
    }

    fn basis(root: &Path) -> Option<u128> {
        Some(open_memo(root)?.read(|_| None)?.basis.0)
    }

    #[test]
    fn a_memo_takes_the_place_of_another_when_it_is_whole() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let (shelf, cache) = (pieces(root, 1), root.join(layout::CACHE));
        let all = [3, 4, 5].map(Fingerprint);
        all.iter().for_each(|piece| shelf.put(*piece, b"words"));
        fs::write(folder(root).join("letter.txt"), "dear reader").expect("a file");
        assert_eq!(basis(root), None);
        finish(begin(root, 1, &all[..2])).expect("kept");
        assert_eq!(basis(root), Some(1));
        let found = || all.map(|piece| shelf.take(piece).is_some());
        assert_eq!(found(), [true, true, false]);
        drop(begin(root, 2, &[]));
        assert_eq!(
            basis(root),
            Some(1),
            "a build that does not end leaves no memo"
        );
        assert_eq!(found(), [true, true, false]);
        let mut names: Vec<_> = fs::read_dir(&cache).expect("a folder").collect();
        names.sort_by_key(|entry| entry.as_ref().map(fs::DirEntry::file_name).ok());
        let names = names
            .into_iter()
            .map(|entry| entry.expect("an entry").file_name());
        assert_eq!(names.collect::<Vec<_>>(), [".gitignore", "build", "pieces"]);
        finish(begin(root, 3, &[])).expect("kept");
        assert_eq!((basis(root), found()), (Some(3), [false; 3]));
        assert!(folder(root).join("letter.txt").exists());
    }

    #[test]
    fn two_memos_at_once_are_one_of_them_or_none() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        for later_ends_first in [false, true] {
            let (one, other) = (begin(root, 1, &[]), begin(root, 2, &[]));
            let (first, second) = match later_ends_first {
                true => (other, one),
                false => (one, other),
            };
            assert!(finish(first).is_ok());
            let found = basis(root);
            assert!(matches!(found, None | Some(1 | 2)), "{found:?}");
            let _ = finish(second);
            let found = basis(root);
            assert!(matches!(found, None | Some(1 | 2)), "{found:?}");
        }
        finish(begin(root, 3, &[])).expect("kept");
        assert_eq!(basis(root), Some(3));
    }
}
