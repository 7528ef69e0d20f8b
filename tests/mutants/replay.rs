//! Holds mutants to a property, beside the tests of their modules: the texts of `tests/corpus`, as
//! `tests/fuzz_corpus.rs` does.

use std::fs;
use std::path::Path;

/// Checks all texts of a target.
pub fn replay(target: &str, check: fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = fs::read_dir(folder.join(target)).expect("a readable folder");
    let mut texts = 0;
    for entry in entries {
        let bytes = fs::read(entry.expect("a readable folder").path()).expect("a readable file");
        check(&String::from_utf8_lossy(&bytes));
        texts += 1;
    }
    assert!(texts > 0, "there are texts");
}
