//! Holds the properties of `tests/properties` to what fuzzers make up, within bounds of time and memory.
//!
//! The bounds are functions of a text's length, stated beside each target (`properties::Bound`). Bytes are
//! counted by the allocator, time by the processor's clock, so that a busy machine finds nothing.

// Whether a sanitizer looks on; fuzzers are built by a nightly compiler.
#![feature(cfg_sanitize)]
// An allocator that counts is `unsafe` by its trait; nothing else here is.
#![deny(unsafe_op_in_unsafe_fn)]

#[path = "../../tests/properties/mod.rs"]
pub mod properties;

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::time::{ClockId, clock_gettime};

use properties::Target;

/// How many bytes were allocated since the program began, those that were freed again too.
static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

/// How many times as long a text may take when AddressSanitizer looks at each access to memory: the texts of
/// the corpus take three to eleven times as long, by target.
///
/// They ask for the same bytes; what the sanitizer puts around these is not counted.
const SLOWER: usize = if cfg!(sanitize = "address") { 10 } else { 1 };

#[global_allocator]
static COUNTER: Counter = Counter;

struct Counter;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATED.fetch_add(size.saturating_sub(layout.size()), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// Checks what a fuzzer made up: that the target's property holds, and what that cost.
pub fn check(name: &str, data: &[u8]) {
    let target = properties::target(name);
    // A text of the right encoding is what all properties are about; others end in one message.
    let text = String::from_utf8_lossy(data);
    warm_up(target);
    let (bytes, time) = (ALLOCATED.load(Ordering::Relaxed), microseconds());
    (target.check)(&text);
    let bytes = ALLOCATED.load(Ordering::Relaxed) - bytes;
    let time = microseconds() - time;
    let bound = target.bound;
    let most = bound.bytes(text.len());
    assert!(
        bytes <= most,
        "{} bytes allocated {bytes}, the bound is {most}",
        text.len()
    );
    let most = SLOWER * bound.microseconds(text.len());
    assert!(
        time <= most,
        "{} bytes took {time} microseconds, the bound is {most}",
        text.len()
    );
    if std::env::var_os("FUZZ_COST").is_some() {
        println!(
            "{name}: {} bytes: {bytes} allocated, {time} microseconds",
            text.len()
        );
    }
}

/// Loads what is loaded once (vocabularies, syntaxes, templates), so that no text is charged for it.
fn warm_up(target: &Target) {
    static WARM: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    let mut warm = WARM.lock().unwrap_or_else(PoisonError::into_inner);
    if warm.insert(target.name) {
        for text in WARMING {
            (target.check)(text);
        }
    }
}

/// Texts that between them ask for everything that is loaded once.
const WARMING: [&str; 3] = [
    "---\ntitle: A $x$\n---\n```rust\nfn f() {}\n```\n",
    "starter: true\n",
    "title = \"A\"\n%%\nWords\n%%\n---\ntitle: A\n---\n$x$\n",
];

/// What this process has used of the processor, on all threads.
fn microseconds() -> usize {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = usize::try_from(time.tv_sec).expect("time goes on");
    let rest = usize::try_from(time.tv_nsec / 1000).expect("time goes on");
    seconds * 1_000_000 + rest
}
