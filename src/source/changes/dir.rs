//! A directory of a tree.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::hash::Kind;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;

use crate::finding::Reason;

/// One version of a path's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::source) struct Version {
    /// The blob.
    pub id: ObjectId,
    /// It is the target text of a symbolic link.
    pub link: bool,
}

/// What a directory entry of a tree is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Tree(ObjectId),
    Blob(Version),
    /// By the id that it names: of a commit elsewhere, or of anything at all.
    Submodule(ObjectId),
}

pub(super) type Dir = BTreeMap<Vec<u8>, Entry>;

/// Reads the entries of a tree.
///
/// # Errors
/// It is damaged; what stands before that is read.
pub(super) fn read(data: &[u8], hash: Kind, dir: &mut Dir) -> Result<(), Reason> {
    for entry in TreeRefIter::from_bytes(data, hash) {
        let entry = entry.map_err(|_| Reason::CorruptObject)?;
        let id = entry.oid.to_owned();
        let kind = match entry.mode.kind() {
            EntryKind::Tree => Entry::Tree(id),
            EntryKind::Commit => Entry::Submodule(id),
            kind => Entry::Blob(Version {
                id,
                link: kind == EntryKind::Link,
            }),
        };
        dir.insert(entry.filename.to_vec(), kind);
    }
    Ok(())
}

pub(super) fn tree_id(entry: Option<Entry>) -> Option<ObjectId> {
    match entry {
        Some(Entry::Tree(id)) => Some(id),
        _ => None,
    }
}

pub(super) fn blob(entry: Option<Entry>) -> Option<Version> {
    match entry {
        Some(Entry::Blob(version)) => Some(version),
        _ => None,
    }
}
