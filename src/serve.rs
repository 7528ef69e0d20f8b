//! The live preview: a site on a loopback address that follows its sources.
//!
//! Pages are rendered when they are asked for, from memory, as a build would write them; an open
//! page is told when it changes. Nothing is written, and only files of the site leave this machine's
//! own browser's reach: other hosts' names are turned away. Knows no terminal; `commands` tells what
//! happens.
#![allow(clippy::disallowed_methods)]

mod http;
mod live;
mod press;
mod preview;
mod request;
mod shelf;
mod watch;

pub use http::{Server, run};
pub use preview::{News, Noticing, Preview, Troubles};

/// What tests of several modules here need.
#[cfg(test)]
mod testing {
    use std::fs;
    use std::path::Path;

    pub const PAPER: &str = "content/papers/2025-08-06/orca.md";

    /// Writes a file of a site, and makes its folder.
    pub fn save(root: &Path, name: &str, text: &str) {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}
