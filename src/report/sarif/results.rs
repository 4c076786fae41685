//! One result: of a credential, or of a notice that has a file.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use serde_sarif::sarif as s;
use sha2::{Digest as _, Sha256};

use super::plan::Planned;
use super::rules::cwe_reference;
use super::wording::{conditions, first_seen, lifecycle, text, weaknesses};
use super::{BASE, bag, message};
use crate::finding::{Region, SuppressedBy};
use crate::hex::hex;
use crate::report::escape::{sarif_text, uri};
use crate::report::words::{self, Level};
use crate::report::{Notice, Place, Report, Suppression, suppressed};
use crate::secret::Shown;

pub(super) fn result(one: &Planned<'_>, report: &Report, rule_index: i64) -> s::Result {
    let row = one.row;
    let mut out = s::Result::builder()
        .message(message(&text(one, report)))
        .build();
    out.rule_id = Some(row.reported.clone());
    out.rule_index = (rule_index >= 0).then_some(rule_index);
    out.level = Some(level(words::row_level(row)));
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
pub(super) fn noticed(notice: &Notice, rule_index: i64) -> s::Result {
    let mut out = s::Result::builder()
        .message(message(&sarif_text(notice.message.as_str())))
        .build();
    out.rule_id = Some(notice.reported.clone());
    out.rule_index = (rule_index >= 0).then_some(rule_index);
    out.level = Some(level(words::level(notice.severity)));
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
    let hash = hex(&Sha256::digest(about.as_bytes())[..10]);
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

/// The level in the standard's type.
fn level(of: Level) -> s::ResultLevel {
    match of {
        Level::Note => s::ResultLevel::Note,
        Level::Warning => s::ResultLevel::Warning,
        Level::Error => s::ResultLevel::Error,
    }
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
    // Of an archive, whose members have the lines, there is only the whole.
    let region = place.region_in_file().unwrap_or(Region {
        start_line: 1,
        start_column: 1,
        end_line: 1,
        end_column: 1,
    });
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
        ("link", json!(one.place.link)),
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
