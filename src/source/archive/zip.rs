//! Zip: the central directory says what there is; what it leaves out (deleted entries, whatever
//! stands before or behind, everything when it is missing) is found by the entries' own headers.
//!
//! Every byte is decoded a bounded number of times, whatever offsets and sizes say: an entry ends
//! at the latest where the next one starts, and is read once for each way to read it: as the list
//! says and as its own header says.

use std::ops::Range;

use memchr::memmem;

use super::directory::{self, Entry, LOCAL, Local, plausible};
use super::method::{LZMA, LZMA_PAST, Method};
use super::reader::End;
use super::{Opener, child};
use crate::finding::{Reason, RepoPath};

/// Lends every member of a zip.
pub(super) fn walk(opener: &Opener<'_>, bytes: &[u8], at: &[RepoPath], depth: usize) {
    let mut walk = Walk {
        opener,
        bytes,
        at,
        depth,
        encrypted: 0,
        read: 0,
    };
    opener.budget.step(bytes.len() as u64);
    match directory::read(bytes, opener.members.get()) {
        Some(directory) if is_in_pieces(bytes, &directory) => {
            let found = walk.lost(0..bytes.len());
            let detail = format!(
                "pieces of a zip in a file of another kind; {found} of {} entries found by their own headers",
                directory.entries.len()
            );
            opener.gap(Reason::UnsupportedArchive, at, detail);
        }
        Some(directory) => {
            for lie in &directory.lies {
                opener.gap(Reason::CorruptArchive, at, lie.clone());
            }
            opener.beside(at, b"", "zip comment", directory.comment, depth);
            let end = walk.entries(&directory.entries, directory.place.start);
            walk.lost(end..directory.place.start);
            // Behind the list, its comment included, another zip may stand.
            walk.lost(directory.place.end..bytes.len());
        }
        None => {
            let found = walk.lost(0..bytes.len());
            let detail = match found {
                0 => "no list of entries, and no whole entry".to_owned(),
                n => format!("no list of entries; {n} found by their own headers"),
            };
            opener.gap(Reason::CorruptArchive, at, detail);
        }
    }
    if walk.encrypted > 0 {
        let detail = match (walk.encrypted, walk.read) {
            (n, 0) => format!("{n} members"),
            (n, read) => format!("{n} of {} members", n + read),
        };
        opener.gap(Reason::EncryptedArchive, at, detail);
    }
}

/// Whether a zip lies in blocks of a file of another kind, as programs keep documents inside their own: the file
/// neither starts nor ends as a zip, and entries are not where its list says. Nothing is damaged then, and no
/// reader of zips opens it.
fn is_in_pieces(bytes: &[u8], directory: &directory::Directory<'_>) -> bool {
    let end = directory.place.end.saturating_add(directory.comment.len());
    let away = |entry: &Entry<'_>| Local::at(bytes, entry.start).is_none();
    !bytes.starts_with(b"PK") && end < bytes.len() && directory.entries.iter().any(away)
}

struct Walk<'a> {
    opener: &'a Opener<'a>,
    bytes: &'a [u8],
    at: &'a [RepoPath],
    depth: usize,
    /// Members that are encrypted, and that were read.
    encrypted: u64,
    read: u64,
}

/// What one entry is taken for: programs that go by the list and those that go by the entries'
/// own headers may see different things.
struct Reading<'a> {
    /// Where it is shown.
    path: &'a [RepoPath],
    method: u16,
    /// Length of its content, as it is stated.
    size: Option<u64>,
    data: &'a [u8],
    /// It is in the list: damage is told; what only looks like an entry may be anything.
    listed: bool,
    /// Its content was not seen before, so that it is opened if it is an archive.
    fresh: bool,
}

/// How the reading of one entry went.
enum Went {
    /// Its decoder took so many bytes.
    Read(usize),
    /// Its bytes were not looked at.
    Left,
}

