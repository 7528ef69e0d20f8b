//! Which dollars are formulas and which are money.
//!
//! The rule is Pandoc's (manual, extension `tex_math_dollars`): an opening `$` has a character that
//! is not a space at its right, a closing one has such a character at its left and no digit at its
//! right. But `$\sim$50` and `256$\times$256`, which abstracts are full of, are formulas: a command of
//! TeX is not money, while `$5 and 10$` is. Braces within a formula are balanced, and a formula ends with its paragraph.

use std::ops::Range;

use crate::math::Display;

/// This says what the dollars of a text are.
#[derive(Debug, Default)]
pub(super) struct Dollars {
    /// The formulas, in order.
    pub formulas: Vec<Formula>,
    /// The dollars that are text, in order.
    pub loose: Vec<usize>,
    /// Those of the loose ones that look as if a formula was meant.
    pub strays: Vec<Stray>,
}

/// This is a formula.
#[derive(Debug, PartialEq)]
pub(super) struct Formula {
    /// Where it stands, dollars and all.
    pub range: Range<usize>,
    /// Between one dollar or two.
    pub display: Display,
}

/// This is a dollar that opens a formula which nothing closes.
#[derive(Debug, PartialEq)]
pub(super) struct Stray {
    /// The dollar and what follows it, up to a space.
    pub range: Range<usize>,
    /// Whether the dollar opens nothing only because a space follows it.
    pub spaced: bool,
}

impl Formula {
    /// Returns where the formula's source stands, without the dollars.
    pub fn inside(&self) -> Range<usize> {
        let width = if self.display == Display::Block { 2 } else { 1 };
        self.range.start + width..self.range.end - width
    }
}

/// Finds out what the dollars of a text are.
pub(super) fn find(text: &str) -> Dollars {
    let mut dollars = Dollars::default();
    if memchr::memchr(b'$', text.as_bytes()).is_some() {
        let mut scan = Scan {
            bytes: text.as_bytes(),
            paragraph_end: 0,
            failures: 0,
            unclosed_code: 0,
        };
        scan.run(text, &mut dollars);
    }
    dollars
}

/// A paragraph of nothing but `${` would be read to its end for each of them.
const MAX_FAILURES: usize = 64;

struct Scan<'a> {
    bytes: &'a [u8],
    paragraph_end: usize,
    /// How many dollars of the paragraph opened nothing although it was read for a closing one.
    failures: usize,
    /// The lengths of runs of backticks that nothing in the paragraph closes, as bits.
    unclosed_code: u64,
}

impl Scan<'_> {
    fn run(&mut self, text: &str, dollars: &mut Dollars) {
        let mut at = 0;
        while let Some(step) = memchr::memchr3(b'$', b'\\', b'`', &self.bytes[at..]) {
            at += step;
            if at >= self.paragraph_end {
                self.enter_paragraph(at);
            }
            at = match self.bytes[at] {
                b'\\' => (at + 2).min(self.bytes.len()),
                b'`' => self.code_end(at),
                _ => match self.formula(at) {
                    Some(formula) => {
                        let end = formula.range.end;
                        dollars.formulas.push(formula);
                        end
                    }
                    None => {
                        dollars.loose.push(at);
                        dollars.strays.extend(stray(text, at, self.paragraph_end));
                        at + 1
                    }
                },
            };
        }
    }

    fn enter_paragraph(&mut self, at: usize) {
        let blank = |from: usize| {
            let rest = &self.bytes[from..];
            let end = rest.iter().position(|b| !b" \t\r".contains(b));
            end.is_none_or(|end| rest[end] == b'\n')
        };
        let line_ends = memchr::memchr_iter(b'\n', &self.bytes[at..]);
        self.paragraph_end = line_ends
            .map(|end| at + end + 1)
            .find(|&next| blank(next))
            .unwrap_or(self.bytes.len());
        self.failures = 0;
        self.unclosed_code = 0;
    }

    /// Returns where a code span that opens here ends, or where its backticks end if nothing closes it.
    fn code_end(&mut self, at: usize) -> usize {
        let run = |from: usize| {
            let ticks = self.bytes[from..].iter().take_while(|b| **b == b'`');
            ticks.count()
        };
        let opening = run(at);
        let bit = 1_u64 << opening.min(63);
        if self.unclosed_code & bit == 0 {
            let mut from = at + opening;
            while let Some(step) =
                memchr::memchr(b'`', &self.bytes[from..self.paragraph_end.max(from)])
            {
                let closing = run(from + step);
                from += step + closing;
                if closing == opening {
                    return from;
                }
            }
            self.unclosed_code |= bit;
        }
        at + opening
    }

    /// Returns the formula that the dollar at a place opens.
    fn formula(&mut self, open: usize) -> Option<Formula> {
        let display = match self.bytes.get(open + 1) {
            Some(b'$') => Display::Block,
            Some(byte) if !byte.is_ascii_whitespace() => Display::Inline,
            _ => return None,
        };
        if self.failures == MAX_FAILURES {
            return None;
        }
        let start = open + if display == Display::Block { 2 } else { 1 };
        let end = self.closing(start, display);
        self.failures += usize::from(end.is_none());
        let range = open..end?;
        Some(Formula { range, display })
    }

    /// Returns the end of the closing dollars for a formula whose source starts at a place.
    fn closing(&self, start: usize, display: Display) -> Option<usize> {
        let mut depth = 0_usize;
        let mut at = start;
        while at < self.paragraph_end {
            match self.bytes[at] {
                b'\\' => at += 1,
                b'{' => depth += 1,
                b'}' => depth = depth.checked_sub(1)?,
                b'$' if depth == 0 => {
                    let next = self.bytes.get(at + 1);
                    let closes = match display {
                        Display::Block => next == Some(&b'$'),
                        Display::Inline => {
                            let inside = &self.bytes[start..at];
                            !inside.last().is_some_and(u8::is_ascii_whitespace)
                                && !is_money(inside, next.is_some_and(u8::is_ascii_digit))
                        }
                    };
                    let filled = !self.bytes[start..at].trim_ascii().is_empty();
                    let width = if display == Display::Block { 2 } else { 1 };
                    return (closes && filled).then_some(at + width);
                }
                _ => {}
            }
            at += 1;
        }
        None
    }
}

