//! The phrases for what is suppressed: counted by means and severity, and named one by one.
//! Nothing here escapes: each format does that itself.

use super::words::{self, count, digits};
use super::{Finding, IdleEntry, Report, Suppression};
use crate::finding::Severity;
use crate::finding::SuppressedBy;

/// Idle entries named before the rest is counted.
const NAMED: usize = 5;

/// `suppressed: 12 known, 3 of them critical; 2 allowed by comments`; nothing when nothing is.
pub fn counts(report: &Report) -> Option<String> {
    let parts: Vec<String> = [
        (SuppressedBy::Baseline, "known"),
        (SuppressedBy::Inline, "allowed by comments"),
        (SuppressedBy::IgnoreFile, "in ignored paths"),
        (SuppressedBy::Configuration, "by the configuration"),
    ]
    .into_iter()
    .filter_map(|(by, what)| part(report, by, what))
    .collect();
    (!parts.is_empty()).then(|| format!("suppressed: {}", parts.join("; ")))
}

fn part(report: &Report, by: SuppressedBy, what: &str) -> Option<String> {
    let rows: Vec<&Finding> = of(report, by).collect();
    if rows.is_empty() {
        return None;
    }
    let bad: Vec<String> = [Severity::Critical, Severity::High]
        .into_iter()
        .filter_map(|severity| {
            let n = rows.iter().filter(|row| row.severity == severity).count();
            (n > 0).then(|| format!("{} {}", digits(n as u64), severity.name()))
        })
        .collect();
    let mut out = format!("{} {what}", digits(rows.len() as u64));
    if let Some((first, others)) = bad.split_first() {
        // `12 known, 3 of them critical, 4 high`
        let mut words = first.split(' ');
        let number = words.next().unwrap_or_default();
        out.push_str(&format!(
            ", {number} of them {}",
            words.next().unwrap_or_default()
        ));
        for other in others {
            out.push_str(&format!(", {other}"));
        }
    }
    Some(out)
}

/// The suppressed results of one means.
pub fn of(report: &Report, by: SuppressedBy) -> impl Iterator<Item = &Finding> {
    report
        .suppressed
        .iter()
        .filter(move |row| row.suppressed.as_ref().is_some_and(|cause| cause.by == by))
}

/// The lines of the summary.
pub fn lines(report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(line) = counts(report) {
        out.push(line);
        let found = count(report.suppressed.len() as u64, "finding", "findings");
        let paths = match report.summary.suppressed.ignored_paths {
            0 => String::new(),
            n => format!(" and {}", count(n as u64, "path", "paths")),
        };
        out.push(format!(
            "policy from this repository hides {found}{paths}: --show-suppressed lists them, --untrusted ignores it"
        ));
    }
    out.extend(configured(report));
    let new = report.summary.suppressed.new as u64;
    if new > 0 {
        out.push(format!(
            "{} here: look at what the change allows",
            count(new, "new suppression", "new suppressions")
        ));
    }
    let told = &report.summary.suppressed;
    out.extend(
        idle(
            &told.expired_entries,
            "past its date, hides nothing",
            "past their dates, hide nothing",
        )
        .map(|line| format!("{line}: keysweep allow ID --until DATE renews one")),
    );
    out.extend(
        idle(&told.unused_entries, "fits nothing", "fit nothing")
            .map(|line| format!("{line}: keysweep baseline prune")),
    );
    out
}

/// `the configuration keysweep.toml keeps 3 results from being listed and 1 from failing`.
fn configured(report: &Report) -> Option<String> {
    let configuration = report.run.configuration.as_ref()?;
    let mut parts = Vec::new();
    if configuration.hidden > 0 {
        let results = count(configuration.hidden as u64, "result", "results");
        parts.push(format!("{results} from being listed"));
    }
    if configuration.spared > 0 {
        let results = count(configuration.spared as u64, "result", "results");
        parts.push(format!("{results} from failing"));
    }
    (!parts.is_empty()).then(|| {
        format!(
            "the configuration {} keeps {}: --no-config shows the difference",
            configuration.file.as_str(),
            parts.join(" and ")
        )
    })
}

/// `2 baseline entries fit nothing: line 4 github-pat 01234567, …`.
fn idle(entries: &[IdleEntry], one: &str, many: &str) -> Option<String> {
    if entries.is_empty() {
        return None;
    }
    let mut names: Vec<String> = entries
        .iter()
        .take(NAMED)
        .map(|entry| format!("line {} {}", entry.line, entry.entry.as_str()))
        .collect();
    if entries.len() > NAMED {
        names.push(format!("{} more", digits((entries.len() - NAMED) as u64)));
    }
    Some(format!(
        "{} {}: {}",
        count(entries.len() as u64, "baseline entry", "baseline entries"),
        if entries.len() == 1 { one } else { many },
        names.join(", ")
    ))
}

/// `by keysweep:allow in line 3 -- reason`, `by .keysweep-baseline:12 until 2027-01-01`.
pub fn why(cause: &Suppression) -> String {
    let mut out = match cause.by {
        SuppressedBy::Inline => format!("by {} in line {}", cause.source, cause.line),
        _ => format!("by {}:{}", cause.source, cause.line),
    };
    if let Some(until) = &cause.until {
        out.push_str(&format!(" until {until}"));
    }
    if let Some(reason) = &cause.reason {
        out.push_str(&format!(" -- {}", reason.as_str()));
    }
    out
}

/// One result in one line: severity, name, place, id, and why it is hidden.
pub fn line(row: &Finding) -> String {
    let new = match row.newly_suppressed() {
        true => "suppressed (new here)",
        false => "suppressed",
    };
    let at = row.first_place().map(words::position).unwrap_or_default();
    let more = match row.places.len() {
        0 | 1 => String::new(),
        n => format!(" and {}", count(n as u64 - 1, "more place", "more places")),
    };
    let why = row.suppressed.as_ref().map(why).unwrap_or_default();
    format!(
        "{new}: {} {}  {}  {at}{more}  id {}  {why}",
        row.severity.name(),
        row.name,
        row.value.as_deref().unwrap_or(&row.shown),
        row.id
    )
}
