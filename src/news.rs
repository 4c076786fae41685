//! News: what a change introduces. A credential is news when it stands in more places after the
//! change than before it, counted over the changed paths: a moved line is not, a copy is. Places
//! do not all count alike: one that comments, an ignore file, the configuration or a baseline hide,
//! or that makes a value harmless, is worth less than one where it is reported. So a value that
//! moves out of an ignored path is news, and so is one whose allowing comment is taken away.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::finding::{Class, Confidence, Finding, Origin, RepoPath, Severity, Sighting};
use crate::secret::Secret;

/// How much a value counts where it stands, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// What holds for the run hides it there.
    Hidden,
    /// A sample, or published by design.
    Harmless,
    /// A credential of low confidence there.
    Low,
    /// A credential of medium confidence there.
    Medium,
    /// A credential of high confidence there.
    High,
}

/// How many standings there are.
const STANDINGS: usize = 5;

impl Standing {
    /// The standing of a finding that was judged at one place only, which is `hidden` or not.
    pub fn of(finding: &Finding, hidden: bool) -> Self {
        match finding.confidence {
            _ if hidden => Standing::Hidden,
            _ if finding.class == Class::Sample || finding.severity == Severity::Info => {
                Standing::Harmless
            }
            Confidence::Low => Standing::Low,
            Confidence::Medium => Standing::Medium,
            Confidence::High => Standing::High,
        }
    }
}

/// Says how much a sighting counts at a path; `None` where its rule means other paths.
pub type Weigh<'a> = &'a dyn Fn(&Sighting, &RepoPath) -> Option<Standing>;

/// How many places have a standing or a higher one, by standing: places after a change count up,
/// places before it down.
#[derive(Clone, Copy, Debug, Default)]
struct Balance([i64; STANDINGS]);

impl Balance {
    fn add(&mut self, standing: Standing, count: i64) {
        for n in &mut self.0[..=standing as usize] {
            *n += count;
        }
    }

    fn join(&mut self, other: &Balance) {
        for (n, more) in self.0.iter_mut().zip(other.0) {
            *n += more;
        }
    }

    /// The standings at which there is more than before, as bits.
    fn grown(&self) -> u8 {
        let bits = self.0.iter().enumerate().filter(|(_, n)| **n > 0);
        bits.fold(0, |all, (bit, _)| all | 1 << bit)
    }
}

/// The standings up to this one, as bits.
fn up_to(standing: Standing) -> u8 {
    (2 << standing as u8) - 1
}

/// A path with the names on the way into archives: a place as far as changes know it.
type Spot = (RepoPath, Vec<RepoPath>);

/// Which spot it is, and whether before the change; `None` for what is no part of one.
fn spot(origin: &Origin) -> Option<(Spot, bool)> {
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
    (&sighting.secret, sighting.theirs)
}

/// Keeps the sightings of values that are news, where their path (and member, in an archive) holds
/// the value more often than before; and those in names, of which a source shows only new ones.
pub fn news(all: Vec<Sighting>, weigh: Weigh<'_>) -> Vec<Sighting> {
    let weighed: Vec<Option<(Spot, bool, Standing)>> = all
        .iter()
        .map(|sighting| {
            let (spot, before) = spot(&sighting.origin)?;
            let standing = weigh(sighting, &spot.0)?;
            Some((spot, before, standing))
        })
        .collect();
    let mut spots: BTreeMap<Value<'_>, BTreeMap<&Spot, Balance>> = BTreeMap::new();
    let mut totals: BTreeMap<Value<'_>, Balance> = BTreeMap::new();
    for (sighting, weighed) in all.iter().zip(&weighed) {
        if let Some((spot, before, standing)) = weighed {
            let count = if *before { -1 } else { 1 };
            let of_value = spots.entry(value(sighting)).or_default();
            of_value.entry(spot).or_default().add(*standing, count);
            let total = totals.entry(value(sighting)).or_default();
            total.add(*standing, count);
        }
    }
    let kept: Vec<bool> = all
        .iter()
        .zip(&weighed)
        .map(|(sighting, weighed)| match weighed {
            Some((spot, false, standing)) => {
                let value = value(sighting);
                let here = spots[&value][spot].grown();
                totals[&value].grown() & here & up_to(*standing) != 0
            }
            Some(_) => false,
            // Only names that the change brings are shown.
            None => matches!(sighting.origin, Origin::Name(_)),
        })
        .collect();
    let news = all.into_iter().zip(kept).filter(|(_, kept)| *kept);
    news.map(|(sighting, _)| sighting).collect()
}

/// What a version holds at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The number of the value.
    pub value: u32,
    /// How much it counts there.
    pub standing: Standing,
    /// How often it stands there so.
    pub count: i64,
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

/// By value and path: the version that holds it, and the standings at which there is more of it.
type Grown<'a, V> = BTreeMap<(u32, &'a RepoPath), (V, u8)>;

/// What a commit introduced, as `(value, path)` with the version that holds it: values that stand
/// in more places than in the parent, at the paths where there are more of them. A merge
/// introduced only what is news against every parent at the same path. `holds` says what
/// stands in a version at a path.
pub fn introduced<'a, V: Copy>(
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
                    balance.add(held.standing, sign * held.count);
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
            let (standing, count) = match version {
                0..10 => (Standing::High, version),
                _ => (Standing::Hidden, version - 10),
            };
            let held = Held {
                value: 0,
                standing,
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

    #[test]
    fn out_of_a_hidden_place_is_news_and_into_one_is_not() {
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
