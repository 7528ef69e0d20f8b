//! What templates see: every value by name, with its type and meaning.
//!
//! Templates get these values and nothing else. A field that ends in `_html` is HTML that may be put
//! into a page as it is; all others are text. Each paper becomes a value once and is shared by the
//! pages that list it. Knows the site and the addresses; which page gets which value is `page`'s.

use std::sync::{Arc, OnceLock};

use crate::address::{self, BaseUrl};
use crate::bibtex;
use crate::citation::{self, Citation};
use crate::date::{Date, month_name};
use crate::document::PaperText;
use crate::layout;
use crate::paper::ArxivId;
use crate::scholar;
use crate::site::{Entry, Issue, PageEntry, Period, Site, TagEntry};
use crate::theme::{self, Value};

/// Declares a record of values for templates: its fields are its documentation.
macro_rules! view {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $doc:literal])* $field:ident: $kind:ty,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone)]
        pub struct $name { $($(#[doc = $doc])* pub $field: $kind,)* }

        impl From<$name> for Value {
            fn from(view: $name) -> Value {
                theme::fields([$((stringify!($field), view.$field.into()),)*])
            }
        }

        impl $name {
            /// The fields, for the documentation: name, type and meaning.
            pub const FIELDS: &'static [(&'static str, &'static str, &'static str)] =
                &[$((stringify!($field), stringify!($kind), concat!($($doc,)*)),)*];
        }
    };
}

/// This is HTML for a template.
#[derive(Clone)]
pub struct Html(Arc<str>);

impl From<Html> for Value {
    fn from(html: Html) -> Value {
        theme::html(&html.0)
    }
}

impl From<String> for Html {
    fn from(text: String) -> Html {
        Html(text.into())
    }
}

impl From<&Arc<str>> for Html {
    fn from(text: &Arc<str>) -> Html {
        Html(text.clone())
    }
}

view! {
    /// The site; every template sees it as `site`.
    SiteView {
        /// The name.
        title: String,
        /// A sentence about the site.
        description: String,
        /// The by-line.
        author: String,
        /// The language, as a BCP 47 tag.
        language: String,
        /// The address of the home page.
        url: String,
        /// The path under which the site is published; it ends with a slash.
        base: String,
        /// The address of the Atom feed.
        feed_url: String,
        /// The address of the JSON feed.
        json_feed_url: String,
        /// The address of the list of all feeds (OPML).
        feeds_url: String,
        /// The repository's address.
        repository: Option<String>,
        /// The address of the theme's style sheet.
        style_url: String,
        /// The address of the theme's script, a module; only when there is a search page.
        script_url: Option<String>,
        /// The address of the search page; none where the settings say so.
        search_url: Option<String>,
        /// The address of the style sheet for code; only when there is code.
        highlight_url: Option<String>,
        /// The address of the site's picture in tabs.
        favicon_url: Option<String>,
        /// The menu.
        nav: Vec<NavView>,
        /// The name and version of this program.
        generator: String,
        /// How many papers there are.
        papers: usize,
        /// How many issues there are.
        issues: usize,
        /// How many tags there are.
        tags: usize,
        /// The year of the newest issue.
        newest_year: Option<i16>,
    }
}

view! {
    /// An entry of the menu.
    NavView {
        /// What readers see.
        name: String,
        /// Where it leads.
        url: String,
        /// Whether the page is in this part of the site.
        current: bool,
    }
}

view! {
    /// The page that is rendered; every template sees it as `page`.
    PageView {
        /// What kind of page it is: `home`, `issue`, `week`, `month`, `year`, `archive`, `paper`, `tags`, `tag`, `search`, `page`, `404`.
        kind: String,
        /// The title in tabs and search results; none on the home page.
        title: Option<String>,
        /// The heading.
        heading: String,
        /// A sentence about the page.
        description: String,
        /// The address.
        url: String,
        /// The address with its host.
        canonical: String,
        /// The address of a feed of this page.
        feed_url: Option<String>,
        /// The name of that feed.
        feed_title: Option<String>,
        /// The papers of this page in other formats.
        alternates: Vec<AlternateView>,
        /// Where the page can be edited.
        edit_url: Option<String>,
        /// Whether search engines should leave the page out.
        noindex: bool,
        /// The page before this one in time.
        older: Option<LinkView>,
        /// The page after this one in time.
        newer: Option<LinkView>,
    }
}

