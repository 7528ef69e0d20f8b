//! New tags for a site, from its own papers: phrases that recur and that no tag covers.
//!
//! Only counts speak, so that a digest of biology or law fares as one of machine learning. A phrase is
//! a term when its words keep together (normalised mutual information), when papers that have it come
//! back to it (a plain word stands once in many papers, a topic several times in few), when it stands
//! in titles, and when it ends where a phrase ends. Words that recur without being a topic anywhere
//! are found by the same counts, beside a list of those that any English paper may use. A single word
//! is not proposed either when many papers of another field have it and hardly any reader took it for a
//! key phrase there (see [`phrases`](super::phrases)): *network*, *market*, *loss*.
//!
//! Knows nothing of the vocabulary but what the caller says of a phrase: see [`Cover`].

mod count;
mod name;

use rustc_hash::{FxHashMap, FxHashSet};

use count::{Corpus, Phrase};

use super::phrases::{Abbreviations, Model, Statistics, hash_label};

use crate::slug::Slug;

/// This is what a vocabulary says of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// A tag covers it.
    Whole,
    /// A tag covers its end, so it would be narrower than that tag.
    End(Slug),
    /// No tag covers it.
    None,
}

/// This is how many tags are proposed, and how rare they may be.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// At most so many tags.
    pub tags: usize,
    /// Of how many papers a tag must be a topic.
    pub papers: usize,
}

/// This is a tag that the vocabulary lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovery {
    /// The tag's address.
    pub slug: Slug,
    /// The name, as most papers write it.
    pub name: String,
    /// Other words for it that papers use: an abbreviation, another ending.
    pub aliases: Vec<String>,
    /// The tag of which it is a part: one that is there, or another discovery.
    pub broader: Option<Slug>,
    /// The papers of which it is a topic, in their order: it is in the title, or comes twice.
    pub papers: Vec<usize>,
}

/// Two candidates that share a word and this part of their papers are one tag.
const SAME: f64 = 0.5;
/// A word that so many papers have is common,
const COMMON: f32 = 20.0;
/// and when it is key in a smaller part of them than this, it is no topic.
const RARELY: f32 = 0.035;
/// Phrases say more than single words do.
const PHRASE_WORTH: f64 = 2.2;

/// Proposes tags for papers (title and text), the most useful first.
///
/// `tagged` says how many tags each paper has: one that has some needs others less.
pub fn discover(
    papers: &[(&str, &str)],
    tagged: &[usize],
    cover: impl Fn(&str) -> Cover,
    wanted: Wanted,
) -> Vec<Discovery> {
    let corpus = Corpus::count(papers, wanted.papers);
    let short_forms = corpus.short_forms();
    let mut candidates: Vec<Candidate> = corpus
        .topics(wanted.papers)
        .into_iter()
        .map(|(phrase, papers)| Candidate::new(&corpus, phrase, papers))
        .collect();
    join_short_forms(&corpus, &short_forms, &mut candidates);
    candidates.retain(|candidate| {
        // What a tag covers is known by the phrase as papers write it, and by what it stands for.
        let mut written = vec![name::of(&corpus, candidate.phrase, &candidate.papers)];
        written.extend(candidate.long.clone());
        let is_word = corpus.phrases[candidate.phrase].words.len() == 1 && candidate.long.is_none();
        !(is_word && is_common(&written[0]))
            && written.iter().all(|name| cover(name) != Cover::Whole)
    });
    let chosen = choose(&corpus, candidates, tagged, wanted.tags);
    finish(&corpus, &chosen, cover)
}

/// Tells whether a word is common in papers whose key phrases are known, and hardly ever key.
fn is_common(word: &str) -> bool {
    let hash = hash_label(word, &Abbreviations::default());
    hash.is_some_and(|hash| {
        let count = Model::embedded().phrase(hash);
        count.papers >= COMMON && count.key < RARELY * count.papers
    })
}

