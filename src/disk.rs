//! Files: reading the sources, writing papers, publishing a site.
//!
//! The only module that touches files. Reading follows no symlink out of the root; a paper is
//! written whole or not at all, and never over another; a site is published by one rename.
#![allow(clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use walkdir::WalkDir;

use crate::compile::{File, Sources};
use crate::layout;
use crate::parallel;
use crate::theme::ThemeFile;

mod answers;
mod folders;
mod list;
mod lock;
mod memo;
mod publish;
mod replace;
mod spare;
mod survey;
mod visits;

pub use answers::{Kept, keep_answer, read_answers};
pub use lock::{Lock, lock};
pub use memo::{NextMemo, OpenMemo, open_memo, shelf};
pub use publish::{Old, Publication, Written};
pub use survey::{Stamp, open_source, read_source, survey};
pub use visits::{Visit, keep_visits, read_visits};

use list::{is_hidden, leads_inside, list};
use replace::Replacement;

/// Finds the root of a site: the nearest folder upward that holds `site.toml`.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .find(|folder| folder.join(layout::SETTINGS).is_file())
        .map(Path::to_owned)
}

/// Reads all sources below a root; files are in the order of their names.
pub fn read_sources(root: &Path) -> Result<Sources> {
    let (sources, documents) = list_sources(root)?;
    Ok(Sources {
        documents: parallel::try_map(&documents, |name| read_file(root, name.clone()))?,
        ..sources
    })
}

/// Reads all sources below a root but the documents, of which it returns the names, in order.
pub fn list_sources(root: &Path) -> Result<(Sources, Vec<Arc<str>>)> {
    let settings = read_settings(root)?;
    let (sources, documents) = list_content(root)?;
    let sources = Sources {
        settings,
        ..sources
    };
    Ok((sources, documents))
}

/// Reads `site.toml`; `None` when there is none.
pub fn read_settings(root: &Path) -> Result<Option<File>> {
    read_optional(root, layout::SETTINGS)
}

/// Reads all sources below a root but the settings and the documents; of these it returns the names, in
/// order.
pub fn list_content(root: &Path) -> Result<(Sources, Vec<Arc<str>>)> {
    let mut documents = Vec::new();
    let mut sources = Sources::default();
    for name in list(root, "content")? {
        if name.ends_with(".md") {
            documents.push(name);
        } else if name.as_ref() == layout::VOCABULARY {
            sources.vocabulary = read_optional(root, layout::VOCABULARY)?;
        } else {
            sources.assets.push(name);
        }
    }
    let statics = list(root, "static")?;
    sources.statics = statics
        .iter()
        .filter_map(|name| name.strip_prefix(layout::STATIC))
        .map(Arc::from)
        .collect();
    Ok((sources, documents))
}

/// Reads the files that a site lays over the built-in theme.
pub fn read_theme(root: &Path, theme: &str) -> Result<Vec<ThemeFile>> {
    let folder = format!("{}{theme}", layout::THEMES);
    let prefix = format!("{folder}/");
    list(root, &folder)?
        .into_iter()
        .map(|name| {
            let file = read_file(root, name.clone())?;
            let path = name
                .strip_prefix(&prefix)
                .expect("a walk stays under its root")
                .to_owned();
            Ok(ThemeFile {
                path,
                name: name.to_string(),
                bytes: file.bytes,
            })
        })
        .collect()
}

/// Reads a file of any place, for an import.
pub fn read_input(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Reads standard input to its end.
pub fn read_standard_input() -> Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .context("cannot read standard input")?;
    Ok(bytes)
}

