//! Tokens that their server accepts and nobody uses.

use jiff::{SignedDuration, Timestamp};

use super::{List, Moment, Row, State};

/// Since when nobody has used a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unused {
    /// It was used last at this moment.
    Since(Timestamp),
    /// It was made at this moment, and never used.
    Ever(Timestamp),
}

impl Unused {
    /// The moment from which on nobody used it.
    pub(crate) fn at(self) -> Timestamp {
        match self {
            Unused::Since(at) | Unused::Ever(at) => at,
        }
    }
}

/// Since when nobody has used a token of a list that its server accepts, where that were more than so many `days` when
/// the list was taken. What happened after that day no list knows: one whose day is not known tells nothing, and an old
/// list tells nothing of today. The days are asked for only where they matter.
pub(crate) fn unused_since(list: &List, row: &Row, days: impl FnOnce() -> i64) -> Option<Unused> {
    let taken = list.taken.filter(|_| row.state == State::Active)?;
    let unused = match (row.last_used, row.created) {
        (Moment::At(used), _) => Unused::Since(used),
        (Moment::Never, Moment::At(made)) => Unused::Ever(made),
        _ => return None,
    };
    let most = SignedDuration::from_hours(24 * days());
    (taken.duration_since(unused.at()) > most).then_some(unused)
}
