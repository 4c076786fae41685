//! Where a value is looked for, and what is read there.

use std::ops::{ControlFlow, Range};

use super::Op;

/// The operator after a name.
pub(super) struct Operator {
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

/// A value as it stands.
pub(super) struct Value {
    pub range: Range<usize>,
    pub quote: Option<u8>,
    /// A closer reading of the operator, where the value shows it.
    pub op: Option<Op>,
    pub fallback: bool,
    pub wrapped: bool,
    /// What it is the value of, where the name before it does not say that.
    pub key: Option<&'static [u8]>,
}

impl Value {
    /// A value at `range`, in quotes or not.
    pub fn at(range: Range<usize>, quote: Option<u8>) -> Value {
        Value {
            range,
            quote,
            op: None,
            fallback: false,
            wrapped: false,
            key: None,
        }
    }
}

/// Where a value is looked for.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub bytes: &'a [u8],
    /// Behind the operator and blanks.
    pub at: usize,
    /// Nothing behind it is looked at.
    pub end: usize,
    pub name: &'a Range<usize>,
    pub operator: &'a Operator,
}

impl<'a> Place<'a> {
    /// What stands here; at least one byte.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..self.end]
    }

    pub fn joined_by(&self, ops: &[Op]) -> bool {
        ops.contains(&self.operator.op)
    }

    /// The same place with the value from `at` on.
    pub fn starting_at(self, at: usize) -> Self {
        Place { at, ..self }
    }
}

/// What a way of writing says of a place: the value (or that there is none), or that it is written
/// in another way.
pub(super) type Reading = ControlFlow<Option<Value>>;

/// The byte before `at`; a line end before the first.
pub(super) fn before(bytes: &[u8], at: usize) -> u8 {
    if at == 0 { b'\n' } else { bytes[at - 1] }
}
