//! The records of a zip: its list of entries (the central directory) and the entries' own
//! headers. Every number in them may be a lie; nothing here believes one further than the bytes
//! that are there. Source: APPNOTE 6.3.10.

use std::ops::Range;

use memchr::memmem;

/// Begins an entry's own header.
pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END64: &[u8] = b"PK\x06\x06";
const LOCATOR64: &[u8] = b"PK\x06\x07";

/// An entry of the list.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name, as it is.
    pub name: Vec<u8>,
    /// Where its own header starts, in bytes of the file.
    pub start: usize,
    /// Length of its data.
    pub compressed: usize,
    /// Length of its content.
    pub size: u64,
    /// How it is compressed.
    pub method: u16,
    /// It says that it is encrypted.
    pub encrypted: bool,
}

/// The list.
pub(super) struct Directory {
    /// The entries, in its order.
    pub entries: Vec<Entry>,
    /// Where it stands, its end record included.
    pub place: Range<usize>,
    /// What it says that is not so.
    pub lie: Option<String>,
}

/// An entry's own header.
pub(super) struct Local<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Where its data starts.
    pub data: usize,
    /// Length of its data, when that stands before it.
    pub compressed: Option<usize>,
    /// Length of its content, the same.
    pub size: Option<u64>,
    /// How it is compressed.
    pub method: u16,
    /// It says that it is encrypted.
    pub encrypted: bool,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_le_bytes(*two))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*four))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..)?.first_chunk::<8>()?;
    Some(u64::from_le_bytes(*eight))
}

/// Flag bit 0, or the method that stands for AES.
fn encrypted(flags: u16, method: u16) -> bool {
    flags & 1 != 0 || method == 99
}

/// Whether an entry's header can be one: no version or method from the future, and a name.
pub(super) fn plausible(bytes: &[u8]) -> bool {
    let version = u16_at(bytes, 4).is_some_and(|version| version & 0xff <= 63);
    let method = u16_at(bytes, 8).is_some_and(|method| method <= 20 || (93..=99).contains(&method));
    let name = u16_at(bytes, 26).is_some_and(|len| len > 0);
    bytes.len() >= 30 && bytes.starts_with(LOCAL) && version && method && name
}

impl<'a> Local<'a> {
    /// The header at `start`, if there is one that is whole.
    pub fn at(bytes: &'a [u8], start: usize) -> Option<Self> {
        let head = bytes.get(start..)?;
        if !head.starts_with(LOCAL) {
            return None;
        }
        let flags = u16_at(head, 6)?;
        let method = u16_at(head, 8)?;
        let (compressed, size) = (u32_at(head, 18)?, u32_at(head, 22)?);
        let name_len = usize::from(u16_at(head, 26)?);
        let extra_len = usize::from(u16_at(head, 28)?);
        let name = head.get(30..30 + name_len)?;
        let extra = head.get(30 + name_len..30 + name_len + extra_len)?;
        // Bit 3: the lengths stand behind the data.
        let behind = flags & 8 != 0 && compressed == 0;
        let mut wide = Wide::new(extra);
        let size = wide.or(size);
        let compressed = usize::try_from(wide.or(compressed)).unwrap_or(usize::MAX);
        Some(Local {
            name,
            data: start + 30 + name_len + extra_len,
            compressed: (!behind).then_some(compressed),
            size: (!behind).then_some(size),
            method,
            encrypted: encrypted(flags, method),
        })
    }
}

/// The numbers of a zip64 extra field, which stand in for those that do not fit.
struct Wide<'a>(&'a [u8]);

impl<'a> Wide<'a> {
    fn new(mut extra: &'a [u8]) -> Self {
        while let (Some(id), Some(len)) = (u16_at(extra, 0), u16_at(extra, 2)) {
            let Some(body) = extra.get(4..4 + usize::from(len)) else {
                break;
            };
            if id == 1 {
                return Wide(body);
            }
            extra = &extra[4 + usize::from(len)..];
        }
        Wide(&[])
    }

    /// `short`, or the next wide number if it says that it does not fit.
    fn or(&mut self, short: u32) -> u64 {
        if short != u32::MAX {
            return short.into();
        }
        match u64_at(self.0, 0) {
            Some(wide) => {
                self.0 = &self.0[8..];
                wide
            }
            None => short.into(),
        }
    }
}

