//! An assignment where it stands, and what a row of the tables about surroundings is.

use super::key::Name;
use super::refusal::Refusal;
use crate::detect::assign::{Assignment, Op};

/// An assignment where it stands.
pub(super) struct Site<'a> {
    pub a: &'a Assignment<'a>,
    pub bytes: &'a [u8],
    pub name: &'a Name,
    pub value: &'a [u8],
}

impl<'a> Site<'a> {
    pub(super) fn is_bare(&self) -> bool {
        self.a.quote.is_none()
    }

    /// What stands before the value.
    pub(super) fn before(&self) -> &'a [u8] {
        &self.bytes[..self.a.value.start]
    }

    /// What stands before the name.
    pub(super) fn before_key(&self) -> &'a [u8] {
        &self.bytes[..self.a.key_at.min(self.bytes.len())]
    }

    /// What stands behind it.
    pub(super) fn after(&self) -> &'a [u8] {
        &self.bytes[self.a.value.end..]
    }

    /// Nothing but a blank stands between name and value.
    pub(super) fn is_after_blanks(&self) -> bool {
        matches!(self.a.op, Op::Flag | Op::Blank)
    }
}

/// Surroundings that say that a value is no secret: the reason, the test, and a template of a text
/// in which it is true.
pub(super) type Row = (Refusal, fn(&Site<'_>) -> bool, &'static str);
