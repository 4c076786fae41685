//! Attribution: from content that holds credentials to paths, commits and timelines.
//!
//! All trees are decoded once, in pack order, and reduced to the paths that lead to the wanted
//! blobs. A commit introduced a credential at a path if its tree has it there and none of its
//! parents' trees has; merges are commits like any other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::lives::{Life, Moment, path_of};
use super::pruned::{EMPTY, Pruned};
use super::trees::{Collect, NAMED};
use super::unread;
use super::{
    Attributed, Attribution, Carrier, Control, History, Introduction, Name, Oid, Origin, Reason,
    RepoPath, Skipped,
};
use crate::source::git::graph::LOST;
use crate::source::git::people::People;
use crate::source::git::resolve;

/// Paths that are looked at in all before attribution gives up on further ones: trees can be
/// made that name the same blob at more paths than anyone can list.
const MAX_STEPS: u64 = 20_000_000;

/// What gathers for one credential at one path.
struct AtPath {
    /// Earliest introduction in the best group; no commit for what only a tree reference holds.
    at: Moment,
    by_commit: bool,
    blob: u32,
    times: u32,
    versions: BTreeSet<u32>,
}

type AtPaths = BTreeMap<(u32, Vec<u8>), AtPath>;

impl History {
    /// Traces `carriers` to paths and commits. The result does not depend on their order. When
    /// `control` stops it, or stopped the scan before (then commits are missing, and what they
    /// reach would be called unreachable), every carrier is placed by its id instead:
    /// [`Attribution::whole`] says which of the two happened.
    pub fn attribute(&self, carriers: &[Carrier], control: &Control) -> Attribution {
        if control.stopped() {
            return untraced(carriers);
        }
        let first = carriers.iter().map(|c| c.credential + 1).max().unwrap_or(0);
        let mut all = carriers.to_vec();
        all.extend(unread::carriers(&self.skipped, first));
        match self.traced(&all, control) {
            Some(mut out) => {
                unread::settle(&mut out, first);
                out
            }
            None => untraced(carriers),
        }
    }

