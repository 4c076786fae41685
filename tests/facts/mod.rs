//! What bytes tell of a credential's life, seen from the command line.

pub mod keyfiles;
pub mod make;
mod real;
mod samples;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::common::{Dir, findings};
use samples::{Guard, Sample};

const SEEDS: std::ops::Range<u64> = 1..61;

/// The facts of a finding as field and value.
fn facts_of(finding: &Value) -> Vec<(String, String)> {
    let facts = finding["facts"].as_array().expect("a list");
    let word = |fact: &Value, name: &str| fact[name].as_str().expect("text").to_owned();
    facts
        .iter()
        .map(|fact| (word(fact, "field"), word(fact, "value")))
        .collect()
}

/// Scans one file a sample, and gives for each its findings.
fn scan(samples: &[Sample], content: impl Fn(&Sample) -> Vec<u8>) -> Vec<Vec<Value>> {
    let dir = Dir::new();
    for (number, sample) in samples.iter().enumerate() {
        dir.write(&format!("{number:05}.{}", sample.ext), content(sample));
    }
    let report = dir.json(&["scan", "--min-confidence", "low"]);
    let mut of: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    for finding in findings(&report) {
        // A value may stand in several files (the id of a key in its addresses).
        for place in finding["places"].as_array().expect("a list") {
            let path = place["path"].as_str().expect("text");
            let number = path.split('.').next().and_then(|n| n.parse().ok());
            of.entry(number.expect("a number"))
                .or_default()
                .push(finding.clone());
        }
    }
    (0..samples.len())
        .map(|n| of.remove(&n).unwrap_or_default())
        .collect()
}

#[test]
fn every_field_of_every_kind_is_told_for_sixty_seeds() {
    let all: Vec<Sample> = SEEDS.flat_map(samples::all).collect();
    let plain = |sample: &Sample| {
        sample
            .bytes
            .clone()
            .unwrap_or(sample.text.clone().into_bytes())
    };
    let found = scan(&all, plain);
    let mut wrong = BTreeMap::new();
    for (sample, findings) in all.iter().zip(&found) {
        let name = format!("{}: {}", sample.group, sample.name);
        let Some(finding) = findings.iter().find(|one| one["rule"] == sample.rule) else {
            let rules: Vec<_> = findings.iter().map(|one| &one["rule"]).collect();
            wrong
                .entry(name)
                .or_insert(format!("found as {rules:?} in {}", sample.text));
            continue;
        };
        let facts = facts_of(finding);
        for (field, value) in &sample.facts {
            if !facts.iter().any(|(f, v)| f == field && v == value) {
                let why = format!("{field} {value} is not in {facts:?}");
                wrong.entry(name.clone()).or_insert(why);
            }
        }
    }
    let lines: Vec<_> = wrong
        .iter()
        .map(|(name, why)| format!("{name}: {why}"))
        .collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// The credential with one character in the middle of it changed to another of its alphabet.
fn altered(sample: &Sample) -> Vec<u8> {
    if let Some(mut bytes) = sample.bytes.clone() {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        return bytes;
    }
    let middle = sample.secret.len() / 2;
    let at = (middle..sample.secret.len())
        .find(|&at| sample.secret.as_bytes()[at].is_ascii_alphanumeric());
    let at = at.expect("a letter or digit");
    let other = match sample.secret.as_bytes()[at] {
        b'a' => 'b',
        b'A' => 'B',
        b'1' => '2',
        byte if byte.is_ascii_lowercase() => 'a',
        byte if byte.is_ascii_uppercase() => 'A',
        _ => '1',
    };
    let mut secret = sample.secret.clone();
    secret.replace_range(at..=at, &other.to_string());
    sample
        .text
        .replacen(&sample.secret, &secret, 1)
        .into_bytes()
}

#[test]
fn what_was_altered_tells_nothing_certain_that_is_wrong() {
    let all: Vec<Sample> = (1..11).flat_map(samples::all).collect();
    let found = scan(&all, altered);
    for (sample, findings) in all.iter().zip(&found) {
        let name = format!("{}: {}", sample.group, sample.name);
        for finding in findings.iter().filter(|one| one["rule"] == sample.rule) {
            let facts = finding["facts"].as_array().expect("a list");
            assert!(
                sample.guard != Guard::Checksum || facts.is_empty(),
                "{name}: {facts:?}"
            );
            if sample.guard == Guard::Bare {
                // Nothing protects it, and each fact says so.
                let marked = |fact: &Value| fact["certainty"] != "certain";
                assert!(facts.iter().all(marked), "{name}: {facts:?}");
            }
        }
    }
}

#[test]
fn no_decoder_is_named_by_no_rule() {
    let rules = keysweep::builtin::set();
    let named = |decoder| rules.rules.iter().any(|rule| rule.facts.contains(decoder));
    let idle: Vec<&str> = keysweep::rule::FactDecoder::ALL
        .iter()
        .filter(|decoder| !named(decoder))
        .map(|decoder| decoder.name())
        .collect();
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn every_decoder_tells_of_some_sample() {
    let rules = keysweep::builtin::set();
    let all = samples::all(1);
    for decoder in keysweep::rule::FactDecoder::ALL {
        let reached = all.iter().any(|sample| {
            let rule = rules.find(sample.rule).map(|at| &rules.rules[at]);
            rule.unwrap_or_else(|| panic!("{}", sample.rule))
                .facts
                .contains(decoder)
        });
        assert!(reached, "{}", decoder.name());
    }
}

/// `KEYSWEEP_WRITE=1` writes the table of the page.
#[test]
fn the_page_lists_what_each_kind_tells() {
    const FROM: &str = "<!-- what each kind tells -->\n";
    const TO: &str = "<!-- end of the table -->";
    let mut table =
        "\n| kind | rule | facts, and asserted for 60 seeds |\n|---|---|---|\n".to_owned();
    for sample in samples::all(1) {
        let mut fields: Vec<&str> = sample.facts.iter().map(|(field, _)| *field).collect();
        fields.dedup();
        let (group, name, rule) = (sample.group, sample.name, sample.rule);
        table += &format!("| {group}: {name} | `{rule}` | {} |\n", fields.join(", "));
    }
    table += "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lifecycle.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (before, rest) = page.split_once(FROM).expect("where the table begins");
    let (_, after) = rest.split_once(TO).expect("where it ends");
    let new = [before, FROM, &table, TO, after].concat();
    if std::env::var_os("KEYSWEEP_WRITE").is_some() {
        std::fs::write(path, &new).expect("writable");
    }
    let hint = "KEYSWEEP_WRITE=1 cargo test --test it facts::the_page writes it";
    assert!(
        new == page || std::env::var_os("KEYSWEEP_WRITE").is_some(),
        "stale: {hint}"
    );
}
