//! The sources of a site in memory, kept as they are on the disk.
//!
//! Only what changed is read again, and parsed again when its bytes differ; what looks at all files
//! together is done anew, so nothing here can be stale but a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use crate::compile::{self, File, Memo, Options, Saved, Sources, WalkName};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Problems};
use crate::disk::{self, Stamp};
use crate::layout;
use crate::page::{self, Page, THEME_FOLDER};
use crate::parallel;
use crate::site::Site;
use crate::tags::Vocabulary;
use crate::theme::{self, Theme, ThemeFile};

use super::watch::{Changes, PARTS};

/// More saves than these are taken for a checkout.
const FEW: usize = 16;

/// This is all that a change of the sources came to.
#[derive(Debug, Default)]
pub struct Taken {
    /// The sources that differ from what was there.
    pub changed: BTreeSet<Arc<str>>,
    /// The output paths of files that are published as they are and have changed.
    pub touched: Vec<String>,
    /// The documents among the changed, before and after.
    saved: Vec<Saved>,
    /// Whether more has changed than what is in documents, in files of the theme, and in files that are
    /// published as they are.
    is_wide: bool,
}

/// This is one state of a site, ready to render.
#[derive(Debug, Clone)]
pub struct Edition {
    /// The site.
    pub site: Arc<Site>,
    /// The theme; none when a template cannot be read.
    pub theme: Option<Arc<Theme>>,
    /// All pages.
    pub plan: Arc<Vec<Page>>,
    /// What is wrong.
    pub problems: Problems,
}

/// This holds the sources.
#[derive(Debug)]
pub struct Shelf {
    root: PathBuf,
    files: BTreeMap<WalkName, Stamp>,
    sources: Sources,
    memo: Memo,
    theme: Option<LoadedTheme>,
    /// What the theme was last loaded from.
    theme_files: BTreeMap<String, Vec<u8>>,
    vocabulary: Option<ReadVocabulary>,
    linked: Option<Linked>,
}

/// This is what was made of all documents the last time, with the problems of each step.
#[derive(Debug)]
struct Linked {
    site: Arc<Site>,
    of_site: Problems,
    theme: Option<Arc<Theme>>,
    plan: Arc<Vec<Page>>,
    of_plan: Problems,
}

/// This is the vocabulary; none when the site has none.
#[derive(Debug, Clone)]
struct ReadVocabulary {
    vocabulary: Option<Arc<Vocabulary>>,
    problems: Problems,
}

#[derive(Debug)]
struct LoadedTheme {
    name: String,
    language: String,
    theme: Option<Arc<Theme>>,
    problems: Problems,
}

impl Shelf {
    /// Makes an empty shelf; the first change is everything.
    pub fn new(root: &Path) -> Shelf {
        Shelf {
            root: root.to_owned(),
            files: BTreeMap::new(),
            sources: Sources::default(),
            memo: Memo::default(),
            theme: None,
            theme_files: BTreeMap::new(),
            vocabulary: None,
            linked: None,
        }
    }

    /// Takes in what changed on the disk; after an error all that was not taken in is still new.
    pub fn take_in(&mut self, changes: &Changes) -> Result<Taken> {
        // Whatever stops this half way, the next edition is not made of the last one.
        let linked = self.linked.take();
        let mut suspects = BTreeSet::new();
        let taken = self.take_all(changes, &mut suspects);
        if taken.is_err() {
            for name in suspects {
                // One that is gone is known as well until that is taken in.
                self.files.insert(name, Stamp::default());
            }
            return taken;
        }
        self.linked = linked;
        taken
    }

    /// Makes an edition of the sources, after these changes.
    pub fn edit(&mut self, taken: &Taken, options: &Options) -> Result<Edition> {
        let last = self.linked.take();
        let (site, of_site, planned) = match last {
            Some(last) if !taken.is_wide => match self.relink(&last, taken) {
                Some(site) => (
                    site,
                    last.of_site,
                    Some((last.theme, last.plan, last.of_plan)),
                ),
                None => self.link(options),
            },
            _ => self.link(options),
        };
        let mut problems = of_site.clone();
        let theme = self.load_theme(&site.config, &mut problems)?;
        let mut of_plan = Problems::new();
        let plan = match (planned, &theme) {
            // Of a theme, a plan knows the names of its files.
            (Some((before, plan, problems)), theme)
                if names(before.as_ref()) == names(theme.as_ref()) =>
            {
                of_plan = problems;
                plan
            }
            (_, Some(theme)) => Arc::new(page::plan(&site, theme, &mut of_plan)),
            (_, None) => Arc::default(),
        };
        problems.append(of_plan.clone());
        self.memo.report(&mut problems);
        self.linked = Some(Linked {
            site: site.clone(),
            of_site,
            theme: theme.clone(),
            plan: plan.clone(),
            of_plan,
        });
        Ok(Edition {
            site,
            theme,
            plan,
            problems: problems.sorted(),
        })
    }

