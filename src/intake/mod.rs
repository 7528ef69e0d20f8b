//! Lists of papers, as a curator has them in hand, become records.
//!
//! Each grammar is a module; which one a text follows is recognised here. Records hold raw text:
//! TeX and damage are cleaned by who uses them. Knows nothing of what is already in the site.
//!
//! The law of this module: every line of the input is accounted for. It is blank, it was read into
//! a record, it is the page's own chrome, or it is reported as a problem with its place.

// What the grammars share.
mod lines;
mod calendar;
mod chrome;
mod markup;
mod unwrap;
mod pairing;
mod fields;
mod python;
mod json_scan;
mod arxiv_fields;

// A grammar each.
mod page_lines;
mod page_text;
mod mail;
mod arxiv_listing;
mod arxiv_mail;
mod atom;
mod json;
mod bibtex;
mod table;
mod recognise;

use std::ops::RangeInclusive;

use rustc_hash::FxHashMap;

use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::paper::{ArxivId, Doi, Link, title_identity};
use crate::source::Source;

use calendar::Calendar;
pub use calendar::{Day, YearFrom, date_in_name};
use lines::Line;

/// This is one paper as the input tells of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// The title: raw text, white space collapsed.
    pub title: String,
    /// The abstract: raw text, white space collapsed; empty where the input has none.
    pub abstract_text: String,
    /// The line of the input where the title stands, from 1.
    pub line: usize,
    /// The authors, in the order of the input.
    pub authors: Vec<String>,
    /// The identifier on arXiv.
    pub arxiv: Option<ArxivId>,
    /// The digital object identifier.
    pub doi: Option<Doi>,
    /// The paper's own date.
    pub published: Option<Date>,
    /// The day of the issue, where the input groups papers by day.
    pub date: Option<Date>,
    /// Where the paper was published.
    pub venue: Option<String>,
    /// The addresses that the input gives as such; those inside the abstract are not here.
    pub links: Vec<Link>,
    /// Keywords as the input gives them.
    pub keywords: Vec<String>,
    /// Codes of categories: `cs.CL`.
    pub categories: Vec<String>,
}

/// This is a second mention of a paper in the same input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The title, as it stands there.
    pub title: String,
    /// The line of the second mention.
    pub line: usize,
    /// The line of the first.
    pub first_line: usize,
}

/// This tells what became of one line of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineUse {
    /// There is nothing in it.
    Blank,
    /// It is part of a paper.
    Read,
    /// It belongs to the page, not to a paper.
    Chrome,
    /// It is part of something that could not be read; a problem names it.
    Reported,
}

/// This tells what became of every line of an input; the first is line 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounting(Vec<Option<LineUse>>);

/// This is the shape of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// The text of a day's page: chrome, a date, then titles and abstracts.
    Page,
    /// The text of a search: cards with votes, authors and dates.
    Cards,
    /// The text of the trending page: cards with "Submitted by", stars and one-line summaries.
    Trending,
    /// The daily mail: a title in each line, with its votes.
    Mail,
    /// Titles and abstracts in turn, and nothing else.
    Pairs,
    /// The text of a listing of arXiv.
    ArxivListing,
    /// The mail that arXiv sends.
    ArxivMail,
    /// Atom, as the API of arXiv answers.
    ArxivAtom,
    /// JSON: an array of objects, as the daily-papers API answers.
    Json,
    /// JSON Lines: an object in each line.
    JsonLines,
    /// BibTeX.
    Bibtex,
    /// A table with named columns, parted by commas, semicolons or tabs.
    Csv,
}

/// This is what one input holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Intake {
    /// The name of the input.
    pub name: String,
    /// The shape that was recognised, or forced.
    pub format: Format,
    /// The papers, in the order of the input, each once.
    pub records: Vec<Record>,
    /// The papers that stand in the input again.
    pub repeats: Vec<Repeat>,
    /// The days that the input names, in its order.
    pub days: Vec<Day>,
    /// What became of every line.
    pub accounting: Accounting,
}

/// This is what a grammar returns.
#[derive(Debug, Default)]
struct Reading {
    records: Vec<Record>,
    days: Vec<Day>,
    accounting: Accounting,
}

