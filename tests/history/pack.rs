//! Packs made by hand, as git would never write them: entries, an index of version 2, and a bare
//! directory that is a repository without commits. Also used by the fuzz targets.

use std::io::Write;
use std::path::Path;

use gix::ObjectId;
use gix::hash::{Kind, hasher};
use gix::objs::{Kind as Type, compute_hash};

/// A repository without references, for object files alone.
pub struct Bare(tempfile::TempDir);

impl Bare {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for name in ["objects/pack", "refs/heads"] {
            std::fs::create_dir_all(dir.path().join(name)).expect("it is new");
        }
        std::fs::write(dir.path().join("HEAD"), "ref: refs/heads/main\n").expect("it is new");
        Bare(dir)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a pack and its index as they are.
    pub fn put(&self, name: &str, pack: &[u8], index: &[u8]) {
        let dir = self.path().join("objects/pack");
        for (kind, bytes) in [("pack", pack), ("idx", index)] {
            let path = dir.join(format!("pack-{name}.{kind}"));
            std::fs::write(path, bytes).expect("writable");
        }
    }

    /// Writes a loose blob under its true id.
    pub fn loose(&self, content: &[u8]) -> ObjectId {
        self.object(Type::Blob, content)
    }

    /// Writes a loose object under its true id.
    pub fn object(&self, kind: Type, content: &[u8]) -> ObjectId {
        let id = id_as(kind, content);
        self.object_as(id, kind, content);
        id
    }

    /// Writes a loose object under any id.
    pub fn object_as(&self, id: ObjectId, kind: Type, content: &[u8]) {
        let path = self.loose_path(id);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        let mut whole = format!("{kind} {}\0", content.len()).into_bytes();
        whole.extend_from_slice(content);
        std::fs::write(path, deflate(&whole)).expect("writable");
    }

    /// Where a loose object lies.
    pub fn loose_path(&self, id: ObjectId) -> std::path::PathBuf {
        let hex = id.to_string();
        self.path().join("objects").join(&hex[..2]).join(&hex[2..])
    }

    /// Writes a reference, by its full name.
    pub fn refer(&self, name: &str, id: ObjectId) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        std::fs::write(path, format!("{id}\n")).expect("writable");
    }
}

/// One entry: its id, where it starts, and its checksum.
struct Entry {
    id: ObjectId,
    offset: u64,
    crc: u32,
}

/// A pack in the making.
pub struct Pack {
    body: Vec<u8>,
    entries: Vec<Entry>,
}

impl Pack {
    pub fn new() -> Self {
        Pack {
            body: b"PACK\0\0\0\x02\0\0\0\0".to_vec(),
            entries: Vec::new(),
        }
    }

    /// Where the next entry starts.
    pub fn end(&self) -> u64 {
        self.body.len() as u64
    }

