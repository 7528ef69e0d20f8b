//! One content file, compiled: the front matter as a value, the body as HTML.
//!
//! What a file is follows from its path. A document keeps the text of its front matter, because some
//! problems (an unknown tag, a paper that is there twice) are only found when all files are known;
//! the body's text is let go, for a large site holds gigabytes of it. Knows no other file.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_128;

use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::fingerprint::{Fingerprint, Ink, Inked};
use crate::front_matter::{self, TextFront};
use crate::html::{self, push_attribute};
use crate::layout;
use crate::markdown::{self, Frame, Rendered};
use crate::paper::{Paper, title_key};
use crate::slug::Slug;
use crate::source::{Place, Source};
use crate::tags::phrases::{Model, Terms};

/// This is one compiled content file.
#[derive(Debug)]
pub struct Document {
    /// The file's name, and its text up to the body.
    pub front: Source,
    /// What the file holds.
    pub content: Content,
    /// The fingerprint of the file: all of the above follows from it.
    pub fingerprint: Fingerprint,
}

/// This is what a content file can hold.
#[derive(Debug)]
pub enum Content {
    /// `content/papers/2025-08-06/<slug>.md`
    Paper(Box<PaperText>),
    /// `content/issues/2025-08-06.md`
    Issue(Box<IssueText>),
    /// `content/pages/about.md`
    Page(Box<PageText>),
}

/// This is a paper and its abstract.
#[derive(Debug)]
pub struct PaperText {
    /// The file's name without its ending: what the address is made of.
    pub slug: Slug,
    /// The front matter; `date` is filled in from the folder where it is missing.
    pub paper: Paper,
    /// The title in plain text: formulas as people would type them.
    pub title: Arc<str>,
    /// What two titles share that are alike but for case and signs (`paper::title_key`), as a number;
    /// none for a title without letters and digits.
    pub title_key: Option<u128>,
    /// The title with its formulas typeset.
    pub title_html: Arc<str>,
    /// The curator's line.
    pub note: Option<Html>,
    /// The abstract.
    pub body: Html,
    /// The beginning of the abstract, in plain text.
    pub teaser: Arc<str>,
    /// What the paper is about; found when it is first asked for.
    terms: OnceLock<Terms>,
}

/// This is what the editor says about an issue.
#[derive(Debug)]
pub struct IssueText {
    /// The issue.
    pub date: Date,
    /// A headline for the issue.
    pub title: Option<String>,
    /// Whether the words are left out unless drafts are asked for.
    pub draft: bool,
    /// The words.
    pub body: Html,
    /// The words as text, a line for each block.
    pub plain: Arc<str>,
}

/// This is a page that is neither paper nor issue.
#[derive(Debug)]
pub struct PageText {
    /// Where it is published.
    pub output: String,
    /// The front matter; `title` is filled in from the file's name where it is missing.
    pub front: TextFront,
    /// The text.
    pub body: Html,
    /// The beginning of the text, in plain text.
    pub teaser: Arc<str>,
}

/// This is HTML in which the addresses of this site are still missing.
#[derive(Debug, Clone, Default)]
pub struct Html {
    /// The HTML.
    pub text: Arc<str>,
    /// Where an address belongs, in order.
    pub holes: Box<[Hole]>,
    /// Whether there is highlighted code, which wants a style sheet of its own.
    pub has_code: bool,
}

/// This is a place in HTML that wants an address of this site.
#[derive(Debug, Clone)]
pub struct Hole {
    /// The byte at which the address is put in.
    pub at: usize,
    /// The address as it is written: `figure.png`, `../2025-08-05/orca.md#x`, `/tags/`.
    pub url: String,
    /// Where it is written.
    pub place: Place,
}

/// This is HTML with all its addresses.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// The HTML.
    pub text: Arc<str>,
    /// The bytes at which an address of this site starts: a path, without a host.
    addresses: Box<[usize]>,
}

/// How long a teaser is, in characters: three to four lines on a phone.
const TEASER: usize = 280;

/// Parses a content file; `None` for a file that cannot be published under its name.
pub fn parse(source: &Source, problems: &mut Problems) -> Option<Document> {
    let name = source.name.clone();
    // A text is long, so it is not copied beside the name.
    let parts = [name.as_bytes(), source.text.as_bytes()].map(Fingerprint::of_bytes);
    let fingerprint = Fingerprint::of(&parts[..]);
    let (front, content) = if name.starts_with(layout::PAPERS) {
        parse_paper(source, problems)?
    } else if name.starts_with(layout::ISSUES) {
        parse_issue(source, problems)?
    } else if name.starts_with(layout::PAGES) {
        parse_page(source, problems)?
    } else {
        let message = "a Markdown file is a paper, an issue's words or a page";
        let hint = "move it to content/papers/YYYY-MM-DD/, content/issues/ or content/pages/";
        problems.push(
            Diagnostic::new(Code::OrphanAsset, message)
                .at(source.whole())
                .hint(hint),
        );
        return None;
    };
    Some(Document {
        front,
        content,
        fingerprint,
    })
}

