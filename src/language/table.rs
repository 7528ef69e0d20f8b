//! One table of a language: a file, read key by key, so that all mistakes are reported at once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Problems, did_you_mean};
use crate::source::Source;

/// These are the forms of a counted thing, by CLDR's category.
pub type Forms = BTreeMap<String, String>;

/// This is what a key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A text, maybe with placeholders.
    Text(String),
    /// The forms of a counted thing.
    Forms(Forms),
    /// Names in a row: months, days of the week.
    List(Vec<String>),
}

/// This is a table; a key is written with its section: `words.search`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table(BTreeMap<String, Entry>);

const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Keys that a language may do without; English does.
const OPTIONAL: [&str; 3] = ["dates.first_day", "dates.months_alone", "numbers.digits"];

/// The section in which a site keeps words for templates of its own.
const FREE: &str = "extra";

impl Table {
    /// Lays another table over this one, key by key.
    pub fn lay_over(&mut self, other: Table) {
        self.0.extend(other.0);
    }

    /// Returns the keys and what they stand for, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.0.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// Returns the keys of another table that this one lacks.
    pub fn lacks<'a>(&'a self, other: &'a Table) -> impl Iterator<Item = &'a str> {
        let names = other.0.keys().map(String::as_str);
        names.filter(|name| !self.0.contains_key(*name))
    }

    pub(super) fn set(&mut self, name: &str, entry: Entry) {
        self.0.insert(name.to_owned(), entry);
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Entry::Text(text) => Some(text),
            Entry::Forms(_) | Entry::List(_) => None,
        }
    }

    pub(super) fn forms(&self, name: &str) -> Option<&Forms> {
        match self.0.get(name)? {
            Entry::Forms(forms) => Some(forms),
            Entry::Text(_) | Entry::List(_) => None,
        }
    }

    pub(super) fn list(&self, name: &str) -> Option<&[String]> {
        match self.0.get(name)? {
            Entry::List(names) => Some(names),
            Entry::Text(_) | Entry::Forms(_) => None,
        }
    }
}

/// Returns the names of the placeholders in a text.
pub(super) fn placeholders(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| Some(part.split_once('}')?.0))
        .collect()
}

pub(super) fn parse(source: &Source, english: Option<&Table>, problems: &mut Problems) -> Table {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    for error in &errors {
        let message = error.message().lines().next().unwrap_or("this is not TOML");
        let place = source.place(error.span().unwrap_or(0..1));
        let hint = "put each text between double quotes, on a line of its own";
        problems.push(Diagnostic::new(Code::BadToml, message).at(place).hint(hint));
    }
    let mut reader = Reader {
        source,
        english,
        problems,
        table: Table::default(),
    };
    if errors.is_empty() {
        reader.root(root.get_ref());
    }
    reader.table
}

struct Reader<'a> {
    source: &'a Source,
    english: Option<&'a Table>,
    problems: &'a mut Problems,
    table: Table,
}

