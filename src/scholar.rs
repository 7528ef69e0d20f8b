//! What catalogues and reference managers read in a page: Highwire tags, JSON-LD, COinS.
//!
//! Knows a citation and the three formats. Which page carries which is the theme's.

use std::borrow::Cow;
use std::fmt::Write as _;

use memchr::{memchr, memchr3};
use serde::Serialize;

use crate::address::push_value;
use crate::citation::{Citation, Issued, Kind, Name};
use crate::html;
use crate::paper::{ArxivId, Doi};

/// A `ScholarlyArticle`; the keys are in the order of their letters.
#[derive(Serialize)]
struct Article<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    author: Vec<Named<'a>>,
    #[serde(rename = "datePublished", skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    headline: &'a str,
    #[serde(rename = "isPartOf", skip_serializing_if = "Option::is_none")]
    part_of: Option<Named<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    keywords: &'a [&'a str],
    #[serde(rename = "sameAs", skip_serializing_if = "Vec::is_empty")]
    same_as: Vec<String>,
    url: &'a str,
}

/// A thing with a name: who wrote it, what it is part of.
#[derive(Serialize)]
struct Named<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: Cow<'a, str>,
}

/// Returns the Highwire tags of a paper's page: name and content, in order, an author to a tag.
///
/// The names are those of Google Scholar's guidelines for webmasters and of Zotero's translator.
pub fn tags(citation: &Citation<'_>) -> Vec<(&'static str, String)> {
    let mut tags = Vec::new();
    for_each_tag(citation, |name, content| {
        tags.push((name, content.to_owned()))
    });
    tags
}

/// Writes the Highwire tags of a paper's page as elements, one to a line.
pub fn tags_html(citation: &Citation<'_>) -> String {
    let mut elements = String::with_capacity(1024);
    for_each_tag(citation, |name, content| {
        elements.extend(["<meta name=\"", name, "\" content=\""]);
        html::push_anywhere(content, &mut elements);
        elements.push_str("\">\n");
    });
    elements
}

fn for_each_tag(citation: &Citation<'_>, mut call: impl FnMut(&'static str, &str)) {
    let mut add = |name, content: &str| call(name, &one_line(content));
    add("citation_title", citation.title_plain);
    let mut author = String::new();
    for name in &citation.authors {
        author.clear();
        push_tagged(name, &mut author);
        add("citation_author", &author);
    }
    if let Some(issued) = citation.issued {
        add("citation_publication_date", &date(issued, '/'));
    }
    if let Some(venue) = citation.venue {
        // Without one of these a reader takes every work for a journal's article.
        match citation.kind {
            Kind::Article => add("citation_journal_title", venue),
            Kind::Proceedings => add("citation_conference_title", venue),
            Kind::Preprint => {}
        }
    }
    if let Some(doi) = citation.doi {
        add("citation_doi", doi.as_str());
    }
    if let Some(arxiv) = citation.arxiv {
        add("citation_arxiv_id", &arxiv.to_string());
        add("citation_pdf_url", &arxiv.pdf_url());
    }
    add("citation_abstract_html_url", &citation.page);
    // Zotero asks its own name of a kind first; Highwire has none for preprints.
    let kind = match citation.kind {
        Kind::Article => "journalArticle",
        Kind::Proceedings => "conferencePaper",
        Kind::Preprint => "preprint",
    };
    add("z:itemType", kind);
}

/// Writes a paper as schema.org's `ScholarlyArticle`, for the inside of a `script` element.
pub fn json_ld(citation: &Citation<'_>, keywords: &[&str]) -> String {
    let venue = citation.venue;
    let venue = venue.filter(|_| matches!(citation.kind, Kind::Article | Kind::Proceedings));
    let arxiv = citation.arxiv.map(ArxivId::abs_url);
    let article = Article {
        context: "https://schema.org",
        kind: "ScholarlyArticle",
        author: citation.authors.iter().map(author).collect(),
        published: citation.issued.map(|issued| date(issued, '-')),
        headline: citation.title_plain,
        part_of: venue.map(|name| Named {
            kind: "CreativeWork",
            name: name.into(),
        }),
        keywords,
        same_as: arxiv
            .into_iter()
            .chain(citation.doi.map(Doi::url))
            .collect(),
        url: &citation.page,
    };
    for_script(serde_json::to_string(&article).expect("all keys are strings"))
}

