//! SARIF 2.1.0 as GitHub code scanning takes it. The only file that names `serde_sarif`.
//!
//! Messages carry absolute dates only, so that the same finding keeps its alert; fingerprints
//! come from the masked line and from the credential's own fingerprint, never from a value.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::{Value, json};
use serde_sarif::sarif as s;
use sha2::{Digest as _, Sha256};

use super::escape::{json_pretty, sarif_text, uri};
use super::sarif_plan::{MAX_BYTES, MAX_NOTICES, MAX_RESULTS, Plan, Planned, plan};
use super::sarif_words::{
    CWE, Listed, conditions, cut, description, first_seen, lifecycle, precision, repository_uri,
    rules, security_severity, tags, text, weaknesses,
};
use super::words::{self, Level};
use super::{
    Base, Format, Notice, Outcome, Place, Report, Skipped, Style, Suppression, suppressed,
};
use crate::finding::SuppressedBy;
use crate::finding::{Region, Weight};
use crate::secret::Shown;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Where the project is hosted: `package.repository` of Cargo.toml, empty while nobody has set it.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");
const BASE: &str = "%SRCROOT%";
/// Where the program was started; only named where addresses lead there.
const HERE: &str = "PWD";
/// Notifications written; the rest is counted.
const MAX_NOTIFICATIONS: usize = 1_000;

/// SARIF 2.1.0.
pub struct Sarif;

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn about(&self) -> &'static str {
        "SARIF 2.1.0, for code scanning"
    }

    fn write(&self, report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        write(report, style, out)
    }
}

/// Writes a SARIF log with one run.
fn write(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut log = s::Sarif::builder()
        .version(json!("2.1.0"))
        .runs(vec![run(report, style)?])
        .build();
    log.schema = Some(SCHEMA.to_owned());
    json_pretty(&log, out)
}

fn run(report: &Report, style: Style) -> io::Result<s::Run> {
    let Plan {
        results: planned,
        mut left_out,
    } = plan(report, style.suppressed);
    let rules = rules(report, &planned, style);
    let index: BTreeMap<&str, i64> = (0..).zip(&rules).map(|(i, rule)| (rule.id, i)).collect();
    let mut results = Vec::with_capacity(planned.len());
    let mut size = 0;
    // A host takes no result without a file; a notice without one is a notification of the run.
    let located = report.notices.iter().filter(|one| one.file.is_some());
    left_out += located.clone().count().saturating_sub(MAX_NOTICES);
    for notice in located.take(MAX_NOTICES) {
        let at = index.get(notice.reported.as_str()).copied().unwrap_or(-1);
        let result = noticed(notice, at);
        size += serde_json::to_vec(&result)?.len();
        results.push(result);
    }
    let notices = results.len();
    for (n, one) in planned.iter().enumerate() {
        let at = index.get(one.row.reported.as_str()).copied().unwrap_or(-1);
        let result = result(one, report, at);
        size += serde_json::to_vec(&result)?.len();
        if size > MAX_BYTES || results.len() == MAX_RESULTS {
            left_out += planned[n..].iter().map(|one| 1 + one.alike).sum::<usize>();
            break;
        }
        results.push(result);
    }
    let driver = driver(report, &rules);
    let mut run = s::Run::builder()
        .tool(s::Tool::builder().driver(driver).build())
        .build();
    run.column_kind = Some(json!("unicodeCodePoints"));
    run.automation_details = Some(s::RunAutomationDetails {
        id: Some(format!("keysweep/{}/", report.run.mode.name())),
        ..Default::default()
    });
    run.original_uri_base_ids = Some(bases(&report.base));
    run.taxonomies = Some(vec![taxonomy()]);
    run.version_control_provenance = provenance(report, &planned[..results.len() - notices]);
    run.invocations = Some(vec![invocation(report, left_out, style)]);
    run.properties = Some(bag([
        ("mode", json!(report.run.mode.name())),
        ("outcome", json!(report.summary.outcome.name())),
        ("complete", json!(report.complete())),
        ("resultsLeftOut", json!(left_out)),
        ("hiddenBelowThreshold", json!(report.summary.hidden.total)),
        ("folded", json!(report.summary.folded)),
        ("ignoredFiles", json!(report.summary.ignored.files)),
        ("suppressed", json!(report.suppressed.len())),
        ("suppressedNewHere", json!(report.summary.suppressed.new)),
        (
            "head",
            json!(report.run.history.as_ref().and_then(|h| h.head.as_deref())),
        ),
    ]));
    run.results = Some(results);
    Ok(run)
}

