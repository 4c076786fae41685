//! Values without quotes: where they end.

use std::ops::ControlFlow::Break;

use super::Op;
use super::markup::{entity, slot};
use super::place::{Place, Reading, Value, before};

/// A bare value with more signs of assignment than this is a row of assignments without blanks. Each
/// of them would be judged with all that follow it, and none is a secret: the digest of SHA-512 with
/// a colon behind each byte has 63.
const MOST_OPERATORS: usize = 64;

/// A sign that stands so many bytes behind the one before it counts four times: bytes that are
/// written out are shorter, and what has more than sixteen names has values, too.
const NAME: usize = 4;

/// Bytes that neither end a bare value nor join anything.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = !b.is_ascii_whitespace()
            && !matches!(
                b,
                b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'&' | b';' | b'#' | b',' | b'=' | b':'
            );
        byte += 1;
    }
    table
};

/// A value without quotes.
pub(super) fn bare(place: &Place<'_>) -> Reading {
    let Place { bytes, at, end, .. } = *place;
    let mut i = at;
    let (mut operators, mut last) = (0, at);
    while i < end {
        let b = bytes[i];
        if PLAIN[usize::from(b)] {
            i += 1;
            continue;
        }
        if matches!(b, b'=' | b':') {
            operators += if i - last > NAME { 4 } else { 1 };
            last = i;
            if operators > MOST_OPERATORS {
                return Break(None);
            }
        }
        // `<your-token>` belongs to the value.
        let gap = b == b'<' && i > at && place.operator.op != Op::Xml;
        if let Some(len) = gap.then(|| slot(&bytes[i..end])).flatten() {
            i += len;
            continue;
        }
        if ends_at(place, i) {
            break;
        }
        i += 1;
    }
    let stop = closed_inside(bytes, at, i);
    Break((stop > at).then(|| Value::at(at..stop, None)))
}

/// Whether the byte at `i` ends a bare value.
fn ends_at(place: &Place<'_>, i: usize) -> bool {
    let Place { bytes, at, end, .. } = *place;
    let in_address = place.operator.op == Op::Url;
    let next = bytes.get(i + 1);
    match bytes[i] {
        b'"' | b'\'' | b'`' | b';' => true,
        b'<' => i > at,
        b'>' => !bytes[at..i].contains(&b'<'),
        b'\\' => matches!(next, Some(b'n' | b'r' | b't' | b'"' | b'\'' | b'\\')),
        b'&' => {
            in_address || bytes[i..end].starts_with(b"&amp;") || entity(&bytes[i..end]).is_some()
        }
        b'#' => in_address,
        b',' => {
            !matches!(next, Some(c) if c.is_ascii_alphanumeric())
                || before(bytes, place.name.start) == b','
        }
        b => b.is_ascii_whitespace(),
    }
}

/// The end of a bare value without the closing brackets behind it that were opened outside.
fn closed_inside(bytes: &[u8], at: usize, end: usize) -> usize {
    let mut stop = end;
    // For each kind of bracket how many more close than open, counted once.
    let mut more: [Option<usize>; 3] = [None; 3];
    while stop > at {
        let close = bytes[stop - 1];
        let (kind, open) = match close {
            b')' => (0, b'('),
            b']' => (1, b'['),
            b'}' => (2, b'{'),
            _ => break,
        };
        let left = more[kind].get_or_insert_with(|| {
            let text = &bytes[at..stop];
            let count = |byte| memchr::memchr_iter(byte, text).count();
            count(close).saturating_sub(count(open))
        });
        if *left == 0 {
            break;
        }
        *left -= 1;
        stop -= 1;
    }
    stop
}
