//! Which papers have which tag.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::document::Document;
use crate::front_matter;
use crate::layout;
use crate::parallel;
use crate::slug::Slug;
use crate::source::Place;
use crate::tags::Vocabulary;

use super::TagEntry;
use super::references::References;

/// This is a tag before its description is rendered.
pub struct Found {
    slug: Slug,
    name: String,
    description: String,
    place: Option<Place>,
    papers: Vec<usize>,
}

/// Looks up the tags of all papers; returns them by slug, and each paper's as indices of that list.
pub fn resolve(
    documents: &[&Arc<Document>],
    vocabulary: Option<&Vocabulary>,
    problems: &mut Problems,
) -> (Vec<Found>, Vec<Vec<usize>>) {
    let mut found: Vec<Found> = Vec::new();
    let mut by_slug: BTreeMap<Slug, usize> = BTreeMap::new();
    let mut by_name: FxHashMap<&str, Option<usize>> = FxHashMap::default();
    let mut tags_of: Vec<Vec<usize>> = Vec::with_capacity(documents.len());
    let parts: Vec<&[&Arc<Document>]> = documents.chunks(PART).collect();
    for part in parallel::map(&parts, |part| Named::by(part)) {
        let tags = part.names.into_iter().map(|name| {
            *by_name.entry(name).or_insert_with(|| {
                let tag = look_up(name, vocabulary)?;
                let place = by_slug.entry(tag.slug.clone()).or_insert(found.len());
                if *place == found.len() {
                    found.push(tag);
                }
                Some(*place)
            })
        });
        let tags: Vec<Option<usize>> = tags.collect();
        for written in part.of_papers {
            let index = tags_of.len();
            let mut of_paper: Vec<usize> = Vec::with_capacity(written.len());
            for (position, name) in written.into_iter().enumerate() {
                match tags[name] {
                    None => {
                        let document = documents[index];
                        let problem = unknown_tag(document, position, vocabulary, problems);
                        problems.push(problem);
                    }
                    Some(tag) if of_paper.contains(&tag) => {
                        problems.push(repeated_tag(documents[index], position));
                    }
                    Some(tag) => {
                        of_paper.push(tag);
                        found[tag].papers.push(index);
                    }
                }
            }
            tags_of.push(of_paper);
        }
    }
    (sort_by_slug(found, by_slug, &mut tags_of), tags_of)
}

/// How many papers are looked at by one thread: they write few names, each often.
const PART: usize = 1024;

/// These are the names of tags that some papers write.
struct Named<'a> {
    /// Each once, as they are met.
    names: Vec<&'a str>,
    /// Each paper's, as indices of these.
    of_papers: Vec<Vec<usize>>,
}

