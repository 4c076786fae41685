//! JUnit XML, which the test views of Jenkins, Azure Pipelines, GitLab, CircleCI and others read: a finding is
//! a test case that fails, or one that is skipped where it does not fail.

use std::io;

use super::escape::{line_start, xml};
use super::words::{self, Gap};
use super::{Finding, Format, Notice, Report, Style, notices, summary};
use crate::finding::Weight;

/// JUnit XML.
pub struct Junit;

impl Format for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn about(&self) -> &'static str {
        "JUnit XML, for the test view of a CI server"
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        let cases = cases(report);
        let number = |of: Kind| cases.iter().filter(|case| case.kind == of).count();
        let counts = format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\"",
            cases.len(),
            number(Kind::Failure),
            number(Kind::Error),
            number(Kind::Skipped),
        );
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(out, "<testsuites name=\"keysweep\" {counts}>")?;
        writeln!(
            out,
            "  <testsuite name=\"keysweep {}\" {counts}>",
            report.run.mode.name()
        )?;
        for case in &cases {
            write_case(case, out)?;
        }
        writeln!(
            out,
            "    <system-out>{}</system-out>",
            xml(&summary::verdict(report))
        )?;
        writeln!(out, "  </testsuite>")?;
        writeln!(out, "</testsuites>")
    }
}

/// What became of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    Failure,
    /// Something was not read.
    Error,
    Skipped,
}

/// One test case. Nothing in it is escaped yet.
struct Case {
    kind: Kind,
    class: String,
    name: String,
    file: Option<(String, u32)>,
    /// The short message, and its type.
    message: String,
    what: String,
    /// Lines, each of one thing.
    text: Vec<String>,
}

fn cases(report: &Report) -> Vec<Case> {
    let mut out: Vec<Case> = report.findings.iter().map(of_finding).collect();
    let new = report.failing_suppressions();
    out.extend(new.map(of_finding));
    out.extend(report.notices.iter().map(of_notice));
    let gaps = words::gaps(report);
    out.extend(gaps.iter().map(of_gap));
    if out.is_empty() {
        out.push(Case {
            kind: Kind::Passed,
            class: "keysweep".to_owned(),
            name: summary::verdict(report),
            file: None,
            message: String::new(),
            what: String::new(),
            text: Vec::new(),
        });
    }
    out
}

fn of_finding(row: &Finding) -> Case {
    let place = row.first_place();
    let at = place.map(words::position).unwrap_or_default();
    let mut text = vec![line_start(&at)];
    text.extend(place.and_then(|place| place.link.clone()));
    text.extend(row.timeline.as_ref().map(words::lifetime));
    text.extend(words::status(&row.status));
    text.extend(words::failing_conditions(row));
    text.extend(row.rotate.as_ref().map(|how| format!("rotate: {how}")));
    text.push(format!("keysweep show {}", row.id));
    Case {
        kind: match row.fails {
            true => Kind::Failure,
            false => Kind::Skipped,
        },
        class: row.reported.clone(),
        name: format!("{at} {}", row.id),
        file: place.map(|place| {
            let line = place.region_in_file().map_or(1, |it| it.start_line);
            (place.path.as_str().to_owned(), line)
        }),
        message: format!(
            "{at}: {}: {} ({}, {} confidence)",
            row.severity.name(),
            row.name,
            row.reported,
            row.confidence.name()
        ),
        what: row.severity.name().to_owned(),
        text,
    }
}

fn of_notice(notice: &Notice) -> Case {
    Case {
        kind: match notice.fails {
            true => Kind::Failure,
            false => Kind::Skipped,
        },
        class: notice.reported.clone(),
        name: notices::about(notice),
        file: None,
        message: notice.message.as_str().to_owned(),
        what: notice.severity.name().to_owned(),
        text: notice
            .position()
            .map(|at| line_start(&at))
            .into_iter()
            .collect(),
    }
}

fn of_gap(gap: &Gap<'_>) -> Case {
    Case {
        kind: match gap.weight {
            Weight::Failed => Kind::Error,
            Weight::Accepted | Weight::Scope => Kind::Skipped,
        },
        class: "not-read".to_owned(),
        name: gap.phrase(),
        file: None,
        message: gap.line(),
        what: gap.reason.code().to_owned(),
        text: Vec::new(),
    }
}

fn write_case(case: &Case, out: &mut dyn io::Write) -> io::Result<()> {
    let file = case
        .file
        .as_ref()
        .map(|(path, line)| format!(" file=\"{}\" line=\"{line}\"", xml(path)));
    write!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\"{} time=\"0\"",
        xml(&case.class),
        xml(&case.name),
        file.unwrap_or_default()
    )?;
    let element = match case.kind {
        Kind::Passed => return writeln!(out, "/>"),
        Kind::Failure => "failure",
        Kind::Error => "error",
        Kind::Skipped => {
            let message = xml(&case.message);
            return writeln!(out, "><skipped message=\"{message}\"/></testcase>");
        }
    };
    let lines: Vec<String> = case.text.iter().map(|line| xml(line)).collect();
    writeln!(
        out,
        "><{element} message=\"{}\" type=\"{}\">{}</{element}></testcase>",
        xml(&case.message),
        xml(&case.what),
        lines.join("\n")
    )
}
