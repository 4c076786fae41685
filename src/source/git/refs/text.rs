//! What files of references say: one reference, the packed ones, a log, and which names mean what.

use gix::hash::ObjectId;

use crate::finding::Oid;

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) enum Target {
    Id(Oid),
    /// Another reference.
    Name(Vec<u8>),
}

/// Reads a hexadecimal object id, whole.
pub(in crate::source::git) fn hex(word: &[u8]) -> Option<Oid> {
    let id = ObjectId::from_hex(word).ok()?;
    Some(Oid::from_bytes(id.as_bytes()))
}

/// Reads the content of one reference: an id, and what a blank separates from it (as FETCH_HEAD
/// has it), or `ref:` and a name.
pub(super) fn parse(text: &[u8]) -> Option<Target> {
    let text = text.trim_ascii();
    if let Some(name) = text.strip_prefix(b"ref:") {
        return Some(Target::Name(name.trim_ascii().to_vec()));
    }
    let word = text.split(u8::is_ascii_whitespace).next()?;
    Some(Target::Id(hex(word)?))
}

/// The lines that are not blank, without blanks around them.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty())
}

/// Reads a line of `packed-refs` that is no comment and no peeled tag.
pub(super) fn packed_line(line: &[u8]) -> Option<(Oid, &[u8])> {
    let space = line.iter().position(|b| *b == b' ')?;
    let name = line.get(space + 1..).filter(|name| !name.is_empty())?;
    Some((hex(&line[..space])?, name))
}

/// Every new value in a reference's log.
pub(super) fn log_entries(text: &[u8]) -> impl Iterator<Item = Oid> {
    text.split(|b| *b == b'\n')
        .filter_map(|line| hex(line.split(|b| *b == b' ').nth(1)?))
        .filter(|oid| oid.as_bytes().iter().any(|b| *b != 0))
}

/// Whether every worktree has a reference of its own by this name (gitrepository-layout(5)): what
/// does not lie in `refs/`, and three namespaces there.
pub(super) fn is_per_worktree(name: &[u8]) -> bool {
    let own: [&[u8]; 3] = [b"refs/bisect/", b"refs/worktree/", b"refs/rewritten/"];
    !name.starts_with(b"refs/") || own.iter().any(|space| name.starts_with(space))
}

/// Whether a name can be one of a reference, as far as it leads to a file: it stays below its
/// directory.
pub(super) fn is_name(name: &[u8]) -> bool {
    !name.contains(&0)
        && name
            .split(|b| *b == b'/')
            .all(|part| !part.is_empty() && !part.starts_with(b"."))
}

/// Whether a file beside HEAD is a pseudo-reference (gitglossary(7)). HEAD itself is none.
pub(super) fn is_pseudo(name: &[u8]) -> bool {
    const OTHERS: [&[u8]; 4] = [
        b"AUTO_MERGE",
        b"BISECT_EXPECTED_REV",
        b"MERGE_AUTOSTASH",
        b"NOTES_MERGE_REF",
    ];
    let capitals = name.iter().all(|b| b.is_ascii_uppercase() || *b == b'_');
    capitals && (name.ends_with(b"_HEAD") || OTHERS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudo_references_are_told_from_other_files() {
        for name in ["ORIG_HEAD", "FETCH_HEAD", "AUTO_MERGE", "REBASE_HEAD"] {
            assert!(is_pseudo(name.as_bytes()), "{name}");
        }
        for name in [
            "HEAD",
            "config",
            "BISECT_LOG",
            "COMMIT_EDITMSG",
            "orig_head",
        ] {
            assert!(!is_pseudo(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn names_stay_below_their_directory() {
        assert!(is_name(b"refs/heads/a"));
        for name in ["", "/etc/x", "refs/../x", "refs//x", "refs/heads/", "a\0"] {
            assert!(!is_name(name.as_bytes()), "{name}");
        }
    }
}