    /// `None` when `control` said to stop: half the trees would make half the commits look like
    /// introductions.
    fn traced(&self, carriers: &[Carrier], control: &Control) -> Option<Attribution> {
        let mut out = Attribution {
            whole: true,
            ..Attribution::default()
        };
        let count = carriers.iter().map(|c| c.credential + 1).max().unwrap_or(0);
        let mut lives = vec![Life::default(); count as usize];
        let people = People::new(&self.store, &self.graph);

        let mut blobs: BTreeMap<Oid, BTreeSet<u32>> = BTreeMap::new();
        let mut names: BTreeMap<RepoPath, BTreeSet<u32>> = BTreeMap::new();
        for carrier in carriers {
            match &carrier.origin {
                Origin::Blob(oid) => {
                    blobs.entry(*oid).or_default().insert(carrier.credential);
                }
                Origin::Name(Name::Path(name)) => {
                    let of_name = names.entry(name.clone()).or_default();
                    of_name.insert(carrier.credential);
                }
                _ => {}
            }
        }
        let ids: Vec<Oid> = blobs.keys().copied().collect();
        // Names are numbered behind the blobs, and traced as if they were some.
        let named: Vec<RepoPath> = names.keys().cloned().collect();
        let creds: Vec<Vec<u32>> = blobs
            .values()
            .chain(names.values())
            .map(|c| c.iter().copied().collect())
            .collect();
        let mut head = EMPTY;
        if !creds.is_empty() {
            let wanted: HashMap<Oid, u32> = (0..).zip(&ids).map(|(i, oid)| (*oid, i)).collect();
            let wanted_names = (ids.len() as u32..).zip(&named);
            let wanted_names = wanted_names.map(|(i, name)| (name.0.as_slice().into(), i));
            let sink =
                Collect::new(&self.store, &wanted, control).with_names(wanted_names.collect());
            self.pool
                .install(|| resolve::walk(&self.store, self.budget, &sink));
            if control.stopped() {
                return None;
            }
            let mut trees = sink.finish();
            for (oid, fault) in std::mem::take(&mut trees.failed) {
                let skip = Skipped::new(fault.reason, oid.to_string(), fault.detail);
                out.skipped.push(skip);
            }
            let index = std::mem::take(&mut trees.index);
            let pruned = Pruned::build(trees, index.len(), &creds);
            let roots: Vec<u32> = self
                .graph
                .nodes
                .iter()
                .map(|node| pruned.node(index.get(&node.tree)))
                .collect();
            let mut at_paths = AtPaths::new();
            let mut seen = HashSet::new();
            let mut budget = MAX_STEPS;
            let mut whole = true;
            for pos in 0..roots.len() {
                if control.stopped() {
                    return None;
                }
                self.lives(pos, &roots, &pruned, &mut lives);
                whole &= self.at_paths(
                    pos,
                    &roots,
                    &pruned,
                    &creds,
                    &mut budget,
                    &mut seen,
                    &mut at_paths,
                );
            }
            for (oid, group) in &self.graph.other {
                if let Some(tree) = index.get(oid) {
                    let node = pruned.node(Some(tree));
                    whole &= pruned.diff(node, EMPTY, &mut budget, |path, blob| {
                        seen.insert(blob);
                        for cred in &creds[blob as usize] {
                            add(
                                &mut at_paths,
                                *cred,
                                path,
                                blob,
                                (*group, u32::MAX),
                                true,
                                false,
                            );
                        }
                    });
                }
            }
            if !whole {
                out.skipped.push(Skipped::new(
                    Reason::LimitReached,
                    "attribution",
                    "more paths lead to the content than can be listed",
                ));
            }
            if let Some(pos) = self.graph.head {
                head = roots[pos as usize];
            }
            for ((cred, path), at_path) in at_paths {
                if control.stopped() {
                    return None;
                }
                let now = pruned
                    .lookup(head, &path)
                    .filter(|blob| creds[*blob as usize].binary_search(&cred).is_ok());
                let introduced = at_path.by_commit.then(|| Introduction {
                    commit: people.commit(
                        self.graph.nodes[at_path.at.1 as usize].oid,
                        &mut out.skipped,
                    ),
                    times: at_path.times,
                });
                let (origin, path) = shown(now.unwrap_or(at_path.blob), path, &ids, &named);
                out.places.push(Attributed {
                    credential: cred,
                    origin,
                    path,
                    introduced,
                    at_head: now.is_some(),
                    versions: at_path.versions.len() as u32,
                    reach: self.graph.reach(at_path.at.0),
                });
            }
            self.bare_blobs(&ids, &creds, &seen, &mut out);
            for cred in pruned.set(head) {
                if let Some(life) = lives.get_mut(*cred as usize) {
                    // Still there: what took it away in between is no end.
                    life.removed = None;
                    life.removed_from_head = None;
                }
            }
            out.timelines = self.timelines(
                &mut lives,
                carriers,
                &people,
                pruned.set(head),
                &mut out.skipped,
            );
        } else {
            out.timelines = self.timelines(&mut lives, carriers, &people, &[], &mut out.skipped);
        }
        self.messages(carriers, &people, &mut out);
        out.places.sort_by(|a, b| {
            (a.credential, &a.path, &a.origin).cmp(&(b.credential, &b.path, &b.origin))
        });
        out.skipped.sort();
        out.skipped.dedup();
        Some(out)
    }

    /// Notes the paths to which the commit at `pos` brought something. False when the budget ran
    /// out.
    #[expect(clippy::too_many_arguments, reason = "one step of one loop")]
    fn at_paths(
        &self,
        pos: usize,
        roots: &[u32],
        pruned: &Pruned,
        creds: &[Vec<u32>],
        budget: &mut u64,
        seen: &mut HashSet<u32>,
        at_paths: &mut AtPaths,
    ) -> bool {
        let parents = &self.graph.parents[pos];
        let own = roots[pos];
        if own == EMPTY || parents.iter().any(|p| roots[*p as usize] == own) {
            return true;
        }
        let first = parents.first().map_or(EMPTY, |p| roots[*p as usize]);
        let moment = (self.graph.group[pos], pos as u32);
        pruned.diff(own, first, budget, |path, blob| {
            seen.insert(blob);
            let before: Vec<u32> = parents
                .iter()
                .filter_map(|p| pruned.lookup(roots[*p as usize], path))
                .collect();
            if before.contains(&blob) {
                return;
            }
            for cred in &creds[blob as usize] {
                let new = !before
                    .iter()
                    .any(|b| creds[*b as usize].binary_search(cred).is_ok());
                add(at_paths, *cred, path, blob, moment, new, true);
            }
        })
    }

