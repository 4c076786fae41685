//! A cursor over a binary form whose numbers begin with their highest byte: OpenSSH's (RFC 4251, section 5), Java's
//! (`java.io.DataOutputStream`) and that of keytabs.

use super::steps;

/// What is left to read.
pub(super) struct Wire<'a>(pub(super) &'a [u8]);

impl<'a> Wire<'a> {
    /// The next so many bytes.
    pub(super) fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        steps::took(1);
        Some(taken)
    }

    /// A number of so many bytes, at most eight.
    pub(super) fn number(&mut self, bytes: usize) -> Option<u64> {
        let digits = self.take(bytes)?;
        Some(digits.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    /// Bytes behind their length, which is a number of so many bytes.
    pub(super) fn counted(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number(bytes)?).ok()?;
        self.take(length)
    }
}
