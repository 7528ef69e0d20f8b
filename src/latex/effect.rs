//! The dictionary of commands that take arguments, and of the old declarations.

use super::piece::Style;

/// This is what a command with an argument does to it.
pub enum Effect {
    Styled(Style),
    Code,
    /// The argument stands as it is.
    Plain,
    Quoted,
    Raised,
    Lowered,
    Link,
    Address,
    Footnote,
    Citation,
    /// The command and this many arguments vanish.
    Nothing(usize),
    /// This many arguments vanish before the one that stands.
    After(usize),
    /// The command belongs into a formula, with all its arguments.
    Formula,
}

/// Returns what the command of this name does.
pub fn effect(name: &str) -> Option<Effect> {
    Some(match name {
        "emph" | "textit" | "textsl" | "mathit" => Effect::Styled(Style::Emphasis),
        "textbf" | "mathbf" | "boldsymbol" | "bm" => Effect::Styled(Style::Strong),
        "texttt" | "mathtt" | "code" | "verb" | "lstinline" => Effect::Code,
        "textsc" | "textsf" | "textrm" | "textup" | "textmd" | "textnormal" | "underline"
        | "uline" | "mbox" | "hbox" | "fbox" | "text" | "mathrm" | "mathsf" | "operatorname"
        | "ensuremath" | "MakeUppercase" | "num" | "ac" | "acp" | "acf" | "acs" | "gls"
        | "glspl" | "Gls" | "acrshort" | "acrlong" | "acrfull" | "rev" | "revise" | "add"
        | "added" | "replaced" | "role" => Effect::Plain,
        "enquote" => Effect::Quoted,
        "textsuperscript" => Effect::Raised,
        "textsubscript" => Effect::Lowered,
        "href" => Effect::Link,
        "url" | "path" | "nolinkurl" => Effect::Address,
        "footnote" | "footnotetext" => Effect::Footnote,
        "cite" | "citep" | "citet" | "citealp" | "citealt" | "citeauthor" | "citeyear"
        | "citeyearpar" | "Citet" | "Citep" | "parencite" | "textcite" | "autocite"
        | "footcite" | "citeProc" => Effect::Citation,
        "ref" | "eqref" | "cref" | "Cref" | "autoref" | "label" | "color" | "begin" | "end"
        | "vspace" | "hspace" | "thanks" | "footnotemark" | "index" | "deleted" | "usepackage"
        | "bibliographystyle" | "bibliography" => Effect::Nothing(1),
        "noindent" | "xspace" | "centering" | "maketitle" | "protect" | "displaystyle"
        | "textstyle" | "left" | "right" | "big" | "Big" | "bigl" | "bigr" | "item" | "and"
        | "newblock" | "relax" | "boldmath" | "limits" => Effect::Nothing(0),
        "textcolor" | "colorbox" | "raisebox" | "scalebox" | "hyperlink" | "hyperref"
        | "foreignlanguage" => Effect::After(1),
        "frac" | "dfrac" | "tfrac" | "nicefrac" | "sqrt" | "mathcal" | "mathbb" | "mathfrac"
        | "mathfrak" | "mathscr" | "hat" | "tilde" | "bar" | "vec" | "widetilde" | "widehat"
        | "overline" | "binom" => Effect::Formula,
        _ => return None,
    })
}

/// Returns the style of an old declaration that holds to the end of its group; `Some(None)` is a
/// declaration that a reader does not see.
pub fn declaration(name: &str) -> Option<Option<Effect>> {
    Some(match name {
        "em" | "it" | "sl" | "itshape" | "slshape" => Some(Effect::Styled(Style::Emphasis)),
        "bf" | "bfseries" => Some(Effect::Styled(Style::Strong)),
        "tt" | "ttfamily" => Some(Effect::Code),
        "sc" | "scshape" | "sf" | "sffamily" | "rm" | "rmfamily" | "normalfont" | "upshape"
        | "tiny" | "scriptsize" | "footnotesize" | "small" | "normalsize" | "large" | "Large"
        | "LARGE" | "huge" => None,
        _ => return None,
    })
}
