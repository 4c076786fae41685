//! The two reports that GitLab reads: secret detection (`gl-secret-detection-report.json`, by the members
//! that its security report format documents) and Code Quality, which every edition shows in a merge request.

use std::io;

use serde::Serialize;

use super::escape::{code_span, json_pretty, markdown_text, terminal};
use super::words;
use super::{Finding, Format, Place, Report, Style, notices, summary};
use crate::finding::{Severity, Weight};

/// The version of the security report format.
const VERSION: &str = "15.0.7";
/// What stands for the commit of what no commit holds.
const NO_COMMIT: &str = "0000000";

/// The report of secret detection.
pub struct Gitlab;

impl Format for Gitlab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn about(&self) -> &'static str {
        "GitLab's secret detection report (gl-secret-detection-report.json)"
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        json_pretty(&document(report), out)
    }
}

#[derive(Serialize)]
struct Document {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability>,
    remediations: [(); 0],
}

#[derive(Serialize)]
struct Scan {
    analyzer: Tool,
    scanner: Tool,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Clone, Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    version: String,
    vendor: Vendor,
}

#[derive(Clone, Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability {
    id: String,
    category: &'static str,
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
    location: Location,
    identifiers: Vec<Identifier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start_line: u32,
    end_line: u32,
    commit: CommitOf,
}

#[derive(Serialize)]
struct CommitOf {
    sha: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
}

#[derive(Serialize)]
struct Link {
    url: String,
}

fn document(report: &Report) -> Document {
    let tool = Tool {
        id: "keysweep",
        name: "keysweep",
        version: report.run.version.to_string(),
        vendor: Vendor { name: "keysweep" },
    };
    // Reports hold no times of the clock but the moment that they judge for.
    let moment = report.run.now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let mut messages: Vec<Message> = words::gaps(report)
        .iter()
        .map(|gap| Message {
            level: match gap.weight {
                Weight::Failed => "error",
                Weight::Accepted => "warn",
                Weight::Scope => "info",
            },
            value: gap.line(),
        })
        .collect();
    messages.extend(report.notices.iter().map(|notice| Message {
        level: if notice.fails { "error" } else { "warn" },
        value: format!("{} ({})", notice.message.as_str(), notices::about(notice)),
    }));
    messages.push(Message {
        level: "info",
        value: summary::verdict(report),
    });
    Document {
        version: VERSION,
        scan: Scan {
            analyzer: tool.clone(),
            scanner: tool,
            kind: "secret_detection",
            start_time: moment.clone(),
            end_time: moment,
            status: match report.complete() {
                true => "success",
                false => "failure",
            },
            messages,
        },
        vulnerabilities: report.findings.iter().filter_map(vulnerability).collect(),
        remediations: [],
    }
}

fn vulnerability(row: &Finding) -> Option<Vulnerability> {
    let place = row.first_place()?;
    let introduced = place.introduced.as_ref();
    let introduced = introduced.or(row.timeline.as_ref().map(|timeline| &timeline.first));
    // The page of a vulnerability shows description and solution as Markdown; a name is told as it is.
    let mut said = vec![format!(
        "{} at {} ({} confidence{})",
        markdown_text(&row.name),
        code_span(&words::position(place)),
        row.confidence.name(),
        if row.fails { "" } else { ", does not fail" }
    )];
    let timeline = row.timeline.as_ref().map(words::lifetime);
    said.extend(timeline.map(|text| code_span(&text)));
    said.extend(words::status(&row.status).map(|text| markdown_text(&text)));
    said.extend(words::condition(row).map(|text| markdown_text(&text)));
    let links = [place.link.clone(), row.console.clone()];
    let region = place.region_in_file();
    Some(Vulnerability {
        id: row.fingerprint.to_string(),
        category: "secret_detection",
        name: row.name.clone(),
        description: said.join(". "),
        severity: match row.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        },
        solution: row.rotate.as_deref().map(markdown_text),
        location: Location {
            file: place.path.as_str().to_owned(),
            start_line: region.map_or(1, |region| region.start_line),
            end_line: region.map_or(1, |region| region.end_line),
            commit: CommitOf {
                sha: introduced.map_or(NO_COMMIT.to_owned(), |commit| commit.id.clone()),
                author: introduced.map(|commit| commit.author.as_str().to_owned()),
                date: introduced.map(|commit| commit.date.to_string()),
                message: introduced.map(|commit| commit.subject.as_str().to_owned()),
            },
        },
        identifiers: vec![Identifier {
            kind: "keysweep_rule_id",
            name: format!("keysweep rule {}", row.reported),
            value: row.reported.clone(),
        }],
        links: links
            .into_iter()
            .flatten()
            .filter(|url| url.starts_with("https://"))
            .map(|url| Link { url })
            .collect(),
    })
}

