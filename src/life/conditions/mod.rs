//! What is wrong with the life of one credential: conditions, worked out of its facts, its status, its places
//! and the policy at a given moment.
//!
//! A condition is told of what is a finding that people are shown as one of their own: a credential that is
//! neither public by design nor a mere guess. The calendar alone says little, so most conditions are about
//! files that run or configure what runs: a certificate of a test that ends is nobody's business. What is
//! certainly dead has no other condition, because nothing else about it matters.

mod scope;

use jiff::Timestamp;

use super::environments;
use super::limit::Terms;
use crate::finding::{
    Class, Condition, ConditionId, Confidence, Credential, DAY, Fact, Field, Place, PlaceKind,
    Severity, Source, Status, date,
};
use crate::lists::Unused;
use crate::rule::{Generic, Rule};

/// Days before its end in which an expiring credential is an emergency.
const URGENT_DAYS: i64 = 7;

/// What one condition is worked out from.
struct Case<'a> {
    rule: &'a Rule,
    credential: &'a Credential,
    terms: &'a Terms,
    unused: Option<Unused>,
    now: Timestamp,
}

/// The conditions of a credential whose facts and status are known, the most urgent first. `unused`: since when nobody
/// used it, where its server accepts it and that is longer than the terms allow.
pub(super) fn of(
    rule: &Rule,
    credential: &Credential,
    terms: &Terms,
    unused: Option<Unused>,
    now: Timestamp,
) -> Vec<Condition> {
    let case = Case {
        rule,
        credential,
        terms,
        unused,
        now,
    };
    if !case.is_told() {
        return Vec::new();
    }
    if let Some(dead) = case.expired() {
        return vec![dead];
    }
    case.conditions()
}

fn condition(id: ConditionId, severity: Severity, message: String, facts: &[Field]) -> Condition {
    Condition {
        id,
        severity,
        at: None,
        message,
        facts: facts.to_vec(),
        policy: None,
    }
}

