//! Single objects out of packs, with the bases of their deltas kept for a while.
//!
//! Neighbouring versions of a file are stored as differences to one another. Who asks for one after
//! the other must not decode the whole chain for each of them, so that every object that a chain
//! leads through is kept, not only its end.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use gix::hash::{Kind as Hash, oid};
use gix::objs::Kind;
use gix::odb::pack::data::{self, Entry, entry::Header};
use gix::odb::pack::index;
use gix::zlib::Inflate;

use super::delta::{apply, check_yield, delta_sizes};
use super::pack::{Pack, can_inflate_to, inflate};
use super::store::Store;
use crate::finding::Oid;

/// Longer delta chains are not followed; git itself writes at most 4095.
const MAX_CHAIN: usize = 10_000;
/// What an entry of the table of bases takes besides its content, in bytes.
const OVERHEAD: usize = 128;

/// The packs of a repository, each opened when it is asked for the first time.
pub(super) struct Packs {
    hash: Hash,
    all: Vec<Lazy>,
    /// The pack that had the last object: the next one is likely there too.
    last: AtomicUsize,
    /// Entries that were decoded so far.
    decoded: AtomicU64,
}

struct Lazy {
    path: PathBuf,
    /// `None` for one that cannot be read.
    opened: OnceLock<Option<Opened>>,
}

struct Opened {
    index: index::File,
    data: data::File,
}

/// Where an object is: the number of the pack, and the offset in it.
pub(super) type Place = (u32, u64);

/// A decoded object.
#[derive(Clone)]
pub(super) struct Base {
    pub kind: Kind,
    pub bytes: Arc<Vec<u8>>,
    /// What its delta chain holds without repeating itself; see [`check_yield`].
    natural: u64,
}

/// Decoded objects that others may be a difference to: the latest ones, of about so many bytes.
pub(super) struct Bases {
    most: usize,
    young: HashMap<Place, Base>,
    /// Those that were young before, of which the ones that are asked for become young again.
    old: HashMap<Place, Base>,
    /// Bytes of the young ones.
    size: usize,
    /// Decompresses, for whoever keeps these.
    unpack: Inflate,
}

impl Bases {
    /// Keeps `most` bytes at most, and always the latest object.
    pub fn new(most: usize) -> Self {
        Bases {
            most,
            young: HashMap::new(),
            old: HashMap::new(),
            size: 0,
            unpack: Inflate::default(),
        }
    }

    /// Another set of as many bytes, empty.
    pub fn another(&self) -> Self {
        Bases::new(self.most)
    }

    fn get(&mut self, place: Place) -> Option<Base> {
        if let Some(base) = self.young.get(&place) {
            return Some(base.clone());
        }
        let base = self.old.remove(&place)?;
        self.put(place, base.clone());
        Some(base)
    }

    fn put(&mut self, place: Place, base: Base) {
        if self.size > self.most / 2 {
            self.old = std::mem::take(&mut self.young);
            self.size = 0;
        }
        self.size += base.bytes.len() + OVERHEAD;
        self.young.insert(place, base);
    }
}

impl Packs {
    /// `paths` are the packs that have an index, seen to be regular files.
    pub fn new(paths: Vec<PathBuf>, hash: Hash) -> Self {
        let all = paths.into_iter().map(|path| Lazy {
            path,
            opened: OnceLock::new(),
        });
        Packs {
            hash,
            all: all.collect(),
            last: AtomicUsize::new(0),
            decoded: AtomicU64::new(0),
        }
    }

    /// The entries that were decoded so far, those that chains lead through included.
    pub fn decoded(&self) -> u64 {
        self.decoded.load(Ordering::Relaxed)
    }

    /// The packs of those among the objects `wanted` that are packed, to be walked by the resolver.
    pub fn leading_to(&self, wanted: &[Oid], max_object: u64) -> Store {
        let open = |pack: &Lazy| Pack::leading_to(wanted, &pack.path, self.hash).ok();
        let packs = self.all.iter().filter_map(open).collect();
        Store::of_packs(packs, self.hash, max_object)
    }

    /// Adds to [`Packs::decoded`] what the resolver decoded.
    pub fn add_decoded(&self, count: u64) {
        self.decoded.fetch_add(count, Ordering::Relaxed);
    }

    fn pack(&self, number: usize) -> Option<&Opened> {
        let pack = self.all.get(number)?;
        let open = || {
            let index = index::File::at(pack.path.with_extension("idx"), self.hash).ok()?;
            let data = data::File::at(&pack.path, self.hash).ok()?;
            Some(Opened { index, data })
        };
        pack.opened.get_or_init(open).as_ref()
    }

