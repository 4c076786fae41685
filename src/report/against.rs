//! What changed between two audits, a word for each credential: what an auditor asks for as evidence.
//! ([`compare`](super::compare) tells every difference of two reports, for whoever looks for a cause.)

use std::collections::HashMap;

use jiff::Timestamp;

use super::compare::notes;
use super::{Against, Change, Commit, Finding, Report, What, words};
use crate::finding::Field;
use crate::secret::{Fingerprint, Shown};

/// What changed from `earlier` to `later`. Suppressed results take part: they are credentials too. What is folded
/// does only with `folded`, so that the figures are about the same credentials as those of the report around them.
pub fn against(earlier: &Report, later: &Report, folded: bool) -> Against {
    let takes_part = |finding: &&Finding| folded || !finding.is_left_out();
    let mut before: HashMap<Fingerprint, &Finding> = all(earlier)
        .map(|finding| (finding.fingerprint, finding))
        .collect();
    let mut changes = Vec::new();
    let mut unchanged = 0;
    for finding in all(later) {
        let old = before.remove(&finding.fingerprint);
        if !takes_part(&finding) {
            continue;
        }
        match old.filter(takes_part) {
            None => changes.push(new(finding)),
            Some(old) => match change(old, finding) {
                Some(one) => changes.push(one),
                None => unchanged += 1,
            },
        }
    }
    let gone = all(earlier).filter(takes_part);
    let gone = gone.filter(|finding| before.contains_key(&finding.fingerprint));
    changes.extend(gone.map(|finding| listed(What::Gone, finding, None, None)));
    // Stable: of one kind, the order of the reports stays, which is worst first.
    changes.sort_by_key(|change| change.what);
    Against {
        since: earlier.run.now,
        target: earlier.run.target.clone(),
        changes,
        unchanged,
        notes: notes(earlier, later),
    }
}

fn all(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().chain(&report.suppressed)
}

fn new(finding: &Finding) -> Change {
    let first = finding.timeline.as_ref().map(|timeline| &timeline.first);
    by_commit(What::New, finding, first)
}

/// What happened to one credential; `None` when nothing did that an auditor asks for.
fn change(old: &Finding, new: &Finding) -> Option<Change> {
    if new.certainly_expired() && !old.certainly_expired() {
        return Some(listed(What::Expired, new, new.status.end(), None));
    }
    let replaced = |finding: &Finding| moment(finding, Field::Replaced);
    if replaced(new).is_some() && replaced(old).is_none() {
        let by = new.facts_of(Field::ReplacedBy).next();
        let by = by.map(|fact| fact.value.clone());
        return Some(listed(What::Rotated, new, replaced(new), by));
    }
    match (old.stands(), new.stands()) {
        (true, false) => {
            let removed = new.timeline.as_ref();
            let removed = removed.and_then(|timeline| timeline.removed.as_ref());
            Some(by_commit(What::Removed, new, removed))
        }
        (false, true) => Some(listed(What::Back, new, None, None)),
        _ => None,
    }
}

fn moment(finding: &Finding, field: Field) -> Option<Timestamp> {
    finding.facts_of(field).find_map(|fact| fact.time)
}

fn by_commit(what: What, finding: &Finding, commit: Option<&Commit>) -> Change {
    let by = commit.map(|commit| commit.author.clone());
    listed(what, finding, commit.map(|commit| commit.date), by)
}

fn listed(what: What, finding: &Finding, at: Option<Timestamp>, by: Option<Shown>) -> Change {
    let place = finding.first_place().map(words::position);
    Change {
        what,
        id: finding.id.clone(),
        fingerprint: finding.fingerprint,
        reported: finding.reported.clone(),
        name: finding.name.clone(),
        place: Shown::ours(place.unwrap_or_default()),
        at,
        by,
    }
}
