//! Pictures for links to pages: which there are, and what they say.
//!
//! A picture costs a file, and a host counts files, so papers have none unless the settings ask; a
//! link to one shows the paper's own figure or its issue.

use crate::card::{self, Card};
use crate::config::Cards;
use crate::layout;
use crate::site::Site;
use crate::view::ImageView;

use super::{Kind, Page, Renderer};

/// How many titles the picture of an issue has room for.
const TITLES: usize = 3;

/// Endings of figures that other sites show; they do not draw SVG.
const SHOWN: [&str; 5] = ["png", "jpg", "jpeg", "webp", "gif"];

/// Plans the pictures.
pub fn plan(site: &Site) -> Vec<(String, Kind)> {
    let cards = site.config.build.cards;
    let mut pages = Vec::new();
    if cards >= Cards::Issues {
        pages.push((layout::card(layout::HOME), Kind::Card));
        let issues = site.issues.iter().enumerate();
        pages.extend(issues.map(|(index, issue)| {
            let path = layout::card(&layout::issue(issue.date));
            (path, Kind::IssueCard(index))
        }));
    }
    if cards >= Cards::Papers {
        let papers = site.papers.iter().enumerate();
        pages.extend(papers.map(|(index, entry)| {
            let path = layout::card(&layout::paper(&entry.text().slug));
            (path, Kind::PaperCard(index))
        }));
    }
    pages
}

/// Returns the picture for links to a page.
pub fn image(renderer: &Renderer<'_>, page: &Page) -> Option<ImageView> {
    let site = renderer.site();
    let base_url = &site.config.base_url;
    let drawn = |page: &str| ImageView {
        url: base_url.absolute(&layout::card(page)),
        width: Some(card::WIDTH),
        height: Some(card::HEIGHT),
    };
    let cards = site.config.build.cards;
    let drawn = |page: &str| (cards >= Cards::Issues).then(|| drawn(page));
    match &page.kind {
        Kind::Issue(index) => drawn(&layout::issue(site.issues[*index].date)),
        Kind::Paper(index) => {
            let entry = &site.papers[*index];
            let figure = entry.image.as_ref().filter(|output| is_shown(output));
            if let Some(output) = figure {
                return Some(ImageView {
                    url: base_url.absolute(output),
                    width: None,
                    height: None,
                });
            }
            match cards {
                Cards::Papers => drawn(&page.path),
                Cards::Issues | Cards::None => drawn(&layout::issue(entry.date)),
            }
        }
        _ => drawn(layout::HOME),
    }
}

/// Returns what a picture says; the later of several texts stand for letters that cannot be drawn.
pub fn card(renderer: &Renderer<'_>, page: &Page) -> Card {
    match page.kind {
        Kind::IssueCard(index) => issue(renderer, index),
        Kind::PaperCard(index) => paper(renderer, index),
        _ => home(renderer),
    }
}

fn home(renderer: &Renderer<'_>) -> Card {
    let site = renderer.site();
    let papers = site.papers.len();
    Card {
        over: site.config.author.clone(),
        headings: vec![site.config.title.clone(), host(site)],
        about: site.config.description.clone(),
        lines: Vec::new(),
        marks: vec![renderer.counted("papers", papers), papers.to_string()],
        foot: host(site),
    }
}

fn issue(renderer: &Renderer<'_>, index: usize) -> Card {
    let site = renderer.site();
    let language = renderer.views.language;
    let issue = &site.issues[index];
    let day = language.day(issue.date);
    let number = issue.papers.len();
    let papers = renderer.counted("papers", number);
    let both = [("day", day.as_str()), ("papers", &papers)];
    let mut marks = vec![papers.clone(), number.to_string()];
    if issue.title.is_some() {
        marks.insert(0, language.fill("day_and_count", &both));
    }
    let titles = site.papers[issue.papers.clone()].iter().take(TITLES);
    Card {
        over: site.config.title.clone(),
        headings: issue
            .title
            .iter()
            .cloned()
            .chain([day.clone(), issue.date.to_string()])
            .collect(),
        lines: titles.map(|entry| entry.text().title.to_string()).collect(),
        marks,
        foot: host(site),
        ..Card::default()
    }
}

fn paper(renderer: &Renderer<'_>, index: usize) -> Card {
    let site = renderer.site();
    let language = renderer.views.language;
    let entry = &site.papers[index];
    let text = entry.text();
    let days = vec![language.day(entry.date), entry.date.to_string()];
    let arxiv = text.paper.arxiv.as_ref().map(|id| format!("arXiv:{id}"));
    Card {
        over: site.config.title.clone(),
        headings: [text.title.to_string()]
            .into_iter()
            .chain(arxiv)
            .chain(days.clone())
            .collect(),
        lines: language.authors(&text.paper.authors).into_iter().collect(),
        marks: days,
        foot: host(site),
        ..Card::default()
    }
}

/// Where the site stands, as people write it: `user.github.io/repo`.
fn host(site: &Site) -> String {
    let base_url = &site.config.base_url;
    let host = base_url.origin().split_once("://");
    host.map_or_else(String::new, |(_, host)| {
        format!("{host}{}", base_url.path().trim_end_matches('/'))
    })
}

fn is_shown(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    SHOWN.contains(&ending.to_ascii_lowercase().as_str())
}
