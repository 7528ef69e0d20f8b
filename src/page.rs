//! The plan of pages: every output path is named before anything is rendered.
//!
//! Two pages with one path, or with two that differ only in case, are an error with both sources
//! named. Rendering a page needs the site and no other page. Writes nothing.

use std::borrow::Cow;
use std::mem::discriminant;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization as _;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::layout;
use crate::octets::Octets;
use crate::parallel;
use crate::repeats;
use crate::search;
use crate::site::Site;
use crate::source::Place;
use crate::theme::Theme;

mod cards;
mod feeds;
mod periods;
mod patches;
mod pieces;
mod render;
mod reuse;
mod syndicate;
mod tags;

pub use patches::{Cloth, Quilt, Quilts};
pub use render::{Output, Renderer};

use tags::Leaves;

/// How many pages a thread renders before it asks for more: enough that two threads seldom need the same
/// paper at once, and so few that all threads stay near each other.
const PART: usize = 16;

/// This is a file of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The path below the output folder.
    pub path: String,
    /// What is rendered there.
    pub kind: Kind,
}

/// This is what a page is made of; numbers are indices into the site's lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The newest issue, and the way to the others.
    Home,
    /// An issue.
    Issue(usize),
    /// A week.
    Week(usize),
    /// A month.
    Month(usize),
    /// A year.
    Year(usize),
    /// All issues.
    Archive,
    /// A paper.
    Paper(usize),
    /// The tag index.
    Tags,
    /// A page of a tag's papers: 1 has the newest.
    Tag(usize, usize),
    /// A tag's Atom feed.
    TagFeed(usize),
    /// Papers as BibTeX.
    Bibtex(Scope),
    /// Papers as CSL-JSON.
    Csl(Scope),
    /// Papers as JSON.
    Records(Scope),
    /// What that JSON looks like.
    Schema,
    /// Another page.
    Text(usize),
    /// The search page.
    Search,
    /// What a reader keeps in the browser.
    Reading,
    /// The file of the search index that names the others.
    SearchHead(Octets),
    /// A file of the search index.
    SearchFile(Octets),
    /// The page for addresses that do not exist.
    NotFound,
    /// The site's Atom feed.
    Feed,
    /// The site's JSON feed.
    JsonFeed,
    /// The list of all feeds.
    FeedList,
    /// The addresses for search engines: which part of them, from 1; 0 is all of them.
    Sitemap(usize),
    /// The list of the parts of the sitemap.
    SitemapIndex(usize),
    /// The picture for links to the site.
    Card,
    /// The picture for links to an issue.
    IssueCard(usize),
    /// The picture for links to a paper.
    PaperCard(usize),
    /// What crawlers may read.
    Robots,
    /// The file that tells GitHub Pages to publish all files as they are.
    NoJekyll,
    /// An old address of a paper.
    MovedPaper(usize),
    /// An old address of another page.
    MovedText(usize),
    /// The style sheet for code.
    HighlightStyle,
    /// A static file of the theme, by its path there.
    ThemeStatic(String),
    /// A file of `content/`.
    Asset(usize),
    /// A file of `static/`.
    Static(usize),
}

/// This tells which papers a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All papers.
    Site,
    /// Those of a year.
    Year(usize),
    /// Those of an issue.
    Issue(usize),
    /// Those with a tag.
    Tag(usize),
}

/// Where a theme's static files are published.
pub const THEME_FOLDER: &str = "theme/";

/// The style sheet for code.
const HIGHLIGHT_STYLE: &str = "theme/highlight.css";

/// The limit of the sitemap protocol is 50,000 addresses a file.
const SITEMAP_LIMIT: usize = 40_000;

