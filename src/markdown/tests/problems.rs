//! Every problem that a body can have, as people read it.

use super::*;

fn check(text: &str, html: &str, expected: &str) {
    let (rendered, reports) = rendered(text);
    assert_eq!(rendered.html, html, "{text}");
    assert_eq!(reports, expected, "{text}");
}

#[test]
fn a_bad_formula_is_shown_as_its_source() {
    check(
        "é $\\left( x$ <b>",
        "<p>é <code class=\"math-error\">$\\left( x$</code> &lt;b&gt;</p>\n",
        "\
warning[bad-formula]: the formula cannot be typeset: expected closing token `\\right`, but reached end of input
 --> a.md:1:3
  |
1 | é $\\left( x$ <b>
  |   ^^^^^^^^^^
hint: it is shown as it is written; a dollar sign that is none of math is written `\\$`
",
    );
}

#[test]
fn a_stray_dollar_is_text() {
    check(
        "time $O(n \\log n) for $5",
        "<p>time $O(n \\log n) for $5</p>\n",
        "\
warning[stray-dollar]: nothing closes the formula that this dollar sign opens
 --> a.md:1:6
  |
1 | time $O(n \\log n) for $5
  |      ^^^^
hint: close it with `$` in the same paragraph, braces balanced, or write `\\$`
",
    );
    check(
        "120$ \\times $ larger",
        "<p>120$ \\times $ larger</p>\n",
        "\
warning[stray-dollar]: a space follows the dollar sign, so it opens no formula
 --> a.md:1:4
  |
1 | 120$ \\times $ larger
  |    ^^^^^^^^
hint: write the formula next to its dollar signs, or the sign as `\\$`
",
    );
    check("`$\\alpha`", "<p><code>$\\alpha</code></p>\n", "");
}

#[test]
fn an_unsafe_link_keeps_its_text() {
    check(
        "[*a*](java&#x0A;script:x)",
        "<p><em>a</em></p>\n",
        "\
warning[unsafe-link]: the link leads to `java script:x`
 --> a.md:1:1
  |
1 | [*a*](java&#x0A;script:x)
  | ^^^^^^^^^^^^^^^^^^^^^^^^^
hint: a link is http, https, mailto or the path of a file; its text is kept
",
    );
    check(
        "![a](data:image/png;base64,AAAA) <pad:0>",
        "<p>a &lt;pad:0&gt;</p>\n",
        "\
warning[unsafe-link]: the picture leads to `data:image/png;base64,AAAA`
 --> a.md:1:1
  |
1 | ![a](data:image/png;base64,AAAA) <pad:0>
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
hint: a link is http, https, mailto or the path of a file; its text is kept
warning[unsafe-link]: the link leads to `pad:0`
 --> a.md:1:34
  |
1 | ![a](data:image/png;base64,AAAA) <pad:0>
  |                                  ^^^^^^^
hint: a link is http, https, mailto or the path of a file; its text is kept
",
    );
}

#[test]
fn a_picture_on_another_site_becomes_a_link() {
    check(
        "![a <b>](https://x.org/y.png)",
        "<p><a href=\"https://x.org/y.png\">a &lt;b&gt;</a></p>\n",
        "\
warning[external-image]: the picture `https://x.org/y.png` is on another site
 --> a.md:1:1
  |
1 | ![a <b>](https://x.org/y.png)
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
hint: put the file beside this one and write its name; a link is shown instead
",
    );
}

#[test]
fn a_picture_on_another_site_is_its_description_within_a_link() {
    check(
        "[![a](//x.org/y.png)](https://z.org)",
        "<p><a href=\"https://z.org\">a</a></p>\n",
        "\
warning[external-image]: the picture `//x.org/y.png` is on another site
 --> a.md:1:2
  |
1 | [![a](//x.org/y.png)](https://z.org)
  |  ^^^^^^^^^^^^^^^^^^^
hint: put the file beside this one and write its name; a link is shown instead
",
    );
}

#[test]
fn text_nested_too_deeply_is_shown_as_written() {
    let text = format!("{} x *y*", ">".repeat(66));
    let html = format!(
        "{}<p>&gt;&gt; x *y*</p>\n{}",
        "<blockquote>\n".repeat(64),
        "</blockquote>\n".repeat(64)
    );
    check(
        &text,
        &html,
        "\
warning[too-deep]: the text is nested deeper than 64 levels
 --> a.md:1:65
  |
1 | …>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>> x *y*
  |                                                    ^^^^^^^^
hint: what is deeper is shown as it is written
",
    );
}

#[test]
fn places_count_from_the_start_of_the_file() {
    let source = Source::new("a.md", "---\nx: y\n---\n$\\left($\n");
    let mut problems = Problems::new();
    render(
        &source,
        13..source.text.len(),
        Frame::WHOLE_PAGE,
        &mut problems,
    );
    let place = problems
        .iter()
        .next()
        .and_then(|problem| problem.place.clone());
    assert_eq!(place.map(|place| (place.line, place.column)), Some((4, 1)));
    let mut problems = Problems::new();
    inline(&source, "a $\\left($", 4..8, &mut problems);
    let place = problems
        .iter()
        .next()
        .and_then(|problem| problem.place.clone());
    assert_eq!(place.map(|place| (place.line, place.column)), Some((2, 1)));
}
