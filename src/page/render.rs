//! Rendering: one page, from the site and the theme, without any other page.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::card::Easel;
use crate::diagnostic::Diagnostic;
use crate::fingerprint::Fingerprint;
use crate::highlight;
use crate::layout;
use crate::related::Neighbours;
use crate::site::{Issue, Site};
use crate::theme::{Asked, Context, Leads, Notes, Programs, Sheet, Show as _, Theme};
use crate::view::{
    self, Html, IssueRefView, LinkView, NewsletterView, PageView, PeriodRefView, Record, SHARED,
    Shared, SiteView, TargetView, Views,
};

use super::patches::{Cloth, Quilts, Sewing};
use super::pieces::Pieces;
use super::{
    HIGHLIGHT_STYLE, Kind, Page, Scope, THEME_FOLDER, cards, feeds, reuse, source_of, syndicate,
};

/// What pages say that they were made with.
const GENERATOR: &str = concat!("digest ", env!("CARGO_PKG_VERSION"));
/// How many issues the home page lists besides the newest.
const RECENT: usize = 10;
/// How many tags the home page lists.
const TOP_TAGS: usize = 20;
/// How many papers the search page lists for readers without a script.
const LISTED_PAPERS: usize = 500;

/// This is what a page is written with.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// These bytes.
    Bytes(Sheet),
    /// A copy of a source, by its name below the root.
    Copy(String),
}

/// This is a text, and the fingerprint of all that it was made of; a proof has no text.
pub(super) struct Proof {
    pub text: Sheet,
    pub fingerprint: Fingerprint,
}

impl Proof {
    /// Makes a proof of a text whose making costs little: its fingerprint is its own.
    pub fn of(text: String) -> Proof {
        let fingerprint = Fingerprint::of_bytes(text.as_bytes());
        let text = text.into();
        Proof { text, fingerprint }
    }

    /// Changes the text in a way that depends on the text alone.
    pub fn map(self, change: impl FnOnce(Sheet) -> Sheet) -> Proof {
        Proof {
            text: change(self.text),
            ..self
        }
    }
}

/// What tells what a text leads to that is a part of pages whose names have an ending.
pub type Guide<'a> = dyn Fn(&str, &str, Notes<'_>) -> Option<Leads> + Sync + 'a;

/// This renders the pages of a site.
pub struct Renderer<'a> {
    pub(super) views: Views<'a>,
    theme: &'a Theme,
    /// The theme's templates for many pages; without them the theme renders each.
    programs: Option<Programs>,
    sites: FxHashMap<String, Shared<SiteView>>,
    /// What each template asks for.
    asked: FxHashMap<&'static str, Asked>,
    /// The address of each kind of pages' script, where the theme has one.
    scripts: FxHashMap<String, String>,
    easel: Easel,
    pub(super) plan: &'a [Page],
    neighbours: &'a Neighbours,
    pub(super) pieces: Pieces,
    pub(super) sewing: Sewing<'a>,
    /// What tells what a piece leads to.
    guide: Option<&'a Guide<'a>>,
    /// What renders a page once more that cannot be rendered, for its message to tell what there is.
    of_everything: OnceLock<Box<Renderer<'a>>>,
}

/// Where not all pages are rendered, a paper's neighbours are sought when its page is asked for.
static SOUGHT: Neighbours = Neighbours::Sought;

