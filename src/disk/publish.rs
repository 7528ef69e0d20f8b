//! Publishing: a new site is written beside the old one and takes its place by one rename.
//!
//! Killed at any moment, the old or the new site is there, whole. A manifest in the output says which
//! files are ours, so that nothing else is ever deleted; a lock keeps two builds apart.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::memo::Seal;
use crate::parallel;

use super::folders::{Folders, Look, look_at};
use super::lock::{self, Lock};
use super::spare;

/// The list of the files of the output, one path a line, in the output.
const MANIFEST: &str = ".digest";

/// This is what became of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Written {
    /// How many bytes were written.
    pub bytes: u64,
    /// How the file looks as long as nobody else writes to it.
    pub seal: Option<Seal>,
}

/// This is what becomes of a site when another one takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// Its files are gone.
    Deleted,
    /// The next build may take over its names: most are those of files of the new site.
    Kept,
}

/// This is a site on its way to an output folder.
#[derive(Debug)]
pub struct Publication {
    root: PathBuf,
    output: Folders,
    staging: Folders,
    retired: PathBuf,
    /// Whether the staging folder held an older site.
    is_spare: bool,
    _lock: Lock,
}

impl Publication {
    /// Prepares a publication: takes the lock, restores what a killed build left, and refuses an
    /// output folder that holds files which no build made.
    pub fn start(root: &Path, output: &Path) -> Result<Publication> {
        let name = output.file_name().and_then(|name| name.to_str());
        let Some(name) = name else {
            bail!("{} cannot be an output folder", output.display());
        };
        let root = root
            .canonicalize()
            .with_context(|| format!("cannot find {}", root.display()))?;
        let parent = match output.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        let parent = parent.canonicalize()?;
        let output = parent.join(name);
        refuse_sources(&root, &output)?;
        let lock = take_lock(&parent.join(format!(".{name}.lock")), &output)?;
        let staging = parent.join(format!(".{name}.staging"));
        let retired = parent.join(format!(".{name}.retired"));
        if !output.exists() && retired.exists() {
            // A build was killed between two renames, on a system that cannot swap two folders.
            fs::rename(&retired, &output)
                .with_context(|| format!("cannot restore {}", output.display()))?;
        }
        for leftover in [&staging, &retired] {
            remove_folder(leftover)?;
        }
        refuse_foreign(&output)?;
        fs::create_dir(&staging).with_context(|| format!("cannot make {}", staging.display()))?;
        Ok(Publication {
            root,
            output: Folders::new(output),
            staging: Folders::new(staging),
            retired,
            is_spare: false,
            _lock: lock,
        })
    }

