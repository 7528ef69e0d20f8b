//! Parts of templates that come out the same on every page, written once.
//!
//! A title, a menu, the words of the interface: what names nothing but `site` and `words` is the same
//! wherever it stands, and in most themes that is a third of what there is to do for a page. So a build
//! lets Tera write such parts once, and then gives it templates that have them as text. Where two parts
//! of a site see another `site` and it comes out otherwise, as a menu does that marks where one is, they
//! stay code. A page that cannot be rendered so is rendered from the templates as they were written, and
//! messages tell of those alone.

use std::ops::Range;

use tera::{Context, Tera, Value};

use super::Sheet;
use super::turns::{self, codes, is_of_word};

/// The names that mean the same on every page, or nearly so.
pub(super) const SHARED: [&str; 2] = ["site", "words"];

/// Words that name nothing.
pub(super) const KEYWORDS: [&str; 13] = [
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None",
];

/// This is a template taken apart.
#[derive(Debug)]
pub(super) struct Parts<'a>(Vec<Part<'a>>);

#[derive(Debug)]
enum Part<'a> {
    Text(&'a str),
    /// Code that stays.
    Code(String),
    /// A piece of a template that comes out the same everywhere.
    Constant(String),
}

impl<'a> Parts<'a> {
    /// Takes a template apart; `None` where that is not sure to be right.
    pub fn of(template: &'a str) -> Option<Parts<'a>> {
        let mut parts = Vec::new();
        take_apart(&tree(pieces(template)?)?, &mut parts);
        Some(Parts(parts))
    }

    /// Returns the pieces that come out the same everywhere.
    pub fn constants(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Constant(piece) => Some(piece.as_str()),
            _ => None,
        })
    }

    /// Puts the template together again, with what its constants come to; one of which that is not known
    /// stays code. `None` where a text would become code.
    pub fn fold(&self, mut written: impl Iterator<Item = Option<String>>) -> Option<String> {
        let (mut folded, mut stays) = (String::new(), Vec::new());
        for part in &self.0 {
            let code = match part {
                Part::Text(text) => {
                    folded.push_str(text);
                    continue;
                }
                Part::Code(code) => code,
                Part::Constant(piece) => match written.next().flatten() {
                    Some(text) => {
                        folded.push_str(&text);
                        continue;
                    }
                    None => piece,
                },
            };
            stays.extend(turns::code_at(code, folded.len()));
            folded.push_str(code);
        }
        is_code(&folded, &stays).then(|| without_idle(&folded))
    }
}

/// Writes pieces that come out the same everywhere, for pages that are given one of these as `site`; one that
/// does not is unknown. `None` where they cannot be written.
pub(super) fn write(
    tera: &mut Tera,
    constants: &[&str],
    sites: impl Iterator<Item = Value>,
) -> Option<Vec<Option<String>>> {
    /// What stands between two of them: a sign that no text has that is escaped.
    const MARK: &str = "\u{1}";
    /// No theme has a template of this name.
    const NAME: &str = "constants\n.html";
    let template = turns::Counted::new(&constants.join(MARK)).text;
    tera.add_raw_template(NAME, &template).ok()?;
    let mut known: Option<Vec<Option<String>>> = None;
    for site in sites {
        let mut values = Context::new();
        values.insert_value("site", site);
        turns::start();
        // On a sheet as pages are, or the program would have Tera in it twice.
        let mut sheet = Sheet::blank();
        tera.render_to(NAME, &values, &mut sheet).ok()?;
        let text = sheet.as_str();
        let texts: Vec<Option<String>> = text.split(MARK).map(str::to_owned).map(Some).collect();
        if texts.len() != constants.len() {
            return None;
        }
        match &mut known {
            None => known = Some(texts),
            Some(known) => {
                for (known, text) in known.iter_mut().zip(texts) {
                    if *known != text {
                        *known = None;
                    }
                }
            }
        }
    }
    known
}

/// Tells whether this is where a template has code, and nothing else looks like some.
pub(super) fn is_code(template: &str, expected: &[Range<usize>]) -> bool {
    let starts = std::iter::once(0).chain(expected.iter().map(|range| range.end));
    let ends = expected
        .iter()
        .map(|range| range.start)
        .chain([template.len()]);
    let mut texts = starts.zip(ends).map(|(start, end)| &template[start..end]);
    turns::code(template) == expected
        && texts.all(|text| ["{{", "{%", "{#"].iter().all(|sign| !text.contains(sign)))
}

