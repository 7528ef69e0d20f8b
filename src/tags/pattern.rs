//! An alias as a pattern: a phrase of whole words.
//!
//! - Case, plural, hyphens and spaces do not count: `fine-tuning` finds `Finetuning`.
//! - A word with a capital behind its first letter is an abbreviation and found only as it is
//!   written, plural aside: `RAG` does not find `rag`, nor `ViT` `vit`.
//! - `*` stands for the rest of a word: `memoriz*` finds `memorize`, `memorization`.
//! - `!` before a phrase hides what the tag's other phrases find inside it: `"!memory cost"`.
//!
//! Knows only words; what a hit means is for `suggest`.

use super::words;

/// This is a phrase to be found among folded words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// How it is matched.
    pub kind: PatternKind,
    /// Whether it hides what others find.
    pub hides: bool,
    /// The folded parts, which `*` joins; the first starts with a space, the last may be empty.
    pub parts: Vec<String>,
    /// The word as it must be written, for an abbreviation.
    pub exact: Option<String>,
}

/// This tells a phrase that stands for a tag from one that merely points to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternKind {
    /// A phrase that a person may write in place of the tag.
    Plain,
    /// A phrase with `*` or `!`, good for finding only.
    Search,
}

impl Pattern {
    /// Parses an alias; an error is a message.
    pub fn parse(alias: &str) -> Result<Pattern, &'static str> {
        let alias = alias.trim();
        let (hides, phrase) = match alias.strip_prefix('!') {
            Some(phrase) => (true, phrase.trim()),
            None => (false, alias),
        };
        if words::fold(phrase).is_empty() {
            return Err("an alias needs a letter or a digit");
        }
        if phrase.starts_with('*') || phrase.contains(" *") {
            return Err("a `*` stands behind the beginning of a word");
        }
        let starred = phrase.contains('*');
        let exact = (!starred && is_abbreviation(phrase)).then(|| phrase.to_owned());
        let kind = match hides || starred {
            true => PatternKind::Search,
            false => PatternKind::Plain,
        };
        Ok(Pattern {
            kind,
            hides,
            parts: fold_parts(phrase),
            exact,
        })
    }

    /// Returns where the pattern ends if it stands at a place of the folded words.
    pub fn matches_at(&self, folded: &str, at: usize) -> Option<usize> {
        let mut rest = folded[at..].strip_prefix(self.parts[0].as_str())?;
        for part in &self.parts[1..] {
            rest = rest[rest.find(' ')?..].strip_prefix(part.as_str())?;
        }
        rest.starts_with(' ').then(|| folded.len() - rest.len())
    }

    /// Tells whether the text has the word as the pattern wants it.
    pub fn accepts(&self, written: &str) -> bool {
        let Some(exact) = &self.exact else {
            return true;
        };
        written
            .strip_prefix(exact.as_str())
            .is_some_and(|rest| rest.is_empty() || rest == "s")
    }
}

fn is_abbreviation(phrase: &str) -> bool {
    !phrase.contains([' ', '-']) && phrase.chars().skip(1).any(char::is_uppercase)
}

/// Folds the parts between stars; a word that a star ends keeps its letters, plural or not.
fn fold_parts(phrase: &str) -> Vec<String> {
    let pieces: Vec<&str> = phrase.split('*').collect();
    let last = pieces.len() - 1;
    let fold = |(at, piece): (usize, &&str)| {
        if at == last {
            let folded = words::split(piece).folded;
            return folded.trim_end().to_owned();
        }
        // A letter that no plural has, behind the piece, keeps its last word whole.
        let folded = words::split(&format!("{piece}q")).folded;
        folded.trim_end().trim_end_matches('q').to_owned()
    };
    pieces.iter().enumerate().map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(alias: &str, text: &str, expected: bool) {
        let pattern = Pattern::parse(alias).expect("a pattern");
        let words = words::split(text);
        let found = words.spans.iter().any(|(at, _)| {
            pattern
                .matches_at(&words.folded, *at)
                .is_some_and(|end| pattern.accepts(&text[words.written(*at, end)]))
        });
        assert_eq!(found, expected, "{alias} in {text}");
    }

    #[test]
    fn a_phrase_is_found_as_whole_words() {
        check("fine-tuning", "We finetuning", true);
        check("fine-tuning", "Fine Tuning it", true);
        check("agent", "agents", true);
        check("agent", "agentic", false);
        check("deep learning", "deep. Learning", false);
        check("图像", "论图像识别", true);
        check("C", "C++", false);
    }

    #[test]
    fn an_abbreviation_is_found_as_it_is_written() {
        check("RAG", "rag", false);
        check("RAG", "(RAG)", true);
        check("LLM", "LLMs", true);
        check("ViT", "vit", false);
    }

    #[test]
    fn a_star_is_the_rest_of_a_word() {
        check("memoriz*", "memorization", true);
        check("memoriz*", "memory", false);
        check("continual* learn*", "continually learned", true);
        check("continual* learn*", "continual pre-training", false);
        check("pre-train*", "pretrains", true);
        check("unlearn*", "unlearn", true);
    }

    #[test]
    fn a_pattern_without_words_is_refused() {
        assert!(Pattern::parse("*").is_err());
        assert!(Pattern::parse("!").is_err());
        assert!(Pattern::parse("deep *").is_err());
    }
}
