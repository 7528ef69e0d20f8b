//! (Stub.)
pub fn css() -> String {
    String::new()
}
