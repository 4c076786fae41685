//! What servers list as a source of facts: a credential that was found to be a token of a list has that token's owner,
//! scope and dates, and the day on which its server still knew it.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::finding::{Certainty, Credential, Fact, Field, Source, Status, Value, date};
use crate::lists::{How, Joined, List, Match, Moment, State};

/// What the lists have to say of one credential.
pub(super) struct Said<'l, 'c> {
    pub(super) lists: &'l [List],
    pub(super) joined: &'l Joined,
    /// Its number among the joined ones.
    pub(super) number: usize,
    pub(super) credential: &'c Credential,
    /// What the other sources know of it.
    pub(super) own: &'c [Fact],
}

/// The word of the newest list about a credential.
#[derive(Default)]
pub(super) struct Word<'l> {
    /// The row by which its server accepted it when that list was taken.
    pub(super) accepted_by: Option<&'l Match>,
    /// The status, where its server did not.
    pub(super) refused: Option<Status>,
}

impl<'l> Said<'l, '_> {
    fn matches(&self) -> impl Iterator<Item = &'l Match> {
        self.joined.matches.get(self.number).into_iter().flatten()
    }

    /// The complete lists that do not have it.
    fn absent(&self) -> impl Iterator<Item = &'l List> {
        let lists = self.lists;
        let absent = self.joined.absent.get(self.number).into_iter().flatten();
        absent.map(move |list| &lists[*list])
    }

    /// The facts.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let lists = self.lists;
        let of_rows = self.matches().flat_map(|one| of_row(&lists[one.list], one));
        let mut out: Vec<Fact> = of_rows.collect();
        out.extend(self.absent().map(|list| {
            let certainty = self.absence(list);
            let more = match certainty {
                Certainty::Certain => "",
                _ => "; it may be newer than the list",
            };
            let text = format!(
                "not listed {} by {}, whose list is complete{more}",
                on(list),
                list.server
            );
            fact(Field::State, text, certainty)
        }));
        for list in self.joined.unclear.get(self.number).into_iter().flatten() {
            let text = format!(
                "not joined: several tokens in the list of {} fit",
                lists[*list].server
            );
            out.push(fact(Field::State, text, Certainty::Inferred));
        }
        out
    }

    /// How sure it is that its server does not accept it because a complete list does not have it: only what was there
    /// before the list was taken is dead by that.
    fn absence(&self, list: &List) -> Certainty {
        let older = list
            .taken
            .is_some_and(|taken| is_older(self.credential, self.own, taken));
        match older {
            true => Certainty::Certain,
            false => Certainty::Inferred,
        }
    }

    /// The word of the newest list counts; of several of one day, that which has it as accepted, and of those the one
    /// that knows of the latest use.
    pub(super) fn word(&self) -> Word<'l> {
        let lists = self.lists;
        let said = self.matches().filter_map(|one| {
            let list = &lists[one.list];
            let row = &list.rows[one.row];
            let by = match row.state {
                State::Active => Some(one),
                State::Revoked | State::Disabled => None,
                // Where an account past its end still logs in, its end proves nothing.
                State::Expired if list.kind.ends => None,
                State::Expired | State::Unknown => return None,
            };
            let used = by.and(row.last_used.at());
            Some((list.taken, by, used, certainty(one)))
        });
        let absent = self.absent();
        let absent = absent.map(|list| (list.taken, None, None, self.absence(list)));
        let newest = said
            .chain(absent)
            .max_by_key(|(taken, by, used, sure)| (*taken, by.is_some(), *used, Reverse(*sure)));
        match newest {
            None => Word::default(),
            Some((_, Some(by), ..)) => Word {
                accepted_by: Some(by),
                refused: None,
            },
            Some((taken, None, _, certainty)) => Word {
                accepted_by: None,
                refused: Some(Status::Revoked { taken, certainty }),
            },
        }
    }
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

/// How sure it is that a row is about the credential that met it.
fn certainty(found: &Match) -> Certainty {
    match found.certain {
        true => Certainty::Certain,
        false => Certainty::Stated,
    }
}

fn of_row(list: &List, found: &Match) -> Vec<Fact> {
    let row = &list.rows[found.row];
    let certainty = certainty(found);
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
    format!(
        "{} {}, as {} lists it (joined by {})",
        state.name(),
        on(list),
        list.server,
        how.words()
    )
}

/// The day on which a list was taken.
fn on(list: &List) -> String {
    match list.taken {
        Some(taken) => format!("on {}", date(taken)),
        None => "on an unknown day".to_owned(),
    }
}

fn fact(field: Field, text: String, certainty: Certainty) -> Fact {
    Fact {
        field,
        value: Value::Text(text.into_bytes()),
        source: Source::List,
        certainty,
    }
}
