//! Citations: what a bibliography says of a paper, whatever the format.
//!
//! Says only what is known: a paper without a date of its own has none, for the day of its issue is
//! the digest's. Knows no format; `bibtex`, `csl` and `scholar` write one each.

use std::borrow::Cow;

use crate::address::BaseUrl;
use crate::date::Date;
use crate::layout;
use crate::paper::{ArxivId, Doi, Link, Paper};
use crate::site::Entry;

/// This is a paper as a bibliography sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Citation<'a> {
    /// What texts cite it by: the slug, which no other paper has and which changes with nothing but
    /// the paper's address. A key of author, year and word would change when a second paper has the same.
    pub key: &'a str,
    /// What kind of work it is.
    pub kind: Kind,
    /// The title, with `$math$`.
    pub title: &'a str,
    /// The title in plain text.
    pub title_plain: &'a str,
    /// Who wrote it.
    pub authors: Vec<Name<'a>>,
    /// Whether the list of authors ends in `et al.`
    pub et_al: bool,
    /// When it came out.
    pub issued: Option<Issued>,
    /// Where it was published.
    pub venue: Option<&'a str>,
    /// The identifier on arXiv.
    pub arxiv: Option<&'a ArxivId>,
    /// The digital object identifier.
    pub doi: Option<&'a Doi>,
    /// Where it can be read; the digest's own page when nothing else is known.
    pub url: Option<String>,
    /// The address of its page in the digest, with its host.
    pub page: String,
    /// The day of its issue, on which somebody looked at that address.
    pub accessed: Date,
}

/// This is a kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A journal's article.
    Article,
    /// A paper of a conference or a workshop.
    Proceedings,
    /// Anything that no venue is known of.
    Preprint,
}

/// This is an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    /// A person.
    Person {
        /// The name by which lists are sorted, particles such as `van der` before it.
        family: &'a str,
        /// All other names.
        given: &'a str,
        /// `Jr.`, `III`.
        suffix: Option<&'a str>,
    },
    /// A group, or a name that has one part.
    Whole(&'a str),
}

/// This is a day, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued {
    /// The year.
    pub year: i16,
    /// The month, from 1, where it is known.
    pub month: Option<i8>,
    /// The day of the month, where it is known.
    pub day: Option<i8>,
}

/// How many authors a page names in its metadata; papers of thousands would outweigh their abstract.
const MANY: usize = 40;

/// Words that only names of groups end with.
const GROUPS: [&str; 16] = [
    "team",
    "group",
    "collaboration",
    "consortium",
    "lab",
    "labs",
    "laboratory",
    "institute",
    "university",
    "inc.",
    "project",
    "community",
    "initiative",
    "committee",
    "authors",
    "contributors",
];

/// Words in the names of journals, and journals that have none of them.
const JOURNALS: [&str; 15] = [
    "journal",
    "transactions",
    "letters",
    "review",
    "reviews",
    "annals",
    "magazine",
    "nature",
    "science",
    "tmlr",
    "jmlr",
    "tacl",
    "tpami",
    "pnas",
    "cell",
];

/// Venues that are none: the paper is still a preprint.
const NO_VENUES: [&str; 4] = ["arxiv", "preprint", "submission", "submitted"];

/// Labels of links that lead to the paper, and not to its code or data.
const PAPER_LINKS: [&str; 5] = ["paper", "pdf", "openreview", "proceedings", "journal"];