/// Plans the output: every page, in an order that depends on the site alone.
pub fn plan(site: &Site, theme: &Theme, problems: &mut Problems) -> Vec<Page> {
    // Most pages are those of papers.
    let mut pages = Vec::with_capacity(site.papers.len() + site.papers.len() / 4);
    let mut add = |path: String, kind: Kind| pages.push(Page { path, kind });
    add(layout::HOME.to_owned(), Kind::Home);
    let paths = parallel::map(&site.papers, |entry| layout::paper(&entry.text().slug));
    for ((index, entry), path) in site.papers.iter().enumerate().zip(paths) {
        for alias in &entry.text().paper.aliases {
            add(layout::alias(alias), Kind::MovedPaper(index));
        }
        add(path, Kind::Paper(index));
    }
    for (index, issue) in site.issues.iter().enumerate() {
        add(layout::issue(issue.date), Kind::Issue(index));
    }
    for (index, week) in site.weeks.iter().enumerate() {
        add(layout::week(week.key), Kind::Week(index));
    }
    for (index, month) in site.months.iter().enumerate() {
        add(layout::month(month.key.0, month.key.1), Kind::Month(index));
    }
    for (index, year) in site.years.iter().enumerate() {
        add(layout::year(year.key), Kind::Year(index));
    }
    add(layout::ARCHIVE.to_owned(), Kind::Archive);
    add(layout::TAGS.to_owned(), Kind::Tags);
    for (index, tag) in site.tags.iter().enumerate() {
        let leaves = Leaves::of(tag.papers.len(), site.config.build.papers_per_page);
        for number in 1..=leaves.total() {
            add(layout::tag(&tag.slug, number), Kind::Tag(index, number));
        }
        add(layout::tag_feed(&tag.slug), Kind::TagFeed(index));
    }
    reuse::plan(site, &mut add);
    for (index, page) in site.pages.iter().enumerate() {
        for alias in &page.text().front.aliases {
            add(layout::alias(alias), Kind::MovedText(index));
        }
        add(page.text().output.clone(), Kind::Text(index));
    }
    if site.config.build.search {
        pages.push(Page {
            path: layout::SEARCH.to_owned(),
            kind: Kind::Search,
        });
    }
    pages.push(Page {
        path: layout::READING.to_owned(),
        kind: Kind::Reading,
    });
    plan_extras(site, theme, &mut pages);
    report_collisions(site, &pages, problems);
    pages
}

/// Adds the files of the search index to a plan, where the settings want one.
///
/// They are no part of `plan`, for their names take the words of all papers, and a preview of one page
/// need not wait for them; the search page without an index leads to the archive and the tags.
///
/// What an earlier build kept of its index is used and replaced.
pub fn plan_index(site: &Site, pages: &mut Vec<Page>, kept: Option<&mut search::Kept>) {
    if !site.config.build.search {
        return;
    }
    let index = search::index(site, kept);
    let page = |file: search::IndexFile, kind: fn(Octets) -> Kind| Page {
        path: layout::search_file(&file.name),
        kind: kind(file.bytes),
    };
    pages.push(page(index.head, Kind::SearchHead));
    pages.extend(
        index
            .files
            .into_iter()
            .map(|file| page(file, Kind::SearchFile)),
    );
}

/// Returns how many pages, which stand first, have paths that do not follow from what is in other files.
pub fn count_lasting(pages: &[Page]) -> usize {
    let is_fleeting = |page: &Page| matches!(page.kind, Kind::SearchHead(_) | Kind::SearchFile(_));
    let found = pages.iter().position(is_fleeting);
    found.unwrap_or(pages.len())
}

/// Returns an order for rendering, in parts that are rendered one page after the other: a page stands behind
/// those of its papers, so that what these showed is at hand, and files of the whole site stand before them,
/// each by itself, for they take long. First of all are files for other programs that hold the papers of an
/// issue or a year: those of the site and of its tags take what these wrote.
///
/// It is no part of the plan, for no page looks different whenever it is rendered.
pub fn order(site: &Site, pages: &[Page]) -> Vec<Vec<usize>> {
    let turn = |page: &Page| match last_paper(site, &page.kind) {
        None => Turn::Whole,
        Some((last, _)) if is_for_programs(&page.kind) => Turn::ForPrograms(last),
        Some((last, is_list)) => Turn::Page(last, is_list),
    };
    let mut order: Vec<(Turn, usize)> = pages.iter().map(turn).zip(0..).collect();
    order.sort_unstable();
    let of_one_kind = order.chunk_by(|(one, _), (two, _)| discriminant(one) == discriminant(two));
    let parts = of_one_kind.flat_map(|pages| {
        let is_whole = pages[0].0 == Turn::Whole;
        pages.chunks(if is_whole { 1 } else { PART })
    });
    let indices = |part: &[(_, usize)]| part.iter().map(|(_, index)| *index).collect();
    parts.map(indices).collect()
}

/// When a page is rendered: by kinds, and those of a kind by the last of their papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// A file for other programs.
    ForPrograms(usize),
    /// A file of the whole site.
    Whole,
    /// A page, and whether it shows several papers, which comes behind those of one.
    Page(usize, bool),
}

/// Tells whether other programs read a file for the papers in it.
fn is_for_programs(kind: &Kind) -> bool {
    matches!(kind, Kind::Bibtex(_) | Kind::Csl(_) | Kind::Records(_))
}

