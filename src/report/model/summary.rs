//! How a run ended, and the counts.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Against, Finding, Skipped};
use crate::finding::SuppressedBy;
use crate::finding::{Severity, Weight};
use crate::secret::Shown;

/// How it ended, and the counts.
// `Report::settled` fills what follows from what is listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "summary")]
pub struct Summary {
    /// How the run ended: `clean` with nothing listed and all read, `passes` with something listed (or
    /// a gap accepted) of which nothing fails.
    pub outcome: Outcome,
    /// Why there was nothing to scan.
    pub reason: Option<Cow<'static, str>>,
    /// Everything that was asked for was read; limits of scope aside.
    pub complete: bool,
    /// The exit status.
    pub exit: Exit,
    /// How many are listed.
    pub findings: usize,
    /// How many notices are listed: results about what is no value in the files.
    #[serde(default)]
    pub notices: usize,
    /// Of both, and of those that are suppressed, how many make the run fail.
    pub failing: usize,
    /// Of those listed, how many stand in tests, examples, documentation or code of others alone and do
    /// not fail.
    #[serde(default)]
    pub folded: usize,
    /// Those listed, by severity.
    pub by_severity: BySeverity,
    /// Of those listed, how many are certainly past their end.
    pub certainly_expired: usize,
    /// Of those listed, how many stand in HEAD's tree; null when no history was read, or the run was
    /// interrupted before it knew.
    pub at_head: Option<u64>,
    /// Results below what this mode shows.
    pub hidden: Hidden,
    /// What is suppressed, of what this mode shows.
    pub suppressed: SuppressedCount,
    /// What was read.
    pub read: Read,
    /// Untracked files that the repository's own ignore rules leave out; `--ignored` scans them.
    // No gap, because that is the scope.
    pub ignored: Ignored,
    /// What was not read.
    pub skipped: SkippedCount,
    /// What changed since an earlier report; null where none was named.
    #[serde(default)]
    pub against: Option<Against>,
}

impl Summary {
    /// Of a run that ended so and of which nothing is counted yet.
    pub fn new(outcome: Outcome) -> Self {
        Summary {
            outcome,
            reason: None,
            complete: false,
            exit: Exit::of(outcome, false, false),
            findings: 0,
            notices: 0,
            failing: 0,
            folded: 0,
            by_severity: BySeverity::default(),
            certainly_expired: 0,
            at_head: None,
            hidden: Hidden::default(),
            suppressed: SuppressedCount::default(),
            read: Read::default(),
            ignored: Ignored::default(),
            skipped: SkippedCount::default(),
            against: None,
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "outcome")]
pub enum Outcome {
    /// Nothing listed and everything read.
    Clean,
    /// Something is listed, or a gap is accepted, and nothing of it fails.
    Passes,
    /// Results fail.
    Fails,
    /// Something asked for was not read and nothing else fails.
    Incomplete,
    /// The user or the clock stopped it.
    Interrupted,
    /// Nothing to scan; not an error.
    Nothing,
}

impl Outcome {
    /// The word that machine formats use.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Clean => "clean",
            Outcome::Passes => "passes",
            Outcome::Fails => "fails",
            Outcome::Incomplete => "incomplete",
            Outcome::Interrupted => "interrupted",
            Outcome::Nothing => "nothing",
        }
    }
}

/// The exit status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "exit")]
pub struct Exit {
    /// The status of the process.
    #[schemars(extend("enum" = [0, 1, 2]))]
    pub status: u8,
    /// What it means, in words.
    pub meaning: Cow<'static, str>,
}

impl Exit {
    /// What goes with an outcome. `failed` says that something could not be read, `outside` that limits
    /// of scope were met and count as failures.
    pub fn of(outcome: Outcome, failed: bool, outside: bool) -> Self {
        let (status, meaning) = match outcome {
            Outcome::Clean | Outcome::Passes => (0, "nothing that fails"),
            Outcome::Fails => (1, "results that fail"),
            Outcome::Incomplete if outside && !failed => {
                (2, "limits of scope, which fail with --strict")
            }
            Outcome::Incomplete => (2, "something that was asked for was not read"),
            Outcome::Interrupted => (2, "stopped before the end"),
            Outcome::Nothing => (if outside { 2 } else { 0 }, "nothing to scan"),
        };
        Exit {
            status,
            meaning: meaning.into(),
        }
    }
}

/// Counts by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "by_severity")]
#[allow(missing_docs)]
pub struct BySeverity {
    pub critical: usize,
    pub high: usize,
    pub medium: usize,
    pub low: usize,
    pub info: usize,
}