    /// Places of blobs that no tree names: a reference may name them itself, or nothing does.
    fn bare_blobs(
        &self,
        ids: &[Oid],
        creds: &[Vec<u32>],
        seen: &HashSet<u32>,
        out: &mut Attribution,
    ) {
        for (i, oid) in (0u32..).zip(ids) {
            let group = self.graph.other.get(oid).copied();
            if group.is_none() && seen.contains(&i) {
                continue;
            }
            for cred in &creds[i as usize] {
                out.places.push(Attributed {
                    credential: *cred,
                    origin: Origin::Blob(*oid),
                    path: blob_path(oid),
                    introduced: None,
                    at_head: false,
                    versions: 1,
                    reach: self.graph.reach(group.unwrap_or(LOST)),
                });
            }
        }
    }
}

/// What a number of [`Collect`] stands for, and its path as people know it.
fn shown(number: u32, path: Vec<u8>, ids: &[Oid], named: &[RepoPath]) -> (Origin, RepoPath) {
    let number = number as usize;
    match ids.get(number) {
        Some(oid) => (Origin::Blob(*oid), RepoPath(path)),
        None => {
            let name = named[number - ids.len()].clone();
            let path = path.strip_suffix(&[NAMED]).map(<[u8]>::to_vec);
            let path = RepoPath(path.unwrap_or_else(|| name.0.clone()));
            (Origin::Name(Name::Path(name)), path)
        }
    }
}

/// The path of a blob that no commit is known to name.
fn blob_path(oid: &Oid) -> RepoPath {
    RepoPath(format!(".git-history/blob/{oid}").into_bytes())
}

/// Every carrier once, by its id: nothing is known of paths, commits and what reaches them.
fn untraced(carriers: &[Carrier]) -> Attribution {
    let place = |carrier: &Carrier| {
        let path = match &carrier.origin {
            Origin::Blob(oid) => blob_path(oid),
            Origin::Message(oid) => path_of(&carrier.origin, oid),
            Origin::Name(name) => name.path(),
            // Not of a history, and never given.
            _ => return None,
        };
        Some(Attributed {
            credential: carrier.credential,
            origin: carrier.origin.clone(),
            path,
            introduced: None,
            at_head: false,
            versions: 1,
            reach: None,
        })
    };
    let mut places: Vec<Attributed> = carriers.iter().filter_map(place).collect();
    places.sort_by(|a, b| (a.credential, &a.origin).cmp(&(b.credential, &b.origin)));
    places.dedup();
    let count = carriers.iter().map(|c| c.credential + 1).max().unwrap_or(0);
    Attribution {
        whole: false,
        places,
        timelines: vec![None; count as usize],
        skipped: Vec::new(),
        paths: BTreeMap::new(),
    }
}

/// Adds a version of a path, and an introduction if it is one. Only the best group counts.
fn add(
    at_paths: &mut AtPaths,
    cred: u32,
    path: &[u8],
    blob: u32,
    moment: Moment,
    new: bool,
    by_commit: bool,
) {
    let fresh = || AtPath {
        at: moment,
        by_commit,
        blob,
        times: 0,
        versions: BTreeSet::new(),
    };
    let at_path = at_paths.entry((cred, path.to_vec())).or_insert_with(fresh);
    if moment.0 > at_path.at.0 {
        return;
    }
    if moment.0 < at_path.at.0 {
        *at_path = fresh();
    }
    at_path.versions.insert(blob);
    if new {
        at_path.times += 1;
        if moment < at_path.at {
            at_path.at = moment;
            at_path.by_commit = by_commit;
            at_path.blob = blob;
        }
    }
}
