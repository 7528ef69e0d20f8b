//! BibTeX and BibLaTeX.
//!
//! The only module that knows `biblatex`. That crate stops at the first fault, so entries are parted
//! here and read one by one; texts stay raw TeX, only the braces that protect capitals go.

use biblatex::{Bibliography, RawBibliography, RawChunk, RawEntry, Spanned};
use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::paper::{ArxivId, Doi};
use crate::source::Source;

use super::lines::{Line, collapse};
use super::{Accounting, LineUse, Reading, Record, at_line, fields, line_of, note_lines};

/// Reads a bibliography.
pub fn read(source: &Source, lines: &[Line], problems: &mut Problems) -> Reading {
    let mut reading = Reading {
        accounting: Accounting::of(lines),
        ..Reading::default()
    };
    let starts: Vec<usize> = lines
        .iter()
        .filter(|line| is_start(&line.text))
        .map(|line| line.range.start)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([source.text.len()]);
    let chunks: Vec<(usize, &str)> = starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| (start, &source.text[start..end]))
        .collect();
    let strings: String = chunks
        .iter()
        .map(|(_, chunk)| *chunk)
        .filter(|chunk| kind_of(chunk) == "string")
        .collect();
    let abbreviations = read_strings(&strings);
    for (start, chunk) in chunks {
        let end = start + chunk.trim_end().len();
        let whole = line_of(lines, start)..=line_of(lines, end.saturating_sub(1));
        let what = match kind_of(chunk).as_str() {
            "string" | "comment" | "preamble" => LineUse::Chrome,
            _ => match read_entry(chunk, &abbreviations) {
                Ok((mut record, title)) => {
                    record.line = line_of(lines, start + title);
                    reading.records.push(record);
                    LineUse::Read
                }
                Err((at, reason)) => {
                    let place = source.place(start + at..start + at + 1);
                    problems.push(Diagnostic::new(Code::IncompleteRecord, reason).at(place));
                    LineUse::Reported
                }
            },
        };
        note_lines(&mut reading.accounting, whole, what);
    }
    note_between(source, lines, &mut reading, problems);
    reading
}

/// Tells whether a line starts an entry: `@article{key,`.
pub fn is_start(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('@') else {
        return false;
    };
    let word = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    word.len() < rest.len() && word.trim_start().starts_with(['{', '('])
}

fn kind_of(chunk: &str) -> String {
    let word = chunk[1..].chars().take_while(char::is_ascii_alphabetic);
    word.collect::<String>().to_lowercase()
}

/// Comments may stand between entries; anything else is no part of a bibliography.
fn note_between(source: &Source, lines: &[Line], reading: &mut Reading, problems: &mut Problems) {
    for line in lines {
        if reading.accounting.of_line(line.number).is_some() {
            continue;
        }
        let comment = line.text.starts_with(['%', '#']) || line.text.starts_with("//");
        if !comment {
            problems.push(at_line(
                source,
                line,
                Code::StrayBlock,
                "this stands outside of any entry",
            ));
        }
        let what = if comment {
            LineUse::Chrome
        } else {
            LineUse::Reported
        };
        reading.accounting.note(line.number, what);
    }
}

/// Reads the texts that entries call by a name: `@string{icml = "…"}`. One may be made of those before it.
fn read_strings(strings: &str) -> FxHashMap<String, String> {
    let raw = RawBibliography::parse(strings).map(|raw| raw.abbreviations);
    let mut abbreviations = FxHashMap::default();
    for pair in raw.unwrap_or_default() {
        let text = plain(&pair.value.v, &abbreviations);
        abbreviations.insert(pair.key.v.to_lowercase(), text);
    }
    abbreviations
}

/// Reads one entry; returns where its title stands too. An error has its place in the entry.
fn read_entry(
    chunk: &str,
    abbreviations: &FxHashMap<String, String>,
) -> Result<(Record, usize), (usize, String)> {
    let fault = |error: biblatex::ParseError| {
        (
            error.span.start.min(chunk.len()),
            format!("this entry cannot be read: {}", error.kind),
        )
    };
    let chunk = &with_plain_key(chunk);
    let raw = RawBibliography::parse(chunk).map_err(fault)?;
    let entry = raw
        .entries
        .first()
        .ok_or((0, "this entry cannot be read".to_owned()))?;
    let mut texts: FxHashMap<String, String> = FxHashMap::default();
    let mut title = 0;
    for pair in &entry.v.fields {
        let name = pair.key.v.to_lowercase();
        if name == "title" {
            title = pair.key.span.start;
        }
        texts
            .entry(name)
            .or_insert_with(|| plain(&pair.value.v, abbreviations));
    }
    let mut record = record_of(&texts);
    if record.title.is_empty() {
        return Err((0, "this entry has no title; it was not imported".to_owned()));
    }
    let names = texts.get("author").map(String::as_str).unwrap_or_default();
    record.authors =
        authors(entry, names).unwrap_or_else(|| fields::split_authors(&without_braces(names)));
    Ok((record, title))
}

