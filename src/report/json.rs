//! JSON and JSON lines: our own documented shape (`docs/json.md`, `docs/report.schema.json`),
//! never a dump of internals. A change that breaks readers raises [`SCHEMA_VERSION`].

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use super::escape::{json_line, json_pretty};
use super::words;
use super::{
    CommitRow, FactRow, HistoryInfo, IdleEntry, Outcome, PlaceRow, Report, Row, RuleInfo,
    SkippedRow, SuppressedBy, SuppressedRow, TimelineRow, suppressed,
};
use crate::audit::Status;
use crate::finding::{Class, Region, Severity, Weight};

/// The version of the shape.
pub const SCHEMA_VERSION: u32 = 1;

/// Writes one JSON document.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        run: run(report),
        summary: summary(report),
        rules: report.rules.iter().map(rule).collect(),
        findings: report.rows.iter().map(finding).collect(),
        suppressed: report.suppressed.iter().map(finding).collect(),
        skipped: report.skipped.iter().map(skipped).collect(),
    };
    json_pretty(&document, out)
}

/// Writes one JSON object a line: the run, its findings, what was skipped, the summary. A file
/// without a last line of type `summary` was cut off.
///
/// # Errors
/// Those of the writer.
pub fn write_lines(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut line = |line: Line<'_>| {
        json_line(
            &Versioned {
                schema_version: SCHEMA_VERSION,
                line,
            },
            out,
        )
    };
    line(Line::Run { run: run(report) })?;
    for row in &report.rows {
        line(Line::Finding {
            finding: Box::new(finding(row)),
        })?;
    }
    for row in &report.suppressed {
        line(Line::Suppressed {
            suppressed: Box::new(finding(row)),
        })?;
    }
    for row in &report.skipped {
        line(Line::Skipped {
            skipped: skipped(row),
        })?;
    }
    line(Line::Summary {
        summary: summary(report),
    })
}

#[derive(Serialize)]
struct Versioned<'a> {
    schema_version: u32,
    #[serde(flatten)]
    line: Line<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Run { run: Run<'a> },
    Finding { finding: Box<Finding<'a>> },
    Suppressed { suppressed: Box<Finding<'a>> },
    Skipped { skipped: Skipped<'a> },
    Summary { summary: Summary<'a> },
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    run: Run<'a>,
    summary: Summary<'a>,
    rules: Vec<Rule<'a>>,
    findings: Vec<Finding<'a>>,
    suppressed: Vec<Finding<'a>>,
    skipped: Vec<Skipped<'a>>,
}

#[derive(Serialize)]
struct Run<'a> {
    tool: &'static str,
    version: &'static str,
    mode: &'static str,
    target: &'a str,
    now: String,
    rule_set: RuleSet<'a>,
    configuration: Option<Configuration<'a>>,
    history: Option<History<'a>>,
    range: Option<Range<'a>>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    file: &'a str,
    /// Not listed because of its thresholds.
    hidden: usize,
    /// Not failing because of it.
    spared: usize,
}

#[derive(Serialize)]
struct Range<'a> {
    asked: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    base: Option<&'a str>,
    commits: u64,
}

#[derive(Serialize)]
struct RuleSet<'a> {
    version: &'a str,
    count: usize,
    hash: &'a str,
}

#[derive(Serialize)]
struct History<'a> {
    commits: u64,
    refs: Vec<RefGroup>,
    shallow: bool,
    partial: bool,
    head: Option<&'a str>,
    remote: Option<&'a str>,
    not_in_a_clone: &'static str,
}

#[derive(Serialize)]
struct RefGroup {
    group: &'static str,
    count: u64,
}

#[derive(Serialize)]
struct Summary<'a> {
    outcome: &'static str,
    /// Why there was nothing to scan.
    reason: Option<&'static str>,
    complete: bool,
    exit: Exit,
    findings: usize,
    failing: usize,
    by_severity: BySeverity,
    certainly_expired: usize,
    at_head: Option<u64>,
    hidden: Hidden,
    suppressed: SuppressedCount<'a>,
    read: Read,
    ignored: Ignored<'a>,
    skipped: SkippedCount,
}

