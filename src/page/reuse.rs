//! Papers for other programs: BibTeX, CSL-JSON, JSON, and the schema of the last.
//!
//! No file per paper: a host's limits are on the number of files.

use std::sync::Arc;

use crate::fingerprint::{Ink, Inked as _};
use crate::layout;
use crate::site::Site;
use crate::theme::Sheet;
use crate::view::{AlternateView, Views};
use crate::{bibtex, csl, records};

use super::patches::{Patches, Quilt};
use super::render::Proof;
use super::{Kind, Page, Renderer, Scope};

/// A program reads JSON as a whole, so a larger file is parted by year.
const JSON_LIMIT: usize = 5_000_000;

/// Plans the files.
pub fn plan(site: &Site, add: &mut impl FnMut(String, Kind)) {
    if !site.config.build.citations {
        return;
    }
    add(layout::PAPERS_BIB.to_owned(), Kind::Bibtex(Scope::Site));
    add(layout::PAPERS_CSL.to_owned(), Kind::Csl(Scope::Site));
    add(layout::PAPERS_JSON.to_owned(), Kind::Records(Scope::Site));
    add(layout::SCHEMA.to_owned(), Kind::Schema);
    if is_parted(site) {
        for (index, year) in site.years.iter().enumerate() {
            add(
                layout::year_json(year.key),
                Kind::Records(Scope::Year(index)),
            );
        }
    }
    for (index, issue) in site.issues.iter().enumerate() {
        let scope = Scope::Issue(index);
        add(layout::issue_file(issue.date, "bib"), Kind::Bibtex(scope));
        add(layout::issue_file(issue.date, "csl.json"), Kind::Csl(scope));
        add(layout::issue_file(issue.date, "json"), Kind::Records(scope));
    }
    for (index, tag) in site.tags.iter().enumerate() {
        add(layout::tag_bib(&tag.slug), Kind::Bibtex(Scope::Tag(index)));
    }
}

/// Renders a file.
pub(super) fn render(renderer: &Renderer<'_>, page: &Page) -> Proof {
    let site = renderer.site();
    let scope = match page.kind {
        Kind::Bibtex(scope) | Kind::Csl(scope) | Kind::Records(scope) => scope,
        _ => return Proof::of(write(renderer, page)),
    };
    if matches!(page.kind, Kind::Records(Scope::Site)) && is_parted(site) {
        return Proof::of(write(renderer, page));
    }
    let mut ink = Ink::default();
    page.path.ink(&mut ink);
    shown_at(site, scope).ink(&mut ink);
    for paper in indices(site, scope) {
        renderer.views.fingerprint(paper).ink(&mut ink);
    }
    let text = match renderer.are_fingerprints() {
        true => Sheet::default(),
        false => write(renderer, page).into(),
    };
    Proof {
        text,
        fingerprint: ink.fingerprint(),
    }
}

fn write(renderer: &Renderer<'_>, page: &Page) -> String {
    let site = renderer.site();
    let scope = match page.kind {
        Kind::Records(Scope::Site) if is_parted(site) => {
            let parts = site.years.iter().map(|year| layout::year_json(year.key));
            return records::write_parts(site, layout::HOME, renderer.tag_records(), parts);
        }
        Kind::Bibtex(scope) | Kind::Csl(scope) | Kind::Records(scope) => scope,
        _ => return records::schema(&site.config.base_url),
    };
    let papers: Vec<usize> = indices(site, scope).collect();
    // A file of all papers is mostly what it was; others take from it.
    let is_large = matches!(scope, Scope::Site | Scope::Year(_));
    let patches = match page.kind {
        Kind::Records(_) if is_large => renderer.sewing.cut(&page.path),
        _ => Patches::default(),
    };
    let own = |&paper: &usize| match page.kind {
        Kind::Bibtex(_) => renderer.bibtex(paper),
        Kind::Csl(_) => renderer.csl(paper),
        _ => renderer.record(paper, &patches),
    };
    let parts: Vec<Arc<str>> = papers.iter().map(own).collect();
    let mut text = Sheet::blank_text();
    // Growing to ten megabytes, a text would be copied as often again.
    text.reserve(parts.iter().map(|part| part.len() + 2).sum());
    let places = match page.kind {
        Kind::Bibtex(_) => bibtex::join(&parts, &mut text),
        Kind::Csl(_) => csl::join(&parts, &mut text),
        _ => {
            let (shown_at, tags) = (shown_at(site, scope), renderer.tag_records());
            records::write(site, &shown_at, &papers, tags, &parts, &mut text)
        }
    };
    if is_large {
        let fingerprints = papers
            .iter()
            .map(|&paper| renderer.views.fingerprint(paper));
        let quilt = Quilt::of(&text, fingerprints.zip(places));
        renderer.sewing.keep(&page.path, quilt);
    }
    text
}

/// Returns the files that hold the papers of a page.
pub fn alternates(views: &Views<'_>, scope: Scope) -> Vec<AlternateView> {
    if !views.site.config.build.citations {
        return Vec::new();
    }
    let alternate = |name: &str, media_type: &str, output: &str| AlternateView {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        url: views.link(output),
    };
    let (bib, others) = match scope {
        Scope::Tag(index) => (layout::tag_bib(&views.site.tags[index].slug), None),
        Scope::Issue(index) => {
            let file = |ending| layout::issue_file(views.site.issues[index].date, ending);
            (file("bib"), Some((file("csl.json"), file("json"))))
        }
        Scope::Site | Scope::Year(_) => {
            let others = (
                layout::PAPERS_CSL.to_owned(),
                layout::PAPERS_JSON.to_owned(),
            );
            (layout::PAPERS_BIB.to_owned(), Some(others))
        }
    };
    let mut files = vec![alternate("BibTeX", "application/x-bibtex", &bib)];
    if let Some((csl, json)) = others {
        files.push(alternate(
            "CSL-JSON",
            "application/vnd.citationstyles.csl+json",
            &csl,
        ));
        files.push(alternate("JSON", "application/json", &json));
    }
    files
}

fn is_parted(site: &Site) -> bool {
    site.papers.iter().map(records::estimate).sum::<usize>() > JSON_LIMIT
}

/// The papers of a scope, newest issue first. A tag's are not in one row.
fn indices(site: &Site, scope: Scope) -> Box<dyn Iterator<Item = usize> + '_> {
    match scope {
        Scope::Site => Box::new(0..site.papers.len()),
        Scope::Year(index) => {
            let issues = &site.issues[site.years[index].issues.clone()];
            Box::new(issues.iter().flat_map(|issue| issue.papers.clone()))
        }
        Scope::Issue(index) => Box::new(site.issues[index].papers.clone()),
        Scope::Tag(index) => Box::new(site.tags[index].papers.iter().copied()),
    }
}

/// The output path of the page on which a scope's papers are shown.
fn shown_at(site: &Site, scope: Scope) -> String {
    match scope {
        Scope::Site => layout::HOME.to_owned(),
        Scope::Year(index) => layout::year(site.years[index].key),
        Scope::Issue(index) => layout::issue(site.issues[index].date),
        Scope::Tag(index) => layout::tag(&site.tags[index].slug, 1),
    }
}
