use super::*;

fn check(input: &str, expected: &str) {
    assert_eq!(clean_abstract(input), expected, "from {input:?}");
}

#[test]
fn accents_become_letters() {
    check(r#"T\"ULU 3, T\"{u}lu, na\"{\i}ve"#, "TÜLU 3, Tülu, naïve");
    check(
        r"Fr\'echet, Erd\H{o}s, S\~ao, gar\c{c}on",
        "Fréchet, Erdős, São, garçon",
    );
    check(
        r"d\'ej\`a vu, vis-\`a-vis, Ma\'nczak",
        "déjà vu, vis-à-vis, Mańczak",
    );
    check(
        r#"\v{C}ech, {\AA}ngstr\"om, \o re, stra\ss e"#,
        "Čech, Ångström, øre, straße",
    );
}

#[test]
fn an_accent_that_makes_no_letter_is_a_quote_or_a_tilde() {
    check(r"the model\'s and they\'re", "the model's and they're");
    check(r#"a \"quoted\" word"#, r#"a "quoted" word"#);
    check(r"about \~8B", "about ~8B");
    check(r"(\r{ho} = 0.9)", "(ρ = 0.9)");
}

#[test]
fn styles_become_marks_of_markdown() {
    check(
        r"employ \textit{unique identifiers} and",
        "employ *unique identifiers* and",
    );
    check(r"\textbf{A}ctive \emph{p}lan", "**A**ctive *p*lan");
    check(r"{\em old} and {\bf style}", "*old* and **style**");
    check(
        r"be {it misaligned} with pass@N",
        "be *misaligned* with pass@N",
    );
    check(
        r"\texttt{Student\_100} in \textsc{Pandas}",
        "`Student_100` in Pandas",
    );
    check(
        r"\underline{A}c\underline{t}ive {Zero-to-Hero}",
        "Active Zero-to-Hero",
    );
    check(
        r"$\textbf{D}$ata and $\mathrm{AnsF1}$",
        "**D**ata and AnsF1",
    );
}

#[test]
fn a_style_that_markdown_cannot_read_is_dropped_and_its_text_stays() {
    check(r"\textbf{(x)}y", "(x)y");
    check(r"\textbf{a }b", "**a** b");
}

#[test]
fn signs_lose_their_backslash() {
    check(
        r"44\% of R\&D costs \$5, \#1, a\_b \{c\}",
        r"44% of R&D costs \$5, #1, a_b {c}",
    );
    check(
        r"20\,ms, i.e.\ 1{,}000 \times more \ldots",
        "20 ms, i.e. 1,000 × more …",
    );
    check(
        r"8.2{\deg}, 0.35 {\mu}m, \textgreater 96\%",
        "8.2°, 0.35 μm, >96%",
    );
}

#[test]
fn ties_are_spaces_and_other_tildes_stay() {
    check("Fig.~3 and GPT~(OpenAI)", "Fig. 3 and GPT (OpenAI)");
    check("about ~50% or (~3B)", "about ~50% or (~3B)");
    check("from 75%~89%", r"from 75%~89%");
}

#[test]
fn dashes_and_quotes_are_set() {
    check("a--b -- c---d", "a–b – c—d");
    check(
        "``quoted'' and ''quoted'' and `one'",
        "“quoted” and “quoted” and ‘one’",
    );
    check(r#"the "forgotten'' task"#, r#"the "forgotten" task"#);
}

#[test]
fn macros_of_the_authors_are_shown_by_name() {
    check(r"we propose \method, a", "we propose *method*, a");
    check(r"\name\ is \ours{}~better", "*name* is *ours* better");
    check(
        r"\rev{new text}, \eg, this \etc.",
        "new text, e.g., this etc.",
    );
}

#[test]
fn citations_vanish_and_footnotes_stand_in_brackets() {
    check(r"data~\cite{a, b}. Then \citep[see][p.~1]{c}", "data. Then");
    check(
        r"an extension of \cite{smith20}",
        "an extension of [smith20]",
    );
    check(
        r"pipeline\footnote{https://a.org/b.} that",
        "pipeline (https://a.org/b) that",
    );
}

#[test]
fn links_have_labels_or_are_bare() {
    check(r"\href{https://a.org/b}{here}.", "[here](https://a.org/b).");
    check(
        r"\href{https://a.org/b}{https://a.org/b}.",
        "https://a.org/b.",
    );
    check(r"\url{https://a.org/b\_c}.", "https://a.org/b_c.");
    check("[Github](https://a.org/b).", "[Github](https://a.org/b).");
    check("at https://a.org/_b_.", "at <https://a.org/_b_>.");
}

#[test]
fn formulas_stay_formulas() {
    check(r"\(O(n^2)\) and $O(n)$", "$O(n^2)$ and $O(n)$");
    check(r"\[ x^2 \] and $$y$$", "$$x^2$$ and $$y$$");
    check(r"$ k $ of $\alpha$1", r"$k$ of $\alpha1$");
    check(r"$\frac{a}{b$", r"$\frac{a}{b}$");
}

#[test]
fn formulas_that_are_numbers_become_text() {
    check(
        r"$2.5\times$, $256 \times 256$, $\sim$5\%",
        "2.5×, 256 × 256, ∼5%",
    );
    check(
        r"360$^\circ$, A$^2$, H$_{2}$O, $-3.3$",
        "360°, A², H₂O, −3.3",
    );
    check(r"text$\unicode{x2014}$even", "text—even");
}

#[test]
fn money_is_no_formula() {
    check("costs $5 and $6", r"costs \$5 and \$6");
    check("from $5-$20.", r"from \$5-\$20.");
    check(
        "at $0.398 per hour, not $0.228, it",
        r"at \$0.398 per hour, not \$0.228, it",
    );
}

#[test]
fn damage_is_repaired() {
    check("1920times1080, 2.3times faster", "1920×1080, 2.3× faster");
    check(
        "ghost sentences~(ge10), leq 5 and sim20%",
        "ghost sentences (≥10), ≤ 5 and ∼20%",
    );
    check(
        "full-360^{circ} GUI-360^circ, 0.73rightarrow0.90",
        "full-360° GUI-360°, 0.73→0.90",
    );
    check("at https://a.org/b{here}.", "at [here](https://a.org/b).");
    check(
        "at https://a.org/b{https://a.org/b}.",
        "at https://a.org/b.",
    );
    check("fieldhttps://a.org/b.", "field (https://a.org/b).");
    check(r"valued at \1 million", r"valued at \$1 million");
    check("texttt{D}ual and red{Warning}", "`D`ual and Warning");
    check("textx2013even", "text–even");
}

#[test]
fn what_only_looks_like_damage_stays() {
    check(
        "the sim2real gap, 3timestamps, 10 times 3",
        "the sim2real gap, 3timestamps, 10 times 3",
    );
    check(
        "in {-1, 0, 1} and {ADD, DELETE}",
        "in {-1, 0, 1} and {ADD, DELETE}",
    );
}

#[test]
fn markdown_bends_nothing() {
    check("a token, <RET>, and pass@N", r"a token, \<RET>, and pass@N");
    check("V* and a*b*c", r"V\* and a\*b\*c");
    check(
        "V* bench, foo_bar, K&K, a | b, [1], C#",
        "V* bench, foo_bar, K&K, a | b, [1], C#",
    );
    check(
        "_a_ and &amp; and [^1] and `x`",
        r"\_a\_ and \&amp; and \[^1] and \`x\`",
    );
    check("# no heading", r"\# no heading");
    check("1. no list", r"1\. no list");
    check("- no list", r"\- no list");
    check("> no quotation", r"\> no quotation");
}

#[test]
fn paragraphs_are_kept_and_lines_are_joined() {
    check("One\nline.\n\n  Two.", "One line.\n\nTwo.");
    check(
        "A sentence\nends here.\n  Methods: a\nlot.",
        "A sentence ends here.\n\nMethods: a lot.",
    );
    check("\u{feff}a\u{a0}b\u{7}c", "a bc");
}

#[test]
fn titles_are_plain_text() {
    let check = |input: &str, expected: &str| assert_eq!(clean_title(input), expected);
    check(
        "T\\\"ULU 3:\n  Pushing \\emph{Frontiers}",
        "TÜLU 3: Pushing Frontiers",
    );
    check(r"Learning $k$-means for \$1", r"Learning $k$-means for \$1");
    check("The $1,000 question of R&D*", "The $1,000 question of R&D*");
}

#[test]
fn deep_and_endless_nesting_ends() {
    for text in [
        "{", "}", "$", "\\emph{", "`", "[", "\\(", "{\\bf ", "``", "~", "https://",
    ] {
        clean_abstract(&text.repeat(20_000));
    }
    clean_abstract(&format!("{}{}", "{".repeat(20_000), "}".repeat(20_000)));
}

/// Returns a field of every record of a file of gzipped JSON lines.
#[expect(
    clippy::disallowed_methods,
    reason = "tests read the data that stand beside the repository"
)]
fn field(file: &str, key: &str) -> Vec<String> {
    use std::io::BufRead;
    let path = std::path::Path::new("../shared/data").join(file);
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: {} is not here", path.display());
        return Vec::new();
    };
    std::io::BufReader::new(flate2::read::GzDecoder::new(file))
        .lines()
        .map(|line| {
            let line = line.expect("the data are UTF-8");
            let record: serde_json::Value = serde_json::from_str(&line).expect("the data are JSON");
            record[key].as_str().unwrap_or_default().to_owned()
        })
        .collect()
}

