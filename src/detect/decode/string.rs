//! JSON written into a string: `"{\"kty\":\"EC\",…}"`. Assignments are read through its escaped
//! quotes as they stand; patterns that want quotes are not, so the string is undone for them.
//!
//! A stretch is recognised by the brace that opens an object, and belongs to its first one.

use std::ops::Range;

use super::Layer;

/// What an object in a string begins with: an escaped quote, an escaped line end, or either in a
/// string inside a string.
pub(in crate::detect) const OBJECTS: [&str; 3] = ["{\\\"", "{\\n", "{\\\\"];
/// Two objects of a stretch begin at most so many bytes apart.
const SIGHT: usize = 512;
/// What stands behind the begin of the last object within so many bytes belongs to the stretch.
const BEHIND: usize = 4096;
/// What is looked at before the begin of an object, in bytes.
pub(in crate::detect) const LOOK: usize = SIGHT + 8;
/// Longer stretches are decoded in pieces of so many bytes.
const PIECE: usize = 256 << 10;
/// What two pieces share, in bytes.
const OVERLAP: usize = 64 << 10;

fn begins(bytes: &[u8], at: usize) -> bool {
    OBJECTS
        .iter()
        .any(|object| bytes[at..].starts_with(object.as_bytes()))
}

/// Whether the string ends at `at`: at a line's end, or at a quote that no backslash escapes.
fn ends(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        b'\n' => true,
        b'"' => {
            let before = bytes[..at].iter().rev().take(16);
            before.take_while(|byte| **byte == b'\\').count() % 2 == 0
        }
        _ => false,
    }
}

/// The layers of the string that the object at `at` stands in, unless an earlier object of it has
/// them. Returns the place up to which bytes were looked at; before the object it were [`LOOK`].
pub(in crate::detect) fn string(bytes: &[u8], at: usize, mut found: impl FnMut(Layer)) -> usize {
    let low = at.saturating_sub(SIGHT);
    for before in (low..at).rev() {
        if ends(bytes, before) {
            break;
        }
        if begins(bytes, before) {
            return at + LOOK;
        }
    }
    let mut last = at;
    let mut end = at + 1;
    while end < bytes.len() && end < last + BEHIND && !ends(bytes, end) {
        if bytes[end] == b'{' && end - last <= SIGHT && begins(bytes, end) {
            last = end;
        }
        end += 1;
    }
    let mut start = at;
    loop {
        let stop = (start + PIECE).min(end);
        let low = if start == at { 0 } else { OVERLAP / 2 };
        let high = stop - start - if stop == end { 0 } else { OVERLAP / 2 };
        found(undo(bytes, start..stop, low..high));
        if stop == end {
            return end + LOOK;
        }
        start = stop - OVERLAP;
    }
}

fn undo(bytes: &[u8], source: Range<usize>, own: Range<usize>) -> Layer {
    let text = &bytes[source.clone()];
    let mut out = Vec::with_capacity(text.len());
    let mut map = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    while at < text.len() {
        let (byte, length) = match text[at..] {
            [b'\\', byte @ (b'"' | b'\\' | b'/'), ..] => (byte, 2),
            [b'\\', b'n', ..] => (b'\n', 2),
            [b'\\', b'r', ..] => (b'\r', 2),
            [b'\\', b't', ..] => (b'\t', 2),
            [byte, ..] => (byte, 1),
            [] => break,
        };
        map.push(at as u32);
        out.push(byte);
        at += length;
    }
    Layer::by_bytes("string", out, map, source, &own)
}
