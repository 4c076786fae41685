//! What hosts cut, and what is told as one.

use super::super::cut::{Item, MANY, arrange};
use super::*;

fn of(seed: &str, rule: &str, path: &str, line: u32, severity: Severity) -> Finding {
    Finding {
        reported: rule.to_owned(),
        places: vec![place(path, line)],
        ..row(seed, severity)
    }
}

/// A file full of one rule, and two files that hold one thing each, which come after it.
pub fn flood() -> Report {
    let mut report = sample();
    report.suppressed.clear();
    report.run.mode = Mode::Range;
    report.findings = (1..=300)
        .map(|n| {
            of(
                &format!("{n}"),
                "example-token",
                "a/full.env",
                n,
                Severity::High,
            )
        })
        .collect();
    report
        .findings
        .push(of("x", "example-token", "b/one.env", 1, Severity::High));
    report
        .findings
        .push(of("y", "other-token", "c/other.env", 1, Severity::High));
    report
}

/// `RULE PATH:LINE+FOLDED` in the order of [`arrange`].
fn arranged(rows: &[Finding]) -> Vec<String> {
    let items = rows.iter().map(|row| Item {
        row,
        place: &row.places[0],
        present: true,
        with: (),
    });
    arrange(items.collect())
        .iter()
        .map(|folded| {
            let (row, at) = (folded.first.row, folded.first.place);
            let folded = match folded.alike.len() {
                0 => String::new(),
                n => format!("+{n}"),
            };
            let line = at.region.start_line;
            format!("{} {}:{line}{folded}", row.reported, at.path.as_str())
        })
        .collect()
}

#[test]
fn every_rule_and_every_file_has_its_turn_among_equals() {
    let high = |seed, rule, path, line| of(seed, rule, path, line, Severity::High);
    let rows = [
        high("1", "a", "x", 1),
        high("2", "a", "x", 2),
        high("3", "a", "x", 3),
        high("4", "a", "y", 1),
        high("5", "b", "x", 4),
        high("6", "b", "z", 1),
    ];
    // The first of each pair of rule and file before any second; of these, each rule's first.
    assert_eq!(
        arranged(&rows),
        ["a x:1", "b x:4", "a y:1", "b z:1", "a x:2", "a x:3"]
    );
}

#[test]
fn what_is_new_and_what_is_worse_comes_first() {
    let mut known = of("1", "a", "x", 1, Severity::Critical);
    known.suppressed = allowed("old", false).suppressed;
    known.fails = false;
    let mut fresh = known.clone();
    fresh.suppressed = allowed("new", true).suppressed;
    fresh.places = vec![place("y", 1)];
    let mut unsure = of("2", "a", "z", 1, Severity::High);
    unsure.confidence = Confidence::Medium;
    let mut harmless = of("3", "a", "w", 1, Severity::Critical);
    harmless.fails = false;
    let rows = [
        known,
        fresh,
        harmless,
        unsure,
        of("4", "a", "v", 1, Severity::Medium),
        of("5", "a", "u", 1, Severity::High),
    ];
    assert_eq!(
        arranged(&rows),
        ["a u:1", "a z:1", "a v:1", "a w:1", "a y:1", "a x:1"]
    );
}

#[test]
fn more_than_two_hundred_of_one_rule_in_one_file_are_one() {
    let of = |n: usize, line: u32, severity| of(&n.to_string(), "a", "x", line, severity);
    let mut rows: Vec<Finding> = (0..MANY).map(|n| of(n, 9, Severity::Low)).collect();
    assert_eq!(arranged(&rows).len(), MANY, "so many are folded one by one");
    rows.push(of(900, 7, Severity::High));
    rows.push(of(901, 5, Severity::High));
    let all = arranged(&rows);
    assert_eq!(all, ["a x:5+201"], "the worst, and of these the first");
    // Allowed ones are told apart.
    rows[0].suppressed = allowed("old", false).suppressed;
    assert_eq!(arranged(&rows).len(), 2);
}
