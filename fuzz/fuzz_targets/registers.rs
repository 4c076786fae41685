//! Hands what the fuzzer makes up to `fuzz/src/registers.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keysweep_fuzz::registers::check(bytes));
