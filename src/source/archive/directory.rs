//! The records of a zip: its list of entries (the central directory) and the entries' own
//! headers. Every number in them may be a lie; nothing here believes one further than the bytes
//! that are there. Source: APPNOTE 6.3.10.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Begins an entry's own header.
pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
/// Length of the end record without its comment; bytes.
const END_LEN: usize = 22;
/// Programs that read zips look for the end record this far before the end: its own length and the
/// longest comment there can be.
const NEAR_END: usize = END_LEN + u16::MAX as usize;
const END64: &[u8] = b"PK\x06\x06";
const LOCATOR64: &[u8] = b"PK\x06\x07";

/// An entry of the list.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Its name, as it is.
    pub name: &'a [u8],
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
    /// Its extra fields.
    pub extra: &'a [u8],
    /// Its comment.
    pub comment: &'a [u8],
}

/// The list.
pub(super) struct Directory<'a> {
    /// The entries, in its order.
    pub entries: Vec<Entry<'a>>,
    /// Where it stands, its end record included, the comment of the archive not.
    pub place: Range<usize>,
    /// The comment of the archive.
    pub comment: &'a [u8],
    /// What it says that is not so.
    pub lies: Vec<String>,
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
    /// The lengths stand behind the data, and those before it count for nothing.
    pub streamed: bool,
    /// Its extra fields.
    pub extra: &'a [u8],
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

/// What the first file of a zip that was split into several begins with, before its first entry (APPNOTE 8.5.3).
const SPLIT: &[u8] = b"PK\x07\x08";

/// Whether a zip begins here: with an entry, or with the mark of a split one and an entry.
pub(super) fn begins(bytes: &[u8]) -> bool {
    plausible(bytes.strip_prefix(SPLIT).unwrap_or(bytes))
}

/// Whether an entry's header can be one: a method that there is. Versions are not asked for:
/// programs that read entry by entry do not ask either.
pub(super) fn plausible(bytes: &[u8]) -> bool {
    let method = u16_at(bytes, 8).is_some_and(|method| method <= 20 || (93..=99).contains(&method));
    bytes.len() >= 30 && bytes.starts_with(LOCAL) && method
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
        let mut wide = Wide::new(extra);
        let size = wide.or(size);
        let compressed = usize::try_from(wide.or(compressed)).unwrap_or(usize::MAX);
        // Bit 3: the lengths stand behind the data.
        let streamed = flags & 8 != 0;
        let behind = streamed && compressed == 0;
        Some(Local {
            name,
            data: start + 30 + name_len + extra_len,
            compressed: (!behind).then_some(compressed),
            size: (!behind).then_some(size),
            streamed,
            extra,
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
pub(super) fn read(bytes: &[u8], most: u64) -> Option<Directory<'_>> {
    let Ends { last, other } = ends(bytes);
    let end = last?;
    let (start, stop) = (end.list.start, end.list.end);
    let before = start.saturating_sub(end.offset.unwrap_or(start));
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
    let (count, stated) = (entries.len() as u64, end.count);
    let mut lies = Vec::new();
    // Without the wide record a count can only be told modulo 65,536.
    let same = count == stated || (!end.wide && count & 0xffff == stated);
    if !cut && !same {
        lies.push(format!("its list says {stated} entries and has {count}"));
    }
    if other {
        let detail = "two lists of entries, and programs differ in which they read";
        lies.push(detail.to_owned());
    }
    let behind = end.at + END_LEN;
    let comment = behind..(behind + end.comment).min(bytes.len());
    Some(Directory {
        entries,
        place: start..behind,
        comment: bytes.get(comment).unwrap_or_default(),
        lies,
    })
}

/// Whether there is an end record with a list of entries, whatever stands before the zip or
/// behind it. Asked of every piece of content.
pub(super) fn has_list(bytes: &[u8]) -> bool {
    ends(bytes).last.is_some_and(|end| !end.list.is_empty())
}

/// An end record.
struct End {
    /// Where it starts.
    at: usize,
    /// Where the list is that it tells of.
    list: Range<usize>,
    /// Where the list is, as it says itself; bytes from the start of the zip.
    offset: Option<usize>,
    /// How many entries it says that there are.
    count: u64,
    /// Length of the comment; bytes.
    comment: usize,
    /// There is a zip64 end record.
    wide: bool,
    /// Some programs would find another list by what it says.
    doubtful: bool,
}

/// The end records of a file that tell of a list.
struct Ends {
    /// The last; one without entries only if there is no other.
    last: Option<End>,
    /// Some programs read another list: that of one whose comment ends with the file, or one that
    /// the last record leads to as well.
    other: bool,
}

/// Looks for end records where programs look for them. What begins like a zip or like a program
/// is searched whole: certificates and signatures stand behind both, and are longer than any
/// comment.
fn ends(bytes: &[u8]) -> Ends {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(END));
    let whole = bytes.starts_with(LOCAL) || is_program(bytes);
    let from = match whole {
        true => 0,
        false => bytes.len().saturating_sub(NEAR_END),
    };
    let mut last: Option<End> = None;
    let mut exact = None;
    for found in FINDER.find_iter(&bytes[from..]) {
        let Some(end) = End::at(bytes, from + found) else {
            continue;
        };
        if end.at + END_LEN + end.comment == bytes.len() && !end.list.is_empty() {
            exact = Some(end.at);
        }
        if !end.list.is_empty() || last.as_ref().is_none_or(|last| last.list.is_empty()) {
            last = Some(end);
        }
    }
    let other = last
        .as_ref()
        .is_some_and(|last| last.doubtful || exact.is_some_and(|exact| exact != last.at));
    Ends { last, other }
}

/// The first bytes of programs: Windows, ELF, Mach-O, scripts.
fn is_program(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 7] = [
        b"MZ",
        b"#!",
        b"\x7fELF",
        b"\xfe\xed\xfa",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
    ];
    MARKS.iter().any(|mark| bytes.starts_with(mark))
}

