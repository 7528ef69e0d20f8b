//! YAML mappings whose entries know their place.
//!
//! `serde_yaml` reads the values, and stops at the first mistake without saying where the others are;
//! so the top level is cut into entries first, by indentation, which gives places, finds every
//! duplicate key and lets the rest of a mapping be read. Most front matter is simpler than YAML can be,
//! and is read by `plain` to the same effect. Knows nothing of papers and tags.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::source::Source;

mod anchors;
mod brackets;
mod list;
mod plain;

pub use list::{WrittenList, parse_scalar, written_list};

/// This is one `key: value` at the top level of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Value,
    /// The bytes of the key in the source.
    pub key_range: Range<usize>,
    /// The bytes from behind the colon to the end of the entry, comments and all.
    pub value_range: Range<usize>,
}

/// This is a YAML value; an anchor is followed and a tag is dropped.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written where that is known: `2411.15120` keeps its last zero.
    Number(String),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Value>),
    /// A mapping; the order is that of the source.
    Map(Vec<(String, Value)>),
}

/// Libyaml needs a time that grows with the depth of brackets, for each token; no real front matter has ten.
const FLOW_DEPTH: usize = 64;

/// Parses the YAML mapping in a range of a source; `None`, reported, when it cannot be read.
pub fn parse_mapping(
    source: &Source,
    range: Range<usize>,
    problems: &mut Problems,
) -> Option<Vec<Entry>> {
    plain::read(&source.text[range.clone()], range.start)
        .or_else(|| read_tree(source, range, problems))
}

/// Parses any mapping.
fn read_tree(source: &Source, range: Range<usize>, problems: &mut Problems) -> Option<Vec<Entry>> {
    let text = &source.text[range.clone()];
    if let Some(found) = find_hostile(text) {
        let place = source.place(moved(&found.at, range.start));
        problems.push(
            Diagnostic::new(Code::BadYaml, found.message)
                .at(place)
                .hint(found.hint),
        );
        return None;
    }

    let mut spans = split_entries(text);
    let kept = drop_duplicates(source, range.start, text, &mut spans, problems);
    match serde_yaml::from_str::<serde_yaml::Value>(&kept) {
        Ok(serde_yaml::Value::Mapping(mapping)) => {
            let by_key = spans.iter().map(|span| (span.key.as_str(), span));
            let spans: FxHashMap<&str, &Span> = by_key.collect();
            let entry = |(key, value)| entry(key, value, &spans, text, range.start);
            Some(mapping.into_iter().map(entry).collect())
        }
        Ok(serde_yaml::Value::Null) => Some(Vec::new()),
        Ok(_) => {
            problems.push(
                Diagnostic::new(Code::BadYaml, "this is not a list of `key: value` lines")
                    .at(source.place(first_word(text, range.start)))
                    .hint("write one `key: value` on each line"),
            );
            None
        }
        Err(error) => {
            problems.push(describe(source, range, &spans, &error));
            None
        }
    }
}

impl Entry {
    /// Returns the bytes at which a text stands in the entry's value; those of the value as a whole
    /// where it is written another way (escapes, folded lines).
    pub fn find(&self, source: &Source, text: &str) -> Range<usize> {
        self.find_nth(source, text, 0)
    }

    /// Like `find`, but the text's n-th (from 0) occurrence as a whole word.
    pub fn find_nth(&self, source: &Source, text: &str, nth: usize) -> Range<usize> {
        find_word(&source.text, self.value_range.clone(), text, nth)
            .unwrap_or_else(|| self.shown(source))
    }

    /// Returns the bytes of the value without the white space around it; those of the key when it is empty.
    pub fn shown(&self, source: &Source) -> Range<usize> {
        let raw = &source.text[self.value_range.clone()];
        let value = raw.trim_start();
        if value.is_empty() || value.starts_with('#') {
            return self.key_range.clone();
        }
        let start = self.value_range.start + (raw.len() - value.len());
        let line = value.find('\n').map_or(value, |end| &value[..end]);
        start..start + strip_comment(line).trim_end().len().max(1)
    }
}

