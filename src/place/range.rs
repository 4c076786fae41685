//! Places in a range of commits.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::added::{self, Held};
use super::same::{Same, same};
use super::visibility::Visibility;
use super::{About, Places, Placing, numbers, valued};
use crate::finding::{Introduction, Oid, Origin, Place, RepoPath, Sighting};
use crate::judge::Placed;
use crate::source::{Change, File, Ignored, Range, Step};

/// What gathers for one value at one path.
struct AtPath {
    /// The first commit that brought it there, and its version.
    commit: Oid,
    file: File,
    times: u32,
    versions: BTreeSet<Oid>,
}

/// What versions hold at paths.
type HeldAt = HashMap<(File, RepoPath), Rc<[Held]>>;

/// What the versions of the range hold.
struct Contents<'s, 'p> {
    /// By blob: sightings with the numbers of their values.
    by_blob: HashMap<Oid, Vec<(u32, &'s Sighting)>>,
    placing: &'s Placing<'p>,
    /// What was asked already: neighbouring commits ask for the same.
    held: RefCell<HeldAt>,
}

impl<'s, 'p> Contents<'s, 'p> {
    fn new(sightings: &'s [Sighting], placing: &'s Placing<'p>) -> Self {
        let numbers = numbers(sightings);
        let mut by_blob: HashMap<Oid, Vec<(u32, &Sighting)>> = HashMap::new();
        // A whole file may be seen under several names.
        let mut seen = HashSet::new();
        for sighting in sightings {
            if let Origin::Blob(oid) = sighting.origin.outer() {
                let number = numbers[&valued(sighting)];
                let region = sighting.located.region;
                if seen.insert((&sighting.origin, sighting.rule, region, number)) {
                    by_blob.entry(*oid).or_default().push((number, sighting));
                }
            }
        }
        Contents {
            by_blob,
            placing,
            held: RefCell::default(),
        }
    }

    /// Whether a sighting stands in a version at a path. A member's name was known when a file
    /// rule was asked about it. A link is no file, even where its target's text is the content of
    /// one.
    fn fits(&self, sighting: &Sighting, file: File, path: &RepoPath) -> bool {
        match sighting.origin.inside().is_empty() {
            true if file.link => !self.placing.marks.has(sighting.rule),
            true => self.placing.marks.fits(sighting.rule, path),
            false => true,
        }
    }

    /// Which values a version holds at a path, and how often with which visibility.
    fn holds(&self, file: File, path: &RepoPath) -> Rc<[Held]> {
        let Some(all) = self.by_blob.get(&file.oid) else {
            return Rc::from([]);
        };
        let key = (file, path.clone());
        if let Some(held) = self.held.borrow().get(&key) {
            return Rc::clone(held);
        }
        let mut counts: BTreeMap<(u32, Visibility), i64> = BTreeMap::new();
        for (number, sighting) in all {
            if self.fits(sighting, file, path)
                && let Some(visibility) = self.placing.visibility(sighting, path)
            {
                *counts.entry((*number, visibility)).or_default() += 1;
            }
        }
        let held: Rc<[Held]> = counts
            .into_iter()
            .map(|((value, visibility), count)| Held {
                value,
                visibility,
                count,
            })
            .collect();
        self.held.borrow_mut().insert(key, Rc::clone(&held));
        held
    }

    /// What a version shows of a value at a path, by the members of an archive; empty when it does
    /// not hold it there.
    fn shown(&self, value: u32, file: File, path: &RepoPath) -> Vec<Same<'s>> {
        let all = self.by_blob.get(&file.oid).into_iter().flatten();
        let mut members: BTreeMap<&Origin, Vec<&Sighting>> = BTreeMap::new();
        for (number, sighting) in all {
            if *number == value && self.fits(sighting, file, path) {
                members.entry(&sighting.origin).or_default().push(sighting);
            }
        }
        members.into_values().map(same).collect()
    }
}

/// Values that commits of the range brought, with the commits that did.
pub(super) fn places(range: Range, sightings: Vec<Sighting>, placing: &Placing<'_>) -> Places {
    let before = super::before::of_range(&range, &sightings);
    let contents = Contents::new(&sightings, placing);
    let mut at_paths: BTreeMap<(u32, RepoPath), AtPath> = BTreeMap::new();
    for step in &range.steps {
        brought(step, &contents, &mut at_paths);
    }
    let mut placed = Vec::new();
    for ((value, path), at_path) in at_paths {
        placed.extend(at_spot(&range, &contents, value, &path, &at_path));
    }
    placed.extend(in_messages(&range, &sightings, placing));
    Places {
        found: placing.compared(placed),
        unreached: Vec::new(),
        before,
        timelines: BTreeMap::new(),
        about: About {
            skipped: range.skipped,
            ignored: Ignored::default(),
            nothing: range.info.nothing,
            history: None,
            range: Some(range.info),
        },
    }
}

