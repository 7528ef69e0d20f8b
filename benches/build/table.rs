//! The tables that are printed, in Markdown.

use std::fmt::Write as _;
use std::process::Command;
use std::time::SystemTime;

use paper_digest::date::Date;

use crate::hugo::Hugo;
use crate::measure::{Cost, median};

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

/// Returns the table of a size: each contestant's medians, and how many times those of `digest` they are.
pub fn render(size: usize, costs: &[(String, Vec<Cost>)]) -> String {
    let mut text = format!(
        "\n**{size} papers** (medians of {} rounds)\n\n| | wall | CPU | memory | files | bytes |\n|---|---:|---:|---:|---:|---:|\n",
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
        let ratio = |part: fn(&Cost) -> Option<f64>| {
            let pairs = costs.iter().zip(own);
            median(pairs.filter_map(|(other, own)| Some(part(other)? / part(own)?)))
        };
        let _ = writeln!(
            text,
            "| {name} / digest | {:.2} × | {:.2} × | {:.2} × | | |",
            ratio(|cost| Some(cost.wall)),
            ratio(|cost| cost.cpu),
            ratio(|cost| cost.memory),
        );
    }
    let stages = own.first().map_or(&[][..], |cost| &cost.stages);
    let shown: Vec<String> = stages
        .iter()
        .enumerate()
        .map(|(index, (name, _))| {
            let times = own
                .iter()
                .filter_map(|cost| cost.stages.get(index).map(|(_, time)| *time));
            format!("{name} {:.0} ms", median(times))
        })
        .collect();
    let _ = writeln!(text, "\nStages: {}.", shown.join(", "));
    text
}
