//! Rules that a configuration adds, and those that it switches off.

use crate::common::{Dir, expand, findings, line, token};
use serde_json::Value;

const RULE: &str = "[[rule]]\nid = \"house-key\"\nname = \"House key\"\nseverity = \"high\"\npattern = '(?P<secret>hk_[0-9a-z]{30})'\n";

fn house(seed: u64) -> String {
    format!("k={}\n", expand("hk_{lower:30}", seed))
}

#[test]
fn rules_that_are_switched_off_are_counted_with_their_reason() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write(
        "keysweep.toml",
        format!(
            "[rules]\ndisable = [\n  \"github-* -- all of them {} are public\",\n]\n",
            token(2)
        ),
    );
    let run = dir.run(&["scan"]);
    run.ends(0)
        .says("suppressed: 2 by the configuration, 2 of them high")
        .says("policy from this repository hides 2 findings");
    let run = dir.run(&["scan", "--show-suppressed"]);
    run.says("by keysweep.toml:3 -- all of them ‹redacted› are public");
    assert!(!run.text().contains(&token(2)));
    dir.run(&["scan", "--untrusted"]).ends(1);
}

#[test]
fn the_former_name_of_a_decoder_of_facts_is_understood() {
    let dir = Dir::new();
    dir.write("a.txt", house(1));
    for (name, status) in [("presigned", 1), ("aws-presigned", 1), ("aws-presignd", 2)] {
        dir.write("own.toml", format!("{RULE}facts = \"{name}\"\n"));
        dir.run(&["scan", "a.txt", "--rules", "own.toml"])
            .ends(status);
    }
}

#[test]
fn rule_files_are_read_from_the_side_that_holds() {
    let dir = Dir::repo();
    dir.write("keysweep.toml", "[rules]\nfiles = [\"ci/own.toml\"]\n");
    dir.write("ci/own.toml", RULE);
    dir.commit("one");
    dir.write("a.txt", house(1));
    dir.git(&["add", "-A"]);
    // Not the working tree: neither for the index, nor for a history, nor for a range.
    dir.write("ci/own.toml", "broken");
    dir.run(&["staged"]).says("House key");
    dir.git(&["checkout", "--", "ci/own.toml"]);
    dir.commit("two");
    dir.write("ci/own.toml", "broken");
    dir.run(&["history"]).ends(1).says("House key");
    dir.run(&["history", "--range", "HEAD~1..HEAD"])
        .ends(1)
        .says("House key");
    dir.run(&["scan"]).ends(2).complains("ci/own.toml:1: ");
    let bare = dir.outside("bare.git");
    dir.git(&["clone", "-q", "--bare", ".", bare.to_str().expect("plain")]);
    dir.run(&["history", bare.to_str().expect("plain")])
        .ends(1)
        .says("House key");
}

#[test]
fn rules_of_a_configuration_are_listed_and_have_pages() {
    let dir = Dir::repo();
    dir.write("keysweep.toml", "[rules]\nfiles = [\"own.toml\"]\n");
    dir.write("own.toml", RULE);
    dir.run(&["rules"]).ends(0).says("house-key");
    dir.run(&["rules", "house-key"]).ends(0).says("House key");
    dir.run(&["rules", "house-key", "--no-config"])
        .ends(2)
        .complains("there is no rule `house-key`");
}

