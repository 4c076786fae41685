//! Where the action cannot work, it says so and what to do.

use std::fs;

use super::Runner;

#[test]
fn no_checkout() {
    let runner = Runner::new();
    let outcome = runner.run("schedule", "schedule", &[]);
    outcome
        .ends(2)
        .says("::error title=keysweep::there is no checkout in the workspace: put a step with actions/checkout");
    assert_eq!(outcome.output("complete"), "false");
    // A repository above the workspace is not meant.
    runner.git("home", &["-C", "..", "init", "-q"]);
    runner
        .run("schedule", "schedule", &[])
        .ends(2)
        .says("no checkout");
    // A checkout without a commit.
    runner.git("workspace", &["init", "-q"]);
    runner
        .run("schedule", "schedule", &[])
        .ends(2)
        .says("has no commit");
}

#[test]
fn outputs_that_cannot_be_written() {
    let runner = Runner::new();
    let tip = runner.tip();
    runner.checkout(&tip);
    for wrong in [runner.at("temp"), runner.at("no/such/folder")] {
        let outcome = runner.run_with("schedule", "schedule", &[], &[], |command| {
            command.env("GITHUB_OUTPUT", &wrong);
        });
        outcome
            .run
            .ends(2)
            .says("(GITHUB_OUTPUT) cannot be written; nothing was scanned");
    }
    fs::write(runner.at("file"), "").expect("writable");
    for wrong in [runner.at("file"), "".into()] {
        let outcome = runner.run_with("schedule", "schedule", &[], &[], |command| {
            command.env("RUNNER_TEMP", &wrong);
        });
        outcome.run.ends(2).says("(RUNNER_TEMP) cannot be written");
    }
}

#[test]
fn payloads_that_are_none() {
    let runner = Runner::new();
    let tip = runner.tip();
    runner.checkout(&tip);
    for (payload, words) in [
        ("{ \"before\": ", "is not JSON"),
        ("", "is not JSON"),
        ("[]", "has no `after`, which this event must have"),
        (
            r#"{"before": "x; exit 0", "after": "$(exit)"}"#,
            "has no object id at `after`",
        ),
    ] {
        fs::write(runner.at("event.json"), payload).expect("writable");
        let outcome = runner.steps("push", &[], |_| {});
        outcome
            .ends(2)
            .says("::error title=keysweep::the payload of the event cannot be used");
        outcome.run.complains(words);
    }
    fs::remove_file(runner.at("event.json")).expect("there");
    let outcome = runner.steps("push", &[], |_| {});
    outcome.ends(2);
    outcome.run.complains("cannot be read");
    let outcome = runner.steps("", &[], |_| {});
    outcome.run.ends(2).says("GITHUB_EVENT_NAME is not set");
}

#[test]
fn a_program_that_is_not_there() {
    let runner = Runner::new();
    let tip = runner.tip();
    runner.checkout(&tip);
    let outcome = runner.run_with("schedule", "schedule", &[], &[], |command| {
        command.env("KEYSWEEP_ACTION_BINARY", "/no/such/program");
    });
    outcome.ends(2).says("the build step did not run");
}
