//! Themes: templates and static files, built in or laid over them file by file, and their rendering.
//!
//! The only module that names Tera. A theme is trusted; what it is given is not, so `.html` and
//! `.xml` templates escape every text that is not marked as HTML. Knows nothing of sites and pages.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use tera::Tera;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::fingerprint::{Fingerprint, Ink, Inked};
use crate::language::Language;
use crate::source::Source;

mod asked;
mod drift;
mod filters;
mod mistakes;
mod program;
mod sheet;
mod turns;
mod value;
mod words;

pub use asked::{Asked, Asks};
pub use drift::{Drift, drift};
pub use program::Programs;
pub use sheet::{Leads, Notes, Piece, Placed, Sheet};
pub use value::{Json, Record, Shape, Value};
pub use words::has_language;

/// The theme that is in the binary.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes/default");

/// The name under which a site's template can extend the built-in one that it overrides.
const BUILT_IN_PREFIX: &str = "theme/";

/// This is a file that a site lays over the built-in theme.
#[derive(Debug, Clone)]
pub struct ThemeFile {
    /// The path below the theme's folder: `templates/paper.html`, `static/style.css`.
    pub path: String,
    /// The name below the site's root, for messages.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// This is a theme that is ready to render.
#[derive(Debug)]
pub struct Theme {
    tera: Tera,
    sources: BTreeMap<String, Source>,
    /// The site's own templates as Tera is given them.
    counted: BTreeMap<String, turns::Counted>,
    statics: BTreeMap<String, Vec<u8>>,
    language: Arc<Language>,
}

/// This is what a template is given: the named values that it may ask for, or their fingerprints alone.
#[derive(Debug)]
pub struct Context<'a> {
    template: &'static str,
    asked: &'a Asked,
    values: Option<Vec<(&'static str, Value)>>,
    ink: Ink,
}

/// This is what templates may be given.
pub trait Show {
    /// Makes a value of it, with the fields that are asked for.
    fn show(self, asked: &Asked) -> Value;
}

/// Loads the built-in theme with a site's files over it, in a language; `None` when a template cannot
/// be read.
pub fn load(overrides: Vec<ThemeFile>, language: &str, problems: &mut Problems) -> Option<Theme> {
    let language = Arc::new(words::read(language, &overrides, problems));
    let mut theme = Theme {
        tera: engine(&language),
        language,
        sources: BTreeMap::new(),
        counted: BTreeMap::new(),
        statics: BTreeMap::new(),
    };
    for (path, bytes) in built_in_files() {
        if let Some(name) = path.strip_prefix("templates/") {
            let text = std::str::from_utf8(bytes).expect("the built-in templates are UTF-8");
            let shown = format!("themes/default/{path}");
            theme
                .sources
                .insert(format!("{BUILT_IN_PREFIX}{name}"), Source::new(shown, text));
        } else if let Some(name) = path.strip_prefix("static/") {
            theme.statics.insert(name.to_owned(), bytes.to_vec());
        }
    }
    for file in overrides {
        lay_over(&mut theme, file, problems);
    }
    let templates = theme.sources.iter().map(|(name, source)| {
        let counted = theme.counted.get(name);
        let text = counted.map_or(source.text.as_ref(), |counted| &counted.text);
        (name.as_str(), text)
    });
    if let Err(error) = theme.tera.add_raw_templates(templates) {
        for problem in theme.describe(&error) {
            problems.push(problem);
        }
        return None;
    }
    Some(theme)
}

/// Makes a Tera without templates.
fn engine(language: &Arc<Language>) -> Tera {
    let mut tera = Tera::default();
    tera.set_fallback_prefixes([BUILT_IN_PREFIX])
        .expect("no template was added before");
    filters::replace(&mut tera);
    turns::count(&mut tera);
    words::speak(&mut tera, language);
    tera
}

/// Returns the files of the built-in theme: path below the theme's folder, and bytes.
pub fn built_in_files() -> Vec<(String, &'static [u8])> {
    let mut files = Vec::new();
    let mut folders = vec![&BUILT_IN];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        files.extend(folder.files().map(|file| {
            let path = file.path().to_string_lossy().replace('\\', "/");
            (path, file.contents())
        }));
    }
    files.sort_unstable();
    files
}

