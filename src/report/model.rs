//! The values that reports are made of. Everything here is ours or masked; see [`super`].

use jiff::Timestamp;

use crate::finding::{
    Certainty, Class, Confidence, Exposure, Field, Mode, Reason, Region, Severity, Source, Status,
    SuppressedBy, Weight,
};
use crate::secret::{Fingerprint, Shown};

/// Everything a run has to say. Same input, same report: no times, no speeds, no thread counts.
#[derive(Clone, Debug)]
pub struct Report {
    /// keysweep's version.
    pub version: &'static str,
    /// What was done.
    pub mode: Mode,
    /// What was scanned, as the user named it.
    pub target: Shown,
    /// What paths are relative to.
    pub base: Base,
    /// The moment the statuses hold for (`--now`, else the clock).
    pub now: Timestamp,
    /// The rules that ran.
    pub rule_set: RuleSetInfo,
    /// Rules that have results, sorted by id; `Row::rule` and `Row::reported` name them.
    pub rules: Vec<RuleInfo>,
    /// Results, worst first: by failing, severity, confidence, path, line.
    pub rows: Vec<Row>,
    /// Results of which every place is suppressed: those that the change itself suppresses first,
    /// then worst first. They never fail, unless the user wants new suppressions to.
    pub suppressed: Vec<Row>,
    /// What there is to say of the baseline.
    pub suppression: SuppressionInfo,
    /// Results below what is shown in this mode: counted, not listed.
    pub hidden: Hidden,
    /// The configuration that holds, when there is one.
    pub configuration: Option<ConfigurationRow>,
    /// What was not read, sorted.
    pub skipped: Vec<SkippedRow>,
    /// What the repository's own ignore rules left out; no gap, because that is the scope.
    pub ignored: IgnoredRows,
    /// What was read.
    pub read: Read,
    /// The history that was there, when one was read.
    pub history: Option<HistoryInfo>,
    /// The range that was looked at, when one was asked for.
    pub range: Option<RangeRow>,
    /// Limits of scope count as failures (`--strict`).
    pub strict: bool,
    /// How it ended.
    pub outcome: Outcome,
}

/// Names a rule set.
#[derive(Clone, Debug)]
pub struct RuleSetInfo {
    /// Its version.
    pub version: String,
    /// How many rules ran.
    pub count: usize,
    /// Truncated SHA-256 of the rules, hexadecimal.
    pub hash: String,
}

/// What reports say about a rule. All of it is ours or of the user's rule file.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// The id.
    pub id: String,
    /// What it finds.
    pub name: String,
    /// Who issues it.
    pub provider: String,
    /// What it opens.
    pub severity: Severity,
    /// Whether it is meant to be secret.
    pub exposure: Exposure,
    /// How sure its results are at best.
    pub confidence: Confidence,
    /// Documentation; may be empty.
    pub docs: String,
    /// How to rotate; may be empty.
    pub rotate: String,
    /// Where the provider lists such credentials; may be empty.
    pub console: String,
    /// The page of the rule: Markdown, all ours.
    pub page: String,
}

