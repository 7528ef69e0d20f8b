//! The generated site, as `digest` builds it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use include_dir::{Dir, include_dir};

use paper_digest::diagnostic::Problems;
use paper_digest::front_matter;
use paper_digest::layout;
use paper_digest::slug::Slug;
use paper_digest::source::Source;
use paper_digest::tags::Vocabulary;

use crate::papers::{self, Corpus};

/// Templates that say no more than those of Hugo do.
static PLAIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/benches/build/plain");

/// Changes when a site is generated in another way, so that an older one is thrown away.
const VERSION: &str = "2";

/// Writes a site of a size, unless it is there; the theme is written anew.
pub fn generate(root: &Path, corpus: &Corpus, size: usize, theme: &str) -> Result<()> {
    let stamp = root.with_extension("stamp");
    let known = fs::read_to_string(&stamp).is_ok_and(|found| found == VERSION);
    if !known {
        eprintln!("writing {size} papers");
        if root.exists() {
            fs::remove_dir_all(root)?;
        }
        fs::create_dir_all(root)?;
        write_papers(root, corpus, size)?;
        write_vocabulary(root, size)?;
        fs::write(&stamp, VERSION)?;
    }
    write_theme(root)?;
    write_settings(root, theme, "")
}

/// Writes the settings, with lines of the section `[build]` that leave something out.
pub fn write_settings(root: &Path, theme: &str, without: &str) -> Result<()> {
    // Hugo's site has neither; the built-in theme is measured with all that it adds.
    let without = match theme {
        "plain" => "search = false\ncitations = false\nrelated = false\ncards = false\n",
        _ => without,
    };
    let settings = format!(
        "title = \"Daily Papers\"\ndescription = \"A digest to measure with.\"\nbase_url = \"https://example.org/\"\ntheme = \"{theme}\"\n[build]\n{without}"
    );
    fs::write(root.join(layout::SETTINGS), settings)?;
    Ok(())
}

fn write_papers(root: &Path, corpus: &Corpus, size: usize) -> Result<()> {
    let mut folders = HashSet::new();
    for generated in corpus.generate(size) {
        let date = generated.paper.date.expect("every paper is in an issue");
        let path = root.join(layout::paper_source(date, &generated.slug));
        if folders.insert(date) {
            fs::create_dir_all(path.parent().expect("a paper stands in a folder"))?;
        }
        fs::write(
            &path,
            front_matter::write(&generated.paper, &generated.body),
        )
        .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Writes the tags' names; they are left out when this build of the library cannot read them back.
fn write_vocabulary(root: &Path, size: usize) -> Result<()> {
    let mut text = String::new();
    let mut first = None;
    for index in 0..papers::pool(size) {
        let name = papers::tag_name(index);
        let slug = Slug::from_name(&name).expect("words are a slug");
        let _ = writeln!(
            text,
            "{slug}:\n  name: {}{}",
            name[..1].to_uppercase(),
            &name[1..]
        );
        first.get_or_insert(slug);
    }
    let source = Source::new(layout::VOCABULARY, text.as_str());
    let vocabulary = Vocabulary::parse(&source, &mut Problems::new());
    if first.is_some_and(|slug| vocabulary.lookup(slug.as_str()).is_some()) {
        fs::write(root.join(layout::VOCABULARY), &text)?;
    }
    Ok(())
}

fn write_theme(root: &Path) -> Result<()> {
    let folder = root.join(layout::THEMES).join("plain");
    for part in ["templates", "static"] {
        fs::create_dir_all(folder.join(part))?;
    }
    Ok(PLAIN.extract(&folder)?)
}
