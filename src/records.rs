//! The papers as JSON for other programs: the fields of the front matter, and the addresses.
//!
//! Owns the format and its schema. Which papers stand in which file is `page`'s.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use crate::address::BaseUrl;
use crate::csl;
use crate::layout;
use crate::site::{Entry, Site, TagEntry};

/// The schema of this format (JSON Schema 2020-12), without its own address.
const SCHEMA: &str = include_str!("records/schema.json");

/// What stands in the schema where its address belongs.
const SCHEMA_ADDRESS: &str = "papers.json";

#[derive(Serialize)]
struct TagRecord<'a> {
    slug: &'a str,
    name: &'a str,
    url: String,
}

/// The names are those of the front matter; what a paper does not have is left out.
#[derive(Serialize)]
struct PaperRecord<'a> {
    slug: &'a str,
    title: &'a str,
    date: String,
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    authors: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arxiv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doi: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    venue: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    links: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    featured: bool,
    #[serde(skip_serializing_if = "is_false")]
    draft: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    aliases: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    extra: &'a serde_json::Map<String, serde_json::Value>,
    teaser: &'a str,
    url: String,
    issue_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    arxiv_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pdf_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doi_url: Option<String>,
}

/// Writes papers of a site, by their indices, behind a text; `page` is the output path of the page that shows
/// them, `tags` what `write_tag` wrote of each tag, and `records` what `write_paper` wrote of each paper.
/// Returns where each stands.
pub fn write(
    site: &Site,
    page: &str,
    papers: &[usize],
    tags: &[String],
    records: &[impl AsRef<str>],
    text: &mut String,
) -> Vec<Range<usize>> {
    let mut used = vec![false; site.tags.len()];
    for &tag in papers.iter().flat_map(|&paper| &site.papers[paper].tags) {
        used[tag] = true;
    }
    let tags = tags.iter().zip(used).filter(|(_, used)| *used);
    text.push_str(&head(site, page));
    push_list("tags", tags.map(|(tag, _)| tag), text);
    text.push_str(",\n");
    let places = push_list("papers", records.iter(), text);
    text.push_str("}\n");
    places
}

/// Writes a paper, on one line.
pub fn write_paper(site: &Site, entry: &Entry) -> String {
    json(&paper_record(site, entry))
}

/// Writes a tag, on one line.
pub fn write_tag(tag: &TagEntry, base_url: &BaseUrl) -> String {
    json(&TagRecord {
        slug: tag.slug.as_str(),
        name: &tag.name,
        url: base_url.absolute(&layout::tag(&tag.slug, 1)),
    })
}

/// Writes the list of files in which the papers of a large site stand, by their output paths.
pub fn write_parts(
    site: &Site,
    page: &str,
    tags: &[String],
    parts: impl Iterator<Item = String>,
) -> String {
    let base_url = &site.config.base_url;
    let mut text = head(site, page);
    push_list(
        "parts",
        parts.map(|part| json(&base_url.absolute(&part))),
        &mut text,
    );
    text.push_str(",\n");
    push_list("tags", tags.iter(), &mut text);
    text.push_str(",\n\"papers\":[]}\n");
    text
}

/// Returns about how many bytes a paper takes, without making its record.
pub fn estimate(entry: &Entry) -> usize {
    const NAMES_AND_ADDRESSES: usize = 420;
    let text = entry.text();
    let paper = &text.paper;
    let lists = paper
        .authors
        .iter()
        .chain(&paper.aliases)
        .map(|text| text.len() + 3)
        .sum::<usize>();
    let links = paper
        .links
        .iter()
        .map(|link| link.label.len() + link.url.len() + 6)
        .sum::<usize>();
    let note = paper.note.as_ref().map_or(0, String::len);
    NAMES_AND_ADDRESSES
        + 2 * text.slug.as_str().len()
        + paper.title.len()
        + text.teaser.len()
        + note
        + lists
        + links
        + 20 * entry.tags.len()
}

/// Returns the schema, with its address.
pub fn schema(base_url: &BaseUrl) -> String {
    let address = base_url.absolute(layout::SCHEMA);
    SCHEMA.replacen(
        &format!("\"$id\": \"{SCHEMA_ADDRESS}\""),
        &format!("\"$id\": \"{address}\""),
        1,
    )
}

fn paper_record<'a>(site: &'a Site, entry: &'a Entry) -> PaperRecord<'a> {
    let base_url = &site.config.base_url;
    let text = entry.text();
    let paper = &text.paper;
    PaperRecord {
        slug: text.slug.as_str(),
        title: &paper.title,
        date: entry.date.to_string(),
        tags: entry
            .tags
            .iter()
            .map(|&tag| site.tags[tag].slug.as_str())
            .collect(),
        authors: &paper.authors,
        published: paper.published.map(|date| date.to_string()),
        arxiv: paper.arxiv.as_ref().map(ToString::to_string),
        doi: paper.doi.as_ref().map(|doi| doi.as_str()),
        venue: paper.venue.as_deref(),
        links: paper
            .links
            .iter()
            .map(|link| (link.label.as_str(), link.url.as_str()))
            .collect(),
        note: paper.note.as_deref(),
        image: entry.image.as_ref().map(|output| base_url.absolute(output)),
        featured: paper.featured,
        draft: paper.draft,
        aliases: &paper.aliases,
        source: paper.source.as_deref(),
        extra: &paper.extra,
        teaser: &text.teaser,
        url: base_url.absolute(&layout::paper(&text.slug)),
        issue_url: base_url.absolute(&layout::issue(entry.date)),
        arxiv_url: paper.arxiv.as_ref().map(|id| id.abs_url()),
        pdf_url: paper.arxiv.as_ref().map(|id| id.pdf_url()),
        doi_url: paper.doi.as_ref().map(|doi| doi.url()),
    }
}

fn head(site: &Site, page: &str) -> String {
    let base_url = &site.config.base_url;
    format!(
        "{{\"$schema\":{},\"title\":{},\"url\":{},\n",
        json(&base_url.absolute(layout::SCHEMA)),
        json(&site.config.title),
        json(&base_url.absolute(page))
    )
}

/// Writes a list, one value to a line, so that `diff` and `grep` can read it; returns where each stands.
fn push_list(
    name: &str,
    lines: impl Iterator<Item = impl AsRef<str>>,
    text: &mut String,
) -> Vec<Range<usize>> {
    text.push_str(&format!("\"{name}\":"));
    csl::push_array(lines, text)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("all names are strings")
}

fn is_false(value: &bool) -> bool {
    !*value
}
