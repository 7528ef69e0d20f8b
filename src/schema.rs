//! JSON Schemas of what people write: papers, pages, the vocabulary, the settings.
//!
//! The keys come from the tables that the readers use, so a key without a schema fails a test. The
//! readers are stricter where a schema cannot be: that a day is in the calendar, that a tag is known.

use serde_json::{Map, Value, json};

use crate::config::{
    BUILD_KEYS, EMAIL_KEYS, ENRICH_KEYS, KEYS, LIMITS_KEYS, NEWSLETTER_KEYS, SECURITY, SKIP_LINKS,
};
use crate::diagnostic::Code;
use crate::front_matter::{PAPER_KEYS, TEXT_KEYS};
use crate::tags::{KEYS as TAG_KEYS, Vocabulary};

/// This is a kind of file that a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The front matter of a paper.
    Paper,
    /// The front matter of a page, or of an issue's words.
    Page,
    /// `content/tags.yaml`
    Tags,
    /// `site.toml`
    Settings,
}

/// Returns the schema (draft 7, which editors know best) of a kind of file; an editor completes tags
/// from the vocabulary.
pub fn schema(kind: Kind, vocabulary: Option<&Vocabulary>) -> Value {
    let (title, body) = match kind {
        Kind::Paper => {
            let tags = vocabulary.map(|vocabulary| vocabulary.iter().map(|tag| tag.slug.as_str()));
            let tags: Vec<&str> = tags.into_iter().flatten().collect();
            let mut paper = object(&PAPER_KEYS, &|key| paper_key(key, &tags));
            paper["required"] = json!(["title"]);
            ("A paper of a digest", paper)
        }
        Kind::Page => ("A page of a digest", object(&TEXT_KEYS, &text_key)),
        Kind::Tags => {
            let tag = object(&TAG_KEYS, &tag_key);
            let tags = json!({
                "type": ["object", "null"],
                "propertyNames": {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
                "properties": {"starter": {
                    "anyOf": [{"const": true}, tag, {"type": "null"}],
                    "description": "With `true` the file changes the starter vocabulary.",
                }},
                "additionalProperties": {"anyOf": [tag, {"type": "null"}, {"const": false}]},
            });
            ("The vocabulary of a digest", tags)
        }
        Kind::Settings => ("The settings of a digest", object(&KEYS, &settings_key)),
    };
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
    });
    for (name, value) in body.as_object().into_iter().flatten() {
        schema[name] = value.clone();
    }
    schema
}

