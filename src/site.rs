//! All documents together: the order of papers, issues and the periods around them, tags, addresses
//! of this site in texts, and what is wrong between files.
//!
//! A site does not change once it is linked. Knows neither pages nor templates.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::config::Config;
use crate::date::{Date, Week};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::document::{Content, Document, Filled, Html, PageText, PaperText};
use crate::fingerprint::{Fingerprint, Ink, Inked};
use crate::front_matter;
use crate::layout;
use crate::parallel;
use crate::slug::Slug;
use crate::source::Source;
use crate::tags::Vocabulary;

mod change;
mod duplicates;
mod references;
mod tagging;
mod together;

pub use together::Together;

/// These are the parts that `link` makes a site of.
#[derive(Debug, Default)]
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The tags that papers may have; without a vocabulary any tag is one.
    pub vocabulary: Option<Arc<Vocabulary>>,
    /// All content files.
    pub documents: Vec<Arc<Document>>,
    /// The sources of files that are published beside pages.
    pub assets: Vec<Arc<str>>,
    /// The output paths of the files of `static/`.
    pub statics: Vec<Arc<str>>,
    /// Whether drafts are published too.
    pub drafts: bool,
}

/// This is a linked site.
#[derive(Debug, Clone)]
pub struct Site {
    /// The settings.
    pub config: Config,
    /// The papers in the order of reading: newest issue first, and in an issue as it lists them.
    pub papers: Vec<Entry>,
    /// The issues, newest first.
    pub issues: Vec<Issue>,
    /// The weeks, months and years that have issues, newest first.
    pub weeks: Vec<Period<Week>>,
    /// The months, as (year, month).
    pub months: Vec<Period<(i16, i8)>>,
    /// The years.
    pub years: Vec<Period<i16>>,
    /// The tags that papers have, by slug.
    pub tags: Vec<TagEntry>,
    /// The other pages, in the order of the menu.
    pub pages: Vec<PageEntry>,
    /// Files published beside pages: source and output path.
    pub assets: Vec<(Arc<str>, String)>,
    /// The output paths of the files of `static/`.
    pub statics: Vec<Arc<str>>,
    /// Whether some text holds highlighted code.
    pub has_code: bool,
    /// Whether the site has a vocabulary of its own.
    pub has_vocabulary: bool,
}

/// This is a paper in its site.
#[derive(Debug, Clone)]
pub struct Entry {
    document: Arc<Document>,
    /// The day of its issue.
    pub date: Date,
    /// The index of its issue.
    pub issue: usize,
    /// The indices of its tags, in the order of the front matter.
    pub tags: Vec<usize>,
    /// The abstract, with addresses.
    pub body: Filled,
    /// The curator's line, with addresses.
    pub note: Option<Filled>,
    /// The output path of its picture.
    pub image: Option<String>,
}

/// This is a day's issue.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The day.
    pub date: Date,
    /// Which papers are in it.
    pub papers: Range<usize>,
    /// The editor's headline.
    pub title: Option<String>,
    /// The editor's words, with addresses.
    pub body: Option<Filled>,
    /// The editor's words as text, a line for each block.
    pub plain: Arc<str>,
    /// The file of the editor's words.
    pub source: Option<Arc<str>>,
}

/// This is a week, a month or a year that has issues.
#[derive(Debug, Clone)]
pub struct Period<Key> {
    /// Which one.
    pub key: Key,
    /// Which issues are in it.
    pub issues: Range<usize>,
}

/// This is a tag that papers have.
#[derive(Debug, Clone)]
pub struct TagEntry {
    /// What its address is made of.
    pub slug: Slug,
    /// What readers see.
    pub name: String,
    /// What it means, as HTML.
    pub description: Option<Arc<str>>,
    /// The indices of its papers, in the order of reading.
    pub papers: Vec<usize>,
    /// The index of the nearest broader tag that papers have.
    pub broader: Option<usize>,
    /// The indices of the tags to which this one is that.
    pub narrower: Vec<usize>,
}

/// This is another page in its site.
#[derive(Debug, Clone)]
pub struct PageEntry {
    document: Arc<Document>,
    /// The text, with addresses.
    pub body: Filled,
}

