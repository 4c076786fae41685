//! News: what a change introduces. A credential is news when it stands in more places after the
//! change than before it, counted over the changed paths: a moved line is not, a copy is.

use std::collections::BTreeMap;

use crate::finding::{Origin, RepoPath, Sighting};
use crate::secret::Secret;

/// Keeps the sightings of values that are news. Of those, the places are kept whose path holds the
/// value more often than before (or all, when every path has as many).
pub fn news(all: Vec<Sighting>) -> Vec<Sighting> {
    let mut balance: BTreeMap<Secret, BTreeMap<RepoPath, (i64, i64)>> = BTreeMap::new();
    for sighting in &all {
        let paths = balance.entry(sighting.secret.clone()).or_default();
        match &sighting.origin {
            Origin::Before(path) => paths.entry(path.clone()).or_default().0 += 1,
            Origin::File(path) | Origin::Link(path) => {
                paths.entry(path.clone()).or_default().1 += 1;
            }
            Origin::Stdin(_) | Origin::Blob(_) | Origin::Message(_) => {}
        }
    }
    all.into_iter()
        .filter(|sighting| {
            let (Origin::File(path) | Origin::Link(path)) = &sighting.origin else {
                return false;
            };
            let paths = &balance[&sighting.secret];
            let (before, after) = paths
                .values()
                .fold((0, 0), |(b, a), (before, after)| (b + before, a + after));
            let grew = |(before, after): &(i64, i64)| after > before;
            after > before && (grew(&paths[path]) || !paths.values().any(grew))
        })
        .collect()
}
