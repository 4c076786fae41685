//! One value in one piece of content: however often it stands there, it is one place. The same for every way
//! of reading, so that the same bytes are judged alike by all of them.

use std::collections::HashSet;

use super::Placing;
use super::visibility::Visibility;
use crate::finding::{Place, RepoPath, Sighting};
use crate::judge::Placed;

/// Sightings of one value in one piece of content, of those that are judged alike the first.
pub(super) struct Same<'s>(Vec<&'s Sighting>);

/// From all sightings of one value in one content, in the order of their regions.
pub(super) fn same(all: Vec<&Sighting>) -> Same<'_> {
    let mut seen = HashSet::new();
    let mut kept = all;
    kept.retain(|sighting| {
        // What stands beside it decides whether a comment hides it.
        let allow: Vec<_> = sighting.located.allow.iter().collect();
        let allow: Vec<_> = allow.iter().map(|a| (&a.rules, a.long)).collect();
        seen.insert((
            sighting.rule,
            sighting.class,
            sighting.evidence.ground,
            allow,
        ))
    });
    Same(kept)
}

impl Same<'_> {
    /// The sightings to judge at one path, all at the place that `place` makes of the first that
    /// nothing hides (else of the first): a content is one place of a value, however often it
    /// holds it, and the surest sighting says what the value is. `fits` tells those apart whose
    /// rule means other paths.
    pub(super) fn placed(
        &self,
        path: &RepoPath,
        fits: impl Fn(&Sighting) -> bool,
        placing: &Placing<'_>,
        place: impl Fn(&Sighting) -> Place,
    ) -> Vec<Placed> {
        let mut here = self.0.iter().copied().filter(|sighting| fits(sighting));
        let Some(first) = here.next() else {
            return Vec::new();
        };
        let rest: Vec<&Sighting> = here.collect();
        let open = |sighting: &&Sighting| {
            let visibility = placing.visibility(sighting, path);
            visibility.is_some_and(|visibility| visibility != Visibility::Hidden)
        };
        let all = || std::iter::once(first).chain(rest.iter().copied());
        let stands = match rest.is_empty() {
            true => first,
            false => all().find(open).unwrap_or(first),
        };
        let place = place(stands);
        all()
            .map(|sighting| Placed {
                sighting: sighting.clone(),
                place: place.clone(),
            })
            .collect()
    }
}
