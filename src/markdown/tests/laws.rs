//! What holds for every text, however hostile.

use proptest::prelude::*;

use super::*;

/// The elements that may come out, with their attributes.
const ALLOWED: &[(&str, &[&str])] = &[
    ("p", &[]),
    ("em", &[]),
    ("strong", &[]),
    ("del", &[]),
    ("code", &["class"]),
    ("pre", &["tabindex"]),
    ("span", &["class", "tabindex"]),
    ("a", &["href", "title", "id", "class", "aria-label"]),
    ("img", &["src", "alt", "title", "loading"]),
    ("br", &[]),
    ("hr", &[]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("blockquote", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &["id"]),
    ("dl", &[]),
    ("dt", &[]),
    ("dd", &[]),
    ("sup", &[]),
    ("div", &["class", "tabindex"]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["class"]),
    ("td", &["class"]),
    ("input", &["type", "disabled", "checked", "aria-label"]),
];

const VOID: &[&str] = &["br", "hr", "img", "input"];

/// Checks that HTML is well formed and of the closed set; what is within `<math>` has its own guard.
fn check_html(html: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>', '&']) {
        let tail = &rest[at..];
        if let Some(entity) = tail.strip_prefix('&') {
            let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
            if !known.iter().any(|name| entity.starts_with(name)) {
                return Err(format!("a bare ampersand: {tail}"));
            }
            rest = entity;
            continue;
        }
        let end = tail.find('>').ok_or(format!("an open tag: {tail}"))?;
        let tag = tail[..end]
            .strip_prefix('<')
            .ok_or(format!("a bare >: {tail}"))?;
        rest = &tail[end + 1..];
        if tag.starts_with("math") {
            let end = rest.find("</math>").ok_or("an open formula")?;
            rest = &rest[end + "</math>".len()..];
        } else if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
        } else {
            let name = check_tag(tag)?;
            if name == "a" && open.contains(&"a") {
                return Err(format!("a link in a link: {tag}"));
            }
            if !VOID.contains(&name) {
                open.push(name);
            }
        }
    }
    if open.is_empty() {
        Ok(())
    } else {
        Err(format!("left open: {open:?}"))
    }
}

fn check_tag(tag: &str) -> Result<&str, String> {
    let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let (_, allowed) = ALLOWED
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or(format!("an unknown element: {tag}"))?;
    while !attributes.is_empty() {
        let end = attributes.find(['=', ' ']).unwrap_or(attributes.len());
        let (attribute, value) = attributes.split_at(end);
        if !allowed.contains(&attribute) {
            return Err(format!("an unknown attribute: {tag}"));
        }
        attributes = match value.strip_prefix("=\"") {
            Some(value) => {
                let (value, rest) = value
                    .split_once('"')
                    .ok_or(format!("an open value: {tag}"))?;
                if attribute == "href" && address::scheme(value) == address::Scheme::Unsafe {
                    return Err(format!("an unsafe address: {tag}"));
                }
                rest.trim_start_matches(' ')
            }
            None => value.trim_start_matches(' '),
        };
    }
    Ok(name)
}

use crate::address;

/// Checks all that holds for every text.
fn check_laws(text: &str) {
    let (first, reports) = rendered(text);
    assert_eq!(
        check_html(&first.html),
        Ok(()),
        "{text:?} gave {}",
        first.html
    );
    for hole in &first.holes {
        let before = &first.html[..hole.at];
        assert!(
            before.ends_with("href=\"") || before.ends_with("src=\""),
            "{text:?}"
        );
        assert!(first.html[hole.at..].starts_with('"'), "{text:?}");
        assert!(hole.range.end <= text.len(), "{text:?}");
    }
    assert!(first.holes.is_sorted_by_key(|hole| hole.at), "{text:?}");
    let ids: Vec<&str> = first.html.split(" id=\"").skip(1).collect();
    let ids: Vec<&str> = ids
        .iter()
        .map(|id| id.split('"').next().unwrap_or(""))
        .collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{text:?}");
    assert_eq!(rendered(text), (first, reports), "{text:?}");

    let source = Source::new("a.md", "");
    let line = inline(&source, text, 0..0, &mut Problems::new());
    assert_eq!(check_html(&line.html), Ok(()), "{text:?}");
    assert!(
        !line.html.contains("<p>") && !line.html.contains("<li>"),
        "{text:?}"
    );
    assert_eq!(check_html(&title(text)), Ok(()), "{text:?}");
    assert!(teaser(&line.plain, 20).chars().count() <= 20, "{text:?}");
}

