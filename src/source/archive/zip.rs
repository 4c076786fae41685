//! Zip: the central directory says what there is; what it leaves out (deleted entries, whatever
//! stands before or behind, everything when it is missing) is found by the entries' own headers.
//!
//! Every byte is decoded at most once, whatever offsets and sizes say: an entry ends at the
//! latest where the next one starts.

use std::io::Read;
use std::ops::Range;

use bzip2::bufread::BzDecoder;
use flate2::bufread::DeflateDecoder;
use lzma_rust2::{LzmaReader, lzma_get_memory_usage_by_props};
use memchr::memmem;

use super::directory::{self, Entry, LOCAL, Local};
use super::reader::End;
use super::stream::{Codec, Frames, WINDOW_KIB};
use super::{Opener, child};
use crate::finding::{Reason, RepoPath};

pub(super) use super::directory::plausible;

/// Lends every member of a zip.
pub(super) fn walk(opener: &Opener<'_>, bytes: &[u8], at: &[RepoPath], depth: usize) {
    let mut walk = Walk {
        opener,
        bytes,
        at,
        depth,
        encrypted: 0,
    };
    let mut read = 0;
    match directory::read(bytes, opener.members.get()) {
        Some(directory) => {
            if let Some(lie) = &directory.lie {
                opener.gap(Reason::CorruptArchive, at, lie.clone());
            }
            let end = walk.entries(&directory.entries, directory.place.start, &mut read);
            walk.lost(end..directory.place.start, &mut read);
            walk.lost(directory.place.end..bytes.len(), &mut read);
        }
        None => {
            let whole = bytes.len();
            let found = walk.lost(0..whole, &mut read);
            let detail = match found {
                0 => "no list of entries, and no whole entry".to_owned(),
                n => format!("no list of entries; {n} found by their own headers"),
            };
            opener.gap(Reason::CorruptArchive, at, detail);
        }
    }
    if walk.encrypted > 0 {
        let detail = match (walk.encrypted, read) {
            (n, 0) => format!("{n} members"),
            (n, read) => format!("{n} of {} members", n + read),
        };
        opener.gap(Reason::EncryptedArchive, at, detail);
    }
}

struct Walk<'a> {
    opener: &'a Opener<'a>,
    bytes: &'a [u8],
    at: &'a [RepoPath],
    depth: usize,
    encrypted: u64,
}

/// How the reading of one entry went.
enum Went {
    /// Its decoder took so many bytes.
    Read(usize),
    /// Its bytes were not looked at.
    Left,
}

impl Walk<'_> {
    /// The entries of the list, in the order of their places; gives where the last one ends.
    fn entries(&mut self, entries: &[Entry], limit: usize, read: &mut u64) -> usize {
        let mut order = Vec::new();
        for entry in entries {
            match Local::at(self.bytes, entry.start).filter(|local| local.data <= limit) {
                Some(local) => order.push((entry, local)),
                None => {
                    let path = child(self.at, &entry.name);
                    self.corrupt(&path, "no entry where the list says".to_owned());
                }
            }
        }
        // Stable: of several at one place, the first of the list gives the name.
        order.sort_by_key(|(entry, _)| entry.start);
        let before = order.len();
        order.dedup_by_key(|(entry, _)| entry.start);
        let twice = before - order.len();
        if twice > 0 {
            let detail = format!("{twice} entries of its list are at the places of others");
            self.corrupt(self.at, detail);
        }
        let mut covered = 0;
        for (n, (entry, local)) in order.iter().enumerate() {
            if self.opener.stopped() {
                return limit;
            }
            let path = child(self.at, &entry.name);
            // Between two entries there may be some that were deleted from the list.
            if covered < entry.start {
                self.lost(covered..entry.start, read);
            }
            // A later entry that starts inside this one cuts it.
            let next = order.get(n + 1).map_or(limit, |(next, _)| next.start);
            let next = next.max(local.data);
            let stated = local.data.saturating_add(entry.compressed);
            let end = stated.min(next);
            if stated > next {
                self.corrupt(&path, "it overlaps what comes next".to_owned());
            }
            covered = end;
            if !self.opener.one_more(self.at) {
                return limit;
            }
            // Some programs set the flag in one place to keep readers out.
            if entry.encrypted && local.encrypted {
                self.encrypted += 1;
                continue;
            }
            let data = &self.bytes[local.data..end];
            if let Went::Read(_) = self.one(&path, entry.method, Some(entry.size), data, true) {
                *read += 1;
            }
        }
        covered
    }

    /// Entries in `range` that no list names; gives how many.
    fn lost(&mut self, range: Range<usize>, read: &mut u64) -> u64 {
        let mut found = 0;
        let finder = memmem::Finder::new(LOCAL);
        let mut from = range.start;
        while from < range.end && !self.opener.stopped() {
            let Some(offset) = finder.find(&self.bytes[from..range.end]) else {
                break;
            };
            let start = from + offset;
            from = start + LOCAL.len();
            let local = match Local::at(self.bytes, start) {
                Some(local) if local.data <= range.end && plausible(&self.bytes[start..]) => local,
                _ => continue,
            };
            from = local.data;
            let mut end = range.end;
            if let Some(compressed) = local.compressed {
                end = end.min(local.data.saturating_add(compressed));
            } else if local.method == 0 {
                // Not compressed and without a length: its bytes stand in the file as they are.
                continue;
            }
            if !self.opener.one_more(self.at) {
                break;
            }
            if local.encrypted {
                self.encrypted += 1;
                from = end.min(range.end);
                continue;
            }
            let path = child(self.at, local.name);
            let data = &self.bytes[local.data..end];
            if let Went::Read(taken) = self.one(&path, local.method, local.size, data, false) {
                from = local.data + taken;
                found += 1;
                *read += 1;
            }
        }
        found
    }

    /// One entry's data. `listed`: damage is told; what only looks like an entry may be anything.
    fn one(
        &self,
        path: &[RepoPath],
        method: u16,
        size: Option<u64>,
        data: &[u8],
        listed: bool,
    ) -> Went {
        let opener = self.opener;
        if method == 0 {
            let most = usize::try_from(opener.limits.member).unwrap_or(usize::MAX);
            if data.len() > most {
                opener.too_large(path);
            }
            opener.member(path, &data[..data.len().min(most)], self.depth);
            self.lies(path, size, data.len() as u64, listed);
            return Went::Read(data.len());
        }
        let Some(mut decoder) = Method::new(method, data) else {
            if listed {
                let detail = format!("compression method {method}");
                opener.gap(Reason::UnsupportedArchive, path, detail);
            }
            return Went::Left;
        };
        let mut reader = opener.capped(&mut decoder, data.len());
        let (content, whole) = opener.buffer(&mut reader);
        let end = reader.end();
        let produced = reader.produced();
        let taken = data.len() - decoder.rest().len();
        if !whole {
            opener.too_large(path);
        }
        opener.member(path, &content, self.depth);
        // A stream without an end mark ends where its size says, or a few symbols later that its
        // last bytes seem to hold.
        let past = size.and_then(|size| produced.checked_sub(size));
        let ends = method == LZMA && past.is_some_and(|past| past < LZMA_PAST);
        match end {
            End::Broken(_) if ends => {}
            End::Well if whole => self.lies(path, size, produced, listed),
            End::Broken(_) if !listed => {}
            end => opener.ended(end, path),
        }
        Went::Read(taken)
    }

    /// Names an entry that is not as long as it says.
    fn lies(&self, path: &[RepoPath], stated: Option<u64>, is: u64, listed: bool) {
        if let Some(stated) = stated
            && stated != is
            && listed
        {
            let detail = format!("says that it has {stated} bytes and has {is}; they were scanned");
            self.corrupt(path, detail);
        }
    }

    fn corrupt(&self, path: &[RepoPath], detail: String) {
        self.opener.gap(Reason::CorruptArchive, path, detail);
    }
}

