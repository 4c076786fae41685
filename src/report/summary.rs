//! The end of the human report: how much of what, what was read, and what was not.

use super::escape::terminal;
use super::words::{self, count, digits};
use super::{Outcome, Report, SkippedRow, suppressed};
use crate::finding::{Class, Reason, Severity, Weight};

/// The summary's lines, without colours; each begins with words of ours.
pub fn lines(report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    if matches!(report.outcome, Outcome::Nothing(_)) {
        out.extend(words::ignored(report).map(|line| terminal(&line)));
        out.extend(gaps(report, Weight::Scope));
        out.push(verdict(report));
        return out;
    }
    out.extend(counts(report));
    out.extend(below(report));
    out.extend(suppressed::lines(report).iter().map(|line| terminal(line)));
    out.extend(life(report));
    out.push(format!(
        "read {}, {}, with {} (set {})",
        words::items(report),
        words::size(report.read.bytes),
        count(report.rule_set.count as u64, "rule", "rules"),
        report.rule_set.version
    ));
    out.extend(history(report));
    out.extend(range(report));
    out.extend(words::ignored(report).map(|line| terminal(&line)));
    out.extend(gaps(report, Weight::Scope));
    out.push(verdict(report));
    out
}

/// `3 findings: 1 critical, 2 high; 2 fail`.
fn counts(report: &Report) -> Option<String> {
    if report.rows.is_empty() {
        return None;
    }
    let by: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .filter_map(|severity| {
            let n = report
                .rows
                .iter()
                .filter(|r| r.severity == *severity)
                .count();
            (n > 0).then(|| format!("{} {}", digits(n as u64), severity.name()))
        })
        .collect();
    let fail = report.rows.iter().filter(|r| r.fails).count() as u64;
    let samples = report
        .rows
        .iter()
        .filter(|r| r.class == Class::Sample)
        .count() as u64;
    let mut line = format!(
        "{}: {}; {}",
        count(report.rows.len() as u64, "result", "results"),
        by.join(", "),
        match fail {
            0 => "none fails".to_owned(),
            1 => "1 fails".to_owned(),
            n => format!("{} fail", digits(n)),
        }
    );
    if samples > 0 {
        line.push_str(&format!(
            "; {} among them",
            count(samples, "sample", "samples")
        ));
    }
    Some(line)
}

/// `12 below medium not shown (8 low, 4 info, 3 samples and 2 of low confidence among them)`.
fn below(report: &Report) -> Option<String> {
    let hidden = report.hidden;
    let total: usize = hidden.by_severity.iter().sum();
    if total == 0 {
        return None;
    }
    let mut by: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .filter_map(|s| {
            let n = hidden.by_severity[*s as usize];
            (n > 0).then(|| format!("{} {}", digits(n as u64), s.name()))
        })
        .collect();
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
    let high = hidden.by_severity[Severity::Medium as usize..]
        .iter()
        .any(|n| *n > 0);
    let what = if high {
        "below the threshold"
    } else {
        "below medium"
    };
    Some(format!(
        "{} {what} not shown ({})",
        digits(total as u64),
        by.join(", ")
    ))
}

fn life(report: &Report) -> Option<String> {
    let expired = report
        .rows
        .iter()
        .filter(|r| words::certainly_expired(r))
        .count() as u64;
    let mut parts = Vec::new();
    if expired > 0 {
        parts.push(format!("{} certainly expired", digits(expired)));
    }
    if let Some(at_head) = words::at_head(report).filter(|_| !report.rows.is_empty()) {
        let samples = report
            .rows
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
    let Some(history) = &report.history else {
        return Vec::new();
    };
    let mut out = vec![format!(
        "history: {} in {}",
        count(history.commits, "commit", "commits"),
        words::refs(history)
    )];
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
    out.push(format!("a clone cannot hold: {}", words::NOT_IN_A_CLONE));
    out.push("authors and dates are what git recorded; git does not authenticate them".to_owned());
    out
}

/// `range 3 commits, main..topic`.
fn range(report: &Report) -> Option<String> {
    let range = report.range.as_ref()?;
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
        2 if report.strict => format!("limits of scope fail (--strict): {}", limits.join(", ")),
        _ => String::new(),
    };
    match &report.outcome {
        Outcome::Nothing(why) if !strict.is_empty() => format!("nothing to scan: {why}; {strict}"),
        Outcome::Nothing(why) => format!("nothing to scan: {why}"),
        Outcome::Interrupted => {
            let timed_out = |row: &SkippedRow| row.reason == Reason::TimedOut;
            let why = match report.skipped.iter().any(timed_out) {
                true => "time limit reached",
                false => "interrupted",
            };
            format!("{why}: the results are not complete")
        }
        Outcome::Incomplete => "incomplete: not everything that was asked for was read".to_owned(),
        Outcome::Fails(n) => {
            let new = report.suppressed.iter().filter(|row| row.fails).count();
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
        Outcome::Clean if report.failed_to_read() => {
            "nothing fails; incomplete: not everything that was asked for was read".to_owned()
        }
        Outcome::Clean if !strict.is_empty() => format!("nothing else fails; {strict}"),
        Outcome::Clean => {
            let word = match report.rows.is_empty() && report.complete() {
                true => "clean",
                false => "nothing fails",
            };
            match limits.is_empty() {
                true => word.to_owned(),
                false => format!("{word} within limits ({})", limits.join(", ")),
            }
        }
    }
}
