//! How the status of a credential stands in a report: a word, and what goes with it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::written::Time;
use crate::finding::{Certainty, Status};

/// Whether it still matters.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "status")]
pub struct Written {
    /// What is known about its end.
    state: State,
    /// The end of validity, where it is known; of `revoked` the day of the list that says so.
    #[schemars(with = "Option<Time>")]
    at: Option<Timestamp>,
    /// Of an end that is past, and of `revoked`.
    certainty: Option<Certainty>,
}

/// What is known about the end of a credential.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "state")]
enum State {
    /// The end is past.
    Expired,
    /// The end is as near as the policy wants to be warned of it (30 days unless it says otherwise).
    Expiring,
    /// The end is further away.
    Live,
    /// It has been in the history for longer than one of its kind lives.
    #[serde(rename = "past-life")]
    PastLife,
    /// Its server does not accept it any more, as a list of it says.
    Revoked,
    /// Its own bytes say that it has no end.
    #[serde(rename = "never-expires")]
    NeverExpires,
    /// Nothing says when it ends.
    Unknown,
}

/// Writes the three members.
pub fn serialize<S: Serializer>(status: &Status, to: S) -> Result<S::Ok, S::Error> {
    let (state, at, certainty) = match *status {
        Status::Expired { since, certainty } => (State::Expired, Some(since), Some(certainty)),
        Status::Expiring { at } => (State::Expiring, Some(at), None),
        Status::LiveUntil { at } => (State::Live, Some(at), None),
        Status::PastLife { since, certainty } => (State::PastLife, Some(since), Some(certainty)),
        Status::Revoked { taken, certainty } => (State::Revoked, taken, Some(certainty)),
        Status::NeverExpires => (State::NeverExpires, None, None),
        Status::Unknown => (State::Unknown, None, None),
    };
    let written = Written {
        state,
        at,
        certainty,
    };
    written.serialize(to)
}

/// Reads them back.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Status, D::Error> {
    let written = Written::deserialize(from)?;
    let at = || {
        let missing = || de::Error::custom("a status with an end has a moment in `at`");
        written.at.ok_or_else(missing)
    };
    Ok(match written.state {
        State::Expired => Status::Expired {
            since: at()?,
            certainty: written
                .certainty
                .ok_or_else(|| de::Error::custom("the status `expired` has a `certainty`"))?,
        },
        State::Expiring => Status::Expiring { at: at()? },
        State::Live => Status::LiveUntil { at: at()? },
        State::PastLife => Status::PastLife {
            since: at()?,
            certainty: written
                .certainty
                .ok_or_else(|| de::Error::custom("the status `past-life` has a `certainty`"))?,
        },
        State::Revoked => Status::Revoked {
            taken: written.at,
            certainty: written
                .certainty
                .ok_or_else(|| de::Error::custom("the status `revoked` has a `certainty`"))?,
        },
        State::NeverExpires => Status::NeverExpires,
        State::Unknown => Status::Unknown,
    })
}
