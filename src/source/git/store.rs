//! The objects of a repository: packs, loose objects, alternates; and reading one in full.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gix::hash::{Kind as Hash, ObjectId};
use gix::odb::pack::data;
use gix::zlib::Inflate;
use rayon::prelude::*;

use super::bounds::{Bounds, What};
use super::delta::{apply, check_yield, delta_sizes};
use super::fault::{Fault, Kind};
use super::loose::Loose;
use super::object_dirs::{self, ObjectDir, ObjectDirs};
use super::open::Layout;
use super::pack::Pack;
use super::sink::{Object, Sink};
use crate::finding::{Oid, Reason, Skipped};

/// All objects that can be read.
pub(in crate::source) struct Store {
    pub packs: Vec<Pack>,
    /// Loose objects, sorted by id.
    loose: BTreeMap<Oid, Loose>,
    /// Loose objects that are read although packs have them too, because no copy in a pack is
    /// what it should be.
    uncovered: Mutex<BTreeSet<Oid>>,
    pub hash: Hash,
    pub promisor: bool,
    /// Larger objects are not decoded; bytes.
    pub max_object: u64,
}

/// An object in full.
pub(in crate::source) struct Decoded {
    pub kind: Kind,
    pub bytes: Vec<u8>,
    /// What its delta chain holds without repeating itself; see [`check_yield`].
    pub natural: u64,
}

impl Decoded {
    /// An object that is stored whole.
    pub fn whole(kind: Kind, bytes: Vec<u8>) -> Self {
        Decoded {
            kind,
            natural: bytes.len() as u64,
            bytes,
        }
    }
}

/// Longest delta chain that is followed; git itself writes at most 4095.
const MAX_CHAIN: usize = 10_000;

/// How often a chain may go on in another pack, or end loose. Git stores no such deltas at all
/// (they only travel), so this is generous; the search calls itself once for each.
const MAX_HOPS: usize = 64;

impl Store {
    /// Opens everything below `objects` and the alternates that may be followed.
    pub fn open(layout: &Layout, max_object: u64, skipped: &mut Vec<Skipped>) -> Self {
        let mut store = Store {
            packs: Vec::new(),
            loose: BTreeMap::new(),
            uncovered: Mutex::default(),
            hash: layout.hash,
            promisor: false,
            max_object,
        };
        let ObjectDirs { dirs, refused } = object_dirs::find(&layout.objects, &layout.bounds);
        skipped.extend(refused);
        for dir in dirs {
            store.add_packs(&dir, skipped);
            store.add_loose(&dir, &layout.bounds, skipped);
        }
        store
    }

    /// A store of these packs and of nothing loose.
    pub fn of_packs(packs: Vec<Pack>, hash: Hash, max_object: u64) -> Self {
        Store {
            packs,
            loose: BTreeMap::new(),
            uncovered: Mutex::default(),
            hash,
            promisor: false,
            max_object,
        }
    }

    fn add_packs(&mut self, dir: &ObjectDir, skipped: &mut Vec<Skipped>) {
        self.promisor |= dir.promisor;
        for name in &dir.packs {
            match Pack::open(name, self.hash) {
                Ok(pack) => self.packs.push(pack),
                Err(detail) => {
                    skipped.push(Skipped::new(Reason::CorruptPack, file_name(name), detail));
                }
            }
        }
    }

    fn add_loose(&mut self, dir: &ObjectDir, bounds: &Bounds, skipped: &mut Vec<Skipped>) {
        for (first, path) in &dir.loose {
            let files = match bounds.list(path) {
                Ok(files) => files.unwrap_or_default(),
                Err(fault) => {
                    skipped.push(Skipped::new(fault.reason, path_bytes(path), fault.detail));
                    continue;
                }
            };
            for file in files {
                let name = [first.as_bytes(), file.name.as_slice()].concat();
                if name.len() != self.hash.len_in_hex() {
                    continue;
                }
                if file.what != What::File {
                    // A FIFO would be waited for, and a link may lead anywhere.
                    let detail = file.fault().detail;
                    skipped.push(Skipped::new(Reason::CorruptObject, name, detail));
                    continue;
                }
                if let Ok(id) = ObjectId::from_hex(&name) {
                    self.loose
                        .entry(Oid::from_bytes(id.as_bytes()))
                        .or_insert_with(|| Loose::new(file.path));
                }
            }
        }
    }