impl<'a> Renderer<'a> {
    /// Makes what all pages share.
    pub fn new(site: &'a Site, theme: &'a Theme, plan: &'a [Page]) -> Renderer<'a> {
        let asked = what_is_asked(site, theme);
        let views = views(site, theme, &asked);
        Renderer::with_views(views, asked, theme, plan)
    }

    /// Makes one that renders nothing, and tells at little cost what pages are made of.
    pub fn of_fingerprints(site: &'a Site, theme: &'a Theme, plan: &'a [Page]) -> Renderer<'a> {
        let asked = what_is_asked(site, theme);
        let views = views(site, theme, &asked).of_fingerprints();
        Renderer::with_views(views, asked, theme, plan)
    }

    /// Makes one that gives templates all that there is, so that messages can tell what they may ask for.
    fn of_everything(site: &'a Site, theme: &'a Theme, plan: &'a [Page]) -> Renderer<'a> {
        let asked = view::TEMPLATES
            .iter()
            .map(|template| (template.name, Asked::all()));
        let asked = asked.collect();
        let views = views(site, theme, &asked);
        Renderer::with_views(views, asked, theme, plan)
    }

    fn with_views(
        views: Views<'a>,
        asked: FxHashMap<&'static str, Asked>,
        theme: &'a Theme,
        plan: &'a [Page],
    ) -> Renderer<'a> {
        let site = views.site;
        let of_site = of_records(&asked, &[SiteView::RECORD]);
        let own = site.pages.iter().map(|page| page.text().output.clone());
        let parts = [
            "",
            layout::HOME,
            layout::ARCHIVE,
            layout::TAGS,
            layout::SEARCH,
            layout::READING,
        ]
        .map(str::to_owned)
        .into_iter()
        .chain(own);
        let sites = parts
            .map(|part| {
                let view = site_view(&views, theme, &part);
                (part, Shared::new(view, &of_site))
            })
            .collect();
        let scripts = theme.statics().keys().filter_map(|name| {
            let kind = name.strip_suffix(".js")?;
            Some((kind.to_owned(), themed(&views, theme, name)?))
        });
        Renderer {
            asked,
            scripts: scripts.collect(),
            views,
            theme,
            programs: None,
            sites,
            easel: Easel::new(),
            plan,
            neighbours: &SOUGHT,
            pieces: Pieces::new(site.papers.len()),
            sewing: Sewing::default(),
            guide: None,
            of_everything: OnceLock::new(),
        }
    }

    /// Takes the neighbours of all papers, which were found before.
    pub fn with_neighbours(self, neighbours: &'a Neighbours) -> Renderer<'a> {
        Renderer { neighbours, ..self }
    }

    /// Makes ready to render many pages.
    pub fn for_many(self) -> Renderer<'a> {
        let sites = self.sites.keys().map(|part| {
            let view = site_view(&self.views, self.theme, part);
            view.show(&Asked::all())
        });
        let names = view::TEMPLATES.iter().map(|template| template.name);
        let programs = self.theme.programs(names, sites);
        Renderer {
            programs: Some(programs),
            ..self
        }
    }

    /// Takes what tells what a piece leads to, so that pages which have it need not be searched for that.
    pub fn with_guide(self, guide: &'a Guide<'a>) -> Renderer<'a> {
        let guide = Some(guide);
        Renderer { guide, ..self }
    }

    pub(super) fn leads(&self, ending: &str, text: &str, notes: Notes<'_>) -> Option<Leads> {
        self.guide.and_then(|guide| guide(ending, text, notes))
    }

    /// Takes what an earlier build left of its files, with the same program, theme and settings.
    pub fn with_cloth(self, cloth: Cloth<'a>) -> Renderer<'a> {
        let sewing = Sewing::of(cloth);
        Renderer { sewing, ..self }
    }

    /// Takes what the files that were rendered leave for the next build.
    pub fn take_quilts(&self) -> Quilts {
        self.sewing.take()
    }

    /// Renders a page.
    pub fn render(&self, page: &Page) -> Result<Output, Diagnostic> {
        self.print(page).map(|(output, _)| output)
    }

    /// Renders a page, and takes the fingerprint of all that it was made of: with the same program, theme
    /// and settings, what has the same fingerprint becomes the same page.
    pub fn print(&self, page: &Page) -> Result<(Output, Fingerprint), Diagnostic> {
        self.try_print(page).or_else(|_| {
            let of_everything = || {
                let all = Renderer::of_everything(self.site(), self.theme, self.plan);
                Box::new(all.with_neighbours(self.neighbours))
            };
            self.of_everything
                .get_or_init(of_everything)
                .try_print(page)
        })
    }

    fn try_print(&self, page: &Page) -> Result<(Output, Fingerprint), Diagnostic> {
        let site = self.site();
        let of_bytes = |bytes: &[u8]| {
            let fingerprint = Fingerprint::of_bytes(bytes);
            let bytes = match self.are_fingerprints() {
                true => Vec::new(),
                false => bytes.to_vec(),
            };
            Ok((Output::Bytes(bytes.into()), fingerprint))
        };
        let proof = match &page.kind {
            Kind::Home => self.home(page)?,
            Kind::Issue(index) => self.issue(page, *index)?,
            Kind::Week(index) => self.week(page, *index)?,
            Kind::Month(index) => self.month(page, *index)?,
            Kind::Year(index) => self.year(page, *index)?,
            Kind::Archive => self.archive(page)?,
            Kind::Paper(index) => self.paper(page, *index)?,
            Kind::Tags => self.tags(page)?,
            Kind::Tag(index, number) => self.tag(page, *index, *number)?,
            Kind::Text(index) => self.text(page, *index)?,
            Kind::Search => self.search(page)?,
            Kind::Reading => self.reading(page)?,
            Kind::SearchHead(bytes) | Kind::SearchFile(bytes) => {
                return of_bytes(bytes);
            }
            Kind::NotFound => self.not_found(page)?,
            Kind::MovedPaper(index) => {
                let text = site.papers[*index].text();
                self.redirect(page, &layout::paper(&text.slug), &text.title)?
            }
            Kind::MovedText(index) => {
                let text = site.pages[*index].text();
                self.redirect(
                    page,
                    &text.output,
                    text.front.title.as_deref().unwrap_or_default(),
                )?
            }
            Kind::Feed | Kind::TagFeed(_) | Kind::JsonFeed | Kind::FeedList => {
                feeds::render(self, page)?
            }
            Kind::Bibtex(_) | Kind::Csl(_) | Kind::Records(_) | Kind::Schema => {
                reuse::render(self, page)
            }
            Kind::Sitemap(_) | Kind::SitemapIndex(_) | Kind::Robots => {
                syndicate::render(self, page)?
            }
            Kind::Card | Kind::IssueCard(_) | Kind::PaperCard(_) => {
                let card = cards::card(self, page);
                let drawn = match self.are_fingerprints() {
                    true => Vec::new(),
                    false => self.easel.draw(&card),
                };
                return Ok((Output::Bytes(drawn.into()), Fingerprint::of(&card)));
            }
            Kind::NoJekyll => Proof::of(String::new()),
            Kind::HighlightStyle => Proof::of(highlight::css()),
            Kind::ThemeStatic(name) => return of_bytes(&self.theme.statics()[name]),
            Kind::Asset(index) => return Ok(copy(site.assets[*index].0.to_string())),
            Kind::Static(index) => {
                return Ok(copy(format!("{}{}", layout::STATIC, site.statics[*index])));
            }
        };
        Ok((Output::Bytes(proof.text), proof.fingerprint))
    }

    /// Tells whether this renders nothing.
    pub(super) fn are_fingerprints(&self) -> bool {
        self.views.are_fingerprints()
    }

    /// What a template asks for.
    pub(super) fn asked(&self, template: &str) -> &Asked {
        &self.asked[template]
    }

    /// Makes an empty context for a template.
    pub(super) fn context(&self, template: &'static str) -> Context<'_> {
        let asked = self.asked(template);
        match self.are_fingerprints() {
            true => Context::of_fingerprints(template, asked),
            false => Context::new(template, asked),
        }
    }

    pub(super) fn site(&self) -> &'a Site {
        self.views.site
    }

    /// Renders what a template is given; `part` is the part of the site that the menu marks.
    pub(super) fn template(
        &self,
        page: &Page,
        part: &str,
        mut context: Context<'_>,
    ) -> Result<Proof, Diagnostic> {
        context.insert("site", self.sites[part].clone());
        let fingerprint = context.fingerprint();
        if self.are_fingerprints() {
            let text = Sheet::default();
            return Ok(Proof { text, fingerprint });
        }
        let shown = || match source_of(page, self.site()) {
            Some(source) => format!("{} ({source})", page.path),
            None => page.path.clone(),
        };
        let programs = self.programs.as_ref();
        let text = match programs.and_then(|programs| programs.render(&context)) {
            Some(text) => text,
            None => self.theme.render(&context, shown)?,
        };
        Ok(Proof { text, fingerprint })
    }

    /// Where a page is edited: in the file that it is made of, or else in the folder of its papers.
    fn edit_url(&self, kind: &Kind) -> Option<String> {
        let site = self.site();
        let of_issue = |index: usize| {
            let issue = &site.issues[index];
            let paper = site.papers[issue.papers.start].source();
            let folder = paper.rsplit_once('/').map_or("", |(folder, _)| folder);
            match &issue.source {
                Some(words) => self.views.edit_url(words),
                None => self.views.folder_url(folder),
            }
        };
        match kind {
            Kind::Paper(index) => self.views.edit_url(site.papers[*index].source()),
            Kind::Text(index) => self.views.edit_url(site.pages[*index].source()),
            Kind::Issue(index) => of_issue(*index),
            Kind::Home if !site.issues.is_empty() => of_issue(0),
            Kind::Tags | Kind::Tag(..) if site.has_vocabulary => {
                self.views.edit_url(layout::VOCABULARY)
            }
            _ => self.views.folder_url(layout::CONTENT),
        }
    }

    fn home(&self, page: &Page) -> Result<Proof, Diagnostic> {
        let site = self.site();
        let mut context = self.context("home.html");
        let newest = || (!site.issues.is_empty()).then(|| self.views.issue(0));
        context.insert_with("issue", newest);
        let recent = 1..site.issues.len().min(RECENT + 1);
        let recent = recent.map(|issue| self.views.issue_value(issue));
        context.insert("recent", recent.collect::<Vec<_>>());
        let month = site.months.first();
        let issues = month.map_or(&[][..], |month| &site.issues[month.issues.clone()]);
        let papers = issues.iter().map(|issue| issue.papers.len()).sum();
        context.insert("month", month.map(|month| self.views.month_link(month.key)));
        context.insert_with("month_tags", || self.views.top_tags(0..papers, TOP_TAGS));
        let view = PageView {
            title: None,
            alternates: reuse::alternates(&self.views, Scope::Site),
            feed_url: Some(self.views.link(layout::FEED)),
            feed_title: Some(site.config.title.clone()),
            ..self.page_view(page, "home", &site.config.title, &site.config.description)
        };
        context.insert("page", view);
        self.template(page, layout::HOME, context)
    }

    fn issue(&self, page: &Page, index: usize) -> Result<Proof, Diagnostic> {
        let site = self.site();
        let issue = &site.issues[index];
        let language = self.views.language;
        let day = language.day(issue.date);
        let heading = issue.title.clone().unwrap_or_else(|| day.clone());
        let title = match &issue.title {
            Some(title) => language.fill("issue_title", &[("title", title), ("date", &day)]),
            None => day.clone(),
        };
        let papers = self.counted("papers", issue.papers.len());
        let description = language.fill("issue_about", &[("papers", &papers), ("date", &day)]);
        let issue_view = self.views.issue(index);
        let view = PageView {
            title: Some(title),
            alternates: reuse::alternates(&self.views, Scope::Issue(index)),
            older: issue_view.older.as_ref().map(link_to_issue),
            newer: issue_view.newer.as_ref().map(link_to_issue),
            ..self.page_view(page, "issue", &heading, &description)
        };
        let mut context = self.context("issue.html");
        context.insert("issue", issue_view);
        context.insert("page", view);
        self.template(page, layout::ARCHIVE, context)
    }

    fn archive(&self, page: &Page) -> Result<Proof, Diagnostic> {
        let site = self.site();
        let language = self.views.language;
        let issues = self.counted("issues", site.issues.len());
        let values = [("issues", issues.as_str()), ("site", &site.config.title)];
        let description = language.fill("archive_about", &values);
        let mut context = self.context("archive.html");
        context.insert_with("years", || self.views.years());
        context.insert_with("trends", || self.views.trends());
        let view = PageView {
            alternates: reuse::alternates(&self.views, Scope::Site),
            ..self.page_view(page, "archive", language.word("archive"), &description)
        };
        context.insert("page", view);
        self.template(page, layout::ARCHIVE, context)
    }

    fn paper(&self, page: &Page, index: usize) -> Result<Proof, Diagnostic> {
        let site = self.site();
        let entry = &site.papers[index];
        let text = entry.text();
        let name = |index: usize| LinkView {
            name: site.papers[index].text().title.to_string(),
            url: self
                .views
                .link(&layout::paper(&site.papers[index].text().slug)),
        };
        // The order of reading within an issue goes down the page, so the paper before is the newer one.
        let older = (index + 1 < site.papers.len()).then_some(index + 1);
        let newer = index.checked_sub(1);
        let asked = self.asked("paper.html");
        let view = PageView {
            older: older.filter(|_| asked.has_on_page("older")).map(name),
            newer: newer.filter(|_| asked.has_on_page("newer")).map(name),
            noindex: text.paper.draft,
            ..self.page_view(page, "paper", &text.title, &text.teaser)
        };
        let mut context = self.context("paper.html");
        context.insert_with("paper", || self.views.full(index));
        context.insert("issue", self.views.issue_value(entry.issue));
        if self.asked("tag.html").has_value("rows") && !self.are_fingerprints() {
            self.prepare_row(page, index);
        }
        context.insert_with("older", || older.map(|index| self.views.short(index)));
        context.insert_with("newer", || newer.map(|index| self.views.short(index)));
        context.insert_with("related", || {
            let neighbours = self.neighbours.of(site, index);
            self.views.related(index, &neighbours)
        });
        let views = site.config.build.citations.then_some(&self.views);
        context.insert_with("cite", || views.map(|views| views.cite(index)));
        context.insert_with("metadata", || match views {
            Some(views) => views.metadata(index),
            None => Shared::new(Vec::new(), &Asked::nothing()),
        });
        context.insert_with("metadata_html", || {
            views.map(|views| views.metadata_html(index))
        });
        context.insert_with("json_ld_html", || {
            views.map(|views| views.json_ld_html(index))
        });
        context.insert("page", view);
        self.template(page, "", context)
    }

    fn text(&self, page: &Page, index: usize) -> Result<Proof, Diagnostic> {
        let entry = &self.site().pages[index];
        let text = entry.text();
        let heading = text.front.title.clone().unwrap_or_default();
        let description = text
            .front
            .description
            .clone()
            .unwrap_or_else(|| text.teaser.to_string());
        let view = PageView {
            ..self.page_view(page, "page", &heading, &description)
        };
        let mut context = self.context("page.html");
        context.insert("body_html", Html::from(entry.body.text.shared()));
        context.insert("extra", crate::theme::Json::new(&text.front.extra));
        context.insert("page", view);
        self.template(page, &text.output, context)
    }

    fn search(&self, page: &Page) -> Result<Proof, Diagnostic> {
        let site = self.site();
        let head = self
            .plan
            .iter()
            .find(|page| matches!(page.kind, Kind::SearchHead(_)));
        let language = self.views.language;
        let papers = self.counted("papers", site.papers.len());
        let values = [("papers", papers.as_str()), ("site", &site.config.title)];
        let description = language.fill("search_about", &values);
        let all = if site.papers.len() <= LISTED_PAPERS {
            0..site.papers.len()
        } else {
            0..0
        };
        let years = site.years.iter().map(|year| PeriodRefView {
            name: language.year(year.key),
            url: self.views.link(&layout::year(year.key)),
            count: site.count(year),
            calendar_html: None,
            months: Vec::new(),
            issues: Vec::new(),
        });
        let mut context = self.context("search.html");
        context.insert("index_url", head.map(|head| self.views.link(&head.path)));
        context.insert("papers_url", self.views.link(layout::PAPER_PAGES));
        context.insert("archive_url", self.views.link(layout::ARCHIVE));
        context.insert("tags_url", self.views.link(layout::TAGS));
        context.insert_with("tags", || {
            self.views.top_tags(0..site.papers.len(), usize::MAX)
        });
        context.insert("years", years.collect::<Vec<_>>());
        let day = |issue: Option<&Issue>| issue.map(|issue| issue.date.to_string());
        context.insert("oldest", day(site.issues.last()));
        context.insert("newest", day(site.issues.first()));
        context.insert_with("papers", || -> Vec<_> {
            all.map(|paper| self.views.short(paper)).collect()
        });
        context.insert(
            "page",
            self.page_view(page, "search", language.word("search"), &description),
        );
        self.template(page, layout::SEARCH, context)
    }

    fn reading(&self, page: &Page) -> Result<Proof, Diagnostic> {
        let language = &self.views.language;
        let (heading, description) = (
            language.word("reading_list"),
            language.word("reading_about"),
        );
        let view = PageView {
            // Without a reader there is nothing on it.
            noindex: true,
            ..self.page_view(page, "reading", heading, description)
        };
        let mut context = self.context("reading.html");
        context.insert("papers_url", self.views.link(layout::PAPER_PAGES));
        context.insert("page", view);
        self.template(page, layout::READING, context)
    }

    fn not_found(&self, page: &Page) -> Result<Proof, Diagnostic> {
        let heading = self.views.language.word("lost_title");
        let view = PageView {
            noindex: true,
            ..self.page_view(page, "404", heading, heading)
        };
        let mut context = self.context("404.html");
        context.insert("page", view);
        self.template(page, "", context)
    }

    fn redirect(&self, page: &Page, target: &str, title: &str) -> Result<Proof, Diagnostic> {
        let target = TargetView {
            url: self.views.link(target),
            canonical: self.canonical(target),
            title: title.to_owned(),
        };
        let mut context = self.context("redirect.html");
        context.insert("target", target);
        context.insert("page", self.page_view(page, "redirect", "", ""));
        self.template(page, "", context)
    }

    /// The address of a page with its host; none where the settings name no host, for one without says nothing.
    fn canonical(&self, output: &str) -> Option<String> {
        let base_url = &self.site().config.base_url;
        (!base_url.origin().is_empty()).then(|| base_url.absolute(output))
    }

    pub(super) fn counted(&self, of: &str, number: usize) -> String {
        let counted = self.views.language.count(of, number);
        counted.expect("a test counts all of these in English")
    }

    pub(super) fn page_view(
        &self,
        page: &Page,
        kind: &str,
        heading: &str,
        description: &str,
    ) -> PageView {
        PageView {
            kind: kind.to_owned(),
            title: Some(heading.to_owned()),
            heading: heading.to_owned(),
            description: description.to_owned(),
            url: self.views.link(&page.path),
            canonical: self.canonical(&page.path),
            feed_url: None,
            feed_title: None,
            alternates: Vec::new(),
            script_url: self.scripts.get(kind).cloned(),
            edit_url: self.edit_url(&page.kind),
            noindex: false,
            image: cards::image(self, page),
            older: None,
            newer: None,
        }
    }
}

/// Makes the views of a site for templates that ask for some names.
fn views<'a>(
    site: &'a Site,
    theme: &'a Theme,
    asked: &FxHashMap<&'static str, Asked>,
) -> Views<'a> {
    let are_far = asked["tag.html"].has_value("papers");
    Views::new(site, theme.language(), of_records(asked, SHARED), are_far)
}

