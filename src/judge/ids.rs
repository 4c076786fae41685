//! The ids of credentials: each of a report has one of its own, and no reader can test a guess
//! with it.

use super::order;
use crate::finding::{Credential, Place, Sighting};
use crate::secret::Fingerprint;

/// The id of a credential of the rule `rule`, of which `best` is the best sighting and `first` the
/// first place.
pub(super) fn of(rule: &str, best: &Sighting, first: &Place) -> Fingerprint {
    if best.strong {
        return Fingerprint::of_strong(best.secret.expose());
    }
    let number = u64::from(best.number).to_le_bytes();
    let mut more: Vec<&[u8]> = Vec::new();
    if best.number > 0 {
        more.push(&number);
    }
    // What is gone must not have the id of what stands there now. Reports show the commit anyway.
    let gone = first.introduced.as_ref();
    if let Some(brought) = gone.filter(|_| first.at_head == Some(false)) {
        more.push(brought.commit.id.as_bytes());
    }
    let key = best.key.as_deref().unwrap_or_default();
    Fingerprint::of_weak_among(rule, key, &first.whole_path().0, &more)
}

/// Numbers credentials that would have the same id, in the order of their first places. The first one
/// keeps it. Takes n log n steps.
pub(super) fn make_unique(all: &mut [Credential]) {
    let mut sorted: Vec<usize> = (0..all.len()).collect();
    sorted.sort_by(|a, b| {
        let (one, other) = (&all[*a], &all[*b]);
        let places = || order(&one.places[0]).cmp(&order(&other.places[0]));
        one.fingerprint
            .cmp(&other.fingerprint)
            .then_with(places)
            .then(a.cmp(b))
    });
    let (mut before, mut n) = (None, 1);
    for at in sorted {
        let id = all[at].fingerprint;
        n = if before == Some(id) { n + 1 } else { 1 };
        before = Some(id);
        if n > 1 {
            all[at].fingerprint = id.again(n);
        }
    }
}
