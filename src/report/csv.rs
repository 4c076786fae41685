//! The inventory as a table for a spreadsheet: a line a credential (RFC 4180, with plain
//! line ends, which every spreadsheet reads).
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or a tab for a formula, so such text
//! gets an apostrophe before it, as spreadsheets themselves write it.

use std::io;

use super::escape::terminal;
use super::{Finding, Format, Listed, Notice, Report, Style, listed, words};
use crate::finding::Field;

/// Comma-separated values.
pub struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "the inventory for a spreadsheet"
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        let mut table = table(out);
        table.write_record(COLUMNS.iter().map(|(name, _)| *name))?;
        for row in &report.findings {
            table.write_record(COLUMNS.iter().map(|(_, of)| cell(&of(row))))?;
        }
        let mut line = |of: &dyn Fn(&str) -> String| {
            table.write_record(COLUMNS.iter().map(|(name, _)| cell(&of(name))))
        };
        for notice in &report.notices {
            line(&|name| noticed(notice, name))?;
        }
        for token in &report.listed {
            line(&|name| of_token(token, name))?;
        }
        // What was not read belongs to the inventory: a table without it would say that this is all.
        for gap in words::gaps(report) {
            line(&|name| match name {
                "rule" => "not-read".to_owned(),
                "name" => gap.line(),
                _ => String::new(),
            })?;
        }
        table.flush()
    }
}

/// Quotes where that is needed (RFC 4180), with plain line ends.
fn table(out: &mut dyn io::Write) -> csv::Writer<&mut dyn io::Write> {
    csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(out)
}

