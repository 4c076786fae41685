//! Hands what the fuzzer makes up to `fuzz/src/indexes.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keysweep_fuzz::indexes::check(bytes));
