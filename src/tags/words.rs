//! Words, folded so that two ways to write one thing are equal.
//!
//! Case, plural, hyphens and the split of `pre-training` do not count; `C++`, `C#`, `.NET` stay
//! apart, and a script without spaces is cut into its characters. Knows nothing of tags.

use std::ops::Range;

/// This is a text as folded words: each with a space before it and the last with one behind it.
#[derive(Debug, Default)]
pub struct Words {
    /// ` large language model | we … `; a bar stands where a phrase cannot go on.
    pub folded: String,
    /// For each word, where it starts in `folded` (its space) and where it stands in the text.
    pub spans: Vec<(usize, Range<usize>)>,
}

/// Prefixes that people join, hyphenate and part without a difference in meaning.
pub(super) const PREFIXES: [&str; 6] = ["pre", "post", "fine", "multi", "meta", "few"];

/// Splits a text into folded words; addresses are passed over.
pub fn split(text: &str) -> Words {
    let mut words = Words::default();
    let mut at = 0;
    let mut glue = false;
    while let Some(token) = next_token(text, at) {
        at = token.end;
        let written = &text[token.clone()];
        if is_break(written) {
            // A hyphen and a space part words; only other signs end a phrase.
            if !words.folded.ends_with(" |") {
                words.folded.push_str(" |");
            }
            glue = false;
            continue;
        }
        let mut word = written.to_lowercase();
        let prefix = PREFIXES.contains(&word.as_str());
        if !prefix {
            word = singular(word);
        }
        if glue {
            if let Some((_, span)) = words.spans.last_mut() {
                span.end = token.end;
            }
        } else {
            words.spans.push((words.folded.len(), token));
            words.folded.push(' ');
        }
        words.folded.push_str(&word);
        glue = prefix;
    }
    words.folded.push(' ');
    words
}

/// Folds a name as a whole: what is equal after it means one tag.
pub fn fold(name: &str) -> String {
    split(name).folded.replace(" |", "").trim().to_owned()
}

impl Words {
    /// Returns the bytes of the text between two places of `folded`.
    pub fn written(&self, start: usize, end: usize) -> Range<usize> {
        let first = self.spans.partition_point(|(at, _)| *at < start);
        let last = self.spans.partition_point(|(at, _)| *at < end);
        let first = self.spans[first.min(self.spans.len() - 1)].1.start;
        first..self.spans[last.max(1) - 1].1.end
    }
}

/// Finds the next word, or a sign at which a phrase ends.
fn next_token(text: &str, from: usize) -> Option<Range<usize>> {
    let mut rest = text[from..].char_indices();
    let (start, first) = rest.find(|(_, c)| !c.is_whitespace() && !is_joint(*c))?;
    let start = from + start;
    if let Some(length) = address_length(&text[start..]) {
        // An address holds words that the paper does not say; it is one sign.
        return next_token(text, start + length);
    }
    let after = |at: usize| text[at..].chars().next();
    let opens = first == '.' && after(start + 1).is_some_and(char::is_alphabetic);
    if !first.is_alphanumeric() && !opens || is_ideograph(first) {
        return Some(start..start + first.len_utf8());
    }
    let mut end = start + first.len_utf8();
    while let Some(c) = after(end) {
        let inside = c == '.' && after(end + 1).is_some_and(char::is_alphanumeric);
        let sign = matches!(c, '+' | '#') && !after(end + 1).is_some_and(char::is_alphanumeric)
            || c == '+' && after(end + 1) == Some('+');
        if !(c.is_alphanumeric() && !is_ideograph(c) || inside || sign) {
            break;
        }
        end += c.len_utf8();
    }
    Some(start..end)
}

/// Signs that stand inside a phrase or say nothing: hyphens, quotes, what is left of TeX.
pub(super) fn is_joint(c: char) -> bool {
    matches!(
        c,
        '-' | '‐' | '‑' | '–' | '_' | '\'' | '’' | '"' | '“' | '”' | '`' | '*' | '~'
    )
}

fn is_break(token: &str) -> bool {
    !token.chars().any(char::is_alphanumeric)
}

fn address_length(text: &str) -> Option<usize> {
    let is_address = text.starts_with("http://") || text.starts_with("https://");
    let end = || text.find(char::is_whitespace).unwrap_or(text.len());
    is_address.then(end)
}

/// Scripts that are written without spaces, where any character may begin a word.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Cuts the plural's ending. The rest need not be a word: it need only be the same for both forms.
fn singular(word: String) -> String {
    let mut bytes = word.into_bytes();
    let length = singular_length(&mut bytes);
    bytes.truncate(length);
    String::from_utf8(bytes).expect("only ASCII was cut or changed")
}

/// Returns how much of a word is left without the plural's ending; `ies` becomes `y`.
pub(super) fn singular_length(word: &mut [u8]) -> usize {
    let all = word.len();
    let kept: [&[u8]; 4] = [b"ss", b"us", b"is", b"as"];
    let plural = all > 3 && word.ends_with(b"s") && word.is_ascii();
    if !plural || kept.iter().any(|ending| word.ends_with(ending)) {
        return all;
    }
    if all > 4 && word.ends_with(b"ies") {
        word[all - 3] = b'y';
        return all - 2;
    }
    let sibilant: [&[u8]; 4] = [b"sses", b"xes", b"ches", b"shes"];
    all - 1 - usize::from(sibilant.iter().any(|ending| word.ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(split(text).folded, expected);
    }

    #[test]
    fn case_plural_and_hyphens_do_not_count() {
        check(
            "Pre-trained LLMs: studies of class-incremental learning.",
            " pretrained llm | study of class incremental learning | ",
        );
        check("losses boxes bias analysis", " loss box bias analysis ");
    }

    #[test]
    fn signs_that_tell_names_apart_are_kept() {
        check("C++, C# and .NET; C", " c++ | c# and .net | c ");
        check("图像 models", " 图 像 model ");
        check("GPT-4.1 (2025)", " gpt 4.1 | 2025 | ");
    }

    #[test]
    fn an_address_says_nothing() {
        check("see https://a.b/continual-learning now", " see now ");
    }

    #[test]
    fn a_hit_knows_what_was_written() {
        let text = "The Pre-Training of models";
        let words = split(text);
        let at = words.folded.find(" pretraining").expect("the word");
        assert_eq!(&text[words.written(at, at + 12)], "Pre-Training");
        assert_eq!(&text[words.written(at, at + 15)], "Pre-Training of");
    }
}
