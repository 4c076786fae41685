//! A repository and a payload full of values and of text that wants to be a command: neither comes
//! out of the log, the outputs, the summary or the files.

use std::fs;

use super::{Outcome, Runner};
use crate::archives::make::{Entry, Zip};
use crate::common::{findings, line, token};

/// Everything that a run wrote, each with a name.
fn written(runner: &Runner, outcome: &Outcome) -> Vec<(&'static str, String)> {
    let read = |name: &str| {
        let bytes = fs::read(runner.at(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    vec![
        ("standard output", outcome.run.text()),
        ("standard error", outcome.run.errors()),
        ("the outputs", read("outputs")),
        ("the step summary", read("summary.md")),
        ("the JSON report", read("temp/keysweep/run/report.json")),
        ("the SARIF report", read("temp/keysweep/run/report.sarif")),
        ("the summary's file", read("temp/keysweep/run/summary.md")),
        ("the plan", read("temp/keysweep/run/plan")),
    ]
}

/// Text that git permits in the name of a reference.
const ODD: &str = "x\u{202e}%0A##](http/e.test)<b>`id`$(id)";

/// Text that tries to leave every format.
const WILD: &str = "\u{1b}[31m\u{202e}%0A ##[group]g [a](http://e.test) <b> ::error::owned";

#[test]
fn nothing_leaks_and_nothing_is_a_command() {
    let runner = Runner::new();
    let base = format!("main-{}-{ODD}", token(20));
    runner.switch(&base);
    runner.commit(
        ".keysweepignore",
        &format!("ignored/ # {WILD} {}\n", token(21)),
    );
    runner.push(&base);
    runner.switch(&format!("topic-{}-{ODD}", token(22)));
    runner.commit("ignored/a.env", &line(1));
    let known = keysweep::secret::Fingerprint::of_strong(token(2).as_bytes());
    runner.commit(
        ".keysweep-baseline",
        &format!("{known} github-pat reason={WILD} {}\n", token(23)),
    );
    runner.commit("known.env", &line(2));
    runner.commit(
        "allowed.env",
        &format!("# keysweep:allow -- {WILD} {}\n{}", token(24), line(3)),
    );
    let member = format!("{}\n::error::member", token(25));
    let zip = Zip::default().deflated(&member, line(4).as_bytes());
    let broken = Entry {
        name: format!("{}\r::error::broken", token(26))
            .into_bytes()
            .leak(),
        method: 8,
        data: b"\xff\xff\xff",
        size: 9,
        ..Entry::default()
    };
    fs::write(runner.at("dev/packed.zip"), zip.with(&broken).end()).expect("writable");
    let name = format!("{}\n::error::file\r##[error]x,y:z.env", token(27));
    let head = runner.commit(&name, &line(5));
    runner.push(&format!("topic-{}-{ODD}", token(22)));
    runner.checkout(&head);
    let reference = format!("refs/heads/topic-{}", token(22));
    let words = [("REF", reference.as_str()), ("AFTER", head.as_str())];
    // The payload names the default branch, from which the range starts.
    let quoted = serde_json::to_string(&base).expect("text");
    let mut payload = fs::read_to_string("fixtures/action/push-new-branch.json").expect("recorded");
    for (word, text) in words {
        payload = payload.replace(&format!("@{word}@"), text);
    }
    let payload = payload.replace(
        "\"default_branch\": \"main\"",
        &format!("\"default_branch\": {quoted}"),
    );
    assert!(payload.contains("202e") || payload.contains('\u{202e}'));
    fs::write(runner.at("event.json"), payload).expect("writable");
    let outcome = runner.steps("push", &[("fail-on-new-suppressions", "true")], |_| {});
    outcome
        .ends(1)
        .lacks("::warning title=keysweep::the commits");
    // The test would pass on an action that finds nothing.
    let report = outcome.report("json-file");
    // Reasons, names of members and names of files are content too: each value that the change
    // brings and that nothing hides is one finding.
    let brought = [
        (4, "packed.zip", "what a member of the archive holds"),
        (5, "x,y:z.env", "what the file with the odd name holds"),
        (
            23,
            ".keysweep-baseline",
            "the reason of the baseline's entry",
        ),
        // The comment above it speaks for value 24, which stands in the comment's own line.
        (
            3,
            "allowed.env",
            "what stands below a comment with a value of its own",
        ),
        (25, "packed.zip", "the name of a member"),
        (26, "packed.zip", "the name of a damaged member"),
        (27, "x,y:z.env", "the name of a file"),
    ];
    let mut failing: Vec<(String, String)> = findings(&report)
        .iter()
        .filter(|finding| finding["fails"] == true)
        .map(|finding| {
            let path = finding["places"][0]["path"].as_str().expect("a path");
            let id = finding["fingerprint"].as_str().expect("an id");
            (id.to_owned(), path.to_owned())
        })
        .collect();
    for (seed, path, what) in brought {
        let id = keysweep::secret::Fingerprint::of_strong(token(seed).as_bytes()).to_string();
        let at = failing
            .iter()
            .position(|(have, place)| *have == id && place.ends_with(path));
        failing.swap_remove(at.unwrap_or_else(|| panic!("{what} is not among {failing:?}")));
    }
    assert!(failing.is_empty(), "nothing else fails: {failing:?}");
    assert_eq!(outcome.output("new-findings"), brought.len().to_string());
    assert_eq!(outcome.output("new-suppressions"), "2");
    assert_eq!(report["summary"]["suppressed"]["total"], 3);
    assert_eq!(outcome.output("complete"), "false", "the damaged member");
    assert!(outcome.summary.contains("suppressed (new here)"));

    for (what, text) in written(&runner, &outcome) {
        for seed in (1..=5).chain(20..=27) {
            let value = token(seed);
            // The plan is the shell's own, and the branch's name is what it must fetch.
            if what != "the plan" || seed != 20 {
                assert!(!text.contains(&value[20..]), "{what} shows value {seed}");
            }
        }
        if what == "the plan" {
            continue;
        }
        let hidden = |c: char| c != '\n' && c.is_control() || matches!(c, '\u{202e}' | '\u{200b}');
        assert!(!text.contains(hidden), "{what}: {text:?}");
        assert!(!text.contains("##["), "{what}: {text}");
        for line in text.lines().map(str::trim_start) {
            let ours = ["::error ", "::warning ", "::notice "];
            let ours = what == "standard output" && ours.iter().any(|c| line.starts_with(c));
            assert!(!line.starts_with("::") || ours, "{what}: {line}");
        }
    }
    // Nothing but names and numbers, a path and a reference of the host's.
    for (name, value) in &outcome.outputs {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        assert!(value.chars().all(plain), "{name}={value}");
    }
    // No link, and no HTML outside of code.
    let mut code = outcome.summary.clone();
    let spans = outcome.summary.matches('`').count();
    code.retain(|c| c != '`');
    assert!(spans >= 8 && !code.contains("\n<b>"), "{}", outcome.summary);
    for left in ["pwned", "id"] {
        assert!(!runner.at("workspace").join(left).exists());
    }
}
