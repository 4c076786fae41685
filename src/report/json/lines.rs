//! JSON lines: the run, its findings, what was skipped, the summary. A file without a last line of
//! type `summary` was cut off.

use std::borrow::Cow;
use std::io;

use serde::{Deserialize, Serialize};

use super::super::escape::json_line;
use super::super::{Finding, Listed, Notice, Report, Run, SchemaVersion, Skipped, Summary};

/// One line: its type, and the one member that has the name of the type.
#[derive(Serialize, Deserialize)]
pub struct Line<'a> {
    schema_version: SchemaVersion,
    /// What the line holds.
    #[serde(rename = "type")]
    pub holds: Holds,
    /// Of the type `run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Cow<'a, Run>>,
    /// Of the type `finding`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Cow<'a, Finding>>,
    /// Of the type `suppressed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Cow<'a, Finding>>,
    /// Of the type `notice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Cow<'a, Notice>>,
    /// Of the type `listed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<Cow<'a, Listed>>,
    /// Of the type `skipped`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Cow<'a, Skipped>>,
    /// Of the type `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Cow<'a, Summary>>,
}

/// The types of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// What was done; the first line.
    Run,
    /// A result.
    Finding,
    /// A result of which every place is suppressed.
    Suppressed,
    /// A result about what is no value in the files.
    Notice,
    /// A token that a server lists.
    Listed,
    /// What was not read.
    Skipped,
    /// How it ended; the last line.
    Summary,
}

impl Holds {
    /// All types with the definitions of the schema that their members keep to.
    pub const ALL: [(&'static str, &'static str); 7] = [
        ("run", "run"),
        ("finding", "finding"),
        ("suppressed", "finding"),
        ("notice", "notice"),
        ("listed", "listed"),
        ("skipped", "skipped"),
        ("summary", "summary"),
    ];
}

impl Line<'_> {
    fn empty(holds: Holds) -> Self {
        Line {
            schema_version: SchemaVersion,
            holds,
            run: None,
            finding: None,
            suppressed: None,
            notice: None,
            listed: None,
            skipped: None,
            summary: None,
        }
    }
}

/// Writes a report without its rules: findings carry what is needed of them.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut line = |line: Line<'_>| json_line(&line, out);
    line(Line {
        run: Some(Cow::Borrowed(&report.run)),
        ..Line::empty(Holds::Run)
    })?;
    for finding in &report.findings {
        line(Line {
            finding: Some(Cow::Borrowed(finding)),
            ..Line::empty(Holds::Finding)
        })?;
    }
    for finding in &report.suppressed {
        line(Line {
            suppressed: Some(Cow::Borrowed(finding)),
            ..Line::empty(Holds::Suppressed)
        })?;
    }
    for notice in &report.notices {
        line(Line {
            notice: Some(Cow::Borrowed(notice)),
            ..Line::empty(Holds::Notice)
        })?;
    }
    for listed in &report.listed {
        line(Line {
            listed: Some(Cow::Borrowed(listed)),
            ..Line::empty(Holds::Listed)
        })?;
    }
    for skipped in &report.skipped {
        line(Line {
            skipped: Some(Cow::Borrowed(skipped)),
            ..Line::empty(Holds::Skipped)
        })?;
    }
    line(Line {
        summary: Some(Cow::Borrowed(&report.summary)),
        ..Line::empty(Holds::Summary)
    })
}
