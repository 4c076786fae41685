//! Commits and annotated tags: their headers and their messages.

use super::fault::Kind;
use super::refs::hex;
use crate::finding::Oid;

/// A commit's parts; slices of its bytes.
pub(in crate::source) struct Parsed<'a> {
    pub tree: Oid,
    pub parents: Vec<Oid>,
    pub author: &'a [u8],
    pub committer: &'a [u8],
    pub signed: bool,
    pub message: &'a [u8],
}

/// Header lines of a commit or tag, and its message.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memmem::find(bytes, b"\n\n") {
        Some(at) => (&bytes[..at + 1], &bytes[at + 2..]),
        None => (bytes, &[]),
    }
}

/// Reads a commit; `None` if it names no tree.
pub(in crate::source) fn parse_commit(bytes: &[u8]) -> Option<Parsed<'_>> {
    let (head, message) = split(bytes);
    let mut parsed = Parsed {
        tree: hex(head.strip_prefix(b"tree ")?.split(|b| *b == b'\n').next()?)?,
        parents: Vec::new(),
        author: &[],
        committer: &[],
        signed: false,
        message,
    };
    for line in head.split(|b| *b == b'\n') {
        if let Some(id) = line.strip_prefix(b"parent ") {
            parsed.parents.extend(hex(id));
        } else if let Some(who) = line.strip_prefix(b"author ") {
            parsed.author = who;
        } else if let Some(who) = line.strip_prefix(b"committer ") {
            parsed.committer = who;
        } else if line.starts_with(b"gpgsig") {
            parsed.signed = true;
        }
    }
    Some(parsed)
}

/// An annotated tag's parts; slices of its bytes.
pub(in crate::source) struct Tag<'a> {
    pub label: Label,
    /// Empty in tags of old versions of git.
    pub tagger: &'a [u8],
    pub message: &'a [u8],
}

/// What is kept of every annotated tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct Label {
    pub target: Oid,
    /// What the tag says that its target is; `None` if git has no such kind.
    pub kind: Option<Kind>,
}

/// Reads an annotated tag; `None` if it names no object.
pub(in crate::source) fn parse_tag(bytes: &[u8]) -> Option<Tag<'_>> {
    let (head, message) = split(bytes);
    let mut lines = head.split(|b| *b == b'\n');
    let target = hex(lines.next()?.strip_prefix(b"object ")?)?;
    let field = |name: &[u8]| lines.clone().find_map(|line| line.strip_prefix(name));
    Some(Tag {
        label: Label {
            target,
            kind: field(b"type ").and_then(Kind::of_name),
        },
        tagger: field(b"tagger ").unwrap_or_default(),
        message,
    })
}

/// `(name, address, seconds since 1970)` of an author or committer line. Odd lines give what
/// they can.
pub(in crate::source) fn parse_who(line: &[u8]) -> (&[u8], &[u8], i64) {
    let open = line.iter().position(|b| *b == b'<').unwrap_or(line.len());
    let close = line
        .iter()
        .rposition(|b| *b == b'>')
        .unwrap_or(line.len())
        .max(open);
    let email = line.get(open + 1..close).unwrap_or_default();
    let rest = line.get(close + 1..).unwrap_or_default();
    let seconds = rest
        .split(|b| *b == b' ')
        .find(|part| !part.is_empty())
        .and_then(|part| std::str::from_utf8(part).ok())
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    (line[..open].trim_ascii(), email.trim_ascii(), seconds)
}
