//! The life of a credential: what is known of it (facts), and what follows (status).
//!
//! Facts come from sources behind one seam, [`FactSource`]: the credential's own bytes, the record of
//! git, and whatever else will know something. A source is a file and a line in [`SOURCES`]. The status
//! is worked out in one place from what all of them tell.
//!
//! Sources are pure, bounded and never fail a scan: malformed input gives no facts.

mod environments;
mod facts;
mod git;
mod kind;
mod slots;
mod status;

use jiff::Timestamp;

use crate::finding::{Credential, Fact, Status};
use crate::rule::{Check, Rule, RuleSet};

/// What knows something about credentials.
trait FactSource {
    /// What it tells about one credential.
    fn tell(&self, rule: &Rule, credential: &Credential, known: &Known<'_>) -> Vec<Fact>;
}

/// Every source of facts.
const SOURCES: &[&dyn FactSource] = &[
    &facts::Bytes,
    &kind::Kind,
    &git::Record,
    &environments::Paths,
];

/// What sources may ask besides the credential itself.
struct Known<'a> {
    /// Which values stood where one setting is kept, one after the other.
    slots: slots::Slots<'a>,
}

/// Whether it fails the checksum of its kind: it was never issued, so what is known of its kind and what its bytes
/// say is of nothing.
fn is_forged(credential: &Credential) -> bool {
    let mut checks = credential.best.evidence.checks.iter();
    checks.any(|it| !it.passed && Check::named(it.name).is_some_and(Check::is_checksum))
}

/// Tells of each credential what is known of its life and what follows at the moment `now`.
pub fn tell(rules: &RuleSet, credentials: &mut [Credential], now: Timestamp) {
    let each: Vec<Vec<Fact>> = {
        let known = Known {
            slots: slots::Slots::of(credentials),
        };
        let of_one = |credential: &Credential| {
            let rule = &rules.rules[credential.best.rule];
            let all = SOURCES.iter();
            all.flat_map(|source| source.tell(rule, credential, &known))
                .collect()
        };
        credentials.iter().map(of_one).collect()
    };
    for (credential, facts) in credentials.iter_mut().zip(each) {
        credential.life = status::of(facts, now);
        // What its own bytes say comes first.
        if credential.life.status == Status::Unknown {
            let rule = &rules.rules[credential.best.rule];
            credential.life.status = kind::past(rule, credential, now).unwrap_or_default();
        }
    }
}
