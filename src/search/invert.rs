//! From papers with words to words with papers.
//!
//! Pieces of the site are inverted side by side and joined in order, so threads do not show.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::fingerprint::{Fingerprint, Ink, Inked as _};
use crate::parallel;
use crate::site::{Entry, Site};

use super::kept::Kept;
use super::lexicon::{Lexicon, Place};
use super::pairs::{self, Pair};
use super::pieces::{self, Outline, Packed, PackedWord};
use super::words;

/// This is a word and the papers that have it, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'a> {
    /// The word, folded; `#slug` for a tag.
    pub text: Cow<'a, str>,
    /// The papers.
    pub postings: Vec<Posting>,
}

/// This is a paper that has a word: its number, and how much the word says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting(u32);

/// Weights are below this.
pub const WEIGHTS: u32 = 8;

/// How many papers are inverted at once; two bytes hold a posting of one of so many.
pub const PIECE: usize = 512;
/// About how many pairs of words a paper has.
const PAIRS: usize = 256;
const _: () = assert!(PIECE as u32 * WEIGHTS <= 1 << 16);

impl Posting {
    /// Makes a posting.
    #[inline]
    pub fn new(paper: u32, weight: u32) -> Posting {
        Posting(paper * WEIGHTS + weight)
    }

    /// Returns the paper's number.
    #[inline]
    pub fn paper(self) -> u32 {
        self.0 / WEIGHTS
    }

    /// Returns the same behind the first paper of a piece, in two bytes.
    #[inline]
    pub fn within(self, first: u32) -> [u8; 2] {
        ((self.0 - first * WEIGHTS) as u16).to_le_bytes()
    }

    /// Makes a posting of what `within` returned.
    #[inline]
    pub fn behind(first: u32, within: [u8; 2]) -> Posting {
        Posting(first * WEIGHTS + u32::from(u16::from_le_bytes(within)))
    }

    /// Returns the weight, from 0 to 4.
    #[inline]
    pub fn weight(self) -> u32 {
        self.0 % WEIGHTS
    }

    /// Tells whether the word stands in more than the abstract.
    pub fn is_strong(self) -> bool {
        self.weight() >= 2
    }

    /// Tells whether the abstract mentions the word in passing.
    pub fn is_weak(self) -> bool {
        self.weight() == 0
    }
}

/// Tells of each piece of a site what it is made of.
pub fn outlines(site: &Site) -> Vec<Outline> {
    let count = site.papers.len();
    parallel::map_indices(count.div_ceil(PIECE), |place| {
        let first = place * PIECE;
        let mut ink = Ink::default();
        let numbers = first..count.min(first + PIECE);
        let papers = numbers.map(|number| fingerprint(site, number, &mut ink));
        Outline {
            first: first as u32,
            page_digits: pairs::page_digits(count),
            papers: papers.collect(),
        }
    })
}

/// Inverts a site in pieces; those that an earlier build kept are taken where they are as they were.
pub fn invert(site: &Site, outlines: &[Outline], kept: &Kept) -> Vec<Vec<u8>> {
    parallel::map(outlines, |outline| {
        let known = kept.take(outline.fingerprint());
        known.unwrap_or_else(|| {
            let piece = invert_piece(site, outline, |_| true);
            kept.put(outline.fingerprint(), &piece);
            piece
        })
    })
}

/// Makes a piece anew of which another build kept what it was; most papers are as they were.
pub fn renew(site: &Site, outline: &Outline, before: Packed, kept: &Kept) -> Option<Vec<u8>> {
    let differs = before.differs(outline)?;
    let others = invert_piece(site, outline, |place| differs[place]);
    let piece = pieces::patch(outline, before, Packed::of(&others)?, &differs);
    kept.put(outline.fingerprint(), &piece);
    Some(piece)
}

