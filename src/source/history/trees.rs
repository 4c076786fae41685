//! The pass over trees that keeps, of every tree, the entries that may lead to wanted blobs.
//!
//! Entries that a delta copies whole from its base are not looked up again: what the base's
//! entry was found to be is handed down.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::finding::Oid;
use crate::source::git::fault::{Fault, Kind};
use crate::source::git::sink::{Object, Sink};
use crate::source::git::store::Store;
use crate::source::git::tree::{self, Names, entries};
use crate::source::{Control, Copy, Inherit};

/// Where a stretch of a delta's result stands in its base, if one copy covers it wholly.
pub(super) fn source(copies: &[Copy], start: usize, end: usize) -> Option<usize> {
    let at = copies.partition_point(|copy| copy.dst <= start);
    let copy = copies.get(at.checked_sub(1)?)?;
    (end <= copy.dst + copy.len).then(|| start - copy.dst + copy.src)
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
    /// Names of entries that are wanted whatever they lead to, numbered with the blobs.
    wanted_names: HashMap<Box<[u8]>, u32>,
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
    /// The same for an entry whose name is wanted.
    by_name: Option<(u32, Leads)>,
}

/// Ends the name under which a wanted name is kept; git's names hold no such byte.
pub(super) const NAMED: u8 = 0;

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
            wanted_names: HashMap::new(),
            filter,
            next: AtomicU32::new(0),
            index: Mutex::default(),
            names: Mutex::default(),
            edges: Mutex::default(),
            failed: Mutex::default(),
        }
    }

    /// Looks for entries of these names too. Each leads to its number under a name of its own
    /// ([`NAMED`]), beside what the entry itself leads to.
    pub fn with_names(mut self, names: HashMap<Box<[u8]>, u32>) -> Self {
        self.wanted_names = names;
        self
    }

    /// The trees. Those that a pack holds damaged and another place intact are taken from there.
    pub fn finish(self) -> Trees {
        let mut failed = std::mem::take(&mut *lock(&self.failed));
        failed.retain(|oid, _| {
            let found = self.store.genuine(oid);
            match found.map_or_else(|| self.store.read(oid), Ok) {
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
            }
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

    /// Keeps the entries of a tree. What several places hold under one id and is not the same
    /// counts all of it, in an order that does not depend on threads.
    fn keep(&self, number: u32, kept: Box<[(u32, Leads)]>) {
        match lock(&self.edges).entry(number) {
            Entry::Vacant(new) => {
                new.insert(kept);
            }
            Entry::Occupied(mut old) if *old.get() != kept => {
                let mut all = [&**old.get(), &*kept].concat();
                all.sort_unstable();
                all.dedup();
                old.insert(all.into_boxed_slice());
            }
            Entry::Occupied(_) => {}
        }
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

    fn by_name(&self, entry: &tree::Entry<'_>) -> Option<(u32, Leads)> {
        let wanted = self.wanted_names.get(entry.name)?;
        let name = [entry.name, &[NAMED]].concat();
        Some((self.name(&name), Leads::Blob(*wanted)))
    }

    fn edge(&self, entry: &tree::Entry<'_>) -> Option<(u32, Leads)> {
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

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
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
                Some((base.state[i].edge, base.state[i].by_name))
            });
            let (edge, by_name) =
                inherited.unwrap_or_else(|| (self.edge(&entry), self.by_name(&entry)));
            items.push(Item {
                start: entry.start as u32,
                edge,
                by_name,
            });
        }
        let kept: Box<[(u32, Leads)]> = items
            .iter()
            .flat_map(|item| [item.edge, item.by_name])
            .flatten()
            .collect();
        if !kept.is_empty() {
            let number = self.number(object.oid);
            self.keep(number, kept);
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
