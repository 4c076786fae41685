//! What hides a result or a place.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::Day;
use crate::finding::SuppressedBy;
use crate::secret::Shown;

/// What hides a result or a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "suppression")]
pub struct Suppression {
    /// A comment, the ignore file, the baseline, or the configuration.
    pub by: SuppressedBy,
    /// The words of the comment, or the name of the file.
    pub source: String,
    /// The line of the comment in the scanned file, or of the entry in the file named.
    #[schemars(range(min = 1))]
    pub line: u32,
    /// The reason that stands there, masked.
    pub reason: Option<Shown>,
    /// The last day on which it hides, in UTC.
    #[schemars(with = "Option<Day>")]
    pub until: Option<Date>,
    /// The change that was looked at brought it.
    pub new: bool,
}
