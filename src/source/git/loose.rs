//! Loose objects: one file each.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};

use gix::zlib::{Inflate, Status};

use super::bounds;
use super::fault::{Fault, Kind};
use super::pack::can_inflate_to;
use crate::finding::Reason;

/// A loose object.
pub(in crate::source) struct Loose {
    path: PathBuf,
    /// The code of its kind, once it counts; see [`Kind::code`].
    kind: AtomicU8,
}

impl Loose {
    /// The object in the file at `path`.
    pub fn new(path: PathBuf) -> Self {
        Loose {
            path,
            kind: AtomicU8::default(),
        }
    }

    /// Reads it, if it is not larger than `max` bytes. Whether it hashes to its id is not asked.
    pub fn read(&self, max: u64) -> Result<(Kind, Vec<u8>), Fault> {
        read(&self.path, max, &|kind| {
            // A blob over the limit is one all the same: that it is not read is said as such.
            if kind == Kind::Blob {
                self.settle(kind);
            }
        })
    }

    /// Notes what it turned out to be: from now on it counts as an object of that kind.
    pub fn settle(&self, kind: Kind) {
        self.kind.store(kind.code(), Ordering::Relaxed);
    }

    /// Whether it counts as a `kind`.
    pub fn is(&self, kind: Kind) -> bool {
        self.kind.load(Ordering::Relaxed) == kind.code()
    }
}

/// Reads and checks one loose object. `large` is told what one over the limit says it is.
fn read(path: &Path, max: u64, large: &dyn Fn(Kind)) -> Result<(Kind, Vec<u8>), Fault> {
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
    let kind =
        Kind::of_name(kind.as_bytes()).ok_or_else(|| Fault::corrupt("it is of an unknown kind"))?;
    let size: u64 = size.parse().map_err(|_| corrupt())?;
    // Of a larger file only a part was read.
    let length = file
        .metadata()
        .map_or(packed.len() as u64, |file| file.len());
    if !can_inflate_to(length, size) {
        return Err(Fault::false_size());
    }
    if size > max {
        large(kind);
        return Err(Fault::too_large(size));
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
