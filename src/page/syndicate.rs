//! What programs read: feeds, the sitemap, robots.txt.

use crate::diagnostic::Diagnostic;
use crate::layout;
use crate::site::Entry;
use crate::theme::{Context, Value};
use crate::view::{FeedEntryView, FeedView, Html, SitemapView};

use super::{Kind, Page, Renderer, SITEMAP_LIMIT, is_content};

/// Renders a feed, a sitemap or robots.txt.
pub fn render(renderer: &Renderer<'_>, page: &Page) -> Result<String, Diagnostic> {
    let site = renderer.site();
    let text = match &page.kind {
        Kind::Feed => {
            let papers: Vec<usize> =
                (0..site.papers.len().min(site.config.build.feed_limit)).collect();
            let title = site.config.title.clone();
            feed(
                renderer,
                page,
                &title,
                &site.config.description,
                layout::HOME,
                &papers,
            )?
        }
        Kind::TagFeed(index) => {
            let tag = &site.tags[*index];
            let papers: Vec<usize> = tag
                .papers
                .iter()
                .copied()
                .take(site.config.build.feed_limit)
                .collect();
            let title = format!("{}: {}", site.config.title, tag.name);
            let subtitle = format!("Papers on {}", tag.name);
            feed(
                renderer,
                page,
                &title,
                &subtitle,
                &layout::tag(&tag.slug, 1),
                &papers,
            )?
        }
        Kind::Sitemap(part) => sitemap(renderer, page, *part)?,
        Kind::SitemapIndex(parts) => sitemap_index(renderer, *parts),
        _ => {
            let mut context = Context::new();
            context.insert(
                "sitemap_url",
                site.config.base_url.absolute(layout::SITEMAP),
            );
            context.insert("page", renderer.page_view(page, "robots", "", ""));
            return renderer.template(page, "robots.txt", "", context);
        }
    };
    Ok(only_xml(text))
}

fn feed(
    renderer: &Renderer<'_>,
    page: &Page,
    title: &str,
    subtitle: &str,
    html: &str,
    papers: &[usize],
) -> Result<String, Diagnostic> {
    let site = renderer.site();
    let base = &site.config.base_url;
    let newest = papers.iter().map(|&paper| site.papers[paper].date).max();
    let view = FeedView {
        id: format!("tag:{},2025:digest/{}", authority(renderer), page.path),
        title: title.to_owned(),
        subtitle: subtitle.to_owned(),
        url: base.absolute(html),
        self_url: base.absolute(&page.path),
        // A feed wants a date even when it is empty.
        updated: newest.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), midnight),
        author: if site.config.author.is_empty() {
            site.config.title.clone()
        } else {
            site.config.author.clone()
        },
        entries: papers
            .iter()
            .map(|&paper| Value::from(entry_view(renderer, &site.papers[paper])))
            .collect(),
    };
    let mut context = Context::new();
    context.insert("feed", view);
    context.insert("page", renderer.page_view(page, "feed", title, subtitle));
    renderer.template(page, "feed.xml", "", context)
}

fn entry_view(renderer: &Renderer<'_>, entry: &Entry) -> FeedEntryView {
    let site = renderer.site();
    let text = entry.text();
    let day = midnight(entry.date);
    FeedEntryView {
        // RFC 4151: what stands behind the date is the owner's to choose, so it is not the address,
        // which changes when the site moves to another folder.
        id: format!(
            "tag:{},{}:papers/{}",
            authority(renderer),
            entry.date,
            text.slug
        ),
        title: text.title.to_string(),
        url: site.config.base_url.absolute(&layout::paper(&text.slug)),
        published: day.clone(),
        updated: day,
        authors: text.paper.authors.clone(),
        summary: text
            .paper
            .note
            .clone()
            .unwrap_or_else(|| text.teaser.to_string()),
        content_html: Html::from(entry.body.absolute(site.config.base_url.origin())),
        categories: entry
            .tags
            .iter()
            .map(|&tag| site.tags[tag].name.clone())
            .collect(),
    }
}

fn sitemap(renderer: &Renderer<'_>, page: &Page, part: usize) -> Result<String, Diagnostic> {
    let site = renderer.site();
    let listed = renderer.plan.iter().filter(|page| is_content(&page.kind));
    let shown: Vec<&Page> = match part {
        0 => listed.collect(),
        part => listed
            .skip((part - 1) * SITEMAP_LIMIT)
            .take(SITEMAP_LIMIT)
            .collect(),
    };
    let urls = shown.into_iter().map(|page| {
        let day = match &page.kind {
            Kind::Paper(index) => Some(site.papers[*index].date),
            Kind::Issue(index) => Some(site.issues[*index].date),
            Kind::Home => site.issues.first().map(|issue| issue.date),
            _ => None,
        };
        Value::from(SitemapView {
            url: site.config.base_url.absolute(&page.path),
            lastmod: day.map(|day| day.to_string()),
        })
    });
    let mut context = Context::new();
    context.insert("urls", urls.collect::<Vec<_>>());
    context.insert("page", renderer.page_view(page, "sitemap", "", ""));
    renderer.template(page, "sitemap.xml", "", context)
}

/// The protocol knows one form of this file, so no theme needs to change it.
fn sitemap_index(renderer: &Renderer<'_>, parts: usize) -> String {
    let base = &renderer.site().config.base_url;
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for part in 1..=parts {
        let address = base
            .absolute(&format!("sitemap.{part}.xml"))
            .replace('&', "&amp;");
        text.push_str(&format!("<sitemap><loc>{address}</loc></sitemap>\n"));
    }
    text.push_str("</sitemapindex>\n");
    text
}

fn authority<'a>(renderer: &Renderer<'a>) -> &'a str {
    let origin = renderer.site().config.base_url.origin();
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    let host = host.split(':').next().unwrap_or("");
    // A name that cannot be anybody's (RFC 2606), for a site that does not say where it is published.
    if host.is_empty() {
        "digest.invalid"
    } else {
        host
    }
}

fn midnight(date: crate::date::Date) -> String {
    format!("{date}T00:00:00Z")
}

/// XML 1.0 forbids most control characters, even escaped; a template may hand one through.
fn only_xml(text: String) -> String {
    let forbidden = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}'))
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    // Feeds are long and seldom hold one of these, so the bytes are looked at before the characters.
    let suspect =
        |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xef;
    // A chunk is looked at as a whole, which processors do for many bytes at once.
    let mut chunks = text.as_bytes().chunks(256);
    let looked_at = |chunk: &[u8]| {
        chunk
            .iter()
            .fold(false, |found, &byte| found | suspect(byte))
    };
    if chunks.any(looked_at) && text.contains(forbidden) {
        text.replace(forbidden, "")
    } else {
        text
    }
}
