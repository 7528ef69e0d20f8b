//! Mistakes in templates, told as all others are: with the place, and with what was meant.
//!
//! Tera finds them and has its own way to say so. Some come as a report that is a text already, and several
//! at once; what goes in circles or has no parent comes without a place.

use std::collections::BTreeMap;
use std::ops::Range;

use tera::{Error, ErrorKind, ReportError};

use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::source::Source;

use super::asked::words;
use super::turns::{self, Counted};
use super::{BUILT_IN_PREFIX, sheet};

/// These are the templates as people wrote them, and as Tera was given them.
pub(super) struct Templates<'a> {
    pub sources: &'a BTreeMap<String, Source>,
    pub counted: &'a BTreeMap<String, Counted>,
}

/// The filters that templates have.
const FILTERS: [&str; 41] = [
    "abs",
    "capitalize",
    "count",
    "default",
    "escape",
    "escape_html",
    "escape_xml",
    "fill",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "json",
    "keys",
    "last",
    "length",
    "lower",
    "newlines_to_br",
    "nth",
    "number",
    "pairs",
    "pluralize",
    "replace",
    "reverse",
    "round",
    "safe",
    "sort",
    "split",
    "str",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "values",
    "wordcount",
];

/// The tests that templates have.
const TESTS: [&str; 17] = [
    "array",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];

/// The functions that templates have.
const FUNCTIONS: [&str; 3] = ["range", "super", "throw"];

impl Templates<'_> {
    /// Tells what is wrong; there is one problem at least.
    pub fn describe(&self, error: &Error) -> Vec<Diagnostic> {
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                vec![self.of_report(report)]
            }
            ErrorKind::Io(std::io::ErrorKind::FileTooLarge) => {
                let message = format!("the page is longer than {} MiB", sheet::LONGEST >> 20);
                vec![Diagnostic::new(Code::BadTemplate, message)]
            }
            ErrorKind::CircularInclude { include_chain, .. } => {
                vec![self.circle("includes", include_chain)]
            }
            ErrorKind::CircularExtend {
                inheritance_chain, ..
            } => vec![self.circle("extends", inheritance_chain)],
            ErrorKind::MissingParent { current, parent } => {
                let problem = self.problem(&format!("Unknown template `{parent}`"));
                vec![self.at_name(problem, current, parent)]
            }
            other => self.of_text(&other.to_string()),
        }
    }

    fn of_report(&self, report: &ReportError) -> Diagnostic {
        let problem = self.problem(report.message());
        self.at(problem, report.filename(), report.span().range.clone())
    }

    /// Each part of such a text has the message in its first line, and the place in its second, as
    /// ` --> paper.html:2:30`.
    fn of_text(&self, text: &str) -> Vec<Diagnostic> {
        let lines: Vec<&str> = text.lines().collect();
        let mut reports: Vec<Diagnostic> = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let Some(message) = line.strip_prefix("error: ") else {
                continue;
            };
            let name = message.split('`').nth(1).unwrap_or_default();
            let place = lines
                .get(number + 1)
                .and_then(|line| self.parse_locus(line, name));
            let problem = self.problem(message);
            reports.push(match place {
                Some((template, range)) => self.at(problem, template, range),
                None => problem,
            });
        }
        if reports.is_empty() {
            let first = lines.iter().find(|line| !line.trim().is_empty());
            reports.push(self.problem(first.unwrap_or(&"the template cannot be read")));
        }
        reports
    }

    /// A template that leads to itself through others, or none.
    fn circle(&self, leads: &str, chain: &[String]) -> Diagnostic {
        let names: Vec<&str> = chain.iter().map(|name| shown(name)).collect();
        let first = names.first().copied().unwrap_or_default();
        let others: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| *name != first)
            .collect();
        let message = match others.is_empty() {
            true => format!("the template {leads} itself"),
            false => format!(
                "the template {leads} itself, by way of {}",
                others.join(", ")
            ),
        };
        let next = others.first().copied().unwrap_or(first);
        let problem = Diagnostic::new(Code::BadTemplate, message);
        let problem = match self
            .sources
            .contains_key(&format!("{BUILT_IN_PREFIX}{first}"))
        {
            true => problem.hint(format!(
                "the built-in one is called `{BUILT_IN_PREFIX}{first}`"
            )),
            false => problem,
        };
        let template = chain.first().map_or("", String::as_str);
        self.at_name(problem, template, next)
    }

    /// Makes a problem of Tera's message, with a hint.
    fn problem(&self, message: &str) -> Diagnostic {
        let message = message.trim_end_matches('.');
        let (what, there_are) = match message.split_once(". Available ") {
            Some((what, list)) => (what, list.split_once(": ").map_or("", |(_, names)| names)),
            None => (message, ""),
        };
        let hint = self.hint(what, there_are);
        let problem = Diagnostic::new(Code::BadTemplate, lower_first(what));
        match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    /// Says what was meant, or what there is.
    fn hint(&self, message: &str, there_are: &str) -> Option<String> {
        let (kind, rest) = message.split_once('`')?;
        let (name, _) = rest.split_once('`')?;
        let others = |candidate: &&str| *candidate != name;
        let meant = match kind {
            "Unknown filter " => did_you_mean(name, FILTERS),
            "Unknown test " => did_you_mean(name, TESTS),
            "Unknown function " => did_you_mean(name, FUNCTIONS),
            "Unknown template " => did_you_mean(name, self.sources.keys().map(|name| shown(name))),
            "Unknown component " => did_you_mean(name, self.defined("component").filter(others)),
            "Block " => did_you_mean(name, self.defined("block").filter(others)),
            "Field " | "Variable " => did_you_mean(name, there_are.split(", ")),
            _ => None,
        };
        let all = || (!there_are.is_empty()).then(|| format!("there are {there_are}"));
        let meant = meant.map(|meant| format!("did you mean `{meant}`?"));
        meant.or_else(all)
    }

    /// The names that templates give to components, or to blocks.
    fn defined(&self, tag: &str) -> impl Iterator<Item = &str> {
        let codes = self
            .sources
            .values()
            .flat_map(|source| turns::codes(&source.text));
        codes.filter_map(move |code| {
            let name = turns::tag_name(code).filter(|name| *name == tag)?;
            words(code).skip_while(|word| *word != name).nth(1)
        })
    }

    /// Puts a problem where a template names another.
    fn at_name(&self, problem: Diagnostic, template: &str, name: &str) -> Diagnostic {
        let Some(source) = self.sources.get(template) else {
            return problem;
        };
        let quoted = |quote: char| {
            let start = source.text.find(&format!("{quote}{name}{quote}"))? + 1;
            Some(start..start + name.len())
        };
        let range = ['"', '\'', '`'].into_iter().find_map(quoted);
        problem.at(range.map_or_else(|| source.whole(), |range| source.place(range)))
    }

    /// Puts a problem at bytes of a template as Tera was given it.
    fn at(&self, problem: Diagnostic, template: &str, range: Range<usize>) -> Diagnostic {
        let Some(source) = self.sources.get(template) else {
            return problem;
        };
        let range = match self.counted.get(template) {
            Some(counted) => counted.written(range),
            None => range,
        };
        problem.at(source.place(range))
    }

    /// Parses ` --> paper.html:2:30`: the template, the line and the column, from 1, where a name stands, or
    /// a sign before it.
    fn parse_locus<'t>(&self, line: &'t str, name: &str) -> Option<(&'t str, Range<usize>)> {
        let (_, locus) = line.split_once("--> ")?;
        let mut parts = locus.trim_end_matches(']').rsplitn(3, ':');
        let column: usize = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        let template = parts.next()?.trim_start_matches('[');
        let given = match self.counted.get(template) {
            Some(counted) => &Source::new("", counted.text.as_str()),
            None => self.sources.get(template)?,
        };
        let start = given.line_start(line) + column.saturating_sub(1);
        let rest = given.text.get(start..).unwrap_or_default();
        let signs = rest.find(name).filter(|signs| *signs <= 1);
        let (start, length) = match signs {
            Some(signs) if !name.is_empty() => (start + signs, name.len()),
            _ => (start, 1),
        };
        Some((template, start..start + length))
    }
}

