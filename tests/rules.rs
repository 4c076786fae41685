//! Every rule's examples: what must match does, what must not does not, and no rule claims
//! another's examples unless it says so.

use std::collections::{BTreeMap, BTreeSet};

use keysweep::detect::{Candidate, Scanner};
use keysweep::example::expand;
use keysweep::finding::{Class, Confidence};
use keysweep::rule::{Check, Kind, Rule, RuleSet, Source};

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

/// A line a provider: what is found of it, where the forms are known from, what is checked offline.
fn coverage(rules: &RuleSet) -> String {
    let mut providers: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in rules.rules.iter() {
        providers.entry(&rule.provider).or_default().push(rule);
    }
    let mut page = String::from(
        "# What is covered\n\n\
         `KEYSWEEP_WRITE=1 cargo test --test it rules::coverage` writes this page; a test fails when it is stale. A\n\
         form is *documented* by the provider or a standard, *observed* in public lists of kinds, or *unverified*:\n\
         what only an unverified rule finds is never more than low.\n\n\
         | provider | found by its own form | found by the name beside it | forms | checks |\n\
         |---|---|---|---|---|\n",
    );
    let listed = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(", ");
    for (provider, rules) in &providers {
        let by_name = |rule: &Rule| matches!(rule.kind, Kind::Context(_) | Kind::Generic(_));
        let of = |named: bool| {
            let kind = rules.iter().filter(|rule| by_name(rule) == named);
            listed(kind.map(|rule| format!("`{}`", rule.id)).collect())
        };
        let sources = Source::ALL.iter().filter_map(|source| {
            let count = rules.iter().filter(|rule| rule.source == *source).count();
            (count > 0).then(|| format!("{count} {}", source.name()))
        });
        let sources: Vec<String> = sources.collect();
        let checks = rules.iter().flat_map(|rule| rule.checks.iter());
        let checks = checks.filter(|check| **check != Check::Random);
        let checks = listed(checks.map(|check| format!("`{}`", check.name())).collect());
        let (own, named, sources) = (of(false), of(true), sources.join(", "));
        page.push_str(&format!(
            "| {provider} | {own} | {named} | {sources} | {checks} |\n"
        ));
    }
    page
}

#[test]
fn coverage_is_not_stale() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    let page = coverage(&keysweep::builtin::set());
    if std::env::var_os("KEYSWEEP_WRITE").is_some() {
        std::fs::write(&path, &page).expect("writable");
    }
    let have = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        have.replace("\r\n", "\n") == page,
        "docs/coverage.md is stale: its first lines say how it is written"
    );
}

#[test]
fn what_only_an_unverified_rule_finds_is_low() {
    let scanner = scanner();
    let rules = &scanner.rules().rules;
    let unverified =
        |rule: &&Rule| rule.source == Source::Unverified && matches!(rule.kind, Kind::Context(_));
    for rule in rules.iter().filter(unverified) {
        for template in rule.examples.iter() {
            let text = expand(template, 1).expect("a template");
            for found in scanner.scan(text.as_bytes()) {
                let alone = rules[found.rule].id == rule.id && found.evidence.also.is_empty();
                assert!(
                    !alone || found.confidence() == Confidence::Low,
                    "{}",
                    rule.id
                );
            }
        }
    }
}

#[test]
fn an_altered_checksum_is_low_and_says_so() {
    let scanner = scanner();
    let mut altered = BTreeSet::new();
    for rule in scanner.rules().rules.iter() {
        if !rule.checks.iter().any(|check| check.is_checksum()) {
            continue;
        }
        for template in rule.examples.iter() {
            let mut text = expand(template, 2).expect("a template").into_bytes();
            let found = scanner.scan(&text);
            let own = |c: &&Candidate| scanner.rules().rules[c.rule].id == rule.id;
            let Some(whole) = found.iter().find(own).map(|c| c.span.clone()) else {
                continue;
            };
            let middle = whole.start + whole.len() / 2;
            text[middle] = if text[middle] == b'7' { b'4' } else { b'7' };
            for c in scanner.scan(&text).iter().filter(own) {
                let checks = &c.evidence.checks;
                let names = rule.checks.iter().filter(|check| check.is_checksum());
                let names: Vec<&str> = names.map(|check| check.name()).collect();
                if checks
                    .iter()
                    .any(|check| !check.passed && names.contains(&check.name))
                {
                    assert!(c.confidence() < Confidence::High, "{}: {template}", rule.id);
                    assert!(
                        c.evidence.reasons[0].contains("checksum failed"),
                        "{}",
                        rule.id
                    );
                    altered.insert(rule.id.to_string());
                }
            }
        }
    }
    assert!(altered.len() >= 10, "{altered:?}");
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
