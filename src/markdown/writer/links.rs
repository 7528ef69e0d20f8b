//! Links and pictures: what a reader may be led to, and what a page may load.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, OffsetIter};

use super::{LinkEnd, Writer};
use crate::address::{self, Scheme};
use crate::diagnostic::Code;
use crate::html::{push_address, push_attribute, push_text};
use crate::markdown::{Hole, Outbound};
use crate::math;

const SAFE_SCHEMES: &str = "a link is http, https, mailto or the path of a file; its text is kept";

impl Writer<'_> {
    pub(super) fn start_link(
        &mut self,
        kind: LinkType,
        url: &str,
        title: &str,
        range: Range<usize>,
    ) {
        let is_mail = kind == LinkType::Email;
        let scheme = if is_mail {
            Scheme::Mail
        } else {
            address::scheme(url)
        };
        // HTML has no links within links.
        let inside = self.links.contains(&LinkEnd::Anchor);
        let end = match scheme {
            _ if inside || url.is_empty() => LinkEnd::Nothing,
            Scheme::Unsafe => {
                self.report_unsafe("link", url, range);
                if kind == LinkType::Autolink {
                    self.words("<");
                    LinkEnd::Bracket
                } else {
                    LinkEnd::Nothing
                }
            }
            Scheme::Relative if !url.starts_with('#') => {
                self.open_anchor("");
                self.hole(url, range);
                LinkEnd::Anchor
            }
            Scheme::Relative => {
                self.open_anchor("#");
                push_address(self.frame.id_prefix, &mut self.part.html);
                push_address(&url[1..], &mut self.part.html);
                LinkEnd::Anchor
            }
            Scheme::Web | Scheme::Mail => {
                self.open_anchor(if is_mail { "mailto:" } else { "" });
                push_address(url, &mut self.part.html);
                if scheme == Scheme::Web {
                    self.leads_out(url, range);
                }
                LinkEnd::Anchor
            }
        };
        if end == LinkEnd::Anchor {
            self.close_anchor_tag(title);
        }
        self.links.push(end);
    }

    /// Writes a picture of this site; one of another site becomes a link, for pages load nothing from
    /// other hosts.
    pub(super) fn image(&mut self, url: &str, title: &str, alt: &str, range: Range<usize>) {
        let inside = self.links.contains(&LinkEnd::Anchor);
        match address::scheme(url) {
            Scheme::Relative if !url.is_empty() && !url.starts_with('#') => {
                self.part.html.push_str("<img src=\"");
                self.hole(url, range);
                self.part.html.push_str("\" alt=\"");
                push_attribute(alt, &mut self.part.html);
                self.push_title(title);
                self.part.html.push_str("\" loading=\"lazy\">");
            }
            Scheme::Web if !inside => {
                self.leads_out(url, range.clone());
                self.report_external(url, range);
                self.open_anchor("");
                push_address(url, &mut self.part.html);
                self.close_anchor_tag(title);
                let label = if alt.trim().is_empty() { url } else { alt };
                push_text(label, &mut self.part.html);
                self.part.html.push_str("</a>");
            }
            scheme => {
                match scheme {
                    Scheme::Web => self.report_external(url, range),
                    Scheme::Unsafe | Scheme::Mail => self.report_unsafe("picture", url, range),
                    Scheme::Relative => {}
                }
                push_text(alt, &mut self.part.html);
            }
        }
        self.part.plain.push_str(alt);
    }

    /// Reads a picture's description up to its end: its text without the markup.
    pub(super) fn alternative(&mut self, events: &mut OffsetIter<'_>) -> String {
        let mut alt = String::new();
        let mut depth = 1_usize;
        for (event, range) in events {
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Text(text) => {
                    self.report_strays(range);
                    alt.push_str(&self.unmasked(&text));
                }
                Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                    alt.push_str(&self.unmasked(&text));
                }
                Event::InlineMath(tex) | Event::DisplayMath(tex) => {
                    alt.push_str(&math::plain(&tex));
                }
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                Event::FootnoteReference(_) | Event::Rule | Event::TaskListMarker(_) => {}
            }
            if depth == 0 {
                break;
            }
        }
        alt
    }

    pub(super) fn open_anchor(&mut self, address_start: &str) {
        self.part.html.push_str("<a href=\"");
        self.part.html.push_str(address_start);
    }

    fn close_anchor_tag(&mut self, title: &str) {
        self.push_title(title);
        self.part.html.push_str("\">");
    }

    /// Ends the attribute before it and leaves its own value open.
    fn push_title(&mut self, title: &str) {
        if !title.is_empty() {
            self.part.html.push_str("\" title=\"");
            push_attribute(title, &mut self.part.html);
        }
    }

    fn hole(&mut self, url: &str, range: Range<usize>) {
        let range = self.place(range);
        self.part.holes.push(Hole {
            at: self.part.html.len(),
            url: url.to_owned(),
            range,
        });
    }

    /// Notes a link to another host.
    pub(super) fn leads_out(&mut self, url: &str, range: Range<usize>) {
        let range = self.place(range);
        self.outbound.push(Outbound {
            url: url.to_owned(),
            range,
        });
    }

    fn report_unsafe(&mut self, what: &str, url: &str, range: Range<usize>) {
        let message = format!("the {what} leads to `{}`", start_of(url));
        self.report(Code::UnsafeLink, message, SAFE_SCHEMES, range);
    }

    fn report_external(&mut self, url: &str, range: Range<usize>) {
        let message = format!("the picture `{}` is on another site", start_of(url));
        let hint = "put the file beside this one and write its name; a link is shown instead";
        self.report(Code::ExternalImage, message, hint, range);
    }
}

/// Shortens an address for a message: a `data:` URL may be a whole picture.
fn start_of(url: &str) -> String {
    const ENOUGH: usize = 60;
    let mut start: String = url
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(ENOUGH)
        .collect();
    if url.chars().nth(ENOUGH).is_some() {
        start.push('…');
    }
    start
}
