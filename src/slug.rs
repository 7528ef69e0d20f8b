//! Slugs: the path segments from which addresses are made.
//!
//! Knows nothing of papers and tags; two names with one slug are found by who holds both.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// This is a path segment of a URL: lower-case ASCII letters, digits and single hyphens; never empty, never `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(Arc<str>);

/// A slug made from a title is cut at a word near this many bytes: addresses are read, copied and
/// shown in a line, and a file name may hold 255 bytes.
const TITLE_LENGTH: usize = 80;

impl Slug {
    /// Parses a slug that somebody wrote; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Slug> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let whole = !text.is_empty() && text.len() <= 200 && text.chars().all(allowed);
        let hyphens = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        (whole && !hyphens).then(|| Slug(text.into()))
    }

    /// Makes a slug of any name; `None` when the name holds no letter and no digit in any script.
    ///
    /// Signs that tell names apart become words (`C++`, `C#`, `.NET` are three tags), an apostrophe
    /// joins (`Don't` is one word), and other scripts are transliterated.
    pub fn from_name(name: &str) -> Option<Slug> {
        Slug::parse(&slugify::slugify(spell_signs(name)))
    }

    /// Makes a slug of a paper's title, cut at a word when it is long.
    pub fn from_title(title: &str) -> Option<Slug> {
        let slug = slugify::slugify(spell_signs(title));
        let cut = if slug.len() <= TITLE_LENGTH {
            slug.as_str()
        } else {
            let head = &slug[..=TITLE_LENGTH];
            let end = head.rfind('-').unwrap_or(TITLE_LENGTH);
            &slug[..end]
        };
        Slug::parse(cut)
    }

    /// Returns the slug with a number behind it, for a name that is taken.
    pub fn numbered(&self, number: usize) -> Slug {
        Slug(format!("{}-{number}", self.0).into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Slug {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Spells out the signs that a transliteration would drop although they tell names apart.
fn spell_signs(name: &str) -> String {
    let mut spelled = String::with_capacity(name.len() + 8);
    let mut before: Option<char> = None;
    let mut rest = name.trim().chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied();
        let in_word = before.is_some_and(char::is_alphanumeric);
        match c {
            '\'' | '’' => {}
            '+' if before != Some(' ') && before.is_some() => spelled.push_str(" plus "),
            '#' if in_word => spelled.push_str(" sharp "),
            '.' if !in_word && after.is_some_and(char::is_alphabetic) => spelled.push_str(" dot "),
            '&' => spelled.push_str(" and "),
            '%' => spelled.push_str(" percent "),
            _ => spelled.push(c),
        }
        before = Some(c);
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        let slug = Slug::from_name(name).map(|slug| slug.to_string());
        assert_eq!(slug.as_deref().unwrap_or(""), expected, "{name}");
    }

    #[test]
    fn names_that_differ_only_in_signs_keep_apart() {
        check("C", "c");
        check("C++", "c-plus-plus");
        check("C#", "c-sharp");
        check(".NET", "dot-net");
        check("图像", "tu-xiang");
        check("R&D", "r-and-d");
        check("Müller’s Method", "mullers-method");
        check("Don't Stop", "dont-stop");
        check("GPT-4.1", "gpt-4-1");
        check("...", "");
        check("../..", "");
    }

    #[test]
    fn a_slug_cannot_climb_or_hide() {
        for wrong in [
            "", "..", ".", "a/b", "a--b", "-a", "a-", "A", "a.b", "é", "a b", "a\0",
        ] {
            assert_eq!(Slug::parse(wrong), None, "{wrong}");
        }
        assert!(Slug::parse("gpt-4").is_some());
    }

    #[test]
    fn a_long_title_is_cut_at_a_word() {
        let title = "Non-instructional Fine-tuning: Enabling Instruction-Following Capabilities in \
                     Pre-trained Language Models without Instruction-Following Data";
        let slug = Slug::from_title(title).expect("a slug");
        assert_eq!(
            slug.as_str(),
            "non-instructional-fine-tuning-enabling-instruction-following-capabilities-in-pre"
        );
        assert!(
            Slug::from_title(&"x".repeat(300)).is_some_and(|s| s.as_str().len() == TITLE_LENGTH)
        );
    }

    #[test]
    fn a_sign_is_a_word_where_it_tells_names_apart() {
        check("A + B", "a-b");
        check("+1", "1");
        check("A+", "a-plus");
        check("a +b", "a-b");
        check("# 1", "1");
        check("F# and C#", "f-sharp-and-c-sharp");
        check("Web 2.0", "web-2-0");
        check(".5", "5");
        check("100% of it", "100-percent-of-it");
        check("a .b", "a-dot-b");
    }

    #[test]
    fn a_slug_is_no_longer_than_a_file_name_may_be() {
        assert!(Slug::parse(&"a".repeat(200)).is_some());
        assert_eq!(Slug::parse(&"a".repeat(201)), None);
        let slug = Slug::from_title("Orca").expect("a slug");
        assert_eq!(slug.numbered(2).as_str(), "orca-2");
        let numbers = std::collections::BTreeMap::from([(slug, 1)]);
        assert_eq!((numbers.get("orca"), numbers.get("orc")), (Some(&1), None));
        assert_eq!(Slug::from_title("“…”"), None);
        let exact = "x".repeat(TITLE_LENGTH);
        assert_eq!(Slug::from_title(&exact).expect("a slug").as_str(), exact);
        let cut = format!("{exact} y");
        assert_eq!(Slug::from_title(&cut).expect("a slug").as_str(), exact);
    }
}
