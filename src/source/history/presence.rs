//! Whether everything that reachable history names is there, and which files have wanted names.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::trees::{Collect, Leads, Named, Presence};
use super::{Control, History, Oid, Origin, Reason, Skipped, Visit};
use crate::source::Blob;
use crate::source::git::fault::Kind;
use crate::source::git::graph::LOST;
use crate::source::git::resolve;

impl History {
    /// Adds a `Skipped` for every object that reachable history names and the store lacks; one
    /// for all of them in a partial clone. Gives the files whose names `wants` fits, because this
    /// pass is the one that sees every name.
    pub(super) fn check_presence(
        &mut self,
        shallow: &[Oid],
        control: &Control,
        wants: &(dyn Fn(&[u8]) -> bool + Sync),
    ) -> Named {
        let sink = Presence::new(&self.store, control, wants);
        self.pool
            .install(|| resolve::walk(&self.store, self.budget, &sink));
        let (mut missing, named) = sink.finish(&mut self.skipped);
        for node in &self.graph.nodes {
            if !self.store.contains(&node.tree) {
                missing.insert(node.tree, false);
            }
        }
        if self.info.partial {
            let blobs = missing.values().filter(|blob| **blob).count();
            let trees = missing.len() - blobs;
            if !missing.is_empty() {
                let mut detail = format!("{blobs} blobs are absent");
                if trees > 0 {
                    detail.push_str(&format!(
                        ", and {trees} trees with whatever they would name"
                    ));
                }
                let skip = Skipped::new(Reason::PartialClone, "objects", detail);
                self.skipped.push(skip);
            }
            return named;
        }
        let shallow: HashSet<&Oid> = shallow.iter().collect();
        for (parent, child) in &self.graph.missing {
            let reached = self
                .graph
                .index
                .get(child)
                .is_some_and(|pos| self.graph.group[*pos as usize] != LOST);
            if reached && !shallow.contains(child) {
                let detail = format!("commit, parent of {child}");
                let skip = Skipped::new(Reason::MissingObject, parent.to_string(), detail);
                self.skipped.push(skip);
            }
        }
        if !missing.is_empty() {
            let found = self.reachable(&missing, control);
            self.skipped.extend(found);
        }
        named
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

    /// Those of `missing` that a reachable commit names. What only unreachable trees name was
    /// left to be pruned, and git does not miss it either.
    fn reachable(&self, missing: &BTreeMap<Oid, bool>, control: &Control) -> Vec<Skipped> {
        let wanted: HashMap<Oid, u32> = missing
            .keys()
            .enumerate()
            .map(|(i, oid)| (*oid, i as u32))
            .collect();
        let sink = Collect::new(&self.store, &wanted, control);
        self.pool
            .install(|| resolve::walk(&self.store, self.budget, &sink));
        let trees = sink.finish();
        let mut seen = HashSet::new();
        let mut blobs = HashSet::new();
        let mut stack = Vec::new();
        let mut out = Vec::new();
        let mut report = |oid: &Oid, what: &str| {
            out.push(Skipped::new(
                Reason::MissingObject,
                oid.to_string(),
                format!("{what} named by reachable history"),
            ));
        };
        for (pos, node) in self.graph.nodes.iter().enumerate() {
            if self.graph.group[pos] == LOST {
                continue;
            }
            match trees.index.get(&node.tree) {
                Some(tree) => stack.push(*tree),
                None if missing.contains_key(&node.tree) => report(&node.tree, "tree"),
                None => {}
            }
            while let Some(tree) = stack.pop() {
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
        for (oid, blob) in missing {
            if *blob && wanted.get(oid).is_some_and(|b| blobs.contains(b)) {
                report(oid, "blob");
            } else if trees.index.get(oid).is_some_and(|t| seen.contains(t)) {
                report(oid, "tree");
            }
        }
        out
    }
}
