//! Secrets as values that cannot be printed by accident, and the two things that may be
//! shown of them: a mask and a fingerprint.
//!
//! Uses nothing else of ours.

mod fingerprint;
mod mask;
mod needles;
mod shown;

pub use fingerprint::Fingerprint;
pub use mask::{Finder, Masker, REDACTED, mask_line, mask_line_marked};
pub use shown::Shown;

use std::fmt;

/// The bytes of a credential. It has no `Display`, no `Serialize`, and its `Debug` hides the
/// value, so that the only way to the bytes is the visible call of [`Secret::expose`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes a copy of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        Secret(bytes.into())
    }

    /// The value itself. Callers must not let it reach an output.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
