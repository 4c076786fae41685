//! What kind of line a value stands on, and what follows it there.

use crate::detect::assign::{Assignment, Op, QUOTES};

/// The kind of line a bare value stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `NAME=value` from the start of the line.
    Env,
    /// `name: value` from the start of the line.
    Yaml,
    /// `NAME=value` as a word of a command line.
    Shell,
    /// Inside a quoted text, as in connection strings.
    Text,
    /// In the middle of a line.
    Inline,
    Other,
}

/// What follows a value on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Line,
    Semicolon,
    Comma,
    Bracket,
    More,
    /// A literal joined to something else (`"…" + x`, `"…".format`).
    Glued,
}

/// The place of an assignment's value, and what follows it.
pub(super) fn of(a: &Assignment<'_>, bytes: &[u8]) -> (Place, End) {
    (place(a, bytes), end(a, bytes))
}

/// What may stand before a name that is the first on its line: comments, and words that set.
const HEADS: &[&[u8]] = &[
    b"", b"#", b"export", b"-", b"set", b"ENV", b"ARG", b"$", b"//", b"*",
];

fn place(a: &Assignment<'_>, bytes: &[u8]) -> Place {
    let floor = a.key_at.saturating_sub(120);
    let key_at = a.key_at.min(bytes.len());
    let line = bytes[floor..key_at]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(floor, |p| floor + p + 1);
    let head = bytes[line..key_at].trim_ascii();
    let plain = HEADS.contains(&head);
    let glued = bytes.get(a.value.start.wrapping_sub(1)) == Some(&b'=');
    match a.op {
        Op::Equals if plain && glued => Place::Env,
        Op::Colon if plain => Place::Yaml,
        Op::NameValue => Place::Yaml,
        // `ENV NAME value`, and the password of a statement without quotes.
        Op::Blank if plain => Place::Env,
        Op::SqlBy | Op::Xml => Place::Other,
        Op::Colon if in_flow_map(&bytes[line..key_at]) => Place::Yaml,
        _ if open_quote(&bytes[line..key_at]) => Place::Text,
        Op::Equals | Op::Flag if glued && shell_word(head) => Place::Shell,
        Op::Flag => Place::Shell,
        _ if !head.is_empty() => Place::Inline,
        _ => Place::Other,
    }
}

fn end(a: &Assignment<'_>, bytes: &[u8]) -> End {
    let quoted = a.quote.is_some();
    let at = if quoted {
        after_quotes(a, bytes)
    } else {
        a.value.end
    };
    let near = &bytes[at.min(bytes.len())..bytes.len().min(at + 64)];
    let line = &near[..near.iter().position(|&b| b == b'\n').unwrap_or(near.len())];
    let tail = line.trim_ascii();
    let line_of = || {
        let floor = a.key_at.saturating_sub(120);
        let head = &bytes[floor..a.key_at.min(bytes.len())];
        head.rsplit(|b| *b == b'\n').next().unwrap_or(head)
    };
    match tail.first() {
        Some(b'}' | b',') if a.op == Op::Colon && !quoted && in_flow_map(line_of()) => End::Line,
        Some(b';') if a.op == Op::SqlBy => End::Line,
        None | Some(b'#') => End::Line,
        Some(b'/') if tail.starts_with(b"//") => End::Line,
        Some(b'<') if a.op == Op::Xml && tail.starts_with(b"</") => End::Line,
        Some(b';') => End::Semicolon,
        Some(b',') => End::Comma,
        Some(b')' | b'}' | b']' | b'(' | b'[' | b'{') => End::Bracket,
        Some(b'+' | b'.') if quoted && next_literal(near) => End::Line,
        Some(b'+' | b'.' | b'%') if quoted => End::Glued,
        Some(_) => End::More,
    }
}

/// `{user: ann, ` at the end of `head`: a map of bare names and values in one line, as YAML and NATS have
/// it, with a user before the password. Code has calls, statements or quotes there.
fn in_flow_map(head: &[u8]) -> bool {
    let Some(open) = memchr::memrchr(b'{', head) else {
        return false;
    };
    let inside = &head[open + 1..];
    let user = inside.trim_ascii_start();
    let plain = |b: &u8| {
        b.is_ascii_alphanumeric() || matches!(b, b' ' | b':' | b',' | b'_' | b'-' | b'.' | b'@')
    };
    let code = |b: &u8| matches!(b, b'(' | b';' | b'"' | b'\'' | b'`');
    user.starts_with(b"user") && inside.iter().all(plain) && !head[..open].iter().any(code)
}

/// Past the closing quote and what escapes it.
fn after_quotes(a: &Assignment<'_>, bytes: &[u8]) -> usize {
    let quotes = bytes[a.value.end..]
        .iter()
        .take(6)
        .take_while(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\'))
        .count();
    let at = a.value.end + quotes;
    let entity = QUOTES
        .iter()
        .find(|(entity, _)| bytes[at..].starts_with(entity));
    at + entity.map_or(0, |(entity, _)| entity.len())
}

/// `+` or `.` and another literal: one value in pieces, however many lines they take.
fn next_literal(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    rest.get(1..)
        .map(<[u8]>::trim_ascii_start)
        .and_then(<[u8]>::first)
        .is_some_and(|b| matches!(b, b'"' | b'\''))
}

/// A name and the literal after it are two of a list of literals.
pub(super) fn in_list(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    let before = bytes[..a.key_at.min(bytes.len())]
        .iter()
        .rev()
        .take(40)
        .find(|b| !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    let after = bytes[a.value.end..]
        .iter()
        .take(40)
        .find(|b| !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    matches!(before, Some(b',' | b'[' | b'{' | b'|'))
        || matches!(after, Some(b',' | b']' | b'|' | b'=' | b':'))
}

/// A double quote is open at the end of `head`.
fn open_quote(head: &[u8]) -> bool {
    head.iter().filter(|&&b| b == b'"').count() % 2 == 1
        || head.iter().filter(|&&b| b == b'\'').count() % 2 == 1
}

/// The last word of `head` introduces an environment variable.
fn shell_word(head: &[u8]) -> bool {
    let last = head
        .rsplit(|b| b.is_ascii_whitespace())
        .next()
        .unwrap_or(head);
    matches!(
        last,
        b"-e"
            | b"--env"
            | b"export"
            | b"env"
            | b"&&"
            | b";"
            | b"set"
            | b"--build-arg"
            | b"SET"
            | b"`"
    ) || memchr::memchr(b'=', last).is_some() && head.iter().all(|&b| b != b'(' && b != b',')
}