impl Value {
    /// Returns how messages call the value's type.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a yes or no",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Returns the value as JSON, in which other tools take it.
    pub fn into_json(self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(text) => json_number(&text).unwrap_or(Json::String(text)),
            Value::Text(text) => Json::String(text),
            Value::List(items) => items.into_iter().map(Value::into_json).collect(),
            Value::Map(entries) => {
                let mut object = serde_json::Map::new();
                for (key, value) in entries {
                    object.insert(key, value.into_json());
                }
                Json::Object(object)
            }
        }
    }
}

/// Returns the bytes of a top-level key and of its value in a block mapping, without reading the values.
///
/// For a problem that is only found when all files are known, long after this one was read.
pub fn locate(text: &str, range: Range<usize>, key: &str) -> Option<(Range<usize>, Range<usize>)> {
    let span = split_entries(&text[range.clone()])
        .into_iter()
        .find(|span| span.key == key)?;
    Some((
        moved(&span.key_range, range.start),
        moved(&span.value_range, range.start),
    ))
}

/// Finds the n-th whole-word occurrence of a text in a range of another.
pub fn find_word(text: &str, range: Range<usize>, word: &str, nth: usize) -> Option<Range<usize>> {
    if word.is_empty() {
        return None;
    }
    let bounded = |at: usize| {
        let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let before = text[range.start..at].chars().next_back();
        let after = text[at + word.len()..range.end].chars().next();
        !before.is_some_and(joins) && !after.is_some_and(joins)
    };
    text[range.clone()]
        .match_indices(word)
        .map(|(at, _)| range.start + at)
        .filter(|&at| bounded(at))
        .nth(nth)
        .map(|at| at..at + word.len())
}

/// A top-level entry before its value is read; ranges count from the start of the mapping.
struct Span {
    key: String,
    key_range: Range<usize>,
    value_range: Range<usize>,
}

/// A range of a mapping's bytes, as one of the text that the mapping starts in.
fn moved(range: &Range<usize>, start: usize) -> Range<usize> {
    start + range.start..start + range.end
}

/// What is said of anchors that repeat one another, or something long, again and again.
const TOO_MUCH: &str = "the anchors stand for much more than is written";

struct Hostile {
    at: Range<usize>,
    message: String,
    hint: &'static str,
}

/// Finds what would take the reader of YAML too long or too much memory, or what it rejects without a place.
fn find_hostile(text: &str) -> Option<Hostile> {
    find_control(text)
        .or_else(|| find_brackets(text))
        .or_else(|| find_anchors(text))
}

fn find_control(text: &str) -> Option<Hostile> {
    let is_allowed = |c: char| matches!(c, '\t' | '\r' | '\n' | '\u{85}');
    let is_forbidden =
        |c: char| !is_allowed(c) && c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    let (at, c) = text.char_indices().find(|&(_, c)| is_forbidden(c))?;
    Some(Hostile {
        at: at..at,
        message: format!(
            "the control character U+{:04X} cannot stand in YAML",
            u32::from(c)
        ),
        hint: "delete the character; it is invisible in most editors",
    })
}

fn find_brackets(text: &str) -> Option<Hostile> {
    // No text with fewer of them is nested deeper, and nearly all have fewer.
    memchr::memchr2_iter(b'[', b'{', text.as_bytes()).nth(FLOW_DEPTH)?;
    let at = brackets::find_too_deep(text, FLOW_DEPTH)?;
    Some(Hostile {
        at: at..at,
        message: format!("more than {FLOW_DEPTH} brackets are open"),
        hint: "put text with brackets between quotes",
    })
}

fn find_anchors(text: &str) -> Option<Hostile> {
    anchors::stand_for_too_much(text).then(|| Hostile {
        at: first_alias(text, 0..text.len()).unwrap_or(0..0),
        message: TOO_MUCH.to_owned(),
        hint: "write the values out",
    })
}

/// Cuts a block mapping into its top-level entries; a flow mapping (`{a: 1}`) has none.
fn split_entries(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some((key, key_length, colon)) = parse_key(line) {
            if let Some(last) = spans.last_mut() {
                last.value_range.end = at;
            }
            spans.push(Span {
                key,
                key_range: at..at + key_length,
                value_range: at + colon + 1..text.len(),
            });
        }
        at += line.len();
    }
    spans
}

