//! The makers of views: a site's values as templates see them.

use std::sync::{Arc, OnceLock};

use crate::address::{self, BaseUrl};
use crate::bibtex;
use crate::citation::{self, Citation};
use crate::date::Week;
use crate::document::PaperText;
use crate::fingerprint::{Fingerprint, Ink, Inked};
use crate::language::Language;
use crate::layout;
use crate::paper::ArxivId;
use crate::parallel;
use crate::related::{self, Neighbour};
use crate::scholar;
use crate::site::{Issue, PageEntry, Period, Site, TagEntry};
use crate::theme::{Asked, Json, Show, Value};

use super::charts::Timeline;
use super::shelf::Shelf;
use super::{
    ArxivView, CiteView, DoiView, Html, IssueRefView, IssueView, LabelView, LinkView, MetaView,
    NavView, PaperRefView, PaperView, PeriodRefView, Record, RelatedView, Shared, TagRefView,
    TagView,
};

/// This makes views of a site's values; a paper's is made when a page asks for it, and kept for the next.
pub struct Views<'a> {
    /// The site.
    pub site: &'a Site,
    /// The language of the interface.
    pub language: &'a Language,
    /// What templates ask for that are given papers, issues or tags.
    asked: Asked,
    tags: Vec<Shared<TagRefView>>,
    /// The issues as lists show them; every paper of an issue names it.
    issues: Vec<(IssueRefView, Shared<IssueRefView>)>,
    listed: Shelf<Shared<PaperView>>,
    full: Shelf<Shared<PaperView>>,
    citations: Shelf<Arc<Citation<'a>>>,
    short: Shelf<Shared<PaperRefView>>,
    /// The fingerprints of papers.
    papers: Vec<OnceLock<Fingerprint>>,
    /// Whether what is made of papers has a fingerprint and no value.
    are_fingerprints: bool,
    pub(super) timeline: OnceLock<Option<Timeline>>,
}

/// The records that pages share.
pub const SHARED: &[Record] = &[
    PaperView::RECORD,
    PaperRefView::RECORD,
    IssueRefView::RECORD,
    TagRefView::RECORD,
    RelatedView::RECORD,
    CiteView::RECORD,
    MetaView::RECORD,
];

