//! SARIF 2.1.0 as GitHub code scanning takes it. The only file that names `serde_sarif`.
//!
//! Messages carry absolute dates only, so that the same finding keeps its alert; fingerprints
//! come from the masked line and from the credential's own fingerprint, never from a value.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::{Value, json};
use serde_sarif::sarif as s;

use super::escape::{json_pretty, sarif_text, uri};
use super::sarif_plan::{MAX_BYTES, Plan, Planned, plan};
use super::words::{self, Level};
use super::{CommitRow, Mode, Outcome, PlaceRow, Report, Row, RuleInfo, Style};
use crate::audit::{Field, Status};
use crate::finding::{Class, Confidence, Exposure, Severity, Weight};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const HOME: &str = "https://github.com/keysweep/keysweep";
const BASE: &str = "%SRCROOT%";
/// A host's limit for descriptions, in characters.
const MAX_DESCRIPTION: usize = 1_024;
/// Notifications written; the rest is counted.
const MAX_NOTIFICATIONS: usize = 1_000;
/// The weaknesses that results are filed under.
const CWE: [(&str, &str); 3] = [
    ("CWE-321", "Use of Hard-coded Cryptographic Key"),
    ("CWE-613", "Insufficient Session Expiration"),
    ("CWE-798", "Use of Hard-coded Credentials"),
];

/// Writes a SARIF log with one run.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
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
    } = plan(report);
    let rules = rules(report, &planned, style);
    let index: BTreeMap<&str, i64> = (0..).zip(&rules).map(|(i, rule)| (rule.id, i)).collect();
    let mut results = Vec::with_capacity(planned.len());
    let mut size = 0;
    for (n, one) in planned.iter().enumerate() {
        let at = index.get(one.row.reported.as_str()).copied().unwrap_or(-1);
        let result = result(one, report, at);
        size += serde_json::to_vec(&result)?.len();
        if size > MAX_BYTES {
            left_out += planned.len() - n;
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
        id: Some(format!("keysweep/{}/", report.mode.name())),
        ..Default::default()
    });
    run.original_uri_base_ids = Some(BTreeMap::from([(
        BASE.to_owned(),
        s::ArtifactLocation {
            description: Some(message("The root of what was scanned.")),
            ..Default::default()
        },
    )]));
    run.taxonomies = Some(vec![taxonomy()]);
    run.version_control_provenance = provenance(report, &planned[..results.len()]);
    run.invocations = Some(vec![invocation(report, left_out)]);
    run.properties = Some(bag([
        ("mode", json!(report.mode.name())),
        ("outcome", json!(outcome(&report.outcome))),
        ("complete", json!(report.complete())),
        ("resultsLeftOut", json!(left_out)),
        (
            "hiddenBelowThreshold",
            json!(report.hidden.by_severity.iter().sum::<usize>()),
        ),
        (
            "head",
            json!(report.history.as_ref().and_then(|h| h.head.as_deref())),
        ),
    ]));
    run.results = Some(results);
    Ok(run)
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

/// Cuts to the host's limit for descriptions.
fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_DESCRIPTION {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(MAX_DESCRIPTION - 1).collect();
    out.push('…');
    out
}

fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Clean => "clean",
        Outcome::Fails(_) => "fails",
        Outcome::Incomplete => "incomplete",
        Outcome::Interrupted => "interrupted",
        Outcome::Nothing(_) => "nothing",
    }
}

/// A rule as this file lists it: known to the report, or made up from the first result that is
/// reported under an id of its own (`stale/expired`).
struct Listed<'a> {
    id: &'a str,
    info: Option<&'a RuleInfo>,
    name: &'a str,
    severity: Severity,
    confidence: Confidence,
}

fn rules<'a>(report: &'a Report, planned: &[Planned<'a>], style: Style) -> Vec<Listed<'a>> {
    let mut used: BTreeMap<&str, &Row> = BTreeMap::new();
    for one in planned {
        // Worst first: the first result of an id is the one that says how bad it gets.
        used.entry(&one.row.reported).or_insert(one.row);
    }
    let mut out: Vec<Listed<'a>> = report
        .rules
        .iter()
        .filter(|info| style.all_rules || used.contains_key(info.id.as_str()))
        .map(|info| Listed {
            id: &info.id,
            info: Some(info),
            name: &info.name,
            severity: info.severity,
            confidence: info.confidence,
        })
        .collect();
    let known: BTreeSet<&str> = out.iter().map(|rule| rule.id).collect();
    for (id, row) in used {
        if !known.contains(id) {
            out.push(Listed {
                id,
                info: None,
                name: family_name(id).unwrap_or(&row.name),
                severity: row.severity,
                confidence: row.confidence,
            });
        }
    }
    out.sort_by_key(|rule| rule.id);
    out.dedup_by_key(|rule| rule.id);
    out
}

/// Names of the families whose ids are given by a result's state.
fn family_name(id: &str) -> Option<&'static str> {
    match id {
        "stale/expired" => Some("Expired credential"),
        _ if id.starts_with("info/") => Some("Sample or publishable credential"),
        _ => None,
    }
}