/// A phrase that may become a tag.
struct Candidate {
    /// Its number in the corpus.
    phrase: usize,
    papers: Vec<usize>,
    worth: f64,
    /// What it stands for, when it is an abbreviation.
    long: Option<String>,
    /// Other words for it.
    aliases: Vec<String>,
}

impl Candidate {
    fn new(corpus: &Corpus, phrase: usize, papers: Vec<usize>) -> Candidate {
        let counts = &corpus.phrases[phrase];
        let recurs = (counts.recurs() - 1.0).min(1.0);
        let in_titles = (3.0 * counts.in_titles()).min(1.0).sqrt();
        let length = match counts.words.len() {
            1 => counts.stands_alone(),
            _ => PHRASE_WORTH,
        };
        Candidate {
            phrase,
            papers,
            worth: recurs * in_titles * length,
            long: None,
            aliases: Vec::new(),
        }
    }

    /// How much good the tag would do: a paper without tags gains most by one.
    fn gain(&self, has: &[f64]) -> f64 {
        let gains = self
            .papers
            .iter()
            .map(|paper| (1.0 + has[*paper]).powf(-1.5));
        self.worth * gains.sum::<f64>()
    }
}

/// Makes one candidate of an abbreviation and the phrase that papers explain it by.
fn join_short_forms(
    corpus: &Corpus,
    short_forms: &FxHashMap<u32, name::ShortForm>,
    candidates: &mut Vec<Candidate>,
) {
    let places: FxHashMap<&[u32], usize> = candidates
        .iter()
        .enumerate()
        .map(|(place, candidate)| (&*corpus.phrases[candidate.phrase].words, place))
        .collect();
    let mut joined: Vec<(usize, usize)> = Vec::new();
    let mut explained: Vec<(usize, &name::ShortForm)> = Vec::new();
    let mut known: Vec<(usize, String)> = Vec::new();
    for (place, candidate) in candidates.iter().enumerate() {
        let [word] = *corpus.phrases[candidate.phrase].words else {
            continue;
        };
        let Some(form) = short_forms.get(&word) else {
            continue;
        };
        match places.get(&*form.words) {
            Some(long) => joined.push((place, *long)),
            None => explained.push((place, form)),
        }
    }
    for (place, form) in explained {
        candidates[place].long = Some(form.long.clone());
        candidates[place].aliases.push(form.short.clone());
        candidates[place].worth *= PHRASE_WORTH;
    }
    for form in short_forms.values() {
        if let Some(long) = places.get(&*form.words) {
            known.push((*long, form.short.clone()));
        }
    }
    known.sort_unstable();
    for (long, short) in known {
        candidates[long].aliases.push(short);
    }
    let mut gone: Vec<bool> = vec![false; candidates.len()];
    for (place, long) in joined {
        let papers = std::mem::take(&mut candidates[place].papers);
        let into = &mut candidates[long];
        into.papers.extend(papers);
        into.papers.sort_unstable();
        into.papers.dedup();
        gone[place] = true;
    }
    let mut gone = gone.into_iter();
    candidates.retain(|_| gone.next() != Some(true));
}

/// Chooses candidates one by one, each time the one that does most good beside those before it.
fn choose(
    corpus: &Corpus,
    mut candidates: Vec<Candidate>,
    tagged: &[usize],
    limit: usize,
) -> Vec<Candidate> {
    let mut has: Vec<f64> = tagged.iter().map(|tags| *tags as f64).collect();
    let mut chosen: Vec<Candidate> = Vec::new();
    // Gains only fall, so an old one is a bound: the highest is worked out anew until it stays highest.
    let mut bounds: Vec<f64> = candidates.iter().map(|one| one.gain(&has)).collect();
    while chosen.len() < limit && !candidates.is_empty() {
        let highest = |bounds: &[f64]| {
            let mut best = 0;
            for place in 1..bounds.len() {
                if bounds[place] > bounds[best] {
                    best = place;
                }
            }
            best
        };
        let best = highest(&bounds);
        bounds[best] = candidates[best].gain(&has);
        if highest(&bounds) != best {
            continue;
        }
        bounds.remove(best);
        let mut one = candidates.remove(best);
        let mut place = 0;
        while place < candidates.len() {
            if !one.is_same(corpus, &candidates[place]) {
                place += 1;
                continue;
            }
            bounds.remove(place);
            let other = candidates.remove(place);
            one.absorb(corpus, other);
        }
        one.papers.iter().for_each(|paper| has[*paper] += 1.0);
        chosen.push(one);
    }
    chosen
}

