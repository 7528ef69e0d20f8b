//! A site for commands that look at papers and render nothing.

use std::path::Path;

use anyhow::{Result, bail};

use crate::compile::{self, File, Memo, Options, Sources};
use crate::console;
use crate::diagnostic::{Problems, did_you_mean};
use crate::disk;
use crate::site::Site;
use crate::slug::Slug;
use crate::source::Source;
use crate::tags::Vocabulary;

/// This is all that is known of a site without its pages; drafts are in it.
pub struct Catalogue {
    /// The files.
    pub sources: Sources,
    /// The linked papers.
    pub site: Site,
    /// The vocabulary, where the site has one.
    pub vocabulary: Option<Vocabulary>,
    /// What is wrong with the content.
    pub problems: Problems,
}

/// Reads a site; papers that cannot be read are left out, and counted in `problems`.
pub fn read(root: &Path) -> Result<Catalogue> {
    let mut problems = Problems::new();
    let sources = disk::read_sources(root)?;
    let config = compile::settings(sources.settings.as_ref(), &mut problems);
    let documents = compile::parse(&sources.documents, &mut Memo::default(), &mut problems);
    let options = Options {
        drafts: true,
        ..Options::default()
    };
    let vocabulary = compile::vocabulary(&sources, &mut problems);
    let site = compile::link(
        config,
        vocabulary,
        &sources,
        documents,
        &options,
        &mut problems,
    );
    let vocabulary = sources
        .vocabulary
        .as_ref()
        .and_then(text_of)
        .map(|source| Vocabulary::parse(&source, &mut Problems::new()));
    Ok(Catalogue {
        sources,
        site,
        vocabulary,
        problems,
    })
}

/// Returns a file's text; a file that is not UTF-8 is for `check` to tell.
pub fn text_of(file: &File) -> Option<Source> {
    let text = std::str::from_utf8(&file.bytes).ok()?;
    Some(Source::new(file.name.clone(), text))
}

impl Catalogue {
    /// Returns the slug of a tag as somebody writes it, as `site` would look it up.
    pub fn slug_of(&self, written: &str) -> Option<Slug> {
        let vocabulary = self.vocabulary.as_ref();
        let known = vocabulary.unwrap_or_else(|| Vocabulary::starter());
        let tag = known.lookup(written);
        tag.map_or_else(|| Slug::from_name(written), |tag| Some(tag.slug.clone()))
    }

    /// Returns the slug of a tag that a paper writes or the vocabulary knows.
    pub fn known_tag(&self, written: &str) -> Result<Slug> {
        if let Some(slug) = self.slug_of(written).filter(|slug| self.has_tag(slug)) {
            return Ok(slug);
        }
        let slugs = self.site.tags.iter().map(|tag| tag.slug.as_str());
        let names = self.vocabulary.iter().flat_map(Vocabulary::names);
        match did_you_mean(written, slugs.chain(names)) {
            Some(near) => bail!("no tag is called `{written}`\nhint: did you mean `{near}`?"),
            None => bail!("no tag is called `{written}`\nhint: `digest tags list` shows all"),
        }
    }

    /// Tells whether a paper writes a tag, though the vocabulary may not know it, or it is known.
    pub fn has_tag(&self, slug: &Slug) -> bool {
        let mut written = self
            .site
            .papers
            .iter()
            .flat_map(|entry| &entry.text().paper.tags);
        let mut known = self.vocabulary.iter().flat_map(Vocabulary::iter);
        known.any(|tag| tag.slug == *slug)
            || written.any(|tag| self.slug_of(tag).as_ref() == Some(slug))
    }

    /// Says on stderr that papers may be missing, when there are errors.
    pub fn warn_of_errors(&self) {
        if self.problems.has_errors() {
            console::say("some papers cannot be read and are left out: `digest check` says why");
        }
    }
}