fn driver(report: &Report, rules: &[Listed<'_>]) -> s::ToolComponent {
    let mut driver = s::ToolComponent::builder().name("keysweep").build();
    driver.version = Some(report.version.to_owned());
    driver.semantic_version = Some(report.version.to_owned());
    driver.information_uri = Some(HOME.to_owned());
    driver.rules = Some(rules.iter().map(descriptor).collect());
    driver.supported_taxonomies = Some(vec![cwe_component()]);
    driver.properties = Some(bag([(
        "ruleSet",
        json!({
            "version": report.rule_set.version,
            "count": report.rule_set.count,
            "hash": report.rule_set.hash,
        }),
    )]));
    driver
}

fn descriptor(rule: &Listed<'_>) -> s::ReportingDescriptor {
    let mut out = s::ReportingDescriptor::builder().id(rule.id).build();
    let informational = rule.id.starts_with("info/");
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
        .map(|info| info.docs.as_str())
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

fn description(rule: &Listed<'_>) -> String {
    match rule.info {
        Some(info) if info.exposure == Exposure::Publishable => {
            format!(
                "{} of {}. It is public by design.",
                info.name, info.provider
            )
        }
        Some(info) if !info.provider.is_empty() => {
            format!("{} of {}, written into the code.", info.name, info.provider)
        }
        _ if rule.id == "stale/expired" => {
            "A credential in the code whose end of validity is past.".to_owned()
        }
        _ => format!("{}, written into the code.", rule.name),
    }
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
            if !text.is_empty() {
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

fn tags(rule: &Listed<'_>, informational: bool) -> Vec<String> {
    let mut out = Vec::new();
    if !informational {
        out.push("security".to_owned());
    }
    out.push("secret".to_owned());
    out.extend(
        weaknesses(rule.id)
            .iter()
            .map(|cwe| format!("external/cwe/{}", cwe.to_ascii_lowercase())),
    );
    // A host keeps ten.
    out.truncate(10);
    out
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.5",
    }
}

/// The weaknesses of a rule, by its id.
fn weaknesses(id: &str) -> Vec<&'static str> {
    let key = [
        "private-key",
        "signing-key",
        "encryption-key",
        "pkcs",
        "keystore",
    ]
    .iter()
    .any(|word| id.contains(word));
    let mut out = Vec::new();
    if key {
        out.push("CWE-321");
    }
    if id.starts_with("stale/") {
        out.push("CWE-613");
    }
    out.push("CWE-798");
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
    out
}

/// The message: one paragraph, absolute dates, no link and no control character.
fn text(one: &Planned<'_>, report: &Report) -> String {
    let row = one.row;
    let mut parts = vec![format!("{} ({})", row.name, row.shown)];
    if row.class == Class::Sample {
        parts.push("a documented sample or placeholder".to_owned());
    }
    if let Some(key) = &row.key {
        parts.push(format!("assigned to {}", key.as_str()));
    }
    if one.place.message {
        parts.push("in a commit or tag message".to_owned());
    }
    if let (Mode::History, Some(timeline)) = (report.mode, &row.timeline) {
        let since = if timeline.complete {
            "since"
        } else {
            "since at least"
        };
        parts.push(format!("{since} {}", words::commit(&timeline.first)));
        if !one.present {
            parts.push(match &timeline.removed {
                Some(removed) => format!("removed {}", words::commit(removed)),
                None => "not at HEAD".to_owned(),
            });
        }
    }
    if !one.present && row.timeline.is_none() {
        let commit = one.place.introduced.as_ref();
        parts.push(match commit {
            Some(commit) => format!("in the history only, since {}", words::commit(commit)),
            None => "in the history only".to_owned(),
        });
    }
    if let Some(reach) = &one.place.reach {
        parts.push(format!("only in {}", reach.as_str()));
    }
    parts.extend(words::status(&row.status));
    let others = one.related.len() + one.related_left_out;
    if others > 0 {
        parts.push(words::count(others as u64, "other place", "other places"));
    }
    let mut out = parts.join(", ");
    out.push('.');
    if !row.rotate.is_empty() {
        out.push_str(&format!(" How to rotate: {}", row.rotate));
    }
    sarif_text(&out)
}

fn location(place: &PlaceRow, id: Option<i64>) -> s::Location {
    let region = place.region;
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
        // Related places of a history say how they got there.
        message: id
            .and(place.introduced.as_ref())
            .map(|commit| message(&sarif_text(&format!("since {}", words::commit(commit))))),
        ..Default::default()
    }
}

fn commit(row: &CommitRow) -> Value {
    let mut out = json!({
        "commit": row.id,
        "author": row.author.as_str(),
        "date": row.authored.to_string(),
    });
    if let Some(email) = &row.email {
        out["email"] = json!(email.as_str());
    }
    out
}

fn properties(one: &Planned<'_>) -> s::PropertyBag {
    let row = one.row;
    let facts = |field: Field| -> Vec<&str> {
        row.facts
            .iter()
            .filter(|fact| fact.field == field)
            .map(|fact| fact.value.as_str())
            .collect()
    };
    let end = match row.status {
        Status::Expired { since: at, .. } | Status::Expiring { at } | Status::LiveUntil { at } => {
            Some(at.to_string())
        }
        Status::Unknown => facts(Field::Expires).first().map(|at| (*at).to_owned()),
    };
    let certainty: BTreeMap<&str, &str> = row
        .facts
        .iter()
        .map(|fact| (fact.field.name(), fact.certainty.name()))
        .collect();
    let timeline = row.timeline.as_ref();
    let first = timeline.map(|t| &t.first).or(one.place.introduced.as_ref());
    let lifecycle = json!({
        "status": words::status_name(&row.status),
        "created": facts(Field::Issued).first(),
        "expires": end,
        "firstSeen": first.map(commit),
        "removed": timeline.and_then(|t| t.removed.as_ref()).map(commit),
        "presentInHead": timeline.map(|t| t.at_head).or(one.place.at_head),
        "historyComplete": timeline.map(|t| t.complete),
        "scope": facts(Field::Scope),
        "owner": facts(Field::Owner),
        "certainty": certainty,
    });
    bag([
        ("id", json!(row.fingerprint.short())),
        ("rule", json!(row.rule)),
        ("severity", json!(row.severity.name())),
        ("confidence", json!(row.confidence.name())),
        ("fails", json!(row.fails)),
        (
            "commit",
            match one.present {
                true => Value::Null,
                false => json!(first.map(|c| c.id.as_str())),
            },
        ),
        (
            "relatedLocationsLeftOut",
            match one.related_left_out {
                0 => Value::Null,
                n => json!(n),
            },
        ),
        ("value", json!(row.value)),
        ("lifecycle", lifecycle),
    ])
}

/// HEAD and the commits of results that are only in the history; needs an address, which the
/// format requires.
fn provenance(report: &Report, planned: &[Planned<'_>]) -> Option<Vec<s::VersionControlDetails>> {
    let history = report.history.as_ref()?;
    let address = repository_uri(history.remote.as_ref()?.as_str())?;
    let mut commits: Vec<&str> = history.head.as_deref().into_iter().collect();
    for one in planned.iter().filter(|one| !one.present) {
        let first = one.row.timeline.as_ref().map(|t| &t.first);
        let commit = first.or(one.place.introduced.as_ref());
        commits.extend(commit.map(|c| c.id.as_str()));
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
            one
        })
        .collect();
    (!details.is_empty()).then_some(details)
}

/// The address as a URI; `host:path`, which git takes too, becomes `ssh://host/path`, and a path
/// of this machine none at all.
fn repository_uri(remote: &str) -> Option<String> {
    if remote.contains("://") {
        return (!remote.starts_with("file:")).then(|| uri(remote, false));
    }
    let (host, path) = remote.split_once(':')?;
    let plain = host.len() > 1
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    plain.then(|| {
        uri(
            &format!("ssh://{host}/{}", path.trim_start_matches('/')),
            false,
        )
    })
}

fn invocation(report: &Report, left_out: usize) -> s::Invocation {
    let mut out = s::Invocation::builder()
        .execution_successful(report.complete())
        .build();
    out.exit_code = Some(report.exit_status().into());
    let mut notes = Vec::new();
    for row in report.skipped.iter().take(MAX_NOTIFICATIONS) {
        let detail = match row.detail.as_str() {
            "" => String::new(),
            detail => format!(" ({detail})"),
        };
        let text = format!("{}: {}{detail}", row.what.as_str(), row.reason.phrase());
        let level = match row.weight {
            Weight::Failed => "error",
            Weight::Scope => "note",
        };
        let mut note = notification(level, &text);
        note.properties = Some(bag([("reason", json!(row.reason.code()))]));
        notes.push(note);
    }
    let more = report.skipped.len().saturating_sub(MAX_NOTIFICATIONS);
    if more > 0 {
        let failed = report.skipped[MAX_NOTIFICATIONS..]
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
    match report.outcome {
        Outcome::Interrupted => {
            notes.push(notification(
                "error",
                "interrupted: the results are not complete",
            ));
        }
        Outcome::Nothing(why) => {
            notes.push(notification("note", &format!("nothing to scan: {why}")))
        }
        Outcome::Clean | Outcome::Fails(_) | Outcome::Incomplete => {}
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