    /// How many pieces a pass over blobs, commits and tags has to look at. What several packs
    /// hold counts several times, and loose objects count whatever they are, because only
    /// reading them tells.
    pub fn pieces(&self) -> usize {
        let packed: usize = self.packs.iter().map(Pack::pieces).sum();
        packed + self.walked().len()
    }

    /// Whether the object is named by an index or lies loose.
    pub fn contains(&self, oid: &Oid) -> bool {
        self.in_packs(oid) || self.loose.contains_key(oid)
    }

    fn in_packs(&self, oid: &Oid) -> bool {
        ObjectId::try_from(oid.as_bytes())
            .is_ok_and(|id| self.packs.iter().any(|p| p.index.lookup(id).is_some()))
    }

    /// Whether one of the first `packs` packs has the object and says that it is a `kind`.
    pub fn in_pack_before(&self, oid: &Oid, kind: Kind, packs: usize) -> bool {
        if packs == 0 {
            return false;
        }
        let Ok(id) = ObjectId::try_from(oid.as_bytes()) else {
            return false;
        };
        self.packs[..packs].iter().any(|pack| pack.holds(&id, kind))
    }

    /// Whether some copy of the object says that it is a `kind`. Loose objects are known once
    /// they were walked. The empty tree and the empty blob need no copy.
    pub fn holds(&self, oid: &Oid, kind: Kind) -> bool {
        self.in_pack_before(oid, kind, self.packs.len())
            || self.loose.get(oid).is_some_and(|loose| loose.is(kind))
            || (matches!(kind, Kind::Tree | Kind::Blob) && kind.id(self.hash, b"") == Some(*oid))
    }

    /// The kinds that copies of the object say it is.
    pub fn kinds(&self, oid: &Oid) -> impl Iterator<Item = Kind> {
        let all = [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag];
        all.into_iter().filter(|kind| self.holds(oid, *kind))
    }

    /// The loose objects that are walked: those that no pack has, and the uncovered ones.
    fn walked(&self) -> Vec<(&Oid, &Loose)> {
        let uncovered = self.uncovered();
        let all = self.loose.iter();
        all.filter(|(oid, _)| !self.in_packs(oid) || uncovered.contains(oid))
            .collect()
    }

    fn uncovered(&self) -> MutexGuard<'_, BTreeSet<Oid>> {
        self.uncovered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the loose objects to `sink`, on the current rayon pool.
    pub fn walk_loose<S: Sink>(&self, sink: &S) {
        self.walked().par_iter().for_each(|(oid, loose)| {
            if sink.stopped() {
                return;
            }
            let (kind, bytes) = match loose.read(self.max_object) {
                Ok(read) => read,
                Err(fault) => return sink.failed(**oid, None, fault),
            };
            loose.settle(kind);
            sink.loose(**oid, kind, &bytes);
            if sink.wants(kind) {
                let object = Object {
                    pack: self.packs.len(),
                    oid: **oid,
                    kind,
                    bytes: &bytes,
                };
                sink.object(object, None);
            }
        });
    }

    /// Looks at the loose copy of an object whose packed copies are not what they should be. If
    /// its content hashes to its id it is given, once, and walked from now on.
    pub fn uncover(&self, oid: &Oid) -> Option<(Kind, Vec<u8>)> {
        let loose = self.loose.get(oid)?;
        if self.uncovered().contains(oid) || !self.in_packs(oid) {
            return None;
        }
        let (kind, bytes) = loose.read(self.max_object).ok()?;
        if !self.is_genuine(oid, kind, &bytes) || !self.uncovered().insert(*oid) {
            return None;
        }
        loose.settle(kind);
        Some((kind, bytes))
    }

    /// Whether the content hashes to the id.
    pub fn is_genuine(&self, oid: &Oid, kind: Kind, bytes: &[u8]) -> bool {
        kind.id(self.hash, bytes) == Some(*oid)
    }

    /// How many places have the object, in whatever state.
    pub fn copies(&self, oid: &Oid) -> usize {
        let Ok(id) = ObjectId::try_from(oid.as_bytes()) else {
            return 0;
        };
        let packs = self.packs.iter().filter(|p| p.index.lookup(id).is_some());
        packs.count() + usize::from(self.loose.contains_key(oid))
    }

    /// Reads one object in full, following its deltas, wherever a readable copy is.
    pub fn read(&self, oid: &Oid) -> Result<(Kind, Vec<u8>), Fault> {
        let found = self.search(oid, &mut HashMap::new(), 0)?;
        Ok((found.kind, found.bytes))
    }

