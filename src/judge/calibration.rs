//! How probable it is that a value is a credential, and which confidence that is.
//!
//! One scale for all kinds of rules: the log-odds of what the value's evidence stands on
//! ([`Ground`]), and of the place where it is known by words. `calibration.txt` has them; the program
//! that fits them is described in `tools/fit/README.md`.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use crate::finding::{Confidence, Ground, PlaceKind};

/// From this probability on a value is of high confidence: of all of them together, which are more
/// probable than the least of them, at least 97 of 100 are to be credentials.
const HIGH: f32 = 0.93;
/// From this on of medium confidence: at least 80 of 100 together.
const MEDIUM: f32 = 0.5;

/// The log-odds of every ground, and what each kind of place adds where words made a value.
struct Table {
    of_ground: HashMap<Ground, f32>,
    of_place: HashMap<PlaceKind, f32>,
}

/// Every sighting is asked for, so that names are compared once, and not for each.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let numbers = read(include_str!("calibration.txt"));
    let of = |name: &str| numbers.get(name).copied().unwrap_or(0.0);
    let grounds = Ground::all().map(|ground| (ground, of(&ground.name())));
    let places = PlaceKind::ALL.map(|kind| (kind, of(&format!("in-{}", kind.name()))));
    Table {
        of_ground: grounds.collect(),
        of_place: places.into(),
    }
});

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
    let tells = match place {
        PlaceKind::Source => ground.is_scored(),
        _ => ground.is_by_words(),
    };
    let place = TABLE.of_place.get(&place).filter(|_| tells);
    let log_odds = TABLE
        .of_ground
        .get(&ground)
        .into_iter()
        .chain(place)
        .sum::<f32>();
    1.0 / (1.0 + (-log_odds).exp())
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
        let table = read(include_str!("calibration.txt"));
        for name in &names {
            assert!(table.contains_key(name.as_str()), "{name}");
        }
        assert_eq!(table.len(), names.len());
    }

    #[test]
    fn a_higher_score_is_never_less_probable() {
        let of = |step| probability(Ground::Score(step), PlaceKind::Source);
        for step in 1..=40 {
            assert!(of(step) >= of(step - 1), "{step}");
        }
    }

    /// What a window may drop before the place is known must not be listed afterwards.
    #[test]
    fn nothing_is_listed_that_is_usually_low() {
        for ground in Ground::all().filter(|ground| ground.usual() == Confidence::Low) {
            for place in PlaceKind::ALL {
                let probability = probability(ground, place);
                assert_eq!(
                    confidence(probability),
                    Confidence::Low,
                    "{ground:?} {place:?}"
                );
            }
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