impl Candidate {
    /// Tells whether the other says the same in other words, or is a part of it that hardly stands
    /// without it.
    fn is_same(&self, corpus: &Corpus, other: &Candidate) -> bool {
        let (own, others) = (&corpus.phrases[self.phrase], &corpus.phrases[other.phrase]);
        if corpus.is_variant(own, others) {
            return true;
        }
        let shares = own.words.iter().any(|word| others.words.contains(word));
        let common = common(&self.papers, &other.papers) as f64;
        let all = (self.papers.len() + other.papers.len()) as f64 - common;
        shares && common / all >= SAME
    }

    /// Takes over the words of a candidate that says the same.
    fn absorb(&mut self, corpus: &Corpus, other: Candidate) {
        let contains = |wide: &Phrase, inner: &Phrase| {
            wide.words
                .windows(inner.words.len())
                .any(|words| *words == *inner.words)
        };
        let (own, others) = (&corpus.phrases[self.phrase], &corpus.phrases[other.phrase]);
        // What holds the phrase is found by it.
        if !contains(others, own) {
            self.aliases
                .push(name::of(corpus, other.phrase, &other.papers));
        }
        self.aliases.extend(other.aliases);
        if corpus.is_variant(own, others) {
            self.papers.extend(other.papers);
            self.papers.sort_unstable();
            self.papers.dedup();
        }
    }
}

/// How many numbers two sorted lists have in common.
fn common(a: &[usize], b: &[usize]) -> usize {
    a.iter().filter(|one| b.binary_search(one).is_ok()).count()
}

/// Gives names and addresses, and puts narrower tags below broader ones.
fn finish(corpus: &Corpus, chosen: &[Candidate], cover: impl Fn(&str) -> Cover) -> Vec<Discovery> {
    let mut taken: FxHashSet<Slug> = FxHashSet::default();
    let mut found: Vec<Discovery> = Vec::new();
    let mut phrases: Vec<&Phrase> = Vec::new();
    for candidate in chosen {
        let written = match &candidate.long {
            Some(long) => long.clone(),
            None => name::of(corpus, candidate.phrase, &candidate.papers),
        };
        let Some(slug) = Slug::from_name(&written).filter(|slug| taken.insert(slug.clone())) else {
            continue;
        };
        let broader = match cover(&written) {
            Cover::End(slug) => Some(slug),
            _ => None,
        };
        let mut aliases: Vec<String> = Vec::new();
        for alias in &candidate.aliases {
            if super::words::fold(alias) != super::words::fold(&written) && !aliases.contains(alias)
            {
                aliases.push(alias.clone());
            }
        }
        phrases.push(&corpus.phrases[candidate.phrase]);
        found.push(Discovery {
            slug,
            name: name::capitalised(&written),
            aliases,
            broader,
            papers: candidate.papers.clone(),
        });
    }
    for place in 0..found.len() {
        let own = &phrases[place].words;
        let above = (0..found.len())
            .filter(|other| phrases[*other].words.len() < own.len())
            .filter(|other| own.ends_with(&phrases[*other].words))
            .max_by_key(|other| phrases[*other].words.len());
        if let Some(above) = above {
            found[place].broader = Some(found[above].slug.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests;
