//! What templates see: every value by name, with its type and meaning.
//!
//! Templates get these values and nothing else. A field that ends in `_html` is HTML that may be put
//! into a page as it is; all others are text. Each paper becomes a value once and is shared by the
//! pages that list it. Knows the site and the addresses; which page gets which value is `page`'s.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::fingerprint::{Fingerprint, Ink, Inked};
use crate::theme::{self, Asked, Json, Shape, Show, Value};

mod make;
mod charts;
mod manual;
mod shelf;

pub use make::{SHARED, Views};
pub use manual::{Field, Kind, RECORDS, Record, TEMPLATES, Template, WORDS, document, names};
pub use shelf::Shelf;

/// Declares a record of values for templates: its fields are its documentation.
macro_rules! view {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $doc:literal])* $field:ident: $kind:ty,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone)]
        pub struct $name { $($(#[doc = $doc])* pub $field: $kind,)* }

        impl Show for $name {
            fn show(self, asked: &Asked) -> Value {
                static SHAPE: Shape = Shape::new(&[$(stringify!($field),)*]);
                let mut fields = asked.fields(&SHAPE);
                let show = [$(
                    match fields.take() {
                        true => self.$field.show(asked),
                        false => Value::Absent,
                    },
                )*];
                Value::Record(theme::Record::new(&SHAPE, show))
            }
        }

        impl Inked for $name {
            fn ink(&self, ink: &mut Ink) {
                $(self.$field.ink(ink);)*
            }
        }

        impl $name {
            /// The fields, for the documentation: name, type and meaning.
            pub const FIELDS: &'static [Field] =
                &[$((stringify!($field), stringify!($kind), concat!($($doc,)*)),)*];

            /// What it is, for the documentation.
            pub const RECORD: Record = Record {
                name: stringify!($name),
                about: concat!($($about,)*),
                fields: Self::FIELDS,
            };
        }
    };
}

/// This is a record that was made into a value once and is shared by several pages.
pub struct Shared<T>(Value, Fingerprint, PhantomData<fn() -> T>);

impl<T> Shared<T> {
    /// Takes a value that was made of such a record, and a fingerprint of all that it was made of.
    pub fn of(value: Value, fingerprint: Fingerprint) -> Shared<T> {
        Shared(value, fingerprint, PhantomData)
    }

    /// Returns the value.
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl<T: Inked + Show> Shared<T> {
    /// Makes a record into a value, for templates that ask for some names.
    pub fn new(record: T, asked: &Asked) -> Shared<T> {
        let fingerprint = Fingerprint::of(&record);
        Shared::of(record.show(asked), fingerprint)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared::of(self.0.clone(), self.1)
    }
}

impl<T> Inked for Shared<T> {
    fn ink(&self, ink: &mut Ink) {
        self.1.ink(ink);
    }
}

impl<T> Show for Shared<T> {
    fn show(self, _: &Asked) -> Value {
        self.0
    }
}

/// This is HTML for a template.
#[derive(Clone)]
pub struct Html(Arc<str>);

impl Show for Html {
    fn show(self, _: &Asked) -> Value {
        Value::Html(self.0)
    }
}

impl Inked for Html {
    fn ink(&self, ink: &mut Ink) {
        self.0.ink(ink);
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
        /// The way in which it is written: `ltr`, `rtl`.
        direction: String,
        /// The language of titles and abstracts, where it is another.
        papers_language: Option<String>,
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
        /// Where readers subscribe to the mails.
        newsletter: Option<NewsletterView>,
        /// The address of the theme's style sheet.
        style_url: String,
        /// The address of the script that all pages share, a module.
        script_url: Option<String>,
        /// The address of the script that sets the colours which a reader chose, before a page is shown.
        scheme_url: Option<String>,
        /// The address of the page with what a reader keeps in the browser.
        reading_url: String,
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
        /// Whose it is and how much is in it.
        imprint: String,
        /// What it was made with.
        made_with: String,
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
    /// Where readers subscribe to the mails.
    NewsletterView {
        /// The page of the list service.
        link: Option<String>,
        /// The address to which a form sends a reader's own.
        form: Option<String>,
        /// What the list service calls the field of that form.
        field: String,
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
        /// What kind of page it is: `home`, `issue`, `week`, `month`, `year`, `archive`, `paper`, `tags`, `tag`, `search`, `reading`, `page`, `404`.
        kind: String,
        /// The title in tabs and search results; none on the home page.
        title: Option<String>,
        /// The heading.
        heading: String,
        /// A sentence about the page.
        description: String,
        /// The address.
        url: String,
        /// The address with its host; none where the settings name no host.
        canonical: Option<String>,
        /// The address of a feed of this page.
        feed_url: Option<String>,
        /// The name of that feed.
        feed_title: Option<String>,
        /// The papers of this page in other formats.
        alternates: Vec<AlternateView>,
        /// The address of the script of this kind of page, a module: `static/<kind>.js` of the theme.
        script_url: Option<String>,
        /// Where the page can be edited.
        edit_url: Option<String>,
        /// Whether search engines should leave the page out.
        noindex: bool,
        /// The picture that other sites show beside a link to this page.
        image: Option<ImageView>,
        /// The page before this one in time.
        older: Option<LinkView>,
        /// The page after this one in time.
        newer: Option<LinkView>,
    }
}

view! {
    /// A picture for links to a page.
    ImageView {
        /// The address, with its host.
        url: String,
        /// The width in pixels, where it is known.
        width: Option<usize>,
        /// The height in pixels, where it is known.
        height: Option<usize>,
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
        /// The tag of which it is a part.
        broader: Option<TagRefView>,
        /// The tags that are parts of it.
        narrower: Vec<TagRefView>,
        /// Its papers over time, as a picture; in the index, and on its newest page.
        bars_html: Option<Html>,
        /// When it was used most, and how often then.
        peak: Option<String>,
        /// From when to when that picture goes.
        time: Option<String>,
    }
}

view! {
    /// The tags that start with one letter.
    LetterView {
        /// The letter; `#` for all that is none.
        letter: String,
        /// Its tags.
        tags: Vec<Shared<TagView>>,
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
        tags: Vec<Shared<TagRefView>>,
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
        extra: Json,
    }
}

view! {
    /// A labelled address.
    LabelView {
        /// What is there: `code`.
        label: String,
        /// What readers see: `Code`, in the language of the site.
        name: String,
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
    /// A paper that is related to another, and why.
    RelatedView {
        /// The paper, as in a short list.
        paper: Shared<PaperRefView>,
        /// The tags that both have, the rarest first; three at most.
        tags: Vec<Shared<TagRefView>>,
        /// Phrases that both have and few others, as the page's own paper writes them; three at most.
        terms: Vec<String>,
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
        papers: Vec<Shared<PaperRefView>>,
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
        papers: Vec<Shared<PaperView>>,
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
        /// The days of a year, as a picture; only in the archive.
        calendar_html: Option<Html>,
        /// The months of a year.
        months: Vec<PeriodRefView>,
        /// The issues of a month.
        issues: Vec<IssueRefView>,
    }
}

view! {
    /// Tags over time.
    TrendsView {
        /// A sentence that says what the pictures show.
        about: String,
        /// The most used tags.
        tags: Vec<TrendView>,
    }
}

view! {
    /// A tag over time.
    TrendView {
        /// The tag, with how many papers have it.
        tag: TagRefView,
        /// When it was used most, and how often then.
        peak: String,
        /// Its papers over time, as a picture.
        bars_html: Html,
    }
}

view! {
    /// Where a page stands in a list of pages.
    PagerView {
        /// Where this page stands, from 1 for the newest. Addresses have numbers of their own, which stay.
        number: usize,
        /// How many pages there are.
        total: usize,
        /// From which day to which its papers are; none where there is one page.
        days: Option<String>,
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
        /// Where it stands, from 1 for the newest.
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
        /// The newest papers, each as `pieces/entry.xml` writes it.
        entries: Vec<Shared<Html>>,
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
        /// The address with its host; none where the settings name no host.
        canonical: Option<String>,
        /// The title of the page.
        title: String,
    }
}

view! {
    /// The site, as an edition for the mail sees it.
    EmailSiteView {
        /// The name.
        title: String,
        /// A sentence about the site.
        description: String,
        /// The by-line.
        author: String,
        /// The language, as a BCP 47 tag.
        language: String,
        /// The way in which it is written: `ltr`, `rtl`.
        direction: String,
        /// The language of titles and abstracts, where it is another.
        papers_language: Option<String>,
    }
}

view! {
    /// An edition for the mail. All addresses have their host.
    EmailView {
        /// What the mail is called.
        subject: String,
        /// The line that mailboxes show behind the subject.
        preview: String,
        /// The issue's page.
        url: String,
        /// The home page.
        site_url: String,
        /// Where readers unsubscribe, as the settings say.
        unsubscribe_url: Option<String>,
        /// The day of the issue: `2025-08-06`.
        date: String,
        /// That day as people write it.
        date_name: String,
        /// The editor's headline.
        title: Option<String>,
        /// How many papers the issue has.
        count: usize,
        /// The editor's words.
        words_html: Option<Html>,
        /// The editor's words as text, a line for each block.
        words: String,
        /// The papers, featured ones first.
        papers: Vec<EmailPaperView>,
        /// How many papers of the issue are left out, for a mail has a limit.
        more: usize,
    }
}

view! {
    /// A paper in an edition for the mail, all of it as text: mailboxes draw no formulas.
    EmailPaperView {
        /// The title.
        title: String,
        /// The address of its page, with its host.
        url: String,
        /// The authors in a few words.
        authors_short: Option<String>,
        /// Where it was published.
        venue: Option<String>,
        /// The curator's line.
        note: Option<String>,
        /// The beginning of the abstract; the more papers, the less of it.
        teaser: String,
        /// Whether it stands first in its issue.
        featured: bool,
    }
}
