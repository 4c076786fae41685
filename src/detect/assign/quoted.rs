//! Literals in quotes.

use std::ops::Range;

use super::markup::entity;
use super::place::Value;

/// The quote that opens at `at`: its bytes with escapes, and the quote itself.
pub(super) fn opening(bytes: &[u8], at: usize, end: usize) -> Option<(&[u8], u8)> {
    let rest = &bytes[at.min(end)..end];
    // Asked at every value: most begin with none of these.
    if !matches!(rest.first()?, b'"' | b'\'' | b'\\' | b'`' | b'&') {
        return None;
    }
    if let Some(found) = entity(rest) {
        return Some(found);
    }
    for q in [
        &b"\"\"\""[..],
        b"'''",
        // A text in a text in a text, and one more.
        b"\\\\\\\\\\\\\\\"",
        b"\\\\\\\"",
        b"\\\"",
        b"\\'",
        b"\"",
        b"'",
        b"`",
    ] {
        if rest.starts_with(q) {
            return Some((&rest[..q.len()], q[q.len() - 1]));
        }
    }
    None
}

/// String prefixes of Python, Rust, C#, SQL and shells.
const PREFIXES: &[u8] = b"bruf@NL$&BRU";

/// A literal in quotes.
pub(super) fn quoted_at(bytes: &[u8], at: usize, end: usize) -> Option<Value> {
    let prefixed =
        at + 1 < end && PREFIXES.contains(&bytes[at]) && matches!(bytes[at + 1], b'"' | b'\'');
    let at = at + usize::from(prefixed);
    let (open, quote) = opening(bytes, at, end)?;
    let start = at + open.len();
    let many = open.len() == 3 && open[0] != b'\\' || quote == b'`';
    let plain = open.len() == 1;
    let mut i = start;
    while i < end {
        if bytes[i] == b'\n' && !many {
            return torn(bytes, start..i, quote);
        }
        if bytes[i] == open[0] && bytes[i..end].starts_with(open) {
            return Some(Value::at(start..i, Some(quote)));
        }
        if bytes[i] == b'\\' && plain {
            i += 1;
        } else if !plain && !many && bytes[i] == b'"' && quote == b'"' {
            // An unescaped quote ends the outer string before the inner one ended.
            return None;
        }
        i += 1;
    }
    None
}

/// The first line of a literal that goes on in the next, when it is one long run of a token's
/// characters: text and code with an odd quote have blanks.
fn torn(bytes: &[u8], line: Range<usize>, quote: u8) -> Option<Value> {
    let text = bytes[line.clone()].trim_ascii_end();
    let token = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=');
    let range = line.start..line.start + text.len();
    (text.len() >= 32 && text.iter().all(token)).then(|| Value::at(range, Some(quote)))
}