type Item<'a, 'i> = &'a Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn root(&mut self, root: &DeTable<'_>) {
        for (key, value) in root {
            let section = key.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(keys) if self.is_section(section) => {
                    for (key, value) in keys {
                        let name = format!("{section}.{}", key.get_ref());
                        self.entry(&name, key.span(), value);
                    }
                }
                _ => self.entry(section, key.span(), value),
            }
        }
    }

    fn is_section(&self, name: &str) -> bool {
        let is_known = |english: &Table| {
            english.iter().any(|(key, _)| {
                key.split_once('.')
                    .is_some_and(|(section, _)| section == name)
            })
        };
        name == FREE || self.english.is_none_or(is_known)
    }

    fn entry(&mut self, name: &str, span: Range<usize>, value: Item<'_, '_>) {
        let known = self.english.and_then(|english| english.0.get(name));
        let is_free =
            OPTIONAL.contains(&name) || name.starts_with("extra.") || name.starts_with("links.");
        if self.english.is_some() && known.is_none() && !is_free {
            return self.unknown(name, span);
        }
        let entry = match value.get_ref() {
            DeValue::String(text) => Entry::Text(text.to_string()),
            DeValue::Integer(number) if name.starts_with("numbers.") => {
                Entry::Text(number.as_str().to_owned())
            }
            DeValue::Array(items) => {
                let texts = items.iter().map(|item| item.get_ref().as_str());
                match texts.map(|text| text.map(str::to_owned)).collect() {
                    Some(names) => Entry::List(names),
                    None => {
                        return self.bad(value, "a list here holds texts", "write [\"…\", \"…\"]");
                    }
                }
            }
            DeValue::Table(forms) => match self.forms(forms) {
                Some(forms) => Entry::Forms(forms),
                None => return,
            },
            _ => return self.bad(value, "this is no text", "put it between double quotes"),
        };
        if let Some(known) = known.cloned() {
            self.compare(name, &known, &entry, value);
        }
        self.table.set(name, entry);
    }

    fn forms(&mut self, table: &DeTable<'_>) -> Option<Forms> {
        let mut forms = Forms::new();
        for (key, value) in table {
            let category = key.get_ref().as_ref();
            if !CATEGORIES.contains(&category) {
                let hint = format!("the forms are {}", CATEGORIES.join(", "));
                let message = format!("there is no form `{category}`");
                self.problem(key.span(), &message, &hint);
                return None;
            }
            let Some(text) = value.get_ref().as_str() else {
                self.bad(value, "a form is a text", "put it between double quotes");
                return None;
            };
            forms.insert(category.to_owned(), text.to_owned());
        }
        Some(forms)
    }

    /// A key has the kind that it has in English, and knows no other placeholders.
    fn compare(&mut self, name: &str, english: &Entry, entry: &Entry, value: Item<'_, '_>) {
        match (english, entry) {
            (Entry::Text(known), Entry::Text(text)) => {
                self.compare_text(known, text, name.starts_with("dates."), value);
            }
            (Entry::Forms(known), Entry::Forms(forms)) => {
                if !forms.contains_key("other") {
                    let hint = "add `other = \"…\"`, which stands for all other numbers";
                    self.bad(value, "the form `other` is missing", hint);
                }
                let known = known.get("other").map_or("", String::as_str);
                for form in forms.values() {
                    self.compare_text(known, form, true, value);
                }
            }
            (Entry::List(known), Entry::List(names)) if known.len() == names.len() => {}
            (Entry::List(known), _) => {
                let message = format!("this is a list of {} texts", known.len());
                self.bad(value, &message, "write [\"…\", \"…\"]");
            }
            (Entry::Text(_), _) => {
                self.bad(value, "this is a text", "put it between double quotes");
            }
            (Entry::Forms(_), _) => {
                let hint = "write { one = \"{n} …\", other = \"{n} …\" }";
                self.bad(value, "this is counted, so it has forms", hint);
            }
        }
    }

    /// A form may do without its number (`one paper`), a date without a part.
    fn compare_text(&mut self, known: &str, text: &str, may_lack: bool, value: Item<'_, '_>) {
        let (known, used) = (placeholders(known), placeholders(text));
        let list = |names: &BTreeSet<&str>| {
            let names = names.iter().map(|name| format!("`{{{name}}}`"));
            names.collect::<Vec<_>>().join(", ")
        };
        if let Some(other) = used.difference(&known).next() {
            let message = format!("nothing is put in for `{{{other}}}`");
            let hint = match known.is_empty() {
                true => "this text has no placeholders".to_owned(),
                false => format!("the placeholders here are {}", list(&known)),
            };
            self.bad(value, &message, &hint);
        } else if used != known && !may_lack {
            let missing: BTreeSet<&str> = known.difference(&used).copied().collect();
            let hint = format!("say where {} goes", list(&missing));
            self.bad(value, "a placeholder is missing", &hint);
        }
    }

    fn unknown(&mut self, name: &str, span: Range<usize>) {
        let english = self.english.into_iter().flat_map(Table::iter);
        let known = did_you_mean(name, english.map(|(name, _)| name));
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        let (section, key) = name.split_once('.').unwrap_or(("", name));
        let hint = match known {
            Some(known)
                if known
                    .split_once('.')
                    .is_none_or(|(other, _)| other == section) =>
            {
                format!("did you mean `{}`?", last(known))
            }
            Some(known) => format!("did you mean `{known}`?"),
            None => "words for templates of your own go under `[extra]`".to_owned(),
        };
        let message = format!("the interface has no `{key}`");
        self.problem(span, &message, &hint);
    }

    fn bad(&mut self, value: Item<'_, '_>, message: &str, hint: &str) {
        self.problem(value.span(), message, hint);
    }

    fn problem(&mut self, span: Range<usize>, message: &str, hint: &str) {
        let place = self.source.place(span);
        let problem = Diagnostic::new(Code::BadWords, message);
        self.problems.push(problem.at(place).hint(hint));
    }
}
