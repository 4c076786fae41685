//! Every rule's examples: what must match does, what must not does not, and no rule claims
//! another's examples unless it says so.

use std::collections::BTreeSet;

use keysweep::detect::{Candidate, Scanner};
use keysweep::example::expand;
use keysweep::finding::{Class, Confidence};
use keysweep::rule::{Kind, Rule, RuleSet};

/// Random templates are tried with several seeds: a flaw that shows in one of ten must not hide.
const SEEDS: std::ops::Range<u64> = 0..4;

/// The built-in rules, with those that are off switched on.
fn scanner() -> Scanner {
    let mut rules = keysweep::builtin::set();
    for rule in rules.rules.to_mut() {
        rule.on = true;
    }
    Scanner::new(rules)
}

fn claims(rules: &RuleSet, found: &Candidate, rule: &Rule) -> bool {
    rules.rules[found.rule].id == rule.id
        || found.evidence.also.iter().any(|id| *id == rule.id)
        || rule
            .shares
            .iter()
            .any(|id| *id == rules.rules[found.rule].id)
}

fn report(failures: &BTreeSet<String>) {
    assert!(
        failures.is_empty(),
        "{} examples fail:\n{}",
        failures.len(),
        failures.iter().cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn every_example_matches_its_rule() {
    let scanner = scanner();
    let mut failures = BTreeSet::new();
    for rule in scanner.rules().rules.iter() {
        for template in rule.examples.iter() {
            for seed in SEEDS {
                match expand(template, seed) {
                    Err(error) => {
                        failures.insert(format!("{}: {template}: {error}", rule.id));
                    }
                    Ok(text) => {
                        let found = scanner.scan(text.as_bytes());
                        if !found.iter().any(|c| claims(scanner.rules(), c, rule)) {
                            let ids: Vec<&str> = found
                                .iter()
                                .map(|c| scanner.rules().rules[c.rule].id.as_ref())
                                .collect();
                            failures.insert(format!(
                                "{}: {}: {template} (found: {ids:?})",
                                rule.file, rule.id
                            ));
                        }
                    }
                }
            }
        }
    }
    report(&failures);
}

#[test]
fn no_near_miss_is_taken_for_the_real_thing() {
    let scanner = scanner();
    let mut failures = BTreeSet::new();
    for rule in scanner.rules().rules.iter() {
        for template in rule.near.iter() {
            for seed in SEEDS {
                match expand(template, seed) {
                    Err(error) => {
                        failures.insert(format!("{}: {template}: {error}", rule.id));
                    }
                    Ok(text) => {
                        // A wrong checksum is still worth a word, but never high confidence.
                        let taken = scanner.scan(text.as_bytes()).into_iter().any(|c| {
                            let failed = c.evidence.checks.iter().any(|check| !check.passed);
                            scanner.rules().rules[c.rule].id == rule.id
                                && c.class == Class::Credential
                                && c.confidence() > Confidence::Low
                                && !failed
                        });
                        if taken {
                            failures.insert(format!("{}: {}: {template}", rule.file, rule.id));
                        }
                    }
                }
            }
        }
    }
    report(&failures);
}

#[test]
fn every_token_rule_has_two_examples_and_two_near_misses() {
    let rules = keysweep::builtin::set();
    let failures = rules
        .rules
        .iter()
        .filter(|rule| matches!(rule.kind, Kind::Token(_)))
        .filter(|rule| rule.examples.len() < 2 || rule.near.len() < 2)
        .map(|rule| {
            format!(
                "{}: {}: {} and {}",
                rule.file,
                rule.id,
                rule.examples.len(),
                rule.near.len()
            )
        })
        .collect();
    report(&failures);
}

#[test]
fn the_armor_of_an_openpgp_key_may_have_any_headers() {
    let dir = crate::common::Dir::new();
    let block = crate::common::expand("{pem:PGP PRIVATE KEY BLOCK}", 1);
    let (first, rest) = block.split_once('\n').expect("several lines");
    let long = format!("Comment: {}", "words ".repeat(60));
    for headers in [
        "",
        "Comment: https://example.org/: a page\n",
        "Comment:\n",
        "Hash: SHA512,SHA256\n",
        "X-Own-Header: yes\n",
        "Version: 1\nComment: a\nComment: b\nCharset: UTF-8\nHash: SHA256\nMessageID: x\n",
        &format!("{long}\n"),
    ] {
        let text = format!("{first}\n{headers}\n{rest}\n");
        for text in [
            text.clone(),
            text.replace('\n', "\r\n"),
            text.replace('\n', "\\n"),
        ] {
            dir.write("key.asc", text);
            let report = dir.json(&["scan"]);
            let found = crate::common::findings(&report);
            assert_eq!(found.len(), 1, "{headers:?}");
            assert_eq!(found[0]["rule"], "private-key-pgp", "{headers:?}");
            assert_eq!(found[0]["confidence"], "high", "{headers:?}");
        }
    }
}
