//! What each format does with what is suppressed.

use crate::common::{Dir, line};
use serde_json::Value;

fn dir() -> Dir {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.run(&["baseline", "create"]).ends(0);
    dir.write("b.env", line(2));
    dir
}

fn sarif(dir: &Dir, args: &[&str]) -> Value {
    let mut all = vec!["scan", "--format", "sarif"];
    all.extend(args);
    dir.run(&all).ends(1).json()["runs"][0].clone()
}

#[test]
fn sarif_leaves_suppressed_results_out_and_says_so() {
    let dir = dir();
    let run = sarif(&dir, &[]);
    assert_eq!(run["results"].as_array().expect("results").len(), 1);
    assert!(run["results"][0]["suppressions"].is_null());
    assert_eq!(run["properties"]["suppressed"], 1);
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(
        notes.contains("1 suppressed result was left out"),
        "{notes}"
    );
    let run = sarif(&dir, &["--show-suppressed"]);
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 2);
    assert_eq!(results[1]["suppressions"][0]["kind"], "external");
    assert_eq!(results[1]["suppressions"][0]["status"], "accepted");
}

#[test]
fn json_always_has_them() {
    let dir = dir();
    let report = dir.json(&["scan"]);
    assert_eq!(report["suppressed"].as_array().expect("a list").len(), 1);
    assert_eq!(report["summary"]["suppressed"]["by_severity"]["high"], 1);
    let run = dir.run(&["scan", "--format", "jsonl"]);
    let kinds: Vec<String> = run
        .text()
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("JSON");
            line["type"].as_str().expect("a type").to_owned()
        })
        .collect();
    assert_eq!(kinds, ["run", "finding", "suppressed", "summary"]);
}

#[test]
fn people_see_them_on_request() {
    let dir = dir();
    assert!(!dir.run(&["scan"]).text().contains("a.env"));
    dir.run(&["scan", "--show-suppressed"])
        .says("suppressed: high ")
        .says("a.env:1:14")
        .says("by .keysweep-baseline:4");
    dir.run(&["scan", "--format", "github"])
        .says("::notice title=keysweep%3A suppressed::suppressed: 1 known, 1 of them high");
}
