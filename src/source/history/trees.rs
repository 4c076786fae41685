//! The passes over trees. One checks that everything a tree names is there; the other keeps, of
//! every tree, the entries that may lead to wanted blobs.
//!
//! Entries that a delta copies whole from its base are not looked up again: what the base's
//! entry was found to be is handed down.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::finding::{Oid, Skipped};
use crate::source::git::fault::{Fault, Kind};
use crate::source::git::resolve::{Object, Sink};
use crate::source::git::store::Store;
use crate::source::git::tree::{Entry, Names, entries};
use crate::source::{Control, Copy, Inherit};

/// Where a stretch of a delta's result stands in its base, if one copy covers it wholly.
fn source(copies: &[Copy], start: usize, end: usize) -> Option<usize> {
    let at = copies.partition_point(|copy| copy.dst <= start);
    let copy = copies.get(at.checked_sub(1)?)?;
    (end <= copy.dst + copy.len).then(|| start - copy.dst + copy.src)
}

/// Blobs of files with names that somebody asked for.
pub(super) type Named = BTreeSet<(Oid, Box<[u8]>)>;

/// Looks for ids that trees name and the store does not have, and for files by their names.
pub(super) struct Presence<'a> {
    store: &'a Store,
    control: &'a Control,
    wants: &'a (dyn Fn(&[u8]) -> bool + Sync),
    named: Mutex<Named>,
    /// Missing id and whether it is a blob.
    missing: Mutex<BTreeMap<Oid, bool>>,
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
            missing: Mutex::default(),
            failed: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    /// Missing ids, and whether each is a blob's; and files of wanted names. Trees that could not
    /// be read are reported.
    pub fn finish(self, skipped: &mut Vec<Skipped>) -> (BTreeMap<Oid, bool>, Named) {
        let failed = std::mem::take(&mut *lock(&self.failed));
        for (oid, fault) in failed {
            // What a pack holds damaged may lie intact in another, or loose.
            match self.store.read(&oid) {
                Ok((kind, bytes)) => {
                    let object = Object {
                        pack: self.store.packs.len(),
                        oid,
                        kind,
                        bytes: &bytes,
                    };
                    self.object(object, None);
                }
                Err(_) => {
                    skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
                }
            }
        }
        for (oid, fault) in std::mem::take(&mut *lock(&self.broken)) {
            skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
        }
        let named = std::mem::take(&mut *lock(&self.named));
        let missing = std::mem::take(&mut *lock(&self.missing));
        (missing, named)
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
            if known || entry.names == Names::Commit {
                continue;
            }
            let oid = Oid::from_bytes(entry.id);
            if !self.store.contains(&oid) {
                lock(&self.missing).insert(oid, entry.names == Names::Blob);
            } else if entry.names == Names::Blob && !entry.link && (self.wants)(entry.name) {
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

/// What a kept entry leads to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Leads {
    /// A wanted blob, by its number.
    Blob(u32),
    /// Another tree, by its number.
    Tree(u32),
}

/// By tree number: `(name, where it leads)` in the tree's order.
pub(super) type Edges = HashMap<u32, Box<[(u32, Leads)]>>;

/// Names and their numbers, both ways.
type Interned = (HashMap<Box<[u8]>, u32>, Vec<Box<[u8]>>);

/// Every tree's entries that may lead to wanted blobs, with interned names.
#[derive(Default)]
pub(super) struct Trees {
    /// Numbers of trees, whether they were decoded or only named.
    pub index: HashMap<Oid, u32>,
    /// By number: `(name, where it leads)` in the tree's order.
    pub edges: Edges,
    /// Interned names.
    pub names: Vec<Box<[u8]>>,
    /// Trees that could not be decoded.
    pub failed: BTreeMap<Oid, Fault>,
}

/// Collects [`Trees`].
pub(super) struct Collect<'a> {
    store: &'a Store,
    control: &'a Control,
    wanted: &'a HashMap<Oid, u32>,
    /// First two bytes of wanted ids: passes over almost all others without hashing.
    filter: Vec<u64>,
    next: AtomicU32,
    index: Mutex<HashMap<Oid, u32>>,
    names: Mutex<Interned>,
    edges: Mutex<Edges>,
    failed: Mutex<BTreeMap<Oid, Fault>>,
}

