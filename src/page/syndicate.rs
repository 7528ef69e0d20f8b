//! What crawlers read: the sitemap and robots.txt.

use crate::diagnostic::Diagnostic;
use crate::layout;
use crate::theme::Sheet;
use crate::view::SitemapView;

use super::render::Proof;
use super::{Kind, Page, Renderer, SITEMAP_LIMIT, is_content};

/// Renders a sitemap or robots.txt.
pub fn render(renderer: &Renderer<'_>, page: &Page) -> Result<Proof, Diagnostic> {
    let site = renderer.site();
    let proof = match &page.kind {
        Kind::Sitemap(part) => sitemap(renderer, page, *part)?,
        Kind::SitemapIndex(parts) => Proof::of(sitemap_index(renderer, *parts)),
        _ => {
            let mut context = renderer.context("robots.txt");
            context.insert(
                "sitemap_url",
                site.config.base_url.absolute(layout::SITEMAP),
            );
            context.insert("page", renderer.page_view(page, "robots", "", ""));
            return renderer.template(page, "", context);
        }
    };
    Ok(proof.map(only_xml))
}

fn sitemap(renderer: &Renderer<'_>, page: &Page, part: usize) -> Result<Proof, Diagnostic> {
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
        SitemapView {
            url: site.config.base_url.absolute(&page.path),
            lastmod: day.map(|day| day.to_string()),
        }
    });
    let mut context = renderer.context("sitemap.xml");
    context.insert("urls", urls.collect::<Vec<_>>());
    context.insert("page", renderer.page_view(page, "sitemap", "", ""));
    renderer.template(page, "", context)
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

/// XML 1.0 forbids most control characters, even escaped; a template may hand one through. Pieces were looked at
/// when they were written.
pub(super) fn only_xml(text: Sheet) -> Sheet {
    let forbidden = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}'))
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    let pieces = text.notes().pieces;
    let starts = pieces.iter().map(|(range, _)| range.end);
    let ends = pieces.iter().map(|(range, _)| range.start);
    let mut others = std::iter::once(0)
        .chain(starts)
        .zip(ends.chain([text.len()]));
    let may_be_forbidden = others.any(|(start, end)| may_be_no_xml(&text[start..end]));
    if may_be_forbidden && text.as_str().contains(forbidden) {
        text.as_str().replace(forbidden, "").into()
    } else {
        text
    }
}

/// Tells whether bytes may hold a character that XML forbids.
///
/// Feeds are long and seldom hold one of these, so the bytes are looked at before the characters. A chunk is
/// looked at as a whole, which processors do for many bytes at once.
fn may_be_no_xml(bytes: &[u8]) -> bool {
    let (chunks, rest) = bytes.as_chunks::<64>();
    let may_be = |chunk: &[u8]| {
        let found = chunk.iter().fold(0, |found, &byte| {
            let is_space = (byte == b'\t') as u8 | (byte == b'\n') as u8 | (byte == b'\r') as u8;
            found | (byte < b' ') as u8 ^ is_space | (byte == 0xef) as u8
        });
        found != 0
    };
    chunks.iter().any(|chunk| may_be(chunk)) || may_be(rest)
}