/// The oldest paper that a page shows, and whether it shows several; none for files of the whole site.
fn last_paper(site: &Site, kind: &Kind) -> Option<(usize, bool)> {
    let of_issue = |index: usize| site.issues[index].papers.end.checked_sub(1);
    let of_issues = |issues: &Range<usize>| of_issue(issues.end.checked_sub(1)?);
    let last = match kind {
        Kind::Paper(index) | Kind::MovedPaper(index) | Kind::PaperCard(index) => {
            return Some((*index, false));
        }
        Kind::Issue(index) => of_issue(*index),
        Kind::Week(index) => of_issues(&site.weeks[*index].issues),
        Kind::Month(index) => of_issues(&site.months[*index].issues),
        Kind::Tag(tag, number) => {
            let papers = &site.tags[*tag].papers;
            let leaves = Leaves::of(papers.len(), site.config.build.papers_per_page);
            papers[leaves.papers(*number)].last().copied()
        }
        Kind::TagFeed(tag) => {
            let papers = site.tags[*tag].papers.iter();
            papers
                .take(site.config.build.feed_limit)
                .next_back()
                .copied()
        }
        Kind::Bibtex(scope) | Kind::Csl(scope) | Kind::Records(scope) => match scope {
            Scope::Issue(index) => of_issue(*index),
            Scope::Year(index) => of_issues(&site.years[*index].issues),
            Scope::Site | Scope::Tag(_) => None,
        },
        _ => None,
    };
    Some((last?, true))
}

/// Tells whether a page is one that readers come to, which a sitemap lists.
pub fn is_content(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Home
            | Kind::Issue(_)
            | Kind::Week(_)
            | Kind::Month(_)
            | Kind::Year(_)
            | Kind::Archive
            | Kind::Paper(_)
            | Kind::Tags
            | Kind::Tag(..)
            | Kind::Text(_)
            | Kind::Search
    )
}

/// Returns the name of the source that a page is made of, as messages show it.
pub fn source_of(page: &Page, site: &Site) -> Option<String> {
    let name = match &page.kind {
        Kind::Paper(index) | Kind::MovedPaper(index) => site.papers[*index].source().to_string(),
        Kind::Text(index) | Kind::MovedText(index) => site.pages[*index].source().to_string(),
        Kind::Issue(index) => site.issues[*index].source.as_ref()?.to_string(),
        Kind::Asset(index) => site.assets[*index].0.to_string(),
        Kind::Static(index) => format!("{}{}", layout::STATIC, site.statics[*index]),
        _ => return None,
    };
    Some(name)
}

/// What is there besides pages of content; a site's own file of the same name is taken instead.
fn plan_extras(site: &Site, theme: &Theme, pages: &mut Vec<Page>) {
    let statics = site.statics.iter().map(AsRef::as_ref);
    let texts = site.pages.iter().map(|page| page.text().output.as_str());
    let taken: FxHashSet<&str> = statics.chain(texts).collect();
    let own = |path: &str| taken.contains(path);
    let listed = pages.iter().filter(|page| is_content(&page.kind)).count();
    let mut extras = vec![
        (layout::FEED.to_owned(), Kind::Feed),
        (layout::FEED_JSON.to_owned(), Kind::JsonFeed),
        (layout::FEEDS.to_owned(), Kind::FeedList),
    ];
    if listed <= SITEMAP_LIMIT {
        extras.push((layout::SITEMAP.to_owned(), Kind::Sitemap(0)));
    } else {
        let parts = listed.div_ceil(SITEMAP_LIMIT);
        extras.extend((1..=parts).map(|part| (format!("sitemap.{part}.xml"), Kind::Sitemap(part))));
        extras.push((layout::SITEMAP.to_owned(), Kind::SitemapIndex(parts)));
    }
    for (path, kind) in [
        (layout::NOT_FOUND, Kind::NotFound),
        ("robots.txt", Kind::Robots),
        (".nojekyll", Kind::NoJekyll),
    ] {
        if !own(path) {
            extras.push((path.to_owned(), kind));
        }
    }
    for (path, kind) in cards::plan(site) {
        if !own(&path) {
            extras.push((path, kind));
        }
    }
    if site.has_code {
        extras.push((HIGHLIGHT_STYLE.to_owned(), Kind::HighlightStyle));
    }
    for name in theme.statics().keys() {
        extras.push((
            format!("{THEME_FOLDER}{name}"),
            Kind::ThemeStatic(name.clone()),
        ));
    }
    for (index, (_, output)) in site.assets.iter().enumerate() {
        extras.push((output.clone(), Kind::Asset(index)));
    }
    for (index, name) in site.statics.iter().enumerate() {
        extras.push((name.to_string(), Kind::Static(index)));
    }
    pages.extend(extras.into_iter().map(|(path, kind)| Page { path, kind }));
}

