//! Finds and reads assignments: which name is given which value, in any of the syntaxes that
//! people write names and values in. Readers recognise the syntax from a bounded window and never
//! ask for the file's name. Nothing here decides whether a value is a secret.

mod argument;
mod array;
mod bare;
mod column;
mod command;
mod elsewhere;
mod key;
mod label;
mod list;
mod markup;
mod op;
mod pair;
mod place;
mod quoted;
mod special;
mod value;
mod wrapped;

use std::ops::Range;

pub(in crate::detect) use array::parse as parse_bytes;
pub use column::column;
pub use list::others as list_behind;
pub(in crate::detect) use markup::{QUOTES, slot};

/// Furthest look to the left of a word for its whole name, in bytes.
pub const LEFT: usize = 200;
/// Furthest look to the right of a name for its value, in bytes.
pub const RIGHT: usize = 1024;
/// Furthest look to the left of a token run for its name, in bytes.
pub const RUN_LEFT: usize = 120;

/// What reading an assignment may look at: so many bytes before the word or run. A name may
/// stand [`LEFT`] before its word, and the name of a value that is only called `value` once more
/// that far before it.
pub const SIGHT_LEFT: usize = 2 * LEFT + 100;
/// The same behind the word or run: the rest of the name, the value, and what ends it.
pub const SIGHT_RIGHT: usize = RIGHT + 128;

/// How a name and its value are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `=`, `:=`, `+=`, `||=`.
    Equals,
    /// `:` as YAML, JSON and object literals have it, and prose.
    Colon,
    /// `=>` or `->`.
    Arrow,
    /// `==`, `!=`, `===`.
    Compare,
    /// The name is a function and the value its argument.
    Call,
    /// The name is a string and the value the next argument.
    Pair,
    /// `--password value`, `-p value`, `-u user:value`.
    Flag,
    /// `<password>value</password>`.
    Xml,
    /// `name="…" value="…"` and its YAML and JSON forms.
    NameValue,
    /// `Authorization: Bearer value`.
    Header,
    /// `?token=value&…`.
    Url,
    /// `IDENTIFIED BY 'value'`, `PASSWORD 'value'`.
    SqlBy,
    /// Only blanks between (`ENV NAME value`, `requirepass value`).
    Blank,
    /// A loose operator: a dash, the blank behind a label, the cell of a table, the verb of a sentence.
    Label,
}

/// A name and the value it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment<'a> {
    /// The name, dots and dashes included; may be empty.
    pub key: &'a [u8],
    /// Where the name starts, in bytes.
    pub key_at: usize,
    /// Where the value stands, in bytes, without its quotes.
    pub value: Range<usize>,
    /// The quote around the value, `<` for the text of an element, `None` for a bare one.
    pub quote: Option<u8>,
    /// How the two are joined.
    pub op: Op,
    /// The value is the literal default of a look-up (`getenv("X") || "value"`).
    pub fallback: bool,
    /// The text directly before the opening quote wraps the literal (`Some(`, `b`, `new X(`).
    pub wrapped: bool,
}

impl<'a> Assignment<'a> {
    /// The same assignment in bytes that start `by` later.
    pub(super) fn forward(self, by: usize) -> Self {
        Assignment {
            key_at: self.key_at + by,
            value: self.value.start + by..self.value.end + by,
            ..self
        }
    }

    /// The same assignment in the part of the bytes that starts at `by`; no part of it stands
    /// before.
    pub(super) fn back(&self, by: usize) -> Assignment<'a> {
        Assignment {
            key_at: self.key_at - by,
            value: self.value.start - by..self.value.end - by,
            ..self.clone()
        }
    }
}

/// The words of names that are given secrets, lower case, to be matched in any case.
pub const WORDS: &[&str] = &[
    "pass",
    "pwd",
    "psw",
    "psk",
    "secret",
    "token",
    "ticket",
    "key",
    "credential",
    "auth",
    "bearer",
    "jwt",
    "senha",
    "contrase",
    "密码",
    "口令",
];

