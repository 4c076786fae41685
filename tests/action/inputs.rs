//! What a change allows itself, and more results than a host takes.

use super::{MANIFEST, Outcome, Runner};
use crate::common::{expand, line};

fn pushed(runner: &Runner, before: &str, inputs: &[(&str, &str)]) -> Outcome {
    let after = runner.tip();
    runner.push("main");
    runner.checkout(&after);
    let words = [
        ("REF", "refs/heads/main"),
        ("BEFORE", before),
        ("AFTER", &after),
    ];
    runner.run_with("push", "push", &words, inputs, |_| {})
}

#[test]
fn what_a_change_allows_itself_is_counted_and_can_fail() {
    let refuse = [("fail-on-new-suppressions", "true")];
    let allowed = |seed| format!("# keysweep:allow -- trust me\n{}", line(seed));
    let runner = Runner::new();
    // Allowed before: not new.
    runner.commit("fixtures/old.env", &line(9));
    runner.commit(".keysweepignore", "fixtures/ # made up\n");
    let before = runner.tip();
    runner.commit("fixtures/more.env", &line(8));
    let outcome = pushed(&runner, &before, &refuse);
    outcome.ends(0);
    assert_eq!(outcome.output("new-suppressions"), "0");
    let report = outcome.report("json-file");
    assert_eq!(report["summary"]["suppressed"]["total"], 1);

    let before = runner.tip();
    runner.commit("a.env", &allowed(1));
    runner.commit("b.env", &allowed(2));
    let outcome = pushed(&runner, &before, &[]);
    outcome
        .ends(0)
        .says("::warning file=a.env,line=2,col=14,")
        .says("title=keysweep%3A suppressed (new here)::");
    for (name, value) in [
        ("findings", "0"),
        ("new-findings", "0"),
        ("new-suppressions", "2"),
        ("complete", "true"),
    ] {
        assert_eq!(outcome.output(name), value, "{name}");
    }
    let report = outcome.report("json-file");
    assert_eq!(report["summary"]["suppressed"]["new"], 2);
    assert!(
        outcome.summary.contains("suppressed (new here): high"),
        "{}",
        outcome.summary
    );
    let outcome = pushed(&runner, &before, &refuse);
    outcome.ends(1).says("::error file=a.env,line=2,col=14,");
    assert_eq!(outcome.output("new-suppressions"), "2");
}

/// The commands of the log that a host shows.
fn errors(outcome: &Outcome) -> Vec<String> {
    let text = outcome.run.text();
    let lines = text.lines().filter(|line| line.starts_with("::error "));
    lines.take(10).map(str::to_owned).collect()
}

#[test]
fn a_file_full_of_results_hides_no_other() {
    let runner = Runner::new();
    let before = runner.tip();
    let full: String = (0..300).map(line).collect();
    runner.commit("a/full.env", &full);
    runner.commit("b/one.env", &line(1_000));
    let other = expand("AWS_ACCESS_KEY_ID=AKIA{base32:16}\n", 1);
    let key = expand(
        "-----BEGIN RSA PRIVATE KEY-----\n{b64:{alnum:900}}\n-----END RSA PRIVATE KEY-----\n",
        2,
    );
    runner.commit("z/other.txt", &format!("{other}{key}"));
    let outcome = pushed(&runner, &before, &[]);
    outcome.ends(1);
    assert_eq!(
        outcome.report("json-file")["findings"]
            .as_array()
            .map(Vec::len),
        Some(outcome.output("findings").parse().expect("a number"))
    );
    let shown = errors(&outcome);
    for file in ["a/full.env", "b/one.env", "z/other.txt"] {
        let file = format!("file={file},");
        assert!(shown.iter().any(|line| line.contains(&file)), "{shown:#?}");
    }
    let folded = "and 299 more results of this rule in this file";
    assert!(
        shown.iter().any(|line| line.ends_with(folded)),
        "{shown:#?}"
    );
    assert!(outcome.summary.contains(folded), "{}", outcome.summary);
    assert!(outcome.summary.contains("b/one.env:1:14"));
    let sarif = outcome.report("sarif-file");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert!(results.len() < 10, "{}", results.len());
    assert!(results.iter().any(|one| one["properties"]["folded"] == 299));
}

#[test]
fn twelve_files_fill_the_ten_annotations_and_the_tenth_says_so() {
    let runner = Runner::new();
    let before = runner.tip();
    for n in 0..12 {
        runner.commit(&format!("{n:02}.env"), &line(n));
    }
    let outcome = pushed(&runner, &before, &[]);
    outcome.ends(1);
    let shown = errors(&outcome);
    assert_eq!(
        shown[9],
        "::error title=keysweep::12 results fail, and 3 of them are not shown as annotations; \
         all are in the JSON report"
    );
    // All of them stand in the log.
    assert_eq!(outcome.run.text().matches("::error file=").count(), 12);
}

/// The page comes with its format; an output that is never set would be a promise.
#[test]
fn the_html_output_comes_with_the_format() {
    let built = keysweep::report::format("html").is_some();
    assert_eq!(MANIFEST.contains("\n  html-file:\n"), built);
}

/// A pull request that would like to decide how it is judged.
#[test]
fn a_change_is_judged_by_the_configuration_of_its_base() {
    let runner = Runner::new();
    runner.commit("keysweep.toml", "[scan]\nexclude = [\"fixtures/\"]\n");
    runner.commit("fixtures/old.env", &line(9));
    runner.commit("old.env", &line(8));
    runner.push("main");
    let base = runner.tip();
    runner.switch("topic");
    let weak = "[report]\nfail-on = [\"none\"]\nmin-severity = \"critical\"\n";
    runner.commit("keysweep.toml", weak);
    runner.commit("a.env", &line(1));
    let head = runner.tip();
    runner.push("topic");
    runner.checkout(&head);
    let words = [
        ("BEFORE", base.as_str()),
        ("AFTER", &head),
        ("MERGE", &head),
    ];
    let outcome = runner.run("pull_request", "pull_request", &words);
    outcome.ends(1).says("::error file=a.env,line=1");
    let report = outcome.report("json-file");
    assert_eq!(report["run"]["configuration"]["hidden"], 0);
    // Code scanning gets the tree by the same rules.
    let sarif = outcome.report("sarif-file").to_string();
    assert!(sarif.contains("a.env"), "{sarif}");
    assert!(!sarif.contains("fixtures/old.env"), "{sarif}");
    assert!(sarif.contains("\"old.env\""), "{sarif}");
}
