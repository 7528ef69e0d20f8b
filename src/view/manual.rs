//! The manual of values: which template gets what, and what each record holds.
//!
//! Records document themselves; what a template gets is told here, and a test compares it with what
//! templates are given.

use std::fmt::Write as _;

use crate::language::Entry;
use crate::theme::{self, Asked};

use super::{
    AlternateView, ArxivView, CiteView, DoiView, EmailPaperView, EmailSiteView, EmailView,
    FeedEntryView, FeedView, ImageView, IssueRefView, IssueView, LabelView, LetterView, LinkView,
    MetaView, NavView, NewsletterView, PageView, PagerLinkView, PagerView, PaperRefView, PaperView,
    PeriodRefView, PeriodView, RelatedView, SiteView, SitemapView, TagRefView, TagView, TargetView,
    TrendView, TrendsView,
};

/// This is a value: its name, its type as the source spells it, and what it means.
pub type Field = (&'static str, &'static str, &'static str);

/// This is a kind of value with named fields.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    /// Its name in the source.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

/// This is a template with the values that it gets.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// The file below `templates/`.
    pub name: &'static str,
    /// What it renders.
    pub about: &'static str,
    /// The values besides those that all templates get.
    pub values: &'static [Field],
}

/// This is a type of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A text, which a template escapes.
    Text,
    /// HTML that may be printed as it is.
    Html,
    /// A whole number.
    Number,
    /// True or false.
    Flag,
    /// Whatever somebody wrote.
    Anything,
    /// A record, by its name in the source.
    Record(String),
    /// A value that may be missing.
    Optional(Box<Kind>),
    /// Values in a row.
    List(Box<Kind>),
}

/// The words, which every template gets.
pub const WORDS: Field = (
    "words",
    "Words",
    "The words of the interface, in the site's language.",
);

const SITE: Field = ("site", "SiteView", "The site.");
const PAGE: Field = ("page", "PageView", "The page that is rendered.");