view! {
    /// The papers of a page in another format.
    AlternateView {
        /// The name of the format: `BibTeX`.
        name: String,
        /// Its media type.
        media_type: String,
        /// The address of the file.
        url: String,
    }
}

view! {
    /// How a paper is cited.
    CiteView {
        /// What texts cite it by.
        key: String,
        /// The entry of a bibliography.
        bibtex: String,
        /// An address that holds that entry.
        bibtex_url: String,
    }
}

view! {
    /// What catalogues read in the head of a page.
    MetaView {
        /// The name.
        name: String,
        /// The content.
        content: String,
    }
}

view! {
    /// An address with a name.
    LinkView {
        /// What readers see.
        name: String,
        /// Where it leads.
        url: String,
    }
}

view! {
    /// A tag in a list of tags.
    TagRefView {
        /// What its address is made of.
        slug: String,
        /// What readers see.
        name: String,
        /// The address of its page.
        url: String,
        /// How many papers have it, where that is told.
        count: Option<usize>,
    }
}

view! {
    /// A tag.
    TagView {
        /// What its address is made of.
        slug: String,
        /// What readers see.
        name: String,
        /// The address of its page.
        url: String,
        /// How many papers have it.
        count: usize,
        /// What it means.
        description_html: Option<Html>,
        /// The address of its Atom feed.
        feed_url: String,
    }
}

view! {
    /// The tags that start with one letter.
    LetterView {
        /// The letter; `#` for all that is none.
        letter: String,
        /// Its tags.
        tags: Vec<Value>,
    }
}

view! {
    /// A paper. Lists leave `abstract_html` out.
    PaperView {
        /// The title, as text.
        title: String,
        /// The title with its formulas typeset.
        title_html: Html,
        /// The address of its page.
        url: String,
        /// What the address is made of.
        slug: String,
        /// The day of its issue: `2025-08-06`.
        date: String,
        /// That day as people write it.
        date_name: String,
        /// The address of its issue.
        issue_url: String,
        /// The authors.
        authors: Vec<String>,
        /// The authors in a few words: `Nathan Lambert and 22 others`.
        authors_short: Option<String>,
        /// The paper's own date.
        published: Option<String>,
        /// That day as people write it.
        published_name: Option<String>,
        /// The tags.
        tags: Vec<Value>,
        /// The curator's line.
        note_html: Option<Html>,
        /// The beginning of the abstract, as text.
        teaser: String,
        /// The abstract; only where it is shown.
        abstract_html: Option<Html>,
        /// The identifier on arXiv, and its addresses.
        arxiv: Option<ArxivView>,
        /// The DOI and its address.
        doi: Option<DoiView>,
        /// Where it was published.
        venue: Option<String>,
        /// Code, project, data and other addresses.
        links: Vec<LabelView>,
        /// The address of its picture.
        image_url: Option<String>,
        /// What reference managers read in a list (COinS): an element that shows nothing. None on the
        /// paper's own page, whose head says more.
        coins_html: Option<Html>,
        /// Whether it stands first in its issue.
        featured: bool,
        /// Whether it is a draft.
        draft: bool,
        /// Where it was imported from.
        source: Option<String>,
        /// Where it can be edited.
        edit_url: Option<String>,
        /// What the curator keeps besides.
        extra: Value,
    }
}

view! {
    /// A labelled address.
    LabelView {
        /// What is there: `code`.
        label: String,
        /// The address.
        url: String,
    }
}

view! {
    /// An identifier on arXiv.
    ArxivView {
        /// The identifier.
        id: String,
        /// The address of the abstract.
        abs_url: String,
        /// The address of the PDF.
        pdf_url: String,
    }
}

view! {
    /// A digital object identifier.
    DoiView {
        /// The identifier.
        id: String,
        /// The address at the resolver.
        url: String,
    }
}

