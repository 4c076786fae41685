//! From findings to a report: everything that came from the repository goes through the masker
//! here, and only here. After this stage no secret exists unless the user asked for it.

use std::path::{Component, Path};

use jiff::Timestamp;

use crate::audit::{Certainty, Fact, Life, Status, Value};
use crate::finding::{
    Class, Commit, Confidence, Exposure, Finding, Origin, Place, Reason, Severity, Skipped,
    Timeline, Weight,
};
use crate::policy::{Judged, Policy};
use crate::report::{
    Base, CommitRow, FactRow, Hidden, IdleEntry, PlaceRow, Row, RuleInfo, SkippedRow, SuppressedBy,
    SuppressedRow, Suppression, TimelineRow,
};
use crate::rule::{Kind, Rule, RuleSet};
use crate::secret::{Masker, REDACTED};
use crate::suppress::{Cause, Idle, Means};

/// What the user asked to see.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    /// `--show-secrets`.
    pub secrets: bool,
    /// `--show-emails`.
    pub emails: bool,
}

/// What [`rows`] makes of findings.
pub struct Listed {
    /// Those to be listed, worst first.
    pub rows: Vec<Row>,
    /// Those of which every place is suppressed: new suppressions first, then worst first.
    pub suppressed: Vec<Row>,
    /// Those below what is shown.
    pub hidden: Hidden,
    /// How many of those would be shown without the configuration of a repository.
    pub hidden_by_configuration: usize,
    /// How many of the listed would fail without it.
    pub spared: usize,
}

/// Turns findings, with what hides each of their places, into rows, worst first, and counts those
/// below the policy's thresholds.
/// `lower_dead` puts certainly expired ones under `stale/expired` (never for what is new).
pub fn rows(
    rules: &RuleSet,
    masker: &Masker<'_>,
    findings: impl Iterator<Item = (Finding, Life, Vec<Option<Cause>>)>,
    policy: &Policy,
    now: Timestamp,
    lower_dead: bool,
    wishes: Wishes,
) -> Listed {
    let mut hidden = Hidden::default();
    let mut rows = Vec::new();
    let mut suppressed = Vec::new();
    let (mut hidden_by_configuration, mut spared) = (0, 0);
    for (finding, life, causes) in findings {
        let mut row = row(
            rules, masker, finding, life, policy, now, lower_dead, wishes,
        );
        suppress(masker, &mut row, causes);
        let judged = judged(rules, &row, now);
        let without = policy.without.as_deref();
        if policy.shows(&judged) {
            let fails = |policy: &Policy| policy.fails(&judged);
            spared +=
                usize::from(row.suppressed.is_none() && !row.fails && without.is_some_and(fails));
            match row.suppressed {
                Some(_) => suppressed.push(row),
                None => rows.push(row),
            }
        } else {
            hidden_by_configuration += usize::from(
                row.suppressed.is_none() && without.is_some_and(|policy| policy.shows(&judged)),
            );
            hidden.by_severity[row.severity as usize] += 1;
            let sample = row.class == Class::Sample;
            hidden.samples += usize::from(sample);
            hidden.uncertain +=
                usize::from(row.class == Class::Credential && row.confidence == Confidence::Low);
        }
    }
    rows.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    let old = |row: &Row| !row.newly_suppressed();
    suppressed.sort_by(|a, b| (old(a), sort_key(a)).cmp(&(old(b), sort_key(b))));
    Listed {
        rows,
        suppressed,
        hidden,
        hidden_by_configuration,
        spared,
    }
}

/// Writes down what hides each place. A row of which every place is hidden is suppressed and
/// never fails; in others the places that are not hidden come first.
fn suppress(masker: &Masker<'_>, row: &mut Row, causes: Vec<Option<Cause>>) {
    for (place, cause) in row.places.iter_mut().zip(causes) {
        place.suppressed = cause.map(|cause| suppressed_row(masker, cause));
    }
    if row.places.iter().all(|place| place.suppressed.is_some()) {
        let new = row
            .places
            .iter()
            .filter_map(|place| place.suppressed.as_ref())
            .find(|cause| cause.new);
        row.suppressed = new
            .or_else(|| row.places.first()?.suppressed.as_ref())
            .cloned();
        row.fails = false;
    } else {
        row.places.sort_by_key(|place| place.suppressed.is_some());
    }
}

