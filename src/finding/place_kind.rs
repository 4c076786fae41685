//! What kind of place a path names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Severity;

/// What a path says about the files there. It does not say whether a value is a credential, but
/// whether it matters that it stands there: the first is where it matters most.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "place_kind")]
pub enum PlaceKind {
    /// Settings of what runs: configuration, environment and deployment files.
    Configuration,
    /// Code, and whatever else the path says nothing about.
    #[default]
    Source,
    /// Examples, samples, demonstrations.
    Example,
    /// Tests, fixtures, mocks.
    Test,
    /// Documentation and prose.
    Documentation,
    /// Code of others: vendored, installed, minified.
    Vendored,
    /// Lists that programs write or translate: lock files, checksums, translations, source maps.
    Generated,
}

impl PlaceKind {
    /// All values, the one where a credential matters most first.
    pub const ALL: [PlaceKind; 7] = [
        PlaceKind::Configuration,
        PlaceKind::Source,
        PlaceKind::Example,
        PlaceKind::Test,
        PlaceKind::Documentation,
        PlaceKind::Vendored,
        PlaceKind::Generated,
    ];

    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            PlaceKind::Configuration => "configuration",
            PlaceKind::Source => "source",
            PlaceKind::Example => "example",
            PlaceKind::Test => "test",
            PlaceKind::Documentation => "documentation",
            PlaceKind::Vendored => "vendored",
            PlaceKind::Generated => "generated",
        }
    }

    /// Whether what stands here runs, or configures what runs.
    pub fn is_live(self) -> bool {
        matches!(self, PlaceKind::Configuration | PlaceKind::Source)
    }

    /// How much a result of `severity` weighs here when it is asked what fails. In tests and
    /// documentation most values open nothing, so that a severity counts two steps less; `None` is less than any.
    pub fn weighs(self, severity: Severity) -> Option<Severity> {
        match (self, severity) {
            (PlaceKind::Configuration | PlaceKind::Source, severity) => Some(severity),
            (_, Severity::Critical) => Some(Severity::Medium),
            (_, Severity::High) => Some(Severity::Low),
            (_, Severity::Medium) => Some(Severity::Info),
            (_, Severity::Low | Severity::Info) => None,
        }
    }
}
