//! Feeds by the rules of their formats: RFC 4287 (Atom), JSON Feed 1.1, OPML 2.0.
//!
//! What `feedparser` makes of them is asked where Python has it; elsewhere that test says that it
//! was skipped.

mod support;

use std::collections::BTreeSet;

use serde_json::Value;
use support::Sandbox;

const BASE: &str = "https://user.github.io/repo/";

const PAPER: &str = "---
title: 'Sets of $n^2$ & <b>'
date: 2025-08-07
tags: [alignment]
authors: [Ada Lovelace, Qwen Team]
arxiv: \"2508.00001\"
note: \"First & best.\"
---
Math $\\frac{a}{b}$, a [page](/about.html), and <i>.

| a | b |
|---|---|
| c | d |
";

#[test]
fn atom_feeds_keep_the_rules_of_their_format() {
    let site = built(BASE);
    let files = site.tree("public");
    let mut feeds = 0;
    for (name, bytes) in &files {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        if !text.contains("<feed xmlns=\"http://www.w3.org/2005/Atom\"") {
            continue;
        }
        feeds += 1;
        let (head, entries) = text.split_once("<entry>").expect("an entry");
        for element in [
            "<id>",
            "<title>",
            "<updated>",
            "<author>",
            "rel=\"self\"",
            "rel=\"alternate\"",
        ] {
            assert_eq!(head.matches(element).count(), 1, "{name}: {element}");
        }
        assert_eq!(
            between(
                head,
                "rel=\"self\" type=\"application/atom+xml\" href=\"",
                "\""
            ),
            format!("{BASE}{name}")
        );
        let mut ids = BTreeSet::from([between(head, "<id>", "</id>")]);
        let mut newest = "";
        for entry in entries.split("<entry>") {
            for element in ["<id>", "<title>", "<updated>", "<link rel=\"alternate\""] {
                assert_eq!(entry.matches(element).count(), 1, "{name}: {element}");
            }
            assert!(
                ids.insert(between(entry, "<id>", "</id>")),
                "{name}: an id stands twice"
            );
            newest = newest.max(between(entry, "<updated>", "</updated>"));
        }
        assert_eq!(between(head, "<updated>", "</updated>"), newest, "{name}");
        for id in ids {
            assert!(id.starts_with("tag:user.github.io,2025:"), "{id}");
        }
    }
    assert_eq!(feeds, 41, "the site's feed, and one for each tag");
}

// A paper moves to another issue: its file is deleted there.
#[allow(clippy::disallowed_methods)]
#[test]
fn ids_do_not_depend_on_the_folder_or_the_issue() {
    let ids = |site: &Sandbox| -> Vec<String> {
        let feed = site.read("public/feed.xml");
        feed.match_indices("<id>")
            .map(|(at, _)| between(&feed[at..], "<id>", "</id>").to_owned())
            .collect()
    };
    let site = built(BASE);
    let before = ids(&site);
    let text = site
        .read("content/papers/2025-08-07/sets.md")
        .replace("2025-08-07", "2025-08-08");
    std::fs::remove_file(site.path().join("content/papers/2025-08-07/sets.md")).expect("a delete");
    site.write("content/papers/2025-08-08/sets.md", &text);
    build(&site, "https://user.github.io/other/path/");
    assert_eq!(before, ids(&site));
}

#[test]
fn a_json_feed_says_what_the_atom_feed_says() {
    let site = built(BASE);
    let feed: Value = serde_json::from_str(&site.read("public/feed.json")).expect("JSON");
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["home_page_url"], BASE);
    assert_eq!(feed["feed_url"], format!("{BASE}feed.json"));
    let items = feed["items"].as_array().expect("items");
    assert_eq!(items.len(), 50);
    let item = &items[0];
    assert_eq!(item["id"], "tag:user.github.io,2025:papers/sets");
    assert_eq!(item["url"], format!("{BASE}papers/sets.html"));
    assert_eq!(item["external_url"], "https://arxiv.org/abs/2508.00001");
    assert_eq!(item["summary"], "First & best.");
    assert_eq!(item["date_published"], "2025-08-07T00:00:00Z");
    assert_eq!(
        item["authors"],
        serde_json::json!([{"name": "Ada Lovelace"}, {"name": "Qwen Team"}])
    );
    assert_eq!(item["tags"], serde_json::json!(["Alignment and safety"]));
    let content = item["content_html"].as_str().expect("HTML");
    assert!(content.contains("<mfrac>"), "{content}");
    assert!(
        content.contains(&format!("href=\"{BASE}about.html\"")),
        "{content}"
    );
    let atom = site.read("public/feed.xml");
    for item in items {
        let id = format!("<id>{}</id>", item["id"].as_str().expect("an id"));
        assert!(atom.contains(&id), "{id}");
    }
}

#[test]
fn the_list_of_feeds_names_each_of_them() {
    let site = built(BASE);
    let list = site.read("public/feeds.opml");
    let files = site.tree("public");
    let mut named = BTreeSet::new();
    for outline in list.split("<outline ").skip(1) {
        for attribute in ["xmlUrl=\"", "htmlUrl=\""] {
            let url = between(outline, attribute, "\"");
            let path = url.strip_prefix(BASE).expect("an address of the site");
            assert!(path.is_empty() || files.contains_key(path), "{url}");
        }
        named.insert(between(outline, "xmlUrl=\"", "\"").replace(BASE, ""));
    }
    let feeds = files.keys().filter(|name| {
        *name == "feed.xml" || (name.starts_with("tags/") && name.ends_with(".xml"))
    });
    assert_eq!(named, feeds.cloned().collect());
}

