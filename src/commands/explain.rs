//! `digest explain`: what a code means, and what to do about it.

use anyhow::{Result, bail};
use clap::Args;

use crate::console;
use crate::diagnostic::{self, Code, did_you_mean};

use super::Outcome;

/// Explain a code that stands in a message
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest explain unknown-tag
  digest explain                 (all codes, a line each)")]
pub struct Explain {
    /// The word in brackets behind `error` or `warning`
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

impl Explain {
    /// Runs the command.
    pub fn run(&self) -> Result<Outcome> {
        let Some(name) = &self.code else {
            let line = |code: &Code| format!("{:24} {}\n", code.name(), code.explanation());
            console::print(&Code::ALL.iter().map(line).collect::<String>());
            return Ok(Outcome::Done);
        };
        // The brackets come along when the whole word is copied.
        let name = name.trim_matches(['[', ']']);
        let Some(code) = Code::parse(name) else {
            let near = did_you_mean(name, Code::ALL.iter().map(|code| code.name()));
            match near {
                Some(near) => bail!("there is no code `{name}`\nhint: did you mean `{near}`?"),
                None => bail!(
                    "there is no code `{name}`\nhint: `digest explain` without a code lists all"
                ),
            }
        };
        console::print(&diagnostic::explain(code));
        Ok(Outcome::Done)
    }
}