/// Some hosts and file systems do not tell `A.html` from `a.html`, or an `é` of one character from that of
/// two, so a plan must not hold both.
fn report_collisions(site: &Site, pages: &[Page], problems: &mut Problems) {
    let suspects = repeats::suspects(pages, |page| [Some(repeats::mark(compared(page)))]);
    let mut seen: FxHashMap<Cow<'_, str>, &Page> = FxHashMap::default();
    for page in suspects.into_iter().map(|index| &pages[index]) {
        let Some(first) = seen.insert(compared(page), page) else {
            continue;
        };
        if let (Kind::Paper(_), Kind::Paper(_)) = (&first.kind, &page.kind) {
            // Two papers of one name were reported as such.
            continue;
        }
        let named =
            |page: &Page| source_of(page, site).unwrap_or_else(|| "a page of the theme".to_owned());
        let message = if first.path == page.path {
            format!("two pages would be published as {}", page.path)
        } else if first.path.to_lowercase() == page.path.to_lowercase() {
            format!("{} and {} differ only in case", first.path, page.path)
        } else {
            let (one, other) = (&first.path, &page.path);
            format!("{one} and {other} differ only in how their letters are composed")
        };
        let mut problem = Diagnostic::new(Code::DuplicatePath, message).hint(format!(
            "the other one comes from {}; rename one of the two",
            named(first)
        ));
        problem.place = source_of(page, site).map(Place::file);
        problems.push(problem);
    }
}

/// A path as file systems compare it that tell neither cases nor ways to compose a letter apart.
fn compared(page: &Page) -> Cow<'_, str> {
    let changes = |b: u8| b.is_ascii_uppercase() || !b.is_ascii();
    match page.path.bytes().any(changes) {
        true => page.path.nfc().collect::<String>().to_lowercase().into(),
        false => page.path.as_str().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::document;
    use crate::site::Parts;
    use crate::source::Source;

    #[test]
    fn a_page_is_rendered_right_behind_the_last_of_its_papers() {
        let mut problems = Problems::new();
        let mut paper = |number: usize| {
            let name = format!("content/papers/2024-01-{:02}/p{number}.md", 1 + number / 4);
            let text = format!("---\ntitle: Paper {number}\ntags: [x]\n---\n");
            document::parse(&Source::new(name, text), &mut problems).map(Into::into)
        };
        let documents = (0..30).filter_map(&mut paper).collect();
        let mut config = Config::default();
        config.build.papers_per_page = 4;
        let parts = Parts {
            config,
            documents,
            ..Parts::default()
        };
        let site = crate::site::link(parts, &mut problems);
        let theme =
            crate::theme::load(Vec::new(), "en", &mut problems).expect("the built-in theme");
        let plan = plan(&site, &theme, &mut problems);
        assert!(problems.is_empty());
        let order = order(&site, &plan).concat();
        let place = |kind: &Kind| {
            let index = plan.iter().position(|page| page.kind == *kind);
            let index = index.expect("it is planned");
            order
                .iter()
                .position(|place| *place == index)
                .expect("it is rendered")
        };
        let papers: Vec<usize> = (0..30).map(|paper| place(&Kind::Paper(paper))).collect();
        assert!(papers.is_sorted());
        let leaves = Leaves::of(30, 4);
        assert!(leaves.total() > 3);
        for number in 1..=leaves.total() {
            let shown = leaves.papers(number);
            let page = place(&Kind::Tag(0, number));
            assert!(papers[shown.end - 1] < page, "{number}");
            assert!(
                papers.get(shown.end).is_none_or(|next| page < *next),
                "{number}"
            );
        }
        for (index, issue) in site.issues.iter().enumerate() {
            let page = place(&Kind::Issue(index));
            assert!(papers[issue.papers.end - 1] < page);
            assert!(papers.get(issue.papers.end).is_none_or(|next| page < *next));
            let whole = [Scope::Site, Scope::Tag(0)].map(|scope| place(&Kind::Bibtex(scope)));
            for whole in whole {
                assert!(place(&Kind::Bibtex(Scope::Issue(index))) < whole && whole < papers[0]);
            }
        }
    }
}
