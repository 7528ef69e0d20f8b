//! What a reader's connection carries: pages and the style sheet as a host sends them, compressed.

mod support;

use std::io::Write as _;

use support::Sandbox;

/// A kilobyte is 1,000 bytes here, which is the stricter reading.
const KILOBYTE: usize = 1000;

#[test]
fn pages_are_light() {
    let site = Sandbox::with_real_papers();
    let ran = site.digest(&["build", "--base-url", "https://user.github.io/repo/"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let files = site.tree("public");
    let style = &files["theme/style.css"];
    assert!(
        style.len() <= 20 * KILOBYTE,
        "{} bytes of style",
        style.len()
    );
    let style = packed(style);
    let scripts = ["theme/scheme.js", "theme/reader.js"].map(|name| packed(&files[name]));
    let papers = files
        .iter()
        .filter(|(name, _)| name.starts_with("papers/") && name.ends_with(".html"));
    let weights: Vec<(usize, &String)> = papers.map(|(name, page)| (packed(page), name)).collect();
    let (heaviest, name) = weights.iter().max().expect("papers");
    let issue = packed(&files["2025/08/06.html"]);
    println!(
        "style {style}, scripts {}, papers up to {heaviest} ({name}), the issue {issue} bytes",
        scripts.iter().sum::<usize>()
    );
    assert_eq!(weights.len(), 58);
    assert!(
        heaviest + style <= 15 * KILOBYTE,
        "{name}: {heaviest} bytes and {style} of style"
    );
    assert!(
        issue + style <= 60 * KILOBYTE,
        "{issue} bytes and {style} of style"
    );
}

fn packed(bytes: &[u8]) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory").len()
}