impl BySeverity {
    /// Counts findings.
    pub fn of(findings: &[Finding]) -> Self {
        let mut out = BySeverity::default();
        for finding in findings {
            out.add(finding.severity);
        }
        out
    }

    /// Adds the counts of another list.
    pub fn join(&mut self, of: BySeverity) {
        self.critical += of.critical;
        self.high += of.high;
        self.medium += of.medium;
        self.low += of.low;
        self.info += of.info;
    }

    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        *match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        } += 1;
    }

    /// Those that there are, worst first.
    pub fn present(self) -> impl Iterator<Item = (Severity, usize)> {
        [
            (Severity::Critical, self.critical),
            (Severity::High, self.high),
            (Severity::Medium, self.medium),
            (Severity::Low, self.low),
            (Severity::Info, self.info),
        ]
        .into_iter()
        .filter(|(_, n)| *n > 0)
    }
}

/// Results below what this mode shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "hidden")]
pub struct Hidden {
    /// How many.
    pub total: usize,
    /// Those hidden, by severity.
    pub by_severity: BySeverity,
    /// Of them, documented samples and placeholders.
    pub samples: usize,
    /// Of the others, those of low confidence; not written.
    #[serde(skip)]
    pub uncertain: usize,
}

/// What is suppressed, of what this mode shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "suppressed_count")]
pub struct SuppressedCount {
    /// How many results.
    pub total: usize,
    /// Of them, suppressed by the change itself.
    pub new: usize,
    /// Those suppressed, by severity.
    pub by_severity: BySeverity,
    /// By the baseline.
    pub baseline: usize,
    /// By comments.
    pub inline: usize,
    /// By the ignore file.
    pub ignore_file: usize,
    /// By the configuration: rules that it switches off, paths that it excludes.
    pub configuration: usize,
    /// Paths in which the ignore file hides something.
    pub ignored_paths: usize,
    /// Entries whose date is past and that would hide a result.
    pub expired_entries: Vec<IdleEntry>,
    /// Entries that fit nothing; told of whole trees and histories only.
    pub unused_entries: Vec<IdleEntry>,
}

impl SuppressedCount {
    /// Counts what is hidden wholly (`suppressed`) and in part.
    pub fn count(&mut self, findings: &[Finding], suppressed: &[Finding]) {
        let by = |by| {
            let is = |finding: &&Finding| finding.suppressed.as_ref().map(|s| s.by) == Some(by);
            suppressed.iter().filter(is).count()
        };
        self.total = suppressed.len();
        self.new = suppressed.iter().filter(|f| f.newly_suppressed()).count();
        self.by_severity = BySeverity::of(suppressed);
        self.baseline = by(SuppressedBy::Baseline);
        self.inline = by(SuppressedBy::Inline);
        self.ignore_file = by(SuppressedBy::IgnoreFile);
        self.configuration = by(SuppressedBy::Configuration);
        let places = findings.iter().chain(suppressed).flat_map(|f| &f.places);
        let ignored: BTreeSet<&str> = places
            .filter(|place| {
                let cause = place.suppressed.as_ref();
                cause.is_some_and(|cause| cause.by == SuppressedBy::IgnoreFile)
            })
            .map(|place| place.uri.as_str())
            .collect();
        self.ignored_paths = ignored.len();
    }
}

/// An entry of the baseline that hides nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "idle_entry")]
pub struct IdleEntry {
    /// Its line, from 1.
    #[schemars(range(min = 1))]
    pub line: u32,
    /// Its rule and the short form of its id.
    // Masked.
    pub entry: Shown,
}

/// What was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "read")]
pub struct Read {
    /// Files, blobs and messages.
    pub items: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Untracked files that the repository's own ignore rules leave out; `--ignored` scans them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ignored")]
pub struct Ignored {
    /// How many.
    pub files: u64,
    /// Paths of those whose names promise credentials (`.env`, `*.tfvars`, `id_rsa`), masked, sorted.
    pub credential_stores: Vec<Shown>,
}

/// What was not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "skipped_count")]
pub struct SkippedCount {
    /// Inputs that make the scan incomplete.
    pub failed: usize,
    /// Failures that the user accepts by name.
    pub accepted: usize,
    /// Inputs outside a stated limit.
    pub scope: usize,
}

impl SkippedCount {
    /// Counts them.
    pub fn of(skipped: &[Skipped]) -> Self {
        let weight = |weight| skipped.iter().filter(|s| s.weight == weight).count();
        SkippedCount {
            failed: weight(Weight::Failed),
            accepted: weight(Weight::Accepted),
            scope: weight(Weight::Scope),
        }
    }
}