/// Returns what a paper's address is made of: its file's name without the ending.
pub fn slug_of(name: &str) -> Option<&str> {
    name.starts_with(layout::PAPERS).then(|| stem(name))
}

impl PaperText {
    /// Returns what the paper is about.
    pub fn terms(&self) -> &Terms {
        let read = || Terms::read(&self.title, &self.abstract_plain(), Model::embedded());
        self.terms.get_or_init(read)
    }

    /// Tells whether it was asked before what the paper is about.
    pub fn has_terms(&self) -> bool {
        self.terms.get().is_some()
    }

    /// Takes what the paper is about from somebody who found it in the same file before.
    pub fn recall_terms(&self, terms: Terms) {
        // Where somebody was asked meanwhile, it is the same.
        let _ = self.terms.set(terms);
    }

    /// Returns the abstract in plain text, without formulas.
    pub fn abstract_plain(&self) -> String {
        let mut text = String::with_capacity(self.body.text.len());
        html::for_each_text(&self.body.text, |piece| text.push_str(piece));
        text
    }
}

impl Html {
    /// Puts addresses into the holes; `resolve` gets each as it is written.
    pub fn fill(&self, mut resolve: impl FnMut(&Hole) -> String) -> Filled {
        if self.holes.is_empty() {
            return Filled {
                text: self.text.clone(),
                addresses: Box::default(),
            };
        }
        let mut text = String::with_capacity(self.text.len() + 32 * self.holes.len());
        let mut addresses = Vec::with_capacity(self.holes.len());
        let mut at = 0;
        for hole in &self.holes {
            text.push_str(&self.text[at..hole.at]);
            let address = resolve(hole);
            if address.starts_with('/') {
                addresses.push(text.len());
            }
            push_attribute(&address, &mut text);
            at = hole.at;
        }
        text.push_str(&self.text[at..]);
        Filled {
            text: text.into(),
            addresses: addresses.into(),
        }
    }

    /// Makes HTML of what was rendered of a source.
    pub fn new(rendered: Rendered, source: &Source) -> Html {
        let hole = |hole: markdown::Hole| Hole {
            at: hole.at,
            url: hole.url,
            place: source.place(hole.range),
        };
        Html {
            text: rendered.html.into(),
            holes: rendered.holes.into_iter().map(hole).collect(),
            has_code: rendered.has_code,
        }
    }
}

impl Inked for Filled {
    fn ink(&self, ink: &mut Ink) {
        let Filled { text, addresses } = self;
        addresses.as_ref().ink(ink);
        text.ink(ink);
    }
}

impl Filled {
    /// Tells whether this is HTML without a hole, which says what it said before.
    pub fn is_as_written(&self, html: &Html) -> bool {
        Arc::ptr_eq(&self.text, &html.text)
    }

    /// Returns the HTML with a host before each address, for readers elsewhere.
    pub fn absolute(&self, origin: &str) -> String {
        let mut text = String::with_capacity(self.text.len() + origin.len() * self.addresses.len());
        let mut at = 0;
        for &address in &self.addresses {
            text.push_str(&self.text[at..address]);
            text.push_str(origin);
            at = address;
        }
        text.push_str(&self.text[at..]);
        text
    }
}

fn parse_paper(source: &Source, problems: &mut Problems) -> Option<(Source, Content)> {
    let slug = file_slug(source, problems);
    let (paper, body) = front_matter::parse_paper(source, problems);
    let front = front_of(source, &body);
    let mut paper = paper?;
    let folder = folder_date(&source.name);
    check_date(&front, &paper, folder, problems);
    paper.date = paper.date.or(folder);
    let slug = slug?;

    let note = paper.note.as_ref().map(|note| {
        let at = find_value(&front, "note");
        Html::new(markdown::inline(source, note, at, problems), source)
    });
    let body = markdown::render(
        source,
        body,
        Frame {
            id_prefix: &format!("{slug}-"),
            top_heading: 3,
        },
        problems,
    );
    let teaser = markdown::teaser(&body.plain, TEASER).into();
    let title: Arc<str> = markdown::title_plain(&paper.title).into();
    let title_html = markdown::title(&paper.title);
    let text = PaperText {
        title_key: key_of(&paper.title),
        // Most titles are the same in both, and are kept once.
        title_html: match title_html == *title {
            true => title.clone(),
            false => title_html.into(),
        },
        title,
        body: Html::new(body, source),
        slug,
        paper,
        note,
        teaser,
        terms: OnceLock::new(),
    };
    Some((front, Content::Paper(Box::new(text))))
}

