//! Real abstracts, as they come, through the Markdown renderer.

use std::collections::BTreeMap;
use std::io::Read as _;

use paper_digest::diagnostic::{Code, Problems};
use paper_digest::markdown;
use paper_digest::source::Source;

/// The abstracts of ten thousand papers, TeX and all; nothing where the data are not at hand.
#[allow(clippy::disallowed_methods)]
fn abstracts() -> Option<Vec<String>> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/arxiv-10k.jsonl.gz"
    );
    let Ok(packed) = std::fs::read(path) else {
        println!("skipped: there is no {path}");
        return None;
    };
    let mut lines = String::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_string(&mut lines)
        .expect("the data are UTF-8");
    let of_line = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a line is a record");
        record["abstract"].as_str().unwrap_or_default().to_owned()
    };
    Some(lines.lines().map(of_line).collect())
}

#[test]
fn nearly_all_formulas_of_real_abstracts_are_typeset() {
    let Some(abstracts) = abstracts() else {
        return;
    };
    let (mut formulas, mut by_name, mut strays) = (0, 0, 0);
    let mut failures: BTreeMap<String, usize> = BTreeMap::new();
    for text in &abstracts {
        let source = Source::new("abstract.md", text.as_str());
        let mut problems = Problems::new();
        let rendered = markdown::render(
            &source,
            0..text.len(),
            markdown::Frame::WHOLE_PAGE,
            &mut problems,
        );
        formulas += rendered.html.matches("<math").count();
        by_name += rendered.html.matches("class=\"unknown\"").count();
        for problem in problems.iter() {
            match problem.code {
                Code::BadFormula => *failures.entry(problem.message.clone()).or_default() += 1,
                Code::StrayDollar => strays += 1,
                _ => println!(
                    "{}",
                    problem.render(paper_digest::diagnostic::Palette::PLAIN)
                ),
            }
        }
    }
    let failed: usize = failures.values().sum();
    println!(
        "{formulas} formulas typeset ({by_name} unknown commands shown by name), {failed} not, {strays} stray dollars"
    );
    for (message, count) in &failures {
        println!("{count:5} {message}");
    }
    assert!(failed * 100 <= formulas + failed, "{failed} of {formulas}");
}

/// Prints what an abstract costs; run it with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
#[allow(clippy::disallowed_methods)]
fn an_abstract_is_rendered_in_microseconds() {
    let Some(abstracts) = abstracts() else {
        return;
    };
    let sources: Vec<Source> = abstracts
        .iter()
        .map(|text| Source::new("abstract.md", text.as_str()))
        .collect();
    for round in 0..5 {
        let start = std::time::Instant::now();
        let mut bytes = 0;
        for source in &sources {
            let mut problems = Problems::new();
            bytes += markdown::render(
                source,
                0..source.text.len(),
                markdown::Frame::WHOLE_PAGE,
                &mut problems,
            )
            .html
            .len();
        }
        let each = start.elapsed().as_secs_f64() * 1e6 / sources.len() as f64;
        println!("round {round}: {each:.1} µs an abstract, {bytes} bytes of HTML");
    }
    for (name, code) in [
        ("first", "fn main() {}\n"),
        ("second", "fn main() {}\n"),
        ("longer", &"let x = f(1, \"a\"); // c\n".repeat(400)),
    ] {
        let start = std::time::Instant::now();
        let html = paper_digest::highlight::render(code, "rust").expect("Rust is known");
        println!(
            "{name} block of {} bytes: {:?}, {} bytes of HTML",
            code.len(),
            start.elapsed(),
            html.len()
        );
    }
    let start = std::time::Instant::now();
    for tex in ["x", r"\frac{a}{b}"] {
        for _ in 0..1000 {
            let _ = paper_digest::math::render(tex, paper_digest::math::Display::Inline);
        }
        println!("1000 × {tex}: {:?}", start.elapsed());
    }
}