view! {
    /// A paper in a short list.
    PaperRefView {
        /// The title, as text.
        title: String,
        /// The title with its formulas typeset.
        title_html: Html,
        /// The address of its page.
        url: String,
        /// Whether it stands first in its issue.
        featured: bool,
    }
}

view! {
    /// An issue in a list of issues.
    IssueRefView {
        /// The day: `2025-08-06`.
        date: String,
        /// The day as people write it: `6 August 2025`.
        name: String,
        /// The day of the week.
        weekday: String,
        /// The address.
        url: String,
        /// How many papers it has.
        count: usize,
        /// The editor's headline.
        title: Option<String>,
        /// Its papers; only in weeks and months.
        papers: Vec<Value>,
    }
}

view! {
    /// An issue.
    IssueView {
        /// The day: `2025-08-06`.
        date: String,
        /// The day as people write it: `6 August 2025`.
        name: String,
        /// The day of the week.
        weekday: String,
        /// The address.
        url: String,
        /// How many papers it has.
        count: usize,
        /// The editor's headline.
        title: Option<String>,
        /// The editor's words.
        body_html: Option<Html>,
        /// The tags of its papers, most used first.
        tags: Vec<TagRefView>,
        /// Its papers, featured ones first, with abstracts.
        papers: Vec<Value>,
        /// Its week.
        week: LinkView,
        /// Its month.
        month: LinkView,
        /// Its year.
        year: LinkView,
        /// The issue before it.
        older: Option<IssueRefView>,
        /// The issue after it.
        newer: Option<IssueRefView>,
    }
}

view! {
    /// A week, a month or a year.
    PeriodView {
        /// Which of the three: `week`, `month`, `year`.
        kind: String,
        /// How people call it: `August 2025`.
        name: String,
        /// The address; none where it is only a heading.
        url: String,
        /// How many papers it has.
        count: usize,
        /// The period around it.
        up: Option<LinkView>,
        /// The one before it.
        older: Option<LinkView>,
        /// The one after it.
        newer: Option<LinkView>,
    }
}

view! {
    /// A month or a year in a list of periods.
    PeriodRefView {
        /// How people call it.
        name: String,
        /// The address.
        url: String,
        /// How many papers it has.
        count: usize,
        /// The months of a year.
        months: Vec<PeriodRefView>,
        /// The issues of a month.
        issues: Vec<IssueRefView>,
    }
}

view! {
    /// Where a page stands in a list of pages.
    PagerView {
        /// The number of this page, from 1.
        number: usize,
        /// How many pages there are.
        total: usize,
        /// The next page.
        older: Option<LinkView>,
        /// The page before.
        newer: Option<LinkView>,
        /// The pages by number; of more than 20 the first, the last and those around this one.
        pages: Vec<PagerLinkView>,
    }
}

view! {
    /// One page of a list of pages.
    PagerLinkView {
        /// The number, from 1.
        number: usize,
        /// The address.
        url: String,
        /// Whether it is this page.
        current: bool,
    }
}

view! {
    /// A feed.
    FeedView {
        /// What the feed is known by, for ever.
        id: String,
        /// The name.
        title: String,
        /// A sentence about the feed.
        subtitle: String,
        /// The address of the page that it follows, with its host.
        url: String,
        /// The feed's own address, with its host.
        self_url: String,
        /// When it last changed: midnight, UTC, of its newest issue.
        updated: String,
        /// The by-line.
        author: String,
        /// The newest papers.
        entries: Vec<Value>,
    }
}

view! {
    /// A paper in a feed.
    FeedEntryView {
        /// What the paper is known by, for ever.
        id: String,
        /// The title, as text.
        title: String,
        /// The address of its page, with its host.
        url: String,
        /// The day of its issue: midnight, UTC.
        published: String,
        /// The same.
        updated: String,
        /// The authors.
        authors: Vec<String>,
        /// The curator's line or the beginning of the abstract, as text.
        summary: String,
        /// The abstract, with hosts in its addresses.
        content_html: Html,
        /// The names of the tags.
        categories: Vec<String>,
    }
}

