use proptest::prelude::*;

use super::*;

fn check(tex: &str, expected: &str) {
    assert_eq!(
        render(tex, Display::Inline).as_deref(),
        Ok(expected),
        "{tex}"
    );
}

fn check_error(tex: &str, expected: &str) {
    assert_eq!(
        render(tex, Display::Inline),
        Err(expected.to_owned()),
        "{tex}"
    );
}

#[test]
fn formulas_become_mathml() {
    check("x^2", "<math><msup><mi>x</mi><mn>2</mn></msup></math>");
    assert_eq!(
        render(r"\frac12", Display::Block).as_deref(),
        Ok("<math display=\"block\"><mfrac><mn>1</mn><mn>2</mn></mfrac></math>")
    );
}

#[test]
fn a_percent_sign_is_no_comment() {
    check("95% x", "<math><mn>95</mn><mi>%</mi><mi>x</mi></math>");
}

#[test]
fn an_unknown_command_is_shown_by_its_name() {
    check(
        r"\method",
        "<math><mrow class=\"unknown\"><mtext>\\method</mtext></mrow></math>",
    );
}

#[test]
fn commands_of_text_have_equals() {
    check(r"\mbox{if x}", "<math><mtext>if\u{a0}x</mtext></math>");
    check(r"\textcolor{red}{x}", "<math><mi>x</mi></math>");
    check(
        r"1\textsuperscript{st}",
        "<math><mn>1</mn><msup><mrow></mrow><mtext>st</mtext></msup></math>",
    );
    check(
        r"\substack{a\\b}",
        "<math><mtable displaystyle=\"false\" scriptlevel=\"0\"><mtr><mtd><mi>a</mi></mtd></mtr>\
         <mtr><mtd><mi>b</mi></mtd></mtr></mtable></math>",
    );
}

#[test]
fn every_macro_is_well_formed() {
    for (name, _) in MACROS {
        let result = render(&format!(r"\{name}{{a}}{{b}}"), Display::Inline);
        assert!(result.is_ok_and(|html| !html.contains("unknown")), "{name}");
    }
}

#[test]
fn a_formula_leads_nowhere_and_runs_nothing() {
    check(r"\href{javascript:alert(1)}{x}", "<math><mi>x</mi></math>");
    for tex in [
        r"\url{javascript:alert(1)}",
        r"\begin{align} x \label{a} \end{align} \eqref{a}",
        r#"\class{x" onclick="y}{z}"#,
        r#"\style{color:red}{z} \cssId{a}{b}"#,
        r"\text{<script>alert(1)</script>}",
        r"\operatorname{<img src=x>}",
        r#"\color{"><script>}x"#,
        r"\<script>",
        r"\begin{<b>}\end{<b>}",
        r"\tag{<i>} x",
        r"\unicode{x3c}script\unicode{x3e}",
        r"<script>&amp;</script>",
    ] {
        for display in [Display::Inline, Display::Block] {
            if let Ok(html) = render(tex, display) {
                assert!(guard::is_mathml(&html), "{tex}: {html}");
                for bad in ["href", "<script", "onclick", "<img", " id=", "<a "] {
                    assert!(!html.contains(bad), "{tex}: {html}");
                }
            }
        }
    }
}

#[test]
fn the_guard_lets_nothing_else_pass() {
    for html in [
        "<math><a href=\"x\">y</a></math>",
        "<math><mi onclick=\"x\">y</mi></math>",
        "<math><mi style=x>y</mi></math>",
        "<math><mi</math>",
        "<math>a < b</math>",
        "<math><script>x</script></math>",
        "x",
    ] {
        assert!(!guard::is_mathml(html), "{html}");
    }
}

#[test]
fn signs_in_the_name_of_an_operator_are_escaped() {
    let html = render(
        r"\operatorname{a>b\&c} < \operatorname{\&lt;}",
        Display::Inline,
    );
    let words = html
        .expect("a formula")
        .replace(" lspace=\"0\" rspace=\"0\"", "");
    assert!(words.contains("<mo>a&gt;b&amp;c</mo>"), "{words}");
    check_error("\\operatorname{\u{1}}", "it holds a control character");
}

#[test]
fn equations_are_not_counted_across_formulas() {
    let tex = r"\begin{align} x \end{align}";
    let first = render(tex, Display::Block);
    assert_eq!(render(tex, Display::Block), first);
}

#[test]
fn overlong_and_overdeep_formulas_are_refused() {
    check_error(&"x".repeat(2049), "it is longer than 2048 bytes");
    check_error(&"{".repeat(101), "it is nested deeper than 100 levels");
    check_error(&r"\sqrt".repeat(101), "it is nested deeper than 100 levels");
    check_error(
        r"\frac{a}{b",
        "expected closing token `}`, but reached end of input",
    );
}