/// Parses the key at the start of a line: the key, its length in bytes, and where its colon is.
fn parse_key(line: &str) -> Option<(String, usize, usize)> {
    let first = line.chars().next()?;
    let (key, length) = match first {
        quote @ ('"' | '\'') => {
            let end = line[1..].find(quote)? + 1;
            (line[1..end].to_owned(), end + 1)
        }
        ' ' | '\t' | '#' | '-' | '{' | '}' | '[' | ']' | '\n' | '\r' | '?' | '&' | '*' | '!' => {
            return None;
        }
        _ => {
            let ends = |at: &usize| {
                matches!(
                    line.as_bytes().get(at + 1),
                    None | Some(b' ' | b'\t' | b'\n' | b'\r')
                )
            };
            let colon = line.match_indices(':').map(|(at, _)| at).find(ends)?;
            (
                line[..colon].trim_end().to_owned(),
                line[..colon].trim_end().len(),
            )
        }
    };
    let gap = line[length..]
        .find(':')
        .filter(|&gap| line[length..length + gap].trim().is_empty())?;
    Some((key, length, length + gap))
}

/// Reports each key that stands again and blanks its entry, so that the others can be read.
fn drop_duplicates(
    source: &Source,
    start: usize,
    text: &str,
    spans: &mut Vec<Span>,
    problems: &mut Problems,
) -> String {
    let mut kept = text.to_owned();
    let mut seen: FxHashMap<String, Range<usize>> = FxHashMap::default();
    spans.retain(|span| {
        let Some(first) = seen.get(&span.key) else {
            seen.insert(span.key.clone(), span.key_range.clone());
            return true;
        };
        let key = &span.key;
        let line = source.place(moved(first, start)).line;
        let message = format!("the key `{key}` stands twice");
        let place = source.place(moved(&span.key_range, start));
        let hint = format!("the first one is on line {line}; keep one of the two");
        problems.push(
            Diagnostic::new(Code::DuplicateKey, message)
                .at(place)
                .hint(hint),
        );
        let entry = span.key_range.start..span.value_range.end;
        let blank: String = text[entry.clone()]
            .bytes()
            .map(|b| if b == b'\n' { '\n' } else { ' ' })
            .collect();
        kept.replace_range(entry, &blank);
        false
    });
    kept
}

fn entry(
    key: serde_yaml::Value,
    value: serde_yaml::Value,
    spans: &FxHashMap<&str, &Span>,
    text: &str,
    start: usize,
) -> Entry {
    let key = match convert(key) {
        Value::Text(key) | Value::Number(key) => key,
        Value::Bool(key) => key.to_string(),
        other => other.kind().to_owned(),
    };
    let span = spans.get(key.as_str());
    let whole = 0..text.trim_end().len();
    let (key_range, value_range) = match span {
        Some(span) => (span.key_range.clone(), span.value_range.clone()),
        None => find_word(text, whole.clone(), &key, 0)
            .map_or((whole.clone(), whole.clone()), |range| {
                (range.clone(), range.end..text.len())
            }),
    };
    let mut value = convert(value);
    if let Value::Number(number) = &mut value {
        let line = text[value_range.clone()].lines().next().unwrap_or("");
        let written = strip_comment(line).trim();
        if !written.is_empty() && span.is_some() {
            *number = written.to_owned();
        }
    }
    Entry {
        key,
        value,
        key_range: moved(&key_range, start),
        value_range: moved(&value_range, start),
    }
}

fn convert(value: serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Null => Value::Null,
        serde_yaml::Value::Bool(value) => Value::Bool(value),
        serde_yaml::Value::Number(number) => Value::Number(number.to_string()),
        serde_yaml::Value::String(text) => Value::Text(text),
        serde_yaml::Value::Sequence(items) => Value::List(items.into_iter().map(convert).collect()),
        serde_yaml::Value::Mapping(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let key = match convert(key) {
                        Value::Text(key) | Value::Number(key) => key,
                        Value::Bool(key) => key.to_string(),
                        other => other.kind().to_owned(),
                    };
                    (key, convert(value))
                })
                .collect(),
        ),
        serde_yaml::Value::Tagged(tagged) => convert(tagged.value),
    }
}

fn json_number(text: &str) -> Option<serde_json::Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    let number = serde_json::Number::from_f64(text.parse().ok()?)?;
    Some(serde_json::Value::Number(number))
}

