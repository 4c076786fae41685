//! Annotations, summary, files and outputs.

use std::fs;

use super::{Outcome, Runner};
use crate::common::{line, token};

fn pushed(runner: &Runner, inputs: &[(&str, &str)]) -> Outcome {
    let before = runner.git("dev", &["rev-parse", "HEAD^"]);
    let after = runner.tip();
    runner.push("main");
    runner.checkout(&after);
    let words = [
        ("REF", "refs/heads/main"),
        ("BEFORE", &before),
        ("AFTER", &after),
    ];
    runner.run_with("push", "push", &words, inputs, |_| {})
}

#[test]
fn one_run_gives_all() {
    let runner = Runner::new();
    runner.commit("a.env", &line(1));
    let outcome = pushed(&runner, &[]);
    outcome.ends(1).says("::error file=a.env,line=1,col=14");
    for (name, value) in [
        ("findings", "1"),
        ("new-findings", "1"),
        ("new-suppressions", "0"),
        ("complete", "true"),
        ("sarif-ref", "refs/heads/main"),
    ] {
        assert_eq!(outcome.output(name), value, "{name}");
    }
    assert!(
        outcome.summary.starts_with("## keysweep: 1 result fails\n"),
        "{}",
        outcome.summary
    );
    assert!(
        outcome.summary.contains("a.env:1:14"),
        "{}",
        outcome.summary
    );
    let temp = runner.at("temp");
    for output in ["sarif-file", "json-file"] {
        assert!(
            outcome
                .output(output)
                .starts_with(temp.to_str().expect("UTF-8"))
        );
    }
    assert_eq!(outcome.report("sarif-file")["version"], "2.1.0");
    assert_eq!(outcome.report("json-file")["run"]["mode"], "range");
    // Every output that the manifest promises is one of these.
    for promised in super::MANIFEST.split("steps.scan.outputs.").skip(1) {
        let name = promised.split([' ', '}']).next().expect("a name");
        assert_ne!(outcome.output(name), "", "{name}");
    }
}

#[test]
fn inputs_reach_the_program() {
    let runner = Runner::new();
    runner.commit("a.env", &line(1));
    pushed(&runner, &[("fail-on", "none")])
        .ends(0)
        .says("::warning file=a.env");
    runner.commit("b.env", &line(2));
    pushed(&runner, &[("fail-on", "critical\ngithub-*\n")]).ends(1);
    // Whatever it is, no shell reads it.
    runner.commit("c.env", &line(3));
    let outcome = pushed(
        &runner,
        &[("fail-on", "$(touch pwned)`touch pwned`\"; touch pwned")],
    );
    outcome.ends(2);
    outcome.run.complains("neither a severity nor a rule");
    assert_eq!(outcome.output("complete"), "false");
    let outcome = pushed(&runner, &[("fail-on", "[")]);
    outcome.ends(2);
    outcome.run.complains("--fail-on");
    assert_eq!(outcome.output("complete"), "false");
}

#[test]
fn nothing_leaks_and_no_name_is_a_command() {
    let runner = Runner::new();
    let name = "x\n::error::from a name\n##[error]y %0A,z.env";
    let value = token(7);
    runner.commit(name, &format!("{}# {value}\n", line(1)));
    runner.git(
        "dev",
        &[
            "commit",
            "-q",
            "--amend",
            "-m",
            &format!("::error::{value}"),
        ],
    );
    let outcome = pushed(&runner, &[]);
    outcome.ends(1);
    let mut written = outcome.run.all_text();
    written.push_str(&outcome.summary);
    written.push_str(&fs::read_to_string(runner.at("outputs")).expect("there"));
    for output in ["sarif-file", "json-file"] {
        written.push_str(&outcome.report(output).to_string());
    }
    let page = fs::read_to_string(outcome.output("html-file")).expect("a page");
    assert!(page.contains("<!doctype html>"));
    written.push_str(&page);
    for secret in [token(1), value] {
        assert!(!written.contains(&secret));
        assert!(!written.contains(&secret[8..30]));
    }
    for line in outcome.run.all_text().lines() {
        assert!(!line.trim_start().starts_with("::error::from"), "{line}");
        assert!(!line.contains("##["), "{line}");
    }
    assert!(!outcome.summary.contains("##["), "{}", outcome.summary);
}

#[test]
fn a_summary_that_is_full_or_closed_is_no_failure() {
    let runner = Runner::new();
    let tip = runner.tip();
    runner.checkout(&tip);
    let full = runner.at("full.md");
    fs::write(&full, "x".repeat(1 << 20)).expect("writable");
    let outcome = runner.run_with("schedule", "schedule", &[], &[], |command| {
        command.env("GITHUB_STEP_SUMMARY", &full);
    });
    outcome
        .ends(0)
        .says("::warning title=keysweep::the step summary is full");
    assert_eq!(fs::metadata(&full).expect("there").len(), 1 << 20);
    let outcome = runner.run_with("schedule", "schedule", &[], &[], |command| {
        command.env("GITHUB_STEP_SUMMARY", "/no/such/folder/summary.md");
    });
    outcome
        .ends(0)
        .says("cannot be written; the results are in the log");
}

#[test]
fn a_run_leaves_nothing_of_the_one_before() {
    let runner = Runner::new();
    runner.commit("a.env", &line(1));
    pushed(&runner, &[]).ends(1);
    runner.commit("b.txt", "nothing\n");
    let outcome = pushed(&runner, &[]);
    outcome.ends(0);
    assert_eq!(outcome.output("findings"), "0");
}

impl crate::common::Run {
    /// Both streams, as a log has them.
    pub fn all_text(&self) -> String {
        format!("{}{}", self.text(), self.errors())
    }
}
