//! White space of a copied text: what is a paragraph, and what is only the width of somebody's terminal.

/// Returns the text with every run of white space as one space, and without control characters.
pub fn on_one_line(text: &str) -> String {
    collapse(text, |_| false)
}

/// Returns the text with paragraphs separated by one line feed, otherwise as [`on_one_line`].
///
/// A blank line parts paragraphs, and so does a line that begins with two spaces, because that is
/// how arXiv stores them. In a text where indentation is the layout of every line it says nothing.
pub fn in_paragraphs(text: &str) -> String {
    let indentation_parts = indentation_parts(text);
    collapse(text, |run| {
        run.matches('\n').count() > 1 || indentation_parts && is_indented(run)
    })
}

fn collapse(text: &str, parts: impl Fn(&str) -> bool) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for (run, word) in words(text) {
        if !collapsed.is_empty() {
            collapsed.push(if parts(run) { '\n' } else { ' ' });
        }
        collapsed.extend(word.chars().filter(|&c| !is_noise(c)));
    }
    collapsed
}

/// Yields every word with the white space before it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(|c: char| !c.is_whitespace())?;
        let (run, tail) = rest.split_at(start);
        let end = tail.find(char::is_whitespace).unwrap_or(tail.len());
        let (word, after) = tail.split_at(end);
        rest = after;
        Some((run, word))
    })
}

fn indentation_parts(text: &str) -> bool {
    let mut plain_breaks = 0;
    let mut indented_breaks = 0;
    let mut indented_mid_sentence = 0;
    let mut previous = "";
    for (run, word) in words(text) {
        if run.contains('\n') && !previous.is_empty() {
            if is_indented(run) {
                indented_breaks += 1;
                indented_mid_sentence +=
                    usize::from(!previous.ends_with(['.', '!', '?', ':', ')', '"', '\'']));
            } else {
                plain_breaks += 1;
            }
        }
        previous = word;
    }
    indented_breaks < plain_breaks || indented_mid_sentence == 0
}

fn is_indented(run: &str) -> bool {
    run.rsplit_once('\n')
        .is_some_and(|(_, indentation)| indentation.len() > 1)
}

/// Control characters are forbidden in XML 1.0 and so in feeds; a byte order mark is no character.
fn is_noise(c: char) -> bool {
    c.is_control() || c == '\u{feff}'
}
