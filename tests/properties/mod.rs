//! What must hold for every text, however strange.
//!
//! A property takes a text and panics when a promise is broken. `tests/fuzz_corpus.rs` holds the texts of
//! `tests/corpus/` to them; the fuzzers in `fuzz/` look for others, and hold the program to the bounds.
//! Knows nothing of either.

// Each of those who share this module uses a part of it.
#![allow(dead_code)]

pub mod bibtex;
pub mod edits;
pub mod front_matter;
pub mod html;
pub mod import;
pub mod mail;
pub mod markdown;
pub mod papers;
mod parts;
pub mod problems;
pub mod settings;
pub mod updates;
pub mod vocabulary;

pub use parts::parts;

/// This is a set of texts and what must hold for each.
pub struct Target {
    /// The name of the fuzzer and of the folder of the corpus.
    pub name: &'static str,
    /// Panics when something does not hold.
    pub check: fn(&str),
    /// What checking a text may cost.
    pub bound: Bound,
}

/// This is what a text may cost: so much, and so much more for each of its bytes.
///
/// A check reads a text several times, and looks at what came of it; so this is some ten times what a
/// command needs.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// Bytes that are allocated in all, those that are freed again counted too: what is copied again and
    /// again shows here, though it is never held at once.
    pub kilobytes: usize,
    /// Kilobytes more for each byte of the text.
    pub kilobytes_each: usize,
    /// Milliseconds of the processor.
    pub milliseconds: usize,
    /// Microseconds more for each byte of the text.
    pub microseconds_each: usize,
}

impl Bound {
    /// Returns how many bytes a text of some length may allocate.
    pub fn bytes(self, length: usize) -> usize {
        1024 * (self.kilobytes + self.kilobytes_each * length)
    }

    /// Returns how many microseconds of the processor a text of some length may take.
    pub fn microseconds(self, length: usize) -> usize {
        1000 * self.milliseconds + self.microseconds_each * length
    }
}

/// What a text may cost in which there is no YAML. Formulas are no exception: the dearest of 2 KB that is known,
/// of nothing but primes, costs 1.4 KB for each of its bytes.
const TEXT: Bound = Bound {
    kilobytes: 16 * 1024,
    kilobytes_each: 16,
    milliseconds: 500,
    microseconds_each: 200,
};

/// What YAML may cost: its anchors may stand for 16 KiB, and for four times the text, and edits read it a
/// dozen times. The dearest texts that are known, small mappings again and again, cost 40 MB with 600 bytes, 74
/// with 3,400, 144 with 10,000.
const YAML: Bound = Bound {
    kilobytes: 64 * 1024,
    kilobytes_each: 20,
    milliseconds: 1000,
    microseconds_each: 500,
};

/// All targets, those first that read what strangers write.
pub const TARGETS: [Target; 8] = [
    Target {
        name: "markdown",
        check: markdown::check,
        bound: TEXT,
    },
    Target {
        name: "import",
        check: import::check,
        bound: TEXT,
    },
    Target {
        name: "edits",
        check: |text| {
            edits::check(text);
            updates::check(text);
        },
        bound: YAML,
    },
    Target {
        name: "bibtex",
        check: bibtex::check,
        bound: YAML,
    },
    Target {
        name: "front_matter",
        check: front_matter::check,
        bound: YAML,
    },
    Target {
        name: "mail",
        check: mail::check,
        bound: YAML,
    },
    Target {
        name: "vocabulary",
        check: vocabulary::check,
        bound: YAML,
    },
    Target {
        name: "settings",
        check: settings::check,
        bound: TEXT,
    },
];

/// Returns the target of a name.
pub fn target(name: &str) -> &'static Target {
    let found = TARGETS.iter().find(|target| target.name == name);
    found.unwrap_or_else(|| panic!("no target is called {name}"))
}
