//! Commands, SQL and pairs whose name stands elsewhere.

use std::ops::Range;

use super::place::blanks;
use super::quoted::quoted_at;
use super::{Assignment, Op};

/// `IDENTIFIED BY 'value'`.
pub(super) fn identified_by(bytes: &[u8], word: Range<usize>) -> Option<Assignment<'_>> {
    let end = bytes.len().min(word.end + 256);
    let mut at = blanks(bytes, word.end, end);
    if bytes[at..end].len() > 9 && bytes[at..at + 9].eq_ignore_ascii_case(b"password ") {
        at = blanks(bytes, at + 9, end);
    }
    let quote = *bytes.get(at)?;
    if !matches!(quote, b'\'' | b'"') {
        return identified_by_bare(bytes, word, at, end);
    }
    let len = bytes[at + 1..end]
        .iter()
        .position(|&b| b == quote || b == b'\n')?;
    if len == 0 || bytes[at + 1 + len] != quote {
        return None;
    }
    Some(Assignment {
        key: b"password",
        key_at: word.start,
        value: at + 1..at + 1 + len,
        quote: Some(quote),
        op: Op::SqlBy,
        fallback: false,
        wrapped: false,
    })
}

/// `ALTER USER ann IDENTIFIED BY value;` without quotes, as Oracle takes it: the one word up to the end of
/// the statement or its next clause.
fn identified_by_bare(
    bytes: &[u8],
    word: Range<usize>,
    at: usize,
    end: usize,
) -> Option<Assignment<'_>> {
    const NEXT: &[&[u8]] = &[
        b"default",
        b"account",
        b"temporary",
        b"profile",
        b"quota",
        b"replace",
        b"with",
    ];
    let head = &bytes[word.start.saturating_sub(120)..word.start];
    let head = head.rsplit(|b| matches!(b, b'\n' | b';')).next()?;
    let mut words = head
        .split(u8::is_ascii_whitespace)
        .map(<[u8]>::to_ascii_lowercase);
    let states = words.any(|one| matches!(one.as_slice(), b"user" | b"grant" | b"role"));
    let rest = &bytes[at..end];
    let len = rest
        .iter()
        .position(|b| b.is_ascii_whitespace() || matches!(b, b';' | b'"' | b'\'' | b'`' | b')'))
        .unwrap_or(rest.len());
    let behind = rest[len..].trim_ascii_start();
    let next = behind
        .split(|b| !b.is_ascii_alphabetic())
        .next()?
        .to_ascii_lowercase();
    // A quote ends the text that the statement stands in; behind a blank it opens another.
    let tight = behind.len() == rest.len() - len;
    let ends = behind.is_empty()
        || matches!(behind[0], b';' | b')')
        || tight && matches!(behind[0], b'"' | b'\'' | b'`')
        || NEXT.contains(&next.as_slice());
    (states && ends && len >= 3).then_some(Assignment {
        key: b"password",
        key_at: word.start,
        value: at..at + len,
        quote: None,
        op: Op::SqlBy,
        fallback: false,
        wrapped: false,
    })
}

/// `IDENTIFIED WITH plugin BY 'value'`. What follows `AS` is a hash.
pub(super) fn identified_with(bytes: &[u8], word: Range<usize>) -> Option<Assignment<'_>> {
    let end = bytes.len().min(word.end + 80);
    let at = blanks(bytes, word.end, end);
    let plugin = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'\'' | b'"' | b'`');
    let after = at + bytes[at..end].iter().take_while(plugin).count();
    let by = blanks(bytes, after, end);
    let here = bytes.get(by..by + 2)?;
    if after == at || by == after || !here.eq_ignore_ascii_case(b"by") {
        return None;
    }
    identified_by(bytes, word.start..by + 2)
}

/// `ConvertTo-SecureString "v"`, `ConvertTo-SecureString -String v`: what is made secure.
pub(super) fn secure_string(bytes: &[u8], word: Range<usize>) -> Option<Assignment<'_>> {
    let before = &bytes[..word.start];
    let asks =
        before.len() >= 10 && before[before.len() - 10..].eq_ignore_ascii_case(b"convertto-");
    let end = bytes.len().min(word.end + 256);
    let mut at = blanks(bytes, word.end, end);
    if bytes[at..end].len() > 8 && bytes[at..at + 8].eq_ignore_ascii_case(b"-string ") {
        at = blanks(bytes, at + 8, end);
    }
    if !asks || at == word.end {
        return None;
    }
    let got = quoted_at(bytes, at, end)?;
    (!got.range.is_empty()).then_some(Assignment {
        key: b"password",
        key_at: word.start,
        value: got.range,
        quote: got.quote,
        op: Op::Flag,
        fallback: false,
        wrapped: false,
    })
}

/// For a value named only `value`: the name given on the same line or the line before it, as in
/// `name: X` above `value: y`, `"name": "X", "value": "y"` and `key="X" value="y"`.
pub(super) fn named_before(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let floor = at.saturating_sub(200);
    let window = &bytes[floor..at];
    let mut lines = window
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, b)| **b == b'\n')
        .map(|(i, _)| i);
    let _this = lines.next();
    let from = lines.next().map_or(0, |i| i + 1);
    let near = &window[from..];
    let mut found = None;
    for word in [&b"name"[..], b"Name", b"key", b"Key"] {
        let mut i = 0;
        while i + word.len() < near.len() {
            if near[i..].starts_with(word)
                && (i == 0 || !near[i - 1].is_ascii_alphanumeric())
                && !near[i + word.len()].is_ascii_alphanumeric()
                && found.as_ref().is_none_or(|f: &Range<usize>| f.start < i)
            {
                let mut start = i + word.len();
                while start < near.len()
                    && start < i + word.len() + 12
                    && matches!(
                        near[start],
                        b'"' | b'\'' | b':' | b'=' | b' ' | b'\\' | b'>'
                    )
                {
                    start += 1;
                }
                let len = near[start..]
                    .iter()
                    .position(|&b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')))
                    .unwrap_or(near.len() - start);
                if start > i + word.len() && len > 0 {
                    found = Some(start..start + len);
                }
            }
            i += 1;
        }
    }
    found.map(|r| floor + from + r.start..floor + from + r.end)
}

/// Only blanks and quotes stand between a name and a run.
pub(super) fn only_blanks(bytes: &[u8], from: usize, to: usize) -> bool {
    from < to
        && to - from <= 8
        && bytes[from..to]
            .iter()
            .all(|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\'))
}
