//! The shape of the JSON report: what `docs/report.schema.json` describes, member by member.

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Versioned<'a> {
    pub(super) schema_version: u32,
    #[serde(flatten)]
    pub(super) line: Line<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Line<'a> {
    Run { run: Run<'a> },
    Finding { finding: Box<Finding<'a>> },
    Suppressed { suppressed: Box<Finding<'a>> },
    Skipped { skipped: Skipped<'a> },
    Summary { summary: Summary<'a> },
}

#[derive(Serialize)]
pub(super) struct Document<'a> {
    pub(super) schema_version: u32,
    pub(super) run: Run<'a>,
    pub(super) summary: Summary<'a>,
    pub(super) rules: Vec<Rule<'a>>,
    pub(super) findings: Vec<Finding<'a>>,
    pub(super) suppressed: Vec<Finding<'a>>,
    pub(super) skipped: Vec<Skipped<'a>>,
}

#[derive(Serialize)]
pub(super) struct Run<'a> {
    pub(super) tool: &'static str,
    pub(super) version: &'static str,
    pub(super) mode: &'static str,
    pub(super) target: &'a str,
    pub(super) now: String,
    pub(super) rule_set: RuleSet<'a>,
    pub(super) configuration: Option<Configuration<'a>>,
    pub(super) history: Option<History<'a>>,
    pub(super) range: Option<Range<'a>>,
}

#[derive(Serialize)]
pub(super) struct Configuration<'a> {
    pub(super) file: &'a str,
    /// Not listed because of its thresholds.
    pub(super) hidden: usize,
    /// Not failing because of it.
    pub(super) spared: usize,
}

#[derive(Serialize)]
pub(super) struct Range<'a> {
    pub(super) asked: &'a str,
    pub(super) from: Option<&'a str>,
    pub(super) to: Option<&'a str>,
    pub(super) base: Option<&'a str>,
    pub(super) commits: u64,
}

#[derive(Serialize)]
pub(super) struct RuleSet<'a> {
    pub(super) version: &'a str,
    pub(super) count: usize,
    pub(super) hash: &'a str,
}

#[derive(Serialize)]
pub(super) struct History<'a> {
    pub(super) commits: u64,
    pub(super) refs: Vec<RefGroup>,
    pub(super) shallow: bool,
    pub(super) partial: bool,
    pub(super) head: Option<&'a str>,
    pub(super) remote: Option<&'a str>,
    pub(super) unreached: usize,
    pub(super) not_in_a_clone: &'static str,
}

#[derive(Serialize)]
pub(super) struct RefGroup {
    pub(super) group: &'static str,
    pub(super) count: u64,
}

#[derive(Serialize)]
pub(super) struct Summary<'a> {
    pub(super) outcome: &'static str,
    /// Why there was nothing to scan.
    pub(super) reason: Option<&'static str>,
    pub(super) complete: bool,
    pub(super) exit: Exit,
    pub(super) findings: usize,
    pub(super) failing: usize,
    pub(super) by_severity: BySeverity,
    pub(super) certainly_expired: usize,
    pub(super) at_head: Option<u64>,
    pub(super) hidden: Hidden,
    pub(super) suppressed: SuppressedCount<'a>,
    pub(super) read: Read,
    pub(super) ignored: Ignored<'a>,
    pub(super) skipped: SkippedCount,
}

#[derive(Serialize)]
pub(super) struct Exit {
    pub(super) status: u8,
    pub(super) meaning: &'static str,
}

#[derive(Serialize)]
pub(super) struct BySeverity {
    pub(super) critical: usize,
    pub(super) high: usize,
    pub(super) medium: usize,
    pub(super) low: usize,
    pub(super) info: usize,
}

#[derive(Serialize)]
pub(super) struct Hidden {
    pub(super) total: usize,
    pub(super) by_severity: BySeverity,
    pub(super) samples: usize,
}

#[derive(Serialize)]
pub(super) struct SuppressedCount<'a> {
    pub(super) total: usize,
    /// Brought by the change itself.
    pub(super) new: usize,
    pub(super) by_severity: BySeverity,
    pub(super) baseline: usize,
    pub(super) inline: usize,
    pub(super) ignore_file: usize,
    pub(super) configuration: usize,
    /// Paths in which the ignore file hides something.
    pub(super) ignored_paths: usize,
    pub(super) expired_entries: Vec<Idle<'a>>,
    pub(super) unused_entries: Vec<Idle<'a>>,
}

