//! The pages of the documentation that are written from the source; `UPDATE=1` writes them anew.
#![allow(clippy::disallowed_methods)]

use std::fs;
use std::path::Path;

#[test]
fn the_page_of_diagnostics_is_what_the_command_explains() {
    check("docs/diagnostics.md", &paper_digest::diagnostic::document());
}

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        fs::write(&path, text).expect("a writable page");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "{name} is out of date: UPDATE=1 cargo test --test documentation"
    );
}