/// Says what the YAML parser found, in words for people who do not know it.
fn describe(
    source: &Source,
    range: Range<usize>,
    spans: &[Span],
    error: &serde_yaml::Error,
) -> Diagnostic {
    let full = error.to_string();
    // The parser's text ends in a place that counts from the start of the block.
    let message = full.split(" at line ").next().unwrap_or(&full);
    let at = error
        .location()
        .map(|location| location.index().min(range.len()));
    let mut place = match at {
        Some(at) => moved(&(at..at), range.start),
        // The parser says that anchors are followed too often, but not which.
        None => first_alias(&source.text, range.clone())
            .filter(|_| message.contains("repetition limit"))
            .unwrap_or_else(|| first_word(&source.text[range.clone()], range.start)),
    };
    if let Some(key) = message.split("duplicate entry with key \"").nth(1) {
        let key = key.trim_end_matches('"');
        let word = find_word(&source.text, range.clone(), key, 1);
        place = word.unwrap_or(place);
        return Diagnostic::new(Code::DuplicateKey, format!("the key `{key}` stands twice"))
            .at(source.place(place))
            .hint("keep one of the two");
    }
    let line = at.map_or("", |at| line_around(&source.text[range.clone()], at));
    Diagnostic::new(Code::BadYaml, plain_words(message))
        .at(source.place(place))
        .hint(yaml_hint(message, line, spans))
}

fn plain_words(message: &str) -> String {
    if message.contains("repetition limit") {
        return TOO_MUCH.to_owned();
    }
    if message.contains("recursion limit") {
        return "the values are nested too deeply".to_owned();
    }
    if message.contains("mapping values are not allowed") {
        return "a second `: ` on one line".to_owned();
    }
    if message.contains("more than one document") {
        return "a line `...` or `---` ends the front matter too early".to_owned();
    }
    // Libyaml joins what it wanted and what it was doing with a comma; the first part is the news.
    let news = message.split(", while").next().unwrap_or(message);
    format!("this is not YAML: {news}")
}

fn yaml_hint(message: &str, line: &str, spans: &[Span]) -> &'static str {
    if message.contains("limit") {
        return "write the values out";
    }
    if line.contains('\t') {
        return "indent with spaces; YAML does not allow tabs";
    }
    if message.contains("unknown escape") || line.contains("\"") && line.contains('\\') {
        return "put text with a backslash between single quotes";
    }
    if message.contains("mapping values") || line.matches(": ").count() > 1 {
        return "put a text that holds a colon between quotes";
    }
    if spans.is_empty() {
        return "write one `key: value` on each line";
    }
    "put a text with special characters between quotes"
}

/// Finds the first `*name` that stands where a value does.
fn first_alias(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let block = &text[range.clone()];
    let starts = block.match_indices('*').map(|(at, _)| at);
    let name = |at: usize| {
        let rest = &block[at + 1..];
        rest.find(|c: char| !c.is_alphanumeric())
            .unwrap_or(rest.len())
    };
    let at = starts
        .filter(|&at| block[..at].ends_with([' ', ',', '[']))
        .find(|&at| name(at) > 0)?;
    Some(range.start + at..range.start + at + 1 + name(at))
}

/// The line in which a byte stands; the library tells places of bytes.
fn line_around(text: &str, at: usize) -> &str {
    let (bytes, at) = (text.as_bytes(), at.min(text.len()));
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |start| start + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |end| at + end);
    &text[start..end]
}

fn first_word(text: &str, start: usize) -> Range<usize> {
    let lead = text.len() - text.trim_start().len();
    let length = text
        .trim_start()
        .split(['\n', '\r'])
        .next()
        .map_or(0, str::len);
    start + lead..start + lead + length.max(1)
}