fn suppressed_row(masker: &Masker<'_>, cause: Cause) -> SuppressedRow {
    SuppressedRow {
        by: match cause.means {
            Means::Inline => SuppressedBy::Inline,
            Means::IgnoreFile => SuppressedBy::IgnoreFile,
            Means::Baseline => SuppressedBy::Baseline,
            Means::Configuration => SuppressedBy::Configuration,
        },
        source: match cause.means {
            Means::Configuration => masker.show(cause.source.as_bytes()).as_str().to_owned(),
            _ => cause.source.into_owned(),
        },
        line: cause.line,
        reason: (!cause.reason.is_empty()).then(|| masker.show(&cause.reason)),
        until: cause.until.map(|date| date.to_string()),
        new: cause.new,
    }
}

/// What the report says of entries that hide nothing.
pub fn suppression(masker: &Masker<'_>, expired: Vec<Idle>, unused: Vec<Idle>) -> Suppression {
    let rows = |all: Vec<Idle>| -> Vec<IdleEntry> {
        all.into_iter()
            .map(|idle| IdleEntry {
                line: idle.line,
                what: masker.show(idle.what.as_bytes()),
            })
            .collect()
    };
    Suppression {
        expired: rows(expired),
        unused: rows(unused),
    }
}

fn sort_key(row: &Row) -> impl Ord + '_ {
    let place = &row.places[0];
    (
        !row.fails,
        std::cmp::Reverse(row.severity),
        std::cmp::Reverse(row.confidence),
        place.path.as_str(),
        place.member.as_ref().map(|member| member.as_str()),
        place.region,
        &row.rule,
        row.fingerprint,
    )
}

fn judged<'a>(rules: &RuleSet, row: &'a Row, now: Timestamp) -> Judged<'a> {
    let theirs = rules
        .find(&row.rule)
        .is_some_and(|index| rules.rules[index].theirs);
    let end = match row.status {
        Status::Expired { since, .. } => Some(since),
        Status::Expiring { at } | Status::LiveUntil { at } => Some(at),
        Status::Unknown => None,
    };
    Judged {
        reported: &row.reported,
        rule: &row.rule,
        also: if theirs { &row.also } else { &[] },
        class: row.class,
        severity: row.severity,
        confidence: row.confidence,
        local: row.local,
        expired: row.reported == EXPIRED,
        ends_in: end.map(|end| (end.as_second() - now.as_second()).div_euclid(86_400)),
    }
}

/// The id of what is certainly dead.
pub const EXPIRED: &str = "stale/expired";

#[allow(clippy::too_many_arguments)]
fn row(
    rules: &RuleSet,
    masker: &Masker<'_>,
    finding: Finding,
    life: Life,
    policy: &Policy,
    now: Timestamp,
    lower_dead: bool,
    wishes: Wishes,
) -> Row {
    let rule = &rules.rules[finding.rule];
    let dead = lower_dead
        && finding.class == Class::Credential
        && matches!(
            life.status,
            Status::Expired {
                certainty: Certainty::Certain,
                ..
            }
        );
    let at_head = finding.timeline.as_ref().is_none_or(|t| t.at_head);
    let severity = match (dead, at_head) {
        (true, true) => finding.severity.min(Severity::Low),
        (true, false) => Severity::Info,
        (false, _) => finding.severity,
    };
    let mut places: Vec<PlaceRow> = finding
        .places
        .iter()
        .map(|place| place_row(masker, place, wishes))
        .collect();
    places.shrink_to_fit();
    let mut row = Row {
        rule: rule.id.to_string(),
        reported: reported(rule, &finding, dead),
        local: finding.places.iter().all(Place::is_local),
        name: told(masker, rule, &rule.name),
        fingerprint: finding.fingerprint,
        shown: shown(rule, finding.secret.expose()),
        value: wishes
            .secrets
            .then(|| String::from_utf8_lossy(finding.secret.expose()).into_owned()),
        key: finding.key.as_deref().map(|key| masker.show(key)),
        class: finding.class,
        severity,
        confidence: finding.confidence,
        fails: false,
        checks: finding
            .evidence
            .checks
            .iter()
            .map(|c| (c.name, c.passed))
            .collect(),
        reasons: finding.evidence.reasons,
        also: finding.evidence.also,
        layers: finding.evidence.layers,
        facts: life
            .facts
            .iter()
            .map(|fact| fact_row(masker, fact))
            .collect(),
        status: life.status,
        places,
        timeline: finding
            .timeline
            .as_ref()
            .map(|t| timeline_row(masker, t, wishes)),
        rotate: told(masker, rule, &rule.rotate),
        console: told(masker, rule, &rule.console),
        suppressed: None,
    };
    row.fails = policy.fails(&judged(rules, &row, now));
    row
}