/// Replaces TeX in an entry's key, `ram{\'\i}rez2024`, which no parser expects; places stay.
fn with_plain_key(chunk: &str) -> String {
    let start = chunk.find(['{', '(']).map_or(0, |at| at + 1);
    let end = chunk[start..].find(',').map_or(start, |at| start + at);
    let key = &chunk[start..end];
    if key.contains('=') {
        return chunk.to_owned();
    }
    let plain = key.replace(['{', '}', '\\', '\'', '"', '^', '~', '`', '#', '%'], "-");
    format!("{}{plain}{}", &chunk[..start], &chunk[end..])
}

/// The authors as the crate splits them: particles, suffixes and corporate names in braces.
///
/// It is given their text and nothing else, for it replaces names by what they stand for wherever they
/// stand, and the text of twenty lines can grow to a million times its length.
fn authors(entry: &Spanned<RawEntry<'_>>, written: &str) -> Option<Vec<String>> {
    let mut entry = entry.clone();
    let is_author = |name: &str| name.eq_ignore_ascii_case("author");
    entry.v.fields.retain(|pair| is_author(pair.key.v));
    entry.v.fields.truncate(1);
    let field = entry.v.fields.first_mut()?;
    field.value.v = vec![Spanned::new(
        RawChunk::Normal(written),
        field.value.span.clone(),
    )];
    let raw = RawBibliography {
        preamble: String::new(),
        entries: vec![entry],
        abbreviations: Vec::new(),
    };
    let bibliography = Bibliography::from_raw(raw).ok()?;
    let people = bibliography.iter().next()?.author().ok()?;
    let name = |person: &biblatex::Person| {
        let parts = [
            &person.given_name,
            &person.prefix,
            &person.name,
            &person.suffix,
        ];
        let parts: Vec<&str> = parts
            .into_iter()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty())
            .collect();
        collapse(&parts.join(" "))
    };
    let mut names: Vec<String> = people.iter().map(name).collect();
    // The crate takes each name with a `=` for BibLaTeX's `given=Ann, family=Lee`, and may find neither.
    if names.iter().any(String::is_empty) {
        names = names_in(&collapse(written));
    }
    names.retain(|name| !name.trim().is_empty() && name != "others");
    Some(names)
}

/// Parts names at each ` and ` outside of braces; a name in braces is a group's, commas and all.
fn names_in(written: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in written.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 && written[at..].starts_with(" and ") => {
                // Of ` and and `, the second starts inside of the first.
                names.push(written.get(start..at).unwrap_or_default());
                start = at + " and ".len();
            }
            _ => {}
        }
    }
    names.push(&written[start..]);
    let plain = |name: &&str| match name.trim().starts_with('{') {
        true => without_braces(name),
        false => fields::given_first(&without_braces(name)),
    };
    names.iter().map(plain).collect()
}

/// How many bytes names may stand for in one text; a name that would be more stays as it is written.
const LONGEST: usize = 4 * 1024;

