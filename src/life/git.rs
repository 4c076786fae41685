//! Git's record as a source of facts: since when a credential stood in the history, until when, what
//! stood in its place before and after it and who changed that.

use super::slots::Turn;
use super::{FactSource, Known};
use crate::finding::{Certainty, Class, Commit, Credential, Fact, Field, Severity, Source, Value};
use crate::rule::Rule;

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
        let turn = known.slots.turn(credential.fingerprint);
        facts.extend(turn.iter().flat_map(of_slot));
        let replaced = turn.is_some_and(|turn| turn.until.is_some());
        if timeline.removed.is_some()
            && !replaced
            && !credential.stands()
            && credential.best.class == Class::Credential
            && credential.severity > Severity::Info
        {
            facts.push(concluded(
                Field::Revocation,
                Value::Text(UNKNOWN_END.into()),
            ));
        }
        facts
    }
}

/// Who takes a value out of the files has not yet made it worthless.
const UNKNOWN_END: &str = "removed and not replaced: nothing says that it was revoked";

/// What its slot tells of a value.
fn of_slot<'t>(turn: &'t Turn<'_>) -> impl Iterator<Item = Fact> + 't {
    let text = |text: &[u8]| Value::Text(text.to_vec());
    let rotations = concluded(Field::Rotations, text(turn.changes.to_string().as_bytes()));
    let ends = [
        (turn.from, Field::Rotated, Field::RotatedBy),
        (turn.until, Field::Replaced, Field::ReplacedBy),
    ];
    let ends = ends
        .into_iter()
        .filter_map(|(commit, when, who)| Some((commit?, when, who)));
    let ends = ends.flat_map(move |(commit, when, who)| {
        [
            moment(when, commit, Certainty::Inferred),
            concluded(who, text(&commit.author)),
        ]
    });
    std::iter::once(rotations).chain(ends)
}

fn concluded(field: Field, value: Value) -> Fact {
    Fact {
        field,
        value,
        source: Source::Git,
        certainty: Certainty::Inferred,
    }
}

fn moment(field: Field, commit: &Commit, certainty: Certainty) -> Fact {
    Fact {
        field,
        value: Value::Time(commit.stood_at()),
        source: Source::Git,
        certainty,
    }
}
