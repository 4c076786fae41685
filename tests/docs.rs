//! What the documentation says is true of the program.

use std::path::Path;
use std::process::Command;

use keysweep::rule::{RuleSet, load_file};

const README: &str = include_str!("../README.md");

/// The pages that link to others, with the directory that their links start from.
const PAGES: &[(&str, &str)] = &[
    ("", README),
    ("", include_str!("../CONTRIBUTING.md")),
    ("", include_str!("../SECURITY.md")),
    ("docs", include_str!("../docs/action.md")),
    ("docs", include_str!("../docs/archives.md")),
    ("docs", include_str!("../docs/configuration.md")),
    ("docs", include_str!("../docs/explain.md")),
    ("docs", include_str!("../docs/hook.md")),
    ("docs", include_str!("../docs/json.md")),
    ("docs", include_str!("../docs/shortcomings.md")),
    ("docs", include_str!("../docs/suppression.md")),
];

#[test]
fn the_rules_of_the_readme_load_and_join_the_built_in_ones() {
    let (_, rest) = README
        .split_once("```toml\n")
        .expect("the README shows a rule file");
    let (text, _) = rest.split_once("```").expect("the block ends");
    let rules = load_file("README.md", text).expect("the example is right");
    assert_eq!(rules.len(), 3, "one of each kind");
    let mut all: RuleSet = keysweep::builtin::set();
    all.extend(rules).expect("the ids are free");
}

#[test]
fn the_readme_promises_no_more_rules_than_there_are() {
    let (_, rest) = README.split_once("More than ").expect("the sentence");
    let promised: usize = rest
        .chars()
        .take_while(|c| *c != ' ')
        .filter(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .expect("a number");
    let set = keysweep::builtin::set();
    let on = set.rules.iter().filter(|rule| rule.on).count();
    assert!(on > promised, "{on} rules, {promised} promised");
}

/// Language and text of the blocks below a heading of the README.
fn blocks(heading: &str) -> Vec<(&'static str, &'static str)> {
    let (_, rest) = README
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("the README has no section {heading}"));
    let section = rest.split("\n## ").next().unwrap_or_default();
    section
        .split("```")
        .skip(1)
        .step_by(2)
        .map(|block| block.split_once('\n').expect("a language"))
        .collect()
}

/// The blocks of the three ways to use it are taken from the README by the tests that run them:
/// `tests/hook` and `tests/action/manual.rs`. Here it is held that there are no others.
#[test]
fn the_three_ways_show_nothing_that_no_test_runs() {
    let hook = blocks("As a pre-commit hook");
    let (words, audit) = (
        "uses: OWNER/keysweep@COMMIT\n",
        blocks("As a one-off audit"),
    );
    let [config, framework, plain] = hook[..] else {
        panic!("three blocks: {hook:?}");
    };
    assert!(config.0 == "yaml" && config.1.contains("- id: keysweep\n"));
    assert!(framework.0 == "sh" && framework.1.starts_with("pre-commit install "));
    assert_eq!(framework.1.lines().count(), 1);
    assert_eq!(plain, ("sh", "keysweep hook install\n"));
    let action = blocks("As a GitHub Action");
    assert_eq!(action.len(), 2);
    for (language, text) in action {
        assert!(language == "yaml" && text.contains(words), "{text}");
    }
    let [(language, text)] = audit[..] else {
        panic!("one block: {audit:?}");
    };
    assert_eq!(language, "sh");
    assert!(text.starts_with("git clone --mirror ADDRESS "), "{text}");
}

#[test]
fn every_format_is_named() {
    for format in keysweep::report::FORMATS {
        assert!(README.contains(format), "{format}");
    }
}

#[test]
fn links_lead_to_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (dir, text) in PAGES {
        for part in text.split("](").skip(1) {
            let target = part.split([')', '#']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") {
                assert!(root.join(dir).join(target).exists(), "{target}");
            }
        }
    }
}

/// The picture is compared line by line, but for what a new rule changes and for folded lines.
#[test]
fn the_picture_shows_what_the_demo_prints() {
    let picture = include_str!("../docs/terminal.svg");
    let mut text = String::new();
    for (index, part) in picture.split('<').enumerate() {
        let inner = part.split_once('>').map_or(part, |(_, inner)| inner);
        text.push_str(if index == 0 { "" } else { inner });
    }
    let output = Command::new(env!("CARGO_BIN_EXE_keysweep"))
        .args(["history", "--demo", "--now", "2026-11-24"])
        .output()
        .expect("the program runs");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(printed.lines().count() > 20, "{printed}");
    for line in printed.lines() {
        let line = line.replace('&', "&#38;").replace('<', "&#60;");
        let line = line.replace('>', "&#62;");
        if line.chars().count() <= 100 && !line.starts_with("read ") {
            assert!(text.contains(&line), "run docs/terminal.sh; new: {line}");
        }
    }
}

/// The crates that the notices name are those of the lock file, and no direct one is missing. `.ci/run`
/// compares the whole file.
#[test]
fn the_notices_of_third_parties_are_not_stale() {
    let lock: toml::Table = include_str!("../Cargo.lock").parse().expect("TOML");
    let mut locked = std::collections::BTreeSet::new();
    for package in lock["package"].as_array().expect("a list") {
        let text = |key: &str| package[key].as_str().expect("text").to_owned();
        locked.insert(format!("{} {}", text("name"), text("version")));
    }
    let notices = include_str!("../THIRD-PARTY-NOTICES");
    let (list, _) = notices.split_once("\n\n====").expect("the list ends");
    let named: std::collections::BTreeSet<&str> = list
        .lines()
        .skip(2)
        .map(|line| line.split_once(": ").expect("a crate and its licence").0)
        .collect();
    let again = "run .ci/notices";
    for name in &named {
        assert!(locked.contains(*name), "{name} is not locked: {again}");
    }
    let manifest: toml::Table = include_str!("../Cargo.toml").parse().expect("TOML");
    for name in manifest["dependencies"].as_table().expect("a table").keys() {
        let have = named
            .iter()
            .any(|line| line.split(' ').next() == Some(name));
        assert!(have, "{name} is not named: {again}");
    }
}

/// Every test and fuzz target that SECURITY.md names is there.
#[test]
fn the_promises_name_tests_that_exist() {
    let mut sources = String::new();
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<_> = ["src", "tests"].iter().map(|dir| top.join(dir)).collect();
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                sources.push_str(&std::fs::read_to_string(path).expect("UTF-8"));
            }
        }
    }
    let text = include_str!("../SECURITY.md");
    let (_, text) = text
        .split_once("## What is promised")
        .expect("the promises");
    let mut named = 0;
    for name in text.split('`').skip(1).step_by(2) {
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if !name.contains('_') || !name.bytes().all(word) {
            continue;
        }
        let target = format!("{}/fuzz/fuzz_targets/{name}.rs", env!("CARGO_MANIFEST_DIR"));
        let exists = sources.contains(&format!("fn {name}(")) || Path::new(&target).is_file();
        assert!(exists, "there is no test {name}");
        named += 1;
    }
    assert!(named > 40, "{named}");
}