impl End {
    /// The record at `at`, if there is a list where it says.
    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let short = (
            u16_at(bytes, at + 10)?,
            u32_at(bytes, at + 12)?,
            u32_at(bytes, at + 16)?,
        );
        let mut count = u64::from(short.0);
        let (mut size, mut offset) = (u64::from(short.1), u64::from(short.2));
        let comment = usize::from(u16_at(bytes, at + 20)?);
        let mut stop = at;
        let mut doubtful = false;
        let wide = end64(bytes, at);
        if let Some((wide, other)) = wide {
            count = u64_at(bytes, wide + 32)?;
            size = u64_at(bytes, wide + 40)?;
            offset = u64_at(bytes, wide + 48)?;
            stop = wide;
            let fits = |short: u32, wide: u64| short == u32::MAX || u64::from(short) == wide;
            doubtful = other || !fits(short.1, size) || !fits(short.2, offset);
        }
        // The list ends where its end record starts; what that says of its start may be off by
        // what stands before the zip, or be a lie.
        let size = usize::try_from(size).ok();
        let by_size = size.and_then(|size| stop.checked_sub(size));
        let offset = usize::try_from(offset).ok();
        let is_list = |start: &usize| {
            *start == stop
                || bytes
                    .get(*start..stop)
                    .is_some_and(|list| list.starts_with(CENTRAL))
        };
        let (by_size, by_offset) = (by_size.filter(is_list), offset.filter(is_list));
        doubtful |= matches!((by_size, by_offset), (Some(a), Some(b)) if a != b);
        let start = by_size.or(by_offset)?;
        Some(End {
            at,
            list: start..stop,
            offset,
            count,
            comment,
            wide: wide.is_some(),
            doubtful,
        })
    }
}

/// The zip64 end record before the end record at `end`, and whether there is another one.
fn end64(bytes: &[u8], end: usize) -> Option<(usize, bool)> {
    let locator = end.checked_sub(20)?;
    if !bytes[locator..].starts_with(LOCATOR64) {
        return None;
    }
    let is =
        |at: &usize| *at < locator && bytes.get(*at..).is_some_and(|rest| rest.starts_with(END64));
    let stated = usize::try_from(u64_at(bytes, locator + 8)?).ok().filter(is);
    // Where it stands when it has no fields of its own, whatever comes before the zip.
    let before = locator.checked_sub(56).filter(is);
    let other = matches!((stated, before), (Some(a), Some(b)) if a != b);
    stated.or(before).map(|at| (at, other))
}

/// The entry at `at` and where the next one is.
fn entry(bytes: &[u8], at: usize, before: usize) -> Option<(Entry<'_>, usize)> {
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
    let end = 46 + name_len + extra_len + comment_len;
    let comment = head
        .get(46 + name_len + extra_len..end.min(head.len()))
        .unwrap_or_default();
    let mut wide = Wide::new(extra);
    let size = wide.or(size);
    let compressed = wide.or(compressed);
    let offset = wide.or(offset);
    let entry = Entry {
        name,
        start: usize::try_from(offset).ok()?.saturating_add(before),
        compressed: usize::try_from(compressed).unwrap_or(usize::MAX),
        size,
        method,
        encrypted: encrypted(flags, method),
        extra,
        comment,
    };
    Some((entry, at + end))
}

/// What of extra fields is text: bodies that hold eight printable characters in a row. Times,
/// lengths and owners hold none.
pub(super) fn texts(mut extra: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        while !extra.is_empty() {
            let len = u16_at(extra, 2).map_or(0, usize::from);
            let field;
            // What is no field is looked at whole.
            (field, extra) = match extra.get(4..4 + len) {
                Some(body) if extra.len() >= 4 => (body, &extra[4 + len..]),
                _ => (extra, &extra[extra.len()..]),
            };
            if has_text(field) {
                return Some(field);
            }
        }
        None
    })
}

/// Whether there are eight printable characters in a row: fewer are no secret.
pub(super) fn has_text(bytes: &[u8]) -> bool {
    bytes
        .split(|byte| !matches!(byte, b'!'..=b'~'))
        .any(|run| run.len() >= 8)
}
