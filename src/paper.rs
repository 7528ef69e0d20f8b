//! The model of a paper: what front matter, an import or a database can say about it.
//!
//! Knows no file format; `front_matter` reads and writes it, `intake` fills it from lists.

use std::fmt;

use crate::date::Date;

/// This is what is known about one paper, its abstract aside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Paper {
    /// The title, in plain text with `$math$`.
    pub title: String,
    /// The issue in which the paper appears.
    pub date: Option<Date>,
    /// The tags as they are written; `site` looks them up in the vocabulary.
    pub tags: Vec<String>,
    /// The authors, in the order of the paper.
    pub authors: Vec<String>,
    /// The paper's own date.
    pub published: Option<Date>,
    /// The identifier on arXiv.
    pub arxiv: Option<ArxivId>,
    /// The digital object identifier.
    pub doi: Option<Doi>,
    /// Where the paper was published, as people write it: `NeurIPS 2024`.
    pub venue: Option<String>,
    /// Labelled addresses, in the order of the file: `code`, `project`, `data`, …
    pub links: Vec<Link>,
    /// The curator's line about the paper.
    pub note: Option<String>,
    /// The path of a picture beside the file, or an address.
    pub image: Option<String>,
    /// Whether the paper stands first in its issue.
    pub featured: bool,
    /// Whether the paper is left out unless drafts are asked for.
    pub draft: bool,
    /// Old addresses on this site that lead to the paper.
    pub aliases: Vec<String>,
    /// Where the importer read it: `daily-papers.txt:61`.
    pub source: Option<String>,
    /// Whatever else the curator keeps; templates see it as it is.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// This is an address with a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What is there, in a word: `code`.
    pub label: String,
    /// The address; http, https, mailto or relative.
    pub url: String,
}

/// This is an identifier of arXiv, with or without a version.
///
/// The two schemes are those of arXiv's own manual: `YYMM.NNNN` (five digits since 2015) from April
/// 2007 on, and `archive/YYMMNNN` before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ArxivId {
    id: String,
    version: Option<u32>,
}

/// This is a digital object identifier, without a resolver's address before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Doi(String);

impl ArxivId {
    /// Parses an identifier; `arXiv:` before it and a version behind it may stand.
    pub fn parse(text: &str) -> Option<ArxivId> {
        let text = text.trim();
        let bare = strip_prefix_ignoring_case(text, "arxiv:")
            .unwrap_or(text)
            .trim_start();
        let (id, version) = split_version(bare)?;
        (is_new_id(id) || is_old_id(id)).then(|| ArxivId {
            id: id.to_owned(),
            version,
        })
    }

    /// Finds the identifier in an address of arXiv, its mirrors, or a page of Hugging Face's papers.
    pub fn from_url(url: &str) -> Option<ArxivId> {
        const PAGES: [&str; 9] = [
            "arxiv.org/abs/",
            "arxiv.org/pdf/",
            "arxiv.org/html/",
            "arxiv.org/format/",
            "alphaxiv.org/abs/",
            "huggingface.co/papers/",
            "hf.co/papers/",
            "doi.org/10.48550/arXiv.",
            "doi.org/10.48550/arxiv.",
        ];
        let rest = PAGES.iter().find_map(|page| {
            let (_, rest) = url.split_once(page)?;
            Some(rest)
        })?;
        let end = rest.find(['?', '#', ')', ']', ' ']).unwrap_or(rest.len());
        let id = rest[..end].trim_end_matches('/');
        ArxivId::parse(id.strip_suffix(".pdf").unwrap_or(id))
    }

    /// Returns the identifier without the version: what makes two papers the same.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the year and the month in which the identifier was given: both schemes start with them.
    pub fn month(&self) -> (i16, i8) {
        let digits = self.id.rsplit('/').next().unwrap_or(&self.id).as_bytes();
        let number =
            |at: usize| i16::from(digits[at] - b'0') * 10 + i16::from(digits[at + 1] - b'0');
        let month = i8::try_from(number(2)).expect("two digits are below 100");
        // The archive opened in August 1991.
        let century = if number(0) >= 91 { 1900 } else { 2000 };
        (century + number(0), month)
    }

    /// Returns the address of the abstract.
    pub fn abs_url(&self) -> String {
        format!("https://arxiv.org/abs/{self}")
    }

    /// Returns the address of the PDF.
    pub fn pdf_url(&self) -> String {
        format!("https://arxiv.org/pdf/{self}")
    }
}

impl fmt::Display for ArxivId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        match self.version {
            Some(version) => write!(f, "v{version}"),
            None => Ok(()),
        }
    }
}