/// Tells whether what stands between two dollars is an amount and what follows it: `$5 and 10$`.
///
/// Where a digit follows the second dollar, only a command of TeX makes it a formula.
pub(super) fn is_money(inside: &[u8], digit_follows: bool) -> bool {
    let starts_as_amount = inside.first().is_none_or(u8::is_ascii_digit);
    if digit_follows {
        return starts_as_amount || !has_command(inside);
    }
    let has_words = inside.iter().any(u8::is_ascii_whitespace);
    let has_signs = inside.iter().any(|b| b"\\^_={}<>+".contains(b));
    starts_as_amount && has_words && !has_signs
}

/// Tells whether a loose dollar looks like the start of a formula rather than money.
///
/// What stands before a digit is money unless the number goes on as a formula would: `$10^{6}`.
fn stray(text: &str, at: usize, paragraph_end: usize) -> Option<Stray> {
    const FAR_ENOUGH: usize = 160;
    let limit = text.floor_char_boundary((at + FAR_ENOUGH).min(paragraph_end));
    let after = &text[at + 1..limit.max(at + 1)];
    let end = memchr::memchr(b'$', after.as_bytes()).unwrap_or(after.len());
    let meant = after[..end].trim_start();
    let spaced = meant.len() < end;
    let word = meant.split(char::is_whitespace).next().unwrap_or(meant);
    let in_word = has_command(word.as_bytes()) || word.contains("^{") || word.contains("_{");
    let looks_so = if meant.starts_with(|c: char| c.is_ascii_digit()) {
        in_word
    } else if spaced {
        // `US$ \emph{more}`: after a space only another dollar makes it likely.
        has_command(meant.as_bytes()) && end < after.len()
    } else {
        in_word || has_command(meant.as_bytes())
    };
    let blanks = after.len() - after.trim_start().len();
    let mark_end = at + 1 + blanks + word.len();
    looks_so.then_some(Stray {
        range: at..mark_end,
        spaced,
    })
}

/// Tells whether a text holds a command of TeX: a backslash and a letter.
fn has_command(text: &[u8]) -> bool {
    text.windows(2)
        .any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows formulas in brackets and strays with a question mark.
    fn check(text: &str, expected: &str) {
        let dollars = find(text);
        let mut shown = text.to_owned();
        let mut marks: Vec<(usize, &str)> = Vec::new();
        for formula in &dollars.formulas {
            marks.push((formula.range.start, "["));
            marks.push((formula.range.end, "]"));
        }
        marks.extend(dollars.strays.iter().map(|stray| (stray.range.start, "?")));
        marks.sort_by_key(|(at, _)| *at);
        for (at, mark) in marks.into_iter().rev() {
            shown.insert_str(at, mark);
        }
        assert_eq!(shown, expected);
    }

    #[test]
    fn money_is_not_math() {
        check("from $5 to $6", "from $5 to $6");
        check("($5-$6) and $x$", "($5-$6) and [$x$]");
        check("$5 and 10$ or US$", "$5 and 10$ or US$");
        check("$2 n$ or $2 + n$", "$2 n$ or [$2 + n$]");
        check("US$100, $2M, $ 3", "US$100, $2M, $ 3");
        check("$5 million and $x$", "$5 million and [$x$]");
    }

    #[test]
    fn a_command_before_a_digit_is_not_money() {
        check(
            r"256$\times$256, $\sim$50\%",
            r"256[$\times$]256, [$\sim$]50\%",
        );
        check(r"$5 \emph{to} US$6", r"$5 \emph{to} US$6");
    }

    #[test]
    fn formulas_touch_their_dollars() {
        check("$x$, $10^5$ and $$y$$.", "[$x$], [$10^5$] and [$$y$$].");
        check("$x $ or $ y$", "$x $ or $ y$");
        check("$a$b$c$", "[$a$]b[$c$]");
        check("$$$$ $$", "$$$$ $$");
    }

    #[test]
    fn braces_within_a_formula_are_balanced() {
        check(r"$\text{if $a$ then}$", r"[$\text{if $a$ then}$]");
        check(r"$\frac{a}{b$ and $x$", r"?$\frac{a}{b$ and [$x$]");
        check("$x}$", "$x}$");
    }

    #[test]
    fn a_formula_ends_with_its_paragraph() {
        check("$a\n\nb$", "$a\n\nb$");
        check("$a\nb$", "[$a\nb$]");
    }

    #[test]
    fn escapes_and_code_are_not_math() {
        check(r"\$x$", r"\$x$");
        check("`$a` and `b$`", "`$a` and `b$`");
        check("`a$`$x$", "`a$`[$x$]");
        check("`` `$ `` $x$", "`` `$ `` [$x$]");
        check("`$x$", "`[$x$]");
    }

    #[test]
    fn a_stray_dollar_is_one_that_a_command_follows() {
        check(r"of $O(n \log n) time", r"of ?$O(n \log n) time");
        check(r"$\alpha is", r"?$\alpha is");
        check(r"$10^{6 images", r"?$10^{6 images");
        check(r"$ \alpha $", r"?$ \alpha $");
        check(r"$5 and \emph{more}", r"$5 and \emph{more}");
    }
}
