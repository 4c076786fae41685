//! The README's workflows and commands, and the manual's tables.

use super::{MANIFEST, Runner, default_of};
use crate::common::{Run, line};

const README: &str = include_str!("../../README.md");
const MANUAL: &str = include_str!("../../docs/action.md");

/// The README's blocks of a language that contain some words.
fn blocks(language: &str, words: &str) -> Vec<&'static str> {
    README
        .split(&format!("```{language}\n"))
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .filter(|block| block.contains(words))
        .collect()
}

/// The words at the beginning of the lines below `head`, that are indented by `indent`.
fn below<'a>(block: &'a str, head: &str, indent: &str) -> Vec<(&'a str, &'a str)> {
    let (_, rest) = block.split_once(head).unwrap_or_default();
    rest.lines()
        .take_while(|line| line.starts_with(indent))
        .filter_map(|line| line.strip_prefix(indent)?.split_once(':'))
        .filter(|(name, _)| !name.starts_with([' ', '-']))
        .map(|(name, value)| (name, value.trim()))
        .collect()
}

#[test]
fn the_workflows_of_the_readme_run() {
    let workflows = blocks("yaml", "uses: KEYSWEEP_ADDRESS@COMMIT");
    assert_eq!(workflows.len(), 2);
    let mut events = Vec::new();
    for workflow in workflows {
        let inputs = below(
            workflow,
            "uses: KEYSWEEP_ADDRESS@COMMIT\n        with:\n",
            "          ",
        );
        for (event, _) in below(workflow, "\non:\n", "  ") {
            let runner = Runner::new();
            let base = runner.tip();
            runner.switch("topic");
            let head = runner.commit("a.env", &line(1));
            runner.push("topic");
            runner.checkout(&head);
            let words = [
                ("REF", "refs/heads/topic"),
                ("BEFORE", base.as_str()),
                ("AFTER", head.as_str()),
                ("MERGE", head.as_str()),
            ];
            let outcome = runner.run_with(event, event, &words, &inputs, |_| {});
            outcome
                .ends(1)
                .says("::error file=a.env,line=1")
                .lacks("::warning");
            events.push(event);
        }
        assert!(workflow.contains("permissions:\n  contents: read\n"));
    }
    assert_eq!(
        events,
        [
            "push",
            "pull_request",
            "merge_group",
            "schedule",
            "workflow_dispatch"
        ]
    );
}

#[test]
fn the_audit_of_the_readme_runs() {
    let runner = Runner::new();
    runner.commit("old.env", &line(1));
    runner.remove("old.env");
    runner.push("refs/pull/3/head");
    let block = blocks("sh", "git clone --mirror REPOSITORY")[0];
    let dir = std::path::Path::new(env!("CARGO_BIN_EXE_keysweep"))
        .parent()
        .expect("a folder");
    let mut path = std::ffi::OsString::from(dir);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = std::process::Command::new("bash");
    command
        .args(["-c", &block.replace("REPOSITORY", "origin.git")])
        .current_dir(runner.at(""))
        .env("PATH", path);
    Run::new(command).ends(1).says("old.env:1:14");
    for file in ["audit.json", "audit.html"] {
        let text = std::fs::read_to_string(runner.at(file)).expect("written");
        assert!(text.contains("old.env"), "{text}");
    }
}

#[test]
fn the_manual_names_every_input_and_output() {
    let between = |from: &str, to: &str| {
        let (_, rest) = MANIFEST.split_once(from).expect("the section");
        let section = rest.split(to).next().expect("it ends");
        section
            .lines()
            .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
            .filter(|name| !name.starts_with(' '))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let inputs = between("\ninputs:\n", "\noutputs:");
    let outputs = between("\noutputs:\n", "\nruns:");
    assert_eq!((inputs.len(), outputs.len()), (8, 9));
    for name in inputs.iter().chain(&outputs) {
        assert!(MANUAL.contains(&format!("\n| `{name}` |")), "{name}");
    }
    for name in inputs {
        default_of(&name);
    }
}

/// No expression may stand where a shell reads it.
#[test]
fn values_reach_scripts_through_the_environment_only() {
    for line in MANIFEST.lines() {
        if line.trim_start().starts_with("run:") {
            assert!(!line.contains("${{"), "{line}");
        }
    }
}
