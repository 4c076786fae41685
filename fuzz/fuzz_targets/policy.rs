//! Any bytes as a configuration, an ignore file and a baseline: they are read or refused with a line
//! that exists, and never panic.

#![no_main]

use keysweep::config::{Config, Whose};
use keysweep::suppress::Texts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let rules = keysweep::builtin::set();
    let lines = bytes.split(|b| *b == b'\n').count() as u32;
    match Config::parse("fuzz.toml", bytes, Whose::Repository) {
        Ok(config) => drop(keysweep::config::show(&config)),
        Err(error) => assert!((1..=lines + 1).contains(&error.line), "{error}"),
    }
    for (ignore, baseline) in [(Some(("i", bytes)), None), (None, Some(("b", bytes)))] {
        if let Err(error) = Texts::parse(ignore, baseline, &rules) {
            assert!((1..=lines + 1).contains(&error.line), "{error}");
        }
    }
});
