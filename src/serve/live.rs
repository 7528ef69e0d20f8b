//! What an open page is told: the script that the preview adds to it, and problems as HTML.
//!
//! A page is known by a fingerprint of its bytes, so it is told to load again only when it would
//! look different. Knows no connection.

use std::borrow::Cow;

use memchr::memmem;
use xxhash_rust::xxh3::xxh3_64;

use crate::diagnostic::{Palette, Severity};
use crate::html;

use super::preview::Troubles;

/// The script of an open page.
pub const SCRIPT: &str = include_str!("live.js");

/// Where the preview's own answers stand, below the base. No source can: a build leaves hidden
/// folders out.
pub const OWN_FOLDER: &str = ".digest/";

/// Adds the script to a page, before the end of its body.
pub fn inject(page: &[u8], base: &str, version: &str) -> Vec<u8> {
    let print = fingerprint(page);
    let script = format!(
        r#"<script src="{base}{OWN_FOLDER}live.js" data-page="{print:x}" data-version="{version}"></script>"#
    );
    let at = memmem::rfind(page, b"</body>").unwrap_or(page.len());
    [&page[..at], script.as_bytes(), &page[at..]].concat()
}

/// Returns a number that tells two pages apart, whatever the versions of their style sheets.
pub fn fingerprint(page: &[u8]) -> u64 {
    xxh3_64(&without_versions(page))
}

/// Writes problems as HTML: as in a terminal, with classes for colours.
pub fn problems_html(troubles: &Troubles) -> String {
    let mut text = String::new();
    let failure = troubles.failure.as_ref();
    let failure =
        failure.map(|failure| format!("\x1b[1;31merror\x1b[0m\x1b[1m: {failure}\x1b[0m\n"));
    let problems = troubles
        .problems
        .iter()
        .map(|problem| problem.render(Palette::COLOUR));
    for problem in failure.into_iter().chain(problems) {
        text.push_str("<pre>");
        push_coloured(&problem, &mut text);
        text.push_str("</pre>\n");
    }
    text
}

/// Writes what the script shows, as JSON.
pub fn problems_json(troubles: &Troubles) -> String {
    let errors = troubles.problems.count(Severity::Error) + usize::from(troubles.failure.is_some());
    serde_json::json!({
        "errors": errors,
        "warnings": troubles.problems.count(Severity::Warning),
        "html": problems_html(troubles),
    })
    .to_string()
}

/// The page that is shown while there is none to show.
pub fn bare_page(troubles: &Troubles) -> Vec<u8> {
    let problems = problems_html(troubles);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Nothing to show yet</title>\n<style>:root {{ color-scheme: light dark; \
         font-family: system-ui, sans-serif; }} body {{ margin: 2rem; }} \
         pre {{ overflow-x: auto; }}</style>\n\
         <body>\n<h1>Nothing to show yet</h1>\n{problems}</body>\n</html>\n"
    )
    .into_bytes()
}

/// A theme puts `?v=` and eight digits behind addresses of style sheets, so every page changes when
/// one of them does; but then only the sheet need be loaded again.
fn without_versions(page: &[u8]) -> Cow<'_, [u8]> {
    const MARK: &[u8] = b"?v=";
    const DIGITS: usize = 8;
    let mut rest = page;
    let mut kept = Vec::new();
    while let Some(at) = memmem::find(rest, MARK) {
        let (before, after) = rest.split_at(at + MARK.len());
        let digits = after
            .iter()
            .take(DIGITS)
            .take_while(|b| b.is_ascii_hexdigit());
        let is_version = digits.count() == DIGITS;
        kept.extend_from_slice(before);
        rest = if is_version { &after[DIGITS..] } else { after };
    }
    if kept.is_empty() {
        return page.into();
    }
    kept.extend_from_slice(rest);
    kept.into()
}

/// Turns the colours of a terminal into classes; everything else is text.
fn push_coloured(text: &str, out: &mut String) {
    let mut parts = text.split("\x1b[");
    html::push_text(parts.next().unwrap_or(""), out);
    let mut open = false;
    for part in parts {
        let (code, text) = part.split_once('m').unwrap_or(("", part));
        let class = match code {
            "1;31" => "error",
            "1;33" => "warning",
            "1;34" => "frame",
            "1" => "strong",
            _ => "",
        };
        if open {
            out.push_str("</span>");
        }
        open = !class.is_empty();
        if open {
            out.push_str("<span class=\"");
            out.push_str(class);
            out.push_str("\">");
        }
        html::push_text(text, out);
    }
    if open {
        out.push_str("</span>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Diagnostic};
    use crate::source::Source;

    #[test]
    fn the_script_stands_at_the_end_of_the_body_and_can_be_taken_out_again() {
        let page = b"<body><p>x</p>\n</body>\n</html>\n";
        let served = inject(page, "/r/", "1-2");
        let print = fingerprint(page);
        let expected = format!(
            "<body><p>x</p>\n<script src=\"/r/.digest/live.js\" data-page=\"{print:x}\" \
             data-version=\"1-2\"></script></body>\n</html>\n"
        );
        assert_eq!(String::from_utf8(served).expect("text"), expected);
        assert!(inject(b"<p>x", "/", "1-2").starts_with(b"<p>x<script "));
    }

    #[test]
    fn a_page_is_the_same_with_another_version_of_its_style_sheet() {
        let print = |page: &str| fingerprint(page.as_bytes());
        assert_eq!(
            print("<a href=s.css?v=0123abcd>x"),
            print("<a href=s.css?v=ffffffff>x")
        );
        assert_ne!(
            print("<a href=s.css?v=0123abcd>x"),
            print("<a href=s.css?v=0123abcd>y")
        );
        assert_ne!(print("?v=short"), print("?v=other"));
    }

    #[test]
    fn problems_are_text_in_html() {
        let source = Source::new("a.md", "title: <script>alert(1)</script>");
        let problems = [Diagnostic::new(Code::BadYaml, "no `<b>` & such").at(source.place(7..15))];
        let troubles = Troubles {
            problems: problems.into_iter().collect(),
            failure: None,
        };
        let expected = "\
<pre><span class=\"error\">error[bad-yaml]</span><span class=\"strong\">: no `&lt;b&gt;` &amp; such</span>
 <span class=\"frame\">--&gt;</span> a.md:1:8
  <span class=\"frame\">|</span>
<span class=\"frame\">1 |</span> title: &lt;script&gt;alert(1)&lt;/script&gt;
  <span class=\"frame\">|</span>        <span class=\"error\">^^^^^^^^</span>
</pre>
";
        assert_eq!(problems_html(&troubles), expected);
    }

    #[test]
    fn escape_codes_in_content_do_no_harm() {
        let mut out = String::new();
        push_coloured("a\x1b[<b>m\x1b[1;31mx\x1b[", &mut out);
        assert_eq!(out, "a<span class=\"error\">x</span>");
    }
}
