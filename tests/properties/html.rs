//! What HTML may consist of, read by a checker that shares nothing with the program.
//!
//! Three closed sets: what Markdown becomes, what stands within a formula, and the frame of a mail. The
//! checker knows the HTML that we write, not all that there is: names in lower case, values between
//! double quotes, each element closed.

#![allow(
    dead_code,
    reason = "each of those who share this module uses a part of it"
)]

/// An element and the attributes that it may have.
type Allowed = (&'static str, &'static [&'static str]);

/// What Markdown becomes.
const MARKDOWN: &[Allowed] = &[
    ("p", &[]),
    ("em", &[]),
    ("strong", &[]),
    ("del", &[]),
    ("code", &["class"]),
    ("pre", &["tabindex"]),
    ("span", &["class", "tabindex"]),
    ("a", &["href", "title", "id", "class", "aria-label"]),
    ("img", &["src", "alt", "title", "loading"]),
    ("br", &[]),
    ("hr", &[]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("blockquote", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &["id"]),
    ("dl", &[]),
    ("dt", &[]),
    ("dd", &[]),
    ("sup", &[]),
    ("div", &["class", "tabindex"]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["class"]),
    ("td", &["class"]),
    ("input", &["type", "disabled", "checked", "aria-label"]),
    ("math", &["display", "class"]),
];

/// What a formula consists of: MathML Core, and what it may hold in `<mtext>`.
const FORMULA: &[&str] = &[
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "msub",
    "msup",
    "msubsup",
    "mover",
    "munder",
    "munderover",
    "mfrac",
    "msqrt",
    "mroot",
    "mtable",
    "mtr",
    "mtd",
    "mpadded",
    "mphantom",
    "mmultiscripts",
    "mprescripts",
    "menclose",
    "mstyle",
    "ms",
    "b",
    "i",
    "em",
    "code",
    "span",
    "s",
    "u",
];

/// The attributes of a formula's elements.
const FORMULA_ATTRIBUTES: &[&str] = &[
    "display",
    "displaystyle",
    "scriptlevel",
    "mathvariant",
    "class",
    "style",
    "accent",
    "accentunder",
    "stretchy",
    "symmetric",
    "fence",
    "separator",
    "form",
    "largeop",
    "movablelimits",
    "lspace",
    "rspace",
    "minsize",
    "maxsize",
    "linethickness",
    "width",
    "height",
    "depth",
    "voffset",
    "notation",
];

/// The frame of a mail, where elements carry their styles.
const MAIL: &[Allowed] = &[
    ("html", &["lang", "dir"]),
    ("head", &[]),
    ("meta", &["charset", "name", "content"]),
    ("title", &[]),
    ("style", &[]),
    ("body", &["style"]),
    ("div", &["style", "class", "tabindex"]),
    (
        "table",
        &[
            "role",
            "width",
            "cellpadding",
            "cellspacing",
            "border",
            "style",
        ],
    ),
    ("td", &["align", "style", "class"]),
    ("p", &["class", "style", "lang"]),
    (
        "a",
        &["href", "style", "title", "id", "class", "aria-label"],
    ),
    ("h1", &["style"]),
    ("h2", &["lang", "style", "id"]),
];

const VOID: &[&str] = &["br", "hr", "img", "input", "meta"];

/// Checks HTML that was Markdown.
pub fn check(html: &str) -> Result<(), String> {
    Checker::over(&[MARKDOWN]).check(html)
}

/// Checks a whole mail, in which Markdown stands.
pub fn check_mail(html: &str) -> Result<(), String> {
    let page = html
        .trim()
        .strip_prefix("<!DOCTYPE html>")
        .ok_or("no doctype")?;
    let mut page = page.to_owned();
    // The styles and the words to Outlook are the template's, each the same in every mail.
    while let Some((start, end)) = span(&page, "<!--", "-->") {
        page.replace_range(start..end, "");
    }
    if let Some((start, end)) = span(&page, "<style>", "</style>") {
        page.replace_range(start..end, "");
    }
    Checker::over(&[MAIL, MARKDOWN]).check(&page)
}

fn span(text: &str, open: &str, close: &str) -> Option<(usize, usize)> {
    let start = text.find(open)?;
    let end = start + text[start..].find(close)? + close.len();
    Some((start, end))
}

/// What is open, and what may be opened.
struct Checker<'a> {
    allowed: &'a [&'a [Allowed]],
    open: Vec<String>,
}

impl<'a> Checker<'a> {
    fn over(allowed: &'a [&'a [Allowed]]) -> Checker<'a> {
        Checker {
            allowed,
            open: Vec::new(),
        }
    }

    /// Checks that HTML is well formed and of the closed sets.
    fn check(mut self, html: &str) -> Result<(), String> {
        // HTML allows no others (section 13.2.3.5).
        let is_forbidden = |c: char| c.is_ascii_control() && !matches!(c, '\n' | '\t' | '\r');
        if let Some(at) = html.find(is_forbidden) {
            return Err(format!("a control character: {:?}", head(&html[at..])));
        }
        let mut rest = html;
        while let Some(at) = rest.find(['<', '>', '&']) {
            let tail = &rest[at..];
            if tail.starts_with('&') {
                rest = after_entity(tail)?;
                continue;
            }
            // Lazily: what is left, told for each tag, would be the square of the length.
            let end = tail
                .find('>')
                .ok_or_else(|| format!("an open tag: {tail}"))?;
            let tag = tail[..end]
                .strip_prefix('<')
                .ok_or_else(|| format!("a bare >: {tail}"))?;
            rest = &tail[end + 1..];
            self.take(tag)?;
        }
        match self.open.is_empty() {
            true => Ok(()),
            false => Err(format!("left open: {:?}", self.open)),
        }
    }

    fn take(&mut self, tag: &str) -> Result<(), String> {
        if let Some(name) = tag.strip_prefix('/') {
            return match self.open.pop() {
                Some(open) if open == name => Ok(()),
                _ => Err(format!("</{name}> closes nothing")),
            };
        }
        let in_formula = self.open.iter().any(|name| name == "math");
        let (tag, closed) = match tag.strip_suffix('/') {
            Some(tag) if in_formula => (tag.trim_end(), true),
            _ => (tag, false),
        };
        let (name, attributes) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        let may_have = |attribute: &str| match in_formula {
            true => FORMULA.contains(&name) && FORMULA_ATTRIBUTES.contains(&attribute),
            false => self
                .sets(name)
                .any(|attributes| attributes.contains(&attribute)),
        };
        let known = match in_formula {
            true => FORMULA.contains(&name),
            false => self.sets(name).next().is_some(),
        };
        if !known {
            return Err(format!("an unknown element: {tag}"));
        }
        check_attributes(attributes, may_have).map_err(|error| format!("{error}: {tag}"))?;
        if name == "a" && self.open.iter().any(|name| name == "a") {
            return Err(format!("a link in a link: {tag}"));
        }
        if !closed && !VOID.contains(&name) {
            self.open.push(name.to_owned());
        }
        Ok(())
    }

    /// The attributes that an element may have, by each set that knows it.
    fn sets(&self, name: &str) -> impl Iterator<Item = &'static [&'static str]> {
        let pairs = self.allowed.iter().copied().flatten();
        pairs
            .filter(move |(known, _)| *known == name)
            .map(|(_, attributes)| *attributes)
    }
}

