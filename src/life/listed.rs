//! What servers list as a source of facts: a credential that was found to be a token of a list has that token's owner,
//! scope and dates, and the day on which its server still knew it.

use crate::finding::{Certainty, Fact, Field, Source, Value, date};
use crate::lists::{How, Joined, List, Match, Moment, State};

/// The facts of the credential with a number.
pub(super) fn facts(lists: &[List], joined: &Joined, number: usize) -> Vec<Fact> {
    let matches = joined.matches.get(number).into_iter().flatten();
    let mut out: Vec<Fact> = matches
        .flat_map(|one| of_row(&lists[one.list], one))
        .collect();
    for list in joined.unclear.get(number).into_iter().flatten() {
        let text = format!(
            "not joined: several tokens in the list of {} fit",
            lists[*list].server
        );
        out.push(fact(Field::State, text, Certainty::Inferred));
    }
    out
}

/// Whether a list has the credential with a number as one that its server accepts.
pub(super) fn is_accepted(lists: &[List], joined: &Joined, number: usize) -> bool {
    let mut matches = joined.matches.get(number).into_iter().flatten();
    matches.any(|one| lists[one.list].rows[one.row].state == State::Active)
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
