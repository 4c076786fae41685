//! Names and values that stand in two places: `name: X` above `value: v`, an element and its sibling, a
//! block with a default, a comparison with the value first, the members of a JSON Web Key.

use std::ops::Range;

use super::place::{Operator, blanks};
use super::quoted::quoted_at;
use super::{Assignment, Op, key, value};

/// Between a name and its value in a pair stand at most so many bytes.
const PAIR: usize = 160;
/// A block is searched so far for its default, in bytes.
const BLOCK: usize = 512;

fn is_gap(b: u8) -> bool {
    b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'\\')
}

/// Back over quotes and blanks, not before `floor`.
fn back(bytes: &[u8], mut at: usize, floor: usize) -> usize {
    while at > floor && matches!(bytes[at - 1], b' ' | b'\t' | b'"' | b'\'' | b'\\') {
        at -= 1;
    }
    at
}

/// Where the word starts that says that the name of something follows at `at` (`name: X`,
/// `key="X"`).
fn introduced(bytes: &[u8], at: usize) -> Option<usize> {
    const SAY: &[&str] = &["name", "key", "id", "field", "variable", "parametername"];
    let floor = at.saturating_sub(40);
    let operator = back(bytes, at, floor);
    if operator == floor || !matches!(bytes[operator - 1], b':' | b'=') {
        return None;
    }
    let end = back(bytes, operator - 1, floor);
    let len = bytes[floor..end]
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let word = &bytes[end - len..end];
    let says = SAY
        .iter()
        .any(|one| word.eq_ignore_ascii_case(one.as_bytes()));
    says.then_some(end - len)
}

/// `name: X` and then `value: `, also with another member between: where the value starts.
pub(super) fn value_below(
    bytes: &[u8],
    name: &Range<usize>,
    at: usize,
    end: usize,
) -> Option<usize> {
    introduced(bytes, name.start)?;
    let stop = end.min(at + PAIR);
    let mut at = at;
    for _ in 0..3 {
        while at < stop && (is_gap(bytes[at]) || matches!(bytes[at], b',' | b';')) {
            at += 1;
        }
        let rest = &bytes[at..stop];
        let len = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
            .count();
        let word = &rest[..len];
        at += len;
        while at < stop && matches!(bytes[at], b'"' | b'\'' | b' ' | b'\t' | b'\\') {
            at += 1;
        }
        if len == 0 || at >= stop || !matches!(bytes[at], b':' | b'=') {
            return None;
        }
        if key::is_value_word(word) {
            return Some(at + 1);
        }
        // Another member, which holds nothing of its own.
        let len = bytes[at..stop]
            .iter()
            .position(|b| matches!(b, b'\n' | b','))?;
        let plain = |b: &u8| !matches!(b, b'{' | b'}' | b'[' | b']');
        if introduces(word) || !bytes[at..at + len].iter().all(plain) {
            return None;
        }
        at += len;
    }
    None
}

/// `, help="x", default="maple"`: where the argument `default` of the call starts, whose arguments before it are
/// literals and names.
pub(super) fn default_argument(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let stop = end.min(at + PAIR);
    let mut at = at;
    while at < stop {
        match bytes[at] {
            b'"' | b'\'' => at = quoted_at(bytes, at, stop)?.range.end + 1,
            b')' | b'(' | b';' | b'{' => return None,
            b if b.is_ascii_alphabetic() => {
                let word = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
                let start = at;
                at += bytes[at..stop].iter().take_while(word).count();
                let operator = blanks(bytes, at, stop);
                if &bytes[start..at] == b"default" && bytes.get(operator) == Some(&b'=') {
                    return Some(operator + 1);
                }
            }
            _ => at += 1,
        }
    }
    None
}

fn introduces(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"name") || word.eq_ignore_ascii_case(b"key")
}

