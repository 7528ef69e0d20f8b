//! Contestants, and what one of their runs costs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use walkdir::WalkDir;

use paper_digest::layout;

use crate::hugo::{Addresses, Hugo};

/// GNU time asks the kernel what a process took, which needs no privilege and no polling.
const TIME: &str = "/usr/bin/time";

/// This is a program that builds a site.
pub struct Tool {
    /// What tables call it.
    pub name: String,
    /// Where it writes; deleted before each run.
    pub output: PathBuf,
    program: PathBuf,
    arguments: Vec<String>,
}

/// These are all contestants of a race, and what each of their runs took.
pub type Costs = Vec<(String, Vec<Cost>)>;

/// This is what a run took.
#[derive(Debug, Clone, Default)]
pub struct Cost {
    /// Seconds by the clock.
    pub wall: f64,
    /// Seconds of all processors, the kernel's included; none without GNU time.
    pub cpu: Option<f64>,
    /// Megabytes of memory at the peak.
    pub memory: Option<f64>,
    /// How many files were written.
    pub files: usize,
    /// How many bytes they hold.
    pub bytes: u64,
    /// The stages that the program reports: name and milliseconds.
    pub stages: Vec<(String, f64)>,
}

impl Tool {
    /// Makes the contestant that all is about.
    pub fn digest(program: &Path, root: &Path) -> Tool {
        let site = root.join("digest");
        let output = site.join("public");
        Tool {
            name: "digest".to_owned(),
            program: program.to_owned(),
            arguments: ["build", "--timings", "--root"]
                .map(str::to_owned)
                .into_iter()
                .chain([show(&site)])
                .collect(),
            output,
        }
    }

    /// Makes Hugo a contestant; it says nothing, so that the terminal costs it nothing.
    pub fn hugo(hugo: &Hugo, root: &Path, addresses: Addresses) -> Tool {
        let site = root.join("hugo");
        let output = site.join(format!("public-{}", addresses.settings()));
        Tool {
            name: format!("Hugo {}{}", hugo.version, addresses.name()),
            program: hugo.path.clone(),
            arguments: vec![
                "--quiet".to_owned(),
                "--source".to_owned(),
                show(&site),
                "--config".to_owned(),
                addresses.settings().to_owned(),
                "--destination".to_owned(),
                show(&output),
            ],
            output,
        }
    }

    /// Makes the disk a contestant.
    pub fn floor(root: &Path, plan: &Path) -> Result<Tool> {
        let output = root.join("floor");
        Ok(Tool {
            name: "floor".to_owned(),
            program: std::env::current_exe()?,
            arguments: vec![
                "--floor".to_owned(),
                show(&root.join("digest/content")),
                show(plan),
                show(&output),
            ],
            output,
        })
    }

    /// Builds once into an empty place.
    ///
    /// What was built before is put aside and deleted when all is measured: ext4 keeps the inodes of
    /// deleted files back for a minute or more and steps over each of them when it makes a new file,
    /// which would be measured too.
    ///
    /// What a build of ours leaves for the next goes with it.
    pub fn run(&self) -> Result<Cost> {
        put_aside(&self.output)?;
        put_aside(
            &self
                .output
                .with_file_name(layout::CACHE.trim_end_matches('/')),
        )?;
        self.run_over()
    }

    /// Builds once over what is there.
    pub fn run_over(&self) -> Result<Cost> {
        let report = self.output.with_extension("time");
        let timed = Path::new(TIME).is_file();
        let mut command = if timed {
            let mut command = Command::new(TIME);
            command.args(["-f", "%U %S %M", "-o"]).arg(&report);
            command.arg(&self.program);
            command
        } else {
            Command::new(&self.program)
        };
        let start = Instant::now();
        let output = command
            .args(&self.arguments)
            .output()
            .with_context(|| format!("cannot run {}", self.program.display()))?;
        let wall = start.elapsed().as_secs_f64();
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let start: String = said.chars().take(2_000).collect();
            bail!("{} failed:\n{start}", self.name);
        }
        let mut cost = Cost {
            wall,
            stages: said.lines().filter_map(parse_stage).collect(),
            ..Cost::default()
        };
        if timed {
            let report = fs::read_to_string(&report)?;
            let numbers: Vec<f64> = report
                .split_whitespace()
                .filter_map(|number| number.parse().ok())
                .collect();
            if let [user, system, kilobytes] = numbers[..] {
                cost.cpu = Some(user + system);
                cost.memory = Some(kilobytes * 1024.0 / 1e6);
            }
        }
        for entry in WalkDir::new(&self.output) {
            let entry = entry?;
            if entry.file_type().is_file() {
                cost.files += 1;
                cost.bytes += entry.metadata()?.len();
            }
        }
        Ok(cost)
    }
}

impl Cost {
    /// Returns the cost in a line, to watch a long race.
    pub fn line(&self) -> String {
        format!(
            "{:.3} s, CPU {:.2} s, {:.0} MB",
            self.wall,
            self.cpu.unwrap_or(f64::NAN),
            self.memory.unwrap_or(f64::NAN)
        )
    }
}

/// Moves a folder out of the way, to a place that `clean` empties.
pub fn put_aside(folder: &Path) -> Result<()> {
    if folder.exists() {
        let old = work_folder().join("old");
        fs::create_dir_all(&old)?;
        let number = fs::read_dir(&old)?.count();
        let name = format!("{}-{number}", std::process::id());
        fs::rename(folder, old.join(name))?;
    }
    Ok(())
}

/// Deletes what was put aside.
pub fn clean() -> Result<()> {
    let old = work_folder().join("old");
    if old.exists() {
        fs::remove_dir_all(old)?;
    }
    Ok(())
}

/// Everything that the bench writes is here, under the folder that git ignores.
pub fn work_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench")
}

/// Returns the median of some numbers.
pub fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    match numbers.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => numbers[count / 2],
        count => f64::midpoint(numbers[count / 2 - 1], numbers[count / 2]),
    }
}

/// Reads a line such as `   parse     72.1 ms`.
fn parse_stage(line: &str) -> Option<(String, f64)> {
    let mut words = line.split_whitespace();
    let (name, time, unit) = (words.next()?, words.next()?, words.next()?);
    (unit == "ms" && words.next().is_none()).then_some(())?;
    Some((name.to_owned(), time.parse().ok()?))
}

fn show(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
