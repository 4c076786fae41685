//! Commits and annotated tags as the results show them: author after the mailmap, dates, subject.

use std::cell::RefCell;
use std::collections::HashMap;

use gix::actor::SignatureRef;
use gix::mailmap::Snapshot;

use super::fault::Kind;
use super::graph::Graph;
use super::parse::{parse_commit, parse_tag, parse_who};
use super::store::Store;
use super::tree::find_entry;
use crate::finding::{Commit, Oid, Skipped};

/// Reads chosen commits.
pub(in crate::source) struct People<'a> {
    store: &'a Store,
    graph: &'a Graph,
    mailmap: Snapshot,
    /// By position, the newest committer date among the ancestors of a commit.
    not_before: Vec<Option<i64>>,
    /// Those that were read: one commit can bring a value to many paths.
    known: RefCell<HashMap<Oid, Commit>>,
}

impl<'a> People<'a> {
    /// Takes the mailmap of HEAD's tree, if there is one.
    pub fn new(store: &'a Store, graph: &'a Graph) -> Self {
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
            graph,
            mailmap: mailmap.unwrap_or_default(),
            not_before: newest_before(graph),
            known: RefCell::default(),
        }
    }

    /// Whether the object is an annotated tag that says who made it.
    pub fn has_tagger(&self, oid: &Oid) -> bool {
        let read = self.store.read(oid);
        read.is_ok_and(|(kind, bytes)| {
            kind == Kind::Tag && parse_tag(&bytes).is_some_and(|tag| !tag.tagger.is_empty())
        })
    }

    /// The commit or annotated tag `oid`; with empty fields, and a `Skipped`, if it cannot be read
    /// again.
    pub fn commit(&self, oid: Oid, skipped: &mut Vec<Skipped>) -> Commit {
        if let Some(known) = self.known.borrow().get(&oid) {
            return known.clone();
        }
        let read = match self.store.read(&oid) {
            Ok((Kind::Tag, bytes)) => tag(oid, &bytes, &self.mailmap),
            Ok((_, bytes)) => commit(oid, &bytes, &self.mailmap),
            Err(fault) => {
                skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
                commit(oid, &[], &self.mailmap)
            }
        };
        let read = Commit {
            not_before: self.not_before(&oid),
            ..read
        };
        self.known.borrow_mut().insert(oid, read.clone());
        read
    }

    /// The newest committer date of what a commit or tag was made from.
    fn not_before(&self, oid: &Oid) -> Option<i64> {
        let graph = self.graph;
        if let Some(pos) = graph.index.get(oid) {
            return self.not_before[*pos as usize];
        }
        // A tag comes after the commit that it points to.
        let pos = graph.peel(*oid)? as usize;
        self.not_before[pos].max(Some(graph.nodes[pos].committed))
    }
}

/// By position, the newest committer date among the ancestors of each commit. Parents come first.
fn newest_before(graph: &Graph) -> Vec<Option<i64>> {
    let mut out: Vec<Option<i64>> = Vec::with_capacity(graph.nodes.len());
    for (pos, parents) in graph.parents.iter().enumerate() {
        let earlier = parents.iter().map(|parent| *parent as usize);
        // What stands in a circle may name what comes after it.
        let earlier = earlier.filter(|parent| *parent < pos);
        let newest = earlier.map(|parent| out[parent].max(Some(graph.nodes[parent].committed)));
        out.push(newest.max().flatten());
    }
    out
}

/// The commit `oid` with the content `bytes`; with empty fields if that is no commit.
pub(in crate::source) fn commit(oid: Oid, bytes: &[u8], mailmap: &Snapshot) -> Commit {
    let Some(parsed) = parse_commit(bytes) else {
        return by(oid, &[], &[], mailmap);
    };
    Commit {
        committed: parse_who(parsed.committer).2,
        signed: parsed.signed,
        ..by(oid, parsed.author, parsed.message, mailmap)
    }
}

/// The annotated tag `oid` with the content `bytes`, as if it were a commit of its tagger's: what
/// its message holds came with it, and not with what it points to. Empty fields if that is no tag.
pub(in crate::source) fn tag(oid: Oid, bytes: &[u8], mailmap: &Snapshot) -> Commit {
    let Some(parsed) = parse_tag(bytes) else {
        return by(oid, &[], &[], mailmap);
    };
    Commit {
        // Git appends a tag's signature to its message.
        signed: memchr::memmem::find(parsed.message, b"-----BEGIN PGP SIGNATURE-----").is_some()
            || memchr::memmem::find(parsed.message, b"-----BEGIN SSH SIGNATURE-----").is_some(),
        ..by(oid, parsed.tagger, parsed.message, mailmap)
    }
}

/// What an author's or tagger's line and a message say.
fn by(oid: Oid, who: &[u8], message: &[u8], mailmap: &Snapshot) -> Commit {
    let (name, email, date) = parse_who(who);
    let mapped = mailmap.try_resolve_ref(SignatureRef {
        name: name.into(),
        email: email.into(),
        time: "",
    });
    let (new_name, new_email) = mapped.map_or((None, None), |m| (m.name, m.email));
    let subject = message
        .split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    Commit {
        id: oid,
        author: new_name.map_or_else(|| name.to_vec(), |n| n.to_vec()),
        email: new_email.map_or_else(|| email.to_vec(), |e| e.to_vec()),
        authored: date,
        committed: date,
        not_before: None,
        subject: subject.to_vec(),
        signed: false,
    }
}