/// Other words that introduce a value: of statements, and functions whose arguments tell more than
/// their names.
const OTHERS: &[&str] = &[
    "identified by",
    "identified with",
    "securestring",
    "totp",
    "getconnect",
    "login(",
    "pdo(",
];

/// Every word that introduces values worth reading, to be matched in any case.
pub fn anchors() -> impl Iterator<Item = &'static str> {
    const CLIENTS: [&str; command::COUNT] = command::names();
    WORDS.iter().chain(OTHERS).copied().chain(CLIENTS)
}

/// Reads the assignment that the word at `word` introduces: at most [`LEFT`] bytes to its left
/// for the whole name and [`RIGHT`] bytes to its right for the value. `None` when no literal or
/// bare value follows.
pub fn read_from_word(bytes: &[u8], word: Range<usize>) -> Option<Assignment<'_>> {
    if word.end > bytes.len() || word.start >= word.end {
        return None;
    }
    // A client's name may also begin a function's (`mysqli_connect`).
    if let Some(Some(read)) = command::read(bytes, word.clone()) {
        return Some(read);
    }
    let text = &bytes[word.clone()];
    if text.eq_ignore_ascii_case(b"identified by") {
        return special::identified_by(bytes, word);
    }
    if text.eq_ignore_ascii_case(b"identified with") {
        return special::identified_with(bytes, word);
    }
    if text.eq_ignore_ascii_case(b"securestring") {
        return special::secure_string(bytes, word);
    }
    // The bracket of a call is no part of its name.
    let bracket = usize::from(text.ends_with(b"("));
    let name = key::around(bytes, word.start..word.end - bracket);
    if name.is_empty() {
        return None;
    }
    read_named(bytes, name.clone())
        .or_else(|| elsewhere::value_above(bytes, &name))
        .or_else(|| elsewhere::compared(bytes, &name))
}

/// Reads the assignment, argument or label whose value the token run at `run` is (or starts or
/// lies in): at most [`RUN_LEFT`] bytes to the left on the same line, and the line before it for
/// name and value pairs. `None` when nothing labels it.
pub fn read_from_run(bytes: &[u8], run: Range<usize>) -> Option<Assignment<'_>> {
    if run.end > bytes.len() || run.start >= run.end {
        return None;
    }
    let floor = run.start.saturating_sub(RUN_LEFT);
    let line = bytes[floor..run.start]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(floor, |at| floor + at + 1);
    let mut at = run.start;
    let mut inner: Option<Assignment<'_>> = None;
    let mut loose = None;
    for _ in 0..6 {
        let Some(name) = key::before(bytes, line, at) else {
            break;
        };
        at = name.start;
        let telling = tells(&bytes[name.clone()]);
        if let Some(found) = read_named(bytes, name.clone())
            && found.value.start <= run.start
            && found.value.end > run.start
        {
            let found = elsewhere::of_jwk(bytes, &found).unwrap_or(found);
            if found.op == Op::Label {
                loose = loose.or(Some(found));
                continue;
            }
            match inner.take() {
                // A value inside another value (JSON in a string) belongs to the outer name,
                // when that one says more.
                Some(held) if tells(found.key) => {
                    if in_template(bytes, &held) {
                        return Some(found);
                    }
                    return Some(Assignment {
                        key: found.key,
                        key_at: found.key_at,
                        ..held
                    });
                }
                held => inner = held.or(Some(found)),
            }
        } else if telling && inner.is_none() && special::only_blanks(bytes, name.end, run.start) {
            inner = Some(Assignment {
                key: &bytes[name.clone()],
                key_at: name.start,
                value: run.clone(),
                quote: None,
                op: Op::Blank,
                fallback: false,
                wrapped: false,
            });
        }
        if inner.as_ref().is_some_and(|f| tells(f.key)) {
            break;
        }
    }
    let loose = || loose.or_else(|| label::before(bytes, line, &run));
    inner.or_else(loose).or_else(|| label::glued(bytes, &run))
}

