//! What differs between trees: by path, without looking into directories that are equal, and
//! without guessing renames.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use gix::hash::ObjectId;
use gix::objs::Kind;

use super::File;
use super::objects::Objects;
use crate::finding::{Oid, Reason, Skipped};
use crate::source::Control;
use crate::source::git::fault::Fault;
use crate::source::git::paths::Paths;
use crate::source::git::tree::{Entry, Names, damage, entries};

/// Deeper trees are not entered; git itself refuses paths over 4,096 bytes.
const MAX_DEPTH: usize = 1024;
/// Bytes of trees kept, because neighbouring commits share almost all of theirs.
const KEPT: usize = 64 << 20;
/// Takes a path with what it was and what it is.
type Out<'o> = dyn FnMut(&[u8], Option<File>, Option<File>) + 'o;

/// Reads and compares trees.
pub(super) struct Trees<'a> {
    objects: &'a Objects,
    kept: HashMap<Oid, Rc<[u8]>>,
    size: usize,
    paths: Paths<'a>,
    failed: BTreeMap<Oid, Skipped>,
    buffer: Vec<u8>,
}

/// Whether git sorts `a` before `b` in a tree: as if directories ended in `/`.
fn before(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    let key = |entry: &Entry<'_>| (entry.names == Names::Tree).then_some(b'/');
    let common = a.name.len().min(b.name.len());
    match a.name[..common].cmp(&b.name[..common]) {
        std::cmp::Ordering::Equal => {
            let next = |e: &Entry<'_>| e.name.get(common).copied().or(key(e));
            (next(a), a.name.len()) < (next(b), b.name.len())
        }
        order => order.is_lt(),
    }
}

fn same_place(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    a.name == b.name && (a.names == Names::Tree) == (b.names == Names::Tree)
}

/// Whether two entries say the same. An id alone does not: the commit of a submodule may be written
/// with the id of a file's content, which then is no content of this repository.
fn same(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    a.id == b.id && a.names == b.names && a.link == b.link
}

fn file(entry: &Entry<'_>) -> Option<File> {
    (entry.names == Names::Blob).then(|| File {
        oid: Oid::from_bytes(entry.id),
        link: entry.link,
    })
}

impl<'a> Trees<'a> {
    /// Until `control` says to stop.
    pub fn new(objects: &'a Objects, control: &'a Control) -> Self {
        Trees {
            objects,
            kept: HashMap::new(),
            size: 0,
            paths: Paths::new(control),
            failed: BTreeMap::new(),
            buffer: Vec::new(),
        }
    }

    /// What could not be read.
    pub fn finish(self, skipped: &mut Vec<Skipped>) {
        if self.paths.ran_out() {
            skipped.push(Skipped::new(
                Reason::LimitReached,
                "the range",
                "more paths changed than can be listed",
            ));
        }
        skipped.extend(self.failed.into_values());
    }

    /// The bytes of a tree. One that cannot be read is said once and counts as empty, so that
    /// content is rather reported than lost.
    fn tree(&mut self, oid: &Oid, path: &[u8]) -> Rc<[u8]> {
        if let Some(tree) = self.kept.get(oid) {
            return Rc::clone(tree);
        }
        let empty = ObjectId::try_from(oid.as_bytes())
            .is_ok_and(|id| id == ObjectId::empty_tree(id.kind()));
        let read = match empty {
            true => {
                self.buffer.clear();
                Ok(())
            }
            false => self.objects.read_as(oid, Kind::Tree, &mut self.buffer),
        };
        let tree: Rc<[u8]> = match read {
            Ok(()) => self.buffer.as_slice().into(),
            Err(fault) => {
                self.fail(*oid, fault, path);
                Rc::from([])
            }
        };
        if let Some(fault) = damage(&tree, oid.as_bytes().len()) {
            let damaged = Fault {
                reason: fault.reason,
                detail: format!("tree {oid}: {}", fault.detail),
            };
            self.fail(*oid, damaged, path);
        }
        if self.size > KEPT {
            self.kept.clear();
            self.size = 0;
        }
        self.size += tree.len() + 100;
        self.paths.read(tree.len());
        self.kept.insert(*oid, Rc::clone(&tree));
        tree
    }

    fn fail(&mut self, oid: Oid, fault: Fault, path: &[u8]) {
        let path = match path.strip_suffix(b"/").unwrap_or(path) {
            [] => b".",
            path => path,
        };
        self.failed.entry(oid).or_insert_with(|| fault.of(path));
    }

    /// Whether `depth` is allowed, the budget lasts, and the run goes on.
    fn may_enter(&mut self, path: &[u8], depth: usize) -> bool {
        if depth > MAX_DEPTH {
            let key = Oid::from_bytes(&[0; 20]);
            let skip = Skipped::new(
                Reason::LimitReached,
                path.get(..200).unwrap_or(path),
                "directories nested too deep",
            );
            self.failed.entry(key).or_insert(skip);
        }
        depth <= MAX_DEPTH && self.paths.enter()
    }

    /// Calls `out` for every file of `own` whose content none of `parents` has at its path, and without a
    /// file for every submodule. Without parents that is every one.
    pub fn fresh(&mut self, own: Oid, parents: &[Oid], out: &mut dyn FnMut(&[u8], Option<File>)) {
        if !parents.contains(&own) {
            let parents: Vec<Option<Oid>> = parents.iter().copied().map(Some).collect();
            self.fresh_below(&mut Vec::new(), own, &parents, 0, out);
        }
    }