    /// Begins with the names of an older site, where there is one; those that are not in the plan go.
    ///
    /// To be called before the folders of the pages are made.
    pub fn begin_with_spare<'a>(&mut self, paths: impl Iterator<Item = &'a str>) -> Result<()> {
        let staging = self.staging.root();
        let fresh = Look::of(staging);
        if !spare::take(&self.root, staging) {
            return Ok(());
        }
        let tidied = fresh.and_then(|fresh| spare::tidy(staging, &fresh, paths));
        self.is_spare = tidied.unwrap_or(false);
        if !self.is_spare {
            remove_folder(staging)?;
            let cannot = || format!("cannot make {}", staging.display());
            fs::create_dir(staging).with_context(cannot)?;
        }
        Ok(())
    }

    /// Makes the folders of the pages, so that writing them need not look.
    pub fn create_folders<'a>(&mut self, paths: impl Iterator<Item = &'a str>) -> Result<()> {
        let mut folders: FxHashMap<&str, usize> = FxHashMap::default();
        for path in paths {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            *folders.entry(folder).or_default() += 1;
        }
        let folders: BTreeMap<&str, usize> = folders.into_iter().collect();
        for folder in folders.keys() {
            let path = self.staging.root().join(folder);
            fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        }
        self.staging.open(&folders);
        self.output.open(&folders);
        Ok(())
    }

    /// Writes a page; its folder is there.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<Written> {
        let write = || -> std::io::Result<Option<Seal>> {
            let mut file = self.staging.create(path)?;
            file.write_all(bytes)?;
            look_at(&file)
        };
        let seal = write().with_context(|| {
            let target = self.staging.root().join(path);
            format!("cannot write {}", target.display())
        })?;
        Ok(Written {
            bytes: bytes.len() as u64,
            seal,
        })
    }

    /// Copies a source, by its name below the root.
    pub fn copy(&self, path: &str, source: &str) -> Result<Written> {
        let (from, to) = (self.root.join(source), self.staging.root().join(path));
        let copy = || {
            // A copy is written into the file that is there, which may be one of the old site.
            self.remove_older(path)?;
            fs::copy(&from, &to)
        };
        let bytes = copy()
            .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
        Ok(Written { bytes, seal: None })
    }

    /// Takes a page over from the old site, if its file is as it was sealed; its folder is there.
    ///
    /// The file gets a second name, and loses the first with the old site. Nothing writes to a page that is
    /// there, so neither site sees the other. Where a file cannot have two names, the page is to be written.
    pub fn keep(&self, path: &str, sealed: &Seal) -> bool {
        // What has the new name is looked at, for it is what will be published.
        let is_sealed = || self.staging.look(path) == Some(*sealed);
        if self.is_spare && is_sealed() {
            return true;
        }
        let link = || {
            self.remove_older(path)?;
            self.staging.link(&self.output, path)
        };
        if link().is_err() {
            return false;
        }
        let is_kept = is_sealed();
        if !is_kept {
            let _ = self.staging.remove(path);
        }
        is_kept
    }

    /// Takes a name from the file that an older site had under it.
    fn remove_older(&self, path: &str) -> std::io::Result<()> {
        if !self.is_spare {
            return Ok(());
        }
        match self.staging.remove(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Reads a page that was written or taken over.
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        let target = self.staging.root().join(path);
        fs::read(&target).with_context(|| format!("cannot read {}", target.display()))
    }

    /// Reads a page of the old site.
    pub fn read_old(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.output.root().join(path)).ok()
    }

    /// Returns where the site will be.
    pub fn output(&self) -> &Path {
        self.output.root()
    }

    /// Tells whether there is an old site.
    pub fn has_old(&self) -> bool {
        self.output.root().exists()
    }

    /// Puts the new site in the place of the old one, and deletes that or keeps it for the next build. Meanwhile
    /// `follow` gets what became of the list of the site's files, which is written last.
    pub fn finish<'a, R: Send>(
        mut self,
        paths: impl Iterator<Item = &'a str>,
        old: Old,
        follow: impl FnOnce(Written) -> R + Send,
    ) -> Result<R> {
        let mut manifest = String::new();
        for path in paths {
            manifest.push_str(path);
            manifest.push('\n');
        }
        let manifest = self.write(MANIFEST, manifest.as_bytes())?;
        let (staging, output) = (self.staging.root(), self.output.root());
        let moved = match self.has_old() {
            true => self.swap(),
            false => fs::rename(staging, output),
        };
        moved.with_context(|| format!("cannot replace {}", output.display()))?;
        self.is_spare = false;
        let (cleared, followed) = parallel::join(|| self.clear(old), || follow(manifest));
        cleared.map(|()| followed)
    }

    /// Clears away what was replaced, which is in one of two places.
    fn clear(&self, old: Old) -> Result<()> {
        let (staging, retired) = (self.staging.root(), self.retired.as_path());
        if old == Old::Deleted {
            // What no build took over is of no use to the next one. It goes to the place where nothing is, and
            // with the other tree.
            let _ = spare::take_away(&self.root, staging) || spare::take_away(&self.root, retired);
        }
        let clear = |tree: &Path| match old == Old::Kept && spare::give(&self.root, tree) {
            true => Ok(()),
            false => remove_folder(tree),
        };
        let (one, other) = parallel::join(|| clear(staging), || clear(retired));
        one.and(other)
    }

    /// One system call where there is one; else two renames, which `start` repairs when it is killed
    /// between them.
    fn swap(&self) -> std::io::Result<()> {
        let (staging, output) = (self.staging.root(), self.output.root());
        #[cfg(any(target_os = "linux", target_os = "macos"))]
        {
            use rustix::fs::{CWD, RenameFlags, renameat_with};
            if renameat_with(CWD, staging, CWD, output, RenameFlags::EXCHANGE).is_ok() {
                return Ok(());
            }
        }
        fs::rename(output, &self.retired)?;
        fs::rename(staging, output)
    }
}

