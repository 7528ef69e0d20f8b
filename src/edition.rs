//! An edition for the mail: an issue as HTML and as text, light enough for every mailbox.
//!
//! Owns what an edition says and how much of it there is room for; what it looks like is the theme's
//! (`email.html`, `email.txt`). Knows neither MIME nor servers, which are `mail`'s.

use crate::address::BaseUrl;
use crate::date::Date;
use crate::diagnostic::{Diagnostic, Problems};
use crate::language::Language;
use crate::layout;
use crate::markdown;
use crate::site::{Entry, Issue, Site};
use crate::source::Source;
use crate::theme::{Asks, Context, Theme};
use crate::view::{self, EmailPaperView, EmailSiteView, EmailView, Html};

/// How many bytes of HTML a mailbox shows: Gmail cuts a message at 102 KB and hides the rest.
pub const LIMIT: usize = 102 * 1024;

/// What we fill of it: quoted-printable writes `=` and letters beyond ASCII in three bytes.
const ROOM: usize = 92_000;

/// How many characters of an abstract an edition shows, if there is room; then less and less.
const TEASERS: [usize; 5] = [280, 200, 140, 90, 0];

/// How many characters of the titles follow the subject in a mailbox.
const PREVIEW: usize = 140;

/// This is an edition, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The day of its issue.
    pub date: Date,
    /// What the mail is called.
    pub subject: String,
    /// The address of the issue on the site.
    pub url: String,
    /// The mail as HTML.
    pub html: String,
    /// The mail as text.
    pub text: String,
    /// How many papers there was no room for.
    pub left_out: usize,
}

/// Renders an issue, by its index, for the mail. The site has to say on which host it stands.
///
/// A mail is cut by mailboxes, so abstracts become shorter, and then papers fewer, until it fits.
pub fn render(site: &Site, theme: &Theme, issue: usize) -> Result<Edition, Diagnostic> {
    let issue = &site.issues[issue];
    let all = issue.papers.len();
    let mut shown = all;
    let asks = theme.asks(view::names());
    let mut teasers = TEASERS.into_iter();
    let mut teaser = teasers.next().unwrap_or(0);
    loop {
        let edition = render_some(site, theme, &asks, issue, teaser, shown)?;
        let length = edition.html.len();
        if length <= ROOM || shown == 0 {
            return Ok(edition);
        }
        match teasers.next() {
            Some(shorter) => teaser = shorter,
            // The frame takes some room too, so this may take a few rounds; each drops one or more.
            None => shown = (shown * ROOM / length).min(shown - 1),
        }
    }
}

/// Returns what a message about an issue is known by (RFC 5322, section 3.6.4): the same for the same
/// issue of the same site, so that no list delivers it twice; a repetition is another message.
pub fn message_id(base_url: &BaseUrl, issue: Date, repetition: usize) -> String {
    let path = base_url.path().trim_matches('/').replace('/', ".");
    let folder: String = path
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
        .collect();
    let mut id = issue.to_string();
    if repetition > 0 {
        id.push_str(&format!(".{}", repetition + 1));
    }
    if !folder.is_empty() {
        id.push_str(&format!(".{}", folder.trim_matches('.')));
    }
    format!("<{id}@{}>", base_url.host())
}

fn render_some(
    site: &Site,
    theme: &Theme,
    asks: &Asks<'_>,
    issue: &Issue,
    teaser: usize,
    shown: usize,
) -> Result<Edition, Diagnostic> {
    let view = email_view(site, theme.language(), issue, teaser, shown);
    let edition = Edition {
        date: issue.date,
        subject: view.subject.clone(),
        url: view.url.clone(),
        html: String::new(),
        text: String::new(),
        left_out: view.more,
    };
    let page = || format!("the edition of {}", issue.date);
    let part = |template: &'static str| {
        let asked = asks.of(template);
        let mut context = Context::new(template, &asked);
        context.insert("site", site_view(site, theme.language()));
        context.insert("email", view.clone());
        let rendered = theme.render(&context, page)?;
        Ok(without_controls(rendered.as_str()))
    };
    Ok(Edition {
        html: part("email.html")?,
        text: part("email.txt")?,
        ..edition
    })
}

