//! BibTeX, as this program writes it: for `bibtex`, `biber` and whatever reads either.
//!
//! Knows a citation and the rules of the format. Which papers stand in which file is `page`'s.

use std::fmt::Write as _;
use std::ops::Range;

use crate::citation::{Citation, Kind, Name};
use crate::markdown::{TitlePart, title_parts};

/// The months, as both programs know them without braces.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Writes an entry, with the end of its last line.
pub fn write(citation: &Citation<'_>) -> String {
    let mut entry = String::with_capacity(1024);
    let kind = match citation.kind {
        Kind::Article => "article",
        Kind::Proceedings => "inproceedings",
        Kind::Preprint => "misc",
    };
    entry.extend(["@", kind, "{", citation.key, ",\n"]);
    // Inner braces keep the capitals of a title, whatever the style of the bibliography.
    field("title", &mut entry, |entry| {
        entry.push('{');
        push_title(citation.title, entry);
        entry.push('}');
    });
    let mut names = citation.authors.iter().filter(is_named).peekable();
    match names.peek() {
        Some(_) => field("author", &mut entry, |entry| {
            push_authors(names, citation.et_al, entry);
        }),
        // Without a name, the old program has nothing to sort by.
        None => field("key", &mut entry, |entry| {
            escape(citation.title_plain, entry)
        }),
    }
    if let Some(issued) = citation.issued {
        field("year", &mut entry, |entry| {
            let _ = write!(entry, "{:04}", issued.year);
        });
        if let Some(month) = issued.month {
            let month = MONTHS[usize::from(month.unsigned_abs()).clamp(1, 12) - 1];
            entry.extend(["  month = ", month, ",\n"]);
        }
    }
    if let Some(venue) = citation.venue {
        let name = match citation.kind {
            Kind::Article => "journal",
            Kind::Proceedings => "booktitle",
            Kind::Preprint => "howpublished",
        };
        field(name, &mut entry, |entry| escape(venue, entry));
    }
    identifiers(citation, &mut entry);
    entry.push_str("}\n");
    entry
}

/// Writes entries behind a text, with a blank line between them; returns where each stands.
pub fn join(entries: &[impl AsRef<str>], text: &mut String) -> Vec<Range<usize>> {
    let mut places = Vec::with_capacity(entries.len());
    for entry in entries {
        if !places.is_empty() {
            text.push('\n');
        }
        let start = text.len();
        text.push_str(entry.as_ref());
        places.push(start..text.len());
    }
    places
}

/// Where the work is found. An eprint is named in both ways: `archivePrefix` for styles of BibTeX,
/// `eprinttype` for BibLaTeX.
fn identifiers(citation: &Citation<'_>, entry: &mut String) {
    if let Some(arxiv) = citation.arxiv {
        field("eprint", entry, |entry| {
            let _ = write!(entry, "{arxiv}");
        });
        entry.push_str("  archivePrefix = {arXiv},\n  eprinttype = {arxiv},\n");
    }
    if let Some(doi) = citation.doi {
        field("doi", entry, |entry| push_address(doi.as_str(), entry));
    }
    if let Some(url) = &citation.url {
        field("url", entry, |entry| push_address(url, entry));
        // A page of the web alone is cited with the day on which it was seen.
        if citation.issued.is_none() {
            field("urldate", entry, |entry| {
                let _ = write!(entry, "{}", citation.accessed);
            });
        }
    }
}

fn field(name: &str, entry: &mut String, push_value: impl FnOnce(&mut String)) {
    entry.extend(["  ", name, " = {"]);
    push_value(entry);
    entry.push_str("},\n");
}

fn is_named(name: &&Name<'_>) -> bool {
    **name != Name::Whole("")
}

fn push_authors<'a>(names: impl Iterator<Item = &'a Name<'a>>, et_al: bool, entry: &mut String) {
    for (index, name) in names.enumerate() {
        if index > 0 {
            entry.push_str(" and ");
        }
        push_author(name, entry);
    }
    if et_al {
        entry.push_str(" and others");
    }
}

fn push_author(name: &Name<'_>, entry: &mut String) {
    match *name {
        Name::Person {
            family,
            given,
            suffix,
        } => {
            escape(family, entry);
            entry.push_str(", ");
            if let Some(suffix) = suffix {
                entry.extend([suffix, ", "]);
            }
            escape(given, entry);
        }
        // Braces keep a group from being taken for a person with a first name.
        Name::Whole(name) => {
            entry.push('{');
            escape(name, entry);
            entry.push('}');
        }
    }
}

fn push_title(title: &str, entry: &mut String) {
    for part in title_parts(title) {
        match part {
            TitlePart::Text(words) => escape(words, entry),
            TitlePart::Formula { source, tex } if is_safe(tex) => {
                entry.extend(source.chars().map(|c| if c.is_control() { ' ' } else { c }));
            }
            TitlePart::Formula { tex, .. } => escape(tex, entry),
        }
    }
}

