//! Markdown that a capturing tool has put around a page's text.
//!
//! Takes links, pictures, headings and anchors off a line and keeps the addresses. Applied only to
//! texts that hold such links, so that a bracket or a number sign in plain text stays.

use super::lines::Line;
use super::lines::collapse;

/// This is a line without its markup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plain {
    /// The text.
    pub text: String,
    /// The addresses of the links, in their order.
    pub urls: Vec<String>,
    /// Whether the line was a heading.
    pub heading: bool,
}

/// Tells whether a text is Markdown: it has lines that are links, or some headings.
///
/// A link inside a sentence may stand in an abstract of a text that is none.
pub fn is_markdown(lines: &[Line]) -> bool {
    let is_link = |line: &Line| {
        let start = line.text.trim_start_matches(['#', '-', '*', ' ']);
        let link = start.contains("](http") || start.contains("](/papers/");
        link && start.starts_with(['[', '!']) && start.ends_with(')')
    };
    let headings = lines.iter().filter(|line| heading(&line.text).is_some());
    lines.iter().any(is_link) || headings.count() > 1
}

/// Returns the text of a heading.
fn heading(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches('#');
    let level = text.len() - rest.len();
    rest.strip_prefix(' ').filter(|_| (1..=6).contains(&level))
}

/// Longer lines are an abstract's; the links in it are its own.
const LABEL: usize = 400;

/// Takes the markup off a line of Markdown.
pub fn strip(line: &str) -> Plain {
    let mut plain = Plain::default();
    let mut text = line.trim_end_matches('\\').to_owned();
    if let Some(rest) = heading(&text) {
        plain.heading = true;
        text = rest.to_owned();
    }
    if let Some(item) = text.strip_prefix("- ").or_else(|| text.strip_prefix("* "))
        && item.starts_with('[')
    {
        text = item.to_owned();
    }
    if let Some(inner) = whole_link(&text, &mut plain.urls) {
        text = inner;
    }
    while text.len() <= LABEL
        && let Some(next) = unlink_first(&text, &mut plain.urls)
    {
        text = next;
    }
    if let Some((body, url)) = text.rsplit_once("](")
        && let Some(url) = url.strip_suffix(')')
        && is_target(url)
        && opening(body).is_none()
    {
        // A link that was opened in a line above closes behind a long text.
        plain.urls.push(url.to_owned());
        text = body.to_owned();
    }
    // A link over several lines opens here and closes below.
    if let Some(rest) = text.strip_prefix('[')
        && !rest.contains(']')
    {
        text = rest.to_owned();
    }
    plain.text = collapse(&drop_tags(&text).replace("\\ ", " "));
    plain
}

/// Takes off a link that is the whole line: its text may hold brackets that do not pair.
fn whole_link(text: &str, urls: &mut Vec<String>) -> Option<String> {
    let inner = text.strip_prefix('[')?.strip_suffix(')')?;
    let (label, url) = inner.split_once("](")?;
    let plain = !url.contains("](") && is_target(url);
    plain.then(|| {
        urls.push(url.to_owned());
        label.to_owned()
    })
}

/// Takes off the first link or picture; `None` when there is none left.
fn unlink_first(text: &str, urls: &mut Vec<String>) -> Option<String> {
    let mut from = 0;
    loop {
        let middle = from + text[from..].find("](")?;
        from = middle + 2;
        let end = from + text[from..].find(')')?;
        let url = text[from..end].split(' ').next().unwrap_or_default();
        if !is_target(url) {
            continue;
        }
        // A link whose opening stands in a line above starts with this line.
        let open = opening(&text[..middle]);
        let (label_start, cut) = open.map_or((0, 0), |at| (at + 1, at));
        let image = cut > 0 && text[..cut].ends_with('!');
        let (label, cut) = match image {
            true => ("", cut - 1),
            false => (&text[label_start..middle], cut),
        };
        if !image {
            urls.push(url.to_owned());
        }
        let (before, after) = (&text[..cut], &text[end + 1..]);
        let glued = |c: Option<char>| {
            if c.is_some_and(char::is_alphanumeric) {
                " "
            } else {
                ""
            }
        };
        let first = glued(before.chars().next_back());
        let last = glued(after.chars().next());
        return Some(format!("{before}{first}{label}{last}{after}"));
    }
}

/// Finds the bracket that opens what closes at the end of a text.
fn opening(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' if depth == 0 => return Some(at),
            '[' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn is_target(url: &str) -> bool {
    ["http://", "https://", "/", "#", "mailto:"]
        .iter()
        .any(|start| url.starts_with(start))
}

/// Takes off anchors, `<a id="x"></a>`, which structured extractions leave.
fn drop_tags(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some(start) = out.find("<a ")
        && let Some(end) = out[start..].find("</a>")
    {
        out.replace_range(start..start + end + 4, "");
    }
    out
}
