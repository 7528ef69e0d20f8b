//! The settings of a site: `site.toml`.
//!
//! Every key has a default, so an empty file is a site. Read key by key, so that all mistakes are
//! reported at once, each with its place. Knows nothing of content.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::address::{BaseUrl, Scheme, scheme};
use crate::diagnostic::{Code, Diagnostic, Problems, did_you_mean};
use crate::slug::Slug;
use crate::source::{Place, Source};

mod mail;

pub use mail::{
    EMAIL_KEYS, EmailConfig, Mailbox, NEWSLETTER_KEYS, NewsletterConfig, SECURITY, Security,
};

/// This is what a site is called, where it stands and how it is built.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The site's name.
    pub title: String,
    /// A sentence about the site.
    pub description: String,
    /// The by-line.
    pub author: String,
    /// Where the site is published.
    pub base_url: BaseUrl,
    /// The language of the interface and of the editor's words, as a BCP 47 tag.
    pub language: String,
    /// The language of titles and abstracts, where it is another.
    pub papers_language: Option<String>,
    /// The folder under `themes/` whose files override those of the built-in theme.
    pub theme: String,
    /// The repository's address, which turns on "edit this page".
    pub repository: Option<String>,
    /// The branch that "edit this page" leads to.
    pub branch: String,
    /// How pages are made.
    pub build: BuildConfig,
    /// What `digest check` leaves out.
    pub check: CheckConfig,
    /// Whom `digest enrich` asks.
    pub enrich: EnrichConfig,
    /// How an edition goes out by mail.
    pub email: EmailConfig,
    /// What the host takes.
    pub limits: LimitsConfig,
    /// Where readers subscribe; none where there is nothing to subscribe to but feeds.
    pub newsletter: Option<NewsletterConfig>,
}

/// These are the numbers by which pages are made.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildConfig {
    /// How many papers a page of a tag lists; the newest page from half as many to half as many again.
    pub papers_per_page: usize,
    /// How many papers a feed holds.
    pub feed_limit: usize,
    /// How many related papers a paper's page lists; 0 for none.
    pub related: usize,
    /// Whether there is a search page with its index.
    pub search: bool,
    /// Whether papers can be cited: cite boxes, metadata for catalogues, BibTeX and JSON.
    pub citations: bool,
    /// Which pages have pictures for links to them.
    pub cards: Cards,
}

/// This tells which pages have pictures of their own for links to them; other pages share the site's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cards {
    /// None.
    None,
    /// The site and each issue.
    Issues,
    /// The site, each issue and each paper.
    Papers,
}

/// This is what an editor does not want to be told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CheckConfig {
    /// The editorial checks that are switched off.
    pub off: BTreeSet<Code>,
    /// The starts of addresses that `digest check --links` leaves out.
    pub skip_links: Vec<String>,
}

/// This is whom `digest enrich` asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrichConfig {
    /// The address of the API, without a question mark.
    pub endpoint: String,
}

/// This is what the host takes; 0 is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsConfig {
    /// How many millions of bytes the site may have.
    pub megabytes: usize,
    /// How many files it may have.
    pub files: usize,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            title: "Daily Papers".to_owned(),
            description: String::new(),
            author: String::new(),
            base_url: BaseUrl::parse("/").expect("a slash is a base URL"),
            language: "en".to_owned(),
            papers_language: None,
            theme: "default".to_owned(),
            repository: None,
            branch: "main".to_owned(),
            build: BuildConfig {
                papers_per_page: 50,
                feed_limit: 50,
                related: 5,
                search: true,
                citations: true,
                cards: Cards::Issues,
            },
            check: CheckConfig::default(),
            enrich: EnrichConfig {
                endpoint: "https://export.arxiv.org/api/query".to_owned(),
            },
            email: EmailConfig::default(),
            // GitHub Pages takes 1 GB, and ten minutes for a deployment, which files cost more than bytes.
            limits: LimitsConfig {
                megabytes: 1000,
                files: 50_000,
            },
            newsletter: None,
        }
    }
}