impl Entry {
    /// Returns the paper as it was written.
    pub fn text(&self) -> &PaperText {
        self.document.paper()
    }

    /// Returns the name of the paper's file.
    pub fn source(&self) -> &Arc<str> {
        &self.document.front.name
    }

    /// Returns the fingerprint of the paper's file.
    pub fn fingerprint(&self) -> Fingerprint {
        self.document.fingerprint
    }

    /// Returns the paper's file up to its abstract, to show where something stands.
    pub fn front(&self) -> &Source {
        &self.document.front
    }
}

/// What the paper's own file says, and what became of it among the others. Which number its issue and its
/// tags have is no part of it; what those are is.
impl Inked for Entry {
    fn ink(&self, ink: &mut Ink) {
        let Entry {
            document,
            date,
            issue: _,
            tags: _,
            body,
            note,
            image,
        } = self;
        let text = self.text();
        let filled = |filled: &Filled, html: &Html, ink: &mut Ink| {
            (!filled.is_as_written(html)).then_some(filled).ink(ink);
        };
        document.fingerprint.ink(ink);
        date.year().ink(ink);
        for part in [date.month(), date.day()] {
            i16::from(part).ink(ink);
        }
        filled(body, &text.body, ink);
        if let (Some(note), Some(html)) = (note, &text.note) {
            filled(note, html, ink);
        }
        image.ink(ink);
    }
}

impl PageEntry {
    /// Returns the page as it was written.
    pub fn text(&self) -> &PageText {
        match &self.document.content {
            Content::Page(text) => text,
            _ => unreachable!("a page entry is made of a page"),
        }
    }

    /// Returns the name of the page's file.
    pub fn source(&self) -> &Arc<str> {
        &self.document.front.name
    }
}

impl Site {
    /// Returns how many papers a period has.
    pub fn count<Key>(&self, period: &Period<Key>) -> usize {
        let last = period
            .issues
            .end
            .checked_sub(1)
            .map(|issue| &self.issues[issue]);
        last.map_or(0, |last| {
            last.papers.end - self.issues[period.issues.start].papers.start
        })
    }
}

/// Links documents to a site; what is wrong between them is reported and left out.
pub fn link(parts: Parts, problems: &mut Problems) -> Site {
    let Parts {
        config,
        vocabulary,
        documents,
        assets,
        statics,
        drafts,
    } = parts;
    let Sorted {
        papers,
        words,
        pages,
    } = sort(documents, drafts);
    let documents: Vec<&Arc<Document>> = papers.iter().map(|(_, document)| document).collect();
    let mut of_site = Problems::new();
    // Nothing else needs to know which papers are there twice.
    let (duplicates, site) = parallel::join(
        || duplicates::find(&documents),
        || {
            let problems = &mut of_site;
            let vocabulary = vocabulary.as_deref();
            let assets: Vec<(Arc<str>, String)> = assets
                .into_iter()
                .filter_map(|source| layout::asset(&source).map(|output| (source, output)))
                .collect();
            let references =
                references::References::new(&config.base_url, &documents, &words, &pages, &assets);
            let (tags, tags_of) = tagging::resolve(&documents, vocabulary, problems);
            let tags = tagging::describe(tags, vocabulary, &references, problems);
            let issues = collect_issues(&papers, &words, &references, problems);
            let entries = collect_entries(&papers, tags_of, &issues, &references, problems);
            let page_entries = collect_pages(&pages, &references, problems);
            let all = documents
                .iter()
                .copied()
                .chain(words.values())
                .chain(&pages);
            Site {
                has_code: all.into_iter().any(|document| has_code(document)),
                weeks: group(&issues, Date::week),
                months: group(&issues, |date| (date.year(), date.month())),
                years: group(&issues, Date::year),
                papers: entries,
                issues,
                tags,
                pages: page_entries,
                has_vocabulary: vocabulary.is_some(),
                assets,
                statics,
                config,
            }
        },
    );
    problems.append(duplicates);
    problems.append(of_site);
    site
}

/// These are documents by their kinds, each in its order.
struct Sorted {
    papers: Vec<Dated>,
    /// The words of issues.
    words: BTreeMap<Date, Arc<Document>>,
    pages: Vec<Arc<Document>>,
}

