//! (Stub.)
use crate::{
    diagnostic::Problems,
    slug::Slug,
    source::{Place, Source},
};
#[derive(Debug, Clone)]
pub struct Tag {
    pub slug: Slug,
    pub name: String,
    pub aliases: Vec<String>,
    pub description: String,
    pub broader: Option<Slug>,
    pub place: Option<Place>,
}
#[derive(Debug, Clone, Default)]
pub struct Vocabulary(Vec<Tag>);
impl Vocabulary {
    pub fn parse(_source: &Source, _problems: &mut Problems) -> Vocabulary {
        Vocabulary::default()
    }
    pub fn lookup(&self, written: &str) -> Option<&Tag> {
        self.0.iter().find(|t| t.name == written)
    }
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|t| t.slug.as_str())
    }
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }
}

pub struct Suggestion {
    pub slug: Slug,
}
impl Vocabulary {
    pub fn suggest(&self, _t: &str, _x: &str) -> Vec<Suggestion> {
        Vec::new()
    }
}
