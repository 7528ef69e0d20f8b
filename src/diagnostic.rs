//! What is wrong, where, and what to do about it.
//!
//! A diagnostic is a value: it carries its own line of source, so it can be shown again by a server
//! or a later command. Knows neither terminal nor file; `console` decides about colour.

use std::fmt::Write as _;

use crate::source::{Place, steers};

mod code;
mod explain;

pub use code::Code;
pub use explain::{document, explain};

/// This tells whether a site can be published in spite of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The site is not published.
    Error,
    /// The site is published; somebody should look.
    Warning,
}

/// This is one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem it is.
    pub code: Code,
    /// Whether it stops a build.
    pub severity: Severity,
    /// What is wrong, in one line: lower case, no full stop.
    pub message: String,
    /// Where; a problem of the whole site has no place.
    pub place: Option<Place>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// This is a list of problems that grows while texts are read.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    list: Vec<Diagnostic>,
    /// How many words were sought among all that could be meant.
    guesses: usize,
}

/// How many words of a list are sought among all that could be meant: there may be as many mistyped links
/// as there are files, and who has so many makes one mistake many times.
const GUESSES: usize = 100;

/// This is a set of escape codes for a rendered diagnostic.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    error: &'static str,
    warning: &'static str,
    frame: &'static str,
    bold: &'static str,
    reset: &'static str,
}

impl Palette {
    /// No colours: for logs, files and tests.
    pub const PLAIN: Palette = Palette {
        error: "",
        warning: "",
        frame: "",
        bold: "",
        reset: "",
    };

    /// The colours that cargo uses.
    pub const COLOUR: Palette = Palette {
        error: "\x1b[1;31m",
        warning: "\x1b[1;33m",
        frame: "\x1b[1;34m",
        bold: "\x1b[1m",
        reset: "\x1b[0m",
    };
}

impl Diagnostic {
    /// Makes a problem of its code's severity, without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            message: shown(message.into()),
            place: None,
            hint: None,
        }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Diagnostic {
        self.place = Some(place);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(shown(hint.into()));
        self
    }

    /// Writes the problem as people read it: what, where, the line with marks, what to do.
    pub fn render(&self, palette: Palette) -> String {
        let Palette {
            error,
            warning,
            frame,
            bold,
            reset,
        } = palette;
        let (colour, word) = match self.severity {
            Severity::Error => (error, "error"),
            Severity::Warning => (warning, "warning"),
        };
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{colour}{word}[{}]{reset}{bold}: {}{reset}",
            self.code.name(),
            self.message
        );
        if let Some(place) = &self.place {
            render_place(&mut text, place, colour, frame, reset);
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "{bold}hint:{reset} {hint}");
        }
        text
    }
}

fn render_place(text: &mut String, place: &Place, mark: &str, frame: &str, reset: &str) {
    let file = shown(place.file.to_string());
    if place.line == 0 {
        let _ = writeln!(text, " {frame}-->{reset} {file}");
        return;
    }
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    let _ = writeln!(
        text,
        "{margin}{frame}-->{reset} {file}:{}:{}",
        place.line, place.column
    );
    let cells = |skip: usize, take: usize| -> usize {
        place
            .excerpt
            .chars()
            .skip(skip)
            .take(take)
            .map(cells_of)
            .sum()
    };
    let blanks = " ".repeat(cells(0, place.mark_start));
    let marks = "^".repeat(cells(place.mark_start, place.mark_length).max(1));
    let _ = writeln!(text, "{margin} {frame}|{reset}");
    let _ = writeln!(
        text,
        "{frame}{number} |{reset} {}",
        place.excerpt.trim_end()
    );
    let _ = writeln!(
        text,
        "{margin} {frame}|{reset} {blanks}{mark}{marks}{reset}"
    );
}

/// Names the characters that would do something to a terminal, for messages quote what strangers wrote.
fn shown(text: String) -> String {
    if !text.contains(steers) {
        return text;
    }
    let mut plain = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match steers(c) {
            true => plain.extend(c.escape_unicode()),
            false => plain.push(c),
        }
    }
    plain
}

/// Returns how many cells of a terminal a text takes; East Asian characters take two.
pub fn cells(text: &str) -> usize {
    text.chars().map(cells_of).sum()
}

fn cells_of(c: char) -> usize {
    unicode_width::UnicodeWidthChar::width(c).unwrap_or(1)
}

impl Problems {
    /// Makes an empty list.
    pub fn new() -> Problems {
        Problems::default()
    }

    /// Adds a problem.
    pub fn push(&mut self, problem: Diagnostic) {
        self.list.push(problem);
    }

