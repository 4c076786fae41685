//! Any text as a rule file: it loads or is refused with a line that exists, and never panics.

#![no_main]

use keysweep::rule;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match rule::load_file("fuzz.toml", text) {
        Ok(rules) => {
            // Ids are unique within a file, so that an empty set takes them all.
            let mut set = rule::RuleSet::new(&[], "fuzz");
            set.extend(rules)
                .expect("the loader refuses an id used twice");
        }
        Err(error) => assert!(error.line <= text.lines().count() + 1, "{error}"),
    }
});
