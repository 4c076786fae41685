//! Annotations for the log of GitHub Actions, one command a result and one a kind of gap.
//!
//! Every line begins with a command of ours; scanned text stands only in escaped properties and
//! after the command's `::`.

use std::io;

use super::cut::{self, Folded, Item};
use super::escape::{actions_message, actions_property};
use super::words::{self, Level};
use super::{Finding, Format, Mode, Notice, Outcome, Place, Report, Style, suppressed};
use crate::finding::{Class, Weight};

/// Annotations of a kind that a host shows of a step; the others stand in its log only.
const SHOWN: usize = 10;
/// Of new suppressions among them, so that they cannot take the place of what fails.
const NEW_SHOWN: usize = 5;
/// Of failing notices among them, for the same reason.
const NOTICES_SHOWN: usize = 3;
/// Results written of a kind; the others are counted.
const WRITTEN: usize = 1_000;

/// Annotations of GitHub Actions.
pub struct Github;

impl Format for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn about(&self) -> &'static str {
        "annotations for the log of GitHub Actions"
    }

    fn links(&self, _: Style) -> bool {
        false
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        write(report, out)
    }
}

/// Writes the annotations: what the change itself suppresses, what fails, what the run has to say
/// of itself, and what does not fail. In each, the ten that a host shows are the ones to look at.
fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let new = report
        .suppressed
        .iter()
        .filter(|row| row.newly_suppressed());
    let mut taken = new_ones(new.collect(), report.run.mode, out)?;
    let (stopping, informing): (Vec<&Notice>, Vec<&Notice>) =
        report.notices.iter().partition(|notice| notice.fails);
    taken += notices(&stopping, NOTICES_SHOWN, "error", out)?;
    let (failing, others): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|row| row.fails);
    let failing = arranged(failing, report.run.mode);
    let shown = SHOWN.saturating_sub(taken);
    let all = count_of(&failing);
    let over = failing.len() > shown;
    for (n, folded) in failing.iter().take(WRITTEN).enumerate() {
        if over && n + 1 == shown {
            let rest = count_of(&failing[n..]);
            writeln!(
                out,
                "::error title=keysweep::{} fail, and {} of them are not shown as annotations; \
                 all are in the JSON report",
                words::count(all as u64, "result", "results"),
                words::digits(rest as u64)
            )?;
        }
        result(report, folded, out)?;
    }
    left_out("error", &failing, out)?;
    of_run(report, out)?;
    let others = arranged(others, report.run.mode);
    for folded in others.iter().take(WRITTEN) {
        result(report, folded, out)?;
    }
    left_out("notice", &others, out)?;
    notices(&informing, WRITTEN, "notice", out).map(|_| ())
}

/// Writes the first of the notices, and how many more there are. Says how many lines that took.
fn notices(
    all: &[&Notice],
    most: usize,
    command: &str,
    out: &mut dyn io::Write,
) -> io::Result<usize> {
    for notice in all.iter().take(most) {
        let at = match (&notice.file, notice.line) {
            (Some(file), line) => {
                let file = actions_property(file.as_str());
                format!("file={file},line={},", line.unwrap_or(1))
            }
            _ => String::new(),
        };
        let title = actions_property(&notice.reported);
        let text = actions_message(notice.message.as_str());
        writeln!(out, "::{command} {at}title={title}::{text}")?;
    }
    let more = all.len().saturating_sub(most);
    if more > 0 {
        let what = words::count(more as u64, "more notice", "more notices");
        writeln!(
            out,
            "::{command} title=keysweep::and {what}, in the JSON report"
        )?;
    }
    Ok(all.len().min(most + 1))
}

/// Writes the first of what the change itself suppresses; how many of a host's ten errors that took.
fn new_ones(rows: Vec<&Finding>, mode: Mode, out: &mut dyn io::Write) -> io::Result<usize> {
    let folded = arranged(rows, mode);
    let mut errors = 0;
    for folded in folded.iter().take(NEW_SHOWN) {
        let row = folded.first.row;
        let at = match folded.first.present {
            true => position(folded.first.place),
            false => String::new(),
        };
        let mut text = suppressed::line(row);
        if let Some(more) = words::alike(folded.alike.len()) {
            text.push_str(&format!(" · {more}"));
        }
        let command = if row.fails { "error" } else { "warning" };
        errors += usize::from(row.fails);
        writeln!(
            out,
            "::{command} {at}title=keysweep%3A suppressed (new here)::{}",
            actions_message(&text)
        )?;
    }
    let rest = &folded[NEW_SHOWN.min(folded.len())..];
    if !rest.is_empty() {
        let fails = rest.iter().any(|folded| folded.first.row.fails);
        let command = if fails { "error" } else { "warning" };
        errors += usize::from(fails);
        let what = words::count(
            count_of(rest) as u64,
            "more new suppression",
            "more new suppressions",
        );
        writeln!(
            out,
            "::{command} title=keysweep%3A suppressed (new here)::{what}, in the JSON report"
        )?;
    }
    Ok(errors)
}