impl Doi {
    /// Parses a DOI; `doi:` or a resolver's address before it may stand.
    pub fn parse(text: &str) -> Option<Doi> {
        let text = text.trim();
        let bare = [
            "https://doi.org/",
            "http://doi.org/",
            "https://dx.doi.org/",
            "http://dx.doi.org/",
            "doi:",
        ]
        .iter()
        .find_map(|prefix| strip_prefix_ignoring_case(text, prefix))
        .unwrap_or(text)
        .trim_start();
        let (registrant, suffix) = bare.strip_prefix("10.")?.split_once('/')?;
        let digits = registrant
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let suffix_ok = !suffix.is_empty()
            && suffix
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && !"<>\"".contains(c));
        (digits && registrant.len() >= 4 && suffix_ok).then(|| Doi(bare.to_owned()))
    }

    /// Returns the DOI as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what makes two DOIs the same: they do not depend on case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Tells whether both identify the same.
    pub fn is_like(&self, other: &Doi) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// Returns the address at the resolver.
    pub fn url(&self) -> String {
        format!("https://doi.org/{}", crate::address::encode_path(&self.0))
    }
}

impl fmt::Display for Doi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns what makes two titles the same: letters and digits, folded, with single spaces between words.
pub fn title_key(title: &str) -> String {
    use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
    if title.is_ascii() {
        // Nothing to decompose; most titles are of this kind.
        return join_words(title.chars(), title.len());
    }
    join_words(title.nfkd().filter(|c| !is_combining_mark(*c)), title.len())
}

/// Returns what makes a title the same for an import: `title_key`, or its very signs where it has no
/// letters and digits; nothing for an empty one.
pub fn title_identity(title: &str) -> Option<String> {
    let key = title_key(title);
    let signs = || Some(title.trim().to_owned()).filter(|signs| !signs.is_empty());
    Some(key).filter(|key| !key.is_empty()).or_else(signs)
}

fn join_words(letters: impl Iterator<Item = char>, length: usize) -> String {
    let mut key = String::with_capacity(length);
    let mut gap = false;
    for c in letters {
        if c.is_alphanumeric() {
            if gap && !key.is_empty() {
                key.push(' ');
            }
            gap = false;
            match c.is_ascii() {
                true => key.push(c.to_ascii_lowercase()),
                false => key.extend(c.to_lowercase()),
            }
        } else if c != '\'' && c != '’' {
            gap = true;
        }
    }
    key
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

fn split_version(text: &str) -> Option<(&str, Option<u32>)> {
    match text.rsplit_once('v') {
        Some((id, digits)) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            let version = digits.parse().ok().filter(|version| *version > 0)?;
            Some((id, Some(version)))
        }
        _ => Some((text, None)),
    }
}

/// `YYMM.NNNN` from 0704 to 1412, `YYMM.NNNNN` from 1501 on.
fn is_new_id(id: &str) -> bool {
    let Some((month, number)) = id.split_once('.') else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if month.len() != 4 || !digits(month) || !digits(number) || !is_month(&month[2..]) {
        return false;
    }
    let expected = if month < "1501" { 4 } else { 5 };
    month >= "0704" && number.len() == expected
}

/// `archive/YYMMNNN` or `archive.XX/YYMMNNN`.
fn is_old_id(id: &str) -> bool {
    let Some((archive, number)) = id.split_once('/') else {
        return false;
    };
    let (archive, class) = match archive.split_once('.') {
        Some((archive, class)) => (archive, Some(class)),
        None => (archive, None),
    };
    let archive_ok =
        archive.len() >= 2 && archive.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let class_ok = class.is_none_or(|class| {
        !class.is_empty() && class.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
    });
    archive_ok
        && class_ok
        && number.len() == 7
        && number.bytes().all(|b| b.is_ascii_digit())
        && is_month(&number[2..4])
}

