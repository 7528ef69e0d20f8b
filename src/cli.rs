//! The command line: which command runs, and with which exit code it ends.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[cfg(feature = "network")]
use crate::commands::enrich;
#[cfg(feature = "serve")]
use crate::commands::serve;
use crate::commands::{Outcome, build, check, explain, import};
use crate::console;

/// Publish a curated digest of research papers as a static site
#[derive(Debug, Parser)]
#[command(name = "digest", version, arg_required_else_help = true)]
struct Cli {
    /// The site's folder [default: the nearest one upward with site.toml]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(import::Import),
    #[cfg(feature = "network")]
    Enrich(enrich::Enrich),
    Build(build::Build),
    #[cfg(feature = "serve")]
    Serve(serve::Serve),
    Check(check::Check),
    Explain(explain::Explain),
}

/// Runs the command that the arguments name: 0 done, 1 the content has errors, 2 usage, settings or machine.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let root = cli.root.as_ref();
    let outcome = match &cli.command {
        Command::Import(import) => import.run(root),
        #[cfg(feature = "network")]
        Command::Enrich(enrich) => enrich.run(root),
        Command::Build(build) => build.run(root),
        #[cfg(feature = "serve")]
        Command::Serve(serve) => serve.run(root),
        Command::Check(check) => check.run(root),
        Command::Explain(explain) => explain.run(),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Rejected) => ExitCode::from(1),
        Ok(Outcome::Unusable) => ExitCode::from(2),
        Err(error) => {
            console::show_error(&error);
            ExitCode::from(2)
        }
    }
}
