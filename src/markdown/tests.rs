use super::*;
use crate::diagnostic::Palette;

mod laws;
mod problems;

/// Renders a text; returns it with its problems as people read them.
fn rendered(text: &str) -> (Rendered, String) {
    let mut problems = Problems::new();
    let source = Source::new("a.md", text);
    let rendered = render(
        &source,
        0..text.len(),
        Frame {
            id_prefix: "p-",
            top_heading: 2,
        },
        &mut problems,
    );
    let reports = problems
        .iter()
        .map(|problem| problem.render(Palette::PLAIN));
    (rendered, reports.collect())
}

/// Checks the HTML of a text that has no problems.
fn check(text: &str, expected: &str) {
    let (rendered, reports) = rendered(text);
    assert_eq!(rendered.html, expected, "{text}");
    assert_eq!(reports, "", "{text}");
}

#[test]
fn paragraphs_and_emphasis() {
    check("One.\nTwo.\n\nThree.", "<p>One.\nTwo.</p>\n<p>Three.</p>\n");
    check(
        "*a* **b** `c` ~~d~~  \ne",
        "<p><em>a</em> <strong>b</strong> <code>c</code> <del>d</del><br>\ne</p>\n",
    );
    check("", "");
}

#[test]
fn punctuation_is_smart() {
    check("\"a\" -- 'b'...", "<p>“a” – ‘b’…</p>\n");
}

#[test]
fn raw_html_is_text() {
    check(
        "a <b>c</b> <RET> &amp; &lt;",
        "<p>a &lt;b&gt;c&lt;/b&gt; &lt;RET&gt; &amp; &lt;</p>\n",
    );
    check(
        "<div>\n*x*\n</div>\n\ny",
        "<p>&lt;div&gt;\n*x*\n&lt;/div&gt;</p>\n<p>y</p>\n",
    );
    check(
        "<script>alert(1)</script>",
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n",
    );
    check("a\u{1}b\u{7f}", "<p>a\u{fffd}b\u{fffd}</p>\n");
}

#[test]
fn the_top_heading_is_the_second_level_of_the_page() {
    check(
        "### A *b*\n\n#### A b\n\n# !\n",
        "<h4 id=\"p-a-b\">A <em>b</em></h4>\n<h5 id=\"p-a-b-2\">A b</h5>\n<h2 id=\"p-section\">!</h2>\n",
    );
    check(
        "# a\n###### b",
        "<h2 id=\"p-a\">a</h2>\n<h6 id=\"p-b\">b</h6>\n",
    );
}

#[test]
fn lists_tasks_and_definitions() {
    check(
        "- [x] a\n- [ ] b\n\n7. x\n8. y\n   - z\n",
        "<ul>\n\
         <li><input type=\"checkbox\" disabled checked aria-label=\"done\"> a</li>\n\
         <li><input type=\"checkbox\" disabled aria-label=\"to do\"> b</li>\n\
         </ul>\n\
         <ol start=\"7\">\n<li>x</li>\n<li>y\n<ul>\n<li>z</li>\n</ul>\n</li>\n</ol>\n",
    );
    check(
        "term\n: one\n: two\n",
        "<dl>\n<dt>term</dt>\n<dd>one</dd>\n<dd>two</dd>\n</dl>\n",
    );
    check(
        "> q\n\n---",
        "<blockquote>\n<p>q</p>\n</blockquote>\n<hr>\n",
    );
}

#[test]
fn a_table_scrolls_in_a_box() {
    check(
        "| a | b | c | d |\n|:--|--:|:-:|---|\n| 1 | *2* | 3 |\n",
        "<div class=\"table\" tabindex=\"0\">\n<table>\n<thead>\n\
         <tr><th class=\"left\">a</th><th class=\"right\">b</th><th class=\"center\">c</th><th>d</th></tr>\n\
         </thead>\n<tbody>\n\
         <tr><td class=\"left\">1</td><td class=\"right\"><em>2</em></td><td class=\"center\">3</td><td></td></tr>\n\
         </tbody>\n</table>\n</div>\n",
    );
}

