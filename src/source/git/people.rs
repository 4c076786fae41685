//! Commits as the results show them: author after the mailmap, dates, subject.

use gix::actor::SignatureRef;
use gix::mailmap::Snapshot;

use super::fault::Kind;
use super::graph::{Graph, parse_commit, parse_who};
use super::store::Store;
use super::tree::find_entry;
use crate::finding::{Commit, Oid, Skipped};

/// Reads chosen commits.
pub(in crate::source) struct People<'a> {
    store: &'a Store,
    mailmap: Snapshot,
}

impl<'a> People<'a> {
    /// Takes the mailmap of HEAD's tree, if there is one.
    pub fn new(store: &'a Store, graph: &Graph) -> Self {
        let mailmap = graph.head.and_then(|head| {
            let tree = graph.nodes[head as usize].tree;
            let (_, tree) = store.read(&tree).ok()?;
            let oid = find_entry(&tree, b".mailmap", store.hash.len_in_bytes())?;
            match store.read(&oid).ok()? {
                (Kind::Blob, bytes) => Some(Snapshot::from_bytes(&bytes)),
                _ => None,
            }
        });
        People {
            store,
            mailmap: mailmap.unwrap_or_default(),
        }
    }

    /// The commit `oid`; with empty fields, and a `Skipped`, if it cannot be read again.
    pub fn commit(&self, oid: Oid, skipped: &mut Vec<Skipped>) -> Commit {
        match self.store.read(&oid) {
            Ok((_, bytes)) => commit(oid, &bytes, &self.mailmap),
            Err(fault) => {
                skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
                commit(oid, &[], &self.mailmap)
            }
        }
    }
}

/// The commit `oid` with the content `bytes`; with empty fields if that is no commit.
pub(in crate::source) fn commit(oid: Oid, bytes: &[u8], mailmap: &Snapshot) -> Commit {
    let mut commit = Commit {
        id: oid,
        author: Vec::new(),
        email: Vec::new(),
        authored: 0,
        committed: 0,
        subject: Vec::new(),
        signed: false,
    };
    let Some(parsed) = parse_commit(bytes) else {
        return commit;
    };
    let (name, email, authored) = parse_who(parsed.author);
    let mapped = mailmap.try_resolve_ref(SignatureRef {
        name: name.into(),
        email: email.into(),
        time: "",
    });
    let (new_name, new_email) = mapped.map_or((None, None), |m| (m.name, m.email));
    commit.author = new_name.map_or_else(|| name.to_vec(), |n| n.to_vec());
    commit.email = new_email.map_or_else(|| email.to_vec(), |e| e.to_vec());
    commit.authored = authored;
    commit.committed = parse_who(parsed.committer).2;
    commit.subject = parsed
        .message
        .split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty())
        .unwrap_or_default()
        .to_vec();
    commit.signed = parsed.signed;
    commit
}