impl Config {
    /// Returns the language of titles and abstracts, where it is not that of the interface.
    pub fn other_language(&self) -> Option<&str> {
        let language = self.papers_language.as_deref();
        language.filter(|language| *language != self.language)
    }
}

/// These are the settings.
pub const KEYS: [&str; 15] = [
    "title",
    "description",
    "author",
    "base_url",
    "language",
    "papers_language",
    "theme",
    "repository",
    "branch",
    "build",
    "check",
    "enrich",
    "email",
    "newsletter",
    "limits",
];
/// These are the settings below `[build]`.
pub const BUILD_KEYS: [&str; 6] = [
    "papers_per_page",
    "feed_limit",
    "related",
    "search",
    "citations",
    "cards",
];

/// This is the setting below `[check]` that is no switch.
pub const SKIP_LINKS: &str = "skip_links";

/// These are the settings below `[limits]`.
pub const LIMITS_KEYS: [&str; 2] = ["megabytes", "files"];

/// These are the settings below `[enrich]`.
pub const ENRICH_KEYS: [&str; 1] = ["endpoint"];

/// Tells whether a text is the address of an API: http or https, and nothing to be asked in it yet.
pub fn is_endpoint(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .and_then(|rest| rest.split(['/', ':']).next());
    host.is_some_and(|host| !host.is_empty())
        && text
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"?#\"<>".contains(&b))
}

/// Parses the settings; what is wrong is reported and keeps its default.
pub fn parse(source: &Source, problems: &mut Problems) -> Config {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    for error in &errors {
        let place = source.place(error.span().unwrap_or(0..1));
        problems.push(
            Diagnostic::new(Code::BadToml, first_line(error.message()))
                .at(place)
                .hint(toml_hint(error.message())),
        );
    }
    let mut config = Config::default();
    if errors.is_empty() {
        Reader { source, problems }.config(table.get_ref(), &mut config);
    }
    config
}

/// Returns where a setting of the top level stands.
pub fn place_of(source: &Source, key: &str) -> Option<Place> {
    let (table, _) = DeTable::parse_recoverable(&source.text);
    let (_, value) = table
        .get_ref()
        .iter()
        .find(|(name, _)| name.get_ref() == key)?;
    Some(source.place(value.span()))
}

struct Reader<'a> {
    source: &'a Source,
    problems: &'a mut Problems,
}

