//! What is shown and what fails.

use globset::{Glob, GlobMatcher};

use crate::finding::{Class, ConditionId, Confidence, Notice, PlaceKind, Severity};

/// What waits for the answer of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    /// Somebody reads a report.
    Report,
    /// A commit or a push, which the answer can stop: less is listed there.
    Hook,
}

/// Thresholds of a run.
#[derive(Clone, Debug)]
pub struct Thresholds {
    /// Results below are counted, not listed.
    pub min_confidence: Confidence,
    /// Results below are counted, not listed.
    pub min_severity: Severity,
    /// What fails; empty for what fails by default.
    pub fail_on: Vec<FailOn>,
    /// The confidence from which a result fails, wherever it stands; `None` for the one that goes with its place.
    pub fail_confidence: Option<Confidence>,
    /// The thresholds that would hold without the configuration of a repository.
    pub without: Option<Box<Thresholds>>,
}

/// One `--fail-on`.
#[derive(Clone, Debug)]
pub enum FailOn {
    /// Nothing fails by its content.
    None,
    /// This severity and worse, with confidence medium or better.
    Severity(Severity),
    /// Results whose id matches, whatever their severity.
    Rule(ByRule),
}

/// A glob over the ids that results are reported under.
#[derive(Clone, Debug)]
pub struct ByRule {
    text: String,
    glob: GlobMatcher,
    days: Option<i64>,
}

impl ByRule {
    /// As it was written, without the days.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it means results that are reported under `id`.
    pub fn means(&self, id: &str) -> bool {
        self.glob.is_match(id)
    }

    fn fails(&self, result: &Judged<'_>) -> bool {
        let within = |days: i64| result.ends_in.is_some_and(|left| left <= days);
        let by_id = self.means(result.reported)
            || !result.local
                && (self.means(result.rule) || result.also.iter().any(|id| self.means(id)));
        if by_id && self.days.is_none_or(within) {
            return true;
        }
        ConditionId::ALL
            .into_iter()
            .any(|id| self.names(id, result))
    }

    /// Whether it names a condition of a result, so that the result fails by that. With days it means what
    /// ends within them, whatever the policy wants to be warned of.
    fn names(&self, id: ConditionId, result: &Judged<'_>) -> bool {
        let Some(conditions) = &result.conditions else {
            return false;
        };
        if result.local || result.class != Class::Credential || !self.means(id.name()) {
            return false;
        }
        match (self.days, id) {
            (Some(days), ConditionId::Expiring) => result
                .ends_in
                .is_some_and(|left| (0..=days).contains(&left)),
            (Some(_), _) => false,
            (None, _) => conditions.contains(&id),
        }
    }

    /// Whether days were named that mean nothing: what is going to end alone has any.
    pub fn has_idle_days(&self) -> bool {
        let conditions = ConditionId::ALL.into_iter();
        let mut meant = conditions.filter(|id| self.means(id.name()));
        self.days.is_some() && meant.next().is_some() && !self.means(ConditionId::Expiring.name())
    }
}

impl FailOn {
    /// Reads `none`, a severity, or `RULE-GLOB[:DAYS]`.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(FailOn::None);
        }
        if let Some(severity) = Severity::ALL.into_iter().find(|s| s.name() == text) {
            return Ok(FailOn::Severity(severity));
        }
        let (glob, days) = match text.split_once(':') {
            Some((glob, days)) => {
                let days = days.trim_end_matches('d').parse().map_err(|_| {
                    format!(
                        "`{days}` is not a number of days; write for example `stale/expiring:7`"
                    )
                })?;
                (glob, Some(days))
            }
            None => (text, None),
        };
        Glob::new(glob)
            .map(|compiled| {
                FailOn::Rule(ByRule {
                    text: glob.to_owned(),
                    glob: compiled.compile_matcher(),
                    days,
                })
            })
            .map_err(|error| {
                format!("`{glob}` is neither `none`, a severity nor a glob over rule ids: {error}")
            })
    }
}

