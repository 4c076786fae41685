//! What servers list as a source of facts: a credential that was found to be a token of a list has that token's owner,
//! scope and dates, and the day on which its server still knew it.

use jiff::Timestamp;

use crate::finding::{Certainty, Credential, Fact, Field, Source, Status, Value, date};
use crate::lists::{How, Joined, List, Match, Moment, State};

/// The facts of the credential with a number. `own` is what the other sources know of it.
pub(super) fn facts(
    lists: &[List],
    joined: &Joined,
    number: usize,
    credential: &Credential,
    own: &[Fact],
) -> Vec<Fact> {
    let matches = joined.matches.get(number).into_iter().flatten();
    let mut out: Vec<Fact> = matches
        .flat_map(|one| of_row(&lists[one.list], one))
        .collect();
    for list in joined.absent.get(number).into_iter().flatten() {
        out.push(absent(&lists[*list], credential, own));
    }
    for list in joined.unclear.get(number).into_iter().flatten() {
        let text = format!(
            "not joined: several tokens in the list of {} fit",
            lists[*list].server
        );
        out.push(fact(Field::State, text, Certainty::Inferred));
    }
    out
}

/// That a complete list does not have it. Only what was there before the list was taken is dead by that.
fn absent(list: &List, credential: &Credential, own: &[Fact]) -> Fact {
    let (older, taken) = match list.taken {
        Some(taken) => (is_older(credential, own, taken), date(taken)),
        None => (false, "an unknown day".to_owned()),
    };
    let (more, certainty) = match older {
        true => ("", Certainty::Certain),
        false => ("; it may be newer than the list", Certainty::Inferred),
    };
    let text = format!(
        "not listed on {taken} by {}, whose list is complete{more}",
        list.server
    );
    fact(Field::State, text, certainty)
}

/// Whether it was issued before a moment: by its own bytes, or because a commit of a whole history held it then.
fn is_older(credential: &Credential, own: &[Fact], taken: Timestamp) -> bool {
    let issued = own.iter().filter(|fact| {
        let sure = fact.certainty == Certainty::Certain && fact.source == Source::Bytes;
        fact.field == Field::Issued && sure
    });
    let seen = credential.timeline.as_ref().filter(|it| it.complete);
    let seen = seen.map(|timeline| timeline.first.stood_at());
    issued
        .filter_map(Fact::time)
        .chain(seen)
        .any(|at| at < taken)
}

/// What the lists say of a credential.
pub(super) struct Word {
    /// Its server accepted it when the newest list was taken that has it.
    pub(super) accepted: bool,
    /// The status, where its server did not.
    pub(super) refused: Option<Status>,
}

/// The word of the newest list counts; of several of one day, that which has it as accepted.
pub(super) fn word(lists: &[List], joined: &Joined, number: usize, facts: &[Fact]) -> Word {
    let matches = joined.matches.get(number).into_iter().flatten();
    let said = matches.filter_map(|one| {
        let list = &lists[one.list];
        let accepted = match list.rows[one.row].state {
            State::Active => true,
            State::Revoked | State::Disabled => false,
            // Where an account past its end still logs in, its end proves nothing.
            State::Expired if list.kind.ends => false,
            State::Expired | State::Unknown => return None,
        };
        let certainty = match one.certain {
            true => Certainty::Certain,
            false => Certainty::Stated,
        };
        Some((list.taken, accepted, certainty))
    });
    let absent = joined.absent.get(number).into_iter().flatten();
    let absent = absent.map(|list| {
        let list = &lists[*list];
        let says = |fact: &&Fact| {
            fact.source == Source::List
                && fact
                    .text()
                    .is_some_and(|text| text.starts_with(b"not listed"))
        };
        let certainty = facts.iter().filter(says).map(|fact| fact.certainty).min();
        (list.taken, false, certainty.unwrap_or(Certainty::Inferred))
    });
    let newest = said
        .chain(absent)
        .max_by_key(|(taken, accepted, certainty)| {
            (*taken, *accepted, std::cmp::Reverse(*certainty))
        });
    Word {
        accepted: newest.is_some_and(|(_, accepted, _)| accepted),
        refused: newest
            .filter(|(_, accepted, _)| !accepted)
            .map(|(told, _, certainty)| Status::Revoked { told, certainty }),
    }
}

fn of_row(list: &List, found: &Match) -> Vec<Fact> {
    let row = &list.rows[found.row];
    let certainty = match found.certain {
        true => Certainty::Certain,
        false => Certainty::Stated,
    };
    // Where an account past its end still logs in, its end proves nothing.
    let end = match list.kind.ends {
        true => certainty,
        false => Certainty::Stated,
    };
    let mut out = vec![fact(
        Field::State,
        state(list, row.state, found.how),
        certainty,
    )];
    let texts = [
        (Field::Owner, row.owner.as_str()),
        (Field::MadeBy, &row.made_by),
        (Field::Scope, &row.scope.join(", ")),
    ];
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
    out.extend(texts.map(|(field, text)| fact(field, text.to_owned(), certainty)));
    let moments = [
        (Field::Issued, row.created, certainty),
        (Field::Expires, row.expires, end),
        (Field::LastUsed, row.last_used, certainty),
    ];
    for (field, moment, certainty) in moments {
        match moment {
            Moment::At(at) => out.push(Fact {
                field,
                value: Value::Time(at),
                source: Source::List,
                certainty,
            }),
            Moment::Never => out.push(fact(field, "never".to_owned(), certainty)),
            Moment::Unknown => {}
        }
    }
    if !row.id.is_empty() {
        let plain = row.id.len() <= 64 && row.id.bytes().all(|b| b.is_ascii_alphanumeric());
        out.push(match plain {
            true => Fact {
                field: Field::Id,
                value: Value::Id(row.id.clone()),
                source: Source::List,
                certainty,
            },
            false => fact(Field::Id, row.id.clone(), certainty),
        });
    }
    out
}

/// `active on 2026-11-26, as git lists it (joined by its hash)`.
fn state(list: &List, state: State, how: How) -> String {
    let on = match list.taken {
        Some(taken) => format!("on {}", date(taken)),
        None => "on an unknown day".to_owned(),
    };
    format!(
        "{} {on}, as {} lists it (joined by {})",
        state.name(),
        list.server,
        how.words()
    )
}

fn fact(field: Field, text: String, certainty: Certainty) -> Fact {
    Fact {
        field,
        value: Value::Text(text.into_bytes()),
        source: Source::List,
        certainty,
    }
}
