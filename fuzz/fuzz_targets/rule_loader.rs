//! Any text as a rule file: it loads or is refused with a line that exists, and never panics.

#![no_main]

use keysweep::rule;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match rule::load_file("fuzz.toml", text) {
        Ok(rules) => {
            // What was accepted must also join the built-in set, or be refused as a double.
            let _ = keysweep::builtin::set().extend(rules);
        }
        Err(error) => assert!(error.line <= text.lines().count() + 1, "{error}"),
    }
});