    fn link<T>(&mut self, options: &Options) -> (Arc<Site>, Problems, Option<T>) {
        let mut problems = Problems::new();
        let config = compile::settings(self.sources.settings.as_ref(), &mut problems);
        let ReadVocabulary {
            vocabulary,
            problems: of_vocabulary,
        } = self.vocabulary();
        problems.append(of_vocabulary);
        let documents = self.memo.documents();
        let sources = &self.sources;
        let site = compile::link(
            config,
            vocabulary,
            sources,
            documents,
            options,
            &mut problems,
        );
        (Arc::new(site), problems, None)
    }

    /// The short way of a few papers that were saved, which a curator does all day: linking all papers
    /// again would come to the same.
    fn relink(&mut self, last: &Linked, taken: &Taken) -> Option<Arc<Site>> {
        if taken.saved.is_empty() {
            return Some(last.site.clone());
        }
        if taken.saved.len() > FEW {
            return None;
        }
        let both = |saved: &Saved| saved.old.clone().zip(saved.new.clone());
        let saved: Vec<_> = taken.saved.iter().map(both).collect::<Option<_>>()?;
        // What was wrong between a paper and others may not be wrong any more, or stand elsewhere.
        let moved = saved
            .iter()
            .filter(|(old, new)| old.front.text != new.front.text);
        let moved: BTreeSet<&str> = moved.map(|(old, _)| old.front.name.as_ref()).collect();
        let mut told = last.of_site.iter().chain(last.of_plan.iter());
        let files = |problem: &Diagnostic| problem.place.as_ref().map(|place| place.file.clone());
        let is_told = |problem| files(problem).is_some_and(|file| moved.contains(file.as_ref()));
        if !moved.is_empty() && told.any(is_told) {
            return None;
        }
        let vocabulary = self.vocabulary().vocabulary;
        let site = last.site.with_papers(&saved, vocabulary.as_deref())?;
        Some(Arc::new(site))
    }

    fn vocabulary(&mut self) -> ReadVocabulary {
        let sources = &self.sources;
        let read = self.vocabulary.get_or_insert_with(|| {
            let mut problems = Problems::new();
            ReadVocabulary {
                vocabulary: compile::vocabulary(sources, &mut problems),
                problems,
            }
        });
        read.clone()
    }

    fn take_all(&mut self, changes: &Changes, suspects: &mut BTreeSet<WalkName>) -> Result<Taken> {
        for part in PARTS.iter().filter(|_| changes.all) {
            self.look_at(part, false, suspects)?;
        }
        for name in &changes.names {
            // An event tells of a change that the stamp may not show.
            self.look_at(name, true, suspects)?;
        }
        let mut taken = Taken::default();
        self.take_documents(suspects, &mut taken)?;
        for name in suspects.iter().filter(|name| !is_document(&name.0)) {
            self.take_other(&name.0, &mut taken)?;
        }
        if taken.changed.len() > taken.saved.len() {
            taken.is_wide |= self.list_others();
        }
        Ok(taken)
    }