#[test]
fn each_page_leads_to_its_feeds_and_formats() {
    let site = built(BASE);
    for (page, wanted) in [
        (
            "papers/sets.html",
            &["/repo/feed.xml", "/repo/feed.json"][..],
        ),
        (
            "2025/08/07.html",
            &[
                "/repo/feed.xml",
                "/repo/feed.json",
                "/repo/2025/08/07.bib",
                "/repo/2025/08/07.csl.json",
                "/repo/2025/08/07.json",
            ],
        ),
        (
            "tags/alignment.html",
            &[
                "/repo/feed.xml",
                "/repo/feed.json",
                "/repo/tags/alignment.xml",
                "/repo/tags/alignment.bib",
            ],
        ),
        (
            "index.html",
            &[
                "/repo/feed.xml",
                "/repo/feed.json",
                "/repo/papers.bib",
                "/repo/papers.csl.json",
                "/repo/papers.json",
            ],
        ),
    ] {
        let text = site.read(&format!("public/{page}"));
        let links = text
            .match_indices("<link rel=\"alternate\"")
            .map(|(at, _)| between(&text[at..], "href=\"", "\""));
        assert_eq!(
            links.collect::<BTreeSet<_>>(),
            wanted.iter().copied().collect(),
            "{page}"
        );
    }
}

/// `tests/tools/atom.rng` has the rules of the format; a validator that runs without a network is not to
/// be had from the registries.
#[test]
fn every_feed_is_valid_whatever_is_in_it() {
    let site = Sandbox::new();
    site.write("site.toml", "title = 'Ünï & <b>'\nauthor = \"A & B\"\n");
    let hostile = "---
title: \"Con\\x01trol \\uFFFE \\x0B & <b> ]]> \\\"q\\\"\"
date: 2025-08-07
tags: [\"C++ & <x>\"]
authors: [\"O'Neil & <Sons>\", \"\\x02\"]
note: \"A \\x08 note & <i>\"
---
Text \u{1} with \u{b} controls \u{ffff}, <script>alert(1)</script>, $a < b$ and ]]>.
";
    site.write("content/papers/2025-08-07/hostile.md", hostile);
    build(&site, BASE);
    assert!(site.read("public/feed.xml").contains("]]&gt;"));
    let real = built(BASE);
    let schema = support::repository().join("tests/tools/atom.rng");
    let program = format!(
        "import glob
from lxml import etree
schema = etree.RelaxNG(etree.parse({:?}))
for name in ['feed.xml'] + sorted(glob.glob('tags/*.xml')):
    feed = etree.parse(name)
    assert schema.validate(feed), (name, schema.error_log)
etree.parse('feeds.opml'), etree.parse('sitemap.xml')
# The judge does find what is wrong.
feed.getroot().remove(feed.getroot().find('{{*}}id'))
assert not schema.validate(feed)",
        schema.display().to_string()
    );
    for site in [&site, &real] {
        support::python(&site.path().join("public"), "lxml", &program);
    }
}

#[test]
fn every_page_leads_to_a_feed() {
    let site = built(BASE);
    let pages = site.tree("public");
    let pages = pages.iter().filter(|(name, _)| name.ends_with(".html"));
    let mut count = 0;
    for (name, bytes) in pages {
        let text = String::from_utf8_lossy(bytes);
        let feed = "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/repo/feed.xml\"";
        assert!(text.contains(feed), "{name}");
        count += 1;
    }
    assert!(count > 100, "{count} pages");
}

#[test]
fn a_feed_holds_as_many_papers_as_the_settings_say() {
    let site = Sandbox::with_real_papers();
    let settings = site
        .read("site.toml")
        .replace("feed_limit = 50", "feed_limit = 7");
    site.write("site.toml", &settings);
    build(&site, BASE);
    assert_eq!(site.read("public/feed.xml").matches("<entry>").count(), 7);
    let feed: Value = serde_json::from_str(&site.read("public/feed.json")).expect("JSON");
    assert_eq!(feed["items"].as_array().map(Vec::len), Some(7));
}

#[test]
fn feedparser_reads_every_feed_without_a_complaint() {
    let site = built(BASE);
    let program = "import feedparser, glob
for name in ['feed.xml'] + sorted(glob.glob('tags/*.xml')):
    feed = feedparser.parse(open(name, 'rb').read())
    assert not feed.bozo, (name, feed.bozo_exception)
    assert feed.version == 'atom10' and feed.feed.id and feed.feed.title and feed.feed.updated_parsed, name
    for entry in feed.entries:
        assert entry.id and entry.title and entry.updated_parsed and entry.content[0].value, (name, entry)
        assert entry.link.startswith('https://user.github.io/repo/papers/'), entry.link
feed = feedparser.parse(open('feed.xml', 'rb').read(), sanitize_html=False)
first = feed.entries[0]
print(len(feed.entries), first.title, [a.name for a in first.authors], '<mfrac>' in first.content[0].value)";
    if let Some(said) = support::python(&site.path().join("public"), "feedparser", program) {
        assert_eq!(
            said,
            "50 Sets of n^2 & <b> ['Ada Lovelace', 'Qwen Team'] True\n"
        );
    }
}

/// The real site and a paper of the next day.
fn built(base_url: &str) -> Sandbox {
    let site = Sandbox::with_real_papers();
    site.write("content/papers/2025-08-07/sets.md", PAPER);
    site.write("content/pages/about.md", "---\ntitle: About\n---\nWords.\n");
    build(&site, base_url);
    site
}

fn build(site: &Sandbox, base_url: &str) {
    let ran = site.digest(&["build", "--base-url", base_url]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = site.digest(&["check", "--base-url", base_url]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start}"))
        .1;
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}
