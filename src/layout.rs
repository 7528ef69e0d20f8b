//! Where things stand: the paths of the sources below the root, and of the pages below the output.
//!
//! Paths here are values with forward slashes; nobody else spells one. Knows no page's content, and
//! `address` makes links of these paths.

use crate::date::{Date, Week};
use crate::slug::Slug;

/// The settings; the folder that holds it is a site's root.
pub const SETTINGS: &str = "site.toml";
/// The folder of papers, one folder a day.
pub const PAPERS: &str = "content/papers/";
/// The folder of the editor's words, one file a day.
pub const ISSUES: &str = "content/issues/";
/// The folder of other pages.
pub const PAGES: &str = "content/pages/";
/// The folder of everything that is written by hand.
pub const CONTENT: &str = "content/";
/// The vocabulary of tags.
pub const VOCABULARY: &str = "content/tags.yaml";
/// The list of the editions that went out by mail.
pub const SENT: &str = "content/sent.txt";
/// The list of the addresses that were published.
pub const ADDRESSES: &str = "content/addresses.txt";
/// The folder of editions for the mail; it may be deleted at any time.
pub const OUTBOX: &str = "outbox/";
/// The folder of files that are published as they are.
pub const STATIC: &str = "static/";
/// The folder of answers that were asked for; it may be deleted at any time.
pub const CACHE: &str = ".digest-cache/";
/// The folder of themes.
pub const THEMES: &str = "themes/";

/// Endings of the files under `content/` that are published beside their page.
const ASSETS: [&str; 9] = [
    "png", "svg", "jpg", "jpeg", "webp", "gif", "avif", "pdf", "mp4",
];

/// The home page.
pub const HOME: &str = "index.html";
/// The list of all issues.
pub const ARCHIVE: &str = "archive/index.html";
/// The tag index.
pub const TAGS: &str = "tags/index.html";
/// The folder of the papers' pages.
pub const PAPER_PAGES: &str = "papers/";
/// The search page; the files of its index stand beside it.
pub const SEARCH: &str = "search/index.html";
/// The page that shows what a reader keeps in the browser.
pub const READING: &str = "reading/index.html";
/// The site's Atom feed.
pub const FEED: &str = "feed.xml";
/// The site's JSON feed.
pub const FEED_JSON: &str = "feed.json";
/// The list of all feeds.
pub const FEEDS: &str = "feeds.opml";
/// All papers as BibTeX.
pub const PAPERS_BIB: &str = "papers.bib";
/// All papers as JSON.
pub const PAPERS_JSON: &str = "papers.json";
/// All papers as CSL-JSON; a slug holds no dot, so the name is free.
pub const PAPERS_CSL: &str = "papers.csl.json";
/// What the JSON of papers looks like.
pub const SCHEMA: &str = "schema/papers.json";
/// The list of addresses for search engines.
pub const SITEMAP: &str = "sitemap.xml";
/// The page for addresses that do not exist.
pub const NOT_FOUND: &str = "404.html";

/// Tells whether a source is a ledger: a list that the program keeps beside what people write.
pub fn is_ledger(source: &str) -> bool {
    matches!(source, SENT | ADDRESSES)
}

/// Returns the path of a new paper's file.
pub fn paper_source(date: Date, slug: &Slug) -> String {
    format!("{PAPERS}{date}/{slug}.md")
}

/// Returns a paper's page.
pub fn paper(slug: &Slug) -> String {
    [PAPER_PAGES, slug.as_str(), ".html"].concat()
}

/// Returns an issue's page.
pub fn issue(date: Date) -> String {
    format!(
        "{:04}/{:02}/{:02}.html",
        date.year(),
        date.month(),
        date.day()
    )
}

/// Returns an issue's papers in another format, by its ending: `bib`, `json`, `csl.json`.
pub fn issue_file(date: Date, ending: &str) -> String {
    let page = issue(date);
    format!("{}{ending}", page.strip_suffix("html").unwrap_or(&page))
}

/// Returns a week's page.
pub fn week(week: Week) -> String {
    format!("{:04}/w{:02}.html", week.year, week.number)
}

/// Returns a month's page.
pub fn month(year: i16, month: i8) -> String {
    format!("{year:04}/{month:02}/index.html")
}

/// Returns a year's page.
pub fn year(year: i16) -> String {
    format!("{year:04}/index.html")
}

/// Returns a year's papers as JSON.
pub fn year_json(year: i16) -> String {
    format!("{year:04}/papers.json")
}

/// Returns a page of a tag's list: 1 has the newest papers, the others are numbered from the oldest, so
/// that their addresses stay. A slug holds no dot, so `x.2.html` is free.
pub fn tag(slug: &Slug, number: usize) -> String {
    match number {
        0 | 1 => ["tags/", slug.as_str(), ".html"].concat(),
        _ => format!("tags/{slug}.{number}.html"),
    }
}

/// Returns a tag's Atom feed.
pub fn tag_feed(slug: &Slug) -> String {
    format!("tags/{slug}.xml")
}

/// Returns the picture for links to a page.
pub fn card(page: &str) -> String {
    format!("{}.png", page.strip_suffix(".html").unwrap_or(page))
}

