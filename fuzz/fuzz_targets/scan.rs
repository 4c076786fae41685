//! Any bytes through the scanner with all built-in rules: no panic, every span inside the bytes,
//! the same result twice.

#![no_main]

use std::sync::LazyLock;

use keysweep::detect::Scanner;
use libfuzzer_sys::fuzz_target;

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(keysweep::builtin::set()));

fuzz_target!(|bytes: &[u8]| {
    let found = SCANNER.scan(bytes);
    for candidate in &found {
        assert!(candidate.span.start <= candidate.span.end);
        assert!(candidate.span.end <= bytes.len());
        assert!(candidate.within.end <= candidate.whole.len());
    }
    let again: Vec<_> = SCANNER
        .scan(bytes)
        .into_iter()
        .map(|c| (c.rule, c.span))
        .collect();
    let first: Vec<_> = found.into_iter().map(|c| (c.rule, c.span)).collect();
    assert_eq!(first, again);
});