/// What addresses are relative to, as section 3.14.14 of the standard has it: a base is an absolute
/// address, or relative to another base, or described where the reader knows it better.
fn bases(base: &Base) -> BTreeMap<String, s::ArtifactLocation> {
    let mut here = None;
    let mut out = s::ArtifactLocation::default();
    let started = "The directory that keysweep was started in.";
    let text = match base {
        Base::Root => "The root of what was scanned.".to_owned(),
        Base::Here => started.to_owned(),
        Base::Below(path) => {
            out.uri = Some(path.clone());
            out.uri_base_id = Some(HERE.to_owned());
            here = Some(s::ArtifactLocation {
                description: Some(message(started)),
                ..Default::default()
            });
            "The directory that was scanned.".to_owned()
        }
        Base::Named(uri) => {
            out.uri = Some(uri.clone());
            "The directory that was scanned.".to_owned()
        }
        Base::Elsewhere(path) => format!(
            "The directory that was scanned: {}, seen from where keysweep was started.",
            sarif_text(path.as_str())
        ),
    };
    out.description = Some(message(&text));
    let mut all = BTreeMap::from([(BASE.to_owned(), out)]);
    all.extend(here.map(|here| (HERE.to_owned(), here)));
    all
}

/// A property bag without the values that are null.
fn bag<const N: usize>(pairs: [(&str, Value); N]) -> s::PropertyBag {
    s::PropertyBag {
        tags: None,
        additional_properties: pairs
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}

fn message(text: &str) -> s::Message {
    s::Message {
        text: Some(text.to_owned()),
        ..Default::default()
    }
}

fn multi(text: &str) -> s::MultiformatMessageString {
    s::MultiformatMessageString::builder()
        .text(cut(&sarif_text(text)))
        .build()
}

fn driver(report: &Report, rules: &[Listed<'_>]) -> s::ToolComponent {
    let mut driver = s::ToolComponent::builder().name("keysweep").build();
    driver.version = Some(report.run.version.to_string());
    driver.semantic_version = Some(report.run.version.to_string());
    driver.information_uri = (!HOME.is_empty()).then(|| HOME.to_owned());
    driver.rules = Some(rules.iter().map(descriptor).collect());
    driver.supported_taxonomies = Some(vec![cwe_component()]);
    driver.properties = Some(bag([(
        "ruleSet",
        json!({
            "version": report.run.rule_set.version,
            "count": report.run.rule_set.count,
            "hash": report.run.rule_set.hash,
        }),
    )]));
    driver
}

fn descriptor(rule: &Listed<'_>) -> s::ReportingDescriptor {
    let mut out = s::ReportingDescriptor::builder().id(rule.id).build();
    let informational = rule.id.starts_with("info/") || rule.id.starts_with("local/");
    let level = match informational {
        true => Level::Note,
        false => words::level(rule.severity),
    };
    out.name = Some(rule.name.to_owned());
    out.short_description = Some(multi(rule.name));
    out.full_description = Some(multi(&description(rule)));
    out.help = Some(help(rule));
    out.help_uri = rule
        .info
        .and_then(|info| info.docs.as_deref())
        .filter(|docs| docs.starts_with("https://"))
        .map(|docs| uri(docs, false));
    out.default_configuration = Some(s::ReportingConfiguration {
        level: Some(json!(level.name())),
        // Samples and publishable keys are off by default.
        enabled: informational.then_some(false),
        ..Default::default()
    });
    out.relationships = Some(
        weaknesses(rule.id)
            .iter()
            .map(|cwe| {
                let mut relation = s::ReportingDescriptorRelationship::builder()
                    .target(cwe_reference(cwe))
                    .build();
                relation.kinds = Some(vec!["superset".to_owned()]);
                relation
            })
            .collect(),
    );
    let mut properties = bag([
        ("precision", json!(precision(rule.confidence))),
        ("security-severity", json!(security_severity(rule.severity))),
    ]);
    properties.tags = Some(tags(rule, informational));
    out.properties = Some(properties);
    out
}

/// Help as text and as Markdown; both are ours or the user's rule file's.
fn help(rule: &Listed<'_>) -> s::MultiformatMessageString {
    let mut parts = vec![description(rule)];
    if let Some(info) = rule.info {
        for (label, text) in [
            ("How to rotate: ", &info.rotate),
            ("Where it is listed: ", &info.console),
            ("Documentation: ", &info.docs),
        ] {
            if let Some(text) = text {
                parts.push(format!("{label}{text}"));
            }
        }
    }
    let text = parts.join("\n\n");
    let page = rule.info.map(|info| info.page.as_str()).unwrap_or_default();
    let markdown = match page.trim().is_empty() {
        true => text.clone(),
        false => page.to_owned(),
    };
    let mut out = s::MultiformatMessageString::builder().text(text).build();
    out.markdown = Some(markdown);
    out
}

fn cwe_component() -> s::ToolComponentReference {
    s::ToolComponentReference {
        name: Some("CWE".to_owned()),
        index: Some(0),
        ..Default::default()
    }
}

fn cwe_reference(id: &str) -> s::ReportingDescriptorReference {
    let mut out = s::ReportingDescriptorReference::builder().build();
    out.id = Some(id.to_owned());
    out.index = (0..)
        .zip(CWE)
        .find(|(_, (have, _))| *have == id)
        .map(|(i, _)| i);
    out.tool_component = Some(cwe_component());
    out
}

fn taxonomy() -> s::ToolComponent {
    let mut out = s::ToolComponent::builder().name("CWE").build();
    out.organization = Some("MITRE".to_owned());
    out.information_uri = Some("https://cwe.mitre.org/".to_owned());
    out.short_description = Some(multi("The MITRE Common Weakness Enumeration"));
    out.is_comprehensive = Some(false);
    out.taxa = Some(
        CWE.iter()
            .map(|(id, name)| {
                let mut taxon = s::ReportingDescriptor::builder().id(*id).build();
                taxon.name = Some((*name).to_owned());
                taxon.short_description = Some(multi(name));
                taxon.help_uri = Some(format!(
                    "https://cwe.mitre.org/data/definitions/{}.html",
                    &id[4..]
                ));
                taxon
            })
            .collect(),
    );
    out
}

fn result(one: &Planned<'_>, report: &Report, rule_index: i64) -> s::Result {
    let row = one.row;
    let mut out = s::Result::builder()
        .message(message(&text(one, report)))
        .build();
    out.rule_id = Some(row.reported.clone());
    out.rule_index = (rule_index >= 0).then_some(rule_index);
    out.level = Some(match words::row_level(row) {
        Level::Note => s::ResultLevel::Note,
        Level::Warning => s::ResultLevel::Warning,
        Level::Error => s::ResultLevel::Error,
    });
    out.locations = Some(vec![location(one.place, None)]);
    out.partial_fingerprints = Some(BTreeMap::from([
        (
            "keysweepCredential/v1".to_owned(),
            row.fingerprint.to_string(),
        ),
        (
            "primaryLocationLineHash".to_owned(),
            format!("{:x}:{}", one.place.line_hash, one.repeat),
        ),
    ]));
    if !one.related.is_empty() {
        out.related_locations = Some(
            (1..)
                .zip(&one.related)
                .map(|(id, place)| location(place, Some(id)))
                .collect(),
        );
    }
    out.taxa = Some(
        weaknesses(&row.reported)
            .iter()
            .map(|cwe| cwe_reference(cwe))
            .collect(),
    );
    out.properties = Some(properties(one));
    // Consumers take a result without this member as open, and one with an empty list too.
    out.suppressions = row
        .suppressed
        .as_ref()
        .map(|cause| vec![suppression(cause)]);
    out
}

/// A notice, which has a line to be mended and no value.
fn noticed(notice: &Notice, rule_index: i64) -> s::Result {
    let mut out = s::Result::builder()
        .message(message(&sarif_text(notice.message.as_str())))
        .build();
    out.rule_id = Some(notice.reported.clone());
    out.rule_index = (rule_index >= 0).then_some(rule_index);
    out.level = Some(match words::level(notice.severity) {
        Level::Note => s::ResultLevel::Note,
        Level::Warning => s::ResultLevel::Warning,
        Level::Error => s::ResultLevel::Error,
    });
    let line = notice.line.map(|line| s::Region {
        start_line: Some(line.max(1).into()),
        ..Default::default()
    });
    out.locations = notice.uri.as_ref().map(|file| {
        vec![s::Location {
            physical_location: Some(s::PhysicalLocation {
                artifact_location: Some(s::ArtifactLocation {
                    uri: Some(uri(file, true)),
                    uri_base_id: Some(BASE.to_owned()),
                    ..Default::default()
                }),
                region: line,
                ..Default::default()
            }),
            ..Default::default()
        }]
    });
    // Of what it is about, so that an alert stays when lines move.
    let about = [&notice.reported, notice.subject.as_str()].join("\0");
    let hash: String = Sha256::digest(about.as_bytes())[..10]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    out.partial_fingerprints = Some(BTreeMap::from([
        ("keysweepNotice/v1".to_owned(), hash.clone()),
        (
            "primaryLocationLineHash".to_owned(),
            format!("{}:1", &hash[..16]),
        ),
    ]));
    out.properties = Some(bag([
        ("subject", json!(notice.subject.as_str())),
        ("severity", json!(notice.severity.name())),
        ("fails", json!(notice.fails)),
        ("at", json!(notice.at.map(|at| at.to_string()))),
    ]));
    out
}

fn suppression(cause: &Suppression) -> s::Suppression {
    let kind = match cause.by {
        SuppressedBy::Inline => "inSource",
        SuppressedBy::IgnoreFile | SuppressedBy::Baseline | SuppressedBy::Configuration => {
            "external"
        }
    };
    let mut out = s::Suppression::builder().kind(json!(kind)).build();
    out.status = Some(json!("accepted"));
    out.justification = Some(sarif_text(&suppressed::why(cause)));
    out
}

fn location(place: &Place, id: Option<i64>) -> s::Location {
    let region = match &place.member {
        None => place.region,
        // The line is the member's; of the archive itself there is only the whole.
        Some(_) => Region {
            start_line: 1,
            start_column: 1,
            end_line: 1,
            end_column: 1,
        },
    };
    s::Location {
        id,
        physical_location: Some(s::PhysicalLocation {
            artifact_location: Some(s::ArtifactLocation {
                uri: Some(uri(&place.uri, true)),
                uri_base_id: Some(BASE.to_owned()),
                ..Default::default()
            }),
            region: Some(s::Region {
                start_line: Some(region.start_line.max(1).into()),
                start_column: Some(region.start_column.max(1).into()),
                end_line: Some(region.end_line.max(region.start_line).max(1).into()),
                end_column: Some(region.end_column.max(1).into()),
                ..Default::default()
            }),
            ..Default::default()
        }),
        logical_locations: place
            .member
            .as_ref()
            .map(|member| vec![logical(place, member)]),
        // Related places of a history say how they got there.
        message: id
            .and(place.introduced.as_ref())
            .map(|commit| message(&sarif_text(&format!("since {}", words::commit(commit))))),
        ..Default::default()
    }
}

/// A member of an archive.
fn logical(place: &Place, member: &Shown) -> s::LogicalLocation {
    let member = member.as_str();
    let name = member.rsplit(['!', '/']).next().unwrap_or(member);
    s::LogicalLocation {
        name: Some(sarif_text(name)),
        fully_qualified_name: Some(sarif_text(&format!("{}!{member}", place.path.as_str()))),
        ..Default::default()
    }
}

fn properties(one: &Planned<'_>) -> s::PropertyBag {
    let row = one.row;
    bag([
        ("id", json!(row.id)),
        ("rule", json!(row.rule)),
        ("severity", json!(row.severity.name())),
        ("confidence", json!(row.confidence.name())),
        ("fails", json!(row.fails)),
        (
            "commit",
            match one.present {
                true => Value::Null,
                false => json!(first_seen(one).map(|c| c.id.as_str())),
            },
        ),
        (
            "relatedLocationsLeftOut",
            match one.related_left_out {
                0 => Value::Null,
                n => json!(n),
            },
        ),
        (
            "folded",
            match one.alike {
                0 => Value::Null,
                n => json!(n),
            },
        ),
        ("lifecycle", lifecycle(one)),
        ("conditions", conditions(row)),
    ])
}

/// HEAD and the commits of results that are only in the history; needs an address, which the
/// format requires.
fn provenance(report: &Report, planned: &[Planned<'_>]) -> Option<Vec<s::VersionControlDetails>> {
    let history = report.run.history.as_ref()?;
    let address = repository_uri(history.remote.as_ref()?.as_str())?;
    let mut commits: Vec<&str> = history.head.as_deref().into_iter().collect();
    for one in planned.iter().filter(|one| !one.present) {
        commits.extend(first_seen(one).map(|c| c.id.as_str()));
    }
    let mut seen = BTreeSet::new();
    let details: Vec<s::VersionControlDetails> = commits
        .into_iter()
        .filter(|id| seen.insert(*id))
        .map(|id| {
            let mut one = s::VersionControlDetails::builder()
                .repository_uri(address.clone())
                .build();
            one.revision_id = Some(id.to_owned());
            // The repository's top is what addresses are relative to.
            one.mapped_to = Some(s::ArtifactLocation {
                uri_base_id: Some(BASE.to_owned()),
                ..Default::default()
            });
            one
        })
        .collect();
    (!details.is_empty()).then_some(details)
}

fn invocation(report: &Report, left_out: usize, style: Style) -> s::Invocation {
    let mut out = s::Invocation::builder()
        .execution_successful(
            !report.failed_to_read() && report.summary.outcome != Outcome::Interrupted,
        )
        .build();
    out.exit_code = Some(report.exit_status().into());
    let mut notes = Vec::new();
    // Failures first, so that the limit below cuts what matters less.
    let mut skipped: Vec<&Skipped> = report.skipped.iter().collect();
    skipped.sort_by_key(|row| row.weight);
    for row in skipped.iter().take(MAX_NOTIFICATIONS) {
        let detail = match row.detail.as_str() {
            "" => String::new(),
            detail => format!(" ({detail})"),
        };
        let text = format!("{}: {}{detail}", row.what.as_str(), row.reason.phrase());
        let level = match row.weight {
            Weight::Failed => "error",
            Weight::Accepted => "warning",
            Weight::Scope => "note",
        };
        let mut note = notification(level, &text);
        note.properties = Some(bag([("reason", json!(row.reason.code()))]));
        notes.push(note);
    }
    let more = skipped.len().saturating_sub(MAX_NOTIFICATIONS);
    if more > 0 {
        let failed = skipped[MAX_NOTIFICATIONS..]
            .iter()
            .any(|row| row.weight == Weight::Failed);
        let level = if failed { "error" } else { "note" };
        notes.push(notification(
            level,
            &format!("{more} more inputs were not read"),
        ));
    }
    if left_out > 0 {
        notes.push(notification(
            "warning",
            &format!(
                "{left_out} less severe results were left out: more than a host takes in one run"
            ),
        ));
    }
    let unplaced = report.notices.iter().filter(|notice| notice.file.is_none());
    for notice in unplaced.take(MAX_NOTIFICATIONS) {
        let text = format!("{}: {}", notice.reported, notice.message.as_str());
        notes.push(notification(words::level(notice.severity).name(), &text));
    }
    for line in suppressed::lines(report) {
        notes.push(notification("note", &line));
    }
    if !report.suppressed.is_empty() && !style.suppressed {
        let n = report.suppressed.len() as u64;
        let what = words::count(n, "suppressed result was", "suppressed results were");
        notes.push(notification("note", &format!("{what} left out")));
    }
    if let Some(line) = words::ignored(report) {
        notes.push(notification("note", &line));
    }
    match report.summary.outcome {
        Outcome::Interrupted => {
            notes.push(notification(
                "error",
                "interrupted: the results are not complete",
            ));
        }
        Outcome::Nothing => notes.push(notification("note", &words::nothing(report))),
        _ => {}
    }
    out.tool_execution_notifications = Some(notes);
    out
}

fn notification(level: &str, text: &str) -> s::Notification {
    let mut out = s::Notification::builder()
        .message(message(&sarif_text(text)))
        .build();
    out.level = Some(json!(level));
    out
}