    /// Reads the copy of an object whose content hashes to its id, wherever it is.
    pub fn genuine(&self, oid: &Oid) -> Option<(Kind, Vec<u8>)> {
        for pack in &self.packs {
            if let Some(pos) = pack.find(oid)
                && let Ok(found) = self.chain(pack, pos, &mut HashMap::new(), 0)
                && self.is_genuine(oid, found.kind, &found.bytes)
            {
                return Some((found.kind, found.bytes));
            }
        }
        let loose = self.loose.get(oid)?;
        let (kind, bytes) = loose.read(self.max_object).ok()?;
        self.is_genuine(oid, kind, &bytes).then_some((kind, bytes))
    }

    /// The same, after so many hops. An id in `tried` leads nowhere or is being read: it is read
    /// again only from fewer hops, so that circles and copies of copies end, and so that what is
    /// found does not depend on the order of packs.
    fn search(
        &self,
        oid: &Oid,
        tried: &mut HashMap<Oid, usize>,
        hops: usize,
    ) -> Result<Decoded, Fault> {
        if hops > MAX_HOPS || tried.get(oid).is_some_and(|before| *before <= hops) {
            return Err(Fault::corrupt("its delta chain is too long or a circle"));
        }
        tried.insert(*oid, hops);
        let mut fault = None;
        for pack in &self.packs {
            if let Some(pos) = pack.find(oid) {
                match self.chain(pack, pos, tried, hops) {
                    Ok(found) => return Ok(found),
                    Err(why) => fault = Some(why),
                }
            }
        }
        if let Some(loose) = self.loose.get(oid) {
            let (kind, bytes) = loose.read(self.max_object)?;
            return Ok(Decoded::whole(kind, bytes));
        }
        Err(fault.unwrap_or_else(|| Fault::new(Reason::MissingObject, "")))
    }

    /// Reads the object at `pos` of `pack` in full.
    pub fn read_packed(&self, pack: &Pack, pos: u32) -> Result<Decoded, Fault> {
        self.chain(pack, pos, &mut HashMap::new(), 0)
    }

    fn chain(
        &self,
        pack: &Pack,
        pos: u32,
        tried: &mut HashMap<Oid, usize>,
        hops: usize,
    ) -> Result<Decoded, Fault> {
        let mut inflate = Inflate::default();
        let mut chain = Vec::new();
        let mut at = pos;
        let mut object = loop {
            if chain.len() > MAX_CHAIN {
                return Err(Fault::corrupt("its delta chain is too long or a circle"));
            }
            if let Some(fault) = pack.spoiled(at) {
                return Err(fault);
            }
            let entry = pack.forest.entry(&pack.data, at)?;
            use data::entry::Header;
            match entry.header {
                Header::Commit | Header::Tree | Header::Blob | Header::Tag => {
                    let kind = pack
                        .forest
                        .kind(at)
                        .ok_or_else(|| Fault::corrupt("its header changed while it was read"))?;
                    let bytes = pack.inflate(&entry, &mut inflate, self.max_object)?;
                    break Decoded::whole(kind, bytes);
                }
                Header::OfsDelta { base_distance } => {
                    chain.push(at);
                    let base = entry.checked_base_pack_offset(base_distance);
                    at = base
                        .and_then(|offset| pack.forest.position(offset))
                        .ok_or_else(|| Fault::corrupt("its delta base is no object"))?;
                }
                Header::RefDelta { base_id } => {
                    chain.push(at);
                    let base = Oid::from_bytes(base_id.as_bytes());
                    match pack.find(&base) {
                        Some(pos) => at = pos,
                        None => break self.search(&base, tried, hops + 1)?,
                    }
                }
            }
        };
        let mut copies = Vec::new();
        while let Some(at) = chain.pop() {
            let entry = pack.forest.entry(&pack.data, at)?;
            let delta = pack.inflate(&entry, &mut inflate, self.max_object)?;
            let (_, size, _) = delta_sizes(&delta).ok_or_else(Fault::bad_delta)?;
            object.natural += delta.len() as u64;
            check_yield(size, object.natural, self.max_object)?;
            let mut out = Vec::new();
            apply(&object.bytes, &delta, &mut out, &mut copies)?;
            object.bytes = out;
        }
        Ok(object)
    }
}

fn path_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

fn file_name(path: &Path) -> Vec<u8> {
    path.file_name()
        .map(|name| name.as_encoded_bytes().to_vec())
        .unwrap_or_default()
}
