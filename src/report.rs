//! Problems for programs: JSON, the annotations of GitHub, and SARIF.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::address::encode_path;
use crate::diagnostic::{Code, Diagnostic, Problems, Severity};
use crate::source::Place;

/// The file that a problem of the whole site is shown at, where a report wants one.
const WHOLE_SITE: &str = crate::layout::SETTINGS;

/// Writes problems as a JSON list; a problem without a place has no `file`.
pub fn json(problems: &Problems) -> String {
    let items: Vec<Value> = problems
        .iter()
        .map(|problem| {
            let mut item = json!({
                "code": problem.code.name(),
                "severity": level(problem),
                "message": problem.message,
            });
            if let Some(place) = &problem.place {
                item["file"] = place.file.as_ref().into();
                if place.line > 0 {
                    item["line"] = place.line.into();
                    item["column"] = place.column.into();
                    item["end_column"] = (place.column + place.mark_length).into();
                }
            }
            if let Some(hint) = &problem.hint {
                item["hint"] = hint.as_str().into();
            }
            item
        })
        .collect();
    format!("{:#}\n", Value::Array(items))
}

/// Writes problems as workflow commands, which GitHub shows beside the line in a pull request.
///
/// `folder` stands before each file: the site's root as seen from the repository's.
pub fn github(problems: &Problems, folder: &str) -> String {
    let mut text = String::new();
    for problem in problems.iter() {
        let (file, position) = match &problem.place {
            Some(place) if place.line > 0 => (
                place.file.as_ref(),
                format!(
                    ",line={},col={},endColumn={}",
                    place.line,
                    place.column,
                    place.column + place.mark_length
                ),
            ),
            Some(place) => (place.file.as_ref(), String::new()),
            None => (WHOLE_SITE, String::new()),
        };
        let _ = writeln!(
            text,
            "::{} file={}{position},title={}::{}",
            level(problem),
            escape_property(&format!("{folder}{file}")),
            problem.code.name(),
            escape_data(&with_hint(problem))
        );
    }
    text
}

/// Writes problems as SARIF 2.1.0, with the rules that they break.
pub fn sarif(problems: &Problems, folder: &str) -> String {
    let mut codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes
        .iter()
        .map(|code| {
            json!({
                "id": code.name(),
                "shortDescription": {"text": code.explanation()},
                "fullDescription": {"text": code.explanation()},
                "help": {"text": code.advice(), "markdown": code.advice()},
            })
        })
        .collect();
    let results: Vec<Value> = problems
        .iter()
        .map(|problem| {
            json!({
                "ruleId": problem.code.name(),
                "ruleIndex": codes.binary_search(&problem.code).unwrap_or_default(),
                "level": level(problem),
                "message": {"text": with_hint(problem)},
                "locations": [{"physicalLocation": location(problem.place.as_ref(), folder)}],
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "digest",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn location(place: Option<&Place>, folder: &str) -> Value {
    let file = place.map_or(WHOLE_SITE, |place| place.file.as_ref());
    let mut location = json!({
        "artifactLocation": {"uri": encode_path(&format!("{folder}{file}"))},
    });
    if let Some(place) = place.filter(|place| place.line > 0) {
        location["region"] = json!({
            "startLine": place.line,
            "startColumn": place.column,
            "endColumn": place.column + place.mark_length,
        });
    }
    location
}

fn level(problem: &Diagnostic) -> &'static str {
    match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn with_hint(problem: &Diagnostic) -> String {
    match &problem.hint {
        Some(hint) => format!("{}\nhint: {hint}", problem.message),
        None => problem.message.clone(),
    }
}

// The escapes of GitHub's own toolkit for workflow commands.
fn escape_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn problems() -> Problems {
        let source = Source::new("content/a b,c.md", "title: x\n");
        let mut problems = Problems::new();
        problems.push(
            Diagnostic::new(Code::UnknownKey, "100% wrong")
                .at(source.place(7..8))
                .hint("mend it"),
        );
        problems.push(Diagnostic::new(Code::Untagged, "no tags").at(source.whole()));
        problems.push(Diagnostic::new(Code::NearLimit, "large"));
        problems
    }

    #[test]
    fn annotations_stand_beside_the_line_and_escape_what_ends_them() {
        let expected = "\
::error file=docs/content/a b%2Cc.md,line=1,col=8,endColumn=9,title=unknown-key::100%25 wrong%0Ahint: mend it
::warning file=docs/content/a b%2Cc.md,title=untagged::no tags
::warning file=docs/site.toml,title=near-limit::large
";
        assert_eq!(github(&problems(), "docs/"), expected);
        assert_eq!(escape_property("a:b,c%\r\n"), "a%3Ab%2Cc%25%0D%0A");
    }

    #[test]
    fn json_has_the_places_that_there_are() {
        let list: Value = serde_json::from_str(&json(&problems())).expect("JSON");
        let place = json!({"file": "content/a b,c.md", "line": 1, "column": 8, "end_column": 9});
        for (key, value) in place.as_object().expect("an object") {
            assert_eq!(&list[0][key], value, "{key}");
        }
        assert_eq!(list[0]["severity"], "error");
        assert_eq!(list[0]["hint"], "mend it");
        let keys = |at: usize| list[at].as_object().expect("an object").len();
        assert_eq!((keys(0), keys(1), keys(2)), (8, 4, 3));
        assert_eq!(list[1]["file"], "content/a b,c.md");
    }

    #[test]
    fn sarif_names_each_rule_once_and_leads_to_the_lines() {
        let mut twice = problems();
        twice.append(problems());
        let log: Value = serde_json::from_str(&sarif(&twice, "docs/")).expect("JSON");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        assert_eq!(rules.len(), 3);
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), 6);
        for result in results {
            let rule = result["ruleIndex"].as_u64().expect("a number");
            assert_eq!(
                rules[usize::try_from(rule).expect("small")]["id"],
                result["ruleId"]
            );
        }
        let place = |at: usize| &results[at]["locations"][0]["physicalLocation"];
        assert_eq!(
            place(0)["artifactLocation"]["uri"],
            "docs/content/a%20b,c.md"
        );
        assert_eq!(
            place(0)["region"],
            json!({"startLine": 1, "startColumn": 8, "endColumn": 9})
        );
        assert!(place(1).get("region").is_none() && place(2).get("region").is_none());
        assert_eq!(place(2)["artifactLocation"]["uri"], "docs/site.toml");
    }
}
