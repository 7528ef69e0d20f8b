//! The promises of `digest serve`, kept by the program itself on a loopback port.
#![cfg(feature = "serve")]
#![allow(clippy::disallowed_methods)]

mod client;
mod equal;
mod follow;
mod guard;
