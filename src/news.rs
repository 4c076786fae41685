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
        Origin::Before(path) | Origin::BeforeLink(path) => (path, true),
        Origin::File(path) | Origin::Link(path) => (path, false),
        Origin::Stdin(_) | Origin::Blob(_) | Origin::Message(_) | Origin::Member(_) => return None,
    };
    Some(((path.clone(), origin.inside().to_vec()), before))
}

/// A value as the rules of one side see it: what only a rule of the scanned repository sees before
/// a change must not make old what others see after it.
type Value<'a> = (&'a Secret, bool);

fn value(sighting: &Sighting) -> Value<'_> {
    (&sighting.secret, sighting.theirs)
}

/// Keeps the sightings of values that are news. Of those, the places are kept whose path (and
/// member, in an archive) holds the value more often than before (or all, when every one has as
/// many).
pub fn news(all: Vec<Sighting>) -> Vec<Sighting> {
    let mut balance: BTreeMap<Value<'_>, BTreeMap<Spot, (i64, i64)>> = BTreeMap::new();
    for sighting in &all {
        let spots = balance.entry(value(sighting)).or_default();
        match spot(&sighting.origin) {
            Some((spot, true)) => spots.entry(spot).or_default().0 += 1,
            Some((spot, false)) => spots.entry(spot).or_default().1 += 1,
            None => {}
        }
    }
    let kept: Vec<bool> = all
        .iter()
        .map(|sighting| {
            let Some((spot, false)) = spot(&sighting.origin) else {
                return false;
            };
            let spots = &balance[&value(sighting)];
            let (before, after) = spots
                .values()
                .fold((0, 0), |(b, a), (before, after)| (b + before, a + after));
            let grew = |(before, after): &(i64, i64)| after > before;
            after > before && (grew(&spots[&spot]) || !spots.values().any(grew))
        })
        .collect();
    let news = all.into_iter().zip(kept).filter(|(_, kept)| *kept);
    news.map(|(sighting, _)| sighting).collect()
}

/// One changed path of a commit against one of its parents; `V` names a version of its content.
pub struct Versions<'a, V> {
    /// The path.
    pub path: &'a RepoPath,
    /// The parent's version.
    pub before: Option<V>,
    /// The commit's version.
    pub after: Option<V>,
}

/// What a commit introduced, as `(value, path)` with the version that holds it: values that stand
/// in more places than in the parent, at the paths where there are more of them. A merge
/// introduced only what is news against every parent at the same path. `holds` says how often
/// which values (by number) stand in a version at a path.
pub fn introduced<'a, V: Copy>(
    against: &[Vec<Versions<'a, V>>],
    holds: impl Fn(V, &RepoPath) -> Vec<(u32, i64)>,
) -> BTreeMap<(u32, &'a RepoPath), V> {
    let mut common: Option<BTreeMap<(u32, &RepoPath), V>> = None;
    for changes in against {
        let mut totals: BTreeMap<u32, i64> = BTreeMap::new();
        let mut grown: BTreeMap<(u32, &RepoPath), V> = BTreeMap::new();
        for change in changes {
            let mut balance: BTreeMap<u32, i64> = BTreeMap::new();
            for (version, sign) in [(change.after, 1), (change.before, -1)] {
                for (value, count) in version
                    .map(|version| holds(version, change.path))
                    .into_iter()
                    .flatten()
                {
                    *balance.entry(value).or_default() += sign * count;
                }
            }
            for (value, more) in balance {
                *totals.entry(value).or_default() += more;
                if let Some(after) = change.after.filter(|_| more > 0) {
                    grown.insert((value, change.path), after);
                }
            }
        }
        grown.retain(|(value, _), _| totals.get(value).is_some_and(|more| *more > 0));
        if let Some(before) = &common {
            grown.retain(|place, _| before.contains_key(place));
        }
        common = Some(grown);
    }
    common.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Changed<'a> = (&'a str, Option<u8>, Option<u8>);

    /// Versions are numbered; number `n` holds value 0 `n` times.
    fn brought(against: &[&[Changed<'_>]]) -> Vec<String> {
        let paths: Vec<Vec<RepoPath>> = against
            .iter()
            .map(|changes| changes.iter().map(|c| RepoPath::from(c.0)).collect())
            .collect();
        let against: Vec<Vec<Versions<'_, u8>>> = against
            .iter()
            .zip(&paths)
            .map(|(changes, paths)| {
                let versions = changes.iter().zip(paths).map(|(change, path)| Versions {
                    path,
                    before: change.1,
                    after: change.2,
                });
                versions.collect()
            })
            .collect();
        let holds = |version: u8, _: &RepoPath| match version {
            0 => Vec::new(),
            n => vec![(0, i64::from(n))],
        };
        introduced(&against, holds)
            .into_keys()
            .map(|(_, path)| String::from_utf8_lossy(&path.0).into_owned())
            .collect()
    }

    #[test]
    fn a_move_is_no_news_and_a_copy_is() {
        assert!(brought(&[&[("a", Some(1), None), ("b", None, Some(1))]]).is_empty());
        assert_eq!(
            brought(&[&[("a", Some(1), Some(1)), ("b", None, Some(1))]]),
            ["b"]
        );
        assert_eq!(brought(&[&[("a", Some(1), Some(2))]]), ["a"]);
        assert!(brought(&[&[("a", Some(2), Some(1))]]).is_empty());
    }

    #[test]
    fn a_merge_brings_what_no_parent_has() {
        let new = [("a", Some(0), Some(1))];
        assert_eq!(brought(&[&new, &new]), ["a"]);
        assert!(brought(&[&new, &[]]).is_empty());
        // Each parent had it, at another path.
        let first: &[_] = &[("b", None, Some(1))];
        let second: &[_] = &[("a", None, Some(1))];
        assert!(brought(&[first, second]).is_empty());
        // Moved from a path that the other parent never had.
        let moved: &[_] = &[("b", None, Some(1)), ("a", Some(1), None)];
        assert!(brought(&[first, moved]).is_empty());
    }
}
