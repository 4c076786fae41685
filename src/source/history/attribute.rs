//! Attribution: from content that holds credentials to paths, commits and timelines.
//!
//! All trees are decoded once and reduced to the paths that lead to the wanted blobs (`wanted`).
//! Then one pass over the commits, parents first, says what each of them brought (`introductions`)
//! and took away (`lives`).

use std::collections::{BTreeMap, HashSet};

use super::introductions::{AtPaths, Introductions};
use super::lives::{Life, path_of};
use super::pruned::{EMPTY, Pruned};
use super::unread;
use super::wanted::{Reduced, Wanted};
use super::{
    Attributed, Attribution, Carrier, Control, History, Introduction, Origin, Reason, RepoPath,
    Skipped,
};
use crate::source::git::graph::LOST;
use crate::source::git::people::People;

/// What the place of a path is made of.
struct Places<'a> {
    wanted: &'a Wanted,
    pruned: &'a Pruned,
    /// The reduced tree of HEAD.
    head: u32,
    people: &'a People<'a>,
}

impl History {
    /// Traces `carriers` to paths and commits. The result does not depend on their order. When
    /// `control` stops it, or stopped the scan before (then commits are missing, and what they
    /// reach would be called unreachable), every carrier is placed by its id instead:
    /// [`Attribution::whole`] says which of the two happened.
    pub fn attribute(&self, carriers: &[Carrier], control: &Control) -> Attribution {
        if control.stopped() {
            return untraced(carriers);
        }
        let first = numbers(carriers);
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
        let wanted = Wanted::of(carriers);
        let people = People::new(&self.store, &self.graph);
        let mut lives = vec![Life::default(); numbers(carriers) as usize];
        let mut at_head: Box<[u32]> = Box::default();
        // What stands in messages and references alone needs no tree.
        if !wanted.creds.is_empty() {
            let trees = self.reduced(&wanted, control, &mut out.skipped)?;
            let found = self.introduced(&wanted, &trees, &mut lives, control)?;
            if !found.whole {
                out.skipped.push(Skipped::new(
                    Reason::LimitReached,
                    "attribution",
                    "more paths lead to the content than can be listed",
                ));
            }
            self.bare_blobs(&wanted, &found.seen, &mut out);
            let head = self
                .graph
                .head
                .map_or(EMPTY, |pos| trees.roots[pos as usize]);
            let places = Places {
                wanted: &wanted,
                pruned: &trees.pruned,
                head,
                people: &people,
            };
            self.places(found.at_paths, &places, control, &mut out)?;
            at_head = trees.pruned.set(head).into();
        }
        for cred in &at_head {
            if let Some(life) = lives.get_mut(*cred as usize) {
                // Still there: what took it away in between is no end.
                life.removed = None;
                life.removed_from_head = None;
            }
        }
        out.timelines = self.timelines(&mut lives, carriers, &people, &at_head, &mut out.skipped);
        self.messages(carriers, &people, &mut out);
        out.places.sort_by(|a, b| {
            (a.credential, &a.path, &a.origin).cmp(&(b.credential, &b.path, &b.origin))
        });
        out.skipped.sort();
        out.skipped.dedup();
        Some(out)
    }

    /// Goes over all commits, parents first, and over the trees that references name themselves.
    /// Notes in `lives` what came and went. `None` when `control` said to stop.
    fn introduced<'a>(
        &'a self,
        wanted: &'a Wanted,
        trees: &'a Reduced,
        lives: &mut [Life],
        control: &Control,
    ) -> Option<Introductions<'a>> {
        let mut found = Introductions::new(&self.graph, wanted, trees);
        for pos in 0..trees.roots.len() {
            if control.stopped() {
                return None;
            }
            self.lives(pos, &trees.roots, &trees.pruned, lives);
            found.commit(pos);
        }
        for (oid, group) in &self.graph.other {
            if let Some(tree) = trees.index.get(oid) {
                found.tree(trees.pruned.node(Some(tree)), *group);
            }
        }
        Some(found)
    }

    /// The places of what stands in trees. `None` when `control` said to stop.
    fn places(
        &self,
        at_paths: AtPaths,
        of: &Places<'_>,
        control: &Control,
        out: &mut Attribution,
    ) -> Option<()> {
        for ((credential, path), at_path) in at_paths {
            if control.stopped() {
                return None;
            }
            let now = of.pruned.lookup(of.head, &path);
            let now = now.filter(|blob| of.wanted.holds(*blob, credential));
            let introduced = at_path.by_commit.then(|| {
                let oid = self.graph.nodes[at_path.at.1 as usize].oid;
                Introduction {
                    commit: of.people.commit(oid, &mut out.skipped),
                    times: at_path.times,
                }
            });
            let (origin, path) = of.wanted.shown(now.unwrap_or(at_path.blob), path);
            out.places.push(Attributed {
                credential,
                origin,
                path,
                introduced,
                at_head: now.is_some(),
                versions: at_path.versions.len() as u32,
                reach: self.graph.reach(at_path.at.0),
            });
        }
        Some(())
    }

    /// Places of blobs that no tree names: a reference may name them itself, or nothing does.
    fn bare_blobs(&self, wanted: &Wanted, seen: &HashSet<u32>, out: &mut Attribution) {
        for (i, oid) in (0u32..).zip(&wanted.ids) {
            let group = self.graph.other.get(oid).copied();
            if group.is_none() && seen.contains(&i) {
                continue;
            }
            for cred in &wanted.creds[i as usize] {
                out.places.push(Attributed {
                    credential: *cred,
                    origin: Origin::Blob(*oid),
                    path: RepoPath::of_blob(oid),
                    introduced: None,
                    at_head: false,
                    versions: 1,
                    reach: self.graph.reach(group.unwrap_or(LOST)),
                });
            }
        }
    }
}

/// How many credentials there are.
fn numbers(carriers: &[Carrier]) -> u32 {
    let numbers = carriers.iter().map(|carrier| carrier.credential + 1);
    numbers.max().unwrap_or(0)
}

/// Every carrier once, by its id: nothing is known of paths, commits and what reaches them.
fn untraced(carriers: &[Carrier]) -> Attribution {
    let place = |carrier: &Carrier| {
        let path = match &carrier.origin {
            Origin::Blob(oid) => RepoPath::of_blob(oid),
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
    Attribution {
        whole: false,
        places,
        timelines: vec![None; numbers(carriers) as usize],
        skipped: Vec::new(),
        paths: BTreeMap::new(),
    }
}
