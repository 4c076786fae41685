//! Law 7: what a content costs, by counted steps. A step is a byte that a pattern, a reader or a
//! decoder looked at. Everything that rules and operators are made of is repeated as densely as it goes.
//!
//! With `KEYSWEEP_COST=MEGABYTES` the same contents are timed instead, and the slowest are printed:
//! `KEYSWEEP_COST=1 cargo test --release --test it cost:: -- --nocapture`.

#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;
use std::time::Instant;

use keysweep::detect::{Scanner, Watch, assign};
use keysweep::example::expand;
use keysweep::rule::Kind;

/// Steps for each byte of any content. A step takes a few nanoseconds at most, so that a second a
/// megabyte is kept.
const MOST: u64 = 600;

/// Steps that a content may cost more when it has twice the length, besides twice as many.
const SLACK: u64 = 100_000;

/// What stands between a name and a value, or between two of them.
const OPERATORS: &[&str] = &[
    "", "=", ":", " ", "\"=\"", "=>", "(\"", "\n", ",", "://", "='", "_", "-",
];

/// The pieces that hostile contents are made of: literals and words of all rules, names of secrets,
/// and how examples begin.
fn pieces(scanner: &Scanner) -> Vec<String> {
    let mut pieces = BTreeSet::new();
    for rule in scanner.rules().rules.iter() {
        match &rule.kind {
            Kind::Token(token) => {
                pieces.extend(
                    token
                        .literals
                        .iter()
                        .map(|literal| literal.text.to_string()),
                );
            }
            Kind::Context(context) => {
                pieces.extend(context.words.iter().map(ToString::to_string));
            }
            Kind::Generic(_) | Kind::File(_) => {}
        }
        for example in rule.examples.iter().take(1) {
            let text = expand(example, 1).expect("the rule's example is valid");
            for len in [12, 48] {
                pieces.insert(text.chars().take(len).collect());
            }
        }
    }
    pieces.extend(assign::anchors().map(ToString::to_string));
    pieces.into_iter().collect()
}

fn repeated(unit: &str, bytes: usize) -> Vec<u8> {
    unit.bytes().cycle().take(bytes).collect()
}

fn wide(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|b| [*b, 0]).collect()
}

fn steps(scanner: &Scanner, bytes: &[u8]) -> u64 {
    let watch = Watch::default();
    let _ = scanner.scan_watched(bytes, &watch);
    watch.steps()
}

fn timed(scanner: &Scanner, megabytes: usize) {
    let mut all = Vec::new();
    for piece in pieces(scanner) {
        for operator in OPERATORS {
            let bytes = repeated(&format!("{piece}{operator}"), 64 << 10);
            let start = Instant::now();
            let steps = steps(scanner, &bytes);
            let time = start.elapsed().as_secs_f64() * 16.0;
            all.push((time, steps / (64 << 10), format!("{piece}{operator}")));
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (time, per_byte, unit) in all.iter().take(60) {
        println!("{time:.2} s/MB  {per_byte} steps/B  {unit:?}");
    }
    for (_, _, unit) in all.iter().take(6) {
        let bytes = repeated(unit, megabytes << 20);
        let start = Instant::now();
        let _ = steps(scanner, &bytes);
        println!(
            "{megabytes} MB: {:.2} s  {unit:?}",
            start.elapsed().as_secs_f64()
        );
    }
}

#[test]
fn every_piece_of_every_rule_costs_a_bounded_number_of_steps_a_byte() {
    let scanner = Scanner::new(keysweep::builtin::set());
    if let Some(megabytes) = std::env::var("KEYSWEEP_COST")
        .ok()
        .and_then(|n| n.parse().ok())
    {
        timed(&scanner, megabytes);
        return;
    }
    let mut costs = Vec::new();
    for (n, piece) in pieces(&scanner).into_iter().enumerate() {
        // The sign that joins most, and every other one in turn; every eighth as UTF-16.
        let operator = if n % 2 == 0 {
            "="
        } else {
            OPERATORS[n / 2 % OPERATORS.len()]
        };
        let unit = format!("{piece}{operator}");
        let bytes = match n % 8 {
            0 => wide(&repeated(&unit, 512)),
            _ => repeated(&unit, 1024),
        };
        let cost = steps(&scanner, &bytes) / 1024;
        assert!(cost <= MOST, "{cost} steps for a byte of {unit:?}");
        costs.push((cost, piece));
    }
    // The costliest with every operator, and twice as long costs twice as much.
    costs.sort();
    let mut most = (0, String::new());
    for (_, piece) in costs.iter().rev().take(8) {
        for operator in OPERATORS {
            let unit = format!("{piece}{operator}");
            let cost = grows_with_its_length(&scanner, &unit, |text| text);
            let wide = grows_with_its_length(&scanner, &unit, |text| wide(&text));
            most = most.max((cost.max(wide), unit));
        }
    }
    println!(
        "{:?}, {most:?}",
        costs.iter().rev().take(8).collect::<Vec<_>>()
    );
}

/// Each way of writing a name and its value, as a whole and cut off before the value.
#[test]
fn every_way_of_writing_costs_a_bounded_number_of_steps_a_byte() {
    let scanner = Scanner::new(keysweep::builtin::set());
    let value = expand("{alnum:24}", 1).expect("a template");
    for (name, _, template, _) in crate::ways::forms::FORMS {
        let cut = template.split("§v").next().unwrap_or_default();
        let units = [
            crate::ways::named(template, "acme token", &value) + "\n",
            crate::ways::named(cut, "db password", "a"),
        ];
        for unit in units {
            let cost = grows_with_its_length(&scanner, &unit, |text| text);
            assert!(cost <= MOST, "{cost} steps for a byte of {name}");
        }
    }
}

/// Steps for each byte of a long content, of which one of twice the length takes twice as many.
fn grows_with_its_length(scanner: &Scanner, unit: &str, dress: impl Fn(Vec<u8>) -> Vec<u8>) -> u64 {
    const SIZE: usize = 16 << 10;
    let once = steps(scanner, &dress(repeated(unit, SIZE)));
    let long = dress(repeated(unit, 2 * SIZE));
    let twice = steps(scanner, &long);
    let cost = twice / long.len() as u64;
    assert!(cost <= MOST, "{cost} steps for a byte of {unit:?}");
    // A window that the end cuts off costs less: the shorter has as many of them.
    assert!(
        twice * 10 <= once * 22 + 10 * SLACK,
        "{once}, then {twice} steps: {unit:?}"
    );
    cost
}

#[test]
fn sixteen_megabytes_cost_sixteen_times_as_much_as_one() {
    let scanner = Scanner::new(keysweep::builtin::set());
    let base64 = expand("{base64:3000}", 1).expect("a template");
    // Cheap contents, one for each decoder and some rules: what grows with the content as a whole
    // shows in them as well as in others, and sixteen megabytes are to be scanned in a test.
    let units = [
        &base64,
        &format!("{}\n", &base64[..76]),
        "=3D and some text\r\n",
        "%41 and some text ",
        "\\u0041 and some text ",
        "\\41 and some text ",
        "&#65; and some text ",
        "a\0n\0d\0 \0s\0o\0m\0e\0 \0t\0e\0x\0t\0",
        "_eyJ",
        "fm2_=",
        "-----BEGIN PRIVATE KEY----- and some text ",
        "AKIA and ghp_ and xoxb- in some text ",
    ];
    for unit in units {
        let once = steps(&scanner, &repeated(unit, 1 << 20));
        let many = steps(&scanner, &repeated(unit, 16 << 20));
        assert!(many <= once * 17 + SLACK, "{once}, then {many}: {unit:?}");
    }
}