impl<'a> Walk<'a> {
    /// The entries of the list, in the order of their places; gives where the last one ends.
    fn entries(&mut self, entries: &[Entry<'_>], limit: usize) -> usize {
        let order = self.order(entries, limit);
        let mut covered = 0;
        for (n, (entry, local)) in order.iter().enumerate() {
            if self.opener.stopped() {
                return limit;
            }
            // Between two entries there may be some that were deleted from the list.
            if covered < entry.start {
                self.lost(covered..entry.start);
            }
            // A later entry that starts inside this one cuts it.
            let next = order.get(n + 1).map_or(limit, |(next, _)| next.start);
            let next = next.max(local.data);
            let by_list = local.data.saturating_add(entry.compressed);
            let own = local.compressed.filter(|_| !local.streamed);
            let by_itself = own.map_or(by_list, |own| local.data.saturating_add(own));
            let path = child(self.at, entry.name);
            if by_list.max(by_itself) > next {
                self.corrupt(&path, "it overlaps what comes next".to_owned());
            }
            // Where the two lengths differ, other entries may stand in the difference.
            covered = by_list.min(by_itself).min(next);
            if !self.opener.one_more(self.at, entry.name) {
                return limit;
            }
            let data = local.data..by_list.max(by_itself).min(next);
            self.entry(entry, local, &path, data);
        }
        covered
    }

    /// The entries that are where the list says, by their places, with their own headers.
    fn order<'e>(&self, entries: &'e [Entry<'e>], limit: usize) -> Vec<(&'e Entry<'e>, Local<'a>)> {
        let mut order = Vec::new();
        for entry in entries {
            match Local::at(self.bytes, entry.start).filter(|local| local.data <= limit) {
                Some(local) => order.push((entry, local)),
                None => {
                    let path = child(self.at, entry.name);
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
        order
    }

    /// One entry of the list, read as the list says and as its own header says.
    fn entry(
        &mut self,
        entry: &Entry<'_>,
        local: &Local<'_>,
        path: &[RepoPath],
        data: Range<usize>,
    ) {
        self.words(entry.name, entry.comment, [entry.extra, local.extra]);
        // Some programs set the flag in one place to keep readers out.
        if entry.encrypted && local.encrypted {
            self.encrypted += 1;
            return;
        }
        let longer = data.len() > entry.compressed;
        let data = &self.bytes[data];
        let own_path = child(self.at, local.name);
        let mut reading = Reading {
            path,
            method: entry.method,
            size: Some(entry.size),
            data,
            listed: true,
            fresh: true,
        };
        let mut went = self.one(&reading);
        let differ = self.differences(entry, local);
        if !differ.is_empty() {
            let detail = format!(
                "its list and its own header differ about its {}; both were read",
                differ.join(" and ")
            );
            self.corrupt(path, detail);
        }
        if entry.method != local.method && !local.encrypted {
            reading.method = local.method;
            went = self.one(&reading);
        } else if entry.method == 0 && longer {
            // The end as the list says, where other bytes would otherwise touch the last ones.
            reading.data = &data[..entry.compressed];
            reading.fresh = false;
            went = self.one(&reading);
        }
        let own = slashes(local.name);
        if own != slashes(entry.name) {
            // Rules that name files, and places like tests, go by names.
            reading.path = &own_path;
            reading.fresh = false;
            went = self.one(&reading);
        }
        if let Went::Read(_) = went {
            self.read += 1;
        }
    }

    /// What the list and an entry's own header say differently.
    fn differences(&self, entry: &Entry<'_>, local: &Local<'_>) -> Vec<&'static str> {
        let mut found = Vec::new();
        if entry.method != local.method {
            found.push("compression method");
        }
        let stated = |differs: bool| differs && !local.streamed;
        if stated(local.compressed.is_some_and(|own| own != entry.compressed)) {
            found.push("compressed size");
        }
        if stated(local.size.is_some_and(|own| own != entry.size)) {
            found.push("size");
        }
        found
    }

    /// Shows the comment and the extra fields of an entry, as far as they are text: in the file
    /// they touch names and each other.
    fn words(&self, name: &[u8], comment: &[u8], extra: [&[u8]; 2]) {
        let [list, own] = extra;
        let own = if own == list { b"" } else { own };
        let fields = directory::texts(list).chain(directory::texts(own));
        let mut words = Vec::new();
        for text in [comment].into_iter().chain(fields) {
            words.extend_from_slice(text);
            words.push(b'\n');
        }
        if directory::has_text(&words) {
            self.opener
                .beside(self.at, name, "zip header", &words, self.depth);
        }
    }

    /// Entries in `range` that no list names; gives how many.
    fn lost(&mut self, range: Range<usize>) -> u64 {
        let mut found = 0;
        let finder = memmem::Finder::new(LOCAL);
        let mut from = range.start;
        let listed = range.len() < self.bytes.len();
        self.opener.budget.step(range.len() as u64);
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
            let stated = local.compressed.map(|len| local.data.saturating_add(len));
            let path = child(self.at, local.name);
            if stated.is_some_and(|end| end > range.end) && listed {
                let detail = match range.end < self.bytes.len() {
                    true => "in no list, and it overlaps what comes next",
                    false => "in no list, and cut off",
                };
                self.corrupt(&path, detail.to_owned());
            }
            let end = match stated {
                Some(end) => end.min(range.end),
                // Not compressed and without a length: up to what follows.
                None if local.method == 0 => self.until_mark(local.data..range.end),
                None => range.end,
            };
            if !self.opener.one_more(self.at, local.name) {
                break;
            }
            self.words(local.name, b"", [b"", local.extra]);
            if local.encrypted {
                self.encrypted += 1;
                from = end;
                continue;
            }
            let went = self.one(&Reading {
                path: &path,
                method: local.method,
                size: local.size,
                data: &self.bytes[local.data..end],
                listed: false,
                fresh: true,
            });
            if let Went::Read(taken) = went {
                from = local.data + taken;
                found += 1;
                self.read += 1;
            }
        }
        found
    }

    /// Where the next record of a zip starts in `range`, or its end.
    fn until_mark(&self, range: Range<usize>) -> usize {
        let mark = memmem::find_iter(&self.bytes[range.clone()], b"PK")
            .find(|at| matches!(self.bytes.get(range.start + at + 2), Some(1 | 3 | 5 | 7)))
            .unwrap_or(range.len());
        self.opener.budget.step(mark as u64);
        range.start + mark
    }

    /// One entry's data.
    fn one(&self, reading: &Reading<'_>) -> Went {
        let opener = self.opener;
        let Reading {
            path,
            method,
            size,
            data,
            listed,
            fresh,
        } = *reading;
        let lend = |content: &[u8]| match fresh {
            true => opener.member(path, content, self.depth),
            false => opener.show(path, content),
        };
        opener.budget.step(1);
        if method == 0 {
            let most = usize::try_from(opener.limits.member).unwrap_or(usize::MAX);
            if data.len() > most {
                opener.too_large(path);
            }
            lend(&data[..data.len().min(most)]);
            self.lies(path, size, data.len() as u64, listed);
            return Went::Read(data.len());
        }
        let Some(mut decoder) = Method::new(method, data) else {
            let detail = format!("compression method {method}");
            opener.gap(Reason::UnsupportedArchive, path, detail);
            return Went::Left;
        };
        let mut reader = opener.capped(&mut decoder, data.len());
        let (content, whole) = opener.buffer(&mut reader);
        lend(&content);
        drop(content);
        if !whole {
            opener.too_large(path);
            reader.drain();
        }
        let (end, produced) = (reader.end(), reader.produced());
        let taken = data.len() - decoder.rest().len();
        // A stream without an end mark ends where its size says, or a few symbols later that its
        // last bytes seem to hold.
        let past = size.and_then(|size| produced.checked_sub(size));
        let ends = method == LZMA && past.is_some_and(|past| past < LZMA_PAST);
        match opener.settled(end, produced, taken) {
            End::Broken(_) if ends => {}
            End::Well if whole => {
                let behind = &data[taken..];
                if listed && behind.iter().any(|byte| *byte != 0) {
                    let detail = format!("{} bytes behind the end of its stream", behind.len());
                    self.corrupt(path, detail);
                }
                self.lies(path, size, produced, listed);
            }
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

/// A name with the separators that the format asks for.
fn slashes(name: &[u8]) -> Vec<u8> {
    let slash = |b: &u8| if *b == b'\\' { b'/' } else { *b };
    name.iter().map(slash).collect()
}
