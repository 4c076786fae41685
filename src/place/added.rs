//! What a change adds. It adds a credential that stands in more places after the change than before
//! it, counted over the changed paths: a moved line adds nothing, a copy does. Places do not all count
//! alike: one that comments, an ignore file, the configuration or a baseline hide, or that makes a value
//! harmless, is worth less than one where it is reported. So a value that moves out of an ignored path
//! is added, and so is one whose allowing comment is taken away.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Placing;
use super::visibility::Visibility;
use crate::finding::{Origin, RepoPath, Sighting};
use crate::secret::Secret;

/// How many visibilities there are.
const VISIBILITIES: usize = 7;

/// How many places have a visibility or a higher one, by visibility: places after a change count up,
/// places before it down.
#[derive(Clone, Copy, Debug, Default)]
struct Balance([i64; VISIBILITIES]);

impl Balance {
    fn add(&mut self, visibility: Visibility, count: i64) {
        for n in &mut self.0[..=visibility as usize] {
            *n += count;
        }
    }

    fn join(&mut self, other: &Balance) {
        for (n, more) in self.0.iter_mut().zip(other.0) {
            *n += more;
        }
    }

    /// The visibilities at which there is more than before, as bits.
    fn grown(&self) -> u8 {
        let bits = self.0.iter().enumerate().filter(|(_, n)| **n > 0);
        bits.fold(0, |all, (bit, _)| all | 1 << bit)
    }
}

/// The visibilities up to this one, as bits.
fn up_to(visibility: Visibility) -> u8 {
    (2 << visibility as u8) - 1
}

/// A path with the names on the way into archives: a place as far as changes know it.
type Location = (RepoPath, Vec<RepoPath>);

/// Which location it is, and whether before the change; `None` for what is no part of one.
fn location(origin: &Origin) -> Option<(Location, bool)> {
    let (path, before) = match origin.outer() {
        Origin::Before(path) | Origin::BeforeLink(path) => (path, true),
        Origin::File(path) | Origin::Link(path) => (path, false),
        Origin::Stdin(_)
        | Origin::Blob(_)
        | Origin::Message(_)
        | Origin::Member(_)
        | Origin::Name(_) => return None,
    };
    Some(((path.clone(), origin.inside().to_vec()), before))
}

/// A value as the rules of one side see it: what only a rule of the scanned repository sees before
/// a change must not make old what others see after it.
type Value<'a> = (&'a Secret, bool);

fn value(sighting: &Sighting) -> Value<'_> {
    (&sighting.secret, sighting.of_repository)
}

/// Keeps the sightings of values that the change adds, where their path (and member, in an archive)
/// holds the value more often than before; and those in names, of which a source shows only new ones.
pub(super) fn added(all: Vec<Sighting>, placing: &Placing<'_>) -> Vec<Sighting> {
    let seen: Vec<Option<(Location, bool, Visibility)>> = all
        .iter()
        .map(|sighting| {
            let (location, before) = location(&sighting.origin)?;
            let visibility = placing.visibility(sighting, &location.0)?;
            Some((location, before, visibility))
        })
        .collect();
    let mut locations: BTreeMap<Value<'_>, BTreeMap<&Location, Balance>> = BTreeMap::new();
    let mut totals: BTreeMap<Value<'_>, Balance> = BTreeMap::new();
    for (sighting, seen) in all.iter().zip(&seen) {
        if let Some((location, before, visibility)) = seen {
            let count = if *before { -1 } else { 1 };
            let of_value = locations.entry(value(sighting)).or_default();
            of_value
                .entry(location)
                .or_default()
                .add(*visibility, count);
            let total = totals.entry(value(sighting)).or_default();
            total.add(*visibility, count);
        }
    }
    let kept: Vec<bool> = all
        .iter()
        .zip(&seen)
        .map(|(sighting, seen)| match seen {
            Some((location, false, visibility)) => {
                let value = value(sighting);
                let here = locations[&value][location].grown();
                totals[&value].grown() & here & up_to(*visibility) != 0
            }
            Some(_) => false,
            // Only names that the change brings are shown.
            None => matches!(sighting.origin, Origin::Name(_)),
        })
        .collect();
    let added = all.into_iter().zip(kept).filter(|(_, kept)| *kept);
    added.map(|(sighting, _)| sighting).collect()
}