/// What a thresholds needs to know of a result.
#[derive(Debug)]
pub struct Judged<'a> {
    /// The id it is reported under.
    pub reported: &'a str,
    /// Its rule.
    pub rule: &'a str,
    /// Other rules that it answers to: those whose place a rule of what is scanned took.
    pub also: &'a [String],
    /// Credential or sample.
    pub class: Class,
    /// What it opens.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// It is certainly dead.
    pub expired: bool,
    /// Whole days until it ends; negative when past.
    pub ends_in: Option<i64>,
    /// What is wrong with its life; `None` where that is not asked: a change never fails because a day
    /// passed.
    pub conditions: Option<Vec<ConditionId>>,
    /// A generic rule found it, by a name and a score.
    pub generic: bool,
    /// The kind of the place where it matters most.
    pub place: PlaceKind,
    /// It stands only in files of this machine that no commit holds: nothing that a reviewer could
    /// mend. It fails where it is asked for by the id that it is reported under, and only there.
    pub local: bool,
    /// It is the other half of a result that is told: what there is to do is told there.
    pub part: bool,
}

impl Thresholds {
    /// The thresholds at a checkpoint.
    pub fn new(at: Checkpoint) -> Self {
        Thresholds {
            min_confidence: Confidence::Medium,
            min_severity: match at {
                Checkpoint::Hook => Severity::Medium,
                Checkpoint::Report => Severity::Info,
            },
            fail_on: Vec::new(),
            fail_confidence: None,
            without: None,
        }
    }

    /// Whether a result is listed. What is sure enough to fail is sure enough to be listed.
    pub fn shows(&self, result: &Judged<'_>) -> bool {
        let sure = self.fail_confidence.unwrap_or(self.min_confidence);
        result.confidence >= self.min_confidence.min(sure) && result.severity >= self.min_severity
    }

    /// Whether a result makes the run fail.
    pub fn fails(&self, result: &Judged<'_>) -> bool {
        if result.class == Class::Protected {
            return false;
        }
        if self.fail_on.is_empty() {
            return self.counts(result, Severity::Medium);
        }
        self.fail_on.iter().any(|on| match on {
            FailOn::None => false,
            FailOn::Severity(severity) => self.counts(result, *severity),
            FailOn::Rule(rule) => rule.fails(result),
        })
    }

    /// Whether a notice makes the run fail. `ends_in` is the whole days until the moment that it is about,
    /// negative when that is past. A severity asks for no notice that does not fail by itself: of an entry
    /// that lacks a date nobody is stopped who did not say so by its id.
    pub fn notice_fails(&self, notice: &Notice, ends_in: Option<i64>) -> bool {
        let within = |days: i64| ends_in.is_some_and(|left| left <= days);
        if self.fail_on.is_empty() {
            return notice.fails;
        }
        self.fail_on.iter().any(|on| match on {
            FailOn::None => false,
            FailOn::Severity(severity) => notice.fails && notice.severity >= *severity,
            FailOn::Rule(rule) => rule.means(notice.reported) && rule.days.is_none_or(within),
        })
    }

    /// Whether a result fails because it has this condition.
    pub fn fails_by(&self, id: ConditionId, result: &Judged<'_>) -> bool {
        self.fail_on
            .iter()
            .any(|on| matches!(on, FailOn::Rule(rule) if rule.names(id, result)))
    }

    /// A credential that may be alive and is not a mere guess. In code a generic rule must be beyond
    /// doubt, because code is full of what looks like an assignment; outside of what runs every rule
    /// must be, and weighs less. The same at every checkpoint: what stops a pull request stops the
    /// commit, where it is still cheap to mend. Who sets a confidence of their own has it everywhere.
    fn counts(&self, result: &Judged<'_>, severity: Severity) -> bool {
        let by_place = match result.place {
            PlaceKind::Configuration => Confidence::Medium,
            PlaceKind::Source if !result.generic => Confidence::Medium,
            _ => Confidence::High,
        };
        let sure = self.fail_confidence.unwrap_or(by_place);
        result.class == Class::Credential
            && !result.expired
            && !result.local
            && !result.part
            && result.place.weighs(result.severity) >= Some(severity)
            && result.confidence >= sure
    }

