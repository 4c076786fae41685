//! One credential as a report shows it.

use super::View;
use super::reported::{EXPIRED, reported};
use super::rules::{masked, masked_if_any};
use crate::finding::{self, Credential, PlaceKind, Severity, SuppressedBy, Value};
use crate::report::{Check, Condition, Evidence, Fact, Finding, Suppression};
use crate::rule::Rule;
use crate::secret::{REDACTED, Shown};
use crate::thresholds::Judged;

/// Longer prefixes of a rule file, in bytes, are no prefix that many values share.
const SHOWN_MAX: usize = 16;

/// What is asked of a credential besides its finding.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// The kind of the place where it matters most.
    place: PlaceKind,
    /// A generic rule found it.
    generic: bool,
    /// A rule of what is scanned found it.
    of_repository: bool,
}

impl View<'_> {
    /// Masks what there is to say of a credential, and says whether it fails. What is suppressed
    /// fails only when the change that is looked at brought that, and the user wants it to.
    pub(super) fn finding(&self, credential: Credential) -> Finding {
        let rule = &self.rules.rules[credential.best.rule];
        let seen = self.seen(&credential);
        let dead = self.is_dead(&credential);
        let suppressed = credential.suppression().map(|it| self.suppression(it));
        let mut places: Vec<_> = credential.places.iter().map(|p| self.place(p)).collect();
        if suppressed.is_none() {
            // Those that are not hidden come first, and of them the kind of place that makes it fail.
            let kind = credential.kind();
            places.sort_by_key(|place| {
                let gone = place.at_head == Some(false);
                (place.suppressed.is_some(), gone, place.kind != kind)
            });
        }
        let best = &credential.best;
        let value = || String::from_utf8_lossy(best.secret.expose()).into_owned();
        let facts = &credential.life.facts;
        let mut out = Finding {
            id: credential.fingerprint.short(),
            fingerprint: credential.fingerprint,
            guessable: !credential.is_strong(),
            rule: rule.id.to_string(),
            reported: reported(rule, &credential, dead),
            name: masked(self.masker, rule, &rule.name),
            class: best.class,
            severity: match (dead, credential.stands()) {
                (true, true) => credential.severity.min(Severity::Low),
                (true, false) => Severity::Info,
                (false, _) => credential.severity,
            },
            confidence: best.confidence,
            probability: credential.probability.map(two_digits),
            fails: false,
            folded: false,
            part_of: credential.part_of,
            parts: Vec::new(),
            shown: shown(rule, best.secret.expose()),
            value: self.options.secrets.then(value),
            key: best.key.as_deref().map(|key| self.masker.show(key)),
            evidence: evidence(&best.evidence),
            status: credential.life.status,
            facts: facts.iter().map(|fact| self.fact(fact)).collect(),
            conditions: credential
                .conditions
                .iter()
                .map(|it| self.condition(it))
                .collect(),
            timeline: credential.timeline.as_ref().map(|t| self.timeline(t)),
            places,
            rotate: masked_if_any(self.masker, rule, &rule.rotate),
            console: masked_if_any(self.masker, rule, &rule.console),
            suppressed,
        };
        self.decide(&mut out, seen);
        out
    }

    /// Whether it fails and is folded.
    pub(super) fn decide(&self, out: &mut Finding, seen: Seen) {
        match &out.suppressed {
            Some(it) => out.fails = self.fail_on_new && it.new,
            None => {
                let judged = self.judged(out, seen);
                let thresholds = &self.options.thresholds;
                let by = out.conditions.iter();
                let by: Vec<bool> = by.map(|it| thresholds.fails_by(it.id, &judged)).collect();
                (out.fails, out.folded) = (thresholds.fails(&judged), thresholds.folds(&judged));
                for (condition, fails) in out.conditions.iter_mut().zip(by) {
                    condition.fails = fails;
                }
            }
        }
    }

    /// What hides a place.
    pub(super) fn suppression(&self, it: &finding::Suppression) -> Suppression {
        let source = it.source.as_ref();
        Suppression {
            by: it.by,
            source: match it.by {
                SuppressedBy::Configuration => {
                    self.masker.show(source.as_bytes()).as_str().to_owned()
                }
                _ => source.to_owned(),
            },
            line: it.line,
            reason: (!it.reason.is_empty()).then(|| self.masker.show(&it.reason)),
            until: it.until,
            new: it.new,
        }
    }

    /// What the thresholds ask of a credential that a finding does not say.
    pub(super) fn seen(&self, credential: &Credential) -> Seen {
        Seen {
            place: credential.kind(),
            generic: self.rules.rules[credential.best.rule].generic().is_some(),
            of_repository: credential.best.of_repository,
        }
    }

    /// What the thresholds look at. A rule of the repository answers for the others that it took the
    /// place of.
    pub(super) fn judged<'f>(&self, finding: &'f Finding, seen: Seen) -> Judged<'f> {
        Judged {
            reported: &finding.reported,
            rule: &finding.rule,
            also: match seen.of_repository {
                true => &finding.evidence.also,
                false => &[],
            },
            class: finding.class,
            severity: finding.severity,
            confidence: finding.confidence,
            generic: seen.generic,
            place: seen.place,
            local: finding.is_local(),
            part: finding.part_of.is_some(),
            expired: finding.reported == EXPIRED,
            ends_in: finding.status.end().map(|end| self.days_until(end)),
            conditions: self
                .question
                .conditions
                .then(|| finding.conditions.iter().map(|it| it.id).collect()),
        }
    }

    fn condition(&self, of: &finding::Condition) -> Condition {
        Condition {
            id: of.id,
            severity: of.severity,
            at: of.at,
            message: of.message.clone(),
            facts: of.facts.clone(),
            policy: of
                .policy
                .as_ref()
                .map(|it| self.masker.show_path(it.as_bytes())),
            fails: false,
        }
    }

    /// Whole days from now until a moment; negative when it is past.
    pub(super) fn days_until(&self, end: jiff::Timestamp) -> i64 {
        let seconds = end.as_second() - self.now.as_second();
        seconds.div_euclid(finding::DAY)
    }

    fn fact(&self, fact: &finding::Fact) -> Fact {
        let (value, time) = match &fact.value {
            Value::Time(time) => (Shown::ours(time.to_string()), Some(*time)),
            Value::Text(text) if fact.field.is_person() => (self.person(text), None),
            Value::Text(text) => (self.masker.show(text), None),
            // Public, and what people look it up with: it stays although it may be a finding itself.
            Value::Id(id) => (Shown::ours(id.clone()), None),
        };
        Fact {
            field: fact.field,
            value,
            time,
            source: fact.source,
            certainty: fact.certainty,
        }
    }
}

/// Two digits behind the dot: more was not measured.
fn two_digits(probability: f32) -> f64 {
    (f64::from(probability) * 100.0).round() / 100.0
}

fn evidence(of: &finding::Evidence) -> Evidence {
    let check = |check: &finding::Check| Check {
        name: check.name.into(),
        passed: check.passed,
    };
    Evidence {
        ground: of.ground.name(),
        checks: of.checks.iter().map(check).collect(),
        reasons: of.reasons.iter().map(|reason| (*reason).into()).collect(),
        also: of.also.clone(),
        layers: of.layers.iter().map(|layer| (*layer).into()).collect(),
    }
}

/// The rule's public prefix, when the value has it, and nothing more: a rule file may call most of
/// a value its prefix.
fn shown(rule: &Rule, value: &[u8]) -> String {
    let prefix = rule.shown.as_ref();
    let short = prefix.len() <= SHOWN_MAX && 2 * prefix.len() <= value.len();
    let trusted = short || rule.is_builtin();
    match !prefix.is_empty() && trusted && value.starts_with(prefix.as_bytes()) {
        true => format!("{prefix}…"),
        false => REDACTED.to_owned(),
    }
}
