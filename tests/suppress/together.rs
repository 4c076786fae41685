//! Several processes that write at once, and limits of the system: no entry is lost, and nothing is
//! half written.

use std::fs;
use std::process::Stdio;

use crate::common::{Dir, Run, findings, line};

/// The ids of what a scan finds.
fn ids(dir: &Dir) -> Vec<String> {
    let report = dir.json(&["scan", "--untrusted"]);
    let id = |finding: &serde_json::Value| finding["id"].as_str().expect("an id").to_owned();
    findings(&report).iter().map(id).collect()
}

/// Starts all, then waits for all.
fn at_once(dir: &Dir, runs: &[Vec<&str>]) -> Vec<Run> {
    let children: Vec<_> = runs
        .iter()
        .map(|args| dir.spawn(args, Stdio::null(), Stdio::piped()))
        .collect();
    let end = |child: std::process::Child| Run::from(child.wait_with_output().expect("it ends"));
    children.into_iter().map(end).collect()
}

/// Nothing that was made on the way is left in the tree.
fn is_tidy(dir: &Dir) {
    let names = fs::read_dir(dir.path()).expect("readable");
    for name in names.map(|entry| entry.expect("readable").file_name()) {
        let name = name.to_string_lossy().into_owned();
        assert!(
            !name.ends_with(".tmp") && !name.ends_with(".lock"),
            "{name}"
        );
    }
}

#[test]
fn twelve_allows_at_once_are_twelve_entries() {
    for dir in [Dir::repo(), Dir::new()] {
        for seed in 0..12 {
            dir.write(&format!("{seed}.env"), line(seed));
        }
        let ids = ids(&dir);
        assert_eq!(ids.len(), 12);
        let runs: Vec<Vec<&str>> = ids.iter().map(|id| vec!["allow", id.as_str()]).collect();
        for run in at_once(&dir, &runs) {
            run.ends(0).says("+ ");
        }
        assert_eq!(
            dir.read(".keysweep-baseline")
                .matches(" github-pat ")
                .count(),
            12,
            "{}",
            dir.read(".keysweep-baseline")
        );
        assert_eq!(dir.read(".keysweep-baseline").matches("salt=").count(), 1);
        dir.run(&["scan"]).ends(0).says("12 known");
        is_tidy(&dir);
    }
}

#[test]
fn several_verbs_at_once_lose_nothing() {
    let dir = Dir::repo();
    dir.write(".gitattributes", ".keysweep-baseline merge=union\n");
    for seed in 0..4 {
        dir.write(&format!("{seed}.env"), line(seed));
    }
    dir.run(&["baseline", "create"]).ends(0);
    dir.commit("base");
    for seed in 4..10 {
        dir.write(&format!("{seed}.env"), line(seed));
    }
    let ids = ids(&dir);
    let reasons: Vec<String> = (0..10).map(|n| format!("reason {n}")).collect();
    let mut runs: Vec<Vec<&str>> = ids
        .iter()
        .zip(&reasons)
        .map(|(id, reason)| vec!["allow", id, "--reason", reason])
        .collect();
    for _ in 0..3 {
        runs.push(vec!["baseline", "update"]);
        runs.push(vec!["baseline", "prune"]);
        runs.push(vec!["hook", "install"]);
    }
    for run in at_once(&dir, &runs) {
        run.ends(0);
    }
    let text = dir.read(".keysweep-baseline");
    for reason in &reasons {
        assert_eq!(
            text.matches(&format!("reason={reason}\n")).count(),
            1,
            "{text}"
        );
    }
    assert_eq!(text.matches(" github-pat ").count(), 10, "{text}");
    dir.run(&["scan"]).ends(0).says("10 known");
    is_tidy(&dir);
}

/// Runs the program where no file may grow beyond so many blocks of 512 or 1,024 bytes.
#[cfg(unix)]
fn limited(dir: &Dir, blocks: u32, args: &[&str]) -> Run {
    let mut command = std::process::Command::new("sh");
    let script = format!("ulimit -f {blocks} && exec \"$@\"");
    command
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_keysweep")])
        .args(args)
        .current_dir(dir.path())
        .stdin(Stdio::null());
    Run::new(command)
}

#[cfg(unix)]
#[test]
fn a_limit_for_files_is_a_message_and_no_half_file() {
    let dir = Dir::repo();
    for seed in 0..60 {
        dir.write(&format!("{seed}.env"), line(seed));
    }
    dir.run(&["baseline", "create"]).ends(0);
    let before = dir.read(".keysweep-baseline");
    for seed in 60..90 {
        dir.write(&format!("{seed}.env"), line(seed));
    }
    let long = "x".repeat(200);
    let id = &ids(&dir)[0];
    for args in [
        &["baseline", "update"][..],
        &["allow", id, "--reason", &long],
    ] {
        limited(&dir, 2, args)
            .ends(2)
            .complains(".keysweep-baseline cannot be written: File too large");
        assert_eq!(dir.read(".keysweep-baseline"), before);
    }
    dir.write("old.sarif", "old");
    for format in crate::common::formats() {
        let output = format!("{format}=old.sarif");
        limited(
            &dir,
            2,
            &["scan", "--untrusted", "--quiet", "--output", &output],
        )
        .ends(2)
        .complains("the report old.sarif cannot be written: File too large");
        let left = fs::read_to_string(dir.path().join("old.sarif")).expect("there");
        assert_eq!(left, "old");
    }
    // Standard output into a file is limited too.
    let script = "ulimit -f 2 && exec \"$0\" scan --untrusted >out.txt";
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_keysweep")])
        .current_dir(dir.path());
    Run::new(command)
        .ends(2)
        .complains("standard output cannot be written: File too large");
    limited(&dir, 0, &["hook", "install"])
        .ends(2)
        .complains("cannot be written: File too large");
    assert!(!dir.path().join(".git/hooks/pre-commit").exists());
    is_tidy(&dir);
}
