//! Annotations for the log of GitHub Actions, one command a result and one a kind of gap.
//!
//! Every line begins with a command of ours; scanned text stands only in escaped properties and
//! after the command's `::`.

use std::io;

use super::escape::{actions_message, actions_property};
use super::words::{self, Level};
use super::{Mode, Outcome, PlaceRow, Report, Row, suppressed};
use crate::finding::{Class, Weight};

/// Writes the annotations, worst first: a host shows only the first of a step.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for row in report
        .suppressed
        .iter()
        .filter(|row| row.newly_suppressed())
    {
        let command = if row.fails { "error" } else { "warning" };
        let at = match shown_place(row, report.mode) {
            Some(place) if Row::present(place, report.mode) => position(place),
            _ => String::new(),
        };
        let text = actions_message(&suppressed::line(row));
        writeln!(
            out,
            "::{command} {at}title=keysweep%3A suppressed (new here)::{text}"
        )?;
    }
    for row in &report.rows {
        let command = command(row);
        let Some(place) = shown_place(row, report.mode) else {
            continue;
        };
        let title = actions_property(&format!("{} ({})", row.name, row.reported));
        let at = if Row::present(place, report.mode) {
            position(place)
        } else {
            String::new()
        };
        let message = actions_message(&message(report, row, place));
        writeln!(out, "::{command} {at}title={title}::{message}")?;
    }
    for gap in words::gaps(report) {
        let command = match gap.weight {
            Weight::Failed => "warning",
            Weight::Accepted | Weight::Scope => "notice",
        };
        let names = gap.names();
        let colon = if names.is_empty() { "" } else { ": " };
        let text = actions_message(&format!("{}{colon}{names}", gap.phrase()));
        writeln!(out, "::{command} title=keysweep%3A not read::{text}")?;
    }
    // One annotation: a host shows ten of a kind.
    let lines = suppressed::lines(report);
    if !lines.is_empty() {
        let text = actions_message(&lines.join(" · "));
        writeln!(out, "::notice title=keysweep%3A suppressed::{text}")?;
    }
    if let Some(line) = words::ignored(report)
        && !report.ignored.credential_stores.is_empty()
    {
        let text = actions_message(&line);
        writeln!(out, "::notice title=keysweep%3A not scanned::{text}")?;
    }
    match &report.outcome {
        Outcome::Nothing(why) => {
            writeln!(out, "::notice title=keysweep::nothing to scan: {why}")
        }
        Outcome::Interrupted => writeln!(
            out,
            "::warning title=keysweep::interrupted; the results are not complete"
        ),
        Outcome::Incomplete => writeln!(
            out,
            "::warning title=keysweep::not everything was read; the results are not complete"
        ),
        Outcome::Clean | Outcome::Fails(_) => Ok(()),
    }
}

/// What fails is an error, whatever its severity: it is why the step is red.
fn command(row: &Row) -> &'static str {
    if row.fails {
        return "error";
    }
    match words::row_level(row) {
        Level::Note => "notice",
        Level::Warning | Level::Error => "warning",
    }
}

/// The first place that can be opened, else the first.
fn shown_place(row: &Row, mode: Mode) -> Option<&PlaceRow> {
    row.places
        .iter()
        .find(|place| Row::present(place, mode))
        .or_else(|| row.first_place())
}

fn position(place: &PlaceRow) -> String {
    let region = place.region;
    if place.member.is_some() {
        // The line is the member's, which a host cannot show.
        return format!("file={},line=1,", actions_property(place.path.as_str()));
    }
    let mut out = format!(
        "file={},line={},",
        actions_property(place.path.as_str()),
        region.start_line
    );
    if region.start_line == region.end_line {
        // A host refuses columns on annotations of several lines.
        out.push_str(&format!(
            "col={},endColumn={},",
            region.start_column, region.end_column
        ));
    } else {
        out.push_str(&format!("endLine={},", region.end_line));
    }
    out
}

fn message(report: &Report, row: &Row, place: &PlaceRow) -> String {
    let mut parts = vec![format!("{} {}", row.severity.name(), row.shown)];
    if !Row::present(place, report.mode) {
        // An interrupted run does not know what stands at HEAD.
        let not = match place.at_head {
            Some(false) => "not at HEAD but ",
            _ => "",
        };
        let at = words::position(place);
        parts.push(format!("{not}in the history, at {at}"));
        if row.class == Class::Credential && !words::certainly_expired(row) {
            parts.push("rotate it: rewriting the branch does not un-publish it".to_owned());
        }
    }
    if let Some(timeline) = &row.timeline {
        parts.push(words::lifetime(timeline));
    }
    parts.extend(words::status(&row.status));
    if place.member.is_some() && Row::present(place, report.mode) {
        parts.push(format!("in the archive, at {}", words::position(place)));
    }
    let more = row.places.len().saturating_sub(1);
    if more > 0 {
        parts.push(words::count(more as u64, "more place", "more places"));
    }
    if !row.rotate.is_empty() {
        parts.push(format!("rotate: {}", row.rotate));
    }
    parts.push(format!("id {}", row.fingerprint.short()));
    parts.join(" · ")
}
