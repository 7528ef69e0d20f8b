//! Fenced code becomes spans with classes.

/// Renders code in a language; nothing if the language is not known.
pub fn render(code: &str, language: &str) -> Option<String> {
    let _ = (code, language);
    None
}
