//! Which paths of an index differ from a commit, without entering directories that are equal.
//!
//! Knows trees and the index, reads no content. The paths come from the repository and may be
//! anything; an index that is not sorted costs time or precision, never a panic.

mod dir;
mod slice;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::hash::Kind;
use gix::index::entry::{Flags, Mode};
use gix::index::extension::Tree;

use super::Control;
use super::git::odb::Odb;
use super::git::paths::Paths;
use crate::finding::{Reason, Skipped};
pub(super) use dir::Version;
use dir::{Dir, Entry, blob, tree_id};
use slice::Slice;

/// Deeper trees are not entered; git itself refuses paths over 4,096 bytes.
const MAX_DEPTH: usize = 2048;

/// A path whose staged content is not HEAD's.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// The versions in the index: one, or in a conflict both sides and what they start from; none
    /// when deleted.
    pub after: BTreeSet<Version>,
    /// The versions it starts from.
    pub before: BTreeSet<Version>,
}

/// Compares an index with trees.
pub(super) struct Changes<'a> {
    odb: &'a Odb,
    hash: Kind,
    skipped: &'a mut Vec<Skipped>,
    buffer: Vec<u8>,
    found: BTreeMap<Vec<u8>, Change>,
    /// Trees of merge parents that were looked at.
    trees: HashMap<ObjectId, Dir>,
    /// A merge is not finished: HEAD has other parents to come.
    merging: bool,
    /// Paths at which a submodule is new.
    submodules: Vec<Vec<u8>>,
    /// Paths that only trees name.
    paths: Paths<'a>,
    /// Trees that were read before, which allow no further paths.
    read: HashSet<ObjectId>,
}

impl<'a> Changes<'a> {
    /// Starts with an object store; what cannot be read goes to `skipped`.
    /// It ends when `control` says to stop.
    pub fn new(
        odb: &'a Odb,
        hash: Kind,
        skipped: &'a mut Vec<Skipped>,
        control: &'a Control,
    ) -> Self {
        Changes {
            odb,
            hash,
            skipped,
            buffer: Vec::new(),
            found: BTreeMap::new(),
            trees: HashMap::new(),
            merging: false,
            submodules: Vec::new(),
            paths: Paths::new(control),
            read: HashSet::new(),
        }
    }

    /// The changed paths of `index` against the commit `head` (`None`: everything is new), with
    /// the versions of the other `parents` of an unfinished merge beside HEAD's.
    pub fn staged(
        &mut self,
        index: Option<&gix::index::File>,
        head: Option<ObjectId>,
        parents: &[ObjectId],
    ) -> BTreeMap<Vec<u8>, Change> {
        let slice = match index {
            Some(index) => Slice {
                entries: index.entries(),
                backing: index.path_backing(),
            },
            None => Slice {
                entries: &[],
                backing: &[],
            },
        };
        self.merging = !parents.is_empty();
        let cache = index.and_then(|index| index.tree());
        let head = head.and_then(|id| self.tree_of(id));
        self.directory(&mut Vec::new(), slice, cache, head, 0);
        let mut found = std::mem::take(&mut self.found);
        for parent in parents {
            let Some(tree) = self.tree_of(*parent) else {
                continue;
            };
            // What the merge leaves out of this parent is where moved values may come from.
            self.directory(&mut Vec::new(), slice, cache, Some(tree), 0);
            for (path, change) in std::mem::take(&mut self.found) {
                if change.after.is_empty() {
                    found.entry(path).or_default().before.extend(change.before);
                }
            }
            for (path, change) in &mut found {
                if let Some(version) = self.lookup(tree, path) {
                    change.before.insert(version);
                }
            }
        }
        if self.paths.ran_out() {
            let detail = "more paths changed than can be listed";
            self.skipped
                .push(Skipped::new(Reason::LimitReached, "the index", detail));
        }
        found
    }

