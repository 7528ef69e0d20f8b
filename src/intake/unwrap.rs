//! Lines that a narrow window has broken become the paragraphs they were.
//!
//! Knows only widths: a break is the window's when the next word would not have fitted.

/// This is the width at which some lines were broken, if they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    width: Option<usize>,
    /// Whether every line is as full as it can be; some tools balance the lines of a paragraph.
    full: bool,
}

impl Window {
    /// Finds the window of some lines.
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a str>) -> Window {
        let lines: Vec<(usize, usize)> = lines
            .into_iter()
            .map(|line| (line.chars().count(), first_word(line)))
            .collect();
        let widest = lines.iter().map(|(width, _)| *width).max().unwrap_or(0);
        if widest > WIDEST && !is_even(lines.iter().map(|(width, _)| *width), widest) {
            return Window {
                width: None,
                full: true,
            };
        }
        let breaks = || {
            lines
                .windows(2)
                .filter(|pair| pair[0].0 > 0 && pair[1].0 > 0)
        };
        let full = breaks()
            .filter(|pair| pair[0].0 + 1 + pair[1].1 > widest)
            .count();
        Window {
            width: Some(widest),
            full: full * 5 >= breaks().count() * 4,
        }
    }

    /// Tells whether the lines were broken at all.
    pub fn is_narrow(&self) -> bool {
        self.width.is_some()
    }

    /// Tells whether the window, not the text, ended a line before the next.
    pub fn is_soft(&self, line: &str, next: &str) -> bool {
        let Some(width) = self.width else {
            return false;
        };
        let slack = if self.full { 0 } else { width / SLACK };
        line.chars().count() + 1 + first_word(next) + slack > width
    }
}

/// Groups the lines of one paragraph (no blank line between them) into texts that were one line.
///
/// Returns for each text the number of lines it takes. Lines far longer than any window are texts
/// of their own, so titles and abstracts may follow each other without blank lines.
pub fn group(lines: &[&str]) -> Vec<usize> {
    let window = Window::of(lines.iter().copied());
    let mut groups = Vec::new();
    let mut open = 0;
    for (index, line) in lines.iter().enumerate() {
        open += 1;
        let soft = lines
            .get(index + 1)
            .is_some_and(|next| window.is_soft(line, next));
        if !soft {
            groups.push(open);
            open = 0;
        }
    }
    groups
}

/// Tells whether a paragraph seems to hold a title and its abstract without a blank line between.
pub fn is_glued(lines: &[&str]) -> bool {
    let groups = group(lines);
    let length = |lines: &[&str]| lines.iter().map(|line| line.chars().count()).sum::<usize>();
    groups.len() > 1 && length(&lines[..groups[0]]) <= TITLE && length(&lines[groups[0]..]) > TITLE
}

/// Tells whether some lines are as the text has them: one is wider than any window.
pub fn has_whole_lines(lines: &[&str]) -> bool {
    lines.len() > 1 && Window::of(lines.iter().copied()).width.is_none()
}

/// Joins lines; a hyphen at the end of a line stays and joins what it broke.
pub fn join<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for line in lines {
        if !joined.is_empty() && !continues_word(&joined, line) {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}

/// Wider lines than this are no window's, unless all of a paragraph's are; abstracts start at 165.
const WIDEST: usize = 160;

/// Tells whether all lines but the last are nearly as wide as the widest, as a very wide window makes them.
fn is_even(widths: impl ExactSizeIterator<Item = usize>, widest: usize) -> bool {
    let count = widths.len();
    let even = widths
        .take(count.saturating_sub(1))
        .filter(|width| width * 5 >= widest * 4);
    count > 2 && even.count() == count - 1
}

/// Titles are not longer than this.
const TITLE: usize = 175;

/// A tool that balances its lines leaves up to this part of the width free.
const SLACK: usize = 4;

/// The width of the word that did not fit. A window that breaks after hyphens too had a part of it
/// to fit only, but then the whole word did not fit either.
fn first_word(line: &str) -> usize {
    line.split(' ').next().unwrap_or_default().chars().count()
}

/// Tells whether a word was broken at its hyphen: `inter-` and `module`, but not `pre-` and `and`.
fn continues_word(before: &str, next: &str) -> bool {
    let mut end = before.chars().rev();
    let hyphen = matches!(end.next(), Some('-' | '‐' | '‑'))
        && end.next().is_some_and(char::is_alphanumeric);
    let word = next
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    let suspended = matches!(word, "and" | "or" | "to" | "und" | "versus" | "vs");
    // `end-` and `to-end` are one word all the same.
    let suspended = suspended && !next[word.len()..].starts_with('-');
    hyphen && next.starts_with(|c: char| c.is_alphanumeric()) && !suspended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hyphen_at_a_line_end_joins() {
        assert_eq!(join(["inter-", "module links"]), "inter-module links");
        assert_eq!(
            join(["pre-", "and post-training"]),
            "pre- and post-training"
        );
        assert_eq!(join(["end-", "to-end"]), "end-to-end");
        assert_eq!(
            join(["pre-", "and/or post-training"]),
            "pre- and/or post-training"
        );
        assert_eq!(join(["a range --", "so wide"]), "a range -- so wide");
    }

    #[test]
    fn long_lines_are_texts_of_their_own() {
        let long = "word ".repeat(100);
        assert_eq!(
            group(&["A Title", &long, "Another Title", &long]),
            [1, 1, 1, 1]
        );
    }

    #[test]
    fn wrapped_lines_are_one_text() {
        assert_eq!(group(&["aaaa bbbb cccc", "dddd eeee ffff", "gg"]), [3]);
    }
}
