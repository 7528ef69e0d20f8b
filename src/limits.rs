//! What a site weighs, against what its host takes.
//!
//! Knows pages and their sizes; what the host takes is a setting. Writes nothing.

use std::collections::BTreeMap;

use crate::config::LimitsConfig;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::page::{Kind, Page};

/// From which part of a limit on a site is near to it, in hundredths: time enough to do something.
const NEAR: usize = 80;

/// How many parts of the site a message names.
const SHOWN: usize = 3;

/// Reports a site that comes near to what its host takes; `sizes` are the bytes of each page.
pub fn review(limits: &LimitsConfig, plan: &[Page], sizes: &[u64], problems: &mut Problems) {
    let mut parts: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for (page, bytes) in plan.iter().zip(sizes) {
        let part = parts.entry(part_of(&page.kind)).or_default();
        part.0 += 1;
        part.1 += bytes;
    }
    let bytes: u64 = sizes.iter().sum();
    if is_near(plan.len(), limits.files) {
        let counts = parts
            .iter()
            .map(|(part, (files, _))| (*part, *files as u64));
        problems.push(problem(
            format!(
                "the site has {} files, and its host takes {}",
                plan.len(),
                limits.files
            ),
            &largest(counts, |files| files.to_string()),
        ));
    }
    let megabytes = usize::try_from(bytes / 1_000_000).unwrap_or(usize::MAX);
    if is_near(megabytes, limits.megabytes) {
        let weights = parts.iter().map(|(part, (_, bytes))| (*part, *bytes));
        problems.push(problem(
            format!(
                "the site has {megabytes} MB, and its host takes {} MB",
                limits.megabytes
            ),
            &largest(weights, |bytes| format!("{} MB", bytes / 1_000_000)),
        ));
    }
}

fn is_near(number: usize, limit: usize) -> bool {
    limit > 0 && number >= limit.saturating_mul(NEAR).div_ceil(100)
}

fn problem(message: String, largest: &str) -> Diagnostic {
    Diagnostic::new(Code::NearLimit, message).hint(format!(
        "most of it: {largest}; `digest explain near-limit` says what can be left out"
    ))
}

fn largest<'a>(
    parts: impl Iterator<Item = (&'a str, u64)>,
    show: impl Fn(u64) -> String,
) -> String {
    let mut parts: Vec<(&str, u64)> = parts.collect();
    parts.sort_by_key(|&(_, number)| std::cmp::Reverse(number));
    let named = parts.iter().take(SHOWN);
    let named = named.map(|&(part, number)| format!("{part} ({})", show(number)));
    named.collect::<Vec<_>>().join(", ")
}

/// The part of the site that a page is in, as a message names it.
fn part_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Paper(_) => "papers",
        Kind::Home
        | Kind::Issue(_)
        | Kind::Week(_)
        | Kind::Month(_)
        | Kind::Year(_)
        | Kind::Archive => "issues, weeks, months and years",
        Kind::Tags | Kind::Tag(..) => "tags",
        Kind::Feed | Kind::TagFeed(_) | Kind::JsonFeed | Kind::FeedList => "feeds",
        Kind::Bibtex(_) | Kind::Csl(_) | Kind::Records(_) | Kind::Schema => "BibTeX and JSON",
        Kind::Search | Kind::SearchHead(_) | Kind::SearchFile(_) => "search",
        Kind::Card | Kind::IssueCard(_) | Kind::PaperCard(_) => "pictures for links",
        Kind::MovedPaper(_) | Kind::MovedText(_) => "old addresses",
        Kind::Asset(_) => "pictures and files beside papers",
        Kind::Static(_) => "files of static/",
        _ => "the rest",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(limits: &LimitsConfig, sizes: &[(Kind, u64)]) -> Vec<String> {
        let plan: Vec<Page> = sizes
            .iter()
            .map(|(kind, _)| Page {
                path: String::new(),
                kind: kind.clone(),
            })
            .collect();
        let sizes: Vec<u64> = sizes.iter().map(|(_, bytes)| *bytes).collect();
        let mut problems = Problems::new();
        review(limits, &plan, &sizes, &mut problems);
        problems
            .iter()
            .map(|problem| {
                format!(
                    "{} ({})",
                    problem.message,
                    problem.hint.as_deref().unwrap_or_default()
                )
            })
            .collect()
    }

    #[test]
    fn a_site_near_a_limit_is_told_what_takes_the_space() {
        let sizes = [
            (Kind::Asset(0), 700_000_000),
            (Kind::Paper(0), 90_000_000),
            (Kind::Paper(1), 15_000_000),
            (Kind::Feed, 1_000_000),
        ];
        let limits = LimitsConfig {
            megabytes: 1000,
            files: 5,
        };
        let hint = "`digest explain near-limit` says what can be left out";
        assert_eq!(
            told(&limits, &sizes),
            [
                format!(
                    "the site has 4 files, and its host takes 5 (most of it: papers (2), feeds (1), pictures and files beside papers (1); {hint})"
                ),
                format!(
                    "the site has 806 MB, and its host takes 1000 MB (most of it: pictures and files beside papers (700 MB), papers (105 MB), feeds (1 MB); {hint})"
                ),
            ]
        );
        assert!(
            told(
                &LimitsConfig {
                    megabytes: 1010,
                    files: 6
                },
                &sizes
            )
            .is_empty()
        );
        assert!(
            told(
                &LimitsConfig {
                    megabytes: 0,
                    files: 0
                },
                &sizes
            )
            .is_empty()
        );
    }
}
