//! The objects of a repository: packs, loose objects, alternates; and reading one in full.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use gix::hash::{Kind as Hash, ObjectId};
use gix::odb::pack::{data, index};
use gix::zlib::{Inflate, Status};

use super::forest::Forest;
use super::open::{Layout, is_allowed, to_path, trim};
use super::resolve::{Fault, Kind, apply, delta_sizes};
use crate::finding::{Oid, Reason, Skipped};

/// One pack with its index and the shape of its delta trees.
pub(super) struct Pack {
    pub index: index::File,
    pub data: data::File,
    pub forest: Forest,
}

impl Pack {
    /// The id of the object at `pos` in pack order.
    pub fn oid(&self, pos: u32) -> Oid {
        let entry = self.forest.index_entry(pos);
        Oid::from_bytes(self.index.oid_at_index(entry).as_bytes())
    }

    /// How many entries are no trees. What is stored as a difference to a tree is one.
    fn pieces(&self) -> usize {
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

    /// Where `oid` stands in pack order.
    pub fn find(&self, oid: &Oid) -> Option<u32> {
        let id = ObjectId::try_from(oid.as_bytes()).ok()?;
        let entry = self.index.lookup(id)?;
        self.forest.position(self.index.pack_offset_at_index(entry))
    }
}

/// All objects that can be read.
pub(super) struct Store {
    pub packs: Vec<Pack>,
    /// Loose objects, sorted by id.
    pub loose: BTreeMap<Oid, PathBuf>,
    pub hash: Hash,
    pub promisor: bool,
    /// Larger objects are not decoded; bytes.
    pub max_object: u64,
}

/// Longest delta chain that is followed; git itself writes at most 4095.
const MAX_CHAIN: usize = 10_000;

impl Store {
    /// Opens everything below `objects` and the alternates that may be followed.
    pub fn open(
        layout: &Layout,
        allowed: &[PathBuf],
        max_object: u64,
        skipped: &mut Vec<Skipped>,
    ) -> Self {
        let mut store = Store {
            packs: Vec::new(),
            loose: BTreeMap::new(),
            hash: layout.hash,
            promisor: false,
            max_object,
        };
        for dir in object_dirs(layout, allowed, skipped) {
            store.add_packs(&dir, skipped);
            store.add_loose(&dir, skipped);
        }
        store
    }

    fn add_packs(&mut self, objects: &Path, skipped: &mut Vec<Skipped>) {
        let dir = objects.join("pack");
        let mut names: Vec<PathBuf> = match std::fs::read_dir(&dir) {
            Ok(entries) => entries.flatten().map(|e| e.path()).collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                skipped.push(Skipped::new(
                    Reason::Io,
                    path_bytes(&dir),
                    error.to_string(),
                ));
                return;
            }
        };
        names.sort();
        for name in &names {
            match name.extension().and_then(|e| e.to_str()) {
                Some("promisor") => self.promisor = true,
                Some("pack") => match self.open_pack(name) {
                    Ok(pack) => self.packs.push(pack),
                    Err(detail) => {
                        skipped.push(Skipped::new(Reason::CorruptPack, file_name(name), detail));
                    }
                },
                _ => {}
            }
        }
    }

    fn open_pack(&self, path: &Path) -> Result<Pack, String> {
        let index = index::File::at(path.with_extension("idx"), self.hash)
            .map_err(|error| format!("the index cannot be read: {error}"))?;
        let data = data::File::at(path, self.hash).map_err(|error| error.to_string())?;
        if data.num_objects() != index.num_objects() {
            return Err(format!(
                "the pack says {} objects, its index {}",
                data.num_objects(),
                index.num_objects()
            ));
        }
        // Opening has checked the index's size and that 64-bit offsets lie inside it; what they
        // say is checked against the pack before it is used.
        let forest = Forest::build(&index, &data);
        Ok(Pack {
            index,
            data,
            forest,
        })
    }

