//! Names as content: paths, references, people and other headers of objects. They repeat enormously
//! and hold something almost never, so each is looked at once, many in one go, and only those that
//! hold something are looked up again and lent to the visitor.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::{Blob, Visit};
use crate::finding::{Name, Oid, Origin, RepoPath};

/// Bytes of names that are looked at in one go.
const BATCH: usize = 64 << 10;
/// Bytes of headers that are kept to tell new ones from known ones.
const KEPT: usize = 16 << 20;

/// Lends one name to a visitor.
pub(super) fn show<V: Visit>(name: Name, bytes: &[u8], visit: &V) {
    let origin = Origin::Name(name);
    let blob = Blob {
        bytes,
        origin: &origin,
    };
    visit.blob(blob, None);
}

/// Names that wait to be looked at together, and those that hold something.
pub(super) struct Batch<'v, V> {
    visit: &'v V,
    text: Vec<u8>,
    /// Where each name starts, and whether only what reaches over a `/` counts in it.
    starts: Vec<(usize, bool)>,
    hot: HashSet<Box<[u8]>>,
}

impl<'v, V: Visit> Batch<'v, V> {
    pub fn new(visit: &'v V) -> Self {
        Batch {
            visit,
            text: Vec::new(),
            starts: Vec::new(),
            hot: HashSet::new(),
        }
    }

    /// Adds a name that was not added before.
    pub fn add(&mut self, name: &[u8]) {
        self.push(name, false);
    }

    fn push(&mut self, name: &[u8], whole_path: bool) {
        self.starts.push((self.text.len(), whole_path));
        self.text.extend_from_slice(name);
        self.text.push(b'\n');
        if self.text.len() >= BATCH {
            self.look();
        }
    }

    fn look(&mut self) {
        for found in self.visit.in_names(&self.text) {
            let first = self.starts.partition_point(|(at, _)| *at <= found.start);
            for number in first.saturating_sub(1)..self.starts.len() {
                let (start, whole_path) = self.starts[number];
                if start >= found.end {
                    break;
                }
                let next = self.starts.get(number + 1);
                let end = next.map_or(self.text.len(), |(at, _)| *at) - 1;
                let inside = found.start.max(start)..found.end.min(end).max(start);
                if !whole_path || self.text[inside].contains(&b'/') {
                    self.hot.insert(self.text[start..end].into());
                }
            }
        }
        self.text.clear();
        self.starts.clear();
    }

    /// The names that hold something.
    pub fn finish(mut self) -> HashSet<Box<[u8]>> {
        self.look();
        self.hot
    }
}

/// Lends every reference's name that holds something.
pub(super) fn references<'n, V: Visit>(names: impl Iterator<Item = &'n [u8]>, visit: &V) {
    let mut batch = Batch::new(visit);
    let distinct: BTreeSet<&[u8]> = names.collect();
    distinct.into_iter().for_each(|name| batch.add(name));
    for name in batch.finish() {
        show(Name::Reference(RepoPath(name.to_vec())), &name, visit);
    }
}

/// Which of many paths hold something in their own name, in that of a directory above them, or
/// across both.
pub(super) struct HotPaths(HashSet<Box<[u8]>>);

/// Looks at paths; each is given once.
pub(super) fn hot_paths<'p, V: Visit>(
    paths: impl Iterator<Item = &'p [u8]>,
    visit: &V,
) -> HotPaths {
    let mut batch = Batch::new(visit);
    let mut seen: HashSet<&[u8]> = HashSet::new();
    for path in paths {
        for part in path.split(|b| *b == b'/') {
            if seen.insert(part) {
                batch.add(part);
            }
        }
        if path.contains(&b'/') {
            batch.push(path, true);
        }
    }
    HotPaths(batch.finish())
}

impl HotPaths {
    /// Whether there is nothing to look up, as almost always.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts of `path` that hold something: where each ends, and which bytes are to be looked
    /// at.
    pub fn of<'p>(&self, path: &'p [u8]) -> Vec<(usize, &'p [u8])> {
        let mut out: Vec<(usize, &[u8])> = Vec::new();
        let mut start = 0;
        for part in path.split(|b| *b == b'/') {
            let end = start + part.len();
            if self.0.contains(part) {
                out.push((end, part));
            }
            start = end + 1;
        }
        if self.0.contains(path) && out.is_empty() {
            out.push((path.len(), path));
        }
        out
    }
}

/// Lends what the names of these paths hold, each once, where `is_new` says so of a path or of the
/// part of it that ends with a directory's name. Whether there was any.
pub(super) fn in_paths<'p, V: Visit>(
    paths: impl Iterator<Item = &'p [u8]> + Clone,
    visit: &V,
    mut is_new: impl FnMut(&[u8]) -> bool,
) -> bool {
    let hot = hot_paths(paths.clone(), visit);
    if hot.is_empty() {
        return false;
    }
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut any = false;
    for path in paths {
        for (end, bytes) in hot.of(path) {
            let until = &path[..end];
            if seen.insert(until) && is_new(until) {
                show(Name::Path(RepoPath(until.to_vec())), bytes, visit);
                any = true;
            }
        }
    }
    any
}

