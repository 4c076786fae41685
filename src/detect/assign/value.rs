//! Values: quoted literals, bare words, block scalars, arguments and defaults.

use std::ops::ControlFlow::{Break, Continue};
use std::ops::Range;

use super::bare::bare;
use super::place::{Operator, Place, Reading, Value, before, blanks};
use super::quoted::{opening, quoted_at};
use super::{Op, argument, label, list, wrapped};

/// A way of writing a value: its name, its reader, and an example with the value that is read in it.
type Way = (
    &'static str,
    fn(&Place<'_>) -> Reading,
    &'static str,
    Option<&'static str>,
);

/// The first way that fits is taken.
#[rustfmt::skip]
const WAYS: &[Way] = &[
    ("the text of an element", text, "<token>maple leaf</token>", Some("maple leaf")),
    ("behind a loose operator", loose, "token is maple.", Some("maple")),
    ("behind OpenSSL's word for it", pass_phrase, "openssl rsa -passin pass:maple", Some("maple")),
    ("a block of lines", block, "token: |\n  maple\n", Some("maple")),
    ("on the next line", on_next_line, "token:\n  \"maple\"", Some("maple")),
    ("behind a scheme", after_scheme, "token: Bearer maple", Some("maple")),
    ("an argument of a known function", taken, "auth(user, \"maple\")", Some("maple")),
    ("a literal", literal, "token = r\"maple\"", Some("maple")),
    ("a literal without an end", endless, "token = \"maple\n", None),
    ("Perl's and Ruby's literals", perl, "token = q(maple)", Some("maple")),
    ("the first of a list", |p| list::first(p.bytes, p.at, p.end).map_or(Continue(()), |got| Break(Some(got))), "token = ['maple', 'oak']", Some("maple")),
    ("bytes as numbers", array, "token = {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16}", Some("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16")),
    ("a literal inside something", inside, "token = Some(\"maple\")", Some("maple")),
    ("where only a literal counts", only_literal, "token(maple)", None),
    ("a bare word", bare, "token = maple;", Some("maple")),
];

/// Reads the value that starts at `at` or after it.
pub(super) fn read(
    bytes: &[u8],
    at: usize,
    end: usize,
    name: &Range<usize>,
    operator: &Operator,
) -> Option<Value> {
    let at = blanks(bytes, at, end);
    let at = match operator.op {
        Op::Colon => behind_tag(bytes, at, end),
        _ => at,
    };
    if at >= end {
        return None;
    }
    let place = Place {
        bytes,
        at,
        end,
        name,
        operator,
    };
    WAYS.iter()
        .find_map(|(_, read, ..)| read(&place).break_value())
        .flatten()
}

/// Past a tag or an anchor of YAML before a value: `!!str maple`, `&name maple`.
fn behind_tag(bytes: &[u8], at: usize, end: usize) -> usize {
    let skip = match &bytes[at.min(end)..end] {
        [b'!', b'!', ..] => 2,
        [b'&', ..] => 1,
        _ => return at,
    };
    let name = bytes[at + skip..end].iter().take(32);
    let len = name
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count();
    match bytes.get(at + skip + len) {
        Some(b' ') if len > 0 => blanks(bytes, at + skip + len, end),
        _ => at,
    }
}

/// The text of an element, up to its end.
fn text(place: &Place<'_>) -> Reading {
    let Place { bytes, end, .. } = *place;
    let start = place.operator.at;
    let of_tag = place.joined_by(&[Op::Xml, Op::NameValue]) && bytes[..start].ends_with(b">");
    if !of_tag {
        return Continue(());
    }
    let mut inside = &bytes[start..end.min(start + 512)];
    let mut from = start;
    if let Some(rest) = inside.trim_ascii_start().strip_prefix(b"<![CDATA[") {
        from += inside.len() - rest.len();
        inside = rest;
    }
    let Some(close) = inside.iter().position(|b| matches!(b, b'<' | b']')) else {
        return Continue(());
    };
    let tag = &inside[close..];
    let whole = tag.starts_with(b"</") || from > start && tag.starts_with(b"]]>");
    let lead = inside[..close].len() - inside[..close].trim_ascii_start().len();
    let mut held = inside[..close].trim_ascii();
    from += lead;
    // Jenkins keeps words before a secret in the same braces.
    let plain =
        |b: &u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'(' | b'{') || *b == b' ';
    if let [b'{', words @ .., b'}'] = held
        && words.iter().all(plain)
        && let Some(blank) = memchr::memrchr(b' ', words)
    {
        from += blank + 2;
        held = &words[blank + 1..];
    }
    // Words in a row belong to an element only when it is closed by its name.
    let name = &bytes[place.name.clone()];
    let own =
        place.operator.op == Op::NameValue || tag.get(2..).is_some_and(|t| t.starts_with(name));
    if !whole || memchr::memchr(b'\n', held).is_some() || !own && held.contains(&b' ') {
        return Continue(());
    }
    let range = from..from + held.len();
    Break((!held.is_empty()).then(|| Value::at(range, Some(b'<'))))
}

