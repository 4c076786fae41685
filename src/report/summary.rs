//! The end of the human report: how much of what, what was read, and what was not.

use super::escape::terminal;
use super::words::{self, count, digits};
use super::{BySeverity, Outcome, Report, Skipped, listed, notices, suppressed};
use crate::finding::{Class, Reason, Severity, Weight};

/// The summary's lines, without colours; each begins with words of ours.
pub fn lines(report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    if report.summary.outcome == Outcome::Nothing {
        out.extend(words::ignored(report).map(|line| terminal(&line)));
        out.extend(gaps(report, Weight::Scope));
        out.push(verdict(report));
        return out;
    }
    out.extend(counts(report));
    out.extend(notices::counts(report));
    out.extend(words::folded(report).map(|what| format!("{what}, folded: --all lists them")));
    out.extend(below(report));
    out.extend(suppressed::lines(report).iter().map(|line| terminal(line)));
    out.extend(life(report));
    let commits = report.run.history.as_ref().map(|history| {
        let commits = count(history.commits, "commit", "commits");
        format!(" of {commits} in {}", words::refs(history))
    });
    out.push(format!(
        "read {}{}, {}, with {} (set {})",
        words::items(report),
        commits.unwrap_or_default(),
        words::size(report.summary.read.bytes),
        count(report.run.rule_set.count as u64, "rule", "rules"),
        report.run.rule_set.version
    ));
    out.extend(listed::counts(report).iter().map(|line| terminal(line)));
    out.extend(history(report));
    out.extend(range(report));
    out.extend(words::ignored(report).map(|line| terminal(&line)));
    out.extend(gaps(report, Weight::Scope));
    out.push(verdict(report));
    out
}

/// `3 findings: 1 critical, 2 high; 2 fail`.
pub fn counts(report: &Report) -> Option<String> {
    if report.findings.is_empty() {
        return None;
    }
    let by = by_severity(report.summary.by_severity);
    let fail = report.findings.iter().filter(|r| r.fails).count();
    let samples = report
        .findings
        .iter()
        .filter(|r| r.class == Class::Sample)
        .count() as u64;
    let mut line = format!(
        "{}: {}; {}",
        count(report.findings.len() as u64, "result", "results"),
        by.join(", "),
        words::fail(fail)
    );
    if samples > 0 {
        line.push_str(&format!(
            "; {} among them",
            count(samples, "sample", "samples")
        ));
    }
    Some(line)
}

/// `1 critical`, `2 high`: those that there are, worst first.
fn by_severity(counts: BySeverity) -> Vec<String> {
    let part =
        |(severity, n): (Severity, usize)| format!("{} {}", digits(n as u64), severity.name());
    counts.present().map(part).collect()
}

/// `12 below medium not shown (8 low, 4 info, 3 samples and 2 of low confidence among them)`.
fn below(report: &Report) -> Option<String> {
    let hidden = report.summary.hidden;
    let total = hidden.total;
    if total == 0 {
        return None;
    }
    let mut by = by_severity(hidden.by_severity);
    // A severity says what a value would open if it were one.
    let mut among = Vec::new();
    if hidden.samples > 0 {
        among.push(count(hidden.samples as u64, "sample", "samples"));
    }
    if hidden.uncertain > 0 {
        among.push(format!(
            "{} of low confidence",
            digits(hidden.uncertain as u64)
        ));
    }
    if !among.is_empty() {
        by.push(format!("{} among them", among.join(" and ")));
    }
    // Confidence hides as well as severity: `below medium` is only said where it is true of all.
    let mut present = hidden.by_severity.present();
    let high = present.any(|(severity, _)| severity >= Severity::Medium);
    let what = if high {
        "below the threshold"
    } else {
        "below medium"
    };
    Some(format!(
        "{} {what} not shown ({}): --min-confidence low --min-severity info lists them",
        digits(total as u64),
        by.join(", ")
    ))
}