fn arranged<'a>(rows: Vec<&'a Finding>, mode: Mode) -> Vec<Folded<'a, ()>> {
    let items = rows.into_iter().filter_map(|row| {
        let place = shown_place(row, mode)?;
        Some(Item {
            row,
            place,
            present: place.is_present(mode),
            with: (),
        })
    });
    cut::arrange(items.collect())
}

fn count_of(folded: &[Folded<'_, ()>]) -> usize {
    folded.iter().map(|folded| 1 + folded.alike.len()).sum()
}

/// Says how many results were not even written into the log.
fn left_out(command: &str, folded: &[Folded<'_, ()>], out: &mut dyn io::Write) -> io::Result<()> {
    let rest = count_of(&folded[WRITTEN.min(folded.len())..]);
    if rest == 0 {
        return Ok(());
    }
    let what = words::count(rest as u64, "more result", "more results");
    writeln!(
        out,
        "::{command} title=keysweep::and {what}, in the JSON report"
    )
}

fn result(report: &Report, folded: &Folded<'_, ()>, out: &mut dyn io::Write) -> io::Result<()> {
    let (row, place) = (folded.first.row, folded.first.place);
    let command = command(row);
    let title = actions_property(&format!("{} ({})", row.name, row.reported));
    let at = match folded.first.present {
        true => position(place),
        false => String::new(),
    };
    let mut text = message(report, row, place);
    if let Some(more) = words::alike(folded.alike.len()) {
        text.push_str(&format!(" · {more}"));
    }
    writeln!(
        out,
        "::{command} {at}title={title}::{}",
        actions_message(&text)
    )
}

/// Gaps, suppressions, and how the run ended.
fn of_run(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
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
    if let Some(what) = words::folded(report) {
        let text = actions_message(&format!("{what}, in the JSON report"));
        writeln!(out, "::notice title=keysweep%3A folded::{text}")?;
    }
    // One annotation: a host shows ten of a kind.
    let lines = suppressed::lines(report);
    if !lines.is_empty() {
        let text = actions_message(&lines.join(" · "));
        writeln!(out, "::notice title=keysweep%3A suppressed::{text}")?;
    }
    if let Some(line) = words::ignored(report)
        && !report.summary.ignored.credential_stores.is_empty()
    {
        let text = actions_message(&line);
        writeln!(out, "::notice title=keysweep%3A not scanned::{text}")?;
    }
    match report.summary.outcome {
        Outcome::Nothing => {
            let why = words::nothing(report);
            writeln!(out, "::notice title=keysweep::{why}")
        }
        Outcome::Interrupted => writeln!(
            out,
            "::warning title=keysweep::interrupted; the results are not complete"
        ),
        Outcome::Incomplete if report.failed_to_read() => writeln!(
            out,
            "::warning title=keysweep::not everything was read; the results are not complete"
        ),
        _ => Ok(()),
    }
}

/// What fails is an error, whatever its severity: it is why the step is red.
fn command(row: &Finding) -> &'static str {
    if row.fails {
        return "error";
    }
    match words::row_level(row) {
        Level::Note => "notice",
        Level::Warning | Level::Error => "warning",
    }
}

/// The first place that can be opened, else the first.
fn shown_place(row: &Finding, mode: Mode) -> Option<&Place> {
    row.places
        .iter()
        .find(|place| place.is_present(mode))
        .or_else(|| row.first_place())
}

fn position(place: &Place) -> String {
    let Some(region) = place.region_in_file() else {
        // The line is that of a member, which a host cannot show.
        return format!("file={},line=1,", actions_property(place.path.as_str()));
    };
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

/// What is said of a result. The log of a run shows this alone, so place and rule stand in it too.
fn message(report: &Report, row: &Finding, place: &Place) -> String {
    let at = words::position(place);
    let (severity, name, rule) = (row.severity.name(), &row.name, &row.reported);
    let mut parts = vec![format!("{at}: {severity}: {name} ({rule}) {}", row.shown)];
    if !place.is_present(report.run.mode) {
        // An interrupted run does not know what stands at HEAD.
        let not = match place.at_head {
            Some(false) => "not at HEAD but ",
            _ => "",
        };
        parts.push(format!("{not}in the history"));
        if row.class == Class::Credential && !row.certainly_expired() {
            parts.push("rotate it: rewriting the branch does not un-publish it".to_owned());
        }
    }
    if let Some(timeline) = &row.timeline {
        parts.push(words::lifetime(timeline));
    }
    parts.extend(words::status(&row.status));
    parts.extend(words::failing_conditions(row));
    if place.member.is_some() && place.is_present(report.run.mode) {
        parts.push("in the archive".to_owned());
    }
    if let (Some(name), true) = (&place.name, place.is_present(report.run.mode)) {
        parts.push(name.as_str().to_owned());
    }
    let more = row.places.len().saturating_sub(1);
    if more > 0 {
        parts.push(words::count(more as u64, "more place", "more places"));
    }
    if let Some(rotate) = &row.rotate {
        parts.push(format!("rotate: {rotate}"));
    }
    parts.push(format!("id {}", row.id));
    parts.join(" · ")
}