    /// Adds all problems of another list.
    pub fn append(&mut self, other: Problems) {
        self.list.extend(other.list);
    }

    /// Returns the candidate that a mistyped word most likely means; after many words, none.
    pub fn guess<'a, I: IntoIterator<Item = &'a str>>(
        &mut self,
        word: &str,
        candidates: impl FnOnce() -> I,
    ) -> Option<&'a str> {
        self.guesses += 1;
        (self.guesses <= GUESSES).then(|| did_you_mean(word, candidates()))?
    }

    /// Returns the problems in the order of files, places and codes.
    pub fn sorted(mut self) -> Problems {
        self.list
            .sort_by(|a, b| (&a.place, a.code, &a.message).cmp(&(&b.place, b.code, &b.message)));
        self
    }

    /// Makes errors of all warnings.
    #[must_use]
    pub fn strict(mut self) -> Problems {
        for problem in &mut self.list {
            problem.severity = Severity::Error;
        }
        self
    }

    /// Tells whether one of them stops a build.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Counts the problems of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.iter()
            .filter(|problem| problem.severity == severity)
            .count()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the problems one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }
}

impl PartialEq for Problems {
    fn eq(&self, other: &Problems) -> bool {
        self.list == other.list
    }
}

impl Eq for Problems {}

impl IntoIterator for Problems {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl FromIterator<Diagnostic> for Problems {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(problems: I) -> Problems {
        Problems {
            list: problems.into_iter().collect(),
            guesses: 0,
        }
    }
}

/// Writes a number with its word: `1 paper`, `58 papers`.
pub fn plural(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Returns the candidate that a mistyped word most likely means.
///
/// A third of the word may be wrong, at least one letter (Damerau's distance with adjacent swaps);
/// ties go to the candidate that comes first.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().take(64).collect();
    let limit = (word.len() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().collect();
            let near = letters.len().abs_diff(word.len()) <= limit;
            let distance = near.then(|| edit_distance(&word, &letters))?;
            (distance <= limit && distance < word.len()).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The optimal string alignment distance: insertions, deletions, substitutions, adjacent swaps.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before_last[j - 2] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn a_problem_is_shown_with_its_line_and_a_hint() {
        let source = Source::new("vit.md", "---\ntags: [vison, x]\n");
        let problem = Diagnostic::new(Code::UnknownTag, "no tag is called `vison`")
            .at(source.place(11..16))
            .hint("did you mean `vision`?");
        let expected = "\
error[unknown-tag]: no tag is called `vison`
 --> vit.md:2:8
  |
2 | tags: [vison, x]
  |        ^^^^^
hint: did you mean `vision`?
";
        assert_eq!(problem.render(Palette::PLAIN), expected);
    }

    #[test]
    fn marks_stand_below_wide_characters() {
        let source = Source::new("a.md", "图像 x");
        let problem = Diagnostic::new(Code::BadYaml, "no").at(source.place(7..8));
        let expected = "error[bad-yaml]: no\n --> a.md:1:4\n  |\n1 | 图像 x\n  |      ^\n";
        assert_eq!(problem.render(Palette::PLAIN), expected);
    }

    #[test]
    fn what_steers_a_terminal_is_shown_by_its_name() {
        let source = Source::new("a\nb.md", "x\u{1b}[2J\u{202e}y");
        let problem = Diagnostic::new(Code::UnknownTag, "no tag is called `\u{1b}[2J`")
            .at(source.place(0..1))
            .hint("did you mean `\u{202e}x`?");
        let expected = "\
error[unknown-tag]: no tag is called `\\u{1b}[2J`
 --> a\\u{a}b.md:1:1
  |
1 | x [2J y
  | ^
hint: did you mean `\\u{202e}x`?
";
        assert_eq!(problem.render(Palette::PLAIN), expected);
    }

    #[test]
    fn a_mistyped_word_finds_its_neighbour() {
        let keys = ["title", "date", "tags", "arxiv"];
        for (word, expected) in [
            ("titel", Some("title")),
            ("tag", Some("tags")),
            ("Arxiv", Some("arxiv")),
            ("x", None),
            ("publisher", None),
            ("", None),
        ] {
            assert_eq!(did_you_mean(word, keys), expected, "{word}");
        }
    }

    #[test]
    fn code_names_are_unique() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn a_problem_is_coloured_as_cargo_does() {
        let problem = Diagnostic::new(Code::Untagged, "no tags")
            .at(Source::new("a.md", "x\n".repeat(10)).place(18..19))
            .hint("add some");
        let expected = "\x1b[1;33mwarning[untagged]\x1b[0m\x1b[1m: no tags\x1b[0m\n  \x1b[1;34m-->\x1b[0m a.md:10:1\n   \
             \x1b[1;34m|\x1b[0m\n\x1b[1;34m10 |\x1b[0m x\n   \x1b[1;34m|\x1b[0m \x1b[1;33m^\x1b[0m\n\x1b[1mhint:\x1b[0m add some\n";
        assert_eq!(problem.render(Palette::COLOUR), expected);
        let problem = Diagnostic::new(Code::NotUtf8, "no").at(Place::file("a.md"));
        assert_eq!(
            problem.render(Palette::PLAIN),
            "error[not-utf8]: no\n --> a.md\n"
        );
    }

    #[test]
    fn a_mark_is_as_wide_as_what_it_marks() {
        let source = Source::new("a.md", "x 图像y\u{301} z");
        let problem = Diagnostic::new(Code::BadYaml, "no").at(source.place(2..11));
        let shown = problem.render(Palette::PLAIN);
        assert!(shown.ends_with("\n  |   ^^^^^\n"), "{shown}");
        assert_eq!(cells("x 图像y\u{301}"), 7);
    }

    #[test]
    fn problems_are_counted_sorted_and_made_strict() {
        let source = Source::new("b.md", "ab\ncd\n");
        let problem = |code: Code, message: &str| Diagnostic::new(code, message);
        let problems: Problems = [
            problem(Code::Untagged, "4").at(source.place(3..4)),
            problem(Code::Untagged, "3").at(source.place(0..1)),
            problem(Code::BadDate, "2").at(source.place(0..1)),
            problem(Code::Untagged, "1").at(Place::file("a.md")),
            problem(Code::NearLimit, "0"),
        ]
        .into_iter()
        .collect();
        assert_eq!(problems.count(Severity::Error), 1);
        assert_eq!(problems.count(Severity::Warning), 4);
        assert!(problems.has_errors() && !problems.is_empty());
        let mut other = Problems::new();
        assert!(other.is_empty() && !other.has_errors() && other != problems);
        other.append(problems.clone());
        assert_eq!(other, problems);
        let sorted = problems.sorted();
        let messages: Vec<&str> = sorted
            .iter()
            .map(|problem| problem.message.as_str())
            .collect();
        assert_eq!(messages, ["0", "1", "2", "3", "4"]);
        assert_eq!(sorted.clone().into_iter().count(), 5);
        assert_eq!(sorted.strict().count(Severity::Error), 5);
    }

    #[test]
    fn a_hundred_words_are_guessed_and_no_more() {
        let mut problems = Problems::new();
        for _ in 0..GUESSES {
            assert_eq!(problems.guess("titel", || ["title"]), Some("title"));
        }
        assert_eq!(problems.guess("titel", || ["title"]), None);
    }

    #[test]
    fn letters_may_be_added_left_out_swapped_or_wrong_but_few() {
        for (word, candidates, expected) in [
            // One letter of a short word, a third of a longer one.
            ("date", &["dates", "data"][..], Some("dates")),
            ("abc", &["abd"], Some("abd")),
            ("abc", &["bca", "xyc"], None),
            ("abcdef", &["abxxef"], Some("abxxef")),
            ("abcdef", &["axxxef"], None),
            ("abcdef", &["badcfe", "bacdef"], Some("bacdef")),
            ("abcdef", &["badcef"], Some("badcef")),
            ("abcdef", &["abcdefgh"], Some("abcdefgh")),
            ("abcdef", &["abcdefghi"], None),
            ("abcdef", &["abcd"], Some("abcd")),
            ("abcdef", &["abc"], None),
            ("abcdef", &["abxd"], None),
            // The nearest, and of two that are as near the first.
            ("vison", &["vixxn", "vision", "visona"], Some("vision")),
            // A word of which every letter is wrong is no slip.
            ("a", &["b", "ab"], None),
            ("ab", &["ba", "xb"], Some("ba")),
            ("VISION", &["Visoin"], Some("Visoin")),
        ] {
            let found = did_you_mean(word, candidates.iter().copied());
            assert_eq!(found, expected, "{word} {candidates:?}");
        }
        let long = format!("{}x", "a".repeat(64));
        assert_eq!(did_you_mean(&long, ["a"]), None);
    }

    #[test]
    fn a_number_has_its_word() {
        assert_eq!(
            [0, 1, 2].map(|number| plural(number, "paper")),
            ["0 papers", "1 paper", "2 papers"]
        );
    }

    #[test]
    fn a_code_is_found_by_its_name_and_has_one_in_settings() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.name()), Some(*code));
        }
        assert_eq!(Code::parse("no-such-code"), None);
        assert_eq!(Code::TagUsedOnce.setting(), "tag_used_once");
    }
}