/// Makes the citation of a paper.
pub fn of<'a>(entry: &'a Entry, base_url: &BaseUrl) -> Citation<'a> {
    let text = entry.text();
    let paper = &text.paper;
    let page = base_url.absolute(&layout::paper(&text.slug));
    let (others, authors): (Vec<&str>, Vec<&str>) = paper
        .authors
        .iter()
        .map(String::as_str)
        .partition(|name| is_others(name));
    let link = || {
        let to_paper =
            |link: &&Link| PAPER_LINKS.contains(&link.label.as_str()) && is_web(&link.url);
        paper
            .links
            .iter()
            .find(to_paper)
            .map(|link| link.url.clone())
    };
    let own_page = || is_web(&page).then(|| page.clone());
    let (arxiv, doi) = (paper.arxiv.as_ref(), paper.doi.as_ref());
    let url = arxiv
        .map(ArxivId::abs_url)
        .or_else(|| doi.map(Doi::url))
        .or_else(link)
        .or_else(own_page);
    Citation {
        key: text.slug.as_str(),
        kind: kind_of(paper.venue.as_deref()),
        title: &paper.title,
        title_plain: &text.title,
        authors: authors.into_iter().map(parse_name).collect(),
        et_al: !others.is_empty(),
        issued: issued(paper),
        venue: paper.venue.as_deref(),
        arxiv,
        doi,
        url,
        page,
        accessed: entry.date,
    }
}

impl Citation<'_> {
    /// Shortens a long list of authors, for a page; the files for programs hold all of them.
    pub fn shortened(&self) -> Cow<'_, Self> {
        if self.authors.len() <= MANY {
            return Cow::Borrowed(self);
        }
        let authors = self.authors[..MANY].to_vec();
        Cow::Owned(Citation {
            authors,
            et_al: true,
            ..self.clone()
        })
    }
}

/// Parses a name as people write it: `Ada Lovelace`, `Lovelace, Ada`, `Jan van der Berg`, `OpenAI`.
pub fn parse_name(name: &str) -> Name<'_> {
    let name = name.trim();
    if let Some((family, given)) = name.split_once(',') {
        let (family, given) = (family.trim(), given.trim());
        // More commas mean something that no rule knows.
        let plain =
            !family.is_empty() && !given.is_empty() && !given.contains(',') && !has_and(name);
        return match plain {
            true => Name::Person {
                family,
                given,
                suffix: None,
            },
            false => Name::Whole(name),
        };
    }
    let (rest, last) = match name.rsplit_once(char::is_whitespace) {
        Some((rest, last)) if !is_group(last) && !has_and(name) => (rest.trim_end(), last),
        _ => return Name::Whole(name),
    };
    let (rest, suffix) = match is_suffix(last) && rest.contains(char::is_whitespace) {
        true => (rest, Some(last)),
        false => (name, None),
    };
    let family_at = family_start(rest);
    Name::Person {
        family: &rest[family_at..],
        given: rest[..family_at].trim_end(),
        suffix,
    }
}

/// The family name is the last word, and the words in lower case before it; the first is none of them.
fn family_start(name: &str) -> usize {
    let start = |word: &str| word.as_ptr() as usize - name.as_ptr() as usize;
    let mut words = name.split_whitespace().rev();
    let last = words.next().map_or(0, start);
    let particles =
        words.take_while(|word| word.starts_with(char::is_lowercase) && start(word) > 0);
    particles.last().map_or(last, start)
}

fn is_group(last: &str) -> bool {
    GROUPS.iter().any(|word| last.eq_ignore_ascii_case(word))
}

/// The word that parts names in BibTeX; within one, it names several people or a company.
fn has_and(name: &str) -> bool {
    let mut letters = name.as_bytes().windows(3);
    letters.any(|part| matches!(part, [b'a' | b'A', b'n' | b'N', b'd' | b'D']))
        && name
            .split_whitespace()
            .any(|word| word.eq_ignore_ascii_case("and"))
}

fn is_suffix(word: &str) -> bool {
    ["Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"].contains(&word)
}

