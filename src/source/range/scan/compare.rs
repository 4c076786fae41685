//! What the commits of a range changed against their parents, where that has to be known.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use gix::mailmap::Snapshot;

use super::super::revs::Ends;
use super::super::{Change, File, Step};
use super::{Fresh, Scan, Versus};
use crate::finding::{Oid, RepoPath};
use crate::source::Visit;

impl<V: Visit> Scan<'_, V> {
    /// Lists, for the commits that brought content which holds something, everything that they
    /// changed, and shows what they started from.
    pub(super) fn compare(
        &mut self,
        versus: Vec<Versus<'_>>,
        fresh: Vec<Fresh>,
        ends: &Ends,
    ) -> anyhow::Result<()> {
        let holders = self.visit.holders();
        let holds = |file: &File| holders.as_ref().is_none_or(|all| all.contains(&file.oid));
        let mut paths: HashSet<Rc<[u8]>> = HashSet::new();
        let mut of_interest: BTreeSet<Rc<[u8]>> = BTreeSet::new();
        for (commit, fresh) in versus.iter().zip(fresh) {
            let holding = fresh.iter().filter(|(_, file)| holds(file));
            of_interest.extend(holding.map(|(path, _)| Rc::clone(path)));
            if !fresh.iter().any(|(_, file)| holds(file)) {
                continue;
            }
            self.step(commit, &mut paths);
        }
        self.range.steps.reverse();
        self.at_end(of_interest, ends);
        self.show()?;
        if self.control.stopped() {
            // A version that was not compared must not look new.
            let queue = &self.queue;
            let seen =
                |change: &Change| change.before.is_none_or(|file| queue.has_shown(&file.oid));
            let whole = |step: &Step| step.against.iter().flatten().all(seen);
            self.range.steps.retain(whole);
        }
        self.mailmap(ends);
        Ok(())
    }

    /// Lists what a commit changed against each of its parents.
    fn step(&mut self, commit: &Versus<'_>, paths: &mut HashSet<Rc<[u8]>>) {
        let parents: Vec<Option<Oid>> = match commit.parents.is_empty() {
            true => vec![None],
            false => commit.parents.iter().copied().map(Some).collect(),
        };
        let mut against = Vec::with_capacity(parents.len());
        for parent in parents {
            let mut changes = Vec::new();
            let own = Some(commit.node.tree);
            self.trees.changed(parent, own, &mut |path, before, after| {
                let path = interned(paths, path);
                for file in [after, before].into_iter().flatten() {
                    self.queue.add(&path, file, true, self.visit);
                }
                changes.push(Change {
                    path: RepoPath(path.to_vec()),
                    before,
                    after,
                });
            });
            against.push(changes);
        }
        self.range.steps.push(Step {
            commit: commit.node.oid,
            against,
        });
    }

    /// Finds what stands at paths where the range ends.
    fn at_end(&mut self, paths: BTreeSet<Rc<[u8]>>, ends: &Ends) {
        for path in paths {
            for tip in &ends.tips {
                let Some(tree) = self.walk.tree(tip) else {
                    continue;
                };
                if let Some(file) = self.trees.lookup(tree, &path) {
                    self.queue.add(&path, file, true, self.visit);
                    let path = RepoPath(path.to_vec());
                    self.range.at_end.entry(path).or_default().insert(file);
                }
            }
        }
    }

    /// Reads by which names people go, where the range ends.
    fn mailmap(&mut self, ends: &Ends) {
        for tip in &ends.tips {
            if self.range.mailmap.entries().is_empty()
                && let Some(tree) = self.walk.tree(tip)
                && let Some(file) = self.trees.lookup(tree, b".mailmap")
            {
                let mut buffer = Vec::new();
                if self.objects.blob(&file.oid, &mut buffer).is_ok() {
                    self.range.mailmap = Snapshot::from_bytes(&buffer);
                }
            }
        }
    }
}

/// A path, kept once however many commits change it.
pub(super) fn interned(paths: &mut HashSet<Rc<[u8]>>, path: &[u8]) -> Rc<[u8]> {
    match paths.get(path) {
        Some(path) => Rc::clone(path),
        None => {
            let path: Rc<[u8]> = path.into();
            paths.insert(Rc::clone(&path));
            path
        }
    }
}
