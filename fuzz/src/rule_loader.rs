//! Any text as a rule file: it loads or is refused with a line that exists, and never panics.

use keysweep::rule;

/// Runs one input.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match rule::load_file("fuzz.toml", text) {
        Ok(rules) => {
            // Ids are unique within a file, so that an empty set takes them all.
            let mut set = rule::RuleSet::new(&[], "fuzz");
            set.extend(rules)
                .expect("the loader refuses an id used twice");
        }
        Err(error) => assert!(error.line as usize <= text.lines().count() + 1, "{error}"),
    }
}
