//! The judgement grows no faster than n log n with what was found: counted comparisons of n and of 2n
//! sightings.

use std::cell::Cell;

use super::*;
use crate::finding::{Evidence, Located, Origin, PlaceKind, Region, RepoPath};
use crate::secret::Shown;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// One comparison.
pub(super) fn step() {
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

/// The number of a rule of the built-in set.
fn rule(rules: &RuleSet, id: &str) -> usize {
    rules.find(id).expect("a built-in rule")
}

fn placed(rule: usize, value: &str, path: &str, line: u32, key: &str, strong: bool) -> Placed {
    let origin = Origin::File(RepoPath::from(path));
    let located = Located {
        region: Region {
            start_line: line,
            start_column: 1,
            end_line: line,
            end_column: 9,
        },
        line: Shown::ours(""),
        mark: 0..0,
        line_hash: 0,
        allow: Vec::new(),
    };
    Placed {
        place: Place {
            origin: origin.clone(),
            path: RepoPath::from(path),
            located: located.clone(),
            introduced: None,
            at_head: None,
            versions: 1,
            suppressed: None,
            reach: None,
            kind: PlaceKind::Source,
            only_shown: false,
        },
        sighting: Sighting {
            origin,
            rule,
            of_repository: false,
            secret: Secret::new(value.as_bytes()),
            whole: Secret::new(value.as_bytes()),
            within: 0..value.len(),
            partners: Vec::new(),
            key: Some(key.as_bytes().to_vec()),
            located,
            evidence: Evidence::default(),
            class: Class::Credential,
            confidence: Confidence::Medium,
            strong,
            number: 0,
        },
    }
}

/// What many sightings may have in common.
type Shape = (&'static str, fn(usize, usize) -> Placed);

const SHAPES: &[Shape] = &[
    ("one strong value in many files", |rule, n| {
        placed(rule, "value", &format!("{n}/x"), 1, "key", true)
    }),
    ("one strong value on many lines", |rule, n| {
        placed(rule, "value", "x", n as u32 + 1, "key", true)
    }),
    ("many values", |rule, n| {
        placed(rule, &format!("value {n}"), "x", 1, "key", true)
    }),
    ("one weak value in many files", |rule, n| {
        placed(rule, "value", &format!("{n}/x"), 1, "password", false)
    }),
    ("one weak value on many lines", |rule, n| {
        placed(rule, "value", "x", n as u32 + 1, "password", false)
    }),
    ("one weak value under many names", |rule, n| {
        placed(
            rule,
            "value",
            &format!("{n}/x"),
            1,
            &format!("db {n}"),
            false,
        )
    }),
    ("one weak value, files and names in a chain", |rule, n| {
        let (path, name) = (format!("{}/x", n / 2), format!("host{}", n.div_ceil(2)));
        placed(rule, "value", &path, n as u32 + 1, &name, false)
    }),
];

#[test]
fn sightings_cost_n_log_n_comparisons() {
    let rules = crate::builtin::set();
    let rule = rule(&rules, "generic-password");
    for (what, make) in SHAPES {
        let steps = |many: usize| {
            let all = (0..many).map(|n| make(rule, n)).collect();
            STEPS.with(|steps| steps.set(0));
            let found = credentials(&rules, all, &BTreeMap::new(), &Until::default());
            assert!(!found.is_empty(), "{what}");
            // What is only handed on costs a step too.
            STEPS.with(Cell::get) + many as u64
        };
        let (once, twice) = (steps(1_000), steps(2_000));
        assert!(twice <= once * 5 / 2, "{what}: {once}, then {twice}");
    }
}

#[test]
fn halves_cost_n_log_n_questions() {
    let rules = crate::builtin::set();
    let (id, secret) = (
        rule(&rules, "aws-access-key-id"),
        rule(&rules, "aws-secret-access-key"),
    );
    // Many ids and secrets on one line, or one id and one secret on many.
    for (what, same) in [("many pairs", false), ("one pair", true)] {
        let steps = |many: usize| {
            let all = (0..many).flat_map(|n| {
                let (value, line) = if same { (0, n as u32 + 1) } else { (n, 1) };
                let value = |kind: &str| format!("{kind} {value}");
                [
                    placed(id, &value("id"), "x", line, "key", true),
                    placed(secret, &value("secret"), "x", line, "key", true),
                ]
            });
            let all = all.collect();
            STEPS.with(|steps| steps.set(0));
            let found = credentials(&rules, all, &BTreeMap::new(), &Until::default());
            assert!(found.iter().any(|one| one.part_of.is_some()), "{what}");
            STEPS.with(Cell::get) + many as u64
        };
        let (once, twice) = (steps(1_000), steps(2_000));
        assert!(twice <= once * 5 / 2, "{what}: {once}, then {twice}");
    }
}