fn parse_issue(source: &Source, problems: &mut Problems) -> Option<(Source, Content)> {
    let date = Date::parse(stem(&source.name));
    if date.is_none() {
        let message = format!("`{}` is not the date of an issue", stem(&source.name));
        let hint = "name the file after its day: content/issues/2025-08-06.md";
        problems.push(
            Diagnostic::new(Code::BadFileName, message)
                .at(source.whole())
                .hint(hint),
        );
    }
    let (text, body) = front_matter::parse_text(source, problems);
    let front = front_of(source, &body);
    let date = date?;
    let body = markdown::render(
        source,
        body,
        Frame {
            id_prefix: &format!("issue-{date}-"),
            top_heading: 2,
        },
        problems,
    );
    let text = IssueText {
        date,
        title: text.title,
        draft: text.draft,
        plain: body.plain.as_str().into(),
        body: Html::new(body, source),
    };
    Some((front, Content::Issue(Box::new(text))))
}

fn parse_page(source: &Source, problems: &mut Problems) -> Option<(Source, Content)> {
    let output = layout::page(&source.name);
    if output.is_none() {
        bad_name(source, problems);
    }
    let (mut text, body) = front_matter::parse_text(source, problems);
    let front = front_of(source, &body);
    let output = output?;
    if text
        .title
        .as_deref()
        .is_none_or(|title| title.trim().is_empty())
    {
        text.title = Some(title_of_slug(stem(&source.name)));
    }
    let body = markdown::render(source, body, Frame::WHOLE_PAGE, problems);
    let teaser = markdown::teaser(&body.plain, TEASER).into();
    let text = PageText {
        output,
        front: text,
        body: Html::new(body, source),
        teaser,
    };
    Some((front, Content::Page(Box::new(text))))
}

/// Papers are compared by the hundred thousand, so each is made once, and takes 16 bytes.
fn key_of(title: &str) -> Option<u128> {
    let key = title_key(title);
    (!key.is_empty()).then(|| xxh3_128(key.as_bytes()))
}

fn front_of(source: &Source, body: &Range<usize>) -> Source {
    Source::new(source.name.clone(), &source.text[..body.start])
}

/// A file's name is its address, so it must be one; the hint offers a name that is.
fn file_slug(source: &Source, problems: &mut Problems) -> Option<Slug> {
    let slug = Slug::parse(stem(&source.name));
    if slug.is_none() {
        bad_name(source, problems);
    }
    slug
}

fn bad_name(source: &Source, problems: &mut Problems) {
    let stem = stem(&source.name);
    let hint = match Slug::from_title(stem) {
        Some(slug) => format!("rename the file to `{slug}.md`"),
        None => "use lower-case letters, digits and single hyphens".to_owned(),
    };
    let message = format!("the file name `{stem}` cannot be an address");
    problems.push(
        Diagnostic::new(Code::BadFileName, message)
            .at(source.whole())
            .hint(hint),
    );
}

/// A paper's date and its folder should agree; either may be missing, but not both.
fn check_date(front: &Source, paper: &Paper, folder: Option<Date>, problems: &mut Problems) {
    match (paper.date, folder) {
        (None, None) if find_value(front, "date").is_empty() => {
            let problem = Diagnostic::new(Code::MissingDate, "the paper is in no issue");
            let hint =
                "add a line `date: YYYY-MM-DD`, or move the file to content/papers/YYYY-MM-DD/";
            problems.push(problem.at(front.place(0..3)).hint(hint));
        }
        (Some(date), Some(folder)) if date != folder => {
            let message =
                format!("the paper is in the issue of {date}, but in the folder of {folder}");
            let hint = format!(
                "move the file to {}{date}/, or change the date",
                layout::PAPERS
            );
            let place = front_matter::place_of(front, "date", None);
            problems.push(
                Diagnostic::new(Code::MisplacedPaper, message)
                    .at(place)
                    .hint(hint),
            );
        }
        _ => {}
    }
}

/// The bytes of a key's value in the front matter; empty when the key is not there.
fn find_value(front: &Source, key: &str) -> Range<usize> {
    front_matter::find_entry(front, key).map_or(0..0, |(_, value)| value)
}

fn folder_date(name: &str) -> Option<Date> {
    let (folder, _) = name.strip_prefix(layout::PAPERS)?.split_once('/')?;
    Date::parse(folder)
}

fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.strip_suffix(".md").unwrap_or(file)
}

fn title_of_slug(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or(words.clone(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
