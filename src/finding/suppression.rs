//! What hides a place of a credential.

use std::borrow::Cow;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// By what means a place is hidden.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "suppressed_by")]
pub enum SuppressedBy {
    /// A comment beside the value.
    Inline,
    /// A line of the ignore file.
    IgnoreFile,
    /// An entry of the baseline.
    Baseline,
    /// The configuration.
    Configuration,
}

impl SuppressedBy {
    /// The word that machine formats use.
    pub fn name(self) -> &'static str {
        match self {
            SuppressedBy::Inline => "inline",
            SuppressedBy::IgnoreFile => "ignore-file",
            SuppressedBy::Baseline => "baseline",
            SuppressedBy::Configuration => "configuration",
        }
    }
}

/// Why a place is hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// By what.
    pub by: SuppressedBy,
    /// Where that stands: the name of a file, or the words of a comment.
    pub source: Cow<'static, str>,
    /// The line there, from 1. For a comment the line in the scanned file.
    pub line: u32,
    /// The reason that stands there; may be empty. Scanned text.
    pub reason: Vec<u8>,
    /// The last day on which it hides (UTC).
    pub until: Option<Date>,
    /// The change that is looked at brought it.
    pub new: bool,
}
