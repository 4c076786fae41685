//! The pass over trees that checks what they name: that it is there, and that it is the tree or
//! the file that the entry says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use super::trees::{lock, source};
use crate::finding::{Oid, Skipped};
use crate::source::git::fault::{Fault, Kind};
use crate::source::git::sink::{Object, Sink};
use crate::source::git::store::Store;
use crate::source::git::tree::{Names, damage, entries};
use crate::source::names::Distinct;
use crate::source::{Control, Inherit};

/// Blobs of files with names that somebody asked for.
pub(super) type Named = BTreeSet<(Oid, Box<[u8]>)>;

/// Objects, and what they are named as.
pub(super) type Claims = BTreeSet<(Oid, Kind)>;

/// Takes an object that came to light.
pub(super) type Take<'t> = &'t (dyn Fn(Oid, Kind, &[u8]) + Sync);

/// Looks for ids that trees name as what the store does not have, and for files by their names.
pub(super) struct Presence<'a> {
    store: &'a Store,
    control: &'a Control,
    wants: &'a (dyn Fn(&[u8]) -> bool + Sync),
    named: Mutex<Named>,
    /// The names of all entries.
    names: Distinct,
    claims: Mutex<Claims>,
    failed: Mutex<BTreeMap<Oid, Fault>>,
    /// Trees that were decoded and are not entries through to the end.
    broken: Mutex<BTreeMap<Oid, Fault>>,
}

impl<'a> Presence<'a> {
    /// `wants` says whether files of a name (a last path component) are looked for.
    pub fn new(
        store: &'a Store,
        control: &'a Control,
        wants: &'a (dyn Fn(&[u8]) -> bool + Sync),
    ) -> Self {
        Presence {
            store,
            control,
            wants,
            named: Mutex::default(),
            names: Distinct::new(),
            claims: Mutex::default(),
            failed: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    /// Notes that something names the object as a `kind`.
    pub fn claim(&self, oid: Oid, kind: Kind) {
        if !self.store.holds(&oid, kind) {
            lock(&self.claims).insert((oid, kind));
        }
    }

    /// What is named as something that no copy is, after all copies were tried; files of
    /// wanted names; and all names. Objects that come to light are given to `take`. Trees that could not be read
    /// are reported.
    pub fn finish(self, take: Take<'_>, skipped: &mut Vec<Skipped>) -> (Claims, Named, Distinct) {
        for (oid, fault) in std::mem::take(&mut *lock(&self.failed)) {
            if !self.retry(oid, take) {
                skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
            }
        }
        let mut asked = BTreeSet::new();
        loop {
            let claims = lock(&self.claims).clone();
            let new = claims.into_iter().map(|(oid, _)| oid);
            let new: Vec<Oid> = new.filter(|oid| asked.insert(*oid)).collect();
            if new.is_empty() {
                break;
            }
            for oid in new {
                self.uncover(oid, take);
            }
        }
        for (oid, fault) in std::mem::take(&mut *lock(&self.broken)) {
            let mend = || self.store.copies(&oid) > 1 && self.mend(oid);
            if !mend() {
                skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
            }
        }
        let named = std::mem::take(&mut *lock(&self.named));
        let mut claims = std::mem::take(&mut *lock(&self.claims));
        claims.retain(|(oid, kind)| !self.store.holds(oid, *kind));
        (claims, named, self.names)
    }

    /// Reads the tree where it is whole: what a pack holds damaged may lie intact in another, or
    /// loose. False when that does not help.
    fn retry(&self, oid: Oid, take: Take<'_>) -> bool {
        if self.store.copies(&oid) < 2 {
            return false;
        }
        match self.store.genuine(&oid) {
            Some((Kind::Tree, bytes)) => {
                self.store.uncover(&oid);
                self.tree(oid, &bytes);
                true
            }
            Some(_) => {
                self.uncover(oid, take);
                true
            }
            None => {
                // Not what the id says, but better seen than not.
                if let Ok((Kind::Tree, bytes)) = self.store.read(&oid) {
                    self.tree(oid, &bytes);
                }
                false
            }
        }
    }

    /// Takes a loose copy of what is something else in its pack.
    fn uncover(&self, oid: Oid, take: Take<'_>) {
        match self.store.uncover(&oid) {
            Some((Kind::Tree, bytes)) => self.tree(oid, &bytes),
            Some((kind, bytes)) => {
                let all = self.store.packs.len();
                if !self.store.in_pack_before(&oid, kind, all) {
                    take(oid, kind, &bytes);
                }
            }
            None => {}
        }
    }

    /// Looks for a whole copy of a tree whose entries break off.
    fn mend(&self, oid: Oid) -> bool {
        let Some((Kind::Tree, bytes)) = self.store.genuine(&oid) else {
            return false;
        };
        let whole = damage(&bytes, self.store.hash.len_in_bytes()).is_none();
        if whole {
            self.store.uncover(&oid);
            self.tree(oid, &bytes);
        }
        whole
    }

    fn tree(&self, oid: Oid, bytes: &[u8]) {
        let object = Object {
            pack: self.store.packs.len(),
            oid,
            kind: Kind::Tree,
            bytes,
        };
        self.object(object, None);
    }
}

impl Sink for Presence<'_> {
    /// Where entries start.
    type State = Vec<u32>;

    fn wants(&self, kind: Kind) -> bool {
        kind == Kind::Tree
    }

    fn object(
        &self,
        object: Object<'_>,
        parent: Option<Inherit<'_, Vec<u32>>>,
    ) -> Option<Vec<u32>> {
        let mut starts = Vec::new();
        let mut all = entries(object.bytes, self.store.hash.len_in_bytes());
        for entry in all.by_ref() {
            starts.push(entry.start as u32);
            let known = parent.as_ref().is_some_and(|base| {
                source(base.copies, entry.start, entry.end)
                    .is_some_and(|at| base.state.binary_search(&(at as u32)).is_ok())
            });
            if known {
                continue;
            }
            self.names.add(entry.name);
            if entry.names == Names::Commit {
                continue;
            }
            let oid = Oid::from_bytes(entry.id);
            if entry.names == Names::Tree {
                self.claim(oid, Kind::Tree);
                continue;
            }
            self.claim(oid, Kind::Blob);
            if !entry.link && (self.wants)(entry.name) {
                lock(&self.named).insert((oid, entry.name.into()));
            }
        }
        if let Some(fault) = all.damage() {
            lock(&self.broken).insert(object.oid, fault);
        }
        Some(starts)
    }

    fn failed(&self, oid: Oid, kind: Option<Kind>, fault: Fault) {
        // What has no known kind was reported by the pass over blobs.
        if kind == Some(Kind::Tree) {
            lock(&self.failed).insert(oid, fault);
        }
    }

    fn stopped(&self) -> bool {
        self.control.stopped()
    }
}