/// Writes new files, all or none: when one cannot be written, those before it are taken back.
///
/// A file that exists is an error, even when it appears at the last moment.
pub fn write_new(root: &Path, files: &[(String, String)]) -> Result<()> {
    let mut undo = Undo::default();
    for (name, text) in files {
        let path = root.join(name);
        let folder = path.parent().expect("a paper stands in a folder");
        undo.create_folders(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let written = write_whole(folder, text.as_bytes()).and_then(|file| {
            // Fails when the file is there, so that two imports at once cannot overwrite each other.
            file.persist_noclobber(&path).map_err(|error| error.error)
        });
        written.with_context(|| format!("cannot write {}; nothing was written", path.display()))?;
        undo.files.push(path);
    }
    undo.keep();
    Ok(())
}

/// Writes new texts over existing files, each whole; the permissions stay.
///
/// All new texts are on the disk before the first file is changed, so a disk that is full changes none.
/// The old text must still be what the new one was made of: a file that somebody saved meanwhile, even
/// at the last moment, is left alone, and all others become what they were.
pub fn write_changed(root: &Path, files: &[(String, String, String)]) -> Result<()> {
    let ready = parallel::try_map(files, |(name, _, new)| {
        Replacement::prepare(&root.join(name), new)
            .with_context(|| format!("cannot write {name}; nothing was changed"))
    })?;
    replace::wait_for_the_disk(&ready).context("cannot write; nothing was changed")?;
    for (at, (name, old, new)) in files.iter().enumerate() {
        let failure = match ready[at].put(old.as_bytes(), new.as_bytes()) {
            Ok(true) => continue,
            Ok(false) => anyhow::anyhow!("{name} was changed meanwhile; nothing was written"),
            Err(error) => anyhow::Error::new(error)
                .context(format!("cannot write {name}; nothing was changed")),
        };
        for ((name, old, new), done) in files.iter().zip(&ready[..at]) {
            done.take_back(old, new)
                .with_context(|| format!("cannot restore {name}"))?;
        }
        return Err(failure);
    }
    Ok(())
}

/// Reads a ledger; `None` when there is none yet.
pub fn read_ledger(root: &Path, name: &str) -> Result<Option<String>> {
    let Some(file) = read_optional(root, name)? else {
        return Ok(None);
    };
    match String::from_utf8(file.bytes) {
        Ok(text) => Ok(Some(text)),
        Err(_) => bail!("{name} is not UTF-8 text"),
    }
}

/// Writes a ledger whole, and waits until the disk has it: what happens next must not be forgotten.
pub fn write_ledger(root: &Path, name: &str, text: &str) -> Result<()> {
    let path = root.join(name);
    let folder = path.parent().expect("a ledger stands in a folder");
    let write = || -> Result<()> {
        fs::create_dir_all(folder)?;
        let file = write_whole(folder, text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Writes a file of any place, whole; one that is there is replaced.
pub fn write_output(path: &Path, bytes: &[u8]) -> Result<()> {
    // The folder of a bare name is empty, and means this one.
    let folder = path.parent().unwrap_or(path);
    let write = || -> Result<()> {
        fs::create_dir_all(folder)?;
        let file = write_whole(folder, bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Returns the names of files that a run left in the content, which was stopped while it wrote.
///
/// One of them may hold what somebody saved at that moment, so none is deleted.
pub fn left_behind(root: &Path) -> Vec<String> {
    let walk = WalkDir::new(root.join("content"))
        .follow_root_links(true)
        .sort_by_file_name();
    let names = walk.into_iter().filter_map(|entry| {
        let entry = entry.ok()?;
        let name = entry.file_name().to_str()?;
        let is_ours = name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1);
        let path = entry.path().strip_prefix(root).ok()?.to_str()?;
        is_ours.then(|| path.replace('\\', "/"))
    });
    names.collect()
}

/// Reads a source by its name.
pub fn read_file(root: &Path, name: Arc<str>) -> Result<File> {
    let path = root.join(name.as_ref());
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(File { name, bytes })
}

/// Reads a source by its name into a buffer, which spares making one for each.
pub fn read_into(root: &Path, name: &str, buffer: &mut Vec<u8>) -> Result<()> {
    use std::io::Read as _;
    let path = root.join(name);
    buffer.clear();
    buffer.reserve(LIKELY);
    // A file that is told to end somewhere is not asked for its length: most fit.
    let mut read = || fs::File::open(&path)?.take(u64::MAX).read_to_end(buffer);
    read().with_context(|| format!("cannot read {}", path.display()))?;
    Ok(())
}

/// Most documents are shorter, in bytes.
const LIKELY: usize = 16_384;

fn read_optional(root: &Path, name: &str) -> Result<Option<File>> {
    if !root.join(name).is_file() {
        return Ok(None);
    }
    read_file(root, name.into()).map(Some)
}

/// How the name of a file begins and ends that is not whole yet.
const UNFINISHED: (&str, &str) = (".digest-", ".tmp");

fn write_whole(folder: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    use std::io::Write as _;
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED.0).suffix(UNFINISHED.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What an editor would give a new file; the process's mask is applied to it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Takes back what was written, unless it is told to keep it.
#[derive(Default)]
struct Undo {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Undo {
    fn create_folders(&mut self, folder: &Path) -> std::io::Result<()> {
        let missing: Vec<PathBuf> = folder
            .ancestors()
            .take_while(|folder| !folder.exists())
            .map(Path::to_owned)
            .collect();
        fs::create_dir_all(folder)?;
        self.folders.extend(missing.into_iter().rev());
        Ok(())
    }

    fn keep(mut self) {
        self.files.clear();
        self.folders.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        // Nothing better can be done when a file cannot be taken back; the error that led here is told.
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests;
