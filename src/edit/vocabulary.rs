//! Edits of `content/tags.yaml`.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::Problems;
use crate::front_matter::scalar;
use crate::slug::Slug;
use crate::source::Source;
use crate::tags::{Tag, Vocabulary, asks_for_starter, fold};
use crate::yaml::{self, Entry, Value};

use super::{Refusal, replace};

/// Gives a tag another slug; tags below it follow. Returns `None` when the vocabulary has no such tag.
///
/// The old slug becomes a word that leads to the tag, in the place of the new one where that was a word
/// before. A tag of the starter vocabulary gets an entry that replaces it.
pub fn rename_tag(source: &Source, from: &Slug, to: &Slug) -> Result<Option<String>, Refusal> {
    let refusal = || by_hand(source, from);
    let entries = read(source).ok_or_else(refusal)?;
    let known = tags_of(source);
    if !known.contains_key(from.as_str()) {
        return Ok(None);
    }
    let mut changes = broader_changes(source, &entries, &[from], to)?;
    let entry = entries.iter().find(|entry| entry.key == from.as_str());
    let is_starters = is_of_starter(&entries, from);
    let mut aliases = known[from.as_str()].aliases.clone();
    if let Some(entry) = entry {
        changes.push((entry.key_range.clone(), scalar(to.as_str())));
        let is_word = |word: &str| Slug::parse(&word.replace(' ', "-")).as_ref() == Some(to);
        let word = aliases.iter().position(|alias| is_word(alias));
        let place = word.and_then(|_| place_of_alias(source, entry, is_word));
        if let (Some(word), Some(place)) = (word, place) {
            aliases[word] = from.to_string();
            changes.push((place, alias(from.as_str())));
        } else if is_starters || !is_named(entry, from) {
            aliases.push(from.to_string());
            changes.push(add_aliases(source, entry, &[from.to_string()]).ok_or_else(refusal)?);
        }
    }
    let mut text = apply(source, changes).ok_or_else(refusal)?;
    if entry.is_none() {
        let (to, from) = (scalar(to.as_str()), scalar(from.as_str()));
        text = append(&text, &format!("{to}:\n  aliases: [{from}]\n"));
    }

    let mut expected = known;
    if let Some(mut tag) = expected.remove(from.as_str()) {
        tag.slug = to.clone();
        tag.aliases = aliases;
        expected.insert(to.to_string(), tag);
    }
    for tag in expected.values_mut() {
        if tag.broader.as_ref() == Some(from) {
            tag.broader = Some(to.clone());
        }
    }
    // A tag without a name is called after its slug; one that took the place of a starter's has words
    // that lead to it.
    let told = |(slug, tag): (String, Tag)| {
        let aliases = (!is_starters || slug != to.as_str()).then_some(tag.aliases);
        (slug, aliases, tag.description, tag.broader)
    };
    let new = Source::new(source.name.clone(), text.as_str());
    let new = Vocabulary::parse(&new, &mut Problems::new());
    let same = tags_in(&new).map(told).eq(expected.into_iter().map(told));
    if same && leads(&new, from, to) {
        Ok(Some(text))
    } else {
        Err(refusal())
    }
}

/// Takes tags out of the vocabulary; tags below them come below `into`, and their words become its
/// aliases. Returns `None` when the vocabulary has none of them.
pub fn merge_tags(source: &Source, from: &[&Slug], into: &Slug) -> Result<Option<String>, Refusal> {
    let refusal = || by_hand(source, into);
    let entries = read(source).ok_or_else(refusal)?;
    let known = tags_of(source);
    let is_gone = |slug: &str| from.iter().any(|from| from.as_str() == slug);
    let gone: Vec<&Tag> = known
        .values()
        .filter(|tag| is_gone(tag.slug.as_str()))
        .collect();
    let Some(target) = known.get(into.as_str()) else {
        return Err(refusal());
    };
    if gone.is_empty() {
        return Ok(None);
    }
    if target
        .broader
        .as_ref()
        .is_some_and(|broader| from.contains(&broader))
    {
        return Err(Refusal(format!(
            "`{into}` stands below a tag that would go; delete its `broader` in {} first",
            source.name
        )));
    }
    let survivors: Vec<Entry> = entries
        .iter()
        .filter(|entry| !is_gone(&entry.key))
        .cloned()
        .collect();
    let mut changes = broader_changes(source, &survivors, from, into)?;
    changes.extend(
        entries
            .iter()
            .filter(|entry| is_gone(&entry.key))
            .map(|entry| (lines_of(&source.text, entry), String::new())),
    );
    let words = gone.iter().flat_map(|tag| words_of(tag));
    let text = match entries.iter().find(|entry| entry.key == into.as_str()) {
        Some(entry) => {
            let words: Vec<String> = words.collect();
            changes.push(add_aliases(source, entry, &words).ok_or_else(refusal)?);
            apply(source, changes).ok_or_else(refusal)?
        }
        // What the starter vocabulary says of aliases is said anew, or it would be lost.
        None => {
            let words = target.aliases.iter().cloned().chain(words);
            let words: Vec<String> = words.map(|word| alias(&word)).collect();
            let text = apply(source, changes).ok_or_else(refusal)?;
            append(
                &text,
                &format!("{into}:\n  aliases: [{}]\n", words.join(", ")),
            )
        }
    };

    let mut problems = Problems::new();
    let new = Source::new(source.name.clone(), text.as_str());
    let vocabulary = Vocabulary::parse(&new, &mut problems);
    let leads = |slug: &&Slug| leads(&vocabulary, slug, into);
    let whole = vocabulary.iter().count() == known.len() - gone.len();
    if whole && !problems.has_errors() && from.iter().all(leads) {
        Ok(Some(text))
    } else {
        Err(refusal())
    }
}