/// Notes what one commit brought, and where its versions still hold what an earlier one did.
fn brought(
    step: &Step,
    contents: &Contents<'_, '_>,
    at_paths: &mut BTreeMap<(u32, RepoPath), AtPath>,
) {
    fn versions(changes: &[Change]) -> Vec<added::Versions<'_, File>> {
        let versions = changes.iter().map(|change| added::Versions {
            path: &change.path,
            before: change.before,
            after: change.after,
        });
        versions.collect()
    }
    let against: Vec<_> = step.against.iter().map(|all| versions(all)).collect();
    let holds = |file: File, path: &RepoPath| contents.holds(file, path);
    for ((value, path), file) in added::introduced(&against, holds) {
        let at_path = at_paths
            .entry((value, path.clone()))
            .or_insert_with(|| AtPath {
                commit: step.commit,
                file,
                times: 0,
                versions: BTreeSet::new(),
            });
        at_path.times += 1;
    }
    for change in step.against.iter().flatten() {
        let Some(after) = change.after else { continue };
        for held in contents.holds(after, &change.path).iter() {
            if let Some(at_path) = at_paths.get_mut(&(held.value, change.path.clone())) {
                at_path.versions.insert(after.oid);
            }
        }
    }
}

/// What is judged of a value at one path: the version at the range's end where it still holds it,
/// else the one that brought it.
fn at_spot(
    range: &Range,
    contents: &Contents<'_, '_>,
    value: u32,
    path: &RepoPath,
    at_path: &AtPath,
) -> Vec<Placed> {
    let now = range.at_end(path).copied().find_map(|file| {
        let shown = contents.shown(value, file, path);
        (!shown.is_empty()).then_some(shown)
    });
    let still = now.is_some();
    let all = now.unwrap_or_else(|| contents.shown(value, at_path.file, path));
    let introduced = Introduction {
        commit: range.commit(at_path.commit),
        times: at_path.times,
    };
    let place = |sighting: &Sighting| Place {
        introduced: Some(introduced.clone()),
        at_head: Some(still),
        versions: at_path.versions.len().max(1) as u32,
        reach: range.reach(&at_path.commit),
        ..Place::new(path.clone(), sighting)
    };
    all.iter()
        .flat_map(|same| same.placed(path, |_| true, contents.placing, place))
        .collect()
}

/// What messages, headers and names hold.
fn in_messages(range: &Range, sightings: &[Sighting], placing: &Placing<'_>) -> Vec<Placed> {
    let mut texts: BTreeMap<_, Vec<&Sighting>> = BTreeMap::new();
    for sighting in sightings {
        // What a push brings beside commits is shown as files.
        if let Origin::Message(_) | Origin::Name(_) | Origin::File(_) | Origin::Link(_) =
            sighting.origin.outer()
        {
            let of_value = texts
                .entry((&sighting.origin, valued(sighting)))
                .or_default();
            of_value.push(sighting);
        }
    }
    let placed = texts.into_iter().flat_map(|((origin, _), all)| {
        let (path, commit, at_head) = match origin.outer() {
            Origin::Message(oid) => {
                let commit = range.message_of(oid);
                let path = RepoPath(format!(".git-history/{oid}/message").into_bytes());
                let at_head = commit == Some(*oid) && range.of_end(oid);
                (path, commit, Some(at_head))
            }
            Origin::Name(name) => (name.path(), range.commit_of(name), None),
            // No commit brings it: a tag names it by itself.
            Origin::File(path) | Origin::Link(path) => (path.clone(), None, None),
            _ => return Vec::new(),
        };
        let place = |sighting: &Sighting| Place {
            introduced: commit.map(|commit| Introduction {
                commit: range.commit(commit),
                times: 1,
            }),
            at_head,
            reach: commit.and_then(|commit| range.reach(&commit)),
            ..Place::new(path.clone(), sighting)
        };
        same(all).placed(&path, |_| true, placing, place)
    });
    placed.collect()
}