impl<'a> Named<'a> {
    fn by(documents: &[&'a Arc<Document>]) -> Named<'a> {
        let mut names = Vec::new();
        let mut places: FxHashMap<&str, usize> = FxHashMap::default();
        let mut place = |name: &'a String| {
            *places.entry(name).or_insert_with(|| {
                names.push(name.as_str());
                names.len() - 1
            })
        };
        let of_papers = documents
            .iter()
            .map(|document| document.paper().paper.tags.iter().map(&mut place).collect())
            .collect();
        Named { names, of_papers }
    }
}

/// Looks up one paper's tags among those that papers have; `None` where one is not among them or
/// stands there twice, which is for `resolve` to say.
pub fn resolve_one(
    written: &[String],
    tags: &[TagEntry],
    vocabulary: Option<&Vocabulary>,
) -> Option<Vec<usize>> {
    let mut found: Vec<usize> = Vec::with_capacity(written.len());
    for name in written {
        let slug = look_up(name, vocabulary)?.slug;
        let tag = tags.binary_search_by(|tag| tag.slug.cmp(&slug)).ok()?;
        (!found.contains(&tag)).then(|| found.push(tag))?;
    }
    Some(found)
}

/// Puts tags in the order of their slugs, which is that of the table.
fn sort_by_slug(
    found: Vec<Found>,
    by_slug: BTreeMap<Slug, usize>,
    tags_of: &mut [Vec<usize>],
) -> Vec<Found> {
    let mut places = vec![0; found.len()];
    for (place, old) in by_slug.values().enumerate() {
        places[*old] = place;
    }
    for tag in tags_of.iter_mut().flatten() {
        *tag = places[*tag];
    }
    let mut found: Vec<Option<Found>> = found.into_iter().map(Some).collect();
    let take = |old: usize| found[old].take().expect("each place is named once");
    by_slug.into_values().map(take).collect()
}

/// Renders the descriptions of the tags, and puts narrower ones below broader ones.
pub fn describe(
    tags: Vec<Found>,
    vocabulary: Option<&Vocabulary>,
    references: &References,
    problems: &mut Problems,
) -> Vec<TagEntry> {
    let vocabulary = vocabulary.unwrap_or_else(|| Vocabulary::starter());
    let broader: Vec<Option<usize>> = tags
        .iter()
        .map(|tag| {
            let place = |slug: &Slug| tags.binary_search_by(|tag| tag.slug.cmp(slug)).ok();
            vocabulary.above(&tag.slug).find_map(place)
        })
        .collect();
    let mut entries: Vec<TagEntry> = tags
        .into_iter()
        .zip(&broader)
        .map(|(tag, broader)| TagEntry {
            description: references.describe(&tag.description, tag.place.as_ref(), problems),
            slug: tag.slug,
            name: tag.name,
            papers: tag.papers,
            broader: *broader,
            narrower: Vec::new(),
        })
        .collect();
    for (tag, broader) in broader.into_iter().enumerate() {
        if let Some(broader) = broader {
            entries[broader].narrower.push(tag);
        }
    }
    entries
}

/// Finds what is written in the vocabulary; without one of its own a site may use any name, and the
/// starter vocabulary says more about those that it knows.
fn look_up(written: &str, vocabulary: Option<&Vocabulary>) -> Option<Found> {
    let known = vocabulary.unwrap_or_else(|| Vocabulary::starter());
    if let Some(tag) = known.lookup(written) {
        return Some(Found {
            slug: tag.slug.clone(),
            name: tag.name.clone(),
            description: tag.description.clone(),
            place: tag.place.clone(),
            papers: Vec::new(),
        });
    }
    let free = vocabulary.is_none().then(|| Slug::from_name(written))?;
    free.map(|slug| Found {
        slug,
        name: written.to_owned(),
        description: String::new(),
        place: None,
        papers: Vec::new(),
    })
}

fn unknown_tag(
    document: &Document,
    position: usize,
    vocabulary: Option<&Vocabulary>,
    problems: &mut Problems,
) -> Diagnostic {
    let tags = &document.paper().paper.tags;
    let written = &tags[position];
    let guess = vocabulary.and_then(|vocabulary| problems.guess(written, || vocabulary.names()));
    let hint = match (guess, vocabulary) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, Some(_)) => format!("add it to {}, or delete it here", layout::VOCABULARY),
        (None, None) => "a tag has at least one letter or digit".to_owned(),
    };
    Diagnostic::new(Code::UnknownTag, format!("no tag is called `{written}`"))
        .at(front_matter::place_of(
            &document.front,
            "tags",
            Some((written, nth(tags, position))),
        ))
        .hint(hint)
}

fn repeated_tag(document: &Document, position: usize) -> Diagnostic {
    let tags = &document.paper().paper.tags;
    let written = &tags[position];
    Diagnostic::new(
        Code::RepeatedTag,
        format!("the paper has the tag `{written}` twice"),
    )
    .at(front_matter::place_of(
        &document.front,
        "tags",
        Some((written, nth(tags, position))),
    ))
    .hint("delete one of the two")
}

/// How many tags before this one are written alike.
fn nth(tags: &[String], position: usize) -> usize {
    tags[..position]
        .iter()
        .filter(|tag| **tag == tags[position])
        .count()
}