fn is_month(digits: &str) -> bool {
    digits
        .parse()
        .is_ok_and(|month: u8| (1..=12).contains(&month))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_arxiv(text: &str, expected: Option<&str>) {
        let id = ArxivId::parse(text).map(|id| id.to_string());
        assert_eq!(id.as_deref(), expected, "{text}");
    }

    #[test]
    fn arxiv_ids_of_both_schemes_are_known() {
        check_arxiv("2411.15124", Some("2411.15124"));
        check_arxiv("arXiv:2411.15124v2", Some("2411.15124v2"));
        check_arxiv("0704.0001", Some("0704.0001"));
        check_arxiv("math/0309136", Some("math/0309136"));
        check_arxiv("math.GT/0309136v1", Some("math.GT/0309136v1"));
        check_arxiv("hep-th/9901001", Some("hep-th/9901001"));
        for wrong in [
            "2411.1512",
            "2413.15124",
            "0703.0001",
            "1501.0001",
            "2411.15124v0",
            "2411.15124v",
            "math/030913",
            "",
            "2411",
            "../x",
            "math/0313136",
        ] {
            check_arxiv(wrong, None);
        }
    }

    #[test]
    fn an_arxiv_id_is_found_in_addresses() {
        for (url, expected) in [
            ("https://arxiv.org/abs/2411.15124", Some("2411.15124")),
            (
                "http://www.arxiv.org/pdf/2411.15124v1.pdf",
                Some("2411.15124v1"),
            ),
            (
                "https://huggingface.co/papers/2411.15124#community",
                Some("2411.15124"),
            ),
            (
                "https://doi.org/10.48550/arXiv.2411.15124",
                Some("2411.15124"),
            ),
            ("https://arxiv.org/abs/math/0309136", Some("math/0309136")),
            ("https://arxiv.org/list/cs.CL", None),
        ] {
            assert_eq!(
                ArxivId::from_url(url).map(|id| id.to_string()).as_deref(),
                expected,
                "{url}"
            );
        }
    }

    #[test]
    fn a_doi_loses_its_resolver() {
        for (text, expected) in [
            (
                "10.48550/arXiv.2411.15124",
                Some("10.48550/arXiv.2411.15124"),
            ),
            ("https://doi.org/10.1000/182", Some("10.1000/182")),
            ("DOI: 10.1000/182", Some("10.1000/182")),
            ("10.1000.10/123", Some("10.1000.10/123")),
            ("10.48550", None),
            ("11.48550/x", None),
            ("10.48550/a b", None),
            ("10.48550/", None),
        ] {
            assert_eq!(
                Doi::parse(text).as_ref().map(Doi::as_str),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn titles_are_the_same_whatever_their_case_and_signs() {
        assert_eq!(
            title_key("TÜLU 3: Pushing  Frontiers"),
            "tulu 3 pushing frontiers"
        );
        assert_eq!(title_key("Don’t Stop!"), title_key("don't stop"));
        assert_ne!(title_key("图像"), title_key("图象"));
    }

    #[test]
    fn an_arxiv_id_tells_when_it_was_given_and_where_it_leads() {
        for (id, month) in [
            ("2411.15124v2", (2024, 11)),
            ("math/0309136", (2003, 9)),
            ("hep-th/9108001", (1991, 8)),
            ("hep-th/9901001", (1999, 1)),
            ("0704.0001", (2007, 4)),
        ] {
            assert_eq!(ArxivId::parse(id).expect(id).month(), month, "{id}");
        }
        let id = ArxivId::parse("arXiv:2411.15124v2").expect("an identifier");
        assert_eq!(id.id(), "2411.15124");
        assert_eq!(id.abs_url(), "https://arxiv.org/abs/2411.15124v2");
        assert_eq!(id.pdf_url(), "https://arxiv.org/pdf/2411.15124v2");
    }

    #[test]
    fn an_arxiv_id_has_the_digits_of_its_time() {
        check_arxiv("1412.9999", Some("1412.9999"));
        check_arxiv("1501.00001", Some("1501.00001"));
        check_arxiv("solv-int/9501001v2", Some("solv-int/9501001v2"));
        check_arxiv("solv-int/9501001", Some("solv-int/9501001"));
        check_arxiv("cond-mat.dis-nn/9901001", Some("cond-mat.dis-nn/9901001"));
        for wrong in [
            "1412.99999",
            "2411.151245",
            "0700.0001",
            "2412x15124",
            "24112.15124",
            "241.15124",
            "math./0309136",
            "math.1/0309136",
            "241a.15124",
            "2411.1512a",
            "1413.0001",
            "math.GT/030913",
            "math/03091366",
            "math/030913a",
            "math/0300136",
            "/0309136",
            "ma th/0309136",
            "x2411.15124",
        ] {
            check_arxiv(wrong, None);
        }
    }

    #[test]
    fn a_doi_does_not_depend_on_case() {
        let doi = |text: &str| Doi::parse(text).expect(text);
        let (one, other) = (doi("10.48550/arXiv.1"), doi("10.48550/ARXIV.1"));
        assert!(one.is_like(&other) && one.key() == other.key());
        assert_eq!(one.key(), "10.48550/arxiv.1");
        assert!(!one.is_like(&doi("10.48550/arXiv.2")));
        assert_eq!(one.to_string(), "10.48550/arXiv.1");
        assert_eq!(
            doi("10.1000/a<b".replace('<', "#").as_str()).url(),
            "https://doi.org/10.1000/a%23b"
        );
        for wrong in [
            "10.1/x",
            "10.x000/1",
            "10.1000./1",
            "10.1000/a\u{7}b",
            "10.1000/a<b",
            "10.1000/a>b",
            "10.1000/a\"b",
        ] {
            assert_eq!(Doi::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_title_of_signs_alone_is_known_by_its_signs() {
        assert_eq!(title_identity("Orca 2!").as_deref(), Some("orca 2"));
        assert_eq!(title_identity(" ∞ ").as_deref(), Some("∞"));
        assert_eq!(title_identity(" "), None);
        assert_eq!(title_key("  A -- B  "), "a b");
        assert_eq!(title_key("Don't, won’t"), "dont wont");
    }
}
