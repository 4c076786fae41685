//! The report for people: one block a credential, folded samples, and the summary.
//!
//! Every line begins with a word of ours: build logs take commands from the start of a line,
//! blanks before it not counted.

use std::io;

use anstyle::{AnsiColor, Style as Ansi};

use super::escape::terminal;
use super::overview::{self, Line, Overview};
use super::words::{self, count, digits};
use super::{
    Against, Condition, Finding, Format, Mode, Outcome, Place, Report, Style, notices, state,
    summary, suppressed,
};
use crate::finding::{Class, Severity, Weight};
use crate::finding::{Field, Status};

/// Suppressions named before the rest is counted.
const SUPPRESSED_SHOWN: usize = 20;

/// Places shown before the rest is counted.
const PLACES_SHOWN: usize = 3;

/// The report for people.
pub struct Human;

impl Format for Human {
    fn name(&self) -> &'static str {
        "human"
    }

    fn about(&self) -> &'static str {
        "for people at a terminal"
    }

    fn write(&self, report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        write(report, style, out)
    }
}

/// Writes the report: what fails first, then the rest, then what stands in pull-request refs
/// only, then the summary.
fn write(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint { on: style.color };
    let (new, old): (Vec<&Finding>, Vec<&Finding>) = report
        .suppressed
        .iter()
        .partition(|row| row.newly_suppressed());
    suppressed_lines(&new, style, out)?;
    if report.run.mode == Mode::Audit && report.summary.outcome != Outcome::Nothing && !style.quiet
    {
        writeln!(out, "{}\n", paint.with(bold(), &state::sentence(report)))?;
    }
    if let Some(against) = report.summary.against.as_ref().filter(|_| !style.quiet) {
        changes(against, &paint, out)?;
    }
    if let Some(overview) = overview::of(report, style) {
        arranged(&overview, style, &paint, out)?;
        if style.suppressed {
            suppressed_lines(&old, style, out)?;
        }
        notice_lines(report, style, &paint, out)?;
        return end(report, &paint, out);
    }
    let (pulls, rows): (Vec<&Finding>, Vec<&Finding>) = report
        .findings
        .iter()
        .partition(|row| words::only_in_pulls(row));
    for group in [rows, pulls] {
        let Some(first) = group.first() else { continue };
        if words::only_in_pulls(first) {
            let heading = "only in pull-request refs (kept by the host; rotating is what helps)";
            writeln!(out, "{}\n", paint.with(bold(), heading))?;
        }
        let (failing, others): (Vec<&Finding>, Vec<&Finding>) =
            group.into_iter().partition(|row| row.fails);
        let mut folded = false;
        for row in failing.into_iter().chain(others) {
            let fold = style.quiet || (row.class != Class::Credential && !row.fails);
            if folded && !fold {
                writeln!(out)?;
            }
            folded = fold;
            let text = if fold {
                one_line(row, &paint)
            } else {
                block(row, style, &paint)
            };
            out.write_all(text.as_bytes())?;
        }
        if folded {
            writeln!(out)?;
        }
    }
    if style.suppressed {
        suppressed_lines(&old, style, out)?;
    }
    notice_lines(report, style, &paint, out)?;
    if style.quiet {
        for line in summary::gaps(report, Weight::Failed) {
            writeln!(out, "{line}")?;
        }
        return writeln!(out, "{}", summary::verdict(report));
    }
    end(report, &paint, out)
}

/// What changed since an earlier report.
fn changes(against: &Against, paint: &Paint, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}", paint.with(bold(), &words::against(against)))?;
    for note in &against.notes {
        writeln!(out, "  note: {}", terminal(note))?;
    }
    for change in &against.changes {
        writeln!(out, "  {}", terminal(&words::change(change)))?;
    }
    writeln!(out)
}