/// Returns what stands behind a reference to a character, which is one of those that we write.
fn after_entity(tail: &str) -> Result<&str, String> {
    const KNOWN: [&str; 9] = [
        "&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#x27;", "&#x2F;", "&nbsp;", "&apos;",
    ];
    KNOWN
        .iter()
        .find_map(|entity| tail.strip_prefix(entity))
        .ok_or_else(|| format!("a bare ampersand: {}", head(tail)))
}

fn head(text: &str) -> String {
    text.chars().take(40).collect()
}

fn check_attributes(text: &str, may_have: impl Fn(&str) -> bool) -> Result<(), String> {
    let mut rest = text.trim_start();
    let mut seen: Vec<&str> = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let (attribute, value) = rest.split_at(end);
        if !may_have(attribute) {
            return Err(format!("an unknown attribute `{attribute}`"));
        }
        if seen.contains(&attribute) {
            return Err(format!("`{attribute}` twice"));
        }
        seen.push(attribute);
        rest = match value.strip_prefix("=\"") {
            Some(value) => {
                let (value, rest) = value.split_once('"').ok_or("an open value")?;
                check_value(attribute, value)?;
                rest.trim_start()
            }
            None => value.trim_start(),
        };
    }
    Ok(())
}

fn check_value(attribute: &str, value: &str) -> Result<(), String> {
    match attribute {
        "href" | "src" if !is_harmless(value) => Err(format!("an unsafe address `{value}`")),
        "style" if !is_calm(value) => Err(format!("a style that may load something `{value}`")),
        _ => Ok(()),
    }
}

/// Tells whether a browser takes an address for one of http, https or mailto, or for a relative one.
///
/// As the URL Standard reads it: controls and spaces at its ends go, and tabs and line ends anywhere;
/// a scheme is a letter, and letters, digits, `+`, `-` and `.` up to a colon.
pub fn is_harmless(written: &str) -> bool {
    let plain = written
        .replace("&amp;", "&")
        .replace("&#39;", "'")
        .replace("&quot;", "\"");
    let seen: String = plain
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect();
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    match seen.split_once(':') {
        Some((scheme, _)) if is_scheme(scheme) => {
            ["http", "https", "mailto"].contains(&scheme.to_ascii_lowercase().as_str())
        }
        _ => true,
    }
}

/// Tells whether a style names colours and lengths, and nothing that is loaded or run.
fn is_calm(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    !["url", "expression", "import", "image", "\\", "@", "/*"]
        .iter()
        .any(|word| style.contains(word))
}
