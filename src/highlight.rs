//! Code becomes spans with a class for each kind of word, and the style sheet that colours them.
//!
//! Owns the languages and the colours. Ten classes are all there is: a reader tells no more apart, and
//! the full names of scopes would triple the bytes of a page. Knows nothing of where code stands.

use std::fmt::Write as _;
use std::sync::LazyLock;

use syntect::parsing::{
    BasicScopeStackOp, ParseState, Scope, ScopeStack, ScopeStackOp, SyntaxReference, SyntaxSet,
};
use syntect::util::LinesWithEndings;

use crate::html;

/// Longer code is shown without colours: the grammars take a millisecond for a kilobyte.
const MAX_BYTES: usize = 256 * 1024;
/// The time for one line grows with the square of its length.
const MAX_LINE_BYTES: usize = 2048;

/// Renders code in a language as text and `<span class="hl-…">`, for within `<pre><code>`.
///
/// The language is a name or a file ending, in any case. Nothing if it is not known, or if the code is
/// too long to be coloured.
pub fn render(code: &str, language: &str) -> Option<String> {
    let fits = code.len() <= MAX_BYTES && code.lines().all(|line| line.len() <= MAX_LINE_BYTES);
    let grammar = grammar(language).filter(|_| fits)?;
    let mut state = ParseState::new(grammar);
    let mut nested = Nested::default();
    let mut spans = Spans::default();
    for line in LinesWithEndings::from(code) {
        let mut done = 0;
        for (at, change) in state.parse_line(line, &GRAMMARS).ok()? {
            spans.push(nested.kind(), &line[done..at]);
            nested.apply(&change)?;
            done = at;
        }
        spans.push(nested.kind(), &line[done..]);
    }
    Some(spans.finish())
}

/// Returns the style sheet: light, and dark where the reader's system or `data-theme` says so.
///
/// Only pages with coloured code need it.
pub fn css() -> String {
    let colours = |pick: fn(&Kind) -> &'static str| {
        KINDS.iter().fold(String::new(), |mut css, kind| {
            let _ = write!(css, "--hl-{}:{};", kind.name, pick(kind));
            css
        })
    };
    let (light, dark) = (colours(|kind| kind.light), colours(|kind| kind.dark));
    let mut css = format!(
        ":root{{{light}}}\n\
         @media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         :root[data-theme=dark]{{{dark}}}\n"
    );
    for Kind { name, .. } in KINDS {
        let _ = writeln!(css, ".hl-{name}{{color:var(--hl-{name})}}");
    }
    css
}

/// This is a kind of word, with its colours on a light and a dark ground.
struct Kind {
    name: &'static str,
    light: &'static str,
    dark: &'static str,
    /// The scopes that grammars give to such words.
    scopes: &'static [&'static str],
}

const KINDS: &[Kind] = &[
    Kind {
        name: "comment",
        light: "#5f6672",
        dark: "#9aa3b0",
        scopes: &["comment"],
    },
    Kind {
        name: "string",
        light: "#0b5a3e",
        dark: "#9fdbb4",
        scopes: &["string", "markup.raw"],
    },
    Kind {
        name: "number",
        light: "#0a5199",
        dark: "#8cc4ff",
        scopes: &["constant"],
    },
    Kind {
        name: "keyword",
        light: "#a1214f",
        dark: "#ff9db8",
        scopes: &["keyword", "storage", "variable.language", "entity.name.tag"],
    },
    Kind {
        name: "function",
        light: "#6336a8",
        dark: "#cdb2ff",
        scopes: &[
            "entity.name.function",
            "entity.name.section",
            "support.function",
            "support.macro",
            "variable.function",
            "markup.heading",
        ],
    },
    Kind {
        name: "type",
        light: "#854000",
        dark: "#f5bd7c",
        scopes: &[
            "entity.name",
            "entity.other.inherited-class",
            "support.class",
            "support.type",
        ],
    },
    Kind {
        name: "attribute",
        light: "#17616e",
        dark: "#86d6e0",
        scopes: &["entity.other.attribute-name", "support.type.property-name"],
    },
    Kind {
        name: "inserted",
        light: "#116329",
        dark: "#7ee08a",
        scopes: &["markup.inserted"],
    },
    Kind {
        name: "deleted",
        light: "#a3191f",
        dark: "#ff9b94",
        scopes: &["markup.deleted"],
    },
];

/// What is within a string or a keyword and yet is none: signs, and code in a template.
const PLAIN: &[&str] = &[
    "keyword.operator",
    "source",
    "meta.interpolation",
    "meta.template",
];

/// Names that people write for a language that has another one, or a near relative.
const ALIASES: &[(&str, &str)] = &[
    ("c++", "cpp"),
    ("console", "sh"),
    ("cu", "cpp"),
    ("cuda", "cpp"),
    ("golang", "go"),
    ("ini", "properties"),
    ("json5", "json"),
    ("jsonl", "json"),
    ("jsx", "js"),
    ("latex", "tex"),
    ("mjs", "js"),
    ("py3", "py"),
    ("python3", "py"),
    ("shell", "sh"),
    ("toml", "py"),
    ("ts", "js"),
    ("tsx", "js"),
    ("typescript", "js"),
    ("zsh", "sh"),
];

