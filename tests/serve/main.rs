//! The promises of `digest serve`, kept by the program itself on a loopback port.
#![cfg(feature = "serve")]
#![allow(clippy::disallowed_methods)]

mod client;
#[path = "../support/edits.rs"]
mod edits;
mod equal;
#[path = "../support/folder.rs"]
mod folder;
mod follow;
mod guard;
