//! What holds for every text, however hostile.

use proptest::prelude::*;

use super::*;

// The same properties hold the corpus and what fuzzers find.
#[path = "../../../tests/properties/html.rs"]
mod html;
#[path = "../../../tests/properties/markdown.rs"]
mod property;

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
        property::check(&text);
    }

    #[test]
    fn any_text_becomes_clean_html(text in any::<String>()) {
        property::check(&text);
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