    /// Compares what is known below a name with what is there, and notes what may differ.
    fn look_at(&mut self, name: &str, told: bool, suspects: &mut BTreeSet<WalkName>) -> Result<()> {
        let seen = disk::survey(&self.root, name)?;
        let top = WalkName(name.into());
        let below = |known: &WalkName| {
            let rest = known.0.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut gone: BTreeSet<WalkName> = self
            .files
            .range(top..)
            .map(|(known, _)| known)
            .take_while(|known| below(known))
            .cloned()
            .collect();
        for (name, stamp) in seen {
            let name = WalkName(name);
            gone.remove(&name);
            let known = self.files.insert(name.clone(), stamp);
            let is_same = |known: Stamp| {
                // What can have changed unseen is read again, where that shows whether it has.
                stamp.is_like(&known) && !(known.is_young() && self.is_compared(&name.0))
            };
            if told || !known.is_some_and(is_same) {
                suspects.insert(name);
            }
        }
        for name in gone {
            self.files.remove(&name);
            suspects.insert(name);
        }
        Ok(())
    }

    /// Tells whether what stands in a file is compared with what stood in it.
    fn is_compared(&self, name: &str) -> bool {
        is_document(name)
            || [layout::SETTINGS, layout::VOCABULARY].contains(&name)
            || self.theme_files.contains_key(name)
    }

    /// Reads a file that the last look came by; behind another name may be a link by now.
    fn read(&self, name: &Arc<str>) -> Result<Option<File>> {
        if !self.files.contains_key(&WalkName(name.clone())) {
            return Ok(None);
        }
        disk::read_source(&self.root, name)
    }

    fn take_documents(&mut self, suspects: &BTreeSet<WalkName>, taken: &mut Taken) -> Result<()> {
        let names: Vec<&Arc<str>> = suspects
            .iter()
            .map(|name| &name.0)
            .filter(|name| is_document(name))
            .collect();
        let files: Vec<Option<File>> = parallel::try_map(&names, |name| self.read(name))?;
        for (name, file) in names.iter().zip(&files) {
            if file.is_none() && self.memo.forget(name) {
                taken.is_wide = true;
                taken.changed.insert((*name).clone());
            }
        }
        let files: Vec<File> = files.into_iter().flatten().collect();
        taken.saved = self.memo.update(&files);
        let saved = taken.saved.iter().map(|saved| saved.name.clone());
        taken.changed.extend(saved);
        Ok(())
    }

    fn take_other(&mut self, name: &Arc<str>, taken: &mut Taken) -> Result<()> {
        if name.as_ref() == layout::SETTINGS || name.as_ref() == layout::VOCABULARY {
            let file = self.read(name)?;
            let place = if name.as_ref() == layout::SETTINGS {
                &mut self.sources.settings
            } else {
                &mut self.sources.vocabulary
            };
            let bytes = |file: &Option<File>| file.as_ref().map(|file| file.bytes.clone());
            if bytes(place) != bytes(&file) {
                *place = file;
                self.vocabulary = None;
                taken.is_wide = true;
                taken.changed.insert(name.clone());
            }
            return Ok(());
        }
        if let Some(inner) = name.strip_prefix(layout::THEMES) {
            let file = self.read(name)?;
            if self.theme_files.get(name.as_ref()) == file.as_ref().map(|file| &file.bytes) {
                return Ok(());
            }
            self.theme = None;
            let file = inner.split_once("/static/").map(|(_, file)| file);
            taken
                .touched
                .extend(file.map(|file| format!("{THEME_FOLDER}{file}")));
        } else if let Some(output) = name.strip_prefix(layout::STATIC) {
            taken.touched.push(output.to_owned());
        } else {
            taken.touched.extend(layout::asset(name));
        }
        taken.changed.insert(name.clone());
        Ok(())
    }

    /// What is published as it is is known by name alone; tells whether there are other names now.
    fn list_others(&mut self) -> bool {
        let names = self.files.keys().map(|name| &name.0);
        let statics: Vec<Arc<str>> = names
            .clone()
            .filter_map(|name| name.strip_prefix(layout::STATIC))
            .map(Arc::from)
            .collect();
        let is_asset = |name: &&Arc<str>| {
            name.starts_with(layout::CONTENT)
                && !name.ends_with(".md")
                && name.as_ref() != layout::VOCABULARY
        };
        let assets: Vec<Arc<str>> = names.filter(is_asset).cloned().collect();
        let differ = (&statics, &assets) != (&self.sources.statics, &self.sources.assets);
        self.sources.statics = statics;
        self.sources.assets = assets;
        differ
    }

    fn load_theme(
        &mut self,
        config: &Config,
        problems: &mut Problems,
    ) -> Result<Option<Arc<Theme>>> {
        let loaded = self
            .theme
            .take()
            .filter(|loaded| loaded.name == config.theme && loaded.language == config.language);
        let loaded = match loaded {
            Some(loaded) => loaded,
            None => {
                let mut problems = Problems::new();
                let files = disk::read_theme(&self.root, &config.theme)?;
                let bytes = |file: &ThemeFile| (file.name.clone(), file.bytes.clone());
                self.theme_files = files.iter().map(bytes).collect();
                let settings = self.sources.settings.as_ref();
                compile::check_theme(config, settings, &files, &mut problems);
                LoadedTheme {
                    name: config.theme.clone(),
                    language: config.language.clone(),
                    theme: theme::load(files, &config.language, &mut problems).map(Arc::new),
                    problems,
                }
            }
        };
        problems.append(loaded.problems.clone());
        let theme = loaded.theme.clone();
        self.theme = Some(loaded);
        Ok(theme)
    }
}

/// The names of a theme's static files; none of a theme that cannot be read.
fn names(theme: Option<&Arc<Theme>>) -> Option<Vec<&String>> {
    theme.map(|theme| theme.statics().keys().collect())
}

fn is_document(name: &str) -> bool {
    name.starts_with(layout::CONTENT) && name.ends_with(".md")
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::serve::testing::{PAPER, save};

    use std::fs;

    const STYLE: &str = "themes/default/static/style.css";

    fn look(shelf: &mut Shelf) -> Result<Vec<String>> {
        let changes = Changes {
            all: true,
            ..Changes::default()
        };
        let taken = shelf.take_in(&changes)?;
        shelf.edit(&taken, &Options::default())?;
        Ok(taken.changed.iter().map(|name| name.to_string()).collect())
    }

    #[test]
    fn a_file_that_was_saved_twice_at_one_time_is_read_again() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let names = [PAPER, layout::VOCABULARY, layout::SETTINGS, STYLE];
        for name in names {
            save(root, name, "vision");
        }
        let mut shelf = Shelf::new(root);
        assert_eq!(look(&mut shelf).expect("a look").len(), names.len());
        for name in names {
            save(root, name, "Vision");
            // As if the clock had not gone on since the last look.
            let stamps = disk::survey(root, name).expect("a survey");
            let stamps = stamps
                .into_iter()
                .map(|(name, stamp)| (WalkName(name), stamp));
            shelf.files.extend(stamps);
            assert_eq!(look(&mut shelf).expect("a look"), [name]);
            assert_eq!(look(&mut shelf).expect("a look"), [""; 0]);
        }
    }

