//! How probable it is that a value is a credential, and which confidence that is.
//!
//! One scale for all kinds of rules: the log-odds of what the value's evidence stands on
//! ([`Ground`]), and of the place where it is known by words. `calibration.txt` has them; the program
//! that fits them is described in `tools/fit/README.md`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::finding::{Confidence, Ground, PlaceKind};

/// From this probability on a value is of high confidence: of all of them together, which are more
/// probable than the least of them, at least 97 of 100 are to be credentials.
const HIGH: f32 = 0.93;
/// From this on of medium confidence: at least 80 of 100 together.
const MEDIUM: f32 = 0.5;

/// The log-odds by name.
static TABLE: LazyLock<BTreeMap<&str, f32>> =
    LazyLock::new(|| read(include_str!("calibration.txt")));

/// Lines of a name and a number; what stands behind `#` is a comment.
fn read(text: &str) -> BTreeMap<&str, f32> {
    let lines = text.lines().filter_map(|line| line.split('#').next());
    lines
        .filter_map(|line| line.trim().split_once(' '))
        .filter_map(|(name, number)| Some((name, number.parse().ok()?)))
        .collect()
}

/// The probability that a value is a credential, from 0 to 1, by what it stands on and where.
pub(super) fn probability(ground: Ground, place: PlaceKind) -> f32 {
    let of = |name: &str| TABLE.get(name).copied().unwrap_or(0.0);
    let place = match ground.is_by_words() {
        true => of(&format!("in-{}", place.name())),
        false => 0.0,
    };
    1.0 / (1.0 + (-(of(&ground.name()) + place)).exp())
}

/// The confidence of a probability.
pub(super) fn confidence(probability: f32) -> Confidence {
    if probability >= HIGH {
        Confidence::High
    } else if probability >= MEDIUM {
        Confidence::Medium
    } else {
        Confidence::Low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ground_and_every_place_has_its_number() {
        let mut names: Vec<String> = Ground::all().map(Ground::name).collect();
        names.extend(PlaceKind::ALL.map(|kind| format!("in-{}", kind.name())));
        for name in &names {
            assert!(TABLE.contains_key(name.as_str()), "{name}");
        }
        assert_eq!(TABLE.len(), names.len());
    }

    #[test]
    fn a_higher_score_is_never_less_probable() {
        let of = |step| probability(Ground::Score(step), PlaceKind::Source);
        for step in 1..=40 {
            assert!(of(step) >= of(step - 1), "{step}");
        }
    }

    #[test]
    fn what_is_wrong_is_never_of_high_confidence() {
        let wrong = [
            Ground::FailedCheck,
            Ground::NotRandom,
            Ground::OutOfForm,
            Ground::Digest,
            Ground::Once,
        ];
        for ground in wrong {
            let probability = probability(ground, PlaceKind::Source);
            assert!(confidence(probability) < Confidence::High, "{ground:?}");
        }
        let proof = probability(Ground::Proof, PlaceKind::Test);
        assert_eq!(confidence(proof), Confidence::High);
    }
}
