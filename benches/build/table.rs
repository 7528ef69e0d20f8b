//! The tables that are printed, in Markdown.

use std::fmt::Write as _;
use std::process::Command;
use std::time::SystemTime;

use paper_digest::date::Date;

use crate::hugo::Hugo;
use crate::measure::{Cost, Costs, median};

/// Returns a line about the machine, the versions and the day.
pub fn machine(date: Option<&str>, hugo: Option<&Hugo>) -> String {
    let date = date.map(str::to_owned).or_else(|| {
        let today = Date::from_time(SystemTime::now())?;
        Some(today.to_string())
    });
    let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map_or_else(
        |_| "rustc".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    let rustc = rustc.split(" (").next().unwrap_or_default();
    let hugo = hugo.map_or_else(String::new, |hugo| format!(", Hugo {}", hugo.version));
    format!(
        "{threads} threads of {model}; digest {}{hugo}, {rustc}; {}",
        env!("CARGO_PKG_VERSION"),
        date.unwrap_or_default()
    )
}

/// Returns a number of papers as tables show it.
pub fn papers(size: usize) -> String {
    format!("{} papers", grouped(size))
}

/// Returns a number with its thousands apart.
fn grouped(number: usize) -> String {
    match number / 1000 {
        0 => number.to_string(),
        thousands => format!("{},{:03}", grouped(thousands), number % 1000),
    }
}

/// Returns the table for the README: what `digest` takes at each size, and how many times that the
/// others take.
pub fn summary(races: &[(usize, Costs)]) -> String {
    let mut text = String::from("\n| papers | digest |");
    let Some((_, first)) = races.first() else {
        return text;
    };
    for (name, _) in &first[1..] {
        let _ = write!(text, " {name} | wall | memory |");
    }
    text.push_str("\n|---:|---:|");
    text.push_str(&"---:|---:|---:|".repeat(first.len() - 1));
    text.push('\n');
    let shown = |costs: &[Cost]| {
        format!(
            "{:.2} s, {:.0} MB",
            median(costs.iter().map(|cost| cost.wall)),
            median(costs.iter().filter_map(|cost| cost.memory))
        )
    };
    for (size, costs) in races {
        let own = &costs[0].1;
        let _ = write!(text, "| {} | {} |", grouped(*size), shown(own));
        for (_, costs) in &costs[1..] {
            let [wall, memory] = [
                ratio(costs, own, wall),
                ratio(costs, own, |cost| cost.memory),
            ];
            let _ = write!(text, " {} | {wall:.1} × | {memory:.1} × |", shown(costs));
        }
        text.push('\n');
    }
    text
}

fn wall(cost: &Cost) -> Option<f64> {
    Some(cost.wall)
}

/// How many times another's cost is one's own, in the median of all rounds.
fn ratio(others: &[Cost], own: &[Cost], part: impl Fn(&Cost) -> Option<f64>) -> f64 {
    let pairs = others.iter().zip(own);
    median(pairs.filter_map(|(other, own)| Some(part(other)? / part(own)?)))
}

/// Returns a table: each contestant's medians, and how many times those of the first they are.
pub fn render(title: &str, costs: &Costs) -> String {
    let mut text = format!(
        "\n**{title}** (medians of {} rounds)\n\n| | wall | CPU | memory | files | bytes |\n|---|---:|---:|---:|---:|---:|\n",
        costs.first().map_or(0, |(_, costs)| costs.len())
    );
    let Some((_, own)) = costs.first() else {
        return text;
    };
    for (name, costs) in costs {
        let Some(last) = costs.last() else { continue };
        let _ = writeln!(
            text,
            "| {name} | {:.2} s | {:.2} s | {:.0} MB | {} | {:.1} MB |",
            median(costs.iter().map(|cost| cost.wall)),
            median(costs.iter().filter_map(|cost| cost.cpu)),
            median(costs.iter().filter_map(|cost| cost.memory)),
            last.files,
            last.bytes as f64 / 1e6,
        );
    }
    for (name, costs) in &costs[1..] {
        let _ = writeln!(
            text,
            "| {name} / digest | {:.2} × | {:.2} × | {:.2} × | | |",
            ratio(costs, own, wall),
            ratio(costs, own, |cost| cost.cpu),
            ratio(costs, own, |cost| cost.memory),
        );
    }
    let _ = writeln!(text, "\nStages: {}.", stages(own));
    text
}

/// Returns the stages of a contestant, with their medians.
pub fn stages(costs: &[Cost]) -> String {
    let stages = costs.first().map_or(&[][..], |cost| &cost.stages);
    let shown: Vec<String> = stages
        .iter()
        .enumerate()
        .map(|(index, (name, _))| {
            let times = costs
                .iter()
                .filter_map(|cost| cost.stages.get(index).map(|(_, time)| *time));
            format!("{name} {:.0} ms", median(times))
        })
        .collect();
    shown.join(", ")
}