#[derive(Serialize)]
struct Exit {
    status: u8,
    meaning: &'static str,
}

#[derive(Serialize)]
struct BySeverity {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

#[derive(Serialize)]
struct Hidden {
    total: usize,
    by_severity: BySeverity,
    samples: usize,
}

#[derive(Serialize)]
struct SuppressedCount<'a> {
    total: usize,
    /// Brought by the change itself.
    new: usize,
    by_severity: BySeverity,
    baseline: usize,
    inline: usize,
    ignore_file: usize,
    configuration: usize,
    /// Paths in which the ignore file hides something.
    ignored_paths: usize,
    expired_entries: Vec<Idle<'a>>,
    unused_entries: Vec<Idle<'a>>,
}

#[derive(Serialize)]
struct Idle<'a> {
    line: u32,
    entry: &'a str,
}

#[derive(Serialize)]
struct Suppression<'a> {
    by: &'static str,
    source: &'a str,
    line: u32,
    reason: Option<&'a str>,
    until: Option<&'a str>,
    new: bool,
}

#[derive(Serialize)]
struct Read {
    items: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct Ignored<'a> {
    files: u64,
    credential_stores: Vec<&'a str>,
}

#[derive(Serialize)]
struct SkippedCount {
    failed: usize,
    accepted: usize,
    scope: usize,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    name: &'a str,
    provider: &'a str,
    severity: &'static str,
    exposure: &'static str,
    confidence: &'static str,
    docs: Option<&'a str>,
    rotate: Option<&'a str>,
    console: Option<&'a str>,
    page: &'a str,
}

#[derive(Serialize)]
struct Finding<'a> {
    id: String,
    fingerprint: String,
    rule: &'a str,
    reported: &'a str,
    name: &'a str,
    class: &'static str,
    severity: &'static str,
    confidence: &'static str,
    fails: bool,
    shown: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    key: Option<&'a str>,
    evidence: Evidence<'a>,
    status: LifeStatus,
    facts: Vec<Fact<'a>>,
    timeline: Option<Timeline<'a>>,
    places: Vec<Place<'a>>,
    rotate: Option<&'a str>,
    console: Option<&'a str>,
    suppressed: Option<Suppression<'a>>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    checks: Vec<Check>,
    reasons: &'a [&'static str],
    also: &'a [String],
    layers: &'a [&'static str],
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    passed: bool,
}

#[derive(Serialize)]
struct LifeStatus {
    state: &'static str,
    /// The end of validity, where it is known.
    at: Option<String>,
    certainty: Option<&'static str>,
}

#[derive(Serialize)]
struct Fact<'a> {
    field: &'static str,
    value: &'a str,
    time: Option<String>,
    source: &'static str,
    certainty: &'static str,
}

#[derive(Serialize)]
struct Timeline<'a> {
    first: Commit<'a>,
    removed: Option<Commit<'a>>,
    at_head: bool,
    complete: bool,
}

#[derive(Serialize)]
struct Commit<'a> {
    id: &'a str,
    author: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    date: String,
    subject: &'a str,
    signed: bool,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    uri: &'a str,
    message: bool,
    region: PlaceRegion,
    line_hash: String,
    at_head: Option<bool>,
    versions: u32,
    introduced: Option<Commit<'a>>,
    times_introduced: u32,
    only_in: Option<&'a str>,
    suppressed: Option<Suppression<'a>>,
}

#[derive(Serialize)]
struct PlaceRegion {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Skipped<'a> {
    reason: &'static str,
    weight: &'static str,
    what: &'a str,
    detail: &'a str,
}

fn time(time: Timestamp) -> String {
    time.to_string()
}

/// Empty texts are absent.
fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn run(report: &Report) -> Run<'_> {
    Run {
        tool: "keysweep",
        version: report.version,
        mode: report.mode.name(),
        target: report.target.as_str(),
        now: time(report.now),
        rule_set: RuleSet {
            version: &report.rule_set.version,
            count: report.rule_set.count,
            hash: &report.rule_set.hash,
        },
        configuration: report.configuration.as_ref().map(|row| Configuration {
            file: row.file.as_str(),
            hidden: row.hidden,
            spared: row.spared,
        }),
        history: report.history.as_ref().map(history),
        range: report.range.as_ref().map(|range| Range {
            asked: range.asked.as_str(),
            from: range.from.as_deref(),
            to: range.to.as_deref(),
            base: range.base.as_deref(),
            commits: range.commits,
        }),
    }
}

