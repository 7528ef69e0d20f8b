//! A formula in a line of plain text: for summaries, search and window titles.

use super::MAX_DEPTH;

/// Returns the best plain form of a formula: `\alpha \le 10^{-3}` gives `α ≤ 10^-3`.
///
/// Not a converter: commands with a sign of their own become it, commands that only change a font go,
/// every other command is its name.
///
/// Fractions in fractions are read as deep as a formula may be typeset; any text can come here.
pub fn plain(tex: &str) -> String {
    plain_at(0, tex)
}

fn plain_at(depth: usize, tex: &str) -> String {
    let mut plain = String::with_capacity(tex.len());
    let mut rest = tex.trim();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => rest = command(depth, rest, &mut plain),
            '{' | '}' => {}
            '~' => space(&mut plain),
            c if c.is_whitespace() => space(&mut plain),
            c => plain.push(c),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// Writes the command at the start of a text; returns what follows it.
fn command<'a>(depth: usize, text: &'a str, plain: &mut String) -> &'a str {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters == 0 {
        let Some(sign) = text.chars().next() else {
            return text;
        };
        match sign {
            ',' | ';' | ':' | ' ' | '\\' => space(plain),
            '!' => {}
            '|' => plain.push('‖'),
            sign => plain.push(sign),
        }
        return &text[sign.len_utf8()..];
    }
    let (name, rest) = text.split_at(letters);
    if name.ends_with("frac")
        && depth < MAX_DEPTH
        && let Some((above, rest)) = group(rest)
        && let Some((below, rest)) = group(rest)
    {
        plain.push_str(&format!(
            "{}/{}",
            operand(depth + 1, above),
            operand(depth + 1, below)
        ));
        return rest;
    }
    match SIGNS.binary_search_by_key(&name, |(name, _)| name) {
        Ok(at) => plain.push_str(SIGNS[at].1),
        Err(_) if FONTS.contains(&name) => {}
        Err(_) => plain.push_str(name),
    }
    // TeX drops the space that ends a command's name; so does a font, while `\log n` keeps its gap.
    if FONTS.contains(&name) {
        rest.trim_start()
    } else {
        rest
    }
}

/// Splits `{a}` off the start of a text, braces in braces and all.
fn group(text: &str) -> Option<(&str, &str)> {
    let inside = text.trim_start().strip_prefix('{')?;
    let mut depth = 1;
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&inside[..at], &inside[at + 1..]));
        }
    }
    None
}

/// Writes a part of a fraction; parentheses keep a sum together.
fn operand(depth: usize, tex: &str) -> String {
    let part = plain_at(depth, tex);
    let sum = part.contains(['+', '-', '/', ' ']);
    if sum { format!("({part})") } else { part }
}

fn space(plain: &mut String) {
    if !plain.is_empty() && !plain.ends_with(' ') {
        plain.push(' ');
    }
}

/// Commands that change how their argument looks and say nothing themselves.
const FONTS: &[&str] = &[
    "mathcal",
    "mathbb",
    "mathbf",
    "mathrm",
    "mathsf",
    "mathit",
    "mathtt",
    "mathscr",
    "mathfrak",
    "boldsymbol",
    "bm",
    "text",
    "textbf",
    "textit",
    "textrm",
    "textsf",
    "texttt",
    "textsc",
    "mbox",
    "operatorname",
    "rm",
    "bf",
    "it",
    "cal",
    "left",
    "right",
    "big",
    "Big",
    "bigl",
    "bigr",
    "displaystyle",
    "emph",
    "hat",
    "tilde",
    "bar",
    "widetilde",
    "widehat",
    "vec",
    "overline",
    "underline",
    "ensuremath",
    "unicode",
];

