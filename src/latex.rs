//! TeX in running text: accents and commands become Unicode and Markdown. (Not written yet.)

/// Returns a title as plain text.
pub fn clean_title(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns an abstract as Markdown.
pub fn clean_abstract(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