fn is_others(name: &str) -> bool {
    let name = name.trim().trim_end_matches('.');
    ["et al", "others", "and others"]
        .iter()
        .any(|words| name.eq_ignore_ascii_case(words))
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn kind_of(venue: Option<&str>) -> Kind {
    let Some(venue) = venue else {
        return Kind::Preprint;
    };
    let has = |list: &[&str]| {
        let mut words = venue.split(|c: char| c.is_whitespace() || ",;()".contains(c));
        words.any(|word| list.iter().any(|known| word.eq_ignore_ascii_case(known)))
    };
    if has(&NO_VENUES) {
        Kind::Preprint
    } else if has(&JOURNALS) && !has(&["conference", "proceedings", "workshop"]) {
        Kind::Article
    } else {
        Kind::Proceedings
    }
}

/// The paper's own date; else the month in its identifier; else the year in the name of its venue.
fn issued(paper: &Paper) -> Option<Issued> {
    if let Some(date) = paper.published {
        let (month, day) = (Some(date.month()), Some(date.day()));
        return Some(Issued {
            year: date.year(),
            month,
            day,
        });
    }
    let month = paper.arxiv.as_ref().map(ArxivId::month);
    let year = || paper.venue.as_deref().and_then(year_in);
    match month {
        Some((year, month)) => Some(Issued {
            year,
            month: Some(month),
            day: None,
        }),
        None => year().map(|year| Issued {
            year,
            month: None,
            day: None,
        }),
    }
}

/// `NeurIPS 2024`, `(CVPR, 2020)`.
fn year_in(venue: &str) -> Option<i16> {
    let numbers = venue.split(|c: char| !c.is_alphanumeric());
    let years = numbers
        .filter(|word| word.len() == 4 && (word.starts_with("19") || word.starts_with("20")));
    years.filter_map(|word| word.parse().ok()).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_person_or_a_whole() {
        let person = |family, given, suffix| Name::Person {
            family,
            given,
            suffix,
        };
        for (name, expected) in [
            ("Ada Lovelace", person("Lovelace", "Ada", None)),
            ("Lovelace, Ada", person("Lovelace", "Ada", None)),
            ("Jan van der Berg", person("van der Berg", "Jan", None)),
            ("van Berg", person("Berg", "van", None)),
            ("Sammy Davis Jr.", person("Davis", "Sammy", Some("Jr."))),
            ("Ann III", person("III", "Ann", None)),
            (" José  María Núñez ", person("Núñez", "José  María", None)),
            ("OpenAI", Name::Whole("OpenAI")),
            ("Qwen Team", Name::Whole("Qwen Team")),
            ("Tom and Jerry", Name::Whole("Tom and Jerry")),
            ("A, B, C", Name::Whole("A, B, C")),
            ("", Name::Whole("")),
        ] {
            assert_eq!(parse_name(name), expected, "{name}");
        }
    }

    #[test]
    fn a_long_list_of_authors_ends_in_others_on_a_page() {
        let citation = |count: usize| Citation {
            key: "x",
            kind: Kind::Preprint,
            title: "X",
            title_plain: "X",
            authors: vec![Name::Whole("A"); count],
            et_al: false,
            issued: None,
            venue: None,
            arxiv: None,
            doi: None,
            url: None,
            page: String::new(),
            accessed: Date::parse("2025-08-06").expect("a date"),
        };
        for (count, kept, et_al) in [(MANY, MANY, false), (MANY + 1, MANY, true)] {
            let whole = citation(count);
            let short = whole.shortened();
            assert_eq!((short.authors.len(), short.et_al), (kept, et_al));
        }
    }

    #[test]
    fn a_venue_tells_the_kind() {
        for (venue, kind) in [
            (None, Kind::Preprint),
            (Some("arXiv preprint"), Kind::Preprint),
            (Some("NeurIPS 2024"), Kind::Proceedings),
            (Some("Nature (2024)"), Kind::Article),
            (Some("Journal of Machine Learning Research"), Kind::Article),
            (Some("Conference on Science, 2020"), Kind::Proceedings),
        ] {
            assert_eq!(kind_of(venue), kind, "{venue:?}");
        }
    }

    #[test]
    fn a_venue_tells_the_year() {
        for (venue, year) in [
            ("NeurIPS 2024", Some(2024)),
            ("(CVPR, 2020)", Some(2020)),
            ("ICML'99", None),
            ("12024 x", None),
        ] {
            assert_eq!(year_in(venue), year, "{venue}");
        }
    }

    #[test]
    fn an_identifier_tells_the_month() {
        for (id, expected) in [
            ("2411.15124v2", (2024, 11)),
            ("hep-th/9901001", (1999, 1)),
            ("math.GT/0309136", (2003, 9)),
        ] {
            assert_eq!(ArxivId::parse(id).expect(id).month(), expected);
        }
    }
}
