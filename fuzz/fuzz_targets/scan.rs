//! Hands what the fuzzer makes up to `fuzz/src/scan.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keysweep_fuzz::scan::check(bytes));