/// One credential.
#[derive(Clone, Debug)]
pub struct Row {
    /// The rule that matched.
    pub rule: String,
    /// The id it is reported under: the rule's, or `stale/expired`, `info/…`, `generic/…-weak`,
    /// `local/…`.
    pub reported: String,
    /// It stands only in files of this machine that no commit holds.
    pub local: bool,
    /// What it is, in words.
    pub name: String,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// What may be shown of the value: the rule's public prefix and `…`, or `‹redacted›`.
    pub shown: String,
    /// The value itself, only with `--show-secrets`.
    pub value: Option<String>,
    /// The name it was assigned to.
    pub key: Option<Shown>,
    /// Credential or sample.
    pub class: Class,
    /// What it opens.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// It makes the run fail.
    pub fails: bool,
    /// Offline checks that ran: name, passed.
    pub checks: Vec<(&'static str, bool)>,
    /// Named reasons of the judgement, strongest first.
    pub reasons: Vec<&'static str>,
    /// Other rules that fit.
    pub also: Vec<String>,
    /// What it was decoded from, outermost first.
    pub layers: Vec<&'static str>,
    /// Facts about its life.
    pub facts: Vec<FactRow>,
    /// Whether it still matters.
    pub status: Status,
    /// Every place; never empty; the one to show first stands first.
    pub places: Vec<PlaceRow>,
    /// Since when and until when it stood in the history.
    pub timeline: Option<TimelineRow>,
    /// How to rotate it; may be empty.
    pub rotate: String,
    /// Where the provider lists such credentials; may be empty.
    pub console: String,
    /// Why it is suppressed; only in [`Report::suppressed`].
    pub suppressed: Option<SuppressedRow>,
}

/// The configuration file of a run, and what it changes for the better of nobody.
#[derive(Clone, Debug)]
pub struct ConfigurationRow {
    /// Its name and where it was read, masked.
    pub file: Shown,
    /// Results that its thresholds keep from being listed.
    pub hidden: usize,
    /// Results that fail by default and do not because of it.
    pub spared: usize,
}

/// Why a result or a place is hidden.
#[derive(Clone, Debug)]
pub struct SuppressedRow {
    /// By what.
    pub by: SuppressedBy,
    /// The words of the comment, or the name of the file.
    pub source: String,
    /// The line of the comment in the scanned file, or of the entry in the file named.
    pub line: u32,
    /// The reason that stands there, masked.
    pub reason: Option<Shown>,
    /// The last day on which it hides, as a date.
    pub until: Option<String>,
    /// The change that was looked at brought it.
    pub new: bool,
}

/// What there is to say of the baseline itself.
#[derive(Clone, Debug, Default)]
pub struct SuppressionInfo {
    /// Entries whose date is past and that would hide a result.
    pub expired: Vec<IdleEntry>,
    /// Entries that fit nothing.
    pub unused: Vec<IdleEntry>,
}

/// An entry that hides nothing.
#[derive(Clone, Debug)]
pub struct IdleEntry {
    /// Its line, from 1.
    pub line: u32,
    /// Its rule and id, masked.
    pub what: Shown,
}

/// What the paths of a report are relative to. It says what the user typed and nothing more of the
/// machine, so that the same command makes the same report everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// The top of the repository, or the name of a stream.
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

/// One fact.
#[derive(Clone, Debug)]
pub struct FactRow {
    /// What it is about.
    pub field: Field,
    /// What it says: RFC 3339 UTC for moments.
    pub value: Shown,
    /// The moment, for those that are one.
    pub time: Option<Timestamp>,
    /// Where it comes from.
    pub source: Source,
    /// How sure it is.
    pub certainty: Certainty,
}

/// One place of a credential.
#[derive(Clone, Debug)]
pub struct PlaceRow {
    /// The path, masked.
    pub path: Shown,
    /// The member of the archive at `path`, masked (`inner.tar!a/b.env`): `region` and `line` are
    /// in there.
    pub member: Option<Shown>,
    /// The path percent-encoded for URIs (after masking).
    pub uri: String,
    /// Line and column, from 1; columns in code points, end exclusive.
    pub region: Region,
    /// The masked line.
    pub line: Shown,
    /// GitHub's hash of the masked line.
    pub line_hash: u64,
    /// Who brought it here.
    pub introduced: Option<CommitRow>,
    /// How many commits did so independently.
    pub times: u32,
    /// Whether the path still holds it at HEAD; for a range, at its end.
    pub at_head: Option<bool>,
    /// How many versions of the file hold it.
    pub versions: u32,
    /// The refs that alone keep it (`refs/pull`, `refs/stash`, …), `unreachable`, or `None` for
    /// branches and tags.
    pub reach: Option<Shown>,
    /// A message, not a file: a commit's or a tag's.
    pub message: bool,
    /// What it is instead of a file's content: `in the name of a path`, `in the author`, ….
    pub name: Option<Shown>,
    /// Why this place is suppressed. A result counts as long as one place is not.
    pub suppressed: Option<SuppressedRow>,
}

/// A commit, masked.
#[derive(Clone, Debug)]
pub struct CommitRow {
    /// Full id, hexadecimal.
    pub id: String,
    /// Author name after the mailmap.
    pub author: Shown,
    /// Author address, only on request.
    pub email: Option<Shown>,
    /// Author date.
    pub authored: Timestamp,
    /// First line of the message.
    pub subject: Shown,
    /// It carries a signature (not checked).
    pub signed: bool,
}

/// Since when and until when.
#[derive(Clone, Debug)]
pub struct TimelineRow {
    /// The earliest commit that holds it.
    pub first: CommitRow,
    /// The commit that removed its last place.
    pub removed: Option<CommitRow>,
    /// It stands in HEAD's tree.
    pub at_head: bool,
    /// False when the history is cut: `first` is only the oldest that was seen.
    pub complete: bool,
}

/// Results below what is shown: how many of each severity, lowest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Indexed by `Severity as usize`.
    pub by_severity: [usize; 5],
    /// Of them, documented samples and placeholders.
    pub samples: usize,
    /// Of the others, those of low confidence.
    pub uncertain: usize,
}

