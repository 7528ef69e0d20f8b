//! Feeds: Atom for the site and for each tag, a JSON feed, and the list of them all.
//!
//! What a feed and its entries are known by does not change when the site moves to another folder
//! or a paper to another issue. Dates come from the content: midnight, UTC, of an issue.

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::html;
use crate::layout;
use crate::site::{Entry, Site};
use crate::view::{FeedEntryView, FeedView, Html};

use super::render::Proof;
use super::syndicate::only_xml;
use super::{Kind, Page, Renderer};

/// Renders a feed, or the list of feeds.
pub fn render(renderer: &Renderer<'_>, page: &Page) -> Result<Proof, Diagnostic> {
    let site = renderer.site();
    match &page.kind {
        Kind::JsonFeed => Ok(Proof::of(json_feed(site, page))),
        Kind::FeedList => Ok(Proof::of(feed_list(renderer)).map(only_xml)),
        Kind::TagFeed(index) => {
            let tag = &site.tags[*index];
            let papers = tag.papers.iter().copied();
            let title = tag_title(renderer, &tag.name);
            let language = renderer.views.language;
            let subtitle = language.fill("feed_about", &[("tag", &tag.name)]);
            let html = layout::tag(&tag.slug, 1);
            atom(renderer, page, [&title, &subtitle, &html], papers)
        }
        _ => {
            let about = [&site.config.title, &site.config.description, layout::HOME];
            atom(renderer, page, about, 0..site.papers.len())
        }
    }
}

/// Renders an Atom feed (RFC 4287): title, subtitle and page, and the papers, newest first.
fn atom(
    renderer: &Renderer<'_>,
    page: &Page,
    [title, subtitle, html]: [&str; 3],
    papers: impl Iterator<Item = usize>,
) -> Result<Proof, Diagnostic> {
    let site = renderer.site();
    let base = &site.config.base_url;
    let authority = authority(site);
    let papers: Vec<usize> = papers.take(site.config.build.feed_limit).collect();
    let newest = papers.iter().map(|&paper| site.papers[paper].date).max();
    let view = FeedView {
        id: format!("tag:{authority},2025:digest/{}", page.path),
        title: title.to_owned(),
        subtitle: subtitle.to_owned(),
        url: base.absolute(html),
        self_url: base.absolute(&page.path),
        // A feed wants a date even when it is empty.
        updated: newest.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), midnight),
        author: author(site).to_owned(),
        entries: papers
            .iter()
            .map(|&paper| renderer.feed_entry(page, paper))
            .collect::<Result<_, _>>()?,
    };
    let mut context = renderer.context("feed.xml");
    context.insert("feed", view);
    context.insert("page", renderer.page_view(page, "feed", title, subtitle));
    renderer
        .template(page, "", context)
        .map(|proof| proof.map(only_xml))
}

/// Returns a paper as entries of feeds tell it.
pub(super) fn entry_view(site: &Site, paper: usize) -> FeedEntryView {
    let entry = &site.papers[paper];
    let text = entry.text();
    let day = midnight(entry.date);
    FeedEntryView {
        id: entry_id(authority(site), entry),
        title: text.title.to_string(),
        url: site.config.base_url.absolute(&layout::paper(&text.slug)),
        published: day.clone(),
        updated: day,
        authors: names(&text.paper.authors).map(str::to_owned).collect(),
        summary: summary(entry).to_owned(),
        content_html: Html::from(entry.body.absolute(site.config.base_url.origin())),
        categories: categories(site, entry).map(str::to_owned).collect(),
    }
}

/// This is a JSON feed, version 1.1; the names are those of its specification.
#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: String,
    feed_url: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    language: &'a str,
    authors: [JsonAuthor<'a>; 1],
    items: Vec<JsonItem<'a>>,
}

#[derive(Serialize)]
struct JsonAuthor<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<String>,
    title: &'a str,
    content_html: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    date_published: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<JsonAuthor<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