/// What a sentence, a cell or a label gives: one word or a literal, which ends its line behind all but a
/// sentence.
fn loose(place: &Place<'_>) -> Reading {
    if place.operator.op != Op::Label {
        return Continue(());
    }
    let Place { bytes, at, end, .. } = *place;
    let sign = before(bytes, place.operator.at);
    let got = match opening(bytes, at, end) {
        Some(_) => quoted_at(bytes, at, end),
        None => {
            let ends = |b: &u8| b.is_ascii_whitespace() || *b == b'|' && sign == b'|';
            let len = bytes[at..end].iter().position(ends).unwrap_or(end - at);
            let word = &bytes[at..at + len];
            let tail = word
                .iter()
                .rev()
                .take_while(|b| matches!(b, b'.' | b',' | b';' | b':' | b')'));
            let len = len - tail.count();
            (len > 0).then(|| Value::at(at..at + len, None))
        }
    };
    let Some(got) = got else {
        return Break(None);
    };
    let behind = got.range.end + usize::from(got.quote.is_some());
    let closed = match sign {
        b'|' => bytes[behind..end].trim_ascii_start().starts_with(b"|"),
        b's' | b':' => true,
        _ => label::ends_line(bytes, got.range.end),
    };
    Break(closed.then_some(got))
}

/// `-passin pass:v`: of OpenSSL's sources of a pass phrase the one that is the phrase itself.
fn pass_phrase(place: &Place<'_>) -> Reading {
    let name = &place.bytes[place.name.clone()];
    let asks = [&b"-passin"[..], b"-passout", b"-pass"].contains(&name);
    if !asks || place.operator.op != Op::Flag {
        return Continue(());
    }
    let rest = place.rest();
    let quote = rest.first().filter(|b| matches!(b, b'"' | b'\''));
    let skip = usize::from(quote.is_some());
    let Some(phrase) = rest[skip..].strip_prefix(b"pass:") else {
        return Break(None);
    };
    let ends = |b: &u8| match quote {
        Some(quote) => b == quote,
        None => b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b';'),
    };
    let len = phrase.iter().position(ends).unwrap_or(phrase.len());
    let start = place.at + skip + 5;
    Break((len > 0).then(|| Value {
        key: Some(b"password"),
        ..Value::at(start..start + len, quote.copied())
    }))
}

/// `q(v)`, `qq{v}`, `%q(v)`.
fn perl(place: &Place<'_>) -> Reading {
    let rest = place.rest();
    let head = usize::from(rest.first() == Some(&b'%'));
    let letters = rest[head..]
        .iter()
        .take(2)
        .take_while(|b| matches!(b, b'q' | b'Q'))
        .count();
    let close = match rest.get(head + letters) {
        Some(b'(') => b')',
        Some(b'{') => b'}',
        Some(b'[') => b']',
        Some(same @ (b'|' | b'!')) => *same,
        _ => return Continue(()),
    };
    let inside = &rest[head + letters + 1..rest.len().min(512)];
    let len = inside.iter().position(|b| *b == close || *b == b'\n');
    match len.filter(|len| letters > 0 && inside[*len] == close) {
        // A call of a function that is named q.
        Some(_) if matches!(inside.first(), Some(b'"' | b'\'')) => Continue(()),
        Some(len) if len > 0 => {
            let start = place.at + head + letters + 1;
            Break(Some(Value::at(start..start + len, Some(b'\''))))
        }
        _ => Continue(()),
    }
}

/// The markers of YAML's block scalars, and what stands on the line below.
fn block(place: &Place<'_>) -> Reading {
    let [b'|' | b'>', rest @ ..] = place.rest() else {
        return Continue(());
    };
    let marks = rest
        .iter()
        .take_while(|b| matches!(b, b'-' | b'+' | b'0'..=b'9'))
        .count();
    match rest.get(marks) {
        Some(b'\n' | b'\r') if place.operator.op == Op::Colon => {
            let at = next_line(place.bytes, place.at + 1 + marks, place.end);
            bare(&place.starting_at(at))
        }
        _ => Continue(()),
    }
}

/// The line ends behind the operator, perhaps behind a backslash: only a literal counts there, since a
/// bare word on the next line belongs to it. An element's text is an exception.
fn on_next_line(place: &Place<'_>) -> Reading {
    let Place { bytes, at, end, .. } = *place;
    // The quote may be escaped as often as texts stand in one another.
    let escapes = bytes[at..end].iter().take(8);
    let quote = at + escapes.take_while(|b| **b == b'\\').count();
    let quoted = matches!(bytes.get(quote), Some(b'"' | b'\''));
    if !matches!(bytes[at], b'\n' | b'\r' | b'\\') || quoted {
        return Continue(());
    }
    let line = at + usize::from(bytes[at] == b'\\');
    if !matches!(bytes.get(line), Some(b'\n' | b'\r')) {
        return Break(None);
    }
    let at = next_line(bytes, line, end);
    match opening(bytes, at, end) {
        Some(_) => Break(quoted_at(bytes, at, end)),
        None if place.operator.op == Op::Colon && bytes[at..end].starts_with(b"- ") => {
            // The first line of a list; its others are read from this one.
            let item = list::next_item(bytes, line, end).map(|range| {
                let quote = Some(bytes[range.start - 1]).filter(|b| matches!(b, b'"' | b'\''));
                Value::at(range, quote)
            });
            Break(item)
        }
        None if place.operator.op == Op::Xml => bare(&place.starting_at(at)),
        None => Break(None),
    }
}