impl Drop for Publication {
    fn drop(&mut self) {
        // A build that failed leaves nothing behind; one that was killed is cleaned up by the next.
        let staging = self.staging.root();
        if !self.is_spare || !spare::give(&self.root, staging) {
            let _ = remove_folder(staging);
        }
    }
}

/// Makes sure that the output is no folder of the site's sources, which a swap would delete.
fn refuse_sources(root: &Path, output: &Path) -> Result<()> {
    let sources = ["content", "themes", "static", "src", ".git"].map(|folder| root.join(folder));
    let inside = sources.iter().any(|source| output.starts_with(source));
    if root.starts_with(output) || inside {
        bail!(
            "{} holds sources; choose another output folder",
            output.display()
        );
    }
    Ok(())
}

fn take_lock(path: &Path, output: &Path) -> Result<Lock> {
    match lock::take(path)? {
        Some(lock) => Ok(lock),
        None => bail!(
            "another build is writing {}; wait until it is done",
            output.display()
        ),
    }
}

/// Fails when the output holds a file that the manifest does not name.
fn refuse_foreign(output: &Path) -> Result<()> {
    if !output.exists() {
        return Ok(());
    }
    if !output.is_dir() || output.is_symlink() {
        bail!("{} is not a folder; move it away", output.display());
    }
    let manifest = fs::read_to_string(output.join(MANIFEST)).unwrap_or_default();
    let ours: FxHashSet<&str> = manifest.lines().chain([MANIFEST]).collect();
    if let Some(path) = first_foreign(output, &mut String::new(), &ours)? {
        bail!(
            "{} was not made by a build; move it away, or choose another output folder",
            path.display()
        );
    }
    Ok(())
}

/// Returns the first file below a folder of the output, by names, that is none of ours. `below` is the folder's
/// path in the output, and a slash.
fn first_foreign(
    output: &Path,
    below: &mut String,
    ours: &FxHashSet<&str>,
) -> Result<Option<PathBuf>> {
    let folder = output.join(&*below);
    let cannot = || format!("cannot read {}", folder.display());
    let mut foreign: Option<OsString> = None;
    let mut folders: Vec<OsString> = Vec::new();
    let length = below.len();
    for entry in fs::read_dir(&folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            folders.push(name);
            continue;
        }
        let is_ours = name.to_str().is_some_and(|name| {
            below.push_str(name);
            ours.contains(below.as_str())
        });
        below.truncate(length);
        if !is_ours && foreign.as_ref().is_none_or(|first| name < *first) {
            foreign = Some(name);
        }
    }
    folders.sort();
    for name in folders {
        if foreign.as_ref().is_some_and(|first| *first < name) {
            break;
        }
        let found = match name.to_str() {
            Some(name) => {
                below.push_str(name);
                below.push('/');
                first_foreign(output, below, ours)?
            }
            None => Some(folder.join(&name)),
        };
        below.truncate(length);
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(foreign.map(|name| folder.join(name)))
}

