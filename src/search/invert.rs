//! From papers with words to words with papers.
//!
//! Pieces of the site are inverted side by side and joined in order, so threads do not show.

use crate::fingerprint::{Fingerprint, Ink, Inked as _};
use crate::parallel;
use crate::site::{Entry, Site};

use super::lexicon::Lexicon;
use super::pairs::{self, Pair};
use super::pieces::{Packed, Piece, Pieces};
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

/// Weights are below this.
const WEIGHTS: u32 = 8;

/// How many papers are inverted at once; two bytes hold a posting of one of so many.
const PIECE: usize = 512;
const _: () = assert!(PIECE as u32 * WEIGHTS <= 1 << 16);

impl Posting {
    /// Makes a posting.
    pub fn new(paper: u32, weight: u32) -> Posting {
        Posting(paper * WEIGHTS + weight)
    }

    /// Returns the paper's number.
    pub fn paper(self) -> u32 {
        self.0 / WEIGHTS
    }

    /// Returns the same behind the first paper of a piece, in two bytes.
    pub fn within(self, first: u32) -> [u8; 2] {
        ((self.0 - first * WEIGHTS) as u16).to_le_bytes()
    }

    /// Makes a posting of what `within` returned.
    pub fn behind(first: u32, within: [u8; 2]) -> Posting {
        Posting(first * WEIGHTS + u32::from(u16::from_le_bytes(within)))
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

/// Inverts a site in pieces.
pub fn invert(site: &Site) -> Vec<Piece> {
    let numbers: Vec<usize> = (0..site.papers.len()).collect();
    let chunks: Vec<&[usize]> = numbers.chunks(PIECE).collect();
    parallel::map(&chunks, |numbers| invert_piece(site, numbers))
}

/// Inverts a site in pieces that are to be kept; those that an earlier build kept are taken where they are as
/// they were. Returns what was made anew unpacked, too.
pub fn recall(site: &Site, kept: &Pieces) -> (Pieces, Vec<Option<Piece>>) {
    let numbers: Vec<usize> = (0..site.papers.len()).collect();
    let chunks: Vec<&[usize]> = numbers.chunks(PIECE).collect();
    let recall = |place: usize| {
        let numbers = chunks[place];
        let fingerprint = fingerprint(site, numbers);
        let known = kept.get(place).filter(|(known, _)| *known == fingerprint);
        let is_sound = |packed: &[u8]| Packed::of(packed).is_some_and(Packed::is_sound);
        if let Some((_, packed)) = known.filter(|(_, packed)| is_sound(packed)) {
            return ((fingerprint, packed.clone()), None);
        }
        let piece = invert_piece(site, numbers);
        let packed = piece.pack(numbers[0] as u32).into();
        ((fingerprint, packed), Some(piece))
    };
    let recalled = parallel::map_indices(chunks.len(), recall);
    recalled.into_iter().unzip()
}

/// Unpacks the pieces that `recall` returned.
pub fn unpack(packed: &Pieces, fresh: Vec<Option<Piece>>) -> Vec<Piece> {
    let unpacked = parallel::map_indices(packed.len(), |place| match fresh[place] {
        Some(_) => None,
        None => Piece::unpack(&packed[place].1),
    });
    let pieces = fresh.into_iter().zip(unpacked);
    pieces
        .map(|(fresh, unpacked)| fresh.or(unpacked))
        .map(|piece| piece.expect("what is no piece was made again"))
        .collect()
}

/// Joins pieces; returns their words, sorted by their bytes, and their pairs of words, sorted in pieces.
pub fn join_all(pieces: Vec<Piece>) -> (Vec<Word>, Vec<Vec<Pair>>) {
    let pieces = pieces.into_iter().map(|piece| (piece.words, piece.pairs));
    let (mut words, pairs): (Vec<Vec<Word>>, Vec<Vec<Pair>>) = pieces.unzip();
    (join_words(&mut words), pairs)
}

/// Joins what pieces have, halves side by side, and leaves them empty.
fn join_words(pieces: &mut [Vec<Word>]) -> Vec<Word> {
    match pieces {
        [] => Vec::new(),
        [piece] => std::mem::take(piece),
        _ => {
            let (left, right) = pieces.split_at_mut(pieces.len() / 2);
            let (left, right) = parallel::join(|| join_words(left), || join_words(right));
            join(left, right)
        }
    }
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

fn invert_piece(site: &Site, numbers: &[usize]) -> Piece {
    let mut lexicon = Lexicon::new();
    let mut pairs = Vec::new();
    let mut folded = String::new();
    for &number in numbers {
        let entry = &site.papers[site.papers.len() - 1 - number];
        let paper = number as u32;
        for tag in &entry.tags {
            lexicon.meet_tag(&site.tags[*tag].slug, paper);
        }
        folded.clear();
        let ends = fold(site, entry, &mut folded);
        read(&folded, &ends, paper, &mut lexicon, &mut pairs);
    }
    pairs::sort(&mut pairs);
    Piece {
        words: lexicon.into_words(),
        pairs,
    }
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
        let mut before = None;
        words::for_each(&folded[start..end], |word, hash| {
            if let Some(before) = before.replace(hash) {
                pairs.push(Pair::new((before, hash), paper));
            }
            if part == 0 {
                lexicon.meet(word, hash, paper).in_title = true;
            } else if word.len() == 1 {
                // One letter is an initial, or in running text an article or a variable.
            } else if part + 1 < ends.len() {
                lexicon.meet(word, hash, paper).in_names = true;
            } else if !word.bytes().all(|b| b.is_ascii_digit()) {
                // Nobody looks for a measurement.
                lexicon.meet(word, hash, paper).in_abstract += 1;
            }
        });
        start = end;
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
