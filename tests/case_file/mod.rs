//! A case: a sentence, a site, commands run on it, and all that they came to, in one text.
//!
//! ```text
//! A sentence says what the case shows.
//! -- content/papers/2025-08-06/a.md --
//! the file's text
//! $ digest build --drafts
//! exit 1
//! -- stderr --
//! what the command says
//! -- public/papers/a.html --
//! what stands inside `<main>`; for a file of another kind, its whole text
//! -- public/papers/b.html (absent) --
//! -- content/papers/2025-08-06/a.md (edited) --
//! the new text, before the next command
//! $ digest build < list.txt
//! ```
//! Sections before a command are its site; those behind it are what is expected. `site.toml` is an
//! empty file unless a section says otherwise; `other hosts` is no file, but what they answer
//! (`hosts.rs`). `(escaped)` reads `\xff` as a byte, `\r` as a carriage
//! return and `\70000{ab}` as so many repetitions.

use std::fmt::Write as _;
use std::path::Path;

mod hosts;
mod run;

/// This is one case, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub sentence: String,
    pub steps: Vec<Step>,
}

/// This is a command with the changes before it and the expectations behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub before: Vec<Section>,
    pub command: String,
    pub exit: i32,
    pub after: Vec<Section>,
}

/// This is a named part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    pub mark: Mark,
    pub body: String,
}

/// This is what the word in brackets behind a section's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Plain,
    Escaped,
    Absent,
    Edited,
    Deleted,
}

const MARKS: [(&str, Mark); 4] = [
    (" (escaped)", Mark::Escaped),
    (" (absent)", Mark::Absent),
    (" (edited)", Mark::Edited),
    (" (deleted)", Mark::Deleted),
];

/// Sections that are no files.
const STREAMS: [&str; 2] = ["stderr", "stdout"];

impl Case {
    /// Parses a case; the error says what is wrong with its text.
    pub fn parse(text: &str) -> Result<Case, String> {
        let mut case = Case {
            sentence: String::new(),
            steps: Vec::new(),
        };
        let mut before: Vec<Section> = Vec::new();
        let mut lines = text.split_inclusive('\n').peekable();
        while let Some(line) = lines.peek() {
            if header(line).is_some() || line.starts_with("$ ") {
                break;
            }
            case.sentence.push_str(line);
            lines.next();
        }
        while let Some(line) = lines.next() {
            if let Some(command) = line.strip_prefix("$ ") {
                let exit = lines.next_if(|line| line.starts_with("exit "));
                case.steps.push(Step {
                    before: std::mem::take(&mut before),
                    command: command.trim_end().to_owned(),
                    exit: exit.map_or(Ok(0), parse_exit)?,
                    after: Vec::new(),
                });
                continue;
            }
            let (name, mark) = header(line)
                .ok_or_else(|| format!("`{}` stands outside of a section", line.trim_end()))?;
            let mut section = Section {
                name,
                mark,
                body: String::new(),
            };
            while let Some(line) =
                lines.next_if(|line| header(line).is_none() && !line.starts_with("$ "))
            {
                section.body.push_str(line);
            }
            place(section, &mut case.steps, &mut before)?;
        }
        if case.sentence.trim().is_empty() || case.steps.is_empty() {
            return Err("a case has a sentence and at least one `$ digest …`".to_owned());
        }
        match before.first() {
            Some(section) => Err(format!("no command follows the change of {}", section.name)),
            None => Ok(case),
        }
    }

    /// Writes the case as a text; parsing it gives the same case.
    pub fn write(&self) -> String {
        let mut text = self.sentence.clone();
        for step in &self.steps {
            step.before
                .iter()
                .for_each(|section| section.write(&mut text));
            let _ = writeln!(text, "$ {}", step.command);
            if step.exit != 0 {
                let _ = writeln!(text, "exit {}", step.exit);
            }
            step.after
                .iter()
                .for_each(|section| section.write(&mut text));
        }
        text
    }

    /// Runs the commands in a folder of their own; returns the case with what truly came of them.
    pub fn run(&self, digest: &Path) -> Result<Case, String> {
        run::run(self, digest)
    }

    /// Tells whether the commands are expected to say something on stderr.
    pub fn says(&self, words: &str) -> bool {
        let sections = self.steps.iter().flat_map(|step| &step.after);
        sections
            .filter(|section| section.name == "stderr")
            .any(|section| section.body.contains(words))
    }
}

impl Section {
    fn write(&self, text: &mut String) {
        let mark = MARKS.iter().find(|(_, mark)| *mark == self.mark);
        let _ = writeln!(
            text,
            "-- {}{} --",
            self.name,
            mark.map_or("", |(word, _)| word)
        );
        text.push_str(&self.body);
    }
}

/// Sorts a section to the command before or behind it.
fn place(section: Section, steps: &mut [Step], before: &mut Vec<Section>) -> Result<(), String> {
    let name = section.name.clone();
    let is_stream = STREAMS.contains(&name.as_str());
    let Some(step) = steps.last_mut() else {
        let usable = !is_stream && !matches!(section.mark, Mark::Edited | Mark::Deleted);
        if before.iter().any(|other| other.name == name) {
            return Err(format!("{name} stands twice before the first command"));
        }
        before.push(section);
        return usable
            .then_some(())
            .ok_or_else(|| format!("{name} cannot stand before the first command"));
    };
    match section.mark {
        Mark::Edited | Mark::Deleted if !is_stream => before.push(section),
        _ if !before.is_empty() => {
            return Err(format!("what is expected of {name} stands behind a change"));
        }
        Mark::Plain => step.after.push(section),
        Mark::Absent if section.body.is_empty() && !is_stream => step.after.push(section),
        _ => return Err(format!("{name} cannot be marked so")),
    }
    Ok(())
}

fn header(line: &str) -> Option<(String, Mark)> {
    let name = line.trim_end().strip_prefix("-- ")?.strip_suffix(" --")?;
    for (word, mark) in MARKS {
        if let Some(name) = name.strip_suffix(word) {
            return Some((name.to_owned(), mark));
        }
    }
    Some((name.to_owned(), Mark::Plain))
}

fn parse_exit(line: &str) -> Result<i32, String> {
    let code = line.trim_end().strip_prefix("exit ").map(str::parse);
    match code {
        Some(Ok(code)) => Ok(code),
        _ => Err(format!("`{}` is no exit code", line.trim_end())),
    }
}