/// The templates, in the order of the manual.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "home.html",
        about: "The newest issue, the issues before it, the most used tags.",
        values: &[
            SITE,
            PAGE,
            ("issue", "Option<IssueView>", "The newest issue."),
            (
                "recent",
                "Vec<IssueRefView>",
                "Those before it, newest first.",
            ),
            (
                "month",
                "Option<LinkView>",
                "The month of the newest issue.",
            ),
            (
                "month_tags",
                "Vec<TagRefView>",
                "The most used tags of that month, with their counts.",
            ),
        ],
    },
    Template {
        name: "issue.html",
        about: "The papers of a day.",
        values: &[SITE, PAGE, ("issue", "IssueView", "The issue.")],
    },
    Template {
        name: "period.html",
        about: "A week, a month or a year.",
        values: &[
            SITE,
            PAGE,
            ("period", "PeriodView", "The period."),
            (
                "issues",
                "Vec<IssueRefView>",
                "Its issues with their papers; of weeks and months alone.",
            ),
            (
                "calendar_html",
                "Option<Html>",
                "Its days as a picture; of years alone.",
            ),
            (
                "months",
                "Vec<PeriodRefView>",
                "Its months with their issues; of years alone.",
            ),
        ],
    },
    Template {
        name: "archive.html",
        about: "All issues, by year and month.",
        values: &[
            SITE,
            PAGE,
            (
                "years",
                "Vec<PeriodRefView>",
                "The years, newest first, with their months.",
            ),
            (
                "trends",
                "Option<TrendsView>",
                "The most used tags over time, where there is time enough.",
            ),
        ],
    },
    Template {
        name: "paper.html",
        about: "A paper.",
        values: &[
            SITE,
            PAGE,
            ("paper", "PaperView", "The paper, with its abstract."),
            ("issue", "IssueRefView", "Its issue."),
            (
                "older",
                "Option<PaperRefView>",
                "The paper after it on the way back in time.",
            ),
            ("newer", "Option<PaperRefView>", "The paper before it."),
            (
                "related",
                "Vec<RelatedView>",
                "Papers that share rare phrases or tags with it, the nearest first.",
            ),
            (
                "cite",
                "Option<CiteView>",
                "How it is cited; none where the settings say so.",
            ),
            (
                "metadata",
                "Vec<MetaView>",
                "What catalogues read in the head of the page.",
            ),
            (
                "metadata_html",
                "Option<Html>",
                "The same as `meta` elements.",
            ),
            (
                "json_ld_html",
                "Option<Html>",
                "The same as JSON-LD, for a `script` element.",
            ),
        ],
    },
    Template {
        name: "tags.html",
        about: "All tags.",
        values: &[
            SITE,
            PAGE,
            ("by_size", "Vec<TagView>", "The tags, most used first."),
            (
                "letters",
                "Vec<LetterView>",
                "The tags by their first letter.",
            ),
        ],
    },
    Template {
        name: "tag.html",
        about: "A page of the papers with one tag.",
        values: &[
            SITE,
            PAGE,
            ("tag", "TagView", "The tag."),
            (
                "papers",
                "Vec<PaperView>",
                "The papers of this page, without abstracts.",
            ),
            (
                "rows",
                "Vec<Html>",
                "The same papers, each as `pieces/row.html` writes it.",
            ),
            ("pager", "PagerView", "Where the page stands in the list."),
            (
                "related",
                "Vec<TagRefView>",
                "Tags that stand beside it more often than by chance, with how many papers have both; only on the newest page.",
            ),
            (
                "second",
                "Vec<TagRefView>",
                "Tags that papers with it have, too, the most frequent first, with how many have both; only on the newest page, where there are more than two papers.",
            ),
        ],
    },
    Template {
        name: "search.html",
        about: "Search, and the way to all papers without a script.",
        values: &[
            SITE,
            PAGE,
            (
                "index_url",
                "Option<String>",
                "The address of the index's head; none in a preview of another page.",
            ),
            ("papers_url", "String", "The folder of the papers' pages."),
            ("archive_url", "String", "The address of the archive."),
            ("tags_url", "String", "The address of the tag index."),
            ("tags", "Vec<TagRefView>", "All tags, with their counts."),
            ("years", "Vec<PeriodRefView>", "The years, newest first."),
            ("oldest", "Option<String>", "The day of the oldest issue."),
            ("newest", "Option<String>", "The day of the newest issue."),
            (
                "papers",
                "Vec<PaperRefView>",
                "All papers where there are few, else none.",
            ),
        ],
    },
    Template {
        name: "reading.html",
        about: "The reader's own list, which a script fills.",
        values: &[
            SITE,
            PAGE,
            ("papers_url", "String", "The folder of the papers' pages."),
        ],
    },
    Template {
        name: "page.html",
        about: "Another page.",
        values: &[
            SITE,
            PAGE,
            ("body_html", "Html", "Its text."),
            (
                "extra",
                "Json",
                "Whatever its front matter has under `extra`.",
            ),
        ],
    },
    Template {
        name: "404.html",
        about: "What readers see at an address that is not there.",
        values: &[SITE, PAGE],
    },
    Template {
        name: "redirect.html",
        about: "An old address that leads to a new one.",
        values: &[SITE, PAGE, ("target", "TargetView", "Where it leads.")],
    },
    Template {
        name: "feed.xml",
        about: "An Atom feed.",
        values: &[SITE, PAGE, ("feed", "FeedView", "The feed.")],
    },
    Template {
        name: "pieces/row.html",
        about: "A paper in the lists of its tags. It is written once for all of them, so it sees no page.",
        values: &[
            SITE,
            ("paper", "PaperView", "The paper, without its abstract."),
        ],
    },
    Template {
        name: "pieces/entry.xml",
        about: "A paper in all feeds, written once.",
        values: &[SITE, ("entry", "FeedEntryView", "The paper.")],
    },
    Template {
        name: "sitemap.xml",
        about: "The addresses for search engines.",
        values: &[
            SITE,
            PAGE,
            (
                "urls",
                "Vec<SitemapView>",
                "The pages that readers come to.",
            ),
        ],
    },
    Template {
        name: "robots.txt",
        about: "What crawlers may read.",
        values: &[
            SITE,
            PAGE,
            (
                "sitemap_url",
                "String",
                "The address of the sitemap, with its host.",
            ),
        ],
    },
    Template {
        name: "email.html",
        about: "An edition for the mail. Mailboxes drop style sheets, so each element carries its style.",
        values: EMAIL,
    },
    Template {
        name: "email.txt",
        about: "The same as text, of which nothing is escaped.",
        values: EMAIL,
    },
];

