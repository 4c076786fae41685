//! The shape of a value: a table of shapes, each with its test and an example.

use super::bytes::{has, is_uuid};
use super::reference::is_reference;
use super::words;
use crate::detect::assign::parse_bytes;

/// The shape that describes a value best; the first that fits, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Language,
    Template,
    Url,
    Path,
    Call,
    Operator,
    Uuid,
    Number,
    /// The bytes of something random, written out as numbers.
    Bytes,
    /// A password hash in its usual notation.
    Hash,
    HexDigest,
    Phrase,
    Foreign,
    Dotted,
    Word,
    Constant,
    Camel,
    Joined,
    Email,
    Mixed,
    Symbols,
}

/// A value, and what it is made of.
pub(super) struct View<'a> {
    pub value: &'a [u8],
    pub digits: usize,
    pub upper: usize,
    pub lower: usize,
    pub symbols: usize,
    /// It has a blank.
    pub blank: bool,
    /// It stands in quotes: signs of code in it may be those of a password.
    pub quoted: bool,
}

/// A row of the table: the shape, its test, and a template of a value that has it.
type Row = (Shape, fn(&View<'_>) -> bool, &'static str);

/// The first row that is true of a value gives its shape. Shapes of code and notation stand first,
/// then those of numbers and text, and last what letters and digits alone can tell.
#[rustfmt::skip]
const SHAPES: &[Row] = &[
    (Shape::Language, is_language, "NULL"),
    (Shape::Bytes, is_drawn, "18, 253, 7, 99, 201, 44, 160, 83, 5, 118, 240, 61, 177, 30, 142, 215"),
    (Shape::Operator, is_list_of_bytes, "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15"),
    (Shape::Url, |v| v.has(b"://"), "https://a.b/c"),
    (Shape::Path, is_absolute_path, "/etc/maple.conf"),
    (Shape::Path, |v| v.starts(b"./"), "./maple"),
    (Shape::Path, |v| v.starts(b"../"), "../maple"),
    (Shape::Path, |v| v.starts(b"~/"), "~/maple"),
    (Shape::Path, |v| v.len() > 3 && &v.value[1..3] == b":\\", "C:\\maple"),
    (Shape::Template, |v| is_reference(v.value), "$maple"),
    (Shape::Call, is_call, "maple.leaf(3)"),
    (Shape::Call, is_generic_call, "Leaf[int](54321)"),
    (Shape::Call, receives, "<-user.results()"),
    (Shape::Call, |v| !v.quoted && v.ends(b"("), "a + maple("),
    (Shape::Call, |v| !v.quoted && v.ends(b"["), "maple["),
    (Shape::Call, |v| !v.quoted && v.ends(b"{"), "maple{{"),
    (Shape::Call, is_element, "maple[3]"),
    (Shape::Operator, is_address_of, "&maple"),
    (Shape::Operator, |v| joins(v, b"->"), "a->b"),
    (Shape::Operator, |v| joins(v, b"::"), "A::b"),
    (Shape::Operator, |v| joins(v, b"=>"), "a=>b"),
    (Shape::Operator, is_bracketed, "(maple"),
    (Shape::Operator, |v| v.has(b"=\""), "a=\"b"),
    (Shape::Operator, |v| v.first() == b'/' && (v.has(b"(?") || v.has(b"\\d")), "/=\\d"),
    (Shape::Hash, |v| is_password_hash(v.value), "pbkdf2_maple"),
    (Shape::Hash, is_database_hash, "*{HEX:40}"),
    (Shape::Number, |v| v.len() <= 10 && v.starts(b"0x"), "0x1f"),
    (Shape::Number, is_colour, "#a0b1c2"),
    (Shape::Uuid, |v| is_uuid(v.value), "{uuid}"),
    (Shape::Number, is_number, "2024-01-31"),
    (Shape::HexDigest, is_hex_digest, "{hex:40}"),
    (Shape::Foreign, |v| !v.value.is_ascii(), "érable"),
    (Shape::Phrase, |v| v.blank, "maple leaf"),
    (Shape::Symbols, |v| v.letters() == 0, "#!*%"),
    (Shape::Email, is_email, "maple@acme.org"),
    (Shape::Word, |v| v.is_letters() && v.upper == 0, "maple"),
    (Shape::Constant, |v| v.is_letters() && v.lower == 0, "MAPLE"),
    // Capitals start words of two or more letters.
    (Shape::Camel, |v| v.is_letters() && v.upper * 3 <= v.len() + 2, "mapleLeaf"),
    (Shape::Dotted, |v| v.has(b".") && v.digits <= 2 && is_joined(v), "maple.leaf"),
    (Shape::Constant, |v| v.lower == 0 && is_joined(v), "MAPLE_LEAF"),
    (Shape::Joined, is_joined, "maple-leaf"),
    (Shape::Mixed, |_| true, "m4Ple7Zq"),
];

/// The shape of a value that is not empty.
pub(super) fn of(view: &View<'_>) -> Shape {
    let row = SHAPES.iter().find(|(_, test, _)| test(view));
    row.map_or(Shape::Mixed, |(shape, ..)| *shape)
}

impl View<'_> {
    fn len(&self) -> usize {
        self.value.len()
    }

    fn first(&self) -> u8 {
        self.value.first().copied().unwrap_or(0)
    }

    fn letters(&self) -> usize {
        self.upper + self.lower
    }

    fn is_letters(&self) -> bool {
        self.symbols == 0 && self.digits == 0
    }

    fn has(&self, part: &[u8]) -> bool {
        has(self.value, part)
    }

    fn starts(&self, part: &[u8]) -> bool {
        self.value.starts_with(part)
    }

    fn ends(&self, part: &[u8]) -> bool {
        self.value.ends_with(part)
    }

    /// The length of what stands before the first bracket.
    fn callee(&self) -> usize {
        memchr::memchr(b'(', self.value).unwrap_or(0)
    }
}

