//! Any bytes through the scanner with all built-in rules: no panic, every span inside the bytes,
//! the same result twice, and four times the content costs about four times the steps.

use std::sync::LazyLock;

use keysweep::detect::{Scanner, Watch};

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(keysweep::builtin::set()));

/// Runs one input.
pub fn check(bytes: &[u8]) {
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
    // On one input in sixteen: it takes longer than all the rest.
    if !bytes.is_empty() && bytes.len().is_multiple_of(16) {
        growth(bytes);
    }
}

/// Repeats the content to 32 KiB, twice what the widest window holds, and to four times as many. What grows with the square
/// would cost sixteen times as much.
fn growth(bytes: &[u8]) {
    const LEAST: usize = 32 << 10;
    let unit = bytes.repeat(LEAST.div_ceil(bytes.len()));
    let steps = |times: usize| {
        let watch = Watch::default();
        SCANNER.scan_watched(&unit.repeat(times), &watch);
        watch.steps()
    };
    let (once, often) = (steps(1), steps(4));
    // Windows and stretches that reach over a joint cost something more.
    assert!(
        often <= 8 * once + (1 << 20),
        "{} bytes: {once} steps, and {often} for four times as many",
        unit.len()
    );
}