const EMAIL: &[Field] = &[
    ("site", "EmailSiteView", "What an edition says of the site."),
    ("email", "EmailView", "The edition."),
];

/// All kinds of records, in the order of the manual.
pub const RECORDS: &[Record] = &[
    SiteView::RECORD,
    PageView::RECORD,
    NewsletterView::RECORD,
    NavView::RECORD,
    LinkView::RECORD,
    ImageView::RECORD,
    AlternateView::RECORD,
    IssueView::RECORD,
    IssueRefView::RECORD,
    PaperView::RECORD,
    PaperRefView::RECORD,
    RelatedView::RECORD,
    ArxivView::RECORD,
    DoiView::RECORD,
    LabelView::RECORD,
    CiteView::RECORD,
    MetaView::RECORD,
    TagView::RECORD,
    TagRefView::RECORD,
    LetterView::RECORD,
    PeriodView::RECORD,
    PeriodRefView::RECORD,
    TrendsView::RECORD,
    TrendView::RECORD,
    PagerView::RECORD,
    PagerLinkView::RECORD,
    FeedView::RECORD,
    FeedEntryView::RECORD,
    SitemapView::RECORD,
    TargetView::RECORD,
    EmailSiteView::RECORD,
    EmailView::RECORD,
    EmailPaperView::RECORD,
];

/// Returns all names of values and of their fields.
pub fn names() -> impl Iterator<Item = &'static str> {
    let values = TEMPLATES.iter().flat_map(|template| template.values);
    let fields = RECORDS.iter().flat_map(|record| record.fields);
    values.chain(fields).map(|(name, _, _)| *name)
}

impl Template {
    /// Tells whether what it asks for leads to some kind of records.
    pub fn leads_to(&self, records: &[Record], asked: &Asked) -> bool {
        let mut met: Vec<&str> = Vec::new();
        let values = self.values.iter();
        let mut next: Vec<&Field> = values
            .filter(|(name, _, _)| asked.has_value(name))
            .collect();
        while let Some((name, kind, _)) = next.pop() {
            let kind = Kind::parse(kind);
            let Some(record) = kind.record().filter(|_| asked.has(name)) else {
                continue;
            };
            if records.iter().any(|wanted| wanted.name == record) {
                return true;
            }
            let known = RECORDS.iter().find(|known| known.name == record);
            let Some(known) = known.filter(|known| !met.contains(&known.name)) else {
                continue;
            };
            met.push(known.name);
            next.extend(known.fields);
        }
        false
    }
}

impl Kind {
    /// The record that it is, or that there are none or some of.
    fn record(&self) -> Option<&str> {
        match self {
            Kind::Record(name) => Some(name),
            Kind::Optional(kind) | Kind::List(kind) => kind.record(),
            _ => None,
        }
    }

    /// Reads a type as the source spells it.
    pub fn parse(text: &str) -> Kind {
        let text: String = text.split_whitespace().collect();
        let inside = |name: &str| {
            text.strip_prefix(name)?
                .strip_prefix('<')?
                .strip_suffix('>')
        };
        if let Some(kind) = inside("Option") {
            return Kind::Optional(Box::new(Kind::parse(kind)));
        }
        if let Some(kind) = inside("Vec") {
            return Kind::List(Box::new(Kind::parse(kind)));
        }
        if let Some(kind) = inside("Shared") {
            return Kind::parse(kind);
        }
        match text.as_str() {
            "String" => Kind::Text,
            "Html" => Kind::Html,
            "usize" | "i16" => Kind::Number,
            "bool" => Kind::Flag,
            "Json" => Kind::Anything,
            _ => Kind::Record(text),
        }
    }

    fn shown(&self) -> String {
        match self {
            Kind::Text => "text".to_owned(),
            Kind::Html => "HTML".to_owned(),
            Kind::Number => "number".to_owned(),
            Kind::Flag => "true or false".to_owned(),
            Kind::Anything => "anything".to_owned(),
            Kind::Record(name) => {
                let name = short(name);
                format!("[{name}](#{})", name.to_lowercase())
            }
            Kind::Optional(kind) => format!("{}, or none", kind.shown()),
            Kind::List(kind) => format!("list of {}", kind.shown()),
        }
    }
}

