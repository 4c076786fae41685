//! Quoted-printable (RFC 2045): `=3D`, and lines that end in `=` and go on in the next.
//!
//! An equals sign is everywhere in code, so a stretch is recognised by what is rare: `=3D`, which
//! stands for the sign itself, and a line as long as an encoder makes them that breaks a run of
//! token characters. These are its marks; what lies between two of them is undone with them. As
//! with base64, a stretch belongs to its first mark.

use std::ops::Range;

use super::Layer;
use crate::detect::runs::{SHORTEST, is_token};

/// Two marks of a stretch are at most so many bytes apart, and what stands before the first one
/// within them belongs to it.
const SIGHT: usize = 512;
/// What stands behind the last mark within so many bytes belongs to the stretch.
const BEHIND: usize = 1024;
/// Longest line that an encoder makes, and a few bytes; and the shortest that it breaks in a word.
const LINE: Range<usize> = 64..80;
/// A digit of a run is looked for in so many bytes.
const RUN: usize = 64;
/// Longer stretches are decoded in pieces of so many bytes.
const PIECE: usize = 256 << 10;
/// What two pieces share, in bytes.
const OVERLAP: usize = 64 << 10;

/// The literal that marks are found by.
pub(in crate::detect) const EQUALS: &str = "=3D";
/// What is looked at before a mark, and behind one that has no stretch, in bytes.
pub(in crate::detect) const LOOK: usize = SIGHT + LINE.end + SHORTEST;

/// The sign of a soft line break that is a mark because of a run: the run ends there, or starts
/// behind it.
pub(in crate::detect) fn beside(bytes: &[u8], run: &Range<usize>) -> Option<usize> {
    if bytes.get(run.end) == Some(&b'=') && broken(bytes, run.end).is_some() {
        return Some(run.end);
    }
    let before = bytes[..run.start].strip_suffix(b"\n")?;
    let before = before.strip_suffix(b"\r").unwrap_or(before);
    let at = before.strip_suffix(b"=")?.len();
    // The run before it has seen to it.
    broken(bytes, at).filter(|before| !before).map(|_| at)
}

/// Whether a sign is a mark: `=3D`, or a soft line break beside a run.
fn is_mark(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(EQUALS.as_bytes()) || broken(bytes, at).is_some()
}

/// Whether a sign breaks a line beside a run of token characters with a digit: `Some(true)` for
/// one before it, `Some(false)` for one that only stands behind.
fn broken(bytes: &[u8], at: usize) -> Option<bool> {
    let behind = match bytes.get(at + 1..)? {
        [b'\n', ..] => at + 2,
        [b'\r', b'\n', ..] => at + 3,
        _ => return None,
    };
    let before = &bytes[at.saturating_sub(LINE.end)..at];
    // What is broken goes on in the next line. `- ` starts a list there.
    let on = match bytes.get(behind..behind + 2)? {
        [b'-', after] => after.is_ascii_alphanumeric(),
        [byte, _] => is_token(*byte),
        _ => false,
    };
    if !on || !before.last().is_some_and(|byte| is_token(*byte)) {
        return None;
    }
    let line = before
        .iter()
        .rev()
        .take_while(|byte| **byte != b'\n')
        .count();
    if !LINE.contains(&line) {
        return None;
    }
    if is_run(before.iter().rev()) {
        return Some(true);
    }
    is_run(bytes[behind..].iter()).then_some(false)
}

/// Whether bytes begin with a run of token characters with a digit near.
fn is_run<'a>(bytes: impl Iterator<Item = &'a u8>) -> bool {
    let (mut length, mut digit) = (0, false);
    for byte in bytes.take(RUN).take_while(|byte| is_token(**byte)) {
        length += 1;
        digit |= byte.is_ascii_digit();
    }
    length >= SHORTEST && digit
}

/// The layers of the stretch that starts with the mark at `at`, unless an earlier one starts it.
/// With each layer goes whether soft line breaks are its only marks: then it may be no such text
/// at all. Returns the place up to which bytes were looked at; before the mark it were [`LOOK`].
pub(in crate::detect) fn quoted(
    bytes: &[u8],
    at: usize,
    mut found: impl FnMut(Layer, bool),
) -> usize {
    let low = at.saturating_sub(SIGHT);
    if memchr::memrchr_iter(b'=', &bytes[low..at]).any(|before| is_mark(bytes, low + before)) {
        return at + LOOK;
    }
    let mut last = at;
    let mut soft = broken(bytes, at).is_some();
    while let Some(next) = memchr::memchr_iter(b'=', within(bytes, last + 1, SIGHT))
        .map(|next| last + 1 + next)
        .find(|next| is_mark(bytes, *next))
    {
        last = next;
        soft &= broken(bytes, next).is_some();
    }
    let end = (last + BEHIND).min(bytes.len());
    let mut start = low;
    loop {
        let stop = (start + PIECE).min(end);
        let own_low = if start == low { 0 } else { OVERLAP / 2 };
        let own_high = stop - start - if stop == end { 0 } else { OVERLAP / 2 };
        found(undo(bytes, start..stop, own_low..own_high), soft);
        if stop == end {
            return last + BEHIND + LOOK;
        }
        start = stop - OVERLAP;
    }
}

fn within(bytes: &[u8], start: usize, length: usize) -> &[u8] {
    let start = start.min(bytes.len());
    &bytes[start..(start + length).min(bytes.len())]
}

fn undo(bytes: &[u8], source: Range<usize>, own: Range<usize>) -> Layer {
    let text = &bytes[source.clone()];
    let mut out = Vec::with_capacity(text.len());
    let mut map = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    while at < text.len() {
        let (byte, length) = escape(&text[at..]);
        if let Some(byte) = byte {
            map.push(at as u32);
            out.push(byte);
        }
        at += length;
    }
    Layer::by_bytes("quoted-printable", out, map, source, &own)
}

/// What stands at the start of `text`, and how long it is: a byte, or nothing for a soft break.
fn escape(text: &[u8]) -> (Option<u8>, usize) {
    // Upper case only, as the standard wants it: `=de` is rather the start of a value.
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    match text {
        [b'=', b'\n', ..] => (None, 2),
        [b'=', b'\r', b'\n', ..] => (None, 3),
        [b'=', high, low, ..] => match (digit(*high), digit(*low)) {
            (Some(high), Some(low)) => (Some(high << 4 | low), 3),
            _ => (Some(b'='), 1),
        },
        _ => (Some(text[0]), 1),
    }
}
