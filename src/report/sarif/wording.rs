//! The words, numbers and choices of a SARIF file that need none of the format's types.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::plan::Planned;
use crate::finding::{Class, ConditionId, Confidence, Exposure, Severity, notice_kind};
use crate::finding::{Field, Status};
use crate::report::escape::{sarif_text, uri};
use crate::report::{Commit, Finding, Mode, Report, RuleInfo, Style, words};

/// A host's limit for descriptions, in characters.
const MAX_DESCRIPTION: usize = 1_024;
/// The weaknesses that results are filed under: id and name.
pub const CWE: [(&str, &str); 3] = [
    ("CWE-321", "Use of Hard-coded Cryptographic Key"),
    ("CWE-613", "Insufficient Session Expiration"),
    ("CWE-798", "Use of Hard-coded Credentials"),
];

/// Cuts to the host's limit for descriptions.
pub fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_DESCRIPTION {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(MAX_DESCRIPTION - 1).collect();
    out.push('…');
    out
}

/// A rule as this file lists it: known to the report, or made up from the first result that is
/// reported under an id of its own (`stale/expired`).
pub struct Listed<'a> {
    /// Its id.
    pub id: &'a str,
    /// What the report knows of it.
    pub info: Option<&'a RuleInfo>,
    /// What it finds.
    pub name: &'a str,
    /// How bad it gets.
    pub severity: Severity,
    /// How sure its results are.
    pub confidence: Confidence,
}

/// The rules to list, sorted by id: those with results, or all that the report holds.
pub fn rules<'a>(report: &'a Report, planned: &[Planned<'a>], style: Style) -> Vec<Listed<'a>> {
    let mut used: BTreeMap<&str, &Finding> = BTreeMap::new();
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
    let kinds: BTreeSet<&str> = report
        .notices
        .iter()
        .map(|notice| notice.reported.as_str())
        .collect();
    out.extend(
        kinds
            .into_iter()
            .filter_map(notice_kind)
            .map(|kind| Listed {
                id: kind.id,
                info: None,
                name: kind.name,
                severity: kind.severity,
                confidence: Confidence::High,
            }),
    );
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
        _ if id.starts_with("local/") => Some("Credential in this machine's configuration of git"),
        _ if id.starts_with("info/") => Some("Sample or publishable credential"),
        _ => None,
    }
}

/// What a rule finds, in a sentence.
pub fn description(rule: &Listed<'_>) -> String {
    if let Some(kind) = notice_kind(rule.id) {
        return kind.about.to_owned();
    }
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

/// A rule's tags, at most ten: a host keeps no more.
pub fn tags(rule: &Listed<'_>, informational: bool) -> Vec<String> {
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

/// The host's word for confidence.
pub fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// The score that a host sorts by.
pub fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.5",
    }
}

/// The weaknesses of a rule, by its id.
pub fn weaknesses(id: &str) -> Vec<&'static str> {
    if id.starts_with("info/") || notice_kind(id).is_some() {
        return Vec::new();
    }
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

/// Since when it stands there, and until when.
fn since(one: &Planned<'_>, report: &Report, parts: &mut Vec<String>) {
    let row = one.row;
    if let (Mode::History | Mode::Audit, Some(timeline)) = (report.run.mode, &row.timeline) {
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
            None if one.place.at_head.is_none() => "in the history".to_owned(),
            None => "in the history only".to_owned(),
        });
    }
}

/// The message: one paragraph, absolute dates, no link and no control character.
pub fn text(one: &Planned<'_>, report: &Report) -> String {
    let row = one.row;
    let mut parts = vec![format!("{} ({})", row.name, row.shown)];
    match row.class {
        Class::Sample => parts.push("a documented sample or placeholder".to_owned()),
        Class::Protected => parts.push("ciphertext or a digest, no secret".to_owned()),
        Class::Credential => {}
    }
    if let Some(key) = &row.key {
        parts.push(format!("assigned to {}", key.as_str()));
    }
    if let Some(member) = &one.place.member {
        parts.push(format!(
            "in the archive's member {}, line {}",
            member.as_str(),
            one.place.region.start_line
        ));
    }
    if one.place.message {
        parts.push("in a commit or tag message".to_owned());
    }
    if let Some(name) = &one.place.name {
        parts.push(name.as_str().to_owned());
    }
    since(one, report, &mut parts);
    if let Some(reach) = &one.place.only_in {
        parts.push(format!("only in {}", reach.as_str()));
    }
    parts.extend(words::status(&row.status));
    let others = (one.related.len() + one.related_left_out).saturating_sub(one.alike);
    if others > 0 {
        parts.push(words::count(others as u64, "other place", "other places"));
    }
    parts.extend(words::alike(one.alike));
    let mut out = parts.join(", ");
    out.push('.');
    if let Some(rotate) = &row.rotate {
        out.push_str(&format!(" How to rotate: {rotate}"));
    }
    sarif_text(&out)
}