type Item<'a, 'i> = &'a Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn config(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "title" => self.text(value, &mut config.title),
                "description" => self.text(value, &mut config.description),
                "author" => self.text(value, &mut config.author),
                "base_url" => self.base_url(value, &mut config.base_url),
                "language" => self.language(value, &mut config.language),
                "papers_language" => {
                    let mut language = String::new();
                    self.language(value, &mut language);
                    config.papers_language = Some(language).filter(|tag| !tag.is_empty());
                }
                "theme" => self.theme(value, &mut config.theme),
                "repository" => self.repository(value, &mut config.repository),
                "branch" => self.text(value, &mut config.branch),
                "build" => self.build(value, &mut config.build),
                "check" => self.check(value, &mut config.check),
                "enrich" => self.enrich(value, &mut config.enrich),
                "email" => self.email(value, &mut config.email),
                "newsletter" => self.newsletter(value, &mut config.newsletter),
                "limits" => self.limits(value, &mut config.limits),
                name => self.unknown(name, key.span(), &KEYS),
            }
        }
    }

    fn build(&mut self, value: Item<'_, '_>, build: &mut BuildConfig) {
        let Some(table) = value.get_ref().as_table() else {
            return self.bad(
                value,
                "`build` is a table",
                "write `[build]` on a line of its own, and its keys below",
            );
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "papers_per_page" => self.count(value, 1, &mut build.papers_per_page),
                "feed_limit" => self.count(value, 1, &mut build.feed_limit),
                "related" if value.get_ref().as_bool() == Some(false) => build.related = 0,
                "related" => self.count(value, 0, &mut build.related),
                "search" => self.switch(value, &mut build.search),
                "citations" => self.switch(value, &mut build.citations),
                "cards" => self.cards(value, &mut build.cards),
                name => self.unknown(name, key.span(), &BUILD_KEYS),
            }
        }
    }

    fn check(&mut self, value: Item<'_, '_>, check: &mut CheckConfig) {
        let Some(table) = value.get_ref().as_table() else {
            return self.bad(
                value,
                "`check` is a table",
                "write `[check]` on a line of its own, and its keys below",
            );
        };
        let mut settings: Vec<String> = Code::EDITORIAL.map(Code::setting).into();
        settings.push(SKIP_LINKS.to_owned());
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if name == SKIP_LINKS {
                self.skip_links(value, &mut check.skip_links);
                continue;
            }
            let code = Code::EDITORIAL
                .into_iter()
                .find(|code| code.setting() == name);
            match (code, value.get_ref().as_bool()) {
                (Some(_), Some(true)) => {}
                (Some(code), Some(false)) => {
                    check.off.insert(code);
                }
                (Some(_), None) => self.bad(
                    value,
                    "this setting is true or false",
                    "write `false` to switch the check off",
                ),
                (None, _) => {
                    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
                    self.unknown(name, key.span(), &settings);
                }
            }
        }
    }

    fn skip_links(&mut self, value: Item<'_, '_>, target: &mut Vec<String>) {
        let starts = value.get_ref().as_array().into_iter().flatten();
        let starts: Option<Vec<String>> = starts
            .map(|start| Some(start.get_ref().as_str()?.to_owned()))
            .filter(|start| start.as_ref().is_none_or(|start| !start.is_empty()))
            .collect();
        match starts {
            Some(starts) if value.get_ref().is_array() => *target = starts,
            _ => self.bad(
                value,
                "`skip_links` is a list of the starts of addresses",
                "write [\"https://www.linkedin.com/\"]",
            ),
        }
    }

    fn limits(&mut self, value: Item<'_, '_>, limits: &mut LimitsConfig) {
        let Some(table) = value.get_ref().as_table() else {
            return self.bad(
                value,
                "`limits` is a table",
                "write `[limits]` on a line of its own, and its keys below",
            );
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "megabytes" => self.count(value, 0, &mut limits.megabytes),
                "files" => self.count(value, 0, &mut limits.files),
                name => self.unknown(name, key.span(), &LIMITS_KEYS),
            }
        }
    }

    fn enrich(&mut self, value: Item<'_, '_>, enrich: &mut EnrichConfig) {
        let Some(table) = value.get_ref().as_table() else {
            return self.bad(
                value,
                "`enrich` is a table",
                "write `[enrich]` on a line of its own, and its keys below",
            );
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "endpoint" => self.endpoint(value, &mut enrich.endpoint),
                name => self.unknown(name, key.span(), &ENRICH_KEYS),
            }
        }
    }

    fn endpoint(&mut self, value: Item<'_, '_>, target: &mut String) {
        let Some(text) = self.string(value) else {
            return;
        };
        if is_endpoint(text) {
            *target = text.to_owned();
        } else {
            self.bad(
                value,
                "`endpoint` is not the address of an API",
                "write \"https://export.arxiv.org/api/query\"",
            );
        }
    }

    fn unknown(&mut self, name: &str, span: Range<usize>, known: &[&str]) {
        let hint = match did_you_mean(name, known.iter().copied()) {
            Some(key) => format!("did you mean `{key}`?"),
            None => format!("the settings here are {}", known.join(", ")),
        };
        let problem = Diagnostic::new(
            Code::UnknownSetting,
            format!("there is no setting `{name}`"),
        );
        self.problems
            .push(problem.at(self.source.place(span)).hint(hint));
    }

    fn bad(&mut self, value: Item<'_, '_>, message: &str, hint: &str) {
        let place = self.source.place(value.span());
        self.problems.push(
            Diagnostic::new(Code::BadSetting, message)
                .at(place)
                .hint(hint),
        );
    }

    fn string<'a>(&mut self, value: Item<'a, '_>) -> Option<&'a str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.bad(
                value,
                "this setting is a text",
                "put it between double quotes",
            );
        }
        text
    }

    fn text(&mut self, value: Item<'_, '_>, target: &mut String) {
        if let Some(text) = self.string(value) {
            *target = text.trim().to_owned();
        }
    }

    fn count(&mut self, value: Item<'_, '_>, least: usize, target: &mut usize) {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| usize::from_str_radix(number.as_str(), number.radix()).ok());
        match number.filter(|number| (least..=100_000).contains(number)) {
            Some(number) => *target = number,
            None => self.bad(
                value,
                &format!("this setting is a whole number from {least} to 100000"),
                "write it without quotes",
            ),
        }
    }

    fn switch(&mut self, value: Item<'_, '_>, target: &mut bool) {
        match value.get_ref().as_bool() {
            Some(on) => *target = on,
            None => self.bad(
                value,
                "this setting is true or false",
                "write it without quotes",
            ),
        }
    }

    fn cards(&mut self, value: Item<'_, '_>, target: &mut Cards) {
        match (value.get_ref().as_str(), value.get_ref().as_bool()) {
            (Some("issues"), _) | (_, Some(true)) => *target = Cards::Issues,
            (Some("papers"), _) => *target = Cards::Papers,
            (_, Some(false)) => *target = Cards::None,
            _ => self.bad(
                value,
                "`cards` says which pages have pictures for links to them",
                "write \"issues\", \"papers\" or false",
            ),
        }
    }

    fn base_url(&mut self, value: Item<'_, '_>, target: &mut BaseUrl) {
        let Some(text) = self.string(value) else {
            return;
        };
        match BaseUrl::parse(text) {
            Some(base_url) => *target = base_url,
            None => self.bad(
                value,
                "`base_url` is not an address",
                "write \"https://user.github.io/repo/\", or \"/\"",
            ),
        }
    }

    fn language(&mut self, value: Item<'_, '_>, target: &mut String) {
        let Some(text) = self.string(value) else {
            return;
        };
        let subtags_ok = text.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        let primary = text.split('-').next().unwrap_or("");
        let primary_ok =
            (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
        if subtags_ok && primary_ok {
            *target = text.to_owned();
        } else {
            self.bad(
                value,
                "this is not a language tag",
                "write \"en\", \"de\" or \"pt-BR\"",
            );
        }
    }

    fn theme(&mut self, value: Item<'_, '_>, target: &mut String) {
        let Some(text) = self.string(value) else {
            return;
        };
        match Slug::parse(text) {
            Some(slug) => *target = slug.as_str().to_owned(),
            None => self.bad(
                value,
                "`theme` is not the name of a folder under themes/",
                "use lower-case letters, digits and hyphens",
            ),
        }
    }

    fn repository(&mut self, value: Item<'_, '_>, target: &mut Option<String>) {
        let Some(text) = self.string(value) else {
            return;
        };
        if scheme(text) == Scheme::Web && text.contains("://") {
            *target = Some(text.trim_end_matches('/').to_owned());
        } else {
            self.bad(
                value,
                "`repository` is not a web address",
                "write \"https://github.com/user/repo\"",
            );
        }
    }
}

fn first_line(message: &str) -> String {
    message
        .lines()
        .next()
        .unwrap_or("this is not TOML")
        .to_owned()
}

fn toml_hint(message: &str) -> &'static str {
    if message.contains("duplicate") {
        "keep one of the two"
    } else if message.contains("quot") || message.contains("string") || message.contains("value") {
        "put text between double quotes"
    } else {
        "write one `key = value` on each line"
    }
}

#[cfg(test)]
mod tests;
