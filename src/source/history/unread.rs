//! Where content stood that was not read. The scan meets it by its id; a person looks for a path.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attributed, Attribution, Carrier, Oid, Origin};
use crate::finding::{Reason, Skipped};

/// The id that a skipped input is named by, and what follows it (the members of an archive).
///
/// What is missing or damaged keeps its id: that is what git is asked for to mend it.
fn named(skipped: &Skipped) -> Option<(Oid, &[u8])> {
    if matches!(
        skipped.reason,
        Reason::MissingObject | Reason::CorruptObject
    ) {
        return None;
    }
    let end = skipped
        .what
        .iter()
        .position(|b| *b == b'!')
        .unwrap_or(skipped.what.len());
    let (id, rest) = skipped.what.split_at(end);
    let digit = |b: &u8| char::from(*b).to_digit(16);
    if !matches!(id.len(), 40 | 64) {
        return None;
    }
    let raw: Option<Vec<u8>> = id
        .chunks_exact(2)
        .map(|pair| Some((digit(&pair[0])? * 16 + digit(&pair[1])?) as u8))
        .collect();
    Some((Oid::from_bytes(&raw?), rest))
}

/// What is to be traced with the credentials: one carrier for each object that was not read, with
/// numbers from `first` on.
pub(super) fn carriers(skipped: &[Skipped], first: u32) -> Vec<Carrier> {
    let ids: BTreeSet<Oid> = skipped
        .iter()
        .filter_map(|gap| Some(named(gap)?.0))
        .collect();
    (first..)
        .zip(ids)
        .map(|(credential, oid)| Carrier {
            origin: Origin::Blob(oid),
            credential,
        })
        .collect()
}

/// Takes what was traced for [`carriers`] out of an attribution again, and keeps of each the path
/// at which it was seen first. An object without a path (a commit, a tree) keeps its id.
pub(super) fn settle(out: &mut Attribution, first: u32) {
    let (gaps, places): (Vec<Attributed>, Vec<Attributed>) = std::mem::take(&mut out.places)
        .into_iter()
        .partition(|place| place.credential >= first);
    out.places = places;
    // Places come sorted by path: of several that one commit brought the first stays.
    for gap in gaps {
        let timeline = out.timelines.get(gap.credential as usize);
        let came = timeline.and_then(|t| Some(t.as_ref()?.first.id));
        let by = gap.introduced.map(|introduced| introduced.commit.id);
        if let Origin::Blob(oid) = gap.origin
            && by.is_some()
            && by == came
        {
            out.paths.entry(oid).or_insert(gap.path.0);
        }
    }
    out.timelines.truncate(first as usize);
}

/// Names what was not read by its path, where one is known.
pub(super) fn rename(skipped: &mut [Skipped], paths: &BTreeMap<Oid, Vec<u8>>) {
    for gap in skipped {
        let path = named(gap).and_then(|(oid, rest)| {
            let path = paths.get(&oid)?;
            Some([path, rest].concat())
        });
        if let Some(path) = path {
            gap.what = path;
        }
    }
}