/// `value: v` and then `name: X`, read from the name at `name`.
pub(super) fn value_above<'a>(bytes: &'a [u8], name: &Range<usize>) -> Option<Assignment<'a>> {
    let said = introduced(bytes, name.start)?;
    let floor = said.saturating_sub(PAIR);
    let mut end = said;
    while end > floor && (is_gap(bytes[end - 1]) || bytes[end - 1] == b',') {
        end -= 1;
    }
    let from = bytes[floor..end]
        .iter()
        .rposition(|b| matches!(b, b'\n' | b'{' | b'}'))
        .map_or(floor, |at| floor + at + 1);
    let mut at = from;
    while at < end && (is_gap(bytes[at]) || bytes[at] == b'-') {
        at += 1;
    }
    let word = at..at
        + bytes[at..end]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
    let operator = back_over(bytes, word.end, end);
    if !key::is_value_word(&bytes[word.clone()])
        || !matches!(bytes.get(operator), Some(b':' | b'='))
    {
        return None;
    }
    let operator = Operator {
        op: Op::NameValue,
        at: operator + 1,
    };
    let start = blanks(bytes, operator.at, end);
    let got = value::read(
        bytes,
        start,
        said,
        &word,
        &Operator {
            op: Op::Colon,
            ..operator
        },
    )?;
    let closed = |b: &u8| is_gap(*b) || *b == b',';
    bytes[got.range.end..said]
        .iter()
        .all(closed)
        .then(|| Assignment {
            key: &bytes[name.clone()],
            key_at: name.start,
            value: got.range,
            quote: got.quote,
            op: Op::NameValue,
            fallback: false,
            wrapped: false,
        })
}

/// On over quotes and blanks, not beyond `end`.
fn back_over(bytes: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && matches!(bytes[at], b' ' | b'\t' | b'"' | b'\'' | b'\\') {
        at += 1;
    }
    at
}

/// Blocks of Terraform that are named in quotes, and the member that gives their value.
const BLOCKS: &[(&[u8], &[u8])] = &[(b"variable", b"default"), (b"output", b"value")];

/// The member that gives a block its value, when the quoted name is a block's.
fn block(bytes: &[u8], name: &Range<usize>) -> Option<&'static [u8]> {
    let head = &bytes[name.start.saturating_sub(16)..name.start];
    let head = head.strip_suffix(b"\"")?;
    let tight = head.trim_ascii_end();
    let row = BLOCKS
        .iter()
        .find(|(kind, _)| tight.ends_with(kind) && tight.len() < head.len())?;
    Some(row.1)
}

/// `variable "x" { … default = `: where the value starts, given the place behind the brace.
pub(super) fn default_in_block(
    bytes: &[u8],
    name: &Range<usize>,
    at: usize,
    end: usize,
) -> Option<usize> {
    let member = block(bytes, name)?;
    let text = &bytes[at..end.min(at + BLOCK)];
    let close = memchr::memchr(b'}', text).unwrap_or(text.len());
    memchr::memmem::find_iter(&text[..close], member).find_map(|found| {
        let head = text[..found].rsplit(|b| *b == b'\n').next()?;
        let operator = blanks(text, found + member.len(), text.len());
        let own = head.trim_ascii().is_empty() && text.get(operator) == Some(&b'=');
        own.then_some(at + operator + 1)
    })
}

/// The name of the block whose member stands at `at`.
pub(super) fn block_before(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let floor = at.saturating_sub(BLOCK / 2);
    let text = &bytes[floor..at];
    let open = memchr::memrchr(b'{', text)?;
    let name = text[..open].trim_ascii_end().strip_suffix(b"\"")?;
    let start = memchr::memrchr(b'"', name)? + 1;
    let range = floor + start..floor + name.len();
    let plain = memchr::memchr(b'}', &text[open..]).is_none() && !range.is_empty();
    (plain && block(bytes, &range).is_some()).then_some(range)
}

/// Elements that name what the next element holds: `<key>x</key> <string>v</string>`.
const SIBLINGS: &[(&[u8], &[&[u8]])] = &[
    (b"</key>", &[b"<string>", b"<value>"]),
    (b"</name>", &[b"<value>", b"<string>"]),
    (b"</Name>", &[b"<Value>"]),
    (b"</Key>", &[b"<Value>"]),
];

