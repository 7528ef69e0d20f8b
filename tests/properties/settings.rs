//! `site.toml`: no setting is anything that it cannot be, and what was read can be written.

use std::collections::BTreeSet;

use paper_digest::config::{
    self, CheckConfig, Config, EmailConfig, Mailbox, NewsletterConfig, SECURITY,
};
use paper_digest::diagnostic::{Code, Problems};
use paper_digest::slug::Slug;
use paper_digest::source::Source;
use toml::{Table, Value};

use super::{html, problems};

/// Checks a file of settings; a text that is none leaves the settings that every site begins with.
pub fn check(text: &str) {
    let (config, found) = read(text);
    problems::check(&found, text);
    check_values(&config);
    if found.iter().any(|problem| problem.code == Code::BadToml) {
        assert_eq!(config, Config::default());
    }
    let written = write(&config).to_string();
    let (again, found) = read(&written);
    assert!(found.is_empty(), "{found:?} in {written}");
    assert_eq!(again, config, "{written}");
    if let Some(place) = config::place_of(&Source::new("site.toml", text), "language") {
        assert!(place.line >= 1);
    }
}

fn read(text: &str) -> (Config, Problems) {
    let mut found = Problems::new();
    let source = Source::new("site.toml", text);
    (config::parse(&source, &mut found), found)
}

/// Checks what stands in pages and headers, whatever the file says.
fn check_values(config: &Config) {
    let base = &config.base_url;
    for address in [base.link("tags/a.html"), base.absolute("tags/a.html")] {
        assert!(html::is_harmless(&address), "{address}");
        let plain = |c: char| c.is_ascii_graphic() && !"\"<>\\".contains(c);
        assert!(address.chars().all(plain), "{address}");
    }
    assert!(Slug::parse(&config.theme).is_some(), "{}", config.theme);
    let is_tag =
        |tag: &str| !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    assert!(is_tag(&config.language));
    assert!(config.papers_language.as_deref().is_none_or(is_tag));
    if let Some(repository) = &config.repository {
        assert!(html::is_harmless(repository), "{repository}");
    }
    let newsletter = config.newsletter.iter();
    let addresses =
        newsletter.flat_map(|newsletter| newsletter.link.iter().chain(&newsletter.form));
    for address in addresses.chain(&config.email.unsubscribe) {
        assert!(address.bytes().all(|b| b.is_ascii_graphic()), "{address}");
        assert!(html::is_harmless(address), "{address}");
    }
    let email = &config.email;
    for mailbox in [&email.from, &email.to, &email.reply_to]
        .into_iter()
        .flatten()
    {
        let name = mailbox.name.as_deref().unwrap_or_default();
        assert!(!name.contains(char::is_control), "{name:?}");
    }
    assert!(email.port != Some(0));
}

/// Writes all settings, each by its name.
fn write(config: &Config) -> Table {
    let mut table = Table::new();
    let base_url = format!("{}{}", config.base_url.origin(), config.base_url.path());
    put(&mut table, "title", &config.title);
    put(&mut table, "description", &config.description);
    put(&mut table, "author", &config.author);
    put(&mut table, "base_url", &base_url);
    put(&mut table, "language", &config.language);
    put_some(
        &mut table,
        "papers_language",
        config.papers_language.as_ref(),
    );
    put(&mut table, "theme", &config.theme);
    put_some(&mut table, "repository", config.repository.as_ref());
    put(&mut table, "branch", &config.branch);
    table.insert("build".to_owned(), build(config).into());
    table.insert("check".to_owned(), checks(&config.check).into());
    table.insert("email".to_owned(), email(&config.email).into());
    let mut enrich = Table::new();
    put(&mut enrich, "endpoint", &config.enrich.endpoint);
    table.insert("enrich".to_owned(), enrich.into());
    let mut limits = Table::new();
    limits.insert("megabytes".to_owned(), number(config.limits.megabytes));
    limits.insert("files".to_owned(), number(config.limits.files));
    table.insert("limits".to_owned(), limits.into());
    if let Some(found) = &config.newsletter {
        table.insert("newsletter".to_owned(), newsletter(found).into());
    }
    table
}

fn build(config: &Config) -> Table {
    let build = &config.build;
    let cards = match build.cards {
        config::Cards::None => Value::Boolean(false),
        config::Cards::Issues => "issues".into(),
        config::Cards::Papers => "papers".into(),
    };
    let pairs = [
        ("papers_per_page", number(build.papers_per_page)),
        ("feed_limit", number(build.feed_limit)),
        ("related", number(build.related)),
        ("search", build.search.into()),
        ("citations", build.citations.into()),
        ("cards", cards),
    ];
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn checks(check: &CheckConfig) -> Table {
    let off: BTreeSet<Code> = check.off.clone();
    let mut table: Table = off
        .into_iter()
        .map(|code| (code.setting(), Value::Boolean(false)))
        .collect();
    table.insert(
        config::SKIP_LINKS.to_owned(),
        check.skip_links.clone().into(),
    );
    table
}

fn email(email: &EmailConfig) -> Table {
    let mut table = Table::new();
    let mailbox = |mailbox: &Mailbox| match &mailbox.name {
        Some(name) => format!("\"{name}\" <{}>", mailbox.address),
        None => mailbox.address.clone(),
    };
    put_some(
        &mut table,
        "from",
        email.from.as_ref().map(mailbox).as_ref(),
    );
    put_some(&mut table, "to", email.to.as_ref().map(mailbox).as_ref());
    let reply_to = email.reply_to.as_ref().map(mailbox);
    put_some(&mut table, "reply_to", reply_to.as_ref());
    table.insert("unsubscribe".to_owned(), email.unsubscribe.clone().into());
    put_some(&mut table, "server", email.server.as_ref());
    put_some(&mut table, "user", email.user.as_ref());
    put_some(&mut table, "certificate", email.certificate.as_ref());
    if let Some(port) = email.port {
        table.insert("port".to_owned(), i64::from(port).into());
    }
    let security = SECURITY.iter().find(|(_, way)| *way == email.security);
    let (name, _) = security.expect("each way has a name");
    put(&mut table, "security", name);
    table
}

fn newsletter(newsletter: &NewsletterConfig) -> Table {
    let mut table = Table::new();
    put_some(&mut table, "link", newsletter.link.as_ref());
    put_some(&mut table, "form", newsletter.form.as_ref());
    put(&mut table, "field", &newsletter.field);
    table
}

fn put(table: &mut Table, key: &str, value: &str) {
    table.insert(key.to_owned(), value.into());
}

fn put_some(table: &mut Table, key: &str, value: Option<&String>) {
    if let Some(value) = value {
        put(table, key, value);
    }
}

fn number(number: usize) -> Value {
    i64::try_from(number)
        .expect("a setting is a small number")
        .into()
}