/// The method of an entry that is an LZMA stream.
const LZMA: u16 = 14;

/// Bytes behind the end of a stream without an end mark that are no lie about its size: the last
/// five bytes of input can hold a few repetitions.
const LZMA_PAST: u64 = 4096;

/// The decoders of an entry's methods (APPNOTE 4.4.5).
enum Method<'a> {
    Deflate(DeflateDecoder<&'a [u8]>),
    Bzip2(BzDecoder<&'a [u8]>),
    Lzma(Box<LzmaReader<&'a [u8]>>),
    Frames(Frames<'a>),
    Broken,
}

impl<'a> Method<'a> {
    fn new(method: u16, data: &'a [u8]) -> Option<Self> {
        Some(match method {
            8 => Method::Deflate(DeflateDecoder::new(data)),
            12 => Method::Bzip2(BzDecoder::new(data)),
            LZMA => lzma(data),
            93 => Method::Frames(Frames::new(Codec::Zstd, data)),
            95 => Method::Frames(Frames::new(Codec::Xz, data)),
            _ => return None,
        })
    }

    /// What was not read of the data, as far as can be told.
    fn rest(&self) -> &'a [u8] {
        match self {
            Method::Deflate(decoder) => decoder.get_ref(),
            Method::Bzip2(decoder) => decoder.get_ref(),
            Method::Lzma(decoder) => decoder.inner(),
            Method::Frames(frames) => frames.rest(),
            Method::Broken => &[],
        }
    }
}

impl Read for Method<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Method::Deflate(decoder) => decoder.read(buffer),
            Method::Bzip2(decoder) => decoder.read(buffer),
            Method::Lzma(decoder) => decoder.read(buffer),
            Method::Frames(frames) => frames.read(buffer),
            Method::Broken => Err(std::io::ErrorKind::InvalidData.into()),
        }
    }
}

/// An entry's LZMA stream: two bytes of version, the length of the properties, the properties
/// (APPNOTE 5.8.8).
fn lzma(data: &[u8]) -> Method<'_> {
    let Some((head, rest)) = data.split_first_chunk::<9>() else {
        return Method::Broken;
    };
    let dictionary = u32::from_le_bytes([head[5], head[6], head[7], head[8]]);
    let small = lzma_get_memory_usage_by_props(dictionary, head[4])
        .is_ok_and(|kib| kib <= WINDOW_KIB + 1024);
    if head[2..4] != [5, 0] || !small {
        return Method::Broken;
    }
    // No size is given, because the one that is stated may be a lie.
    match LzmaReader::new_with_props(rest, u64::MAX, head[4], dictionary, None) {
        Ok(mut reader) => {
            reader.set_defer_errors(true);
            Method::Lzma(Box::new(reader))
        }
        Err(_) => Method::Broken,
    }
}
