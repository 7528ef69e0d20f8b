//! What an import says about itself, for people and for machines.

use std::fmt::Write as _;

use serde::Serialize;

use crate::date::Date;
use crate::diagnostic::plural;
use crate::intake::{Accounting, Day, Intake, LineUse, Record, YearFrom, date_in_name};

/// This is what an import found, took and left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// One section for each input.
    pub inputs: Vec<Section>,
}

/// This is the report on one input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// The name of the input.
    pub input: String,
    /// The name of its format.
    pub format: &'static str,
    /// The format as people call it.
    pub description: &'static str,
    /// The issues that its papers go to, with the reasons.
    pub issues: Vec<IssueDate>,
    /// The papers that would be written.
    pub new: Vec<New>,
    /// The papers that are already there.
    pub already: Vec<Already>,
    /// The papers that the input holds again.
    pub twice: Vec<Twice>,
    /// What became of the lines.
    pub lines: LineCounts,
}

/// This is the day of an issue and the reason for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssueDate {
    /// The day, as `2025-08-06`.
    pub date: String,
    /// Why this day, in words.
    pub reason: String,
    /// How the day is written for people.
    #[serde(skip)]
    pub long: String,
}

/// This is a paper that would be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct New {
    /// Its title.
    pub title: String,
    /// Its line in the input.
    pub line: usize,
    /// The path of its file.
    pub path: String,
}

/// This is a paper that has a file already.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Already {
    /// Its title.
    pub title: String,
    /// Its line in the input.
    pub line: usize,
    /// The path of the file that has it.
    pub path: String,
}

/// This is a paper that stands in the input again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Twice {
    /// Its title.
    pub title: String,
    /// The line of the second mention.
    pub line: usize,
    /// The line of the first.
    pub first_line: usize,
}

/// This counts what became of the lines of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LineCounts {
    /// All lines.
    pub total: usize,
    /// Lines that are part of a paper.
    pub read: usize,
    /// Lines of the page around the papers.
    pub chrome: usize,
    /// Lines with nothing in them.
    pub blank: usize,
    /// Lines that could not be read; a problem names them.
    pub reported: usize,
}

/// This is how the issue of each record is found.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    forced: Option<Date>,
    otherwise: Date,
    issues: Vec<IssueDate>,
}

/// Decides on the days of the issues: asked for, written in the input, in the file's name, or the
/// day of the newest paper, in this order.
pub fn decide(intake: &Intake, asked: Option<Date>, today: Date) -> Decision {
    let issue = |date: Date, reason: &str| IssueDate {
        date: date.to_string(),
        reason: reason.to_owned(),
        long: date.long(),
    };
    if let Some(date) = asked {
        return Decision {
            forced: Some(date),
            otherwise: date,
            issues: vec![issue(date, "as --date says")],
        };
    }
    let newest = intake
        .records
        .iter()
        .filter_map(|record| record.published)
        .max();
    let (otherwise, reason) = if let Some(date) = date_in_name(&intake.name) {
        (date, "from the name of the file")
    } else if let Some(date) = newest {
        (date, "the day of its newest paper")
    } else {
        (
            today,
            "today, since neither the input nor its name holds a date",
        )
    };
    let mut issues = Vec::new();
    for day in &intake.days {
        if intake
            .records
            .iter()
            .any(|record| record.date == Some(day.date))
        {
            issues.push(issue(day.date, &reason_of(day)));
        }
    }
    for record in &intake.records {
        let known = |date: Date| {
            issues
                .iter()
                .any(|issue: &IssueDate| issue.date == date.to_string())
        };
        match record.date {
            Some(date) if !known(date) => issues.push(issue(date, "as the input says")),
            None if !known(otherwise) => issues.push(issue(otherwise, reason)),
            _ => {}
        }
    }
    Decision {
        forced: None,
        otherwise,
        issues,
    }
}

fn reason_of(day: &Day) -> String {
    let Day { written, line, .. } = day;
    match day.year {
        YearFrom::Input => format!("line {line} says \"{written}\""),
        YearFrom::FileName => {
            format!("line {line} says \"{written}\", the file's name has the year")
        }
        YearFrom::Capture => {
            format!(
                "line {line} says \"{written}\": the latest such day before the page was copied"
            )
        }
        YearFrom::Today => {
            format!("line {line} says \"{written}\": the latest such day, since no year is given")
        }
    }
}

impl Decision {
    /// Returns the issue of a record.
    pub fn date_of(&self, record: &Record) -> Date {
        self.forced.or(record.date).unwrap_or(self.otherwise)
    }
}

impl Section {
    /// Makes the section of an input, without papers so far.
    pub fn of(intake: &Intake, decision: &Decision) -> Section {
        let twice = intake.repeats.iter().map(|repeat| Twice {
            title: repeat.title.clone(),
            line: repeat.line,
            first_line: repeat.first_line,
        });
        Section {
            input: intake.name.clone(),
            format: intake.format.name(),
            description: intake.format.description(),
            issues: decision.issues.clone(),
            new: Vec::new(),
            already: Vec::new(),
            twice: twice.collect(),
            lines: LineCounts::of(&intake.accounting),
        }
    }

    /// Writes the section as people read it; `verbose` names every paper that is already there.
    pub fn render(&self, verbose: bool) -> String {
        let mut text = String::new();
        let papers = self.new.len() + self.already.len();
        let _ = writeln!(
            text,
            "{} from {} ({})",
            plural(papers, "paper"),
            self.input,
            self.description
        );
        for issue in &self.issues {
            let _ = writeln!(text, "  issue of {}: {}", issue.long, issue.reason);
        }
        let _ = writeln!(
            text,
            "  {} new, {} already there, {} twice in the input",
            self.new.len(),
            self.already.len(),
            self.twice.len()
        );
        let shown = if verbose { usize::MAX } else { 5 };
        for paper in self.already.iter().take(shown) {
            let _ = writeln!(text, "    line {}: {} has it", paper.line, paper.path);
        }
        if self.already.len() > shown {
            let _ = writeln!(text, "    and {} more", self.already.len() - shown);
        }
        let LineCounts {
            total,
            read,
            chrome,
            blank,
            reported,
        } = self.lines;
        let _ = writeln!(
            text,
            "  {}: {read} read, {chrome} page chrome, {blank} blank, {reported} reported",
            plural(total, "line")
        );
        text
    }
}

impl Report {
    /// Writes the report as people read it.
    pub fn render(&self, verbose: bool) -> String {
        self.inputs
            .iter()
            .map(|section| section.render(verbose))
            .collect()
    }
}

impl LineCounts {
    fn of(accounting: &Accounting) -> LineCounts {
        LineCounts {
            total: accounting.lines(),
            read: accounting.count(LineUse::Read),
            chrome: accounting.count(LineUse::Chrome),
            blank: accounting.count(LineUse::Blank),
            reported: accounting.count(LineUse::Reported),
        }
    }
}
