#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| paper_digest_fuzz::check("vocabulary", data));
