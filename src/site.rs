//! (Not written yet.)
