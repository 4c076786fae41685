//! AWS access key ids: the account they belong to.

use super::{Certainty, Fact, Facts, Field, Seen, steps};
use crate::detect::checks;
use crate::rule::Check;

/// The account of the id that is the secret or stands beside it.
pub(super) fn of(seen: &Seen<'_>) -> Vec<Fact> {
    let beside = seen.partners("access-key-id");
    let own = [seen.secret, seen.whole];
    let beside_it = beside.map(|id| (id, true));
    let ids = own.into_iter().map(|id| (id, false)).chain(beside_it);
    let told = ids.filter_map(|(id, partner)| {
        let mut facts = facts(id);
        if facts.is_empty() {
            return None;
        }
        if partner {
            // The secret itself does not say which key it is of.
            let mut more = Facts::new(Certainty::Stated);
            more.id(Field::Id, id);
            facts.append(&mut more.list);
        }
        Some(facts)
    });
    told.take(1).flatten().collect()
}

/// The account of a key id; none for old ids, impossible numbers and the documented examples.
pub(super) fn facts(id: &[u8]) -> Vec<Fact> {
    steps::took(id.len());
    let mut facts = Facts::new(Certainty::Stated);
    if let Some(account) = account(id) {
        facts.id(Field::Account, account.as_bytes());
    }
    facts.list
}

/// The account's twelve digits.
pub(super) fn account(id: &[u8]) -> Option<String> {
    if checks::run(Check::AwsKeyId, id, id) != checks::Verdict::Passed {
        return None;
    }
    checks::aws_account(id).map(|number| format!("{number:012}"))
}
