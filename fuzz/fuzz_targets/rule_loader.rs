//! Hands what the fuzzer makes up to `fuzz/src/rule_loader.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keysweep_fuzz::rule_loader::check(bytes));