/// Returns a tag's papers as BibTeX.
pub fn tag_bib(slug: &Slug) -> String {
    format!("tags/{slug}.bib")
}

/// Returns where a file of the search index stands; the name is made of its content.
pub fn search_file(name: &str) -> String {
    format!("search/{name}.bin")
}

/// Returns where a page of `content/pages` is published: `about.md` as `about.html`.
pub fn page(source: &str) -> Option<String> {
    let inner = source.strip_prefix(PAGES)?.strip_suffix(".md")?;
    let clean = inner.split('/').all(|part| Slug::parse(part).is_some());
    clean.then(|| format!("{inner}.html"))
}

/// Returns where an asset under `content/` is published; `None` for a file of another kind.
pub fn asset(source: &str) -> Option<String> {
    let inner = source.strip_prefix(CONTENT)?;
    let (_, ending) = inner.rsplit_once('.')?;
    let known = ASSETS.contains(&ending.to_ascii_lowercase().as_str());
    known.then(|| source.strip_prefix(PAGES).unwrap_or(inner).to_owned())
}

/// Returns the page that answers at an old address: a folder's index, a file, or a page without its ending.
pub fn alias(address: &str) -> String {
    let path = address.trim_start_matches('/');
    let last = path.rsplit('/').next().unwrap_or(path);
    if last.is_empty() {
        format!("{path}index.html")
    } else if last.contains('.') {
        path.to_owned()
    } else {
        format!("{path}.html")
    }
}

/// Resolves a relative path against the folder of a file; `None` when it climbs out of the root.
pub fn resolve(file: &str, relative: &str) -> Option<String> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_stand_where_the_design_says() {
        let date = Date::parse("2025-08-06").expect("a date");
        let slug = Slug::parse("vision").expect("a slug");
        assert_eq!(
            paper_source(date, &slug),
            "content/papers/2025-08-06/vision.md"
        );
        assert_eq!(issue(date), "2025/08/06.html");
        assert_eq!(issue_file(date, "csl.json"), "2025/08/06.csl.json");
        assert_eq!(week(date.week()), "2025/w32.html");
        assert_eq!(month(2025, 8), "2025/08/index.html");
        assert_eq!(
            [tag(&slug, 1), tag(&slug, 2)],
            ["tags/vision.html", "tags/vision.2.html"]
        );
    }

    #[test]
    fn assets_stand_beside_their_page() {
        for (source, expected) in [
            (
                "content/papers/2025-08-06/fig.PNG",
                Some("papers/2025-08-06/fig.PNG"),
            ),
            ("content/pages/logo.svg", Some("logo.svg")),
            ("content/papers/x.docx", None),
            ("content/papers/README", None),
        ] {
            assert_eq!(asset(source).as_deref(), expected, "{source}");
        }
    }

    #[test]
    fn an_alias_is_a_folder_a_file_or_a_page() {
        for (address, expected) in [
            ("/old/address/", "old/address/index.html"),
            ("/old.html", "old.html"),
            ("/old", "old.html"),
        ] {
            assert_eq!(alias(address), expected);
        }
    }

    #[test]
    fn a_relative_path_stays_under_the_root() {
        let file = "content/papers/2025-08-06/a.md";
        assert_eq!(
            resolve(file, "fig.png").as_deref(),
            Some("content/papers/2025-08-06/fig.png")
        );
        assert_eq!(
            resolve(file, "../2025-08-05/./b.md").as_deref(),
            Some("content/papers/2025-08-05/b.md")
        );
        assert_eq!(resolve(file, "../../../../x"), None);
    }

    #[test]
    fn every_kind_of_page_and_file_has_its_place() {
        let date = Date::parse("0987-08-06").expect("a date");
        let slug = Slug::parse("vision").expect("a slug");
        for (path, expected) in [
            (paper(&slug), "papers/vision.html"),
            (issue(date), "0987/08/06.html"),
            (week(date.week()), "0987/w32.html"),
            (month(987, 8), "0987/08/index.html"),
            (year(987), "0987/index.html"),
            (year_json(987), "0987/papers.json"),
            (tag(&slug, 10), "tags/vision.10.html"),
            (tag_feed(&slug), "tags/vision.xml"),
            (tag_bib(&slug), "tags/vision.bib"),
            (card("papers/vision.html"), "papers/vision.png"),
            (search_file("1a2b"), "search/1a2b.bin"),
        ] {
            assert_eq!(path, expected);
        }
        assert!(is_ledger(SENT) && is_ledger(ADDRESSES) && !is_ledger(VOCABULARY));
    }

    #[test]
    fn a_page_is_published_by_its_name() {
        for (source, expected) in [
            ("content/pages/about.md", Some("about.html")),
            ("content/pages/a/b.md", Some("a/b.html")),
            ("content/pages/About.md", None),
            ("content/pages/a/../b.md", None),
            ("content/pages/about.txt", None),
            ("content/about.md", None),
        ] {
            assert_eq!(page(source).as_deref(), expected, "{source}");
        }
    }
}
