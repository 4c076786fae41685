//! A seed in eight bytes and any text as a template: it expands or is refused, the same way each time, and never panics.

/// Runs one input.
pub fn check(bytes: &[u8]) {
    let Some((seed, text)) = bytes.split_first_chunk() else {
        return;
    };
    let Ok(template) = std::str::from_utf8(text) else {
        return;
    };
    let seed = u64::from_le_bytes(*seed);
    let once = keysweep::example::expand(template, seed);
    assert_eq!(once, keysweep::example::expand(template, seed));
}
