//! What changed since an earlier report.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::Time;
use crate::secret::{Fingerprint, Shown};

/// What changed since an earlier report of the same repositories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "against")]
pub struct Against {
    /// The moment that the statuses of the earlier report hold for.
    #[schemars(with = "Time")]
    pub since: Timestamp,
    /// What it was a report of.
    pub target: Shown,
    /// Credentials about which something changed, by what changed, then in the order of the reports.
    pub changes: Vec<Change>,
    /// How many credentials are as they were.
    pub unchanged: usize,
    /// What keeps the two from being compared fully, in words.
    pub notes: Vec<String>,
}

/// One credential about which something changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "change")]
pub struct Change {
    /// What changed.
    pub what: What,
    /// The short id that people type.
    pub id: String,
    /// Names the credential.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{20}$"))]
    pub fingerprint: Fingerprint,
    /// The id it is reported under.
    pub reported: String,
    /// What it is, in words.
    pub name: String,
    /// Where it stands or stood first, masked.
    pub place: Shown,
    /// The moment of the change, where one is known.
    #[schemars(with = "Option<Time>")]
    pub at: Option<Timestamp>,
    /// Who made it, by the name of a commit's author.
    pub by: Option<Shown>,
}

/// What may happen to a credential between two reports.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "what")]
pub enum What {
    /// It was not in the earlier report.
    New,
    /// It was gone from the files and stands there again.
    Back,
    /// Another value took its place.
    Rotated,
    /// It was taken out of the files and nothing took its place.
    Removed,
    /// Its end came.
    Expired,
    /// The later report does not have it: its history was rewritten, or it is no longer listed.
    Gone,
}

impl What {
    /// All of them, in the order of reports.
    pub const ALL: [What; 6] = [
        What::New,
        What::Back,
        What::Rotated,
        What::Removed,
        What::Expired,
        What::Gone,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            What::New => "new",
            What::Back => "back",
            What::Rotated => "rotated",
            What::Removed => "removed",
            What::Expired => "expired",
            What::Gone => "gone",
        }
    }
}
