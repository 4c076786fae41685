//! Tar: ustar, GNU and pax, walked block by block from a stream. What is damaged is stepped over
//! to the next header whose checksum fits.

use std::io::Read;

use super::{Opener, child};
use crate::finding::{Reason, RepoPath};

/// The unit of everything; bytes.
const BLOCK: usize = 512;

/// Names and attributes of a member that stand in records of their own are read up to this size.
const MAX_RECORD: u64 = 1 << 20;

/// Whether a header's checksum fits: the sum of its bytes, the checksum's own taken as blanks;
/// some old programs summed signed bytes. Source: POSIX pax, ustar interchange format.
pub(super) fn checksum_fits(block: &[u8; BLOCK]) -> bool {
    let Some(stated) = number(&block[148..156]) else {
        return false;
    };
    let body = || {
        let blanks = [b' '; 8];
        block[..148]
            .iter()
            .copied()
            .chain(blanks)
            .chain(block[156..].iter().copied())
    };
    let unsigned: u64 = body().map(u64::from).sum();
    let signed: i64 = body().map(|b| i64::from(b.cast_signed())).sum();
    stated == unsigned || i64::try_from(stated) == Ok(signed)
}

/// A number in octal digits, or (GNU) big-endian with the upper bit set; `None` when it is
/// neither, negative, or beyond every file.
fn number(field: &[u8]) -> Option<u64> {
    let (&first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        if first & 0x7f != 0 {
            return None;
        }
        return rest
            .iter()
            .try_fold(0u64, |n, b| n.checked_mul(256)?.checked_add(u64::from(*b)))
            .filter(|n| *n < 1 << 62);
    }
    let digits: Vec<u8> = field
        .iter()
        .copied()
        .skip_while(|b| *b == b' ')
        .take_while(|b| !matches!(b, b' ' | 0))
        .collect();
    digits.iter().try_fold(0u64, |n, b| match b {
        b'0'..=b'7' => n.checked_mul(8)?.checked_add(u64::from(b - b'0')),
        _ => None,
    })
}

/// A header's text up to its first zero byte.
fn text(field: &[u8]) -> &[u8] {
    field.split(|b| *b == 0).next().unwrap_or_default()
}

/// What records before a header say about the member behind it.
#[derive(Default)]
struct Said {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

/// Lends every member of a tar. Errors of the stream end the walk; the stream keeps them.
pub(super) fn walk(opener: &Opener<'_>, reader: &mut dyn Read, at: &[RepoPath], depth: usize) {
    let mut walk = Walk {
        opener,
        reader,
        at,
        depth,
        lost: false,
    };
    let mut said = Said::default();
    let mut any = false;
    loop {
        let mut block = [0; BLOCK];
        match walk.fill(&mut block) {
            BLOCK => {}
            // Padding may be cut, a header may not.
            0 => break,
            _ if any && block.iter().all(|b| *b == 0) => break,
            _ => return walk.damaged("cut off inside a header"),
        }
        if block.iter().all(|b| *b == 0) {
            // Two such blocks are the end, and nothing stops anybody from going on behind it.
            walk.lost = true;
            continue;
        }
        if !checksum_fits(&block) {
            if !std::mem::replace(&mut walk.lost, true) {
                walk.damaged("a damaged header; read on at the next whole one");
            }
            continue;
        }
        any = true;
        walk.lost = false;
        if !walk.header(&block, &mut said) {
            return;
        }
    }
}

struct Walk<'a, 'r> {
    opener: &'a Opener<'a>,
    reader: &'r mut dyn Read,
    at: &'a [RepoPath],
    depth: usize,
    /// Between headers, where anything may stand without being told again.
    lost: bool,
}

impl Walk<'_, '_> {
    /// One header and what belongs to it; false at the end.
    fn header(&mut self, block: &[u8; BLOCK], said: &mut Said) -> bool {
        let kind = block[156];
        let Some(stated) = number(&block[124..136]) else {
            self.damaged("a member of an impossible size");
            *said = Said::default();
            return true;
        };
        match kind {
            // GNU: the next member's name; its link's target.
            b'L' | b'K' => {
                let Some(record) = self.record(stated) else {
                    return false;
                };
                if kind == b'L' {
                    said.name = Some(text(&record).to_vec());
                }
                return true;
            }
            // pax: attributes of the next member; of all.
            b'x' | b'g' => {
                let Some(record) = self.record(stated) else {
                    return false;
                };
                if kind == b'x' {
                    attributes(&record, said);
                }
                return true;
            }
            // GNU: a sparse file's map goes on in blocks of its own.
            b'S' if block[482] != 0 => {
                let mut more = [0; BLOCK];
                loop {
                    if self.fill(&mut more) < BLOCK {
                        self.damaged("cut off inside a header");
                        return false;
                    }
                    if more[504] == 0 {
                        break;
                    }
                }
            }
            _ => {}
        }
        let told = std::mem::take(said);
        let name = told.name.unwrap_or_else(|| plain_name(block));
        if !self.opener.one_more(self.at) {
            return false;
        }
        let path = child(self.at, &name);
        let target = text(&block[157..257]);
        if kind == b'2' && !target.is_empty() {
            // As in a tree: the target's text is content.
            self.opener.member(&path, target, self.depth);
        }
        self.content(&path, told.size.unwrap_or(stated))
    }

