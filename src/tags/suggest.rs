//! From phrases found in a paper to tags.
//!
//! A tag is a topic when the title names it or the abstract comes back to it; a single mention is an
//! aside. Knows nothing of the tags that people have set.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Tag;
use super::pattern::Pattern;
use super::words::{self, Words};
use crate::slug::Slug;

/// This is a tag that a paper calls for, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The tag.
    pub slug: Slug,
    /// What was found, as it is written, in the order of the text and each once.
    pub words: Vec<String>,
    /// Where all of it was found.
    pub found: Vec<Found>,
    /// How sure it is: a mention counts 1 (five at most), the title 5.
    pub weight: f32,
}

/// This is where a tag's words stand, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// In the title.
    Title(Range<usize>),
    /// In the text.
    Text(Range<usize>),
}

/// This is what finds the patterns of all tags in one pass.
#[derive(Debug, Default)]
pub struct Matcher {
    automaton: Option<AhoCorasick>,
    patterns: Vec<(usize, Pattern)>,
    tags: Vec<(Slug, usize)>,
}

/// A paper with more tags than this says nothing with them.
const MOST: usize = 6;
/// A paper with fewer is hard to find: then single mentions count.
const FEWEST: usize = 2;
const TITLE_WEIGHT: f32 = 5.0;
/// Beyond this a paper repeats itself.
const COUNTED_MENTIONS: usize = 5;

/// What is found of one tag.
#[derive(Default)]
struct Hits {
    hits: Vec<Range<usize>>,
    hidden: Vec<Range<usize>>,
}

impl Matcher {
    /// Prepares the phrases of all tags: names, slugs and aliases.
    pub fn new<'a>(tags: impl Iterator<Item = &'a Tag>) -> Matcher {
        let mut matcher = Matcher::default();
        for tag in tags {
            let number = matcher.tags.len();
            matcher.tags.push((tag.slug.clone(), tag.mentions));
            let name = [tag.name.as_str(), tag.slug.as_str()];
            for phrase in name
                .into_iter()
                .chain(tag.aliases.iter().map(String::as_str))
            {
                if let Ok(pattern) = Pattern::parse(phrase) {
                    matcher.patterns.push((number, pattern));
                }
            }
        }
        let heads = matcher
            .patterns
            .iter()
            .map(|(_, pattern)| pattern.parts[0].as_bytes());
        matcher.automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(heads)
            .ok();
        matcher
    }

    /// Returns the tags that a title and a text call for besides those that the paper has, the surest
    /// first.
    pub fn suggest(&self, title: &str, text: &str, has: &[Slug]) -> Vec<Suggestion> {
        let in_title = self.find(title);
        let in_text = self.find(text);
        let mut sure = Vec::new();
        let mut weak = Vec::new();
        for (number, (slug, wanted)) in self.tags.iter().enumerate() {
            let titles = in_title.get(&number).map_or(&[][..], Vec::as_slice);
            let texts = in_text.get(&number).map_or(&[][..], Vec::as_slice);
            if titles.is_empty() && texts.is_empty() || has.contains(slug) {
                continue;
            }
            let suggestion = Suggestion {
                slug: slug.clone(),
                words: distinct(
                    titles
                        .iter()
                        .map(|at| &title[at.clone()])
                        .chain(texts.iter().map(|at| &text[at.clone()])),
                ),
                found: titles
                    .iter()
                    .map(|at| Found::Title(at.clone()))
                    .chain(texts.iter().map(|at| Found::Text(at.clone())))
                    .collect(),
                weight: f32::from(!titles.is_empty()) * TITLE_WEIGHT
                    + texts.len().min(COUNTED_MENTIONS) as f32,
            };
            match !titles.is_empty() || texts.len() >= *wanted {
                true => sure.push(suggestion),
                // What must be mentioned often is too common to count as an aside.
                false if *wanted <= super::DEFAULT_MENTIONS => {
                    weak.push((texts[0].start, suggestion));
                }
                false => {}
            }
        }
        sure.sort_by(|a, b| {
            b.weight
                .total_cmp(&a.weight)
                .then_with(|| a.slug.cmp(&b.slug))
        });
        sure.truncate(MOST.saturating_sub(has.len()));
        weak.sort_by_key(|(at, _)| *at);
        let missing = FEWEST.saturating_sub(has.len() + sure.len());
        sure.extend(
            weak.into_iter()
                .take(missing)
                .map(|(_, suggestion)| suggestion),
        );
        sure
    }

    /// Returns the tags whose phrases stand in a text, and where.
    pub fn hits(&self, text: &str) -> impl Iterator<Item = (&Slug, Range<usize>)> {
        let found = self.find(text).into_iter();
        found.flat_map(|(number, hits)| {
            let slug = &self.tags[number].0;
            hits.into_iter().map(move |hit| (slug, hit))
        })
    }

    /// Finds where each tag's phrases stand in a text; of hits that overlap the first counts.
    fn find(&self, text: &str) -> BTreeMap<usize, Vec<Range<usize>>> {
        let words = words::split(text);
        let mut found: BTreeMap<usize, Hits> = BTreeMap::new();
        for hit in self
            .automaton
            .iter()
            .flat_map(|a| a.find_overlapping_iter(&words.folded))
        {
            let (tag, pattern) = &self.patterns[hit.pattern().as_usize()];
            if let Some(range) = place(pattern, &words, text, hit.start()) {
                let found = found.entry(*tag).or_default();
                match pattern.hides {
                    true => found.hidden.push(range),
                    false => found.hits.push(range),
                }
            }
        }
        found
            .into_iter()
            .map(|(tag, found)| (tag, found.settle(text)))
            .filter(|(_, hits)| !hits.is_empty())
            .collect()
    }
}

impl Hits {
    /// Drops what is hidden, what overlaps, and an abbreviation in brackets behind its own phrase.
    fn settle(mut self, text: &str) -> Vec<Range<usize>> {
        let hidden = self.hidden;
        let covers = |wide: &Range<usize>, hit: &Range<usize>| {
            wide.start <= hit.start && hit.end <= wide.end
        };
        self.hits
            .retain(|hit| !hidden.iter().any(|range| covers(range, hit)));
        self.hits
            .sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
        let mut end = 0;
        self.hits.retain(|hit| {
            let fresh = hit.start >= end && (end == 0 || text[end..hit.start].trim() != "(");
            end = end.max(hit.end);
            fresh
        });
        self.hits
    }
}

fn place(pattern: &Pattern, words: &Words, text: &str, at: usize) -> Option<Range<usize>> {
    let end = pattern.matches_at(&words.folded, at)?;
    let range = words.written(at, end);
    pattern.accepts(&text[range.clone()]).then_some(range)
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        if !kept
            .iter()
            .any(|other| words::fold(other) == words::fold(text))
        {
            kept.push(text.to_owned());
        }
    }
    kept
}
