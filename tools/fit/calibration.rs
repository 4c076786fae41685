//! The probabilities of `src/judge/calibration.txt` from counts of cases: what each ground of a
//! confidence is worth, and what the kind of place adds where words beside a value made it.
//!
//! The log-odds of a case are those of its ground and its kind of place, added up; only programs, code of others
//! and generated files add something.
//! They are the most likely ones for the counts and for what was believed before, which counts as
//! [`BEFORE`] cases of each ground. The numbers of the scores are then made to grow with the score (pool
//! adjacent violators), because a higher score must never mean less.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use keysweep::finding::{Ground, PlaceKind};

/// What was believed before counts as so many cases of each ground.
const BEFORE: f64 = 3.0;
/// How strongly the kinds of places hold to what was believed before.
const OF_PLACES: f64 = 4.0;

/// The kinds of places that say whether a value is a credential. Of the others it is known that they do
/// not: labelled lines would only tell where people label. What programs are worth is told by results that
/// were read one by one in whole repositories ([`table`]'s `field`).
const FITTED: [PlaceKind; 3] = [PlaceKind::Source, PlaceKind::Vendored, PlaceKind::Generated];

/// Credentials and others of a ground in a kind of place.
pub type Counts = BTreeMap<(String, String), (f64, f64)>;

/// Reads counts: lines of a ground, a kind of place, credentials and others.
pub fn read_counts(text: &str) -> Counts {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let mut next = || words.next().expect("four words");
        let key = (next(), next());
        let mut number = || next().parse().expect("a number");
        (key, (number(), number()))
    };
    lines.map(read).collect()
}

/// Writes counts.
#[allow(dead_code, reason = "the tests only read them")]
pub fn write_counts(counts: &Counts) -> String {
    let mut text = "# Cases by what their confidence stands on and the kind of their place: credentials, others.\n\
                    # Written by `cargo bench --bench accuracy -- CORPUS --calibrate`.\n"
        .to_owned();
    for ((ground, kind), (good, wrong)) in counts {
        let _ = writeln!(text, "{ground} {kind} {good:.1} {wrong:.1}");
    }
    text
}

/// One solution of a function that grows, between these two.
fn zero(of: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (-12.0, 12.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        match of(middle) < 0.0 {
            true => low = middle,
            false => high = middle,
        }
    }
    (low + high) / 2.0
}

fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The table for counts, from what was believed `before`. `field` are counts of results in whole repositories:
/// they count for grounds as others do, and they alone say what a program is worth as a place.
pub fn table(before: &str, counts: &Counts, field: &Counts) -> String {
    let believed: BTreeMap<&str, f64> = before
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, number)| (name, number.parse().expect("a number")))
        .collect();
    let grounds: Vec<Ground> = Ground::all().collect();
    let names: Vec<String> = grounds.iter().map(|ground| ground.name()).collect();
    let kinds = PlaceKind::ALL.map(PlaceKind::name);
    let key = |ground: usize, kind: usize| (names[ground].clone(), kinds[kind].to_owned());
    let in_field = |ground: usize, kind: usize| -> (f64, f64) {
        field.get(&key(ground, kind)).copied().unwrap_or_default()
    };
    let labelled = |ground: usize, kind: usize| -> (f64, f64) {
        counts.get(&key(ground, kind)).copied().unwrap_or_default()
    };
    let cell = |ground: usize, kind: usize| -> (f64, f64) {
        let (one, other) = (labelled(ground, kind), in_field(ground, kind));
        (one.0 + other.0, one.1 + other.1)
    };
    let mut of_ground: Vec<f64> = names.iter().map(|name| believed[name.as_str()]).collect();
    let start = of_ground.clone();
    let of_before: Vec<f64> = kinds
        .iter()
        .map(|kind| believed[format!("in-{kind}").as_str()])
        .collect();
    let mut of_kind = of_before.clone();
    for _ in 0..50 {
        for at in 0..grounds.len() {
            let source = PlaceKind::Source as usize;
            let told = |kind: usize| match kind == source {
                true => grounds[at].is_scored(),
                false => grounds[at].is_by_words(),
            };
            let of_place = |kind: usize| if told(kind) { of_kind[kind] } else { 0.0 };
            // Among labelled lines and generated cases a program is worth as much as any other place: they
            // were chosen.
            let chosen = |kind: usize| match kind == source {
                true => 0.0,
                false => of_place(kind),
            };
            let each = 0..kinds.len();
            let seen = each
                .clone()
                .map(|kind| (in_field(at, kind), of_place(kind)));
            let cells: Vec<_> = each
                .map(|kind| (labelled(at, kind), chosen(kind)))
                .chain(seen)
                .collect();
            let believed = probability(start[at]);
            of_ground[at] = zero(|own| {
                let seen = cells
                    .iter()
                    .map(|((good, wrong), place)| (good + wrong) * probability(own + place) - good);
                seen.sum::<f64>() + BEFORE * (probability(own) - believed)
            });
        }
        for kind in FITTED.map(|kind| kind as usize) {
            let by_words = (0..grounds.len()).filter(|at| grounds[*at].is_by_words());
            let told = |at| match kind == PlaceKind::Source as usize {
                true => in_field(at, kind),
                false => cell(at, kind),
            };
            let cells: Vec<_> = by_words.map(|at| (told(at), of_ground[at])).collect();
            of_kind[kind] = zero(|own| {
                let seen = cells.iter().map(|((good, wrong), ground)| {
                    (good + wrong) * probability(ground + own) - good
                });
                seen.sum::<f64>() + OF_PLACES * (own - of_before[kind])
            });
        }
    }
    let scores = Ground::NAMED.len();
    let sums = |at: usize| {
        let cells = (0..kinds.len()).map(|kind| cell(at, kind));
        cells.fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1))
    };
    let weights: Vec<f64> = (scores..grounds.len())
        .map(|at| sums(at).0 + sums(at).1 + BEFORE)
        .collect();
    let grown = monotone(&of_ground[scores..], &weights);
    of_ground.truncate(scores);
    of_ground.extend(grown);
    let mut text = "# The log-odds that a value is a credential, by what its evidence stands on, and what the kind\n\
                    # of place adds where words beside it made it; behind each how many credentials and others\n\
                    # there were. Written by `cargo bench --bench accuracy -- CORPUS --calibrate`.\n"
        .to_owned();
    for (at, name) in names.iter().enumerate() {
        let (good, wrong) = sums(at);
        let _ = writeln!(text, "{name} {:.2} # {good:.0}, {wrong:.0}", of_ground[at]);
    }
    for (kind, name) in kinds.iter().enumerate() {
        let cells = (0..grounds.len()).map(|at| cell(at, kind));
        let (good, wrong) = cells.fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
        let _ = writeln!(
            text,
            "in-{name} {:.2} # {good:.0}, {wrong:.0}",
            of_kind[kind]
        );
    }
    text
}

/// Numbers that never fall, as near to these as weighted squares tell.
fn monotone(numbers: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (number, weight) in numbers.iter().zip(weights) {
        pools.push((*number, *weight, 1));
        while let [.., (low, a, n), (high, b, m)] = pools[..] {
            if low <= high {
                break;
            }
            pools.truncate(pools.len() - 2);
            pools.push(((low * a + high * b) / (a + b), a + b, n + m));
        }
    }
    let each = pools.into_iter();
    each.flat_map(|(number, _, many)| std::iter::repeat_n(number, many))
        .collect()
}
