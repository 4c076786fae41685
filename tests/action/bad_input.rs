//! Where the action cannot work, it says so and what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::Runner;
use crate::common::line;

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

/// A folder where a file is to be written stands for every reason why it cannot be: root may
/// write anything else.
#[test]
fn report_files_that_cannot_be_written() {
    let runner = Runner::new();
    runner.commit("a.env", &line(1));
    let tip = runner.tip();
    runner.push("main");
    runner.checkout(&tip);
    fs::create_dir_all(runner.at("temp/keysweep/run/report.json/x")).expect("new");
    // What lies there of an earlier run goes.
    let outcome = runner.run("schedule", "schedule", &[]);
    outcome.ends(1);
    assert_ne!(outcome.output("json-file"), "");
    // What the scan itself cannot write ends it, and never in a status that means results.
    let full = Path::new("/dev/full");
    for (name, link) in [("report.json", "json"), ("summary.md", "md")] {
        let outcome = blocked(&runner, name);
        outcome.ends(2);
        outcome
            .run
            .complains("is a symbolic link or a special file");
        assert_eq!(outcome.output("complete"), "false", "{link}");
    }
    // The files of outputs and of the summary on a full disk.
    if full.exists() {
        let outcome = runner.run_with("schedule", "schedule", &[], &[], |command| {
            command.env("GITHUB_OUTPUT", full);
        });
        outcome
            .run
            .ends(2)
            .says("::error title=keysweep::the action stopped");
        let outcome = runner.run_with("schedule", "schedule", &[], &[], |command| {
            command.env("GITHUB_STEP_SUMMARY", full);
        });
        outcome.ends(1).says(
            "::warning title=keysweep::the step summary (GITHUB_STEP_SUMMARY) cannot be written",
        );
    }
    let folder = runner.at("home");
    let outcome = runner.run_with("schedule", "schedule", &[], &[], |command| {
        command.env("GITHUB_STEP_SUMMARY", &folder);
    });
    outcome
        .ends(1)
        .says("::warning title=keysweep::the step summary (GITHUB_STEP_SUMMARY) cannot be written");
}

/// A run in which a link takes the place of a report after the action has made room for it.
fn blocked(runner: &Runner, name: &str) -> super::Outcome {
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = event ] && ln -s nowhere '{}'\nexec '{}' \"$@\"\n",
        runner.at("temp/keysweep/run").join(name).display(),
        env!("CARGO_BIN_EXE_keysweep")
    );
    let wrapper = runner.at("home/wrapper");
    fs::write(&wrapper, script).expect("writable");
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).expect("ours");
    runner.run_with("schedule", "schedule", &[], &[], |command| {
        command.env("KEYSWEEP_ACTION_BINARY", &wrapper);
    })
}

#[test]
fn broken_policy_files_end_the_run_with_file_and_line() {
    for (file, text, words) in [
        (
            ".keysweepignore",
            "a\nb [no-such-rule-at-all]\n",
            "):2: there is no such rule",
        ),
        (
            ".keysweep-baseline",
            "# x\n<<<<<<< HEAD\n",
            "):2: a merge left its conflict marks here; keep the lines of both sides",
        ),
    ] {
        let runner = Runner::new();
        let before = runner.tip();
        let after = runner.commit(file, text);
        runner.push("main");
        runner.checkout(&after);
        let words_of_event = [
            ("REF", "refs/heads/main"),
            ("BEFORE", before.as_str()),
            ("AFTER", after.as_str()),
        ];
        let outcome = runner.run("push", "push", &words_of_event);
        outcome.ends(2);
        outcome.run.complains(file);
        outcome.run.complains(words);
        assert_eq!(outcome.output("complete"), "false");
        assert_eq!(outcome.output("json-file"), "");
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
    // Bytes that are no text, and ones that end a text early.
    let mut huge = b"{\"before\": \"".to_vec();
    huge.resize(100 << 20, b'a');
    let deep = "[".repeat(100_000).into_bytes();
    for (payload, words) in [
        (b"\x7fELF\x02\xff\xfe\x00".to_vec(), "is not JSON"),
        (b"\xff\xfe{\x00}\x00".to_vec(), "is not JSON"),
        (b"{\"after\": \"\x00\"}".to_vec(), "is not JSON"),
        (vec![0; 1 << 20], "is not JSON"),
        (deep, "is not JSON"),
        (huge, "is larger than 32 MiB, which no event is"),
        (
            b"null".to_vec(),
            "has no `after`, which this event must have",
        ),
        (
            b"\"text\"".to_vec(),
            "has no `after`, which this event must have",
        ),
        (
            b"{\"after\": {\"before\": []}}".to_vec(),
            "has no `after`, which",
        ),
        (
            b"{\"after\": \"a\\u0000b\"}".to_vec(),
            "has no object id at `after`",
        ),
    ] {
        fs::write(runner.at("event.json"), &payload).expect("writable");
        let outcome = runner.steps("push", &[], |_| {});
        outcome
            .ends(2)
            .says("::error title=keysweep::the payload of the event cannot be used");
        outcome.run.complains(words);
        assert_eq!(outcome.output("complete"), "false");
        assert_eq!(outcome.output("json-file"), "", "nothing was scanned");
    }
    // Other events miss what they need, by name.
    for (event, words) in [
        ("pull_request", "has no `pull_request.base.sha`"),
        ("merge_group", "has no `merge_group.base_sha`"),
    ] {
        fs::write(runner.at("event.json"), "{\"action\": \"x\"}").expect("writable");
        let outcome = runner.steps(event, &[], |_| {});
        outcome.ends(2);
        outcome.run.complains(words);
    }
    fs::remove_file(runner.at("event.json")).expect("there");
    let outcome = runner.steps("push", &[], |_| {});
    outcome.ends(2);
    outcome.run.complains("cannot be read");
    fs::create_dir(runner.at("event.json")).expect("new");
    let outcome = runner.steps("push", &[], |_| {});
    outcome.ends(2);
    outcome.run.complains("is no regular file");
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
