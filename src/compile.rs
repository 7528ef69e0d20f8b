//! The whole, still pure: sources become a site and a list of problems.
//!
//! A memo keeps what one file alone decides; linking is cheap and looks at all files, so it is done
//! anew each time and cannot be stale. Knows no disk: `Sources` is a value.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use crate::config::{self, Config};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::document::{self, Document, Recollections};
use crate::layout;
use crate::parallel;
use crate::site::{self, Parts, Site};
use crate::source::{Place, Source};
use crate::tags::Vocabulary;
use crate::theme::{self, ThemeFile};

/// This is a file as it was read.
#[derive(Debug, Clone)]
pub struct File {
    /// The path below the root, with forward slashes.
    pub name: Arc<str>,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// These are all sources of a site.
#[derive(Debug, Default)]
pub struct Sources {
    /// `site.toml`.
    pub settings: Option<File>,
    /// `content/tags.yaml`.
    pub vocabulary: Option<File>,
    /// The Markdown files below `content/`.
    pub documents: Vec<File>,
    /// All other files below `content/`, by name.
    pub assets: Vec<Arc<str>>,
    /// The files of `static/`, by their path there.
    pub statics: Vec<Arc<str>>,
}

/// This is what the command line says about a site.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Takes the place of `base_url` in the settings.
    pub base_url: Option<crate::address::BaseUrl>,
    /// Whether drafts are published too.
    pub drafts: bool,
}

/// This keeps what each file was compiled to, until it changes.
#[derive(Debug, Default)]
pub struct Memo {
    documents: BTreeMap<WalkName, Compiled>,
    /// The documents that have problems; most have none.
    troubled: BTreeSet<WalkName>,
}

/// This is a file's name, in the order in which a walk through folders meets files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkName(pub Arc<str>);

impl Ord for WalkName {
    fn cmp(&self, other: &WalkName) -> Ordering {
        // A folder's files stand together: `a/x` before `a-b/x`, although `-` is less than `/`.
        let (one, two) = (self.0.as_bytes(), other.0.as_bytes());
        let same = one.iter().zip(two).take_while(|(one, two)| one == two);
        let at = same.count();
        let rank = |byte: Option<&u8>| byte.map_or(0, |&byte| if byte == b'/' { 1 } else { 2 });
        (rank(one.get(at)), one.get(at)).cmp(&(rank(two.get(at)), two.get(at)))
    }
}

impl PartialOrd for WalkName {
    fn partial_cmp(&self, other: &WalkName) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// This is a document before and after it was saved; none where the file cannot be published.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The file.
    pub name: Arc<str>,
    /// What it held.
    pub old: Option<Arc<Document>>,
    /// What it holds.
    pub new: Option<Arc<Document>>,
}

#[derive(Debug, Clone)]
struct Compiled {
    hash: u128,
    document: Option<Arc<Document>>,
    problems: Problems,
}

/// Parses the settings alone; other parts of a site need them to be read.
pub fn settings(file: Option<&File>, problems: &mut Problems) -> Config {
    let source = file.and_then(|file| to_source(file, problems));
    source.map_or_else(Config::default, |source| config::parse(&source, problems))
}

/// Checks that the theme is there when the settings name another than the built-in one, and that it
/// has words in the language of the site.
pub fn check_theme(
    config: &Config,
    settings: Option<&File>,
    files: &[ThemeFile],
    problems: &mut Problems,
) {
    if !theme::has_language(&config.language, files) {
        let message = format!(
            "there are no words in the language `{}`, so the interface is English",
            config.language
        );
        let primary = config.language.split('-').next().unwrap_or_default();
        let table = format!(
            "{}{}/languages/{primary}.toml",
            layout::THEMES,
            config.theme
        );
        // The problems of the settings were told when they were read.
        let place = settings
            .and_then(|file| to_source(file, &mut Problems::new()))
            .and_then(|source| config::place_of(&source, "language"));
        problems.push(
            Diagnostic::new(Code::MissingWords, message)
                .at(place.unwrap_or_else(|| Place::file(layout::SETTINGS)))
                .hint(format!("translate the English table into {table}")),
        );
    }
    if config.theme != Config::default().theme && files.is_empty() {
        let message = format!("there is no theme `{}`", config.theme);
        let hint = format!(
            "put its files into {}{}/, or delete `theme` from the settings",
            layout::THEMES,
            config.theme
        );
        problems.push(
            Diagnostic::new(Code::MissingTheme, message)
                .at(Place::file(layout::SETTINGS))
                .hint(hint),
        );
    }
}

/// Parses every document; those that have not changed are taken from the memo.
pub fn parse(documents: &[File], memo: &mut Memo, problems: &mut Problems) -> Vec<Arc<Document>> {
    let compiled: Vec<Compiled> = parallel::map(documents, |file| {
        let hash = xxh3_128(&file.bytes);
        let known = memo
            .documents
            .get(&WalkName(file.name.clone()))
            .filter(|known| known.hash == hash);
        known.cloned().unwrap_or_else(|| compile_file(file, hash))
    });
    let parsed = compiled
        .iter()
        .filter_map(|compiled| compiled.document.clone())
        .collect();
    for compiled in &compiled {
        problems.append(compiled.problems.clone());
    }
    memo.documents = documents
        .iter()
        .map(|file| WalkName(file.name.clone()))
        .zip(compiled)
        .collect();
    let is_troubled = |(_, compiled): &(_, &Compiled)| !compiled.problems.is_empty();
    let troubled = memo.documents.iter().filter(is_troubled);
    memo.troubled = troubled.map(|(name, _)| name.clone()).collect();
    parsed
}