/// Commands that are one sign, sorted by name.
const SIGNS: &[(&str, &str)] = &[
    ("Delta", "Δ"),
    ("Gamma", "Γ"),
    ("Lambda", "Λ"),
    ("Leftrightarrow", "⇔"),
    ("Omega", "Ω"),
    ("Phi", "Φ"),
    ("Pi", "Π"),
    ("Psi", "Ψ"),
    ("Rightarrow", "⇒"),
    ("Sigma", "Σ"),
    ("Theta", "Θ"),
    ("Vert", "‖"),
    ("Xi", "Ξ"),
    ("alpha", "α"),
    ("approx", "≈"),
    ("ast", "∗"),
    ("beta", "β"),
    ("bullet", "•"),
    ("cap", "∩"),
    ("cdot", "·"),
    ("cdots", "⋯"),
    ("chi", "χ"),
    ("circ", "°"),
    ("cup", "∪"),
    ("delta", "δ"),
    ("dots", "…"),
    ("downarrow", "↓"),
    ("ell", "ℓ"),
    ("eps", "ϵ"),
    ("epsilon", "ϵ"),
    ("equiv", "≡"),
    ("eta", "η"),
    ("exists", "∃"),
    ("forall", "∀"),
    ("gamma", "γ"),
    ("ge", "≥"),
    ("geq", "≥"),
    ("gg", "≫"),
    ("gtrsim", "≳"),
    ("in", "∈"),
    ("infty", "∞"),
    ("int", "∫"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("langle", "⟨"),
    ("ldots", "…"),
    ("le", "≤"),
    ("leftarrow", "←"),
    ("leftrightarrow", "↔"),
    ("leq", "≤"),
    ("lesssim", "≲"),
    ("ll", "≪"),
    ("mapsto", "↦"),
    ("mid", "|"),
    ("mp", "∓"),
    ("mu", "μ"),
    ("nabla", "∇"),
    ("ne", "≠"),
    ("neq", "≠"),
    ("notin", "∉"),
    ("nu", "ν"),
    ("omega", "ω"),
    ("oplus", "⊕"),
    ("otimes", "⊗"),
    ("partial", "∂"),
    ("perp", "⊥"),
    ("phi", "ϕ"),
    ("pi", "π"),
    ("pm", "±"),
    ("prime", "′"),
    ("prod", "∏"),
    ("propto", "∝"),
    ("psi", "ψ"),
    ("qquad", " "),
    ("quad", " "),
    ("rangle", "⟩"),
    ("rho", "ρ"),
    ("rightarrow", "→"),
    ("sigma", "σ"),
    ("sim", "∼"),
    ("simeq", "≃"),
    ("sqrt", "√"),
    ("star", "⋆"),
    ("subset", "⊂"),
    ("subseteq", "⊆"),
    ("sum", "∑"),
    ("tau", "τ"),
    ("theta", "θ"),
    ("times", "×"),
    ("to", "→"),
    ("top", "⊤"),
    ("uparrow", "↑"),
    ("varepsilon", "ε"),
    ("varphi", "φ"),
    ("vert", "|"),
    ("xi", "ξ"),
    ("zeta", "ζ"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tex: &str, expected: &str) {
        assert_eq!(plain(tex), expected, "{tex}");
    }

    #[test]
    fn signs_stand_for_their_commands() {
        check(r"\alpha \le 10^{-3}", "α ≤ 10^-3");
        check(r"\mathcal{O}(n \log n)", "O(n log n)");
        check(r"44\%", "44%");
        check(r"1920\times1080", "1920×1080");
        check(r" x_{1},\,\ldots , x_n ", "x_1, … , x_n");
        check(r"\frac{a}{b + 1} + \tfrac{1}{\sqrt{n}}", "a/(b + 1) + 1/√n");
        check(r"\frac12 \frac{a", "frac12 fraca");
        let deep = format!("{}x{}", r"\frac{".repeat(20_000), "}{y}".repeat(20_000));
        assert!(plain(&deep).ends_with(")/y"));
        check(r"\", "");
    }

    #[test]
    fn the_signs_are_sorted_so_that_they_are_found() {
        assert!(SIGNS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
