//! The dictionary: what commands and accents of TeX are in Unicode.

use unicode_normalization::char::compose;

/// Returns the text of a command that stands for a letter or a word; TeX drops the space behind it.
pub fn letter(name: &str) -> Option<&'static str> {
    Some(match name {
        "ss" => "ß",
        "SS" => "ẞ",
        "o" => "ø",
        "O" => "Ø",
        "l" => "ł",
        "L" => "Ł",
        "ae" => "æ",
        "AE" => "Æ",
        "oe" => "œ",
        "OE" => "Œ",
        "aa" => "å",
        "AA" => "Å",
        "dh" => "ð",
        "DH" => "Ð",
        "dj" => "đ",
        "DJ" => "Đ",
        "th" => "þ",
        "TH" => "Þ",
        "i" => "ı",
        "j" => "ȷ",
        "S" => "§",
        "P" => "¶",
        "textasciitilde" => "~",
        "textasciicircum" => "^",
        "textbackslash" => "\\",
        "textbar" => "|",
        "textless" => "<",
        "textgreater" => ">",
        "textunderscore" => "_",
        "textdollar" => "$",
        "textbraceleft" => "{",
        "textbraceright" => "}",
        "textquotesingle" => "'",
        "textquotedbl" => "\"",
        "textquoteleft" => "‘",
        "textquoteright" => "’",
        "textquotedblleft" => "“",
        "textquotedblright" => "”",
        "textemdash" => "—",
        "textendash" => "–",
        "textmu" => "µ",
        "textdegree" => "°",
        "texttimes" => "×",
        "textpm" => "±",
        "textcelsius" => "℃",
        "texttrademark" => "™",
        "textregistered" => "®",
        "textcopyright" => "©",
        "texteuro" => "€",
        "textsterling" => "£",
        "textbullet" => "•",
        "textellipsis" => "…",
        "textrightarrow" => "→",
        "textleftarrow" => "←",
        "nobreakdash" => "",
        "allowbreak" => "",
        _ => return None,
    })
}

/// Returns the text of a command that is a sign or a fixed phrase; a space behind it stays.
pub fn sign(name: &str) -> Option<&'static str> {
    phrase(name)
        .or_else(|| operator(name))
        .or_else(|| greek(name))
}

fn phrase(name: &str) -> Option<&'static str> {
    Some(match name {
        "LaTeX" | "latex" => "LaTeX",
        "TeX" => "TeX",
        "BibTeX" => "BibTeX",
        "eg" | "Eg" => "e.g.",
        "ie" | "Ie" => "i.e.",
        "etc" => "etc.",
        "etal" => "et al.",
        "vs" => "vs.",
        "cf" => "cf.",
        "wrt" => "w.r.t.",
        "aka" => "a.k.a.",
        "dots" | "ldots" | "cdots" | "textdots" | "dotsc" => "…",
        "copyright" => "©",
        "pounds" => "£",
        "euro" => "€",
        "dag" | "dagger" => "†",
        "ddag" | "ddagger" => "‡",
        "checkmark" | "cmark" => "✓",
        "xmark" => "✗",
        "quad" | "qquad" | "space" | "newline" | "linebreak" | "par" | "enspace" | "thinspace" => {
            " "
        }
        _ => return None,
    })
}