/// Sorts documents, and leaves out drafts unless they are wanted.
fn sort(documents: Vec<Arc<Document>>, drafts: bool) -> Sorted {
    // Documents are all over the memory, so each is looked at by whichever thread has time.
    let places = parallel::map(&documents, |document| place(document, drafts));
    let mut papers: Vec<Dated> = Vec::with_capacity(documents.len());
    let mut words: BTreeMap<Date, Arc<Document>> = BTreeMap::new();
    let mut pages: Vec<Arc<Document>> = Vec::new();
    for (document, place) in documents.into_iter().zip(places) {
        match place {
            Place::Nowhere => {}
            Place::Paper(date) => papers.push((date, document)),
            Place::Words(date) => {
                words.insert(date, document);
            }
            Place::Page => pages.push(document),
        }
    }
    papers.sort_by_key(|(date, _)| Reverse(*date));
    pages.sort_by_cached_key(|page| menu_order(page));
    Sorted {
        papers: in_reading_order(papers),
        words,
        pages,
    }
}

/// Where a document belongs.
enum Place {
    Paper(Date),
    Words(Date),
    Page,
    Nowhere,
}

fn place(document: &Document, drafts: bool) -> Place {
    match &document.content {
        Content::Paper(text) if text.paper.draft && !drafts => Place::Nowhere,
        // A paper without a date was reported when it was read.
        Content::Paper(text) => text.paper.date.map_or(Place::Nowhere, Place::Paper),
        Content::Issue(text) if text.draft && !drafts => Place::Nowhere,
        Content::Issue(text) => Place::Words(text.date),
        Content::Page(text) if text.front.draft && !drafts => Place::Nowhere,
        Content::Page(_) => Place::Page,
    }
}

/// Sorts the papers of each issue, which is faster than sorting all papers: their files come by date.
fn in_reading_order(papers: Vec<Dated>) -> Vec<Dated> {
    let issues: Vec<&[Dated]> = papers.chunk_by(|one, other| one.0 == other.0).collect();
    let orders: Vec<Vec<usize>> = parallel::map(&issues, |issue| {
        let orders: Vec<_> = issue.iter().map(|paper| reading_order(&paper.1)).collect();
        let mut places: Vec<usize> = (0..issue.len()).collect();
        places.sort_by(|&one, &other| orders[one].cmp(&orders[other]));
        places
    });
    let mut papers: Vec<Option<Dated>> = papers.into_iter().map(Some).collect();
    let mut issue = papers.as_mut_slice();
    let mut sorted = Vec::with_capacity(issue.len());
    for order in orders {
        let (this, rest) = issue.split_at_mut(order.len());
        let take = |place: usize| this[place].take().expect("each place is named once");
        sorted.extend(order.into_iter().map(take));
        issue = rest;
    }
    sorted
}

/// A paper with the day of its issue.
type Dated = (Date, Arc<Document>);

/// Featured papers first, then the order of the list that was imported, then the file's name.
fn reading_order(document: &Document) -> (bool, &str, usize, &str) {
    let text = document.paper();
    let source = text.paper.source.as_deref().unwrap_or("");
    let (list, line) = match source.rsplit_once(':') {
        Some((list, line)) => (list, line.parse().unwrap_or(usize::MAX)),
        None => (source, usize::MAX),
    };
    // Papers that were written by hand stand before imported ones: somebody wanted them in this issue.
    (
        !text.paper.featured,
        list,
        line,
        document.front.name.as_ref(),
    )
}

fn menu_order(document: &Document) -> (i64, String, Arc<str>) {
    let Content::Page(text) = &document.content else {
        unreachable!("only pages are in the menu");
    };
    let title = text.front.title.clone().unwrap_or_default();
    (
        text.front.order.unwrap_or(i64::MAX),
        title,
        document.front.name.clone(),
    )
}