view! {
    /// An address for search engines.
    SitemapView {
        /// The address, with its host.
        url: String,
        /// The day on which it last changed.
        lastmod: Option<String>,
    }
}

view! {
    /// Where an old address leads.
    TargetView {
        /// The link.
        url: String,
        /// The address, with its host.
        canonical: String,
        /// The title of the page.
        title: String,
    }
}

/// This makes views of a site's values; each paper's is made when a page first asks for it.
pub struct Views<'a> {
    /// The site.
    pub site: &'a Site,
    tags: Vec<Value>,
    papers: Vec<OnceLock<Value>>,
}

impl<'a> Views<'a> {
    /// Makes views that hold no values yet.
    pub fn new(site: &'a Site) -> Views<'a> {
        let empty = || std::iter::repeat_with(OnceLock::new).take(site.papers.len());
        let mut views = Views {
            site,
            tags: Vec::new(),
            papers: empty().collect(),
        };
        views.tags = site
            .tags
            .iter()
            .map(|tag| Value::from(views.tag_ref(tag, None)))
            .collect();
        views
    }

    /// Returns a paper for lists.
    pub fn listed(&self, index: usize) -> Value {
        let value = || Value::from(self.paper_view(&self.site.papers[index]));
        self.papers[index].get_or_init(value).clone()
    }

    /// Returns a paper with its abstract.
    pub fn full(&self, index: usize) -> Value {
        let body = &self.site.papers[index].body.text;
        theme::with_field(&self.listed(index), "abstract_html", theme::html(body))
    }

    /// Returns how a paper is cited, what catalogues read in the head of its page, and its JSON-LD.
    pub fn cite(&self, index: usize) -> (CiteView, Vec<MetaView>, Html) {
        let entry = &self.site.papers[index];
        let citation = self.citation(entry);
        let bibtex = bibtex::write(&citation);
        let cite = CiteView {
            key: citation.key.to_owned(),
            bibtex_url: address::data_url("application/x-bibtex", &bibtex),
            bibtex,
        };
        let metadata = scholar::tags(&citation)
            .into_iter()
            .map(|(name, content)| MetaView {
                name: name.to_owned(),
                content,
            })
            .collect();
        let tags = entry.tags.iter();
        let keywords: Vec<&str> = tags.map(|&tag| self.site.tags[tag].name.as_str()).collect();
        let json_ld = scholar::json_ld(&citation, &keywords);
        (cite, metadata, Html::from(json_ld))
    }

    /// Returns a paper for short lists.
    pub fn short(&self, index: usize) -> Value {
        let shown = PaperRefView::FIELDS.iter().map(|(name, _, _)| *name);
        theme::some_fields(&self.listed(index), shown)
    }

    /// Returns an issue with its papers.
    pub fn issue(&self, index: usize) -> IssueView {
        let issue = &self.site.issues[index];
        let date = issue.date;
        IssueView {
            date: date.to_string(),
            name: date.long(),
            weekday: date.weekday_name().to_owned(),
            url: self.link(&layout::issue(date)),
            count: issue.papers.len(),
            title: issue.title.clone(),
            body_html: issue.body.as_ref().map(|body| Html::from(&body.text)),
            tags: self.tags_of_issue(issue),
            papers: issue.papers.clone().map(|paper| self.full(paper)).collect(),
            week: self.period_link(&week_name(date), &layout::week(date.week())),
            month: self.period_link(&month_of(date), &layout::month(date.year(), date.month())),
            year: self.period_link(&date.year().to_string(), &layout::year(date.year())),
            older: self
                .site
                .issues
                .get(index + 1)
                .map(|issue| self.issue_ref(issue)),
            newer: index
                .checked_sub(1)
                .map(|newer| self.issue_ref(&self.site.issues[newer])),
        }
    }

    /// Returns an issue for lists.
    pub fn issue_ref(&self, issue: &Issue) -> IssueRefView {
        IssueRefView {
            date: issue.date.to_string(),
            name: issue.date.long(),
            weekday: issue.date.weekday_name().to_owned(),
            url: self.link(&layout::issue(issue.date)),
            count: issue.papers.len(),
            title: issue.title.clone(),
            papers: Vec::new(),
        }
    }

    /// Returns an issue for lists, with its papers.
    pub fn issue_ref_with_papers(&self, issue: &Issue) -> IssueRefView {
        let papers = issue
            .papers
            .clone()
            .map(|paper| self.short(paper))
            .collect();
        IssueRefView {
            papers,
            ..self.issue_ref(issue)
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
                let (year, number) = month.key;
                PeriodRefView {
                    name: format!("{} {year}", month_name(number)),
                    url: self.link(&layout::month(year, number)),
                    count: self.site.count(month),
                    months: Vec::new(),
                    issues: self.site.issues[month.issues.clone()]
                        .iter()
                        .map(|issue| self.issue_ref(issue))
                        .collect(),
                }
            })
            .collect()
    }

