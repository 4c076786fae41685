//! Nothing exists that nothing uses: every check and every decoder of facts is named by a rule, and is
//! reached by scanning one of that rule's examples from the command line.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use keysweep::example::expand;
use keysweep::rule::{Check, FactDecoder};

use crate::common::{Dir, NOW};
use crate::facts::make;

#[test]
fn every_check_and_decoder_is_named_by_a_rule() {
    let rules = keysweep::builtin::set();
    let on = || rules.rules.iter().filter(|rule| rule.on);
    for check in Check::ALL {
        let named = on().any(|rule| rule.checks.contains(check));
        assert!(named, "no rule names the check {}", check.name());
    }
    for decoder in FactDecoder::ALL {
        let named = on().any(|rule| rule.facts.contains(decoder));
        assert!(named, "no rule names the decoder {}", decoder.name());
    }
}

/// A certificate of `common`, valid from 2024 to 2025, in PEM form.
fn certificate(common: &str) -> String {
    make::certificate(common, "demo", 24)
}

/// Names of checks that passed, and of decoders that gave facts, in a scan of a directory.
fn reached(dir: &Dir) -> (BTreeSet<String>, BTreeSet<String>) {
    let rules = keysweep::builtin::set();
    let decoders: BTreeMap<&str, &[FactDecoder]> = rules
        .rules
        .iter()
        .map(|rule| (rule.id.as_ref(), rule.facts.as_ref()))
        .collect();
    let run = dir.run(&[
        "scan",
        ".",
        "--format",
        "json",
        "--min-severity",
        "info",
        "--min-confidence",
        "low",
        "--now",
        NOW,
    ]);
    let report: serde_json::Value = serde_json::from_str(&run.text()).expect("JSON");
    let (mut checks, mut facts) = (BTreeSet::new(), BTreeSet::new());
    for finding in report["findings"].as_array().expect("a list") {
        for check in finding["evidence"]["checks"].as_array().expect("a list") {
            if check["passed"] == true {
                checks.insert(check["name"].as_str().expect("text").to_owned());
            }
        }
        if !finding["facts"].as_array().expect("a list").is_empty() {
            let rule = finding["rule"].as_str().expect("text");
            facts.extend(
                decoders[rule]
                    .iter()
                    .map(|decoder| decoder.name().to_owned()),
            );
        }
    }
    (checks, facts)
}

/// What they read is no text, so that no template makes it; `tests/facts` does.
const OF_BYTES: [FactDecoder; 4] = [
    FactDecoder::FlyMacaroon,
    FactDecoder::Keystore,
    FactDecoder::Keytab,
    FactDecoder::OpenPgp,
];

#[test]
fn every_check_and_decoder_is_reached_from_the_command_line() {
    let dir = Dir::new();
    let rules = keysweep::builtin::set();
    for rule in rules.rules.iter().filter(|rule| rule.on) {
        if rule.checks.is_empty() && rule.facts.is_empty() {
            continue;
        }
        for (number, template) in rule.examples.iter().enumerate() {
            let mut text = expand(template, 7).expect("a valid template");
            if rule.facts.contains(&FactDecoder::X509) {
                text = format!("{text}\n{}", certificate(&rule.id));
            }
            dir.write(&format!("{}-{number}.txt", rule.id), text);
        }
    }
    let (checks, facts) = reached(&dir);
    for name in Check::ALL.iter().map(|check| check.name()) {
        assert!(checks.contains(name), "{name} is not among {checks:?}");
    }
    let made_of_text = FactDecoder::ALL
        .iter()
        .filter(|one| !OF_BYTES.contains(one));
    for name in made_of_text.map(|decoder| decoder.name()) {
        assert!(facts.contains(name), "{name} is not among {facts:?}");
    }
}

/// Each rule that names a decoder, on its own: two rules of one decoder must not stand in for each
/// other.
#[test]
fn every_rule_that_names_a_decoder_gives_facts_in_json() {
    let rules = keysweep::builtin::set();
    let mut silent = Vec::new();
    for rule in rules
        .rules
        .iter()
        .filter(|rule| rule.on && !rule.facts.is_empty())
    {
        // What it decodes to is found by the rules of what it decodes to.
        let bytes = rule.facts.iter().any(|one| OF_BYTES.contains(one));
        if rule.id == "private-key-base64" || bytes {
            continue;
        }
        let dir = Dir::new();
        for (number, template) in rule.examples.iter().enumerate() {
            let text = expand(template, 8).expect("a valid template");
            let beside = match rule.facts.contains(&FactDecoder::X509) {
                true => certificate("www.example.org"),
                false => String::new(),
            };
            dir.write(&format!("{number}.txt"), format!("{text}\n{beside}"));
        }
        let facts = reached(&dir).1;
        if !rule
            .facts
            .iter()
            .all(|decoder| facts.contains(decoder.name()))
        {
            silent.push(rule.id.to_string());
        }
    }
    assert!(silent.is_empty(), "{silent:?} give no facts");
}

#[test]
fn a_kubeconfig_tells_whose_key_it_is_and_how_long_it_holds() {
    let dir = Dir::new();
    let key = expand("{pem:EC PRIVATE KEY}", 3).expect("a valid template");
    dir.write(
        "kubeconfig",
        format!(
            "users:\n- name: admin\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
            BASE64_STANDARD.encode(certificate("kubernetes-admin")),
            BASE64_STANDARD.encode(&key)
        ),
    );
    let text = dir
        .run(&[
            "scan",
            ".",
            "--format",
            "json",
            "--now",
            "2024-12-20T00:00:00Z",
        ])
        .text();
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let found = &report["findings"][0];
    let facts = found["facts"].as_array().expect("a list");
    let fact = |field: &str| facts.iter().find(|fact| fact["field"] == field);
    let owner = fact("owner").expect("the certificate names one");
    assert_eq!(owner["value"], "kubernetes-admin", "{found}");
    assert!(fact("expires").is_some(), "{found}");
}
