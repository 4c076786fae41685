//! Slots of made-up histories, and how their cost grows.

use std::cell::Cell;

use super::*;
use crate::finding::Oid;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// One comparison.
pub(super) fn step() {
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

fn commit(at: i64) -> Commit {
    let mut id = [0; 20];
    id[..8].copy_from_slice(&at.to_be_bytes());
    Commit {
        id: Oid::from_bytes(&id),
        author: format!("author {at}").into_bytes(),
        email: Vec::new(),
        authored: at,
        committed: at,
        not_before: None,
        subject: Vec::new(),
        signed: false,
    }
}

fn value(name: &str) -> Fingerprint {
    Fingerprint::of_strong(name.as_bytes())
}

/// For each value of a history, in the order of the names: how often its slot changed, and when it came
/// in the place of another and went for another.
fn slots_of(
    history: &[(&str, &str, i64, bool)],
    values: &[&str],
) -> Vec<Option<(usize, i64, i64)>> {
    let commits: Vec<Commit> = history.iter().map(|(.., at, _)| commit(*at)).collect();
    let paths: Vec<RepoPath> = history
        .iter()
        .map(|(path, ..)| RepoPath::from(*path))
        .collect();
    let mut named: BTreeMap<&RepoPath, Vec<Held<'_>>> = BTreeMap::new();
    for (n, (_, name, _, now)) in history.iter().enumerate() {
        named.entry(&paths[n]).or_default().push(Held {
            value: value(name),
            from: &commits[n],
            now: *now,
        });
    }
    let mut slots = Slots::default();
    followed(named).into_iter().for_each(|slot| slots.add(slot));
    let at = |commit: Option<&Commit>| commit.map_or(0, |commit| commit.committed);
    let turn = |name: &&str| slots.turn(value(name));
    let told = values.iter().map(turn);
    told.map(|turn| turn.map(|turn| (turn.changes, at(turn.from), at(turn.until))))
        .collect()
}

#[test]
fn values_follow_each_other_in_their_slot() {
    let history = [
        ("a", "x", 1, false),
        ("a", "y", 5, false),
        ("a", "z", 9, true),
    ];
    assert_eq!(
        slots_of(&history, &["x", "y", "z"]),
        [Some((2, 0, 5)), Some((2, 5, 9)), Some((2, 9, 0))]
    );
    // What is there now is the last, whatever its commit says of its date.
    let history = [("a", "x", 9, false), ("a", "y", 5, true)];
    assert_eq!(
        slots_of(&history, &["x", "y"]),
        [Some((1, 0, 5)), Some((1, 5, 0))]
    );
    // One value, and another slot.
    let history = [("a", "x", 1, true), ("b", "y", 2, true)];
    assert_eq!(slots_of(&history, &["x", "y"]), [None, None]);
}

#[test]
fn a_value_that_comes_back_counts_from_then() {
    let history = [
        ("a", "x", 1, false),
        ("a", "y", 5, false),
        ("a", "x", 9, true),
    ];
    assert_eq!(
        slots_of(&history, &["x", "y"]),
        [Some((2, 9, 0)), Some((2, 5, 9))]
    );
}

#[test]
fn a_list_is_no_slot() {
    let history = [
        ("a", "x", 1, true),
        ("a", "y", 1, true),
        ("a", "z", 0, false),
    ];
    assert_eq!(slots_of(&history, &["x", "y", "z"]), [None, None, None]);
}

#[test]
fn a_renamed_file_keeps_its_slot_and_a_copy_does_not() {
    // `a` was renamed to `b` with the value `y`, and then rotated.
    let renamed = [
        ("a", "x", 1, false),
        ("a", "y", 2, false),
        ("b", "y", 3, false),
        ("b", "z", 4, true),
    ];
    assert_eq!(
        slots_of(&renamed, &["x", "y", "z"]),
        [Some((2, 0, 2)), Some((2, 2, 4)), Some((2, 4, 0))]
    );
    // Two copies go on: which of them the ended slot was is not known.
    let copied = [
        ("a", "x", 1, false),
        ("a", "y", 2, false),
        ("b", "y", 3, true),
        ("c", "y", 3, true),
    ];
    assert_eq!(
        slots_of(&copied, &["x", "y"]),
        [Some((1, 0, 2)), Some((1, 2, 0))]
    );
}

#[test]
fn they_grow_no_faster_than_n_log_n() {
    let cost = |n: i64| {
        let names: Vec<String> = (0..n).map(|n| format!("value {n}")).collect();
        let history: Vec<_> = names
            .iter()
            .zip(0..)
            .map(|(name, at)| ("a", name.as_str(), n - at, false))
            .collect();
        STEPS.with(|steps| steps.set(0));
        slots_of(&history, &[]);
        STEPS.with(Cell::get)
    };
    let (one, two) = (cost(2_000), cost(4_000));
    assert!(one > 0 && two < one * 5 / 2, "{one} {two}");
}
