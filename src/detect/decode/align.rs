//! Base64 that does not start where its run starts: `/api/BASE64`, `prefixBASE64`. Characters of a
//! prefix belong to the alphabet, and shift all that follows by one to three of four places.
//!
//! Decoding all four alignments would cost four times as much. That a quad stands for three ASCII
//! characters shows in three of its bits, so that text is recognised before it is decoded.

use std::ops::Range;

/// So many quads in a row that may be text are decoded: fifteen characters, the shortest token
/// less what stands in quads that it shares.
const STREAK: usize = 5;

/// For every byte which places of a quad it may have in encoded text (bits 0 to 2): the eighth
/// bit of all three bytes is zero there, and the first is no control character below eight.
const PLACES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let value = match byte as u8 {
            b @ b'A'..=b'Z' => b - b'A',
            b @ b'a'..=b'z' => b - b'a' + 26,
            b @ b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => 255,
        };
        if value < 64 {
            let first = value & 0x20 == 0 && value >= 2;
            table[byte] =
                first as u8 | ((value & 0x08 == 0) as u8) << 1 | ((value & 0x02 == 0) as u8) << 2;
        }
        byte += 1;
    }
    table
};

/// Calls `found` for every stretch of `text` (characters of the standard alphabet) that stands for
/// ASCII when it is decoded from its start. Of the four alignments the one that starts with the
/// text is left out unless `all` is set. Stretches of one alignment do not overlap.
pub(super) fn streaks(text: &[u8], all: bool, mut found: impl FnMut(Range<usize>)) {
    let mut streak = [0usize; 4];
    let quads = text.len().saturating_sub(3);
    for at in 0..quads {
        let fits = PLACES[usize::from(text[at])]
            & PLACES[usize::from(text[at + 1])] >> 1
            & PLACES[usize::from(text[at + 2])] >> 2
            & 1;
        let count = &mut streak[at & 3];
        if fits != 0 {
            *count += 1;
            continue;
        }
        if *count >= STREAK && (all || at & 3 != 0) {
            // The quad behind may hold the end of what the streak holds.
            found(at - 4 * *count..at + 4);
        }
        *count = 0;
    }
    for at in quads..quads + 4 {
        let count = streak[at & 3];
        if count >= STREAK && (all || at & 3 != 0) {
            found(at - 4 * count..text.len());
        }
    }
}
