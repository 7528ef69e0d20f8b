use super::*;
use crate::diagnostic::Palette;

fn rendered(text: &str) -> (Rendered, String) {
    let mut problems = Problems::new();
    let source = Source::new("a.md", text);
    let rendered = render(&source, 0..text.len(), "p-", &mut problems);
    let reports: Vec<String> = problems
        .iter()
        .map(|problem| problem.render(Palette::PLAIN))
        .collect();
    (rendered, reports.concat())
}

/// Checks the HTML of a text that has no problems.
fn check(text: &str, expected: &str) {
    let (rendered, reports) = rendered(text);
    assert_eq!(rendered.html, expected, "{text}");
    assert_eq!(reports, "", "{text}");
}

#[test]
fn paragraphs_are_plain_paragraphs() {
    check("One.\nTwo.\n\nThree.", "<p>One.\nTwo.</p>\n<p>Three.</p>\n");
    check(
        "*a* **b** `c` ~~d~~",
        "<p><em>a</em> <strong>b</strong> <code>c</code> <del>d</del></p>\n",
    );
}

#[test]
fn money_stays_money() {
    check(
        "($5-$6) costs **$7**",
        "<p>($5-$6) costs <strong>$7</strong></p>\n",
    );
}
