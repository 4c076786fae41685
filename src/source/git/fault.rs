//! What git objects are, and why one could not be decoded.

use crate::finding::Reason;

/// The kinds of git objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::source) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// Why an object could not be decoded.
#[derive(Clone, Debug)]
pub(in crate::source) struct Fault {
    pub reason: Reason,
    pub detail: String,
}

impl Fault {
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Fault {
            reason,
            detail: detail.into(),
        }
    }

    pub fn corrupt(detail: &str) -> Self {
        Fault::new(Reason::CorruptObject, detail)
    }

    pub fn bad_delta() -> Self {
        Fault::corrupt("its delta is broken")
    }

    pub fn too_large(size: u64) -> Self {
        Fault::new(Reason::TooLarge, format!("{size} bytes"))
    }
}
