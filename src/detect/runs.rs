//! Token runs: stretches of token characters that are long enough to be a value. Values that have
//! no literal of their own are found by these, and only then is it asked what stands before them.

use std::ops::Range;

/// The shortest run that counts, in bytes.
pub(super) const SHORTEST: usize = 16;

/// What runs are made of: `A-Z a-z 0-9 + / _ -`.
pub(super) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-')
}

const TABLE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = is_token(byte as u8);
        byte += 1;
    }
    table
};

/// Calls `hit` for every maximal run of [`SHORTEST`] or more bytes of `A-Z a-z 0-9 + / _ -` that
/// starts in `range` and holds a digit, in order. Runs reach to their end, also behind the range.
/// Returns a place, not before which a further run can start.
pub(super) fn find(bytes: &[u8], range: Range<usize>, mut hit: impl FnMut(Range<usize>)) -> usize {
    let mut at = range.start;
    // A run that began before the range is not ours.
    if at > 0 && TABLE[usize::from(bytes[at - 1])] {
        while at < range.end && TABLE[usize::from(bytes[at])] {
            at += 1;
        }
    }
    // `at` never follows a token byte here. The byte a whole run ahead decides whether one can
    // start at `at`; if not, nothing up to that byte can, and most bytes are never looked at.
    while at < range.end && at + SHORTEST <= bytes.len() {
        let mut probe = at + SHORTEST;
        while probe > at && TABLE[usize::from(bytes[probe - 1])] {
            probe -= 1;
        }
        if probe > at {
            at = probe;
            continue;
        }
        let mut end = at + SHORTEST;
        while end < bytes.len() && TABLE[usize::from(bytes[end])] {
            end += 1;
        }
        if bytes[at..end].iter().any(u8::is_ascii_digit) {
            hit(at..end);
        }
        at = end + 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn oracle(bytes: &[u8]) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        let mut start = 0;
        for at in 0..=bytes.len() {
            if at == bytes.len() || !is_token(bytes[at]) {
                let run = &bytes[start.min(at)..at];
                if run.len() >= SHORTEST && run.iter().any(u8::is_ascii_digit) {
                    out.push(start..at);
                }
                start = at + 1;
            }
        }
        out
    }

    proptest! {
        #[test]
        fn it_finds_what_the_plain_way_finds(
            bytes in proptest::collection::vec(prop_oneof![8 => Just(b'a'), 4 => Just(b'1'), 1 => Just(b' '), 1 => Just(b'.')], 0..300),
            cut in 0usize..300,
        ) {
            let mut found = Vec::new();
            let _ = find(&bytes, 0..bytes.len(), |run| found.push(run));
            prop_assert_eq!(&found, &oracle(&bytes));
            let cut = cut.min(bytes.len());
            let mut halves = Vec::new();
            let _ = find(&bytes, 0..cut, |run| halves.push(run));
            let _ = find(&bytes, cut..bytes.len(), |run| halves.push(run));
            prop_assert_eq!(halves, found);
        }
    }
}
