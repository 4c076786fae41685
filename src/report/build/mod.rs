//! From credentials to a report: everything that came from the repository goes through the masker
//! here, and only here. After this stage no secret exists unless the user asked for it.

mod credential;
mod gaps;
mod listed;
pub(super) mod notices;
mod place;
mod reported;
mod rules;
mod run;

use credential::Seen;
pub use reported::EXPIRED;
pub(super) use run::percent_encoded;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::{
    Configuration, End, Finding, Hidden, Outcome, Read, Report, ReportOptions, Run, SchemaVersion,
    Summary, Tool,
};
use crate::finding::{self, Class, Confidence, Credential, Notice, RepoPath, Until, Weight};
use crate::lists::{Joined, List};
use crate::place::About;
use crate::plan::{Plan, Question};
use crate::rule::RuleSet;
use crate::secret::{Finder, Fingerprint, Masker};
use crate::source::Control;
use crate::suppress::IdleEntries;
use crate::thresholds::{Judged, Thresholds};

/// How credentials become results: by which rules, through which masker, for which question.
pub(crate) struct View<'a> {
    rules: &'a RuleSet,
    masker: &'a Masker<'a>,
    question: Question,
    now: Timestamp,
    register: Option<&'a str>,
    fail_on_new: bool,
    options: &'a ReportOptions,
    lists: &'a [List],
    /// Paths as addresses: one path stands beside each of its findings.
    uris: RefCell<HashMap<RepoPath, String>>,
}

/// What a run found out, and what is no value in the files.
pub(crate) struct Results<'a> {
    /// The credentials.
    pub credentials: Vec<Credential>,
    /// Those of a history that only objects hold which nothing reaches: how many would be listed is told.
    pub unreached: Vec<Credential>,
    /// Which of the credentials are tokens of the lists.
    pub joined: &'a Joined,
    /// The entries of the baseline that hide nothing.
    pub idle: IdleEntries,
    /// What there is to say besides.
    pub notices: Vec<Notice>,
    /// The ends that lie ahead.
    pub ends: Vec<finding::End>,
}

/// The masker of everything that is told of a run. A sample is no secret, and often a plain word that reports
/// are full of.
pub(crate) fn masker<'a>(
    credentials: &[Credential],
    finder: &'a Finder<'a>,
    plan: &Plan,
) -> Masker<'a> {
    let all = credentials.iter().map(|credential| &credential.best);
    let secret = all.filter(|best| best.class != Class::Sample);
    Masker::new(secret.map(|best| &best.secret), finder, plan.report.secrets)
}

/// Results by what becomes of them.
#[derive(Default)]
struct Listed {
    /// Those to be listed, worst first.
    findings: Vec<Finding>,
    /// Those of which every place is suppressed: new suppressions first, then worst first.
    suppressed: Vec<Finding>,
    /// Those below what is shown.
    hidden: Hidden,
    /// How many of those would be shown without the configuration of a repository.
    hidden_by_configuration: usize,
    /// How many of the listed would fail without it.
    spared: usize,
}

impl<'a> View<'a> {
    /// What a run shows that was asked a question.
    pub(crate) fn new(masker: &'a Masker<'a>, question: Question, plan: &'a Plan) -> Self {
        View {
            rules: plan.scanner.rules(),
            masker,
            question,
            now: plan.now,
            register: plan
                .register
                .as_ref()
                .map(|register| register.file.as_str()),
            fail_on_new: plan.suppressions.fail_on_new,
            options: &plan.report,
            lists: &plan.lists,
            uris: RefCell::default(),
        }
    }

    /// The report of a run.
    pub(crate) fn report(
        &self,
        results: Results<'_>,
        about: About,
        until: &Until<'_>,
        control: &Control,
    ) -> Report {
        let (masker, options) = (self.masker, self.options);
        let tokens = self.listed_tokens(results.joined, &results.credentials);
        let mut listed = self.listed(results.credentials, until);
        let notices = self.notices(results.notices, &mut listed.hidden);
        let unreached = self.listed(results.unreached, until).findings.len();
        // What was made until a stop came is not written for longer than it took to make the rest.
        until.cut(&mut listed.findings);
        until.cut(&mut listed.suppressed);
        let skipped = self.skipped(gaps::with_stop(about.skipped, until.left(), control));
        let failed = skipped.iter().any(|gap| gap.weight == Weight::Failed);
        let nothing = about.nothing.filter(|_| !failed && !control.stopped());
        let mut summary = Summary::new(match nothing {
            _ if control.stopped() => Outcome::Interrupted,
            Some(_) => Outcome::Nothing,
            // Which of the others it is follows from what is listed.
            None => Outcome::Clean,
        });
        summary.reason = nothing.map(Into::into);
        summary.hidden = listed.hidden;
        summary.suppressed.expired_entries = self.idle(results.idle.expired);
        summary.suppressed.unused_entries = self.idle(results.idle.unused);
        summary.ignored = self.ignored(&about.ignored);
        summary.read = Read {
            items: control.items.load(Ordering::Relaxed),
            bytes: control.bytes.load(Ordering::Relaxed),
        };
        let all = listed.findings.iter().chain(&listed.suppressed);
        let configuration = options.configuration.as_ref();
        Report {
            schema_version: SchemaVersion,
            run: Run {
                tool: Tool::Keysweep,
                version: env!("CARGO_PKG_VERSION").into(),
                mode: self.question.mode,
                target: masker.show_path(options.target.as_bytes()),
                web: self.web(about.history.as_ref()),
                now: self.now,
                rule_set: rules::rule_set(self.rules),
                register: self.register.map(|file| masker.show_path(file.as_bytes())),
                configuration: configuration.map(|file| Configuration {
                    file: masker.show(file.as_bytes()),
                    hidden: listed.hidden_by_configuration,
                    spared: listed.spared,
                }),
                history: about.history.map(|info| self.history(info, unreached)),
                range: about.range.map(|info| self.range(info)),
            },
            summary,
            rules: self.rules(all, options.all_rules),
            findings: listed.findings,
            suppressed: listed.suppressed,
            notices,
            listed: tokens,
            skipped,
            ends: self.ends(results.ends),
            base: run::base(masker, options.base.as_deref()),
        }
        .settled(options.strict)
        .linked()
    }