/// The name of a template as others call it.
fn shown(name: &str) -> &str {
    name.strip_prefix(BUILT_IN_PREFIX).unwrap_or(name)
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !text.chars().nth(1).is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tells whether templates may use something.
    fn is_known(expression: &str) -> bool {
        let language = std::sync::Arc::new(super::super::words::read(
            "en",
            &[],
            &mut crate::diagnostic::Problems::new(),
        ));
        let mut tera = super::super::engine(&language);
        let template = format!("{{% if false %}}{{{{ {expression} }}}}{{% endif %}}");
        tera.add_raw_template("a.html", &template).is_ok()
    }

    #[test]
    fn what_is_proposed_is_there() {
        assert!(FILTERS.is_sorted() && TESTS.is_sorted() && FUNCTIONS.is_sorted());
        for filter in FILTERS {
            assert!(is_known(&format!("x | {filter}")), "{filter}");
        }
        for test in TESTS {
            assert!(is_known(&format!("x is {test}")), "{test}");
        }
        assert!(is_known("range(end=1)") && is_known("throw(message='x')"));
        assert!(!is_known("x | shout") && !is_known("x is loud") && !is_known("now()"));
    }

    #[test]
    fn a_place_that_is_none_is_no_panic() {
        let sources = BTreeMap::from([("a.html".to_owned(), Source::new("a.html", "x\n<name"))]);
        let templates = Templates {
            sources: &sources,
            counted: &BTreeMap::new(),
        };
        let locus = |line| templates.parse_locus(line, "name");
        assert_eq!(locus(" --> a.html:1:0"), Some(("a.html", 0..1)));
        assert_eq!(locus(" --> a.html:1:9"), Some(("a.html", 8..9)));
        assert_eq!(locus(" --> a.html:2:1"), Some(("a.html", 3..7)));
        assert_eq!(locus(" --> b.html:1:1"), None);
        assert_eq!(locus(" --> a.html"), None);
    }
}
