//! Whether a value counts where it stands, asked before it is known what a change brings.

use jiff::civil::Date;

use super::{Suppressions, Texts, inline};
use crate::finding::{Finding, Place};
use crate::rule::RuleSet;

impl Suppressions {
    /// Whether all places of a finding are hidden by what holds: comments beside it, and the files
    /// of every side whose word counts. `today` is in UTC.
    pub fn hides(&self, rules: &RuleSet, finding: &Finding, today: Date) -> bool {
        if self.untrusted {
            return self.by_user(rules, finding).iter().all(Option::is_some);
        }
        let rule = rules.rules[finding.rule].id.as_ref();
        let trusted = self.trusted.as_ref().filter(|_| self.trusted_hides);
        finding.places.iter().all(|place| {
            inline::cause(finding, rule, place).is_some()
                || self.current.hides(finding, rule, place, today)
                || trusted.is_some_and(|texts| texts.hides(finding, rule, place, today))
        })
    }
}

impl Texts {
    fn hides(&self, finding: &Finding, rule: &str, place: &Place, today: Date) -> bool {
        let entries = self.baseline.of(finding, rule);
        self.cause(finding, rule, place, &entries, today).is_some()
    }
}
