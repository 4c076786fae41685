//! From credentials to a report: everything that came from the repository goes through the masker
//! here, and only here. After this stage no secret exists unless the user asked for it.

use std::path::{Component, Path};
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::finding::{
    Certainty, Class, Commit, Confidence, Credential, Exposure, Fact, Mode, Origin, Place, Reason,
    Severity, Skipped, Status, SuppressedBy, Suppression, Timeline, Value, Weight,
};
use crate::place::About;
use crate::plan::Plan;
use crate::policy::{Judged, Policy};
use crate::report::{
    Base, CommitRow, ConfigurationRow, FactRow, Hidden, HistoryInfo, IdleEntry, IgnoredRows,
    Outcome, PlaceRow, RangeRow, Read, Report, ReportOptions, Row, RuleInfo, RuleSetInfo,
    SkippedRow, SuppressedRow, SuppressionInfo, TimelineRow,
};
use crate::rule::{Kind, Rule, RuleSet};
use crate::secret::{Masker, REDACTED};
use crate::source::{Control, Ignored, Info, RangeInfo};
use crate::suppress::{Idle, IdleEntries};

/// How credentials become results: by which rules, through which masker, for which question.
pub(crate) struct View<'a> {
    rules: &'a RuleSet,
    masker: &'a Masker<'a>,
    mode: Mode,
    now: Timestamp,
    fail_on_new: bool,
    options: &'a ReportOptions,
}

/// Results by what becomes of them.
#[derive(Default)]
struct Listed {
    /// Those to be listed, worst first.
    rows: Vec<Row>,
    /// Those of which every place is suppressed: new suppressions first, then worst first.
    suppressed: Vec<Row>,
    /// Those below what is shown.
    hidden: Hidden,
    /// How many of those would be shown without the configuration of a repository.
    hidden_by_configuration: usize,
    /// How many of the listed would fail without it.
    spared: usize,
}

impl<'a> View<'a> {
    /// What a run of `mode` shows.
    pub(crate) fn new(
        rules: &'a RuleSet,
        masker: &'a Masker<'a>,
        mode: Mode,
        plan: &'a Plan,
    ) -> Self {
        View {
            rules,
            masker,
            mode,
            now: plan.now,
            fail_on_new: plan.suppressions.fail_on_new,
            options: &plan.report,
        }
    }

    /// The report of a run. Of `unreached` only how many would be listed is told.
    pub(crate) fn report(
        &self,
        credentials: Vec<Credential>,
        unreached: Vec<Credential>,
        idle: IdleEntries,
        about: About,
        control: &Control,
    ) -> Report {
        let (masker, options) = (self.masker, self.options);
        let Listed {
            rows,
            suppressed,
            hidden,
            hidden_by_configuration,
            spared,
        } = self.listed(credentials);
        let unreached = self.listed(unreached).rows.len();
        let results = || rows.iter().chain(&suppressed);
        let fails = results().filter(|row| row.fails).count();
        let mut report = Report {
            version: env!("CARGO_PKG_VERSION"),
            mode: self.mode,
            target: masker.show_path(options.target.as_bytes()),
            base: base(masker, options.base.as_deref()),
            now: self.now,
            rule_set: rule_set_info(self.rules),
            rules: rule_infos(self.rules, masker, results(), options.all_rules),
            suppression: suppression(masker, idle),
            rows,
            suppressed,
            hidden,
            configuration: options.configuration.as_ref().map(|file| ConfigurationRow {
                file: masker.show(file.as_bytes()),
                hidden: hidden_by_configuration,
                spared,
            }),
            strict: options.strict,
            skipped: skipped(
                masker,
                with_stop(about.skipped, control),
                &options.accepted_gaps,
            ),
            ignored: ignored_rows(masker, &about.ignored),
            read: Read {
                items: control.items.load(Ordering::Relaxed),
                bytes: control.bytes.load(Ordering::Relaxed),
            },
            history: about
                .history
                .map(|info| history_info(masker, info, unreached)),
            range: about.range.map(|info| range_row(masker, info)),
            outcome: Outcome::Clean,
        };
        report.outcome = match about.nothing {
            _ if control.stopped() => Outcome::Interrupted,
            _ if fails > 0 => Outcome::Fails(fails),
            _ if report.failed_to_read() => Outcome::Incomplete,
            Some(why) => Outcome::Nothing(why),
            None => Outcome::Clean,
        };
        report
    }

