//! What joins a name and its value.

use std::ops::Range;

use super::Op;

/// The joint after a name.
pub(super) struct Joint {
    /// What it is.
    pub op: Op,
    /// Where the value, or blanks before it, starts.
    pub at: usize,
}

/// Skips blanks and tabs, at most 64.
pub(super) fn blanks(bytes: &[u8], mut at: usize, end: usize) -> usize {
    let stop = end.min(at + 64);
    while at < stop && matches!(bytes[at], b' ' | b'\t') {
        at += 1;
    }
    at
}

/// Reads the joint that follows the name, or `None` when the name is given nothing.
pub(super) fn after(bytes: &[u8], name: &Range<usize>, end: usize) -> Option<Joint> {
    let mut at = name.end;
    let mut key_quote = None;
    let mut closers = 0;
    while at < end && closers < 4 {
        match bytes[at] {
            b'"' | b'\'' | b'`' => key_quote = key_quote.or(Some(bytes[at])),
            b'\\' | b']' | b'?' | b'*' => {}
            b')' if key_quote.is_some() || before(bytes, name.start) == b'(' => {}
            b'&' => match super::markup::entity(&bytes[at..end]) {
                Some((entity, quote)) => {
                    key_quote = Some(quote);
                    at += entity.len() - 1;
                }
                None => break,
            },
            // The size of an array.
            b'[' => match size(&bytes[at..end]) {
                Some(len) => at += len - 1,
                None => break,
            },
            b'}' => {}
            _ => break,
        }
        at += 1;
        closers += 1;
    }
    // `%"password"` and `password"` without an opening quote: the text ends here.
    let flag = bytes[name.start] == b'-';
    let tight = at;
    at = blanks(bytes, at, end);
    let spaced = at > tight;
    let rest = &bytes[at..end];
    let made = |op, skip: usize| Some(Joint { op, at: at + skip });
    let starts = |s: &[u8]| rest.starts_with(s);
    let first = *rest.first()?;
    match first {
        b'=' if starts(b"===") => made(Op::Compare, 3),
        b'=' if starts(b"==") => made(Op::Compare, 2),
        b'=' if starts(b"=>") => made(Op::Arrow, 2),
        b'=' if starts(b"=~") => None,
        b'=' if starts(b"=\\\"") || starts(b"=\"") => made(Op::Equals, 1),
        b'=' => {
            let url = matches!(before(bytes, name.start), b'?' | b'&');
            made(
                if url {
                    Op::Url
                } else if flag {
                    Op::Flag
                } else {
                    Op::Equals
                },
                1,
            )
        }
        b'!' if starts(b"!==") => made(Op::Compare, 3),
        b'!' if starts(b"!=") => made(Op::Compare, 2),
        b'-' if starts(b"->") => made(Op::Arrow, 2),
        b'+' if starts(b"+=") => made(Op::Equals, 2),
        b'|' if starts(b"||=") => made(Op::Equals, 3),
        b'?' if starts(b"??=") => made(Op::Equals, 3),
        b'?' if starts(b"?=") => made(Op::Equals, 2),
        b'?' if starts(b"?:") => made(Op::Equals, 2),
        b':' if starts(b":=") => made(Op::Equals, 2),
        b':' if starts(b"::") => None,
        b':' => annotated(bytes, at + 1, end)
            .map(|value| Joint {
                op: Op::Equals,
                at: value,
            })
            .or(Some(Joint {
                op: Op::Colon,
                at: at + 1,
            })),
        0xEF if starts("：".as_bytes()) => made(Op::Colon, 3),
        b',' if key_quote.is_some() => made(Op::Pair, 1),
        b'(' if !spaced || is_quote(rest.get(1)) => made(Op::Call, 1),
        b'>' if xml(bytes, name.start) => made(Op::Xml, 1),
        b'>' if key_quote.is_some() => None,
        _ if flag && spaced => made(Op::Flag, 0),
        b'"' | b'\'' | b'`'
            if spaced && key_quote.is_none() && is_password(&bytes[name.clone()]) =>
        {
            made(Op::SqlBy, 0)
        }
        _ if spaced && key_quote.is_some() => {
            name_value(rest).and_then(|skip| made(Op::NameValue, skip))
        }
        _ if spaced => by_blank(bytes, name).then_some(Joint { op: Op::Blank, at }),
        _ => None,
    }
}

