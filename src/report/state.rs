//! What each credential is to whoever has to act, and the answer of an audit in plain words.

use jiff::Timestamp;

use super::words::{self, count};
use super::{Finding, Report};
use crate::finding::{Class, Field, Source, Status};

/// What a credential is to whoever has to act, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Expiring,
    Alive,
    /// It stands in another branch, a tag or a pull request, and HEAD never held it.
    Elsewhere,
    Removed,
    Replaced,
    Dead,
}

impl State {
    pub(super) const ALL: [State; 6] = [
        State::Expiring,
        State::Alive,
        State::Elsewhere,
        State::Removed,
        State::Replaced,
        State::Dead,
    ];

    pub(super) fn of(row: &Finding) -> State {
        let replaced = row.facts_of(Field::Replaced).next().is_some();
        let here = row.stands();
        let removed = row
            .timeline
            .as_ref()
            .is_some_and(|timeline| timeline.removed.is_some());
        match row.status {
            _ if row.certainly_expired() => State::Dead,
            Status::Expiring { .. } => State::Expiring,
            _ if here => State::Alive,
            _ if replaced => State::Replaced,
            _ if removed => State::Removed,
            _ => State::Elsewhere,
        }
    }

    /// Its word, the class of its colour, and what is said of one and of many.
    pub(super) fn words(self) -> (&'static str, &'static str, [&'static str; 2]) {
        match self {
            State::Expiring => ("ends soon", "soon", ["ends soon", "end soon"]),
            State::Alive => (
                "may be alive",
                "now",
                [
                    "stands in the files and may be alive",
                    "stand in the files and may be alive",
                ],
            ),
            State::Elsewhere => (
                "not at HEAD",
                "soon",
                [
                    "stands only outside of HEAD (a branch, a tag, a pull request)",
                    "stand only outside of HEAD (branches, tags, pull requests)",
                ],
            ),
            State::Removed => (
                "removed, not revoked",
                "gone",
                [
                    "was removed, and nothing says that it was revoked",
                    "were removed, and nothing says that they were revoked",
                ],
            ),
            State::Replaced => (
                "replaced",
                "gone",
                [
                    "was replaced by another value",
                    "were replaced by other values",
                ],
            ),
            State::Dead => ("dead", "calm", ["is certainly dead", "are certainly dead"]),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            State::Expiring => "expiring",
            State::Alive => "alive",
            State::Elsewhere => "elsewhere",
            State::Removed => "removed",
            State::Replaced => "replaced",
            State::Dead => "dead",
        }
    }
}

/// How many credentials are in which state; states without any are left out.
pub(super) fn counted(report: &Report) -> Vec<(State, u64)> {
    let states = State::ALL.into_iter().map(|state| {
        let rows = report.findings.iter();
        let of = rows.filter(|row| State::of(row) == state).count();
        (state, of as u64)
    });
    states.filter(|(_, n)| *n > 0).collect()
}

/// The answer: how many there are, how many are dead and why, which end when, and of how many it is not
/// known whose they are.
pub(super) fn sentence(report: &Report) -> String {
    if report.findings.is_empty() {
        return "No credential is listed.".to_owned();
    }
    let parts = counted(report).into_iter().map(|(state, n)| {
        let [one, many] = state.words().2;
        let rows = || report.findings.iter().filter(|row| State::of(row) == state);
        let more = match state {
            State::Dead => why_dead(rows()),
            State::Expiring => rows().filter_map(|row| row.status.end()).min().map(first),
            _ => None,
        };
        count(n, one, many) + &more.unwrap_or_default()
    });
    let parts: Vec<String> = parts.collect();
    let all = count(report.findings.len() as u64, "credential", "credentials");
    let mut out = format!("{all}: {}.", parts.join("; "));
    let live = || {
        let rows = report.findings.iter();
        rows.filter(|row| row.class == Class::Credential && State::of(row) != State::Dead)
    };
    let number = |is: fn(&Finding) -> bool| live().filter(|row| is(row)).count() as u64;
    let unowned = number(|row| row.facts_of(Field::Owner).next().is_none());
    let endless = number(|row| row.status == Status::NeverExpires);
    let unknown = number(|row| row.status == Status::Unknown);
    let unwritten = match report.run.register.is_some() {
        true => number(|row| row.facts.iter().all(|fact| fact.source != Source::Register)),
        false => 0,
    };
    let said = [
        (unowned, ["has no known owner", "have no known owner"]),
        (unknown, ["has no known end", "have no known end"]),
        (endless, ["never ends", "never end"]),
        (
            unwritten,
            ["is not in the register", "are not in the register"],
        ),
    ];
    let said = said.into_iter().filter(|(n, _)| *n > 0);
    let said: Vec<String> = said.map(|(n, [one, many])| count(n, one, many)).collect();
    if !said.is_empty() {
        out.push_str(&format!(
            " Of those that are not dead, {}.",
            said.join(", ")
        ));
    }
    out
}

/// `, their end is past`; where there are several reasons, how many have which: ` (2 by their own bytes, 1 past the
/// longest life of its kind)`.
fn why_dead<'a>(rows: impl Iterator<Item = &'a Finding>) -> Option<String> {
    let (mut ended, mut by_kind, mut by_list) = (0, 0, 0);
    for row in rows {
        match row.status {
            Status::PastLife { .. } => by_kind += 1,
            Status::Revoked { .. } => by_list += 1,
            _ => ended += 1,
        }
    }
    let kind = "past the longest life of its kind";
    let kinds = "past the longest life of their kind";
    let reasons = [
        (ended, "by its own bytes", "by their own bytes"),
        (by_kind, kind, kinds),
        (
            by_list,
            "by the list of its server",
            "by the lists of their servers",
        ),
    ];
    if by_kind + by_list == 0 {
        let ends = if ended == 1 {
            "its end is past"
        } else {
            "their end is past"
        };
        return Some(format!(", {ends}"));
    }
    let reasons = reasons.into_iter().filter(|(n, ..)| *n > 0);
    let reasons: Vec<String> = reasons.map(|(n, one, many)| count(n, one, many)).collect();
    Some(format!(" ({})", reasons.join(", ")))
}

fn first(at: Timestamp) -> String {
    format!(", the first on {}", words::date(at))
}