    /// Returns the years, newest first, with their months.
    pub fn years(&self) -> Vec<PeriodRefView> {
        let year = |year: &Period<i16>| PeriodRefView {
            name: year.key.to_string(),
            url: self.link(&layout::year(year.key)),
            count: self.site.count(year),
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
        }
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
            entry("Archive", layout::ARCHIVE),
            entry("Tags", layout::TAGS),
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

    fn citation<'e>(&self, entry: &'e Entry) -> Citation<'e> {
        citation::of(entry, self.base_url()).shortened()
    }

    fn base_url(&self) -> &BaseUrl {
        &self.site.config.base_url
    }

    fn period_link(&self, name: &str, output: &str) -> LinkView {
        LinkView {
            name: name.to_owned(),
            url: self.link(output),
        }
    }

    fn tags_of_issue(&self, issue: &Issue) -> Vec<TagRefView> {
        self.top_tags(issue.papers.clone(), usize::MAX)
    }

    /// What lists show of a paper; `full` adds the abstract.
    fn paper_view(&self, entry: &Entry) -> PaperView {
        let text: &PaperText = entry.text();
        let paper = &text.paper;
        PaperView {
            title: text.title.to_string(),
            title_html: Html::from(&text.title_html),
            url: self.link(&layout::paper(&text.slug)),
            slug: text.slug.to_string(),
            date: entry.date.to_string(),
            date_name: entry.date.long(),
            issue_url: self.link(&layout::issue(entry.date)),
            authors: paper.authors.clone(),
            authors_short: shorten_authors(&paper.authors),
            published: paper.published.map(|date| date.to_string()),
            published_name: paper.published.map(Date::long),
            tags: entry
                .tags
                .iter()
                .map(|&tag| self.tags[tag].clone())
                .collect(),
            note_html: entry.note.as_ref().map(|note| Html::from(&note.text)),
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
                    label: link.label.clone(),
                    url: link.url.clone(),
                })
                .collect(),
            image_url: entry.image.as_ref().map(|output| self.link(output)),
            coins_html: self
                .site
                .config
                .build
                .citations
                .then(|| Html::from(scholar::coins(&self.citation(entry)))),
            featured: paper.featured,
            draft: paper.draft,
            source: paper.source.clone(),
            edit_url: self.edit_url(entry.source()),
            extra: theme::json(&paper.extra),
        }
    }
}

/// Returns how people call the week of a date.
pub fn week_name(date: Date) -> String {
    let week = date.week();
    format!("Week {} of {}", week.number, week.year)
}

/// Returns how people call the month of a date.
pub fn month_of(date: Date) -> String {
    format!("{} {}", date.month_name(), date.year())
}

fn arxiv_view(id: &ArxivId) -> ArxivView {
    ArxivView {
        id: id.to_string(),
        abs_url: id.abs_url(),
        pdf_url: id.pdf_url(),
    }
}

/// Up to three names; of longer lists the first, and how many more.
fn shorten_authors(authors: &[String]) -> Option<String> {
    match authors {
        [] => None,
        [one] => Some(one.clone()),
        [one, two] => Some(format!("{one} and {two}")),
        [one, two, three] => Some(format!("{one}, {two} and {three}")),
        [first, others @ ..] => Some(format!("{first} and {} others", others.len())),
    }
}
