//! Whether commits, tags and references name what is there: a parent is a commit, a tag's target
//! what the tag says, a branch a commit. What else lies under such an id, or nothing, hides
//! all that it would lead to, and is said.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::scan::Scan;
use super::{History, Oid, Reason, Skipped, Visit};
use crate::source::git::fault::{Fault, Kind};
use crate::source::git::graph::{Graph, LOST};
use crate::source::git::parse::{parse_commit, parse_tag};
use crate::source::git::refs::Ref;
use crate::source::git::store::Store;

/// Looks for loose copies of what is named as a commit or as a tag's target and is something else
/// in its pack, and shows them. True when there are new commits or tags.
pub(super) fn mend<V: Visit>(
    graph: &Graph,
    store: &Store,
    refs: &[Ref],
    scan: &Scan<'_, V>,
) -> bool {
    let parents = graph.missing.iter().map(|(parent, _)| *parent);
    let targets = graph.tags.values().filter(|label| {
        let kind = label.kind;
        kind.is_none_or(|kind| !store.holds(&label.target, kind))
    });
    let named = refs.iter().map(|r| r.oid);
    let named = named.filter(|oid| graph.peel(*oid).is_none());
    let queue: BTreeSet<Oid> = parents
        .chain(targets.map(|label| label.target))
        .chain(named)
        .collect();
    let mut queue: Vec<Oid> = queue.into_iter().collect();
    let mut more = false;
    while let Some(oid) = queue.pop() {
        let Some((kind, bytes)) = store.uncover(&oid) else {
            continue;
        };
        // Trees are read later, and what is in a pack as the same was seen there.
        if kind != Kind::Tree && !store.in_pack_before(&oid, kind, store.packs.len()) {
            scan.take(oid, kind, &bytes, None);
        }
        match kind {
            Kind::Commit => {
                let parents = parse_commit(&bytes).map(|commit| commit.parents);
                let parents = parents.unwrap_or_default().into_iter();
                queue.extend(parents.filter(|oid| !store.holds(oid, Kind::Commit)));
                more = true;
            }
            Kind::Tag => {
                queue.extend(parse_tag(&bytes).map(|tag| tag.label.target));
                more = true;
            }
            Kind::Tree | Kind::Blob => {}
        }
    }
    more
}

/// Why an object is not the `kind` that it is named as, in words that follow its name.
pub(super) fn unlike(store: &Store, oid: &Oid, kind: Kind, by: &str) -> (Reason, String) {
    match store.kinds(oid).next() {
        Some(found) => (
            Reason::CorruptObject,
            format!("it is a {found}, and no {kind} as {by} says"),
        ),
        None if store.contains(oid) => (
            Reason::CorruptObject,
            format!("it cannot be read as the {kind} that {by} names"),
        ),
        None => (Reason::MissingObject, format!("{kind} that {by} names")),
    }
}

impl History {
    /// Adds a `Skipped` for everything that commits, tags and references reach and that is not
    /// what they say. `shallow` are the commits at which the history is cut.
    pub(super) fn check_links(&mut self, refs: &[Ref], shallow: &HashSet<Oid>) {
        let mut gaps = BTreeSet::new();
        self.check_parents(shallow, &mut gaps);
        self.check_tags(&mut gaps);
        self.check_refs(refs, &mut gaps);
        for oid in &self.graph.circles {
            if self.reaches(oid) {
                let detail = "its parents lead back to it, so that an id must be false";
                gaps.insert(Skipped::new(Reason::CorruptObject, oid.to_string(), detail));
            }
        }
        self.skipped.extend(gaps);
    }

    fn reaches(&self, commit: &Oid) -> bool {
        let pos = self.graph.index.get(commit);
        pos.is_some_and(|pos| self.graph.group[*pos as usize] != LOST)
    }

    fn check_parents(&self, shallow: &HashSet<Oid>, gaps: &mut BTreeSet<Skipped>) {
        // One gap a parent, whatever the number of its children.
        let mut told = HashSet::new();
        for (parent, child) in &self.graph.missing {
            if shallow.contains(child) || !self.reaches(child) || !told.insert(*parent) {
                continue;
            }
            let (reason, detail) = match self.store.contains(parent) {
                false => (Reason::MissingObject, format!("commit, parent of {child}")),
                true => unlike(
                    &self.store,
                    parent,
                    Kind::Commit,
                    &format!("its child {child}"),
                ),
            };
            gaps.insert(Skipped::new(reason, parent.to_string(), detail));
        }
    }

    fn check_tags(&self, gaps: &mut BTreeSet<Skipped>) {
        for (tag, label) in &self.graph.tags {
            if !self.graph.other.contains_key(tag) {
                continue;
            }
            let (reason, detail) = match label.kind {
                Some(kind) if self.store.holds(&label.target, kind) => continue,
                Some(kind) => unlike(&self.store, &label.target, kind, &format!("the tag {tag}")),
                None => (
                    Reason::CorruptObject,
                    format!("the tag {tag} does not say what it is"),
                ),
            };
            let absent = reason == Reason::MissingObject && self.info.partial;
            let reason = match absent {
                true => Reason::PartialClone,
                false => reason,
            };
            gaps.insert(Skipped::new(reason, label.target.to_string(), detail));
        }
    }

    /// Branches and HEAD are commits. Other references may name anything, but then nothing else
    /// says what it has to be, and only its id can tell.
    fn check_refs(&self, refs: &[Ref], gaps: &mut BTreeSet<Skipped>) {
        let mut bare: BTreeMap<Oid, &Ref> = BTreeMap::new();
        for r in refs {
            if self.graph.index.contains_key(&r.oid) || !self.store.contains(&r.oid) {
                continue;
            }
            if r.name == b"HEAD" || r.name.starts_with(b"refs/heads/") {
                let detail = format!("it names {}, which is no commit", r.oid);
                gaps.insert(Skipped::new(Reason::BrokenRef, r.name.clone(), detail));
            } else if !self.graph.tags.contains_key(&r.oid) {
                bare.entry(r.oid).or_insert(r);
            }
        }
        for (oid, r) in bare {
            // What cannot be read was said where it was tried.
            if let Ok((kind, bytes)) = self.store.read(&oid)
                && !self.store.is_genuine(&oid, kind, &bytes)
                && self.store.genuine(&oid).is_none()
            {
                let Fault { reason, detail } = Fault::false_id();
                let by = String::from_utf8_lossy(&r.name).into_owned();
                let detail = format!("{detail}, and {by} names it");
                gaps.insert(Skipped::new(reason, oid.to_string(), detail));
            }
        }
    }
}