    /// Whether a result that is listed is folded in what people read: it stands in tests, examples,
    /// documentation or code of others alone, and does not fail.
    pub fn folds(&self, result: &Judged<'_>) -> bool {
        !result.place.is_live() && !result.local && !result.part && !self.fails(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(severity: Severity, confidence: Confidence) -> Judged<'static> {
        Judged {
            reported: "acme-key",
            rule: "acme-key",
            also: &[],
            class: Class::Credential,
            severity,
            confidence,
            expired: false,
            ends_in: Some(5),
            conditions: Some(vec![ConditionId::Expiring]),
            generic: false,
            place: PlaceKind::Source,
            local: false,
            part: false,
        }
    }

    #[test]
    fn the_same_fails_whatever_is_looked_at() {
        let severities = [
            Severity::Info,
            Severity::Low,
            Severity::Medium,
            Severity::High,
            Severity::Critical,
        ];
        for severity in severities {
            for confidence in [Confidence::Low, Confidence::Medium, Confidence::High] {
                let result = result(severity, confidence);
                let expected = severity >= Severity::Medium && confidence >= Confidence::Medium;
                for at in [Checkpoint::Report, Checkpoint::Hook] {
                    let thresholds = Thresholds::new(at);
                    assert_eq!(thresholds.fails(&result), expected, "{at:?} {result:?}");
                    // Whatever fails is shown.
                    assert!(!expected || thresholds.shows(&result));
                }
            }
        }
    }

    #[test]
    fn a_generic_rule_must_be_beyond_doubt_in_code_and_not_in_configuration() {
        let thresholds = Thresholds::new(Checkpoint::Hook);
        for (place, confidence, fails) in [
            (PlaceKind::Configuration, Confidence::Medium, true),
            (PlaceKind::Configuration, Confidence::Low, false),
            (PlaceKind::Source, Confidence::Medium, false),
            (PlaceKind::Source, Confidence::High, true),
        ] {
            let mut result = result(Severity::Medium, confidence);
            (result.generic, result.place) = (true, place);
            assert_eq!(thresholds.fails(&result), fails, "{result:?}");
            // What does not fail there is shown all the same.
            assert!(!thresholds.folds(&result));
        }
    }

    #[test]
    fn outside_of_source_only_what_is_certain_and_grave_fails() {
        let thresholds = Thresholds::new(Checkpoint::Hook);
        for (severity, confidence, fails) in [
            (Severity::Critical, Confidence::High, true),
            (Severity::Critical, Confidence::Medium, false),
            (Severity::High, Confidence::High, false),
        ] {
            for place in [
                PlaceKind::Test,
                PlaceKind::Example,
                PlaceKind::Documentation,
            ] {
                let mut result = result(severity, confidence);
                result.place = place;
                assert_eq!(thresholds.fails(&result), fails, "{result:?}");
                assert_eq!(thresholds.folds(&result), !fails, "{result:?}");
                // Confidence lists it, not the place.
                assert!(thresholds.shows(&result));
            }
        }
        let mut named = Thresholds::new(Checkpoint::Report);
        named.fail_on = vec![FailOn::parse("acme-*").expect("reads")];
        let mut result = result(Severity::Low, Confidence::Medium);
        result.place = PlaceKind::Test;
        assert!(named.fails(&result), "it was asked for by name");
    }

    #[test]
    fn the_dead_and_samples_do_not_fail() {
        let mut dead = result(Severity::High, Confidence::High);
        dead.expired = true;
        assert!(!Thresholds::new(Checkpoint::Report).fails(&dead));
        let mut sample = result(Severity::High, Confidence::High);
        sample.class = Class::Sample;
        assert!(!Thresholds::new(Checkpoint::Report).fails(&sample));
    }

    #[test]
    fn what_no_commit_holds_fails_only_under_its_own_id() {
        let mut local = result(Severity::Critical, Confidence::High);
        (local.local, local.reported) = (true, "local/acme-key");
        let mut thresholds = Thresholds::new(Checkpoint::Report);
        assert!(!thresholds.fails(&local));
        for (on, fails) in [
            ("low", false),
            ("acme-*", false),
            ("stale/expiring", false),
            ("local/*", true),
        ] {
            thresholds.fail_on = vec![FailOn::parse(on).expect("reads")];
            assert_eq!(thresholds.fails(&local), fails, "{on}");
        }
    }

    #[test]
    fn fail_on_reads_its_three_forms() {
        let mut thresholds = Thresholds::new(Checkpoint::Report);
        thresholds.fail_on = vec![FailOn::parse("none").expect("reads")];
        assert!(!thresholds.fails(&result(Severity::Critical, Confidence::High)));
        thresholds.fail_on = vec![FailOn::parse("critical").expect("reads")];
        assert!(!thresholds.fails(&result(Severity::High, Confidence::High)));
        thresholds.fail_on = vec![FailOn::parse("acme-*:7").expect("reads")];
        assert!(thresholds.fails(&result(Severity::Low, Confidence::High)));
        thresholds.fail_on = vec![FailOn::parse("acme-*:3").expect("reads")];
        assert!(!thresholds.fails(&result(Severity::Low, Confidence::High)));
        assert!(FailOn::parse("x:many").is_err());
    }

    #[test]
    fn what_is_going_to_end_fails_under_its_own_name() {
        let mut thresholds = Thresholds::new(Checkpoint::Report);
        let mut fails = |on: &str, ends_in: Option<i64>, class| {
            thresholds.fail_on = vec![FailOn::parse(on).expect("reads")];
            let soon = ends_in.is_some_and(|left| (0..=30).contains(&left));
            let conditions = soon.then_some(ConditionId::Expiring);
            thresholds.fails(&Judged {
                ends_in,
                class,
                conditions: Some(conditions.into_iter().collect()),
                ..result(Severity::Low, Confidence::Medium)
            })
        };
        let credential = Class::Credential;
        assert!(fails("stale/expiring:7", Some(7), credential));
        assert!(!fails("stale/expiring:7", Some(8), credential));
        assert!(fails("stale/expiring:60", Some(45), credential));
        assert!(fails("stale/expiring", Some(30), credential));
        assert!(!fails("stale/expiring", Some(31), credential));
        assert!(
            !fails("stale/expiring", Some(-1), credential),
            "that one is past"
        );
        assert!(!fails("stale/expiring", None, credential));
        assert!(!fails("stale/expiring:7", Some(3), Class::Sample));
        assert!(fails("stale/*", Some(30), credential));
        assert!(
            fails("stale/*:7", Some(7), credential) && !fails("stale/*:7", Some(8), credential)
        );
        assert!(!fails("stale/age", Some(3), credential));
    }

    #[test]
    fn a_condition_fails_by_its_name_and_never_where_it_is_not_asked() {
        let mut thresholds = Thresholds::new(Checkpoint::Report);
        let mut fails = |on: &str, conditions: Option<Vec<ConditionId>>| {
            thresholds.fail_on = vec![FailOn::parse(on).expect("reads")];
            let result = Judged {
                conditions,
                ..result(Severity::Low, Confidence::Medium)
            };
            assert_eq!(
                thresholds.fails(&result),
                thresholds.fails_by(ConditionId::Age, &result),
                "nothing else makes it fail: {on}"
            );
            thresholds.fails(&result)
        };
        let age = || Some(vec![ConditionId::Age]);
        assert!(fails("stale/age", age()) && fails("stale/*", age()) && fails("*/age", age()));
        assert!(!fails("stale/overscoped", age()));
        for on in ["stale/age", "stale/*", "stale/expiring:7"] {
            assert!(!fails(on, None), "{on} in a change");
        }
        for (on, idle) in [
            ("stale/age:90", true),
            ("stale/expiring:7", false),
            ("stale/*:7", false),
            ("acme-*:7", false),
            ("stale/age", false),
        ] {
            let FailOn::Rule(rule) = FailOn::parse(on).expect("reads") else {
                panic!("{on} is a rule");
            };
            assert_eq!(rule.has_idle_days(), idle, "{on}");
        }
    }
}
