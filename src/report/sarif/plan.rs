//! What goes into a SARIF file and what is left out, decided before anything is written, so that
//! a host's limits cut the least severe and never what happens to come last.

use std::collections::{BTreeMap, HashMap};

use crate::report::cut::{self, Item};
use crate::report::{Finding, Mode, Place, Report};

/// Results a host takes in one run.
pub const MAX_RESULTS: usize = 25_000;
/// Notices among them.
pub const MAX_NOTICES: usize = 5_000;
/// Other places kept of one result (a host keeps 100 and takes 1,000).
pub const MAX_RELATED: usize = 100;
/// Bytes of results before compression. A host takes 10 MB of gzip; results are so alike that
/// they shrink to a tenth or less, and this leaves room for half of that.
pub const MAX_BYTES: usize = 50_000_000;

/// One result to be.
pub struct Planned<'a> {
    /// The credential.
    pub row: &'a Finding,
    /// Where it is shown.
    pub place: &'a Place,
    /// Other places, at most [`MAX_RELATED`].
    pub related: Vec<&'a Place>,
    /// Other places beyond those.
    pub related_left_out: usize,
    /// It stands in what was scanned (in a history: at HEAD).
    pub present: bool,
    /// How many results with this line hash stand in this file up to this one.
    pub repeat: usize,
    /// Results of the same rule in the same file that this one speaks for too.
    pub alike: usize,
}

/// The results, most severe first, and how many were left out.
pub struct Plan<'a> {
    /// What to write.
    pub results: Vec<Planned<'a>>,
    /// Results over the limit.
    pub left_out: usize,
}

/// One result per credential and file that is present, else one per credential. Suppressed ones
/// are left out unless they are asked for, because hosts open them as alerts.
pub fn plan(report: &Report, suppressed: bool) -> Plan<'_> {
    let mut rows: Vec<&Finding> = report.findings.iter().collect();
    if suppressed {
        rows.extend(&report.suppressed);
    }
    let mut found: Vec<Planned<'_>> = Vec::new();
    for row in rows {
        found.extend(of_row(row, report.run.mode));
    }
    // Before anything is cut, so that the numbers do not depend on what is.
    number_repeats(&mut found);
    let items = found.into_iter().map(|one| Item {
        row: one.row,
        place: one.place,
        present: one.present,
        with: one,
    });
    let mut folded = cut::arrange(items.collect());
    let left_out = folded
        .drain(MAX_RESULTS.min(folded.len())..)
        .map(|folded| 1 + folded.alike.len())
        .sum();
    let results = folded.into_iter().map(|folded| {
        let mut one = folded.first.with;
        one.alike = folded.alike.len();
        for other in &folded.alike {
            one.related.push(other.place);
        }
        one.related_left_out += one.related.len().saturating_sub(MAX_RELATED);
        one.related.truncate(MAX_RELATED);
        one
    });
    Plan {
        results: results.collect(),
        left_out,
    }
}

fn of_row(row: &Finding, mode: Mode) -> Vec<Planned<'_>> {
    let mut files: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    let mut gone: Vec<&Place> = Vec::new();
    for place in &row.places {
        if place.is_present(mode) {
            files.entry(&place.uri).or_default().push(place);
        } else {
            gone.push(place);
        }
    }
    if files.is_empty() {
        let mut places = gone.into_iter();
        return places
            .next()
            .map(|first| planned(row, first, places.collect(), false))
            .into_iter()
            .collect();
    }
    let mut out: Vec<Planned<'_>> = Vec::new();
    for mut places in files.into_values() {
        let first = places.remove(0);
        // Places of the past are told once, with the first file.
        if out.is_empty() {
            places.append(&mut gone);
        }
        out.push(planned(row, first, places, true));
    }
    out
}

fn planned<'a>(
    row: &'a Finding,
    place: &'a Place,
    mut related: Vec<&'a Place>,
    present: bool,
) -> Planned<'a> {
    let related_left_out = related.len().saturating_sub(MAX_RELATED);
    related.truncate(MAX_RELATED);
    Planned {
        row,
        place,
        related,
        related_left_out,
        present,
        repeat: 1,
        alike: 0,
    }
}

/// Counts equal line hashes of a file from its top, as the host's own tool does, so that the
/// numbers do not depend on severities.
fn number_repeats(results: &mut [Planned<'_>]) {
    let mut order: Vec<usize> = (0..results.len()).collect();
    order.sort_by_key(|i| {
        let place = results[*i].place;
        (
            &place.uri,
            place.region.start_line,
            place.region.start_column,
            *i,
        )
    });
    let mut seen: HashMap<(&str, u64), usize> = HashMap::new();
    for i in order {
        let place = results[i].place;
        let n = seen.entry((&place.uri, place.line_hash)).or_insert(0);
        *n += 1;
        results[i].repeat = *n;
    }
}