/// Distinct names from several threads.
pub(super) struct Distinct {
    shards: Vec<Mutex<HashSet<Box<[u8]>>>>,
}

impl Distinct {
    pub fn new() -> Self {
        Distinct {
            shards: (0..32).map(|_| Mutex::default()).collect(),
        }
    }

    /// Adds a name, if it is not there yet.
    pub fn add(&self, name: &[u8]) {
        // Threads should not wait for one another; where a name goes means nothing else.
        let ends = [name.first(), name.last()].map(|byte| usize::from(byte.copied().unwrap_or(0)));
        let number = (name.len() + ends[0] * 5 + ends[1]) % self.shards.len();
        let shard = self.shards[number].lock();
        let mut shard = shard.unwrap_or_else(PoisonError::into_inner);
        if !shard.contains(name) {
            shard.insert(name.into());
        }
    }

    /// The names that hold something, in order.
    pub fn hot<V: Visit>(self, visit: &V) -> BTreeSet<Box<[u8]>> {
        let mut batch = Batch::new(visit);
        for shard in self.shards {
            let shard = shard.into_inner().unwrap_or_else(PoisonError::into_inner);
            shard.iter().for_each(|name| batch.add(name));
        }
        batch.finish().into_iter().collect()
    }
}

/// The headers of a commit or annotated tag that are content, with continued lines joined: all but
/// the ids and kinds of other objects. Of a person the name and address; of a signature what is not
/// its base64, which is random by nature and says nothing.
pub(super) fn headers(bytes: &[u8]) -> Vec<(&[u8], Vec<u8>)> {
    let end = memchr::memmem::find(bytes, b"\n\n").unwrap_or(bytes.len());
    let mut out: Vec<(&[u8], Vec<u8>)> = Vec::new();
    for line in bytes[..end].split(|b| *b == b'\n') {
        match (line.strip_prefix(b" "), out.last_mut()) {
            (Some(more), Some((_, value))) => {
                value.push(b'\n');
                value.extend_from_slice(more);
            }
            _ => {
                let blank = memchr::memchr(b' ', line).unwrap_or(line.len());
                let value = line.get(blank + 1..).unwrap_or_default();
                out.push((&line[..blank], value.to_vec()));
            }
        }
    }
    out.retain(|(name, _)| !matches!(*name, b"tree" | b"parent" | b"object" | b"type" | b""));
    for (name, value) in &mut out {
        match *name {
            b"author" | b"committer" | b"tagger" => {
                // The date changes with every commit. What is no date stays: git shows it.
                let end = value.iter().rposition(|b| *b == b'>');
                if let Some(end) = end.filter(|end| is_moment(&value[end + 1..])) {
                    value.truncate(end + 1);
                }
            }
            b"gpgsig" | b"gpgsig-sha256" => {
                let lines = value.split(|b| *b == b'\n').filter(|line| !is_armour(line));
                *value = lines.collect::<Vec<_>>().join(&b'\n');
            }
            _ => {}
        }
    }
    out.retain(|(_, value)| !value.is_empty());
    out
}

/// Seconds and a zone, as git writes them behind a name: ` 1700000000 +0100`.
fn is_moment(text: &[u8]) -> bool {
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let mut parts = text.trim_ascii().splitn(2, |b| *b == b' ');
    let (seconds, zone) = (parts.next().unwrap_or_default(), parts.next());
    let seconds = seconds.strip_prefix(b"-").unwrap_or(seconds);
    let zone = zone.is_none_or(|zone| matches!(zone, [b'+' | b'-', rest @ ..] if digits(rest)));
    seconds.len() < 20 && digits(seconds) && zone && text.len() < 40
}

/// A line of base64, or one that begins or ends a block of it.
fn is_armour(line: &[u8]) -> bool {
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    line.starts_with(b"-----") || line.iter().all(base64)
}

/// The moment and the object at which a header is met first.
type First = (i64, Oid);

/// Headers of many objects, each once, with the earliest object that has it.
#[derive(Default)]
pub(super) struct Headers {
    /// By the header's name, a blank and its value.
    seen: HashMap<Box<[u8]>, First>,
    size: usize,
    hot: HashMap<Box<[u8]>, First>,
}

impl Headers {
    /// Takes the [`headers`] of an object of this date (seconds since 1970).
    pub fn take<V: Visit>(&mut self, oid: Oid, date: i64, all: Vec<(&[u8], Vec<u8>)>, visit: &V) {
        for (name, value) in all {
            if name == b"mergetag" {
                let name = RepoPath(name.to_vec());
                show(Name::Header(oid, name), &value, visit);
                continue;
            }
            let line = [name, b" ", &value].concat();
            let at = (date, oid);
            match self.seen.get_mut(line.as_slice()) {
                Some(first) => *first = at.min(*first),
                None => {
                    self.size += line.len() + 64;
                    self.seen.insert(line.into(), at);
                }
            }
        }
        if self.size > KEPT {
            self.look(visit);
        }
    }

