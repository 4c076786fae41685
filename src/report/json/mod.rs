//! JSON and JSON lines: our own documented shape (`docs/json.md`, `docs/report.schema.json`),
//! never a dump of internals. A change that breaks readers raises [`SCHEMA_VERSION`].

mod shape;

use std::io;

use jiff::Timestamp;

use shape::*;

use super::escape::{json_line, json_pretty};
use super::words;
use super::{
    CommitRow, FactRow, HistoryInfo, IdleEntry, Outcome, PlaceRow, Report, Row, RuleInfo,
    SkippedRow, SuppressedRow, TimelineRow, suppressed,
};
use crate::finding::{Class, Region, Severity, Status, SuppressedBy, Weight};

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
        unreached: info.unreached,
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
    let (reason, meaning) = match report.outcome {
        Outcome::Clean if report.exit_status() == 2 => {
            (None, "limits of scope, which fail with --strict")
        }
        Outcome::Clean => (None, "nothing that fails"),
        Outcome::Fails(_) => (None, "results that fail"),
        Outcome::Incomplete => (None, "something that was asked for was not read"),
        Outcome::Interrupted => (None, "stopped before the end"),
        Outcome::Nothing(why) => (Some(why), "nothing to scan"),
    };
    Summary {
        outcome: report.outcome_word(),
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
            Class::Protected => "protected",
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
        name: row.name.as_ref().map(|name| name.as_str()),
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