#[test]
fn the_restoring_rules_change_no_undamaged_text() {
    let mut changed = Vec::new();
    for text in field("arxiv-10k.jsonl.gz", "abstract") {
        let repaired = write::plain(&pieces_of_abstract(&text, Damage::Repaired));
        let kept = write::plain(&pieces_of_abstract(&text, Damage::Kept));
        if repaired != kept {
            changed.push((kept, repaired));
        }
    }
    assert_eq!(changed, []);
}

#[test]
fn what_is_restored_stands_in_the_original() {
    let damaged = field("tex-pairs-dev.jsonl.gz", "hf_abstract");
    let original = field("tex-pairs-dev.jsonl.gz", "arxiv_abstract");
    let mut wrong = Vec::new();
    let [mut equal_as_it_is, mut equal_repaired] = [0, 0];
    for (damaged, original) in damaged.iter().zip(&original) {
        let original = plain(original);
        let kept = write::plain(&pieces_of_abstract(damaged, Damage::Kept));
        let repaired = plain(damaged);
        equal_as_it_is += usize::from(kept == original);
        equal_repaired += usize::from(repaired == original);
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let (kept, original) = (words(&kept), words(&original));
        wrong.extend(
            words(&repaired)
                .into_iter()
                .filter(|word| !kept.contains(word) && !original.contains(word)),
        );
    }
    println!("{equal_as_it_is} equal as they are, {equal_repaired} when repaired");
    assert_eq!(wrong, [""; 0]);
}
