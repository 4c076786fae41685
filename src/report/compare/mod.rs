//! Two reports of one place at two times: which credentials are new, which are gone, which are still
//! there, and what changed about them. They are known by their fingerprints.

mod human;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;
use serde_json::Value;

use super::escape::json_pretty;
use super::{Exit, Finding, Mode, Notice, Outcome, Place, Report, SchemaVersion};
use crate::secret::{Fingerprint, Shown};

/// Members of a finding that say nothing about the credential itself: names and words of rules, and
/// what is compared in another way.
const NOT_COMPARED: &[&str] = &[
    "id",
    "fingerprint",
    "name",
    "shown",
    "evidence",
    "places",
    "rotate",
    "console",
];

/// What differs between two reports.
#[derive(Serialize)]
pub struct Comparison<'a> {
    schema_version: SchemaVersion,
    /// The earlier run.
    old: Side<'a>,
    /// The later run.
    new: Side<'a>,
    summary: Summary,
    /// What to keep in mind: runs that were not complete, or not of the same thing.
    notes: Vec<String>,
    /// Only in the later report.
    appeared: Vec<&'a Finding>,
    /// Only in the earlier report.
    gone: Vec<&'a Finding>,
    /// In both, and not the same.
    changed: Vec<Changed<'a>>,
    /// In both, and the same: fingerprints.
    unchanged: Vec<Fingerprint>,
    /// Notices that only the later report has.
    notices_appeared: Vec<&'a Notice>,
    /// Notices that only the earlier report has.
    notices_gone: Vec<&'a Notice>,
}

/// One of the two runs.
#[derive(Serialize)]
struct Side<'a> {
    version: &'a str,
    mode: Mode,
    target: &'a Shown,
    now: jiff::Timestamp,
    outcome: Outcome,
    complete: bool,
}

#[derive(Serialize)]
struct Summary {
    appeared: usize,
    /// Of what appeared, how many fail; and how many fail that did not before.
    failing: usize,
    gone: usize,
    /// False when they may only not have been looked at.
    gone_is_certain: bool,
    changed: usize,
    unchanged: usize,
    exit: Exit,
}

/// A credential about which something changed.
#[derive(Serialize)]
struct Changed<'a> {
    /// As the later report has it.
    finding: &'a Finding,
    /// Members of the finding, as they were and are.
    members: BTreeMap<String, Change>,
    places_added: Vec<&'a Place>,
    places_removed: Vec<&'a Place>,
    /// As the earlier report has it.
    #[serde(skip)]
    before: &'a Finding,
}

#[derive(Serialize)]
struct Change {
    old: Value,
    new: Value,
}

/// Compares two reports. Suppressed results take part: to be suppressed is a change like another.
pub fn compare<'a>(old: &'a Report, new: &'a Report) -> Comparison<'a> {
    let mut before: BTreeMap<_, &Finding> = numbered(old).collect();
    let (mut appeared, mut changed, mut unchanged) = (Vec::new(), Vec::new(), Vec::new());
    for (key, finding) in numbered(new) {
        match before.remove(&key) {
            None => appeared.push(finding),
            Some(earlier) => match differences(earlier, finding) {
                Some(one) => changed.push(one),
                None => unchanged.push(finding.fingerprint),
            },
        }
    }
    // In the order of the earlier report, which is worst first.
    let gone: Vec<&Finding> = numbered(old)
        .filter(|(key, _)| before.contains_key(key))
        .map(|(_, finding)| finding)
        .collect();
    let begins = |one: &&Changed<'_>| one.finding.fails && !one.before.fails;
    let told = new.notices.iter().filter(|notice| notice.fails);
    let failing = appeared.iter().filter(|finding| finding.fails).count()
        + changed.iter().filter(begins).count()
        + without(told, &old.notices, |notice| notice.fails).len();
    let comparable = same_thing(old, new);
    Comparison {
        schema_version: SchemaVersion,
        summary: Summary {
            appeared: appeared.len(),
            failing,
            gone: gone.len(),
            gone_is_certain: new.complete() && comparable,
            changed: changed.len(),
            unchanged: unchanged.len(),
            exit: exit(failing, new.complete()),
        },
        notes: notes(old, new),
        old: side(old),
        new: side(new),
        appeared,
        gone,
        changed,
        unchanged,
        notices_appeared: without(new.notices.iter(), &old.notices, |_| true),
        notices_gone: without(old.notices.iter(), &new.notices, |_| true),
    }
}

