//! Whether everything that reachable history names is there, and which files have wanted names.

use std::collections::{HashMap, HashSet};

use super::claims::{Claims, Named, Presence, Take};
use super::links::unlike;
use super::trees::{Collect, Leads};
use super::{Control, History, Oid, Origin, Reason, Skipped, Visit};
use crate::source::Blob;
use crate::source::git::fault::Kind;
use crate::source::git::graph::LOST;
use crate::source::git::resolve;
use crate::source::names::Distinct;

impl History {
    /// Adds a `Skipped` for every tree and blob that reachable history names and the store lacks,
    /// or has as something else; one for all that are missing in a partial clone. What comes to
    /// light on the way is given to `take`. Gives the files whose names `wants` fits, and all
    /// names of entries, because this pass is the one that sees every name.
    pub(super) fn check_presence(
        &mut self,
        control: &Control,
        wants: &(dyn Fn(&[u8]) -> bool + Sync),
        take: Take<'_>,
    ) -> (Named, Distinct) {
        let sink = Presence::new(&self.store, control, wants);
        self.pool
            .install(|| resolve::walk(&self.store, self.budget, &sink));
        for node in &self.graph.nodes {
            sink.claim(node.tree, Kind::Tree);
        }
        let (mut claims, named, names) = sink.finish(take, &mut self.skipped);
        if self.info.partial {
            claims = self.left_at_the_server(claims);
        }
        if !claims.is_empty() {
            let found = self.reachable(&claims, control);
            self.skipped.extend(found);
        }
        (named, names)
    }

    /// Says in one `Skipped` what a partial clone does not have; gives what it has and is not
    /// what it is named as.
    fn left_at_the_server(&mut self, claims: Claims) -> Claims {
        let (absent, unlike): (Claims, Claims) = claims
            .into_iter()
            .partition(|(oid, _)| !self.store.contains(oid));
        if absent.is_empty() {
            return unlike;
        }
        let blobs = absent.iter().filter(|(_, kind)| *kind == Kind::Blob);
        let blobs = blobs.count();
        let trees = absent.len() - blobs;
        let mut detail = match blobs {
            1 => "1 blob is absent".to_owned(),
            _ => format!("{blobs} blobs are absent"),
        };
        match trees {
            0 => {}
            1 => detail.push_str(", and 1 tree with whatever it would name"),
            _ => detail.push_str(&format!(
                ", and {trees} trees with whatever they would name"
            )),
        }
        let skip = Skipped::new(Reason::PartialClone, "objects", detail);
        self.skipped.push(skip);
        unlike
    }

    /// Shows content under the names it was asked for. What cannot be read was reported before.
    pub(super) fn show<V: Visit>(&self, named: Named, visit: &V, control: &Control) {
        let mut last: Option<(Oid, Option<Vec<u8>>)> = None;
        for (oid, name) in named {
            if control.stopped() {
                return;
            }
            if last.as_ref().is_none_or(|(id, _)| *id != oid) {
                let read = self.store.read(&oid);
                let blob = read.ok().filter(|(kind, _)| *kind == Kind::Blob);
                last = Some((oid, blob.map(|(_, bytes)| bytes)));
            }
            if let Some((_, Some(bytes))) = &last {
                let origin = Origin::Blob(oid);
                let blob = Blob {
                    bytes,
                    origin: &origin,
                };
                visit.named(blob, &name);
            }
        }
    }

    /// Those of `claims` that a reachable commit makes. What only unreachable trees name was
    /// left to be pruned, and git does not miss it either.
    fn reachable(&self, claims: &Claims, control: &Control) -> Vec<Skipped> {
        let wanted: HashMap<Oid, u32> = claims
            .iter()
            .enumerate()
            .map(|(i, (oid, _))| (*oid, i as u32))
            .collect();
        let sink = Collect::new(&self.store, &wanted, control);
        self.pool
            .install(|| resolve::walk(&self.store, self.budget, &sink));
        let trees = sink.finish();
        let mut seen = HashSet::new();
        let mut blobs = HashSet::new();
        let mut roots = HashSet::new();
        let mut stack = Vec::new();
        let reached = self.graph.nodes.iter().zip(&self.graph.group);
        let reached = reached.filter(|(_, group)| **group != LOST);
        // References may name trees as well.
        let tops = reached.map(|(node, _)| node.tree);
        for top in tops.chain(self.graph.other.keys().copied()) {
            roots.insert(top);
            stack.extend(trees.index.get(&top));
            while let Some(tree) = stack.pop().filter(|_| !control.stopped()) {
                if !seen.insert(tree) {
                    continue;
                }
                for (_, leads) in trees.edges.get(&tree).map(|e| &**e).unwrap_or_default() {
                    match leads {
                        Leads::Tree(t) => stack.push(*t),
                        Leads::Blob(b) => {
                            blobs.insert(*b);
                        }
                    }
                }
            }
        }
        let is_reached = |oid: &Oid, kind: Kind| match kind {
            Kind::Blob => wanted.get(oid).is_some_and(|b| blobs.contains(b)),
            _ => roots.contains(oid) || trees.index.get(oid).is_some_and(|t| seen.contains(t)),
        };
        claims
            .iter()
            .filter(|(oid, kind)| is_reached(oid, *kind))
            .map(|(oid, kind)| {
                let (reason, detail) = match self.store.contains(oid) {
                    true => unlike(&self.store, oid, *kind, "reachable history"),
                    false => (
                        Reason::MissingObject,
                        format!("{kind} named by reachable history"),
                    ),
                };
                Skipped::new(reason, oid.to_string(), detail)
            })
            .collect()
    }
}
