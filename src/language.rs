//! The language of the interface: words, counted things, dates and numbers as readers expect them.
//!
//! A language is a table in a theme, `languages/de.toml`; tables are laid one over another, English
//! first, so that what one lacks another has. The categories of plurals are those of CLDR. Knows
//! neither themes nor pages.

use std::fmt;

use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use unic_langid::LanguageIdentifier;
use unic_langid::subtags::{Language as Primary, Region};

use crate::date::{Date, Week};
use crate::diagnostic::Problems;
use crate::source::Source;

mod table;

pub use table::{Entry, Forms, Table};

/// The language of the table that all others are measured by.
pub const FALLBACK: &str = "en";

/// Languages that are written from right to left, for sites in one that has no table yet.
const RIGHT_TO_LEFT: [&str; 8] = ["ar", "ckb", "dv", "fa", "he", "ps", "ur", "yi"];

/// This is a language, ready to be written in.
#[derive(Clone)]
pub struct Language {
    tag: String,
    table: Table,
    rules: Option<PluralRules>,
    digits: Option<Vec<char>>,
    /// What stands between thousands, and from how many digits on.
    group: Option<(String, usize)>,
}

/// Returns the tables that a language is made of, by the stem of their files: English, the language,
/// its variety.
pub fn tables_of(tag: &str) -> Vec<String> {
    let tag = tag.to_ascii_lowercase();
    let primary = tag.split('-').next().unwrap_or_default();
    let mut names = vec![FALLBACK.to_owned(), primary.to_owned(), tag.clone()];
    names.dedup();
    names
}

/// Parses a table; what English does not have is a mistake.
pub fn parse(source: &Source, english: &Table, problems: &mut Problems) -> Table {
    table::parse(source, Some(english), problems)
}

/// Parses the table of English, by which others are measured.
pub fn parse_english(source: &Source, problems: &mut Problems) -> Table {
    table::parse(source, None, problems)
}

impl Language {
    /// Makes a language of its tables, laid one over another; the first is whole.
    pub fn new(tag: &str, tables: impl IntoIterator<Item = Table>) -> Language {
        let mut table = Table::default();
        let mut has_direction = false;
        for (at, layer) in tables.into_iter().enumerate() {
            has_direction |= at > 0 && layer.text("direction").is_some();
            table.lay_over(layer);
        }
        let primary = tag.split('-').next().unwrap_or_default();
        if !has_direction && RIGHT_TO_LEFT.contains(&primary.to_ascii_lowercase().as_str()) {
            table.set("direction", Entry::Text("rtl".to_owned()));
        }
        let digits: Option<Vec<char>> = table
            .text("numbers.digits")
            .map(|digits| digits.chars().collect());
        let group = table.text("numbers.group").unwrap_or_default();
        let least = table.text("numbers.from").and_then(|n| n.parse().ok());
        let group = (group.to_owned(), least.unwrap_or(4).max(4));
        Language {
            tag: tag.to_owned(),
            rules: rules(tag),
            digits: digits.filter(|digits| digits.len() == 10),
            group: Some(group).filter(|(group, _)| !group.is_empty()),
            table,
        }
    }

    /// Returns the BCP 47 tag.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Returns `ltr` or `rtl`.
    pub fn direction(&self) -> &str {
        self.table.text("direction").unwrap_or("ltr")
    }