fn history(info: &HistoryInfo) -> History<'_> {
    History {
        commits: info.commits,
        refs: info
            .refs
            .iter()
            .map(|(group, count)| RefGroup {
                group,
                count: *count,
            })
            .collect(),
        shallow: info.shallow,
        partial: info.partial,
        head: info.head.as_deref(),
        remote: info.remote.as_ref().map(|r| r.as_str()),
        not_in_a_clone: words::NOT_IN_A_CLONE,
    }
}

fn by_severity(count: impl Fn(Severity) -> usize) -> BySeverity {
    BySeverity {
        critical: count(Severity::Critical),
        high: count(Severity::High),
        medium: count(Severity::Medium),
        low: count(Severity::Low),
        info: count(Severity::Info),
    }
}

fn summary(report: &Report) -> Summary<'_> {
    let weight = |weight| report.skipped.iter().filter(|s| s.weight == weight).count();
    let (outcome, reason, meaning) = match report.outcome {
        Outcome::Clean if report.exit_status() == 2 => (
            "clean",
            None,
            "a limit of scope, where limits count as failures",
        ),
        Outcome::Clean if report.exit_status() == 2 => {
            ("clean", None, "limits of scope, which fail with --strict")
        }
        Outcome::Clean => ("clean", None, "nothing that fails"),
        Outcome::Fails(_) => ("fails", None, "results that fail"),
        Outcome::Incomplete => (
            "incomplete",
            None,
            "something that was asked for was not read",
        ),
        Outcome::Interrupted => ("interrupted", None, "stopped before the end"),
        Outcome::Nothing(why) => ("nothing", Some(why), "nothing to scan"),
    };
    Summary {
        outcome,
        reason,
        complete: report.complete(),
        exit: Exit {
            status: report.exit_status(),
            meaning,
        },
        findings: report.rows.len(),
        failing: report
            .rows
            .iter()
            .chain(&report.suppressed)
            .filter(|r| r.fails)
            .count(),
        by_severity: by_severity(|s| report.rows.iter().filter(|r| r.severity == s).count()),
        certainly_expired: report
            .rows
            .iter()
            .filter(|r| words::certainly_expired(r))
            .count(),
        at_head: words::at_head(report),
        hidden: Hidden {
            total: report.hidden.by_severity.iter().sum(),
            by_severity: by_severity(|s| report.hidden.by_severity[s as usize]),
            samples: report.hidden.samples,
        },
        suppressed: suppressed_count(report),
        read: Read {
            items: report.read.items,
            bytes: report.read.bytes,
        },
        ignored: Ignored {
            files: report.ignored.files,
            credential_stores: report
                .ignored
                .credential_stores
                .iter()
                .map(|path| path.as_str())
                .collect(),
        },
        skipped: SkippedCount {
            failed: weight(Weight::Failed),
            accepted: weight(Weight::Accepted),
            scope: weight(Weight::Scope),
        },
    }
}

fn suppressed_count(report: &Report) -> SuppressedCount<'_> {
    let all = &report.suppressed;
    SuppressedCount {
        total: all.len(),
        new: suppressed::new(report),
        by_severity: by_severity(|s| all.iter().filter(|r| r.severity == s).count()),
        baseline: suppressed::of(report, SuppressedBy::Baseline).count(),
        inline: suppressed::of(report, SuppressedBy::Inline).count(),
        ignore_file: suppressed::of(report, SuppressedBy::IgnoreFile).count(),
        configuration: suppressed::of(report, SuppressedBy::Configuration).count(),
        ignored_paths: suppressed::paths(report),
        expired_entries: report.suppression.expired.iter().map(idle_entry).collect(),
        unused_entries: report.suppression.unused.iter().map(idle_entry).collect(),
    }
}

fn idle_entry(entry: &IdleEntry) -> Idle<'_> {
    Idle {
        line: entry.line,
        entry: entry.what.as_str(),
    }
}

