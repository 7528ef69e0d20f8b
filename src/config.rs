//! The settings of a site: `site.toml`.
//!
//! Every key has a default, so an empty file is a site. Read key by key, so that all mistakes are
//! reported at once, each with its place. Knows nothing of content.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::address::{BaseUrl, Scheme, scheme};
use crate::diagnostic::{Code, Diagnostic, Problems, did_you_mean};
use crate::slug::Slug;
use crate::source::Source;

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
    /// The language of the interface and of the texts, as a BCP 47 tag.
    pub language: String,
    /// The folder under `themes/` whose files override those of the built-in theme.
    pub theme: String,
    /// The repository's address, which turns on "edit this page".
    pub repository: Option<String>,
    /// The branch that "edit this page" leads to.
    pub branch: String,
    /// How pages are made.
    pub build: BuildConfig,
}

/// These are the numbers by which pages are made.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildConfig {
    /// How many papers a page of a tag lists.
    pub papers_per_page: usize,
    /// How many papers a feed holds.
    pub feed_limit: usize,
    /// How many related papers a paper's page lists; 0 for none.
    pub related: usize,
    /// Whether there is a search page with its index.
    pub search: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            title: "Daily Papers".to_owned(),
            description: String::new(),
            author: String::new(),
            base_url: BaseUrl::parse("/").expect("a slash is a base URL"),
            language: "en".to_owned(),
            theme: "default".to_owned(),
            repository: None,
            branch: "main".to_owned(),
            build: BuildConfig {
                papers_per_page: 50,
                feed_limit: 50,
                related: 5,
                search: true,
            },
        }
    }
}

const KEYS: [&str; 9] = [
    "title",
    "description",
    "author",
    "base_url",
    "language",
    "theme",
    "repository",
    "branch",
    "build",
];
const BUILD_KEYS: [&str; 4] = ["papers_per_page", "feed_limit", "related", "search"];

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
                "theme" => self.theme(value, &mut config.theme),
                "repository" => self.repository(value, &mut config.repository),
                "branch" => self.text(value, &mut config.branch),
                "build" => self.build(value, &mut config.build),
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
                name => self.unknown(name, key.span(), &BUILD_KEYS),
            }
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
                "`language` is not a language tag",
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
mod tests {
    use super::*;
    use crate::diagnostic::Palette;

    fn parse_text(text: &str) -> (Config, String) {
        let mut problems = Problems::new();
        let config = parse(&Source::new("site.toml", text), &mut problems);
        let shown = problems
            .sorted()
            .iter()
            .map(|problem| problem.render(Palette::PLAIN))
            .collect();
        (config, shown)
    }

    #[test]
    fn an_empty_file_is_a_site() {
        assert_eq!(parse_text(""), (Config::default(), String::new()));
    }

    #[test]
    fn every_key_is_read() {
        let text = "\
title = \"T\"
description = \"D\"
author = \"A\"
base_url = \"https://u.github.io/r\"
language = \"pt-BR\"
theme = \"lab\"
repository = \"https://github.com/u/r/\"
branch = \"trunk\"
[build]
papers_per_page = 10
feed_limit = 20
related = false
search = false
";
        let (config, problems) = parse_text(text);
        assert_eq!(problems, "");
        let expected = Config {
            title: "T".to_owned(),
            description: "D".to_owned(),
            author: "A".to_owned(),
            base_url: BaseUrl::parse("https://u.github.io/r/").expect("a base"),
            language: "pt-BR".to_owned(),
            theme: "lab".to_owned(),
            repository: Some("https://github.com/u/r".to_owned()),
            branch: "trunk".to_owned(),
            build: BuildConfig {
                papers_per_page: 10,
                feed_limit: 20,
                related: 0,
                search: false,
            },
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let text = "\
titel = \"x\"
author = 5
base_url = \"user.github.io\"
language = \"english language\"
theme = \"../x\"
repository = \"me/digest\"
[build]
papers_per_pages = 3
feed_limit = 0
";
        let expected = "\
error[unknown-setting]: there is no setting `titel`
 --> site.toml:1:1
  |
1 | titel = \"x\"
  | ^^^^^
hint: did you mean `title`?
error[bad-setting]: this setting is a text
 --> site.toml:2:10
  |
2 | author = 5
  |          ^
hint: put it between double quotes
error[bad-setting]: `base_url` is not an address
 --> site.toml:3:12
  |
3 | base_url = \"user.github.io\"
  |            ^^^^^^^^^^^^^^^^
hint: write \"https://user.github.io/repo/\", or \"/\"
error[bad-setting]: `language` is not a language tag
 --> site.toml:4:12
  |
4 | language = \"english language\"
  |            ^^^^^^^^^^^^^^^^^^
hint: write \"en\", \"de\" or \"pt-BR\"
error[bad-setting]: `theme` is not the name of a folder under themes/
 --> site.toml:5:9
  |
5 | theme = \"../x\"
  |         ^^^^^^
hint: use lower-case letters, digits and hyphens
error[bad-setting]: `repository` is not a web address
 --> site.toml:6:14
  |
6 | repository = \"me/digest\"
  |              ^^^^^^^^^^^
hint: write \"https://github.com/user/repo\"
error[unknown-setting]: there is no setting `papers_per_pages`
 --> site.toml:8:1
  |
8 | papers_per_pages = 3
  | ^^^^^^^^^^^^^^^^
hint: did you mean `papers_per_page`?
error[bad-setting]: this setting is a whole number from 1 to 100000
 --> site.toml:9:14
  |
9 | feed_limit = 0
  |              ^
hint: write it without quotes
";
        assert_eq!(parse_text(text).1, expected);
    }

    #[test]
    fn a_file_that_is_not_toml_is_an_error() {
        let (_, problems) = parse_text("title = Daily Papers\n");
        assert!(problems.starts_with("error[bad-toml]: "), "{problems}");
        assert!(problems.contains("site.toml:1:"), "{problems}");
    }
}
