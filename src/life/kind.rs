//! The kind of a credential as a source of facts: how long one lives at most, and since when its form exists.

use jiff::{SignedDuration, Timestamp};

use super::{FactSource, Known, is_forged};
use crate::builtin;
use crate::finding::{Certainty, Credential, Fact, Field, Source, Status, Value};
use crate::rule::{Check, Lifetime, Rule};

/// How much longer than its kind's life a credential has to be there before it counts as past it: clocks and time
/// zones of commits are not checked.
const MARGIN: SignedDuration = SignedDuration::from_hours(48);

/// The table of lives.
pub(super) struct Kind;

impl FactSource for Kind {
    fn tell(&self, rule: &Rule, credential: &Credential, _: &Known<'_>) -> Vec<Fact> {
        let Some(row) = of(rule).filter(|_| !is_forged(credential)) else {
            return Vec::new();
        };
        let mut facts = Vec::new();
        let mut push = |field, value| {
            facts.push(Fact {
                field,
                value,
                source: Source::Kind,
                certainty: match row.hard {
                    true => Certainty::Stated,
                    false => Certainty::Inferred,
                },
            });
        };
        if row.seconds > 0 {
            let longest = row.longest.as_bytes().to_vec();
            push(Field::LongestLife, Value::Text(longest));
        }
        let since = credential.timeline.as_ref().map(|t| t.first.stood_at());
        if let (Some(form), Some(since)) = (day(&row.form_since), since)
            && since < form
        {
            push(Field::FormSince, Value::Time(form));
        }
        facts
    }
}

/// The row of a rule of the program.
fn of(rule: &Rule) -> Option<&'static Lifetime> {
    let rows = builtin::lifetimes();
    let at = rows.binary_search_by(|row| row.rule.cmp(&rule.id)).ok()?;
    rows.get(at).filter(|_| rule.is_builtin())
}

/// The status of what has been in the history for longer than its kind lives. It is certain where no exception exists,
/// a check confirms the kind, and a commit of another author, who took the value out, was made so long ago: whoever
/// wrote the first commit may have written any date. All else is likely.
pub(super) fn past(rule: &Rule, credential: &Credential, now: Timestamp) -> Option<Status> {
    let row = of(rule)?;
    let timeline = credential.timeline.as_ref()?;
    let seen = timeline.first.stood_at();
    let form = day(&row.form_since);
    if form.is_some_and(|form| seen < form) {
        // The date cannot be, so nothing follows from it.
        return None;
    }
    let end = |seen: Timestamp| {
        let life = (row.seconds > 0).then(|| SignedDuration::from_secs(row.seconds));
        let own = life.and_then(|life| seen.checked_add(life).ok());
        own.into_iter().chain(day(&row.ended)).min()
    };
    let is_past = |end: Timestamp| end.checked_add(MARGIN).is_ok_and(|end| end < now);
    let since = end(seen).filter(|end| is_past(*end))?;
    let mut checks = credential.best.evidence.checks.iter();
    let confirmed = checks.any(|check| check.passed && check.name != Check::Random.name());
    let witness = timeline.removed.as_ref();
    let witness = witness.filter(|commit| commit.email != timeline.first.email);
    let witnessed = witness
        .and_then(|commit| end(commit.stood_at()))
        .is_some_and(is_past);
    let certain = row.hard && confirmed && timeline.complete && witnessed;
    Some(Status::PastLife {
        since,
        certainty: match certain {
            true => Certainty::Certain,
            false => Certainty::Inferred,
        },
    })
}

/// The start of a day of the table, in UTC.
fn day(text: &str) -> Option<Timestamp> {
    format!("{text}T00:00:00Z").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_ends_by_nobody_has_a_hard_life() {
        for row in builtin::lifetimes() {
            let spared = ["refresh", "private-key", "sas", "client-secret"];
            let is_spared = spared.iter().any(|part| row.rule.contains(part));
            assert!(
                !is_spared || row.seconds == 0 && row.ended.is_empty(),
                "{}",
                row.rule
            );
            assert!(day(&row.checked).is_some(), "{}", row.rule);
            assert!(builtin::set().find(&row.rule).is_some(), "{}", row.rule);
        }
    }
}
