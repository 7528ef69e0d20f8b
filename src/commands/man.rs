//! `digest man`: the manual, as man pages.

use anyhow::{Result, bail};
use clap::{Args, Command};

use crate::console;

use super::Outcome;

/// Print the man page of digest, or of one of its commands
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest man > ~/.local/share/man/man1/digest.1
  digest man import | man -l -")]
pub struct Man {
    /// The command; without it, the page of digest itself
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

impl Man {
    /// Runs the command; `digest` is the whole command line.
    pub fn run(&self, mut digest: Command) -> Result<Outcome> {
        digest.build();
        let command = match &self.command {
            None => digest,
            Some(name) => match digest.find_subcommand(name) {
                Some(command) => command.clone(),
                None => bail!("there is no command `{name}`\nhint: `digest help` lists all"),
            },
        };
        let name = command.get_display_name().map(str::to_owned);
        let name = name.unwrap_or_else(|| command.get_name().to_owned());
        let mut page = Vec::new();
        clap_mangen::Man::new(command)
            .title(name)
            .render(&mut page)?;
        console::print(&String::from_utf8(page)?);
        Ok(Outcome::Done)
    }
}
