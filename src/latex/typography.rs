//! Ties, dashes and quotes, which TeX spells with the signs of a typewriter.

use super::damage;
use super::read::{Damage, Reader};

impl<'a> Reader<'a> {
    /// `word~word` is a tie, `~50` means "about", and `5~10` is a range.
    pub(super) fn tie(&mut self) {
        self.at += 1;
        if self.context.damage == Damage::Repaired
            && let Some(key) = damage::citation_key(self.rest())
        {
            self.at += key.len();
            return;
        }
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let before = self.out.last_char();
        let last_word = self
            .out
            .last_text()
            .rsplit([' ', '('])
            .next()
            .unwrap_or_default();
        let in_range =
            last_word.starts_with(|c: char| c.is_ascii_digit()) && digit(self.next_char());
        let about = match before {
            None => self.out.is_empty(),
            _ if in_range => true,
            Some(c) => c == ' ' || matches!(c, '(' | '[' | '<' | '>' | '=' | '/'),
        };
        let stands_alone = self.next_char().is_none_or(|c| c == ' ');
        let about = about
            && !stands_alone
            && self.next_char() != Some('\\')
            && !self.rest().starts_with("http");
        self.out.char(if about || self.context.verbatim {
            '~'
        } else {
            ' '
        });
    }

    pub(super) fn dashes(&mut self) {
        let rest = self.rest();
        let count = rest.len() - rest.trim_start_matches('-').len();
        match count {
            2 => self.out.char('–'),
            3 => self.out.char('—'),
            _ => self.out.text(&rest[..count]),
        }
        self.at += count;
    }

    pub(super) fn quotes(&mut self) {
        let rest = self.rest();
        let after = |bytes: usize| rest[bytes..].chars().next();
        let spaced = |c: Option<char>| c.is_none_or(|c| c == ' ' || c == '\n' || c == '\u{200a}');
        let opens = self.out.last_char().is_none_or(|c| {
            c.is_whitespace() || matches!(c, '(' | '[' | '–' | '—' | '‘' | '“' | '/' | '-')
        });
        if rest.starts_with("``") || rest.starts_with("''") {
            // Some write two backticks on both sides, some two apostrophes.
            let opening = if rest.starts_with('`') {
                opens || !spaced(after(2))
            } else {
                opens && !spaced(after(2))
            };
            self.at += 2;
            self.out.char(match opening {
                true => '“',
                false if self.straight_quote_is_open() => '"',
                false => '”',
            });
        } else if let Some(quoted) = single_quoted(rest).filter(|_| opens) {
            self.out.char('‘');
            let inner = self.inner(quoted);
            self.out.all(inner);
            self.out.char('’');
            self.at += quoted.len() + 2;
        } else {
            self.literal(1);
        }
    }

    /// `"forgotten''`: who opens with a straight quote gets one back.
    pub(super) fn straight_quote_is_open(&self) -> bool {
        let text = self.out.last_text();
        let quote = text.rfind(['"', '“', '”']);
        quote.is_some_and(|at| {
            text[at..].starts_with('"') && !text[at + 1..].starts_with(char::is_whitespace)
        })
    }
}

/// What stands in TeX's single quotes is a phrase; the bound keeps stray backticks cheap.
const LONGEST_QUOTE: usize = 120;

/// Returns what stands between `` ` `` and `'`, if it is short and has no other quote in it.
fn single_quoted(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('`')?;
    let inside = &inside[..inside.floor_char_boundary(LONGEST_QUOTE)];
    let mut from = 0;
    loop {
        let end = from + inside[from..].find(['`', '\'', '\n'])?;
        let after = inside[end + 1..].chars().next();
        let closes = inside[end..].starts_with('\'') && !after.is_some_and(char::is_alphanumeric);
        if closes {
            return Some(&inside[..end])
                .filter(|quoted| !quoted.is_empty() && !quoted.starts_with(' '));
        }
        if !inside[end..].starts_with('\'') {
            return None;
        }
        from = end + 1;
    }
}