    #[test]
    #[cfg(unix)]
    fn no_file_is_read_that_has_become_a_link_out_of_the_site() {
        let root = tempfile::tempdir().expect("a folder");
        let (outside, root) = (root.path().join("outside"), root.path().join("site"));
        for name in [PAPER, layout::VOCABULARY, STYLE] {
            save(&root, name, "sight: {}");
            save(&outside, name, "sight: {}");
        }
        let mut shelf = Shelf::new(&root);
        look(&mut shelf).expect("a look");
        for name in [PAPER, layout::VOCABULARY, STYLE] {
            fs::remove_file(root.join(name)).expect("deleted");
            std::os::unix::fs::symlink(outside.join(name), root.join(name)).expect("a link");
            assert_eq!(look(&mut shelf).expect("a look"), [name]);
        }
        assert!(shelf.sources.vocabulary.is_none());
        assert!(shelf.memo.documents().is_empty());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_paper_that_was_deleted_is_gone_after_a_look_that_failed() {
        use std::os::unix::ffi::OsStrExt as _;
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        save(root, PAPER, "---\ntitle: Orca\n---\nA whale.\n");
        let mut shelf = Shelf::new(root);
        assert_eq!(look(&mut shelf).expect("a look"), [PAPER]);
        fs::remove_file(root.join(PAPER)).expect("deleted");
        save(root, "static/x", "x");
        let nameless = root.join(std::ffi::OsStr::from_bytes(b"static/\xff"));
        fs::write(&nameless, "x").expect("a file");
        assert!(look(&mut shelf).is_err());
        fs::remove_file(nameless).expect("deleted");
        assert_eq!(look(&mut shelf).expect("a look"), [PAPER, "static/x"]);
        assert!(shelf.memo.documents().is_empty());
    }
}
