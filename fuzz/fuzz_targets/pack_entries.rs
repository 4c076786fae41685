//! Hands what the fuzzer makes up to `fuzz/src/pack_entries.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keysweep_fuzz::pack_entries::check(bytes));
