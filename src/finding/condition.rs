//! What is wrong with the life of one credential.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Field, Severity};

/// What can be wrong, the most urgent first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[schemars(rename = "condition_id")]
pub enum ConditionId {
    /// It is certainly past its end, and still stands in the files or their history.
    #[serde(rename = "stale/expired")]
    Expired,
    /// It ends soon, and what uses it stops then.
    #[serde(rename = "stale/expiring")]
    Expiring,
    /// It was taken out of the files, and nothing says that it was replaced or revoked.
    #[serde(rename = "stale/not-rotated")]
    NotRotated,
    /// Its bytes say that it has no end.
    #[serde(rename = "stale/never-expires")]
    NeverExpires,
    /// It may do much more than one task needs.
    #[serde(rename = "stale/overscoped")]
    Overscoped,
    /// It was issued for a longer time than the policy allows.
    #[serde(rename = "stale/long-lived")]
    LongLived,
    /// Its value is older than the policy allows.
    #[serde(rename = "stale/age")]
    Age,
    /// Nobody used it for longer than the policy allows, as the list of its server says.
    #[serde(rename = "stale/unused")]
    Unused,
    /// One value serves several settings or environments, or came back after it was removed.
    #[serde(rename = "stale/reused")]
    Reused,
    /// A live key stands in tests, or a test key in the configuration of production.
    #[serde(rename = "stale/wrong-environment")]
    WrongEnvironment,
}

impl ConditionId {
    /// All of them, the most urgent first.
    pub const ALL: [ConditionId; 10] = [
        ConditionId::Expired,
        ConditionId::Expiring,
        ConditionId::NotRotated,
        ConditionId::NeverExpires,
        ConditionId::Overscoped,
        ConditionId::LongLived,
        ConditionId::Age,
        ConditionId::Unused,
        ConditionId::Reused,
        ConditionId::WrongEnvironment,
    ];

    /// The id that reports, `--fail-on` and the configuration use.
    pub const fn name(self) -> &'static str {
        match self {
            ConditionId::Expired => "stale/expired",
            ConditionId::Expiring => "stale/expiring",
            ConditionId::NotRotated => "stale/not-rotated",
            ConditionId::NeverExpires => "stale/never-expires",
            ConditionId::Overscoped => "stale/overscoped",
            ConditionId::LongLived => "stale/long-lived",
            ConditionId::Age => "stale/age",
            ConditionId::Unused => "stale/unused",
            ConditionId::Reused => "stale/reused",
            ConditionId::WrongEnvironment => "stale/wrong-environment",
        }
    }
}

/// One thing that is wrong with the life of a credential. It is a property of that credential and no
/// result of its own: it never has a place and never changes the credential's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is wrong.
    pub id: ConditionId,
    /// How bad that is.
    pub severity: Severity,
    /// The moment it speaks of: the end, the removal, since when the value stands.
    pub at: Option<Timestamp>,
    /// A full sentence in words of ours alone, with absolute dates in UTC.
    pub message: String,
    /// The fields whose facts it stands on.
    pub facts: Vec<Field>,
    /// Who set the limit that it exceeds, where there is one: the default, a profile, a line of the
    /// configuration.
    pub policy: Option<String>,
}
