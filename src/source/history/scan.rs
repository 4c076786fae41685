//! The pass over blobs, commits and tags: lends their text to the visitor and keeps what the
//! graph needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::finding::{Oid, Origin, Skipped};
use crate::source::git::fault::{Fault, Kind};
use crate::source::git::graph::Node;
use crate::source::git::parse::{self, Label};
use crate::source::git::sink::{Object, Sink};
use crate::source::git::store::Store;
use crate::source::names::{self, Headers};
use crate::source::{Blob, Control, Inherit, Visit, archive};

/// Gives blobs and messages to a visitor.
pub(super) struct Scan<'a, V> {
    store: &'a Store,
    visit: &'a V,
    control: &'a Control,
    full: bool,
    found: Mutex<Found>,
    /// Headers of commits and tags.
    headers: Mutex<Headers>,
}

/// What the pass brings home.
#[derive(Default)]
struct Found {
    commits: Vec<Node>,
    tags: BTreeMap<Oid, Label>,
    /// What was not read of archives.
    archives: Vec<Skipped>,
    failed: BTreeMap<Oid, (Option<Kind>, Fault)>,
    /// What was read and does not hash to its id.
    unsound: BTreeSet<Oid>,
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
            headers: Mutex::default(),
        }
    }

    /// Tries other copies of what failed or is not what its id says, and reports the rest. Gives
    /// commits and tags; [`Scan::take`] may be called afterwards all the same.
    pub fn finish(&self, skipped: &mut Vec<Skipped>) -> (Vec<Node>, BTreeMap<Oid, Label>) {
        let (failed, unsound) = {
            let mut found = self.found();
            let failed = std::mem::take(&mut found.failed);
            (failed, std::mem::take(&mut found.unsound))
        };
        for (oid, (kind, fault)) in failed {
            if let Err(fault) = self.retry(oid, kind, fault) {
                self.lost(oid, fault, skipped);
            }
        }
        let again = |oid: &Oid| unsound.contains(oid) && self.store.copies(oid) > 1;
        self.found()
            .commits
            .retain(|node| unsound.is_empty() || !again(&node.oid));
        for oid in unsound.iter().copied() {
            match self
                .store
                .genuine(&oid)
                .filter(|_| self.store.copies(&oid) > 1)
            {
                Some((kind, bytes)) => {
                    self.take(oid, kind, &bytes, None);
                }
                None => self.found().unsound.extend([oid]),
            }
        }
        // What could be read again and still is not what it claims to be.
        let failed = std::mem::take(&mut self.found().failed);
        for (oid, (_, fault)) in failed {
            self.lost(oid, fault, skipped);
        }
        let mut found = self.found();
        (
            std::mem::take(&mut found.commits),
            std::mem::take(&mut found.tags),
        )
    }

    /// Looks for another copy of what could not be read: what a pack holds damaged may lie intact
    /// in another, or loose.
    fn retry(&self, oid: Oid, kind: Option<Kind>, fault: Fault) -> Result<(), Fault> {
        if self.store.copies(&oid) < 2 {
            return Err(fault);
        }
        if let Some((kind, bytes)) = self.store.genuine(&oid) {
            match kind {
                Kind::Tree => {
                    self.store.uncover(&oid);
                    self.control.expect_less();
                }
                _ => {
                    self.take(oid, kind, &bytes, None);
                }
            }
            return Ok(());
        }
        // Not what the id says, but better seen than not.
        match self.store.read(&oid) {
            Ok((found, bytes)) if found != Kind::Tree && kind.is_none_or(|kind| kind == found) => {
                self.take(oid, found, &bytes, None);
                self.found().unsound.insert(oid);
                Ok(())
            }
            _ => Err(fault),
        }
    }

    /// Adds what came to light after [`Scan::finish`].
    pub fn close(self, skipped: &mut Vec<Skipped>) {
        let headers = self.headers.into_inner();
        headers
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .finish(self.visit);
        let found = self
            .found
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for oid in found.unsound {
            let fault = Fault::false_id();
            skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
        }
        for (oid, (_, fault)) in found.failed {
            skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
        }
        skipped.extend(found.archives);
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

    /// Looks at an object; trees are of no interest here. Gives what a blob hands down.
    pub fn take(
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
                // What is reported has to be what git would show. An archive's members are not
                // asked one by one.
                if self.visit.holds(&state) || archive::is_one(bytes) {
                    self.check(oid, kind, bytes);
                }
                // Whatever it shares with its delta base: compressed bytes share nothing.
                let skipped = archive::open(blob, self.visit, self.control);
                if !skipped.is_empty() {
                    self.found().archives.extend(skipped);
                }
                return Some(state);
            }
            Kind::Commit => match parse::parse_commit(bytes) {
                Some(commit) => {
                    if self.message(oid, commit.message) {
                        self.check(oid, kind, bytes);
                    }
                    let node = Node {
                        oid,
                        tree: commit.tree,
                        parents: commit.parents,
                        committed: parse::parse_who(commit.committer).2,
                    };
                    self.headers(oid, node.committed, bytes);
                    self.found().commits.push(node);
                }
                None => self.failed(oid, Some(kind), Fault::corrupt("it is no commit")),
            },
            Kind::Tag => match parse::parse_tag(bytes) {
                Some(tag) => {
                    if self.message(oid, tag.message) {
                        self.check(oid, kind, bytes);
                    }
                    self.headers(oid, i64::MAX, bytes);
                    self.found().tags.insert(oid, tag.label);
                }
                None => self.failed(oid, Some(kind), Fault::corrupt("it is no tag")),
            },
            Kind::Tree => {}
        }
        None
    }

    /// Notes an object that is not what its id says.
    fn check(&self, oid: Oid, kind: Kind, bytes: &[u8]) {
        if !self.store.is_genuine(&oid, kind, bytes) {
            self.found().unsound.insert(oid);
        }
    }

    /// Keeps the headers of a commit or tag; `date` orders them, seconds since 1970.
    fn headers(&self, oid: Oid, date: i64, bytes: &[u8]) {
        let all = names::headers(bytes);
        let headers = self.headers.lock();
        headers
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take(oid, date, all, self.visit);
    }

    /// Looks at a message, and says whether there was something in it.
    fn message(&self, oid: Oid, bytes: &[u8]) -> bool {
        self.control.count(bytes.len());
        let origin = Origin::Message(oid);
        let blob = Blob {
            bytes,
            origin: &origin,
        };
        let state = self.visit.blob(blob, None);
        self.visit.holds(&state)
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
        // An earlier pack has it and says that it is the same: it was visited there.
        let Object { oid, kind, .. } = object;
        if self.store.in_pack_before(&oid, kind, object.pack) {
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

    fn loose(&self, oid: Oid, kind: Kind, bytes: &[u8]) {
        self.check(oid, kind, bytes);
        if kind == Kind::Tree {
            self.control.expect_less();
        }
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
