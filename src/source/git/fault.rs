//! What git objects are, how their ids are made, and why one could not be decoded.

use std::fmt;

use gix::objs;

use crate::finding::{Oid, Reason, Skipped};

/// The kinds of git objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::source) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    /// The kind that a tag's `type` line, or a loose object's header, names.
    pub fn of_name(name: &[u8]) -> Option<Kind> {
        match name {
            b"commit" => Some(Kind::Commit),
            b"tree" => Some(Kind::Tree),
            b"blob" => Some(Kind::Blob),
            b"tag" => Some(Kind::Tag),
            _ => None,
        }
    }

    /// A number for tables in which 0 means that no kind is known.
    pub fn code(self) -> u8 {
        match self {
            Kind::Commit => 1,
            Kind::Tree => 2,
            Kind::Blob => 3,
            Kind::Tag => 4,
        }
    }

    /// The id of an object of this kind; `None` for content that is an attack on SHA-1.
    pub fn id(self, hash: gix::hash::Kind, content: &[u8]) -> Option<Oid> {
        let kind = match self {
            Kind::Commit => objs::Kind::Commit,
            Kind::Tree => objs::Kind::Tree,
            Kind::Blob => objs::Kind::Blob,
            Kind::Tag => objs::Kind::Tag,
        };
        let id = objs::compute_hash(hash, kind, content).ok()?;
        Some(Oid::from_bytes(id.as_bytes()))
    }
}

impl From<objs::Kind> for Kind {
    fn from(kind: objs::Kind) -> Self {
        match kind {
            objs::Kind::Commit => Kind::Commit,
            objs::Kind::Tree => Kind::Tree,
            objs::Kind::Blob => Kind::Blob,
            objs::Kind::Tag => Kind::Tag,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Commit => "commit",
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            Kind::Tag => "tag",
        })
    }
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

    /// The same as skipped input.
    pub fn of(self, what: impl Into<Vec<u8>>) -> Skipped {
        Skipped::new(self.reason, what, self.detail)
    }

    pub fn corrupt(detail: &str) -> Self {
        Fault::new(Reason::CorruptObject, detail)
    }

    /// For content that is not what its id says.
    pub fn false_id() -> Self {
        Fault::corrupt("its content does not hash to its id")
    }

    /// For an object that says it has more bytes than it can have.
    pub fn false_size() -> Self {
        Fault::corrupt("it claims to be larger than it can be")
    }

    pub fn bad_delta() -> Self {
        Fault::corrupt("its delta is broken")
    }

    pub fn too_large(size: u64) -> Self {
        Fault::new(Reason::TooLarge, format!("{size} bytes"))
    }
}