/// The format knows one form of this file, so no theme needs to change it.
fn json_feed(site: &Site, page: &Page) -> String {
    let base = &site.config.base_url;
    let newest = site.papers.iter().take(site.config.build.feed_limit);
    let feed = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: &site.config.title,
        home_page_url: base.absolute(layout::HOME),
        feed_url: base.absolute(&page.path),
        description: &site.config.description,
        language: &site.config.language,
        authors: [JsonAuthor { name: author(site) }],
        items: newest.map(|entry| json_item(site, entry)).collect(),
    };
    let mut text = serde_json::to_string(&feed).expect("all names are strings");
    text.push('\n');
    text
}

fn json_item<'a>(site: &'a Site, entry: &'a Entry) -> JsonItem<'a> {
    let base = &site.config.base_url;
    let text = entry.text();
    let paper = &text.paper;
    let resolver = || paper.doi.as_ref().map(|doi| doi.url());
    JsonItem {
        id: entry_id(authority(site), entry),
        url: base.absolute(&layout::paper(&text.slug)),
        external_url: paper
            .arxiv
            .as_ref()
            .map(|id| id.abs_url())
            .or_else(resolver),
        title: &text.title,
        content_html: entry.body.absolute(base.origin()),
        summary: summary(entry),
        image: entry.image.as_ref().map(|output| base.absolute(output)),
        date_published: midnight(entry.date),
        authors: names(&paper.authors)
            .map(|name| JsonAuthor { name })
            .collect(),
        tags: categories(site, entry).collect(),
        language: site.config.papers_language.as_deref(),
    }
}

/// Writes the list of feeds as OPML 2.0; `rss` is the type that readers know for Atom too.
fn feed_list(renderer: &Renderer<'_>) -> String {
    let site = renderer.site();
    let base = &site.config.base_url;
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\">\n<head><title>",
    );
    html::push_text(&site.config.title, &mut text);
    text.push_str("</title></head>\n<body>\n");
    let mut outline = |name: &str, feed: &str, page: &str| {
        text.push_str("<outline type=\"rss\" text=\"");
        html::push_attribute(name, &mut text);
        for (attribute, output) in [("xmlUrl", feed), ("htmlUrl", page)] {
            text.push_str(&format!("\" {attribute}=\""));
            html::push_attribute(&base.absolute(output), &mut text);
        }
        text.push_str("\"/>\n");
    };
    outline(&site.config.title, layout::FEED, layout::HOME);
    for tag in &site.tags {
        let name = tag_title(renderer, &tag.name);
        outline(
            &name,
            &layout::tag_feed(&tag.slug),
            &layout::tag(&tag.slug, 1),
        );
    }
    text.push_str("</body>\n</opml>\n");
    text
}

fn tag_title(renderer: &Renderer<'_>, tag: &str) -> String {
    let values = [
        ("site", renderer.site().config.title.as_str()),
        ("tag", tag),
    ];
    renderer.views.language.fill("feed_title", &values)
}

/// RFC 4151: what stands behind the date is the owner's to choose, so it is not the address, which
/// changes when the site moves to another folder.
fn entry_id(authority: &str, entry: &Entry) -> String {
    format!("tag:{authority},2025:papers/{}", entry.text().slug)
}

/// The curator's line, or the beginning of the abstract.
fn summary(entry: &Entry) -> &str {
    let text = entry.text();
    text.paper.note.as_deref().unwrap_or(&text.teaser)
}

/// A name of control characters alone would be none, since XML has no place for them.
fn names(authors: &[String]) -> impl Iterator<Item = &str> {
    let is_seen = |c: char| !c.is_control() && !c.is_whitespace();
    let names = authors.iter().map(String::as_str);
    names.filter(move |name| name.contains(is_seen))
}

fn categories<'a>(site: &'a Site, entry: &'a Entry) -> impl Iterator<Item = &'a str> {
    entry.tags.iter().map(|&tag| site.tags[tag].name.as_str())
}

/// A feed has an author, so a site without a by-line is its own.
fn author(site: &Site) -> &str {
    match site.config.author.as_str() {
        "" => &site.config.title,
        author => author,
    }
}

fn authority(site: &Site) -> &str {
    // A name that cannot be anybody's (RFC 2606), for a site that does not say where it is published.
    match site.config.base_url.host() {
        "" => "digest.invalid",
        host => host,
    }
}

fn midnight(date: crate::date::Date) -> String {
    format!("{date}T00:00:00Z")
}