/// A long list: the answer, what to look at first, then a line each.
fn arranged(
    overview: &Overview<'_>,
    style: Style,
    paint: &Paint,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for line in &overview.head {
        writeln!(out, "{}", paint.with(bold(), line))?;
    }
    // Blocks of eight lines each would push the answer's end off the first screen.
    for row in &overview.first {
        let line = Line {
            row,
            alike: 0,
            places: row.places.len().saturating_sub(1),
        };
        writeln!(
            out,
            "  {} {}  {}",
            paint.with(severity_style(row.severity), row.severity.name()),
            terminal(&row.name),
            listed(&line, paint)
        )?;
    }
    writeln!(out)?;
    for row in &overview.first {
        out.write_all(block(row, style, paint).as_bytes())?;
    }
    for group in &overview.groups {
        writeln!(out, "{}", paint.with(bold(), &terminal(&group.heading)))?;
        for line in &group.shown {
            writeln!(out, "  {}", listed(line, paint))?;
        }
        if group.more > 0 {
            let more = digits(group.more as u64);
            writeln!(
                out,
                "  and {more} more; `-v` lists all, `--output json=FILE` holds them"
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// `at tests/ca.key:1:1 and 2 more places  since 2010-05-27, removed 2015-03-21  id 42c6ca14`.
fn listed(line: &Line<'_>, paint: &Paint) -> String {
    let row = line.row;
    let at = row
        .first_place()
        .map(|place| terminal(&words::position(place)))
        .unwrap_or_default();
    let more = match (line.alike, line.places) {
        (0, 0) => String::new(),
        (0, places) => format!(" and {}", count(places as u64, "more place", "more places")),
        (alike, _) => format!(" and {} more in this file", digits(alike as u64)),
    };
    let key = row
        .key
        .as_ref()
        .map(|key| format!("  in {}", terminal(key.as_str())))
        .unwrap_or_default();
    let life = overview::life(row);
    let gap = if life.is_empty() { "" } else { "  " };
    let id = format!("id {}", row.id);
    format!("at {at}{more}{key}{gap}{life}  {}", paint.with(dim(), &id))
}

fn end(report: &Report, paint: &Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let lines = summary::lines(report);
    let Some((last, rest)) = lines.split_last() else {
        return Ok(());
    };
    for line in rest {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{}", paint.with(bold(), last))
}

/// Suppressed results, a line each; of many only the first, unless all are wanted.
fn suppressed_lines(rows: &[&Finding], style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let shown = match style.verbose || style.suppressed {
        true => rows.len(),
        false => SUPPRESSED_SHOWN,
    };
    for row in rows.iter().take(shown) {
        writeln!(out, "{}", terminal(&suppressed::line(row)))?;
    }
    let more = rows.len().saturating_sub(shown) as u64;
    if more > 0 {
        let what = count(more, "more suppression", "more suppressions");
        writeln!(out, "and {what}; --show-suppressed lists them")?;
    }
    match rows.is_empty() {
        true => Ok(()),
        false => writeln!(out),
    }
}

/// Notices, a line each: `high: The entry … ended.  tokens.toml:3  (register/expired)`.
fn notice_lines(
    report: &Report,
    style: Style,
    paint: &Paint,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let shown = notices::shown(report, style);
    for notice in report.notices.iter().take(shown) {
        let at = notice.position().map(|at| format!("  {}", terminal(&at)));
        let about = format!("({})", terminal(&notices::about(notice)));
        writeln!(
            out,
            "{}: {}{}  {}",
            paint.with(severity_style(notice.severity), notice.severity.name()),
            terminal(notice.message.as_str()),
            at.unwrap_or_default(),
            paint.with(dim(), &about)
        )?;
    }
    let more = report.notices.len() - shown;
    if more > 0 {
        let what = count(more as u64, "more notice", "more notices");
        writeln!(out, "and {what}; `-v` lists all")?;
    }
    match report.notices.is_empty() {
        true => Ok(()),
        false => writeln!(out),
    }
}

/// Colours, or none.
struct Paint {
    on: bool,
}

impl Paint {
    fn with(&self, style: Ansi, text: &str) -> String {
        match self.on {
            true => format!("{}{text}{}", style.render(), style.render_reset()),
            false => text.to_owned(),
        }
    }
}

fn bold() -> Ansi {
    Ansi::new().bold()
}

fn dim() -> Ansi {
    Ansi::new().dimmed()
}

fn severity_style(severity: Severity) -> Ansi {
    let color = match severity {
        Severity::Critical => AnsiColor::Magenta,
        Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low => AnsiColor::Blue,
        Severity::Info => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

/// `info: AWS access key id, sample  AKIA…  docs/x.md:3:1  id 0123abcd`.
fn one_line(row: &Finding, paint: &Paint) -> String {
    let sample = match row.class {
        Class::Sample => ", sample",
        Class::Protected => ", ciphertext or digest",
        Class::Credential => "",
    };
    let at = row
        .first_place()
        .map(|place| terminal(&words::position(place)))
        .unwrap_or_default();
    let more = match row.places.len() {
        0 | 1 => String::new(),
        n => format!(" and {}", count(n as u64 - 1, "more place", "more places")),
    };
    format!(
        "{}: {}{sample}  {}  {at}{more}  id {}\n",
        paint.with(severity_style(row.severity), row.severity.name()),
        terminal(&row.name),
        terminal(row.value.as_deref().unwrap_or(&row.shown)),
        row.id
    )
}

fn block(row: &Finding, style: Style, paint: &Paint) -> String {
    let mut out = String::new();
    let fails = if row.fails { "" } else { ", does not fail" };
    let sample = match row.class {
        Class::Sample => ", sample",
        Class::Protected => ", ciphertext or digest",
        Class::Credential => "",
    };
    out.push_str(&format!(
        "{}: {}  {}\n",
        paint.with(severity_style(row.severity), row.severity.name()),
        paint.with(bold(), &terminal(&row.name)),
        paint.with(
            dim(),
            &format!(
                "{}, {} confidence{sample}{fails}",
                terminal(&row.reported),
                row.confidence.name()
            )
        )
    ));
    let mut line = |label: &str, text: String| {
        out.push_str(&format!(
            "  {} {text}\n",
            paint.with(dim(), &format!("{label:<7}"))
        ));
    };
    let key = row
        .key
        .as_ref()
        .map(|key| format!("  in {}", terminal(key.as_str())))
        .unwrap_or_default();
    let value = terminal(row.value.as_deref().unwrap_or(&row.shown));
    line("value", format!("{value}{key}"));
    places(row, style, &mut line);
    let parts = match style.verbose {
        true => row.parts.len(),
        false => PLACES_SHOWN,
    };
    for part in row.parts.iter().take(parts) {
        let (name, shown) = (terminal(&part.name), terminal(&part.shown));
        let at = terminal(&words::position(&part.place));
        line("with", format!("{shown}  {name}  {at}  id {}", part.id));
    }
    let more = row.parts.len().saturating_sub(parts) as u64;
    if more > 0 {
        line("with", count(more, "more part", "more parts"));
    }
    if let Some(timeline) = &row.timeline {
        line(
            "since",
            terminal(words::lifetime(timeline).trim_start_matches("since ")),
        );
        line(
            "commit",
            format!("\"{}\"", terminal(timeline.first.subject.as_str())),
        );
    }
    life(row, &mut line);
    match style.verbose {
        true => row
            .conditions
            .iter()
            .for_each(|it| line("stale", traced(it))),
        false => words::condition(row)
            .into_iter()
            .for_each(|it| line("stale", it)),
    }
    if style.verbose {
        evidence(row, &mut line);
    }
    if let Some(rotate) = &row.rotate {
        line("rotate", terminal(rotate));
    }
    if let Some(console) = &row.console {
        line("console", terminal(console));
    }
    line("id", row.id.clone());
    out.push('\n');
    out
}

fn places(row: &Finding, style: Style, line: &mut impl FnMut(&str, String)) {
    let shown = match style.verbose {
        true => row.places.len(),
        false => PLACES_SHOWN,
    };
    for (n, place) in row.places.iter().take(shown).enumerate() {
        let label = if n == 0 { "at" } else { "also at" };
        line(
            label,
            format!("{}{}", terminal(&words::position(place)), about(row, place)),
        );
        if n == 0 && style.terminal && !place.line.as_str().is_empty() {
            let text = place.line.as_str().replace('\t', "  ");
            line("line", format!("| {}", terminal(text.trim_end())));
        }
    }
    let more = row.places.len().saturating_sub(shown);
    if more > 0 {
        line("and", count(more as u64, "more place", "more places"));
    }
}

/// What is worth saying about a place beside its position.
fn about(row: &Finding, place: &Place) -> String {
    let mut parts = Vec::new();
    if let Some(cause) = &place.suppressed {
        parts.push(format!(
            "allowed here {}",
            terminal(&suppressed::why(cause))
        ));
    }
    if let Some(reach) = &place.only_in {
        parts.push(match reach.as_str() {
            "unreachable" => "reached by no ref".to_owned(),
            reach => format!("only in {}", terminal(reach)),
        });
    }
    if place.at_head == Some(false) && row.timeline.is_some() && row.stands() {
        parts.push("not at HEAD".to_owned());
    }
    // Of a range, which has no timeline.
    if place.at_head == Some(false) && row.timeline.is_none() && !place.message {
        parts.push("removed again".to_owned());
    }
    if place.versions > 1 {
        parts.push(format!(
            "in {}",
            count(place.versions.into(), "version", "versions")
        ));
    }
    if place.times_introduced > 1 {
        parts.push(format!("introduced {} times", place.times_introduced));
    }
    // The first introduction of all is told in the timeline.
    let first = row.timeline.as_ref().map(|t| t.first.id.as_str());
    if let Some(commit) = place
        .introduced
        .as_ref()
        .filter(|c| Some(c.id.as_str()) != first)
    {
        parts.push(format!("from {}", terminal(&words::commit(commit))));
    }
    match parts.is_empty() {
        true => String::new(),
        false => format!("  ({})", parts.join(", ")),
    }
}

fn life(row: &Finding, line: &mut impl FnMut(&str, String)) {
    if let Some(status) = words::status(&row.status) {
        line("status", status);
    }
    if let Some(slot) = words::slot(row) {
        line("slot", terminal(&slot));
    }
    for fact in &row.facts {
        // The end of validity is the status already, the line of the history says since when and
        // until when, and that of the slot what stood there before and after.
        let said = match fact.field {
            Field::Expires => row.status != Status::Unknown,
            Field::FirstSeen | Field::Removed => true,
            Field::Rotations | Field::Rotated | Field::RotatedBy => true,
            Field::Replaced | Field::ReplacedBy | Field::Revocation => true,
            _ => false,
        };
        if said {
            continue;
        }
        let value = match fact.time {
            Some(time) => words::date(time),
            None => terminal(fact.value.as_str()),
        };
        line(
            "fact",
            format!(
                "{} {value} ({}, from {})",
                fact.field.name(),
                fact.certainty.name(),
                fact.source.name()
            ),
        );
    }
}

/// A condition with the facts that it stands on, and who set the limit that it exceeds.
fn traced(it: &Condition) -> String {
    let facts: Vec<&str> = it.facts.iter().map(|field| field.name()).collect();
    let facts = match facts.is_empty() {
        true => "its places".to_owned(),
        false => facts.join(", "),
    };
    let policy = it
        .policy
        .as_ref()
        .map(|policy| format!("; limit: {}", terminal(policy.as_str())));
    let policy = policy.unwrap_or_default();
    format!("{}: {} (from {facts}{policy})", it.id.name(), it.message)
}

fn evidence(row: &Finding, line: &mut impl FnMut(&str, String)) {
    if !row.evidence.checks.is_empty() {
        let checks: Vec<String> = row
            .evidence
            .checks
            .iter()
            .map(|check| {
                let how = if check.passed { "passed" } else { "failed" };
                format!("{} {how}", check.name)
            })
            .collect();
        line("checks", checks.join(", "));
    }
    if !row.evidence.reasons.is_empty() {
        line("because", row.evidence.reasons.join(", "));
    }
    if !row.evidence.layers.is_empty() {
        line("inside", row.evidence.layers.join(" in "));
    }
    if !row.evidence.also.is_empty() {
        let also: Vec<String> = row.evidence.also.iter().map(|id| terminal(id)).collect();
        line("fits", also.join(", "));
    }
}