/// One entry of a tree, as its deltas inherit it.
#[derive(Clone, Copy)]
pub(super) struct Item {
    start: u32,
    edge: Option<(u32, Leads)>,
}

impl<'a> Collect<'a> {
    pub fn new(store: &'a Store, wanted: &'a HashMap<Oid, u32>, control: &'a Control) -> Self {
        let mut filter = vec![0u64; 1024];
        for oid in wanted.keys() {
            let key = usize::from(u16::from_be_bytes([oid.as_bytes()[0], oid.as_bytes()[1]]));
            filter[key >> 6] |= 1 << (key & 63);
        }
        Collect {
            store,
            control,
            wanted,
            filter,
            next: AtomicU32::new(0),
            index: Mutex::default(),
            names: Mutex::default(),
            edges: Mutex::default(),
            failed: Mutex::default(),
        }
    }

    /// The trees. Those that a pack holds damaged and another place intact are taken from there.
    pub fn finish(self) -> Trees {
        let mut failed = std::mem::take(&mut *lock(&self.failed));
        failed.retain(|oid, _| match self.store.read(oid) {
            Ok((Kind::Tree, bytes)) => {
                let object = Object {
                    pack: self.store.packs.len(),
                    oid: *oid,
                    kind: Kind::Tree,
                    bytes: &bytes,
                };
                self.object(object, None);
                false
            }
            Ok(_) => false,
            Err(_) => true,
        });
        fn inner<T>(mutex: Mutex<T>) -> T {
            mutex
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
        }
        Trees {
            index: inner(self.index),
            edges: inner(self.edges),
            names: inner(self.names).1,
            failed,
        }
    }

    fn number(&self, oid: Oid) -> u32 {
        *lock(&self.index)
            .entry(oid)
            .or_insert_with(|| self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn name(&self, name: &[u8]) -> u32 {
        let mut names = lock(&self.names);
        if let Some(id) = names.0.get(name) {
            return *id;
        }
        let id = names.1.len() as u32;
        names.0.insert(name.into(), id);
        names.1.push(name.into());
        id
    }

    fn edge(&self, entry: &Entry<'_>) -> Option<(u32, Leads)> {
        let leads = match entry.names {
            Names::Commit => return None,
            Names::Tree => Leads::Tree(self.number(Oid::from_bytes(entry.id))),
            Names::Blob => {
                let key = usize::from(u16::from_be_bytes([entry.id[0], entry.id[1]]));
                if self.filter[key >> 6] & 1 << (key & 63) == 0 {
                    return None;
                }
                Leads::Blob(*self.wanted.get(&Oid::from_bytes(entry.id))?)
            }
        };
        Some((self.name(entry.name), leads))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Sink for Collect<'_> {
    type State = Vec<Item>;

    fn wants(&self, kind: Kind) -> bool {
        kind == Kind::Tree
    }

    fn object(
        &self,
        object: Object<'_>,
        parent: Option<Inherit<'_, Vec<Item>>>,
    ) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        for entry in entries(object.bytes, self.store.hash.len_in_bytes()) {
            let inherited = parent.as_ref().and_then(|base| {
                let at = source(base.copies, entry.start, entry.end)? as u32;
                let i = base
                    .state
                    .binary_search_by_key(&at, |item| item.start)
                    .ok()?;
                Some(base.state[i].edge)
            });
            items.push(Item {
                start: entry.start as u32,
                edge: inherited.unwrap_or_else(|| self.edge(&entry)),
            });
        }
        let kept: Box<[(u32, Leads)]> = items.iter().filter_map(|item| item.edge).collect();
        if !kept.is_empty() {
            let number = self.number(object.oid);
            lock(&self.edges).insert(number, kept);
        }
        Some(items)
    }

    fn failed(&self, oid: Oid, kind: Option<Kind>, fault: Fault) {
        if kind != Some(Kind::Blob) {
            lock(&self.failed).insert(oid, fault);
        }
    }

    fn stopped(&self) -> bool {
        self.control.stopped()
    }
}