/// Loaded when the first code is met: a site without code pays nothing.
static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// The scopes with the kind they mean, the longer ones first; no kind for plain text.
static SCOPES: LazyLock<Vec<(Scope, Option<usize>)>> = LazyLock::new(|| {
    let kinds = KINDS.iter().enumerate();
    let of_kinds =
        kinds.flat_map(|(at, kind)| kind.scopes.iter().map(move |name| (*name, Some(at))));
    let plain = PLAIN.iter().map(|name| (*name, None));
    let mut scopes: Vec<(Scope, Option<usize>)> = of_kinds
        .chain(plain)
        .filter_map(|(name, kind)| Some((Scope::new(name).ok()?, kind)))
        .collect();
    scopes.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
    scopes
});

fn grammar(language: &str) -> Option<&'static SyntaxReference> {
    let name = language.to_ascii_lowercase();
    if matches!(name.as_str(), "" | "text" | "txt" | "plain" | "plaintext") {
        return None;
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    GRAMMARS.find_syntax_by_token(alias.map_or(&name, |(_, known)| known))
}

/// These are nested scopes, each with the kind of the words in it.
///
/// The kinds are kept, for code may be a hundred levels deep at every sign.
#[derive(Default)]
struct Nested {
    stack: ScopeStack,
    kinds: Vec<Option<usize>>,
}

impl Nested {
    /// Returns the kind of the words here: that of the innermost scope that means one.
    fn kind(&self) -> Option<usize> {
        self.kinds.last().copied().flatten()
    }

    /// Enters and leaves scopes; nothing if they were never entered.
    fn apply(&mut self, change: &ScopeStackOp) -> Option<()> {
        let kinds = &mut self.kinds;
        let applied = self.stack.apply_with_hook(change, |step, _| match step {
            BasicScopeStackOp::Push(scope) => {
                let around = kinds.last().copied().flatten();
                kinds.push(meaning(scope).unwrap_or(around));
            }
            BasicScopeStackOp::Pop => {
                kinds.pop();
            }
        });
        applied.ok()
    }
}

/// Returns what a scope says of its words by itself: their kind, or that they are plain.
fn meaning(scope: Scope) -> Option<Option<usize>> {
    let mut scopes = SCOPES.iter();
    let found = scopes.find(|(prefix, _)| prefix.is_prefix_of(scope))?;
    Some(found.1)
}

/// This is HTML that grows, with neighbours of one kind in one span.
#[derive(Default)]
struct Spans {
    html: String,
    open: Option<usize>,
}

impl Spans {
    fn push(&mut self, kind: Option<usize>, text: &str) {
        if text.is_empty() {
            return;
        }
        // Blanks have no colour; a new span for them and another after would be for nothing.
        if kind != self.open && !text.trim().is_empty() {
            self.close();
            if let Some(kind) = kind {
                let _ = write!(self.html, "<span class=\"hl-{}\">", KINDS[kind].name);
            }
            self.open = kind;
        }
        html::push_text(text, &mut self.html);
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            let blanks = self.html[self.html.trim_end().len()..].to_owned();
            self.html.truncate(self.html.len() - blanks.len());
            self.html.push_str("</span>");
            self.html.push_str(&blanks);
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.html
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: &str, code: &str, expected: &str) {
        assert_eq!(render(code, language).as_deref(), Some(expected), "{code}");
    }

    #[test]
    fn words_get_the_class_of_their_kind() {
        check(
            "rust",
            "// a < b\nlet x: u8 = 1;\n",
            "<span class=\"hl-comment\">// a &lt; b</span>\n\
             <span class=\"hl-keyword\">let</span> x: <span class=\"hl-keyword\">u8</span> = \
             <span class=\"hl-number\">1</span>;\n",
        );
        check(
            "Python3",
            "def f(x): return f\"{x}\" + 'a'",
            "<span class=\"hl-keyword\">def</span> <span class=\"hl-function\">f</span>(x): \
             <span class=\"hl-keyword\">return f</span><span class=\"hl-string\">\"</span>{x}\
             <span class=\"hl-string\">\"</span> + <span class=\"hl-string\">'a'</span>",
        );
        check(
            "diff",
            "-x\n+y\n",
            "<span class=\"hl-deleted\">-x</span>\n<span class=\"hl-inserted\">+y</span>\n",
        );
    }

    #[test]
    fn an_unknown_language_and_overlong_code_are_left_to_the_caller() {
        for language in ["", "text", "no-such-language", "\"><script>"] {
            assert_eq!(render("x", language), None, "{language}");
        }
        assert_eq!(render(&"x ".repeat(MAX_LINE_BYTES), "rust"), None);
        assert_eq!(render(&"x\n".repeat(MAX_BYTES), "rust"), None);
    }

    #[test]
    fn every_alias_leads_to_a_grammar() {
        for (alias, known) in ALIASES {
            assert!(grammar(alias).is_some(), "{alias} → {known}");
        }
    }

    #[test]
    fn every_scope_is_well_formed() {
        let names = KINDS.iter().map(|kind| kind.scopes.len()).sum::<usize>() + PLAIN.len();
        assert_eq!(SCOPES.len(), names);
    }

    #[test]
    fn colours_can_be_read_on_either_ground() {
        for kind in KINDS {
            assert!(contrast(kind.light, "#f2f2f2") >= 4.5, "{}", kind.name);
            assert!(contrast(kind.dark, "#24272c") >= 4.5, "{}", kind.name);
        }
    }

    /// The contrast ratio of WCAG 2.2.
    fn contrast(one: &str, other: &str) -> f64 {
        let luminance = |colour: &str| {
            let channel = |at: usize| {
                let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("two hex digits");
                let part = f64::from(value) / 255.0;
                if part <= 0.04045 {
                    part / 12.92
                } else {
                    ((part + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        };
        let (a, b) = (luminance(one) + 0.05, luminance(other) + 0.05);
        a.max(b) / a.min(b)
    }
}
