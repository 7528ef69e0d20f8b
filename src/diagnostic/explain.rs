//! The codes explained: for a terminal, and as a page of the documentation.
//!
//! The example is the case that tests the code, so neither can say what the command does not.

use std::fmt::Write as _;

use super::{Code, Severity};

/// How wide a paragraph on a terminal is.
const WIDTH: usize = 88;

/// Explains a code for a terminal: what it means, what to do, an example.
pub fn explain(code: Code) -> String {
    let mut text = format!("{}[{}]\n\n", severity(code), code.name());
    let _ = write!(text, "{}\n\n", wrap(code.explanation()));
    let _ = write!(text, "{}\n\nFor example:\n", wrap(code.advice()));
    for block in example(code) {
        text.push('\n');
        let _ = writeln!(text, "  {}", block.title);
        for line in block.lines {
            let _ = writeln!(text, "{}", format!("    {line}").trim_end());
        }
    }
    text
}

/// Writes the page of the documentation that lists all codes, in Markdown.
pub fn document() -> String {
    let mut text = String::from(
        "# Diagnostics\n\n\
         What `digest` can find wrong, code by code: `digest explain CODE` says the same. An error \
         stops a build and ends a command with 1 (2 for the settings); a warning does not, unless \
         `digest check --strict` is asked for. The list is written by \
         `UPDATE=1 cargo test --test documentation`.\n\n",
    );
    for code in Code::ALL {
        let _ = writeln!(
            text,
            "- [`{name}`](#{name}) ({}): {}",
            severity(*code),
            code.explanation(),
            name = code.name()
        );
    }
    for code in Code::ALL {
        let _ = write!(text, "\n## {}\n\n", code.name());
        let _ = writeln!(text, "{} {}", code.explanation(), code.advice());
        for block in example(*code) {
            let fence = if block.lines.iter().any(|line| line.starts_with("```")) {
                "````"
            } else {
                "```"
            };
            let _ = write!(
                text,
                "\n`{}`\n{fence}text\n{}\n{fence}\n",
                block.title,
                block.lines.join("\n")
            );
        }
    }
    text
}

/// A file or a command of an example, with its lines.
struct Block {
    title: &'static str,
    lines: Vec<&'static str>,
}

/// Cuts the case of a code into its files, and its command with what that says.
fn example(code: Code) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // The first line is the sentence that the case proves.
    for line in code.case().lines().skip(1) {
        let header = line
            .strip_prefix("-- ")
            .and_then(|line| line.strip_suffix(" --"));
        match header {
            Some("stderr" | "stdout") => {}
            Some(name) => blocks.push(Block {
                title: name.strip_suffix(" (escaped)").unwrap_or(name),
                lines: Vec::new(),
            }),
            None if line.starts_with("$ ") => blocks.push(Block {
                title: &line[2..],
                lines: Vec::new(),
            }),
            None if line.starts_with("exit ") => {}
            None => {
                if let Some(block) = blocks.last_mut() {
                    block.lines.push(line);
                }
            }
        }
    }
    blocks
}

fn severity(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn wrap(paragraph: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for word in paragraph.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            text.push('\n');
            width = 0;
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_has_a_text_and_an_example() {
        let text = explain(Code::BadDate);
        assert!(text.starts_with("error[bad-date]\n\nA date is written"));
        assert!(
            text.contains("\n  digest check\n    error[bad-date]: "),
            "{text}"
        );
        assert!(
            text.lines().take(6).all(|line| line.len() <= WIDTH),
            "{text}"
        );
    }

    #[test]
    fn every_code_says_what_it_means_in_sentences() {
        for code in Code::ALL {
            for text in [code.explanation(), code.advice()] {
                assert!(text.ends_with('.'), "{}: {text}", code.name());
                assert!(!text.contains("  "), "{}: {text}", code.name());
            }
        }
    }

    #[test]
    fn a_paragraph_is_wrapped_at_its_words() {
        let words = |lengths: &[usize]| -> Vec<String> {
            lengths.iter().map(|length| "é".repeat(*length)).collect()
        };
        let check = |lengths: &[usize], expected: &[&[usize]]| {
            let lines: Vec<String> = expected.iter().map(|line| words(line).join(" ")).collect();
            assert_eq!(wrap(&words(lengths).join(" ")), lines.join("\n"));
        };
        check(&[40, 47], &[&[40, 47]]);
        check(&[40, 48], &[&[40], &[48]]);
        check(&[100, 1, 85, 1], &[&[100], &[1, 85], &[1]]);
        check(&[1], &[&[1]]);
    }

    #[test]
    fn an_example_is_the_case_without_its_sentence_and_its_exit_code() {
        let blocks = example(Code::BadDate);
        let titles: Vec<&str> = blocks.iter().map(|block| block.title).collect();
        assert!(
            titles
                .last()
                .is_some_and(|title| title.starts_with("digest ")),
            "{titles:?}"
        );
        assert!(
            titles.iter().any(|title| title.ends_with(".md")),
            "{titles:?}"
        );
        let lines = blocks.iter().flat_map(|block| &block.lines);
        for line in lines {
            assert!(
                !line.starts_with("-- ") && !line.starts_with("exit "),
                "{line}"
            );
        }
    }

    #[test]
    fn the_page_lists_each_code_and_explains_it() {
        let page = document();
        for code in Code::ALL {
            let (name, severity) = (code.name(), severity(*code));
            let listed = format!(
                "- [`{name}`](#{name}) ({severity}): {}\n",
                code.explanation()
            );
            assert!(page.contains(&listed), "{name}");
            assert!(page.contains(&format!("\n## {name}\n\n")), "{name}");
        }
        let fences = page.lines().filter(|line| line.starts_with("```")).count();
        assert!(fences >= 2 * Code::ALL.len());
    }
}