/// A column: its name, and what stands in it.
type Column = (&'static str, fn(&Finding) -> String);

/// The columns, in order. New ones come at the end: whoever reads by number keeps reading the same.
const COLUMNS: &[Column] = &[
    ("id", |row| row.fingerprint.to_string()),
    ("rule", |row| row.reported.clone()),
    ("name", |row| row.name.clone()),
    ("severity", |row| row.severity.name().to_owned()),
    ("confidence", |row| row.confidence.name().to_owned()),
    ("fails", |row| row.fails.to_string()),
    ("status", |row| words::status_name(&row.status).to_owned()),
    ("ends", |row| {
        row.status.end().map(words::date).unwrap_or_default()
    }),
    ("setting", |row| {
        row.key
            .as_ref()
            .map_or(String::new(), |key| key.as_str().to_owned())
    }),
    ("place", |row| {
        row.first_place()
            .map(words::raw_position)
            .unwrap_or_default()
    }),
    ("places", |row| row.places.len().to_string()),
    ("owner", |row| values(row, Field::Owner)),
    ("account", |row| values(row, Field::Account)),
    ("scope", |row| values(row, Field::Scope)),
    ("since", |row| moment(row, Field::FirstSeen)),
    ("by", |row| {
        let timeline = row.timeline.as_ref();
        timeline.map_or(String::new(), |timeline| {
            timeline.first.author.as_str().to_owned()
        })
    }),
    ("removed", |row| moment(row, Field::Removed)),
    ("at-head", |row| {
        row.timeline
            .as_ref()
            .map_or(String::new(), |timeline| timeline.at_head.to_string())
    }),
    ("rotations", |row| values(row, Field::Rotations)),
    ("rotated", |row| moment(row, Field::Rotated)),
    ("rotate", |row| row.rotate.clone().unwrap_or_default()),
    ("console", |row| row.console.clone().unwrap_or_default()),
    ("kind", |row| values(row, Field::Kind)),
    ("public-id", |row| values(row, Field::Id)),
    ("environment", |row| values(row, Field::Environment)),
    ("used-in", |row| values(row, Field::UsedIn)),
    ("conditions", |row| {
        let ids: Vec<&str> = row.conditions.iter().map(|it| it.id.name()).collect();
        ids.join("; ")
    }),
    ("backup", |row| values(row, Field::Backup)),
    ("purpose", |row| values(row, Field::Purpose)),
    ("most-urgent", |row| {
        row.condition()
            .map_or(String::new(), |it| it.message.clone())
    }),
    ("made-by", |row| values(row, Field::MadeBy)),
    ("last-used", |row| {
        match moment(row, Field::LastUsed).as_str() {
            "" => values(row, Field::LastUsed),
            day => day.to_owned(),
        }
    }),
    ("list", |row| values(row, Field::State)),
    ("listed-on", |_| String::new()),
    ("found-as", |_| String::new()),
    ("link", |row| {
        let place = row.first_place();
        place.and_then(|it| it.link.clone()).unwrap_or_default()
    }),
];

/// What a column says of a notice: it has no value, and so neither id nor life.
fn noticed(notice: &Notice, column: &str) -> String {
    match column {
        "rule" => notice.reported.clone(),
        "name" => notice.message.as_str().to_owned(),
        "severity" => notice.severity.name().to_owned(),
        "fails" => notice.fails.to_string(),
        "setting" => notice.subject.as_str().to_owned(),
        "place" => notice.position().unwrap_or_default(),
        _ => String::new(),
    }
}

/// What a column says of a token that a server lists: it has no place and no value.
fn of_token(token: &Listed, column: &str) -> String {
    let date = |at: Option<jiff::Timestamp>| at.map(words::date).unwrap_or_default();
    match column {
        "rule" => "listed".to_owned(),
        "name" => token.called().to_owned(),
        "status" => token.state.name().to_owned(),
        "ends" => listed::ends(token),
        "owner" => token.owner.as_str().to_owned(),
        "scope" => listed::scope(token),
        "since" => date(token.created),
        "public-id" => token.id.as_str().to_owned(),
        "kind" => token.kind.to_string(),
        "made-by" => token.made_by.as_str().to_owned(),
        "last-used" => listed::used(token),
        "list" => token.list.as_str().to_owned(),
        "listed-on" => date(token.taken),
        "found-as" => {
            let found: Vec<String> = token.findings.iter().map(|it| it.to_string()).collect();
            found.join("; ")
        }
        _ => String::new(),
    }
}

/// What the facts of a field say; several of one field with a semicolon between.
fn values(row: &Finding, field: Field) -> String {
    let values: Vec<&str> = row
        .facts_of(field)
        .map(|fact| fact.value.as_str())
        .collect();
    values.join("; ")
}

fn moment(row: &Finding, field: Field) -> String {
    let mut facts = row.facts_of(field);
    facts
        .find_map(|fact| fact.time)
        .map(words::date)
        .unwrap_or_default()
}

/// One cell: on one line, and no formula.
fn cell(text: &str) -> String {
    let mut text = terminal(text);
    // What `::` begins is a command to build logs, wherever a line begins with it.
    if text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '\t', ':'])
    {
        text.insert(0, '\'');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::{row, sample};
    use super::*;
    use crate::finding::Severity;

    #[test]
    fn cells_are_no_formulas_and_quoted_where_needed() {
        for (text, want) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("-2", "'-2"),
            ("@x", "'@x"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a\nb", "a\\u{a}b"),
        ] {
            let mut out = Vec::new();
            let mut table = table(&mut out);
            table.write_record([cell(text)]).expect("memory");
            table.flush().expect("memory");
            drop(table);
            assert_eq!(String::from_utf8(out).expect("UTF-8"), format!("{want}\n"));
        }
    }

    #[test]
    fn every_line_has_every_column() {
        let mut out = Vec::new();
        let report = Report {
            findings: vec![row("one", Severity::High), row("two", Severity::Low)],
            ..sample()
        };
        super::super::write(&Csv, &report, Style::default(), &mut out).expect("memory");
        let text = String::from_utf8(out).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        let gaps = words::gaps(&report).len();
        let tokens = report.listed.len();
        assert_eq!(lines.len(), 3 + tokens + gaps);
        assert!(
            gaps > 0 && lines[3 + tokens].starts_with(",not-read,"),
            "{text}"
        );
        for line in lines {
            // A comma inside quotes joins nothing.
            let outside = line.split('"').step_by(2);
            let commas: usize = outside.map(|part| part.matches(',').count()).sum();
            assert_eq!(commas, COLUMNS.len() - 1, "{line}");
        }
    }
}