/// Tells of each template what it asks for; those that a site does not render ask for nothing.
fn what_is_asked(site: &Site, theme: &Theme) -> FxHashMap<&'static str, Asked> {
    let asks = theme.asks(view::names());
    let asked = |template: &view::Template| {
        let asked = match template.name {
            "search.html" if !site.config.build.search => Asked::nothing(),
            name => asks.of(name),
        };
        (template.name, asked)
    };
    view::TEMPLATES.iter().map(asked).collect()
}

/// Collects what the templates ask for that may be given some kinds of records.
fn of_records(asked: &FxHashMap<&'static str, Asked>, records: &[Record]) -> Asked {
    let templates = view::TEMPLATES.iter();
    let theirs = templates.map(|template| (template, &asked[template.name]));
    let theirs = theirs.filter(|(template, asked)| template.leads_to(records, asked));
    theirs.fold(Asked::nothing(), |all, (_, asked)| all.and(asked))
}

/// A file that is published as it is: what it holds is not known here, so it has no fingerprint.
fn copy(source: String) -> (Output, Fingerprint) {
    (Output::Copy(source), Fingerprint::default())
}

fn site_view(views: &Views<'_>, theme: &Theme, part: &str) -> SiteView {
    let site = views.site;
    let config = &site.config;
    let themed = |name: &str| themed(views, theme, name);
    SiteView {
        title: config.title.clone(),
        description: config.description.clone(),
        author: config.author.clone(),
        language: config.language.clone(),
        direction: views.language.direction().to_owned(),
        papers_language: config.other_language().map(str::to_owned),
        url: views.link(layout::HOME),
        base: config.base_url.path().to_owned(),
        feed_url: views.link(layout::FEED),
        json_feed_url: views.link(layout::FEED_JSON),
        feeds_url: views.link(layout::FEEDS),
        repository: config.repository.clone(),
        newsletter: config.newsletter.clone().map(|newsletter| NewsletterView {
            link: newsletter.link,
            form: newsletter.form,
            field: newsletter.field,
        }),
        style_url: themed("style.css").unwrap_or_default(),
        script_url: themed("reader.js"),
        scheme_url: themed("scheme.js"),
        reading_url: views.link(layout::READING),
        search_url: config.build.search.then(|| views.link(layout::SEARCH)),
        highlight_url: site.has_code.then(|| views.link(HIGHLIGHT_STYLE)),
        favicon_url: themed("favicon.svg"),
        nav: views.nav(part),
        generator: GENERATOR.to_owned(),
        imprint: imprint(views),
        made_with: views.language.fill("made_with", &[("program", GENERATOR)]),
        papers: site.papers.len(),
        issues: site.issues.len(),
        tags: site.tags.len(),
        newest_year: site.issues.first().map(|issue| issue.date.year()),
    }
}

