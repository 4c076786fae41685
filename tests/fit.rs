//! The weights that are compiled in are those that the fit gives.
//!
//! The corpus is not in the repository; what the features say of it is. So two things are held: the
//! weights are what the fit gives of the recorded observations, and the features say the same of known
//! lines as when they were recorded. Whoever has the corpus holds all of it to what stands here with
//! `cargo bench --bench fit -- CORPUS --check`.

#[path = "../tools/fit/calibration.rs"]
mod calibration;
#[path = "../tools/fit/probe.rs"]
mod probe;
#[allow(dead_code, reason = "the bench `fit` needs the rest")]
#[path = "../tools/fit/regression.rs"]
mod regression;

const WEIGHTS: &str = include_str!("../src/detect/generic/weights.txt");
const BEFORE: &str = include_str!("../tools/fit/before.txt");
const OBSERVATIONS: &str = include_str!("../tools/fit/observations.txt");
const AGAIN: &str = "run `cargo bench --bench fit -- CORPUS`, as tools/fit/README.md says";

/// What stands behind a word in the head of the weights.
fn noted(word: &str) -> &'static str {
    let mark = format!("# {word} ");
    let line = WEIGHTS.lines().find_map(|line| line.strip_prefix(&mark));
    line.unwrap_or_else(|| panic!("the weights say nothing of `{word}`: {AGAIN}"))
}

#[test]
fn the_weights_are_those_that_the_fit_gives() {
    let (names, weights) = regression::read_weights(WEIGHTS);
    let (observed, observations) = regression::read_observations(OBSERVATIONS);
    assert_eq!(names, observed, "features came or went: {AGAIN}");
    let (known, before) = regression::read_weights(BEFORE);
    let of = |name: &String| {
        let at = known.iter().position(|one| one == name);
        at.map_or(0.0, |n| before.of[n])
    };
    let before = regression::Weights {
        bias: before.bias,
        of: names.iter().map(of).collect(),
    };
    // The fit keeps the weights before when held-out figures say so, and writes that down.
    let fitted = regression::fit(&observations, &before, regression::STRENGTH, |_| true).rounded();
    let given = match noted("outcome").split(':').next() {
        Some("kept") => &before,
        Some("fitted") => &fitted,
        other => panic!("no outcome of a fit: {other:?}"),
    };
    let pairs = weights.of.iter().zip(&given.of);
    let pairs = pairs.chain([(&weights.bias, &given.bias)]);
    for ((compiled, given), name) in pairs.zip(names.iter().map(String::as_str).chain(["Bias"])) {
        // Another machine may round the last digit the other way.
        assert!(
            (compiled - given).abs() < 0.011,
            "{name} is {compiled}, the fit gives {given}: {AGAIN}"
        );
    }
}

/// One feature: three of four credentials with it, one of four without.
#[test]
fn a_fit_gives_the_odds_of_what_was_observed() {
    let observed = |credential, features, count| regression::Observation {
        fold: 0,
        credential,
        features,
        count,
    };
    let observations = [
        observed(true, 1, 3),
        observed(false, 1, 1),
        observed(true, 0, 1),
        observed(false, 0, 3),
    ];
    let before = regression::Weights {
        bias: 0.0,
        of: vec![0.0],
    };
    let free = regression::fit(&observations, &before, 1e-9, |_| true);
    assert!((free.bias + 3f64.ln()).abs() < 1e-6, "{free:?}");
    assert!((free.of[0] - 2.0 * 3f64.ln()).abs() < 1e-6, "{free:?}");
    let held = regression::fit(&observations, &before, 1e9, |_| true);
    assert!(
        held.of[0].abs() < 1e-6 && held.bias.abs() < 1e-6,
        "{held:?}"
    );
}

#[test]
fn the_features_mean_what_they_meant_when_the_weights_were_fitted() {
    assert_eq!(
        probe::hash(),
        noted("features"),
        "what the features say of known lines has changed since the weights were fitted: {AGAIN}"
    );
}

#[test]
fn the_observations_are_those_of_the_corpus() {
    let corpus = noted("corpus");
    let recorded = OBSERVATIONS
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# corpus "));
    assert_eq!(
        recorded,
        Some(corpus),
        "weights and observations are of one corpus"
    );
}

#[test]
fn the_probabilities_are_those_that_the_counts_give() {
    let counts = calibration::read_counts(include_str!("../tools/fit/calibration-counts.txt"));
    let before = include_str!("../tools/fit/calibration-before.txt");
    let field = calibration::read_counts(include_str!("../tools/fit/field-counts.txt"));
    let table = calibration::table(before, &counts, &field);
    if std::env::var_os("KEYSWEEP_WRITE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/judge/calibration.txt");
        std::fs::write(path, &table).expect("it can be written");
        return;
    }
    assert!(
        table == include_str!("../src/judge/calibration.txt"),
        "KEYSWEEP_WRITE=1 cargo test --test it fit::the_probabilities writes it from the counts"
    );
}
