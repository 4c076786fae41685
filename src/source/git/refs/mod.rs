//! References: every name under `refs/`, loose and packed, those of all worktrees, every HEAD, the
//! stash's own log, and on demand the pseudo-references that git leaves beside HEAD.

mod lookup;
mod loose;
mod text;
mod worktrees;

use std::collections::BTreeMap;

pub(in crate::source) use lookup::{Finder, head, merge_heads};

use super::bounds::LIST;
use super::open::Layout;
use crate::finding::{Oid, Reason, Skipped};
use lookup::Found;
use loose::Names;
pub(in crate::source::git) use text::hex;
use text::lines;
use worktrees::Worktree;

/// A starting point of the history.
#[derive(Clone, Debug)]
pub(in crate::source) struct Ref {
    pub oid: Oid,
    /// Its full name, for messages.
    pub name: Vec<u8>,
    /// `None` for branches, tags, remote branches and HEAD; else `refs/<namespace>`, or the name
    /// of a pseudo-reference.
    pub group: Option<String>,
}

/// What the references are.
pub(in crate::source) struct Refs {
    pub all: Vec<Ref>,
    pub head: Option<Oid>,
    /// Counts by kind, for the summary.
    pub counts: Vec<(&'static str, u64)>,
    /// `packed-refs` is there and holds not one byte. Git writes at least a line into it, so it
    /// may have been cut off.
    pub emptied: bool,
}

/// What to say of an empty `packed-refs` where references are missed.
pub(in crate::source) const EMPTIED: &str =
    "it is empty, which git does not write: references may have been lost";

/// What to say where there are commits and no references.
pub(in crate::source) const NOTHING_LED_TO: &str =
    "no reference leads to any commit that is here: --unreachable reads them";

/// What to say of a reference whose object is not there.
pub(in crate::source) fn names_nothing(oid: &Oid) -> String {
    format!("it names {oid}, which is not there")
}

/// The longest way through symbolic references that is followed, as in git.
const MAX_SYMBOLIC: usize = 5;

/// Reads all references; broken ones are reported and left out, and so is what is left once `over` says
/// that the run is to end.
pub(in crate::source) fn read(
    layout: &Layout,
    over: &dyn Fn() -> bool,
    skipped: &mut Vec<Skipped>,
) -> Refs {
    let worktrees = worktrees::all(layout, skipped);
    let mut names = Names::read(layout, &worktrees, over, skipped);
    let mut all = std::mem::take(&mut names.overridden);
    let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
    for (name, target) in &names.map {
        if over() {
            break;
        }
        let worktree = names.worktree_of(name, &worktrees);
        let oid = match names.resolve(layout, target, worktree) {
            Found::Id(oid) => oid,
            found => {
                skipped.extend(found.gap(name));
                continue;
            }
        };
        let (kind, group) = classify(worktree.inner(name));
        *counts.entry(kind).or_default() += 1;
        all.push(Ref {
            oid,
            name: name.clone(),
            group,
        });
    }
    let head = heads(layout, &names, &worktrees, &mut all, skipped);
    all.extend(stash_log(layout, skipped));
    Refs {
        all,
        head,
        counts: counts.into_iter().map(|(k, n)| (KINDS[k], n)).collect(),
        emptied: names.emptied,
    }
}

/// The HEAD of every worktree; gives the one of the worktree that is open.
fn heads(
    layout: &Layout,
    names: &Names,
    worktrees: &[Worktree],
    all: &mut Vec<Ref>,
    skipped: &mut Vec<Skipped>,
) -> Option<Oid> {
    let mut own = None;
    for worktree in worktrees {
        let name = worktree.full(b"HEAD");
        let found = match Finder::new(layout).target(&worktree.dir, b"HEAD") {
            Ok(Some(target)) => names.resolve(layout, &target, worktree),
            Ok(None) => Found::Absent,
            Err(fault) => Found::Broken(fault),
        };
        let Found::Id(oid) = found else {
            skipped.extend(found.gap(&name));
            continue;
        };
        if worktree.dir == layout.git_dir {
            own = Some(oid);
        }
        all.push(Ref {
            oid,
            name,
            group: None,
        });
    }
    own
}

const KINDS: [&str; 7] = [
    "branches",
    "tags",
    "remote branches",
    "stashes",
    "notes",
    "pull-request refs",
    "other refs",
];

/// The kind of a reference for the summary, and the group its history is told apart by.
fn classify(name: &[u8]) -> (usize, Option<String>) {
    let space = name
        .strip_prefix(b"refs/")
        .and_then(|rest| rest.split(|b| *b == b'/').next())
        .unwrap_or_default();
    let kind = match space {
        b"heads" => return (0, None),
        b"tags" => return (1, None),
        b"remotes" => {
            // Some mirrors fetch pull requests to `refs/remotes/<remote>/pr/…`: still branches.
            return (2, None);
        }
        b"stash" => 3,
        b"notes" => 4,
        b"pull" | b"merge-requests" | b"pull-requests" => 5,
        _ => 6,
    };
    let group = format!("refs/{}", String::from_utf8_lossy(space));
    (kind, Some(group))
}

/// What the stash held: its older entries are in its log alone.
fn stash_log(layout: &Layout, skipped: &mut Vec<Skipped>) -> Vec<Ref> {
    let path = layout.common.join("logs/refs/stash");
    let text = match layout.bounds.read(&path, LIST) {
        Ok(text) => text.unwrap_or_default(),
        Err(fault) => {
            skipped.push(Skipped::new(
                Reason::BrokenRef,
                *b"logs/refs/stash",
                fault.detail,
            ));
            return Vec::new();
        }
    };
    let entry = |oid| Ref {
        oid,
        name: b"refs/stash (log)".to_vec(),
        group: Some("refs/stash".to_owned()),
    };
    text::log_entries(&text).map(entry).collect()
}

/// The commits at which the history of a shallow clone is cut.
pub(in crate::source) fn shallow(layout: &Layout, skipped: &mut Vec<Skipped>) -> Vec<Oid> {
    let mut broken = |detail: &str| {
        skipped.push(Skipped::new(Reason::BrokenRef, *b"shallow", detail));
    };
    let text = match layout.bounds.read(&layout.common.join("shallow"), LIST) {
        Ok(text) => text.unwrap_or_default(),
        Err(fault) => {
            broken(&fault.detail);
            return Vec::new();
        }
    };
    let mut out = Vec::new();
    for line in lines(&text) {
        match hex(line) {
            Some(oid) => out.push(oid),
            None => broken("a line that names no commit"),
        }
    }
    out
}

/// What the pseudo-references name: what git keeps of merges, fetches and moves of HEAD, in every
/// worktree. They come and go, and no reference has to hold what they name.
pub(in crate::source) fn pseudo(layout: &Layout, skipped: &mut Vec<Skipped>) -> Vec<Ref> {
    let worktrees = worktrees::all(layout, &mut Vec::new());
    let finder = Finder::new(layout);
    let mut out = Vec::new();
    for worktree in &worktrees {
        let entries = layout.bounds.list(&worktree.dir).ok().flatten();
        for entry in entries.unwrap_or_default() {
            if !text::is_pseudo(&entry.name) {
                continue;
            }
            let name = worktree.full(&entry.name);
            let group = String::from_utf8_lossy(&entry.name).into_owned();
            for found in finder.each(&worktree.dir, &entry.name) {
                match found {
                    Found::Id(oid) => out.push(Ref {
                        oid,
                        name: name.clone(),
                        group: Some(group.clone()),
                    }),
                    other => skipped.extend(other.gap(&name)),
                }
            }
        }
    }
    out
}

/// How many entries all reference logs have.
pub(in crate::source) fn log_count(layout: &Layout) -> Option<(&'static str, u64)> {
    use super::bounds::{self, What};
    let mut stack = vec![layout.common.join("logs")];
    let mut entries = 0;
    while let Some(dir) = stack.pop() {
        for entry in layout.bounds.list(&dir).ok().flatten().unwrap_or_default() {
            match entry.what {
                // A linked directory may lead back here.
                What::Directory if !entry.link => stack.push(entry.path),
                What::File => {
                    let text = bounds::read(&entry.path, LIST).ok().flatten();
                    let text = text.unwrap_or_default();
                    entries += text::log_entries(&text).count() as u64;
                }
                _ => {}
            }
        }
    }
    (entries > 0).then_some(("reflog entries", entries))
}
