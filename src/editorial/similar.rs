//! Names and titles that are almost the same.
//!
//! Two titles are compared only when they share a rare word, so 10,000 of them take milliseconds.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::paper::title_key;
use crate::slug::Slug;

/// A word in more titles than this says little about any of them.
const RARE: usize = 40;

/// How much of two titles' words must be the same: one word more in seven is allowed.
const SHARED: f64 = 0.85;

/// Shorter names differ in a letter because they are different: `VLM` and `LLM`.
const LONG_NAME: usize = 8;

/// Finds pairs of names that differ in case, hyphens or a plural, or in one letter when they are long.
pub fn names(names: &[&str]) -> Vec<(usize, usize)> {
    let keys: Vec<Vec<char>> = names.iter().map(|name| name_key(name)).collect();
    let mut pairs = Vec::new();
    for second in 1..keys.len() {
        for first in 0..second {
            let (a, b) = (&keys[first], &keys[second]);
            let near = || {
                a.len().min(b.len()) >= LONG_NAME
                    && digits(a.iter()) == digits(b.iter())
                    && one_edit_apart(a, b)
            };
            if a == b || near() {
                pairs.push((first, second));
            }
        }
    }
    pairs
}

/// Finds pairs of titles that differ in a word of many, a letter, a plural or a hyphen.
pub fn titles(titles: &[&str]) -> Vec<(usize, usize)> {
    let keys: Vec<String> = titles.iter().map(|title| title_key(title)).collect();
    let words: Vec<Vec<&str>> = keys.iter().map(|key| key.split(' ').collect()).collect();
    let mut count: FxHashMap<&str, usize> = FxHashMap::default();
    for word in words.iter().flatten() {
        *count.entry(word).or_default() += 1;
    }

    let mut titles_of: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let mut pairs = Vec::new();
    for (second, title) in words.iter().enumerate() {
        let mut telling: Vec<&str> = title.clone();
        telling.sort_unstable_by_key(|word| (count[word], *word));
        telling.dedup();
        let rare = telling.iter().filter(|word| count[*word] <= RARE).count();
        telling.truncate(rare.max(2));
        let candidates: BTreeSet<usize> = telling
            .iter()
            .filter_map(|word| titles_of.get(word))
            .flatten()
            .copied()
            .collect();
        let alike = candidates
            .into_iter()
            .filter(|&first| are_alike(&words[first], title));
        pairs.extend(alike.map(|first| (first, second)));
        for word in telling {
            titles_of.entry(word).or_default().push(second);
        }
    }
    pairs
}

fn are_alike(a: &[&str], b: &[&str]) -> bool {
    if a.len().abs_diff(b.len()) > 2 + a.len().min(b.len()) / 5 {
        return false;
    }
    let only = |these: &[&str], others: &[&str]| -> Vec<String> {
        let only = these.iter().filter(|word| !others.contains(word));
        only.map(|word| (*word).to_owned()).collect()
    };
    let (only_a, only_b) = (only(a, b), only(b, a));
    // The second report of a series, or of a model, is another paper.
    if only_a.iter().chain(&only_b).any(|word| is_number(word)) {
        return false;
    }
    let shared = a.len() - only_a.len();
    let all = shared + only_a.len() + only_b.len();
    let (rest_a, rest_b): (Vec<char>, Vec<char>) = (
        only_a.concat().chars().collect(),
        only_b.concat().chars().collect(),
    );
    let slip = only_a.len().max(only_b.len()) <= 2
        && rest_a.len().min(rest_b.len()) >= 4
        && one_edit_apart(&rest_a, &rest_b);
    shared as f64 >= SHARED * all as f64 || slip
}

/// Letters and digits, each word without the `s` of a plural; `C++` and `C#` are two.
fn name_key(name: &str) -> Vec<char> {
    let key = Slug::from_name(name).map_or_else(|| name.to_owned(), |slug| slug.to_string());
    let singular = key.split('-').map(|word| match word.strip_suffix('s') {
        Some(stem) if stem.len() >= 2 && !stem.ends_with(['s', 'u', 'i']) => stem,
        _ => word,
    });
    singular.flat_map(str::chars).collect()
}

fn is_number(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit())
        || matches!(word, "i" | "ii" | "iii" | "iv" | "v" | "vi" | "vii" | "x")
}

fn digits<'a>(letters: impl Iterator<Item = &'a char>) -> String {
    letters.filter(|c| c.is_ascii_digit()).collect()
}

/// Tells whether one letter more, less or other, or two that are swapped, makes one of the other.
fn one_edit_apart(a: &[char], b: &[char]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    match (&a[..a.len() - tail], &b[..b.len() - tail]) {
        ([] | [_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_found() {
        for (a, b, alike) in [
            ("llm", "LLMs", true),
            ("fine-tuning", "Finetuning", true),
            ("reinforcement learning", "reinforcment-learning", true),
            ("agents", "agent", true),
            ("LLM", "VLM", false),
            ("class", "clas", false),
            ("gpt-3 models", "gpt-4 models", false),
            ("pre-training", "post-training", false),
            ("C++", "C#", false),
        ] {
            let expected: &[(usize, usize)] = if alike { &[(0, 1)] } else { &[] };
            assert_eq!(names(&[a, b]), expected, "{a} {b}");
        }
    }

    #[test]
    fn titles_of_one_paper_are_found() {
        for (a, b, alike) in [
            (
                "Attention Is All You Need",
                "Attenton is all you need",
                true,
            ),
            (
                "Continual Pre-Training of Language Models",
                "Continual Pretraining of Language Model",
                false,
            ),
            (
                "Continual Pre-Training of Language Models",
                "Continual pretraining of language models",
                true,
            ),
            (
                "Learning to See: A Survey of Vision Transformers for Robots",
                "Learning to See: A Short Survey of Vision Transformers for Robots",
                true,
            ),
            ("Qwen2 Technical Report", "Qwen3 Technical Report", false),
            ("Scaling Laws, Part II", "Scaling Laws, Part III", false),
            (
                "Supervised Learning of Parsers",
                "Unsupervised Learning of Parsers",
                false,
            ),
            (
                "A Survey of Code Generation",
                "A Survey of Text Generation",
                false,
            ),
        ] {
            let expected: &[(usize, usize)] = if alike { &[(0, 1)] } else { &[] };
            assert_eq!(titles(&[a, b]), expected, "{a} {b}");
        }
    }

    #[test]
    fn ten_thousand_titles_of_common_words_are_few_pairs() {
        // Words as frequent as in a language: the k-th is in every k-th title or so.
        let mut state = 1u64;
        let mut word = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let share = (state >> 40) as f64 / (1u64 << 24) as f64;
            let rank = (9.0 * share).exp() as u32;
            let letter = |place: u32| char::from(b'a' + (rank / place % 20) as u8);
            [letter(400), letter(20), letter(1)]
                .iter()
                .collect::<String>()
        };
        let texts: Vec<String> = (0..10_000)
            .map(|_| (0..9).map(|_| word()).collect::<Vec<_>>().join(" "))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert!(titles(&texts).len() < 1000);
    }
}
