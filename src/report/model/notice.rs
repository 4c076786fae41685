//! A result about something that is no value in the files.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::Time;
use crate::finding::Severity;
use crate::secret::Shown;

/// A result about something that is no value in the files: an entry of the register, a token that a
/// server lists, a place that reads a credential by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "notice")]
pub struct Notice {
    /// The id it is reported under: `register/expired`, …
    pub reported: String,
    /// How bad it is.
    pub severity: Severity,
    /// The id of the entry, or the name of the listed token; masked.
    pub subject: Shown,
    /// One sentence, with absolute dates; masked.
    pub message: Shown,
    /// The file to mend it in, when there is one; masked, invalid UTF-8 shown as U+FFFD.
    pub file: Option<Shown>,
    /// The file percent-encoded.
    // After masking.
    pub uri: Option<String>,
    /// The line in the file.
    #[schemars(range(min = 1))]
    pub line: Option<u32>,
    /// The moment that it is about: an end, a day that was missed.
    #[schemars(with = "Option<Time>")]
    pub at: Option<Timestamp>,
    /// It makes the run fail.
    pub fails: bool,
}

impl Notice {
    /// `tokens.toml:12`, where there is a file.
    pub fn position(&self) -> Option<String> {
        let file = self.file.as_ref()?.as_str();
        Some(match self.line {
            Some(line) => format!("{file}:{line}"),
            None => file.to_owned(),
        })
    }
}
