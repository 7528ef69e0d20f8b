//! The words of a theme: its tables of languages, and how templates say them.

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::value::Key;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::language::{self, Entry, FALLBACK, Language, Table};
use crate::source::{Place, Source};

use super::{ThemeFile, built_in_file};

/// The sections of a table that templates see under their names.
const SECTIONS: [&str; 3] = ["links", "script", "extra"];

/// Tells whether there are words in a language, built in or in a site's files.
pub fn has_language(tag: &str, overrides: &[ThemeFile]) -> bool {
    let names = language::tables_of(tag);
    let is_there = |name: &String| {
        let path = path_of(name);
        built_in_file(&path).is_some() || overrides.iter().any(|file| file.path == path)
    };
    // The first is English, whatever the language.
    names.len() == 1 || names.iter().skip(1).any(is_there)
}

/// Reads a language: English, then its own tables, each built in and then the site's.
pub(super) fn read(tag: &str, overrides: &[ThemeFile], problems: &mut Problems) -> Language {
    let english = english();
    let mut tables = Vec::new();
    for name in language::tables_of(tag) {
        let path = path_of(&name);
        let mut own = Table::default();
        if let Some(bytes) = built_in_file(&path) {
            // A test reads these without a problem.
            own = parse(&path, bytes, &english, &mut Problems::new());
        }
        if let Some(file) = overrides.iter().find(|file| file.path == path) {
            own.lay_over(parse(&file.name, &file.bytes, &english, problems));
            // A variety such as `pt-BR` may lie over the table of its language.
            if !name.contains('-') {
                report_missing(&file.name, &own, &english, problems);
            }
        }
        tables.push(own);
    }
    Language::new(tag, tables)
}

/// Gives templates their words, and the filters that count, fill in and write numbers.
pub(super) fn speak(tera: &mut Tera, language: &Arc<Language>) {
    tera.global_context().insert_value("words", words(language));
    let own = language.clone();
    tera.register_filter("number", move |number: usize, _: Kwargs, _: &State| {
        own.number(number)
    });
    let own = language.clone();
    let count = move |number: usize, kwargs: Kwargs, _: &State| -> TeraResult<String> {
        let of = kwargs.must_get::<&str>("of")?;
        own.count(of, number).ok_or_else(|| {
            let known: Vec<&str> = own.counted().collect();
            let known = known.join(", ");
            Error::message(format!("nothing is counted as `{of}`; what is: {known}"))
        })
    };
    tera.register_filter("count", count);
    let own = language.clone();
    let fill = move |sentence: &str, kwargs: Kwargs, _: &State| {
        let text = |value: &Value| match value.as_u64() {
            Some(number) => own.number(usize::try_from(number).unwrap_or(usize::MAX)),
            None => value.to_string(),
        };
        let values: Vec<(&str, String)> = kwargs
            .iter()
            .filter_map(|(key, value)| Some((key.as_str()?, text(value))))
            .collect();
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        language::fill(sentence, &values)
    };
    tera.register_filter("fill", fill);
    tera.register_filter("json", |value: Value, _: Kwargs, _: &State| {
        let text = serde_json::to_string(&value).unwrap_or_default();
        // For a `script` element, whose text ends at the first `</script`.
        Value::safe_string(&text.replace('<', "\\u003c"))
    });
}

/// The words as templates see them: those of `[words]` by name, other sections under theirs.
pub(super) fn words(language: &Language) -> Value {
    type Names = BTreeMap<Key<'static>, Value>;
    let mut top = Names::new();
    let mut sections: BTreeMap<&str, Names> = SECTIONS
        .into_iter()
        .map(|section| (section, Names::new()))
        .collect();
    for (name, entry) in language.entries() {
        let (section, key) = name.split_once('.').unwrap_or(("", name));
        let value = match entry {
            Entry::Text(text) => Value::from(text.clone()),
            Entry::Forms(forms) => Value::from_serializable(forms),
            Entry::List(names) => Value::from_serializable(names),
        };
        let place = match section {
            "words" => Some(&mut top),
            _ => sections.get_mut(section),
        };
        place.map(|place| place.insert(Key::from(key.to_owned()), value));
    }
    let sections = SECTIONS.map(|name| (name, sections.remove(name).unwrap_or_default()));
    top.extend(sections.map(|(name, words)| (Key::from(name), Value::from(words))));
    Value::from(top)
}

fn english() -> Table {
    let path = path_of(FALLBACK);
    let bytes = built_in_file(&path).expect("English is built in");
    let source = Source::new(path, String::from_utf8_lossy(bytes));
    language::parse_english(&source, &mut Problems::new())
}

fn parse(name: &str, bytes: &[u8], english: &Table, problems: &mut Problems) -> Table {
    match std::str::from_utf8(bytes) {
        Ok(text) => language::parse(&Source::new(name, text), english, problems),
        Err(_) => {
            let problem = Diagnostic::new(Code::NotUtf8, "the table is not UTF-8 text");
            let problem = problem.at(Place::file(name));
            problems.push(problem.hint("save it as UTF-8 in your editor"));
            Table::default()
        }
    }
}

fn report_missing(name: &str, table: &Table, english: &Table, problems: &mut Problems) {
    const NAMED: usize = 5;
    // English lacks nothing, and what it has may be anything that a site changes.
    let missing: Vec<&str> = table.lacks(english).collect();
    if missing.is_empty() {
        return;
    }
    let named: Vec<String> = missing
        .iter()
        .take(NAMED)
        .map(|key| format!("`{key}`"))
        .collect();
    let more = match missing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("some words are still English: {}{more}", named.join(", "));
    problems.push(
        Diagnostic::new(Code::MissingWords, message)
            .at(Place::file(name))
            .hint("translate them; the built-in languages/en.toml shows where they stand"),
    );
}

fn path_of(name: &str) -> String {
    format!("languages/{name}.toml")
}
