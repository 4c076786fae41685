//! The entries of a tree object.

use super::fault::Fault;
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

/// The bits of a mode that say what an entry is.
const TYPE: u32 = 0o170000;

/// Reads a mode as git does: octal digits, however many, of which the last 32 bits count.
fn mode(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |mode, digit| match digit {
        b'0'..=b'7' => Some(mode << 3 | u32::from(digit - b'0')),
        _ => None,
    })
}

/// The entries of a tree up to the first broken one; [`Entries::damage`] says what is left.
pub(in crate::source) struct Entries<'a> {
    bytes: &'a [u8],
    at: usize,
    hash_len: usize,
}

/// The entries of a tree whose ids have `hash_len` bytes.
pub(in crate::source) fn entries(bytes: &[u8], hash_len: usize) -> Entries<'_> {
    Entries {
        bytes,
        at: 0,
        hash_len,
    }
}

impl<'a> Entries<'a> {
    /// What is wrong with the bytes behind the last entry; `None` where a tree ends as it should.
    /// To be asked when the entries are through: before, it speaks of those still to come.
    pub fn damage(&self) -> Option<Fault> {
        (self.at < self.bytes.len()).then(|| {
            Fault::corrupt(&format!(
                "its entries cannot be read from byte {} of {} on",
                self.at,
                self.bytes.len()
            ))
        })
    }

    fn read(&self) -> Option<Entry<'a>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let nul = memchr::memchr(0, rest)?;
        let space = memchr::memchr(b' ', &rest[..nul])?;
        let id = rest.get(nul + 1..nul + 1 + self.hash_len)?;
        let kind = mode(&rest[..space])? & TYPE;
        Some(Entry {
            start: self.at,
            end: self.at + nul + 1 + self.hash_len,
            names: match kind {
                0o040000 => Names::Tree,
                0o160000 => Names::Commit,
                _ => Names::Blob,
            },
            link: kind == 0o120000,
            name: &rest[space + 1..nul],
            id,
        })
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let entry = self.read()?;
        self.at = entry.end;
        Some(entry)
    }
}

/// What is wrong with a tree's bytes, if they are not entries through to the end.
pub(in crate::source) fn damage(bytes: &[u8], hash_len: usize) -> Option<Fault> {
    let mut all = entries(bytes, hash_len);
    all.by_ref().for_each(drop);
    all.damage()
}

/// The id that a tree has under `name`.
pub(in crate::source) fn find_entry(tree: &[u8], name: &[u8], hash_len: usize) -> Option<Oid> {
    entries(tree, hash_len)
        .find(|entry| entry.name == name && entry.names == Names::Blob)
        .map(|entry| Oid::from_bytes(entry.id))
}

#[cfg(test)]
mod tests {
    use super::{Names, damage, entries};

    fn tree(mode: &str) -> Vec<u8> {
        [mode.as_bytes(), b" name\0", &[7; 20]].concat()
    }

    #[test]
    fn modes_are_read_as_git_reads_them() {
        let table = [
            ("40000", Names::Tree, false),
            ("040000", Names::Tree, false),
            ("0040000", Names::Tree, false),
            ("40755", Names::Tree, false),
            ("40777", Names::Tree, false),
            // The digits before the last 32 bits fall away.
            ("10000000000000040000", Names::Tree, false),
            ("100644", Names::Blob, false),
            ("0100755", Names::Blob, false),
            ("100664", Names::Blob, false),
            ("644", Names::Blob, false),
            ("0", Names::Blob, false),
            ("120000", Names::Blob, true),
            ("0120777", Names::Blob, true),
            ("160000", Names::Commit, false),
            ("160755", Names::Commit, false),
        ];
        for (mode, names, link) in table {
            let bytes = tree(mode);
            let all: Vec<_> = entries(&bytes, 20).collect();
            assert_eq!(all.len(), 1, "{mode}");
            assert!(all[0].names == names && all[0].link == link, "{mode}");
            assert!(damage(&bytes, 20).is_none(), "{mode}");
        }
    }

    #[test]
    fn damage_costs_what_is_behind_it_and_is_seen() {
        let good = tree("100644");
        let broken: [&[u8]; 7] = [
            b"100644",
            b"100644 name",
            b"100644 name\0too short",
            b"100644name\0aaaaaaaaaaaaaaaaaaaa",
            b" name\0aaaaaaaaaaaaaaaaaaaa",
            b"100684 name\0aaaaaaaaaaaaaaaaaaaa",
            b"\0",
        ];
        for bytes in broken {
            let bytes = [&good[..], bytes].concat();
            assert_eq!(entries(&bytes, 20).count(), 1, "{bytes:?}");
            assert!(damage(&bytes, 20).is_some(), "{bytes:?}");
        }
        assert!(damage(&good, 20).is_none());
        assert!(damage(b"", 20).is_none());
    }
}