#[test]
fn footnotes_are_numbered_as_they_are_met_and_stand_at_the_end() {
    check(
        "a[^n] b[^1] c[^n]\n\n[^1]: One\n\n[^\"x]: Nobody\n\n[^n]: See [x](y.md).\n",
        "<p>a<sup><a href=\"#p-fn-1\" id=\"p-fnref-1\">1</a></sup> \
         b<sup><a href=\"#p-fn-2\" id=\"p-fnref-2\">2</a></sup> \
         c<sup><a href=\"#p-fn-1\">1</a></sup></p>\n\
         <div class=\"footnotes\">\n<ol>\n\
         <li id=\"p-fn-1\">\n<p>See <a href=\"\">x</a>. \
         <a class=\"back\" href=\"#p-fnref-1\" aria-label=\"back to the text\">↩</a></p>\n</li>\n\
         <li id=\"p-fn-2\">\n<p>One \
         <a class=\"back\" href=\"#p-fnref-2\" aria-label=\"back to the text\">↩</a></p>\n</li>\n\
         <li id=\"p-fn-3\">\n<p>Nobody</p>\n</li>\n\
         </ol>\n</div>\n",
    );
}

#[test]
fn code_is_coloured_where_its_language_is_known() {
    let (rust, _) = rendered("```Rust,ignore\nfn f() {}\n```\n");
    assert_eq!(
        rust.html,
        "<pre tabindex=\"0\"><code class=\"language-Rust\"><span class=\"hl-keyword\">fn</span> \
         <span class=\"hl-function\">f</span>() {}\n</code></pre>\n"
    );
    assert!(rust.has_code);
    check(
        "```\"><b>\n$x$ <i>\n```\n\n    indented & plain\n",
        "<pre tabindex=\"0\"><code class=\"language-&quot;&gt;&lt;b&gt;\">$x$ &lt;i&gt;\n</code></pre>\n\
         <pre tabindex=\"0\"><code>indented &amp; plain\n</code></pre>\n",
    );
}

#[test]
fn formulas_are_typeset_and_money_is_not() {
    check(
        "$x$ and\n$$y$$",
        "<p><math><mi>x</mi></math> and\n\
         <span class=\"math\" tabindex=\"0\"><math display=\"block\"><mi>y</mi></math></span></p>\n",
    );
    check(
        "($5-$6), `$a` and **$7** or [x](http://x/$a)",
        "<p>($5-$6), <code>$a</code> and <strong>$7</strong> or <a href=\"http://x/$a\">x</a></p>\n",
    );
    check("a\u{7f} costs $5", "<p>a\u{fffd} costs $5</p>\n");
    check("\\$x\\$ `a$`$", "<p>$x$ <code>a$</code>$</p>\n");
}

#[test]
fn links_of_this_site_are_holes() {
    let (rendered, reports) = rendered("[a](b.md \"T\\\"\") ![*c* & d](e.png) [f](#g) [h]()");
    assert_eq!(
        rendered.html,
        "<p><a href=\"\" title=\"T&quot;\">a</a> <img src=\"\" alt=\"c &amp; d\" loading=\"lazy\"> \
         <a href=\"#p-g\">f</a> h</p>\n"
    );
    assert_eq!(
        rendered.holes,
        [
            Hole {
                at: 12,
                url: "b.md".to_owned(),
                range: 0..15
            },
            Hole {
                at: 46,
                url: "e.png".to_owned(),
                range: 16..33
            },
        ]
    );
    assert_eq!(reports, "");
}

#[test]
fn links_elsewhere_are_written_out() {
    check(
        "[a](https://x.org/?q=1&r='é') <https://y.org> <a@b.org> https://z.org/a_b_c.",
        "<p><a href=\"https://x.org/?q=1&amp;r=&#39;%C3%A9&#39;\">a</a> \
         <a href=\"https://y.org\">https://y.org</a> \
         <a href=\"mailto:a@b.org\">a@b.org</a> \
         <a href=\"https://z.org/a_b_c\">https://z.org/a_b_c</a>.</p>\n",
    );
}

