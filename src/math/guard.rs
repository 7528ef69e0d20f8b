//! What a formula may hold before it is converted, and after.

/// The elements that a formula may consist of: MathML Core, and the text styles that the HTML
/// standard allows within `<mtext>`.
const ELEMENTS: &[&str] = &[
    "math",
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
    "merror",
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

/// The attributes that these elements may carry; none of them loads or runs anything.
const ATTRIBUTES: &[&str] = &[
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

/// Returns how deeply a formula is nested, at most: braces, fences and environments, and commands in a
/// row, of which each may be the argument of the one before.
pub(super) fn depth(tex: &str) -> usize {
    let (mut open, mut row, mut deepest) = (0_usize, 0_usize, 0_usize);
    let mut bytes = tex.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                let rest = &tex[at + 1..];
                row += 1;
                if rest.starts_with("left") || rest.starts_with("begin") {
                    open += 1;
                } else if rest.starts_with("right") || rest.starts_with("end") {
                    open = open.saturating_sub(1);
                }
                if rest.starts_with(['{', '}', '\\']) {
                    bytes.next();
                }
                while bytes.next_if(|(_, b)| b.is_ascii_alphabetic()).is_some() {}
            }
            b'{' => open += 1,
            b'}' => {
                open = open.saturating_sub(1);
                row = 0;
            }
            b' ' | b'^' | b'_' => {}
            _ => row = 0,
        }
        deepest = deepest.max(open + row);
    }
    deepest
}

/// Tells whether a text is made of the known elements and attributes only.
///
/// The converter writes names and labels of formulas into its output; whoever finds a way to write a
/// tag there finds this door shut.
pub(super) fn is_mathml(markup: &str) -> bool {
    let mut rest = markup;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        let Some(end) = memchr::memchr(b'>', &rest.as_bytes()[at..]) else {
            return false;
        };
        if !is_tag(&rest[at + 1..at + end]) {
            return false;
        }
        rest = &rest[at + end + 1..];
    }
    markup.starts_with("<math") && markup.ends_with("</math>")
}

/// Writes the signs in a formula's words as HTML has them: the converter leaves those of `\operatorname`.
pub(super) fn escaped(markup: String) -> String {
    // Most formulas have tags and letters: as many `>` as `<`, and no `&`.
    let count = |sign: u8| memchr::memchr_iter(sign, markup.as_bytes()).count();
    if memchr::memchr(b'&', markup.as_bytes()).is_none() && count(b'<') == count(b'>') {
        return markup;
    }
    let mut html = String::with_capacity(markup.len() + 16);
    let pieces = markup.split('<').filter_map(|piece| piece.split_once('>'));
    for (tag, text) in pieces {
        html.push('<');
        html.push_str(tag);
        html.push('>');
        for (at, c) in text.char_indices() {
            match sign(text, at, c) {
                Some(sign) => html.push_str(sign),
                None => html.push(c),
            }
        }
    }
    html
}

/// What stands for a character of a formula's words; nothing where it may stand itself.
fn sign(text: &str, at: usize, c: char) -> Option<&'static str> {
    const ENTITIES: [&str; 4] = ["&amp;", "&lt;", "&gt;", "&quot;"];
    match c {
        '>' => Some("&gt;"),
        '&' => {
            let is_entity = ENTITIES.iter().any(|entity| text[at..].starts_with(entity));
            (!is_entity).then_some("&amp;")
        }
        _ => None,
    }
}

/// Checks what stands between `<` and `>`.
fn is_tag(tag: &str) -> bool {
    if let Some(name) = tag.strip_prefix('/') {
        return ELEMENTS.contains(&name);
    }
    let tag = tag.strip_suffix('/').unwrap_or(tag);
    let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    if !ELEMENTS.contains(&name) {
        return false;
    }
    loop {
        attributes = attributes.trim_start_matches(' ');
        if attributes.is_empty() {
            return true;
        }
        let Some((attribute, value)) = attributes.split_once("=\"") else {
            return false;
        };
        let Some((_, rest)) = value.split_once('"') else {
            return false;
        };
        if !ATTRIBUTES.contains(&attribute) {
            return false;
        }
        attributes = rest;
    }
}
