//! The pages of the documentation that are written from the source; `UPDATE=1` writes them anew.
#![allow(clippy::disallowed_methods)]

mod support;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use paper_digest::view::{self, Kind};
use serde_json::{Map, Value};
use support::{Sandbox, repository, tree};

#[test]
fn the_page_of_diagnostics_is_what_the_command_explains() {
    check("docs/diagnostics.md", &paper_digest::diagnostic::document());
}

#[test]
fn the_page_of_values_is_what_templates_get() {
    let seen = Seen::default();
    let mut given: BTreeMap<String, usize> = BTreeMap::new();
    for (page, template, values) in contexts() {
        *given.entry(template.clone()).or_default() += 1;
        seen.compare(&page, &template, &values);
    }
    let wrong = seen.wrong.into_inner();
    assert!(wrong.is_empty(), "{}", Vec::from_iter(wrong).join("\n"));
    for template in view::TEMPLATES {
        assert!(
            given.contains_key(template.name),
            "{} was not rendered",
            template.name
        );
    }
    let examples = seen.examples.into_inner();
    let example = |record: &str, field: &str| {
        let known = examples.get(&(record.to_owned(), field.to_owned()));
        known.cloned()
    };
    check("docs/theme.md", &view::document(&example));
}

#[test]
fn every_template_and_every_record_is_in_the_manual() {
    let templates = paper_digest::theme::built_in_files().into_iter();
    let templates = templates.filter_map(|(path, _)| {
        let name = path.strip_prefix("templates/")?;
        (!name.starts_with("parts/") && name != "base.html").then(|| name.to_owned())
    });
    let told: BTreeSet<String> = view::TEMPLATES
        .iter()
        .map(|template| template.name.to_owned())
        .collect();
    assert_eq!(templates.collect::<BTreeSet<_>>(), told);
    let records: BTreeSet<&str> = view::RECORDS.iter().map(|record| record.name).collect();
    let fields = view::RECORDS.iter().flat_map(|record| record.fields);
    let values = view::TEMPLATES.iter().flat_map(|template| template.values);
    for (name, kind, _) in fields.chain(values) {
        let mut kind = Kind::parse(kind);
        while let Kind::Optional(inner) | Kind::List(inner) = kind {
            kind = *inner;
        }
        if let Kind::Record(record) = kind {
            assert!(records.contains(record.as_str()), "`{name}` is a {record}");
        }
    }
}

