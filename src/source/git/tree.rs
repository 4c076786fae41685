//! The entries of a tree object.

use crate::finding::Oid;

/// What a tree entry names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Names {
    Tree,
    Blob,
    /// A commit of a submodule: lives elsewhere.
    Commit,
}

/// One entry of a tree's bytes.
pub(in crate::source) struct Entry<'a> {
    pub start: usize,
    pub end: usize,
    pub names: Names,
    /// The blob is the target of a symbolic link.
    pub link: bool,
    pub name: &'a [u8],
    pub id: &'a [u8],
}

/// The entries of a tree up to the first broken one.
pub(in crate::source) fn entries(bytes: &[u8], hash_len: usize) -> impl Iterator<Item = Entry<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let nul = memchr::memchr(0, rest)?;
        let space = memchr::memchr(b' ', &rest[..nul])?;
        let id = rest.get(nul + 1..nul + 1 + hash_len)?;
        let mode = &rest[..space];
        let start = at;
        at += nul + 1 + hash_len;
        Some(Entry {
            start,
            end: at,
            names: match mode {
                b"40000" | b"040000" => Names::Tree,
                b"160000" => Names::Commit,
                _ => Names::Blob,
            },
            link: mode == b"120000",
            name: &rest[space + 1..nul],
            id,
        })
    })
}

/// The id that a tree has under `name`.
pub(in crate::source) fn find_entry(tree: &[u8], name: &[u8], hash_len: usize) -> Option<Oid> {
    entries(tree, hash_len)
        .find(|entry| entry.name == name && entry.names == Names::Blob)
        .map(|entry| Oid::from_bytes(entry.id))
}
