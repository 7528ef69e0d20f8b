//! The texts of `tests/corpus/`, held to what must hold for every text: what fuzzers start from, and
//! what they found.
#![allow(clippy::disallowed_methods)]

mod properties;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use paper_digest::date::Date;
use paper_digest::diagnostic::Problems;
use paper_digest::intake::{self, Format};
use paper_digest::source::Source;

use properties::TARGETS;

/// No folder of the repository is worth more.
const MOST_BYTES: usize = 1_000_000;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The texts of a target, by their names. Fuzzers write any bytes; a property gets a text.
fn texts(target: &str) -> Vec<(String, String)> {
    let folder = corpus().join(target);
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut texts: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.expect("a readable folder").path();
            let bytes = fs::read(&path).expect("a readable file");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            (path.display().to_string(), text)
        })
        .collect();
    texts.sort();
    texts
}

fn replay(target: &str) {
    let texts = texts(target);
    assert!(!texts.is_empty(), "there are texts");
    let check = properties::target(target).check;
    let broken: Vec<String> = texts
        .iter()
        .filter(|(_, text)| std::panic::catch_unwind(|| check(text)).is_err())
        .map(|(name, _)| name.clone())
        .collect();
    assert!(broken.is_empty(), "the messages above are of {broken:#?}");
}

macro_rules! replay {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name));
        })*

        const REPLAYED: &[&str] = &[$(stringify!($name)),*];
    };
}

replay!(markdown import edits bibtex front_matter mail vocabulary settings);

#[test]
fn every_target_has_a_fuzzer_and_is_replayed() {
    let fuzzers = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).expect("a readable folder");
        let stem = |path: PathBuf| {
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
        };
        entries
            .filter_map(|entry| stem(entry.expect("a readable folder").path()))
            .collect()
    };
    let targets: BTreeSet<String> = TARGETS
        .iter()
        .map(|target| target.name.to_owned())
        .collect();
    assert_eq!(names(&fuzzers), targets);
    assert_eq!(names(&corpus()), targets);
    let replayed: BTreeSet<String> = REPLAYED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(replayed, targets);
}

#[test]
fn the_lists_have_all_shapes() {
    let today = Date::new(2026, 11, 26).expect("a day");
    let shape = |(name, text): &(String, String)| {
        let source = Source::new(name.as_str(), text.as_str());
        let intake = intake::parse(&source, None, today, &mut Problems::new());
        (!intake.records.is_empty()).then_some(intake.format)
    };
    let shapes: BTreeSet<Format> = texts("import").iter().filter_map(shape).collect();
    let all: BTreeSet<Format> = Format::ALL.iter().copied().collect();
    assert_eq!(shapes, all);
}

#[test]
fn the_corpus_is_small() {
    let length = |target: &properties::Target| -> usize {
        texts(target.name).iter().map(|(_, text)| text.len()).sum()
    };
    let total: usize = TARGETS.iter().map(length).sum();
    assert!(total <= MOST_BYTES, "{total} bytes");
}