/// Returns a file of the built-in theme, by its path below the theme's folder.
pub fn built_in_file(path: &str) -> Option<&'static [u8]> {
    BUILT_IN.get_file(path).map(include_dir::File::contents)
}

impl Theme {
    /// Renders what a template is given; the error says where in which template, and for which page.
    pub fn render(
        &self,
        context: &Context<'_>,
        page: impl FnOnce() -> String,
    ) -> Result<Sheet, Diagnostic> {
        context.render(&self.tera).map_err(|error| {
            let mut problem = self.describe(&error).swap_remove(0);
            let _ = write!(problem.message, ", while rendering {}", page());
            problem
        })
    }

    /// Makes programs of the templates of some names, for pages that are given one of these as `site`.
    pub fn programs(
        &self,
        names: impl Iterator<Item = &'static str>,
        sites: impl Iterator<Item = Value>,
    ) -> Programs {
        let written = self.sources.iter().map(|(name, source)| program::Written {
            name,
            text: &source.text,
            is_counted: self.counted.contains_key(name),
        });
        Programs::new(written, names, &self.language, sites.collect())
    }

    /// Tells of each template which of some names it asks for.
    pub fn asks(&self, names: impl Iterator<Item = &'static str>) -> Asks<'_> {
        Asks::new(&self.sources, names)
    }

    /// Returns the language of the interface.
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// Returns the static files: path below the published theme's folder, and bytes.
    pub fn statics(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.statics
    }

    fn describe(&self, error: &tera::Error) -> Vec<Diagnostic> {
        let templates = mistakes::Templates {
            sources: &self.sources,
            counted: &self.counted,
        };
        templates.describe(error)
    }
}

impl<'a> Context<'a> {
    /// Makes an empty context for a template that asks for some names.
    pub fn new(template: &'static str, asked: &'a Asked) -> Context<'a> {
        Context {
            template,
            asked,
            values: Some(Vec::with_capacity(8)),
            ink: Ink::default(),
        }
    }

    /// Makes one that takes fingerprints of values and lets the values go.
    pub fn of_fingerprints(template: &'static str, asked: &'a Asked) -> Context<'a> {
        Context {
            values: None,
            ..Context::new(template, asked)
        }
    }

    /// Tells whether a value of this name may be asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.asked.has_value(name)
    }

    /// Adds a value, if it may be asked for.
    pub fn insert<T: Show + Inked>(&mut self, name: &'static str, value: T) {
        self.insert_with(name, || value);
    }

    /// Adds a value that is made if it may be asked for.
    pub fn insert_with<T: Show + Inked>(&mut self, name: &'static str, make: impl FnOnce() -> T) {
        if !self.wants(name) {
            return;
        }
        let value = make();
        name.ink(&mut self.ink);
        value.ink(&mut self.ink);
        if let Some(values) = &mut self.values {
            values.push((name, value.show(self.asked)));
        }
    }

    fn render(&self, tera: &Tera) -> tera::TeraResult<Sheet> {
        let mut rendered = Sheet::blank();
        let given = self.values.as_ref();
        let mut values = tera::Context::new();
        for (name, value) in given.expect("nothing is rendered of fingerprints") {
            values.insert_value(*name, value.tera());
        }
        turns::start();
        tera.render_to(self.template, &values, &mut rendered)?;
        Ok(rendered)
    }

    /// Takes the fingerprint of all values: what a template makes of them is the same when it is.
    pub fn fingerprint(&self) -> Fingerprint {
        self.ink.fingerprint()
    }
}

fn lay_over(theme: &mut Theme, file: ThemeFile, problems: &mut Problems) {
    if let Some(name) = file.path.strip_prefix("static/") {
        theme.statics.insert(name.to_owned(), file.bytes);
    } else if let Some(name) = file.path.strip_prefix("templates/") {
        match String::from_utf8(file.bytes) {
            Ok(text) => {
                let counted = turns::Counted::new(&text);
                theme.counted.insert(name.to_owned(), counted);
                theme
                    .sources
                    .insert(name.to_owned(), Source::new(file.name, text));
            }
            Err(_) => {
                let place = crate::source::Place::file(file.name);
                problems.push(
                    Diagnostic::new(Code::NotUtf8, "the template is not UTF-8 text").at(place),
                );
            }
        }
    }
}