/// Joins words of pieces that follow each other; returns them sorted by their bytes.
pub fn join<'a>(words: impl Iterator<Item = PackedWord<'a>>) -> Vec<Word<'a>> {
    let first = |text: &str| words::first(text.as_bytes(), text.len());
    let mut words: Vec<(u64, PackedWord)> = words.map(|word| (first(word.text), word)).collect();
    // Words of a piece are sorted, which this finds; and equal ones stay in the order of their papers.
    words.sort_by(|(first, word), (other_first, other)| {
        let are_whole = word.text.len() <= 8 && other.text.len() <= 8;
        let by_text = || match are_whole {
            true => Ordering::Equal,
            false => word.text.cmp(other.text),
        };
        first.cmp(other_first).then_with(by_text)
    });
    let groups = words.chunk_by(|(_, word), (_, other)| word.text == other.text);
    let join = |group: &[(u64, PackedWord<'a>)]| {
        let count = group.iter().map(|(_, word)| word.count()).sum();
        let mut postings = Vec::with_capacity(count);
        (group.iter()).for_each(|(_, word)| postings.extend(word.postings()));
        Word {
            text: group[0].1.text.into(),
            postings,
        }
    };
    groups.map(join).collect()
}

/// Takes the fingerprint of all that a paper says in a piece.
fn fingerprint(site: &Site, number: usize, ink: &mut Ink) -> Fingerprint {
    ink.clear();
    let entry = &site.papers[site.papers.len() - 1 - number];
    entry.ink(ink);
    for &tag in &entry.tags {
        let tag = &site.tags[tag];
        [tag.slug.as_str(), &tag.name].as_slice().ink(ink);
    }
    ink.fingerprint()
}

/// Inverts those papers of a piece that are wanted, by their places in it, and packs them as one of all of them.
fn invert_piece(site: &Site, outline: &Outline, is_wanted: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut lexicon = Lexicon::new();
    let mut pairs = Vec::new();
    let mut folded = String::new();
    let places = (0..outline.papers.len()).filter(|place| is_wanted(*place));
    let papers: Vec<u32> = places.map(|place| outline.first + place as u32).collect();
    pairs.reserve(papers.len() * PAIRS);
    for paper in papers {
        let entry = &site.papers[site.papers.len() - 1 - paper as usize];
        for tag in &entry.tags {
            lexicon.meet_tag(&site.tags[*tag].slug, paper);
        }
        folded.clear();
        let ends = fold(site, entry, &mut folded);
        read(&folded, &ends, paper, &mut lexicon, &mut pairs);
    }
    pieces::pack(outline, lexicon, &pairs)
}

/// Folds what is sought of a paper; returns where its parts end: the title, each author and tag, the
/// abstract.
fn fold(site: &Site, entry: &Entry, folded: &mut String) -> Vec<usize> {
    let paper = entry.text();
    words::fold_into(&paper.title, folded);
    let mut ends = vec![folded.len()];
    let authors = paper.paper.authors.iter().map(AsRef::as_ref);
    let tags = entry.tags.iter().map(|tag| site.tags[*tag].name.as_ref());
    for name in authors.chain(tags) {
        folded.push(' ');
        words::fold_into(name, folded);
        ends.push(folded.len());
    }
    words::fold_html_into(&entry.body.text, folded);
    ends.push(folded.len());
    ends
}

/// Notes the words of a paper, and which follow each other within a part.
fn read(folded: &str, ends: &[usize], paper: u32, lexicon: &mut Lexicon, pairs: &mut Vec<Pair>) {
    let mut start = 0;
    for (part, &end) in ends.iter().enumerate() {
        let place = match part {
            0 => Place::Title,
            _ if part + 1 < ends.len() => Place::Names,
            _ => Place::Abstract,
        };
        let mut before = None;
        words::for_each(&folded[start..end], |token| {
            if let Some(before) = before.replace(token.hash) {
                pairs.push(Pair::new((before, token.hash), paper));
            }
            if is_sought(token.text, place) {
                lexicon.meet(token, paper, place);
            }
        });
        start = end;
    }
}

/// Tells whether a word is sought that stands in such a place.
#[inline]
fn is_sought(word: &[u8], place: Place) -> bool {
    match place {
        Place::Title => true,
        // One letter is an initial, or in running text an article or a variable.
        Place::Names => word.len() > 1,
        // Nobody looks for a measurement.
        Place::Abstract => word.len() > 1 && !word.iter().all(u8::is_ascii_digit),
    }
}