    /// Compares the index below `prefix` (empty, or ending in `/`) with a tree.
    fn directory(
        &mut self,
        prefix: &mut Vec<u8>,
        mut slice: Slice<'_>,
        cache: Option<&Tree>,
        tree: Option<ObjectId>,
        depth: usize,
    ) {
        if let (Some(cache), Some(tree)) = (cache, tree)
            && cache.num_entries.is_some()
            && cache.id == tree
        {
            return;
        }
        let mut old_entries = match tree {
            Some(id) => self.read_tree(id, prefix),
            None => Dir::new(),
        };
        if depth > MAX_DEPTH {
            let what = prefix.clone();
            self.skipped.push(Skipped::new(
                Reason::LimitReached,
                what,
                "directories nested too deep",
            ));
            return;
        }
        let caches = children(cache);
        while let Some(first) = slice.entries.first() {
            let path = slice.path(first);
            let rest = path.strip_prefix(prefix.as_slice()).unwrap_or(path);
            let slash = rest.find_byte(b'/').filter(|_| !first.mode.is_sparse());
            let Some(slash) = slash else {
                let stages = slice.take_path(path);
                let name = rest.strip_suffix(b"/").unwrap_or(rest);
                self.file(path, stages.entries, old_entries.remove(name));
                continue;
            };
            let name = &rest[..slash];
            let below = &path[..path.len() - rest.len() + slash + 1];
            let inner = slice.take_below(below);
            // A file that became a directory stays: the file is deleted.
            let tree = tree_id(old_entries.get(name).copied());
            if tree.is_some() {
                old_entries.remove(name);
            }
            let len = prefix.len();
            prefix.truncate(0);
            prefix.extend_from_slice(below);
            self.directory(prefix, inner, caches.get(name).copied(), tree, depth + 1);
            prefix.truncate(len);
        }
        // What is left stands in the tree alone.
        for (name, entry) in old_entries {
            let mut path = prefix.clone();
            path.extend_from_slice(&name);
            self.only_before(path, entry, depth);
        }
    }

    /// A path of the index, with all its stages.
    fn file(&mut self, path: &[u8], group: &[gix::index::Entry], before: Option<Entry>) {
        if let [entry] = group
            && entry.mode.is_sparse()
        {
            return self.sparse(path, entry.id, before);
        }
        let mut after = BTreeSet::new();
        // All stages of a conflict: each is content that resolving the conflict can leave in the
        // index. In a merge, what both sides start from (stage 1) is an ancestor's version, which is
        // committed already; a cherry-pick or a rebase takes it from anywhere.
        let all_stages =
            |entry: &&gix::index::Entry| !(self.merging && entry.flags.stage_raw() == 1);
        let counts: Vec<&gix::index::Entry> = group.iter().filter(all_stages).collect();
        for entry in counts {
            // Only announced, no content is staged.
            if entry.flags.contains(Flags::INTENT_TO_ADD) {
                continue;
            }
            if entry.mode == Mode::COMMIT {
                if before != Some(Entry::Submodule(entry.id)) {
                    after.extend(self.blob_of_submodule(entry.id));
                }
                if before.is_none() {
                    self.submodules.push(path.to_vec());
                }
                continue;
            }
            after.insert(Version {
                id: entry.id,
                link: entry.mode == Mode::SYMLINK,
            });
        }
        let before = match before {
            Some(Entry::Blob(version)) => Some(version),
            // A directory that became a file: its files are deleted.
            Some(tree @ Entry::Tree(_)) => {
                self.only_before(path.to_vec(), tree, 0);
                None
            }
            Some(Entry::Submodule(_)) | None => None,
        };
        if after.iter().copied().eq(before) {
            return;
        }
        let change = self.found.entry(path.to_vec()).or_default();
        change.after.extend(after);
        change.before.extend(before);
    }

    /// The content that a submodule's entry names. It is a commit of another repository, as it
    /// ought to be, unless a blob of this one has the id: then that is content which a commit would
    /// publish under the entry's path.
    fn blob_of_submodule(&mut self, id: ObjectId) -> Option<Version> {
        let blob = gix::objs::Kind::Blob;
        let is_blob = matches!(self.odb.find_as(&id, blob, &mut self.buffer), Ok(Some(_)));
        is_blob.then_some(Version { id, link: false })
    }

    /// A directory of a sparse index, which stands for a whole tree.
    fn sparse(&mut self, path: &[u8], id: ObjectId, before: Option<Entry>) {
        let before = match before {
            Some(Entry::Tree(tree)) if tree == id => return,
            Some(Entry::Tree(tree)) => Some(tree),
            Some(other) => {
                let path = path.strip_suffix(b"/").unwrap_or(path);
                self.only_before(path.to_vec(), other, 0);
                None
            }
            None => None,
        };
        let mut prefix = path.to_vec();
        if !prefix.ends_with(b"/") {
            prefix.push(b'/');
        }
        self.trees_differ(&prefix, Some(id), before, 0);
    }

    /// Compares two trees.
    fn trees_differ(
        &mut self,
        prefix: &[u8],
        after: Option<ObjectId>,
        before: Option<ObjectId>,
        depth: usize,
    ) {
        if after == before || depth > MAX_DEPTH || !self.paths.enter() {
            return;
        }
        let ours = after.map_or_else(Dir::new, |id| self.read_tree(id, prefix));
        let mut old_entries = before.map_or_else(Dir::new, |id| self.read_tree(id, prefix));
        for (name, entry) in ours {
            let old = old_entries.remove(&name);
            if old == Some(entry) {
                continue;
            }
            let path = [prefix, &name].concat();
            let (new_tree, old_tree) = (tree_id(Some(entry)), tree_id(old));
            if new_tree.is_some() || old_tree.is_some() {
                let below = [path.as_slice(), b"/"].concat();
                self.trees_differ(&below, new_tree, old_tree, depth + 1);
            }
            if old.is_none() && matches!(entry, Entry::Submodule(_)) {
                self.submodules.push(path.clone());
            }
            let new = match entry {
                Entry::Submodule(id) => self.blob_of_submodule(id),
                entry => blob(Some(entry)),
            };
            let old = blob(old);
            if (new.is_some() || old.is_some()) && self.paths.list() {
                let change = self.found.entry(path).or_default();
                change.after.extend(new);
                change.before.extend(old);
            }
        }
        for (name, entry) in old_entries {
            self.only_before([prefix, &name].concat(), entry, depth + 1);
        }
    }

