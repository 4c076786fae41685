//! What a git hook says: at most six lines a credential, and once at the end how to skip. Silent
//! when there is nothing to say.
//!
//! No line can be taken for a command of a build log, as in the report for people.

use std::io;

use super::block::{self, RotationSteps};
use super::escape::{line_start, terminal};
use super::paint::Paint;
use super::words::{self, count};
use super::{Finding, Format, Mode, Outcome, Place, Report, Style, advice, summary, suppressed};
use crate::finding::Weight;

/// Credentials shown in full; the rest are a line each.
const BLOCKS: usize = 20;

/// What a git hook says. Users do not choose it, so it is not in the list.
pub struct Hook;

impl Format for Hook {
    fn name(&self) -> &'static str {
        "hook"
    }

    fn about(&self) -> &'static str {
        "what a git hook says"
    }

    fn links(&self, _: Style) -> bool {
        false
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        let at = match report.run.mode {
            Mode::Range => At::Push,
            _ => At::Commit,
        };
        write(report, at, out)
    }
}

/// What a hook says to those who push to the repository that it runs in. Users do not choose it, so it
/// is not in the list.
pub struct PreReceive;

impl Format for PreReceive {
    fn name(&self) -> &'static str {
        "pre-receive"
    }

    fn about(&self) -> &'static str {
        "what a pre-receive hook says"
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        write(report, At::Server, out)
    }
}

/// Where somebody is stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Commit,
    Push,
    /// At the server that is pushed to, where nobody who pushes can skip the hook.
    Server,
}

impl At {
    /// What is stopped.
    fn act(self) -> &'static str {
        match self {
            At::Commit => "commit",
            At::Push | At::Server => "push",
        }
    }

    /// The end of the last line: how to go on.
    fn way_out(self) -> String {
        match self {
            At::Server => "This server takes none of it until that is done".to_owned(),
            _ => format!("To skip: git {} --no-verify, or SKIP=keysweep", self.act()),
        }
    }
}

/// Writes the message.
fn write(report: &Report, at: At, out: &mut dyn io::Write) -> io::Result<()> {
    // What a change allows is its author's own doing, so it is told only when it stops him.
    for row in report.failing_suppressions() {
        writeln!(out, "{}", terminal(&suppressed::line(row)))?;
    }
    let (failing, others): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|row| row.fails);
    let mut steps = RotationSteps::default();
    for (index, row) in failing.iter().enumerate() {
        let text = match index < BLOCKS {
            true => block(row, at, &mut steps),
            false => line(row),
        };
        out.write_all(text.as_bytes())?;
    }
    for row in others {
        out.write_all(format!("does not stop you: {}", line(row)).as_bytes())?;
    }
    for notice in &report.notices {
        let said = if notice.fails {
            ""
        } else {
            "does not stop you: "
        };
        let place = notice.position().unwrap_or_default();
        let text = terminal(&format!("{}  {place}", notice.message.as_str()));
        writeln!(out, "{said}{}: {}", notice.severity.name(), text.trim_end())?;
    }
    if let Some(what) = words::folded(report) {
        writeln!(out, "does not stop you: {what}")?;
    }
    for gap in summary::gaps(report, Weight::Scope) {
        writeln!(out, "{gap}")?;
    }
    ending(report, at, out)
}

/// What stops, and how to go on all the same.
fn ending(report: &Report, at: At, out: &mut dyn io::Write) -> io::Result<()> {
    let (act, way_out) = (at.act(), at.way_out());
    match report.summary.outcome {
        Outcome::Clean | Outcome::Passes => Ok(()),
        // Deletions and merges have nothing to look at, and that is usual.
        Outcome::Nothing => Ok(()),
        Outcome::Fails => {
            let n = report.summary.failing;
            let refused = report.failing_suppressions().count();
            let stops = |n: usize, one: &str, many: &str| match n {
                0 => None,
                1 => Some(format!("1 {one} stops")),
                n => Some(format!("{} stop", count(n as u64, one, many))),
            };
            let what: Vec<String> = [
                stops(n.saturating_sub(refused), "credential", "credentials"),
                stops(refused, "new suppression", "new suppressions"),
            ]
            .into_iter()
            .flatten()
            .collect();
            writeln!(out, "{} this {act}. {way_out}", what.join(" and "))
        }
        Outcome::Incomplete | Outcome::Interrupted => writeln!(
            out,
            "not everything was read, so this {act} is not known to be clean. {way_out}"
        ),
    }
}

/// `a.py:3:1: high: GitHub token  ghp_…  id 0123abcd`.
fn line(row: &Finding) -> String {
    let at = row.first_place().map(words::position).unwrap_or_default();
    format!(
        "{}: {}: {}  {}  id {}\n",
        line_start(&at),
        row.severity.name(),
        terminal(&row.name),
        terminal(row.value.as_deref().unwrap_or(&row.shown)),
        row.id
    )
}

/// What and where, the masked line, how to fix it here, how to rotate it, how to allow it. What is the same
/// for several is said once.
fn block(row: &Finding, stop: At, steps: &mut RotationSteps) -> String {
    let paint = Paint::plain();
    let place = row.first_place();
    let at = place.map(words::position).unwrap_or_default();
    let more = place.map_or(String::new(), |place| more(row, place));
    let mut out = format!(
        "{}: {}: {}{more}\n",
        line_start(&at),
        row.severity.name(),
        terminal(&row.name),
    );
    out.push_str(&block::line_of(row, &paint));
    let mut line = |label: &str, text: &str| out.push_str(&paint.labelled(label, text));
    if let Some(place) = place {
        let mut how = advice(place.path.as_str()).to_owned();
        if stop != At::Commit && !place.message {
            how.push_str("; then rewrite that commit (git rebase -i): one on top still pushes it");
        }
        line("fix", &how);
    }
    let none = row.rotate.is_none() && row.console.is_none();
    let rotate = match none {
        true => Some("make a new one where it was issued, and end this one there".to_owned()),
        false => steps.rotation(row),
    };
    if let Some(rotate) = rotate {
        line("rotate", &format!("if it was ever pushed: {rotate}"));
    }
    // What no file holds any more is only found where the commits are looked at.
    let gone = |place: &Place| place.message || place.at_head == Some(false);
    let history = match !row.places.is_empty() && row.places.iter().all(gone) {
        true => " --history",
        false => "",
    };
    let merged = match stop {
        At::Server => ", and first push what that writes to the default branch",
        _ => "",
    };
    line(
        "allow",
        &format!(
            "if it is no secret: keysweep allow {}{history}{merged}",
            row.id
        ),
    );
    out
}

/// ` in commit 0123456789, removed again later, and 2 more places`: what there is to say besides the place.
fn more(row: &Finding, place: &Place) -> String {
    let mut out = String::new();
    if let Some(commit) = &place.introduced {
        out.push_str(&format!(" in commit {}", words::short(&commit.id)));
    }
    if place.at_head == Some(false) && !place.message {
        out.push_str(", removed again later");
    }
    let more = row.places.len().saturating_sub(1) as u64;
    if more > 0 {
        out.push_str(&format!(
            ", and {}",
            count(more, "more place", "more places")
        ));
    }
    out
}