/// GitHub takes severity from the rule: what differs must have an id of its own.
fn reported(rule: &Rule, finding: &Finding, dead: bool) -> String {
    let generic = matches!(&rule.kind, Kind::Context(c) if !c.generic.is_empty());
    if finding.places.iter().all(Place::is_local) {
        format!("local/{}", rule.id)
    } else if dead {
        EXPIRED.to_owned()
    } else if finding.severity == Severity::Info && rule.severity != Severity::Info
        || rule.exposure == Exposure::Publishable
        || finding.class != Class::Credential
    {
        format!("info/{}", rule.id)
    } else if generic && finding.confidence == Confidence::Low {
        format!("generic/{}-weak", rule.id)
    } else {
        rule.id.to_string()
    }
}

/// Whether a rule came from a rule file: what it says is text like any other.
fn is_added(rule: &Rule) -> bool {
    crate::builtin::set().find(&rule.id).is_none()
}

/// What a rule says in words.
fn told(masker: &Masker<'_>, rule: &Rule, text: &str) -> String {
    match is_added(rule) {
        true => masker.show(text.as_bytes()).as_str().to_owned(),
        false => text.to_owned(),
    }
}

/// Longer ones of a rule file, in bytes, are no prefix that many values share.
const SHOWN_MAX: usize = 16;

/// The rule's public prefix, when the value has it, and nothing more: a rule file may call most of
/// a value its prefix.
fn shown(rule: &Rule, value: &[u8]) -> String {
    let prefix = rule.shown.as_ref();
    let short = prefix.len() <= SHOWN_MAX && 2 * prefix.len() <= value.len();
    if !prefix.is_empty() && (short || !is_added(rule)) && value.starts_with(prefix.as_bytes()) {
        format!("{prefix}…")
    } else {
        REDACTED.to_owned()
    }
}

fn fact_row(masker: &Masker<'_>, fact: &Fact) -> FactRow {
    let (value, time) = match &fact.value {
        Value::Time(time) => (crate::secret::Shown::ours(time.to_string()), Some(*time)),
        Value::Text(text) => (masker.show(text), None),
    };
    FactRow {
        field: fact.field,
        value,
        time,
        source: fact.source,
        certainty: fact.certainty,
    }
}

fn place_row(masker: &Masker<'_>, place: &Place, wishes: Wishes) -> PlaceRow {
    let path = masker.show_path(&place.path.0);
    PlaceRow {
        uri: percent_encode(&masker.masked_path(&place.path.0)),
        path,
        member: place
            .origin
            .member()
            .map(|member| masker.show_path(&member.0)),
        region: place.located.region,
        line: place.located.line.clone(),
        line_hash: place.located.line_hash,
        introduced: place
            .introduced
            .as_ref()
            .map(|i| commit_row(masker, &i.commit, wishes)),
        times: place.introduced.as_ref().map_or(0, |i| i.times),
        at_head: place.at_head,
        versions: place.versions,
        reach: place
            .reach
            .as_ref()
            .map(|reach| masker.show(reach.as_bytes())),
        message: matches!(place.origin.outer(), Origin::Message(_)),
        name: match place.origin.outer() {
            Origin::Name(name) => Some(masker.show_path(&name.words())),
            _ => None,
        },
        suppressed: None,
    }
}

fn timeline_row(masker: &Masker<'_>, timeline: &Timeline, wishes: Wishes) -> TimelineRow {
    TimelineRow {
        first: commit_row(masker, &timeline.first, wishes),
        removed: timeline
            .removed
            .as_ref()
            .map(|c| commit_row(masker, c, wishes)),
        at_head: timeline.at_head,
        complete: timeline.complete,
    }
}

fn commit_row(masker: &Masker<'_>, commit: &Commit, wishes: Wishes) -> CommitRow {
    CommitRow {
        id: commit.id.to_string(),
        author: masker.show(&commit.author),
        email: wishes.emails.then(|| masker.show(&commit.email)),
        // Git allows dates that no calendar holds.
        authored: Timestamp::from_second(commit.authored).unwrap_or(Timestamp::UNIX_EPOCH),
        subject: masker.show(&commit.subject),
        signed: commit.signed,
    }
}

