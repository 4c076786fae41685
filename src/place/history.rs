//! Places in a whole history.

use std::collections::{BTreeMap, BTreeSet};

use super::same::{Same, same};
use super::{About, Places, Placing, Value, numbers, valued};
use crate::finding::{Name, Origin, Place, Sighting};
use crate::judge::Placed;
use crate::secret::Secret;
use crate::source::{Attributed, Carrier, Control, History, Ignored};

/// Only content that holds something is traced to commits and paths.
pub(super) fn places(
    history: History,
    unreachable: bool,
    mut sightings: Vec<Sighting>,
    placing: &Placing<'_>,
    control: &Control,
) -> Places {
    placing.until.cut(&mut sightings);
    let numbers = numbers(&sightings);
    let carriers: Vec<Carrier> = sightings
        .iter()
        .map(|sighting| Carrier {
            // Git knows the archive, not its members.
            origin: sighting.origin.outer().clone(),
            credential: numbers[&valued(sighting)],
        })
        .collect();
    let attribution = history.attribute(&carriers, control);
    let skipped = history.gaps(&attribution);
    let by_content = by_content(&sightings, &numbers);
    let mut placed = Vec::new();
    for attributed in attribution.places {
        if !placing.until.goes_on(placed.len()) {
            placing.until.leave(1);
            continue;
        }
        let key = (attributed.credential, attributed.origin.clone());
        for same in by_content.get(&key).into_iter().flatten() {
            placed.extend(at_place(&attributed, same, attribution.whole, placing));
        }
    }
    let (placed, unreached) = apart(placed, unreachable);
    let mut timelines = BTreeMap::new();
    // A rule of what is scanned comes second in each pair.
    for ((secret, _), number) in numbers {
        if let Some(Some(timeline)) = attribution.timelines.get(number as usize) {
            timelines.entry(secret).or_insert_with(|| timeline.clone());
        }
    }
    Places {
        found: placed,
        unreached,
        before: BTreeSet::new(),
        timelines,
        about: About {
            skipped,
            ignored: Ignored::default(),
            nothing: history.info.nothing,
            history: Some(history.info),
            range: None,
        },
    }
}

/// What each content holds of a value, by the members of an archive.
fn by_content<'s>(
    sightings: &'s [Sighting],
    numbers: &BTreeMap<Value, u32>,
) -> BTreeMap<(u32, Origin), Vec<Same<'s>>> {
    let mut by_content: BTreeMap<(u32, Origin), BTreeMap<Origin, Vec<&Sighting>>> = BTreeMap::new();
    for sighting in sightings {
        let key = (numbers[&valued(sighting)], sighting.origin.outer().clone());
        let members = by_content.entry(key).or_default();
        let of_member = members.entry(sighting.origin.clone()).or_default();
        of_member.push(sighting);
    }
    let same_each =
        |members: BTreeMap<Origin, Vec<&'s Sighting>>| members.into_values().map(same).collect();
    by_content
        .into_iter()
        .map(|(key, members)| (key, same_each(members)))
        .collect()
}

/// Takes away what nothing reaches, unless it is asked for: of values that stand nowhere else, to
/// be counted.
fn apart(all: Vec<Placed>, unreachable: bool) -> (Vec<Placed>, Vec<Placed>) {
    let (mut lost, placed): (Vec<Placed>, Vec<Placed>) = all
        .into_iter()
        .partition(|one| !unreachable && one.place.reach.as_deref() == Some("unreachable"));
    if !lost.is_empty() {
        let known = placed.iter().map(|one| &one.sighting.secret);
        let known: BTreeSet<&Secret> = known.collect();
        lost.retain(|one| !known.contains(&one.sighting.secret));
    }
    (placed, lost)
}

/// What is judged of a value at one place of the history; `whole` is false when attribution was
/// stopped and nothing is known of HEAD.
fn at_place(at: &Attributed, same: &Same<'_>, whole: bool, placing: &Placing<'_>) -> Vec<Placed> {
    let has_path = !at.path.0.starts_with(b".git-history/");
    // A file rule was asked about a name; now there is a path, unless no commit has one. A
    // member's name was known when it was asked.
    let fits = |sighting: &Sighting| {
        let named = sighting.origin.inside().is_empty() && has_path;
        !named || placing.marks.fits(sighting.rule, &at.path)
    };
    // What no commit holds is neither at HEAD nor gone from it.
    let committed = !matches!(at.origin, Origin::Name(Name::Local(_)));
    same.placed(&at.path, fits, placing, |sighting| Place {
        introduced: at.introduced.clone(),
        at_head: (whole && committed).then_some(at.at_head),
        versions: at.versions,
        reach: at.reach.clone(),
        ..Place::new(at.path.clone(), sighting)
    })
}
