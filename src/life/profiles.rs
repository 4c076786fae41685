//! Profiles: what standards say about the age of credentials, with the page that says it. Where a standard
//! prescribes no number, the profile says so instead of inventing one in its name.

use super::limit::{Limit, Term};

/// A standard as a policy.
#[derive(Debug)]
pub struct Profile {
    /// The word of `--policy-profile` and of the configuration.
    pub name: &'static str,
    /// What it is for, for people.
    pub about: &'static str,
    /// The standard leaves the number to whoever applies it: without `max-age` the profile is no policy.
    pub asks_for_age: bool,
    rows: &'static [Demand],
}

/// One demand of a standard.
#[derive(Debug)]
struct Demand {
    /// The rules that it is about; empty for all.
    kinds: &'static [&'static str],
    limit: Limit,
    days: i64,
    /// The recommendation, and the day on which it was read.
    source: &'static str,
}

/// No standard.
pub const NONE: Profile = Profile {
    name: "none",
    about: "no standard: keysweep's defaults, and what the configuration says",
    asks_for_age: false,
    rows: &[],
};

/// Every profile.
pub static PROFILES: &[Profile] = &[
    // CIS Amazon Web Services Foundations Benchmark, recommendation 1.14 ("Ensure access keys are rotated
    // every 90 days or less"), and CIS Google Cloud Platform Foundation Benchmark, recommendation 1.7
    // ("Ensure user-managed/external keys for service accounts are rotated every 90 days or fewer"). The
    // benchmark for Azure asks for storage keys to be "periodically regenerated" and names no number, so
    // there is no row for it. Recommendation 1.12 of the first ("Ensure credentials unused for 45 days or
    // greater are disabled") needs the last use, which the lists of servers tell.
    // <https://www.cisecurity.org/cis-benchmarks>
    Profile {
        name: "cis",
        about: "CIS Benchmarks: access keys of AWS and service account keys of Google Cloud for 90 days, unused ones of AWS for 45",
        asks_for_age: false,
        rows: &[
            Demand {
                kinds: &["aws-access-key-id", "aws-secret-access-key"],
                limit: Limit::MaxAge,
                days: 90,
                source: "CIS AWS Foundations Benchmark, 1.14",
            },
            Demand {
                kinds: &["aws-access-key-id", "aws-secret-access-key"],
                limit: Limit::MaxUnused,
                days: 45,
                source: "CIS AWS Foundations Benchmark, 1.12",
            },
            Demand {
                kinds: &["google-service-account-key"],
                limit: Limit::MaxAge,
                days: 90,
                source: "CIS Google Cloud Platform Foundation Benchmark, 1.7",
            },
        ],
    },
    // PCI DSS 4.0.1, requirement 8.6.3: passwords of application and system accounts are changed
    // "periodically (at the frequency defined in the entity's targeted risk analysis, which is performed
    // according to all elements specified in Requirement 12.3.1)". <https://www.pcisecuritystandards.org/>
    Profile {
        name: "pci",
        about: "PCI DSS 8.6.3: the frequency of your own risk analysis, which `policy.max-age` has to say",
        asks_for_age: true,
        rows: &[],
    },
    // The Trust Services Criteria (AICPA, 2017 with points of focus of 2022) ask in CC6.1 for credentials
    // to be managed and prescribe no number.
    Profile {
        name: "soc2",
        about: "SOC 2 prescribes no number: a year, which is keysweep's own default",
        asks_for_age: false,
        rows: &[Demand {
            kinds: &[],
            limit: Limit::MaxAge,
            days: 365,
            source: "keysweep's default, SOC 2 (CC6.1) prescribes none",
        }],
    },
    NONE,
];

/// The profile of a name.
pub fn named(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}

impl Profile {
    /// What it demands of credentials that a rule finds: of them in particular, and of all.
    pub(super) fn terms(&self, limit: Limit, rule: &str) -> (Option<Term>, Option<Term>) {
        let of = |all: bool| {
            let mut rows = self.rows.iter().filter(|row| row.limit == limit);
            let row = rows.find(|row| match all {
                true => row.kinds.is_empty(),
                false => row.kinds.contains(&rule),
            })?;
            Some(Term {
                days: row.days,
                because: format!("profile {}: {}", self.name, row.source),
            })
        };
        (of(false), of(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin;

    #[test]
    fn every_demand_is_about_rules_that_exist() {
        for profile in PROFILES {
            assert_eq!(named(profile.name).map(|it| it.about), Some(profile.about));
            for row in profile.rows {
                for kind in row.kinds {
                    assert!(builtin::set().find(kind).is_some(), "{kind}");
                }
                assert!((1..=365).contains(&row.days) && !row.source.is_empty());
            }
        }
    }
}