fn is_language(v: &View<'_>) -> bool {
    v.len() <= 24 && words::LANGUAGE.contains_any_case(v.value)
}

/// Bytes written out as numbers.
fn bytes_of(v: &View<'_>) -> Option<Vec<u8>> {
    (v.digits * 4 > v.len())
        .then(|| parse_bytes(v.value))
        .flatten()
}

fn is_drawn(v: &View<'_>) -> bool {
    bytes_of(v).is_some_and(|bytes| drawn(&bytes))
}

fn is_list_of_bytes(v: &View<'_>) -> bool {
    bytes_of(v).is_some()
}

/// An operator of code. In quotes names must stand on both sides of it.
fn joins(v: &View<'_>, operator: &[u8]) -> bool {
    let name = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.' | b' ' | b'$');
    v.has(operator) && (!v.quoted || v.value.iter().all(|b| name(b) || operator.contains(b)))
}

/// What begins with a bracket; in quotes it must end with its partner.
fn is_bracketed(v: &View<'_>) -> bool {
    let close = match v.first() {
        b'[' => b"]",
        b'{' => b"}",
        b'(' => b")",
        _ => return false,
    };
    !v.quoted || v.ends(close)
}

/// Base64 may start with a slash too, and so may a password with signs that paths do not have.
fn is_absolute_path(v: &View<'_>) -> bool {
    let plain = |b: &u8| {
        b.is_ascii_alphanumeric()
            || !b.is_ascii()
            || matches!(b, b'/' | b'.' | b'_' | b'-' | b' ' | b'*' | b'@' | b':')
    };
    v.len() > 1
        && v.first() == b'/'
        && v.value[1].is_ascii_alphabetic()
        && v.digits * 4 < v.len()
        && !v.has(b"=")
        && !v.has(b"+")
        && (!v.quoted || v.value.iter().all(plain))
}

/// `name(…)`, also cut behind its bracket.
fn is_call(v: &View<'_>) -> bool {
    let callee = v.callee();
    callee > 0
        && !v.blank
        && (v.ends(b")") || !v.quoted && (v.has(b")") || v.ends(b"(")))
        && (v.first().is_ascii_alphabetic() || v.first() == b'_')
        && v.value[..callee]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-'))
}

/// `list[3]`.
fn is_element(v: &View<'_>) -> bool {
    let bracket = memchr::memchr(b'[', v.value).unwrap_or(0);
    bracket > 0
        && v.ends(b"]")
        && v.value[..bracket]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$'))
        && (!v.quoted
            || v.value[bracket + 1..v.len() - 1]
                .iter()
                .all(u8::is_ascii_alphanumeric))
}

/// `&name`.
fn is_address_of(v: &View<'_>) -> bool {
    v.len() > 1
        && v.first() == b'&'
        && v.value[1..]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// `#rgb`, `#rrggbb`, `#rrggbbaa`.
fn is_colour(v: &View<'_>) -> bool {
    matches!(v.len(), 4 | 7 | 9)
        && v.first() == b'#'
        && v.value[1..].iter().all(u8::is_ascii_hexdigit)
}

fn is_number(v: &View<'_>) -> bool {
    v.letters() == 0
        && v.digits > 0
        && v.value.iter().all(|b| {
            b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':' | b',' | b'/' | b'+' | b' ' | b'_')
        })
}