    /// Turns credentials into rows, worst first, and counts those below the policy's thresholds.
    fn listed(&self, credentials: Vec<Credential>) -> Listed {
        let policy = &self.options.policy;
        let without = policy.without.as_deref();
        let mut out = Listed::default();
        for credential in credentials {
            let row = self.row(credential);
            let judged = judged(self.rules, &row, self.now);
            let counts = |by: fn(&Policy, &Judged<'_>) -> bool| {
                row.suppressed.is_none() && without.is_some_and(|policy| by(policy, &judged))
            };
            if policy.shows(&judged) {
                out.spared += usize::from(!row.fails && counts(Policy::fails));
                match row.suppressed {
                    Some(_) => out.suppressed.push(row),
                    None => out.rows.push(row),
                }
            } else {
                out.hidden_by_configuration += usize::from(counts(Policy::shows));
                out.hidden.by_severity[row.severity as usize] += 1;
                out.hidden.samples += usize::from(row.class == Class::Sample);
                out.hidden.uncertain += usize::from(
                    row.class == Class::Credential && row.confidence == Confidence::Low,
                );
            }
        }
        out.rows.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        let old = |row: &Row| !row.newly_suppressed();
        out.suppressed
            .sort_by(|a, b| (old(a), sort_key(a)).cmp(&(old(b), sort_key(b))));
        out
    }

    /// Certainly expired ones are reported as `stale/expired`, but for what a change adds: that was
    /// just written.
    fn is_dead(&self, credential: &Credential) -> bool {
        !self.mode.is_change()
            && credential.best.class == Class::Credential
            && matches!(
                credential.life.status,
                Status::Expired {
                    certainty: Certainty::Certain,
                    ..
                }
            )
    }

    fn row(&self, credential: Credential) -> Row {
        let (masker, options) = (self.masker, self.options);
        let rule = &self.rules.rules[credential.best.rule];
        let dead = self.is_dead(&credential);
        let severity = match (dead, credential.at_head()) {
            (true, true) => credential.severity.min(Severity::Low),
            (true, false) => Severity::Info,
            (false, _) => credential.severity,
        };
        let suppressed = credential
            .suppression()
            .map(|by| suppressed_row(masker, by));
        let mut places: Vec<PlaceRow> = credential
            .places
            .iter()
            .map(|place| place_row(masker, place, options))
            .collect();
        if suppressed.is_none() {
            // Those that are not hidden come first.
            places.sort_by_key(|place| place.suppressed.is_some());
        }
        let reported = reported(rule, &credential, dead);
        let local = credential.is_local();
        let Credential {
            best,
            fingerprint,
            timeline,
            life,
            ..
        } = credential;
        let mut row = Row {
            rule: rule.id.to_string(),
            reported,
            local,
            name: told(masker, rule, &rule.name),
            fingerprint,
            shown: shown(rule, best.secret.expose()),
            value: options
                .secrets
                .then(|| String::from_utf8_lossy(best.secret.expose()).into_owned()),
            key: best.key.as_deref().map(|key| masker.show(key)),
            class: best.class,
            severity,
            confidence: best.confidence,
            fails: false,
            checks: best
                .evidence
                .checks
                .iter()
                .map(|c| (c.name, c.passed))
                .collect(),
            reasons: best.evidence.reasons,
            also: best.evidence.also,
            layers: best.evidence.layers,
            facts: life
                .facts
                .iter()
                .map(|fact| fact_row(masker, fact))
                .collect(),
            status: life.status,
            places,
            timeline: timeline.as_ref().map(|t| timeline_row(masker, t, options)),
            rotate: told(masker, rule, &rule.rotate),
            console: told(masker, rule, &rule.console),
            suppressed,
        };
        row.fails = match &row.suppressed {
            Some(by) => self.fail_on_new && by.new,
            None => options.policy.fails(&judged(self.rules, &row, self.now)),
        };
        row
    }
}

/// A source that was stopped says what it left; what stops later says it here.
fn with_stop(mut skipped: Vec<Skipped>, control: &Control) -> Vec<Skipped> {
    let says_so = |s: &Skipped| matches!(s.reason, Reason::Interrupted | Reason::TimedOut);
    if control.stopped() && !skipped.iter().any(says_so) {
        let reason = match control.timed_out() {
            true => Reason::TimedOut,
            false => Reason::Interrupted,
        };
        skipped.push(Skipped::new(
            reason,
            "the scan",
            "what was found until then is reported",
        ));
    }
    skipped
}

/// Version, size and hash of a rule set; the hash covers everything that a rule says.
fn rule_set_info(rules: &RuleSet) -> RuleSetInfo {
    let builtin = crate::builtin::set();
    let digest = match rules.rules.len() == builtin.rules.len() {
        true => crate::builtin::hash(),
        false => {
            let mut hash = Sha256::new().chain_update(crate::builtin::hash());
            for rule in rules
                .rules
                .iter()
                .filter(|rule| builtin.find(&rule.id).is_none())
            {
                hash.update(format!("{rule:?}"));
            }
            hash.finalize().into()
        }
    };
    RuleSetInfo {
        version: rules.version.clone(),
        count: rules.rules.iter().filter(|rule| rule.on).count(),
        hash: digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    }
}