    /// Returns all entries, for templates and documentation: `words.search` and what it is.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.table.iter()
    }

    /// Returns a word or a sentence of the interface.
    pub fn word(&self, name: &str) -> &str {
        let found = self.table.text(&format!("words.{name}"));
        found.unwrap_or_default()
    }

    /// Returns a sentence with its placeholders filled in.
    pub fn fill(&self, name: &str, values: &[(&str, &str)]) -> String {
        fill(self.word(name), values)
    }

    /// Returns how many there are of something: `1 paper`, `1,204 papers`.
    ///
    /// `None` when the table counts no such thing.
    pub fn count(&self, of: &str, number: usize) -> Option<String> {
        let forms = self.table.forms(&format!("counts.{of}"))?;
        let form = forms
            .get(self.category(number))
            .or_else(|| forms.get("other"))?;
        Some(fill(form, &[("n", &self.number(number))]))
    }

    /// Returns what the table counts.
    pub fn counted(&self) -> impl Iterator<Item = &str> {
        self.table
            .iter()
            .filter_map(|(name, _)| name.strip_prefix("counts."))
    }

    /// Returns CLDR's category of a number: `zero`, `one`, `two`, `few`, `many`, `other`.
    pub fn category(&self, number: usize) -> &'static str {
        let category = self
            .rules
            .as_ref()
            .and_then(|rules| rules.select(number).ok());
        match category {
            Some(PluralCategory::ZERO) => "zero",
            Some(PluralCategory::ONE) => "one",
            Some(PluralCategory::TWO) => "two",
            Some(PluralCategory::FEW) => "few",
            Some(PluralCategory::MANY) => "many",
            Some(PluralCategory::OTHER) | None => "other",
        }
    }

    /// Returns a number with its thousands set apart.
    pub fn number(&self, number: usize) -> String {
        let plain = number.to_string();
        let group = self.group.as_ref();
        let Some((group, _)) = group.filter(|(_, least)| plain.len() >= *least) else {
            return self.digits(plain);
        };
        let mut text = String::new();
        for (at, digit) in plain.char_indices() {
            if at > 0 && (plain.len() - at).is_multiple_of(3) {
                text.push_str(group);
            }
            text.push(digit);
        }
        self.digits(text)
    }

    /// Returns a day: `6 August 2025`.
    pub fn day(&self, date: Date) -> String {
        let day = match self.table.text("dates.first_day") {
            Some(first) if date.day() == 1 => first.to_owned(),
            _ => self.digits(date.day().to_string()),
        };
        let month = self.name("dates.months", date.month());
        let values = [
            ("day", day.as_str()),
            ("month", month),
            ("year", &self.year(date.year())),
        ];
        fill(self.table.text("dates.day").unwrap_or_default(), &values)
    }

    /// Returns a month, as it stands alone: `August 2025`.
    pub fn month(&self, year: i16, month: i8) -> String {
        let alone = self.table.list("dates.months_alone").is_some();
        let names = if alone {
            "dates.months_alone"
        } else {
            "dates.months"
        };
        let values = [
            ("month", self.name(names, month)),
            ("year", &self.year(year)),
        ];
        fill(self.table.text("dates.month").unwrap_or_default(), &values)
    }

    /// Returns a year.
    pub fn year(&self, year: i16) -> String {
        self.digits(year.to_string())
    }

    /// Returns a week: `Week 32 of 2025`.
    pub fn week(&self, week: Week) -> String {
        let number = self.digits(week.number.to_string());
        let values = [("week", number.as_str()), ("year", &self.year(week.year))];
        fill(self.table.text("dates.week").unwrap_or_default(), &values)
    }

    /// Returns the day of the week.
    pub fn weekday(&self, date: Date) -> &str {
        let number = i8::try_from(date.weekday() + 1).unwrap_or(1);
        self.name("dates.weekdays", number)
    }

    /// Returns what readers see of a link's label: `Code`, for `code`.
    pub fn link(&self, label: &str) -> String {
        if let Some(name) = self.table.text(&format!("links.{label}")) {
            return name.to_owned();
        }
        let mut letters = label.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    }

    /// Returns authors in a few words: up to three names; of longer lists the first, and how many more.
    pub fn authors(&self, names: &[String]) -> Option<String> {
        Some(match names {
            [] => return None,
            [one] => one.clone(),
            [one, two] => self.fill("two_authors", &[("first", one), ("last", two)]),
            [one, two, three] => self.fill(
                "three_authors",
                &[("first", one), ("second", two), ("last", three)],
            ),
            [first, others @ ..] => {
                let others = self.count("other_authors", others.len());
                self.fill(
                    "many_authors",
                    &[("first", first), ("others", &others.unwrap_or_default())],
                )
            }
        })
    }

    fn name(&self, list: &str, number: i8) -> &str {
        let names = self.table.list(list).unwrap_or_default();
        let at = usize::from(number.unsigned_abs()).saturating_sub(1);
        names.get(at).map_or("", String::as_str)
    }

    fn digits(&self, plain: String) -> String {
        let Some(digits) = &self.digits else {
            return plain;
        };
        let own = |c: char| c.to_digit(10).map_or(c, |digit| digits[digit as usize]);
        plain.chars().map(own).collect()
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.tag)
    }
}

/// Puts values into a sentence: `{name}` becomes the value of that name; others stay as they are.
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let found = after.split_once('}').and_then(|(name, behind)| {
            let value = values.iter().find(|(known, _)| *known == name)?;
            Some((value.1, behind))
        });
        match found {
            Some((value, behind)) => {
                text.push_str(value);
                rest = behind;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// The rules of plurals; a variety (`pt-PT`) may have its own.
fn rules(tag: &str) -> Option<PluralRules> {
    let mut subtags = tag.split('-');
    let primary: Primary = subtags.next()?.parse().ok()?;
    let region: Option<Region> = subtags.next().and_then(|subtag| subtag.parse().ok());
    let known = |region: Option<Region>| {
        // Rules know neither scripts nor variants; a parser of whole tags would bring along how to sort those.
        let id = LanguageIdentifier::from_raw_parts_unchecked(primary, None, region, None);
        PluralRules::create(id, PluralRuleType::CARDINAL).ok()
    };
    known(region).or_else(|| known(None))
}

#[cfg(test)]
mod tests;
