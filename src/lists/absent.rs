//! Tokens that a complete list does not have.
//!
//! That a token is in no list proves nothing as long as another server can have issued it. So only a list counts of
//! which the user says that it is of the only server of its kind, that has every token, whose day is known, and that
//! knows each of its tokens by something certain: a digest of the token itself, or an id that stands in it. Of AWS,
//! where the id of a key names its account, keys of other accounts are left alone, whatever the user says.

use std::collections::BTreeSet;

use regex::bytes::Regex;

use super::{List, Seen, State};
use crate::detect::checks::{self, Verdict};
use crate::finding::{Class, Field, Source, Value};
use crate::rule::{Check, ListField, ListKind};

/// Whether a list of this kind can tell of a token that it does not have it: it says which tokens are of its kind, and
/// knows each of its own by something certain.
pub fn can_prove(kind: &ListKind) -> bool {
    let mut fields = kind.reads.iter().flat_map(|read| read.fields.iter());
    let of_kind = !kind.rules.is_empty() || !kind.value.is_empty();
    of_kind && (kind.by_id || fields.any(|(field, _)| *field == ListField::Secret))
}

/// A list that lacks no token of its kind.
pub(super) struct Whole<'l> {
    list: &'l List,
    /// The form of a whole token of its kind.
    form: Option<&'l Regex>,
    /// The accounts of AWS whose keys the list has.
    accounts: BTreeSet<u64>,
}

impl<'l> Whole<'l> {
    /// None where the list cannot prove anything.
    pub(super) fn of(list: &'l List, form: Option<&'l Regex>) -> Option<Self> {
        let fits = list.sole && list.complete && list.taken.is_some() && can_prove(list.kind);
        // A token that the list knows by a part of it alone may be any.
        let known = |row: &super::Row| match list.kind.by_id {
            true => !row.id.is_empty(),
            false => row.equal.is_some() || row.state != State::Active,
        };
        if !fits || !list.rows.iter().all(known) {
            return None;
        }
        let ids = list.rows.iter().map(|row| row.id.as_bytes());
        Some(Whole {
            list,
            form,
            accounts: ids.filter_map(account).collect(),
        })
    }

    /// Whether a token that met no row of the list is one that the list would have.
    pub(super) fn lacks(&self, seen: &Seen<'_>) -> bool {
        let best = &seen.credential.best;
        let value = best.secret.expose();
        let of_kind = self.list.kind.rules.contains(&seen.rule.id)
            || self.form.is_some_and(|form| form.is_match(value));
        if best.class != Class::Credential || !of_kind {
            return false;
        }
        if !self.list.kind.by_id {
            return true;
        }
        match account(value) {
            Some(account) => self.accounts.contains(&account),
            // It is looked up by an id that stands in its bytes, if there is one.
            None => self.accounts.is_empty() && has_id(seen),
        }
    }
}

/// The account in the id of a key of AWS.
fn account(id: &[u8]) -> Option<u64> {
    let passed = checks::run(Check::AwsKeyId, id, id) == Verdict::Passed;
    passed.then(|| checks::aws_account(id)).flatten()
}

fn has_id(seen: &Seen<'_>) -> bool {
    let mut facts = seen.facts.iter();
    facts.any(|fact| {
        let id = !matches!(fact.value, Value::Time(_));
        fact.field == Field::Id && fact.source == Source::Bytes && id
    })
}
