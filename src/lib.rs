//! `digest` publishes a curated digest of research papers as a static site.
//!
//! The order of the modules is the architecture: text enters at the top, a site leaves at the
//! bottom, and a module uses only modules above it (`tests/architecture.rs` checks that).
//! `ARCHITECTURE.md` tells the rest.

#![warn(clippy::disallowed_methods)]

// Properties that `tests/properties` holds fuzzers to are tests of modules, too.
#[cfg(test)]
extern crate self as paper_digest;

// Ground: values, and what is wrong with them.
pub mod fingerprint;
pub mod octets;
pub mod parallel;
pub mod repeats;
pub mod source;
pub mod diagnostic;
pub mod date;
pub mod slug;
pub mod address;
pub mod layout;
pub mod report;
pub mod html;
pub mod markup;
pub mod paper;
pub mod yaml;

// One text becomes one value; no module here looks at a second file.
pub mod config;
pub mod language;
pub mod tags;
pub mod latex;
pub mod web_links;
pub mod math;
pub mod highlight;
pub mod front_matter;
pub mod edit;
pub mod schema;
pub mod markdown;
pub mod intake;
pub mod document;

// All papers together.
pub mod import_plan;
pub mod arxiv_api;
pub mod site;
pub mod editorial;
pub mod outbound;
pub mod citation;
pub mod bibtex;
pub mod csl;
pub mod scholar;
pub mod records;
pub mod search;
pub mod related;

// Values become pages.
pub mod card;
pub mod theme;
pub mod chart;
pub mod view;
pub mod page;
pub mod link_check;
pub mod limits;
pub mod ledger;
pub mod edition;

// The whole, still pure.
pub mod compile;
pub mod memo;

// The outside world.
pub mod disk;
#[cfg(feature = "network")]
pub mod network;
pub mod mail;
pub mod console;
#[cfg(feature = "serve")]
pub mod serve;
pub mod commands;
pub mod cli;
