//! Links to other hosts: where they stand, when each may be followed, and what the answers mean.
//!
//! Time and answers come in as values, so a whole conversation can be played in a test; who asks,
//! and how, is for `network`. A build knows nothing of this: other hosts have no say in a site.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::address::{self, Scheme};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::front_matter;
use crate::layout;
use crate::markdown::{self, Frame};
use crate::parallel;
use crate::site::{Entry, Site};
use crate::source::{Place, Source};
use crate::tags::Vocabulary;

mod schedule;
mod target;

pub use schedule::{Heard, Manners, Method, Next, Request, Schedule, Verdict};
pub use target::{Target, Unfit, is_public};

/// This is a link to another host, where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The address as it is written.
    pub url: String,
    /// Where.
    pub place: Place,
}

/// Collects the links to other hosts of all that is published: of texts, notes, front matter, the
/// vocabulary and the settings. `read` returns a file's text again, for a site keeps no bodies.
///
/// Addresses that follow from identifiers are left out: `enrich` is who asks about those.
pub fn collect(site: &Site, read: impl Fn(&str) -> Option<Source> + Sync) -> Vec<Mention> {
    let papers = parallel::map(&site.papers, |entry| of_paper(entry, &read));
    let mut mentions: Vec<Mention> = papers.into_iter().flatten().collect();
    let words = site.issues.iter().filter_map(|issue| issue.source.as_ref());
    let pages = site.pages.iter().map(|page| page.source());
    for name in words.chain(pages) {
        mentions.extend(read(name).into_iter().flat_map(|source| of_text(&source)));
    }
    mentions.extend(read(layout::VOCABULARY).into_iter().flat_map(of_vocabulary));
    if let (Some(url), Some(source)) = (&site.config.repository, read(layout::SETTINGS)) {
        let at = source.text.find(url.as_str());
        let place = at.map_or(source.whole(), |at| source.place(at..at + url.len()));
        mentions.push(Mention {
            url: url.clone(),
            place,
        });
    }
    let skipped = |url: &str| {
        let mut skip = site.config.check.skip_links.iter();
        skip.any(|start| url.starts_with(start.as_str()))
    };
    mentions.retain(|mention| !skipped(&mention.url));
    mentions
}

/// Parts mentions into those that can be asked for, by address, and those of which it is clear
/// without asking that no reader gets there.
pub fn targets(mentions: &[Mention]) -> (BTreeSet<Target>, Problems) {
    let mut targets = BTreeSet::new();
    let mut problems = Problems::new();
    for mention in mentions {
        match Target::parse(&mention.url) {
            Ok(target) => {
                targets.insert(target);
            }
            Err(Unfit::Private) => problems.push(problem(
                mention,
                Code::DeadLink,
                &format!(
                    "the link `{}` leads to a machine that no reader can reach",
                    shown(&mention.url)
                ),
                "write the public address, or delete the link",
            )),
            Err(Unfit::Unreadable(why)) => {
                problems.push(unclear(mention, why));
            }
        }
    }
    (targets, problems)
}

/// Says which mentions lead nowhere, somewhere else, or nobody knows where.
pub fn review(mentions: &[Mention], verdicts: &BTreeMap<String, Verdict>) -> Problems {
    let mut problems = Problems::new();
    for mention in mentions {
        let Ok(target) = Target::parse(&mention.url) else {
            continue;
        };
        let url = shown(&mention.url);
        match verdicts.get(target.url()) {
            None | Some(Verdict::Found) => {}
            Some(Verdict::Moved(to)) => problems.push(problem(
                mention,
                Code::MovedLink,
                &format!("the link `{url}` has moved for good"),
                &format!("write `{}`", with_fragment(to, &mention.url)),
            )),
            Some(Verdict::Dead(why)) => problems.push(problem(
                mention,
                Code::DeadLink,
                &format!("the link `{url}` is dead: {why}"),
                "correct it, or delete it; web.archive.org may have a copy",
            )),
            Some(Verdict::Unclear(why)) => problems.push(unclear(mention, why)),
        }
    }
    problems
}