/// Puts the texts of a value together.
fn plain(value: &[Spanned<RawChunk<'_>>], abbreviations: &FxHashMap<String, String>) -> String {
    let mut text = String::new();
    let mut room = LONGEST;
    for part in value {
        match part.v {
            RawChunk::Normal(words) => text.push_str(words),
            RawChunk::Abbreviation(name) => {
                let known = abbreviations.get(&name.to_lowercase());
                let known = known.filter(|known| known.len() <= room);
                room -= known.map_or(0, String::len);
                text.push_str(known.map_or(name, String::as_str));
            }
        }
    }
    text
}

fn record_of(texts: &FxHashMap<String, String>) -> Record {
    let get = |name: &str| {
        texts
            .get(name)
            .map(|text| collapse(&without_braces(text)))
            .filter(|text| !text.is_empty())
    };
    let year = get("year").unwrap_or_default();
    let written = get("date").as_deref().and_then(fields::date);
    let parts = || fields::date_of_parts(&year, &get("month")?, &get("day")?);
    let mut record = Record {
        title: get("title").unwrap_or_default(),
        abstract_text: texts
            .get("abstract")
            .map(|text| fields::paragraphs(&without_braces(text)))
            .unwrap_or_default(),
        doi: get("doi").as_deref().and_then(Doi::parse),
        arxiv: get("eprint")
            .or_else(|| get("arxivid"))
            .as_deref()
            .and_then(ArxivId::parse),
        published: written.or_else(parts),
        venue: venue(&get, &year),
        ..Record::default()
    };
    if let Some(subtitle) = get("subtitle") {
        record.title = format!("{}: {subtitle}", record.title);
    }
    for name in ["keywords", "url", "code", "pdf", "github", "project"] {
        if let Some(value) = get(name) {
            fields::take(&mut record, name, &Value::String(value));
        }
    }
    if let Some(class) = get("primaryclass") {
        record.categories = vec![class];
    }
    record
}

/// Where it appeared, with the year; "arXiv preprint arXiv:…" says nothing that the id does not.
fn venue(get: &impl Fn(&str) -> Option<String>, year: &str) -> Option<String> {
    let names = ["booktitle", "journal", "journaltitle", "venue"];
    let venue = names.iter().find_map(|name| get(name))?;
    let preprint = venue.to_lowercase().starts_with("arxiv") || venue.eq_ignore_ascii_case("corr");
    let year = if venue.contains(year) {
        String::new()
    } else {
        format!(" {year}")
    };
    (!preprint).then(|| format!("{venue}{year}"))
}

/// Takes off braces that only protect capitals; those of commands, accents and formulas stay.
fn without_braces(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut kept: Vec<bool> = Vec::new();
    let mut math = false;
    // Whether what stands before takes an argument: a command, or an argument of one.
    let mut argument = false;
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        match c {
            '\\' => {
                let letters = chars[at + 1..]
                    .iter()
                    .take_while(|c| c.is_ascii_alphabetic())
                    .count();
                let end = (at + 1 + letters.max(1)).min(chars.len());
                out.extend(&chars[at..end]);
                argument =
                    letters > 0 || chars.get(at + 1).is_some_and(|c| "'`\"^~=.".contains(*c));
                at = end;
                continue;
            }
            '$' => {
                math = !math;
                out.push(c);
            }
            '{' => {
                let keep = math
                    || argument
                    || chars.get(at + 1) == Some(&'\\')
                    || kept.last() == Some(&true);
                kept.push(keep);
                out.extend(keep.then_some(c));
            }
            '}' => {
                let keep = kept.pop().unwrap_or(false);
                out.extend(keep.then_some(c));
                argument = keep;
                at += 1;
                continue;
            }
            _ => out.push(c),
        }
        argument = false;
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_with_an_equals_sign_is_kept() {
        for (written, expected) in [
            (
                "Lee, Ann and {E=mc2 Team}",
                ["Ann Lee", "E=mc2 Team"].as_slice(),
            ),
            (
                "{A = B, C and D} and Lee, Ann",
                &["A = B, C and D", "Ann Lee"],
            ),
            ("A= and and B=", &["A=", "B="]),
            ("given=Ann, family=Lee", &["Ann Lee"]),
            ("Lee, Ann and others", &["Ann Lee"]),
        ] {
            let entry = format!("@misc{{a,\n title = {{T}},\n author = {{{written}}},\n}}\n");
            let (record, _) = read_entry(&entry, &FxHashMap::default()).expect("an entry");
            assert_eq!(record.authors, expected, "{written}");
        }
    }

    #[test]
    fn braces_that_protect_capitals_go() {
        for (raw, expected) in [
            ("Instruct{AV}: {A} Test", "InstructAV: A Test"),
            (r"No{\'e}mie", r"No{\'e}mie"),
            (r"\emph{Deep} $x^{2}$ {N}et", r"\emph{Deep} $x^{2}$ Net"),
            (r"\href{a}{b} {C}", r"\href{a}{b} C"),
        ] {
            assert_eq!(without_braces(raw), expected);
        }
    }
}