    #[allow(dead_code, reason = "the fuzz targets use it")]
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.entries.iter().map(|entry| entry.id)
    }

    /// A blob under its true id.
    pub fn whole(&mut self, content: &[u8]) -> ObjectId {
        let id = id_of(content);
        self.whole_as(id, content);
        id
    }

    /// A blob under any id.
    pub fn whole_as(&mut self, id: ObjectId, content: &[u8]) {
        self.entry(id, 3, content.len(), &[], &deflate(content));
    }

    /// A delta to the entry at `base`; an offset that lies ahead makes a base that cannot be.
    pub fn ofs_delta(&mut self, id: ObjectId, base: u64, delta: &[u8]) {
        let mut distance = self.end().wrapping_sub(base);
        let mut digits = vec![(distance & 0x7f) as u8];
        while distance > 0x7f {
            distance = (distance >> 7) - 1;
            digits.push((distance & 0x7f) as u8 | 0x80);
        }
        digits.reverse();
        self.entry(id, 6, delta.len(), &digits, &deflate(delta));
    }

    /// A delta to the object `base`, wherever it is.
    pub fn ref_delta(&mut self, id: ObjectId, base: ObjectId, delta: &[u8]) {
        self.entry(id, 7, delta.len(), base.as_bytes(), &deflate(delta));
    }

    /// An entry with a header of any kind and size.
    pub fn entry(&mut self, id: ObjectId, kind: u8, size: usize, base: &[u8], stream: &[u8]) {
        let mut bytes = Vec::new();
        let mut rest = size >> 4;
        let mut byte = kind << 4 | (size & 15) as u8;
        while rest > 0 {
            bytes.push(byte | 0x80);
            byte = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        bytes.push(byte);
        bytes.extend_from_slice(base);
        bytes.extend_from_slice(stream);
        self.raw(id, &bytes);
    }

    /// An entry of any bytes.
    pub fn raw(&mut self, id: ObjectId, bytes: &[u8]) {
        self.at(id, self.end(), crc32fast::hash(bytes));
        self.body.extend_from_slice(bytes);
    }

    /// A line of the index alone.
    pub fn at(&mut self, id: ObjectId, offset: u64, crc: u32) {
        self.entries.push(Entry { id, offset, crc });
    }

    /// The pack's bytes, with the number of entries and the trailer.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.body.clone();
        out[8..12].copy_from_slice(&(self.entries.len() as u32).to_be_bytes());
        seal(out)
    }

    /// The index. Offsets of 31 bits or more go to the table of 64-bit offsets.
    pub fn index(&self) -> Vec<u8> {
        let mut sorted: Vec<&Entry> = self.entries.iter().collect();
        sorted.sort_by_key(|entry| entry.id);
        let mut out = b"\xfftOc\0\0\0\x02".to_vec();
        for first in 0..=255u8 {
            let count = sorted.partition_point(|entry| entry.id.as_bytes()[0] <= first);
            out.extend((count as u32).to_be_bytes());
        }
        for entry in &sorted {
            out.extend(entry.id.as_bytes());
        }
        for entry in &sorted {
            out.extend(entry.crc.to_be_bytes());
        }
        let mut wide = Vec::new();
        for entry in &sorted {
            match u32::try_from(entry.offset) {
                Ok(offset) if offset < 1 << 31 => out.extend(offset.to_be_bytes()),
                _ => {
                    let place = 1 << 31 | (wide.len() / 8) as u32;
                    out.extend(place.to_be_bytes());
                    wide.extend(entry.offset.to_be_bytes());
                }
            }
        }
        out.extend(wide);
        let pack = self.bytes();
        out.extend_from_slice(&pack[pack.len() - 20..]);
        seal(out)
    }

    /// Writes the pack and its index.
    pub fn write(&self, bare: &Bare, name: &str) {
        bare.put(name, &self.bytes(), &self.index());
    }
}

/// The id of a blob.
pub fn id_of(content: &[u8]) -> ObjectId {
    id_as(Type::Blob, content)
}

/// The id of an object.
pub fn id_as(kind: Type, content: &[u8]) -> ObjectId {
    compute_hash(Kind::Sha1, kind, content).expect("memory can be hashed")
}

/// One entry of a tree.
pub fn tree_entry(mode: &str, name: &str, id: ObjectId) -> Vec<u8> {
    [mode.as_bytes(), b" ", name.as_bytes(), b"\0", id.as_bytes()].concat()
}

/// A commit made at `date` (seconds since 1970).
pub fn commit(tree: ObjectId, parents: &[ObjectId], date: u64, message: &str) -> Vec<u8> {
    let mut text = format!("tree {tree}\n");
    for parent in parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    let who = format!("Ann Author <ann@example.com> {date} +0000");
    text.push_str(&format!("author {who}\ncommitter {who}\n\n{message}\n"));
    text.into_bytes()
}

/// An annotated tag of an object that it says to be a `kind`.
pub fn tag(target: ObjectId, kind: &str, name: &str, message: &str) -> Vec<u8> {
    format!(
        "object {target}\ntype {kind}\ntag {name}\n\
         tagger Tina Tagger <tina@example.com> 1700009999 +0000\n\n{message}\n"
    )
    .into_bytes()
}

/// A zlib stream.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = gix::zlib::stream::deflate::Write::new(Vec::new(), gix::zlib::Compression::BEST);
    out.write_all(bytes).expect("memory takes it");
    out.flush().expect("memory takes it");
    out.into_inner()
}

/// Delta instructions: the sizes, then the operations.
pub fn delta(base: usize, result: usize, ops: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for mut size in [base, result] {
        while size > 0x7f {
            out.push((size & 0x7f) as u8 | 0x80);
            size >>= 7;
        }
        out.push(size as u8);
    }
    out.extend(ops.concat());
    out
}

/// The operation that copies `len` bytes (below 2^24) from `src`.
pub fn copy(src: usize, len: usize) -> Vec<u8> {
    let mut out = vec![0xff];
    out.extend_from_slice(&(src as u32).to_le_bytes());
    out.extend_from_slice(&(len as u32).to_le_bytes()[..3]);
    out
}

/// The operation that inserts up to 127 bytes.
pub fn insert(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![bytes.len() as u8];
    out.extend_from_slice(bytes);
    out
}

fn seal(mut out: Vec<u8>) -> Vec<u8> {
    let mut hash = hasher(Kind::Sha1);
    hash.update(&out);
    let id = hash.try_finalize().expect("memory can be hashed");
    out.extend_from_slice(id.as_bytes());
    out
}
