//! One content file, compiled: the front matter as a value, the body as HTML.
//!
//! What a file is follows from its path. A document keeps the text of its front matter, because some
//! problems (an unknown tag, a paper that is there twice) are only found when all files are known;
//! the body's text is let go, for a large site holds gigabytes of it. Knows no other file.

use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
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

impl Document {
    /// Returns the paper of a document that is one.
    ///
    /// # Panics
    ///
    /// Panics for an issue or a page.
    pub fn paper(&self) -> &PaperText {
        match &self.content {
            Content::Paper(text) => text,
            _ => unreachable!("{} is no paper", self.front.name),
        }
    }
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
    /// Whether the abstract has no problems, no addresses of this site and no code, so that it can be
    /// rendered later in another run.
    is_plain: bool,
    /// Whether the title is as it is written, without formulas.
    has_plain_title: bool,
}

/// These are papers with plain abstracts that were parsed before, by the fingerprints of their files.
pub type Recollections = FxHashMap<Fingerprint, Recollection>;

/// This is what is remembered of a paper with a plain abstract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recollection {
    /// The beginning of the abstract.
    pub teaser: Arc<str>,
    /// What the title shares with others that are alike.
    pub title_key: Option<u128>,
    /// Whether the title is as it is written, without formulas.
    pub has_plain_title: bool,
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
    pub text: Text,
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
    pub text: Text,
    /// The bytes at which an address of this site starts: a path, without a host.
    addresses: Box<[usize]>,
}

/// This is the text of HTML, which may be rendered when it is first asked for.
#[derive(Debug, Clone)]
pub struct Text(Rendering);

#[derive(Debug, Clone)]
enum Rendering {
    Done(Arc<str>),
    Later(Arc<Later>),
}

/// This is an abstract that is known to have no problems.
#[derive(Debug)]
struct Later {
    source: Source,
    body: Range<usize>,
    slug: Slug,
    rendered: OnceLock<Arc<str>>,
}

/// How long a teaser is, in characters: three to four lines on a phone.
const TEASER: usize = 280;

/// Parses a content file; `None` for a file that cannot be published under its name.
pub fn parse(source: &Source, problems: &mut Problems) -> Option<Document> {
    parse_knowing(&Recollections::default(), source, problems)
}

/// Parses a content file to the same; of a paper that is known the abstract is rendered when it is asked for.
pub fn parse_knowing(
    known: &Recollections,
    source: &Source,
    problems: &mut Problems,
) -> Option<Document> {
    let name = source.name.clone();
    // A text is long, so it is not copied beside the name.
    let parts = [name.as_bytes(), source.text.as_bytes()].map(Fingerprint::of_bytes);
    let fingerprint = Fingerprint::of(&parts[..]);
    let (front, content) = if name.starts_with(layout::PAPERS) {
        parse_paper(source, known.get(&fingerprint), problems)?
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

    /// Returns what another run may remember, if the abstract can be rendered later in it.
    pub fn recollection(&self) -> Option<Recollection> {
        self.is_plain.then(|| Recollection {
            teaser: self.teaser.clone(),
            title_key: self.title_key,
            has_plain_title: self.has_plain_title,
        })
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
            text: Text::from(text),
            addresses: addresses.into(),
        }
    }

    /// Makes HTML of a plain abstract, to be rendered when it is asked for.
    fn later(source: &Source, body: Range<usize>, slug: &Slug) -> Html {
        let later = Later {
            source: source.clone(),
            body,
            slug: slug.clone(),
            rendered: OnceLock::new(),
        };
        Html {
            text: Text(Rendering::Later(Arc::new(later))),
            ..Html::default()
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
            text: Text::from(rendered.html),
            holes: rendered.holes.into_iter().map(hole).collect(),
            has_code: rendered.has_code,
        }
    }
}

impl Text {
    /// Returns the text, to be shared.
    pub fn shared(&self) -> &Arc<str> {
        match &self.0 {
            Rendering::Done(text) => text,
            Rendering::Later(later) => later.rendered.get_or_init(|| later.render()),
        }
    }

