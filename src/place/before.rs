//! Guessable values that stood in what a change starts from. An entry of a baseline is believed to
//! mean a guessable value only where that value is not the change's own.

use std::collections::BTreeSet;

use crate::finding::{Oid, Origin, Sighting};
use crate::secret::Secret;
use crate::source::{Change, File, Range};

/// The guessable values of the versions before a change of the index.
pub(super) fn of_index(sightings: &[Sighting]) -> BTreeSet<Secret> {
    guessable(sightings, |origin| {
        matches!(origin, Origin::Before(_) | Origin::BeforeLink(_))
    })
}

/// The guessable values in contents (archives as a whole) that `wanted` takes.
fn guessable(sightings: &[Sighting], wanted: impl Fn(&Origin) -> bool) -> BTreeSet<Secret> {
    let some = sightings.iter().filter(|one| !one.strong);
    some.filter(|one| wanted(one.origin.outer()))
        .map(|one| one.secret.clone())
        .collect()
}

/// The guessable values of the versions that a range starts from. What a commit of the range made
/// is none of them, even where the next one starts from it.
pub(super) fn of_range(range: &Range, sightings: &[Sighting]) -> BTreeSet<Secret> {
    if sightings.iter().all(|one| one.strong) {
        return BTreeSet::new();
    }
    let mut from: BTreeSet<Oid> = BTreeSet::new();
    let mut made: BTreeSet<Oid> = BTreeSet::new();
    for step in &range.steps {
        // Made by the commit: with it, and without it in no parent as far as that differs. Nothing
        // hangs on the order of the commits, which their dates decide.
        let mut fresh: Option<BTreeSet<Oid>> = None;
        for changes in &step.against {
            let side = |pick: fn(&Change) -> Option<File>| -> BTreeSet<Oid> {
                changes
                    .iter()
                    .filter_map(pick)
                    .map(|file| file.oid)
                    .collect()
            };
            let (before, after) = (side(|change| change.before), side(|change| change.after));
            let new: BTreeSet<Oid> = after.difference(&before).copied().collect();
            fresh = Some(match fresh {
                Some(have) => have.intersection(&new).copied().collect(),
                None => new,
            });
            from.extend(before);
        }
        made.extend(fresh.into_iter().flatten());
    }
    let before = |oid: &Oid| from.contains(oid) && !made.contains(oid);
    guessable(
        sightings,
        |origin| matches!(origin, Origin::Blob(oid) if before(oid)),
    )
}
