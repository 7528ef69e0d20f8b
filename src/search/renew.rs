//! The index of a site of which a few papers are others than before.
//!
//! What is written of a word follows from the papers that have it and from how many there are in all. So where
//! that number is as it was, only words are looked at of which an old and a new piece say different things, and
//! what other pieces say of them is read from the files that were made of all. A word file without such a word is as
//! it was if it begins where it began; those that are not are made of their words, up to where a file begins that is
//! as it was.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::ops::{Bound, Range};

use crate::parallel;
use crate::site::Site;

use super::invert::{self, Word};
use super::kept::Kept;
use super::pieces::{self, Outline, Packed, PackedWord};
use super::{Cutter, Tables, Told, WordFile, bits, file, is_frequent, pairs, unpack};

/// Makes the tables of these pieces out of those of others; the same as would be made of all words. `None`
/// where there are no others, hardly anything is as it was, or what is needed was not kept.
pub fn renew(site: &Site, kept: &Kept, outlines: &[Outline]) -> Option<Tables> {
    let (tables, papers) = (&kept.tables, site.papers.len());
    if kept.papers != papers || kept.pieces.len() != outlines.len() || tables.words.is_empty() {
        return None;
    }
    let others = kept.pieces.iter().zip(outlines);
    let others: Vec<_> = others
        .filter(|(before, after)| **before != after.fingerprint())
        .collect();
    if others.len() * 2 > outlines.len().max(2) {
        return None;
    }
    let changed = parallel::map(&others, |(before, outline)| {
        let before = kept.take(**before)?;
        let after = invert::renew(site, outline, Packed::of(&before)?, kept)?;
        Some((before, after))
    });
    let changed: Option<Vec<(Vec<u8>, Vec<u8>)>> = changed.into_iter().collect();
    let changed = changed?;
    let changed = changed.iter();
    let changed = changed.map(|(before, after)| Some((Packed::of(before)?, Packed::of(after)?)));
    let changed: Option<Vec<(Packed, Packed)>> = changed.collect();
    let changed = changed?;
    if changed.is_empty() {
        return Some(tables.clone());
    }
    let written = tables.pairs.as_ref()?;
    let (words, pairs) = parallel::join(
        || renew_words(tables, &changed, papers),
        || pairs::rewrite(&written.bytes, &changed, papers).map(file),
    );
    Some(Tables {
        pairs: Some(pairs?),
        ..words?
    })
}

/// A word file that is as it was, by its number, or the words of another.
enum Part<'a> {
    Old(usize),
    New(Vec<Word<'a>>),
}

/// What a piece said of a word, and what it says.
struct Change<'a> {
    papers: Range<u32>,
    before: Option<PackedWord<'a>>,
    after: Option<PackedWord<'a>>,
}

/// The words of which pieces say other things than they said.
type Changes<'a> = BTreeMap<&'a str, Vec<Change<'a>>>;

/// Makes the tables of words.
fn renew_words(tables: &Tables, changed: &[(Packed, Packed)], papers: usize) -> Option<Tables> {
    let mut changes = Changes::new();
    for (before, after) in changed {
        note_differences(*before, *after, &mut changes);
    }
    let frequent = tables.frequent.iter();
    let mut frequent: BTreeMap<&str, u32> = frequent
        .map(|(word, count)| (word.as_str(), *count))
        .collect();
    let files = &tables.words;
    let mut parts: Vec<Part> = Vec::new();
    let (mut pending, mut cutter) = (Vec::new(), Cutter::new(papers));
    for number in 0..files.len() {
        let begins = pending.is_empty() || cutter.ends_before(&files[number].first);
        if begins && !is_touched(files, number, &changes) {
            parts.extend(take_part(&mut pending));
            parts.push(Part::Old(number));
            cutter = Cutter::new(papers);
            continue;
        }
        let mut words = unpack(&files[number].file.bytes, bits::length(papers))?;
        let here = match files.get(number + 1) {
            Some(behind) => (start(files, number), Excluded(behind.first.as_str())),
            None => (start(files, number), Unbounded),
        };
        for (text, changes) in changes.range::<str, _>(here) {
            renew_word(text, changes, &mut words, &mut frequent, papers)?;
        }
        for word in words {
            if cutter.ends_before(&word.text) {
                parts.extend(take_part(&mut pending));
                cutter = Cutter::new(papers);
            }
            cutter.add(&word);
            pending.push(word);
        }
    }
    parts.extend(take_part(&mut pending));
    let words = parallel::map(&parts, |part| match part {
        Part::Old(number) => files[*number].clone(),
        Part::New(words) => WordFile::of(words, papers),
    });
    let frequent = frequent.into_iter();
    let frequent = frequent.map(|(word, count)| (word.to_owned(), count));
    Some(Tables {
        words,
        frequent: frequent.collect(),
        pairs: None,
    })
}

fn take_part<'a>(pending: &mut Vec<Word<'a>>) -> Option<Part<'a>> {
    (!pending.is_empty()).then(|| Part::New(std::mem::take(pending)))
}

/// Renews a word among those of its file; `None` if the file had not all papers that it should have now.
fn renew_word<'a>(
    text: &'a str,
    changes: &[Change<'a>],
    words: &mut Vec<Word<'a>>,
    frequent: &mut BTreeMap<&'a str, u32>,
    papers: usize,
) -> Option<()> {
    let place = words.binary_search_by(|word| word.text.as_ref().cmp(text));
    let place = place.unwrap_or_else(|place| {
        let (text, postings) = (text.into(), Vec::new());
        words.insert(place, Word { text, postings });
        place
    });
    let postings = &mut words[place].postings;
    let known = frequent.remove(text);
    let before = known.map_or(postings.len(), |count| count as usize);
    let count = |word: &Option<PackedWord>| word.map_or(0, PackedWord::count);
    let after: usize = changes.iter().map(|change| count(&change.after)).sum();
    let gone: usize = changes.iter().map(|change| count(&change.before)).sum();
    let after = (before + after).checked_sub(gone)?;
    let told = Told::of(text, after, papers);
    (told >= Told::of(text, before, papers)).then_some(())?;
    for change in changes {
        let place = |paper: u32| postings.partition_point(|posting| posting.paper() < paper);
        let here = place(change.papers.start)..place(change.papers.end);
        let fresh = change.after.into_iter().flat_map(PackedWord::postings);
        postings.splice(here, fresh);
    }
    told.prune(postings);
    if is_frequent(text, after, papers) {
        frequent.insert(text, after as u32);
    }
    if after == 0 {
        words.remove(place);
    }
    Some(())
}

/// Notes the words that one of two pieces has and the other has not, or in other papers.
fn note_differences<'a>(one: Packed<'a>, other: Packed<'a>, changes: &mut Changes<'a>) {
    for (text, [before, after]) in pieces::side_by_side(one, other) {
        if before != after {
            changes.entry(text).or_default().push(Change {
                papers: other.papers(),
                before,
                after,
            });
        }
    }
}

/// Tells whether a word is another one in a file, or the one behind the file, which decides that it ends.
fn is_touched(files: &[WordFile], number: usize, changes: &Changes) -> bool {
    let behind = files.get(number + 1);
    let last = behind.map_or(Unbounded, |file| Included(file.first.as_str()));
    let here = (start(files, number), last);
    changes.range::<str, _>(here).next().is_some()
}

/// Words before the first of all files belong to the first file.
fn start(files: &[WordFile], number: usize) -> Bound<&str> {
    match number {
        0 => Unbounded,
        _ => Included(files[number].first.as_str()),
    }
}
