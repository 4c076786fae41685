//! The pass over blobs, commits and tags: lends their text to the visitor and keeps what the
//! graph needs.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::finding::{Oid, Origin, Skipped};
use crate::source::git::fault::{Fault, Kind};
use crate::source::git::graph::{self, Node};
use crate::source::git::resolve::{Object, Sink};
use crate::source::git::store::Store;
use crate::source::{Blob, Control, Inherit, Visit, archive};

/// Gives blobs and messages to a visitor.
pub(super) struct Scan<'a, V> {
    store: &'a Store,
    visit: &'a V,
    control: &'a Control,
    full: bool,
    found: Mutex<Found>,
}

/// What the pass brings home.
#[derive(Default)]
pub(super) struct Found {
    pub commits: Vec<Node>,
    pub tags: BTreeMap<Oid, Oid>,
    /// What was not read of archives.
    archives: Vec<Skipped>,
    failed: BTreeMap<Oid, (Option<Kind>, Fault)>,
}

impl<'a, V: Visit> Scan<'a, V> {
    /// `full`: nothing is handed down from delta bases.
    pub fn new(store: &'a Store, visit: &'a V, control: &'a Control, full: bool) -> Self {
        Scan {
            store,
            visit,
            control,
            full,
            found: Mutex::default(),
        }
    }

    /// Tries other copies of what failed, and reports the rest.
    pub fn finish(self, skipped: &mut Vec<Skipped>) -> Found {
        let failed = std::mem::take(&mut self.found().failed);
        for (oid, (_, fault)) in failed {
            // What a pack holds damaged may lie intact in another, or loose.
            match self.store.read(&oid) {
                Ok((kind, bytes)) if kind != Kind::Tree => {
                    self.take(oid, kind, &bytes, None);
                }
                Ok(_) => self.control.expect_less(),
                Err(_) => self.lost(oid, fault, skipped),
            }
        }
        // What could be read again and still is not what it claims to be.
        let failed = std::mem::take(&mut self.found().failed);
        for (oid, (_, fault)) in failed {
            self.lost(oid, fault, skipped);
        }
        skipped.append(&mut self.found().archives);
        self.found
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn lost(&self, oid: Oid, fault: Fault, skipped: &mut Vec<Skipped>) {
        self.control.expect_less();
        skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Found> {
        self.found
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn take(
        &self,
        oid: Oid,
        kind: Kind,
        bytes: &[u8],
        parent: Option<Inherit<'_, V::State>>,
    ) -> Option<V::State> {
        match kind {
            Kind::Blob => {
                self.control.count(bytes.len());
                let origin = Origin::Blob(oid);
                let blob = Blob {
                    bytes,
                    origin: &origin,
                };
                let state = self.visit.blob(blob, parent);
                // Whatever it shares with its delta base: compressed bytes share nothing.
                let skipped = archive::open(blob, self.visit, self.control);
                if !skipped.is_empty() {
                    self.found().archives.extend(skipped);
                }
                return Some(state);
            }
            Kind::Commit => match graph::parse_commit(bytes) {
                Some(commit) => {
                    self.message(oid, commit.message);
                    let node = Node {
                        oid,
                        tree: commit.tree,
                        parents: commit.parents,
                        committed: graph::parse_who(commit.committer).2,
                    };
                    self.found().commits.push(node);
                }
                None => self.failed(oid, Some(kind), Fault::corrupt("it is no commit")),
            },
            Kind::Tag => match graph::parse_tag(bytes) {
                Some((target, message)) => {
                    self.message(oid, message);
                    self.found().tags.insert(oid, target);
                }
                None => self.failed(oid, Some(kind), Fault::corrupt("it is no tag")),
            },
            Kind::Tree => {}
        }
        None
    }

    fn message(&self, oid: Oid, bytes: &[u8]) {
        self.control.count(bytes.len());
        let origin = Origin::Message(oid);
        let blob = Blob {
            bytes,
            origin: &origin,
        };
        self.visit.blob(blob, None);
    }
}

impl<V: Visit> Sink for Scan<'_, V> {
    type State = V::State;

    fn wants(&self, kind: Kind) -> bool {
        kind != Kind::Tree
    }

    fn object(
        &self,
        object: Object<'_>,
        parent: Option<Inherit<'_, V::State>>,
    ) -> Option<V::State> {
        // An earlier pack has it: it was visited there.
        if self.store.in_pack_before(&object.oid, object.pack) {
            self.control.expect_less();
            return None;
        }
        let parent = parent.filter(|_| !self.full);
        self.take(object.oid, object.kind, object.bytes, parent)
    }

    fn failed(&self, oid: Oid, kind: Option<Kind>, fault: Fault) {
        let before = self.found().failed.insert(oid, (kind, fault));
        if before.is_some() {
            self.control.expect_less();
        }
    }

    fn unwanted(&self) {
        self.control.expect_less();
    }

    fn stopped(&self) -> bool {
        self.control.stopped()
    }
}

/// Decodes and counts.
pub(super) struct Decode<'a> {
    control: &'a Control,
    objects: AtomicU64,
    bytes: AtomicU64,
}

impl<'a> Decode<'a> {
    pub fn new(control: &'a Control) -> Self {
        Decode {
            control,
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Objects and bytes so far.
    pub fn counts(&self) -> (u64, u64) {
        (
            self.objects.load(Ordering::Relaxed),
            self.bytes.load(Ordering::Relaxed),
        )
    }
}

impl Sink for Decode<'_> {
    type State = ();

    fn wants(&self, kind: Kind) -> bool {
        kind == Kind::Blob
    }

    fn object(&self, object: Object<'_>, _: Option<Inherit<'_, ()>>) -> Option<()> {
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.bytes
            .fetch_add(object.bytes.len() as u64, Ordering::Relaxed);
        Some(())
    }

    fn failed(&self, _: Oid, _: Option<Kind>, _: Fault) {}

    fn stopped(&self) -> bool {
        self.control.stopped()
    }
}