/// Where the text of the sibling starts, given the place at which the name's element is closed.
pub(super) fn sibling(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let rest = &bytes[at..end.min(at + 96)];
    let (close, opens) = SIBLINGS.iter().find(|(close, _)| rest.starts_with(close))?;
    let gap = rest[close.len()..]
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    let next = close.len() + gap;
    let open = opens.iter().find(|open| rest[next..].starts_with(open))?;
    Some(at + next + open.len())
}

/// `<add name="x">v<`, `<property name="x"><value>v<`: where the text starts, given the place behind the
/// tag's end.
pub(super) fn text_of_named(
    bytes: &[u8],
    name: &Range<usize>,
    at: usize,
    end: usize,
) -> Option<usize> {
    introduced(bytes, name.start)?;
    let rest = &bytes[at..end.min(at + 64)];
    let gap = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let inner = rest[gap..].starts_with(b"<value>") || rest[gap..].starts_with(b"<Value>");
    Some(if inner { at + gap + 7 } else { at })
}

/// The end of a tag with attributes behind the name: where the element's text starts.
pub(super) fn tag_end(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let rest = &bytes[at..end.min(at + 120)];
    let len = rest.iter().position(|b| matches!(b, b'<' | b'>' | b'\n'))?;
    let attributes = rest[..len].contains(&b'=') && !rest[..len].ends_with(b"/");
    (attributes && rest[len] == b'>').then_some(at + len + 1)
}

/// `"v" === name`, `"v".equals(name)`: the literal that a name is compared with.
pub(super) fn compared<'a>(bytes: &'a [u8], name: &Range<usize>) -> Option<Assignment<'a>> {
    let floor = name.start.saturating_sub(280);
    let line = memchr::memrchr(b'\n', &bytes[floor..name.start]).map_or(floor, |at| floor + at + 1);
    let head = bytes[line..name.start].trim_ascii_end();
    let head = match head {
        [rest @ .., b'$' | b'@' | b'&' | b'*'] => rest.trim_ascii_end(),
        _ => head,
    };
    const SIGNS: &[&[u8]] = &[b"===", b"!==", b"==", b"!=", b".equals(", b".equals?("];
    let sign = SIGNS.iter().find(|sign| head.ends_with(sign))?;
    let literal = head[..head.len() - sign.len()].trim_ascii_end();
    let quote = *literal
        .last()
        .filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let inside = &literal[..literal.len() - 1];
    let open = memchr::memrchr(quote, inside)?;
    let value = line + open + 1..line + inside.len();
    // The sign before must not have taken part in another literal.
    let whole = quoted_at(bytes, line + open, name.start)?;
    (whole.range == value && !value.is_empty()).then(|| Assignment {
        key: &bytes[name.clone()],
        key_at: name.start,
        value,
        quote: Some(quote),
        op: Op::Compare,
        fallback: false,
        wrapped: false,
    })
}

/// What a JSON Web Key's private members are called here, for whoever judges names.
const JWK: &[u8] = b"jwk_secret";

/// The member `d` or `k` of a JSON Web Key: an object with `"kty"` (RFC 7517, RFC 7518).
pub(super) fn of_jwk<'a>(bytes: &[u8], found: &Assignment<'a>) -> Option<Assignment<'a>> {
    if !matches!(found.key, b"d" | b"k") || found.op != Op::Colon || found.quote.is_none() {
        return None;
    }
    let low = memchr::memrchr(b'{', &bytes[..found.key_at]).unwrap_or(0);
    let rest = &bytes[found.value.end..];
    let high = found.value.end + memchr::memchr(b'}', rest).unwrap_or(rest.len());
    let object = &bytes[low..high];
    let has = |text: &[u8]| memchr::memmem::find(object, text).is_some();
    // The public number of an RSA key may push the kind out of sight; its primes do not fit either.
    let asymmetric = [&b"\"kty\""[..], b"\"crv\"", b"\"dp\"", b"\"qi\""];
    let is_private = match found.key {
        b"k" => has(b"\"kty\"") && has(b"\"oct\""),
        _ => !has(b"\"oct\"") && asymmetric.iter().any(|member| has(member)),
    };
    is_private.then(|| Assignment {
        key: JWK,
        ..found.clone()
    })
}
