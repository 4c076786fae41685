//! Values: quoted literals, bare words, block scalars, arguments and defaults.

use std::ops::Range;

use super::Op;
use super::markup::{entity, slot};
use super::op::{Joint, blanks};

/// A value as it stands.
pub(super) struct Got {
    pub range: Range<usize>,
    pub quote: Option<u8>,
    /// A closer reading of the joint, where the value shows it.
    pub op: Option<Op>,
    pub fallback: bool,
    pub wrapped: bool,
}

/// Reads the value that starts at `at` or after it.
pub(super) fn read(
    bytes: &[u8],
    at: usize,
    end: usize,
    name: &Range<usize>,
    joint: &Joint,
) -> Option<Got> {
    let mut at = blanks(bytes, at, end);
    if at >= end {
        return None;
    }
    // The value may stand on the next line: after a joint, and after the markers of YAML's block
    // scalars.
    if joint.op == Op::Colon && matches!(bytes[at], b'|' | b'>') {
        let mut i = at + 1;
        while i < end && matches!(bytes[i], b'-' | b'+' | b'0'..=b'9') {
            i += 1;
        }
        if i < end && matches!(bytes[i], b'\n' | b'\r') {
            return bare(bytes, next_line(bytes, i, end), end, joint, name);
        }
    }
    if matches!(bytes[at], b'\n' | b'\r' | b'\\')
        && !matches!(bytes.get(at + 1), Some(b'"' | b'\''))
    {
        let line = if bytes[at] == b'\\' { at + 1 } else { at };
        if !matches!(bytes.get(line), Some(b'\n' | b'\r')) {
            return None;
        }
        at = next_line(bytes, line, end);
        // Only a literal: a bare word on the next line belongs to it.
        let open = opening(bytes, at, end);
        return match open {
            Some(_) => quoted(bytes, at, end),
            None if joint.op == Op::Xml => bare(bytes, at, end, joint, name),
            None => None,
        };
    }
    let (at, header) = match scheme_at(bytes, at, end) {
        Some(skip) if matches!(joint.op, Op::Colon | Op::Equals) => (at + skip, true),
        _ => (at, false),
    };
    if header {
        let mut got = bare(bytes, at, end, joint, name)?;
        got.op = Some(Op::Header);
        return Some(got);
    }
    if let Some(got) = quoted(bytes, at, end) {
        if matches!(joint.op, Op::Call) {
            return Some(second(bytes, name, got, end));
        }
        if matches!(joint.op, Op::Colon | Op::Pair | Op::Arrow | Op::Equals) {
            return Some(scheme(bytes, got));
        }
        return Some(got);
    }
    if opening(bytes, at, end).is_some() {
        return None;
    }
    if let Some(range) = super::array::read(bytes, at, end) {
        return Some(Got {
            range,
            quote: None,
            op: None,
            fallback: false,
            wrapped: true,
        });
    }
    if let Some(got) = wrapped(bytes, at, end, joint) {
        return Some(got);
    }
    if matches!(
        joint.op,
        Op::Call | Op::Pair | Op::SqlBy | Op::NameValue | Op::Compare
    ) {
        return None;
    }
    bare(bytes, at, end, joint, name)
}

/// The start of the next line's text.
fn next_line(bytes: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && matches!(bytes[at], b'\n' | b'\r') {
        at += 1;
    }
    blanks(bytes, at, end)
}

