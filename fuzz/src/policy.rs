//! Any bytes as a configuration, an ignore file and a baseline: they are read or refused with a line
//! that exists, and never panic.

use std::sync::LazyLock;

use keysweep::config::{Config, Whose};
use keysweep::rule::RuleSet;
use keysweep::suppress::Texts;

static RULES: LazyLock<RuleSet> = LazyLock::new(keysweep::builtin::set);

/// Runs one input.
pub fn check(bytes: &[u8]) {
    let lines = bytes.split(|b| *b == b'\n').count() as u32;
    match Config::parse("fuzz.toml", bytes, Whose::Repository) {
        Ok(config) => drop(keysweep::config::show(&config)),
        Err(error) => assert!((1..=lines + 1).contains(&error.line), "{error}"),
    }
    for (ignore, baseline) in [(Some(("i", bytes)), None), (None, Some(("b", bytes)))] {
        if let Err(error) = Texts::parse(ignore, baseline, &RULES) {
            assert!((1..=lines + 1).contains(&error.line), "{error}");
        }
    }
}