    fn look<V: Visit>(&mut self, visit: &V) {
        let mut batch = Batch::new(visit);
        self.seen.keys().for_each(|line| batch.add(line));
        for line in batch.finish() {
            if let Some(at) = self.seen.get(&line) {
                let first = self.hot.entry(line).or_insert(*at);
                *first = *at.min(first);
            }
        }
        self.seen.clear();
        self.size = 0;
    }

    /// Lends the headers that hold something.
    pub fn finish<V: Visit>(mut self, visit: &V) {
        self.look(visit);
        for (line, (_, oid)) in self.hot {
            let blank = memchr::memchr(b' ', &line).unwrap_or(line.len());
            let name = RepoPath(line[..blank].to_vec());
            let value: Range<usize> = (blank + 1).min(line.len())..line.len();
            // A value may stand in the header's name as well.
            let bytes = match visit.in_names(&line[..blank]).is_empty() {
                true => &line[value],
                false => &line,
            };
            show(Name::Header(oid, name), bytes, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds the word `TOKEN`, in a path also over a slash.
    struct Finder(Mutex<Vec<String>>);

    impl Visit for Finder {
        type State = ();

        fn blob(&self, blob: Blob<'_>, _: Option<super::super::Inherit<'_, ()>>) {
            let Origin::Name(name) = blob.origin else {
                panic!("only names are lent");
            };
            let text = format!("{}|{}", show_path(&name.path()), lossy(blob.bytes));
            self.0.lock().expect("one thread").push(text);
        }

        fn in_names(&self, names: &[u8]) -> Vec<Range<usize>> {
            [&b"TOKEN"[..], b"TO/KEN"]
                .iter()
                .flat_map(|word| {
                    memchr::memmem::find_iter(names, word).map(|at| at..at + word.len())
                })
                .collect()
        }
    }

    fn lossy(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    fn show_path(path: &RepoPath) -> String {
        lossy(&path.0)
    }

    fn found(paths: &[&str]) -> Vec<String> {
        let finder = Finder(Mutex::default());
        in_paths(paths.iter().map(|p| p.as_bytes()), &finder, |_| true);
        let mut found = finder.0.into_inner().expect("one thread");
        found.sort();
        found
    }

    #[test]
    fn parts_of_paths_are_told_once() {
        let far = "x/".repeat(BATCH);
        let paths = [
            "a/b",
            "xTOKEN/a",
            "xTOKEN/b",
            "c/xTOKEN/d",
            &far,
            "TO/KEN",
            "q/TOKEN",
        ];
        let expected = [
            "TO/KEN|TO/KEN",
            "c/xTOKEN|xTOKEN",
            "q/TOKEN|TOKEN",
            "xTOKEN|xTOKEN",
        ];
        assert_eq!(found(&paths), expected);
        // What two names make together is in neither.
        assert!(found(&["aTOK", "ENb", "x\ny"]).is_empty());
    }

    #[test]
    fn what_stands_behind_the_date_of_a_person_is_kept() {
        for (who, kept) in [
            ("A <a@b> 1700000000 +0100", "A <a@b>"),
            ("A <a@b> -5 -0000", "A <a@b>"),
            ("A <a@b>", "A <a@b>"),
            ("A <a@b> 1 +0000 TOKEN", "A <a@b> 1 +0000 TOKEN"),
            ("A <a@b> 1 +TOKEN", "A <a@b> 1 +TOKEN"),
            ("A <a@b> TOKEN", "A <a@b> TOKEN"),
        ] {
            for header in ["author", "committer", "tagger"] {
                let text = format!("{header} {who}\n\nbody");
                let all = headers(text.as_bytes());
                assert_eq!(lossy(&all[0].1), kept, "{header}");
            }
        }
    }

    #[test]
    fn headers_are_joined_and_signatures_left_out() {
        let text = b"tree 1\nparent 2\nauthor A <a@b> 1 +0000\ncommitter B <c@d> 2 +0000\n\
                     gpgsig -----BEGIN\n Comment: hi\n \n abc+/=\n -----END\nencoding x\n\
                     odd\nmergetag object 3\n type commit\n \n message\n\nbody TOKEN";
        let all: Vec<String> = headers(text)
            .iter()
            .map(|(name, value)| format!("{}={}", lossy(name), lossy(value)))
            .collect();
        let expected = [
            "author=A <a@b>",
            "committer=B <c@d>",
            "gpgsig=Comment: hi",
            "encoding=x",
            "mergetag=object 3\ntype commit\n\nmessage",
        ];
        assert_eq!(all, expected);
    }
}
