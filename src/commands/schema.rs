//! `digest schema`: JSON Schemas for editors.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::console;
use crate::schema::{self, Kind};

use super::{Outcome, catalogue, find_root};

/// Print a JSON Schema, with which an editor completes keys and finds mistakes
///
/// In a site with a vocabulary, its tags are completed too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mkdir -p .vscode                           (digest init writes these files)
  digest schema tags > .vscode/tags.json
  digest schema paper > .vscode/paper.json
  digest schema settings > .vscode/site.json

VS Code, in .vscode/settings.json:
  \"yaml.schemas\": {\".vscode/tags.json\": \"content/tags.yaml\", \".vscode/paper.json\": \"content/papers/**/*.md\"}
Its YAML extension reads content/tags.yaml so; the front matter of Markdown files only where the
extension knows front matter.

Editors that know TOML schemas, in the first line of site.toml:
  #:schema .vscode/site.json")]
pub struct Schema {
    /// What the schema describes
    #[arg(value_enum, default_value_t, value_name = "KIND")]
    pub kind: Choice,
}

/// This is what a schema can describe.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// The front matter of a paper
    #[default]
    Paper,
    /// The front matter of a page or of an issue's words
    Page,
    /// content/tags.yaml
    Tags,
    /// site.toml
    Settings,
}

impl Schema {
    /// Runs the command; outside of a site there are no tags to complete.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let kind = match self.kind {
            Choice::Paper => Kind::Paper,
            Choice::Page => Kind::Page,
            Choice::Tags => Kind::Tags,
            Choice::Settings => Kind::Settings,
        };
        let vocabulary = match find_root(root) {
            Ok(root) => catalogue::read(&root)?.vocabulary,
            Err(_) => None,
        };
        let schema = schema::schema(kind, vocabulary.as_ref());
        console::print(&format!("{schema:#}\n"));
        Ok(Outcome::Done)
    }
}
