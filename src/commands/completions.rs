//! `digest completions`: what a shell can complete.

use anyhow::Result;
use clap::{Args, Command};

use crate::console;

use super::Outcome;

/// Print a script that lets a shell complete commands and options
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest completions bash > ~/.local/share/bash-completion/completions/digest
  digest completions zsh > ~/.zfunc/_digest
  digest completions fish > ~/.config/fish/completions/digest.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

impl Completions {
    /// Runs the command; `digest` is the whole command line.
    pub fn run(&self, mut digest: Command) -> Result<Outcome> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut digest, "digest", &mut script);
        console::print(&String::from_utf8(script)?);
        Ok(Outcome::Done)
    }
}
