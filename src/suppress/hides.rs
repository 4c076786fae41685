//! Whether a value is hidden where it stands, asked before it is known what a change adds.

use jiff::civil::Date;

use super::{Suppressions, Texts, inline};
use crate::finding::{Credential, Place};
use crate::rule::RuleSet;

impl Suppressions {
    /// Whether all places of a credential are hidden by what holds: comments beside it, and the files
    /// of every side whose word counts. `today` is in UTC.
    pub fn hides(&self, rules: &RuleSet, credential: &Credential, today: Date) -> bool {
        let rule = rules.rules[credential.best.rule].id.as_ref();
        if self.untrusted {
            let mut places = credential.places.iter();
            return places.all(|place| self.by_user(rule, place).is_some());
        }
        let trusted = self.trusted.as_ref().filter(|_| self.trusted_hides);
        credential.places.iter().all(|place| {
            inline::suppression(credential, rule, place).is_some()
                || self.current.hides(credential, rule, place, today)
                || trusted.is_some_and(|texts| texts.hides(credential, rule, place, today))
        })
    }
}

impl Texts {
    fn hides(&self, credential: &Credential, rule: &str, place: &Place, today: Date) -> bool {
        let entries = self.baseline.of(credential, rule);
        self.of_place(credential, rule, place, &entries, today)
            .is_some()
    }
}