/// Parses documents that `read` brings one by one into a buffer, and lets go of each text when it is
/// parsed: those of a large site are a quarter of its memory. Of papers that are known the abstract is
/// rendered when it is asked for.
pub fn parse_each<E: Send>(
    names: &[Arc<str>],
    known: &Recollections,
    read: impl Fn(&str, &mut Vec<u8>) -> Result<(), E> + Sync,
    problems: &mut Problems,
) -> Result<Vec<Arc<Document>>, E> {
    let one = |buffer: &mut Vec<u8>, index: usize| {
        read(&names[index], buffer)?;
        Ok(parse_bytes(&names[index], buffer, known))
    };
    let parsed = parallel::try_map_with(names.len(), Vec::new, one)?;
    let documents = parsed.into_iter().filter_map(|(document, found)| {
        problems.append(found);
        document
    });
    Ok(documents.collect())
}

impl Memo {
    /// Takes in documents that were saved; returns those that are new or have changed.
    pub fn update(&mut self, saved: &[File]) -> Vec<Saved> {
        let compiled: Vec<Option<Compiled>> = parallel::map(saved, |file| {
            let hash = xxh3_128(&file.bytes);
            let known = self.documents.get(&WalkName(file.name.clone()));
            let is_known = known.is_some_and(|known| known.hash == hash);
            (!is_known).then(|| compile_file(file, hash))
        });
        let mut changed = Vec::new();
        for (file, compiled) in saved.iter().zip(compiled) {
            let Some(compiled) = compiled else { continue };
            let name = WalkName(file.name.clone());
            let new = compiled.document.clone();
            match compiled.problems.is_empty() {
                true => self.troubled.remove(&name),
                false => self.troubled.insert(name.clone()),
            };
            let old = self.documents.insert(name, compiled);
            changed.push(Saved {
                name: file.name.clone(),
                old: old.and_then(|old| old.document),
                new,
            });
        }
        changed
    }

    /// Forgets a document that was deleted; tells whether it was known.
    pub fn forget(&mut self, name: &Arc<str>) -> bool {
        let name = WalkName(name.clone());
        self.troubled.remove(&name);
        self.documents.remove(&name).is_some()
    }

    /// Returns the documents as `parse` would.
    pub fn documents(&self) -> Vec<Arc<Document>> {
        let documents = self.documents.values();
        documents
            .filter_map(|compiled| compiled.document.clone())
            .collect()
    }

    /// Notes the problems of the documents as `parse` would.
    pub fn report(&self, problems: &mut Problems) {
        for name in &self.troubled {
            problems.append(self.documents[name].problems.clone());
        }
    }
}

/// Parses the vocabulary; `None` when the site has none.
pub fn vocabulary(sources: &Sources, problems: &mut Problems) -> Option<Arc<Vocabulary>> {
    let source = to_source(sources.vocabulary.as_ref()?, problems)?;
    Some(Arc::new(Vocabulary::parse(&source, problems)))
}

/// Links parsed documents to a site.
pub fn link(
    config: Config,
    vocabulary: Option<Arc<Vocabulary>>,
    sources: &Sources,
    documents: Vec<Arc<Document>>,
    options: &Options,
    problems: &mut Problems,
) -> Site {
    for name in &sources.assets {
        let is_known = name.as_ref() == layout::VOCABULARY || layout::is_ledger(name);
        if layout::asset(name).is_none() && !is_known {
            let message = "files of this kind are not published";
            let hint = format!(
                "move the file to {}, where all files are published as they are",
                layout::STATIC
            );
            problems.push(
                Diagnostic::new(Code::OrphanAsset, message)
                    .at(Place::file(name.clone()))
                    .hint(hint),
            );
        }
    }
    let base_url = options
        .base_url
        .clone()
        .unwrap_or_else(|| config.base_url.clone());
    let parts = Parts {
        config: Config { base_url, ..config },
        vocabulary,
        documents,
        assets: sources.assets.clone(),
        statics: sources.statics.clone(),
        drafts: options.drafts,
    };
    site::link(parts, problems)
}

fn compile_file(file: &File, hash: u128) -> Compiled {
    let (document, problems) = parse_bytes(&file.name, &file.bytes, &Recollections::default());
    Compiled {
        hash,
        document,
        problems,
    }
}

fn parse_bytes(
    name: &Arc<str>,
    bytes: &[u8],
    known: &Recollections,
) -> (Option<Arc<Document>>, Problems) {
    let mut problems = Problems::new();
    let source = decode(name, bytes, &mut problems);
    let document = source.and_then(|source| document::parse_knowing(known, &source, &mut problems));
    (document.map(Arc::new), problems)
}

fn to_source(file: &File, problems: &mut Problems) -> Option<Source> {
    decode(&file.name, &file.bytes, problems)
}

/// Decodes a file; the problem names the first line that is not UTF-8.
fn decode(name: &Arc<str>, bytes: &[u8], problems: &mut Problems) -> Option<Source> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(Source::new(name.clone(), text)),
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let source = Source::new(name.clone(), format!("{before}\u{fffd}"));
            let place = source.place(before.len()..before.len() + 3);
            let problem = Diagnostic::new(Code::NotUtf8, "the file is not UTF-8 text");
            problems.push(problem.at(place).hint("save it as UTF-8 in your editor"));
            None
        }
    }
}
