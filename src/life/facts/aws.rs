//! AWS access key ids: the account they belong to.

use super::{Certainty, Fact, Facts, Field};
use crate::detect::checks;
use crate::rule::Check;

/// The account of a key id; none for old ids, impossible numbers and the documented examples.
pub(super) fn facts(id: &[u8]) -> Vec<Fact> {
    let mut facts = Facts::new(Certainty::Stated);
    if let Some(account) = account(id) {
        facts.text(Field::Account, account);
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
