//! From papers with words to words with papers.
//!
//! Pieces of the site are inverted side by side and joined in order, so threads do not show.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::fingerprint::{Fingerprint, Ink, Inked as _};
use crate::site::{Entry, Site};

use super::pairs::{self, Pair};
use super::words;

/// This is a word and the papers that have it, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word, folded; `#slug` for a tag.
    pub text: String,
    /// The papers.
    pub postings: Vec<Posting>,
}

/// This is a paper that has a word: its number, and how much the word says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting(u32);

/// These are pieces of sites, packed, by the fingerprints of what they were made of.
pub type Pieces = FxHashMap<Fingerprint, Arc<[u8]>>;

/// This is a piece of a site: its words, sorted, and its pairs of words, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Piece {
    words: Vec<Word>,
    pairs: Vec<Pair>,
}

/// Weights are below this; see `weigh`.
const WEIGHTS: u32 = 8;

/// How many papers are inverted at once.
const PIECE: usize = 512;

/// Where a paper has a word, and how often.
#[derive(Default)]
struct Seen {
    in_title: bool,
    in_names: bool,
    in_abstract: u32,
}

impl Posting {
    /// Makes a posting.
    pub fn new(paper: u32, weight: u32) -> Posting {
        Posting(paper * WEIGHTS + weight)
    }

    /// Returns the paper's number.
    pub fn paper(self) -> u32 {
        self.0 / WEIGHTS
    }

    /// Returns the weight, from 0 to 4.
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

/// Inverts a site; returns its words, sorted by their bytes, and its pairs of words, sorted in pieces.
///
/// Where there are pieces of an earlier build, those that are as they were are taken, and all that are there
/// now take their place.
pub fn invert(site: &Site, kept: Option<&mut Pieces>) -> (Vec<Word>, Vec<Vec<Pair>>) {
    let numbers: Vec<usize> = (0..site.papers.len()).collect();
    let pieces = numbers.par_chunks(PIECE);
    let pieces: Vec<Piece> = match kept {
        None => pieces.map(|numbers| invert_piece(site, numbers)).collect(),
        Some(kept) => {
            let recall = |numbers: &[usize]| {
                let fingerprint = fingerprint(site, numbers);
                let known = kept.get(&fingerprint);
                if let Some((packed, piece)) =
                    known.and_then(|packed| Some((packed, Piece::unpack(packed)?)))
                {
                    return ((fingerprint, packed.clone()), piece);
                }
                let piece = invert_piece(site, numbers);
                ((fingerprint, piece.pack().into()), piece)
            };
            let (now, pieces): (Vec<_>, Vec<_>) = pieces.map(recall).unzip();
            *kept = now.into_iter().collect();
            pieces
        }
    };
    let pieces = pieces.into_iter().map(|piece| (piece.words, piece.pairs));
    let (words, pairs): (Vec<Vec<Word>>, Vec<Vec<Pair>>) = pieces.unzip();
    (words.into_par_iter().reduce(Vec::new, join), pairs)
}

/// Takes the fingerprint of all that a piece is made of.
fn fingerprint(site: &Site, numbers: &[usize]) -> Fingerprint {
    let mut ink = Ink::default();
    for &number in numbers {
        number.ink(&mut ink);
        let entry = &site.papers[site.papers.len() - 1 - number];
        entry.ink(&mut ink);
        for &tag in &entry.tags {
            let tag = &site.tags[tag];
            [tag.slug.as_str(), &tag.name].as_slice().ink(&mut ink);
        }
    }
    ink.fingerprint()
}

impl Piece {
    /// Packs a piece: papers are numbered from its first, in two bytes.
    fn pack(&self) -> Vec<u8> {
        let papers = self.pairs.iter().map(|pair| pair.paper());
        let postings = self.words.iter().filter_map(|word| word.postings.first());
        let first = papers.chain(postings.map(|posting| posting.paper())).min();
        let first = first.unwrap_or(0);
        let mut bytes = Vec::with_capacity(12 + 6 * self.pairs.len() + 40 * self.words.len());
        for number in [first, self.words.len() as u32, self.pairs.len() as u32] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for Word { text, postings } in &self.words {
            bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
            bytes.extend_from_slice(&(postings.len() as u16).to_le_bytes());
            for posting in postings {
                let posting = (posting.0 - first * WEIGHTS) as u16;
                bytes.extend_from_slice(&posting.to_le_bytes());
            }
        }
        for pair in &self.pairs {
            bytes.extend_from_slice(&pair.number().to_le_bytes());
            bytes.extend_from_slice(&((pair.paper() - first) as u16).to_le_bytes());
        }
        bytes
    }