/// Adds entries below all others; what is there stays byte for byte.
pub fn add_entries(source: &Source, written: &str) -> Result<String, Refusal> {
    let refusal = || {
        Refusal(format!(
            "mend {} first: `digest check` says what is wrong",
            source.name
        ))
    };
    let mut expected = tags_of(source);
    read(source).ok_or_else(refusal)?;
    let text = append(&source.text, written);
    let mut problems = Problems::new();
    let vocabulary = Vocabulary::parse(
        &Source::new(source.name.clone(), text.as_str()),
        &mut problems,
    );
    expected.retain(|slug, tag| {
        vocabulary
            .lookup(slug)
            .is_none_or(|new| new.aliases != tag.aliases)
    });
    match expected.is_empty() && !problems.has_errors() {
        true => Ok(text),
        false => Err(refusal()),
    }
}

/// Tells whether the file lies over the starter vocabulary and that has the tag.
fn is_of_starter(entries: &[Entry], slug: &Slug) -> bool {
    entries.iter().any(asks_for_starter)
        && Vocabulary::starter().iter().any(|tag| tag.slug == *slug)
}

/// Writes something below all else, behind a blank line.
fn append(text: &str, written: &str) -> String {
    let gap = match text {
        text if text.is_empty() || text.ends_with("\n\n") => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{text}{gap}{written}")
}

fn by_hand(source: &Source, slug: &Slug) -> Refusal {
    Refusal(format!(
        "change the tag `{slug}` in {} by hand",
        source.name
    ))
}

fn read(source: &Source) -> Option<Vec<Entry>> {
    let mut problems = Problems::new();
    let entries = yaml::parse_mapping(source, 0..source.text.len(), &mut problems);
    entries.filter(|_| !problems.has_errors())
}

fn tags_of(source: &Source) -> BTreeMap<String, Tag> {
    tags_in(&Vocabulary::parse(source, &mut Problems::new())).collect()
}

fn tags_in(vocabulary: &Vocabulary) -> impl Iterator<Item = (String, Tag)> {
    let tags = vocabulary.iter();
    tags.map(|tag| (tag.slug.to_string(), tag.clone()))
}

/// The new `broader` of each entry that stands below one of the tags.
fn broader_changes(
    source: &Source,
    entries: &[Entry],
    from: &[&Slug],
    to: &Slug,
) -> Result<Vec<(Range<usize>, String)>, Refusal> {
    let mut changes = Vec::new();
    for entry in entries {
        let Value::Map(fields) = &entry.value else {
            continue;
        };
        let broader = fields.iter().find_map(|(key, value)| match value {
            Value::Text(slug) if key == "broader" => Some(slug),
            _ => None,
        });
        let Some(written) = broader.filter(|slug| from.iter().any(|from| from.as_str() == *slug))
        else {
            continue;
        };
        let place =
            place_of_broader(&source.text, entry, written).ok_or_else(|| by_hand(source, to))?;
        changes.push((place, scalar(to.as_str())));
    }
    Ok(changes)
}

/// Where the value of `broader` stands; a description may hold the word too, so the value must follow.
fn place_of_broader(text: &str, entry: &Entry, written: &str) -> Option<Range<usize>> {
    let range = entry.value_range.clone();
    (0..)
        .map_while(|nth| yaml::find_word(text, range.clone(), "broader", nth))
        .find_map(|word| {
            let behind = text[word.end..range.end].strip_prefix(':')?;
            let value = behind
                .trim_start_matches(' ')
                .trim_start_matches(['"', '\'']);
            let start = range.end - value.len();
            value
                .starts_with(written)
                .then_some(start..start + written.len())
        })
}

/// The lines of an entry: its key and what is indented below it, with one blank line behind.
fn lines_of(text: &str, entry: &Entry) -> Range<usize> {
    let start = entry.key_range.start;
    let mut end = start;
    let mut at = start;
    for (number, line) in text[start..entry.value_range.end]
        .split_inclusive('\n')
        .enumerate()
    {
        at += line.len();
        if number == 0 || line.starts_with([' ', '\t']) && !line.trim().is_empty() {
            end = at;
        }
    }
    let blank_behind = text[end..].starts_with('\n');
    let blank_before = start == 0 || text[..start].ends_with("\n\n");
    start..end + usize::from(blank_behind && blank_before)
}

fn words_of(tag: &Tag) -> Vec<String> {
    std::iter::once(tag.slug.to_string())
        .chain(tag.aliases.iter().cloned())
        .collect()
}

/// The change that adds aliases to an entry: to its list, or as a line of its own.
fn add_aliases(source: &Source, entry: &Entry, words: &[String]) -> Option<(Range<usize>, String)> {
    let fields = match &entry.value {
        Value::Map(fields) => fields.as_slice(),
        Value::Null => &[],
        _ => return None,
    };
    let written: Vec<String> = words.iter().map(|word| alias(word)).collect();
    let text = &source.text;
    let value = &text[entry.value_range.clone()];
    let first_line = value.split_inclusive('\n').next().unwrap_or("");
    if !fields.iter().any(|(key, _)| key == "aliases") {
        let start = entry.value_range.start + (value.len() - value.trim_start().len());
        if text[start..].starts_with('{') {
            let gap = if fields.is_empty() { "" } else { ", " };
            let list = format!("aliases: [{}]{gap}", written.join(", "));
            return Some((start + 1..start + 1, list));
        }
        let at = entry.value_range.start + first_line.len();
        let line = format!("  aliases: [{}]\n", written.join(", "));
        let line = if first_line.ends_with('\n') {
            line
        } else {
            format!("\n{line}")
        };
        return Some((at..at, line));
    }
    let last = written_aliases(source, entry)?.pop()?;
    Some((last.end..last.end, format!(", {}", written.join(", "))))
}

/// Where the aliases of an entry stand, when they are written between brackets.
fn written_aliases(source: &Source, entry: &Entry) -> Option<Vec<Range<usize>>> {
    let (text, range) = (&source.text, entry.value_range.clone());
    let keys = (0..).map_while(|nth| yaml::find_word(text, range.clone(), "aliases", nth));
    let lists = keys.filter(|key| text[key.end..range.end].starts_with(':'));
    let mut lists = lists.filter_map(|key| {
        let rest = &text[key.end + 1..range.end];
        // Behind it a mapping between brackets goes on.
        let end = rest.find(']')? + 1;
        let range = key.end + 1..key.end + 1 + end;
        yaml::written_list(text, range).filter(|list| list.flow)
    });
    lists.next().map(|list| list.items)
}

/// Where an alias stands for which the test holds.
fn place_of_alias(
    source: &Source,
    entry: &Entry,
    is_meant: impl Fn(&str) -> bool,
) -> Option<Range<usize>> {
    let quotes: &[char] = &['"', '\''];
    let mut places = written_aliases(source, entry)?.into_iter();
    places.find(|place| is_meant(source.text[place.clone()].trim_matches(quotes)))
}

/// Tells whether an entry gives a name that leads to the tag as its slug does.
fn is_named(entry: &Entry, slug: &Slug) -> bool {
    let Value::Map(fields) = &entry.value else {
        return false;
    };
    fields.iter().any(|(key, value)| match value {
        Value::Text(name) => key == "name" && fold(name) == fold(slug.as_str()),
        _ => false,
    })
}

/// Tells whether a word leads to a tag; another one may have it for its name.
fn leads(vocabulary: &Vocabulary, word: &Slug, to: &Slug) -> bool {
    let tag = vocabulary.lookup(word.as_str());
    tag.is_some_and(|tag| tag.slug == *to)
}

/// An alias may hold the signs of a pattern, which want quotes.
fn alias(word: &str) -> String {
    if word.ends_with('*') && !word.starts_with(['*', '!', '&']) && !word.contains([':', '#', '"'])
    {
        return word.to_owned();
    }
    scalar(word)
}

fn apply(source: &Source, mut changes: Vec<(Range<usize>, String)>) -> Option<String> {
    // What is added in front of an entry that goes comes first.
    changes.sort_by_key(|(range, _)| (range.start, range.end));
    replace(&source.text, changes)
}
