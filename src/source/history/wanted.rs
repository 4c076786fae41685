//! The content that is traced, by numbers, and every commit's tree reduced to the paths that lead
//! to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::pruned::Pruned;
use super::trees::{Collect, NAMED};
use super::{Carrier, Control, History, Name, Oid, Origin, RepoPath, Skipped};
use crate::source::git::resolve;

/// Blobs and names of files that hold credentials. Names are numbered behind the blobs, and traced
/// as if they were some.
pub(super) struct Wanted {
    pub ids: Vec<Oid>,
    names: Vec<RepoPath>,
    /// Sorted credentials of each number.
    pub creds: Vec<Vec<u32>>,
}

impl Wanted {
    pub fn of(carriers: &[Carrier]) -> Self {
        let mut blobs: BTreeMap<Oid, BTreeSet<u32>> = BTreeMap::new();
        let mut names: BTreeMap<RepoPath, BTreeSet<u32>> = BTreeMap::new();
        for carrier in carriers {
            let creds = match &carrier.origin {
                Origin::Blob(oid) => blobs.entry(*oid).or_default(),
                Origin::Name(Name::Path(name)) => names.entry(name.clone()).or_default(),
                // Stands in no tree.
                _ => continue,
            };
            creds.insert(carrier.credential);
        }
        Wanted {
            ids: blobs.keys().copied().collect(),
            names: names.keys().cloned().collect(),
            creds: blobs
                .values()
                .chain(names.values())
                .map(|creds| creds.iter().copied().collect())
                .collect(),
        }
    }

    /// Whether the content with this number holds the credential.
    pub fn holds(&self, number: u32, cred: u32) -> bool {
        self.creds[number as usize].binary_search(&cred).is_ok()
    }

    /// What a number stands for, and its path as people know it.
    pub fn shown(&self, number: u32, path: Vec<u8>) -> (Origin, RepoPath) {
        let number = number as usize;
        match self.ids.get(number) {
            Some(oid) => (Origin::Blob(*oid), RepoPath(path)),
            None => {
                let name = self.names[number - self.ids.len()].clone();
                let path = path.strip_suffix(&[NAMED]).map(<[u8]>::to_vec);
                let path = RepoPath(path.unwrap_or_else(|| name.0.clone()));
                (Origin::Name(Name::Path(name)), path)
            }
        }
    }
}

/// All trees of a history, reduced to the paths that lead to what is wanted.
pub(super) struct Reduced {
    pub pruned: Pruned,
    /// Numbers of the trees.
    pub index: HashMap<Oid, u32>,
    /// The reduced tree of each commit, by its position.
    pub roots: Vec<u32>,
}

impl History {
    /// Decodes all trees once, in pack order. `None` when `control` said to stop; trees that could
    /// not be read are `skipped`.
    pub(super) fn reduced(
        &self,
        wanted: &Wanted,
        control: &Control,
        skipped: &mut Vec<Skipped>,
    ) -> Option<Reduced> {
        let ids: HashMap<Oid, u32> = (0..).zip(&wanted.ids).map(|(i, oid)| (*oid, i)).collect();
        let names = (wanted.ids.len() as u32..).zip(&wanted.names);
        let names = names.map(|(i, name)| (name.0.as_slice().into(), i));
        let sink = Collect::new(&self.store, &ids, control).with_names(names.collect());
        self.pool
            .install(|| resolve::walk(&self.store, self.budget, &sink));
        if control.stopped() {
            return None;
        }
        let mut trees = sink.finish();
        for (oid, fault) in std::mem::take(&mut trees.failed) {
            skipped.push(Skipped::new(fault.reason, oid.to_string(), fault.detail));
        }
        let index = std::mem::take(&mut trees.index);
        let pruned = Pruned::build(trees, index.len(), &wanted.creds);
        let nodes = self.graph.nodes.iter();
        let roots = nodes.map(|node| pruned.node(index.get(&node.tree)));
        Some(Reduced {
            roots: roots.collect(),
            pruned,
            index,
        })
    }
}
