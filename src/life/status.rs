//! From facts and the clock to a status.

use jiff::{SignedDuration, Timestamp};

use crate::finding::{Certainty, Fact, Field, Source, Status};

/// Facts in the order of their fields. Several sources, or several decoders of one, may tell the same.
pub(super) fn ordered(mut facts: Vec<Fact>) -> Vec<Fact> {
    facts.sort_by_key(|fact| fact.field);
    facts.dedup();
    facts
}

/// The status that `facts` give at the moment `now`, where an end counts as near within `soon` days. The
/// earliest end counts. An inferred end (a certificate's, for its key) announces itself while it lies
/// ahead, and once it is past says nothing: a renewal may use the same key, so a private key is never
/// expired by its certificate.
pub(super) fn of(facts: &[Fact], soon: i64, now: Timestamp) -> Status {
    let soon = SignedDuration::from_hours(soon.saturating_mul(24));
    let ends = facts.iter().filter(|fact| fact.field == Field::Expires);
    // What its own bytes say of its end is better than what somebody wrote down.
    let told = ends.clone().any(|fact| fact.source != Source::Register);
    let ends = ends.filter(|fact| !told || fact.source != Source::Register);
    let first = ends
        .filter_map(|fact| Some((fact.time()?, fact.certainty)))
        .filter(|(at, certainty)| *at > now || *certainty != Certainty::Inferred)
        .min();
    match first {
        None if facts.iter().any(is_endless) => Status::NeverExpires,
        None => Status::Unknown,
        Some((since, certainty)) if since <= now => Status::Expired { since, certainty },
        Some((at, _)) if at.duration_since(now) <= soon => Status::Expiring { at },
        Some((at, _)) => Status::LiveUntil { at },
    }
}

/// Its bytes, or those of the certificate that it is used with, say that it has no end.
fn is_endless(fact: &Fact) -> bool {
    let never = fact.text() == Some(b"never");
    // That the team wrote so is a fact, and no evidence.
    fact.field == Field::Expires && never && fact.source != Source::Register
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Value;

    fn end(at: &str, certainty: Certainty) -> Fact {
        Fact {
            field: Field::Expires,
            value: Value::Time(at.parse().expect("a moment")),
            source: Source::Bytes,
            certainty,
        }
    }

    fn status(facts: Vec<Fact>) -> Status {
        of(
            &facts,
            30,
            "2026-11-24T00:00:00Z".parse().expect("a moment"),
        )
    }

    #[test]
    fn ends_give_the_status() {
        let certain = |at| status(vec![end(at, Certainty::Certain)]);
        assert!(matches!(
            certain("2026-11-24T00:00:00Z"),
            Status::Expired {
                certainty: Certainty::Certain,
                ..
            }
        ));
        assert!(matches!(
            certain("2026-12-24T00:00:00Z"),
            Status::Expiring { .. }
        ));
        assert!(matches!(
            certain("2026-12-24T00:00:01Z"),
            Status::LiveUntil { .. }
        ));
        assert_eq!(status(Vec::new()), Status::Unknown);
    }

    #[test]
    fn certainty_is_carried_and_the_earliest_end_counts() {
        let facts = vec![
            end("2026-12-01T00:00:00Z", Certainty::Certain),
            end("2020-01-01T00:00:00Z", Certainty::Stated),
        ];
        assert!(matches!(
            status(facts),
            Status::Expired {
                certainty: Certainty::Stated,
                ..
            }
        ));
    }

    #[test]
    fn a_key_is_not_expired_by_its_certificate() {
        let past = end("2020-01-01T00:00:00Z", Certainty::Inferred);
        assert_eq!(status(vec![past]), Status::Unknown);
        let ahead = end("2026-12-01T00:00:00Z", Certainty::Inferred);
        assert!(matches!(status(vec![ahead]), Status::Expiring { .. }));
    }
}