/// Cuts a comment: `#` behind white space and outside quotes.
fn strip_comment(line: &str) -> &str {
    let mut quote: Option<char> = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open && before != '\\' => quote = None,
            Some(_) => {}
            None if c == '#' && before.is_whitespace() => return &line[..at],
            None if (c == '"' || c == '\'') && !before.is_alphanumeric() => quote = Some(c),
            None => {}
        }
        before = c;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Palette;

    fn parse(text: &str) -> (Vec<Entry>, String) {
        let source = Source::new("a.yaml", text);
        let mut problems = Problems::new();
        let entries = parse_mapping(&source, 0..text.len(), &mut problems).unwrap_or_default();
        let shown = problems
            .iter()
            .map(|problem| problem.render(Palette::PLAIN))
            .collect();
        (entries, shown)
    }

    #[test]
    fn the_line_around_a_byte_is_between_the_ends_of_lines() {
        let text = "ab\ncdé\n\nf";
        let lines = [0, 2, 3, 6, 7, 8, 9, 10, 11, 99].map(|at| line_around(text, at));
        let expected = ["ab", "ab", "cdé", "cdé", "cdé", "", "f", "f", "f", "f"];
        assert_eq!(lines, expected);
    }

    #[test]
    fn entries_know_their_keys_values_and_places() {
        let text = "a: 1\n\"b c\": [x, y-x] # x\nd:\n- e\n# end\nf: |\n  g: h\n";
        let (entries, problems) = parse(text);
        assert_eq!(problems, "");
        let keys: Vec<_> = entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["a", "b c", "d", "f"]);
        let source = Source::new("a.yaml", text);
        assert_eq!(&text[entries[1].find(&source, "y-x")], "y-x");
        assert_eq!(&text[entries[1].shown(&source)], "[x, y-x]");
        assert_eq!(&text[entries[2].find(&source, "e")], "e");
        assert_eq!(entries[3].value, Value::Text("g: h\n".to_owned()));
    }

    #[test]
    fn a_number_keeps_its_last_zero() {
        let (entries, _) = parse("arxiv: 2411.15120 # id\n");
        assert_eq!(entries[0].value, Value::Number("2411.15120".to_owned()));
    }

    #[test]
    fn a_number_that_is_not_on_the_line_of_its_key_is_what_the_library_reads() {
        for text in ["{a: 1.50, b: c}\n", "a:\n  1.50\n"] {
            let (entries, problems) = parse(text);
            assert_eq!(problems, "");
            assert_eq!(entries[0].value, Value::Number("1.5".to_owned()), "{text}");
        }
    }

    #[test]
    fn every_duplicate_is_reported_and_the_rest_is_read() {
        let (entries, problems) = parse("a: 1\nb: 2\na:\n  - 3\nb: 4\nc: 5\n");
        assert_eq!(entries.len(), 3);
        assert_eq!(
            problems,
            "error[duplicate-key]: the key `a` stands twice\n --> a.yaml:3:1\n  |\n3 | a:\n  | ^\n\
             hint: the first one is on line 1; keep one of the two\n\
             error[duplicate-key]: the key `b` stands twice\n --> a.yaml:5:1\n  |\n5 | b: 4\n  | ^\n\
             hint: the first one is on line 2; keep one of the two\n"
        );
    }

    #[test]
    fn a_second_colon_is_explained() {
        let (_, problems) = parse("title: Orca 2: Teaching\n");
        assert_eq!(
            problems,
            "error[bad-yaml]: a second `: ` on one line\n --> a.yaml:1:14\n  |\n1 | title: Orca 2: Teaching\n  |              ^\n\
             hint: put a text that holds a colon between quotes\n"
        );
    }

    #[test]
    fn bombs_are_defused_quickly() {
        let mut bomb = String::from("note: 2 * 3\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for i in 1..12 {
            let items = vec![format!("*a{}", i - 1); 9].join(", ");
            bomb.push_str(&format!("a{i}: &a{i} [{items}]\n"));
        }
        let (_, problems) = parse(&bomb);
        assert!(
            problems.starts_with(
                "error[bad-yaml]: the anchors stand for much more than is written\n --> a.yaml:3:10\n"
            ),
            "{problems}"
        );
        assert!(
            problems.ends_with("|          ^^^\nhint: write the values out\n"),
            "{problems}"
        );

        let (_, problems) = parse(&"[".repeat(60_000));
        assert!(
            problems.starts_with("error[bad-yaml]: more than 64 brackets are open"),
            "{problems}"
        );

        // Lists that go on over lines are as deep.
        let (_, problems) = parse(&format!(
            "a: {}",
            format!("{}\n", "[".repeat(31)).repeat(2_000)
        ));
        assert!(
            problems
                .starts_with("error[bad-yaml]: more than 64 brackets are open\n --> a.yaml:3:3\n"),
            "{problems}"
        );
        let (entries, problems) = parse(&format!("a: {}{}\n", "[".repeat(64), "]".repeat(64)));
        assert_eq!((entries.len(), problems.as_str()), (1, ""));

        let deep: String = (0..500).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
        let (_, problems) = parse(&deep);
        assert!(
            problems.starts_with("error[bad-yaml]: the values are nested too deeply"),
            "{problems}"
        );
    }

    #[test]
    fn anchors_that_the_library_would_follow_are_refused_for_what_they_stand_for() {
        let text = |times: usize| {
            let (items, aliases) = ("x, ".repeat(200), "*a, ".repeat(times));
            format!("a: &a [{items}]\nb: [{aliases}]\n")
        };
        assert_eq!(parse(&text(20)).1, "");
        let (_, problems) = parse(&text(200));
        assert!(problems.contains(TOO_MUCH), "{problems}");
        let read = serde_yaml::from_str::<serde_yaml::Value>(&text(200));
        assert!(read.is_ok(), "nobody else refuses it");
    }

    #[test]
    fn a_control_character_is_found_where_it_stands() {
        let (_, problems) = parse("a: b\nc: d\u{7}e\n");
        assert!(problems.contains("U+0007"), "{problems}");
        assert!(problems.contains("a.yaml:2:5"), "{problems}");
    }

    #[test]
    fn a_comment_is_cut_only_outside_quotes() {
        assert_eq!(strip_comment("a # b"), "a ");
        assert_eq!(strip_comment("'a # b' # c"), "'a # b' ");
        assert_eq!(strip_comment("it's # c"), "it's ");
        assert_eq!(strip_comment("C#"), "C#");
    }

    #[test]
    fn a_word_is_found_whole_and_in_its_range() {
        let text = "a: vit, vi-t vit-b vit_c vitß, vit";
        let found = |range: Range<usize>, nth| find_word(text, range, "vit", nth);
        assert_eq!(found(0..text.len(), 0), Some(3..6));
        assert_eq!(found(0..text.len(), 1), Some(text.len() - 3..text.len()));
        assert_eq!(found(0..text.len(), 2), None);
        assert_eq!(found(4..text.len(), 0), Some(text.len() - 3..text.len()));
        // What stands beside the range does not count.
        assert_eq!(found(13..16, 0), Some(13..16));
        assert_eq!(find_word(text, 0..text.len(), "", 0), None);
    }

    #[test]
    fn an_entry_shows_its_value_without_what_stands_around_it() {
        for (text, expected) in [
            ("a:   x y  # z\n", "x y"),
            ("a: 'b # c' # d\n", "'b # c'"),
            ("a: # why\n", "a"),
            ("a:\n", "a"),
            ("a:\n- b # why\n- c\n", "- b"),
            ("\"a b\":  c\n", "c"),
        ] {
            let (entries, _) = parse(text);
            let shown = entries[0].shown(&Source::new("a.yaml", text));
            assert_eq!(&text[shown], expected, "{text}");
        }
        let text = "a: \"x\\x21\"\n";
        let (entries, _) = parse(text);
        let source = Source::new("a.yaml", text);
        assert_eq!(&text[entries[0].find(&source, "x!")], "\"x\\x21\"");
        let text = "a: [b, c, b]\n";
        let (entries, _) = parse(text);
        assert_eq!(
            entries[0].find_nth(&Source::new("a.yaml", text), "b", 1),
            10..11
        );
    }

    #[test]
    fn a_top_level_key_is_located_without_reading_the_values() {
        let text = "---\na: [\n\"b c\" : d\n # x\n  e: f\n'g': h\ni : j # k\n---\n";
        let located = |key: &str| {
            let (key, value) = locate(text, 4..text.len() - 4, key)?;
            Some((&text[key], &text[value]))
        };
        assert_eq!(located("a"), Some(("a", " [\n")));
        assert_eq!(located("b c"), Some(("\"b c\"", " d\n # x\n  e: f\n")));
        assert_eq!(located("g"), Some(("'g'", " h\n")));
        assert_eq!(located("i"), Some(("i", " j # k\n")));
        assert_eq!(located("e"), None);
        for none in [
            " a: b",
            "\ta: b",
            "# a: b",
            "- a: b",
            "? a: b",
            "a:b",
            "a",
            "'a: b",
            "\"a\" b: c",
            "&a b: c",
            "!a b: c",
            "*a : b",
        ] {
            assert_eq!(locate(none, 0..none.len(), "a"), None, "{none}");
        }
    }

    #[test]
    fn values_of_one_s_own_are_kept_as_json() {
        let text = "a: {b: [1, -2.5, 1e3, 007, x, true, ~], 3: {}, yes: 'no', true: !t u}\n";
        let (entries, problems) = parse(text);
        assert_eq!(problems, "");
        assert_eq!(
            entries[0].value.clone().into_json(),
            serde_json::json!({"b": [1, -2.5, 1000.0, "007", "x", true, null], "3": {}, "yes": "no", "true": "u"})
        );
        let kinds = |text: &str| parse(text).0[0].value.kind();
        let texts = ["a:", "a: true", "a: 1.5", "a: x", "a: [x]", "a: {x: y}"];
        let expected = [
            "nothing",
            "a yes or no",
            "a number",
            "a text",
            "a list",
            "a mapping",
        ];
        assert_eq!(texts.map(kinds), expected);
    }

    #[test]
    fn what_is_no_yaml_is_explained_where_it_stands() {
        for (text, expected) in [
            (
                "- a\n- b\n",
                "this is not a list of `key: value` lines 1:1+3 write one `key: value` on each line",
            ),
            (
                "\n  text\n",
                "this is not a list of `key: value` lines 2:3+4 write one `key: value` on each line",
            ),
            (
                "a: b\nc: \"\\d\"\n",
                "this is not YAML: found unknown escape character 2:5+1 put text with a backslash between single quotes",
            ),
            (
                "a: \"b\n  \\d\n  e\"\n",
                "this is not YAML: found unknown escape character 2:3+1 put text with a backslash between single quotes",
            ),
            (
                "a:\n\t- b\n",
                "this is not YAML: found character that cannot start any token 2:1+1 indent with spaces; YAML does not allow tabs",
            ),
            (
                "a: @b\n",
                "this is not YAML: found character that cannot start any token 1:4+1 put a text with special characters between quotes",
            ),
            (
                "a: b\n  c: d\n",
                "a second `: ` on one line 2:4+1 put a text that holds a colon between quotes",
            ),
            (
                "a: [b: c: d]\n",
                "this is not YAML: did not find expected ',' or ']' 1:9+1 put a text that holds a colon between quotes",
            ),
            (
                "a: \"b\" c\n",
                "this is not YAML: did not find expected key 1:8+1 put a text with special characters between quotes",
            ),
            (
                "a: @\\b\n",
                "this is not YAML: found character that cannot start any token 1:4+1 put a text with special characters between quotes",
            ),
            (
                "a: b\n...\nc: d\n",
                "a line `...` or `---` ends the front matter too early 1:1+4 put a text with special characters between quotes",
            ),
            (
                "abc: d\nabc: e\n",
                "the key `abc` stands twice 2:1+3 the first one is on line 2; keep one of the two",
            ),
            (
                "a: {b: c, b: d}\n",
                "the key `b` stands twice 1:11+1 keep one of the two",
            ),
            (
                "a: *b\n",
                "this is not YAML: unknown anchor 1:4+1 put a text with special characters between quotes",
            ),
            (
                "[\n",
                "this is not YAML: did not find expected node content 2:1+1 write one `key: value` on each line",
            ),
        ] {
            let source = Source::new("a.md", format!("---\n{text}"));
            let mut problems = Problems::new();
            parse_mapping(&source, 4..source.text.len(), &mut problems);
            let shown: Vec<String> = problems
                .iter()
                .map(|problem| {
                    let place = problem.place.as_ref().expect("a place");
                    let hint = problem.hint.as_deref().expect("a hint");
                    format!(
                        "{} {}:{}+{} {hint}",
                        problem.message,
                        place.line - 1,
                        place.column,
                        place.mark_length
                    )
                })
                .collect();
            assert_eq!(shown, [expected], "{text}");
        }
    }
}
