//! What git tells a pre-push hook, and a pre-receive hook, on standard input.

use std::path::PathBuf;

use anyhow::{Context, bail};
use gix::hash::ObjectId;

use crate::finding::Oid;

/// A push, as git describes it to a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// What is pushed.
    pub lines: Vec<PushLine>,
    /// Where to.
    pub to: Receiver,
}

/// Where a push goes. It decides what is there already, and so what the push brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// To a remote: its name or, for one without a name, its address; `None` when the hook was not
    /// told. It has what is kept here of its references.
    Remote(Option<Vec<u8>>),
    /// To the repository that is read. It has what its references reach. What was pushed lies in these
    /// object directories as long as the hook runs ([`quarantine`](crate::source::quarantine)).
    Here(Vec<PathBuf>),
}

/// One reference that is about to be pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushLine {
    /// The local reference, or what stood in its place (`HEAD`, an id, `(delete)`).
    pub local_ref: Vec<u8>,
    /// What it will be; `None` for a deletion.
    pub local: Option<Oid>,
    /// The reference at the remote.
    pub remote_ref: Vec<u8>,
    /// What it is there now; `None` when it is not there yet.
    pub remote: Option<Oid>,
}

impl PushLine {
    /// Reads `<local ref> <local oid> <remote ref> <remote oid>`, a line each (githooks(5)).
    ///
    /// # Errors
    /// A line of another form; the message names its number.
    pub fn parse_all(text: &[u8]) -> anyhow::Result<Vec<PushLine>> {
        let mut out = Vec::new();
        for (number, line) in (1..).zip(text.split(|b| *b == b'\n')) {
            let words: Vec<&[u8]> = line.split(|b| *b == b' ').collect();
            let [local_ref, local, remote_ref, remote] = words[..] else {
                if line.trim_ascii().is_empty() {
                    continue;
                }
                bail!(
                    "line {number} is not `<local ref> <local oid> <remote ref> <remote oid>`, as \
                     git gives to a pre-push hook"
                );
            };
            let id = |text| id(text).with_context(|| format!("line {number} names no object id"));
            out.push(PushLine {
                local_ref: local_ref.to_vec(),
                local: id(local)?,
                remote_ref: remote_ref.to_vec(),
                remote: id(remote.trim_ascii_end())?,
            });
        }
        Ok(out)
    }
}

impl PushLine {
    /// Reads `<old oid> <new oid> <ref>`, a line each, as git gives to a pre-receive hook (githooks(5)).
    ///
    /// # Errors
    /// A line of another form; the message names its number.
    pub fn parse_received(text: &[u8]) -> anyhow::Result<Vec<PushLine>> {
        let mut out = Vec::new();
        for (number, line) in (1..).zip(text.split(|b| *b == b'\n')) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let mut words = line.splitn(3, |b| *b == b' ');
            let mut id = || words.next().and_then(id);
            let (Some(old), Some(new)) = (id(), id()) else {
                bail!(
                    "line {number} is not `<old oid> <new oid> <ref>`, as git gives to a \
                     pre-receive hook"
                );
            };
            let name = words.next().unwrap_or_default().trim_ascii_end();
            if name.is_empty() {
                bail!("line {number} names no reference");
            }
            out.push(PushLine {
                local_ref: name.to_vec(),
                local: new,
                remote_ref: name.to_vec(),
                remote: old,
            });
        }
        Ok(out)
    }
}

/// An id; `Some(None)` for the one that is all zeros.
fn id(text: &[u8]) -> Option<Option<Oid>> {
    let id = ObjectId::from_hex(text).ok()?;
    Some((!id.is_null()).then(|| Oid::from_bytes(id.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_nothing_and_other_lines_are_refused() {
        let (zero, one) = ("0".repeat(40), "1".repeat(40));
        let text =
            format!("refs/heads/a {one} refs/heads/b {zero}\n(delete) {zero} refs/x {one}\n");
        let lines = PushLine::parse_all(text.as_bytes()).expect("reads");
        assert_eq!(lines[0].remote, None);
        assert_eq!(lines[0].local, lines[1].remote);
        assert_eq!(lines[1].local, None);
        assert!(PushLine::parse_all(b"").expect("reads").is_empty());
        let error = PushLine::parse_all(b"\nfour words but short\n").expect_err("no ids");
        assert!(error.to_string().contains("line 2"), "{error}");
        assert!(PushLine::parse_all(b"refs/heads/main\n").is_err());
    }

    #[test]
    fn lines_of_a_pre_receive_hook() {
        let (zero, one) = ("0".repeat(40), "1".repeat(40));
        let text = format!("{zero} {one} refs/heads/new\n{one} {zero} refs/tags/gone\n");
        let lines = PushLine::parse_received(text.as_bytes()).expect("reads");
        assert_eq!(lines[0].remote, None);
        assert_eq!(lines[0].remote_ref, b"refs/heads/new");
        assert_eq!(lines[1].local, None);
        assert_eq!(lines[0].local, lines[1].remote);
        for wrong in [
            format!("{one} {one}\n"),
            format!("{one} {one} \n"),
            format!("{one} refs/heads/a {one}\n"),
            "words\n".to_owned(),
        ] {
            let error = PushLine::parse_received(format!("\n{wrong}").as_bytes());
            let error = error.expect_err(&wrong).to_string();
            assert!(error.contains("line 2"), "{error}");
        }
    }
}