    /// One member's bytes; false when they are cut off.
    fn content(&mut self, path: &[RepoPath], size: u64) -> bool {
        if size == 0 {
            return true;
        }
        let most = size.min(self.opener.limits.member);
        let mut content = Vec::new();
        // The stream keeps its errors; a member that is too short is named here.
        let _ = (&mut *self.reader).take(most).read_to_end(&mut content);
        self.opener.member(path, &content, self.depth);
        if (content.len() as u64) < most {
            if !self.opener.stopped() {
                let detail = format!("cut off after {} of {size} bytes", content.len());
                self.opener.gap(Reason::CorruptArchive, path, detail);
            }
            return false;
        }
        if most < size {
            self.opener.too_large(path);
        }
        drop(content);
        self.pass((size - most).saturating_add(padding(size)))
    }

    /// A record about the next member, with its padding; `None` when it is cut off.
    fn record(&mut self, size: u64) -> Option<Vec<u8>> {
        let most = size.min(MAX_RECORD);
        let mut record = Vec::new();
        let _ = (&mut *self.reader).take(most).read_to_end(&mut record);
        let whole =
            record.len() as u64 == most && self.pass((size - most).saturating_add(padding(size)));
        if !whole {
            self.damaged("cut off inside a header");
        }
        whole.then_some(record)
    }

    /// Reads over `count` bytes; false when there are fewer.
    fn pass(&mut self, count: u64) -> bool {
        let passed = std::io::copy(&mut (&mut *self.reader).take(count), &mut std::io::sink());
        matches!(passed, Ok(n) if n == count)
    }

    /// Fills as much of a block as there is.
    fn fill(&mut self, block: &mut [u8; BLOCK]) -> usize {
        let mut filled = 0;
        while filled < BLOCK {
            match self.reader.read(&mut block[filled..]) {
                Ok(0) | Err(_) => break,
                Ok(n) => filled += n,
            }
        }
        filled
    }

    fn damaged(&self, detail: &str) {
        // A stream that ended for another reason says so itself.
        if !self.opener.stopped() {
            let reason = Reason::CorruptArchive;
            self.opener.gap(reason, self.at, detail.to_owned());
        }
    }
}

/// Bytes between a member's end and the next block.
fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}

/// The name in the header itself; only POSIX has a part that goes before it.
fn plain_name(block: &[u8; BLOCK]) -> Vec<u8> {
    let name = text(&block[..100]);
    let prefix = text(&block[345..500]);
    match &block[257..263] == b"ustar\0" && !prefix.is_empty() {
        true => [prefix, b"/", name].concat(),
        false => name.to_vec(),
    }
}

/// Reads pax records, `LENGTH KEY=VALUE\n` each.
fn attributes(mut record: &[u8], said: &mut Said) {
    while let Some(space) = record.iter().take(20).position(|b| *b == b' ') {
        let length = std::str::from_utf8(&record[..space])
            .ok()
            .and_then(|digits| digits.parse::<usize>().ok());
        let Some(entry) = length.and_then(|length| record.get(space + 1..length)) else {
            return;
        };
        record = &record[length.unwrap_or(record.len())..];
        let entry = entry.strip_suffix(b"\n").unwrap_or(entry);
        let Some(equals) = entry.iter().position(|b| *b == b'=') else {
            continue;
        };
        let value = &entry[equals + 1..];
        match &entry[..equals] {
            // A sparse file's own name goes before the one that stands for its parts.
            b"GNU.sparse.name" => said.name = Some(value.to_vec()),
            b"path" if said.name.is_none() => said.name = Some(value.to_vec()),
            b"size" => {
                let digits = std::str::from_utf8(value).ok();
                said.size = digits.and_then(|digits| digits.parse().ok());
            }
            _ => {}
        }
    }
}
