//! Literals inside something: calls that wrap them, look-ups that have them as default.

use std::ops::ControlFlow::{Break, Continue};

use super::Op;
use super::op::blanks;
use super::quoted::quoted_at;
use super::value::{Got, Place, Reading};

/// What a value starts with, up to what is no part of a name, and where its line or statement ends.
struct Head {
    /// In small letters.
    text: Vec<u8>,
    /// Where the head ends.
    end: usize,
    /// Where the statement ends.
    stop: usize,
}

impl Head {
    fn of(place: &Place<'_>) -> Head {
        let Place { bytes, at, end, .. } = *place;
        let stop = end.min(at + 200);
        let stop = bytes[at..stop]
            .iter()
            .position(|&b| matches!(b, b'\n' | b';'))
            .map_or(stop, |p| at + p);
        let part = |b: &&u8| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'_' | b'.' | b' ' | b':' | b'[' | b']' | b'&' | b'-' | b'$'
                )
        };
        let len = bytes[at..stop].iter().take_while(part).count();
        Head {
            text: bytes[at..at + len].to_ascii_lowercase(),
            end: at + len,
            stop,
        }
    }

    fn has(&self, word: &[u8]) -> bool {
        memchr::memchr_iter(word[0], &self.text).any(|at| self.text[at..].starts_with(word))
    }
}

/// What wraps a literal: its name, its reader (as in [`super::value`]), and an example with the
/// literal that is read.
type Wrap = (
    &'static str,
    fn(&Place<'_>, &Head) -> Reading,
    &'static str,
    Option<&'static str>,
);

/// The first that fits is taken.
const WRAPS: &[Wrap] = &[
    (
        "the default of a look-up",
        look_up,
        "token = getenv(\"X\", \"maple\")",
        Some("maple"),
    ),
    (
        "a literal in a call",
        call,
        "token = Some(\"maple\")",
        Some("maple"),
    ),
    (
        "PowerShell's secure string",
        secure_string,
        "token = ConvertTo-SecureString -String \"maple\" -Force",
        Some("maple"),
    ),
];

/// A literal inside a call or behind a look-up, on the same line: `Some("x")`,
/// `getenv("X", "x")`, `env.X || "x"`, `("user", "x")`.
pub(super) fn read(place: &Place<'_>) -> Option<Got> {
    let head = Head::of(place);
    WRAPS
        .iter()
        .find_map(|(_, read, ..)| read(place, &head).break_value())
        .flatten()
}

/// Words of what looks something up.
const LOOK_UPS: &[&[u8]] = &[b"env", b"config", b"getproperty", b"optional"];

/// What stands before the default of a look-up.
const OR: &[&[u8]] = &[b"||", b"??", b"?:", b" or ", b","];

/// The first literal after a comma or an "or" is the default.
fn look_up(place: &Place<'_>, head: &Head) -> Reading {
    if !LOOK_UPS.iter().any(|word| head.has(word)) {
        return Continue(());
    }
    let default = (head.end..head.stop).find_map(|at| {
        let rest = &place.bytes[at..head.stop];
        let or = OR
            .iter()
            .find(|or| or[0] == rest[0] && rest.starts_with(or))?;
        let literal = blanks(place.bytes, at + or.len(), head.stop);
        quoted_at(place.bytes, literal, head.stop)
    });
    Break(default.map(|got| Got {
        fallback: true,
        ..got
    }))
}

/// Ends of functions that give back the literal they are given.
const CALLS: &[&[u8]] = &[
    b"some",
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
];

/// `Some("x")`, `("user", "x")`: the literal, of two the second where the first is the user.
fn call(place: &Place<'_>, head: &Head) -> Reading {
    let (bytes, stop, name) = (place.bytes, head.stop, head.text.as_slice());
    let open = head.end < stop && bytes[head.end] == b'(';
    if !open || place.joint.op == Op::Call && !name.starts_with(b"base64") {
        return Continue(());
    }
    let tuple = name.is_empty();
    let mut at = blanks(bytes, head.end + 1, stop);
    // A tuple whose first member is no literal: the second.
    if tuple && bytes[at..stop].starts_with(b"None,") {
        at = blanks(bytes, at + 5, stop);
    }
    let known = tuple
        || CALLS.iter().any(|call| name.ends_with(call))
        || name.starts_with(b"new ")
        || name.starts_with(b"base64");
    let Some(first) = quoted_at(bytes, at, stop).filter(|_| known) else {
        return Break(None);
    };
    let both = tuple || name.ends_with(b"auth") || name.ends_with(b"credential");
    let comma = blanks(bytes, first.range.end + 1, stop);
    let second = (both && comma < stop && bytes[comma] == b',')
        .then(|| quoted_at(bytes, blanks(bytes, comma + 1, stop), stop))
        .flatten();
    Break(Some(Got {
        wrapped: !tuple,
        ..second.unwrap_or(first)
    }))
}

/// `ConvertTo-SecureString "x"`, also behind its flags.
fn secure_string(place: &Place<'_>, head: &Head) -> Reading {
    const NAME: &[u8] = b"convertto-securestring";
    let named = head.text.trim_ascii_end() == NAME
        || head
            .text
            .strip_prefix(NAME)
            .is_some_and(|rest| rest.starts_with(b" "));
    if !named {
        return Continue(());
    }
    let quote = |b: &u8| matches!(b, b'"' | b'\'');
    let at = place.bytes[place.at..head.stop].iter().position(quote);
    let got = at.and_then(|at| quoted_at(place.bytes, place.at + at, head.stop));
    Break(got.map(|got| Got {
        wrapped: true,
        ..got
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrap_is_read_in_its_example() {
        for (row, (what, _, text, want)) in WRAPS.iter().enumerate() {
            super::super::value::tests::read_in(text, |place, got| {
                let head = Head::of(place);
                let first = WRAPS
                    .iter()
                    .position(|(_, read, ..)| read(place, &head).is_break());
                assert_eq!((first, got), (Some(row), *want), "{what}");
            });
        }
    }
}
