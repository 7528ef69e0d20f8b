//! What the settings are read as.

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
papers_language = \"en\"
theme = \"lab\"
repository = \"https://github.com/u/r/\"
branch = \"trunk\"
[build]
papers_per_page = 10
feed_limit = 20
related = false
search = false
citations = false
cards = \"papers\"
[check]
untagged = false
unlinked = true
skip_links = [\"https://www.linkedin.com/\"]
[enrich]
endpoint = \"http://127.0.0.1:8080/query\"
[email]
from = \"Daily Papers <a@b.org>\"
to = \"list@b.org\"
reply_to = \"c@b.org\"
unsubscribe = [\"https://b.org/leave\", \"mailto:leave@b.org\"]
server = \"SMTP.b.org\"
port = 2525
security = \"starttls\"
user = \"ada\"
certificate = \"own.pem\"
[newsletter]
link = \"https://b.org/\"
form = \"https://b.org/subscribe\"
field = \"address\"
[limits]
megabytes = 0
files = 20000
";
    let (config, problems) = parse_text(text);
    assert_eq!(problems, "");
    let expected = Config {
        title: "T".to_owned(),
        description: "D".to_owned(),
        author: "A".to_owned(),
        base_url: BaseUrl::parse("https://u.github.io/r/").expect("a base"),
        language: "pt-BR".to_owned(),
        papers_language: Some("en".to_owned()),
        theme: "lab".to_owned(),
        repository: Some("https://github.com/u/r".to_owned()),
        branch: "trunk".to_owned(),
        build: BuildConfig {
            papers_per_page: 10,
            feed_limit: 20,
            related: 0,
            search: false,
            citations: false,
            cards: Cards::Papers,
        },
        check: CheckConfig {
            skip_links: vec!["https://www.linkedin.com/".to_owned()],
            off: BTreeSet::from([Code::Untagged]),
        },
        enrich: EnrichConfig {
            endpoint: "http://127.0.0.1:8080/query".to_owned(),
        },
        email: EmailConfig {
            from: Mailbox::parse("Daily Papers <a@b.org>"),
            to: Mailbox::parse("list@b.org"),
            reply_to: Mailbox::parse("c@b.org"),
            unsubscribe: vec![
                "https://b.org/leave".to_owned(),
                "mailto:leave@b.org".to_owned(),
            ],
            server: Some("smtp.b.org".to_owned()),
            port: Some(2525),
            security: Security::StartTls,
            user: Some("ada".to_owned()),
            certificate: Some("own.pem".to_owned()),
        },
        newsletter: Some(NewsletterConfig {
            link: Some("https://b.org/".to_owned()),
            form: Some("https://b.org/subscribe".to_owned()),
            field: "address".to_owned(),
        }),
        limits: LimitsConfig {
            megabytes: 0,
            files: 20_000,
        },
    };
    assert_eq!(config, expected);
}

#[test]
fn every_mistake_of_the_mails_is_reported() {
    for (text, said) in [
        ("email = 5", "`email` is a table"),
        (
            "[email]\nfrom = \"nobody\"",
            "this setting is an address of the mail",
        ),
        ("[email]\nform = \"a@b\"", "there is no setting `form`"),
        (
            "[email]\nunsubscribe = \"javascript:x\"",
            "`unsubscribe` is an address of the web or of the mail",
        ),
        (
            "[email]\nserver = \"smtp.b.org:465\"",
            "`server` is the name of a mail server",
        ),
        (
            "[email]\nport = 70000",
            "`port` is a whole number from 1 to 65535",
        ),
        (
            "[email]\nsecurity = \"ssl\"",
            "`security` is \"tls\", \"starttls\" or \"none\"",
        ),
        ("[newsletter]", "`newsletter` leads nowhere"),
        ("newsletter = true", "`newsletter` is a table"),
        (
            "[newsletter]\nlink = \"lists.b.org\"",
            "`link` is not a web address",
        ),
        ("limits = 5", "`limits` is a table"),
        ("[limits]\nfile = 5", "there is no setting `file`"),
    ] {
        let problems = parse_text(text).1;
        assert_eq!(problems.matches("error[").count(), 1, "{text}: {problems}");
        assert!(problems.contains(said), "{text}: {problems}");
    }
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
error[bad-setting]: this is not a language tag
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