impl<'a> Views<'a> {
    /// Makes views that hold no values yet, for templates that ask for some names where they are given one
    /// of the records that pages share.
    ///
    /// Where `are_far` says so, pages list papers that lie far apart, as those with a tag do.
    pub fn new(site: &'a Site, language: &'a Language, asked: Asked, are_far: bool) -> Views<'a> {
        let papers = site.papers.len();
        // Papers that are related to one lie anywhere, so all are kept.
        let short = match site.config.build.related {
            0 => 512,
            _ => papers,
        };
        let mut views = Views {
            site,
            language,
            asked,
            tags: Vec::new(),
            issues: Vec::new(),
            // A page of a common tag reaches over thousands of papers, one of a month over a thousand, and
            // an issue's page stands beside those of its papers.
            listed: Shelf::new(if are_far { 8192 } else { 512 }, papers),
            full: Shelf::new(256, papers),
            short: Shelf::new(short, papers),
            // Bibliographies are written apart from pages; of most sites this finds all.
            citations: Shelf::new(16_384, papers),
            papers: vec![OnceLock::new(); papers],
            are_fingerprints: false,
            timeline: OnceLock::new(),
        };
        views.issues = parallel::map(&site.issues, |issue| {
            let view = views.make_issue_ref(issue);
            (view.clone(), Shared::new(view, &views.asked))
        });
        views.tags = site
            .tags
            .iter()
            .map(|tag| Shared::new(views.tag_ref(tag, None), &views.asked))
            .collect();
        views
    }

    /// Makes of them views in which a paper's values are fingerprints, to tell what pages are made of.
    pub fn of_fingerprints(self) -> Views<'a> {
        Views {
            are_fingerprints: true,
            ..self
        }
    }

    /// Tells whether a paper's values are fingerprints alone.
    pub fn are_fingerprints(&self) -> bool {
        self.are_fingerprints
    }

    /// Takes the fingerprint of all that is made of one paper: the paper, its issue and its tags as lists
    /// show them. The settings and the language are the same for all of a site.
    pub fn fingerprint(&self, index: usize) -> Fingerprint {
        *self.papers[index].get_or_init(|| {
            let entry = &self.site.papers[index];
            let mut ink = Ink::default();
            entry.ink(&mut ink);
            self.issues[entry.issue].1.ink(&mut ink);
            for &tag in &entry.tags {
                self.tags[tag].ink(&mut ink);
            }
            ink.fingerprint()
        })
    }

    /// Makes a value of one paper.
    fn of_paper<T>(&self, index: usize, make: impl FnOnce() -> Value) -> Shared<T> {
        let value = match self.are_fingerprints {
            true => Value::None,
            false => make(),
        };
        Shared::of(value, self.fingerprint(index))
    }

    /// Makes a record of one paper, for templates that ask for some names.
    pub fn record<T: Show>(
        &self,
        index: usize,
        asked: &Asked,
        make: impl FnOnce() -> T,
    ) -> Shared<T> {
        self.of_paper(index, || make().show(asked))
    }

    /// Returns a paper for lists.
    pub fn listed(&self, index: usize) -> Shared<PaperView> {
        self.listed.get(index, || {
            self.record(index, &self.asked, || self.paper_view(index))
        })
    }

    /// Returns a paper with its abstract.
    pub fn full(&self, index: usize) -> Shared<PaperView> {
        if !self.asked.has("abstract_html") {
            return self.listed(index);
        }
        let make = || {
            let body = Value::Html(self.site.papers[index].body.text.shared().clone());
            match self.listed(index).value() {
                Value::Record(listed) => Value::Record(listed.with_field("abstract_html", body)),
                // Of papers that are fingerprints alone there is nothing to show.
                other => other.clone(),
            }
        };
        self.full.get(index, || self.of_paper(index, make))
    }

    /// Returns how a paper is cited, as its page shows it.
    pub fn cite(&self, index: usize) -> Shared<CiteView> {
        self.of_citation(index, |citation| {
            let bibtex = bibtex::write(citation);
            CiteView {
                key: citation.key.to_owned(),
                bibtex_url: address::data_url("application/x-bibtex", &bibtex),
                bibtex,
            }
        })
    }

    /// Returns what catalogues read in the head of a paper's page, as names and contents.
    pub fn metadata(&self, index: usize) -> Shared<Vec<MetaView>> {
        self.of_citation(index, |citation| {
            let tags = scholar::tags(citation).into_iter();
            let view = |(name, content): (&str, String)| MetaView {
                name: name.to_owned(),
                content,
            };
            tags.map(view).collect::<Vec<_>>()
        })
    }

    /// Returns the same as elements.
    pub fn metadata_html(&self, index: usize) -> Shared<Html> {
        self.of_citation(index, |citation| Html::from(scholar::tags_html(citation)))
    }

    /// Returns the same as JSON-LD.
    pub fn json_ld_html(&self, index: usize) -> Shared<Html> {
        self.of_citation(index, |citation| {
            let tags = self.site.papers[index].tags.iter();
            let keywords: Vec<&str> = tags.map(|&tag| self.site.tags[tag].name.as_str()).collect();
            Html::from(scholar::json_ld(citation, &keywords))
        })
    }

    /// Makes a record of how a page cites a paper.
    fn of_citation<T: Show>(
        &self,
        index: usize,
        make: impl FnOnce(&Citation<'_>) -> T,
    ) -> Shared<T> {
        let make = || make(&self.citation(index).shortened());
        self.record(index, &self.asked, make)
    }

    /// Returns how a paper is cited: its page, lists of it and the files for programs ask for it.
    pub fn citation(&self, index: usize) -> Arc<Citation<'a>> {
        let make = || citation::of(&self.site.papers[index], self.base_url()).into();
        self.citations.get(index, make)
    }

    /// Returns a paper for short lists. It may be far from the pages that are rendered now, so it is not made
    /// of all that longer lists show.
    pub fn short(&self, index: usize) -> Shared<PaperRefView> {
        let make = || {
            let entry = &self.site.papers[index];
            let text = entry.text();
            PaperRefView {
                title: text.title.to_string(),
                title_html: Html::from(&text.title_html),
                url: self.link(&layout::paper(&text.slug)),
                featured: text.paper.featured,
            }
        };
        let record = || self.record(index, &self.asked, make);
        self.short.get(index, record)
    }

    /// Returns the papers that are related to a paper, the nearest first.
    pub fn related(&self, index: usize, neighbours: &[Neighbour]) -> Shared<Vec<RelatedView>> {
        let fingerprint = self.fingerprint_of_reasons(index, neighbours);
        if self.are_fingerprints {
            return Shared::of(Value::None, fingerprint);
        }
        let reasons = related::reasons(self.site, index, neighbours);
        let both = neighbours.iter().zip(reasons);
        let related: Vec<RelatedView> = both
            .map(|(neighbour, reason)| RelatedView {
                paper: self.short(neighbour.index),
                tags: reason
                    .tags
                    .iter()
                    .map(|&tag| self.tags[tag].clone())
                    .collect(),
                terms: reason.terms,
            })
            .collect();
        Shared::of(related.show(&self.asked), fingerprint)
    }

    /// Why papers are related follows from the papers, what they share, and how many have a tag.
    fn fingerprint_of_reasons(&self, index: usize, neighbours: &[Neighbour]) -> Fingerprint {
        let mut ink = Ink::default();
        self.fingerprint(index).ink(&mut ink);
        for &tag in &self.site.papers[index].tags {
            self.site.tags[tag].papers.len().ink(&mut ink);
        }
        for neighbour in neighbours {
            self.fingerprint(neighbour.index).ink(&mut ink);
            neighbour.terms.len().ink(&mut ink);
            for term in &neighbour.terms {
                ink.push_number(term.hash.into());
            }
        }
        ink.fingerprint()
    }

    /// Returns an issue with its papers.
    pub fn issue(&self, index: usize) -> IssueView {
        let issue = &self.site.issues[index];
        let date = issue.date;
        IssueView {
            date: date.to_string(),
            name: self.language.day(date),
            weekday: self.language.weekday(date).to_owned(),
            url: self.link(&layout::issue(date)),
            count: issue.papers.len(),
            title: issue.title.clone(),
            body_html: issue
                .body
                .as_ref()
                .map(|body| Html::from(body.text.shared())),
            tags: match self.asked.has_on_issue("tags") {
                true => self.tags_of_issue(issue),
                false => Vec::new(),
            },
            papers: issue.papers.clone().map(|paper| self.full(paper)).collect(),
            week: self.week_link(date.week()),
            month: self.month_link((date.year(), date.month())),
            year: self.year_link(date.year()),
            older: (index + 1 < self.issues.len()).then(|| self.issue_ref(index + 1)),
            newer: index.checked_sub(1).map(|newer| self.issue_ref(newer)),
        }
    }

    /// Returns an issue for lists.
    pub fn issue_ref(&self, index: usize) -> IssueRefView {
        self.issues[index].0.clone()
    }

    /// Returns the same as a value, which all pages share.
    pub fn issue_value(&self, index: usize) -> Shared<IssueRefView> {
        self.issues[index].1.clone()
    }

    fn make_issue_ref(&self, issue: &Issue) -> IssueRefView {
        IssueRefView {
            date: issue.date.to_string(),
            name: self.language.day(issue.date),
            weekday: self.language.weekday(issue.date).to_owned(),
            url: self.link(&layout::issue(issue.date)),
            count: issue.papers.len(),
            title: issue.title.clone(),
            papers: Vec::new(),
        }
    }

    /// Returns an issue for lists, with its papers.
    pub fn issue_ref_with_papers(&self, index: usize) -> IssueRefView {
        let papers = self.site.issues[index]
            .papers
            .clone()
            .map(|paper| self.short(paper))
            .collect();
        IssueRefView {
            papers,
            ..self.issue_ref(index)
        }
    }

    /// Returns the months of a range of issues, newest first, with their issues.
    pub fn months(&self, issues: std::ops::Range<usize>) -> Vec<PeriodRefView> {
        let inside = |period: &&Period<(i16, i8)>| issues.contains(&period.issues.start);
        self.site
            .months
            .iter()
            .filter(inside)
            .map(|month| {
                let LinkView { name, url } = self.month_link(month.key);
                PeriodRefView {
                    name,
                    url,
                    count: self.site.count(month),
                    calendar_html: None,
                    months: Vec::new(),
                    issues: month
                        .issues
                        .clone()
                        .map(|issue| self.issue_ref(issue))
                        .collect(),
                }
            })
            .collect()
    }

    /// Returns the years, newest first, with their months.
    pub fn years(&self) -> Vec<PeriodRefView> {
        let year = |year: &Period<i16>| PeriodRefView {
            name: self.language.year(year.key),
            url: self.link(&layout::year(year.key)),
            count: self.site.count(year),
            calendar_html: Some(self.calendar(year)),
            months: self.months(year.issues.clone()),
            issues: Vec::new(),
        };
        self.site.years.iter().map(year).collect()
    }

    /// Returns a tag.
    pub fn tag(&self, tag: &TagEntry) -> TagView {
        TagView {
            slug: tag.slug.to_string(),
            name: tag.name.clone(),
            url: self.link(&layout::tag(&tag.slug, 1)),
            count: tag.papers.len(),
            description_html: tag.description.as_ref().map(Html::from),
            feed_url: self.link(&layout::tag_feed(&tag.slug)),
            broader: tag.broader.map(|tag| self.counted_tag(tag)),
            narrower: tag
                .narrower
                .iter()
                .map(|tag| self.counted_tag(*tag))
                .collect(),
            bars_html: None,
            peak: None,
            time: None,
        }
    }

    fn counted_tag(&self, tag: usize) -> TagRefView {
        let tag = &self.site.tags[tag];
        self.tag_ref(tag, Some(tag.papers.len()))
    }

    /// Returns a tag for lists, with how many papers have it there.
    pub fn tag_ref(&self, tag: &TagEntry, count: Option<usize>) -> TagRefView {
        TagRefView {
            slug: tag.slug.to_string(),
            name: tag.name.clone(),
            url: self.link(&layout::tag(&tag.slug, 1)),
            count,
        }
    }

    /// Returns the most used tags of some papers, most used first, then by name.
    pub fn top_tags(&self, papers: std::ops::Range<usize>, limit: usize) -> Vec<TagRefView> {
        let mut counts = vec![0usize; self.site.tags.len()];
        for tag in self.site.papers[papers]
            .iter()
            .flat_map(|entry| &entry.tags)
        {
            counts[*tag] += 1;
        }
        let mut used: Vec<usize> = (0..counts.len()).filter(|tag| counts[*tag] > 0).collect();
        used.sort_by_key(|&tag| (std::cmp::Reverse(counts[tag]), tag));
        used.truncate(limit);
        used.into_iter()
            .map(|tag| self.tag_ref(&self.site.tags[tag], Some(counts[tag])))
            .collect()
    }

    /// Returns the menu; `current` is the output path of the part of the site that a page is in.
    pub fn nav(&self, current: &str) -> Vec<NavView> {
        let entry = |name: &str, output: &str| NavView {
            name: name.to_owned(),
            url: self.link(output),
            current: output == current,
        };
        let own = [
            entry(self.language.word("archive"), layout::ARCHIVE),
            entry(self.language.word("tags"), layout::TAGS),
        ];
        let page = |page: &PageEntry| {
            let text = page.text();
            entry(
                text.front.title.as_deref().unwrap_or_default(),
                &text.output,
            )
        };
        let shown = |page: &&PageEntry| {
            !page.text().output.contains('/') && page.text().output != layout::NOT_FOUND
        };
        own.into_iter()
            .chain(self.site.pages.iter().filter(shown).map(page))
            .collect()
    }

    /// Returns a week by its name.
    pub fn week_link(&self, week: Week) -> LinkView {
        LinkView {
            name: self.language.week(week),
            url: self.link(&layout::week(week)),
        }
    }

    /// Returns a month by its name.
    pub fn month_link(&self, (year, month): (i16, i8)) -> LinkView {
        LinkView {
            name: self.language.month(year, month),
            url: self.link(&layout::month(year, month)),
        }
    }

    /// Returns a year by its name.
    pub fn year_link(&self, year: i16) -> LinkView {
        LinkView {
            name: self.language.year(year),
            url: self.link(&layout::year(year)),
        }
    }

    /// Returns the link to an output path.
    pub fn link(&self, output: &str) -> String {
        self.base_url().link(output)
    }

    /// Returns the address at which a source can be edited.
    pub fn edit_url(&self, source: &str) -> Option<String> {
        let config = &self.site.config;
        let repository = config.repository.as_ref()?;
        Some(format!(
            "{repository}/edit/{}/{}",
            config.branch,
            address::encode_path(source)
        ))
    }

    /// Returns the address at which the files of a folder are listed, to edit one of them.
    pub fn folder_url(&self, folder: &str) -> Option<String> {
        let config = &self.site.config;
        let repository = config.repository.as_ref()?;
        let folder = address::encode_path(folder.trim_end_matches('/'));
        Some(format!("{repository}/tree/{}/{folder}", config.branch))
    }

    fn base_url(&self) -> &BaseUrl {
        &self.site.config.base_url
    }

    fn tags_of_issue(&self, issue: &Issue) -> Vec<TagRefView> {
        self.top_tags(issue.papers.clone(), usize::MAX)
    }

    /// What lists show of a paper; `full` adds the abstract.
    fn paper_view(&self, index: usize) -> PaperView {
        let entry = &self.site.papers[index];
        let text: &PaperText = entry.text();
        let paper = &text.paper;
        let issue = &self.issues[entry.issue].0;
        PaperView {
            title: text.title.to_string(),
            title_html: Html::from(&text.title_html),
            url: self.link(&layout::paper(&text.slug)),
            slug: text.slug.to_string(),
            date: issue.date.clone(),
            date_name: issue.name.clone(),
            issue_url: issue.url.clone(),
            authors: paper.authors.clone(),
            authors_short: self
                .asked
                .has("authors_short")
                .then(|| self.language.authors(&paper.authors))
                .flatten(),
            published: paper.published.map(|date| date.to_string()),
            published_name: paper
                .published
                .filter(|_| self.asked.has("published_name"))
                .map(|date| self.language.day(date)),
            tags: entry
                .tags
                .iter()
                .map(|&tag| self.tags[tag].clone())
                .collect(),
            note_html: entry
                .note
                .as_ref()
                .map(|note| Html::from(note.text.shared())),
            teaser: text.teaser.to_string(),
            abstract_html: None,
            arxiv: paper.arxiv.as_ref().map(arxiv_view),
            doi: paper.doi.as_ref().map(|doi| DoiView {
                id: doi.to_string(),
                url: doi.url(),
            }),
            venue: paper.venue.clone(),
            links: paper
                .links
                .iter()
                .map(|link| LabelView {
                    name: self.language.link(&link.label),
                    label: link.label.clone(),
                    url: link.url.clone(),
                })
                .collect(),
            image_url: entry.image.as_ref().map(|output| self.link(output)),
            coins_html: (self.site.config.build.citations && self.asked.has("coins_html"))
                .then(|| Html::from(scholar::coins(&self.citation(index).shortened()))),
            featured: paper.featured,
            draft: paper.draft,
            source: paper.source.clone(),
            edit_url: self.edit_url(entry.source()),
            extra: Json::new(&paper.extra),
        }
    }
}

fn arxiv_view(id: &ArxivId) -> ArxivView {
    ArxivView {
        id: id.to_string(),
        abs_url: id.abs_url(),
        pdf_url: id.pdf_url(),
    }
}