/// What was not read, sorted and each once; failures that the user accepts by name weigh less.
pub fn skipped(masker: &Masker<'_>, mut all: Vec<Skipped>, accepted: &[Reason]) -> Vec<SkippedRow> {
    all.sort();
    all.dedup();
    all.into_iter()
        .map(|skipped| SkippedRow {
            reason: skipped.reason,
            weight: match skipped.reason.weight() {
                Weight::Failed if accepted.contains(&skipped.reason) => Weight::Accepted,
                weight => weight,
            },
            what: masker.show_path(&skipped.what),
            detail: masker.show(skipped.detail.as_bytes()),
        })
        .collect()
}

/// What the report says of the rules that have results.
pub fn rule_infos<'a>(
    rules: &RuleSet,
    masker: &Masker<'_>,
    rows: impl Iterator<Item = &'a Row>,
    all: bool,
) -> Vec<RuleInfo> {
    let with: std::collections::BTreeSet<&str> = rows.map(|row| row.rule.as_str()).collect();
    rules
        .rules
        .iter()
        .filter(|rule| all || with.contains(rule.id.as_ref()))
        .map(|rule| RuleInfo {
            id: rule.id.to_string(),
            name: told(masker, rule, &rule.name),
            provider: told(masker, rule, &rule.provider),
            severity: rule.severity,
            exposure: rule.exposure,
            confidence: match &rule.kind {
                Kind::Token(_) => Confidence::High,
                Kind::Context(_) | Kind::File(_) => Confidence::Medium,
            },
            docs: told(masker, rule, &rule.docs),
            rotate: told(masker, rule, &rule.rotate),
            console: told(masker, rule, &rule.console),
            page: told(masker, rule, &page(rule)),
        })
        .collect()
}

/// The page of a rule: Markdown, all from its table.
pub fn page(rule: &Rule) -> String {
    let mut out = format!("# {}\n\n`{}`", rule.name, rule.id);
    let provider = match rule.provider.as_ref() {
        "" | "generic" => String::new(),
        name => format!(" of {name}"),
    };
    let how = match &rule.kind {
        Kind::Token(_) => "recognised by its own form",
        Kind::Context(_) => "recognised by the name it is assigned to",
        Kind::File(_) => "a file that is a credential by itself",
    };
    out.push_str(&format!(
        "{provider}: {how}. Severity {}, exposure {}.\n",
        rule.severity.name(),
        rule.exposure.name()
    ));
    if !rule.checks.is_empty() {
        let checks: Vec<String> = rule.checks.iter().map(|c| format!("`{c}`")).collect();
        out.push_str(&format!("\nChecked offline by {}.\n", checks.join(", ")));
    }
    if !rule.facts.is_empty() {
        out.push_str(&format!(
            "\nIts bytes tell about its life (`{}`).\n",
            rule.facts
        ));
    }
    for (title, text) in [
        ("Rotate", &rule.rotate),
        ("Listed at", &rule.console),
        ("Documentation", &rule.docs),
    ] {
        if !text.is_empty() {
            out.push_str(&format!("\n## {title}\n\n{text}\n"));
        }
    }
    if !rule.examples.is_empty() {
        out.push_str("\n## Shapes that match\n\n");
        for example in rule.examples.iter() {
            out.push_str(&format!("    {}\n", example.replace('\n', "\n    ")));
        }
    }
    out
}

/// What paths are relative to, as far as the user said it.
pub fn base(masker: &Masker<'_>, named: Option<&Path>) -> Base {
    let Some(named) = named else {
        return Base::Root;
    };
    let mut below = Vec::new();
    for part in named.components() {
        match part {
            Component::Normal(name) => below.push(name.to_string_lossy().into_owned()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            // Addresses have no such step.
            Component::ParentDir => {
                return Base::Elsewhere(masker.show_path(named.to_string_lossy().as_bytes()));
            }
        }
    }
    let encoded: String = below
        .iter()
        .map(|name| percent_encode(&masker.masked_path(name.as_bytes())) + "/")
        .collect();
    match (named.has_root(), encoded.is_empty()) {
        (true, _) => Base::Named(format!("file:///{}{encoded}", drive(named))),
        (false, true) => Base::Here,
        (false, false) => Base::Below(encoded),
    }
}

/// The letter of a disk, where paths have one, as addresses write it.
fn drive(path: &Path) -> String {
    match path.components().next() {
        Some(Component::Prefix(prefix)) => {
            let text = prefix.as_os_str().to_string_lossy();
            let letter = text.chars().find(char::is_ascii_alphabetic);
            letter.map_or(String::new(), |letter| format!("{letter}:/"))
        }
        _ => String::new(),
    }
}

/// A path as a URI reference (RFC 3986): unreserved characters and `/` stay.
fn percent_encode(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for &byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