/// `{alnum:36}rest`: the name is the field of a template, which gives nothing a value.
fn in_template(bytes: &[u8], held: &Assignment<'_>) -> bool {
    held.op == Op::Colon
        && held.quote.is_none()
        && bytes[..held.key_at].ends_with(b"{")
        && bytes[..held.value.start].ends_with(b":")
}

/// The name holds one of the words for a secret.
fn tells(name: &[u8]) -> bool {
    // Asked of every name before every run of token characters: one look at each pair of bytes.
    name.windows(2).enumerate().any(|(at, pair)| {
        STARTS.of(pair[0], pair[1]).any(|word| {
            let word = WORDS[word].as_bytes();
            let part = name.get(at..at + word.len());
            part.is_some_and(|part| part.eq_ignore_ascii_case(word))
        })
    })
}

/// The first two bytes of [`WORDS`].
const STARTS: Starts = Starts::new(WORDS);

/// The first two bytes of at most 32 words, to turn away at once what starts with none of them.
struct Starts {
    /// For each byte, in either case, which of the words have it first: a bit for each word.
    first: [u32; 256],
    /// The same for the second byte.
    second: [u32; 256],
}

impl Starts {
    const fn new(words: &[&str]) -> Self {
        let mut starts = Starts {
            first: [0; 256],
            second: [0; 256],
        };
        let mut n = 0;
        while n < words.len() {
            let word = words[n].as_bytes();
            let (first, second) = (word[0], word[1]);
            starts.first[first as usize] |= 1 << n;
            starts.first[first.to_ascii_uppercase() as usize] |= 1 << n;
            starts.second[second as usize] |= 1 << n;
            starts.second[second.to_ascii_uppercase() as usize] |= 1 << n;
            n += 1;
        }
        starts
    }

    /// The numbers of the words that start with these two bytes, in either case.
    fn of(&self, first: u8, second: u8) -> impl Iterator<Item = usize> + use<> {
        let mut left = self.first[usize::from(first)] & self.second[usize::from(second)];
        std::iter::from_fn(move || {
            let word = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(word)
        })
    }
}

/// Reads what follows the name at `name`.
fn read_named(bytes: &[u8], name: Range<usize>) -> Option<Assignment<'_>> {
    if name.is_empty() {
        return None;
    }
    let end = bytes.len().min(name.end + RIGHT);
    let operator = op::after(bytes, &name, end)?;
    let got = value::read(bytes, operator.at, end, &name, &operator)?;
    if got.range.start >= got.range.end {
        return None;
    }
    let elsewhere = key::is_value_word(&bytes[name.clone()])
        .then(|| {
            special::named_before(bytes, name.start)
                .or_else(|| elsewhere::block_before(bytes, name.start))
        })
        .flatten();
    let op = match elsewhere {
        Some(_) => Op::NameValue,
        None => got.op.unwrap_or(operator.op),
    };
    let key = match elsewhere {
        Some(key) => key,
        None if op == Op::Label => label::phrase(bytes, &name),
        // `<secret>{acme AQAAABAAA v}`: what stands before the value belongs to its name.
        None if op == Op::Xml
            && bytes[..got.range.start].ends_with(b" ")
            && !got.range.is_empty() =>
        {
            let head = bytes[name.end..got.range.start].trim_ascii();
            match head.starts_with(b">{") {
                true => name.start..got.range.start - 1,
                false => name,
            }
        }
        None => name,
    };
    let (said, value) = match pair::password(&bytes[key.clone()], bytes, &got.range) {
        Some(value) => (Some(&b"password"[..]), value),
        None => (got.key, got.range),
    };
    Some(Assignment {
        key: said.unwrap_or(&bytes[key.clone()]),
        key_at: key.start,
        value,
        quote: got.quote,
        op,
        fallback: got.fallback,
        wrapped: got.wrapped,
    })
}

#[cfg(test)]
mod tests;
