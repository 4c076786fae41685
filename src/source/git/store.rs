//! The objects of a repository: packs, loose objects, alternates; and reading one in full.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use gix::hash::{Kind as Hash, ObjectId};
use gix::odb::pack::data;
use gix::zlib::{Inflate, Status};

use super::bounds::{self, Bounds, What};
use super::delta::{apply, check_yield, delta_sizes};
use super::fault::{Fault, Kind};
use super::object_dirs::{self, ObjectDir, ObjectDirs};
use super::open::Layout;
use super::pack::Pack;
use crate::finding::{Oid, Reason, Skipped};

/// All objects that can be read.
pub(in crate::source) struct Store {
    pub packs: Vec<Pack>,
    /// Loose objects, sorted by id.
    pub loose: BTreeMap<Oid, PathBuf>,
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
            hash: layout.hash,
            promisor: false,
            max_object,
        };
        let ObjectDirs { dirs, refused } = object_dirs::find(&layout.common, &layout.bounds);
        skipped.extend(refused);
        for dir in dirs {
            store.add_packs(&dir, skipped);
            store.add_loose(&dir, &layout.bounds, skipped);
        }
        store
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
                        .or_insert(file.path);
                }
            }
        }
    }

    /// How many pieces a pass over blobs, commits and tags has to look at. What several packs
    /// hold counts several times, and loose objects count whatever they are, because only
    /// reading them tells.
    pub fn pieces(&self) -> usize {
        let packed: usize = self.packs.iter().map(Pack::pieces).sum();
        let all = self.packs.len();
        let loose = self
            .loose
            .keys()
            .filter(|oid| !self.in_pack_before(oid, all));
        packed + loose.count()
    }

    /// Whether the object is named by an index or lies loose.
    pub fn contains(&self, oid: &Oid) -> bool {
        self.in_pack_before(oid, self.packs.len()) || self.loose.contains_key(oid)
    }

    /// Whether one of the first `packs` packs names the object.
    pub fn in_pack_before(&self, oid: &Oid, packs: usize) -> bool {
        if packs == 0 {
            return false;
        }
        let Ok(id) = ObjectId::try_from(oid.as_bytes()) else {
            return false;
        };
        self.packs[..packs]
            .iter()
            .any(|pack| pack.index.lookup(id).is_some())
    }

    /// Reads one object in full, following its deltas, wherever a readable copy is.
    pub fn read(&self, oid: &Oid) -> Result<(Kind, Vec<u8>), Fault> {
        let found = self.search(oid, &mut HashMap::new(), 0)?;
        Ok((found.kind, found.bytes))
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
        if let Some(path) = self.loose.get(oid) {
            let (kind, bytes) = read_loose(path, self.max_object)?;
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

/// Reads and checks one loose object.
pub(in crate::source) fn read_loose(path: &Path, max: u64) -> Result<(Kind, Vec<u8>), Fault> {
    let corrupt = || Fault::corrupt("the loose object cannot be decompressed");
    let mut file = bounds::open(path)?;
    let mut packed = Vec::new();
    file.by_ref()
        .take(max.saturating_add(max / 512).saturating_add(1 << 16))
        .read_to_end(&mut packed)
        .map_err(|error| Fault::new(Reason::Io, error.to_string()))?;
    let mut inflate = Inflate::default();
    let mut head = [0u8; 64];
    let (_, _, n) = inflate.prefix(&packed, &mut head).map_err(|_| corrupt())?;
    let head = &head[..n];
    let nul = memchr::memchr(0, head).ok_or_else(corrupt)?;
    let text = std::str::from_utf8(&head[..nul]).map_err(|_| corrupt())?;
    let (kind, size) = text.split_once(' ').ok_or_else(corrupt)?;
    let kind = match kind {
        "commit" => Kind::Commit,
        "tree" => Kind::Tree,
        "blob" => Kind::Blob,
        "tag" => Kind::Tag,
        _ => return Err(Fault::corrupt("it is of an unknown kind")),
    };
    let size: u64 = size.parse().map_err(|_| corrupt())?;
    if size > max {
        return Err(Fault::too_large(size));
    }
    if size > (packed.len() as u64).saturating_mul(1040) {
        return Err(Fault::corrupt("it claims to be larger than it can be"));
    }
    // One byte more than claimed, so that a longer stream is noticed.
    let mut out = vec![0; nul + 1 + size as usize + 1];
    inflate.reset();
    let (status, _, n) = inflate.once(&packed, &mut out).map_err(|_| corrupt())?;
    if status != Status::StreamEnd || n != out.len() - 1 {
        return Err(Fault::corrupt("its size is not what it claims"));
    }
    out.truncate(n);
    out.drain(..=nul);
    Ok((kind, out))
}

fn path_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

fn file_name(path: &Path) -> Vec<u8> {
    path.file_name()
        .map(|name| name.as_encoded_bytes().to_vec())
        .unwrap_or_default()
}