/// Hexadecimal of the length of a digest.
fn is_hex_digest(v: &View<'_>) -> bool {
    matches!(v.len(), 32 | 40 | 64 | 128) && v.value.iter().all(u8::is_ascii_hexdigit)
}

fn is_email(v: &View<'_>) -> bool {
    v.has(b"@")
        && v.has(b".")
        && v.value.iter().filter(|b| **b == b'@').count() == 1
        && v.symbols <= 4
        && v.first().is_ascii_alphanumeric()
        && [&b"com"[..], b"org", b"net"].iter().any(|end| v.ends(end))
}

/// Words that are joined with signs, of which most have few digits.
fn is_joined(v: &View<'_>) -> bool {
    let operator = |b: &u8| matches!(b, b'_' | b'-' | b'.' | b'/' | b':');
    let starts = v.first().is_ascii_alphabetic() || matches!(v.first(), b'_' | b'-' | b'.');
    if v.symbols == 0 || !starts || v.value.iter().filter(|b| operator(b)).count() != v.symbols {
        return false;
    }
    let wordy = |part: &[u8]| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        digits == 0 || digits <= 2 && part.len() <= 12 || digits == part.len() && digits <= 4
    };
    let (mut words, mut others) = (0, 0);
    for part in v.value.split(operator).filter(|part| !part.is_empty()) {
        match wordy(part) {
            true => words += 1,
            false => others += 1,
        }
    }
    others == 0 || words >= 4 * others
}

/// Bytes as a machine draws them: most are different, some are high, and they do not count up.
fn drawn(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    for &byte in bytes {
        seen[usize::from(byte)] = true;
    }
    let different = seen.iter().filter(|s| **s).count();
    let steps = bytes
        .windows(2)
        .filter(|w| w[1].wrapping_sub(w[0]) <= 1)
        .count();
    different * 5 >= bytes.len() * 4 && steps * 4 <= bytes.len() && bytes.iter().any(|b| *b > 127)
}

/// The hash of a password as the programs that make them write it.
pub(in crate::detect) fn is_password_hash(value: &[u8]) -> bool {
    words::HASH_HEADS.starts(value)
}

/// A hash as databases write it: MySQL's `*` and 40 digits, PostgreSQL's `md5` and 32.
fn is_database_hash(v: &View<'_>) -> bool {
    let value = v.value;
    let hex = |part: &[u8], len| part.len() == len && part.iter().all(u8::is_ascii_hexdigit);
    value.strip_prefix(b"*").is_some_and(|rest| hex(rest, 40))
        || value.strip_prefix(b"md5").is_some_and(|rest| hex(rest, 32))
}

/// `Secret[int](54321)`, `Box<str>(x)`: a call with type arguments before the bracket.
fn is_generic_call(v: &View<'_>) -> bool {
    let (value, callee) = (v.value, v.callee());
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':');
    let head = &value[..callee];
    let open = head
        .iter()
        .position(|b| matches!(b, b'[' | b'<'))
        .unwrap_or(0);
    open > 0
        && value.ends_with(b")")
        && matches!(head.last(), Some(b']' | b'>'))
        && head[0].is_ascii_alphabetic()
        && head[..open].iter().all(name)
        && head[open + 1..head.len() - 1]
            .iter()
            .all(|b| name(b) || matches!(b, b',' | b'[' | b']' | b'<' | b'>' | b'&' | b'*'))
}

/// `<-results`: what Go receives from a channel.
fn receives(v: &View<'_>) -> bool {
    v.value.strip_prefix(b"<-").is_some_and(|name| {
        name.first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && name
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'(' | b')'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::generic::value;

    #[test]
    fn every_shape_is_told_by_its_own_row() {
        for (row, (shape, _, template)) in SHAPES.iter().enumerate() {
            let text = crate::example::expand(template, 3).expect("a valid template");
            let form = value::read(text.as_bytes(), false);
            assert_eq!(form.shape, *shape, "{text}");
            let view = View {
                value: text.as_bytes(),
                digits: form.digits,
                upper: form.upper,
                lower: form.lower,
                symbols: form.symbols,
                quoted: false,
                blank: text.bytes().any(|b| b.is_ascii_whitespace()),
            };
            let first = SHAPES.iter().position(|(_, test, _)| test(&view));
            assert_eq!(first, Some(row), "{text}");
        }
    }
}
