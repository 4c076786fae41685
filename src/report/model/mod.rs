//! What a report says, once: the values here are masked, every format borrows them, and the JSON
//! report is nothing but them, so that what was written can be read back. The words beside a member
//! are its description in the schema (`docs/report.schema.json`).
//!
//! A new member stands here and where [`build`](super::build) fills it; formats that show it say how.

mod against;
mod end;
mod finding;
mod listed;
mod notice;
mod place;
mod run;
mod status;
mod summary;
mod suppression;
mod written;

pub use against::{Against, Change, What};
pub use end::End;
pub use finding::{Check, Condition, Evidence, Fact, Finding, LOCAL, Skipped};
pub use listed::Listed;
pub use notice::Notice;
pub use place::{Commit, Place, Timeline};
pub use run::{Base, Configuration, History, Range, RefGroup, RuleInfo, RuleSetInfo, Run, Tool};
pub use summary::{
    BySeverity, Exit, Hidden, IdleEntry, Ignored, Outcome, Read, SkippedCount, Summary,
    SuppressedCount,
};
pub use suppression::Suppression;
pub use written::SchemaVersion;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::finding::Mode;
use crate::finding::{Reason, Weight};

/// The report of one run, as `--format json` writes it. A line of `--format jsonl` is
/// `#/$defs/line`.
// Same input, same report: no times, no speeds, no thread counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "keysweep report, schema version 1")]
pub struct Report {
    /// The version of this schema.
    pub schema_version: SchemaVersion,
    /// What was done.
    pub run: Run,
    /// How it ended, and the counts.
    pub summary: Summary,
    /// Sorted by id.
    pub rules: Vec<RuleInfo>,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// Results of which every place is suppressed, with the reason: those that the change itself
    /// suppresses first, then worst first.
    pub suppressed: Vec<Finding>,
    /// Results about what is no value in the files: entries of the register, tokens that servers list,
    /// references. Those that fail first, then worst first.
    #[serde(default)]
    pub notices: Vec<Notice>,
    /// Tokens that servers list, in the order of the lists. Their values are not known.
    #[serde(default)]
    pub listed: Vec<Listed>,
    /// What was not read.
    pub skipped: Vec<Skipped>,
    /// What ends after the moment of the run, in the order of the ends. Only a calendar shows it: the other formats
    /// say it with the finding, the notice or the row; not written.
    #[serde(skip)]
    pub ends: Vec<End>,
    /// What paths are relative to; not written.
    #[serde(skip)]
    pub base: Base,
}

impl Report {
    /// Counts what is listed, and says how the run ended and which exit status follows. That the run
    /// was stopped, or that there was nothing to scan, stands in the outcome before. Limits of scope
    /// fail when `strict`.
    #[must_use]
    pub fn settled(mut self, strict: bool) -> Self {
        let (findings, suppressed) = (&self.findings, &self.suppressed);
        let skipped = SkippedCount::of(&self.skipped);
        let failing = findings.iter().chain(suppressed).filter(|f| f.fails);
        let noticed = self.notices.iter().filter(|notice| notice.fails);
        let failing = failing.count() + noticed.count();
        let outside = strict && skipped.scope > 0;
        let outcome = match self.summary.outcome {
            Outcome::Interrupted => Outcome::Interrupted,
            // Where nothing was scanned something can still be told of the register.
            Outcome::Nothing if self.notices.is_empty() => Outcome::Nothing,
            _ if failing > 0 => Outcome::Fails,
            // Limits of scope that count as failures are input that was not read.
            _ if skipped.failed > 0 || outside => Outcome::Incomplete,
            _ if findings.is_empty() && self.notices.is_empty() && skipped.accepted == 0 => {
                Outcome::Clean
            }
            _ => Outcome::Passes,
        };
        let summary = &mut self.summary;
        summary.outcome = outcome;
        summary.exit = Exit::of(outcome, skipped.failed > 0, outside);
        summary.findings = findings.len();
        summary.notices = self.notices.len();
        summary.failing = failing;
        summary.folded = findings.iter().filter(|f| f.folded).count();
        summary.by_severity = BySeverity::of(findings);
        summary.certainly_expired = findings.iter().filter(|f| f.certainly_expired()).count();
        summary.suppressed.count(findings, suppressed);
        summary.skipped = skipped;
        self.summary.complete = self.complete();
        self.summary.at_head = self.findings_at_head();
        self
    }

    /// The report without what stands in tests, examples, documentation and code of others and does not
    /// fail, and without what is told as a part of another finding. How the run ended stays what it is, and
    /// the summary still counts what is left out.
    pub fn unfolded(&self) -> Cow<'_, Report> {
        if !self.findings.iter().any(Finding::is_left_out) {
            return Cow::Borrowed(self);
        }
        let mut out = self.clone();
        out.findings.retain(|finding| !finding.is_left_out());
        let findings = &out.findings;
        out.summary.findings = findings.len();
        out.summary.by_severity = BySeverity::of(findings);
        out.summary.certainly_expired = findings.iter().filter(|f| f.certainly_expired()).count();
        out.summary.at_head = self.summary.at_head.and_then(|_| out.findings_at_head());
        Cow::Owned(out)
    }

    /// Suppressed results that fail: the change that was looked at brought what hides them.
    pub fn failing_suppressions(&self) -> impl Iterator<Item = &Finding> {
        self.suppressed.iter().filter(|row| row.fails)
    }

    /// Whether something could not be read and nobody accepts that.
    pub fn failed_to_read(&self) -> bool {
        self.skipped.iter().any(|s| s.weight == Weight::Failed)
    }

    /// What stopped the run before its end, if anything did.
    pub fn stopped_by(&self) -> Option<Reason> {
        let stops = |s: &&Skipped| matches!(s.reason, Reason::Interrupted | Reason::TimedOut);
        let stop = self.skipped.iter().find(stops).map(|s| s.reason);
        (self.summary.outcome == Outcome::Interrupted).then(|| stop.unwrap_or(Reason::Interrupted))
    }

    /// Whether everything asked for was read (limits of scope aside): what is accepted is not read
    /// either.
    pub fn complete(&self) -> bool {
        !self.skipped.iter().any(|s| s.weight < Weight::Scope)
            && self.summary.outcome != Outcome::Interrupted
    }

    /// The exit status that goes with the outcome: 0, 1 or 2. No format changes it.
    pub fn exit_status(&self) -> u8 {
        self.summary.exit.status
    }

    /// How many results stand at HEAD; `None` without a history, and when the run was interrupted
    /// before it knew of any commit.
    fn findings_at_head(&self) -> Option<u64> {
        self.run.history.as_ref()?;
        let all = || self.findings.iter().filter_map(|f| f.timeline.as_ref());
        if all().next().is_none() && self.summary.outcome == Outcome::Interrupted {
            return None;
        }
        Some(all().filter(|timeline| timeline.at_head).count() as u64)
    }
}
