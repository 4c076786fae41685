//! Git's record as a source of facts: since when a credential stood in the history, until when, and how
//! many other values its setting had before and after it.

use std::collections::{BTreeMap, BTreeSet};

use super::{FactSource, Known};
use crate::finding::{Certainty, Commit, Credential, Fact, Field, Source, Value};
use crate::rule::Rule;
use crate::secret::Secret;

/// The record of a history.
pub(super) struct Record;

impl FactSource for Record {
    fn tell(&self, _: &Rule, credential: &Credential, known: &Known<'_>) -> Vec<Fact> {
        let Some(timeline) = &credential.timeline else {
            return Vec::new();
        };
        // Nothing of a commit is authenticated, and where the history is cut off, what stood before
        // is not known.
        let since = match timeline.complete {
            true => Certainty::Stated,
            false => Certainty::Inferred,
        };
        let mut facts = vec![moment(Field::FirstSeen, &timeline.first, since)];
        if let Some(removed) = &timeline.removed {
            facts.push(moment(Field::Removed, removed, Certainty::Stated));
        }
        if let Some(others) = known.settings.others(credential) {
            facts.push(Fact {
                field: Field::OtherValues,
                value: Value::Text(others.to_string().into_bytes()),
                source: Source::Git,
                certainty: Certainty::Inferred,
            });
        }
        facts
    }
}

fn moment(field: Field, commit: &Commit, certainty: Certainty) -> Fact {
    Fact {
        field,
        value: Value::Time(commit.authored_at()),
        source: Source::Git,
        certainty,
    }
}

/// Where one setting is kept: a path, the name that its value is assigned to, and the rule.
type Setting<'a> = (&'a [u8], &'a [u8], usize);

/// The values of each setting of a history. Built and asked in n log n steps for n places.
pub(super) struct Settings<'a>(BTreeMap<Setting<'a>, BTreeSet<&'a Secret>>);

impl<'a> Settings<'a> {
    /// From all credentials of a run. What has no name is no setting.
    pub(super) fn of(credentials: &'a [Credential]) -> Self {
        let mut values: BTreeMap<Setting<'a>, BTreeSet<&'a Secret>> = BTreeMap::new();
        for credential in credentials {
            for setting in settings(credential) {
                values
                    .entry(setting)
                    .or_default()
                    .insert(&credential.best.secret);
            }
        }
        Settings(values)
    }

    /// How many other values the settings of a credential had, when there are any: the largest number
    /// for one of them. A setting that holds several at once (a list) looks the same.
    fn others(&self, credential: &Credential) -> Option<usize> {
        let counts = settings(credential).filter_map(|setting| self.0.get(&setting));
        counts
            .map(|values| values.len() - 1)
            .max()
            .filter(|count| *count > 0)
    }
}

fn settings(credential: &Credential) -> impl Iterator<Item = Setting<'_>> {
    let in_history = credential.timeline.is_some();
    let key = credential.best.key.as_deref().filter(|_| in_history);
    key.into_iter().flat_map(move |key| {
        let places = credential.places.iter();
        places.map(move |place| (place.path.0.as_slice(), key, credential.best.rule))
    })
}