    /// Paths at which the index has a submodule and no parent anything, so far.
    pub fn submodules(&self) -> &[Vec<u8>] {
        &self.submodules
    }

    /// What stood in the tree and is not in the index.
    fn only_before(&mut self, path: Vec<u8>, entry: Entry, depth: usize) {
        match entry {
            Entry::Submodule(_) => {}
            Entry::Blob(version) => {
                self.found.entry(path).or_default().before.insert(version);
            }
            Entry::Tree(id) => {
                let prefix = [path.as_slice(), b"/"].concat();
                self.trees_differ(&prefix, None, Some(id), depth + 1);
            }
        }
    }

    /// Whether the tree of a commit has something at `path`, a directory also.
    pub fn stood(&mut self, commit: Option<ObjectId>, path: &[u8]) -> bool {
        let Some(mut id) = commit.and_then(|commit| self.tree_of(commit)) else {
            return false;
        };
        let mut parts = path.split_str("/").peekable();
        while let Some(part) = parts.next() {
            let dir = self.read_tree(id, path);
            match (dir.get(part), parts.peek()) {
                (Some(_), None) => return true,
                (Some(Entry::Tree(next)), Some(_)) => id = *next,
                _ => return false,
            }
        }
        false
    }

    /// The version of `path` in a tree.
    fn lookup(&mut self, tree: ObjectId, path: &[u8]) -> Option<Version> {
        let mut id = tree;
        let mut rest = path;
        loop {
            let (name, below) = match rest.find_byte(b'/') {
                Some(slash) => (&rest[..slash], Some(&rest[slash + 1..])),
                None => (rest, None),
            };
            if !self.trees.contains_key(&id) {
                let dir = self.read_tree(id, path);
                self.trees.insert(id, dir);
            }
            let entry = self.trees.get(&id)?.get(name).copied()?;
            match (entry, below) {
                (Entry::Tree(next), Some(below)) => (id, rest) = (next, below),
                (Entry::Blob(version), None) => return Some(version),
                _ => return None,
            }
        }
    }

    /// The tree of a commit; `None` is skipped input.
    fn tree_of(&mut self, commit: ObjectId) -> Option<ObjectId> {
        let found = match self
            .odb
            .find_as(&commit, gix::objs::Kind::Commit, &mut self.buffer)
        {
            Ok(Some(object)) => gix::objs::CommitRefIter::from_bytes(object.data, self.hash)
                .tree_id()
                .map_err(|_| Reason::CorruptObject),
            Ok(None) => Err(Reason::MissingObject),
            Err(_) => Err(Reason::CorruptObject),
        };
        found
            .map_err(|reason| {
                let detail = "commit that the staged content is compared with";
                self.skipped
                    .push(Skipped::new(reason, commit.to_string(), detail));
            })
            .ok()
    }

    /// One directory of a tree. What cannot be read is skipped input and counts as empty, so
    /// that staged content is rather reported than lost.
    fn read_tree(&mut self, id: ObjectId, prefix: &[u8]) -> Dir {
        let mut dir = Dir::new();
        if id == ObjectId::empty_tree(self.hash) {
            return dir;
        }
        let problem = match self
            .odb
            .find_as(&id, gix::objs::Kind::Tree, &mut self.buffer)
        {
            Ok(Some(object)) => {
                if self.read.insert(id) {
                    self.paths.read(object.data.len());
                }
                let read = dir::read(object.data, self.hash, &mut dir);
                read.err()
            }
            Ok(None) => Some(Reason::MissingObject),
            Err(_) => Some(Reason::CorruptObject),
        };
        if let Some(reason) = problem {
            let what = prefix.strip_suffix(b"/").unwrap_or(prefix);
            let what = if what.is_empty() {
                b".".as_slice()
            } else {
                what
            };
            self.skipped
                .push(Skipped::new(reason, what, format!("tree {id}")));
        }
        dir
    }
}

/// The directories of a cached tree, by name.
fn children(cache: Option<&Tree>) -> HashMap<&[u8], &Tree> {
    let all = cache.map(|cache| cache.children.as_slice());
    let named = all.unwrap_or_default().iter();
    named.map(|child| (child.name.as_slice(), child)).collect()
}
