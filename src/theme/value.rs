//! Values: what templates are given, as records of fields whose places are known.
//!
//! Tera keeps a record as a map of names, which costs a hash and a copy of the name for each field of each
//! page. Ours knows the names of its kind once, and becomes a map where Tera renders the page after all.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::fingerprint::{Ink, Inked};

use super::{Asked, Piece, Show};

/// This is what a template is given under a name.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// It was not asked for.
    #[default]
    Absent,
    /// There is none.
    None,
    /// Whether something is so.
    Bool(bool),
    /// A number.
    Integer(i64),
    /// A text, which is escaped where it is written.
    Text(String),
    /// HTML, which is not.
    Html(Arc<str>),
    /// HTML or XML that was written for several pages.
    Piece(Arc<Piece>),
    /// Values in a row.
    List(Arc<[Value]>),
    /// Named values.
    Record(Record),
    /// What only Tera looks into.
    Foreign(tera::Value),
}

/// This is the list of names of one kind of record.
#[derive(Debug)]
pub struct Shape {
    names: &'static [&'static str],
    /// The number of the kind, once it was asked for.
    number: OnceLock<usize>,
}

/// How many kinds were asked for their number.
static KINDS: AtomicUsize = AtomicUsize::new(0);

impl Shape {
    /// Makes the list of a kind.
    pub const fn new(names: &'static [&'static str]) -> Shape {
        assert!(
            names.len() <= 64,
            "which are asked for is told in as many bits"
        );
        Shape {
            names,
            number: OnceLock::new(),
        }
    }

    /// Returns the names.
    pub fn names(&self) -> &'static [&'static str] {
        self.names
    }

    /// Returns a number that no other kind has; the first kinds have the smallest.
    pub(super) fn number(&self) -> usize {
        let next = || KINDS.fetch_add(1, Ordering::Relaxed);
        *self.number.get_or_init(next)
    }

    /// The place of a field among the others.
    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|field| *field == name)
    }
}

/// These are named values; a clone shares them.
#[derive(Debug, Clone)]
pub struct Record(Arc<Fields>);

#[derive(Debug)]
struct Fields {
    shape: &'static Shape,
    values: Arc<[Value]>,
    /// A value that stands in the place of one of these.
    over: Option<(usize, Value)>,
    /// The same as Tera has it, if it was wanted.
    tera: OnceLock<tera::Value>,
}

impl Record {
    /// Makes a record of as many values as there are names, in their order.
    pub fn new(shape: &'static Shape, values: impl Into<Arc<[Value]>>) -> Record {
        let values = values.into();
        debug_assert_eq!(shape.names.len(), values.len());
        Record(Arc::new(Fields {
            shape,
            values,
            over: None,
            tera: OnceLock::new(),
        }))
    }

    /// Makes a copy in which one field has another value; the others are shared.
    pub fn with_field(&self, name: &str, value: Value) -> Record {
        let place = self.0.shape.place(name);
        let place = place.expect("the record has a field of this name");
        Record(Arc::new(Fields {
            shape: self.0.shape,
            values: self.0.values.clone(),
            over: Some((place, value)),
            tera: OnceLock::new(),
        }))
    }

    /// Returns the names, and what tells them from those of other kinds.
    pub(super) fn shape(&self) -> &'static Shape {
        self.0.shape
    }

    /// Returns the field at a place.
    pub(super) fn at(&self, place: usize) -> &Value {
        match &self.0.over {
            Some((over, value)) if *over == place => value,
            _ => &self.0.values[place],
        }
    }

    /// Returns where a field is.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.0.shape.place(name)
    }

    /// Tells whether any field is there.
    pub(super) fn has_fields(&self) -> bool {
        let mut places = 0..self.0.shape.names.len();
        places.any(|place| !matches!(self.at(place), Value::Absent))
    }

    fn tera(&self) -> &tera::Value {
        self.0
            .tera
            .get_or_init(|| tera::Value::from_serializable(self))
    }
}

