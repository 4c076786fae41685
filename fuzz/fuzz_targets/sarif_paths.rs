//! Hands what the fuzzer makes up to `fuzz/src/sarif_paths.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keysweep_fuzz::sarif_paths::check(bytes));
