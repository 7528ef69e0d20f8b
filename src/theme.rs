//! Themes: templates and static files, built in or laid over them file by file, and their rendering.
//!
//! The only module that names Tera. A theme is trusted; what it is given is not, so `.html` and
//! `.xml` templates escape every text that is not marked as HTML. Knows nothing of sites and pages.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use tera::Tera;
use tera::value::Key;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::fingerprint::{Fingerprint, Ink, Inked};
use crate::language::Language;
use crate::source::Source;

mod asked;
mod drift;
mod filters;
mod fold;
mod inline;
mod mistakes;
mod sheet;
mod turns;
mod words;

pub use asked::{Asked, Asks};
pub use drift::{Drift, drift};
pub use sheet::Sheet;
pub use tera::Value;
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

/// These are a theme's templates with what is the same on every page as text.
#[derive(Debug)]
pub struct Folded(Tera);

/// This is what a template is given: the named values that it may ask for, or their fingerprints alone.
#[derive(Debug)]
pub struct Context<'a> {
    template: &'static str,
    asked: &'a Asked,
    values: Option<tera::Context>,
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

    /// Makes of the templates such that have as text what is the same on every page, for pages that are given
    /// one of these as `site`, and components in the place of their calls; `None` where nothing is, or it may
    /// not be told.
    pub fn fold(&self, sites: impl Iterator<Item = Value>) -> Option<Folded> {
        let written = self.in_use();
        if written.iter().any(|template| fold::shadows(template.text)) {
            return None;
        }
        let sites: Vec<Value> = sites.collect();
        let in_place = inline::in_place(&written);
        // A literal in a body may be an error that no page comes to.
        fold_texts(engine(&self.language), &written, &in_place, &sites).or_else(|| {
            let texts = written.iter().map(|template| template.text.into());
            let texts: Vec<Cow<'_, str>> = texts.collect();
            fold_texts(engine(&self.language), &written, &texts, &sites)
        })
    }

    /// Returns the templates without those of the built-in theme that a site has overridden for good.
    fn in_use(&self) -> Vec<inline::Template<'_>> {
        let mut texts = self.sources.values().map(|source| source.text.as_ref());
        let is_extended = texts.any(|text: &str| text.contains(BUILT_IN_PREFIX));
        let is_in_use = |(name, source): &(&String, &Source)| {
            let own = name.strip_prefix(BUILT_IN_PREFIX);
            let is_overridden = own.is_some_and(|own| self.sources.contains_key(own));
            // Components are called by their own names.
            !is_overridden || is_extended || source.text.contains("component")
        };
        let sources = self.sources.iter().filter(is_in_use);
        sources
            .map(|(name, source)| inline::Template {
                name,
                text: &source.text,
                is_counted: self.counted.contains_key(name),
            })
            .collect()
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

/// Folds templates that have these texts now.
fn fold_texts(
    mut tera: Tera,
    templates: &[inline::Template<'_>],
    texts: &[Cow<'_, str>],
    sites: &[Value],
) -> Option<Folded> {
    let parts: Vec<Option<fold::Parts<'_>>> =
        texts.iter().map(|text| fold::Parts::of(text)).collect();
    let constants = parts.iter().flatten().flat_map(fold::Parts::constants);
    let constants: Vec<&str> = constants.collect();
    let mut written = fold::write(&mut tera, &constants, sites.iter().cloned())?.into_iter();
    let mut folded = Vec::new();
    for ((template, text), parts) in templates.iter().zip(texts).zip(&parts) {
        let text = parts
            .as_ref()
            .and_then(|parts| parts.fold(&mut written))
            .unwrap_or_else(|| text.to_string());
        let text = match template.is_counted {
            true => turns::Counted::new(&text).text,
            false => text,
        };
        folded.push((template.name, text));
    }
    tera.add_raw_templates(folded).ok()?;
    Some(Folded(tera))
}

impl Folded {
    /// Renders what a template is given; `None` where the theme has to, or something is wrong that it can tell.
    pub fn render(&self, context: &Context<'_>) -> Option<Sheet> {
        // What is the same everywhere was escaped, as all is that a page of markup includes and calls.
        let is_markup = [".html", ".xml"]
            .iter()
            .any(|end| context.template.ends_with(end));
        is_markup.then(|| context.render(&self.0).ok()).flatten()
    }
}

impl<'a> Context<'a> {
    /// Makes an empty context for a template that asks for some names.
    pub fn new(template: &'static str, asked: &'a Asked) -> Context<'a> {
        Context {
            template,
            asked,
            values: Some(tera::Context::new()),
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
            values.insert_value(name, value.show(self.asked));
        }
    }

    fn render(&self, tera: &Tera) -> tera::TeraResult<Sheet> {
        let mut rendered = Sheet::blank();
        let values = self.values.as_ref();
        let values = values.expect("nothing is rendered of fingerprints");
        turns::start();
        tera.render_to(self.template, values, &mut rendered)?;
        Ok(rendered)
    }

    /// Takes the fingerprint of all values: what a template makes of them is the same when it is.
    pub fn fingerprint(&self) -> Fingerprint {
        self.ink.fingerprint()
    }
}

impl Show for Value {
    fn show(self, _: &Asked) -> Value {
        self
    }
}

/// Texts and numbers are shown as they are.
macro_rules! show {
    ($($kind:ty)*) => {$(
        impl Show for $kind {
            fn show(self, _: &Asked) -> Value {
                self.into()
            }
        }
    )*};
}

show!(String &str bool usize i16);

impl<T: Show> Show for Option<T> {
    fn show(self, asked: &Asked) -> Value {
        self.map_or_else(Value::none, |value| value.show(asked))
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(self, asked: &Asked) -> Value {
        let values = self.into_iter().map(|value| value.show(asked));
        Value::from(values.collect::<Vec<Value>>())
    }
}

/// What the front matter of a page holds besides; most have nothing.
impl Inked for Value {
    fn ink(&self, ink: &mut Ink) {
        let json = serde_json::to_vec(self).expect("it came from YAML");
        ink.push(&json);
    }
}

/// Makes a value of HTML that a template does not escape.
pub fn html(text: &str) -> Value {
    Value::safe_string(text)
}

/// Makes a value of JSON.
pub fn json(value: &serde_json::Map<String, serde_json::Value>) -> Value {
    Value::from_serializable(value)
}

/// Makes a value of named fields, those that there are, in this order.
pub fn fields<const N: usize>(fields: [Option<(&'static str, Value)>; N]) -> Value {
    record(&fields)
}

fn record(fields: &[Option<(&'static str, Value)>]) -> Value {
    let fields = fields.iter().flatten();
    Value::from_serializable(&Record(fields.map(|(name, value)| (*name, value))))
}

/// Makes a copy of a value of named fields with one more, which takes the place of one of its name; the others
/// are shared.
pub fn with_field(fields: &Value, name: &'static str, value: Value) -> Value {
    let fields = fields.as_map().into_iter().flatten();
    let others = fields.filter_map(|(key, value)| match key {
        Key::Str(field) if *field != name => Some((*field, value)),
        _ => None,
    });
    Value::from_serializable(&Record(others.chain([(name, &value)])))
}

/// Named values on their way to Tera.
///
/// Tera copies every map that it is given into one of its own, entry by entry, but not what serde
/// hands it field by field; and it takes a value in a field as it is.
struct Record<Fields>(Fields);

impl<'a, Fields> Serialize for Record<Fields>
where
    Fields: Iterator<Item = (&'static str, &'a Value)> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("", self.0.clone().count())?;
        for (name, value) in self.0.clone() {
            record.serialize_field(name, value)?;
        }
        record.end()
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