#[test]
fn rules_of_a_range_hold_only_once_they_are_in_its_base() {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing\n");
    dir.commit("one");
    dir.write(
        "keysweep.toml",
        "[rules]\nfiles = [\"own.toml\"]\ndisable = [\"house-key\"]\n",
    );
    dir.write("own.toml", RULE);
    dir.write(".keysweepignore", "*.txt [house-key]\n");
    dir.write("b.txt", house(1));
    dir.commit("two");
    let run = dir.run(&["history", "--range", "HEAD~1..HEAD"]);
    run.ends(0)
        .complains("keysweep.toml is not the same before this change");
    assert_eq!(
        findings(&dir.json(&["history", "--range", "HEAD~1..HEAD"])).len(),
        0
    );
    assert_eq!(
        dir.json(&[
            "history",
            "--range",
            "HEAD~1..HEAD",
            "--policy-from",
            "head"
        ])["suppressed"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn what_is_wrong_with_rules_is_said_with_its_line() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    for (config, file, says) in [
        (
            "[rules]\ndisable = [\n\"github-pta\"]\n",
            "",
            "keysweep.toml:3: `rules.disable`: there is no such rule; did you mean `github-pat`?",
        ),
        (
            "[rules]\ndisable = [\"nothing-*\"]\n",
            "",
            "keysweep.toml:2: `rules.disable`: there is no such rule",
        ),
        (
            "[rules]\ndisable = [\"a[\"]\n",
            "",
            "keysweep.toml:2: `rules.disable`: this is no id and no glob",
        ),
        (
            "[scan]\nexclude = [\"b{\"]\n",
            "",
            "keysweep.toml:2: `scan.exclude`: the path is no pattern",
        ),
        (
            "[rules]\nfiles = [\"own.toml\", \"gone.toml\"]\n",
            RULE,
            "keysweep.toml:2: `rules.files`: the rule file is not there",
        ),
        (
            "[rules]\nfiles = [\"own.toml\"]\n",
            "[[rule]]\nid = \"github-pat\"\nname = \"x\"\nseverity = \"low\"\npattern = 'abcd[0-9]{9}'\n",
            "rule `github-pat` is defined in github.toml already",
        ),
        (
            "[rules]\nfiles = [\"own.toml\"]\n",
            "[[rule]]\nid = \"x\"\n",
            "own.toml:1: ",
        ),
        (
            "[rules]\nfiles = [\"own.toml\"]\n",
            "[[rule]]\nid = \"large\"\nname = \"x\"\nseverity = \"low\"\npattern = 'abcd(([0-9a-z]{40}[A-Z]{40}){300}[0-9_]{30}){30}'\ntail-cap = 4000\n",
            "rule `large`: the pattern is too large once it is compiled",
        ),
    ] {
        dir.write("keysweep.toml", config);
        dir.write("own.toml", file);
        let run = dir.run(&["scan"]);
        run.ends(2).complains(says);
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_to_a_file_of_the_policy() {
    let dir = Dir::repo();
    let away = dir.outside("away");
    std::fs::create_dir_all(&away).expect("made");
    std::fs::write(away.join("own.toml"), RULE).expect("written");
    std::os::unix::fs::symlink(&away, dir.path().join("ci")).expect("linked");
    dir.write("keysweep.toml", "[rules]\nfiles = [\"ci/own.toml\"]\n");
    dir.run(&["scan"])
        .ends(2)
        .complains("lies behind a symbolic link");
    std::fs::remove_file(dir.path().join("keysweep.toml")).expect("removed");
    std::os::unix::fs::symlink(away.join("own.toml"), dir.path().join("keysweep.toml"))
        .expect("linked");
    dir.run(&["scan"])
        .ends(2)
        .complains("is no regular file; put a plain file there");
    // Where it does not count it is no obstacle.
    dir.run(&["scan", "--no-config"]).ends(0);
    let report = dir.feed(&["scan", "-", "--no-config"], b"nothing\n");
    report.ends(0);
}

/// Rules with which a repository would hide what others find: `COVER` in a longer match, `NEARER`
/// by a word of its own.
const COVER: &str = "pattern = '[A-Z_]{3,20}=[!-~]{8,90}'\n";
const SAME: &str = "pattern = 'SG\\.[0-9A-Za-z_-]{16,32}\\.[0-9A-Za-z_-]{39,50}'\n";
const NEARER: &str = "words = [\"db_password\"]\nvalue = '[A-Za-z0-9]{24}'\n";
const TRICKS: [&str; 6] = [
    "severity = \"info\"\n",
    "severity = \"critical\"\nwhere = { path = [\"nowhere\"] }\n",
    "severity = \"critical\"\nexposure = \"publishable\"\n",
    "severity = \"critical\"\nchecks = [\"random\"]\nwhere = { ext = [\"xyz\"] }\n",
    "severity = \"low\"\nshares = [\"sendgrid-api-key\", \"generic-password\"]\n",
    "severity = \"low\"\nfacts = \"jwt\"\n",
];

/// `(fingerprint, severity, fails)` of what the built-in rules find, under whatever name.
fn seen(report: &Value, values: &[String]) -> Vec<(String, bool)> {
    let mut all: Vec<(String, bool)> = findings(report)
        .iter()
        .filter(|finding| {
            let fingerprint = finding["fingerprint"].as_str().unwrap_or_default();
            values.iter().any(|have| have == fingerprint)
        })
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            (
                format!("{} {}", text("fingerprint"), text("severity")),
                finding["fails"].as_bool().unwrap_or_default(),
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_rule_of_the_repository_takes_nothing_from_those_of_others() {
    let dir = Dir::repo();
    dir.write("empty.txt", "nothing\n");
    dir.commit("one");
    dir.write(
        "a.env",
        expand(
            "SENDGRID=SG.{alnum:22}.{alnum:43}\nDB_PASSWORD={alnum:24}\n",
            1,
        ),
    );
    dir.git(&["add", "-A"]);
    let ways: [&[&str]; 4] = [
        &["staged"],
        &["scan"],
        &["history"],
        &[
            "history",
            "--range",
            "HEAD~1..HEAD",
            "--policy-from",
            "head",
        ],
    ];
    let mut plain: Vec<Vec<(String, bool)>> = Vec::new();
    let mut values = Vec::new();
    for (number, way) in ways.iter().enumerate() {
        if number == 1 {
            dir.commit("two");
        }
        let report = dir.json(way);
        let all = findings(&report);
        assert_eq!(all.len(), 2, "{way:?}");
        values = all
            .iter()
            .map(|f| f["fingerprint"].as_str().expect("a text").to_owned())
            .collect();
        plain.push(seen(&report, &values));
    }
    for kind in [COVER, SAME, NEARER] {
        for trick in TRICKS {
            // Both before and after the built-in ids.
            for id in ["aaa-house", "zzz-house"] {
                let rule = format!("[[rule]]\nid = \"{id}\"\nname = \"x\"\n{kind}{trick}");
                dir.git(&["reset", "-q", "--soft", "HEAD~1"]);
                dir.write("keysweep.toml", "[rules]\nfiles = [\"own.toml\"]\n");
                dir.write("own.toml", rule);
                dir.git(&["add", "-A"]);
                for (number, way) in ways.iter().enumerate() {
                    if number == 1 {
                        dir.commit("two");
                    }
                    let report = dir.json(way);
                    assert_eq!(
                        seen(&report, &values),
                        plain[number],
                        "{way:?} {kind}{trick}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_only_a_rule_of_the_repository_saw_before_is_still_news() {
    let dir = Dir::repo();
    let value = expand("SG.{alnum:22}.{alnum:43}", 1);
    // Inside a word no built-in rule takes it for a key.
    dir.write("a.env", format!("note: x{value}x\n"));
    dir.write("keysweep.toml", "[rules]\nfiles = [\"own.toml\"]\n");
    dir.write(
        "own.toml",
        "[[rule]]\nid = \"house\"\nname = \"x\"\nseverity = \"low\"\nopen = [\"left\", \"right\"]\npattern = 'x(?P<secret>SG\\.[0-9A-Za-z]{22}\\.[0-9A-Za-z]{43})'\n",
    );
    dir.commit("one");
    dir.write("a.env", format!("SENDGRID={value}\n"));
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(1);
    dir.commit("two");
    dir.run(&["history", "--range", "HEAD~1..HEAD"]).ends(1);
}

#[test]
fn a_rule_of_the_repository_still_names_what_generic_rules_see() {
    let dir = Dir::repo();
    dir.write(
        "a.env",
        format!("HOUSE_TOKEN={}\n", expand("hk_{lower:30}", 1)),
    );
    dir.write("keysweep.toml", "[rules]\nfiles = [\"own.toml\"]\n");
    dir.write("own.toml", RULE.replace("\"high\"", "\"critical\""));
    let report = dir.json(&["scan"]);
    let all = findings(&report);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["rule"], "house-key");
    // What the user wants to fail is not renamed away.
    dir.run(&["scan", "--fail-on", "generic-*"]).ends(1);
    dir.write(
        "own.toml",
        "[[rule]]\nid = \"own-passwords\"\nname = \"x\"\nseverity = \"info\"\ngeneric = \"password\"\n",
    );
    dir.run(&["scan"])
        .ends(2)
        .complains("takes what `generic-password` finds");
}

#[test]
fn ten_thousand_rules_are_read_in_time() {
    let dir = Dir::repo();
    let mut text = String::new();
    for n in (0..8_000).rev() {
        text.push_str(&format!(
            "[[rule]]\nid = \"aaa-{n:05}\"\nname = \"x\"\nseverity = \"low\"\npattern = 'k{n:05}_[0-9a-z]{{30}}'\n"
        ));
    }
    dir.write("keysweep.toml", "[rules]\nfiles = [\"own.toml\"]\n");
    dir.write("own.toml", text);
    dir.write("a.env", line(1));
    let builtin = keysweep::builtin::set();
    let count = builtin.rules.iter().filter(|rule| rule.on).count() + 8_000;
    let said = format!("{},{:03}", count / 1_000, count % 1_000);
    dir.run(&["scan"]).ends(1).says(&said);
}

#[test]
fn what_rules_of_the_repository_say_shows_no_value_and_no_control() {
    let dir = Dir::repo();
    let house = expand("hk_{lower:30}", 1);
    dir.write("a.txt", format!("k={house}\n"));
    dir.write("keysweep.toml", "[rules]\nfiles = [\"own.toml\"]\n");
    let other = token(7);
    dir.write(
        "own.toml",
        format!(
            "[provider]\nname = \"p {other}\"\ndocs = \"https://a.test/{other}\"\nrotate = \"r {other}\\u001b[2J\\n::error::x\"\nconsole = \"https://a.test/{other}\"\n[[rule]]\nid = \"house-key\"\nname = \"n {other}\\u001b[2J\\n::error::x\"\nseverity = \"high\"\nshown = \"{}\"\npattern = 'hk_[0-9a-z]{{30}}'\n",
            &house[..30]
        ),
    );
    dir.git(&["add", "-A"]);
    for format in crate::common::formats() {
        for verb in ["scan", "hook"] {
            let run = dir.run(&[verb, "--format", format, "--sarif-all-rules"]);
            let text = run.text();
            let said = ["house-key", "hk_", "own.toml"];
            assert!(
                said.iter().any(|word| text.contains(word)),
                "{verb} {format}"
            );
            assert!(!text.contains(&other), "{verb} {format}");
            assert!(!text.contains(&house[..20]), "{verb} {format}");
            assert!(!text.contains('\u{1b}'), "{verb} {format}");
            assert!(
                !text.lines().any(|l| l.starts_with("::error::x")),
                "{verb} {format}"
            );
        }
    }
    let run = dir.run(&["rules", "house-key", "--rules", "own.toml"]);
    assert!(!run.text().contains('\u{1b}'));
}

#[test]
fn ten_thousand_patterns_are_taken() {
    let dir = Dir::repo();
    let globs: Vec<String> = (0..10_000)
        .map(|n| format!("**/a{n}*/b*/**/c*.e?v"))
        .collect();
    dir.write(
        "keysweep.toml",
        format!("[scan]\nexclude = [\n\"{}\",\n]\n", globs.join("\",\n\"")),
    );
    dir.write(".keysweepignore", globs.join("\n"));
    dir.write("a.env", (0..1_000).map(line).collect::<String>());
    dir.write("a9999/b/d/c.env", line(1_001));
    dir.run(&["scan"]).ends(1).says("1,000 results");
}

#[test]
fn many_large_patterns_are_refused_together() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("keysweep.toml", "[rules]\nfiles = [\"own.toml\"]\n");
    let rule = |n: u32| {
        format!(
            "[[rule]]\nid = \"large-{n}\"\nname = \"x\"\nseverity = \"low\"\npattern = 'k{n:03}_((([0-9a-z]|q[a-z]|[A-Z]x|_)[0-9]){{1,5000}})'\n"
        )
    };
    // One of them takes seven mebibytes.
    dir.write("own.toml", (0..2).map(rule).collect::<String>());
    dir.run(&["scan"]).ends(1);
    dir.write("own.toml", (0..60).map(rule).collect::<String>());
    dir.run(&["scan"])
        .ends(2)
        .complains("too large together once they are compiled");
}