/// Writes a paper as a `span` that reference managers find in a list (COinS, OpenURL 1.0 in
/// key-encoded values).
///
/// A preprint of Dublin Core whatever the venue: Zotero takes `rft.title` for the journal's name
/// where the type is an article.
pub fn coins(citation: &Citation<'_>) -> String {
    let mut span = String::with_capacity(320);
    span.push_str("<span class=\"Z3988\" title=\"ctx_ver=Z39.88-2004&amp;rft_val_fmt=info%3Aofi%2Ffmt%3Akev%3Amtx%3Adc&amp;rft.type=preprint");
    let mut add = |key: &str, value: &str| {
        if !value.is_empty() {
            span.extend(["&amp;", key, "="]);
            push_value(value, &mut span);
        }
    };
    add("rft.title", citation.title_plain);
    let mut author = String::new();
    for name in &citation.authors {
        match name {
            Name::Person { .. } => {
                author.clear();
                push_inverted(name, &mut author);
                add("rft.au", &author);
            }
            Name::Whole(name) if !name.contains(' ') => add("rft.au", name),
            // Zotero puts every `rft.aucorp` before all other authors, and keeps the place of this.
            Name::Whole(name) => add("rft.aulast", name),
        }
    }
    if let Some(issued) = citation.issued {
        add("rft.date", &date(issued, '-'));
    }
    if let Some(venue) = citation.venue {
        add("rft.source", venue);
    }
    if let Some(doi) = citation.doi {
        add("rft_id", &format!("info:doi/{doi}"));
    }
    if let Some(url) = &citation.url {
        add("rft.identifier", url);
    }
    span.push_str("\"></span>");
    span
}

fn author<'a>(name: &Name<'a>) -> Named<'a> {
    let kind = match name {
        Name::Person { .. } => "Person",
        Name::Whole(_) => "Organization",
    };
    Named {
        kind,
        name: full_name(name),
    }
}

fn full_name<'a>(name: &Name<'a>) -> Cow<'a, str> {
    match *name {
        Name::Person {
            family,
            given,
            suffix: None,
        } => [given, " ", family].concat().into(),
        Name::Person {
            family,
            given,
            suffix: Some(suffix),
        } => [given, " ", family, " ", suffix].concat().into(),
        Name::Whole(name) => name.into(),
    }
}

/// A reader of tags expects lines; a title may hold a tab, or the end of a line.
fn one_line(value: &str) -> Cow<'_, str> {
    // All control characters begin with one of these bytes.
    let may_control = |byte: u8| byte.is_ascii_control() || byte == 0xc2;
    match value.bytes().any(may_control) {
        true => value.replace(char::is_control, " ").into(),
        false => value.into(),
    }
}

/// A name as catalogues sort it, so that a reader need not guess where the family's begins.
fn push_inverted(name: &Name<'_>, text: &mut String) {
    match *name {
        Name::Person {
            family,
            given,
            suffix,
        } => {
            text.extend([family, ", ", given]);
            if let Some(suffix) = suffix {
                text.extend([" ", suffix]);
            }
        }
        Name::Whole(name) => text.push_str(name),
    }
}

/// A name for a Highwire tag: as people write it where the last word is the family's name, else inverted.
/// Zotero takes a comma between two names of several words each for one between two people.
fn push_tagged(name: &Name<'_>, text: &mut String) {
    match *name {
        Name::Person {
            family,
            given,
            suffix,
        } => {
            let is_plain = !family.contains(' ') && suffix.is_none();
            let is_split = family.contains(' ') && (given.contains(' ') || suffix.is_some());
            if is_plain || is_split {
                text.push_str(&full_name(name));
            } else {
                push_inverted(name, text);
            }
        }
        Name::Whole(name) => text.push_str(name),
    }
}

fn date(issued: Issued, between: char) -> String {
    let mut date = String::with_capacity("2025-08-06".len());
    push_number(issued.year, &[1000, 100, 10, 1], &mut date);
    for part in [issued.month, issued.day].into_iter().flatten() {
        date.push(between);
        push_number(part.into(), &[10, 1], &mut date);
    }
    date
}

/// Writes the digits at these places of a number.
fn push_number(number: i16, places: &[i16], text: &mut String) {
    let digit = |place: &i16| (number / place % 10).unsigned_abs().into();
    let digits = places.iter().map(digit);
    text.extend(digits.filter_map(|digit| char::from_digit(digit, 10)));
}

