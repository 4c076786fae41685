//! Literals inside something: calls that wrap them, look-ups that have them as default.

use std::ops::ControlFlow::{Break, Continue};

use super::Op;
use super::place::blanks;
use super::place::{Place, Reading, Value};
use super::quoted::quoted_at;

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

    /// The name of a variable or a member, behind which an "or" may follow.
    fn is_expression(&self) -> bool {
        let name = self.text.trim_ascii();
        name.first().is_some_and(u8::is_ascii_alphabetic)
            && !name
                .iter()
                .any(|b| matches!(b, b' ' | b'[' | b'&' | b'-' | b':'))
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
        "the default of an expression",
        expression,
        "token = options.x || \"maple\"",
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
pub(super) fn read(place: &Place<'_>) -> Option<Value> {
    let head = Head::of(place);
    WRAPS
        .iter()
        .find_map(|(_, read, ..)| read(place, &head).break_value())
        .flatten()
}

/// Words of what looks something up.
const LOOK_UPS: &[&[u8]] = &[b"env", b"config", b"getproperty", b"optional"];

/// What stands before the default of a look-up.
const OR: Ors = Ors::new(&[b"||", b"??", b"?:", b" or ", b"or ", b","]);
/// What stands before the default of any expression.
const SIGNS: Ors = Ors::new(&[b"||", b"??"]);

/// Words and signs that mean "or".
struct Ors {
    words: &'static [&'static [u8]],
    /// For each byte, whether one of them starts with it: all of a statement is asked.
    starts: [bool; 256],
}

impl Ors {
    const fn new(words: &'static [&'static [u8]]) -> Self {
        let mut starts = [false; 256];
        let mut n = 0;
        while n < words.len() {
            starts[words[n][0] as usize] = true;
            n += 1;
        }
        Ors { words, starts }
    }

    /// The one that `text` starts with.
    fn start_of(&self, text: &[u8]) -> Option<&'static [u8]> {
        let mut words = self.words.iter().copied();
        words.find(|word| text.starts_with(word))
    }
}

/// The first literal after a comma or an "or" is the default, also when the line ends there.
fn look_up(place: &Place<'_>, head: &Head) -> Reading {
    if !LOOK_UPS.iter().any(|word| head.has(word)) {
        return Continue(());
    }
    Break(default(place, head, &OR))
}

/// Behind any expression only the signs for "or" count.
fn expression(place: &Place<'_>, head: &Head) -> Reading {
    let found = head.is_expression().then(|| default(place, head, &SIGNS));
    match found.flatten() {
        Some(got) => Break(Some(got)),
        None => Continue(()),
    }
}

/// The first literal behind one of `ors`.
fn default(place: &Place<'_>, head: &Head, ors: &Ors) -> Option<Value> {
    let (bytes, stop) = (place.bytes, head.stop);
    let literal = |at: usize| {
        let or = ors.start_of(&bytes[at..place.end.min(at + 4)])?;
        // Behind a comma only an argument counts, and what follows on the next line may be none.
        if or == b"," {
            let first = quoted_at(bytes, blanks(bytes, at + 1, stop), stop)?;
            return Some(last_of_two(place, head, at, first));
        }
        quoted_at(bytes, over_line(bytes, at + or.len(), place.end), place.end)
    };
    let mut places = head.end.min(stop)..stop;
    let got = places
        .find_map(|at| ors.starts[usize::from(bytes[at])].then(|| literal(at))?)
        // The next line may begin with it.
        .or_else(|| literal(over_line(bytes, stop, place.end)))?;
    Some(Value {
        fallback: true,
        ..got
    })
}

/// Of two literals behind a first argument that is none, the first says where something is looked up
/// (`read(scope, "NAME", "default")`). `comma` is the byte before the first.
fn last_of_two(place: &Place<'_>, head: &Head, comma: usize, first: Value) -> Value {
    let (bytes, stop) = (place.bytes, head.stop);
    let mut before = bytes[head.end.min(comma)..comma].iter();
    let named = before.any(|b| matches!(b, b'"' | b'\'' | b'`'));
    let next = blanks(bytes, first.range.end.saturating_add(1).min(stop), stop);
    match bytes[next..stop].first() {
        Some(b',') if !named => quoted_at(bytes, blanks(bytes, next + 1, stop), stop),
        _ => None,
    }
    .unwrap_or(first)
}

/// Past blanks, and past the end of one line.
fn over_line(bytes: &[u8], at: usize, end: usize) -> usize {
    let at = blanks(bytes, at, end);
    match &bytes[at..end] {
        [b'\n', ..] => blanks(bytes, at + 1, end),
        [b'\r', b'\n', ..] => blanks(bytes, at + 2, end),
        _ => at,
    }
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
    if !open || place.operator.op == Op::Call && !name.starts_with(b"base64") {
        return Continue(());
    }
    let tuple = name.is_empty();
    let mut at = blanks(bytes, head.end + 1, stop);
    // A tuple whose first member is no literal: the second.
    if tuple {
        let name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
        let len = bytes[at..stop].iter().take(40).take_while(name).count();
        if len > 0 && bytes.get(at + len) == Some(&b',') {
            at = blanks(bytes, at + len + 1, stop);
        }
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
    Break(Some(Value {
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
    Break(got.map(|got| Value {
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

    #[test]
    fn the_default_stands_behind_what_is_looked_up() {
        for text in [
            "token = getenv(scope, \"X\", \"maple\")",
            "token = getenv(\"X\", \"maple\", \"what it is for\")",
            "token = config(scope.x, \"maple\")",
        ] {
            super::super::value::tests::read_in(text, |_, got| {
                assert_eq!(got, Some("maple"), "{text}");
            });
        }
    }
}
