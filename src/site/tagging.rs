//! Which papers have which tag.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Problems, did_you_mean};
use crate::document::{Content, Document};
use crate::front_matter;
use crate::layout;
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
    let mut found: BTreeMap<Slug, Found> = BTreeMap::new();
    let mut slugs_of: Vec<Vec<Slug>> = Vec::with_capacity(documents.len());
    for (index, document) in documents.iter().enumerate() {
        let Content::Paper(text) = &document.content else {
            unreachable!("only papers have tags");
        };
        let mut slugs: Vec<Slug> = Vec::with_capacity(text.paper.tags.len());
        for (position, written) in text.paper.tags.iter().enumerate() {
            let Some(tag) = look_up(written, vocabulary) else {
                problems.push(unknown_tag(
                    document,
                    &text.paper.tags,
                    position,
                    vocabulary,
                ));
                continue;
            };
            if slugs.contains(&tag.slug) {
                problems.push(repeated_tag(document, &text.paper.tags, position));
                continue;
            }
            slugs.push(tag.slug.clone());
            found
                .entry(tag.slug.clone())
                .or_insert(tag)
                .papers
                .push(index);
        }
        slugs_of.push(slugs);
    }
    let position: BTreeMap<&Slug, usize> = found
        .keys()
        .enumerate()
        .map(|(index, slug)| (slug, index))
        .collect();
    let tags_of = slugs_of
        .iter()
        .map(|slugs| slugs.iter().map(|slug| position[slug]).collect())
        .collect();
    (found.into_values().collect(), tags_of)
}

/// Renders the descriptions of the tags.
pub fn describe(
    tags: Vec<Found>,
    references: &References,
    problems: &mut Problems,
) -> Vec<TagEntry> {
    tags.into_iter()
        .map(|tag| TagEntry {
            description: references.describe(&tag.description, tag.place.as_ref(), problems),
            slug: tag.slug,
            name: tag.name,
            papers: tag.papers,
        })
        .collect()
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
    tags: &[String],
    position: usize,
    vocabulary: Option<&Vocabulary>,
) -> Diagnostic {
    let written = &tags[position];
    let guess = vocabulary.and_then(|vocabulary| did_you_mean(written, vocabulary.names()));
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

fn repeated_tag(document: &Document, tags: &[String], position: usize) -> Diagnostic {
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
