//! What was done, with which rules, over which history.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::Time;
use crate::finding::{Confidence, Exposure, Mode, Severity};
use crate::secret::Shown;

/// What was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "run")]
pub struct Run {
    /// The program that wrote the report.
    pub tool: Tool,
    /// keysweep's version.
    pub version: Cow<'static, str>,
    /// What was scanned.
    pub mode: Mode,
    /// What was scanned, as the user named it, masked.
    pub target: Shown,
    /// The page of the repository at its host; null where none is known.
    #[serde(default)]
    pub web: Option<String>,
    /// The moment that the statuses hold for (`--now`, else the clock).
    #[schemars(with = "Time")]
    pub now: Timestamp,
    /// The rules that ran.
    pub rule_set: RuleSetInfo,
    /// The configuration file that holds; null when there is none.
    pub configuration: Option<Configuration>,
    /// The file of the register that was asked; null when there is none.
    #[serde(default)]
    pub register: Option<Shown>,
    /// The history that was there; null when none was read.
    pub history: Option<History>,
    /// The commits that were looked at; null when no range was asked for.
    pub range: Option<Range>,
}

/// The program that wrote a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Tool {
    /// This one.
    Keysweep,
}

/// The rules that ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "rule_set")]
pub struct RuleSetInfo {
    /// Its version.
    pub version: String,
    /// How many rules ran.
    pub count: usize,
    /// Truncated SHA-256 of the rules, hexadecimal.
    pub hash: String,
}

/// A configuration file and what it keeps from being seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "configuration")]
pub struct Configuration {
    /// Its name, and where it was read when that is not the working tree; masked.
    pub file: Shown,
    /// Results that its thresholds keep from being listed.
    pub hidden: usize,
    /// Results that would fail without it.
    pub spared: usize,
}

/// The history that was there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "history")]
pub struct History {
    /// Commits reached from the refs.
    pub commits: u64,
    /// How many refs there are by group: branches, remote branches, tags, notes, stashes, pull
    /// requests, others; in this order, groups without refs left out.
    pub refs: Vec<RefGroup>,
    /// The clone is shallow.
    pub shallow: bool,
    /// The clone is partial.
    pub partial: bool,
    /// HEAD's commit.
    // None on an unborn branch.
    pub head: Option<String>,
    /// The address of `origin` without user information.
    pub remote: Option<Shown>,
    /// Values in objects that nothing reaches; --unreachable lists them.
    pub unreached: usize,
    /// What no clone holds, in words.
    pub not_in_a_clone: Cow<'static, str>,
}

/// A group of refs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ref_group")]
pub struct RefGroup {
    /// The word for several of them.
    pub group: Cow<'static, str>,
    /// How many.
    pub count: u64,
}

/// The commits that were looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "range")]
pub struct Range {
    /// The range as it was asked for, masked.
    pub asked: Shown,
    /// The commit at its first end; null when it has none.
    pub from: Option<String>,
    /// The commit at its other end; the first of several, HEAD for `--since`.
    pub to: Option<String>,
    /// The commit it starts from: A of `A..B`, the merge base of `A...B`, where HEAD leaves what
    /// remotes have; null when there is none.
    pub base: Option<String>,
    /// How many commits it has.
    pub commits: u64,
}

/// A rule that has results.
// All of it is ours or of the user's rule file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "rule")]
pub struct RuleInfo {
    /// The id.
    pub id: String,
    /// What it finds.
    pub name: String,
    /// Who issues it.
    pub provider: String,
    /// What the credential opens.
    pub severity: Severity,
    /// Whether it is meant to be secret.
    pub exposure: Exposure,
    /// How sure its results are at best.
    pub confidence: Confidence,
    /// Where the provider documents it.
    pub docs: Option<String>,
    /// How to rotate it, as the provider documents it.
    pub rotate: Option<String>,
    /// Where the provider lists such credentials.
    pub console: Option<String>,
    /// The rule's page, Markdown.
    pub page: String,
}

/// What the paths of a report are relative to. It says what the user typed and nothing more of the
/// machine, so that the same command makes the same report everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Base {
    /// The top of the repository, or the name of a stream.
    #[default]
    Root,
    /// The directory that the program was started in.
    Here,
    /// A directory below that: percent-encoded, ending in `/`.
    Below(String),
    /// A directory that was named with all of its path: a `file` URI, ending in `/`.
    Named(String),
    /// Another directory, as it was named.
    Elsewhere(Shown),
}