/// What a version holds at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// The number of the value.
    pub value: u32,
    /// How much it counts there.
    pub visibility: Visibility,
    /// How often it stands there so.
    pub count: i64,
}

/// One changed path of a commit against one of its parents; `V` names a version of its content.
pub(super) struct Versions<'a, V> {
    /// The path.
    pub path: &'a RepoPath,
    /// The parent's version.
    pub before: Option<V>,
    /// The commit's version.
    pub after: Option<V>,
}

/// By value and path: the version that holds it, and the visibilities at which there is more of it.
type Grown<'a, V> = BTreeMap<(u32, &'a RepoPath), (V, u8)>;

/// What a commit introduced, as `(value, path)` with the version that holds it: values that stand
/// in more places than in the parent, at the paths where there are more of them. A merge
/// introduced only what it adds against every parent at the same path. `holds` says what
/// stands in a version at a path.
pub(super) fn introduced<'a, V: Copy>(
    against: &[Vec<Versions<'a, V>>],
    holds: impl Fn(V, &RepoPath) -> Rc<[Held]>,
) -> BTreeMap<(u32, &'a RepoPath), V> {
    let mut common: Option<Grown<'_, V>> = None;
    for changes in against {
        let mut totals: BTreeMap<u32, Balance> = BTreeMap::new();
        let mut grown: Grown<'_, V> = BTreeMap::new();
        for change in changes {
            let mut balance: BTreeMap<u32, Balance> = BTreeMap::new();
            for (version, sign) in [(change.after, 1), (change.before, -1)] {
                let held = version.map(|version| holds(version, change.path));
                for held in held.iter().flat_map(|held| held.iter()) {
                    let balance = balance.entry(held.value).or_default();
                    balance.add(held.visibility, sign * held.count);
                }
            }
            for (value, more) in balance {
                totals.entry(value).or_default().join(&more);
                if let Some(after) = change.after.filter(|_| more.grown() != 0) {
                    grown.insert((value, change.path), (after, more.grown()));
                }
            }
        }
        grown.retain(|place, (_, bits)| {
            *bits &= totals.get(&place.0).map_or(0, Balance::grown);
            if let Some(others) = &common {
                *bits &= others.get(place).map_or(0, |(_, bits)| *bits);
            }
            *bits != 0
        });
        common = Some(grown);
    }
    let common = common.unwrap_or_default().into_iter();
    common
        .map(|(place, (version, _))| (place, version))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Changed<'a> = (&'a str, Option<u8>, Option<u8>);

    /// Versions are numbered; number `n` holds value 0 `n` times, number `10 + n` so often in places
    /// that are hidden.
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
        let holds = |version: u8, _: &RepoPath| -> Rc<[Held]> {
            let (visibility, count) = match version {
                0..10 => (Visibility::High, version),
                _ => (Visibility::Hidden, version - 10),
            };
            let held = Held {
                value: 0,
                visibility,
                count: count.into(),
            };
            Rc::from(vec![held; usize::from(count > 0)])
        };
        introduced(&against, holds)
            .into_keys()
            .map(|(_, path)| String::from_utf8_lossy(&path.0).into_owned())
            .collect()
    }

    #[test]
    fn a_move_adds_nothing_and_a_copy_does() {
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

    #[test]
    fn out_of_a_hidden_place_is_added_and_into_one_is_not() {
        let out: &[_] = &[("a", Some(11), None), ("b", None, Some(1))];
        assert_eq!(brought(&[out]), ["b"]);
        assert_eq!(brought(&[&[("a", Some(11), Some(1))]]), ["a"]);
        let into: &[_] = &[("a", Some(1), None), ("b", None, Some(11))];
        assert!(brought(&[into]).is_empty());
        // New, and hidden at once: somebody has to see what was allowed.
        assert_eq!(brought(&[&[("a", None, Some(11))]]), ["a"]);
        // One is hidden while another one comes to light.
        let swapped: &[_] = &[("a", Some(11), Some(1)), ("b", Some(1), Some(11))];
        assert!(brought(&[swapped]).is_empty());
        // A merge: the other parent had it in the open.
        let other: &[_] = &[("a", Some(1), Some(1))];
        assert!(brought(&[out, other]).is_empty());
        assert_eq!(brought(&[out, out]), ["b"]);
    }
}
