//! One sighting at one place, judged as if it were the only one: what a place makes of a value.

use super::marks::Wheres;
use super::{PathKind, Placed, join, samples, settle_place};
use crate::finding::{Credential, Place, RepoPath, Sighting};
use crate::rule::RuleSet;

/// Judges sightings one by one.
pub struct Alone<'a> {
    rules: &'a RuleSet,
    wheres: Wheres,
}

impl<'a> Alone<'a> {
    /// With the rules that the sightings are of.
    pub fn new(rules: &'a RuleSet) -> Self {
        Alone {
            rules,
            wheres: Wheres::new(rules),
        }
    }

    /// The credential that a sighting would be at a path; `None` where its rule means other paths.
    pub fn credential(&self, sighting: &Sighting, path: &RepoPath) -> Option<Credential> {
        let place = Place::new(path.clone(), sighting);
        if !self.wheres.allow(sighting.rule, || place.whole_path()) {
            return None;
        }
        let mut placed = Placed {
            sighting: sighting.clone(),
            place,
        };
        let published = samples::known(sighting.secret.expose());
        let path_kind = PathKind::of_place(&placed.place);
        settle_place(published, path_kind, &mut placed);
        Some(join(self.rules, vec![placed], None))
    }
}