/// Tera copies every map that it is given into one of its own, entry by entry, but not what serde
/// hands it field by field; and it takes a value in a field as it is.
impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = (0..).zip(self.0.shape.names);
        let there = fields
            .map(|(place, name)| (*name, self.at(place)))
            .filter(|(_, value)| !matches!(value, Value::Absent));
        let mut record = serializer.serialize_struct("", there.clone().count())?;
        for (name, value) in there {
            record.serialize_field(name, &value.tera())?;
        }
        record.end()
    }
}

impl Value {
    /// Makes a value of HTML that a template does not escape.
    pub fn html(text: &str) -> Value {
        Value::Html(text.into())
    }

    /// Returns the text of a text, or of HTML.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Html(text) => Some(text),
            Value::Piece(piece) => Some(&piece.text),
            _ => None,
        }
    }

    /// Makes it a value of Tera's.
    pub(super) fn tera(&self) -> tera::Value {
        match self {
            Value::Absent => tera::Value::undefined(),
            Value::None => tera::Value::none(),
            Value::Bool(flag) => (*flag).into(),
            Value::Integer(number) => match u64::try_from(*number) {
                Ok(number) => number.into(),
                Err(_) => (*number).into(),
            },
            Value::Text(text) => tera::Value::normal_string(text),
            Value::Html(text) => tera::Value::safe_string(text),
            Value::Piece(piece) => tera::Value::safe_string(&piece.text),
            Value::List(values) => values
                .iter()
                .map(Value::tera)
                .collect::<Vec<tera::Value>>()
                .into(),
            Value::Record(record) => record.tera().clone(),
            Value::Foreign(value) => value.clone(),
        }
    }
}

impl Show for Value {
    fn show(self, _: &Asked) -> Value {
        self
    }
}

impl Show for String {
    fn show(self, _: &Asked) -> Value {
        Value::Text(self)
    }
}

impl Show for &str {
    fn show(self, _: &Asked) -> Value {
        Value::Text(self.into())
    }
}

impl Show for bool {
    fn show(self, _: &Asked) -> Value {
        Value::Bool(self)
    }
}

impl Show for usize {
    fn show(self, _: &Asked) -> Value {
        Value::Integer(i64::try_from(self).unwrap_or(i64::MAX))
    }
}

impl Show for i16 {
    fn show(self, _: &Asked) -> Value {
        Value::Integer(self.into())
    }
}

impl<T: Show> Show for Option<T> {
    fn show(self, asked: &Asked) -> Value {
        self.map_or(Value::None, |value| value.show(asked))
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(self, asked: &Asked) -> Value {
        let values = self.into_iter().map(|value| value.show(asked));
        Value::List(values.collect())
    }
}

/// This is what the front matter of a page or a paper holds besides; most have nothing.
#[derive(Debug, Clone)]
pub struct Json(tera::Value);

impl Json {
    /// Makes one of a map.
    pub fn new(map: &serde_json::Map<String, serde_json::Value>) -> Json {
        Json(tera::Value::from_serializable(map))
    }
}

impl Show for Json {
    fn show(self, _: &Asked) -> Value {
        Value::Foreign(self.0)
    }
}

impl Inked for Json {
    fn ink(&self, ink: &mut Ink) {
        let json = serde_json::to_vec(&self.0).expect("it came from YAML");
        ink.push(&json);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SHAPE: Shape = Shape::new(&["title", "count", "html"]);

    #[test]
    fn a_record_is_a_map_of_what_was_asked_for() {
        let record = Record::new(
            &SHAPE,
            ["a".show(&Asked::all()), Value::Absent, Value::None],
        );
        let other = record.with_field("html", Value::html("<b>"));
        let json = |record: &Record| serde_json::to_string(record.tera()).expect("JSON");
        assert_eq!(json(&record), r#"{"title":"a","html":null}"#);
        assert_eq!(json(&other), r#"{"title":"a","html":"<b>"}"#);
        assert!(record.place("count") == Some(1) && record.place("nothing").is_none());
        let safe = |value: &Value| value.tera().is_safe();
        assert!(safe(other.at(2)) && !safe(other.at(0)));
    }
}