fn email_view(
    site: &Site,
    language: &Language,
    issue: &Issue,
    teaser: usize,
    shown: usize,
) -> EmailView {
    let base_url = &site.config.base_url;
    let papers = &site.papers[issue.papers.clone()];
    let day = language.day(issue.date);
    let subject = match &issue.title {
        Some(title) => language.fill("issue_title", &[("title", title), ("date", &day)]),
        None => language.fill("edition", &[("site", &site.config.title), ("date", &day)]),
    };
    let titles: Vec<&str> = papers
        .iter()
        .take(5)
        .map(|entry| entry.text().title.as_ref())
        .collect();
    let count = language.count("papers", papers.len()).unwrap_or_default();
    let values = [("papers", count.as_str()), ("titles", &titles.join("; "))];
    let preview = language.fill("edition_about", &values);
    let words = issue.body.as_ref();
    let unsubscribe = &site.config.email.unsubscribe;
    let is_web = |url: &&String| url.starts_with("http");
    EmailView {
        subject: one_line(&subject),
        preview: markdown::teaser(&preview, PREVIEW),
        url: base_url.absolute(&layout::issue(issue.date)),
        site_url: base_url.absolute(layout::HOME),
        unsubscribe_url: unsubscribe
            .iter()
            .find(is_web)
            .or(unsubscribe.first())
            .cloned(),
        date: issue.date.to_string(),
        date_name: day,
        title: issue.title.clone(),
        count: papers.len(),
        words_html: words.map(|words| Html::from(words.absolute(base_url.origin()))),
        words: issue.plain.trim().to_owned(),
        papers: papers
            .iter()
            .take(shown)
            .map(|entry| paper_view(base_url, language, entry, teaser))
            .collect(),
        more: papers.len() - shown,
    }
}

fn paper_view(
    base_url: &BaseUrl,
    language: &Language,
    entry: &Entry,
    teaser: usize,
) -> EmailPaperView {
    let text = entry.text();
    let paper = &text.paper;
    let teaser = match teaser {
        0 => String::new(),
        most => markdown::teaser(&text.teaser, most),
    };
    EmailPaperView {
        title: text.title.to_string(),
        url: base_url.absolute(&layout::paper(&text.slug)),
        authors_short: language.authors(&paper.authors),
        venue: paper.venue.clone(),
        note: paper.note.as_deref().map(plain_line),
        teaser,
        featured: paper.featured,
    }
}

/// What is wrong with a note was told when its paper was read.
fn plain_line(note: &str) -> String {
    let source = Source::new("note", note);
    let rendered = markdown::inline(&source, note, 0..note.len(), &mut Problems::new());
    one_line(&rendered.plain)
}

/// Puts a text on one line; a control character, which settings may hold as `\u001b`, parts words.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// What both templates see of the site besides the edition.
fn site_view(site: &Site, language: &Language) -> EmailSiteView {
    let config = &site.config;
    EmailSiteView {
        title: config.title.clone(),
        description: config.description.clone(),
        author: config.author.clone(),
        language: config.language.clone(),
        direction: language.direction().to_owned(),
        papers_language: config.other_language().map(str::to_owned),
    }
}

/// Control characters have no business in a mail, and some end the line of a header or a message.
fn without_controls(text: &str) -> String {
    let is_control = |c: char| c.is_control() && c != '\n' && c != '\t';
    text.replace(is_control, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_site_issue_and_repetition() {
        let issue = Date::parse("2025-08-06").expect("a date");
        for (base, repetition, expected) in [
            (
                "https://u.github.io/repo/",
                0,
                "<2025-08-06.repo@u.github.io>",
            ),
            (
                "https://u.github.io/a/b/",
                1,
                "<2025-08-06.2.a.b@u.github.io>",
            ),
            ("https://example.org:8080/", 0, "<2025-08-06@example.org>"),
        ] {
            let base_url = BaseUrl::parse(base).expect(base);
            assert_eq!(message_id(&base_url, issue, repetition), expected);
        }
    }
}
