//! News: what a change introduces. A credential is news when it stands in more places after the
//! change than before it, counted over the changed paths: a moved line is not, a copy is.

use std::collections::BTreeMap;

use crate::finding::{Origin, RepoPath, Sighting};
use crate::secret::Secret;

/// A path with the names on the way into archives: a place as far as changes know it.
type Spot = (RepoPath, Vec<RepoPath>);

/// Which spot it is, and whether before the change; `None` for what is no part of one.
fn spot(origin: &Origin) -> Option<(Spot, bool)> {
    let (path, before) = match origin.outer() {
        Origin::Before(path) => (path, true),
        Origin::File(path) | Origin::Link(path) => (path, false),
        Origin::Stdin(_) | Origin::Blob(_) | Origin::Message(_) | Origin::Member(_) => return None,
    };
    Some(((path.clone(), origin.inside().to_vec()), before))
}

/// Keeps the sightings of values that are news. Of those, the places are kept whose path (and
/// member, in an archive) holds the value more often than before (or all, when every one has as
/// many).
pub fn news(all: Vec<Sighting>) -> Vec<Sighting> {
    let mut balance: BTreeMap<Secret, BTreeMap<Spot, (i64, i64)>> = BTreeMap::new();
    for sighting in &all {
        let spots = balance.entry(sighting.secret.clone()).or_default();
        match spot(&sighting.origin) {
            Some((spot, true)) => spots.entry(spot).or_default().0 += 1,
            Some((spot, false)) => spots.entry(spot).or_default().1 += 1,
            None => {}
        }
    }
    all.into_iter()
        .filter(|sighting| {
            let Some((spot, false)) = spot(&sighting.origin) else {
                return false;
            };
            let spots = &balance[&sighting.secret];
            let (before, after) = spots
                .values()
                .fold((0, 0), |(b, a), (before, after)| (b + before, a + after));
            let grew = |(before, after): &(i64, i64)| after > before;
            after > before && (grew(&spots[&spot]) || !spots.values().any(grew))
        })
        .collect()
}
