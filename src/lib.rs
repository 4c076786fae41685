//! keysweep finds hardcoded and stale credentials and says which of them still matter.
//!
//! [`run`] is the whole program in one function: `source` lends bytes, `detect` proposes
//! candidates, `judge` settles what they are, `audit` says whether they still matter, `report`
//! shows them. Options do not travel: each stage gets the values it needs.

pub mod audit;
#[path = "rule/builtin.rs"]
pub mod builtin;
pub mod collect;
pub mod config;
pub mod detect;
pub mod example;
pub mod finding;
pub mod judge;
mod news;
pub mod policy;
pub mod present;
pub mod report;
pub mod rule;
pub mod secret;
pub mod source;
mod standing;
pub mod suppress;
mod trace;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use collect::Collector;
use detect::Scanner;
use finding::{Class, Reason, RepoPath, Sighting, Skipped, Weight};
use judge::FileMarks;
use policy::Policy;
use present::Wishes;
use report::{ConfigurationRow, Mode, Outcome, Read, Report, RuleSetInfo};
use rule::RuleSet;
use secret::{Fingerprint, Masker};
use source::{
    ArchiveLimits, Control, HistoryOptions, IndexedOptions, RangeOptions, StagedOptions,
    TreeOptions,
};
use standing::Standings;
use suppress::{Scope, Subject, Suppressions};

/// What to scan.
pub enum Input {
    /// Files and trees.
    Tree(TreeOptions),
    /// A stream, under a name, up to so many bytes.
    Stream(String, Box<dyn std::io::Read + Send>, u64),
    /// The index against HEAD.
    Staged(StagedOptions),
    /// What the index holds, whole.
    Indexed(IndexedOptions),
    /// Every version of everything.
    History(HistoryOptions),
    /// What the commits of a range introduced.
    Range(RangeOptions),
}

/// Everything a run needs to know.
pub struct Plan {
    /// What to scan.
    pub input: Input,
    /// How the user named it.
    pub target: String,
    /// The directory that paths are relative to, as the user named it; `None` in a repository, whose
    /// top it is then.
    pub base: Option<std::path::PathBuf>,
    /// What to look for.
    pub scanner: Scanner,
    /// What is shown and what fails.
    pub policy: Policy,
    /// Within which limits archives are opened; `None` leaves them closed.
    pub archives: Option<ArchiveLimits>,
    /// The moment that statuses hold for.
    pub now: Timestamp,
    /// What the user asked to see.
    pub wishes: Wishes,
    /// List every rule in the report, also those without results.
    pub all_rules: bool,
    /// What hides findings.
    pub suppressions: Suppressions,
    /// The configuration file that holds, as messages name it.
    pub configuration: Option<String>,
    /// Failures to read that the user accepts.
    pub accepted_gaps: Vec<Reason>,
    /// Limits of scope count as failures.
    pub strict: bool,
}

/// A finding as people and baselines name it.
pub struct Known {
    /// Its fingerprint, which the report's row has too.
    pub fingerprint: Fingerprint,
    /// What it shares with other values of the same name in the same file.
    pub family: Fingerprint,
    /// How a baseline names it.
    pub subject: Subject,
    /// Where it stands first, as it may be shown: path, line and column.
    pub place: String,
}

/// A look at findings in order to write about them.
pub struct Examined {
    /// What a run reports.
    pub report: Report,
    /// How each finding is named, listed or not.
    pub known: Vec<Known>,
    /// The entries of the baseline that fit no finding, as the baseline writes them.
    pub unused: Vec<String>,
}

/// Scans and reports.
///
/// # Errors
/// Only what makes the whole run pointless: no such path, no repository, one that cannot be read.
/// What fails on the way is in the report.
pub fn run(plan: Plan, control: &Control) -> anyhow::Result<Report> {
    scan(plan, false, control).map(|examined| examined.report)
}

/// Scans and reports; also says how baselines name each finding, listed or not.
///
/// # Errors
/// As [`run`].
pub fn examine(plan: Plan, control: &Control) -> anyhow::Result<Examined> {
    scan(plan, true, control)
}