/// Tells whether a template may give another meaning to a name that is the same everywhere.
pub(super) fn shadows(template: &str) -> bool {
    codes(template).any(|code| {
        let is_component = turns::tag_name(code) == Some("component");
        let gives = |word: &Word<'_>| match is_component {
            true => word.before != Some('@'),
            false => word.is_set || word.is_target,
        };
        let mut shared = words(code)
            .into_iter()
            .filter(|word| SHARED.contains(&word.text));
        shared.any(|word| gives(&word))
    })
}

/// A piece of a template; code is what stands between its signs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Print(&'a str),
    Tag(&'a str),
}

impl Piece<'_> {
    /// Writes it as it stands in a template.
    pub fn push(&self, template: &mut String) {
        let (open, inside, end) = match self {
            Piece::Text(text) => ("", *text, ""),
            Piece::Print(inside) => ("{{", *inside, "}}"),
            Piece::Tag(inside) => ("{%", *inside, "%}"),
        };
        template.extend([open, inside, end]);
    }
}

/// A piece, or a tag with all to the one that ends it.
#[derive(Debug)]
enum Node<'a> {
    Piece(Piece<'a>),
    Block(Vec<Node<'a>>),
}

/// Cuts a template into pieces. Comments are left out, and white space is cut where code says so, as
/// Tera does it.
pub(super) fn pieces(template: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let (mut done, mut is_cut) = (0, false);
    for range in turns::code(template) {
        let code = &template[range.clone()];
        // What is raw has rules of its own.
        if turns::tag_name(code) == Some("raw") {
            return None;
        }
        let inside = &code[2..code.len() - 2];
        let cuts_before = inside.starts_with('-');
        add_text(
            &template[done..range.start],
            (is_cut, cuts_before),
            &mut pieces,
        )?;
        let inside = inside.strip_prefix('-').unwrap_or(inside);
        is_cut = inside.ends_with('-');
        let inside = inside.strip_suffix('-').unwrap_or(inside);
        pieces.push(match code.starts_with("{{") {
            true => Piece::Print(inside),
            false => Piece::Tag(inside),
        });
        done = range.end;
    }
    add_text(&template[done..], (is_cut, false), &mut pieces)?;
    Some(pieces)
}

/// Adds the text between two pieces of code, which may be cut at its start and at its end.
fn add_text<'a>(
    mut rest: &'a str,
    (mut is_cut, cuts_end): (bool, bool),
    pieces: &mut Vec<Piece<'a>>,
) -> Option<()> {
    loop {
        let (text, comment) = match rest.split_once("{#") {
            Some((text, behind)) => (text, Some(behind)),
            None => (rest, None),
        };
        let cuts_end = comment.map_or(cuts_end, |comment| comment.starts_with('-'));
        if !text.is_empty() {
            let text = if is_cut { text.trim_start() } else { text };
            is_cut = false;
            pieces.push(Piece::Text(if cuts_end { text.trim_end() } else { text }));
        }
        let Some(comment) = comment else {
            return Some(());
        };
        let comment = comment.strip_prefix('-').unwrap_or(comment);
        let (said, behind) = comment.split_once("#}")?;
        is_cut |= said.ends_with('-');
        rest = behind;
    }
}

/// Puts conditions and loops together; `None` where one does not end.
fn tree(pieces: Vec<Piece<'_>>) -> Option<Vec<Node<'_>>> {
    let mut open: Vec<Vec<Node<'_>>> = vec![Vec::new()];
    for piece in pieces {
        let tag = match piece {
            Piece::Tag(tag) => first_word(tag),
            _ => "",
        };
        match tag {
            "if" | "for" => open.push(vec![Node::Piece(piece)]),
            "endif" | "endfor" => {
                let mut block = open.pop()?;
                block.push(Node::Piece(piece));
                open.last_mut()?.push(Node::Block(block));
            }
            _ => open.last_mut()?.push(Node::Piece(piece)),
        }
    }
    let whole = open.pop()?;
    open.is_empty().then_some(whole)
}

pub(super) fn first_word(tag: &str) -> &str {
    let tag = tag.trim_start();
    let end = tag.find(|c: char| !is_of_word(c));
    &tag[..end.unwrap_or(tag.len())]
}

fn take_apart<'a>(nodes: &[Node<'a>], parts: &mut Vec<Part<'a>>) {
    for node in nodes {
        match node {
            Node::Piece(Piece::Text(text)) => parts.push(Part::Text(text)),
            node if is_constant(node, &[]) => {
                let mut piece = String::new();
                push(node, &mut piece);
                parts.push(Part::Constant(piece));
            }
            Node::Block(nodes) => take_apart(nodes, parts),
            node => {
                let mut code = String::new();
                push(node, &mut code);
                parts.push(Part::Code(code));
            }
        }
    }
}

