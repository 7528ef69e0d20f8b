//! The command line: which command runs, and with which exit code it ends.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

#[cfg(feature = "network")]
use crate::commands::enrich;
#[cfg(feature = "serve")]
use crate::commands::serve;
use crate::commands::{
    Outcome, build, check, completions, email, explain, fmt, import, init, list, man, new, schema,
    tags, theme,
};
use crate::console;

/// Publish a curated digest of research papers as a static site
#[derive(Debug, Parser)]
#[command(name = "digest", version, arg_required_else_help = true)]
#[command(after_help = "A first site:
  digest init my-digest && cd my-digest
  digest import papers.txt        (or: digest new \"A title\" --edit)
  digest check
  digest build                    (the site is in public/)

Ends with 0 when all is done, 1 when the content has errors, 2 when the command line, the settings
or the machine is at fault.")]
struct Cli {
    /// The site's folder [default: the nearest one upward with site.toml]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Import(import::Import),
    #[cfg(feature = "network")]
    Enrich(enrich::Enrich),
    New(new::New),
    Build(build::Build),
    #[cfg(feature = "serve")]
    Serve(serve::Serve),
    Check(check::Check),
    Email(email::Email),
    Explain(explain::Explain),
    List(list::List),
    Tags(tags::Tags),
    Theme(theme::Theme),
    Fmt(fmt::Fmt),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Runs the command that the arguments name: 0 done, 1 the content has errors, 2 usage, settings or machine.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let root = cli.root.as_ref();
    let outcome = match &cli.command {
        Command::Init(init) => init.run(),
        Command::Import(import) => import.run(root),
        #[cfg(feature = "network")]
        Command::Enrich(enrich) => enrich.run(root),
        Command::New(new) => new.run(root),
        Command::Build(build) => build.run(root),
        #[cfg(feature = "serve")]
        Command::Serve(serve) => serve.run(root),
        Command::Check(check) => check.run(root),
        Command::Email(email) => email.run(root),
        Command::Explain(explain) => explain.run(),
        Command::List(list) => list.run(root),
        Command::Tags(tags) => tags.run(root),
        Command::Theme(theme) => theme.run(root),
        Command::Fmt(fmt) => fmt.run(root),
        Command::Schema(schema) => schema.run(root),
        Command::Completions(completions) => completions.run(Cli::command()),
        Command::Man(man) => man.run(Cli::command()),
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