/// What was not read.
#[derive(Clone, Debug)]
pub struct SkippedRow {
    /// Why.
    pub reason: Reason,
    /// How much it weighs.
    pub weight: Weight,
    /// What: a path, an object, a ref.
    pub what: Shown,
    /// What went wrong.
    pub detail: Shown,
}

/// Untracked files that the repository ignores and the scan left alone.
#[derive(Clone, Debug, Default)]
pub struct IgnoredRows {
    /// How many.
    pub files: u64,
    /// Those whose names promise credentials, sorted.
    pub credential_stores: Vec<Shown>,
}

/// What was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Files, blobs and messages.
    pub items: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// The history that was there.
#[derive(Clone, Debug, Default)]
pub struct HistoryInfo {
    /// Commits reached from the refs.
    pub commits: u64,
    /// How many refs there are by group: branches, remote branches, tags, notes, stashes, pull
    /// requests, others; in this order, groups without refs left out.
    pub refs: Vec<(&'static str, u64)>,
    /// The clone is shallow.
    pub shallow: bool,
    /// The clone is partial.
    pub partial: bool,
    /// HEAD's commit, hexadecimal; none on an unborn branch.
    pub head: Option<String>,
    /// The address of `origin` without user information, masked.
    pub remote: Option<Shown>,
    /// Values that only objects hold which nothing reaches, of those that `--unreachable` would
    /// list. They change no exit status.
    pub unreached: usize,
}

/// The commits that were looked at.
#[derive(Clone, Debug)]
pub struct RangeRow {
    /// The range as it was asked for, masked.
    pub asked: Shown,
    /// The commit at its first end, hexadecimal.
    pub from: Option<String>,
    /// The commit at its other end, hexadecimal.
    pub to: Option<String>,
    /// The commit it starts from (the merge base of `A...B`), hexadecimal.
    pub base: Option<String>,
    /// How many commits it has.
    pub commits: u64,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All read, nothing that fails.
    Clean,
    /// So many results fail.
    Fails(usize),
    /// Something asked for was not read and nothing else fails.
    Incomplete,
    /// The user or the clock stopped it.
    Interrupted,
    /// Nothing to scan, and why; not an error.
    Nothing(&'static str),
}

impl Report {
    /// Whether something could not be read and nobody accepts that.
    pub fn failed_to_read(&self) -> bool {
        self.skipped.iter().any(|s| s.weight == Weight::Failed)
    }

    /// The machine word for how the run ended. `clean` is said only where nothing is listed and
    /// everything was read, as in the last line for people; `passes` where something is listed, or
    /// a gap is accepted, and nothing of it fails.
    pub fn outcome_word(&self) -> &'static str {
        match self.outcome {
            // Limits of scope that count as failures are input that was not read.
            Outcome::Clean if self.exit_status() == 2 => "incomplete",
            Outcome::Clean if self.rows.is_empty() && self.complete() => "clean",
            Outcome::Clean => "passes",
            Outcome::Fails(_) => "fails",
            Outcome::Incomplete => "incomplete",
            Outcome::Interrupted => "interrupted",
            Outcome::Nothing(_) => "nothing",
        }
    }

    /// Whether everything asked for was read (limits of scope aside): what is accepted is not read
    /// either.
    pub fn complete(&self) -> bool {
        !self.skipped.iter().any(|s| s.weight < Weight::Scope)
            && !matches!(self.outcome, Outcome::Incomplete | Outcome::Interrupted)
    }

    /// The exit status that goes with the outcome: 0, 1 or 2. No format changes it.
    pub fn exit_status(&self) -> u8 {
        let outside = self.skipped.iter().any(|s| s.weight == Weight::Scope);
        match self.outcome {
            Outcome::Clean | Outcome::Nothing(_) if self.strict && outside => 2,
            Outcome::Clean | Outcome::Nothing(_) => 0,
            Outcome::Fails(_) => 1,
            Outcome::Incomplete | Outcome::Interrupted => 2,
        }
    }
}

impl Row {
    /// The place to show first. Rows always have one.
    pub fn first_place(&self) -> Option<&PlaceRow> {
        self.places.first()
    }

    /// Whether the change that was looked at brought its suppression.
    pub fn newly_suppressed(&self) -> bool {
        self.suppressed.as_ref().is_some_and(|cause| cause.new)
    }

    /// Whether a place can be opened in what was scanned: in a history, only at HEAD, in a range
    /// only at its end; elsewhere always.
    pub fn present(place: &PlaceRow, mode: Mode) -> bool {
        !matches!(mode, Mode::History | Mode::Range) || place.at_head == Some(true)
    }
}