/// Returns the sign of an operator, relation or arrow of mathematics.
pub fn operator(name: &str) -> Option<&'static str> {
    Some(match name {
        "times" => "×",
        "cdot" => "·",
        "div" => "÷",
        "pm" => "±",
        "mp" => "∓",
        "sim" => "∼",
        "simeq" => "≃",
        "approx" => "≈",
        "cong" => "≅",
        "equiv" => "≡",
        "propto" => "∝",
        "le" | "leq" | "leqslant" => "≤",
        "ge" | "geq" | "geqslant" => "≥",
        "ne" | "neq" => "≠",
        "ll" => "≪",
        "gg" => "≫",
        "lt" => "<",
        "gt" => ">",
        "to" | "rightarrow" | "longrightarrow" => "→",
        "leftarrow" | "gets" => "←",
        "leftrightarrow" => "↔",
        "Rightarrow" | "implies" => "⇒",
        "Leftarrow" => "⇐",
        "Leftrightarrow" | "iff" => "⇔",
        "uparrow" => "↑",
        "downarrow" => "↓",
        "mapsto" => "↦",
        "deg" | "degree" => "°",
        "circ" => "∘",
        "infty" => "∞",
        "partial" => "∂",
        "nabla" => "∇",
        "sum" => "∑",
        "prod" => "∏",
        "int" => "∫",
        "in" => "∈",
        "notin" => "∉",
        "subset" => "⊂",
        "subseteq" => "⊆",
        "supset" => "⊃",
        "cup" => "∪",
        "cap" => "∩",
        "setminus" => "∖",
        "emptyset" | "varnothing" => "∅",
        "forall" => "∀",
        "exists" => "∃",
        "neg" | "lnot" => "¬",
        "land" | "wedge" => "∧",
        "lor" | "vee" => "∨",
        "oplus" => "⊕",
        "otimes" => "⊗",
        "odot" => "⊙",
        "perp" => "⊥",
        "parallel" | "Vert" => "‖",
        "mid" | "vert" => "|",
        "langle" => "⟨",
        "rangle" => "⟩",
        "lceil" => "⌈",
        "rceil" => "⌉",
        "lfloor" => "⌊",
        "rfloor" => "⌋",
        "ast" => "∗",
        "star" => "⋆",
        "bullet" => "•",
        "prime" => "′",
        "ell" => "ℓ",
        "hbar" => "ℏ",
        "Re" => "ℜ",
        "Im" => "ℑ",
        "aleph" => "ℵ",
        "triangle" => "△",
        "square" => "□",
        "bigstar" => "★",
        "lesssim" => "≲",
        "gtrsim" => "≳",
        "prec" => "≺",
        "succ" => "≻",
        "top" => "⊤",
        "bot" => "⊥",
        "circledR" => "®",
        "backslash" => "\\",
        "colon" => ":",
        _ => return None,
    })
}

fn greek(name: &str) -> Option<&'static str> {
    Some(match name {
        "alpha" => "α",
        "beta" => "β",
        "gamma" => "γ",
        "delta" => "δ",
        "epsilon" => "ϵ",
        "varepsilon" => "ε",
        "zeta" => "ζ",
        "eta" => "η",
        "theta" => "θ",
        "vartheta" => "ϑ",
        "iota" => "ι",
        "kappa" => "κ",
        "lambda" => "λ",
        "mu" | "upmu" => "μ",
        "nu" => "ν",
        "xi" => "ξ",
        "pi" => "π",
        "rho" => "ρ",
        "sigma" => "σ",
        "tau" => "τ",
        "upsilon" => "υ",
        "phi" => "ϕ",
        "varphi" => "φ",
        "chi" => "χ",
        "psi" => "ψ",
        "omega" => "ω",
        "Gamma" => "Γ",
        "Delta" => "Δ",
        "Theta" => "Θ",
        "Lambda" => "Λ",
        "Xi" => "Ξ",
        "Pi" => "Π",
        "Sigma" => "Σ",
        "Upsilon" => "Υ",
        "Phi" => "Φ",
        "Psi" => "Ψ",
        "Omega" => "Ω",
        _ => return None,
    })
}

/// Returns the combining mark of an accent that is written with a sign: `\'`.
pub fn sign_accent(sign: char) -> Option<char> {
    Some(match sign {
        '\'' => '\u{301}',
        '`' => '\u{300}',
        '^' => '\u{302}',
        '"' => '\u{308}',
        '~' => '\u{303}',
        '=' => '\u{304}',
        '.' => '\u{307}',
        _ => return None,
    })
}

/// Returns the combining mark of an accent that is written with a letter: `\c`.
pub fn letter_accent(name: &str) -> Option<char> {
    Some(match name {
        "c" => '\u{327}',
        "v" => '\u{30c}',
        "u" => '\u{306}',
        "H" => '\u{30b}',
        "k" => '\u{328}',
        "r" => '\u{30a}',
        "d" => '\u{323}',
        "b" => '\u{331}',
        _ => return None,
    })
}

/// Returns the letter with the accent, if Unicode has it as one character.
pub fn accented(base: char, mark: char) -> Option<char> {
    let dotted = match base {
        'ı' => 'i',
        'ȷ' => 'j',
        other => other,
    };
    compose(dotted, mark).filter(|_| base.is_alphabetic())
}

/// Returns the text in raised figures, if there are any for all of it.
pub fn raised(text: &str) -> Option<String> {
    replaced(text, "0123456789+-−()n*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ*")
}

/// Returns the text in lowered figures, if there are any for all of it.
pub fn lowered(text: &str) -> Option<String> {
    replaced(text, "0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
}

fn replaced(text: &str, from: &str, to: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let figure = |c| from.chars().zip(to.chars()).find(|&(plain, _)| plain == c);
    text.chars()
        .map(|c| figure(c).map(|(_, figure)| figure))
        .collect()
}