fn scan(plan: Plan, named: bool, control: &Control) -> anyhow::Result<Examined> {
    let scanner = &plan.scanner;
    let rules = scanner.rules();
    let collector = Collector::new(scanner)
        .with_archives(plan.archives)
        .with_control(control);
    let seen = trace::visit(plan.input, &collector, control)?;
    let today = plan.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let standings = Standings::new(rules, &plan.suppressions, today);
    let weigh = |sighting: &Sighting, path: &RepoPath| standings.of(sighting, path);
    let marks = FileMarks::new(rules);
    let placed = seen.place(collector.into_sightings(), &marks, &weigh, control);

    let findings = judge::judge(rules, placed.placed, &placed.timelines);
    let whole = !control.stopped()
        && !placed
            .skipped
            .iter()
            .any(|s| s.reason.weight() == Weight::Failed);
    let scope = match plan.suppressions.scope {
        // What was not read may hold what an entry means.
        Scope::Tree | Scope::History if !whole => Scope::Part,
        scope => scope,
    };
    let applied = plan
        .suppressions
        .apply(rules, &findings, &placed.before, today, scope);
    let assessed: Vec<_> = findings
        .into_iter()
        .map(|finding| {
            let facts = audit::decode(&rules.rules[finding.rule].facts, &finding);
            let life = audit::assess(facts, plan.now);
            (finding, life)
        })
        .collect();

    // A sample is no secret, and often a plain word that reports are full of.
    let values: Vec<secret::Secret> = assessed
        .iter()
        .filter(|(finding, _)| finding.class != Class::Sample)
        .map(|(finding, _)| finding.secret.clone())
        .collect();
    let finder = |text: &[u8]| scanner.scan(text).into_iter().map(|c| c.span).collect();
    let masker = Masker::new(&values, &finder, plan.wishes.secrets);

    let known = match named {
        true => names(rules, &masker, &assessed),
        false => Vec::new(),
    };
    let unused = applied.unused.iter().map(|idle| idle.text.clone());
    let unused = unused.collect();

    // What is new is never called dead: it was just written.
    let lower_dead = !matches!(placed.mode, Mode::Staged | Mode::Range);
    let findings = assessed.into_iter().zip(applied.causes);
    let present::Listed {
        rows,
        mut suppressed,
        hidden,
        hidden_by_configuration,
        spared,
    } = present::rows(
        rules,
        &masker,
        findings.map(|((finding, life), causes)| (finding, life, causes)),
        &plan.policy,
        plan.now,
        lower_dead,
        plan.wishes,
    );
    for row in &mut suppressed {
        row.fails = plan.suppressions.fail_on_new && row.newly_suppressed();
    }
    let unreached = judge::judge(rules, placed.unreached, &placed.timelines);
    let hides = plan
        .suppressions
        .apply(rules, &unreached, &placed.before, today, scope)
        .causes;
    let unreached = listed(
        rules,
        &masker,
        unreached.into_iter().zip(hides),
        &plan.policy,
        plan.wishes,
        plan.now,
    );
    let mut skipped = placed.skipped;
    // A source that was stopped says what it left; what stops later says it here.
    let told = |s: &Skipped| matches!(s.reason, Reason::Interrupted | Reason::TimedOut);
    if control.stopped() && !skipped.iter().any(told) {
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
    let fails = rows
        .iter()
        .chain(&suppressed)
        .filter(|row| row.fails)
        .count();
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        mode: placed.mode,
        target: masker.show_path(plan.target.as_bytes()),
        base: present::base(&masker, plan.base.as_deref()),
        now: plan.now,
        rule_set: rule_set_info(rules),
        rules: present::rule_infos(
            rules,
            &masker,
            rows.iter().chain(&suppressed),
            plan.all_rules,
        ),
        suppression: present::suppression(&masker, applied.expired, applied.unused),
        rows,
        suppressed,
        hidden,
        configuration: plan.configuration.map(|file| ConfigurationRow {
            file: masker.show(file.as_bytes()),
            hidden: hidden_by_configuration,
            spared,
        }),
        strict: plan.strict,
        skipped: present::skipped(&masker, skipped, &plan.accepted_gaps),
        ignored: trace::ignored_rows(&masker, &placed.ignored),
        read: Read {
            items: control.items.load(std::sync::atomic::Ordering::Relaxed),
            bytes: control.bytes.load(std::sync::atomic::Ordering::Relaxed),
        },
        history: placed
            .history
            .map(|info| trace::history_info(&masker, info, unreached)),
        range: placed.range.map(|info| trace::range_row(&masker, info)),
        outcome: Outcome::Clean,
    };
    report.outcome = match placed.nothing {
        _ if control.stopped() => Outcome::Interrupted,
        _ if fails > 0 => Outcome::Fails(fails),
        _ if report.failed_to_read() => Outcome::Incomplete,
        Some(why) => Outcome::Nothing(why),
        None => Outcome::Clean,
    };
    Ok(Examined {
        report,
        known,
        unused,
    })
}

/// How people and baselines name each finding.
fn names(
    rules: &RuleSet,
    masker: &Masker<'_>,
    findings: &[(finding::Finding, audit::Life)],
) -> Vec<Known> {
    findings
        .iter()
        .map(|(finding, _)| {
            let rule = &rules.rules[finding.rule].id;
            let at_head = finding.timeline.as_ref().is_none_or(|t| t.at_head);
            let place = &finding.places[0];
            let region = place.located.region;
            Known {
                fingerprint: finding.fingerprint,
                family: finding.family(rule),
                subject: Subject::of(finding, rule, !at_head, &masker.masked_path(&place.path.0)),
                place: format!(
                    "{}:{}:{}",
                    masker.show_path(&place.whole_path().0).as_str(),
                    region.start_line,
                    region.start_column
                ),
            }
        })
        .collect()
}

/// How many of the findings would be listed.
fn listed(
    rules: &RuleSet,
    masker: &Masker<'_>,
    findings: impl Iterator<Item = (finding::Finding, Vec<Option<suppress::Cause>>)>,
    policy: &Policy,
    wishes: Wishes,
    now: Timestamp,
) -> usize {
    let findings = findings.map(|(finding, causes)| {
        let facts = audit::decode(&rules.rules[finding.rule].facts, &finding);
        let life = audit::assess(facts, now);
        (finding, life, causes)
    });
    let listed = present::rows(rules, masker, findings, policy, now, true, wishes);
    listed.rows.len()
}

/// Version, size and hash of a rule set; the hash covers everything that a rule says.
fn rule_set_info(rules: &RuleSet) -> RuleSetInfo {
    let builtin = builtin::set();
    let digest = match rules.rules.len() == builtin.rules.len() {
        true => builtin::hash(),
        false => {
            let mut hash = Sha256::new().chain_update(builtin::hash());
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