    /// Unpacks what `pack` packed.
    fn unpack(mut bytes: &[u8]) -> Option<Piece> {
        let rest = &mut bytes;
        let first = u32::from_le_bytes(take(rest)?);
        let [words, pairs] = [take(rest)?, take(rest)?].map(u32::from_le_bytes);
        let mut piece = Piece::default();
        piece.words.reserve(words as usize);
        for _ in 0..words {
            let length = usize::from(u16::from_le_bytes(take(rest)?));
            let (text, behind) = rest.split_at_checked(length)?;
            let text = std::str::from_utf8(text).ok()?.to_owned();
            *rest = behind;
            let count = usize::from(u16::from_le_bytes(take(rest)?));
            let (postings, behind) = rest.split_at_checked(2 * count)?;
            *rest = behind;
            let posting =
                |&two: &[u8; 2]| Posting(first * WEIGHTS + u32::from(u16::from_le_bytes(two)));
            let postings = postings.as_chunks().0.iter().map(posting).collect();
            piece.words.push(Word { text, postings });
        }
        let pair = |&[a, b, c, d, e, f]: &[u8; 6]| {
            let paper = first + u32::from(u16::from_le_bytes([e, f]));
            Pair::of_number(u32::from_le_bytes([a, b, c, d]), paper)
        };
        let (all, behind) = rest.split_at_checked(6 * pairs as usize)?;
        piece.pairs = all.as_chunks().0.iter().map(pair).collect();
        behind.is_empty().then_some(piece)
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

fn invert_piece(site: &Site, numbers: &[usize]) -> Piece {
    let mut table: FxHashMap<String, Vec<Posting>> = FxHashMap::default();
    let mut pairs = Vec::new();
    let mut folded = String::new();
    for &number in numbers {
        let entry = &site.papers[site.papers.len() - 1 - number];
        for tag in &entry.tags {
            let posting = Posting::new(number as u32, 0);
            let name = format!("#{}", site.tags[*tag].slug);
            table.entry(name).or_default().push(posting);
        }
        folded.clear();
        let parts = fold(site, entry, &mut folded);
        note_pairs(&folded, &parts, number as u32, &mut pairs);
        for (word, seen) in look(&folded, &parts) {
            let posting = Posting::new(number as u32, weigh(&seen));
            match table.get_mut(word) {
                Some(postings) => postings.push(posting),
                None => {
                    table.insert(word.to_owned(), vec![posting]);
                }
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let mut words: Vec<Word> = table
        .into_iter()
        .map(|(text, postings)| Word { text, postings })
        .collect();
    words.par_sort_unstable_by(|a, b| a.text.cmp(&b.text));
    Piece { words, pairs }
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

/// Notes which words follow each other within a part.
fn note_pairs(folded: &str, ends: &[usize], paper: u32, pairs: &mut Vec<Pair>) {
    let mut start = 0;
    for &end in ends {
        let mut before = None;
        words::for_each(&folded[start..end], |word| {
            let hash = pairs::hash(word);
            if let Some(before) = before.replace(hash) {
                pairs.push(Pair::new((before, hash), paper));
            }
        });
        start = end;
    }
}

/// Finds the words of a paper.
fn look<'a>(folded: &'a str, ends: &[usize]) -> FxHashMap<&'a str, Seen> {
    let (title_end, names_end) = (ends[0], ends[ends.len() - 2]);
    let mut seen: FxHashMap<&str, Seen> = FxHashMap::default();
    words::for_each(&folded[..title_end], |word| {
        seen.entry(word).or_default().in_title = true;
    });
    words::for_each(&folded[title_end..names_end], |word| {
        // One letter is an initial.
        if word.len() > 1 {
            seen.entry(word).or_default().in_names = true;
        }
    });
    words::for_each(&folded[names_end..], |word| {
        // One letter in running text is an article or a variable, and nobody looks for a measurement.
        if word.len() > 1 && !word.bytes().all(|b| b.is_ascii_digit()) {
            seen.entry(word).or_default().in_abstract += 1;
        }
    });
    seen
}

/// Weighs a word: 0 where the abstract has it once, 1 where it has it more often, 2 for an author or
/// a tag, 3 in the title, 4 in the title and again in the abstract.
fn weigh(seen: &Seen) -> u32 {
    let again = u32::from(seen.in_abstract > 1);
    match seen {
        Seen { in_title: true, .. } => 3 + again,
        Seen { in_names: true, .. } => 2,
        _ => again,
    }
}

/// Joins two sorted lists; the papers of `left` stand before those of `right`.
fn join(left: Vec<Word>, right: Vec<Word>) -> Vec<Word> {
    let mut joined = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => a.text.cmp(&b.text),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return joined,
        };
        let both = order.is_eq();
        if order.is_gt() {
            joined.extend(right.next());
            continue;
        }
        let mut word = left.next().expect("it was looked at");
        if both {
            let other = right.next().expect("it was looked at");
            word.postings.extend(other.postings);
        }
        joined.push(word);
    }
}