/// An object of known keys and no others.
fn object(keys: &[&str], schema_of: &dyn Fn(&str) -> Value) -> Value {
    let mut properties = Map::new();
    for key in keys {
        properties.insert((*key).to_owned(), schema_of(key));
    }
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

fn paper_key(key: &str, tags: &[&str]) -> Value {
    match key {
        "title" => text("The title, in plain text with $formulas$; put it between quotes."),
        "date" => day("The issue in which the paper appears."),
        "tags" => json!({
            "type": "array",
            "items": {"anyOf": [{"enum": tags}, {"type": "string"}]},
            "description": "What the paper is about, in words of content/tags.yaml.",
        }),
        "authors" => list("The authors, in the order of the paper."),
        "published" => day("The paper's own date."),
        "arxiv" => text("The identifier on arXiv, between quotes: \"2411.15124\"."),
        "doi" => text("The DOI: 10.48550/arXiv.2411.15124."),
        "venue" => text("Where it was published: NeurIPS 2024."),
        "links" => json!({
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Labelled addresses: {code: https://github.com/user/repo}.",
        }),
        "note" => text("The curator's line about the paper, shown in lists."),
        "image" => text("The name of a picture beside the file."),
        "featured" => flag("Whether the paper stands first in its issue."),
        "source" => text("Where the importer read the paper."),
        other => common_key(other),
    }
}

fn text_key(key: &str) -> Value {
    match key {
        "title" => text("The title."),
        "description" => text("A sentence for search engines and previews."),
        "order" => number("Where the page stands in the menu.", i64::MIN),
        other => common_key(other),
    }
}

fn common_key(key: &str) -> Value {
    match key {
        "draft" => flag("Whether it is left out unless drafts are asked for."),
        "aliases" => list("Old addresses on this site that lead here: /old/address/."),
        "extra" => json!({
            "type": "object",
            "description": "Fields of your own, which templates see as they are.",
        }),
        other => unreachable!("the key `{other}` has no schema"),
    }
}

fn tag_key(key: &str) -> Value {
    match key {
        "name" => text("The name that readers see."),
        "aliases" => json!({
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "description": "Words that mean the tag too; `*` stands for the rest of a word.",
        }),
        "description" => text("What the tag is about, as Markdown."),
        "broader" => text("The tag of which this one is a part."),
        "mentions" => number(
            "How often an abstract must use the words to suggest the tag.",
            1,
        ),
        other => unreachable!("the key `{other}` has no schema"),
    }
}

fn settings_key(key: &str) -> Value {
    match key {
        "title" => text("The site's name."),
        "description" => text("A sentence about the site."),
        "author" => text("The by-line."),
        "base_url" => text("Where the site is published: https://user.github.io/repo/, or /."),
        "language" => text("The language of the interface and of your words: en, de, pt-BR."),
        "papers_language" => text("The language of titles and abstracts, where it is another."),
        "theme" => text("A folder in themes/ whose files lie over those of the built-in theme."),
        "repository" => text("The repository's address, which turns on \"edit this page\"."),
        "branch" => text("The branch that \"edit this page\" leads to."),
        "build" => object(&BUILD_KEYS, &|key| match key {
            "papers_per_page" => number(
                "How many papers a page of a tag lists, the newest more or less.",
                1,
            ),
            "feed_limit" => number("How many papers a feed holds.", 1),
            "related" => json!({
                "type": ["integer", "boolean"],
                "minimum": 0,
                "description": "How many related papers a paper's page lists; 0 for none.",
            }),
            "search" => flag("Whether there is a search page with its index."),
            "cards" => json!({
                "enum": ["issues", "papers", false],
                "description": "Which pages have pictures for links to them, besides the site.",
            }),
            "citations" => flag("Whether papers can be cited: cite boxes, BibTeX and JSON."),
            other => unreachable!("the key `{other}` has no schema"),
        }),
        "enrich" => object(&ENRICH_KEYS, &|key| match key {
            "endpoint" => text("The address of the arXiv API, or of one that answers like it."),
            other => unreachable!("the key `{other}` has no schema"),
        }),
        "email" => object(&EMAIL_KEYS, &email_key),
        "limits" => object(&LIMITS_KEYS, &|key| match key {
            "megabytes" => number("How many megabytes the host takes; 0 for no limit.", 0),
            "files" => number("How many files the host takes; 0 for no limit.", 0),
            other => unreachable!("the key `{other}` has no schema"),
        }),
        "newsletter" => object(&NEWSLETTER_KEYS, &|key| match key {
            "link" => text("The page of a list service on which readers subscribe."),
            "form" => text("The address to which a form sends a reader's own."),
            "field" => text("What the list service calls the field of that form: email."),
            other => unreachable!("the key `{other}` has no schema"),
        }),
        "check" => {
            let keys = Code::EDITORIAL.map(Code::setting);
            let mut keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            keys.push(SKIP_LINKS);
            object(&keys, &|key| {
                if key == SKIP_LINKS {
                    return list("Starts of addresses that `digest check --links` leaves out.");
                }
                let code = Code::EDITORIAL
                    .into_iter()
                    .find(|code| code.setting() == key);
                flag(code.map_or("", Code::explanation))
            })
        }
        other => unreachable!("the key `{other}` has no schema"),
    }
}

fn email_key(key: &str) -> Value {
    match key {
        "from" => text("Who sends the mails: Daily Papers <digest@example.org>."),
        "to" => text("The address of the mailing list."),
        "reply_to" => text("Where answers go, when not to the sender."),
        "unsubscribe" => json!({
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "description": "Where readers unsubscribe: a web address, a mailto: address, or both.",
        }),
        "server" => text("The name of the mail server."),
        "port" => number(
            "Its port: 465 for tls, 587 for starttls unless it is another.",
            1,
        ),
        "security" => json!({
            "enum": SECURITY.map(|(name, _)| name),
            "description": "How the way to the server is kept secret.",
        }),
        "user" => text("The user's name there; the password comes from DIGEST_SMTP_PASSWORD."),
        "certificate" => {
            text("A file (PEM) with the authority that signed the server's certificate.")
        }
        other => unreachable!("the key `{other}` has no schema"),
    }
}

fn text(description: &str) -> Value {
    // YAML takes `title: 1984` for a number, and the readers take it for a text.
    json!({"type": ["string", "number", "null"], "description": description})
}

fn day(description: &str) -> Value {
    json!({
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "description": description,
    })
}

fn list(description: &str) -> Value {
    json!({"type": "array", "items": {"type": "string"}, "description": description})
}

fn flag(description: &str) -> Value {
    json!({"type": "boolean", "description": description})
}

fn number(description: &str, least: i64) -> Value {
    json!({"type": "integer", "minimum": least, "description": description})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_schema_and_a_description() {
        for kind in [Kind::Paper, Kind::Page, Kind::Tags, Kind::Settings] {
            let schema = schema(kind, None);
            let properties = schema["properties"].as_object();
            for (key, value) in properties.into_iter().flatten() {
                let described = value["description"].is_string() || value["properties"].is_object();
                assert!(described, "{key}");
            }
        }
        let paper = schema(Kind::Paper, None);
        let keys = paper["properties"].as_object().map_or(0, Map::len);
        assert_eq!(keys, PAPER_KEYS.len());
    }
}