/// Whether a formula can stand as it is. Programs count braces and see no backslash before them, so
/// `\{` alone ends an entry early; to some of them, the dollar of `\$` ends the formula.
fn is_safe(tex: &str) -> bool {
    let mut depth = 0_i32;
    for byte in tex.bytes() {
        if byte == b'$' {
            return false;
        }
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Writes text as TeX, on one line.
fn escape(text: &str, entry: &mut String) {
    static SPECIAL: [bool; 256] = special(b"&%$#_{}\\~^");
    push_runs(text, &SPECIAL, entry, |c, entry| match c {
        '&' | '%' | '$' | '#' | '_' => {
            entry.push('\\');
            entry.push(c);
        }
        '{' => entry.push_str("\\textbraceleft{}"),
        '}' => entry.push_str("\\textbraceright{}"),
        '\\' => entry.push_str("\\textbackslash{}"),
        '~' => entry.push_str("\\textasciitilde{}"),
        '^' => entry.push_str("\\textasciicircum{}"),
        c if c.is_control() => entry.push(' '),
        c => entry.push(c),
    });
}

/// Addresses are taken letter by letter, so nothing is escaped; what would end the field is encoded.
fn push_address(url: &str, entry: &mut String) {
    static SPECIAL: [bool; 256] = special(b"{}\\ ");
    push_runs(url, &SPECIAL, entry, |c, entry| match c {
        '{' | '}' | '\\' | ' ' => {
            let _ = write!(entry, "%{:02X}", u32::from(c));
        }
        c if c.is_control() => {}
        c => entry.push(c),
    });
}

/// Writes a text in runs, but for characters whose first byte is special.
fn push_runs(
    text: &str,
    special: &[bool; 256],
    entry: &mut String,
    push_special: impl Fn(char, &mut String),
) {
    let mut rest = text;
    while let Some(run) = rest.bytes().position(|byte| special[usize::from(byte)]) {
        entry.push_str(&rest[..run]);
        let mut chars = rest[run..].chars();
        if let Some(c) = chars.next() {
            push_special(c, entry);
        }
        rest = chars.as_str();
    }
    entry.push_str(rest);
}

/// Makes a table of these bytes and of those with which control characters begin.
const fn special(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 32 {
        table[at] = true;
        at += 1;
    }
    table[0x7f] = true;
    table[0xc2] = true;
    at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::citation::{Issued, parse_name};
    use crate::date::Date;
    use crate::paper::ArxivId;
    use biblatex::{Bibliography, ChunksExt as _};

    fn citation<'a>(title: &'a str, authors: &[&'a str]) -> Citation<'a> {
        Citation {
            key: "tulu-3",
            kind: Kind::Preprint,
            title,
            title_plain: title,
            authors: authors.iter().map(|name| parse_name(name)).collect(),
            et_al: false,
            issued: None,
            venue: None,
            arxiv: None,
            doi: None,
            url: None,
            page: String::new(),
            accessed: Date::parse("2025-08-06").expect("a date"),
        }
    }

    #[test]
    fn an_entry_names_its_eprint_in_both_ways() {
        let arxiv = ArxivId::parse("2411.15124").expect("an identifier");
        let mut citation = citation("TÜLU 3: 100% Open", &["Nathan Lambert", "Qwen Team"]);
        citation.issued = Some(Issued {
            year: 2024,
            month: Some(11),
            day: Some(22),
        });
        citation.url = Some(arxiv.abs_url());
        citation.arxiv = Some(&arxiv);
        citation.et_al = true;
        let expected = "@misc{tulu-3,
  title = {{TÜLU 3: 100\\% Open}},
  author = {Lambert, Nathan and {Qwen Team} and others},
  year = {2024},
  month = nov,
  eprint = {2411.15124},
  archivePrefix = {arXiv},
  eprinttype = {arxiv},
  url = {https://arxiv.org/abs/2411.15124},
}
";
        assert_eq!(write(&citation), expected);
    }

    #[test]
    fn any_title_and_any_name_are_read_back() {
        for title in [
            "Plain",
            "C# & C++: 5% of $x_1$ at {once} #1_a~b^c",
            "\\section{x} } { \" @misc{a, }",
            "An $\\mathcal{O}(n^2)$ bound",
            "Sets $\\{ x$ unbalanced",
            "$5 and 10$",
            "Prices in $\\$$ and $\\$5$",
            "a\u{0}b\nc",
            "Within $a\tb$ and $a\u{1b}b$",
            "图像 ü",
        ] {
            let written = write(&citation(
                title,
                &["Tom And Jerry", "A} {B", "x and y", "Ø, Å"],
            ));
            let read =
                Bibliography::parse(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(read.len(), 1, "{written}");
            let is_steering = |c: char| c.is_control() && c != '\n';
            assert!(!written.contains(is_steering), "{written:?}");
            let entry = read.get("tulu-3").expect("the entry");
            assert_eq!(entry.author().expect("authors").len(), 4, "{written}");
            assert!(!entry.title().expect("a title").format_verbatim().is_empty());
        }
    }

    #[test]
    fn a_title_reads_back_as_it_is() {
        for title in [
            "100% of C# & a_b",
            "TÜLU 3: \"Pushing\" Frontiers",
            "$5 and 10$",
        ] {
            let written = write(&citation(title, &[]));
            let read = Bibliography::parse(&written).expect("an entry");
            let found = read
                .get("tulu-3")
                .expect("the entry")
                .title()
                .expect("a title");
            assert_eq!(found.format_verbatim(), title);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_makes_one_entry(title in ".{0,60}", name in ".{0,30}", venue in ".{0,30}", url in ".{0,30}") {
            let mut citation = citation(&title, &[&name, "Ada Lovelace"]);
            citation.kind = Kind::Article;
            citation.venue = Some(&venue);
            citation.url = Some(url);
            let written = write(&citation);
            let read = Bibliography::parse(&written).map_err(|error| format!("{error}: {written}"));
            let read = read.expect("BibTeX");
            proptest::prop_assert_eq!(read.len(), 1);
            let entry = read.get("tulu-3").expect("the entry");
            proptest::prop_assert!(entry.get("journal").is_some() && entry.get("url").is_some());
        }
    }
}