    /// Masks what there is to say of ends.
    fn ends(&self, all: Vec<finding::End>) -> Vec<End> {
        let masked = all.into_iter().map(|end| End {
            id: end.id,
            at: end.at,
            warn: end.warn,
            what: self.masker.show(&end.what),
            about: end
                .about
                .iter()
                .map(|line| self.masker.show(line))
                .collect(),
        });
        masked.collect()
    }

    /// Turns credentials into results, worst first, and counts those below the thresholds.
    fn listed(&self, mut credentials: Vec<Credential>, until: &Until<'_>) -> Listed {
        until.cut(&mut credentials);
        let thresholds = &self.options.thresholds;
        let without = thresholds.without.as_deref();
        let mut out = Listed::default();
        let seen = credentials.iter().map(|credential| self.seen(credential));
        let seen: Vec<Seen> = seen.collect();
        let mut findings: Vec<(Finding, Seen)> = Vec::with_capacity(seen.len());
        for (credential, seen) in credentials.into_iter().zip(seen) {
            match until.goes_on(findings.len()) {
                true => findings.push((self.finding(credential), seen)),
                false => until.leave(1),
            }
        }
        self.join_parts(&mut findings);
        for (finding, seen) in findings {
            let judged = self.judged(&finding, seen);
            let open = finding.suppressed.is_none();
            let counts = |by: fn(&Thresholds, &Judged<'_>) -> bool| {
                open && without.is_some_and(|thresholds| by(thresholds, &judged))
            };
            if thresholds.shows(&judged) {
                out.spared += usize::from(!finding.fails && counts(Thresholds::fails));
                match open {
                    true => out.findings.push(finding),
                    false => out.suppressed.push(finding),
                }
                continue;
            }
            out.hidden_by_configuration += usize::from(counts(Thresholds::shows));
            out.hidden.total += 1;
            out.hidden.by_severity.add(finding.severity);
            match (finding.class, finding.confidence) {
                (Class::Sample, _) => out.hidden.samples += 1,
                (Class::Credential, Confidence::Low) => out.hidden.uncertain += 1,
                _ => {}
            }
        }
        let old = |finding: &Finding| !finding.newly_suppressed();
        out.findings = sorted(out.findings, |a, b| rank(a).cmp(&rank(b)));
        out.suppressed = sorted(out.suppressed, |a, b| {
            (old(a), rank(a)).cmp(&(old(b), rank(b)))
        });
        out
    }
}

impl View<'_> {
    /// Tells the halves of a credential at the other one, where that is told itself and may be alive; where
    /// it is not, a half is a finding like any other.
    fn join_parts(&self, findings: &mut [(Finding, Seen)]) {
        let thresholds = &self.options.thresholds;
        let shown = findings.iter().map(|(finding, seen)| {
            let told = thresholds.shows(&self.judged(finding, *seen));
            told && !finding.certainly_expired()
        });
        let shown: Vec<bool> = shown.collect();
        let wholes = findings.iter().enumerate();
        let wholes: HashMap<Fingerprint, usize> = wholes
            .filter(|(at, (finding, _))| shown[*at] && finding.part_of.is_none())
            .map(|(at, (finding, _))| (finding.fingerprint, at))
            .collect();
        for at in 0..findings.len() {
            let (finding, seen) = &mut findings[at];
            let Some(whole) = finding.part_of else {
                continue;
            };
            let whole = wholes.get(&whole).copied();
            if whole.is_none() {
                finding.part_of = None;
                self.decide(finding, *seen);
            }
            let part = finding.as_part().filter(|_| shown[at]);
            if let (Some(part), Some(whole)) = (part, whole) {
                findings[whole].0.parts.push(part);
            }
        }
    }
}

/// Sorts findings, which are large: each is moved once.
fn sorted(
    all: Vec<Finding>,
    order: impl Fn(&Finding, &Finding) -> std::cmp::Ordering,
) -> Vec<Finding> {
    let mut numbers: Vec<usize> = (0..all.len()).collect();
    numbers.sort_by(|a, b| order(&all[*a], &all[*b]));
    let mut all: Vec<Option<Finding>> = all.into_iter().map(Some).collect();
    let sorted = numbers.into_iter().filter_map(|n| all[n].take());
    sorted.collect()
}

/// The order of a report: by failing, severity, confidence, path, line.
pub(super) fn rank(finding: &Finding) -> impl Ord + '_ {
    let place = &finding.places[0];
    (
        !finding.fails,
        Reverse(finding.severity),
        Reverse(finding.confidence),
        place.path.as_str(),
        place.member.as_ref().map(|member| member.as_str()),
        place.region,
        &finding.rule,
        finding.fingerprint,
    )
}