/// Code Quality.
pub struct CodeQuality;

impl Format for CodeQuality {
    fn name(&self) -> &'static str {
        "codequality"
    }

    fn about(&self) -> &'static str {
        "GitLab's Code Quality report, for merge requests of every edition"
    }

    fn links(&self, _: Style) -> bool {
        false
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        json_pretty(&issues(report), out)
    }
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: IssueLocation,
}

#[derive(Serialize)]
struct IssueLocation {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl IssueLocation {
    fn new(path: &str, line: u32) -> Self {
        IssueLocation {
            path: path.trim_start_matches("./").to_owned(),
            lines: Lines { begin: line.max(1) },
        }
    }
}

/// What fails is one of the two worst levels, what does not at most `minor`.
fn level(severity: Severity, fails: bool) -> &'static str {
    match (fails, severity) {
        (true, Severity::Critical) => "blocker",
        (true, Severity::High) => "critical",
        (true, _) => "major",
        (false, Severity::Info) => "info",
        (false, _) => "minor",
    }
}

fn issues(report: &Report) -> Vec<Issue> {
    let new = report.failing_suppressions();
    let rows = report.findings.iter().chain(new);
    let mut out: Vec<Issue> = rows.filter_map(issue).collect();
    out.extend(report.notices.iter().map(|notice| {
        let file = notice.file.as_ref().map_or(".", |file| file.as_str());
        Issue {
            description: quoted(notice.message.as_str()),
            check_name: notice.reported.clone(),
            fingerprint: format!("{} {}", notice.reported, notice.subject.as_str()),
            severity: level(notice.severity, notice.fails),
            location: IssueLocation::new(file, notice.line.unwrap_or(1)),
        }
    }));
    // A list without it would say that this is all.
    out.extend(words::gaps(report).iter().map(|gap| {
        let said = gap.line();
        Issue {
            fingerprint: said.clone(),
            description: quoted(&said),
            check_name: "not-read".to_owned(),
            severity: match gap.weight {
                Weight::Failed => "major",
                Weight::Accepted | Weight::Scope => "info",
            },
            location: IssueLocation::new(".", 1),
        }
    }));
    out
}

/// Text for a description of Code Quality, in which backticks alone mean something and nothing escapes them.
fn quoted(text: &str) -> String {
    terminal(text).replace('`', "'")
}

fn issue(row: &Finding) -> Option<Issue> {
    let place: &Place = row.first_place()?;
    let line = place.region_in_file().map_or(1, |it| it.start_line);
    let at = code_span(&words::position(place));
    let mut said = format!("{}: {} at {at}", row.severity.name(), quoted(&row.name));
    let more = row.places.len().saturating_sub(1) as u64;
    if more > 0 {
        let what = words::count(more, "more place", "more places");
        said.push_str(&format!(", and {what}"));
    }
    if let Some(condition) = words::condition(row) {
        said.push_str(&format!("; {}", quoted(&condition)));
    }
    said.push_str(&format!(" (keysweep show {})", row.id));
    Some(Issue {
        description: said,
        check_name: row.reported.clone(),
        fingerprint: row.fingerprint.to_string(),
        severity: level(row.severity, row.fails),
        location: IssueLocation::new(place.path.as_str(), line),
    })
}
