//! The life of a credential: what is known of it (facts), and what follows (status).
//!
//! Uses `rule`, `finding` and `secret`. Decoders are pure, bounded and never fail a scan:
//! malformed input gives no facts.

mod facts;
mod status;

use jiff::Timestamp;

use crate::finding::Credential;
use crate::rule::RuleSet;

/// Tells of each credential what is known of its life and what follows at the moment `now`.
pub fn tell(rules: &RuleSet, credentials: &mut [Credential], now: Timestamp) {
    for credential in credentials {
        let facts = facts::decode(&rules.rules[credential.best.rule].facts, credential);
        credential.life = status::of(facts, now);
    }
}