    /// Tells whether both are one text.
    fn is_the_same(&self, other: &Text) -> bool {
        match (&self.0, &other.0) {
            (Rendering::Done(one), Rendering::Done(other)) => Arc::ptr_eq(one, other),
            (Rendering::Later(one), Rendering::Later(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Later {
    fn render(&self) -> Arc<str> {
        let body = self.body.clone();
        let rendered = render_abstract(&self.source, body, &self.slug, &mut Problems::new());
        rendered.html.into()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.shared()
    }
}

impl Default for Text {
    fn default() -> Text {
        Text::from(String::new())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(Rendering::Done(text.into()))
    }
}

impl Inked for Filled {
    fn ink(&self, ink: &mut Ink) {
        let Filled { text, addresses } = self;
        addresses.as_ref().ink(ink);
        text.shared().ink(ink);
    }
}

impl Filled {
    /// Tells whether this is HTML without a hole, which says what it said before.
    pub fn is_as_written(&self, html: &Html) -> bool {
        self.text.is_the_same(&html.text)
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

/// Parses a paper, which may be known.
fn parse_paper(
    source: &Source,
    known: Option<&Recollection>,
    problems: &mut Problems,
) -> Option<(Source, Content)> {
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
    let (body, teaser, is_plain) = match known {
        Some(known) => {
            let body = Html::later(source, body, &slug);
            (body, known.teaser.clone(), true)
        }
        None => {
            let before = problems.iter().len();
            let body = render_abstract(source, body, &slug, problems);
            let is_plain =
                problems.iter().len() == before && body.holes.is_empty() && !body.has_code;
            let teaser = markdown::teaser(&body.plain, TEASER).into();
            (Html::new(body, source), teaser, is_plain)
        }
    };
    let (title, title_html) = match known {
        Some(known) if known.has_plain_title => {
            let title: Arc<str> = paper.title.as_str().into();
            (title.clone(), title)
        }
        _ => titles(&paper.title),
    };
    let text = PaperText {
        title_key: known.map_or_else(|| key_of(&paper.title), |known| known.title_key),
        has_plain_title: *title == *paper.title && Arc::ptr_eq(&title, &title_html),
        title_html,
        title,
        body,
        slug,
        paper,
        note,
        teaser,
        terms: OnceLock::new(),
        is_plain,
    };
    Some((front, Content::Paper(Box::new(text))))
}

/// Returns a title as text and as HTML. Most are the same in both, and are kept once.
fn titles(title: &str) -> (Arc<str>, Arc<str>) {
    let text: Arc<str> = markdown::title_plain(title).into();
    let html = markdown::title(title);
    match html == *text {
        true => (text.clone(), text),
        false => (text, html.into()),
    }
}

fn render_abstract(
    source: &Source,
    body: Range<usize>,
    slug: &Slug,
    problems: &mut Problems,
) -> Rendered {
    let frame = Frame {
        id_prefix: &format!("{slug}-"),
        top_heading: 3,
    };
    markdown::render(source, body, frame, problems)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODIES: [&str; 9] = [
        "Plain words, *some* of them $x^2$.",
        "A note[^1].\n\n[^1]: Here it is.",
        "# A heading\n\nand [another site](https://example.org/).",
        "[A page](/tags/) of this site.",
        "![A figure](figure.png)",
        "```rust\nfn main() {}\n```",
        "A formula that breaks: $\\frac{1$.",
        "<script>alert(1)</script>",
        "",
    ];

    const TITLES: [&str; 3] = ["One", "One $x^2$ & <more>", "!"];

    fn parse_with(
        known: &Recollections,
        title: &str,
        body: &str,
    ) -> (Box<PaperText>, Fingerprint, Vec<Diagnostic>) {
        let note = "'[x](one.md) $\\frac{1$'";
        let text = format!("---\ntitle: '{title}'\nnote: {note}\n---\n{body}\n");
        let source = Source::new("content/papers/2025-01-01/one.md", text);
        let mut problems = Problems::new();
        let document = parse_knowing(known, &source, &mut problems).expect("a paper");
        let Content::Paper(paper) = document.content else {
            unreachable!("it is a paper's file");
        };
        (
            paper,
            document.fingerprint,
            problems.iter().cloned().collect(),
        )
    }

    fn is_later(paper: &PaperText) -> bool {
        matches!(paper.body.text.0, Rendering::Later(_))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_known_paper_is_what_it_was(
            title in prop::sample::select(&TITLES[..]),
            parts in prop::collection::vec(prop::sample::select(&BODIES[..]), 0..4),
        ) {
            let body = parts.join("\n\n");
            let (first, file, told) = parse_with(&Recollections::default(), title, &body);
            prop_assert!(!is_later(&first));
            let known = first.recollection().map(|known| (file, known));
            let (second, _, told_again) = parse_with(&known.into_iter().collect(), title, &body);
            prop_assert_eq!(is_later(&second), first.recollection().is_some());
            prop_assert_eq!(told, told_again);
            prop_assert_eq!(&*first.body.text, &*second.body.text);
            prop_assert_eq!(format!("{:?}", first.body.holes), format!("{:?}", second.body.holes));
            prop_assert_eq!(first.body.has_code, second.body.has_code);
            prop_assert_eq!(first.recollection(), second.recollection());
            prop_assert_eq!(&first.teaser, &second.teaser);
            prop_assert_eq!((&first.title, &first.title_html), (&second.title, &second.title_html));
            prop_assert_eq!(first.title_key, second.title_key);
            prop_assert_eq!(first.abstract_plain(), second.abstract_plain());
        }
    }

    #[test]
    fn only_what_says_nothing_about_others_is_plain() {
        let is_plain = |body: &&str| {
            let (paper, ..) = parse_with(&Recollections::default(), TITLES[0], body);
            paper.recollection().is_some()
        };
        let plain: Vec<bool> = BODIES.iter().map(is_plain).collect();
        assert_eq!(
            plain,
            [true, true, true, false, false, false, false, true, true]
        );
    }
}