    fn fresh_below(
        &mut self,
        path: &mut Vec<u8>,
        own: Oid,
        parents: &[Option<Oid>],
        depth: usize,
        out: &mut dyn FnMut(&[u8], Option<File>),
    ) {
        if !self.may_enter(path, depth) {
            return;
        }
        let len = own.as_bytes().len();
        let tree = self.tree(&own, path);
        let parent_trees: Vec<Rc<[u8]>> = parents
            .iter()
            .flatten()
            .map(|parent| self.tree(parent, path))
            .collect();
        let mut cursors: Vec<_> = parent_trees
            .iter()
            .map(|t| entries(t, len).peekable())
            .collect();
        for entry in entries(&tree, len) {
            let mut is_old = false;
            let mut below = Vec::with_capacity(cursors.len());
            for cursor in &mut cursors {
                while cursor.next_if(|other| before(other, &entry)).is_some() {}
                let other = cursor.next_if(|other| same_place(other, &entry));
                is_old |= other.as_ref().is_some_and(|other| same(other, &entry));
                below.push(other.filter(|o| o.names == Names::Tree));
            }
            if is_old {
                continue;
            }
            let start = path.len();
            path.extend_from_slice(entry.name);
            if entry.names == Names::Tree {
                path.push(b'/');
                let below: Vec<Option<Oid>> = below
                    .into_iter()
                    .map(|other| other.map(|o| Oid::from_bytes(o.id)))
                    .collect();
                self.fresh_below(path, Oid::from_bytes(entry.id), &below, depth + 1, out);
            } else if self.paths.list() {
                out(path, file(&entry));
            }
            path.truncate(start);
        }
    }

    /// Calls `out` with every path whose content differs: before, after.
    pub fn changed(&mut self, before: Option<Oid>, after: Option<Oid>, out: &mut Out<'_>) {
        if before != after {
            self.changed_below(&mut Vec::new(), before, after, 0, out);
        }
    }

    fn changed_below(
        &mut self,
        path: &mut Vec<u8>,
        old: Option<Oid>,
        new: Option<Oid>,
        depth: usize,
        out: &mut Out<'_>,
    ) {
        if !self.may_enter(path, depth) {
            return;
        }
        let read = |trees: &mut Self, oid: Option<Oid>| match oid {
            Some(oid) => (trees.tree(&oid, path), oid.as_bytes().len()),
            None => (Rc::from([]), 20),
        };
        let (old_tree, old_len) = read(self, old);
        let (new_tree, new_len) = read(self, new);
        let mut old_entries = entries(&old_tree, old_len).peekable();
        let mut new_entries = entries(&new_tree, new_len).peekable();
        loop {
            let (a, b) = match (old_entries.peek(), new_entries.peek()) {
                (None, None) => return,
                (Some(a), Some(b)) if same_place(a, b) => (old_entries.next(), new_entries.next()),
                (Some(a), Some(b)) if before(b, a) => (None, new_entries.next()),
                (None, Some(_)) => (None, new_entries.next()),
                (Some(_), _) => (old_entries.next(), None),
            };
            let id = |e: &Option<Entry<'_>>| e.as_ref().map(|e| Oid::from_bytes(e.id));
            let Some(name) = a.as_ref().or(b.as_ref()).map(|e| e.name) else {
                return;
            };
            if a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| same(a, b)) {
                continue;
            }
            let start = path.len();
            path.extend_from_slice(name);
            if [&a, &b]
                .iter()
                .any(|e| matches!(e, Some(e) if e.names == Names::Tree))
            {
                path.push(b'/');
                self.changed_below(path, id(&a), id(&b), depth + 1, out);
            } else {
                let (a, b) = (a.as_ref().and_then(file), b.as_ref().and_then(file));
                if (a.is_some() || b.is_some()) && self.paths.list() {
                    out(path, a, b);
                }
            }
            path.truncate(start);
        }
    }

    /// Whether a tree has something at `path`, a directory also.
    pub fn stands(&mut self, tree: Oid, path: &[u8]) -> bool {
        let mut at = tree;
        let mut parts = path.split(|b| *b == b'/').peekable();
        while let Some(part) = parts.next() {
            let bytes = self.tree(&at, path);
            let mut named = entries(&bytes, at.as_bytes().len()).filter(|e| e.name == part);
            if parts.peek().is_none() {
                return named.next().is_some();
            }
            match named.find(|entry| entry.names == Names::Tree) {
                Some(entry) => at = Oid::from_bytes(entry.id),
                None => return false,
            }
        }
        false
    }

    /// The file at `path`.
    pub fn lookup(&mut self, tree: Oid, path: &[u8]) -> Option<File> {
        let mut at = tree;
        let mut parts = path.split(|b| *b == b'/').peekable();
        while let Some(part) = parts.next() {
            let bytes = self.tree(&at, path);
            let len = at.as_bytes().len();
            let mut named = entries(&bytes, len).filter(|entry| entry.name == part);
            if parts.peek().is_none() {
                return named.find_map(|entry| file(&entry));
            }
            let entry = named.find(|entry| entry.names == Names::Tree)?;
            at = Oid::from_bytes(entry.id);
        }
        None
    }
}
