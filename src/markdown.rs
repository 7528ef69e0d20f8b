//! (Stub.)
use crate::{diagnostic::Problems, source::Source};
use std::ops::Range;
pub struct Rendered {
    pub html: String,
    pub holes: Vec<Hole>,
    pub plain: String,
    pub has_code: bool,
    pub has_math: bool,
}
pub struct Hole {
    pub at: usize,
    pub url: String,
    pub range: Range<usize>,
}
pub fn render(
    source: &Source,
    body: Range<usize>,
    _id_prefix: &str,
    _problems: &mut Problems,
) -> Rendered {
    let plain = source.text[body].trim().to_owned();
    Rendered {
        html: format!(
            "<p>{}</p>\n",
            plain.replace('&', "&amp;").replace('<', "&lt;")
        ),
        holes: vec![],
        plain,
        has_code: false,
        has_math: false,
    }
}
pub fn title(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
pub fn inline(
    _source: &Source,
    text: &str,
    _at: Range<usize>,
    _problems: &mut Problems,
) -> Rendered {
    Rendered {
        html: title(text),
        holes: vec![],
        plain: text.to_owned(),
        has_code: false,
        has_math: false,
    }
}
pub fn teaser(plain: &str, max: usize) -> String {
    plain.chars().take(max).collect()
}
