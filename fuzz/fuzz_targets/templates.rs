//! Any text as a template: it expands or is refused, the same way each time, and never panics.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, &str)| {
    let (seed, template) = input;
    let once = keysweep::example::expand(template, seed);
    assert_eq!(once, keysweep::example::expand(template, seed));
});
