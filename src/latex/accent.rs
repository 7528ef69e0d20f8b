//! Accents, written with a sign or with a letter: `\'e`, `\"{o}`, `\c{c}`.

use super::formula;
use super::read::Reader;
use super::symbol;

impl<'a> Reader<'a> {
    /// Reads `\'e`, `\"{o}`, `\'\i`; where there is no such letter the sign is a quote or a tilde.
    pub(super) fn accent(&mut self, sign: char, mark: char) {
        self.at += 1;
        if matches!(sign, '\'' | '"') && self.is_escaped_quote(sign) {
            return self.out.char(sign);
        }
        let start = self.at;
        let group = self.group_text();
        if group.is_none() {
            self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
        }
        let base = match group {
            Some(group) => group,
            None => &self.rest()[..base_length(self.rest())],
        };
        let (letter, behind) = split_base(base);
        let is_umlaut =
            sign != '"' || letter.is_some_and(|letter| "aeiouyıAEIOUY".contains(letter));
        match letter
            .and_then(|letter| symbol::accented(letter, mark))
            .filter(|_| is_umlaut)
        {
            Some(letter) => {
                self.out.char(letter);
                if group.is_none() {
                    self.at += base.len();
                    self.skip_stray_brace();
                }
                self.out.text(behind);
            }
            None => {
                self.at = start;
                self.out.char(sign);
            }
        }
    }

    /// `model\'s` and `\"quoted\"` were escaped by somebody's program, not by TeX.
    pub(super) fn is_escaped_quote(&self, sign: char) -> bool {
        let rest = self.rest();
        let word = formula::command_name(rest);
        let ends = |tail: &str| {
            !tail.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '{' | '\\'))
        };
        let in_word = self.out.last_char().is_some_and(char::is_alphabetic);
        if in_word {
            let contraction =
                matches!(word.trim(), "s" | "t" | "re" | "ve" | "ll" | "d" | "m" | "");
            return contraction && ends(&rest[word.len()..]) && (word.is_empty() || sign != '"');
        }
        let near = &rest[..rest.floor_char_boundary(80)];
        near.match_indices(['\'', '"']).any(|(at, found)| {
            found.starts_with(sign) && near[..at].ends_with('\\') && ends(&near[at + 1..])
        })
    }

    /// Reads `\c{c}` or, inside a word, `\c c`. Returns false if it is another command of that name.
    pub(super) fn letter_accent(&mut self, name: &str, mark: char) -> bool {
        let start = self.at;
        if let Some(group) = self.group_text() {
            // `\rho` that a program took for the ring accent with `ho` behind it.
            if name == "r" && group == "ho" {
                self.out.char('ρ');
                return true;
            }
            if let (Some(letter), "") = split_base(group)
                && let Some(letter) = symbol::accented(letter, mark)
            {
                self.out.char(letter);
                return true;
            }
        } else if let Some(letter) = self
            .rest()
            .strip_prefix(' ')
            .and_then(|rest| rest.chars().next())
            && self.out.last_char().is_some_and(char::is_alphabetic)
            && let Some(letter_with_mark) = symbol::accented(letter, mark)
        {
            self.at += 1 + letter.len_utf8();
            self.out.char(letter_with_mark);
            return true;
        }
        self.at = start;
        false
    }

    /// `\'e}`: the brace that opened the group was lost.
    pub(super) fn skip_stray_brace(&mut self) {
        if self.rest().starts_with('}') {
            self.at += 1;
        }
    }
}

fn base_length(rest: &str) -> usize {
    match rest.chars().next() {
        Some('\\') if rest[1..].starts_with(['i', 'j']) => {
            2 + usize::from(rest[2..].starts_with(' '))
        }
        Some(c) => c.len_utf8(),
        None => 0,
    }
}

/// Returns the letter at the start of an accent's argument, and what stands behind it.
fn split_base(base: &str) -> (Option<char>, &str) {
    let base = base.trim();
    if let Some(rest) = base.strip_prefix("\\i") {
        return (Some('ı'), rest.trim());
    }
    if let Some(rest) = base.strip_prefix("\\j") {
        return (Some('ȷ'), rest.trim());
    }
    let mut chars = base.chars();
    (chars.next(), chars.as_str())
}