impl Format {
    /// All formats, in the order of the manual.
    pub const ALL: &'static [Format] = &[
        Format::Page,
        Format::Cards,
        Format::Trending,
        Format::Mail,
        Format::Pairs,
        Format::ArxivListing,
        Format::ArxivMail,
        Format::ArxivAtom,
        Format::Json,
        Format::JsonLines,
        Format::Bibtex,
        Format::Csv,
    ];

    /// Returns the name that stands after `--format`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Page => "page",
            Format::Cards => "cards",
            Format::Trending => "trending",
            Format::Mail => "mail",
            Format::Pairs => "pairs",
            Format::ArxivListing => "arxiv-listing",
            Format::ArxivMail => "arxiv-mail",
            Format::ArxivAtom => "arxiv-atom",
            Format::Json => "json-array",
            Format::JsonLines => "json-lines",
            Format::Bibtex => "bibtex",
            Format::Csv => "csv",
        }
    }

    /// Returns the format as a report names it.
    pub fn description(self) -> &'static str {
        match self {
            Format::Page => "Hugging Face page",
            Format::Cards => "Hugging Face search cards",
            Format::Trending => "Hugging Face trending page",
            Format::Mail => "Hugging Face daily mail",
            Format::Pairs => "titles and abstracts",
            Format::ArxivListing => "arXiv listing",
            Format::ArxivMail => "arXiv mail",
            Format::ArxivAtom => "arXiv Atom",
            Format::Json => "JSON",
            Format::JsonLines => "JSON Lines",
            Format::Bibtex => "BibTeX",
            Format::Csv => "CSV",
        }
    }

    /// Parses the name that stands after `--format`.
    pub fn parse(name: &str) -> Option<Format> {
        Format::ALL
            .iter()
            .copied()
            .find(|format| format.name() == name)
    }
}

impl Accounting {
    fn of(lines: &[Line]) -> Accounting {
        let blank = |line: &Line| line.text.is_empty().then_some(LineUse::Blank);
        Accounting(lines.iter().map(blank).collect())
    }

    /// Notes what became of a line (from 1); a blank line stays blank, the first note stays.
    fn note(&mut self, line: usize, what: LineUse) {
        if let Some(slot @ None) = self.0.get_mut(line.wrapping_sub(1)) {
            *slot = Some(what);
        }
    }

    /// Returns what became of a line (from 1).
    pub fn of_line(&self, line: usize) -> Option<LineUse> {
        *self.0.get(line.wrapping_sub(1))?
    }

    /// Counts the lines of a kind.
    pub fn count(&self, what: LineUse) -> usize {
        self.0.iter().filter(|slot| **slot == Some(what)).count()
    }

    /// Counts all lines of the input.
    pub fn lines(&self) -> usize {
        self.0.len()
    }
}

/// Reads the papers of one input.
///
/// Without a `format` it is recognised. `today` gives a year to dates that have none.
pub fn parse(
    source: &Source,
    format: Option<Format>,
    today: Date,
    problems: &mut Problems,
) -> Intake {
    let lines = lines::split(&source.text);
    let calendar = Calendar::new(&source.name, today);
    let format = format.or_else(|| recognise::recognise(&source.text, &lines));
    let (format, mut reading) = read(source, &lines, format, &calendar, problems);
    report_unread(source, &lines, &mut reading.accounting, problems);
    let (records, repeats) = merge_repeats(source, &lines, format, reading.records, problems);
    if records.is_empty() {
        problems.push(
            Diagnostic::new(Code::NoPapers, "no papers can be recognised in this input")
                .at(source.whole())
                .hint(format!(
                    "it was read as `{}`; name another shape with --format",
                    format.name()
                )),
        );
    }
    Intake {
        name: source.name.to_string(),
        format,
        records,
        repeats,
        days: reading.days,
        accounting: reading.accounting,
    }
}

/// Reads every entry of an answer of arXiv's API, also two that have the same title.
pub fn parse_answer(source: &Source, problems: &mut Problems) -> Vec<Record> {
    atom::read(source, &lines::split(&source.text), problems).records
}

