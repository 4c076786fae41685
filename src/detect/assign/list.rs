//! Lists of literals: `tokens = ["a", "b"]`, and YAML's lists of lines.

use std::ops::Range;

use super::place::Value;
use super::place::blanks;
use super::quoted::quoted_at;
use super::{Assignment, Op};

/// A list is read so far behind its name, in bytes.
pub const LONGEST: usize = 8192;
/// Each of its literals has at most so many bytes.
const MEMBER: usize = 512;

/// Past blanks and line ends, at most 64.
pub(super) fn gap(bytes: &[u8], at: usize, end: usize) -> usize {
    let rest = &bytes[at.min(end)..end];
    at + rest
        .iter()
        .take(64)
        .take_while(|b| b.is_ascii_whitespace())
        .count()
}

/// The first literal of a list that is opened at `at`.
pub(super) fn first(bytes: &[u8], at: usize, end: usize) -> Option<Value> {
    if !matches!(bytes.get(at), Some(b'[' | b'{')) {
        return None;
    }
    let at = gap(bytes, at + 1, end);
    let got = quoted_at(bytes, at, end.min(at + MEMBER))?;
    let next = gap(bytes, got.range.end + 1, end);
    matches!(bytes.get(next), Some(b',' | b']' | b'}')).then_some(got)
}

/// The members of a list behind its first, which an assignment gives: where each stands, and the place up
/// to which was looked. Nothing behind [`LONGEST`] bytes is.
pub fn others(bytes: &[u8], first: &Assignment<'_>) -> (Vec<Range<usize>>, usize) {
    let mut all = Vec::new();
    let start = first.value.start;
    let end = bytes.len().min(start + LONGEST);
    let mut at = first.value.end + usize::from(first.quote.is_some());
    if first.quote.is_some() && opened(bytes, start - 1) {
        while let Some(value) = next_literal(bytes, at, end) {
            at = value.end + 1;
            all.push(value);
        }
    } else if first.op == Op::Colon && item(bytes, start) {
        while let Some(value) = next_item(bytes, at, end) {
            at = value.end + usize::from(bytes[value.start - 1] != b' ');
            all.push(value);
        }
    } else {
        return (all, at);
    }
    (all, end.min(at + MEMBER + 128))
}

/// The literal behind a comma.
fn next_literal(bytes: &[u8], at: usize, end: usize) -> Option<Range<usize>> {
    let comma = gap(bytes, at, end);
    if comma >= end || bytes[comma] != b',' {
        return None;
    }
    let at = gap(bytes, comma + 1, end);
    Some(quoted_at(bytes, at, end.min(at + MEMBER))?.range)
}

/// A bracket stands before the literal that opens at `at`, with nothing but blanks between.
fn opened(bytes: &[u8], at: usize) -> bool {
    let before = bytes[at.saturating_sub(64)..at].iter().rev();
    let mut before = before.skip_while(|b| b.is_ascii_whitespace());
    matches!(before.next(), Some(b'[' | b'{'))
}

/// The value at `at`, perhaps in quotes, is an item of a YAML list.
fn item(bytes: &[u8], at: usize) -> bool {
    let head = &bytes[at.saturating_sub(64)..at];
    let head = match head {
        [rest @ .., b'"' | b'\''] => rest,
        _ => head,
    };
    let line = head.rsplit(|b| *b == b'\n').next().unwrap_or(head);
    line.trim_ascii() == b"-"
}

/// The item of a YAML list on the line below `at`: one word or a literal, and nothing else.
pub(super) fn next_item(bytes: &[u8], at: usize, end: usize) -> Option<Range<usize>> {
    let rest = bytes.get(at..end)?;
    let line = at + rest.iter().take(64).position(|b| *b == b'\n')? + 1;
    if !bytes[at..line].trim_ascii().is_empty() {
        return None;
    }
    let dash = blanks(bytes, line, end);
    if !bytes[dash..end].starts_with(b"- ") {
        return None;
    }
    let start = blanks(bytes, dash + 2, end);
    let stop = end.min(start + MEMBER);
    let len = bytes[start..stop]
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r'))?;
    let text = bytes[start..start + len].trim_ascii_end();
    let range = start..start + text.len();
    match text {
        [q @ (b'"' | b'\''), inside @ .., last] if q == last => {
            (!inside.contains(q)).then_some(start + 1..range.end - 1)
        }
        [_, ..]
            if text
                .iter()
                .all(|b| b.is_ascii_graphic() && !matches!(b, b'{' | b'[' | b'#')) =>
        {
            (text.last() != Some(&b':')).then_some(range)
        }
        _ => None,
    }
}
