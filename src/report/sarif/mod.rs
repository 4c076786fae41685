//! SARIF 2.1.0 as GitHub code scanning takes it. Only this folder names `serde_sarif`.
//!
//! Messages carry absolute dates only, so that the same finding keeps its alert; fingerprints
//! come from the masked line and from the credential's own fingerprint, never from a value.

mod invocation;
mod plan;
mod results;
mod rules;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::{Value, json};
use serde_sarif::sarif as s;

use super::escape::{json_pretty, sarif_text};
use super::{Base, Format, Report, Style};
use invocation::invocation;
use plan::{MAX_BYTES, MAX_NOTICES, MAX_RESULTS, Plan, Planned, plan};
use results::{noticed, result};
use rules::{driver, taxonomy};
use wording::{cut, first_seen, repository_uri, rules as listed};

use crate::schema::HOME;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const BASE: &str = "%SRCROOT%";
/// Where the program was started; only named where addresses lead there.
const HERE: &str = "PWD";

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
    let rules = listed(report, &planned, style);
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

/// HEAD and the commits of results that are only in the history; needs an address, which the
/// format requires.
fn provenance(report: &Report, planned: &[Planned<'_>]) -> Option<Vec<s::VersionControlDetails>> {
    let history = report.run.history.as_ref();
    let remote = history.and_then(|history| history.remote.as_ref());
    let remote = remote.and_then(|remote| repository_uri(remote.as_str()));
    let address = report.run.web.clone().or(remote)?;
    let head = history.and_then(|history| history.head.as_deref());
    let range = report.run.range.as_ref();
    let head = head.or(range.and_then(|range| range.to.as_deref()));
    let mut commits: Vec<&str> = head.into_iter().collect();
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