fn suppression(row: &SuppressedRow) -> Suppression<'_> {
    Suppression {
        by: row.by.name(),
        source: &row.source,
        line: row.line,
        reason: row.reason.as_ref().map(|r| r.as_str()),
        until: row.until.as_deref(),
        new: row.new,
    }
}

fn rule(info: &RuleInfo) -> Rule<'_> {
    Rule {
        id: &info.id,
        name: &info.name,
        provider: &info.provider,
        severity: info.severity.name(),
        exposure: info.exposure.name(),
        confidence: info.confidence.name(),
        docs: some(&info.docs),
        rotate: some(&info.rotate),
        console: some(&info.console),
        page: &info.page,
    }
}

fn finding(row: &Row) -> Finding<'_> {
    Finding {
        id: row.fingerprint.short(),
        fingerprint: row.fingerprint.to_string(),
        rule: &row.rule,
        reported: &row.reported,
        name: &row.name,
        class: match row.class {
            Class::Credential => "credential",
            Class::Sample => "sample",
        },
        severity: row.severity.name(),
        confidence: row.confidence.name(),
        fails: row.fails,
        shown: &row.shown,
        value: row.value.as_deref(),
        key: row.key.as_ref().map(|k| k.as_str()),
        evidence: Evidence {
            checks: row
                .checks
                .iter()
                .map(|(name, passed)| Check {
                    name,
                    passed: *passed,
                })
                .collect(),
            reasons: &row.reasons,
            also: &row.also,
            layers: &row.layers,
        },
        status: status(&row.status),
        facts: row.facts.iter().map(fact).collect(),
        timeline: row.timeline.as_ref().map(timeline),
        places: row.places.iter().map(place).collect(),
        rotate: some(&row.rotate),
        console: some(&row.console),
        suppressed: row.suppressed.as_ref().map(suppression),
    }
}

fn status(status: &Status) -> LifeStatus {
    let (at, certainty) = match status {
        Status::Expired { since, certainty } => (Some(*since), Some(certainty.name())),
        Status::Expiring { at } | Status::LiveUntil { at } => (Some(*at), None),
        Status::Unknown => (None, None),
    };
    LifeStatus {
        state: words::status_name(status),
        at: at.map(time),
        certainty,
    }
}

fn fact(row: &FactRow) -> Fact<'_> {
    Fact {
        field: row.field.name(),
        value: row.value.as_str(),
        time: row.time.map(time),
        source: row.source.name(),
        certainty: row.certainty.name(),
    }
}

fn timeline(row: &TimelineRow) -> Timeline<'_> {
    Timeline {
        first: commit(&row.first),
        removed: row.removed.as_ref().map(commit),
        at_head: row.at_head,
        complete: row.complete,
    }
}

fn commit(row: &CommitRow) -> Commit<'_> {
    Commit {
        id: &row.id,
        author: row.author.as_str(),
        email: row.email.as_ref().map(|e| e.as_str()),
        date: time(row.authored),
        subject: row.subject.as_str(),
        signed: row.signed,
    }
}

fn place(row: &PlaceRow) -> Place<'_> {
    let Region {
        start_line,
        start_column,
        end_line,
        end_column,
    } = row.region;
    Place {
        path: row.path.as_str(),
        member: row.member.as_ref().map(|member| member.as_str()),
        uri: &row.uri,
        message: row.message,
        region: PlaceRegion {
            start_line,
            start_column,
            end_line,
            end_column,
        },
        line_hash: format!("{:x}", row.line_hash),
        at_head: row.at_head,
        versions: row.versions,
        introduced: row.introduced.as_ref().map(commit),
        times_introduced: row.times,
        only_in: row.reach.as_ref().map(|r| r.as_str()),
        suppressed: row.suppressed.as_ref().map(suppression),
    }
}

fn skipped(row: &SkippedRow) -> Skipped<'_> {
    Skipped {
        reason: row.reason.code(),
        weight: match row.weight {
            Weight::Failed => "failed",
            Weight::Accepted => "accepted",
            Weight::Scope => "scope",
        },
        what: row.what.as_str(),
        detail: row.detail.as_str(),
    }
}
