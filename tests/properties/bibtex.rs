//! BibTeX: what is written of any paper is one entry to others and to ourselves, and what is read is
//! accounted for.

use std::sync::Arc;

use biblatex::{Bibliography, ChunksExt as _};
use paper_digest::address::BaseUrl;
use paper_digest::citation::{self, Citation, Kind, Name};
use paper_digest::config::Config;
use paper_digest::date::Date;
use paper_digest::diagnostic::Problems;
use paper_digest::document;
use paper_digest::intake::{self, Format, Intake};
use paper_digest::site::{self, Parts, Site};
use paper_digest::source::Source;
use paper_digest::{bibtex, csl, scholar};

use super::{import, problems};

/// Checks a text as a bibliography that is read, and as a paper of which entries are written.
pub fn check(text: &str) {
    let mut found = Problems::new();
    let intake = read(text, &mut found);
    import::check_accounting(&intake, text, &found);
    problems::check(&found, text);

    let Some(site) = site(text) else {
        return;
    };
    for entry in &site.papers {
        let citation = citation::of(entry, &site.config.base_url);
        check_entry(&citation);
        let mut found = String::new();
        csl::join(&[csl::write(&citation)], &mut found);
        let csl: Result<serde_json::Value, _> = serde_json::from_str(&found);
        assert!(csl.is_ok(), "{csl:?}: {found}");
        let json = scholar::json_ld(&citation, &["a</script>"]);
        assert!(!json.contains(['<', '>']), "{json}");
        assert!(
            serde_json::from_str::<serde_json::Value>(&json).is_ok(),
            "{json}"
        );
        for (name, value) in scholar::tags(&citation) {
            assert!(!value.contains(char::is_control), "{name}: {value:?}");
        }
    }
}

fn read(text: &str, found: &mut Problems) -> Intake {
    let today = Date::new(2026, 11, 26).expect("a day");
    let source = Source::new("list.bib", text);
    intake::parse(&source, Some(Format::Bibtex), today, found)
}

/// Makes a site of one paper, if the text is one without errors: no other is published.
fn site(text: &str) -> Option<Site> {
    let mut found = Problems::new();
    let source = Source::new("content/papers/2025-08-06/a-paper.md", text);
    let document = document::parse(&source, &mut found);
    let config = Config {
        base_url: BaseUrl::parse("https://u.github.io/repo/").expect("an address"),
        ..Config::default()
    };
    let parts = Parts {
        config,
        vocabulary: None,
        documents: document.into_iter().map(Arc::new).collect(),
        assets: Vec::new(),
        statics: Vec::new(),
        drafts: true,
    };
    let site = site::link(parts, &mut found);
    problems::check(&found, text);
    (!found.has_errors()).then_some(site)
}

/// Checks an entry as BibTeX's own program reads it, which counts braces and knows no backslash; as the
/// crate `biblatex` does; and as our import.
fn check_entry(citation: &Citation<'_>) {
    let written = bibtex::write(citation);
    check_lines(&written);
    let names = citation.authors.iter();
    let names = names.filter(|name| **name != Name::Whole("")).count();
    let others = usize::from(citation.et_al && names > 0);

    let parsed = Bibliography::parse(&written);
    let parsed = parsed.unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(parsed.len(), 1, "{written}");
    let entry = parsed.get(citation.key).expect("the entry of our key");
    assert!(entry.get("title").is_some(), "{written}");
    let authors = entry.author().unwrap_or_default().len();
    assert_eq!(authors, names + others, "{written}");
    let venue = match citation.kind {
        Kind::Article => "journal",
        Kind::Proceedings => "booktitle",
        Kind::Preprint => "howpublished",
    };
    let text_of = |name: &str| entry.get(name).map(|chunks| chunks.format_verbatim());
    for (name, is_there) in [
        (venue, citation.venue.is_some()),
        ("eprint", citation.arxiv.is_some()),
        ("doi", citation.doi.is_some()),
        ("url", citation.url.is_some()),
        ("year", citation.issued.is_some()),
    ] {
        assert_eq!(text_of(name).is_some(), is_there, "{name} of {written}");
    }

    let mut found = Problems::new();
    let again = read(&written, &mut found);
    assert!(found.is_empty(), "{found:?}: {written}");
    let [record] = again.records.as_slice() else {
        panic!("{} records: {written}", again.records.len());
    };
    assert_eq!(record.arxiv.as_ref(), citation.arxiv, "{written}");
    assert_eq!(record.authors.len(), names, "{written}");
}

/// Checks that each field stands on a line of its own, with as many braces closed as opened.
fn check_lines(written: &str) {
    let lines: Vec<&str> = written.split_terminator('\n').collect();
    assert!(written.ends_with("\n}\n"), "{written:?}");
    for (number, line) in lines.iter().enumerate() {
        assert!(!line.contains(char::is_control), "{line:?}");
        let is_frame = number == 0 || number == lines.len() - 1;
        let mut depth = 0_i32;
        for byte in line.bytes() {
            depth += i32::from(byte == b'{') - i32::from(byte == b'}');
            assert!(is_frame || depth >= 0, "{line:?}");
        }
        assert!(is_frame || depth == 0 && line.ends_with(','), "{line:?}");
    }
}
