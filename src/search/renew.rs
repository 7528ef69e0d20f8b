//! The index of a site of which a few papers are others than before.
//!
//! What is written of a word follows from the papers that have it and from how many there are in all. So where
//! that number is as it was, only words are looked at of which an old and a new piece say different things. A
//! word file without such a word is as it was if it begins where it began; those that are not are made of their
//! words in all pieces, up to where a file begins that is as it was.

use std::collections::BTreeSet;
use std::ops::Bound::{Included, Unbounded};

use crate::parallel;

use super::invert::{self, Word};
use super::kept::Kept;
use super::pieces::{self, Packed, Pieces, Words};
use super::{Cutter, Tables, WordFile, file, pairs, prune_word};

/// Makes the tables of these pieces out of those of others; the same as would be made of all words. `None`
/// where there are no others, or hardly anything is as it was.
pub fn renew(kept: &Kept, pieces: &Pieces, papers: usize) -> Option<Tables> {
    let Kept { tables, .. } = kept;
    if kept.papers != papers || kept.pieces.len() != pieces.len() || tables.words.is_empty() {
        return None;
    }
    let all = pieces::open(pieces)?;
    let mut changed: Vec<(Packed, Packed)> = Vec::new();
    for ((before, after), packed) in kept.pieces.iter().zip(pieces).zip(&all) {
        if before.0 != after.0 {
            let before = Packed::of(&before.1).filter(|packed| packed.is_sound())?;
            changed.push((before, *packed));
        }
    }
    if changed.len() * 2 > pieces.len().max(2) {
        return None;
    }
    let (words, pairs) = parallel::join(
        || renew_words(tables, &changed, &all, papers),
        || match &tables.pairs {
            Some(written) if !changed.is_empty() => {
                pairs::rewrite(&written.bytes, &changed, &all, papers).map(file)
            }
            written => written.clone(),
        },
    );
    let (words, common) = words;
    let pairs = Some(pairs?);
    Some(Tables {
        words,
        common,
        pairs,
    })
}

/// A word file that is as it was, by its number, or the words of another.
enum Part<'a> {
    Old(usize),
    New(Vec<Word<'a>>),
}

/// Makes the word files and the list of common words.
fn renew_words(
    tables: &Tables,
    changed: &[(Packed, Packed)],
    all: &[Packed],
    papers: usize,
) -> (Vec<WordFile>, Vec<String>) {
    let mut touched: BTreeSet<&str> = BTreeSet::new();
    for (before, after) in changed {
        note_differences(*before, *after, &mut touched);
    }
    let files = &tables.words;
    let starts: Vec<Vec<Words>> = match touched.is_empty() {
        true => Vec::new(),
        false => parallel::map(all, |piece| starts(*piece, files)),
    };
    let common = tables.common.iter().map(String::as_str);
    let mut common: BTreeSet<String> = (common
        .filter(|word| !touched.contains(word))
        .map(str::to_owned))
    .collect();

    let mut parts: Vec<Part> = Vec::new();
    let (mut pending, mut cutter) = (Vec::new(), Cutter::new(papers));
    for number in 0..files.len() {
        let begins = pending.is_empty() || cutter.ends_before(&files[number].first);
        if begins && !is_touched(files, number, &touched) {
            parts.extend(take_part(&mut pending));
            parts.push(Part::Old(number));
            cutter = Cutter::new(papers);
            continue;
        }
        for mut word in words_of(&starts, number) {
            if prune_word(&mut word, papers) && touched.contains(word.text) {
                common.insert(word.text.to_owned());
            }
            if cutter.ends_before(word.text) {
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
    (words, common.into_iter().collect())
}

fn take_part<'a>(pending: &mut Vec<Word<'a>>) -> Option<Part<'a>> {
    (!pending.is_empty()).then(|| Part::New(std::mem::take(pending)))
}

/// Notes the words that one of two pieces has and the other has not, or in other papers.
fn note_differences<'a>(one: Packed<'a>, other: Packed<'a>, touched: &mut BTreeSet<&'a str>) {
    let (mut left, mut right) = (one.words().peekable(), other.words().peekable());
    loop {
        let (a, b) = (left.peek().copied(), right.peek().copied());
        let Some(next) = a.into_iter().chain(b).map(|word| word.text).min() else {
            return;
        };
        if a != b {
            touched.insert(next);
        }
        left.next_if(|word| word.text == next);
        right.next_if(|word| word.text == next);
    }
}

/// Tells whether a word is another one in a file, or the one behind the file, which decides that it ends.
fn is_touched(files: &[WordFile], number: usize, touched: &BTreeSet<&str>) -> bool {
    let first = match number {
        0 => Unbounded,
        _ => Included(files[number].first.as_str()),
    };
    let behind = files.get(number + 1);
    let last = behind.map_or(Unbounded, |file| Included(file.first.as_str()));
    touched.range::<str, _>((first, last)).next().is_some()
}

/// Returns where the words of each file begin in a piece, and where the last ones end.
fn starts<'a>(piece: Packed<'a>, files: &[WordFile]) -> Vec<Words<'a>> {
    let mut rest = piece.words();
    let mut starts = vec![rest];
    for file in &files[1..] {
        let mut ahead = rest;
        while ahead
            .next()
            .is_some_and(|word| word.text < file.first.as_str())
        {
            rest = ahead;
        }
        starts.push(rest);
    }
    starts.push(Words::default());
    starts
}

/// Returns the words that stand in pieces where those of a file stood.
fn words_of<'a>(starts: &[Vec<Words<'a>>], number: usize) -> Vec<Word<'a>> {
    invert::join(starts.iter().flat_map(|starts| {
        let (mut rest, end) = (starts[number], starts[number + 1].left());
        std::iter::from_fn(move || (rest.left() > end).then(|| rest.next()).flatten())
    }))
}