#[test]
fn no_formula_within_the_limits_overflows_the_stack() {
    // A thread of a pool has 2 MiB.
    for piece in [
        "{",
        r"\sqrt",
        r"\left(",
        r"\begin{matrix}",
        "x^",
        r"\hat",
        r"\not",
        "^",
        "_",
        "'",
        r"\text{",
        "(",
        "|",
        r"\frac",
        r"\big",
        r"\mathbf",
        r"\color{red}",
        r"\over",
        "x_{",
        r"\begin{cases}&",
        r"\limits",
        r"\substack{",
        r"\overset",
        r"\textbf{",
        r"\operatorname{",
        r"\bm{",
        r"\norm{",
        r"\norm",
        r"\sum_",
        r"\int^",
        r"\bf",
        r"\displaystyle",
        r"\phantom",
        r"\mathrlap",
        r"\genfrac",
        r"\stackrel",
        r"\binom\binom",
        r"\cal ",
        r"\bf{",
        r"\not=",
        r"\overbrace",
        "{}",
        r"\prescript",
        r"\xrightarrow[",
        r"\sqrt[",
        r"\middle|",
        r"\tag",
        r"\hspace",
    ] {
        for count in [99, 2048 / piece.len()] {
            let _ = render(&piece.repeat(count), Display::Block);
            let _ = render(&format!("{}x", piece.repeat(count)), Display::Inline);
        }
    }
}

/// Pieces that mean something to TeX.
fn hostile() -> impl Strategy<Value = String> {
    let commands = MACROS.iter().map(|(name, _)| format!("\\{name}"));
    let pieces = [
        "x",
        "1",
        "10",
        " ",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "^",
        "_",
        "'",
        "&",
        "%",
        "#",
        "~",
        "$",
        "<",
        ">",
        "|",
        "\\",
        "\"",
        "`",
        "é",
        "图",
        "\\\\",
        "\\frac",
        "\\sqrt",
        "\\left",
        "\\right",
        "\\middle",
        "\\big",
        "\\text{",
        "\\textbf{",
        "\\emph{",
        "\\mathbf",
        "\\mathcal",
        "\\bm",
        "\\operatorname{",
        "\\operatorname*{",
        "\\begin{matrix}",
        "\\end{matrix}",
        "\\begin{align}",
        "\\end{align}",
        "\\begin{array}{c|c}",
        "\\end{array}",
        "\\hline",
        "\\tag{",
        "\\label{",
        "\\eqref{",
        "\\color{red}",
        "\\textcolor{blue}",
        "\\not",
        "\\hat",
        "\\overline",
        "\\sum",
        "\\int",
        "\\limits",
        "\\substack{",
        "\\overset",
        "\\stackrel",
        "\\binom",
        "\\over",
        "\\choose",
        "\\bf",
        "\\rm",
        "\\cal",
        "\\displaystyle",
        "\\hspace{1em}",
        "\\mkern3mu",
        "\\unicode{x2014}",
        "\\unknown",
        "\\@",
        "\\<",
        "\\&",
        "\\%",
        "\\,",
        "\\!",
        "\\cancel",
        "\\boxed",
        "\\prescript",
        "\\genfrac",
        "\\xrightarrow[",
        "\\log",
        "\\lim",
        "\\alpha",
        "\\to",
        "\\le",
        "\\ldots",
        "\\prime",
        "\\mathbb",
        "\\pmod",
        "\\mod",
        "\\href",
        "\\char",
        "\\rule",
        "\\newcommand",
    ];
    let pieces: Vec<String> = pieces
        .iter()
        .map(|p| (*p).to_owned())
        .chain(commands)
        .collect();
    prop::collection::vec(prop::sample::select(pieces), 0..16).prop_map(|pieces| pieces.concat())
}

/// Tells whether every element is closed and every ampersand starts an entity.
fn is_balanced(html: &str) -> bool {
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap_or((tag, "&"));
        let mut entities = text.split('&').skip(1);
        if entities.any(|entity| {
            !["amp;", "lt;", "gt;", "quot;", "#39;"]
                .iter()
                .any(|name| entity.starts_with(name))
        }) {
            return false;
        }
        match tag.strip_prefix('/') {
            Some(name) if open.pop() != Some(name) => return false,
            Some(_) => {}
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap_or(tag)),
        }
    }
    open.is_empty()
}

proptest! {
    #[test]
    fn hostile_formulas_are_mathml_or_refused(tex in hostile()) {
        for display in [Display::Inline, Display::Block] {
            if let Ok(html) = render(&tex, display) {
                prop_assert!(guard::is_mathml(&html), "{}: {}", tex, html);
                prop_assert!(is_balanced(&html), "{}: {}", tex, html);
                prop_assert_eq!(render(&tex, display), Ok(html));
            }
        }
        let _ = plain(&tex);
    }
}