fn of_paper(entry: &Entry, read: &impl Fn(&str) -> Option<Source>) -> Vec<Mention> {
    let text = entry.text();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut mentions = Vec::new();
    for link in &text.paper.links {
        if address::scheme(&link.url) == Scheme::Web {
            let nth = seen.entry(&link.url).or_default();
            let word = Some((link.url.as_str(), *nth));
            *nth += 1;
            mentions.push(Mention {
                url: link.url.clone(),
                place: front_matter::place_of(entry.front(), "links", word),
            });
        }
    }
    let leads_out = |html: &str| html.contains("href=\"http") || html.contains("href=\"//");
    let note = text.note.as_ref();
    if leads_out(&text.body.text) || note.is_some_and(|note| leads_out(&note.text)) {
        mentions.extend(read(entry.source()).into_iter().flat_map(|source| {
            let mut found = of_note(&source, text.paper.note.as_deref());
            found.extend(of_body(&source, entry.front().text.len()));
            found
        }));
    }
    mentions
}

fn of_note(source: &Source, note: Option<&str>) -> Vec<Mention> {
    let Some(note) = note else { return Vec::new() };
    let at = front_matter::find_entry(source, "note").map_or(0..0, |(_, value)| value);
    let rendered = markdown::inline(source, note, at, &mut Problems::new());
    mentions(source, rendered.outbound)
}

fn of_text(source: &Source) -> Vec<Mention> {
    let (_, body) = front_matter::parse_text(source, &mut Problems::new());
    of_body(source, body.start)
}

fn of_body(source: &Source, start: usize) -> Vec<Mention> {
    // A file that was changed meanwhile may be shorter.
    let start = start.min(source.text.len());
    if !source.text.is_char_boundary(start) {
        return Vec::new();
    }
    let body = start..source.text.len();
    let rendered = markdown::render(source, body, Frame::WHOLE_PAGE, &mut Problems::new());
    mentions(source, rendered.outbound)
}

fn of_vocabulary(source: Source) -> Vec<Mention> {
    let vocabulary = Vocabulary::parse(&source, &mut Problems::new());
    let of_tag = |tag: &crate::tags::Tag| {
        let text = Source::new(layout::VOCABULARY, tag.description.as_str());
        let whole = 0..tag.description.len();
        let rendered = markdown::inline(&text, &tag.description, whole, &mut Problems::new());
        let place = tag.place.clone().unwrap_or_else(|| source.whole());
        let mention = move |link: markdown::Outbound| Mention {
            url: link.url,
            place: place.clone(),
        };
        rendered.outbound.into_iter().map(mention)
    };
    vocabulary.iter().flat_map(of_tag).collect()
}

fn mentions(source: &Source, links: Vec<markdown::Outbound>) -> Vec<Mention> {
    let mention = |link: markdown::Outbound| Mention {
        place: source.place(address_in(source, &link)),
        url: link.url,
    };
    links.into_iter().map(mention).collect()
}

/// The bytes of the address in its link; the whole link where it is written in other letters, or
/// elsewhere (`[text][label]`).
fn address_in(source: &Source, link: &markdown::Outbound) -> Range<usize> {
    let written = source.text.get(link.range.clone()).unwrap_or_default();
    // `[https://a](https://a)`: it is the last one that leads there.
    let bare = link.url.trim_start_matches("https://");
    let found = written.rfind(&link.url).map(|at| (at, link.url.len()));
    match found.or_else(|| written.rfind(bare).map(|at| (at, bare.len()))) {
        Some((at, length)) => link.range.start + at..link.range.start + at + length,
        None => link.range.clone(),
    }
}

fn unclear(mention: &Mention, why: &str) -> Diagnostic {
    problem(
        mention,
        Code::UnclearLink,
        &format!("the link `{}` may be dead: {why}", shown(&mention.url)),
        "open it in a browser; `skip_links` below `[check]` in site.toml leaves it out",
    )
}

fn problem(mention: &Mention, code: Code, message: &str, hint: &str) -> Diagnostic {
    Diagnostic::new(code, message)
        .at(mention.place.clone())
        .hint(hint)
}

/// An address that has moved still means the same part of its page.
fn with_fragment(to: &str, written: &str) -> String {
    match written.split_once('#') {
        Some((_, fragment)) if !to.contains('#') => format!("{}#{fragment}", shown(to)),
        _ => shown(to),
    }
}

/// An address for a message: without what a terminal would obey, and not longer than a line or two.
fn shown(url: &str) -> String {
    const ENOUGH: usize = 120;
    let visible = url.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = visible.take(ENOUGH).collect();
    if url.chars().nth(ENOUGH).is_some() {
        shown.push('…');
    }
    shown
}
