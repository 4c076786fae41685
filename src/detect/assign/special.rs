//! Commands, SQL and pairs whose name stands elsewhere.

use std::ops::Range;

use super::op::blanks;
use super::{Assignment, Op, RIGHT};

/// `IDENTIFIED BY 'value'`.
pub(super) fn identified_by(bytes: &[u8], word: Range<usize>) -> Option<Assignment<'_>> {
    let end = bytes.len().min(word.end + 256);
    let mut at = blanks(bytes, word.end, end);
    if bytes[at..end].len() > 9 && bytes[at..at + 9].eq_ignore_ascii_case(b"password ") {
        at = blanks(bytes, at + 9, end);
    }
    let quote = *bytes.get(at)?;
    if !matches!(quote, b'\'' | b'"') {
        return None;
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

/// `curl … -u user:value` and `mysql … -pvalue`, on the command's own line.
pub(super) fn command(bytes: &[u8], word: Range<usize>) -> Option<Assignment<'_>> {
    let next = *bytes.get(word.end)?;
    if !matches!(next, b' ' | b'\t' | b'd') && !bytes[word.end..].starts_with(b"admin ") {
        return None;
    }
    let end = bytes.len().min(word.end + RIGHT / 2);
    let end = bytes[word.end..end]
        .iter()
        .position(|&b| b == b'\n')
        .map_or(end, |p| word.end + p);
    let curl = bytes[word.clone()].eq_ignore_ascii_case(b"curl");
    let mut at = word.end;
    while at + 3 < end {
        let rest = &bytes[at..end];
        if curl {
            for flag in [&b" -u"[..], b" --user", b" --proxy-user", b" -U"] {
                if rest.starts_with(flag) {
                    return user_pass(bytes, at + flag.len(), end);
                }
            }
        } else if rest.starts_with(b" -p") && rest[3].is_ascii_graphic() {
            let mut start = at + 3;
            let quote = Some(bytes[start]).filter(|q| matches!(q, b'"' | b'\''));
            start += usize::from(quote.is_some());
            let len = bytes[start..end]
                .iter()
                .position(|&b| {
                    quote.map_or(
                        b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b';' | b'<'),
                        |q| b == q,
                    )
                })
                .unwrap_or(end - start);
            return (len > 0).then_some(Assignment {
                key: b"password",
                key_at: word.start,
                value: start..start + len,
                quote,
                op: Op::Flag,
                fallback: false,
                wrapped: false,
            });
        }
        at += 1;
    }
    None
}

/// Reads `user:value` as a shell word and returns the value after the colon.
fn user_pass(bytes: &[u8], at: usize, end: usize) -> Option<Assignment<'_>> {
    let mut start = blanks(bytes, at, end);
    if bytes.get(start) == Some(&b'=') {
        start += 1;
    }
    let quote = bytes
        .get(start)
        .copied()
        .filter(|q| matches!(q, b'"' | b'\''));
    start += usize::from(quote.is_some());
    let len = bytes
        .get(start..end)?
        .iter()
        .position(|&b| {
            quote.map_or(
                b.is_ascii_whitespace() || matches!(b, b'`' | b'"' | b'\''),
                |q| b == q,
            )
        })
        .unwrap_or(end - start);
    let colon = bytes[start..start + len].iter().position(|&b| b == b':')?;
    if colon + 1 >= len || bytes[start..start + len].starts_with(b"http") {
        return None;
    }
    Some(Assignment {
        key: b"password",
        key_at: at,
        value: start + colon + 1..start + len,
        quote,
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
