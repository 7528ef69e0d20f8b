//! What an editor would want to know: gaps, near duplicates, traces of TeX.
//!
//! None of it is wrong, so a build says nothing of it and `digest check` warns. What a site mostly
//! does is its manner: only the exceptions are told, and each kind can be switched off.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::CheckConfig;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::front_matter;
use crate::site::{Entry, Site, TagEntry};
use crate::source::{Place, Source};

mod leftover;
mod similar;

/// Reviews a site; `read` returns a file's text again, to show where something stands in its body.
pub fn review(site: &Site, read: impl Fn(&str) -> Option<Source>, problems: &mut Problems) {
    // What stands behind a stray dollar sign was told with it.
    let told: BTreeSet<Arc<str>> = problems
        .iter()
        .filter(|problem| matches!(problem.code, Code::StrayDollar | Code::BadFormula))
        .filter_map(|problem| Some(problem.place.as_ref()?.file.clone()))
        .collect();
    let checks: [(Code, &dyn Fn() -> Vec<Diagnostic>); 6] = [
        (Code::Untagged, &|| untagged(site)),
        (Code::Unlinked, &|| unlinked(site)),
        (Code::TagUsedOnce, &|| tags_used_once(site)),
        (Code::SimilarTags, &|| similar_tags(site)),
        (Code::SimilarTitles, &|| similar_titles(site)),
        (Code::LeftoverTex, &|| leftover_tex(site, &told, &read)),
    ];
    let wanted = |code: &Code| wants(&site.config.check, *code);
    for (_, check) in checks.iter().filter(|(code, _)| wanted(code)) {
        check().into_iter().for_each(|found| problems.push(found));
    }
}

fn wants(config: &CheckConfig, code: Code) -> bool {
    !config.off.contains(&code)
}

fn untagged(site: &Site) -> Vec<Diagnostic> {
    let found = site.papers.iter().filter(|entry| entry.tags.is_empty());
    let found: Vec<&Entry> = found.collect();
    let told = |entry: &&Entry| {
        Diagnostic::new(Code::Untagged, "the paper has no tags")
            .at(front_matter::place_of(entry.front(), "title", None))
            .hint(format!(
                "add a line such as `tags: [vision]`; `digest tags suggest {}` says which fit",
                entry.front().name
            ))
    };
    exceptions(site.papers.len(), &found)
        .iter()
        .map(told)
        .collect()
}

fn unlinked(site: &Site) -> Vec<Diagnostic> {
    let leads_nowhere = |entry: &&Entry| {
        let paper = &entry.text().paper;
        paper.arxiv.is_none() && paper.doi.is_none() && paper.links.is_empty()
    };
    let found: Vec<&Entry> = site.papers.iter().filter(leads_nowhere).collect();
    let told = |entry: &&Entry| {
        Diagnostic::new(Code::Unlinked, "the paper leads nowhere")
            .at(front_matter::place_of(entry.front(), "title", None))
            .hint("add `arxiv`, `doi` or `links`")
    };
    exceptions(site.papers.len(), &found)
        .iter()
        .map(told)
        .collect()
}

fn tags_used_once(site: &Site) -> Vec<Diagnostic> {
    let found = site.tags.iter().filter(|tag| tag.papers.len() == 1);
    let found: Vec<&TagEntry> = found.collect();
    let told = |tag: &&TagEntry| {
        let message = format!("only this paper has the tag `{}`", tag.slug);
        let hint = format!(
            "merge it into a wider tag: digest tags merge {} WIDER",
            tag.slug
        );
        Diagnostic::new(Code::TagUsedOnce, message)
            .at(place_of_tag(site, tag))
            .hint(hint)
    };
    exceptions(site.tags.len(), &found)
        .iter()
        .map(told)
        .collect()
}

fn similar_tags(site: &Site) -> Vec<Diagnostic> {
    let names: Vec<&str> = site.tags.iter().map(|tag| tag.name.as_str()).collect();
    let told = |(first, second): (usize, usize)| {
        let (first, second) = (&site.tags[first], &site.tags[second]);
        // The tag that more papers have is more likely the one that is meant.
        let (rare, usual) = if first.papers.len() < second.papers.len() {
            (first, second)
        } else {
            (second, first)
        };
        let message = format!("the tags `{}` and `{}` look alike", rare.slug, usual.slug);
        let hint = format!(
            "if they mean the same: digest tags merge {} {}",
            rare.slug, usual.slug
        );
        Diagnostic::new(Code::SimilarTags, message)
            .at(place_of_tag(site, rare))
            .hint(hint)
    };
    similar::names(&names).into_iter().map(told).collect()
}

fn similar_titles(site: &Site) -> Vec<Diagnostic> {
    let titles: Vec<&str> = site
        .papers
        .iter()
        .map(|entry| entry.text().paper.title.as_str())
        .collect();
    let told = |(first, second): (usize, usize)| {
        let (first, second) = (&site.papers[first], &site.papers[second]);
        if tell_apart(first, second) {
            return None;
        }
        let (older, newer) = if first.source() < second.source() {
            (first, second)
        } else {
            (second, first)
        };
        let message = format!(
            "another paper is called “{}”",
            older.text().paper.title.trim()
        );
        let hint = format!(
            "it is {}; if the two are one paper, delete a file",
            older.source()
        );
        let problem = Diagnostic::new(Code::SimilarTitles, message)
            .at(front_matter::place_of(newer.front(), "title", None))
            .hint(hint);
        Some(problem)
    };
    similar::titles(&titles)
        .into_iter()
        .filter_map(told)
        .collect()
}

fn leftover_tex(
    site: &Site,
    told: &BTreeSet<Arc<str>>,
    read: &impl Fn(&str) -> Option<Source>,
) -> Vec<Diagnostic> {
    let untold = site
        .papers
        .iter()
        .filter(|entry| !told.contains(entry.source()));
    let found = |entry: &Entry| {
        let text = entry.text();
        let found =
            leftover::find(&text.title_html).or_else(|| leftover::find(&entry.body.text))?;
        let place = read(entry.source())
            .and_then(|source| {
                let at = source.text.find(&found)?;
                Some(source.place(at..at + found.len()))
            })
            .unwrap_or_else(|| Place::file(entry.source().clone()));
        let message = format!("readers see the TeX `{found}`");
        let problem = Diagnostic::new(Code::LeftoverTex, message)
            .at(place)
            .hint("write it as Markdown, or between dollar signs if it is a formula");
        Some(problem)
    };
    untold.filter_map(found).collect()
}

/// Two identifiers that differ say that two papers are two.
fn tell_apart(a: &Entry, b: &Entry) -> bool {
    let (a, b) = (&a.text().paper, &b.text().paper);
    let arxiv = a.arxiv.as_ref().zip(b.arxiv.as_ref());
    let doi = a.doi.as_ref().zip(b.doi.as_ref());
    arxiv.is_some_and(|(a, b)| a.id() != b.id()) || doi.is_some_and(|(a, b)| a.key() != b.key())
}

/// What most of a site does not do is no exception, so it is not told.
fn exceptions<T>(all: usize, found: &[T]) -> &[T] {
    if found.len() * 2 <= all { found } else { &[] }
}

/// Where the first paper with a tag writes it.
fn place_of_tag(site: &Site, tag: &TagEntry) -> Place {
    let entry = &site.papers[tag.papers[0]];
    let written = entry
        .text()
        .paper
        .tags
        .iter()
        .find(|written| **written == tag.slug.as_str() || **written == tag.name);
    let word = written.map(|written| (written.as_str(), 0));
    front_matter::place_of(entry.front(), "tags", word)
}