    /// Where the object is; `None` when no pack that can be read has it.
    pub fn find(&self, id: &oid) -> Option<Place> {
        let last = self.last.load(Ordering::Relaxed);
        let others = (0..self.all.len()).filter(|number| *number != last);
        for number in std::iter::once(last).chain(others) {
            let Some(pack) = self.pack(number) else {
                continue;
            };
            if let Some(entry) = pack.index.lookup(id) {
                self.last.store(number, Ordering::Relaxed);
                return Some((number as u32, pack.index.pack_offset_at_index(entry)));
            }
        }
        None
    }

    /// Every place that the object has in packs that can be read: one may be damaged where another is whole.
    pub fn every<'a>(&'a self, id: &'a oid) -> impl Iterator<Item = Place> + 'a {
        (0..self.all.len()).filter_map(move |number| {
            let index = &self.pack(number)?.index;
            let entry = index.lookup(id)?;
            Some((number as u32, index.pack_offset_at_index(entry)))
        })
    }

    /// Whether the object at `place` can have `size` bytes, going by how many its pack has from there on. What a
    /// difference yields is checked where it is applied.
    pub fn can_have(&self, place: Place, size: u64) -> bool {
        let Some(pack) = self.pack(place.0 as usize) else {
            return true;
        };
        let whole = pack
            .entry(place.1)
            .is_some_and(|entry| !entry.header.is_delta());
        !whole || can_inflate_to(pack.end().saturating_sub(place.1), size)
    }

    /// The size of the object at `place` in bytes, as its pack says; `None` when it cannot be read.
    pub fn size(&self, place: Place, bases: &mut Bases) -> Option<u64> {
        let pack = self.pack(place.0 as usize)?;
        let entry = pack.entry(place.1)?;
        match entry.header {
            Header::OfsDelta { .. } | Header::RefDelta { .. } => {
                let mut head = [0u8; 32];
                let packed = pack.data.entry_slice(entry.data_offset..pack.end())?;
                bases.unpack.reset();
                let (_, _, len) = bases.unpack.prefix(packed, &mut head).ok()?;
                delta_sizes(&head[..len]).map(|(_, size, _)| size)
            }
            _ => Some(entry.decompressed_size),
        }
    }

    /// Decodes the object at `place`; `None` when it cannot be.
    pub fn read(&self, place: Place, bases: &mut Bases) -> Option<Base> {
        let pack = self.pack(place.0 as usize)?;
        let mut chain: Vec<Entry> = Vec::new();
        let mut at = place.1;
        let mut base = loop {
            if let Some(base) = bases.get((place.0, at)) {
                break base;
            }
            if chain.len() > MAX_CHAIN {
                return None;
            }
            let entry = pack.entry(at)?;
            at = match entry.header {
                Header::OfsDelta { base_distance } => {
                    entry.checked_base_pack_offset(base_distance)?
                }
                Header::RefDelta { base_id } => {
                    let base = pack.index.lookup(base_id)?;
                    pack.index.pack_offset_at_index(base)
                }
                header => {
                    let bytes = inflate(&pack.data, &entry, &mut bases.unpack, u64::MAX).ok()?;
                    self.decoded.fetch_add(1, Ordering::Relaxed);
                    let base = Base {
                        kind: header.as_kind()?,
                        natural: bytes.len() as u64,
                        bytes: Arc::new(bytes),
                    };
                    bases.put((place.0, at), base.clone());
                    break base;
                }
            };
            chain.push(entry);
        };
        let mut copies = Vec::new();
        while let Some(entry) = chain.pop() {
            let delta = inflate(&pack.data, &entry, &mut bases.unpack, u64::MAX).ok()?;
            let (_, size, _) = delta_sizes(&delta)?;
            let natural = base.natural + delta.len() as u64;
            check_yield(size, natural, u64::MAX).ok()?;
            let mut bytes = Vec::new();
            apply(&base.bytes, &delta, &mut bytes, &mut copies).ok()?;
            self.decoded.fetch_add(1, Ordering::Relaxed);
            base = Base {
                kind: base.kind,
                natural,
                bytes: Arc::new(bytes),
            };
            bases.put((place.0, entry.pack_offset()), base.clone());
        }
        Some(base)
    }
}

impl Opened {
    fn end(&self) -> u64 {
        self.data.pack_end() as u64
    }

    fn entry(&self, offset: u64) -> Option<Entry> {
        let inside = offset >= 12 && offset < self.data.data_len() as u64;
        inside.then(|| self.data.entry(offset).ok())?
    }
}