fn push(node: &Node<'_>, template: &mut String) {
    match node {
        Node::Block(nodes) => nodes.iter().for_each(|node| push(node, template)),
        Node::Piece(piece) => piece.push(template),
    }
}

/// Tells whether a node names nothing but what is the same everywhere, and what loops around it are over.
fn is_constant(node: &Node<'_>, bound: &[&str]) -> bool {
    match node {
        Node::Piece(Piece::Text(_)) => true,
        Node::Piece(Piece::Print(code)) => names_constants(code, bound),
        Node::Piece(Piece::Tag(_)) => false,
        Node::Block(nodes) => is_constant_block(nodes, bound),
    }
}

fn is_constant_block(nodes: &[Node<'_>], bound: &[&str]) -> bool {
    let mut inner = bound.to_vec();
    nodes.iter().all(|node| match node {
        Node::Piece(Piece::Tag(tag)) => {
            let name = first_word(tag);
            let rest = tag.trim_start().strip_prefix(name).unwrap_or("");
            match (name, rest.split_once(" in ")) {
                ("if" | "elif", _) => names_constants(rest, &inner),
                ("for", Some((targets, over))) => {
                    let is_constant = names_constants(over, bound);
                    inner.extend(words(targets).into_iter().map(|word| word.text));
                    inner.push("loop");
                    is_constant
                }
                ("else" | "endif" | "endfor", _) => rest.trim().is_empty(),
                _ => false,
            }
        }
        node => is_constant(node, &inner),
    })
}

/// Tells whether an expression names nothing but these names and what is the same everywhere.
fn names_constants(expression: &str, bound: &[&str]) -> bool {
    let is_known = |word: &Word<'_>| {
        (SHARED.contains(&word.text) || bound.contains(&word.text)) && !word.is_called
    };
    words(expression)
        .iter()
        .all(|word| word.is_set || is_known(word))
}

/// A word of some code that is no field, no filter and no test: the name of a value, of what is set, or
/// of what is called.
#[derive(Debug)]
pub(super) struct Word<'a> {
    pub text: &'a str,
    /// The byte at which it begins.
    pub at: usize,
    /// The sign before it, white space left out.
    pub before: Option<char>,
    /// Whether it is given a value, as an argument is.
    pub is_set: bool,
    /// Whether a loop gives it a value.
    is_target: bool,
    pub is_called: bool,
}

/// Finds the words of some code that are not within quotation marks.
pub(super) fn words(code: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let (mut at, mut is_test, mut is_target) = (0, false, false);
    while let Some(c) = code[at..].chars().next() {
        if let '"' | '\'' | '`' = c {
            at = turns::end_of_quote(code, at).unwrap_or(code.len());
            continue;
        }
        if !is_of_word(c) {
            at += c.len_utf8();
            continue;
        }
        let end = code[at..].find(|c: char| !is_of_word(c));
        let end = end.map_or(code.len(), |length| at + length);
        let (text, before, behind) = (
            &code[at..end],
            code[..at].trim_end(),
            code[end..].trim_start(),
        );
        let start = std::mem::replace(&mut at, end);
        let before = before.chars().next_back();
        let was_test = std::mem::take(&mut is_test);
        match text {
            "is" => is_test = true,
            "not" => is_test = was_test,
            "for" => is_target = true,
            "in" => is_target = false,
            _ => {}
        }
        let is_name = !KEYWORDS.contains(&text)
            && !was_test
            && !matches!(before, Some('.' | '|'))
            && !text.starts_with(|c: char| c.is_ascii_digit());
        if is_name {
            found.push(Word {
                text,
                at: start,
                before,
                is_set: behind.starts_with('=') && !behind.starts_with("=="),
                is_target,
                is_called: behind.starts_with('('),
            });
        }
    }
    found
}

