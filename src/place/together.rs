//! Places of a working tree and of the history behind it, read in one run.

use std::collections::BTreeSet;

use super::{About, Places};
use crate::finding::{Ignored, Place, RepoPath, UNCOMMITTED};
use crate::judge::Placed;
use crate::secret::Secret;

/// A value at a path, and whether only a rule of what is scanned sees it there.
type At<'a> = (&'a Secret, &'a RepoPath, bool);

/// Joins what the parts of one repository showed. A file of the working tree that stands at HEAD with the
/// same value is one place, and HEAD's tells more of it. What HEAD does not hold (an ignored file, a change
/// that is not committed) is a place of the working tree alone.
pub(super) fn join(parts: impl Iterator<Item = Places>) -> Places {
    let mut parts: Vec<Places> = parts.collect();
    let has_history = |part: &Places| part.about.history.is_some();
    if !parts.iter().any(has_history) {
        return parts.pop().unwrap_or_else(nothing);
    }
    let committed: BTreeSet<At<'_>> = parts
        .iter()
        .flat_map(|part| &part.found)
        .filter(|placed| placed.place.at_head == Some(true))
        .map(at)
        .collect();
    // Every part says so of its own places before any is moved.
    let doubled: Vec<Vec<bool>> = parts
        .iter()
        .map(|part| {
            let of_tree = !has_history(part);
            let twice = |placed: &Placed| of_tree && committed.contains(&at(placed));
            part.found.iter().map(twice).collect()
        })
        .collect();
    let mut out = nothing();
    for (mut part, doubled) in parts.into_iter().zip(doubled) {
        let of_tree = part.about.history.is_none();
        let mut twice = doubled.into_iter();
        part.found.retain(|_| twice.next() != Some(true));
        for placed in part.found.iter_mut().filter(|_| of_tree) {
            let place: &mut Place = &mut placed.place;
            if !place.is_local() {
                place.reach = Some(UNCOMMITTED.to_owned());
            }
        }
        out.found.extend(part.found);
        out.unreached.extend(part.unreached);
        out.before.extend(part.before);
        out.timelines.extend(part.timelines);
        add(&mut out.about, part.about);
    }
    out
}

fn at(placed: &Placed) -> At<'_> {
    let sighting = &placed.sighting;
    let path = &placed.place.path;
    (&sighting.secret, path, sighting.of_repository)
}

/// Nothing was looked at yet.
fn nothing() -> Places {
    Places {
        found: Vec::new(),
        unreached: Vec::new(),
        before: BTreeSet::new(),
        timelines: Default::default(),
        about: About {
            nothing: Some("there is neither a file nor a commit"),
            ..About::default()
        },
    }
}

/// Adds what there is to say of one part. Only where no part had anything there was nothing to look at.
fn add(all: &mut About, of: About) {
    all.skipped.extend(of.skipped);
    all.ignored = Ignored {
        files: all.ignored.files + of.ignored.files,
        credential_stores: [
            std::mem::take(&mut all.ignored.credential_stores),
            of.ignored.credential_stores,
        ]
        .concat(),
    };
    all.nothing = all.nothing.and(of.nothing);
    all.history = all.history.take().or(of.history);
    all.range = all.range.take().or(of.range);
}