impl Case<'_> {
    /// All that it has, in the order of their urgency.
    fn conditions(&self) -> Vec<Condition> {
        let each: [fn(&Self) -> Option<Condition>; 9] = [
            Self::expiring,
            Self::not_rotated,
            Self::never_expires,
            Self::overscoped,
            Self::long_lived,
            Self::age,
            Self::unused,
            Self::reused,
            Self::wrong_environment,
        ];
        each.iter().filter_map(|one| one(self)).collect()
    }

    /// Whether conditions are told of it at all. The other half of a credential has the conditions of the whole.
    fn is_told(&self) -> bool {
        let it = self.credential;
        it.best.class == Class::Credential
            && it.best.confidence >= Confidence::Medium
            && it.severity > Severity::Info
            && it.part_of.is_none()
            && !it.is_local()
            && !super::is_forged(it)
    }

    /// It stands where it runs, or configures what runs.
    fn is_in_use(&self) -> bool {
        self.credential.kind().is_live()
    }

    fn facts(&self, field: Field) -> impl Iterator<Item = &Fact> {
        self.credential.life.facts_of(field)
    }

    /// The latest moment that facts of a field tell.
    fn moment(&self, field: Field) -> Option<Timestamp> {
        self.facts(field).filter_map(Fact::time).max()
    }

    fn expired(&self) -> Option<Condition> {
        let status = self.credential.life.status;
        if !status.is_certainly_expired() {
            return None;
        }
        let (at, message, field) = match status {
            Status::Expired { since, .. } => {
                let message = format!("It ended on {}", date(since));
                (Some(since), message, Field::Expires)
            }
            Status::PastLife { since, .. } => {
                let message = format!("The longest life of its kind ended on {}", date(since));
                (Some(since), message, Field::LongestLife)
            }
            Status::Revoked { taken, .. } => {
                let on = taken.map(|at| format!(", as its list of {} says", date(at)));
                let message = format!("Its server does not accept it{}", on.unwrap_or_default());
                (taken, message, Field::State)
            }
            _ => return None,
        };
        let (severity, rest) = match self.credential.stands() {
            true => (
                Severity::Low,
                ", and it still stands in the files; take it out.",
            ),
            false => (Severity::Info, "."),
        };
        Some(Condition {
            at,
            ..condition(ConditionId::Expired, severity, message + rest, &[field])
        })
    }

    fn expiring(&self) -> Option<Condition> {
        let Status::Expiring { at } = self.credential.life.status else {
            return None;
        };
        if !self.credential.stands() {
            return None;
        }
        let severity = match at.duration_since(self.now).as_secs() <= URGENT_DAYS * DAY {
            true => Severity::High,
            false => Severity::Medium,
        };
        let message = format!(
            "It ends on {}, and what uses it stops on that day.",
            date(at)
        );
        Some(Condition {
            at: Some(at),
            policy: Some(self.terms.warn_before.because.clone()),
            ..condition(ConditionId::Expiring, severity, message, &[Field::Expires])
        })
    }

    /// Deleted is not revoked. Only of kinds whose form or checksum proves them, because a password that
    /// somebody chose is revoked in ways that no file shows.
    fn not_rotated(&self) -> Option<Condition> {
        let it = self.credential;
        let removed = it.timeline.as_ref()?.removed.as_ref()?.stood_at();
        let open = self
            .facts(Field::Revocation)
            .any(|fact| fact.source == Source::Git);
        let ended = self
            .facts(Field::Revocation)
            .any(|fact| fact.source != Source::Git)
            || self.facts(Field::Rotated).any(|fact| {
                let since = fact.time().is_some_and(|at| at >= removed);
                fact.source != Source::Git && since
            });
        let past = matches!(
            it.life.status,
            Status::Expired { .. } | Status::PastLife { .. } | Status::Revoked { .. }
        );
        let sure = it.best.confidence == Confidence::High && self.rule.generic().is_none();
        if !open || ended || past || !sure || !self.is_in_use() {
            return None;
        }
        let message = format!(
            "It was taken out of the files on {}, and nothing says that it was replaced or revoked; \
             who has read it can still use it.",
            date(removed)
        );
        let facts = [Field::Removed, Field::Revocation];
        Some(Condition {
            at: Some(removed),
            ..condition(ConditionId::NotRotated, Severity::Medium, message, &facts)
        })
    }

    fn never_expires(&self) -> Option<Condition> {
        let endless = self.credential.life.status == Status::NeverExpires;
        (endless && self.is_in_use()).then(|| {
            let message = "It says itself that it never ends; somebody has to end it.".to_owned();
            condition(
                ConditionId::NeverExpires,
                Severity::Medium,
                message,
                &[Field::Expires],
            )
        })
    }

    fn overscoped(&self) -> Option<Condition> {
        let opens = scope::opens(&self.rule.id, &self.credential.life.facts)?;
        self.is_in_use().then(|| {
            let message = format!("It {opens}.");
            condition(
                ConditionId::Overscoped,
                Severity::Medium,
                message,
                &[Field::Scope],
            )
        })
    }

    fn long_lived(&self) -> Option<Condition> {
        let end = self
            .credential
            .life
            .status
            .end()
            .filter(|end| *end > self.now)?;
        let start = [Field::Issued, Field::NotBefore];
        let (field, start) = start
            .iter()
            .find_map(|field| Some((*field, self.moment(*field)?)))?;
        let life = end.duration_since(start).as_secs().div_euclid(DAY);
        let most = &self.terms.max_life;
        if life <= most.days || !self.is_in_use() {
            return None;
        }
        let message = format!(
            "It is valid from {} to {}, which is {life} days; at most {} are allowed.",
            date(start),
            date(end),
            most.days
        );
        let facts = [field, Field::Expires];
        Some(Condition {
            at: Some(end),
            policy: Some(most.because.clone()),
            ..condition(ConditionId::LongLived, Severity::Medium, message, &facts)
        })
    }

    /// Since when its value is what it is, and which fact says so. Its own bytes know best, then what stands
    /// beside it; git knows only since when a value stands in a place, and where its history is cut off not
    /// even that.
    fn since(&self) -> Option<(Field, Timestamp)> {
        let whole = self
            .credential
            .timeline
            .as_ref()
            .is_some_and(|t| t.complete);
        // A commit that is older than the form of what it holds has a date that cannot be.
        let whole = whole && self.facts(Field::FormSince).next().is_none();
        let own = [Field::Issued, Field::Changed, Field::Rotated];
        let own = own
            .iter()
            .find_map(|field| Some((*field, self.moment(*field)?)));
        own.or_else(|| {
            let seen = self.moment(Field::FirstSeen).filter(|_| whole)?;
            Some((Field::FirstSeen, seen))
        })
    }

    /// Of what a person remembers (NIST SP 800-63B, 5.1.1.2) no age is asked for.
    fn age(&self) -> Option<Condition> {
        if self.rule.generic() == Some(Generic::Password) {
            return None;
        }
        if !self.credential.stands() || !self.is_in_use() {
            return None;
        }
        let (field, since) = self.since()?;
        let most = &self.terms.max_age;
        let due = Timestamp::from_second(since.as_second().checked_add(most.days * DAY)?).ok()?;
        if due >= self.now {
            return None;
        }
        let message = format!(
            "Its value is the same since {}, and after {} a new one was due, on {}.",
            date(since),
            days(most.days),
            date(due)
        );
        Some(Condition {
            at: Some(since),
            policy: Some(most.because.clone()),
            ..condition(ConditionId::Age, Severity::Low, message, &[field])
        })
    }

    /// Its server says when somebody used it last. Only what its server still accepts can be used.
    fn unused(&self) -> Option<Condition> {
        let unused = self.unused?;
        if !self.credential.stands() || !self.is_in_use() {
            return None;
        }
        let since = unused.at();
        let most = &self.terms.max_unused;
        let end = Timestamp::from_second(since.as_second().checked_add(most.days * DAY)?).ok()?;
        let what = match unused {
            Unused::Since(at) => format!("It was used last on {}", date(at)),
            Unused::Ever(made) => format!("It was made on {} and never used", date(made)),
        };
        let message = format!(
            "{what}, as the list of its server says; unused for {} it is to be disabled, on {}.",
            days(most.days),
            date(end)
        );
        let facts = [Field::LastUsed, Field::State];
        Some(Condition {
            at: Some(since),
            policy: Some(most.because.clone()),
            ..condition(ConditionId::Unused, Severity::Low, message, &facts)
        })
    }

    /// Places that it still has: of a history those at HEAD.
    fn places(&self) -> impl Iterator<Item = &Place> {
        let places = self.credential.places.iter();
        places.filter(|place| place.at_head != Some(false))
    }

    /// Guessable values are only the same word; a fingerprint says nothing of them.
    fn reused(&self) -> Option<Condition> {
        if !self.credential.is_strong() || !self.is_in_use() {
            return None;
        }
        let mut parts = Vec::new();
        let mut facts = Vec::new();
        let used = self.facts(Field::UsedIn).find_map(Fact::text);
        let used = used.and_then(|text| std::str::from_utf8(text).ok());
        if let Some(used) = used {
            parts.push(format!("One value is used in {used}"));
            facts.push(Field::UsedIn);
        }
        let live = self.places().filter(|place| place.kind.is_live());
        let files: std::collections::BTreeSet<_> = live.map(|place| &place.path).collect();
        if files.len() > 1 {
            parts.push(format!("One value stands in {} files", files.len()));
        }
        let introduced = self.places().filter_map(|place| place.introduced.as_ref());
        let times = introduced.map(|one| one.times).max().unwrap_or(0);
        if times > 1 {
            parts.push(format!(
                "{times} commits brought it to one file independently: it came back after it was \
                 removed, or went from branch to branch"
            ));
            facts.push(Field::FirstSeen);
        }
        (!parts.is_empty()).then(|| {
            let message = format!("{}.", parts.join(". "));
            condition(ConditionId::Reused, Severity::Medium, message, &facts)
        })
    }

    fn wrong_environment(&self) -> Option<Condition> {
        let said = self.facts(Field::Environment).find_map(Fact::text)?;
        let said = said.to_ascii_lowercase();
        let (severity, message) = match said.as_slice() {
            b"live" | b"production" | b"prod" | b"prd"
                if self.places().any(|it| it.kind == PlaceKind::Test) =>
            {
                let message = "It is a live key, and stands in tests.";
                (Severity::Medium, message)
            }
            b"test" | b"sandbox" | b"development" | b"dev"
                if self.places().any(configures_production) =>
            {
                let message = "It is a test key, and stands in the configuration of production.";
                (Severity::Low, message)
            }
            _ => return None,
        };
        let facts = [Field::Environment];
        Some(condition(
            ConditionId::WrongEnvironment,
            severity,
            message.to_owned(),
            &facts,
        ))
    }
}

/// Whether a place configures what runs in production, by its path.
fn configures_production(place: &Place) -> bool {
    place.kind == PlaceKind::Configuration && environments::is_production(&place.path.0)
}

fn days(n: i64) -> String {
    match n {
        1 => "1 day".to_owned(),
        n => format!("{n} days"),
    }
}
