//! Addresses in running text. (Not written yet.)

use crate::paper::Link;

/// Finds the addresses in a text, with labels that say what is there.
pub fn find(_text: &str) -> Vec<Link> {
    Vec::new()
}