fn life(report: &Report) -> Option<String> {
    let expired = report.summary.certainly_expired as u64;
    let mut parts = Vec::new();
    if expired > 0 {
        parts.push(format!("{} certainly expired", digits(expired)));
    }
    if let Some(at_head) = report
        .summary
        .at_head
        .filter(|_| !report.findings.is_empty())
    {
        let samples = report
            .findings
            .iter()
            .filter(|r| r.class == Class::Sample)
            .filter(|r| r.timeline.as_ref().is_some_and(|t| t.at_head))
            .count() as u64;
        let mut part = format!("{} still at HEAD", digits(at_head));
        if samples > 0 {
            let samples = count(samples, "sample", "samples");
            part.push_str(&format!(" ({samples} among them)"));
        }
        parts.push(part);
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn history(report: &Report) -> Vec<String> {
    let Some(history) = &report.run.history else {
        return Vec::new();
    };
    let mut out = Vec::new();
    if history.shallow {
        out.push(
            "shallow clone: older commits are not here, so `since` may be too late".to_owned(),
        );
    }
    if history.partial {
        out.push("partial clone: objects were left at the server".to_owned());
    }
    if let Some(line) = words::unreached(history) {
        out.push(line);
    }
    out
}

/// What a report of a history cannot know, for whoever wants to read everything.
pub fn limits(report: &Report) -> Vec<String> {
    match report.run.history {
        None => Vec::new(),
        Some(_) => vec![
            format!("a clone cannot hold: {}", words::NOT_IN_A_CLONE),
            "authors and dates are what git recorded; git does not authenticate them".to_owned(),
        ],
    }
}

/// `range 3 commits, main..topic`.
fn range(report: &Report) -> Option<String> {
    let range = report.run.range.as_ref()?;
    Some(format!(
        "range {}, {}",
        count(range.commits, "commit", "commits"),
        terminal(range.asked.as_str())
    ))
}

/// What was not read, a line a reason: failures, and with `down_to` [`Weight::Scope`] limits too.
pub fn gaps(report: &Report, down_to: Weight) -> Vec<String> {
    words::gaps(report)
        .iter()
        .filter(|gap| gap.weight <= down_to)
        .map(|gap| {
            let weight = match gap.weight {
                Weight::Failed => "NOT READ",
                Weight::Accepted => "not read, accepted",
                Weight::Scope => "not scanned",
            };
            let names = terminal(&gap.names());
            let colon = if names.is_empty() { "" } else { ": " };
            format!("{weight}: {}{colon}{names}", gap.phrase())
        })
        .collect()
}

/// How much fails.
fn failing(report: &Report) -> String {
    let n = report.summary.failing;
    let new = report.failing_suppressions().count();
    let mut parts = Vec::new();
    match n.saturating_sub(new) {
        0 => {}
        1 => parts.push("1 result fails".to_owned()),
        n => parts.push(format!("{} results fail", digits(n as u64))),
    }
    match new {
        0 => {}
        1 => parts.push("1 new suppression fails".to_owned()),
        n => parts.push(format!("{} new suppressions fail", digits(n as u64))),
    }
    let mut line = parts.join(", ");
    if report.failed_to_read() {
        line.push_str("; incomplete: not everything that was asked for was read");
    }
    line
}

/// The last line: how it ended. Never the word clean for a run that did not read everything.
pub fn verdict(report: &Report) -> String {
    let limits: Vec<String> = words::gaps(report)
        .iter()
        .filter_map(|gap| match gap.weight {
            Weight::Failed => None,
            Weight::Accepted => Some(format!("{}, accepted", gap.phrase())),
            Weight::Scope => Some(gap.phrase()),
        })
        .collect();
    // `clean` beside exit status 2 would be a riddle.
    let strict = match report.exit_status() {
        2 if !report.failed_to_read() => {
            format!("limits of scope fail (--strict): {}", limits.join(", "))
        }
        _ => String::new(),
    };
    match report.summary.outcome {
        Outcome::Nothing if !strict.is_empty() => format!("{}; {strict}", words::nothing(report)),
        Outcome::Nothing => words::nothing(report),
        Outcome::Interrupted => {
            let timed_out = |row: &Skipped| row.reason == Reason::TimedOut;
            let why = match report.skipped.iter().any(timed_out) {
                true => "time limit reached",
                false => "interrupted",
            };
            format!("{why}: the results are not complete")
        }
        Outcome::Incomplete if !strict.is_empty() => format!("nothing else fails; {strict}"),
        Outcome::Incomplete => "incomplete: not everything that was asked for was read".to_owned(),
        Outcome::Fails => failing(report),
        Outcome::Clean | Outcome::Passes => {
            let word = match report.summary.outcome {
                Outcome::Clean => "clean",
                _ => "nothing fails",
            };
            match limits.is_empty() {
                true => word.to_owned(),
                false => format!("{word} within limits ({})", limits.join(", ")),
            }
        }
    }
}
