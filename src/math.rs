//! TeX formulas become MathML Core, which browsers draw without a script.
//!
//! Owns what makes real abstracts' formulas acceptable to the converter: macros that people take for
//! granted, signs that TeX reads otherwise, limits that keep a hostile formula from the stack. Knows
//! nothing of where a formula stands; `markdown` finds them and reports the bad ones.
//!
//! The source is not kept beside the result: an `<annotation>` would add about a third to the bytes of
//! a formula, is read by no browser, and the Markdown of every paper is at hand.

use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

mod guard;
mod plain;
mod readable;

pub use plain::plain;

/// This tells whether a formula stands in a line of text or in a place of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// Within a line.
    Inline,
    /// By itself.
    Block,
}

/// The converter recurses; a formula of more bytes or levels could overflow the stack of a thread.
const MAX_BYTES: usize = 2048;
const MAX_DEPTH: usize = 100;

/// Renders a formula without its dollars as a `<math>` element.
///
/// The result depends on the formula alone, and holds only elements and attributes of a closed list.
/// A command that is not known is shown by its name. `Err` says in plain words why the formula cannot
/// be typeset.
pub fn render(tex: &str, display: Display) -> Result<String, String> {
    if tex.len() > MAX_BYTES {
        return Err(format!("it is longer than {MAX_BYTES} bytes"));
    }
    if guard::depth(tex) > MAX_DEPTH {
        return Err(format!("it is nested deeper than {MAX_DEPTH} levels"));
    }
    if tex.contains(|c: char| c.is_ascii_control() && !"\t\n\r".contains(c)) {
        return Err("it holds a control character".to_owned());
    }
    let tex = readable::readable(tex);
    let display = match display {
        Display::Inline => MathDisplay::Inline,
        Display::Block => MathDisplay::Block,
    };
    // Local state: a counter of equations that lives on would make a page depend on the pages before it.
    let result = CONVERTER
        .convert_with_local_state(&tex, display)
        .map_err(|error| in_plain_words(&error.error_message()))?;
    if guard::is_mathml(&result.mathml) {
        Ok(guard::escaped(calm(result.mathml)))
    } else {
        Err("it would need more than MathML".to_owned())
    }
}

/// Shows unknown commands as words: a browser draws `<merror>` as a red box, and a paper's own macro
/// (`\method`) is no error of its reader.
fn calm(mathml: String) -> String {
    if !mathml.contains("<merror") {
        return mathml;
    }
    mathml
        .replace("<merror", "<mrow")
        .replace("</merror>", "</mrow>")
}

/// One converter serves all threads: it is never changed, so there is no lock.
static CONVERTER: LazyLock<LatexToMathML> = LazyLock::new(|| {
    let macros = MACROS
        .iter()
        .map(|(name, body)| ((*name).to_owned(), (*body).to_owned()))
        .collect();
    let mut config = MathCoreConfig {
        macros,
        ignore_unknown_commands: true,
        ..MathCoreConfig::default()
    };
    config.css_classes.unknown_command = "unknown".into();
    LatexToMathML::new(config).expect("the macros are well formed: a test renders each")
});

/// What abstracts use without defining it, and what must not reach the page.
///
/// Most come from the counts of commands in some 170,000 abstracts.
const MACROS: &[(&str, &str)] = &[
    // Shorthands of many preambles.
    ("eps", r"\epsilon"),
    ("R", r"\mathbb{R}"),
    ("RR", r"\mathbb{R}"),
    ("E", r"\mathbb{E}"),
    ("poly", r"\operatorname{poly}"),
    ("polylog", r"\operatorname{polylog}"),
    ("OPT", r"\operatorname{OPT}"),
    ("cO", r"\mathcal{O}"),
    ("bigO", r"\mathcal{O}"),
    ("norm", r"\left\lVert #1\right\rVert"),
    ("abs", r"\left\lvert #1\right\rvert"),
    ("Prob", r"\mathbb{P}"),
    ("bbR", r"\mathbb{R}"),
    ("half", r"\frac{1}{2}"),
    // Commands of text and of other packages that have an equal.
    ("ensuremath", r"#1"),
    ("smash", r"#1"),
    ("num", r"#1"),
    ("SI", r"#1\,\mathrm{#2}"),
    ("qty", r"#1\,\mathrm{#2}"),
    ("textcolor", r"#2"),
    ("texttimes", r"\times"),
    ("textmu", r"\mu"),
    ("textdegree", r"{}^{\circ}"),
    ("substack", r"\begin{matrix}#1\end{matrix}"),
    ("mathds", r"\mathbb{#1}"),
    ("pmb", r"\boldsymbol{#1}"),
    ("Tilde", r"\tilde{#1}"),
    ("uline", r"\underline{#1}"),
    ("dotsc", r"\ldots"),
    ("slash", r"/"),
    ("xspace", r""),
    ("allowbreak", r""),
    ("em", r""),
    ("-", r""),
    ("/", r""),
    ("upmu", r"\mu"),
    ("widetilde", r"\tilde{#1}"),
    ("widecheck", r"\check{#1}"),
    ("mathbbm", r"\mathbb{#1}"),
    ("nicefrac", r"{#1}/{#2}"),
    ("sfrac", r"{#1}/{#2}"),
    // Sizes: a formula has that of its line.
    ("tiny", r""),
    ("scriptsize", r""),
    ("footnotesize", r""),
    ("small", r""),
    ("normalsize", r""),
    ("large", r""),
    ("Large", r""),
    // Links and names of places: a formula leads nowhere.
    ("href", r"#2"),
    ("url", r"#1"),
    ("label", r""),
    ("ref", r"\text{?}"),
    ("eqref", r"\text{?}"),
];

/// Turns the converter's message into the middle of a sentence of ours.
fn in_plain_words(message: &str) -> String {
    let message = message.trim_end_matches('.').replace('"', "`");
    let mut letters = message.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "it cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests;