    fn add_loose(&mut self, objects: &Path, skipped: &mut Vec<Skipped>) {
        let Ok(entries) = std::fs::read_dir(objects) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(first) = name.to_str().filter(|n| n.len() == 2) else {
                continue;
            };
            if !first.bytes().all(|b| b.is_ascii_hexdigit()) {
                continue;
            }
            let dir = entry.path();
            let files = match std::fs::read_dir(&dir) {
                Ok(files) => files,
                Err(error) => {
                    skipped.push(Skipped::new(
                        Reason::Io,
                        path_bytes(&dir),
                        error.to_string(),
                    ));
                    continue;
                }
            };
            for file in files.flatten() {
                let rest = file.file_name();
                let Some(rest) = rest.to_str() else { continue };
                if rest.len() + 2 != self.hash.len_in_hex() {
                    continue;
                }
                if let Ok(id) = ObjectId::from_hex(format!("{first}{rest}").as_bytes()) {
                    self.loose
                        .entry(Oid::from_bytes(id.as_bytes()))
                        .or_insert_with(|| file.path());
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
        self.read_at(oid, 0)
    }

    fn read_at(&self, oid: &Oid, depth: usize) -> Result<(Kind, Vec<u8>), Fault> {
        let mut fault = None;
        for pack in &self.packs {
            if let Some(pos) = pack.find(oid) {
                match self.read_packed(pack, pos, depth) {
                    Ok(found) => return Ok(found),
                    Err(why) => fault = Some(why),
                }
            }
        }
        if let Some(path) = self.loose.get(oid) {
            return read_loose(path, self.max_object);
        }
        Err(fault.unwrap_or_else(|| Fault::new(Reason::MissingObject, "")))
    }

    /// Reads the object at `pos` of `pack` in full.
    pub fn read_packed(
        &self,
        pack: &Pack,
        pos: u32,
        depth: usize,
    ) -> Result<(Kind, Vec<u8>), Fault> {
        let mut inflate = Inflate::default();
        let mut chain = Vec::new();
        let mut at = pos;
        let (kind, mut bytes) = loop {
            if chain.len() + depth > MAX_CHAIN {
                return Err(Fault::corrupt("its delta chain is too long or a circle"));
            }
            let entry = pack.forest.entry(&pack.data, at)?;
            use data::entry::Header;
            match entry.header {
                Header::Commit | Header::Tree | Header::Blob | Header::Tag => {
                    let kind = pack
                        .forest
                        .kind(at)
                        .ok_or_else(|| Fault::corrupt("its header changed while it was read"))?;
                    break (kind, pack.inflate(&entry, &mut inflate, self.max_object)?);
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
                        None => break self.read_at(&base, depth + chain.len())?,
                    }
                }
            }
        };
        let mut copies = Vec::new();
        while let Some(at) = chain.pop() {
            let entry = pack.forest.entry(&pack.data, at)?;
            let delta = pack.inflate(&entry, &mut inflate, self.max_object)?;
            let (_, size, _) = delta_sizes(&delta).ok_or_else(Fault::bad_delta)?;
            if size > self.max_object {
                return Err(Fault::too_large(size));
            }
            let mut out = Vec::new();
            apply(&bytes, &delta, &mut out, &mut copies)?;
            bytes = out;
        }
        Ok((kind, bytes))
    }
}

impl Pack {
    /// Decompresses one entry (an object, or delta instructions) of at most `max` bytes.
    pub fn inflate(
        &self,
        entry: &data::Entry,
        inflate: &mut Inflate,
        max: u64,
    ) -> Result<Vec<u8>, Fault> {
        if entry.decompressed_size > max {
            return Err(Fault::too_large(entry.decompressed_size));
        }
        // zlib cannot shrink by more than about 1,032 to 1: a larger claim is a lie, and is not
        // worth an allocation.
        let left = (self.data.data_len() as u64).saturating_sub(entry.data_offset);
        if entry.decompressed_size > left.saturating_mul(1040) {
            return Err(Fault::corrupt("it claims to be larger than it can be"));
        }
        let mut out = vec![0; entry.decompressed_size as usize];
        self.data
            .decompress_entry(entry, inflate, &mut out)
            .map_err(|_| Fault::corrupt("it cannot be decompressed"))?;
        Ok(out)
    }
}

/// Reads and checks one loose object.
pub(super) fn read_loose(path: &Path, max: u64) -> Result<(Kind, Vec<u8>), Fault> {
    let corrupt = || Fault::corrupt("the loose object cannot be decompressed");
    let mut file =
        std::fs::File::open(path).map_err(|error| Fault::new(Reason::Io, error.to_string()))?;
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

/// The object directories: the repository's own, then its alternates, each once.
pub(in crate::source) fn object_dirs(
    layout: &Layout,
    allowed: &[PathBuf],
    skipped: &mut Vec<Skipped>,
) -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    let mut queue = vec![layout.common.join("objects")];
    while let Some(dir) = queue.pop() {
        let Ok(real) = dir.canonicalize() else {
            skipped.push(Skipped::new(
                Reason::MissingObject,
                path_bytes(&dir),
                "the object directory is not there",
            ));
            continue;
        };
        if !seen.insert(real.clone()) {
            continue;
        }
        if !(real.starts_with(&layout.holder)
            || real.starts_with(&layout.common)
            || is_allowed(&real, allowed))
        {
            skipped.push(Skipped::new(
                Reason::ForeignAlternate,
                path_bytes(&dir),
                "allow it with --allow-alternate",
            ));
            continue;
        }
        if let Ok(text) = std::fs::read(real.join("info/alternates")) {
            for line in text.split(|b| *b == b'\n') {
                let line = trim(line);
                if line.first() != Some(&b'#')
                    && let Some(path) = to_path(line)
                {
                    queue.push(real.join(path));
                }
            }
        }
        out.push(real);
    }
    out
}

fn path_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

fn file_name(path: &Path) -> Vec<u8> {
    path.file_name()
        .map(|name| name.as_encoded_bytes().to_vec())
        .unwrap_or_default()
}
