//! The terminal: problems, results and progress for people.
//!
//! Data goes to stdout and everything else to stderr. Colour is stripped where nobody sees it
//! (`NO_COLOR`, a pipe), so all texts are clear without it.
#![allow(clippy::disallowed_methods)]

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::diagnostic::{Palette, Problems, Severity};

pub use crate::diagnostic::plural;

/// Work that is done sooner shows no bar: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(500);

/// This is a bar that shows how far a long work has come.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    is_seen: bool,
}

impl Progress {
    /// Makes a bar for so many steps; it is shown on a terminal when the work takes long.
    pub fn new(verb: &'static str, steps: usize) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
        bar.set_style(style.expect("the template is constant"));
        bar.set_message(verb);
        Progress {
            bar,
            start: Instant::now(),
            is_seen: std::io::stderr().is_terminal(),
        }
    }

    /// Notes that a step is done.
    pub fn step(&self) {
        if self.is_seen && self.bar.is_hidden() && self.start.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(1);
    }

    /// Shows a line for people; the bar stays below it.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| say(line));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows problems on stderr.
pub fn show_problems(problems: &Problems) {
    let shown: Vec<String> = problems
        .iter()
        .map(|problem| problem.render(Palette::COLOUR))
        .collect();
    if !shown.is_empty() {
        anstream::eprintln!("{}", shown.join("\n"));
    }
}

/// Shows an error of the machine or of the command line on stderr.
pub fn show_error(error: &anyhow::Error) {
    anstream::eprintln!("\x1b[1;31merror\x1b[0m\x1b[1m: {error:#}\x1b[0m");
}

/// Shows a line for people on stderr.
pub fn say(line: &str) {
    anstream::eprintln!("{line}");
}

/// Writes data to stdout; a reader that has gone away (`| head`) is no error.
pub fn print(data: &str) {
    use std::io::Write as _;
    let _ = anstream::stdout().write_all(data.as_bytes());
}

/// Says how many problems there are: `2 errors and 1 warning`.
pub fn count_problems(problems: &Problems) -> String {
    let count = |severity, word: &str| {
        let number = problems.count(severity);
        (number > 0).then(|| plural(number, word))
    };
    let parts = [
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
    ];
    parts
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" and ")
}

/// Writes a number of bytes as people read it, in powers of 1,000.
pub fn bytes(number: u64) -> String {
    let number = number as f64;
    match number {
        n if n < 1e3 => format!("{n} B"),
        n if n < 1e6 => format!("{:.1} kB", n / 1e3),
        n if n < 1e9 => format!("{:.1} MB", n / 1e6),
        n => format!("{:.2} GB", n / 1e9),
    }
}

/// Writes a duration as people read it.
pub fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            [bytes(5), bytes(1_500), bytes(61_000_000)],
            ["5 B", "1.5 kB", "61.0 MB"]
        );
        assert_eq!(
            [plural(1, "paper"), plural(0, "paper")],
            ["1 paper", "0 papers"]
        );
    }
}