/// Writes the manual as Markdown; an example is looked up by record and field.
pub fn document(example: &dyn Fn(&str, &str) -> Option<String>) -> String {
    let mut text = String::from(INTRODUCTION);
    push_values(&mut text, [&WORDS]);
    for template in TEMPLATES {
        let _ = write!(text, "\n### `{}`\n\n{}\n", template.name, template.about);
        if !template.values.is_empty() {
            text.push('\n');
            push_values(&mut text, template.values);
        }
    }
    text.push_str("\n## Records\n");
    for record in RECORDS {
        let _ = write!(
            text,
            "\n### {}\n\n{}\n\n",
            short(record.name),
            record.about.trim()
        );
        text.push_str("| field | type | what it is | for example |\n|---|---|---|---|\n");
        for (name, kind, about) in record.fields {
            let shown = example(record.name, name).map_or(String::new(), |example| {
                format!("`{}`", example.replace('|', "\\|").replace('`', "'"))
            });
            let (kind, about) = (Kind::parse(kind).shown(), about.trim());
            let _ = writeln!(text, "| `{name}` | {kind} | {about} | {shown} |");
        }
    }
    push_words(&mut text);
    text
}

const INTRODUCTION: &str = "\
# What templates get

This page is written from the source: `UPDATE=1 cargo test --test documentation` writes it anew, and a
test compares it with what templates are given. The examples are those of `tests/golden/site`.

A field that ends in `_html` is HTML, to be printed with `| safe`; all other texts are escaped. A field
that ends in `url` is ready to be an `href`. What may be missing is `none`: ask `{% if x %}` before.

| filter | what comes of it |
|---|---|
| `{{ 58 \\| count(of=\"papers\") }}` | `58 papers`: the form of `[counts]` that the language wants for the number |
| `{{ words.page_of \\| fill(number=2, total=1000) }}` | `page 2 of 1,000`: values for placeholders |
| `{{ 1204 \\| number }}` | `1,204` |
| `{{ words.script \\| json }}` | JSON for a `script` element |

All filters and tests of [Tera](https://docs.rs/tera) 2 are there too; what `group_by` groups comes in the order
in which it is met. What no template of a theme names is not made, so a record that is printed as a whole, as
`{{ paper }}`, shows the fields that are named somewhere; `{{ __tera_context }}` shows all that there is.

## Templates

Every template gets the words of the interface. A component sees what it is given, and asks for more of
its page with `@`: `{% component cite_box(cite, @words) -%}`.

";

fn push_values<'a>(text: &mut String, values: impl IntoIterator<Item = &'a Field>) {
    text.push_str("| value | type | what it is |\n|---|---|---|\n");
    for (name, kind, about) in values {
        let kind = Kind::parse(kind).shown();
        let _ = writeln!(text, "| `{name}` | {kind} | {about} |");
    }
}

fn push_words(text: &mut String) {
    text.push_str(
        "\n### Words\n\nWhat is in the tables of `languages/`, here in English. Those of `[words]` are \
         fields of their own; `words.links`, `words.script` and `words.extra` are the sections of that \
         name; what `[counts]` has is counted with the filter.\n\n| word | in English |\n|---|---|\n",
    );
    let theme = theme::load(Vec::new(), "en", &mut Default::default());
    let theme = theme.expect("the built-in theme can be read");
    for (name, entry) in theme.language().entries() {
        let (section, key) = name.split_once('.').unwrap_or(("", name));
        let shown = match entry {
            Entry::Text(text) => text.replace('|', "\\|"),
            Entry::Forms(forms) => forms.values().cloned().collect::<Vec<_>>().join(" · "),
            Entry::List(_) => continue,
        };
        let _ = match section {
            "words" => writeln!(text, "| `words.{key}` | {shown} |"),
            "counts" => writeln!(text, "| `count(of=\"{key}\")` | {shown} |"),
            "links" | "script" => writeln!(text, "| `words.{name}` | {shown} |"),
            _ => continue,
        };
    }
}

/// `PaperView` is called Paper.
fn short(name: &str) -> &str {
    name.strip_suffix("View").unwrap_or(name)
}