/// Names whose value may follow in quotes after a mere blank. `pass` is a verb too.
fn is_password(name: &[u8]) -> bool {
    ["password", "passwd", "pwd", "passphrase"]
        .iter()
        .any(|w| name.eq_ignore_ascii_case(w.as_bytes()))
}

fn is_quote(b: Option<&u8>) -> bool {
    matches!(b, Some(b'"' | b'\'' | b'`'))
}

fn before(bytes: &[u8], at: usize) -> u8 {
    if at == 0 { b'\n' } else { bytes[at - 1] }
}

/// `name: Type = value`: where the value starts.
fn annotated(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let start = blanks(bytes, at, end);
    let stop = end.min(start + 48);
    let mut i = start;
    let mut sized = false;
    while i < stop
        && (bytes[i].is_ascii_alphanumeric()
            || bytes[i] == b';' && sized
            || matches!(
                bytes[i],
                b'_' | b'.' | b'[' | b']' | b'<' | b'>' | b'&' | b'\'' | b'|' | b'?' | b' ' | b':'
            ))
    {
        // `[u8; 16]`: only there does a semicolon belong to the type.
        sized = bytes[i] == b'[' || sized && !matches!(bytes[i], b']' | b';');
        i += 1;
    }
    let typed = i > start
        && (bytes[start].is_ascii_alphabetic() || matches!(bytes[start], b'&' | b'['))
        && bytes[i - 1] == b' '
        && i + 1 < end
        && bytes[i] == b'='
        && !matches!(bytes[i + 1], b'=' | b'>');
    typed.then_some(i + 1)
}

/// The name is an opening tag's: `<name>` or `<ns:name>`, or the end of its attributes.
fn xml(bytes: &[u8], at: usize) -> bool {
    let floor = at.saturating_sub(40);
    let mut i = at;
    while i > floor
        && (bytes[i - 1].is_ascii_alphanumeric() || matches!(bytes[i - 1], b':' | b'_' | b'-'))
    {
        i -= 1;
    }
    if i == 0 || bytes[i - 1] != b'<' {
        return false;
    }
    // `(?P<name>…)` is a group, and `user:<name>@host` a gap to fill.
    let before = i.checked_sub(2).map_or(b'\n', |at| bytes[at]);
    let group = bytes[..i - 1].ends_with(b"(?P") || bytes[..i - 1].ends_with(b"(?");
    !group && !matches!(before, b':' | b'/' | b'=' | b'@')
}

/// The length of `[]` or `[16]`, as C has it between name and equals sign.
fn size(rest: &[u8]) -> Option<usize> {
    let inside = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    let len = rest.iter().skip(1).take(24).take_while(inside).count();
    let tail = rest.get(len + 1..)?.strip_prefix(b"]")?;
    tail.trim_ascii_start().starts_with(b"=").then_some(len + 2)
}

/// After a quoted name: ` value=`, or `, "value":`, gives how many bytes lead to the value.
fn name_value(rest: &[u8]) -> Option<usize> {
    for word in [
        &b"value="[..],
        b"Value=",
        b"connectionString=",
        b"content=",
        b"default=",
    ] {
        if rest.starts_with(word) {
            return Some(word.len());
        }
    }
    None
}

/// Names that are given their value after mere blanks: Dockerfile `ENV`, netrc, redis, csh.
fn by_blank(bytes: &[u8], name: &Range<usize>) -> bool {
    let key = &bytes[name.clone()];
    if key == b"PASSWORD" && {
        let at = name.start.saturating_sub(6);
        bytes[at..name.start].eq_ignore_ascii_case(b"LOGIN ")
            || bytes[at..name.start].eq_ignore_ascii_case(b" WITH ")
    } {
        return true;
    }
    if key.eq_ignore_ascii_case(b"requirepass") || key.eq_ignore_ascii_case(b"masterauth") {
        return true;
    }
    let floor = name.start.saturating_sub(100);
    let line = bytes[floor..name.start]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(floor, |p| floor + p + 1);
    let head = bytes[line..name.start].trim_ascii();
    head.eq_ignore_ascii_case(b"ENV")
        || head.eq_ignore_ascii_case(b"ARG")
        || head.eq_ignore_ascii_case(b"setenv")
        || (key == b"password" && (head.starts_with(b"machine ") || head.starts_with(b"login ")))
}