/// Deletes a folder of ours, its parts in parallel: a large site has tens of thousands of files.
fn remove_folder(path: &Path) -> Result<()> {
    if path.is_symlink() {
        // Whatever it leads to is not ours.
        return fs::remove_file(path).with_context(|| format!("cannot delete {}", path.display()));
    }
    if !path.exists() {
        return Ok(());
    }
    let parts: Vec<PathBuf> = fs::read_dir(path)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    parallel::map(&parts, |part| {
        // What is left is told by the last call.
        let _ = if part.is_dir() && !part.is_symlink() {
            fs::remove_dir_all(part)
        } else {
            fs::remove_file(part)
        };
    });
    fs::remove_dir_all(path).with_context(|| format!("cannot delete {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site's folder, and the folder in which it is published.
    fn site() -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join("fig.png"), "a picture").expect("a file");
        let output = root.path().join("public");
        (root, output)
    }

    /// Publishes pages that hold a text, and a picture.
    fn publish(root: &Path, output: &Path, pages: &[&str], text: &str) -> Result<()> {
        let mut publication = Publication::start(root, output)?;
        publication.create_folders(pages.iter().copied())?;
        for page in pages {
            let written = publication.write(page, text.as_bytes())?;
            assert_eq!(written.bytes, text.len() as u64);
        }
        assert_eq!(publication.copy("fig.png", "fig.png")?.bytes, 9);
        publication.finish(
            pages.iter().copied().chain(["fig.png"]),
            Old::Deleted,
            |manifest| {
                assert!(manifest.bytes > 0);
            },
        )
    }

    fn refusal(root: &Path, output: &Path) -> String {
        let refused = Publication::start(root, output).expect_err("a refusal");
        format!("{refused:#}").replace(
            &root.canonicalize().expect("a folder").display().to_string(),
            "ROOT",
        )
    }

    fn assert_tree(folder: &Path, expected: &[(&str, &str)]) {
        let found = tree(folder);
        let found = found.iter().map(|(name, text)| (&**name, &**text));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    /// The names below a folder, with what the files hold.
    fn tree(folder: &Path) -> Vec<(String, String)> {
        let entries = walkdir::WalkDir::new(folder).sort_by_file_name();
        let files = entries.into_iter().map(|entry| entry.expect("an entry"));
        let file = |entry: walkdir::DirEntry| {
            let name = entry.path().strip_prefix(folder).expect("below").display();
            let text = fs::read_to_string(entry.path()).ok()?;
            Some((name.to_string(), text))
        };
        files.filter_map(file).collect()
    }

    #[test]
    fn a_new_site_takes_the_place_of_the_old_one_whole() {
        let (root, output) = site();
        publish(
            root.path(),
            &output,
            &["a.html", "x/b.html", "x/y/c.html"],
            "1",
        )
        .expect("published");
        publish(root.path(), &output, &["a.html", "z/d.html"], "2").expect("published");
        let expected = [
            (".digest", "a.html\nz/d.html\nfig.png\n"),
            ("a.html", "2"),
            ("fig.png", "a picture"),
            ("z/d.html", "2"),
        ];
        assert_tree(&output, &expected);
        let names = tree(root.path()).into_iter().map(|(name, _)| name);
        let names: Vec<String> = names.filter(|name| !name.starts_with("public/")).collect();
        assert_eq!(
            names,
            [".public.lock", "fig.png"],
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_build_that_does_not_end_leaves_the_old_site() {
        let (root, output) = site();
        publish(root.path(), &output, &["a.html"], "1").expect("published");
        let before = tree(&output);
        let publication = Publication::start(root.path(), &output).expect("started");
        publication.write("a.html", b"2").expect("written");
        assert!(root.path().join(".public.staging/a.html").exists());
        drop(publication);
        assert_eq!(tree(&output), before);
        assert!(!root.path().join(".public.staging").exists());
    }

    #[test]
    fn what_a_killed_build_left_is_mended_by_the_next() {
        let (root, output) = site();
        publish(root.path(), &output, &["a.html"], "1").expect("published");
        let retired = root.path().join(".public.retired");
        // Killed between two renames, on a system that cannot swap two folders.
        fs::rename(&output, &retired).expect("a rename");
        fs::create_dir_all(root.path().join(".public.staging/old")).expect("a folder");
        let publication = Publication::start(root.path(), &output).expect("started");
        assert_eq!(
            fs::read_to_string(output.join("a.html")).expect("a page"),
            "1"
        );
        assert_eq!(tree(&root.path().join(".public.staging")), []);
        drop(publication);

        // Killed before the retired site was deleted: it is not put over the new one.
        fs::create_dir(&retired).expect("a folder");
        fs::write(retired.join("a.html"), "0").expect("a file");
        publish(root.path(), &output, &["a.html"], "2").expect("published");
        assert_eq!(
            fs::read_to_string(output.join("a.html")).expect("a page"),
            "2"
        );
        assert!(!retired.exists());
    }

    /// Begins a site of which the pages hold a text, with the names of an older one.
    fn begin(root: &Path, output: &Path, pages: &[&str], text: &str) -> Publication {
        let mut publication = Publication::start(root, output).expect("started");
        let paths = || pages.iter().copied();
        publication.begin_with_spare(paths()).expect("begun");
        publication.create_folders(paths()).expect("folders");
        for page in pages {
            let written = match page.ends_with("png") {
                true => publication.copy(page, "fig.png"),
                false => publication.write(page, text.as_bytes()),
            };
            written.expect("written");
        }
        publication
    }

    fn finish(publication: Publication, pages: &[&str]) {
        publication
            .finish(pages.iter().copied(), Old::Kept, |_| ())
            .expect("published");
    }

    #[cfg(unix)]
    #[test]
    fn an_older_site_lends_its_names_and_no_file_that_is_not_in_the_plan() {
        let (root, output) = site();
        let root = root.path();
        let spare = root.join(".digest-cache/spare");
        let pages = ["a.html", "x/b.html", "x/y/c.html", "fig.png"];
        for text in ["1", "2"] {
            finish(begin(root, &output, &pages, text), &pages);
        }
        assert_eq!(fs::read(spare.join("a.html")).expect("a page"), b"1");
        // Two names of one file, as those of a page that was taken over are; both are to lose none of it.
        let copy = root.join("copy");
        for name in ["a.html", "fig.png"] {
            fs::remove_file(spare.join(name)).expect("deleted");
            fs::hard_link(output.join(name), spare.join(name)).expect("a name");
        }
        fs::write(root.join("fig.png"), "a drawing").expect("a file");
        fs::hard_link(output.join("fig.png"), &copy).expect("a name");
        fs::write(spare.join("letter.txt"), "dear reader").expect("a file");
        fs::create_dir_all(spare.join("z/x/y")).expect("a folder");
        fs::remove_dir_all(spare.join("x/y")).expect("deleted");
        std::os::unix::fs::symlink(root, spare.join("x/y")).expect("a link");
        std::os::unix::fs::symlink(root, spare.join("x/z")).expect("a link");
        let before = tree(&output);
        let publication = begin(root, &output, &pages, "3");
        assert!(!spare.exists());
        assert_eq!(tree(&output), before);
        finish(publication, &pages);
        let expected = [
            (".digest", "a.html\nx/b.html\nx/y/c.html\nfig.png\n"),
            ("a.html", "3"),
            ("fig.png", "a drawing"),
            ("x/b.html", "3"),
            ("x/y/c.html", "3"),
        ];
        assert_tree(&output, &expected);
        assert_eq!(tree(&spare), before);
        assert_eq!(fs::read(copy).expect("a picture"), b"a picture");
        publish(root, &output, &["a.html"], "4").expect("published");
        assert!(!spare.exists(), "a site with other files keeps no names");
        assert!(!root.join(".public.retired").exists());
    }

    #[cfg(unix)]
    #[test]
    fn an_older_site_is_given_back_by_a_build_that_does_not_end() {
        let (root, output) = site();
        let root = root.path();
        let spare = root.join(".digest-cache/spare");
        for text in ["1", "2"] {
            finish(begin(root, &output, &["a.html"], text), &["a.html"]);
        }
        drop(begin(root, &output, &["a.html", "b.html"], "3"));
        let expected = [("a.html", "3"), ("b.html", "3")];
        assert_tree(&spare, &expected);
        assert_eq!(fs::read(output.join("a.html")).expect("a page"), b"2");
        // Another build keeps its own meanwhile.
        let publication = begin(root, &output, &["a.html"], "4");
        fs::create_dir(&spare).expect("a folder");
        fs::write(spare.join("theirs.html"), "5").expect("a file");
        finish(publication, &["a.html"]);
        assert_eq!(tree(&spare).len(), 1);
        assert!(!root.join(".public.staging").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_tree_that_is_not_as_it_would_be_made_is_not_used() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let (root, output) = site();
        let root = root.path();
        let spare = root.join(".digest-cache/spare");
        let pages = ["a.html", "x/b.html"];
        for text in ["1", "2"] {
            finish(begin(root, &output, &pages, text), &pages);
        }
        let closed = fs::Permissions::from_mode(0o700);
        fs::set_permissions(spare.join("x"), closed.clone()).expect("closed");
        finish(begin(root, &output, &pages, "3"), &pages);
        let mode = fs::metadata(output.join("x")).expect("a folder");
        assert_ne!(mode.permissions().mode(), closed.mode() | 0o040_000);
        // What a link leads to is nobody's to move or to delete.
        fs::remove_dir_all(&spare).expect("deleted");
        fs::create_dir(root.join("mine")).expect("a folder");
        fs::write(root.join("mine/letter.txt"), "dear reader").expect("a file");
        for name in [".digest-cache/spare", ".public.staging", ".public.retired"] {
            symlink(root.join("mine"), root.join(name)).expect("a link");
        }
        finish(begin(root, &output, &pages, "4"), &pages);
        publish(root, &output, &["a.html"], "5").expect("published");
        assert_eq!(tree(&root.join("mine")).len(), 1);
        assert_eq!(fs::read(output.join("a.html")).expect("a page"), b"5");
    }

    #[test]
    fn a_folder_with_what_no_build_made_is_refused() {
        let (root, output) = site();
        publish(root.path(), &output, &["x/a.html", "y/b.html"], "1").expect("published");
        fs::write(output.join("y/letter.txt"), "dear reader").expect("a file");
        assert_eq!(
            refusal(root.path(), &output),
            "ROOT/public/y/letter.txt was not made by a build; move it away, or choose another output folder"
        );
        assert!(output.join("y/letter.txt").exists());

        let file = root.path().join("file");
        fs::write(&file, "mine").expect("a file");
        assert_eq!(
            refusal(root.path(), &file),
            "ROOT/file is not a folder; move it away"
        );
        #[cfg(unix)]
        {
            let (empty, link) = (root.path().join("empty"), root.path().join("link"));
            fs::create_dir(&empty).expect("a folder");
            std::os::unix::fs::symlink(&empty, &link).expect("a link");
            assert_eq!(
                refusal(root.path(), &link),
                "ROOT/link is not a folder; move it away"
            );
        }
    }

    #[test]
    fn an_output_that_holds_sources_or_is_none_is_refused() {
        let (root, output) = site();
        let root_path = root.path();
        let outside = root_path
            .parent()
            .expect("a folder")
            .join(root_path.file_name().expect("a name"));
        for output in [
            outside,
            root_path.join("content"),
            root_path.join("static"),
            root_path.join("content/papers/x"),
        ] {
            fs::create_dir_all(&output).expect("a folder");
            let said = refusal(root_path, &output);
            assert!(
                said.ends_with(" holds sources; choose another output folder"),
                "{said}"
            );
        }
        assert_eq!(
            refusal(root_path, Path::new("..")),
            ".. cannot be an output folder"
        );
        // A bare name is that of a folder here.
        let said = Publication::start(Path::new("."), Path::new("content")).expect_err("a refusal");
        let said = said.to_string();
        assert!(
            said.ends_with("/content holds sources; choose another output folder"),
            "{said}"
        );
        publish(root_path, &output, &["a.html"], "1").expect("beside the sources it is published");
    }

    #[test]
    fn two_builds_of_one_output_are_kept_apart() {
        let (root, output) = site();
        let first = Publication::start(root.path(), &output).expect("started");
        assert_eq!(
            refusal(root.path(), &output),
            "another build is writing ROOT/public; wait until it is done"
        );
        Publication::start(root.path(), &root.path().join("other"))
            .expect("another output is free");
        drop(first);
        Publication::start(root.path(), &output).expect("started");
    }

    #[cfg(unix)]
    #[test]
    fn a_page_is_taken_over_only_while_it_is_as_it_was_sealed() {
        let (root, output) = site();
        let start = || Publication::start(root.path(), &output).expect("started");
        let publication = start();
        let seal = |page: &str| {
            let written = publication.write(page, b"1").expect("written");
            written.seal.expect("a seal")
        };
        let (a, b) = (seal("a.html"), seal("b.html"));
        assert_ne!(a, b);
        publication
            .finish(["a.html", "b.html"].into_iter(), Old::Deleted, |_| ())
            .expect("published");
        fs::write(output.join("b.html"), "somebody's").expect("a file");
        let publication = start();
        assert!(publication.keep("a.html", &a));
        assert!(!publication.keep("b.html", &b));
        assert!(!publication.keep("none.html", &a));
        assert_eq!(publication.read("a.html").expect("a page"), b"1");
        assert!(
            publication.read("b.html").is_err(),
            "it is to be written anew"
        );
        assert_eq!(
            publication.output(),
            output.canonicalize().expect("a folder")
        );
        publication
            .finish(["a.html"].into_iter(), Old::Deleted, |_| ())
            .expect("published");
        assert_eq!(fs::read(output.join("a.html")).expect("a page"), b"1");
    }
}