/// The quote that opens at `at`: its bytes with escapes, and the quote itself.
fn opening(bytes: &[u8], at: usize, end: usize) -> Option<(&[u8], u8)> {
    let rest = &bytes[at.min(end)..end];
    if let Some(found) = entity(rest) {
        return Some(found);
    }
    for q in [
        &b"\"\"\""[..],
        b"'''",
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

/// A literal in quotes.
fn quoted(bytes: &[u8], at: usize, end: usize) -> Option<Got> {
    let mut at = at;
    // String prefixes of Python, Rust, C#, SQL and shells.
    if at + 1 < end
        && matches!(
            bytes[at],
            b'b' | b'r' | b'u' | b'f' | b'@' | b'N' | b'L' | b'$' | b'&' | b'B' | b'R' | b'U'
        )
        && matches!(bytes[at + 1], b'"' | b'\'')
    {
        at += 1;
    }
    let (open, quote) = opening(bytes, at, end)?;
    let start = at + open.len();
    let many = open.len() == 3 && open[0] != b'\\' || quote == b'`';
    let plain = open.len() == 1;
    let mut i = start;
    while i < end {
        if bytes[i] == b'\n' && !many {
            return torn(bytes, start..i, quote);
        }
        if bytes[i..end].starts_with(open) {
            return Some(Got {
                range: start..i,
                quote: Some(quote),
                op: None,
                fallback: false,
                wrapped: false,
            });
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
fn torn(bytes: &[u8], line: Range<usize>, quote: u8) -> Option<Got> {
    let text = bytes[line.clone()].trim_ascii_end();
    let token = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=');
    (text.len() >= 32 && text.iter().all(token)).then_some(Got {
        range: line.start..line.start + text.len(),
        quote: Some(quote),
        op: None,
        fallback: false,
        wrapped: false,
    })
}

/// `auth('user', 'value')`: the second literal of a call that takes both.
fn second(bytes: &[u8], name: &Range<usize>, got: Got, end: usize) -> Got {
    let key = &bytes[name.clone()];
    let tail = key
        .rsplit(|&b| b == b'.')
        .next()
        .unwrap_or(key)
        .to_ascii_lowercase();
    let both = tail.ends_with(b"auth")
        || tail.ends_with(b"credentials")
        || tail.ends_with(b"authentication")
        || tail.ends_with(b"credential")
        || tail.ends_with(b"authenticate");
    let close = got.range.end + 1;
    let at = blanks(bytes, close, end);
    if bytes.get(at) == Some(&b',') && at < end {
        let at = blanks(bytes, at + 1, end);
        if (both || matches!(tail.as_slice(), b"putenv" | b"setenv"))
            && let Some(next) = quoted(bytes, at, end)
        {
            return next;
        }
    }
    got
}

/// The length of `Bearer `, `Basic ` or `token ` at `at`.
fn scheme_at(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    ["Bearer ", "bearer ", "Basic ", "basic ", "token ", "Token "]
        .iter()
        .find(|w| bytes[at..end].starts_with(w.as_bytes()))
        .map(|w| w.len())
}

/// Cuts the scheme from the front of a header's value.
fn scheme(bytes: &[u8], mut got: Got) -> Got {
    if let Some(len) = scheme_at(bytes, got.range.start, got.range.end)
        && got.range.len() > len
    {
        got.range.start += len;
        got.op = Some(Op::Header);
    }
    got
}

/// A literal inside a call or behind a look-up, on the same line: `Some("x")`,
/// `getenv("X", "x")`, `env.X || "x"`, `("user", "x")`.
fn wrapped(bytes: &[u8], at: usize, end: usize, joint: &Joint) -> Option<Got> {
    let stop = end.min(at + 200);
    let stop = bytes[at..stop]
        .iter()
        .position(|&b| matches!(b, b'\n' | b';'))
        .map_or(stop, |p| at + p);
    let mut i = at;
    while i < stop
        && (bytes[i].is_ascii_alphanumeric()
            || matches!(
                bytes[i],
                b'_' | b'.' | b' ' | b':' | b'[' | b']' | b'&' | b'-' | b'$'
            ))
    {
        i += 1;
    }
    let head = &bytes[at..i];
    let lower = head.to_ascii_lowercase();
    let has = |w: &[u8]| lower.windows(w.len()).any(|x| x == w);
    let lookup = has(b"env") || has(b"config") || has(b"getproperty") || has(b"optional");
    if lookup {
        // The last literal after a comma or an "or" is the default.
        let mut j = i;
        while j < stop {
            let rest = &bytes[j..stop];
            let skip =
                if rest.starts_with(b"||") || rest.starts_with(b"??") || rest.starts_with(b"?:") {
                    2
                } else if rest.starts_with(b" or ") {
                    4
                } else if rest[0] == b',' {
                    1
                } else {
                    0
                };
            if skip > 0
                && let Some(mut got) = quoted(bytes, blanks(bytes, j + skip, stop), stop)
            {
                got.fallback = true;
                return Some(got);
            }
            j += 1;
        }
        return None;
    }
    if i < stop && bytes[i] == b'(' && (joint.op != Op::Call || lower.starts_with(b"base64")) {
        let name = lower.as_slice();
        let tuple = name.is_empty();
        let mut inner = blanks(bytes, i + 1, stop);
        // A tuple whose first member is no literal: the second.
        if tuple && bytes[inner..stop].starts_with(b"None,") {
            inner = blanks(bytes, inner + 5, stop);
        }
        let mut got = quoted(bytes, inner, stop)?;
        let known = tuple
            || [
                &b"some"[..],
                b"string",
                b"]byte",
                b"str",
                b"bytes",
                b"of",
                b"cstring",
                b"new",
                b"optional",
                b"secret",
                b"ptr",
                b"pointer",
                b"text",
                b"password",
                b"just",
                b"securestring",
                b"credential",
                b"auth",
            ]
            .iter()
            .any(|w| name.ends_with(w));
        if !known && !name.starts_with(b"new ") && !name.starts_with(b"base64") {
            return None;
        }
        // `("user", "value")`: the second of two.
        let comma = blanks(bytes, got.range.end + 1, stop);
        if (tuple || name.ends_with(b"auth") || name.ends_with(b"credential"))
            && comma < stop
            && bytes[comma] == b','
            && let Some(next) = quoted(bytes, blanks(bytes, comma + 1, stop), stop)
        {
            got = next;
        }
        got.wrapped = !tuple;
        return Some(got);
    }
    if lower.trim_ascii_end() == b"convertto-securestring"
        || lower.starts_with(b"convertto-securestring ")
    {
        let mut j = at;
        while j < stop {
            if matches!(bytes[j], b'"' | b'\'') {
                let mut got = quoted(bytes, j, stop)?;
                got.wrapped = true;
                return Some(got);
            }
            j += 1;
        }
    }
    None
}

/// A bare value with more signs of assignment than this is a row of assignments without blanks. Each
/// of them would be judged with all that follow it, and none is a secret: the digest of SHA-512 with
/// a colon behind each byte has 63.
const MOST_JOINTS: usize = 64;

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
fn bare(bytes: &[u8], at: usize, end: usize, joint: &Joint, name: &Range<usize>) -> Option<Got> {
    let mut i = at;
    let inside = joint.op == Op::Url;
    let mut joints = 0;
    while i < end {
        let b = bytes[i];
        if PLAIN[usize::from(b)] {
            i += 1;
            continue;
        }
        if matches!(b, b'=' | b':') {
            joints += 1;
            if joints > MOST_JOINTS {
                return None;
            }
        }
        if b == b'<'
            && i > at
            && joint.op != Op::Xml
            && let Some(len) = slot(&bytes[i..end])
        {
            i += len;
            continue;
        }
        let stop = match b {
            b if b.is_ascii_whitespace() => true,
            b'"' | b'\'' | b'`' => true,
            b'<' => i > at,
            b'>' => !bytes[at..i].contains(&b'<'),
            b'\\' => matches!(
                bytes.get(i + 1),
                Some(b'n' | b'r' | b't' | b'"' | b'\'' | b'\\')
            ),
            b'&' => {
                inside || bytes[i..end].starts_with(b"&amp;") || entity(&bytes[i..end]).is_some()
            }
            b';' => true,
            b'#' => inside,
            b',' => {
                !matches!(bytes.get(i + 1), Some(c) if c.is_ascii_alphanumeric())
                    || before(bytes, name.start) == b','
            }
            _ => false,
        };
        if stop {
            break;
        }
        i += 1;
    }
    let stop = closed_inside(bytes, at, i);
    (stop > at).then_some(Got {
        range: at..stop,
        quote: None,
        op: None,
        fallback: false,
        wrapped: false,
    })
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

fn before(bytes: &[u8], at: usize) -> u8 {
    if at == 0 { b'\n' } else { bytes[at - 1] }
}