proptest! {
    #[test]
    fn a_teaser_is_made_of_words_whether_they_are_looked_at_or_not(text in "[ab,:  –é\n]{0,24}", max_chars in 1..24_usize) {
        prop_assert_eq!(teaser(&text, max_chars), teaser_of_words(&text, max_chars));
    }
}

/// Pieces that mean something to Markdown, TeX or HTML.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        " ",
        "\n",
        "\n\n",
        "*",
        "**",
        "_",
        "`",
        "```",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "!",
        "<",
        ">",
        "</",
        "&",
        "\"",
        "'",
        "$",
        "$$",
        "\\",
        "\\frac",
        "\\left(",
        "{",
        "}",
        "^",
        "#",
        "# ",
        "- ",
        "1. ",
        "> ",
        "|",
        "|-|-|\n",
        ": ",
        "[^1]",
        "[^1]: ",
        "[x]: y\n",
        "![",
        "](",
        "https://x.org/",
        "javascript:",
        "data:",
        "<script>",
        "<!--",
        "<a href=x>",
        "&lt;",
        "- [x] ",
        "\t",
        "    ",
        "\u{1}",
        "\u{7f}",
        "\r\n",
        "é",
        "图",
        "\u{202e}",
        "```rust\n",
        "fn f() {}\n",
        "$x$",
        "5",
        "%",
        "---\n",
        "===\n",
        "--",
        "...",
        "<x:y>",
        "<a@b.c>",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn hostile_text_becomes_clean_html(text in hostile()) {
        check_laws(&text);
    }

    #[test]
    fn any_text_becomes_clean_html(text in any::<String>()) {
        check_laws(&text);
    }
}

#[test]
fn a_hundred_kilobytes_of_anything_end_soon() {
    const LENGTH: usize = 100_000;
    for piece in [
        "[",
        "]",
        "![",
        "*",
        "_",
        "**a ",
        "*a_ ",
        ">",
        "> ",
        "- ",
        "1. ",
        "`",
        "``a` ",
        "$",
        "${",
        "$a ",
        "$$",
        "$\\",
        "<",
        "<a",
        "<!--",
        "&",
        "(",
        "[a](",
        "[^1]",
        "[^a]: ",
        "|",
        "a|\n",
        "|a\n|-\n",
        "\\",
        "{",
        "#",
        "# a\n",
        "https://",
        "https://a.b/",
        "~",
        "~~a",
        "\"",
        "'",
        "a**b",
        "x",
        "\n",
        " \n",
        "\t",
        "[a]: b\n",
        "![a](b)",
        "<a:b>",
        ": ",
        "a\n: ",
        "- a\n ",
        "[[]]",
        "[a][b]",
        "a_b",
        "é",
    ] {
        let text = piece.repeat(LENGTH / piece.len());
        let _ = rendered(&text);
    }
    let lists: String = (0..400).map(|depth| " ".repeat(depth) + "- a\n").collect();
    let _ = rendered(&lists);
    let lazy = format!("{} a\n{}", ">".repeat(1000), "a\n".repeat(20_000));
    let _ = rendered(&lazy);
    let notes: String = (0..5000)
        .map(|n| format!("[^{n}]\n\n[^{n}]: a\n\n"))
        .collect();
    let _ = rendered(&notes);
    let headings = "# a\n".repeat(10_000);
    let _ = rendered(&headings);
}