impl Comparison<'_> {
    /// The exit status: 1 when something fails that did not before, else 2 when the later run was
    /// not complete, else 0.
    pub fn exit_status(&self) -> u8 {
        self.summary.exit.status
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_human(&self, out: &mut dyn io::Write) -> io::Result<()> {
        human::write(self, out)
    }

    /// Writes it as one JSON document.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        json_pretty(self, out)
    }
}

/// The notices that are not among those of `others` for which `counts` is true. What a notice is about
/// names it: lines move.
fn without<'a>(
    notices: impl Iterator<Item = &'a Notice>,
    others: &[Notice],
    counts: fn(&Notice) -> bool,
) -> Vec<&'a Notice> {
    fn name(notice: &Notice) -> (&str, &str, Option<&Shown>) {
        let file = notice.file.as_ref();
        (&notice.reported, notice.subject.as_str(), file)
    }
    let others = others.iter().filter(|notice| counts(notice));
    let others: BTreeSet<_> = others.map(name).collect();
    notices
        .filter(|notice| !others.contains(&name(notice)))
        .collect()
}

/// All results of a report. Should two have one fingerprint, they are told apart by their order.
fn numbered(report: &Report) -> impl Iterator<Item = ((Fingerprint, usize), &Finding)> {
    let mut seen: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    let all = report.findings.iter().chain(&report.suppressed);
    all.map(move |finding| {
        let number = seen.entry(finding.fingerprint).or_default();
        *number += 1;
        ((finding.fingerprint, *number), finding)
    })
}

/// What changed about a credential; `None` when nothing did that matters. Moved lines do not.
fn differences<'a>(before: &'a Finding, finding: &'a Finding) -> Option<Changed<'a>> {
    if before == finding {
        return None;
    }
    let members = |finding: &Finding| match serde_json::to_value(finding) {
        Ok(Value::Object(members)) => members,
        // A finding is plain data.
        _ => serde_json::Map::new(),
    };
    let (mut earlier, later) = (members(before), members(finding));
    let members: BTreeMap<String, Change> = later
        .into_iter()
        .filter(|(name, _)| !NOT_COMPARED.contains(&name.as_str()))
        .filter_map(|(name, new)| {
            let old = earlier.remove(&name).unwrap_or_default();
            (old != new).then_some((name, Change { old, new }))
        })
        .collect();
    let (added, removed) = (missing(finding, before), missing(before, finding));
    let same = members.is_empty() && added.is_empty() && removed.is_empty();
    (!same).then_some(Changed {
        finding,
        members,
        places_added: added,
        places_removed: removed,
        before,
    })
}

/// The places of one that the other has not. A place is a path, and what in it; lines move.
fn missing<'a>(of: &'a Finding, other: &Finding) -> Vec<&'a Place> {
    fn place(place: &Place) -> (&Shown, Option<&Shown>, Option<&Shown>) {
        (&place.path, place.member.as_ref(), place.name.as_ref())
    }
    let there: BTreeSet<_> = other.places.iter().map(place).collect();
    let places = of.places.iter();
    places.filter(|one| !there.contains(&place(one))).collect()
}

fn side(report: &Report) -> Side<'_> {
    Side {
        version: &report.run.version,
        mode: report.run.mode,
        target: &report.run.target,
        now: report.run.now,
        outcome: report.summary.outcome,
        complete: report.complete(),
    }
}

fn same_thing(old: &Report, new: &Report) -> bool {
    (old.run.mode, &old.run.target) == (new.run.mode, &new.run.target)
}

/// What keeps two reports from being compared fully.
pub(super) fn notes(old: &Report, new: &Report) -> Vec<String> {
    let mut out = Vec::new();
    if !new.complete() {
        let why = "the new run was not complete: what is gone may only not have been read";
        out.push(why.to_owned());
    }
    if !old.complete() {
        let why = "the old run was not complete: what is new may have been there before";
        out.push(why.to_owned());
    }
    if !same_thing(old, new) {
        let of = |report: &Report| {
            let run = &report.run;
            format!("{} of {}", run.mode.name(), run.target.as_str())
        };
        let (old, new) = (of(old), of(new));
        out.push(format!(
            "the reports are of different things: {old}, then {new}"
        ));
    }
    if old.run.rule_set.hash != new.run.rule_set.hash {
        let why = "the runs had different rules: what is new or gone may come of that";
        out.push(why.to_owned());
    }
    out
}

fn exit(failing: usize, complete: bool) -> Exit {
    let (status, meaning) = match (failing, complete) {
        (0, true) => (0, "nothing fails that did not before"),
        (0, false) => (2, "the new run was not complete"),
        _ => (1, "results fail that did not before"),
    };
    Exit {
        status,
        meaning: Cow::Borrowed(meaning),
    }
}
