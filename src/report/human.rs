//! The report for people: one block a credential, folded samples, and the summary.
//!
//! Every line begins with a word of ours or with a path that cannot be taken for a command: build logs take
//! commands from the start of a line, blanks before it not counted.

use std::io;

use super::block::{self, RotationSteps, block};
use super::code;
use super::escape::terminal;
use super::overview::{self, Line, Overview};
use super::paint::{Paint, bold, dim, fold, severity_style};
use super::words::{self, count, digits};
use super::{
    Against, Finding, Format, Mode, Outcome, Report, Style, notices, state, summary, suppressed,
};
use crate::finding::{Class, Weight};

/// Suppressions named before the rest is counted.
const SUPPRESSED_SHOWN: usize = 20;

/// The report for people.
pub struct Human;

impl Format for Human {
    fn name(&self) -> &'static str {
        "human"
    }

    fn about(&self) -> &'static str {
        "for people at a terminal"
    }

    fn links(&self, style: Style) -> bool {
        style.links()
    }

    fn write(&self, report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        write(report, style, out)
    }
}

/// Writes the report: what fails first, then the rest, then what stands in pull-request refs
/// only, then the summary.
fn write(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint::new(style);
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
        arranged(&overview, &paint, out)?;
        if style.suppressed {
            suppressed_lines(&old, style, out)?;
        }
        notice_lines(report, style, &paint, out)?;
        return end(report, style, &paint, out);
    }
    blocks(report, style, &paint, out)?;
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
    end(report, style, &paint, out)
}

/// Each finding by itself.
fn blocks(report: &Report, style: Style, paint: &Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let mut steps = RotationSteps::default();
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
                one_line(row, paint)
            } else {
                block(row, style, paint, &mut steps)
            };
            out.write_all(text.as_bytes())?;
        }
        if folded {
            writeln!(out)?;
        }
    }
    Ok(())
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
fn arranged(overview: &Overview<'_>, paint: &Paint, out: &mut dyn io::Write) -> io::Result<()> {
    for line in &overview.head {
        writeln!(out, "{}", paint.with(bold(), line))?;
    }
    // One screen holds the answer: where each is and its line. `show` has the rest.
    for row in &overview.first {
        out.write_all(first(row, paint).as_bytes())?;
    }
    writeln!(out, "  keysweep show ID tells all about one\n")?;
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

/// `lib/app.ts:21:21: high: Private key  id 61c2dc21`, and the masked line below it.
fn first(row: &Finding, paint: &Paint) -> String {
    let place = row.first_place();
    let line = Line {
        row,
        alike: 0,
        places: row.places.len().saturating_sub(1),
    };
    let mut out = format!(
        "{}: {}: {}  {}\n",
        block::at(row, paint),
        paint.with(severity_style(row.severity), row.severity.name()),
        terminal(&row.name),
        rest(&line, paint)
    );
    if let Some(place) = place.filter(|place| code::is_text(place.line.as_str())) {
        out.push_str(&code::line(place.line.as_str(), &(0..0), "", paint));
    }
    out
}

/// `tests/ca.key:1:1: and 2 more places  since 2010-05-27, removed 2015-03-21  id 42c6ca14`.
fn listed(line: &Line<'_>, paint: &Paint) -> String {
    let at = block::at(line.row, paint);
    format!("{at}: {}", rest(line, paint))
}

/// What follows the place in a list: how many more, the name, the life, the id.
fn rest(line: &Line<'_>, paint: &Paint) -> String {
    let row = line.row;
    let more = match (line.alike, line.places) {
        (0, 0) => None,
        (0, places) => Some(format!(
            "and {}",
            count(places as u64, "more place", "more places")
        )),
        (alike, _) => Some(format!("and {} more in this file", digits(alike as u64))),
    };
    let key = row.key.as_ref();
    let key = key.map(|key| format!("in {}", terminal(key.as_str())));
    let life = Some(overview::life(row)).filter(|life| !life.is_empty());
    let id = paint.with(dim(), &format!("id {}", row.id));
    let parts: Vec<String> = [more, key, life, Some(id)].into_iter().flatten().collect();
    parts.join("  ")
}

fn end(report: &Report, style: Style, paint: &Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let lines = summary::lines(report);
    let Some((last, rest)) = lines.split_last() else {
        return Ok(());
    };
    let limits = summary::limits(report);
    let limits = limits.iter().filter(|_| style.verbose);
    for line in rest.iter().chain(limits) {
        for line in fold(line, style.width, 0) {
            writeln!(out, "{line}")?;
        }
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

/// `docs/x.md:3:1: info: AWS access key id, sample  AKIA…  id 0123abcd`.
fn one_line(row: &Finding, paint: &Paint) -> String {
    let more = match row.places.len() {
        0 | 1 => String::new(),
        n => format!("  and {}", count(n as u64 - 1, "more place", "more places")),
    };
    format!(
        "{}: {}: {}{}  {}{more}  id {}\n",
        block::at(row, paint),
        paint.with(severity_style(row.severity), row.severity.name()),
        terminal(&row.name),
        block::class(row),
        terminal(row.value.as_deref().unwrap_or(&row.shown)),
        row.id
    )
}
