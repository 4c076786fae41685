//! The report as Markdown, for a step summary or a comment: totals, a table of what was found with links, and
//! folds with the rest of each result and the summary of the run.
//!
//! Scanned text stands in code spans only, so that it is no link, no mention and no HTML. The
//! result is bounded: a host refuses summaries over 1,024 KiB.

use std::io;

use super::cut::{self, Item};
use super::escape::{code_span, markdown_text, uri};
use super::words::{self, count};
use super::{Finding, Format, Mode, Notice, Place, Report, Style, notices, summary, suppressed};
use crate::finding::Class;

/// Results listed; the others are counted.
const ROWS_MAX: usize = 200;

/// New suppressions listed; the others are counted.
const NEW_MAX: usize = 50;

/// Notices listed; the others are counted.
const NOTICES_MAX: usize = 50;

/// Places listed of each.
const PLACES_MAX: usize = 3;

/// Bytes of the list, after which the rest is counted.
const BYTES_MAX: usize = 700 << 10;

/// Code points kept of a foreign text.
const TEXT_MAX: usize = 300;

/// Markdown.
pub struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "Markdown, for a step summary or a comment"
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        write(report, out)
    }
}

/// Writes the report: totals, what the change itself suppresses, then results worst first, then the summary.
fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "## keysweep: {}\n", summary::verdict(report))?;
    if let Some(counts) = summary::counts(report) {
        writeln!(out, "**{counts}**\n")?;
    }
    if let Some(against) = &report.summary.against {
        writeln!(out, "{}\n", markdown_text(&words::against(against)))?;
        for change in against.changes.iter().take(NEW_MAX) {
            writeln!(out, "- {}", code(&words::change(change)))?;
        }
        let left = against.changes.len().saturating_sub(NEW_MAX) as u64;
        if left > 0 {
            let what = count(left, "more change", "more changes");
            writeln!(out, "- and {what}, in the JSON report")?;
        }
        writeln!(out)?;
    }
    let new = report
        .suppressed
        .iter()
        .filter(|row| row.newly_suppressed());
    for row in new.clone().take(NEW_MAX) {
        writeln!(out, "- {}", code(&suppressed::line(row)))?;
    }
    let left = new.count().saturating_sub(NEW_MAX);
    if left > 0 {
        let what = count(left as u64, "more new suppression", "more new suppressions");
        writeln!(out, "- and {what}, in the JSON report")?;
    }
    notice_items(&report.notices, out)?;
    results(report, out)?;
    writeln!(
        out,
        "<details>\n<summary>What was read</summary>\n\n```text"
    )?;
    for line in summary::lines(report) {
        // A fence ends only at the beginning of a line, and each line begins with words of ours.
        writeln!(out, "{}", short(&line, 2_000))?;
    }
    writeln!(out, "```\n\n</details>")
}

/// The results: a table with a line each, and in a fold all that is told of each.
fn results(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    let (mut table, mut folded) = (String::new(), String::new());
    let mut listed = 0;
    for (row, alike) in rows(report).into_iter().take(ROWS_MAX) {
        let line = table_row(row, alike, report.run.mode);
        let mut text = item(row, report.run.mode);
        if let Some(more) = words::alike(alike) {
            text.push_str(&format!("  - {more}\n"));
        }
        if table.len() + folded.len() + line.len() + text.len() > BYTES_MAX {
            break;
        }
        table.push_str(&line);
        folded.push_str(&text);
        listed += 1 + alike;
    }
    if listed > 0 {
        write!(
            out,
            "\n| severity | result | place | id |\n|---|---|---|---|\n{table}"
        )?;
    }
    let left = report.findings.len() - listed;
    if left > 0 {
        writeln!(
            out,
            "\nand {}, in the JSON report",
            count(left as u64, "more result", "more results")
        )?;
    }
    if listed > 0 {
        write!(
            out,
            "\n<details>\n<summary>Places, life and rotation of each</summary>\n\n{folded}\n</details>\n\n"
        )?;
    }
    Ok(())
}

