//! BibTeX, as this program writes it: for `bibtex`, `biber` and whatever reads either.
//!
//! Knows a citation and the rules of the format. Which papers stand in which file is `page`'s.

use std::fmt::Write as _;

use crate::citation::{Citation, Kind, Name};
use crate::markdown::{TitlePart, title_parts};

/// The months, as both programs know them without braces.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Writes an entry, with the end of its last line.
pub fn write(citation: &Citation<'_>) -> String {
    let mut entry = String::with_capacity(512);
    let kind = match citation.kind {
        Kind::Article => "article",
        Kind::Proceedings => "inproceedings",
        Kind::Preprint => "misc",
    };
    let _ = writeln!(entry, "@{kind}{{{},", citation.key);
    // Inner braces keep the capitals of a title, whatever the style of the bibliography.
    field(
        &mut entry,
        "title",
        &format!("{{{}}}", title(citation.title)),
    );
    match authors(citation) {
        // Without a name, the old program has nothing to sort by.
        names if names.is_empty() => field(&mut entry, "key", &escape(citation.title_plain)),
        names => field(&mut entry, "author", &names),
    }
    if let Some(issued) = citation.issued {
        field(&mut entry, "year", &format!("{:04}", issued.year));
        if let Some(month) = issued.month {
            let month = MONTHS[usize::from(month.unsigned_abs()).clamp(1, 12) - 1];
            let _ = writeln!(entry, "  month = {month},");
        }
    }
    if let Some(venue) = citation.venue {
        let name = match citation.kind {
            Kind::Article => "journal",
            Kind::Proceedings => "booktitle",
            Kind::Preprint => "howpublished",
        };
        field(&mut entry, name, &escape(venue));
    }
    identifiers(citation, &mut entry);
    entry.push_str("}\n");
    entry
}

/// Puts entries together, with a blank line between them.
pub fn join(entries: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut text = String::new();
    for entry in entries {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(entry.as_ref());
    }
    text
}

/// Where the work is found. An eprint is named in both ways: `archivePrefix` for styles of BibTeX,
/// `eprinttype` for BibLaTeX.
fn identifiers(citation: &Citation<'_>, entry: &mut String) {
    if let Some(arxiv) = citation.arxiv {
        field(entry, "eprint", &arxiv.to_string());
        field(entry, "archivePrefix", "arXiv");
        field(entry, "eprinttype", "arxiv");
    }
    if let Some(doi) = citation.doi {
        field(entry, "doi", &address(doi.as_str()));
    }
    if let Some(url) = &citation.url {
        field(entry, "url", &address(url));
        // A page of the web alone is cited with the day on which it was seen.
        if citation.issued.is_none() {
            field(entry, "urldate", &citation.accessed.to_string());
        }
    }
}

fn field(entry: &mut String, name: &str, value: &str) {
    let _ = writeln!(entry, "  {name} = {{{value}}},");
}

fn authors(citation: &Citation<'_>) -> String {
    let mut names: Vec<String> = citation.authors.iter().map(author).collect();
    names.retain(|name| !name.is_empty());
    if citation.et_al && !names.is_empty() {
        names.push("others".to_owned());
    }
    names.join(" and ")
}

fn author(name: &Name<'_>) -> String {
    match *name {
        Name::Person {
            family,
            given,
            suffix,
        } => {
            let (family, given) = (escape(family), escape(given));
            match suffix {
                Some(suffix) => format!("{family}, {suffix}, {given}"),
                None => format!("{family}, {given}"),
            }
        }
        Name::Whole("") => String::new(),
        // Braces keep a group from being taken for a person with a first name.
        Name::Whole(name) => format!("{{{}}}", escape(name)),
    }
}

fn title(title: &str) -> String {
    let mut text = String::with_capacity(title.len() + 8);
    for part in title_parts(title) {
        match part {
            TitlePart::Text(words) => text.push_str(&escape(words)),
            TitlePart::Formula { source, tex } if is_safe(tex) => {
                text.extend(source.chars().map(|c| if c.is_control() { ' ' } else { c }));
            }
            TitlePart::Formula { tex, .. } => text.push_str(&escape(tex)),
        }
    }
    text
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
fn escape(text: &str) -> String {
    let mut tex = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' => {
                tex.push('\\');
                tex.push(c);
            }
            '{' => tex.push_str("\\textbraceleft{}"),
            '}' => tex.push_str("\\textbraceright{}"),
            '\\' => tex.push_str("\\textbackslash{}"),
            '~' => tex.push_str("\\textasciitilde{}"),
            '^' => tex.push_str("\\textasciicircum{}"),
            c if c.is_control() => tex.push(' '),
            c => tex.push(c),
        }
    }
    tex
}

/// Addresses are taken letter by letter, so nothing is escaped; what would end the field is encoded.
fn address(url: &str) -> String {
    let mut address = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '{' | '}' | '\\' | ' ' => {
                let _ = write!(address, "%{:02X}", u32::from(c));
            }
            c if c.is_control() => {}
            c => address.push(c),
        }
    }
    address
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