/// Takes from components what they ask of whoever calls them and do not name any more.
fn without_idle(template: &str) -> String {
    let codes = turns::code(template);
    let (mut shorter, mut done) = (String::with_capacity(template.len()), 0);
    for (number, range) in codes.iter().enumerate() {
        let code = &template[range.clone()];
        // A text in its head might look like a parameter.
        if turns::tag_name(code) != Some("component") || code.contains(['"', '\'', '`']) {
            continue;
        }
        let inside = codes[number + 1..]
            .iter()
            .map(|range| &template[range.clone()]);
        let inside = inside.take_while(|code| turns::tag_name(code) != Some("endcomponent"));
        let named: Vec<&str> = inside.flat_map(words).map(|word| word.text).collect();
        shorter.push_str(&template[done..range.start]);
        for (at, parameter) in code.split(',').enumerate() {
            let (name, behind) = match parameter.trim().strip_prefix('@') {
                Some(name) if at > 0 => {
                    name.split_at(name.find(|c| !is_of_word(c)).unwrap_or(name.len()))
                }
                _ => ("", parameter),
            };
            let is_idle = SHARED.contains(&name) && !named.contains(&name);
            shorter.extend(match (at, is_idle) {
                (0, _) => ["", parameter],
                (_, true) => ["", behind],
                (_, false) => [",", parameter],
            });
        }
        done = range.end;
    }
    shorter + &template[done..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Folds a template; what comes out is that of Tera, in parentheses.
    fn folded(template: &str) -> Option<String> {
        let mut values = Context::new();
        values.insert(
            "site",
            &serde_json::json!({"title": "S", "no": "", "nav": ["a", "b"]}),
        );
        values.insert("words", &serde_json::json!({"keep": "Keep", "code": "{{"}));
        let parts = Parts::of(template)?;
        let written: Vec<Option<String>> = parts
            .constants()
            .map(|piece| Tera::default().render_str(piece, &values, true).ok())
            .map(|text| text.map(|text| format!("({text})")))
            .collect();
        parts.fold(written.into_iter())
    }

    #[test]
    fn what_is_the_same_everywhere_becomes_text_and_nothing_else_does() {
        for (template, expected) in [
            ("a {{ site.title }} b", "a (S) b"),
            (
                "a {{- words.keep -}} b {%- if x -%} c{% endif %}",
                "a(Keep)b{% if x %}c{% endif %}",
            ),
            ("{# {{ x }} -#} a {#- x #} b", "a b"),
            ("a {{ x -}}{# #} b", "a {{ x }}b"),
            (
                "{% if site.no %}x{% elif words.keep == \"Keep\" %}y{% else %}z{% endif %}",
                "(y)",
            ),
            (
                "{% if x %}{{ site.title }}{{ y }}{% endif %}",
                "{% if x %}(S){{ y }}{% endif %}",
            ),
            (
                "{% if site.no or page.x %}{{ site.no }}{% endif %}",
                "{% if site.no or page.x %}(){% endif %}",
            ),
            (
                "{% for item in site.nav %}{{ item }}{{ loop.index }}{% if not loop.last %},{% endif %}{% endfor %}",
                "(a1,b2)",
            ),
            (
                "{% for item in site.nav %}{{ x }}{{ item }}{% endfor %}",
                "{% for item in site.nav %}{{ x }}{{ item }}{% endfor %}",
            ),
            (
                "{{ item }}{{ site.title | replace(from=\"S\", to=\"T\") | upper }}",
                "{{ item }}(T)",
            ),
            (
                "{{ site.nav is containing(pat=\"a\") }}{{ page.site }}{{ site(x=1) }}",
                "(true){{ page.site }}{{ site(x=1) }}",
            ),
            ("{{ \"site\" }}{{ 'x' ~ \"}}\" ~ 1.5 }}", "(site)(x}}1.5)"),
            (
                "{{ <row site /> }}{% include \"site.html\" %}{% set a = site.title %}",
                "{{ <row site /> }}{% include \"site.html\" %}{% set a = site.title %}",
            ),
            ("{{ site.nothing }}", "{{ site.nothing }}"),
            (
                "{% component a(b, @site, @words) %}{{ words.keep }}{{ b }}{% endcomponent a %}{% component c(@site, d: string = \"x, @words\", @words) %}{{ d }}{% endcomponent c %}",
                "{% component a(b) %}(Keep){{ b }}{% endcomponent a %}{% component c(@site, d: string = \"x, @words\", @words) %}{{ d }}{% endcomponent c %}",
            ),
            (
                "{% component a(b, @site) %}{{ b[site.title] }}{% endcomponent a %}",
                "{% component a(b, @site) %}{{ b[site.title] }}{% endcomponent a %}",
            ),
        ] {
            assert_eq!(folded(template).as_deref(), Some(expected), "{template}");
        }
        for template in [
            "{% raw %}{{ site.title }}{% endraw %}",
            "{% if x %}",
            "{% endfor %}",
            "{{ words.code }} {{ x }} }}",
            "{{#}",
        ] {
            assert_eq!(folded(template), None, "{template}");
        }
    }

    #[test]
    fn what_differs_among_the_parts_of_a_site_is_not_known() {
        let sites = ["archive", "tags"].map(|part| {
            Value::from_serializable(&serde_json::json!({"title": "<S>", "part": part}))
        });
        let constants = [
            "{{ site.title }}",
            "{{ site.part }}",
            "x{% if site.part %}y{% endif %}",
        ];
        let written = write(&mut Tera::default(), &constants, sites.clone().into_iter());
        let expected = [Some("&lt;S&gt;".to_owned()), None, Some("xy".to_owned())];
        assert_eq!(written, Some(expected.to_vec()));
        for wrong in ["{{ site.nothing }}", "\u{1}", "{% if site.title %}"] {
            assert_eq!(
                write(&mut Tera::default(), &[wrong], sites.clone().into_iter()),
                None
            );
        }
    }

    #[test]
    fn a_name_with_another_meaning_is_noticed() {
        for template in [
            "{% set site = 1 %}",
            "{% for site in papers %}",
            "{% for key, words in papers %}",
            "{{ [x for site in papers] }}",
            "{{ <row site={other} /> }}",
            "{% component row(site) %}",
            "{% component row(a, words: map) %}",
        ] {
            assert!(shadows(template), "{template}");
        }
        for template in [
            "{% if site == 1 %}{% for a in site.nav %}{{ x.site }}{% set b = site %}",
            "{% component row(a, @site, @words) %}{{ <row a={site} /> }}site = 1",
        ] {
            assert!(!shadows(template), "{template}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_folded_template_renders_as_it_would(
            parts in prop::collection::vec(prop::sample::select(vec![
                "{{ site.title }}", "{{- site.no -}}", "{{ words.keep -}}", "{{ words.code }}", "{{ x }}", "{{- x -}}",
                "{% if site.no %}", "{%- if words.keep -%}", "{% if x -%}", "{% elif site.title %}", "{%- else -%}",
                "{% endif %}", "{%- endif -%}", "{% for a in site.nav -%}", "{% for a in x %}", "{{ a }}", "{{ loop.index }}",
                "{% endfor %}", "{%- endfor %}", "{# c #}", "{#- c -#}", "{# {{ x }} -#}", " ", "\n", "y", "{", "}", "%", "#",
                "{{ 'a' ~ site.title }}", "{% set y = site.title %}", "{{ y }}", "{% raw %}", "{% endraw %}",
            ]), 0..14)
        ) {
            let template: String = parts.concat();
            let mut values = Context::new();
            let site = serde_json::json!({"title": " <S> ", "no": "", "nav": ["a", " b"]});
            values.insert("site", &site);
            values.insert("words", &serde_json::json!({"keep": "Keep\n", "code": "{{"}));
            values.insert_value("x", Value::from("<x>"));
            let render = |template: &str| Tera::default().render_str(template, &values, true).ok();
            if let (Some(plain), Some(parts)) = (render(&template), Parts::of(&template)) {
                let written: Vec<Option<String>> = parts.constants().map(render).collect();
                if let Some(folded) = parts.fold(written.into_iter()) {
                    prop_assert_eq!(render(&folded), Some(plain), "{}", folded);
                }
            }
        }
    }
}
