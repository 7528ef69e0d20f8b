//! Lines that a narrow window has broken become the paragraphs they were.
//!
//! Knows only widths: a break is the window's when the next word would not have fitted.

/// Groups the lines of one paragraph (no blank line between them) into texts that were one line.
///
/// Returns for each text the number of lines it takes. Lines far longer than any window are texts
/// of their own, so titles and abstracts may follow each other without blank lines.
pub fn group(lines: &[&str]) -> Vec<usize> {
    let widths: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
    let widest = widths.iter().copied().max().unwrap_or(0);
    let mut groups = Vec::new();
    let mut open = 0;
    for index in 0..lines.len() {
        open += 1;
        let next = lines.get(index + 1);
        if !next.is_some_and(|next| is_soft(widths[index], widest, next)) {
            groups.push(open);
            open = 0;
        }
    }
    groups
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

/// Wider lines than this are no window's.
const WINDOW: usize = 240;

/// A tool that balances its lines leaves up to this part of the width free.
const SLACK: usize = 4;

fn is_soft(width: usize, widest: usize, next: &str) -> bool {
    if widest > WINDOW {
        return false;
    }
    let first_word = next.split(' ').next().unwrap_or_default();
    // A window breaks after a hyphen too, so what had to fit is the part before it.
    let piece = first_word
        .find('-')
        .map_or(first_word, |at| &first_word[..=at]);
    let needed = width + 1 + piece.chars().count();
    needed + widest / SLACK > widest
}

/// Tells whether a word was broken at its hyphen: `inter-` and `module`, but not `pre-` and `and`.
fn continues_word(before: &str, next: &str) -> bool {
    let mut end = before.chars().rev();
    let hyphen = matches!(end.next(), Some('-' | '‐' | '‑'))
        && end.next().is_some_and(char::is_alphanumeric);
    let word = next.split(' ').next().unwrap_or_default();
    let suspended = matches!(word, "and" | "or" | "to" | "und" | "versus" | "vs.");
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
