//! The comparison for people. Every line begins with a word of ours.

use std::io;

use super::{Changed, Comparison};
use crate::report::escape::terminal;
use crate::report::words::{self, count, digits};
use crate::report::{Finding, Place, notices, suppressed};

pub(super) fn write(of: &Comparison<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    for (heading, findings) in [("new", &of.appeared), (gone(of), &of.gone)] {
        for finding in findings {
            writeln!(out, "{heading}: {}", line(finding))?;
        }
    }
    for changed in &of.changed {
        writeln!(out, "changed: {}", line(changed.finding))?;
        for difference in differences(changed) {
            writeln!(out, "  {}", terminal(&difference))?;
        }
    }
    for (heading, notices) in [("new", &of.notices_appeared), (gone(of), &of.notices_gone)] {
        for notice in notices {
            let at = notice.position().unwrap_or_default();
            let text = format!("{}  {at}", notice.message.as_str());
            let about = terminal(&notices::about(notice));
            let severity = notice.severity.name();
            writeln!(out, "{heading}: {severity}: {}  ({about})", terminal(&text))?;
        }
    }
    for note in &of.notes {
        writeln!(out, "note: {}", terminal(note))?;
    }
    let fails = match of.summary.failing {
        0 => "nothing fails that did not before".to_owned(),
        1 => "1 fails that did not before".to_owned(),
        n => format!("{} fail that did not before", digits(n as u64)),
    };
    let part = |n: usize, what: &str| format!("{} {what}", digits(n as u64));
    writeln!(
        out,
        "{}, {}, {}, {}; {fails}",
        part(of.summary.appeared, "new"),
        part(of.summary.gone, gone(of)),
        part(of.summary.changed, "changed"),
        part(of.summary.unchanged, "still there as they were"),
    )
}

/// Nothing is called gone that may only not have been looked at.
fn gone(of: &Comparison<'_>) -> &'static str {
    match of.summary.gone_is_certain {
        true => "gone",
        false => "not seen",
    }
}

/// `high, fails: GitHub token  ghp_…  a.py:3:1 and 2 more places  id 0123abcd`.
fn line(finding: &Finding) -> String {
    let fails = match (&finding.suppressed, finding.fails) {
        (_, true) => ", fails",
        (Some(_), false) => ", suppressed",
        (None, false) => "",
    };
    let at = finding.first_place().map(words::position);
    let more = match finding.places.len() {
        0 | 1 => String::new(),
        n => format!(" and {}", count(n as u64 - 1, "more place", "more places")),
    };
    format!(
        "{}{fails}: {}  {}  {}{more}  id {}",
        finding.severity.name(),
        terminal(&finding.name),
        terminal(&finding.shown),
        terminal(&at.unwrap_or_default()),
        terminal(&finding.id)
    )
}

/// `severity: high, was low`, a line each.
fn differences(changed: &Changed<'_>) -> Vec<String> {
    let (before, finding) = (changed.before, changed.finding);
    let mut out = Vec::new();
    for (name, change) in &changed.members {
        let (old, new) = match name.as_str() {
            "status" => (status(before), status(finding)),
            "suppressed" => (hidden(before), hidden(finding)),
            "timeline" => (life(before), life(finding)),
            "facts" => (facts(before), facts(finding)),
            _ => (plain(&change.old), plain(&change.new)),
        };
        out.push(format!("{name}: {new}, was {old}"));
    }
    let place = |place: &&Place| words::position(place);
    let added = changed.places_added.iter().map(place);
    out.extend(added.map(|at| format!("also at {at}")));
    let removed = changed.places_removed.iter().map(place);
    out.extend(removed.map(|at| format!("no longer at {at}")));
    out
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

fn status(of: &Finding) -> String {
    words::status(&of.status).unwrap_or_else(|| "unknown".to_owned())
}

fn hidden(of: &Finding) -> String {
    let cause = of.suppressed.as_ref().map(suppressed::why);
    cause.unwrap_or_else(|| "no".to_owned())
}

fn life(of: &Finding) -> String {
    let timeline = of.timeline.as_ref().map(words::lifetime);
    timeline.unwrap_or_else(|| "not known".to_owned())
}

fn facts(of: &Finding) -> String {
    let fact =
        |fact: &crate::report::Fact| format!("{} {}", fact.field.name(), fact.value.as_str());
    let facts: Vec<String> = of.facts.iter().map(fact).collect();
    match facts.is_empty() {
        true => "none".to_owned(),
        false => facts.join("; "),
    }
}
