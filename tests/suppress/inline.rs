//! Comments beside a value.

use crate::common::{Dir, findings, line, token};

/// Open and suppressed results.
fn counted(dir: &Dir, args: &[&str]) -> (usize, usize) {
    let report = dir.json(args);
    let suppressed = report["suppressed"].as_array().expect("a list").len();
    (findings(&report).len(), suppressed)
}

fn one(content: impl AsRef<[u8]>) -> (usize, usize) {
    let dir = Dir::new();
    dir.write("a.py", content);
    counted(&dir, &["scan"])
}

#[test]
fn each_tool_s_comment_allows_its_line_and_the_next() {
    for words in [
        "keysweep:allow",
        "keysweep:allow github-pat -- a test",
        "gitleaks:allow",
        "pragma: allowlist secret",
        "trufflehog:ignore",
        "ggignore",
        "kingfisher:ignore",
        "betterleaks:allow",
    ] {
        let value = token(1);
        assert_eq!(
            one(format!("A = '{value}'  # {words}\n")),
            (0, 1),
            "{words}"
        );
        assert_eq!(
            one(format!("# {words}\nA = '{value}'\n")),
            (0, 1),
            "{words}"
        );
        assert_eq!(
            one(format!("# {words}\n\nA = '{value}'\n")),
            (1, 0),
            "{words}"
        );
        assert_eq!(
            one(format!("A = '{value}'\n# {words}\n")),
            (1, 0),
            "{words}"
        );
    }
    assert_eq!(one(format!("A = '{}'\n", token(1))), (1, 0));
}

#[test]
fn a_comment_beside_one_value_does_not_speak_for_the_next_line() {
    let (first, second) = (token(1), token(2));
    let text = format!("A = '{first}'  # keysweep:allow\nB = '{second}'\n");
    assert_eq!(one(text), (1, 1));
    let text = format!("x = 1  # keysweep:allow\nB = '{second}'\n");
    assert_eq!(one(text), (1, 0));
}

#[test]
fn a_named_rule_is_the_only_one_that_is_allowed() {
    let value = token(1);
    assert_eq!(
        one(format!("A = '{value}'  # keysweep:allow jwt\n")),
        (1, 0)
    );
    assert_eq!(
        one(format!("A = '{value}'  # keysweep:allow jwt, github-pat\n")),
        (0, 1)
    );
}

#[test]
fn on_a_long_line_the_rule_must_be_named() {
    let value = token(1);
    let filler = "x();".repeat(300);
    for words in ["keysweep:allow", "gitleaks:allow"] {
        assert_eq!(
            one(format!("{filler} A = '{value}' // {words}\n")),
            (1, 0),
            "{words}"
        );
        assert_eq!(
            one(format!("// {words}\n{filler} A = '{value}'\n")),
            (1, 0),
            "{words}"
        );
    }
    let named = "keysweep:allow github-pat";
    assert_eq!(one(format!("{filler} A = '{value}' // {named}\n")), (0, 1));
    assert_eq!(one(format!("// {named}\n{filler} A = '{value}'\n")), (0, 1));
}

#[test]
fn a_value_counts_as_long_as_one_place_is_not_allowed() {
    let dir = Dir::new();
    dir.write(
        "a.env",
        format!("{} # keysweep:allow -- here\n", line(1).trim_end()),
    );
    dir.write("b.env", line(1));
    let report = dir.json(&["scan"]);
    let found = findings(&report);
    assert_eq!(found.len(), 1);
    // The place that counts comes first.
    assert_eq!(found[0]["places"][0]["path"], "b.env");
    assert!(found[0]["places"][0]["suppressed"].is_null());
    assert_eq!(found[0]["places"][1]["suppressed"]["reason"], "here");
    dir.run(&["scan"])
        .ends(1)
        .says("allowed here by keysweep:allow in line 1 -- here");
}

#[test]
fn what_is_allowed_is_kept_with_its_reason_and_never_fails() {
    let dir = Dir::new();
    dir.write(
        "a.py",
        format!(
            "# keysweep:allow github-pat -- revoked\nA = '{}'\n",
            token(1)
        ),
    );
    dir.run(&["scan"])
        .ends(0)
        .says("suppressed: 1 allowed by comments, 1 of them high")
        .says("policy from this repository hides 1 finding: --show-suppressed lists them");
    dir.run(&["scan", "--show-suppressed"])
        .ends(0)
        .says("suppressed: high GitHub")
        .says("by keysweep:allow in line 1 -- revoked");
    dir.run(&["scan", "--untrusted"]).ends(1);
    let report = dir.json(&["scan"]);
    let cause = &report["suppressed"][0]["suppressed"];
    assert_eq!(cause["by"], "inline");
    assert_eq!(cause["source"], "keysweep:allow");
    assert_eq!(cause["reason"], "revoked");
    assert_eq!(cause["new"], false);
    assert_eq!(report["suppressed"][0]["fails"], false);
}

#[test]
fn in_history_and_on_standard_input_too() {
    let dir = Dir::repo();
    let text = format!("A = '{}'  # ggignore\n", token(1));
    dir.write("a.py", &text);
    dir.commit("one");
    assert_eq!(counted(&dir, &["history"]), (0, 1));
    let run = dir.feed(&["scan", "-", "--format", "json"], text.as_bytes());
    assert_eq!(run.ends(0).json()["summary"]["suppressed"]["inline"], 1);
}