/// A commit for property bags; the address only where the user asked for it.
fn commit(row: &Commit) -> Value {
    let mut out = json!({
        "commit": row.id,
        "author": row.author.as_str(),
        "date": row.date.to_string(),
    });
    if let Some(email) = &row.email {
        out["email"] = json!(email.as_str());
    }
    out
}

/// The address as a URI; `host:path`, which git takes too, becomes `ssh://host/path`, and a path
/// of this machine none at all.
pub fn repository_uri(remote: &str) -> Option<String> {
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

/// The commit that first held a result's value, as far as is known.
pub fn first_seen<'a>(one: &Planned<'a>) -> Option<&'a Commit> {
    one.row
        .timeline
        .as_ref()
        .map(|t| &t.first)
        .or(one.place.introduced.as_ref())
}

/// What is wrong with its life. Consumers that know no such member pass over it.
pub fn conditions(row: &Finding) -> Value {
    let each = row.conditions.iter().map(|it| {
        json!({
            "id": it.id.name(),
            "severity": it.severity.name(),
            "at": it.at.map(|at| at.to_string()),
            "message": sarif_text(&it.message),
            "facts": it.facts.iter().map(|field| field.name()).collect::<Vec<_>>(),
            "policy": it.policy.as_ref().map(|policy| sarif_text(policy.as_str())),
            "fails": it.fails,
            "tags": condition_tags(it.id),
        })
    });
    match row.conditions.is_empty() {
        true => Value::Null,
        false => each.collect(),
    }
}

/// Weaknesses (MITRE CWE) and risks (OWASP Non-Human Identities Top 10 of 2025) that a condition is one of.
fn condition_tags(id: ConditionId) -> &'static [&'static str] {
    match id {
        ConditionId::Expired => &["external/cwe/cwe-613", "owasp/nhi1-2025"],
        ConditionId::Expiring => &["owasp/nhi7-2025"],
        ConditionId::NotRotated => &["external/cwe/cwe-262", "owasp/nhi1-2025", "owasp/nhi2-2025"],
        ConditionId::NeverExpires => &[
            "external/cwe/cwe-262",
            "external/cwe/cwe-613",
            "owasp/nhi7-2025",
        ],
        ConditionId::Overscoped => &["external/cwe/cwe-250", "owasp/nhi5-2025"],
        ConditionId::LongLived => &["external/cwe/cwe-263", "owasp/nhi7-2025"],
        ConditionId::Age => &["external/cwe/cwe-262", "owasp/nhi7-2025"],
        ConditionId::Unused => &["owasp/nhi1-2025"],
        ConditionId::Reused => &["owasp/nhi9-2025"],
        ConditionId::WrongEnvironment => &["owasp/nhi8-2025"],
    }
}

/// What is known of a credential's life.
pub fn lifecycle(one: &Planned<'_>) -> Value {
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
        Status::PastLife { .. }
        | Status::Revoked { .. }
        | Status::NeverExpires
        | Status::Unknown => facts(Field::Expires).first().map(|at| (*at).to_owned()),
    };
    let certainty: BTreeMap<&str, &str> = row
        .facts
        .iter()
        .map(|fact| (fact.field.name(), fact.certainty.name()))
        .collect();
    let timeline = row.timeline.as_ref();
    json!({
        "status": words::status_name(&row.status),
        "created": facts(Field::Issued).first(),
        "expires": end,
        "firstSeen": first_seen(one).map(commit),
        "removed": timeline.and_then(|t| t.removed.as_ref()).map(commit),
        "presentInHead": timeline.map(|t| t.at_head).or(one.place.at_head),
        "historyComplete": timeline.map(|t| t.complete),
        "scope": facts(Field::Scope),
        "owner": facts(Field::Owner),
        "certainty": certainty,
    })
}
