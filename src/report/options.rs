//! What a report is asked for.

use std::path::PathBuf;

use crate::finding::Reason;
use crate::thresholds::Thresholds;

/// How the names of people are shown, as far as commits tell them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum People {
    /// As git recorded them.
    #[default]
    Full,
    /// The first letter of each of their words.
    Initials,
    /// Not at all.
    None,
}

/// What the user asked of the report.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// How the user named what is scanned.
    pub target: String,
    /// The directory that paths are relative to, as the user named it; `None` in a repository, whose
    /// top it is then.
    pub base: Option<PathBuf>,
    /// Name pages of the repository's host.
    pub links: bool,
    /// The address of the repository's remote, which may hold anything; `None` where there is none, and where a
    /// history is read, which says it itself.
    pub remote: Option<Vec<u8>>,
    /// What is shown and what fails.
    pub thresholds: Thresholds,
    /// `--show-secrets`.
    pub secrets: bool,
    /// `--show-emails`.
    pub emails: bool,
    /// `--people`.
    pub people: People,
    /// List every rule, also those without results.
    pub all_rules: bool,
    /// The configuration file that holds, as messages name it.
    pub configuration: Option<String>,
    /// Failures to read that the user accepts.
    pub accepted_gaps: Vec<Reason>,
    /// Limits of scope count as failures.
    pub strict: bool,
}

impl ReportOptions {
    /// What is asked for when nothing is said but the thresholds.
    pub fn new(thresholds: Thresholds) -> Self {
        ReportOptions {
            target: ".".to_owned(),
            base: None,
            links: false,
            remote: None,
            thresholds,
            secrets: false,
            emails: false,
            people: People::Full,
            all_rules: false,
            configuration: None,
            accepted_gaps: Vec::new(),
            strict: false,
        }
    }
}
