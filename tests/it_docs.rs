//! What the documentation says is true of the program.

use std::path::Path;

use keysweep::rule::{RuleSet, load_file};

const README: &str = include_str!("../README.md");

/// The pages that link to others, with the directory that their links start from.
const PAGES: &[(&str, &str)] = &[
    ("", README),
    ("", include_str!("../CONTRIBUTING.md")),
    ("", include_str!("../SECURITY.md")),
    ("docs", include_str!("../docs/json.md")),
    ("docs", include_str!("../docs/shortcomings.md")),
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