/// Whose a site is, and how much is in it.
fn imprint(views: &Views<'_>) -> String {
    let (site, language) = (views.site, views.language);
    let (title, author) = (&site.config.title, &site.config.author);
    let who = match author.as_str() {
        "" => title.clone(),
        author => language.fill("by", &[("title", title), ("author", author)]),
    };
    if site.papers.is_empty() {
        return language.fill("imprint_short", &[("who", &who)]);
    }
    let counted = |of: &str, number| language.count(of, number).unwrap_or_default();
    let (papers, issues) = (
        counted("papers", site.papers.len()),
        counted("issues", site.issues.len()),
    );
    let what = language.fill("extent", &[("papers", &papers), ("issues", &issues)]);
    language.fill("imprint", &[("who", &who), ("what", &what)])
}

/// The address of a static file of the theme, if it has that file.
///
/// The address changes with the content, so that browsers may keep the file for long. Scripts import
/// one another, so they have one version, which changes with any of them.
fn themed(views: &Views<'_>, theme: &Theme, name: &str) -> Option<String> {
    let statics = theme.statics();
    let bytes = statics.get(name)?;
    let version = if name.ends_with(".js") {
        let scripts = statics.iter().filter(|(name, _)| name.ends_with(".js"));
        scripts.fold(0, |version, (_, bytes)| xxh3_64_with_seed(bytes, version))
    } else {
        xxh3_64(bytes)
    };
    let link = views.link(&format!("{THEME_FOLDER}{name}"));
    Some(format!("{link}?v={:08x}", version as u32))
}

fn link_to_issue(issue: &IssueRefView) -> LinkView {
    LinkView {
        name: issue.name.clone(),
        url: issue.url.clone(),
    }
}
