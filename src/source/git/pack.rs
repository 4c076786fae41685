//! One pack: its entries, its index, and what is known of them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use gix::hash::{Kind as Hash, ObjectId};
use gix::odb::pack::{data, index};
use gix::zlib::Inflate;

use super::fault::{Fault, Kind};
use super::forest::Forest;
use crate::finding::Oid;

/// One pack with its index and the shape of its delta trees.
pub(in crate::source) struct Pack {
    pub index: index::File,
    pub data: data::File,
    pub forest: Forest,
    kinds: Kinds,
    spoiled: Spoiled,
}

/// The kind of every object, by its place in the index. A delta is of its base's kind; that of
/// one whose base is not in the pack is known once it was decoded.
struct Kinds(Vec<AtomicU8>);

impl Kinds {
    /// `count` is how many objects the index has.
    fn of(forest: &Forest, count: u32) -> Kinds {
        let mut kinds = Kinds(Vec::new());
        kinds.0.resize_with(count as usize, AtomicU8::default);
        for pos in 0..forest.len() {
            if let Some(kind) = forest.kind(pos) {
                kinds.spread(forest, pos, kind);
            }
        }
        kinds
    }

    /// Notes the kind of an entry and of all that is stored as a difference to it.
    fn spread(&self, forest: &Forest, pos: u32, kind: Kind) {
        let mut stack = vec![pos];
        while let Some(pos) = stack.pop() {
            self.0[forest.index_entry(pos) as usize].store(kind.code(), Ordering::Relaxed);
            stack.extend(forest.children(pos));
        }
    }
}

/// Entries that turned out to be unreadable. They are not decoded again: where many objects hang
/// on one bad base, trying each of them anew would take time that grows with the square.
#[derive(Default)]
struct Spoiled {
    any: AtomicBool,
    entries: Mutex<HashMap<u32, Fault>>,
}

impl Pack {
    /// Opens a pack and its index, which were seen to be regular files. The error says what is
    /// wrong, for people.
    pub fn open(path: &Path, hash: Hash) -> Result<Pack, String> {
        Pack::with(path, hash, Forest::build)
    }

    /// The same with nothing but the objects `wanted` and what they are differences to; what the pack
    /// does not have is left out.
    pub fn leading_to(wanted: &[Oid], path: &Path, hash: Hash) -> Result<Pack, String> {
        Pack::with(path, hash, |index, data| {
            let ids = wanted.iter();
            let ids = ids.filter_map(|oid| ObjectId::try_from(oid.as_bytes()).ok());
            let entries: Vec<u32> = ids.filter_map(|id| index.lookup(id)).collect();
            Forest::leading_to(&entries, index, data)
        })
    }

    fn with(
        path: &Path,
        hash: Hash,
        forest: impl FnOnce(&index::File, &data::File) -> Forest,
    ) -> Result<Pack, String> {
        let index = index::File::at(path.with_extension("idx"), hash)
            .map_err(|error| format!("the index cannot be read: {error}"))?;
        let data = data::File::at(path, hash).map_err(|error| error.to_string())?;
        if data.num_objects() != index.num_objects() {
            return Err(format!(
                "the pack says {} objects, its index {}",
                data.num_objects(),
                index.num_objects()
            ));
        }
        // Opening has checked the index's size and that 64-bit offsets lie inside it; what they
        // say is checked against the pack before it is used.
        let forest = forest(&index, &data);
        Ok(Pack {
            kinds: Kinds::of(&forest, index.num_objects()),
            index,
            data,
            forest,
            spoiled: Spoiled::default(),
        })
    }

    /// The id of the object at `pos` in pack order.
    pub fn oid(&self, pos: u32) -> Oid {
        let entry = self.forest.index_entry(pos);
        Oid::from_bytes(self.index.oid_at_index(entry).as_bytes())
    }

    /// Whether the pack has an object of this id and kind.
    pub fn holds(&self, id: &gix::hash::oid, kind: Kind) -> bool {
        self.index.lookup(id).is_some_and(|entry| {
            let code = self.kinds.0.get(entry as usize);
            code.is_some_and(|code| code.load(Ordering::Relaxed) == kind.code())
        })
    }

    /// Notes the kind of the delta at `pos`, whose base is not in this pack, and of all that is
    /// stored as a difference to it.
    pub fn settle(&self, pos: u32, kind: Kind) {
        self.kinds.spread(&self.forest, pos, kind);
    }

    /// How many entries are no trees. What is stored as a difference to a tree is one.
    pub fn pieces(&self) -> usize {
        let mut stack: Vec<u32> = (0..self.forest.len())
            .filter(|pos| match self.forest.kind(*pos) {
                Some(kind) => kind != Kind::Tree,
                None => self.forest.is_thin(*pos),
            })
            .collect();
        let mut count = self.forest.unreachable().len();
        while let Some(pos) = stack.pop() {
            count += 1;
            stack.extend(self.forest.children(pos));
        }
        count
    }

    /// Remembers that the entry at `pos` cannot be decoded.
    pub fn spoil(&self, pos: u32, fault: &Fault) {
        let mut entries = self
            .spoiled
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        entries.entry(pos).or_insert_with(|| fault.clone());
        self.spoiled.any.store(true, Ordering::Release);
    }

    /// Why the entry at `pos` cannot be decoded, if that is known.
    pub fn spoiled(&self, pos: u32) -> Option<Fault> {
        if !self.spoiled.any.load(Ordering::Acquire) {
            return None;
        }
        let entries = self
            .spoiled
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        entries.get(&pos).cloned()
    }

    /// Where `oid` stands in pack order.
    pub fn find(&self, oid: &Oid) -> Option<u32> {
        let id = ObjectId::try_from(oid.as_bytes()).ok()?;
        let entry = self.index.lookup(id)?;
        self.forest.position(self.index.pack_offset_at_index(entry))
    }

    /// Decompresses one entry (an object, or delta instructions) of at most `max` bytes.
    pub fn inflate(
        &self,
        entry: &data::Entry,
        inflate: &mut Inflate,
        max: u64,
    ) -> Result<Vec<u8>, Fault> {
        self::inflate(&self.data, entry, inflate, max)
    }
}

/// Whether so many bytes of a zlib stream can yield `size` bytes: it cannot shrink by more than about 1,032 to 1.
pub(super) fn can_inflate_to(packed: u64, size: u64) -> bool {
    size <= packed.saturating_mul(1040)
}

/// Decompresses one entry of a pack (an object, or delta instructions) of at most `max` bytes.
pub(super) fn inflate(
    data: &data::File,
    entry: &data::Entry,
    inflate: &mut Inflate,
    max: u64,
) -> Result<Vec<u8>, Fault> {
    // A lie is damage, and nothing that was left out for its size; nor is it worth an allocation.
    let left = (data.data_len() as u64).saturating_sub(entry.data_offset);
    if !can_inflate_to(left, entry.decompressed_size) {
        return Err(Fault::false_size());
    }
    if entry.decompressed_size > max {
        return Err(Fault::too_large(entry.decompressed_size));
    }
    let mut out = vec![0; entry.decompressed_size as usize];
    data.decompress_entry(entry, inflate, &mut out)
        .map_err(|_| Fault::corrupt("it cannot be decompressed"))?;
    Ok(out)
}
