//! How bad and how sure. Compiled twice: the build script includes this file to read rules,
//! so it imports nothing of ours. The script sets `schemas` for the library, and has itself no need
//! of them.

use serde::{Deserialize, Serialize};

/// What a credential opens if it is real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "severity"))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Publishable by design, documented sample, dead.
    Info,
    /// Test-mode key, post-only webhook, weak sample.
    Low,
    /// Read-only, database password, encrypted private key, webhook with write.
    Medium,
    /// User or service token with write.
    High,
    /// Cloud root or admin, organisation-wide, production payment, private CA or signing key.
    Critical,
}

/// How sure a value is a credential: a measured probability, cut into three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "confidence"))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Less than 0.5: not listed by default.
    Low,
    /// From 0.5 on.
    Medium,
    /// From 0.93 on.
    High,
}

/// Whether a kind of credential is meant to be kept secret.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "exposure"))]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// Never to be published.
    #[default]
    Secret,
    /// Public by design (a Stripe publishable key): reported as information.
    Publishable,
    /// Publishable in files that are shipped to clients, secret elsewhere.
    Depends,
}

impl Severity {
    /// All values, lowest first.
    pub const ALL: [Severity; 5] = [
        Severity::Info,
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ];

    /// The word that rule files, options and reports use.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl Confidence {
    /// All values, lowest first.
    pub const ALL: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

    /// The word that options and reports use.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

impl Exposure {
    /// The word that rule files and reports use.
    pub fn name(self) -> &'static str {
        match self {
            Exposure::Secret => "secret",
            Exposure::Publishable => "publishable",
            Exposure::Depends => "depends",
        }
    }
}