#[derive(Serialize)]
pub(super) struct Idle<'a> {
    pub(super) line: u32,
    pub(super) entry: &'a str,
}

#[derive(Serialize)]
pub(super) struct Suppression<'a> {
    pub(super) by: &'static str,
    pub(super) source: &'a str,
    pub(super) line: u32,
    pub(super) reason: Option<&'a str>,
    pub(super) until: Option<&'a str>,
    pub(super) new: bool,
}

#[derive(Serialize)]
pub(super) struct Read {
    pub(super) items: u64,
    pub(super) bytes: u64,
}

#[derive(Serialize)]
pub(super) struct Ignored<'a> {
    pub(super) files: u64,
    pub(super) credential_stores: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct SkippedCount {
    pub(super) failed: usize,
    pub(super) accepted: usize,
    pub(super) scope: usize,
}

#[derive(Serialize)]
pub(super) struct Rule<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) provider: &'a str,
    pub(super) severity: &'static str,
    pub(super) exposure: &'static str,
    pub(super) confidence: &'static str,
    pub(super) docs: Option<&'a str>,
    pub(super) rotate: Option<&'a str>,
    pub(super) console: Option<&'a str>,
    pub(super) page: &'a str,
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    pub(super) id: String,
    pub(super) fingerprint: String,
    pub(super) rule: &'a str,
    pub(super) reported: &'a str,
    pub(super) name: &'a str,
    pub(super) class: &'static str,
    pub(super) severity: &'static str,
    pub(super) confidence: &'static str,
    pub(super) fails: bool,
    pub(super) shown: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<&'a str>,
    pub(super) key: Option<&'a str>,
    pub(super) evidence: Evidence<'a>,
    pub(super) status: LifeStatus,
    pub(super) facts: Vec<Fact<'a>>,
    pub(super) timeline: Option<Timeline<'a>>,
    pub(super) places: Vec<Place<'a>>,
    pub(super) rotate: Option<&'a str>,
    pub(super) console: Option<&'a str>,
    pub(super) suppressed: Option<Suppression<'a>>,
}

#[derive(Serialize)]
pub(super) struct Evidence<'a> {
    pub(super) checks: Vec<Check>,
    pub(super) reasons: &'a [&'static str],
    pub(super) also: &'a [String],
    pub(super) layers: &'a [&'static str],
}

#[derive(Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) passed: bool,
}

#[derive(Serialize)]
pub(super) struct LifeStatus {
    pub(super) state: &'static str,
    /// The end of validity, where it is known.
    pub(super) at: Option<String>,
    pub(super) certainty: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Fact<'a> {
    pub(super) field: &'static str,
    pub(super) value: &'a str,
    pub(super) time: Option<String>,
    pub(super) source: &'static str,
    pub(super) certainty: &'static str,
}

#[derive(Serialize)]
pub(super) struct Timeline<'a> {
    pub(super) first: Commit<'a>,
    pub(super) removed: Option<Commit<'a>>,
    pub(super) at_head: bool,
    pub(super) complete: bool,
}

#[derive(Serialize)]
pub(super) struct Commit<'a> {
    pub(super) id: &'a str,
    pub(super) author: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<&'a str>,
    pub(super) date: String,
    pub(super) subject: &'a str,
    pub(super) signed: bool,
}

#[derive(Serialize)]
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) member: Option<&'a str>,
    pub(super) uri: &'a str,
    pub(super) message: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    pub(super) region: PlaceRegion,
    pub(super) line_hash: String,
    pub(super) at_head: Option<bool>,
    pub(super) versions: u32,
    pub(super) introduced: Option<Commit<'a>>,
    pub(super) times_introduced: u32,
    pub(super) only_in: Option<&'a str>,
    pub(super) suppressed: Option<Suppression<'a>>,
}

#[derive(Serialize)]
pub(super) struct PlaceRegion {
    pub(super) start_line: u32,
    pub(super) start_column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}

#[derive(Serialize)]
pub(super) struct Skipped<'a> {
    pub(super) reason: &'static str,
    pub(super) weight: &'static str,
    pub(super) what: &'a str,
    pub(super) detail: &'a str,
}