/// Reads the list, at most `most` entries and one; `None` when there is none.
pub(super) fn read(bytes: &[u8], most: u64) -> Option<Directory> {
    let end = end_record(bytes)?;
    let stated = u16_at(bytes, end + 10)?;
    let comment = usize::from(u16_at(bytes, end + 20)?);
    let (mut size, mut offset) = (
        u64::from(u32_at(bytes, end + 12)?),
        u64::from(u32_at(bytes, end + 16)?),
    );
    let mut stop = end;
    if let Some(wide) = end64(bytes, end) {
        size = u64_at(bytes, wide + 40)?;
        offset = u64_at(bytes, wide + 48)?;
        stop = wide;
    }
    // It ends where its end record starts; what it says of its start may be off by what stands
    // before the zip, or be a lie.
    let by_size = usize::try_from(size)
        .ok()
        .and_then(|size| stop.checked_sub(size));
    let by_offset = usize::try_from(offset).ok();
    let is_list = |start: &usize| {
        *start == stop
            || bytes
                .get(*start..stop)
                .is_some_and(|list| list.starts_with(CENTRAL))
    };
    let start = by_size.filter(is_list).or(by_offset.filter(is_list))?;
    let before = start.saturating_sub(by_offset.unwrap_or(start));
    let mut entries = Vec::new();
    let mut at = start;
    while at < stop && entries.len() as u64 <= most {
        let Some((entry, next)) = entry(&bytes[..stop], at, before) else {
            break;
        };
        entries.push(entry);
        at = next;
    }
    let cut = entries.len() as u64 > most;
    let count = entries.len() as u64;
    let lie = (!cut && count & 0xffff != u64::from(stated) && stated != u16::MAX)
        .then(|| format!("its list says {stated} entries and has {count}"));
    Some(Directory {
        entries,
        place: start..(end + 22 + comment).min(bytes.len()),
        lie,
    })
}

/// The last end record whose comment fits the file; else the last there is.
fn end_record(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(22 + usize::from(u16::MAX));
    let mut last = None;
    for found in memmem::rfind_iter(&bytes[from..], END) {
        let at = from + found;
        let Some(comment) = u16_at(bytes, at + 20) else {
            continue;
        };
        if at + 22 + usize::from(comment) == bytes.len() {
            return Some(at);
        }
        last = last.or(Some(at));
    }
    last
}

/// The zip64 end record before the end record at `end`.
fn end64(bytes: &[u8], end: usize) -> Option<usize> {
    let locator = end.checked_sub(20)?;
    if !bytes[locator..].starts_with(LOCATOR64) {
        return None;
    }
    let is = |at: &usize| bytes.get(*at..).is_some_and(|rest| rest.starts_with(END64));
    let stated = usize::try_from(u64_at(bytes, locator + 8)?).ok();
    // Where it stands when it has no fields of its own, whatever comes before the zip.
    stated
        .filter(is)
        .or(locator.checked_sub(56).filter(is))
        .filter(|at| *at < locator)
}

/// The entry at `at` and where the next one is.
fn entry(bytes: &[u8], at: usize, before: usize) -> Option<(Entry, usize)> {
    let head = bytes.get(at..)?;
    if !head.starts_with(CENTRAL) {
        return None;
    }
    let flags = u16_at(head, 8)?;
    let method = u16_at(head, 10)?;
    let (compressed, size) = (u32_at(head, 20)?, u32_at(head, 24)?);
    let name_len = usize::from(u16_at(head, 28)?);
    let extra_len = usize::from(u16_at(head, 30)?);
    let comment_len = usize::from(u16_at(head, 32)?);
    let offset = u32_at(head, 42)?;
    let name = head.get(46..46 + name_len)?;
    let extra = head.get(46 + name_len..46 + name_len + extra_len)?;
    let mut wide = Wide::new(extra);
    let size = wide.or(size);
    let compressed = wide.or(compressed);
    let offset = wide.or(offset);
    let entry = Entry {
        name: name.to_vec(),
        start: usize::try_from(offset).ok()?.saturating_add(before),
        compressed: usize::try_from(compressed).unwrap_or(usize::MAX),
        size,
        method,
        encrypted: encrypted(flags, method),
    };
    Some((entry, at + 46 + name_len + extra_len + comment_len))
}