/// `| **high** | GitHub token | [src/a.py:1:2](…) and 1 more place | 22c4cf81 |`: bold is what fails.
fn table_row(row: &Finding, alike: usize, mode: Mode) -> String {
    let severity = match row.fails {
        true => format!("**{}**", row.severity.name()),
        false => row.severity.name().to_owned(),
    };
    let place = row.first_place().map(|place| at(place, mode));
    let more = row.places.len().saturating_sub(1) as u64;
    let more = (more > 0).then(|| count(more, "more place", "more places"));
    let alike = words::alike(alike);
    let place: Vec<String> = place.into_iter().chain(more).chain(alike).collect();
    let name = markdown_text(&short(&row.name, TEXT_MAX));
    let cells = [
        severity,
        name + class(row),
        place.join(", "),
        format!("`{}`", row.id),
    ];
    // A bar ends a cell even inside of a code span, and backslashes before it are counted differently by
    // every reader: here another sign stands for it, and the fold below has the text as it is.
    let cells = cells.map(|cell| cell.replace("\\|", "¦").replace('|', "¦"));
    format!("| {} |\n", cells.join(" | "))
}

/// What a result is besides a credential that fails.
fn class(row: &Finding) -> &'static str {
    match (row.fails, row.class) {
        (true, _) => "",
        (false, Class::Sample) => ", sample",
        (false, Class::Protected) => ", ciphertext or digest",
        (false, Class::Credential) => ", does not fail",
    }
}

/// Notices, an item each.
fn notice_items(all: &[Notice], out: &mut dyn io::Write) -> io::Result<()> {
    for notice in all.iter().take(NOTICES_MAX) {
        let at = notice.position().map(|at| format!(", {}", code(&at)));
        writeln!(
            out,
            "- **{}** {} ({}{})",
            notice.severity.name(),
            code(notice.message.as_str()),
            markdown_text(&notices::about(notice)),
            at.unwrap_or_default()
        )?;
    }
    match all.len().saturating_sub(NOTICES_MAX) as u64 {
        0 => Ok(()),
        more => {
            let what = count(more, "more notice", "more notices");
            writeln!(out, "- and {what}, in the JSON report")
        }
    }
}

/// The results as they are listed, with how many others each speaks for: all of them in the order
/// of the report, or, where there are too many, in the order in which they may be cut.
fn rows(report: &Report) -> Vec<(&Finding, usize)> {
    if report.findings.len() <= ROWS_MAX {
        return report.findings.iter().map(|row| (row, 0)).collect();
    }
    let items = report.findings.iter().filter_map(|row| {
        let place = row.first_place()?;
        Some(Item {
            row,
            place,
            present: place.is_present(report.run.mode),
            with: (),
        })
    });
    let folded = cut::arrange(items.collect()).into_iter();
    folded
        .map(|folded| (folded.first.row, folded.alike.len()))
        .collect()
}

fn item(row: &Finding, mode: Mode) -> String {
    let fails = class(row);
    let key = row
        .key
        .as_ref()
        .map(|key| format!(" in {}", code(key.as_str())))
        .unwrap_or_default();
    let mut out = format!(
        "- **{}** {} {}{key} ({} confidence{fails})\n",
        row.severity.name(),
        markdown_text(&row.name),
        code(row.value.as_deref().unwrap_or(&row.shown)),
        row.confidence.name(),
    );
    let mut line = |text: String| out.push_str(&format!("  - {text}\n"));
    for place in row.places.iter().take(PLACES_MAX) {
        line(at(place, mode));
    }
    let more = row.places.len().saturating_sub(PLACES_MAX) as u64;
    if more > 0 {
        line(count(more, "more place", "more places"));
    }
    if let Some(timeline) = &row.timeline {
        line(code(&words::lifetime(timeline)));
    }
    if let Some(status) = words::status(&row.status) {
        line(status);
    }
    words::failing_conditions(row).for_each(&mut line);
    if let Some(rotate) = &row.rotate {
        line(format!("rotate: {}", markdown_text(rotate)));
    }
    line(format!("{}, id `{}`", code(&row.reported), row.id));
    out
}

fn at(place: &Place, mode: Mode) -> String {
    let gone = match (place.at_head, mode) {
        (Some(false), Mode::Range) => ", removed again: rotate it, it was published",
        (Some(false), _) => ", not at HEAD",
        _ => "",
    };
    let commit = match &place.introduced {
        Some(commit) if mode == Mode::Range => format!(" in `{}`", words::short(&commit.id)),
        _ => String::new(),
    };
    let at = code(&words::position(place));
    // A page is made of an encoded address, in which nothing means anything to Markdown but brackets.
    let at = match place
        .link
        .as_ref()
        .filter(|page| page.starts_with("https://"))
    {
        Some(page) => format!("[{at}](<{}>)", uri(page, false)),
        None => at,
    };
    format!("{at}{commit}{gone}")
}

fn code(text: &str) -> String {
    code_span(&short(text, TEXT_MAX))
}

fn short(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}
