//! The search index of a published site, read as a browser would read it.

mod support;

use support::Sandbox;
use support::search::Reader;

/// Slug, title, abstract; a word of the first is in one sentence with each that follows.
const PAPERS: [(&str, &str, &str); 6] = [
    (
        "tulu",
        "TÜLU 3: Pushing Frontiers in Open Language Models",
        "Post-training is open.",
    ),
    (
        "erdos",
        "A Theorem on Graphs",
        "Colours of graphs and hypergraphs.",
    ),
    (
        "forgetting",
        "Catastrophic Forgetting in Networks",
        "Networks forget what they learned.",
    ),
    (
        "replay",
        "Replay for Robots",
        "Replay stops catastrophic forgetting.",
    ),
    ("diffusion", "Diffusion Policies", "Policies by denoising."),
    ("c", "Parsing C++ with Transformers", "A compiler."),
];

fn reader() -> Reader {
    let site = Sandbox::new();
    for (number, (slug, title, text)) in PAPERS.iter().enumerate() {
        site.write(
            &format!("content/papers/2025-08-0{}/{slug}.md", number + 1),
            &format!(
                "---\ntitle: '{title}'\nauthors: [Paul Erdős]\ntags: [open-models]\n---\n{text}\n"
            ),
        );
    }
    let ran = site.digest(&["build", "--base-url", "https://user.github.io/repo/"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    Reader::open(&site.tree("public"))
}

#[test]
fn a_paper_is_found_by_what_a_reader_types() {
    let reader = reader();
    for (query, expected) in [
        ("tulu", "tulu"),
        ("TULU frontier", "tulu"),
        ("forgetting", "forgetting"),
        ("catastrofic forgeting", "forgetting"),
        ("forgetting robots", "replay"),
        ("policy", "diffusion"),
        ("dif", "diffusion"),
        ("idffusion", "diffusion"),
        ("hypergraph", "erdos"),
        ("transformer parse", "c"),
        ("graph theory", "erdos"),
    ] {
        let found = reader.show(&reader.search(query));
        let first = found.first().map(|hit| hit.slug.as_str());
        assert_eq!(first, Some(expected), "{query}");
        let (_, _, text) = PAPERS
            .iter()
            .find(|paper| paper.0 == expected)
            .expect("a paper");
        assert_eq!(found[0].teaser, *text, "{query}");
    }
    assert!(reader.search("zzzz").is_empty());
    assert_eq!(
        reader.search("erdos").len(),
        PAPERS.len(),
        "authors are found"
    );
    assert!(reader.search("").is_empty());
}

#[test]
fn without_search_there_is_no_page_no_script_and_no_box() {
    let site = Sandbox::with_real_papers();
    site.write("site.toml", "[build]\nsearch = false\n");
    let ran = site.digest(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let files = site.tree("public");
    assert!(!files.keys().any(|name| name.starts_with("search/")));
    let home = site.read("public/index.html");
    assert!(
        !home.contains("search.js") && !home.contains("<form"),
        "{home}"
    );
}

#[test]
fn every_script_is_small_and_makes_no_markup_of_text() {
    use std::io::Write as _;
    let folder = support::repository().join("themes/default/static");
    let scripts = support::tree(&folder)
        .into_iter()
        .filter(|(name, _)| name.ends_with(".js"));
    let mut count = 0;
    for (name, script) in scripts {
        count += 1;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&script).expect("memory");
        let size = packed.finish().expect("memory").len();
        assert!(size < 10_000, "{name}: {size} bytes");
        let text = String::from_utf8_lossy(&script);
        for door in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
        ] {
            assert!(
                !text.contains(door),
                "content could become markup in {name}: {door}"
            );
        }
    }
    assert!(count > 3);
}