#[test]
fn an_address_keeps_its_punctuation() {
    check(
        "\"https://a--b.org/it's_a_b\" -- 'x' http://c.org/\\_d...",
        "<p>“<a href=\"https://a--b.org/it&#39;s_a_b\">https://a--b.org/it's_a_b</a>” – ‘x’ \
         <a href=\"http://c.org/_d\">http://c.org/_d</a>…</p>\n",
    );
}

#[test]
fn no_link_stands_in_a_link() {
    check(
        "[https://x.org \"y\"](https://z.org)",
        "<p><a href=\"https://z.org\">https://x.org “y”</a></p>\n",
    );
}

#[test]
fn the_plain_text_is_what_a_reader_sees() {
    let text = "# A *b*\n\nc `d`\ne $\\alpha^2$ ![f](g.png) [h](i)[^1].\n\n- j\n- <k>\n\n|l|m|\n|-|-|\n|n|o|\n\n[^1]: p\n";
    let (rendered, _) = rendered(text);
    assert_eq!(rendered.plain, "A b\nc d e α^2 f h.\nj\n<k>\nl m\nn o\np");
    assert!(rendered.has_math && !rendered.has_code);
}

#[test]
fn a_line_has_no_blocks() {
    let source = Source::new("a.md", "");
    for (text, html, plain) in [
        ("# 1 \"result\"", "# 1 “result”", "# 1 “result”"),
        ("_a_  b\n- c", "<em>a</em> b - c", "a b - c"),
        ("\"Hi\" $x$", "“Hi” <math><mi>x</mi></math>", "“Hi” x"),
        ("1. x", "1. x", "1. x"),
        (">", "&gt;", ">"),
        ("...", "…", "…"),
        ("", "", ""),
        ("    x", "x", "x"),
        ("| a |", "| a |", "| a |"),
        (
            "https://x.org",
            "<a href=\"https://x.org\">https://x.org</a>",
            "https://x.org",
        ),
        ("<b>", "&lt;b&gt;", "<b>"),
    ] {
        let mut problems = Problems::new();
        let line = inline(&source, text, 0..0, &mut problems);
        assert_eq!(
            (line.html.as_str(), line.plain.as_str()),
            (html, plain),
            "{text}"
        );
        assert!(problems.is_empty(), "{text}");
    }
    let link = inline(&source, "[a](b.md)", 3..9, &mut Problems::new());
    assert_eq!(link.html, "<a href=\"\">a</a>");
    assert_eq!(
        link.holes,
        [Hole {
            at: 9,
            url: "b.md".to_owned(),
            range: 3..9
        }]
    );
}

#[test]
fn a_title_is_text_and_formulas() {
    for (text, html, plain) in [
        ("A <b> & *c*", "A &lt;b&gt; &amp; *c*", "A <b> & *c*"),
        (
            "$x$-Net for $5",
            "<math><mi>x</mi></math>-Net for $5",
            "x-Net for $5",
        ),
        ("$\\frac{$", "$\\frac{$", "$\\frac{$"),
        (
            "$\\left( x$",
            "<code class=\"math-error\">$\\left( x$</code>",
            "( x",
        ),
    ] {
        assert_eq!(title(text), html);
        assert_eq!(title_plain(text), plain);
    }
}

#[test]
fn a_teaser_ends_with_a_word() {
    for (plain, max_chars, expected) in [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one,\n two three", 9, "one, two…"),
        ("one, two", 5, "one…"),
        ("overlong", 5, "over…"),
        ("exact x", 5, "exac…"),
        ("a exact x", 7, "a…"),
        ("", 5, ""),
    ] {
        assert_eq!(teaser(plain, max_chars), expected);
    }
}
