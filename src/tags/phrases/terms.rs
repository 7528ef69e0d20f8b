//! What a paper is about, in a few numbers: its likeliest key phrases, to compare papers by.

use super::{Candidate, Model, Text};

/// These are the terms of one paper, in the order of their hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms(Box<[Term]>);

/// This is a phrase of a paper; eight bytes, for a large site holds millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The hash of the folded phrase.
    pub hash: u32,
    start: u16,
    length: u8,
    /// What it weighs; the squares of a paper's weights add up to that of [`WHOLE`] at most.
    pub weight: u8,
}

/// What a paper's only term would weigh.
pub const WHOLE: f32 = 400.0;

/// So many terms say what a paper is about; more cost time and bring noise.
const MOST: usize = 64;
/// Longer phrases are hardly ever shared.
const LONGEST: usize = 3;

impl Terms {
    /// Finds the terms of a paper.
    ///
    /// A term is there or not: how often it comes back and where it stands is in the probability that
    /// it is key, and what two papers share beyond that is their way of writing.
    pub fn read(title: &str, text: &str, model: &Model) -> Terms {
        let text = Text::new(title, text, &model.abbreviations);
        let mut found: Vec<(f32, Term)> = Vec::with_capacity(256);
        for (probability, candidate) in model.weigh(text.candidates(model)) {
            if candidate.words.len() <= LONGEST {
                let weight = weigh(probability, &candidate);
                let term = Term::new(&text, &candidate);
                found.extend(term.map(|term| (weight, term)));
            }
        }
        if found.len() > MOST {
            found.select_nth_unstable_by(MOST, |(one, a), (two, b)| {
                two.total_cmp(one).then(a.hash.cmp(&b.hash))
            });
            found.truncate(MOST);
        }
        let squares: f32 = found.iter().map(|(weight, _)| weight * weight).sum();
        let unit = WHOLE / squares.sqrt().max(1e-6);
        let mut terms: Vec<Term> = found
            .into_iter()
            .map(|(weight, term)| Term {
                weight: (weight * unit).round().clamp(1.0, 255.0) as u8,
                ..term
            })
            .collect();
        terms.sort_unstable_by_key(|term| term.hash);
        Terms(terms.into())
    }
}

impl std::ops::Deref for Terms {
    type Target = [Term];

    fn deref(&self) -> &[Term] {
        &self.0
    }
}

impl Term {
    /// Makes a term that weighs nothing yet; none when it stands too far down in a long text.
    fn new(text: &Text, candidate: &Candidate) -> Option<Term> {
        let bytes = text.bytes(&candidate.shown);
        Some(Term {
            hash: candidate.hash,
            start: u16::try_from(bytes.start).ok()?,
            length: u8::try_from(bytes.len()).ok()?,
            weight: 0,
        })
    }

    /// Tells whether two terms of a paper have words in common where they stand.
    pub fn overlaps(&self, other: &Term) -> bool {
        let end = |term: &Term| usize::from(term.start) + usize::from(term.length);
        usize::from(self.start) < end(other) && usize::from(other.start) < end(self)
    }

    /// Returns the term as it is written, of the title and the text that it was found in.
    pub fn written<'a>(&self, title: &'a str, text: &'a str) -> &'a str {
        let start = usize::from(self.start);
        let bytes = |start: usize| start..start + usize::from(self.length);
        match start.checked_sub(title.len() + super::text::BETWEEN.len()) {
            Some(start) => &text[bytes(start)],
            None => &title[bytes(start)],
        }
    }
}

/// The constants are fitted to lists of papers that share rare keywords, but for those lists that
/// `benches/related.rs` scores.
fn weigh(probability: f32, candidate: &Candidate) -> f32 {
    let root = probability.sqrt().sqrt();
    let length = match candidate.words.len() {
        1 => 1.1,
        2 => 1.0,
        _ => 0.8,
    };
    // What a title alone says is often a play with words, or the name of the paper's own system.
    let place = if candidate.in_title_only { 0.6 } else { 1.0 };
    length * place * root * root.sqrt()
}