fn collect_issues(
    papers: &[Dated],
    words: &BTreeMap<Date, Arc<Document>>,
    references: &references::References,
    problems: &mut Problems,
) -> Vec<Issue> {
    let mut issues: Vec<Issue> = Vec::new();
    for (index, (date, _)) in papers.iter().enumerate() {
        match issues.last_mut() {
            Some(issue) if issue.date == *date => issue.papers.end = index + 1,
            _ => issues.push(Issue {
                date: *date,
                papers: index..index + 1,
                title: None,
                body: None,
                plain: Arc::default(),
                source: None,
            }),
        }
    }
    for (date, document) in words {
        let Content::Issue(text) = &document.content else {
            unreachable!("only issues' words were collected");
        };
        let found = issues.binary_search_by(|issue| date.cmp(&issue.date));
        let Ok(index) = found else {
            let message = format!("no paper is in the issue of {date}");
            let hint = "name the file after the day of an issue, or add papers of that day";
            let place = document.front.whole();
            problems.push(
                Diagnostic::new(Code::IssueWithoutPapers, message)
                    .at(place)
                    .hint(hint),
            );
            continue;
        };
        let issue = &mut issues[index];
        issue.title.clone_from(&text.title);
        issue.plain = text.plain.clone();
        issue.body = (!text.body.text.trim().is_empty())
            .then(|| references.fill(document, &text.body, problems));
        issue.source = Some(document.front.name.clone());
    }
    issues
}

fn collect_pages(
    pages: &[Arc<Document>],
    references: &references::References,
    problems: &mut Problems,
) -> Vec<PageEntry> {
    let page = |document: &Arc<Document>| {
        let Content::Page(text) = &document.content else {
            unreachable!("only pages were collected");
        };
        let body = references.fill(document, &text.body, problems);
        PageEntry {
            document: document.clone(),
            body,
        }
    };
    pages.iter().map(page).collect()
}

fn collect_entries(
    papers: &[Dated],
    tags_of: Vec<Vec<usize>>,
    issues: &[Issue],
    references: &references::References,
    problems: &mut Problems,
) -> Vec<Entry> {
    let of_issue = |index: usize| {
        let mut problems = Problems::new();
        let papers = papers[issues[index].papers.clone()].iter();
        let entries = papers.map(|paper| entry(paper, index, references, &mut problems));
        (entries.collect::<Vec<Entry>>(), problems)
    };
    let mut entries = Vec::with_capacity(papers.len());
    for (issue, found) in parallel::map_indices(issues.len(), of_issue) {
        entries.extend(issue);
        problems.append(found);
    }
    for (entry, tags) in entries.iter_mut().zip(tags_of) {
        entry.tags = tags;
    }
    entries
}

/// Makes an entry that has no tags yet.
fn entry(
    (date, document): &Dated,
    issue: usize,
    references: &references::References,
    problems: &mut Problems,
) -> Entry {
    let text = document.paper();
    let note = text.note.as_ref();
    Entry {
        document: document.clone(),
        date: *date,
        issue,
        tags: Vec::new(),
        body: references.fill(document, &text.body, problems),
        note: note.map(|note| references.fill(document, note, problems)),
        image: image_of(document, text, references, problems),
    }
}

fn image_of(
    document: &Document,
    text: &PaperText,
    references: &references::References,
    problems: &mut Problems,
) -> Option<String> {
    let path = text.paper.image.as_ref()?;
    let output = references.asset(document, path);
    if output.is_none() {
        let message = format!("there is no picture `{path}` beside the paper");
        let place = front_matter::place_of(&document.front, "image", Some((path, 0)));
        let problem = Diagnostic::new(Code::BadImage, message).at(place);
        problems.push(problem.hint("save the picture in the paper's folder"));
    }
    output
}

fn has_code(document: &Document) -> bool {
    match &document.content {
        Content::Paper(text) => text.body.has_code,
        Content::Issue(text) => text.body.has_code,
        Content::Page(text) => text.body.has_code,
    }
}

/// Issues are in order, so those of a period stand together.
fn group<Key: PartialEq>(issues: &[Issue], key: impl Fn(Date) -> Key) -> Vec<Period<Key>> {
    let mut periods: Vec<Period<Key>> = Vec::new();
    for (index, issue) in issues.iter().enumerate() {
        let key = key(issue.date);
        match periods.last_mut() {
            Some(period) if period.key == key => period.issues.end = index + 1,
            _ => periods.push(Period {
                key,
                issues: index..index + 1,
            }),
        }
    }
    periods
}