/// `Bearer value`, bare.
fn after_scheme(place: &Place<'_>) -> Reading {
    match scheme_at(place.bytes, place.at, place.end) {
        Some(skip) if place.joined_by(&[Op::Colon, Op::Equals]) => {
            bare(&place.starting_at(place.at + skip)).map_break(|got| {
                got.map(|got| Value {
                    op: Some(Op::Header),
                    ..got
                })
            })
        }
        _ => Continue(()),
    }
}

fn taken(place: &Place<'_>) -> Reading {
    let got = (place.operator.op == Op::Call)
        .then(|| argument::taken(place.bytes, place.name, place.at, place.end))
        .flatten();
    got.map_or(Continue(()), |got| Break(Some(got)))
}

/// A literal, of which a scheme in front is cut.
fn literal(place: &Place<'_>) -> Reading {
    let Some(got) = quoted_at(place.bytes, place.at, place.end) else {
        return Continue(());
    };
    Break(Some(match place.operator.op {
        Op::Colon | Op::Pair | Op::Arrow | Op::Equals => scheme(place.bytes, got),
        _ => got,
    }))
}

/// A quote that nothing closes: what follows is no value.
fn endless(place: &Place<'_>) -> Reading {
    match opening(place.bytes, place.at, place.end) {
        Some(_) => Break(None),
        None => Continue(()),
    }
}

fn array(place: &Place<'_>) -> Reading {
    match super::array::read(place.bytes, place.at, place.end) {
        Some(range) => Break(Some(Value {
            wrapped: true,
            ..Value::at(range, None)
        })),
        None => Continue(()),
    }
}

fn inside(place: &Place<'_>) -> Reading {
    match wrapped::read(place) {
        Some(got) => Break(Some(got)),
        None => Continue(()),
    }
}

/// A bare word there is the name of something.
fn only_literal(place: &Place<'_>) -> Reading {
    // YAML's values need no quotes.
    if place.operator.op == Op::NameValue && before(place.bytes, place.operator.at) == b':' {
        return Continue(());
    }
    match place.joined_by(&[Op::Call, Op::Pair, Op::SqlBy, Op::NameValue, Op::Compare]) {
        true => Break(None),
        false => Continue(()),
    }
}

/// The start of the next line's text.
fn next_line(bytes: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && matches!(bytes[at], b'\n' | b'\r') {
        at += 1;
    }
    blanks(bytes, at, end)
}

/// The length of `Bearer `, `Basic ` or `token ` at `at`.
fn scheme_at(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    // Asked at every value: one byte turns most away.
    if at >= end || !matches!(bytes[at], b'B' | b'b' | b't' | b'T') {
        return None;
    }
    ["Bearer ", "bearer ", "Basic ", "basic ", "token ", "Token "]
        .iter()
        .find(|w| bytes[at..end].starts_with(w.as_bytes()))
        .map(|w| w.len())
}

/// Cuts the scheme from the front of a header's value.
fn scheme(bytes: &[u8], mut got: Value) -> Value {
    if let Some(len) = scheme_at(bytes, got.range.start, got.range.end)
        && got.range.len() > len
    {
        got.range.start += len;
        got.op = Some(Op::Header);
    }
    got
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::detect::assign::{key, op};

    /// Calls `held` with the place of the value in `text`, which has the name `token` or a flag, and
    /// with the value that is read there.
    pub(in crate::detect::assign) fn read_in(
        text: &str,
        held: impl FnOnce(&Place<'_>, Option<&str>),
    ) {
        let bytes = text.as_bytes();
        let word = ["token", "pass", "auth"]
            .iter()
            .find_map(|name| text.find(name));
        let word = word.expect("a name");
        let name = key::around(bytes, word..word + 4);
        let end = bytes.len();
        let operator = op::after(bytes, &name, end).expect("an operator");
        let place = Place {
            bytes,
            at: blanks(bytes, operator.at, end),
            end,
            name: &name,
            operator: &operator,
        };
        let got = read(bytes, operator.at, end, &name, &operator);
        held(&place, got.map(|got| &text[got.range]));
    }

    #[test]
    fn every_way_is_read_in_its_example() {
        for (row, (what, _, text, want)) in WAYS.iter().enumerate() {
            read_in(text, |place, got| {
                let first = WAYS.iter().position(|(_, read, ..)| read(place).is_break());
                assert_eq!((first, got), (Some(row), *want), "{what}");
            });
        }
    }
}
