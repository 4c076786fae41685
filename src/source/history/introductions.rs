//! At which paths each credential stood, and which commits brought it there.
//!
//! A commit introduced a credential at a path if its tree has it there and none of its parents'
//! trees has; merges are commits like any other.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::lives::Moment;
use super::pruned::EMPTY;
use super::wanted::{Reduced, Wanted};
use crate::source::git::graph::{Graph, Group};

/// So many paths are always looked at before attribution gives up on further ones, and for every entry of the
/// trees some more: trees can be nested so that a few of them name the same blob at more paths than anyone can list.
const PATHS: u64 = 1_000_000;
const PATHS_AN_ENTRY: u64 = 32;

/// What gathers for one credential at one path.
pub(super) struct AtPath {
    /// Earliest introduction in the best group; no commit for what only a tree reference holds.
    pub at: Moment,
    pub by_commit: bool,
    /// What stood there then.
    pub blob: u32,
    /// How many commits brought it.
    pub times: u32,
    pub versions: BTreeSet<u32>,
}

/// By credential and path.
pub(super) type AtPaths = BTreeMap<(u32, Vec<u8>), AtPath>;

/// Some content with a credential, as it is met at a path.
#[derive(Clone, Copy)]
struct Version {
    blob: u32,
    at: Moment,
    /// The credential was not at this path before.
    is_new: bool,
    by_commit: bool,
}

/// What gathers while the trees are compared.
pub(super) struct Introductions<'a> {
    graph: &'a Graph,
    wanted: &'a Wanted,
    trees: &'a Reduced,
    /// Paths that may still be looked at.
    budget: u64,
    pub at_paths: AtPaths,
    /// The content that some tree names.
    pub seen: HashSet<u32>,
    /// Nothing was given up.
    pub whole: bool,
}

impl<'a> Introductions<'a> {
    pub fn new(graph: &'a Graph, wanted: &'a Wanted, trees: &'a Reduced) -> Self {
        Introductions {
            graph,
            wanted,
            trees,
            budget: PATHS + trees.pruned.entries() * PATHS_AN_ENTRY,
            at_paths: AtPaths::new(),
            seen: HashSet::new(),
            whole: true,
        }
    }

    /// Notes the paths to which the commit at `pos` brought something.
    pub fn commit(&mut self, pos: usize) {
        let (trees, creds) = (self.trees, &self.wanted.creds);
        let parents = &self.graph.parents[pos];
        let root_of = |commit: u32| trees.roots[commit as usize];
        let own = trees.roots[pos];
        if own == EMPTY || parents.iter().any(|parent| root_of(*parent) == own) {
            return;
        }
        let first = parents.first().map_or(EMPTY, |parent| root_of(*parent));
        let at = (self.graph.group[pos], pos as u32);
        // What differs from the first parent is all that can be new; the others are asked about
        // each such path.
        self.whole &= trees
            .pruned
            .diff(own, first, &mut self.budget, |path, blob| {
                self.seen.insert(blob);
                let before: Vec<u32> = parents
                    .iter()
                    .filter_map(|parent| trees.pruned.lookup(root_of(*parent), path))
                    .collect();
                if before.contains(&blob) {
                    return;
                }
                for cred in &creds[blob as usize] {
                    let version = Version {
                        blob,
                        at,
                        is_new: !before.iter().any(|blob| self.wanted.holds(*blob, *cred)),
                        by_commit: true,
                    };
                    add(&mut self.at_paths, *cred, path, version);
                }
            });
    }

    /// Notes all paths of a tree that a reference of `group` names itself. It comes after all
    /// commits of its group.
    pub fn tree(&mut self, node: u32, group: Group) {
        let pruned = &self.trees.pruned;
        self.whole &= pruned.diff(node, EMPTY, &mut self.budget, |path, blob| {
            self.seen.insert(blob);
            for cred in &self.wanted.creds[blob as usize] {
                let version = Version {
                    blob,
                    at: (group, u32::MAX),
                    is_new: true,
                    by_commit: false,
                };
                add(&mut self.at_paths, *cred, path, version);
            }
        });
    }
}

/// Adds a version of a path, and an introduction if it is one. Only the best group counts.
fn add(at_paths: &mut AtPaths, cred: u32, path: &[u8], version: Version) {
    let Version { blob, at, .. } = version;
    let fresh = || AtPath {
        at,
        by_commit: version.by_commit,
        blob,
        times: 0,
        versions: BTreeSet::new(),
    };
    let at_path = at_paths.entry((cred, path.to_vec())).or_insert_with(fresh);
    if at.0 > at_path.at.0 {
        return;
    }
    if at.0 < at_path.at.0 {
        *at_path = fresh();
    }
    at_path.versions.insert(blob);
    if version.is_new {
        at_path.times += 1;
        if at < at_path.at {
            at_path.at = at;
            at_path.by_commit = version.by_commit;
            at_path.blob = blob;
        }
    }
}