/// Builds the small site with templates that say what they were given: page, template, values.
fn contexts() -> Vec<(String, String, Map<String, Value>)> {
    let site = Sandbox::new();
    for (name, bytes) in tree(&repository().join("tests/golden/site")) {
        let path = site.path().join(&name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        fs::write(path, bytes).expect("a writable file");
    }
    for template in view::TEMPLATES {
        let dump = format!(
            "{{\"template\": \"{}\", \"values\": {{{{ __tera_context | json }}}}}}",
            template.name
        );
        site.write(
            &format!("themes/default/templates/{}", template.name),
            &dump,
        );
    }
    let settings = site.read("site.toml");
    let email = "[email]\nfrom = \"digest@example.org\"\n";
    site.write("site.toml", &format!("{settings}{email}"));
    for command in ["build", "email"] {
        let ran = site.digest(&[command]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let mut contexts = Vec::new();
    let files = tree(&site.path().join("public")).into_iter();
    for (name, bytes) in files.chain(tree(&site.path().join("outbox"))) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let text = match name.ends_with(".eml") {
            true => dump_in_mail(&text),
            false => text,
        };
        collect(&name, &text, &mut contexts);
    }
    contexts
}

/// Adds what a text says that it was given, and what the pieces in it were.
fn collect(page: &str, text: &str, contexts: &mut Vec<(String, String, Map<String, Value>)>) {
    let Ok(dump) = serde_json::from_str::<Value>(text) else {
        return;
    };
    if let (Some(template), Some(values)) = (dump["template"].as_str(), dump["values"].as_object())
    {
        contexts.push((page.to_owned(), template.to_owned(), values.clone()));
        for pieces in [
            &values.get("rows"),
            &values.get("feed").map(|feed| &feed["entries"]),
        ] {
            let pieces = pieces.and_then(Value::as_array).into_iter().flatten();
            for piece in pieces.filter_map(Value::as_str) {
                collect(page, piece, contexts);
            }
        }
    }
}

/// The text of a message, without the soft ends of lines and the escapes of RFC 2045, section 6.7.
fn dump_in_mail(message: &str) -> String {
    let start = message
        .find("{=22template")
        .or_else(|| message.find("{\"template"));
    let part = &message[start.expect("the text of the message")..];
    let part = &part[..part
        .find("\r\n--")
        .or_else(|| part.find("\n--"))
        .unwrap_or(part.len())];
    let part = part.replace("=\r\n", "").replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let [first, more @ ..] = rest {
        let escaped = (*first == b'=').then(|| more.get(..2)).flatten();
        let code = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// What was seen of the values: an example of each field, and what is not as the manual says.
#[derive(Default)]
struct Seen {
    examples: RefCell<BTreeMap<(String, String), String>>,
    wrong: RefCell<BTreeSet<String>>,
}

impl Seen {
    fn compare(&self, page: &str, template: &str, values: &Map<String, Value>) {
        let known = view::TEMPLATES.iter().find(|known| known.name == template);
        let own = known.expect("a template of the manual").values;
        let fields: Vec<view::Field> = [&view::WORDS].into_iter().chain(own).copied().collect();
        self.fields(&format!("{template} ({page})"), "", &fields, values);
    }

    fn fields(
        &self,
        place: &str,
        record: &str,
        fields: &[view::Field],
        values: &Map<String, Value>,
    ) {
        let told: BTreeSet<&str> = fields.iter().map(|(name, _, _)| *name).collect();
        let given: BTreeSet<&str> = values.keys().map(String::as_str).collect();
        for name in told.symmetric_difference(&given) {
            let which = if told.contains(name) {
                "does not get"
            } else {
                "gets besides"
            };
            self.wrong
                .borrow_mut()
                .insert(format!("{place} {which} `{name}`"));
        }
        for (name, kind, _) in fields {
            if let Some(value) = values.get(*name) {
                self.value(
                    &format!("{place}: {name}"),
                    (record, name),
                    &Kind::parse(kind),
                    value,
                );
            }
        }
    }

    fn value(&self, place: &str, field: (&str, &str), kind: &Kind, value: &Value) {
        let right = match (kind, value) {
            (Kind::Optional(_), Value::Null) => return,
            (Kind::Optional(kind), value) => return self.value(place, field, kind, value),
            (Kind::List(kind), Value::Array(values)) => {
                for value in values {
                    self.value(place, field, kind, value);
                }
                true
            }
            (Kind::Record(name), Value::Object(values)) => {
                // Words are the reader's language, and have a part of the manual to themselves.
                if let Some(record) = view::RECORDS.iter().find(|record| record.name == name) {
                    self.fields(place, record.name, record.fields, values);
                }
                true
            }
            (Kind::Text | Kind::Html, Value::String(text)) => {
                self.example(field, text);
                true
            }
            (Kind::Number, Value::Number(number)) => {
                self.example(field, &number.to_string());
                true
            }
            (Kind::Flag, Value::Bool(flag)) => {
                self.example(field, &flag.to_string());
                true
            }
            (Kind::Anything, _) => true,
            _ => false,
        };
        if !right {
            let wrong = format!("{place} is no {kind:?}: {value}");
            self.wrong.borrow_mut().insert(wrong);
        }
    }

    /// The first that says something is kept, cut to what a table has room for.
    fn example(&self, (record, field): (&str, &str), text: &str) {
        const ROOM: usize = 60;
        // The version of a style sheet changes with each of its bytes.
        let text = text.split("?v=").next().unwrap_or(text);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // A piece tells its own values.
        let is_dump = line.starts_with("{\"template\"");
        if record.is_empty() || line.is_empty() || is_dump {
            return;
        }
        let mut shown: String = line.chars().take(ROOM).collect();
        if line.chars().count() > ROOM {
            shown.push('…');
        }
        let key = (record.to_owned(), field.to_owned());
        self.examples.borrow_mut().entry(key).or_insert(shown);
    }
}

fn check(name: &str, text: &str) {
    let path = repository().join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        fs::write(&path, text).expect("a writable page");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "{name} is out of date: UPDATE=1 cargo test --test documentation"
    );
}