/// JSON within a script: no `</script>` or `<!--` can end or comment it, and the line separators of
/// Unicode, which older readers take for ends of lines in a string, are escaped.
fn for_script(json: String) -> String {
    // The separators begin with this byte.
    let bytes = json.as_bytes();
    if memchr3(b'<', b'>', b'&', bytes).is_none() && memchr(0xe2, bytes).is_none() {
        return json;
    }
    let mut text = String::with_capacity(json.len() + 16);
    let mut done = 0;
    for (at, sign) in json.match_indices(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        text.push_str(&json[done..at]);
        let _ = write!(text, "\\u{:04x}", sign.chars().next().map_or(0, u32::from));
        done = at + sign.len();
    }
    text.push_str(&json[done..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::decode_path;
    use crate::citation::parse_name;
    use crate::date::Date;
    use serde_json::Value;

    const TITLE: &str = "C++ & </script><!-- 100% = \"x\"\u{2028}?";

    fn check(run: impl Fn(&Citation<'_>)) {
        let arxiv = ArxivId::parse("2411.15124").expect("an identifier");
        let doi = Doi::parse("10.48550/arXiv.2411.15124").expect("a DOI");
        run(&Citation {
            key: "tulu-3",
            kind: Kind::Proceedings,
            title: TITLE,
            title_plain: TITLE,
            authors: vec![parse_name("Lambert, Nathan"), parse_name("Qwen Team")],
            et_al: false,
            issued: Some(Issued {
                year: 2024,
                month: Some(11),
                day: Some(2),
            }),
            venue: Some("NeurIPS 2024"),
            arxiv: Some(&arxiv),
            doi: Some(&doi),
            url: Some(arxiv.abs_url()),
            page: "https://example.org/papers/tulu-3.html".to_owned(),
            accessed: Date::parse("2025-08-06").expect("a date"),
        });
    }

    #[test]
    fn each_author_has_a_tag() {
        check(|citation| {
            let expected = [
                ("citation_title", TITLE),
                ("citation_author", "Nathan Lambert"),
                ("citation_author", "Qwen Team"),
                ("citation_publication_date", "2024/11/02"),
                ("citation_conference_title", "NeurIPS 2024"),
                ("citation_doi", "10.48550/arXiv.2411.15124"),
                ("citation_arxiv_id", "2411.15124"),
                ("citation_pdf_url", "https://arxiv.org/pdf/2411.15124"),
                (
                    "citation_abstract_html_url",
                    "https://example.org/papers/tulu-3.html",
                ),
                ("z:itemType", "conferencePaper"),
            ];
            assert_eq!(
                tags(citation),
                expected.map(|(name, content)| (name, content.to_owned()))
            );
        });
    }

    #[test]
    fn a_tag_is_one_line() {
        check(|citation| {
            let citation = Citation {
                title_plain: "A\tfirst\nstep",
                ..citation.clone()
            };
            let expected = ("citation_title", "A first step".to_owned());
            assert_eq!(tags(&citation)[0], expected);
        });
    }

    #[test]
    fn no_content_ends_its_attribute() {
        check(|citation| {
            let elements = tags_html(citation);
            let expected = "<meta name=\"citation_title\" content=\"C++ &amp; &lt;/script&gt;&lt;!-- \
                100% = &quot;x&quot;\u{2028}?\">\n<meta name=\"citation_author\" content=\"Nathan Lambert\">\n";
            assert_eq!(&elements[..expected.len()], expected);
            assert_eq!(elements.lines().count(), tags(citation).len());
        });
    }

    #[test]
    fn nothing_in_json_ld_ends_its_script() {
        check(|citation| {
            let text = json_ld(citation, &["alignment"]);
            assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
            let read: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(read["headline"], TITLE);
            assert_eq!(read["author"][1]["@type"], "Organization");
            assert_eq!(read["datePublished"], "2024-11-02");
        });
    }

    #[test]
    fn coins_hold_no_plus_and_decode_to_the_citation() {
        check(|citation| {
            let span = coins(citation);
            let title = span.split('"').nth(3).expect("a title");
            assert!(!title.contains('+'), "{title}");
            let pairs: Vec<(String, String)> = title
                .split("&amp;")
                .map(|pair| pair.split_once('=').expect("a pair"))
                .map(|(key, value)| (key.to_owned(), decode_path(value)))
                .collect();
            let expected = [
                ("ctx_ver", "Z39.88-2004"),
                ("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc"),
                ("rft.type", "preprint"),
                ("rft.title", TITLE),
                ("rft.au", "Lambert, Nathan"),
                ("rft.aulast", "Qwen Team"),
                ("rft.date", "2024-11-02"),
                ("rft.source", "NeurIPS 2024"),
                ("rft_id", "info:doi/10.48550/arXiv.2411.15124"),
                ("rft.identifier", "https://arxiv.org/abs/2411.15124"),
            ];
            assert_eq!(
                pairs,
                expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
            );
        });
    }

    proptest::proptest! {
        #[test]
        fn any_title_is_one_content(title in ".{0,60}|[\"'<>&\\x00-\\x20\\x7f]{0,9}") {
            check(|citation| {
                let citation = Citation { title_plain: &title, ..citation.clone() };
                let elements = tags_html(&citation);
                assert_eq!(elements.lines().count(), tags(&citation).len());
                let start = "<meta name=\"citation_title\" content=\"";
                let content = elements.strip_prefix(start).expect("the title comes first");
                let (content, _) = content.split_once("\">\n<meta ").expect("an end");
                assert!(!content.contains(['"', '\'', '<', '>']), "{content}");
                let mut read = content.to_owned();
                for (sign, shown) in [("&quot;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")] {
                    read = read.replace(sign, shown);
                }
                assert_eq!(read, one_line(&title));
            });
        }

        #[test]
        fn any_title_is_read_back_from_json_ld_and_coins(title in ".{1,60}") {
            check(|citation| {
                let citation = Citation { title_plain: &title, ..citation.clone() };
                let json = json_ld(&citation, &[]);
                let read: Value = serde_json::from_str(&json).expect("JSON");
                assert_eq!(read["headline"], title.as_str());
                let span = coins(&citation);
                let start = span.split("rft.title=").nth(1).expect("a title");
                let value = start.split('&').next().expect("a value");
                assert_eq!(decode_path(value), title);
            });
        }
    }
}