fn suppressed_row(masker: &Masker<'_>, suppression: &Suppression) -> SuppressedRow {
    let source = suppression.source.as_ref();
    SuppressedRow {
        by: suppression.by,
        source: match suppression.by {
            SuppressedBy::Configuration => masker.show(source.as_bytes()).as_str().to_owned(),
            _ => source.to_owned(),
        },
        line: suppression.line,
        reason: (!suppression.reason.is_empty()).then(|| masker.show(&suppression.reason)),
        until: suppression.until.map(|date| date.to_string()),
        new: suppression.new,
    }
}

/// What the report says of entries that hide nothing.
fn suppression(masker: &Masker<'_>, idle: IdleEntries) -> SuppressionInfo {
    let rows = |all: Vec<Idle>| -> Vec<IdleEntry> {
        all.into_iter()
            .map(|idle| IdleEntry {
                line: idle.line,
                what: masker.show(idle.what.as_bytes()),
            })
            .collect()
    };
    SuppressionInfo {
        expired: rows(idle.expired),
        unused: rows(idle.unused),
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

/// GitHub takes severity from the rule: what differs must have an id of its own.
fn reported(rule: &Rule, credential: &Credential, dead: bool) -> String {
    let generic = matches!(&rule.kind, Kind::Context(c) if !c.generic.is_empty());
    if credential.is_local() {
        format!("local/{}", rule.id)
    } else if dead {
        EXPIRED.to_owned()
    } else if credential.severity == Severity::Info && rule.severity != Severity::Info
        || rule.exposure == Exposure::Publishable
        || credential.best.class != Class::Credential
    {
        format!("info/{}", rule.id)
    } else if generic && credential.best.confidence == Confidence::Low {
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

fn place_row(masker: &Masker<'_>, place: &Place, options: &ReportOptions) -> PlaceRow {
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
            .map(|i| commit_row(masker, &i.commit, options)),
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
        suppressed: place
            .suppressed
            .as_ref()
            .map(|suppression| suppressed_row(masker, suppression)),
    }
}

fn timeline_row(masker: &Masker<'_>, timeline: &Timeline, options: &ReportOptions) -> TimelineRow {
    TimelineRow {
        first: commit_row(masker, &timeline.first, options),
        removed: timeline
            .removed
            .as_ref()
            .map(|c| commit_row(masker, c, options)),
        at_head: timeline.at_head,
        complete: timeline.complete,
    }
}

fn commit_row(masker: &Masker<'_>, commit: &Commit, options: &ReportOptions) -> CommitRow {
    CommitRow {
        id: commit.id.to_string(),
        author: masker.show(&commit.author),
        email: options.emails.then(|| masker.show(&commit.email)),
        // Git allows dates that no calendar holds.
        authored: Timestamp::from_second(commit.authored).unwrap_or(Timestamp::UNIX_EPOCH),
        subject: masker.show(&commit.subject),
        signed: commit.signed,
    }
}

/// What was not read, sorted and each once; failures that the user accepts by name weigh less.
fn skipped(masker: &Masker<'_>, mut all: Vec<Skipped>, accepted: &[Reason]) -> Vec<SkippedRow> {
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
fn rule_infos<'a>(
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
fn base(masker: &Masker<'_>, named: Option<&Path>) -> Base {
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

/// What the report says of the range.
fn range_row(masker: &Masker<'_>, info: RangeInfo) -> RangeRow {
    RangeRow {
        asked: masker.show(info.asked.as_bytes()),
        from: info.from.map(|oid| oid.to_string()),
        to: info.to.map(|oid| oid.to_string()),
        base: info.base.map(|oid| oid.to_string()),
        commits: info.commits,
    }
}

/// What the report says of ignored files.
fn ignored_rows(masker: &Masker<'_>, ignored: &Ignored) -> IgnoredRows {
    IgnoredRows {
        files: ignored.files,
        credential_stores: ignored
            .credential_stores
            .iter()
            .map(|path| masker.show_path(&path.0))
            .collect(),
    }
}

/// What the report says of the history.
fn history_info(masker: &Masker<'_>, facts: Info, unreached: usize) -> HistoryInfo {
    HistoryInfo {
        commits: facts.commits,
        refs: facts.refs,
        shallow: facts.shallow,
        partial: facts.partial,
        head: facts.head.map(|id| id.to_string()),
        remote: facts
            .remote
            .map(|remote| masker.show(&without_user(&remote))),
        unreached,
    }
}

/// User information is removed from every URL.
fn without_user(url: &[u8]) -> Vec<u8> {
    let Some(scheme) = memchr::memmem::find(url, b"://") else {
        return url.to_vec();
    };
    let rest = &url[scheme + 3..];
    let host_end = rest.iter().position(|b| *b == b'/').unwrap_or(rest.len());
    match rest[..host_end].iter().rposition(|b| *b == b'@') {
        Some(at) => [&url[..scheme + 3], &rest[at + 1..]].concat(),
        None => url.to_vec(),
    }
}
