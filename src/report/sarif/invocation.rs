//! How a run ended, and what there is to say of it that is no result: what was not read or left out, and notices
//! without a file.

use serde_json::json;
use serde_sarif::sarif as s;

use super::{bag, message};
use crate::finding::Weight;
use crate::report::escape::sarif_text;
use crate::report::{Outcome, Report, Skipped, Style, suppressed, words};

/// Notifications of one kind that are written; the rest is counted.
const MAX_NOTIFICATIONS: usize = 1_000;

pub(super) fn invocation(report: &Report, left_out: usize, style: Style) -> s::Invocation {
    let mut out = s::Invocation::builder()
        .execution_successful(
            !report.failed_to_read() && report.summary.outcome != Outcome::Interrupted,
        )
        .build();
    out.exit_code = Some(report.exit_status().into());
    let mut notes = Vec::new();
    skipped(report, &mut notes);
    if left_out > 0 {
        notes.push(notification(
            "warning",
            &format!(
                "{left_out} less severe results were left out: more than a host takes in one run"
            ),
        ));
    }
    unplaced(report, &mut notes);
    for line in suppressed::lines(report) {
        notes.push(notification("note", &line));
    }
    if !report.suppressed.is_empty() && !style.suppressed {
        let n = report.suppressed.len() as u64;
        let what = words::count(n, "suppressed result was", "suppressed results were");
        notes.push(notification("note", &format!("{what} left out")));
    }
    if let Some(line) = words::ignored(report) {
        notes.push(notification("note", &line));
    }
    match report.summary.outcome {
        Outcome::Interrupted => {
            notes.push(notification(
                "error",
                "interrupted: the results are not complete",
            ));
        }
        Outcome::Nothing => notes.push(notification("note", &words::nothing(report))),
        _ => {}
    }
    out.tool_execution_notifications = Some(notes);
    out
}

/// What was not read. Failures first, so that the limit cuts what matters less.
fn skipped(report: &Report, notes: &mut Vec<s::Notification>) {
    let mut skipped: Vec<&Skipped> = report.skipped.iter().collect();
    skipped.sort_by_key(|row| row.weight);
    for row in skipped.iter().take(MAX_NOTIFICATIONS) {
        let detail = match row.detail.as_str() {
            "" => String::new(),
            detail => format!(" ({detail})"),
        };
        let text = format!("{}: {}{detail}", row.what.as_str(), row.reason.phrase());
        let level = match row.weight {
            Weight::Failed => "error",
            Weight::Accepted => "warning",
            Weight::Scope => "note",
        };
        let mut note = notification(level, &text);
        note.properties = Some(bag([("reason", json!(row.reason.code()))]));
        notes.push(note);
    }
    let more = skipped.len().saturating_sub(MAX_NOTIFICATIONS);
    if more > 0 {
        let failed = skipped[MAX_NOTIFICATIONS..]
            .iter()
            .any(|row| row.weight == Weight::Failed);
        let level = if failed { "error" } else { "note" };
        notes.push(notification(
            level,
            &format!("{more} more inputs were not read"),
        ));
    }
}

/// Notices without a file.
fn unplaced(report: &Report, notes: &mut Vec<s::Notification>) {
    let unplaced = report.notices.iter().filter(|notice| notice.file.is_none());
    for notice in unplaced.clone().take(MAX_NOTIFICATIONS) {
        let text = format!("{}: {}", notice.reported, notice.message.as_str());
        notes.push(notification(words::level(notice.severity).name(), &text));
    }
    let more = unplaced.count().saturating_sub(MAX_NOTIFICATIONS);
    if more > 0 {
        notes.push(notification("note", &format!("{more} more notices")));
    }
}

fn notification(level: &str, text: &str) -> s::Notification {
    let mut out = s::Notification::builder()
        .message(message(&sarif_text(text)))
        .build();
    out.level = Some(json!(level));
    out
}
