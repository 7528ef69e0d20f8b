//! The sources of a site in memory, kept as they are on the disk.
//!
//! Only what changed is read again, and parsed again when its bytes differ; what looks at all files
//! together is done anew, so nothing here can be stale but a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use crate::compile::{self, File, Memo, Options, Saved, Sources, WalkName};
use crate::config::Config;
use crate::diagnostic::Problems;
use crate::disk::{self, Stamp};
use crate::layout;
use crate::page::{self, Page, THEME_FOLDER};
use crate::site::Site;
use crate::theme::{self, Theme};

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
    /// The last edition, its problems without those of single documents.
    linked: Option<Edition>,
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
                self.files
                    .entry(name)
                    .and_modify(|stamp| *stamp = Stamp::default());
            }
            return taken;
        }
        self.linked = linked;
        taken
    }

    /// Makes an edition of the sources, after these changes.
    pub fn edit(&mut self, taken: &Taken, options: &Options) -> Result<Edition> {
        let last = self.linked.take();
        let linked = match last.and_then(|last| change_bodies(&last, taken)) {
            Some(linked) => linked,
            None => self.link(options)?,
        };
        self.linked = Some(linked.clone());
        let mut problems = linked.problems;
        self.memo.report(&mut problems);
        Ok(Edition {
            problems: problems.sorted(),
            ..linked
        })
    }

    fn link(&mut self, options: &Options) -> Result<Edition> {
        let mut problems = Problems::new();
        let config = compile::settings(self.sources.settings.as_ref(), &mut problems);
        let theme = self.load_theme(&config, &mut problems)?;
        let documents = self.memo.documents();
        let site = compile::link(config, &self.sources, documents, options, &mut problems);
        let plan = match &theme {
            Some(theme) => page::plan(&site, theme, &mut problems),
            None => Vec::new(),
        };
        Ok(Edition {
            site: Arc::new(site),
            theme,
            plan: Arc::new(plan),
            problems,
        })
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
            self.list_others();
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
            if self.files.insert(name.clone(), stamp) != Some(stamp) || told {
                suspects.insert(name);
            }
        }
        for name in gone {
            self.files.remove(&name);
            suspects.insert(name);
        }
        Ok(())
    }

    fn take_documents(&mut self, suspects: &BTreeSet<WalkName>, taken: &mut Taken) -> Result<()> {
        let names: Vec<&Arc<str>> = suspects
            .iter()
            .map(|name| &name.0)
            .filter(|name| is_document(name))
            .collect();
        let read = |name: &&Arc<str>| -> Result<Option<File>> {
            if !self.files.contains_key(&WalkName((*name).clone())) {
                return Ok(None);
            }
            disk::read_source(&self.root, name)
        };
        let files: Vec<Option<File>> = names.par_iter().map(read).collect::<Result<_>>()?;
        for (name, file) in names.iter().zip(&files) {
            if file.is_none() && self.memo.forget(name) {
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
            let file = disk::read_source(&self.root, name)?;
            let place = if name.as_ref() == layout::SETTINGS {
                &mut self.sources.settings
            } else {
                &mut self.sources.vocabulary
            };
            let bytes = |file: &Option<File>| file.as_ref().map(|file| file.bytes.clone());
            if bytes(place) != bytes(&file) {
                *place = file;
                taken.changed.insert(name.clone());
            }
            return Ok(());
        }
        if let Some(inner) = name.strip_prefix(layout::THEMES) {
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

    /// What is published as it is is known by name alone.
    fn list_others(&mut self) {
        let names = self.files.keys().map(|name| &name.0);
        self.sources.statics = names
            .clone()
            .filter_map(|name| name.strip_prefix(layout::STATIC))
            .map(Arc::from)
            .collect();
        let is_asset = |name: &&Arc<str>| {
            name.starts_with(layout::CONTENT)
                && !name.ends_with(".md")
                && name.as_ref() != layout::VOCABULARY
        };
        self.sources.assets = names.filter(is_asset).cloned().collect();
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

/// The short way of a paper's body that was saved, which a curator does all day: linking all papers
/// again would come to the same.
fn change_bodies(last: &Edition, taken: &Taken) -> Option<Edition> {
    if taken.saved.len() != taken.changed.len() || taken.saved.len() > FEW {
        return None;
    }
    let both = |saved: &Saved| saved.old.clone().zip(saved.new.clone());
    let saved: Vec<_> = taken.saved.iter().map(both).collect::<Option<_>>()?;
    Some(Edition {
        site: Arc::new(last.site.with_bodies(&saved)?),
        ..last.clone()
    })
}

fn is_document(name: &str) -> bool {
    name.starts_with(layout::CONTENT) && name.ends_with(".md")
}