/// Reads by the grammar of a format; a page's text tells its own shape.
fn read(
    source: &Source,
    lines: &[Line],
    format: Option<Format>,
    calendar: &Calendar,
    problems: &mut Problems,
) -> (Format, Reading) {
    let Some(known) = format else {
        return page_text::read(source, lines, None, calendar, problems);
    };
    let reading = match known {
        Format::Page | Format::Cards | Format::Trending | Format::Pairs => {
            return page_text::read(source, lines, format, calendar, problems);
        }
        Format::Mail => mail::read(source, lines, calendar, problems),
        Format::ArxivListing => arxiv_listing::read(source, lines, calendar, problems),
        Format::ArxivMail => arxiv_mail::read(source, lines, problems),
        Format::ArxivAtom => atom::read(source, lines, problems),
        Format::Json => json::read(source, lines, problems),
        Format::JsonLines => json::read_lines(source, lines, problems),
        Format::Bibtex => bibtex::read(source, lines, problems),
        Format::Csv => table::read(source, lines, problems),
    };
    (known, reading)
}

/// Returns the line (from 1) that holds a byte.
fn line_of(lines: &[Line], at: usize) -> usize {
    lines.partition_point(|line| line.range.start <= at).max(1)
}

/// Notes what became of some lines.
fn note_lines(accounting: &mut Accounting, lines: RangeInclusive<usize>, what: LineUse) {
    for line in lines {
        accounting.note(line, what);
    }
}

/// Makes a problem of a line.
fn at_line(source: &Source, line: &Line, code: Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, message).at(source.place(line.range.clone()))
}

/// The net below the grammars: a line that none of them spoke of is a problem, never a silent loss.
fn report_unread(
    source: &Source,
    lines: &[Line],
    accounting: &mut Accounting,
    problems: &mut Problems,
) {
    let mut run = false;
    for line in lines {
        let unread = accounting.of_line(line.number).is_none();
        if unread && !run {
            problems.push(at_line(
                source,
                line,
                Code::StrayBlock,
                "this is not part of any paper",
            ));
        }
        if unread {
            accounting.note(line.number, LineUse::Reported);
        }
        run = unread;
    }
}

/// Parts the papers from their second mentions: same arXiv id, DOI or title.
fn merge_repeats(
    source: &Source,
    lines: &[Line],
    format: Format,
    records: Vec<Record>,
    problems: &mut Problems,
) -> (Vec<Record>, Vec<Repeat>) {
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    let mut kept: Vec<Record> = Vec::new();
    let mut repeats = Vec::new();
    for record in records {
        let keys = identities(&record);
        let first = keys.iter().find_map(|key| seen.get(key)).copied();
        let index = first.unwrap_or(kept.len());
        for key in keys {
            seen.entry(key).or_insert(index);
        }
        let Some(index) = first else {
            kept.push(record);
            continue;
        };
        let first_line = kept[index].line;
        // The trending page shows every paper twice; that is its layout and nobody's mistake.
        if format != Format::Trending {
            let message = format!("this paper stands already in line {first_line}");
            let line = &lines[record.line - 1];
            problems.push(at_line(source, line, Code::DuplicateRecord, message));
        }
        repeats.push(Repeat {
            title: record.title.clone(),
            line: record.line,
            first_line,
        });
        fill_from(&mut kept[index], record);
    }
    (kept, repeats)
}

/// Returns what makes a record the same paper as another.
fn identities(record: &Record) -> Vec<String> {
    let arxiv = record.arxiv.as_ref().map(|id| format!("arxiv {}", id.id()));
    let doi = record.doi.as_ref().map(|doi| format!("doi {}", doi.key()));
    let title = title_identity(&record.title).map(|title| format!("title {title}"));
    [arxiv, doi, title].into_iter().flatten().collect()
}

/// Fills what the first mention of a paper leaves open from the second; nothing is overwritten.
fn fill_from(first: &mut Record, second: Record) {
    fn fill<T: Default + PartialEq>(open: &mut T, known: T) {
        if *open == T::default() {
            *open = known;
        }
    }
    fill(&mut first.abstract_text, second.abstract_text);
    fill(&mut first.authors, second.authors);
    fill(&mut first.arxiv, second.arxiv);
    fill(&mut first.doi, second.doi);
    fill(&mut first.published, second.published);
    fill(&mut first.venue, second.venue);
    fill(&mut first.links, second.links);
    fill(&mut first.keywords, second.keywords);
    fill(&mut first.categories, second.categories);
}

#[cfg(test)]
mod tests;
