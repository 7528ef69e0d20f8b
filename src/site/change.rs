//! A few papers that were saved: the short way to what linking all papers again would come to.
//!
//! A curator saves one paper at a time, all day. Most of what linking finds out does not follow from
//! one paper's text: the order, the addresses, which tags there are. Where it does, or may, there is no
//! short way, so nothing here can be wrong, only slow.

use std::sync::Arc;

use crate::document::{Content, Document, Filled, Html, PaperText};
use crate::paper::Doi;
use crate::parallel;
use crate::tags::Vocabulary;

use super::{Site, TagEntry, references, tagging};

/// What a saved paper changes.
struct Change<'a> {
    index: usize,
    document: &'a Arc<Document>,
    body: Filled,
    note: Option<Filled>,
    /// Its tags, where they are others now.
    tags: Option<Vec<usize>>,
}

impl Site {
    /// Returns the site with papers that were saved, each as it was and as it is; `None` when more than
    /// these papers may be different, so that all must be linked again.
    ///
    /// The papers must have no problems that are found between files, neither before nor after.
    pub fn with_papers(
        &self,
        saved: &[(Arc<Document>, Arc<Document>)],
        vocabulary: Option<&Vocabulary>,
    ) -> Option<Site> {
        let changes = saved
            .iter()
            .map(|(old, new)| self.change(old, new, vocabulary));
        let changes: Vec<Change> = changes.collect::<Option<_>>()?;
        // They were compared with what others were; two that were saved at once can be alike.
        let keys: Vec<Keys> = changes.iter().map(|change| keys(change.document)).collect();
        let is_alone = |at: usize| keys[..at].iter().all(|other| !other.share(&keys[at]));
        (0..keys.len()).all(is_alone).then_some(())?;

        let mut site = self.clone();
        for change in changes {
            let entry = &mut site.papers[change.index];
            entry.document = change.document.clone();
            entry.body = change.body;
            entry.note = change.note;
            if let Some(tags) = change.tags {
                let before = std::mem::replace(&mut entry.tags, tags.clone());
                retag(&mut site.tags, change.index, &before, &tags)?;
            }
        }
        let pages = |tag: &TagEntry| tag.papers.len().div_ceil(site.config.build.papers_per_page);
        let mut tags = site.tags.iter().zip(&self.tags);
        let have_pages = tags.all(|(now, before)| pages(now) == pages(before));
        (have_pages && are_called_alike(self, &site)).then_some(site)
    }

    fn change<'a>(
        &self,
        old: &Arc<Document>,
        new: &'a Arc<Document>,
        vocabulary: Option<&Vocabulary>,
    ) -> Option<Change<'a>> {
        let (Content::Paper(before), Content::Paper(after)) = (&old.content, &new.content) else {
            return None;
        };
        has_its_place(before, after).then_some(())?;
        let is_here = |document: &Arc<Document>| Arc::ptr_eq(document, old);
        let index = self
            .papers
            .iter()
            .position(|entry| is_here(&entry.document))?;
        let (old_keys, new_keys) = (keys(old), keys(new));
        if old_keys != new_keys {
            let is_known = |at: usize| {
                let other = keys(&self.papers[at].document);
                at != index && (other.share(&old_keys) || other.share(&new_keys))
            };
            let is_alone = !parallel::any(self.papers.len(), is_known);
            is_alone.then_some(())?;
        }
        let base_url = &self.config.base_url;
        let fill = |html: &Html| references::fill_rooted(base_url, html);
        let mut texts = [&before.body].into_iter().chain(&before.note);
        texts.all(references::are_rooted).then_some(())?;
        let note = match &after.note {
            Some(note) => Some(fill(note)?),
            None => None,
        };
        let tags = match before.paper.tags == after.paper.tags {
            true => None,
            false => Some(tagging::resolve_one(
                &after.paper.tags,
                &self.tags,
                vocabulary,
            )?),
        };
        Some(Change {
            index,
            document: new,
            body: fill(&after.body)?,
            note,
            tags,
        })
    }
}

/// Tells whether a paper stands where it stood: in the order of papers, and among the addresses.
fn has_its_place(before: &PaperText, after: &PaperText) -> bool {
    let place = |text: &PaperText| {
        let paper = &text.paper;
        (
            text.slug.clone(),
            paper.date,
            (paper.featured, paper.draft),
            paper.source.clone(),
            (paper.aliases.clone(), paper.image.clone()),
            text.body.has_code,
        )
    };
    place(before) == place(after)
}

/// Takes a paper from the lists of its old tags and puts it into those of its new ones; `None` when a
/// tag is left without papers.
fn retag(tags: &mut [TagEntry], paper: usize, before: &[usize], after: &[usize]) -> Option<()> {
    for &gone in before.iter().filter(|tag| !after.contains(tag)) {
        let papers = &mut tags[gone].papers;
        papers.remove(papers.binary_search(&paper).ok()?);
        (!papers.is_empty()).then_some(())?;
    }
    for &new in after.iter().filter(|tag| !before.contains(tag)) {
        let papers = &mut tags[new].papers;
        papers.insert(papers.binary_search(&paper).err()?, paper);
    }
    Some(())
}

/// Tells whether tags are called what they were, between two sites that have the same ones.
///
/// A tag that no vocabulary knows is called as its first paper writes it. A vocabulary of the site knows
/// them all; without one it is enough to know that the first paper of each writes the same as before.
fn are_called_alike(before: &Site, after: &Site) -> bool {
    let is_alike = |tag| {
        let written = first_written(before, tag);
        written.is_some() && written == first_written(after, tag)
    };
    after.has_vocabulary || (0..after.tags.len()).all(is_alike)
}

/// Returns how the first paper of a tag writes it; `None` where its tags have mistakes.
fn first_written(site: &Site, tag: usize) -> Option<&String> {
    let first = &site.papers[*site.tags[tag].papers.first()?];
    let written = &first.text().paper.tags;
    let place = first.tags.iter().position(|other| *other == tag)?;
    // Those that are unknown or stand there twice are left out of the paper's tags.
    (written.len() == first.tags.len()).then(|| &written[place])
}

/// What a paper is known by.
#[derive(PartialEq, Eq)]
struct Keys<'a> {
    title: Option<u128>,
    arxiv: Option<&'a str>,
    doi: Option<&'a Doi>,
}

impl Keys<'_> {
    fn share(&self, other: &Keys) -> bool {
        let both = self.doi.zip(other.doi);
        (self.title.is_some() && self.title == other.title)
            || (self.arxiv.is_some() && self.arxiv == other.arxiv)
            || both.is_some_and(|(one, other)| one.is_like(other))
    }
}

fn keys(document: &Document) -> Keys<'_> {
    let text = document.paper();
    Keys {
        title: text.title_key,
        arxiv: text.paper.arxiv.as_ref().map(|id| id.id()),
        doi: text.paper.doi.as_ref(),
    }
}
